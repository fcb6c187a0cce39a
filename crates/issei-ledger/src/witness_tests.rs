use super::*;
use crate::made::{self, Files, bytes, go_on, log_key, policy, witness};

#[test]
fn a_witness_follows_a_log_that_goes_on() {
    let mut files = Files::new();
    let mut log = crate::Log::open(&mut files, log_key().verifier(), &Tip::empty()).unwrap();
    let mut witness = witness(0);
    for size in [0, 1, 2, 3, 255, 256, 257, 300, 512, 700] {
        let (mut note, proof) = go_on(&mut files, &mut log, witness.last().size, size);
        let cosigned = witness.cosign(&bytes(&note), &proof, 77).unwrap();
        assert_eq!((cosigned.remember, *witness.last()), (log.tip(), log.tip()));
        note.signatures.push(cosigned.line);
        let opened = policy(1, 1).open(&bytes(&note)).unwrap();
        assert_eq!(opened.seen_at(), Some(77));
        // Once more, for a fresh moment.
        assert!(witness.cosign(&bytes(&note), &Proof::default(), 78).is_ok());
    }
}

#[test]
fn a_witness_refuses_a_shorter_log_and_stays_where_it_was() {
    let (_, _, short) = made::log(5, 0);
    let (_, _, long) = made::log(9, 0);
    let mut witness = witness(0);
    witness.cosign(&bytes(&long), &Proof::default(), 1).unwrap();
    let refused = witness.cosign(&bytes(&short), &Proof::default(), 2);
    assert_eq!(
        refused,
        Err(Refusal::Shrunk {
            seen: 9,
            offered: 5
        })
    );
    assert_eq!(witness.last().size, 9);
}

#[test]
fn a_witness_refuses_a_fork_of_any_size_whatever_the_proof() {
    let (mut files, mut log, first) = made::log(9, 0);
    let mut witness = witness(0);
    witness
        .cosign(&bytes(&first), &Proof::default(), 1)
        .unwrap();
    // Another history of the same key.
    let (mut others, mut other) = (Files::new(), None);
    for size in [9, 10, 300] {
        let other = other.get_or_insert_with(|| {
            let mut log =
                crate::Log::open(&mut others, log_key().verifier(), &Tip::empty()).unwrap();
            log.append(b"a branch".to_vec()).unwrap();
            log
        });
        let (note, proof) = go_on(&mut others, other, 9, size);
        let refused = Err(Refusal::Forked {
            seen: 9,
            offered: size,
        });
        assert_eq!(witness.cosign(&bytes(&note), &proof, 2), refused);
        assert_eq!(witness.cosign(&bytes(&note), &Proof::default(), 2), refused);
    }
    let (note, proof) = go_on(&mut files, &mut log, 9, 300);
    assert!(witness.cosign(&bytes(&note), &proof, 3).is_ok());
}

#[test]
fn a_witness_refuses_what_the_log_did_not_sign() {
    let (_, _, mut note) = made::log(5, 0);
    note.signatures[0].signature[0] ^= 1;
    let refused = witness(0).cosign(&bytes(&note), &Proof::default(), 1);
    assert!(matches!(refused, Err(Refusal::FalseSignature { .. })));
}

#[test]
fn a_witness_has_the_key_of_a_witness() {
    let log = log_key().verifier().clone();
    let made = Witness::new(log_key(), log, Tip::empty()).map(drop);
    assert!(matches!(made, Err(PolicyError::NotAWitness { .. })));
}
