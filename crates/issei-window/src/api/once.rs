//! The same change sent twice is done once (the Idempotency-Key header).
//!
//! In: who sends, the key, the body's digest. Out: go ahead, the first answer, or a no. Always: a key with another
//! body is refused; two that arrive together are done once; a day, and so many at most, are remembered, which a
//! restart forgets (the office's own asks are idempotent where it matters).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::StatusCode;
use issei_model::{Span, Timestamp};
use sha2::{Digest as _, Sha256};

/// Changes that are remembered, and how long.
const MOST: usize = 10_000;
const REMEMBERED: Span = Span::from_secs(86_400);

/// What was done under each key.
#[derive(Default)]
pub struct Once(Mutex<BTreeMap<[u8; 32], Entry>>);

struct Entry {
    body: [u8; 32],
    at: Timestamp,
    /// None while it is being done.
    answer: Option<(StatusCode, Bytes)>,
}

/// What to do with a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Do it, and tell [`Once::done`].
    Go([u8; 32]),
    /// It was done: this was the answer.
    Again(StatusCode, Bytes),
    /// The key was used for something else.
    Other,
    /// It is being done right now.
    Busy,
    /// Too many are remembered.
    Full,
}

impl Once {
    /// Asks whose turn it is.
    pub fn turn(&self, who: &str, key: &str, address: &str, body: &[u8], now: Timestamp) -> Turn {
        let name: [u8; 32] = Sha256::digest(format!("{who}\n{key}").as_bytes()).into();
        let said = [address.as_bytes(), b"\n", body].concat();
        let body: [u8; 32] = Sha256::digest(said).into();
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries
            .get(&name)
            .filter(|one| now.since(one.at) < REMEMBERED)
        {
            return match (&entry.answer, entry.body == body) {
                (_, false) => Turn::Other,
                (Some((status, answer)), true) => Turn::Again(*status, answer.clone()),
                (None, true) => Turn::Busy,
            };
        }
        if entries.len() >= MOST {
            entries.retain(|_, entry| now.since(entry.at) < REMEMBERED);
            if entries.len() >= MOST {
                return Turn::Full;
            }
        }
        let entry = Entry {
            body,
            at: now,
            answer: None,
        };
        entries.insert(name, entry);
        Turn::Go(name)
    }

    /// Remembers the answer; one that says that something broke is forgotten, so that it can be tried again.
    pub fn done(&self, name: [u8; 32], status: StatusCode, answer: &Bytes) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match status.is_server_error() {
            true => {
                entries.remove(&name);
            }
            false => {
                if let Some(entry) = entries.get_mut(&name) {
                    entry.answer = Some((status, answer.clone()));
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "once_tests.rs"]
mod tests;
