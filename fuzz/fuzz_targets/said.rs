//! What offices, their people and enforcers say to each other: tasks, asks, sealed envelopes, requests to join.

#![no_main]

use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use issei::enforcer::speech::{Proven, Task};
use issei::office::control::Ask;
use issei_fuzz::said::{KEY, MEMBER, SERVER, code, organisation, policy};
use issei_host::exchange::LogPath;
use issei_host::exchange::join::{Invitation, Request};
use issei_host::exchange::signed::{self, Purpose};
use issei_ledger::Policy;
use issei_model::{PublicKey, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

static POLICY: LazyLock<Policy> = LazyLock::new(policy);
const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((kind, input)) = input.split_first() else {
        return;
    };
    match kind % 5 {
        0 => task(input),
        1 => drop(same_again::<Ask>(input)),
        2 => envelope(input),
        3 => joins(input),
        _ => path(input),
    }
});

/// Whatever is read is written so that it is read again as the same.
fn same_again<T: Serialize + DeserializeOwned + PartialEq>(input: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(input).ok()?;
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("and read again");
    assert!(again == read);
    Some(read)
}

/// Nothing is proven that the log did not sign.
fn task(input: &[u8]) {
    let proven: Vec<Proven> = match same_again::<Task>(input) {
        Some(Task::Stage(one)) => vec![*one],
        Some(Task::Arm { proposed, armed }) => vec![*proposed, *armed],
        _ => Vec::new(),
    };
    assert!(proven.iter().all(|one| one.open(&POLICY).is_err()));
}

/// An envelope that opens is the one spelling of what its sender sealed.
fn envelope(input: &[u8]) {
    let key = SigningKey::from_bytes(&KEY);
    let public = PublicKey(key.verifying_key().to_bytes());
    let from = organisation(MEMBER);
    let opened = signed::open::<Value>(Purpose::RECEIPT, input, &public, &from, Some(7));
    if let Ok((sequence, body)) = opened {
        assert!(sequence > 7, "an old number is a replay");
        let sealed = signed::seal(Purpose::RECEIPT, &from, sequence, &body, &key);
        assert_eq!(sealed.as_deref(), Ok(input));
        assert!(
            signed::open::<Value>(Purpose::ANSWER, input, &public, &from, None).is_err(),
            "it is good for one purpose"
        );
    }
}

/// Who joins knows the code.
fn joins(input: &[u8]) {
    let Ok(request) = Request::parse(input) else {
        return;
    };
    let mut invitation = Invitation::new(code(), organisation(MEMBER), NOW);
    if invitation.judge(&request, &SERVER, NOW).is_ok() {
        let ours = Request::proven(request.statement.clone(), &code(), &SERVER);
        assert!(ours == request);
        assert!(invitation.judge(&request, &SERVER, NOW).is_err(), "once");
    }
}

/// A path into the log has one spelling.
fn path(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(path) = text.parse::<LogPath>() {
        assert_eq!(path.as_str(), text);
    }
}
