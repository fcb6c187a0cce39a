//! A charter has one form; what is wrong with one is said; changes are said in lines.

use issei_case::approvals::Role;
use issei_ledger::{Algorithm, Signer};
use issei_model::{PublicKey, Timestamp};

use super::{Charter, Enrolled, Raised};

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

#[test]
fn nobody_raises_a_ceiling_alone_and_nobody_raises_it_too_high() {
    let raised = |per_day, other: &str| {
        let by = ["duty@coordinator".parse().unwrap(), other.parse().unwrap()];
        let raised = Some(Raised {
            per_order: 500,
            per_day,
            by,
        });
        Charter {
            raised,
            ..charter()
        }
    };
    let together = raised(20_000, "counsel@isp-b");
    assert_eq!(
        Charter::parse(&together.canonical())
            .unwrap()
            .ceiling()
            .unwrap()
            .per_day(),
        20_000
    );
    assert!(
        charter()
            .changes(&together)
            .iter()
            .any(|line| line.contains("raised by duty@coordinator"))
    );
    assert!(Charter::parse(&raised(20_000, "duty@coordinator").canonical()).is_err());
    assert!(Charter::parse(&raised(30_000, "counsel@isp-b").canonical()).is_err());
}

#[test]
fn a_charter_longer_than_any_country_needs_is_refused_unread() {
    let long = vec![b' '; Charter::LONGEST + 1];
    assert!(Charter::parse(&long).unwrap_err().contains("at most"));
}
