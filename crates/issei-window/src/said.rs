//! What the office answered to a form, said once on the page that follows.
//!
//! In: an answer, whose session it was for. Out: the same, to the first page that this session looks at. Always:
//! bounded in answers and time; a stranger has none; a script that looks again for what moved takes none away. Not
//! here: noes, which are the answer to the form itself (`pages::act`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use issei_model::{Span, Timestamp};
use issei_text::Phrase;

use crate::rights::Visitor;

/// How long an answer waits for its page.
const WAITS: Span = Span::from_secs(60);
/// Answers that wait at once.
const MOST: usize = 1_000;

/// Answers that wait for their page, by the session's form token.
#[derive(Default)]
pub struct Waiting(Mutex<BTreeMap<String, (Timestamp, Phrase)>>);

/// What is said on this page.
#[derive(Clone, Debug)]
pub struct Said(pub Phrase);

impl Waiting {
    /// Keeps an answer for the page that follows.
    pub fn keep(&self, visitor: &Visitor, words: Phrase, now: Timestamp) {
        if visitor.form_token.is_empty() {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.retain(|_, (at, _)| now.since(*at) <= WAITS);
        }
        if waiting.len() < MOST {
            waiting.insert(visitor.form_token.clone(), (now, words));
        }
    }

    /// Takes the answer that waits for this look, if it is one at a page.
    pub fn take(&self, visitor: &Visitor, headers: &HeaderMap, now: Timestamp) -> Option<Said> {
        let mode = headers.get("sec-fetch-mode");
        if mode.is_some_and(|mode| mode != "navigate") {
            return None;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, words) = waiting.remove(&visitor.form_token)?;
        (now.since(at) <= WAITS).then_some(Said(words))
    }
}

#[cfg(test)]
#[path = "said_tests.rs"]
mod tests;
