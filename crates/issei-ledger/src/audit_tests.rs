use std::ops::Range;

use super::*;
use crate::made::{self, Files, bytes, go_on, policy};

/// Chance with a seed (splitmix64).
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 27)
}

fn fault(files: &Files) -> Option<Fault<std::convert::Infallible>> {
    let policy = policy(2, 2);
    let audit = Audit::new(files, Some(&policy), Strangers::Refused);
    audit.and_then(|audit| audit.run()).err()
}

/// Checks a file as the whole audit would when it comes to it. Keys matter to the notes alone;
/// without them a hundred thousand signatures need not be checked again.
fn fault_in(files: &Files, path: &str) -> Option<Fault<std::convert::Infallible>> {
    let policy = path.starts_with(CHECKPOINT).then(|| policy(2, 2));
    let audit = Audit::new(files, policy.as_ref(), Strangers::Refused);
    audit.and_then(|audit| audit.check(path)).err()
}

fn flip(files: &mut Files, path: &str, byte: usize, bit: u64) {
    files.get_mut(path).unwrap()[byte] ^= 1 << bit;
}

/// A log with earlier checkpoints, bodies, and partial files that have grown since.
fn grown(size: u64) -> Files {
    let (mut files, mut log, early) = made::log(size - 20, 2);
    files.insert(format!("checkpoints/{}", size - 20), bytes(&early));
    let (mut note, _) = go_on(&mut files, &mut log, 0, size);
    for number in 0..2 {
        note.signatures
            .push(made::witness_key(number).sign(&note.text, 2_000));
    }
    log.publish(&mut files, &note).unwrap();
    files
}

#[test]
fn a_whole_log_is_told_by_its_figures() {
    let files = grown(3_000);
    let policy = policy(2, 2);
    let verdict = Audit::new(&files, Some(&policy), Strangers::Refused)
        .unwrap()
        .run()
        .unwrap();
    assert_eq!(
        (verdict.size, verdict.bodies, verdict.uncovered),
        (3_000, 3, 0)
    );
    assert_eq!(
        (verdict.origin.as_str(), verdict.checkpoints),
        (made::ORIGIN, 3)
    );
    assert_eq!(verdict.files, files.len() as u64);
    assert_eq!(verdict.checkpoint.unwrap().seen_at(), Some(2_000));
}

#[test]
fn a_bit_in_bytes_of_a_small_log_counts_for_the_whole_audit() {
    let mut files = grown(300);
    assert_eq!(fault(&files), None);
    let places: Vec<(String, usize)> = files
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes.len()))
        .collect();
    let mut state = 1;
    for (path, length) in places {
        // Every byte of what is short; of the rest one in seven.
        let step = if length < 3_000 { 1 } else { 7 };
        for byte in (0..length).step_by(step) {
            let bit = chance(&mut state) % 8;
            flip(&mut files, &path, byte, bit);
            assert!(fault(&files).is_some(), "{path}, byte {byte}, bit {bit}");
            flip(&mut files, &path, byte, bit);
        }
    }
}

/// Flips bits of every byte of ten thousand entries, each alone, and tells how many were found.
fn found_in_ten_thousand(mut bits: impl FnMut() -> Range<u64>) -> u64 {
    let mut files = grown(10_000);
    assert_eq!(fault(&files), None);
    let places: Vec<(String, usize)> = files
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes.len()))
        .collect();
    let mut found = 0;
    for (path, length) in places {
        for byte in 0..length {
            for bit in bits() {
                flip(&mut files, &path, byte, bit);
                let fault = fault_in(&files, &path);
                assert!(fault.is_some(), "{path}, byte {byte}, bit {bit}");
                flip(&mut files, &path, byte, bit);
                found += 1;
            }
        }
    }
    found
}

#[test]
fn a_bit_in_any_byte_of_ten_thousand_entries_is_found_where_it_is() {
    let mut state = 2;
    found_in_ten_thousand(|| {
        let bit = chance(&mut state) % 8;
        bit..bit + 1
    });
}

#[test]
#[ignore = "takes long; run it after a change to the files of a log or to their audit"]
fn every_bit_of_ten_thousand_entries_is_found_where_it_is() {
    let found = found_in_ten_thousand(|| 0..8);
    println!("{found} bits, each found");
}

#[test]
fn the_first_broken_entry_is_named() {
    let mut files = grown(3_000);
    let path = "tile/entries/003";
    let bundle = files[path].clone();
    let place = bundle.windows(5).position(|text| text == b":800}").unwrap();
    flip(&mut files, path, place + 1, 0);
    flip(&mut files, "tile/entries/005", 9, 0);
    let entry = Fault::Entry {
        index: 800,
        path: path.into(),
    };
    assert_eq!(fault(&files), Some(entry));
}

#[test]
fn a_broken_tile_is_named_not_the_entries_below_it() {
    for path in ["tile/0/003", "tile/0/011.p/184", "tile/1/000.p/11"] {
        let mut files = grown(3_000);
        flip(&mut files, path, 40, 3);
        assert_eq!(fault(&files), Some(Fault::Altered { path: path.into() }));
    }
}

#[test]
fn a_broken_or_missing_body_is_named_with_its_entry() {
    let mut files = grown(3_000);
    let path = crate::Entry::new(made::entry(999))
        .unwrap()
        .body()
        .unwrap()
        .path();
    flip(&mut files, &path, 40, 3);
    assert_eq!(
        fault(&files),
        Some(Fault::Body {
            index: 999,
            path: path.clone()
        })
    );
    files.remove(&path);
    assert_eq!(fault(&files), Some(Fault::Missing { path }));
}

#[test]
fn a_full_file_does_not_stand_in_for_a_partial_one() {
    let (longer, ..) = made::log(3_100, 0);
    for (path, full) in [
        ("tile/0/011.p/184", "tile/0/011"),
        ("tile/entries/011.p/184", "tile/entries/011"),
    ] {
        let mut files = grown(3_000);
        files.insert(full.into(), longer[full].clone());
        assert_eq!(fault(&files), None, "beyond the newest checkpoint");
        files.remove(path).unwrap();
        assert_eq!(fault(&files), Some(Fault::Missing { path: path.into() }));
    }
}

#[test]
fn entries_and_tiles_rewritten_together_do_not_pass() {
    let mut files = grown(3_000);
    let (others, ..) = made::log(2_999, 0);
    for (path, bytes) in others {
        if path.starts_with("tile/") {
            files.entry(path).or_insert(bytes);
        }
    }
    assert_eq!(
        fault(&files),
        None,
        "partial files of a shorter time are part of the log"
    );
    // A log of the same size in which one entry differs, under the old notes.
    let mut forged = Files::new();
    let mut log = crate::Log::open(&mut forged, made::log_key().verifier(), &Tip::empty()).unwrap();
    for index in 0..3_000 {
        let entry = if index == 5 {
            b"forged".to_vec()
        } else {
            made::entry(index)
        };
        log.append(entry).unwrap();
    }
    log.sign(&mut forged, &made::log_key()).unwrap();
    forged.retain(|path, _| path.starts_with("tile/") || path.starts_with("blob/"));
    files.retain(|path, _| path.starts_with("checkpoint"));
    files.extend(forged);
    assert!(matches!(fault(&files), Some(Fault::Root { .. })));
}

#[test]
fn an_earlier_checkpoint_of_another_branch_is_a_fault() {
    let mut files = grown(300);
    let tip = Tip {
        size: 100,
        root: [7; 32],
    };
    let mut note = Body::new(made::ORIGIN, tip).sign(&made::log_key());
    for number in 0..2 {
        note.signatures
            .push(made::witness_key(number).sign(&note.text, 5));
    }
    files.insert("checkpoints/100".into(), bytes(&note));
    let path = "checkpoints/100".into();
    assert_eq!(fault(&files), Some(Fault::Root { path }));
}

#[test]
fn a_signature_line_by_a_stranger_is_refused_or_named() {
    let mut files = grown(300);
    let mut note = Note::parse(&files[CHECKPOINT]).unwrap();
    note.signatures
        .push(made::witness_key(9).sign(&note.text, 5));
    files.insert(CHECKPOINT.into(), bytes(&note));
    assert!(matches!(fault(&files), Some(Fault::Stranger { .. })));
    let policy = policy(2, 2);
    let verdict = Audit::new(&files, Some(&policy), Strangers::Named)
        .unwrap()
        .run()
        .unwrap();
    assert_eq!(
        verdict.checkpoint.unwrap().strangers(),
        ["witness-9.example"]
    );
}

#[test]
fn a_file_that_belongs_to_no_log_is_named() {
    for path in ["tile/0/0", "blob/00", "checkpoints/x"] {
        let mut files = grown(300);
        files.insert(path.into(), b"?".to_vec());
        assert!(fault(&files).is_some(), "{path}");
    }
}

#[test]
fn a_log_without_a_checkpoint_is_not_taken_for_an_empty_one() {
    assert_eq!(fault(&Files::new()), Some(Fault::Unpublished));
}
