//! Works on a store and says after each step that it is kept; another process ends it, or the power,
//! at some moment. Afterwards the store is checked against what was said.
//!
//! Always: a step changes files and documents that only agree with each other if the whole step is
//! there, so half a step does not pass the check.

use std::io::Write;
use std::path::Path;

use issei_host::store::{Change, Durability, Owner, Store, StoreError};
use issei_model::Timestamp;

/// Files and documents that are written in turn.
const TURNS: u64 = 48;
/// Bytes of the largest file: some pages, so that a step needs several writes to the disk.
const LARGEST: u64 = 20_000;

/// Goes on from the last step that is kept, and acknowledges each to `out`.
///
/// # Errors
/// If the store refuses, which ends the work.
pub async fn work(
    path: &Path,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), StoreError> {
    let store = Store::open_with(path, Owner::Member, durability).await?;
    let last = store.document("counter", "last").await?;
    let last = last.and_then(|document| document.body.parse().ok());
    let first: u64 = last.map_or(1, |last: u64| last + 1);
    for step in first.. {
        store.keep(&changes(step)).await?;
        // Nobody listens any more: the work is over.
        if writeln!(out, "kept {step}")
            .and_then(|()| out.flush())
            .is_err()
        {
            break;
        }
    }
    Ok(())
}

/// Checks that the store holds every change of the steps up to its last, and nothing else. Tells the
/// last, 0 for an empty store.
///
/// # Errors
/// If the store does not open, or holds half a step.
pub async fn check(path: &Path) -> Result<u64, String> {
    let words = |error: StoreError| error.to_string();
    let store = Store::open(path, Owner::Member).await.map_err(words)?;
    let counter = store.document("counter", "last").await.map_err(words)?;
    let last: u64 = match counter {
        Some(document) => document
            .body
            .parse()
            .map_err(|_| "the counter is no number")?,
        None => 0,
    };
    let mut files = store.files().await.map_err(words)?;
    let mut turns = store.documents("turn").await.map_err(words)?;
    for step in last.saturating_sub(TURNS - 1).max(1)..=last {
        let name = turn(step);
        if files.remove(&name) != Some(content(step)) {
            return Err(format!(
                "step {last} is the last, but file {name} is not of step {step}"
            ));
        }
        let at = turns.iter().position(|document| document.name == name);
        let found = at.map(|at| turns.swap_remove(at).body);
        if found != Some(step.to_string()) {
            return Err(format!(
                "step {last} is the last, but document {name} is not of step {step}"
            ));
        }
    }
    if last > 0 && files.remove(&only(last)).is_none() {
        return Err(format!(
            "step {last} is the last, but its own file is not there"
        ));
    }
    match (files.keys().next(), turns.first()) {
        (Some(file), _) => Err(format!(
            "step {last} is the last, but file {file} is there too"
        )),
        (_, Some(turn)) => Err(format!(
            "step {last} is the last, but {turn:?} is there too"
        )),
        (None, None) => Ok(last),
    }
}

fn changes(step: u64) -> [Change; 5] {
    let changed_at = Timestamp::from_secs(step.cast_signed());
    let document = |kind: &str, name: String| Change::PutDocument {
        kind: kind.into(),
        name,
        body: step.to_string(),
        changed_at,
    };
    [
        Change::PutFile {
            path: turn(step),
            bytes: content(step),
        },
        document("counter", "last".into()),
        Change::RemoveFile {
            path: only(step - 1),
        },
        document("turn", turn(step)),
        Change::PutFile {
            path: only(step),
            bytes: vec![],
        },
    ]
}

fn turn(step: u64) -> String {
    (step % TURNS).to_string()
}

/// Names the file that is there only while its step is the last.
fn only(step: u64) -> String {
    format!("only/{step}")
}

/// Bytes that no other step has, of a length that varies.
fn content(step: u64) -> Vec<u8> {
    let length = step * 7_919 % LARGEST + 8;
    let word = step.to_be_bytes();
    (0..length as usize)
        .map(|at| word[at % word.len()] ^ (at / 256) as u8)
        .collect()
}
