//! Who looked at what is about people: written down before it is shown, and read by auditors.
//!
//! In: a request whose action is reading lines; the lines that were kept. Out: a line more, or a no; looks, newest
//! first. Always: what cannot be written down is not shown; a line that cannot be read is counted. Not here: where
//! lines are kept ([`LookBook`] is handed in), how one is written (`sign_in`), the page (`pages::looks`).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use issei_model::{PersonId, Timestamp};
use serde::Deserialize;

use crate::Window;
use crate::api::problem::Problem;
use crate::rights::{Action, Visitor};

/// Where looks are read from.
pub trait LookBook: Send + Sync {
    /// Reads looks.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn read(&self, wanted: &Sought) -> Result<Leaf, String>;
}

/// Which looks are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Only those before this place in the book; none for the newest.
    pub before: Option<u64>,
    /// How many, at most.
    pub most: usize,
    /// Only lines that have this in them.
    pub only: Option<String>,
}

/// Some looks, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaf {
    /// The lines as they were kept.
    pub lines: Vec<String>,
    /// The place from which older ones are read; none if there are none.
    pub older: Option<u64>,
    /// Lines in the whole book.
    pub all: u64,
}

/// A book without leaves: for rehearsals and tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBook;

impl LookBook for NoBook {
    fn read(&self, _: &Sought) -> Result<Leaf, String> {
        Ok(Leaf::default())
    }
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// Who; none for a machine with a token.
    pub who: Option<PersonId>,
    /// What was asked for: method and address.
    pub what: String,
}

/// Looks as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// The looks, newest first.
    pub looks: Vec<Look>,
    /// Lines among them that could not be read.
    pub odd: usize,
    /// The place from which older ones are read.
    pub older: Option<u64>,
    /// Lines in the whole book.
    pub all: u64,
}

impl Looks {
    /// Reads the lines.
    pub fn of(leaf: &Leaf) -> Self {
        let read = |line: &String| serde_json::from_str(line).ok();
        let looks: Vec<Look> = leaf.lines.iter().filter_map(read).collect();
        Self {
            odd: leaf.lines.len() - looks.len(),
            looks,
            older: leaf.older,
            all: leaf.all,
        }
    }
}

impl Window {
    /// Reads looks, away from those who serve others: the book may lie on a slow disk.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub(crate) async fn looks(&self, sought: Sought) -> Result<Looks, String> {
        let book = Arc::clone(&self.looks);
        let read = tokio::task::spawn_blocking(move || book.read(&sought)).await;
        let leaf = read.map_err(|error| error.to_string())??;
        Ok(Looks::of(&leaf))
    }

    /// Writes a look down, if what is asked for is about people; gives what is answered instead if it cannot be.
    pub(crate) fn write_down(
        &self,
        visitor: &Visitor,
        action: Action,
        what: &str,
    ) -> Option<Response> {
        if action != Action::ReadLines {
            return None;
        }
        let what: String = what.chars().take(LONGEST).collect();
        let written = self.door.looked(visitor, &what);
        written.is_err().then(|| unwritten(what.contains(" /api/")))
    }
}

fn unwritten(is_api: bool) -> Response {
    let en = "this look cannot be written down, so nothing is shown; the office's disk may be full";
    let ja = "閲覧記録を残せないため表示できません。ディスクの空きを確認してください";
    let status = StatusCode::SERVICE_UNAVAILABLE;
    match is_api {
        true => Problem::new(status, en, ja).into_response(),
        false => (status, format!("{en}\n{ja}\n")).into_response(),
    }
}

/// Letters of an address that are kept: who looks for more is not told apart by the rest.
const LONGEST: usize = 300;

#[cfg(test)]
#[path = "looks_tests.rs"]
mod tests;
