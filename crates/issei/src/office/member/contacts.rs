//! What this member remembers about who was in contact with whom, as answers that name no line.
//!
//! In: `contacts.json` in the office's folder, as `issei analyze --contacts` leaves it, and what is known of
//! shared addresses (`hints`). Out: one answer
//! for each goal, or none at all where nothing is remembered. Always: small counts are hidden before
//! they leave; a goal that is not in the memory was not contacted while it was kept, and an answer says how
//! many days that was.
//! Not here: gathering the memory (`issei-detect`).

use std::collections::BTreeSet;

use issei_case::{Answer, Count, Hint};
use issei_host::clock;
use issei_model::{Goal, OrganisationId, Radius, Timestamp};
use serde::{Deserialize, Serialize};

use super::hints::Hints;
use crate::office::folder::Folder;

/// The memory of contacts as it lies in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    /// The first moment that is remembered.
    pub since: Timestamp,
    /// Whether everything found room; else a goal that is not here may have been contacted.
    pub complete: bool,
    /// The hours, counted from 1970 in UTC, in which anything was seen: what is missing is not known.
    #[serde(default)]
    pub hours: BTreeSet<i64>,
    /// What was contacted; a goal that is not here was not.
    pub goals: Vec<Contacted>,
}

/// A goal that was contacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contacted {
    /// What.
    pub goal: Goal,
    /// Distinct lines.
    pub lines: u64,
    /// Of them suspected.
    pub suspected: u64,
    /// Bytes exchanged.
    pub volume: u64,
    /// Signs that others share it.
    #[serde(default)]
    pub hints: BTreeSet<Hint>,
}

impl Contacts {
    /// Tells how many of the last [`Radius::WANTED_DAYS`] it covers: ten minutes are no day.
    pub fn days(&self, now: Timestamp) -> u8 {
        let this = hour(now);
        let covered = self.hours.range(this - WANTED_HOURS..=this).count();
        let days = u8::try_from(covered / 24).unwrap_or(u8::MAX);
        days.min(Radius::WANTED_DAYS)
    }
}

/// The hours that a whole memory covers, beside the one that has only begun.
pub const WANTED_HOURS: i64 = Radius::WANTED_DAYS as i64 * 24;

/// Counts hours from 1970 in UTC.
pub fn hour(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(3_600_000_000)
}

/// Answers about these goals; nothing if nothing is remembered.
///
/// # Errors
/// If the memory or the list of hints is there and cannot be read.
pub fn answers(
    folder: &Folder,
    me: &OrganisationId,
    goals: &[Goal],
) -> Result<Vec<Answer>, String> {
    let path = folder.root().join("contacts.json");
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let memory: Contacts =
        serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let hints = Hints::read(folder)?;
    Ok(goals
        .iter()
        .filter_map(|goal| answer(&memory, me, goal))
        .map(|answer| hints.join(answer))
        .collect())
}

/// Answers about one goal; nothing if the memory cannot tell.
fn answer(memory: &Contacts, me: &OrganisationId, goal: &Goal) -> Option<Answer> {
    let covers =
        |one: &&Contacted| one.goal == *goal || goal.is_whole_host() && one.goal.ip() == goal.ip();
    let contacted: Vec<&Contacted> = memory.goals.iter().filter(covers).collect();
    // Flow records do not tell names; and what is not in a memory with gaps is not known.
    let known = goal.ip().is_some() && (memory.complete || !contacted.is_empty());
    // A line may stand under several services of a host: the sum is the upper end.
    let sum = |of: fn(&Contacted) -> u64| contacted.iter().map(|one| of(one)).sum();
    known.then(|| Answer {
        member: me.clone(),
        goal: goal.clone(),
        lines: Count::hide(sum(|one| one.lines), Count::DEFAULT_K),
        suspected: Count::hide(sum(|one| one.suspected), Count::DEFAULT_K),
        volume: sum(|one| one.volume),
        hints: contacted.iter().flat_map(|one| one.hints.clone()).collect(),
        days: memory.days(clock::now()),
    })
}

#[cfg(test)]
#[path = "contacts_tests.rs"]
mod tests;
