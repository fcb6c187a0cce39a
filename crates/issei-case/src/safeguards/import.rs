//! Turns lists that others keep into entries: MISP warning lists, or one place a line.
//!
//! In: the text of a file. Out: entries, and how many lines are no place. Always: bounded; a line that is
//! not understood is counted and shown, never guessed at. Not here: fetching lists (a person does).

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::{Entry, Kind, Place, Safeguards};

/// What an import gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Items that are no name, address or prefix, or came after the bound.
    pub passed_over: u64,
    /// The first of those, shortened, each with its place in the list, from 1: its line, or in JSON its
    /// number.
    pub examples: Vec<(usize, String)>,
}

/// Why a whole list was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListError {
    /// It has more bytes than [`Safeguards::LONGEST_LIST`].
    TooLong,
    /// It is not JSON with a `name`, a `type` and a `list` of texts, at this line.
    NotAWarningList {
        /// The line, from 1.
        line: usize,
    },
    /// Its type is about something else than names and addresses.
    OtherType,
}

impl std::fmt::Display for ListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "the list has more than {} bytes; split it",
                Safeguards::LONGEST_LIST
            ),
            Self::NotAWarningList { line } => write!(
                f,
                "no MISP warning list at line {line}; it needs `name`, `type` and `list`"
            ),
            Self::OtherType => f.write_str(
                "the type of the list is not `string`, `hostname` or `cidr`; such a list protects no place",
            ),
        }
    }
}

impl std::error::Error for ListError {}

/// Reads a MISP warning list of type `string`, `hostname` or `cidr`.
///
/// # Errors
/// The whole list is not one, or is about something else.
pub fn warning_list(kind: Kind, text: &str) -> Result<Imported, ListError> {
    #[derive(Deserialize)]
    struct WarningList {
        name: String,
        #[serde(default)]
        description: String,
        r#type: String,
        list: Vec<String>,
    }
    if text.len() > Safeguards::LONGEST_LIST {
        return Err(ListError::TooLong);
    }
    let list: WarningList = serde_json::from_str(text)
        .map_err(|error| ListError::NotAWarningList { line: error.line() })?;
    if !matches!(list.r#type.as_str(), "string" | "hostname" | "cidr") {
        return Err(ListError::OtherType);
    }
    let (reason, source) = (shortened(&list.description), shortened(&list.name));
    let mut imported = Imported::default();
    for (number, item) in (1..).zip(&list.list) {
        let entry = place(item.trim()).map(|place| Entry {
            place,
            kind,
            reason: reason.clone(),
            source: source.clone(),
        });
        imported.take(number, item, entry);
    }
    Ok(imported)
}

/// Reads a list of one place a line, with an optional comment that says why. `source` names the list.
///
/// # Errors
/// If it is too long.
pub fn plain_list(kind: Kind, source: &str, text: &str) -> Result<Imported, ListError> {
    if text.len() > Safeguards::LONGEST_LIST {
        return Err(ListError::TooLong);
    }
    let mut imported = Imported::default();
    for (number, line) in (1..).zip(text.lines()) {
        let (words, comment) = line.split_once('#').unwrap_or((line, ""));
        if words.trim().is_empty() {
            continue;
        }
        let entry = place(words.trim()).map(|place| Entry {
            place,
            kind,
            reason: shortened(comment.trim()),
            source: shortened(source),
        });
        imported.take(number, line, entry);
    }
    Ok(imported)
}

impl Imported {
    fn take(&mut self, number: usize, text: &str, entry: Option<Entry>) {
        match entry {
            Some(entry) if self.entries.len() < Safeguards::MOST_ENTRIES => {
                self.entries.push(entry);
            }
            _ => {
                self.passed_over += 1;
                if self.examples.len() < MOST_EXAMPLES {
                    self.examples.push((number, shortened(text)));
                }
            }
        }
    }
}

/// Refused lines that are shown: enough to see what kind of list it is.
pub const MOST_EXAMPLES: usize = 10;

/// Reads `192.0.2.7`, `192.0.2.0/24`, `example.com` or `.example.com`.
pub(super) fn place(text: &str) -> Option<Place> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(Place::Prefix(net.trunc()));
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(Place::Prefix(IpNet::from(ip)));
    }
    let name = text.strip_prefix("*.").or(text.strip_prefix('.'));
    name.unwrap_or(text).parse().ok().map(Place::Suffix)
}

/// Letters of a list's name or description that are kept.
const LONGEST_WORDS: usize = 200;

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_WORDS).collect()
}
