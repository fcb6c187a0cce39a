//! Answers hide small counts; nothing remembered is no answer; a goal not contacted is zero lines.

use std::collections::BTreeSet;

use issei_model::Span;

use super::super::names::tests::known;
use super::*;
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
        hosts: Some(vec![
            contacted(goal("198.51.100.7"), 130, 110),
            contacted(goal("198.51.100.10"), 20, 0),
        ]),
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_000_000)
}

fn about(memory: &Contacts, text: &str) -> Option<Answer> {
    let me = "isp-a".parse().unwrap();
    answer(
        memory,
        (&Names::default(), &Hints::default()),
        &me,
        &goal(text),
        now(),
    )
}

#[test]
fn a_small_count_is_hidden_and_a_large_one_told() {
    let large = about(&memory(), "198.51.100.7:23/tcp").unwrap();
    assert_eq!(
        (large.lines, large.suspected),
        (Count::Exactly(120), Count::Exactly(110))
    );
    let small = about(&memory(), "198.51.100.8:23/tcp").unwrap();
    assert_eq!(small.lines, Count::FewerThan(Count::DEFAULT_K));
    let never = about(&memory(), "198.51.100.9:23/tcp").unwrap();
    assert_eq!(never.lines, Count::FewerThan(Count::DEFAULT_K));
    assert_eq!(never.volume, 0);
}

#[test]
fn without_a_memory_there_is_no_answer_and_a_broken_one_is_told() {
    let place = traffic::Folder::new("contacts");
    let folder = Folder::new(place.path());
    let me: OrganisationId = "isp-a".parse().unwrap();
    let goals = [goal("198.51.100.7:23/tcp")];
    let none = answers(&folder, &me, &goals, now());
    let path = place.file("contacts.json", b"{");
    let broken = answers(&folder, &me, &goals, now());
    std::fs::write(&path, serde_json::to_vec(&memory()).unwrap()).unwrap();
    let known = answers(&folder, &me, &goals, now());
    assert_eq!(none, Ok(Vec::new()));
    assert!(broken.unwrap_err().contains("contacts.json"));
    assert_eq!(known.unwrap().len(), 1);
}

#[test]
fn a_memory_with_gaps_does_not_say_that_nobody_was_in_contact() {
    let gaps = Contacts {
        complete: false,
        ..memory()
    };
    assert!(about(&gaps, "198.51.100.9:23/tcp").is_none());
    assert!(about(&gaps, "198.51.100.7:23/tcp").is_some());
    // Nobody knows which services of the host lack.
    assert!(about(&gaps, "198.51.100.7").is_none());
}

#[test]
fn a_whole_host_is_what_was_counted_of_it_and_not_what_its_services_add_up_to() {
    let host = about(&memory(), "198.51.100.7").unwrap();
    assert_eq!(host.lines, Count::Exactly(130));
    let never = about(&memory(), "198.51.100.9").unwrap();
    assert_eq!(never.lines, Count::FewerThan(Count::DEFAULT_K));
    let uncounted = Contacts {
        hosts: None,
        ..memory()
    };
    assert!(about(&uncounted, "198.51.100.7").is_none());
}

/// What is answered about a name that stands for these addresses.
fn of_name(memory: &Contacts, addresses: &[&str]) -> Option<Answer> {
    let names = known("c2.example", addresses, now());
    let me = "isp-a".parse().unwrap();
    let hints = Hints::parse("198.51.100.7 anycast").unwrap();
    answer(memory, (&names, &hints), &me, &goal("c2.example"), now())
}

#[test]
fn a_name_is_at_most_everybody_who_contacted_one_of_its_addresses() {
    let both = of_name(&memory(), &["198.51.100.7", "198.51.100.10"]).unwrap();
    assert_eq!(both.lines, Count::Exactly(150));
    assert_eq!(
        both.suspected.least(),
        0,
        "few are hidden at one of the two"
    );
    assert_eq!(
        both.hints,
        BTreeSet::from([Hint::ByAddress(2), Hint::Anycast]),
        "what is known of one of its addresses is told of the name"
    );
}

#[test]
fn few_at_each_of_several_addresses_may_be_many_together() {
    let never = of_name(&memory(), &["192.0.2.1", "192.0.2.2", "192.0.2.3"]).unwrap();
    assert_eq!(never.lines.most(), 3 * (Count::DEFAULT_K - 1));
    let mixed = of_name(&memory(), &["192.0.2.1", "198.51.100.10"]).unwrap();
    assert_eq!(mixed.lines, Count::FewerThan(20 + Count::DEFAULT_K));
}

#[test]
fn a_name_of_which_no_address_is_known_is_not_known() {
    assert!(of_name(&memory(), &[]).is_none());
    assert!(about(&memory(), "c2.example").is_none());
    let gaps = Contacts {
        complete: false,
        ..memory()
    };
    assert!(of_name(&gaps, &["198.51.100.7"]).is_none());
}

#[test]
fn an_answer_says_how_many_of_the_last_thirty_days_it_rests_on() {
    let now = now() + Span::from_secs(400 * 86_400);
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
    let this = hour(super::tests::now());
    let whole = covering((this - WANTED_HOURS..=this).collect());
    assert_eq!(about(&whole, "198.51.100.7:23/tcp").unwrap().days, 30);
    assert_eq!(about(&memory(), "198.51.100.7:23/tcp").unwrap().days, 0);
}
