//! The own list of what is never cut, as people see and change it.
//!
//! In: a list that others keep, as text; a digest that a person read. Out: what counts, what vanished, what a list
//! would add and what it would end. Always: a list is weighed before it is taken, and taken as it was weighed, or not
//! at all. Not here: how lists are read (`issei_case::safeguards`), what is withdrawn for them (the offices).

use issei_case::safeguards::{Entry, Kind};
use issei_model::{Digest, Goal, OrderId};
use serde::{Deserialize, Serialize};

/// Entries that are shown one by one; beyond it only their number is told.
pub const MOST_SHOWN: usize = 20;

/// A list that others keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListWish {
    /// Of what kind everything in it is.
    pub kind: Kind,
    /// What it is called; a MISP warning list brings its own name.
    pub source: String,
    /// One place a line, or a MISP warning list.
    pub text: String,
}

/// What is never cut here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeguardsView {
    /// Entries that count: those that ship, and the own ones.
    pub counting: usize,
    /// Own entries among them.
    pub own: usize,
    /// What vanished from the file and counts until a person lets it go, the first of it.
    pub vanished: Vec<Entry>,
    /// How much that is in all.
    pub vanished_in_all: usize,
    /// The digest by which it may go; none if nothing vanished.
    pub letting_go: Option<Digest>,
    /// What a person has to look at.
    pub alarm: Option<String>,
}

/// What taking a list would mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    /// What it would add, the first of it.
    pub added: Vec<Entry>,
    /// How much that is in all.
    pub added_in_all: usize,
    /// Entries of it that are there already.
    pub known: u64,
    /// Items that are no name, address or prefix.
    pub refused: u64,
    /// The first of those, each with its line or number, from 1.
    pub examples: Vec<(usize, String)>,
    /// Entries of the same list that its keeper no longer names; they stay.
    pub staying: u64,
    /// Orders that would end by it.
    pub ends: Vec<Ends>,
    /// Names all of this: the list is taken only while it still holds.
    pub seen: Digest,
}

/// An order that a list would end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// Which.
    pub order: OrderId,
    /// Its case.
    pub case: String,
    /// Which of its goals is met.
    pub goal: Goal,
    /// By what.
    pub entry: Entry,
}
