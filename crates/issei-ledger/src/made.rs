//! Made-up logs for the tests of this room.

use std::collections::BTreeMap;

use crate::{Algorithm, Log, Note, Policy, Proof, Signer, Tiles, Tip, Witness};

/// Files in memory.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The log's name.
pub const ORIGIN: &str = "log.example/issei";

/// The log's key.
pub fn log_key() -> Signer {
    Signer::new(ORIGIN, Algorithm::Ed25519, &[1; 32]).unwrap()
}

/// A witness's key.
pub fn witness_key(number: u8) -> Signer {
    let name = format!("witness-{number}.example");
    Signer::new(&name, Algorithm::CosignatureV1, &[100 + number; 32]).unwrap()
}

/// A witness that has seen nothing yet.
pub fn witness(number: u8) -> Witness {
    let log = log_key().verifier().clone();
    Witness::new(witness_key(number), log, Tip::empty()).unwrap()
}

/// Demands `needed` of the witnesses 0 to `there`.
pub fn policy(there: u8, needed: usize) -> Policy {
    let keys = (0..there).map(|number| witness_key(number).verifier().clone());
    Policy::new(log_key().verifier().clone(), keys.collect(), needed).unwrap()
}

/// The entry at an index: most short, every 1000th longer than a leaf.
pub fn entry(index: u64) -> Vec<u8> {
    let mut bytes = format!("{{\"entry\":{index}}}").into_bytes();
    if index % 1_000 == 999 {
        bytes.resize(crate::LONGEST_LEAF + 10, b' ');
    }
    bytes
}

/// A log of that many entries, signed and cosigned by the witnesses 0 to `witnesses`, published.
pub fn log(size: u64, witnesses: u8) -> (Files, Log, Note) {
    let mut files = Files::new();
    let mut log = Log::open(&mut files, log_key().verifier(), &Tip::empty()).unwrap();
    for index in 0..size {
        assert_eq!(log.append(entry(index)), Ok(index));
    }
    let mut note = log.sign(&mut files, &log_key()).unwrap();
    for number in 0..witnesses {
        let cosigned = witness(number).cosign(note.to_string().as_bytes(), &Proof(vec![]), 1_000);
        note.signatures.push(cosigned.unwrap().line);
    }
    log.publish(&mut files, &note).unwrap();
    (files, log, note)
}

/// Appends up to `size`, signs, and proves that the log goes on from `old`.
pub fn go_on(files: &mut Files, log: &mut Log, old: u64, size: u64) -> (Note, Proof) {
    for index in log.tip().size..size {
        log.append(entry(index)).unwrap();
    }
    let note = log.sign(files, &log_key()).unwrap();
    let proof = Tiles::new(files, size).consistency(old, size).unwrap();
    (note, proof)
}

/// The bytes of a note.
pub fn bytes(note: &Note) -> Vec<u8> {
    note.to_string().into_bytes()
}
