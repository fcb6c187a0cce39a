//! A charter has one form; what is wrong with one is said; changes are said in lines.

use ed25519_dalek::SigningKey;
use issei_case::approvals::Role;
use issei_ledger::{Algorithm, Signer};
use issei_model::{PublicKey, Timestamp};
use issei_sim::rehearsal::Person;

use super::{Charter, Enrolled, line_in};
use crate::words::{EN, JA};
use issei_desk::ceiling::{Figures, Raised, Raiser};

fn log() -> Signer {
    Signer::new(
        "coordinator.issei.internal/orders",
        Algorithm::Ed25519,
        &[1; 32],
    )
    .unwrap()
}

fn member(name: &str, seed: u8) -> Enrolled {
    let key = format!("{name}.witness.issei.internal");
    let witness = Signer::new(&key, Algorithm::CosignatureV1, &[seed; 32]).unwrap();
    Enrolled {
        member: name.parse().unwrap(),
        lines: 4_000,
        witness: witness.verifier().to_string(),
        desk: PublicKey([seed; 32]),
    }
}

fn charter() -> Charter {
    let mut charter = Charter::new("coordinator".parse().unwrap(), log().verifier());
    charter.enter(member("isp-b", 2));
    charter.enter(member("isp-a", 3));
    charter
}

#[test]
fn what_is_written_is_read_again_and_nothing_else_is() {
    let charter = charter();
    let bytes = charter.canonical();
    assert_eq!(Charter::parse(&bytes), Ok(charter));
    let spaced = [b" ", bytes.as_slice()].concat();
    assert!(Charter::parse(&spaced).unwrap_err().contains("canonical"));
    let other = String::from_utf8(bytes)
        .unwrap()
        .replace("charter/1", "charter/9");
    assert!(
        Charter::parse(other.as_bytes())
            .unwrap_err()
            .contains("another shape")
    );
}

#[test]
fn members_rise_by_name_and_more_than_half_of_them_must_sign() {
    let mut charter = charter();
    let names: Vec<&str> = charter
        .members
        .iter()
        .map(|one| one.member.as_str())
        .collect();
    assert_eq!(names, ["isp-a", "isp-b"]);
    assert_eq!(charter.policy().unwrap().unwrap().needed(), 2);
    charter.enter(member("isp-c", 4));
    assert_eq!(charter.policy().unwrap().unwrap().needed(), 2);
    charter.enter(member("isp-d", 5));
    assert_eq!(charter.policy().unwrap().unwrap().needed(), 3);
}

#[test]
fn a_country_without_members_has_no_policy() {
    let charter = Charter::new("coordinator".parse().unwrap(), log().verifier());
    assert!(charter.policy().unwrap().is_none());
}

#[test]
fn two_members_with_one_key_make_no_charter() {
    let mut charter = charter();
    charter.enter(member("isp-c", 2));
    charter.members[2].witness = charter.members[1].witness.clone();
    assert!(Charter::parse(&charter.canonical()).is_err());
}

#[test]
fn a_key_of_two_people_makes_no_charter() {
    let mut charter = charter();
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let key = PublicKey(key.verifying_key().to_bytes());
    let now = Timestamp::from_secs(1_800_000_000);
    charter.enter_person("approver@isp-a".parse().unwrap(), key, Role::Approver, now);
    assert!(Charter::parse(&charter.canonical()).is_ok());
    charter.enter_person("counsel@isp-b".parse().unwrap(), key, Role::Approver, now);
    assert!(
        Charter::parse(&charter.canonical())
            .unwrap_err()
            .contains("already belongs")
    );
}

#[test]
fn a_change_of_a_key_is_told_as_what_goes_and_what_comes() {
    let (before, mut after) = (charter(), charter());
    assert!(before.changes(&after).is_empty());
    after.enter(member("isp-a", 7));
    let said = before.changes(&after);
    assert_eq!(said.len(), 2);
    assert!(said[0].starts_with("- member isp-a"), "{said:?}");
    assert!(said[1].starts_with("+ member isp-a"), "{said:?}");
    assert_ne!(before.digest(), after.digest());
}

fn person(name: &str, seed: u8) -> Person {
    Person::new(name.parse().unwrap(), SigningKey::from_bytes(&[seed; 32]))
}

/// A charter in which two people have keys.
fn peopled() -> (Charter, [Person; 2]) {
    let people = [person("duty@coordinator", 4), person("counsel@isp-b", 5)];
    let mut charter = charter();
    for one in &people {
        let (id, now) = (one.id.clone(), Timestamp::from_secs(1_800_000_000));
        charter.enter_person(id, one.public(), Role::Approver, now);
    }
    (charter, people)
}

fn raiser(person: &Person, figures: Figures, coordinator: &str) -> Raiser {
    Raiser {
        person: person.id.clone(),
        key: person.public(),
        signature: person.sign(&figures.to_be_signed(&coordinator.parse().unwrap())),
    }
}

fn raised(charter: &Charter, figures: Figures, by: [Raiser; 2]) -> Charter {
    Charter {
        raised: Some(Raised { figures, by }),
        ..charter.clone()
    }
}

#[test]
fn two_people_who_sign_for_the_same_figures_raise_a_ceiling() {
    let (charter, [one, other]) = peopled();
    let figures = Figures {
        per_order: 500,
        per_day: 20_000,
    };
    let by = [&one, &other].map(|who| raiser(who, figures, "coordinator"));
    let together = raised(&charter, figures, by);
    let read = Charter::parse(&together.canonical()).unwrap();
    assert_eq!(read.ceiling().unwrap().per_day(), 20_000);
    let changes = charter.changes(&together);
    let said = |line: &String| line.contains("raised by duty@coordinator and counsel@isp-b");
    assert!(changes.iter().any(said), "{changes:?}");
    // What was signed holds on when a key ends.
    let mut later = together;
    assert!(later.end_key(&one.public(), Timestamp::from_secs(1_800_000_100)));
    assert!(Charter::parse(&later.canonical()).is_ok());
    assert!(!later.end_key(&one.public(), Timestamp::from_secs(1_800_000_200)));
}

#[test]
fn every_line_of_a_charter_is_said_in_both_languages_with_all_that_stands_in_it() {
    let (peopled, [one, other]) = peopled();
    let figures = Figures {
        per_order: 500,
        per_day: 20_000,
    };
    let by = [&one, &other].map(|who| raiser(who, figures, "coordinator"));
    let mut after = raised(&peopled, figures, by);
    after.coordinator = "another".parse().unwrap();
    after.log = member("log", 8).witness;
    after.approvals = 3;
    let now = Timestamp::from_secs(1_800_000_000);
    let person = person("operator@isp-a", 6);
    after.enter_person(person.id.clone(), person.public(), Role::Proposer, now);
    after.enter(member("isp-a", 7));
    let changes = charter().changes(&after);
    assert_eq!(changes.len(), 8 + 3 + 2, "{changes:?}");
    for line in &changes {
        assert_eq!(line_in(line, EN), *line);
        let said = line_in(line, JA);
        assert_ne!(said, *line, "no Japanese for this line");
        let carries =
            |word: &&str| word.contains(|c: char| c.is_ascii_digit() || "@-+".contains(c));
        for word in line.split([' ', ',']).filter(carries) {
            assert!(said.contains(word), "{word} is lost: {said}");
        }
    }
}

#[test]
fn nobody_raises_a_ceiling_alone_too_high_or_with_another_signature() {
    let (charter, [one, other]) = peopled();
    let figures = |per_order, per_day| Figures { per_order, per_day };
    let wanted = figures(500, 20_000);
    let good = |who| raiser(who, wanted, "coordinator");
    let refused = |figures, by, why: &str| {
        let bytes = raised(&charter, figures, by).canonical();
        let said = Charter::parse(&bytes).unwrap_err();
        assert!(said.contains(why), "{said}");
    };
    refused(wanted, [good(&one), good(&one)], "alone");
    let high = figures(500, 30_000);
    let by = [&one, &other].map(|who| raiser(who, high, "coordinator"));
    refused(high, by, "stays below");
    refused(
        figures(501, 20_000),
        [good(&one), good(&other)],
        "signature",
    );
    let elsewhere = raiser(&other, wanted, "another-country");
    refused(wanted, [good(&one), elsewhere], "signature");
    let stranger = person("stranger@isp-b", 6);
    refused(wanted, [good(&one), good(&stranger)], "key");
    let borrowed = Raiser {
        person: other.id.clone(),
        ..good(&one)
    };
    refused(wanted, [good(&one), borrowed], "key");
}

#[test]
fn a_charter_longer_than_any_country_needs_is_refused_unread() {
    let long = vec![b' '; Charter::LONGEST + 1];
    assert!(Charter::parse(&long).unwrap_err().contains("at most"));
}
