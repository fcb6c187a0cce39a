//! Refusals as problem details.
//!
//! Standard: RFC 9457, with one member of ours: `next`, what the caller can do.
//! Always: words are bounded, whoever wrote them.

use serde::{Deserialize, Serialize};

use super::counts::Kind;

/// The media type (RFC 9457, section 3).
pub(super) const MEDIA: &str = "application/problem+json";

/// Bytes of words in an answer. Reasons fit a page; more is an attack or a mistake.
pub(super) const LONGEST_WORDS: usize = 2 << 10;

/// Bytes of a problem that a client reads.
pub(super) const LONGEST: usize = 32 << 10;

/// A no, and why.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub kind: Kind,
    pub status: u16,
    pub detail: String,
    pub next: String,
    /// The only method that the route has, if the method was wrong.
    pub allow: Option<&'static str>,
}

/// As it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(default)]
    pub detail: String,
    #[serde(default)]
    pub next: String,
}

impl Refusal {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: kind.status(),
            detail: bounded(&detail.into()),
            next: kind.next().to_owned(),
            allow: None,
        }
    }

    /// Writes the body.
    pub(super) fn body(&self) -> Vec<u8> {
        let problem = Problem {
            kind: format!("urn:issei:{}", self.kind.name()),
            title: self.kind.title().to_owned(),
            status: self.status,
            detail: self.detail.clone(),
            next: self.next.clone(),
        };
        serde_json::to_vec(&problem).expect("texts and a number can be written")
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self::new(kind, "")
    }
}

/// Cuts words to what an answer may carry, at the end of a character.
pub(super) fn bounded(words: &str) -> String {
    words[..words.floor_char_boundary(LONGEST_WORDS)].to_owned()
}
