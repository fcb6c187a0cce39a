//! What this member remembers about who was in contact with whom, as answers that name no line.
//!
//! In: `contacts.json` in the office's folder, as `issei analyze --contacts` leaves it; the addresses that names
//! stand for (`names`); what is known of shared addresses (`hints`). Out: one answer for each goal, or none at
//! all where nothing is remembered. Always: small counts are hidden before they leave, and summed at their upper
//! end; a goal that is not in a whole memory was not contacted while it was kept, and an answer says how many
//! days that was; a name without an address is not known.
//! Limits: who asked for a name and contacted none of its addresses is in no flow record, and so in no count.
//! Not here: gathering the memory (`issei-detect`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use issei_case::{Answer, Count, Hint};
use issei_model::{Endpoint, Goal, OrganisationId, Radius, Timestamp};
use serde::{Deserialize, Serialize};

use super::hints::Hints;
use super::names::Names;
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
    /// Services that were contacted; one that is not here was not.
    pub goals: Vec<Contacted>,
    /// Whole hosts, each line counted once whatever services it contacted there; none if they were not counted.
    /// The services of a host do not add up to it: those with few lines are not written down.
    #[serde(default)]
    pub hosts: Option<Vec<Contacted>>,
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
    now: Timestamp,
) -> Result<Vec<Answer>, String> {
    let path = folder.root().join("contacts.json");
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let memory: Contacts =
        serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let (names, hints) = (Names::read(folder)?, Hints::read(folder)?);
    Ok(goals
        .iter()
        .filter_map(|goal| answer(&memory, (&names, &hints), me, goal, now))
        .map(|answer| hints.join(answer))
        .collect())
}

/// Answers about one goal; nothing if the memory cannot tell.
fn answer(
    memory: &Contacts,
    (names, hints): (&Names, &Hints),
    me: &OrganisationId,
    goal: &Goal,
    now: Timestamp,
) -> Option<Answer> {
    let mut met = Met::default();
    match goal {
        Goal::Service(endpoint) if goal.is_whole_host() => met.add(memory.host(endpoint.ip)?),
        Goal::Service(_) => met.add(memory.service(goal)?),
        Goal::Name(name) => {
            let addresses = names.addresses(name, now)?;
            for &ip in &addresses {
                met.add(memory.host(ip)?);
                met.hints.extend(hints.about(ip));
            }
            let counted = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
            met.hints.insert(Hint::ByAddress(counted));
        }
    }
    Some(Answer {
        member: me.clone(),
        goal: goal.clone(),
        lines: met.lines.told(),
        suspected: met.suspected.told(),
        volume: met.volume,
        hints: met.hints,
        days: memory.days(now),
    })
}

impl Contacts {
    /// What is remembered of a service: nothing was written down, which is few, or this. None if unknown.
    fn service(&self, goal: &Goal) -> Option<Option<&Contacted>> {
        let contacted = self.goals.iter().find(|one| one.goal == *goal);
        (self.complete || contacted.is_some()).then_some(contacted)
    }

    /// What is remembered of a whole host. In a memory with gaps nobody knows which of its services lack.
    fn host(&self, ip: IpAddr) -> Option<Option<&Contacted>> {
        let hosts = self.hosts.as_ref().filter(|_| self.complete)?;
        let goal = Goal::Service(Endpoint::host(ip));
        Some(hosts.iter().find(|one| one.goal == goal))
    }
}

/// Contacts with the parts of one goal, summed. A line that contacted two parts counts twice: the upper end.
#[derive(Default)]
struct Met {
    lines: Sum,
    suspected: Sum,
    volume: u64,
    hints: BTreeSet<Hint>,
}

impl Met {
    fn add(&mut self, contacted: Option<&Contacted>) {
        self.lines.add(contacted.map_or(0, |one| one.lines));
        self.suspected.add(contacted.map_or(0, |one| one.suspected));
        if let Some(one) = contacted {
            self.volume = self.volume.saturating_add(one.volume);
            self.hints.extend(&one.hints);
        }
    }
}

/// A sum of counts of which small ones are hidden.
#[derive(Default)]
struct Sum {
    most: u64,
    hidden: bool,
}

impl Sum {
    fn add(&mut self, n: u64) {
        let count = Count::hide(n, Count::DEFAULT_K);
        self.most = self.most.saturating_add(count.most());
        self.hidden |= matches!(count, Count::FewerThan(_));
    }

    fn told(&self) -> Count {
        match self.hidden {
            true => Count::FewerThan(self.most.saturating_add(1)),
            false => Count::Exactly(self.most),
        }
    }
}

#[cfg(test)]
#[path = "contacts_tests.rs"]
mod tests;
