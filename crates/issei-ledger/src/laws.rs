//! Laws over generated input: nothing from outside makes a parser panic, and what is read is what
//! was written.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::made::{bytes, log_key, policy, witness};
use crate::{Audit, Body, Name, Note, Proof, Strangers, Tip, Verifier, bundle, entries};

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_by_every_parser(bytes in vec(any::<u8>(), 0..2_000), width in any::<u64>()) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes.clone());
        }
        if let Ok(proof) = Proof::parse(&bytes) {
            prop_assert_eq!(proof.to_text().into_bytes(), bytes.clone());
        }
        prop_assert!(entries(&bytes, width).count() <= 256);
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Body::parse(&text), Name::parse(&text), text.parse::<Verifier>());
        let mut witness = witness(0);
        prop_assert!(policy(1, 1).open(&bytes).is_err());
        prop_assert!(witness.cosign(&bytes, &Proof::default(), 0).is_err());
    }

    #[test]
    fn texts_near_a_note_are_read_or_refused(text in "([a-z0-9+/= \u{2014}]{0,12}\n){0,8}") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Some(body) = Body::parse(&text) {
            prop_assert_eq!(body.to_string(), text);
        }
    }

    #[test]
    fn a_note_with_one_byte_changed_never_opens(place in any::<prop::sample::Index>(), change in 1..=255_u8) {
        let tip = Tip { size: 3, root: [9; 32] };
        let mut note = Body::new(crate::made::ORIGIN, tip).sign(&log_key());
        note.signatures.push(crate::made::witness_key(0).sign(&note.text, 7));
        let mut changed = bytes(&note);
        prop_assert!(policy(1, 1).open(&changed).is_ok());
        let place = place.index(changed.len());
        changed[place] ^= change;
        prop_assert!(policy(1, 1).open(&changed).is_err());
    }

    #[test]
    fn a_bundle_is_read_as_it_was_written(leaves in vec(vec(any::<u8>(), 0..50), 1..=256)) {
        let bytes = bundle(leaves.iter().map(Vec::as_slice)).unwrap();
        let read: Result<Vec<_>, _> = entries(&bytes, leaves.len() as u64).collect();
        prop_assert_eq!(read.unwrap(), leaves);
    }

    #[test]
    fn a_name_is_read_as_it_was_written(level in proptest::option::of(0..=5_u8), number in 0..1_u64 << 48, width in 1..=256_u64) {
        let name = Name { level, number, width };
        prop_assert_eq!(Name::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn any_proof_is_judged_and_no_made_up_one_leads_to_a_root(hashes in vec(any::<[u8; 32]>(), 0..70), index in any::<u64>(), old in any::<u64>(), new in 1..u64::MAX) {
        let proof = Proof(hashes);
        let tip = Tip { size: new, root: [1; 32] };
        prop_assert!(!proof.includes(&[2; 32], index, &tip));
        let old = Tip { size: old, root: [3; 32] };
        prop_assert!(!proof.extends(&old, &tip));
    }

    #[test]
    fn any_files_are_audited_without_a_panic(size in 0..100_000_u64, file in vec(any::<u8>(), 0..9_000)) {
        let note = Body::new(crate::made::ORIGIN, Tip { size, root: [9; 32] }).sign(&log_key());
        let mut files = crate::made::Files::new();
        files.insert("checkpoint".into(), bytes(&note));
        for path in ["tile/0/000", "tile/1/000", "tile/entries/000"] {
            files.insert(path.into(), file.clone());
        }
        let audit = Audit::new(&files, None, Strangers::Named).unwrap();
        prop_assert!(audit.run().is_err());
    }
}
