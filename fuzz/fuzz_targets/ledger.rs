//! What a ledger is made of: notes, checkpoints, keys, proofs, bundles, leaves, and files of a log.

#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use issei_ledger::{
    Algorithm, Audit, Body, Entry, Note, Policy, Proof, Signer, Strangers, Tip, Verifier, Witness,
    entries,
};

/// A log's key and a witness's that a fuzzer may know.
static KEYS: LazyLock<(Signer, Signer)> = LazyLock::new(|| {
    let key = |name, algorithm, seed| Signer::new(name, algorithm, &[seed; 32]).expect("a name");
    let log = key("log.example/issei", Algorithm::Ed25519, 1);
    (log, key("one.example", Algorithm::CosignatureV1, 2))
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((kind, input)) = input.split_first() else {
        return;
    };
    match kind % 5 {
        0 => note(input),
        1 => proof(input),
        2 => bundle(input),
        3 => entry(input),
        _ => files(input),
    }
});

fn note(input: &[u8]) {
    let (log, witness) = &*KEYS;
    if let Ok(note) = Note::parse(input) {
        assert_eq!(note.to_string().as_bytes(), input, "one spelling only");
    }
    let text = String::from_utf8_lossy(input);
    if let Some(body) = Body::parse(&text) {
        assert_eq!(body.to_string(), text, "one spelling only");
        let note = body.sign(log).to_string();
        let _ = Note::parse(note.as_bytes());
    }
    if let Ok(key) = text.parse::<Verifier>() {
        assert_eq!(key.to_string(), text, "one spelling only");
    }
    let keys = vec![witness.verifier().clone()];
    let policy = Policy::new(log.verifier().clone(), keys, 1).expect("a policy");
    assert!(policy.open(input).is_err(), "nobody signed this");
    let mut witness = Witness::new(witness.clone(), log.verifier().clone(), Tip::empty());
    let witness = witness.as_mut().expect("a witness");
    if witness.cosign(input, &Proof::default(), 0).is_ok() {
        // The seeds hold what the log really signed; a witness stands for it from nothing.
        assert!(Note::parse(input).is_ok());
    }
}

fn proof(input: &[u8]) {
    let Ok(proof) = Proof::parse(input) else {
        return;
    };
    assert_eq!(proof.to_text().as_bytes(), input, "one spelling only");
    let size = input.len() as u64 + 2;
    let tip = Tip {
        size,
        root: [1; 32],
    };
    assert!(!proof.includes(&[2; 32], size / 2, &tip), "made up");
    let old = Tip {
        size: size / 2,
        root: [3; 32],
    };
    assert!(!proof.extends(&old, &tip), "made up");
}

fn bundle(input: &[u8]) {
    let Some((width, bytes)) = input.split_first() else {
        return;
    };
    let width = u64::from(*width) + 1;
    let leaves: Result<Vec<&[u8]>, _> = entries(bytes, width).collect();
    if let Ok(leaves) = leaves {
        assert_eq!(leaves.len() as u64, width);
        let again = issei_ledger::bundle(leaves.into_iter()).expect("it was one");
        assert_eq!(again, bytes, "every byte is in a leaf");
    }
}

fn entry(input: &[u8]) {
    let Ok(entry) = Entry::new(input.to_vec()) else {
        return;
    };
    assert_eq!(entry.bytes(), input);
    assert!(entry.leaf().len() <= issei_ledger::LONGEST_LEAF);
}

/// A log whose every file is what the fuzzer says: audited, never believed.
fn files(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else {
        return;
    };
    let tip = Tip {
        size: u64::from(*size) * 3,
        root: [9; 32],
    };
    let note = Body::new("log.example/issei", tip)
        .sign(&KEYS.0)
        .to_string();
    let mut files = BTreeMap::new();
    files.insert("checkpoint".to_owned(), note.into_bytes());
    for path in ["tile/0/000", "tile/1/000", "tile/entries/000", "tile/0/001"] {
        files.insert(path.to_owned(), bytes.to_vec());
    }
    if let Ok(audit) = Audit::new(&files, None, Strangers::Named) {
        assert!(audit.run().is_err(), "nobody has this root");
    }
}
