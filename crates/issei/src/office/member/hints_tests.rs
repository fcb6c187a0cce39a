//! A hint is told about every address of its prefix, and a list that does not read is no list.

use issei_case::{Ceiling, Count, measure};
use issei_model::{Goal, Participant};

use super::*;
use crate::office::member::contacts::{Contacts, answers};
use crate::traffic;

const LIST: &str = "# ours\n203.0.113.0/24 shared-hosting # rented\n203.0.0.0/16 leased-space\n\n2001:db8::/32 anycast\n::ffff:192.0.2.7 anycast\n";

#[test]
fn a_hint_holds_for_every_address_of_its_prefix_and_no_other() {
    let hints = Hints::parse(LIST).unwrap();
    let about = |ip: &str| hints.about(ip.parse().unwrap());
    let both = BTreeSet::from([Hint::SharedHosting, Hint::LeasedSpace]);
    assert_eq!(about("203.0.113.255"), both);
    assert_eq!(about("203.0.114.0"), BTreeSet::from([Hint::LeasedSpace]));
    assert_eq!(about("2001:db8:ffff::1"), BTreeSet::from([Hint::Anycast]));
    assert_eq!(about("192.0.2.7"), BTreeSet::from([Hint::Anycast]));
    assert_eq!(about("::ffff:192.0.2.7"), BTreeSet::from([Hint::Anycast]));
    assert_eq!(about("198.51.100.1"), BTreeSet::new());
}

#[test]
fn a_line_that_does_not_read_is_named_and_the_whole_list_is_not_taken() {
    for (wrong, line) in [
        ("203.0.113.0/24 shared-hosting\nnot a prefix", "line 2"),
        ("203.0.113.0/33 anycast", "line 1"),
        ("203.0.113.0/24 shared", "line 1"),
        ("203.0.113.0/24", "line 1"),
        ("::ffff:192.0.2.7/64 anycast", "line 1"),
    ] {
        let said = Hints::parse(wrong).unwrap_err();
        assert!(said.contains(line), "{said}");
    }
}

fn goal() -> Goal {
    "203.0.113.9".parse().unwrap()
}

/// An office's folder with a memory of no contact, and this list.
fn remembering(name: &str, list: &str) -> traffic::Folder {
    let place = traffic::Folder::new(&format!("hints-{name}"));
    let memory = Contacts {
        since: issei_model::Timestamp::from_secs(0),
        complete: true,
        hours: BTreeSet::new(),
        goals: Vec::new(),
        hosts: Some(Vec::new()),
    };
    place.file("contacts.json", &serde_json::to_vec(&memory).unwrap());
    place.file("hints.txt", list.as_bytes());
    place
}

#[test]
fn an_address_that_others_share_is_told_with_the_answer_and_counts_in_the_radius() {
    let place = remembering("shared", LIST);
    let me: issei_model::OrganisationId = "isp-a".parse().unwrap();
    let told = answers(
        &Folder::new(place.path()),
        &me,
        &[goal()],
        issei_host::clock::now(),
    )
    .unwrap();
    assert!(told[0].hints.contains(&Hint::SharedHosting));
    assert_eq!(told[0].lines, Count::FewerThan(Count::DEFAULT_K));
    let participant = Participant {
        member: me,
        lines: 10_000,
    };
    let radius = measure(&[goal()], &[participant], &told);
    assert!(
        radius
            .hints
            .contains(&"shared-hosting 203.0.113.9".to_owned())
    );
    assert!(radius.predicted_lines < Ceiling::PER_ORDER);
}

#[test]
fn a_broken_list_is_no_answer() {
    let place = remembering("broken", "203.0.113.0/24\n");
    let me = "isp-a".parse().unwrap();
    let told = answers(
        &Folder::new(place.path()),
        &me,
        &[goal()],
        issei_host::clock::now(),
    );
    assert!(told.unwrap_err().contains("hints.txt: line 1"));
}
