//! Turns a standing list of names into the records of the base zone.
//!
//! In: text, one name a line; `#` begins a comment. Out: the names, and how many lines were none.
//! Always: at most so many names; a wildcard is no name; what was turned away is counted with an example.

use std::collections::BTreeSet;

use issei_model::DomainName;

use super::records::{Record, Says};
use super::wording::Refused;

/// The names of a standing list, and what was in it besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Names, without repeats.
    pub names: BTreeSet<DomainName>,
    /// Lines that hold no name.
    pub unread: u64,
    /// The first of them: its number from 1, and its first bytes.
    pub example: Option<(u64, String)>,
    /// Names beyond the bound.
    pub beyond: u64,
}

/// The names of a list as records of a zone.
#[derive(Clone, Copy, Debug)]
pub struct Names(pub Refused);

/// Bytes of an unread line that are shown.
const SHOWN: usize = 60;

/// Reads a list of at most so many names.
pub fn read_names(text: &str, most: usize) -> List {
    let mut list = List::default();
    for (place, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match line.parse() {
            // One that stands in it already needs no room.
            Ok(name) if list.names.len() >= most && !list.names.contains(&name) => {
                list.beyond += 1;
            }
            Ok(name) => drop(list.names.insert(name)),
            Err(_) => list.turn_away(place, line),
        }
    }
    list
}

impl List {
    fn turn_away(&mut self, place: usize, line: &str) {
        self.unread += 1;
        let shown = || line.chars().take(SHOWN).collect();
        self.example
            .get_or_insert_with(|| (place as u64 + 1, shown()));
    }
}

impl Names {
    /// Says of every name that fits below the zone that it is refused, and tells how many do not fit.
    pub fn records(
        self,
        apex: &DomainName,
        names: &BTreeSet<DomainName>,
    ) -> (BTreeSet<Record>, u64) {
        let says = match self.0 {
            Refused::Absent => Says::Absent,
            Refused::Empty => Says::Empty,
        };
        let fits = |name: &&DomainName| name.as_str().len() + apex.as_str().len() < 253;
        let records: BTreeSet<Record> = names
            .iter()
            .filter(fits)
            .map(|name| Record::of(name, says))
            .collect();
        let missing = names.len().saturating_sub(records.len()) as u64;
        (records, missing)
    }
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
