//! Answers hide small counts; nothing remembered is no answer; a goal not contacted is zero lines.

use issei_case::Count;
use issei_model::{Goal, OrganisationId, Timestamp};

use issei_host::clock;

use super::{Contacted, Contacts, WANTED_HOURS, answer, answers, hour};
use crate::office::folder::Folder;
use crate::traffic;

fn goal(text: &str) -> Goal {
    text.parse().unwrap()
}

fn memory() -> Contacts {
    let contacted = |goal, lines, suspected| Contacted {
        goal,
        lines,
        suspected,
        volume: 1_000,
        hints: Default::default(),
    };
    Contacts {
        since: Timestamp::from_secs(0),
        complete: true,
        hours: Default::default(),
        goals: vec![
            contacted(goal("198.51.100.7:23/tcp"), 120, 110),
            contacted(goal("198.51.100.8:23/tcp"), 3, 3),
        ],
    }
}

#[test]
fn a_small_count_is_hidden_and_a_large_one_told() {
    let me: OrganisationId = "isp-a".parse().unwrap();
    let large = answer(&memory(), &me, &goal("198.51.100.7:23/tcp")).unwrap();
    assert_eq!(
        (large.lines, large.suspected),
        (Count::Exactly(120), Count::Exactly(110))
    );
    let small = answer(&memory(), &me, &goal("198.51.100.8:23/tcp")).unwrap();
    assert_eq!(small.lines, Count::FewerThan(Count::DEFAULT_K));
    let never = answer(&memory(), &me, &goal("198.51.100.9:23/tcp")).unwrap();
    assert_eq!(never.lines, Count::FewerThan(Count::DEFAULT_K));
    assert_eq!(never.volume, 0);
}

#[test]
fn without_a_memory_there_is_no_answer_and_a_broken_one_is_told() {
    let place = traffic::Folder::new("contacts");
    let folder = Folder::new(place.path());
    let me: OrganisationId = "isp-a".parse().unwrap();
    let goals = [goal("198.51.100.7:23/tcp")];
    let none = answers(&folder, &me, &goals);
    let path = place.file("contacts.json", b"{");
    let broken = answers(&folder, &me, &goals);
    std::fs::write(&path, serde_json::to_vec(&memory()).unwrap()).unwrap();
    let known = answers(&folder, &me, &goals);
    assert_eq!(none, Ok(Vec::new()));
    assert!(broken.unwrap_err().contains("contacts.json"));
    assert_eq!(known.unwrap().len(), 1);
}

#[test]
fn a_memory_with_gaps_does_not_say_that_nobody_was_in_contact() {
    let me: OrganisationId = "isp-a".parse().unwrap();
    let gaps = Contacts {
        complete: false,
        ..memory()
    };
    assert!(answer(&gaps, &me, &goal("198.51.100.9:23/tcp")).is_none());
    assert!(answer(&gaps, &me, &goal("198.51.100.7:23/tcp")).is_some());
}

#[test]
fn flow_records_tell_nothing_about_names_and_the_upper_end_about_whole_hosts() {
    let me: OrganisationId = "isp-a".parse().unwrap();
    assert!(answer(&memory(), &me, &goal("c2.example")).is_none());
    let mut memory = memory();
    let other = Contacted {
        goal: goal("198.51.100.7:80/tcp"),
        ..memory.goals[0].clone()
    };
    memory.goals.push(other);
    let host = answer(&memory, &me, &goal("198.51.100.7")).unwrap();
    assert_eq!(host.lines, Count::Exactly(240));
}

#[test]
fn an_answer_says_how_many_of_the_last_thirty_days_it_rests_on() {
    let now = Timestamp::from_secs(1_800_000_000);
    let this = hour(now);
    let covering = |hours: Vec<i64>| Contacts {
        hours: hours.into_iter().collect(),
        ..memory()
    };
    let table = [
        (vec![], 0),
        (vec![this - 1, this], 0), // ten minutes around a full hour
        ((this - 23..=this).collect(), 1),
        ((this - 7 * 24..=this).collect(), 7),
        ((this - 60 * 24..=this).collect(), 30),
        ((this - 60 * 24..=this - 31 * 24).collect(), 0), // too long ago
        ((this + 1..=this + 60 * 24).collect(), 0),       // a clock that was wrong
        (
            (this - WANTED_HOURS..=this)
                .filter(|hour| hour % 2 == 0)
                .collect(),
            15,
        ),
    ];
    for (hours, days) in table {
        assert_eq!(covering(hours.clone()).days(now), days, "{hours:?}");
    }
    let this = hour(clock::now());
    let whole = covering((this - WANTED_HOURS..=this).collect());
    let me: OrganisationId = "isp-a".parse().unwrap();
    let told = answer(&whole, &me, &goal("198.51.100.7:23/tcp")).unwrap();
    assert_eq!(told.days, 30);
    assert_eq!(
        answer(&memory(), &me, &goal("198.51.100.7:23/tcp"))
            .unwrap()
            .days,
        0
    );
}
