use super::*;
use crate::made::{self, ORIGIN, bytes, log_key, policy, witness_key};
use crate::{Tiles, Tip};

fn signed(witnesses: &[(u8, u64)]) -> Note {
    let mut note = Body::new(
        ORIGIN,
        Tip {
            size: 3,
            root: [9; 32],
        },
    )
    .sign(&log_key());
    for &(number, time) in witnesses {
        note.signatures
            .push(witness_key(number).sign(&note.text, time));
    }
    note
}

#[test]
fn enough_distinct_witnesses_open_a_checkpoint() {
    let opened = policy(3, 2)
        .open(&bytes(&signed(&[(0, 10), (2, 20)])))
        .unwrap();
    assert_eq!(
        opened.tip(),
        &Tip {
            size: 3,
            root: [9; 32]
        }
    );
    assert_eq!(
        opened.witnesses(),
        ["witness-0.example", "witness-2.example"]
    );
    assert_eq!((opened.origin(), opened.strangers().len()), (ORIGIN, 0));
}

#[test]
fn a_witness_that_signs_twice_counts_once() {
    let few = Err(Refusal::TooFewWitnesses {
        valid: 1,
        needed: 2,
    });
    assert_eq!(policy(3, 2).open(&bytes(&signed(&[(0, 10), (0, 10)]))), few);
    assert_eq!(policy(3, 2).open(&bytes(&signed(&[(0, 10), (0, 11)]))), few);
}

#[test]
fn a_stranger_counts_nothing_and_is_named() {
    let note = bytes(&signed(&[(0, 10), (7, 10)]));
    let few = Err(Refusal::TooFewWitnesses {
        valid: 1,
        needed: 2,
    });
    assert_eq!(policy(3, 2).open(&note), few);
    assert_eq!(
        policy(3, 1).open(&note).unwrap().strangers(),
        ["witness-7.example"]
    );
}

#[test]
fn a_false_signature_of_a_known_key_refuses_the_note_though_others_suffice() {
    let mut note = signed(&[(0, 10), (1, 10), (2, 10)]);
    note.signatures[2].signature[20] ^= 1;
    let name = "witness-1.example".into();
    assert_eq!(
        policy(3, 2).open(&bytes(&note)),
        Err(Refusal::FalseSignature { name })
    );
}

#[test]
fn cosignatures_of_another_checkpoint_do_not_count() {
    let mut note = signed(&[]);
    let other = Body::new(
        ORIGIN,
        Tip {
            size: 4,
            root: [9; 32],
        },
    )
    .to_string();
    note.signatures.push(witness_key(0).sign(&other, 10));
    assert!(matches!(
        policy(1, 1).open(&bytes(&note)),
        Err(Refusal::FalseSignature { .. })
    ));
}

#[test]
fn the_log_must_sign_itself_and_under_its_own_name() {
    let mut note = signed(&[(0, 10)]);
    note.signatures.remove(0);
    let name: String = ORIGIN.into();
    let refused = policy(1, 1).open(&bytes(&note));
    assert_eq!(refused, Err(Refusal::Unsigned { name: name.clone() }));
    let other = Body::new("other.example", Tip::empty()).sign(&log_key());
    let found = "other.example".into();
    let refused = policy(1, 1).open(&bytes(&other));
    assert_eq!(
        refused,
        Err(Refusal::OtherLog {
            wanted: name,
            found
        })
    );
}

#[test]
fn the_moment_is_the_one_since_which_enough_witnesses_stand_for_it() {
    let note = bytes(&signed(&[(0, 10), (1, 30), (2, 5), (2, 20), (2, 6)]));
    let seen = |needed| policy(3, needed).open(&note).unwrap().seen_at();
    assert_eq!([seen(1), seen(2), seen(3)], [Some(30), Some(20), Some(10)]);
    let alone = Policy::unwitnessed(log_key().verifier().clone()).unwrap();
    assert_eq!(alone.open(&note).unwrap().seen_at(), None);
}

#[test]
fn a_policy_that_would_count_somebody_twice_or_nobody_is_refused() {
    let log = || log_key().verifier().clone();
    let witness = |number| witness_key(number).verifier().clone();
    let made = |witnesses, needed| Policy::new(log(), witnesses, needed).map(drop);
    assert!(made(vec![witness(0), witness(1)], 2).is_ok());
    assert!(matches!(
        made(vec![witness(0), witness(0)], 1),
        Err(PolicyError::Twice { .. })
    ));
    let alias = Verifier::new("alias", Algorithm::CosignatureV1, &witness(0).key()).unwrap();
    assert!(matches!(
        made(vec![witness(0), alias], 1),
        Err(PolicyError::Twice { .. })
    ));
    let other = Verifier::new(
        witness(0).name(),
        Algorithm::CosignatureV1,
        &witness(1).key(),
    );
    assert!(matches!(
        made(vec![witness(0), other.unwrap()], 1),
        Err(PolicyError::Twice { .. })
    ));
    let itself = Verifier::new("itself", Algorithm::CosignatureV1, &log().key()).unwrap();
    assert!(matches!(
        made(vec![itself], 1),
        Err(PolicyError::Twice { .. })
    ));
    assert!(matches!(
        made(vec![log()], 1),
        Err(PolicyError::NotAWitness { .. })
    ));
    for needed in [0, 2] {
        assert!(matches!(
            made(vec![witness(0)], needed),
            Err(PolicyError::Needed { .. })
        ));
    }
    assert_eq!(
        Policy::new(witness(0), vec![witness(1)], 1).map(drop),
        Err(PolicyError::NotALog)
    );
    assert_eq!(
        Policy::unwitnessed(witness(0)).map(drop),
        Err(PolicyError::NotALog)
    );
}

#[test]
fn only_an_entry_that_is_in_the_log_becomes_logged() {
    let (files, _, note) = made::log(1_500, 1);
    let checkpoint = policy(1, 1).open(&bytes(&note)).unwrap();
    for index in [0, 1, 255, 256, 999, 1_499] {
        let proof = Tiles::new(&files, 1_500).inclusion(index, 1_500).unwrap();
        let entry = made::entry(index);
        let logged = checkpoint.admit(index, entry.clone(), &proof).unwrap();
        assert_eq!((logged.index(), logged.bytes()), (index, &entry[..]));
        let refused = Err(Refusal::NotIncluded { index, size: 1_500 });
        assert_eq!(checkpoint.admit(index, b"other".to_vec(), &proof), refused);
        assert!(checkpoint.admit(index + 1, entry.clone(), &proof).is_err());
        let mut changed = entry;
        *changed.last_mut().unwrap() ^= 1;
        assert!(checkpoint.admit(index, changed, &proof).is_err());
    }
    let leaf = crate::Entry::new(made::entry(999)).unwrap().leaf();
    let proof = Tiles::new(&files, 1_500).inclusion(999, 1_500).unwrap();
    let stand_in = checkpoint.admit(999, leaf, &proof);
    assert_eq!(
        stand_in,
        Err(Refusal::NotAnEntry(crate::EntryError::Reserved))
    );
}

#[test]
fn the_text_of_a_checkpoint_is_that_of_the_standard() {
    let body = Body::new(
        "example.com/log",
        Tip {
            size: 10,
            root: [0; 32],
        },
    );
    let text = format!("example.com/log\n10\n{}=\n", "A".repeat(43));
    assert_eq!(body.to_string(), text);
    assert_eq!(Body::parse(&text), Some(body));
    let extended = Body::parse(&(text.clone() + "more\n")).unwrap();
    assert_eq!(extended.extensions, ["more"]);
    for wrong in [
        text.replace("10", "010"),
        text.replace("10", "+10"),
        text.replace("10", "281474976710657"),
        text.replace("A=", "B="),
        text.replace("example.com/log", ""),
        text.trim_end().to_owned(),
        text + "\n",
    ] {
        assert_eq!(Body::parse(&wrong), None, "{wrong}");
    }
}
