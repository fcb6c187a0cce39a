//! What differs between a table as it should be and as it was found.

use std::fmt;

use issei_model::Timestamp;

use super::hear::Found;
use super::table::{Side, Table};

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// No packet meets it, though it should act at its time.
    Unhooked,
    /// Packets meet it, though it should be staged.
    Hooked,
    /// Rules that say which packets are meant are missing, or there are others.
    Meant,
    /// The rules of a side are missing, or act at another time or otherwise.
    Gates(Side),
    /// So many elements are missing.
    Missing(usize),
    /// There are so many elements too many.
    Added(usize),
    /// Elements die before their rules have ended, or long after.
    Lives,
    /// Something is there that we never wrote.
    Odd(String),
}

impl Drift {
    /// Tells whether times and the hook alone can mend it, so that the elements may stay.
    pub(super) fn is_of_time(&self) -> bool {
        matches!(
            self,
            Self::Unhooked | Self::Hooked | Self::Meant | Self::Gates(_)
        )
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unhooked => f.write_str("no packet meets it"),
            Self::Hooked => f.write_str("packets meet it before its time is known"),
            Self::Meant => f.write_str("the rules that say which packets are meant differ"),
            Self::Gates(Side::To) => f.write_str("the rules for packets to the goals differ"),
            Self::Gates(Side::From) => f.write_str("the rules for packets from the goals differ"),
            Self::Missing(elements) => write!(f, "{elements} elements are missing"),
            Self::Added(elements) => write!(f, "{elements} elements are too many"),
            Self::Lives => f.write_str("elements die too early or too late"),
            Self::Odd(what) => f.write_str(what),
        }
    }
}

/// How much later than their rules elements may die; two seconds are written, and reading takes a while.
const LATE: i64 = 3_000_000;
/// How much earlier: a listing shows whole seconds, rounded down.
const EARLY: i64 = 1_500_000;

impl Found {
    /// Lists what differs from what should be, at the moment of reading.
    pub fn drift(&self, wanted: &Table, now: Timestamp) -> Vec<Drift> {
        let found = &self.table;
        let mut drift = Vec::new();
        match (&wanted.cut, &found.cut) {
            (Some(_), None) => drift.push(Drift::Unhooked),
            (None, Some(_)) => drift.push(Drift::Hooked),
            (wanted, found) if wanted != found => drift.push(Drift::Meant),
            _ => {}
        }
        if wanted.to != found.to {
            drift.push(Drift::Gates(Side::To));
        }
        if wanted.from != found.from {
            drift.push(Drift::Gates(Side::From));
        }
        let missing = wanted.goals.beyond(&found.goals);
        let added = found.goals.beyond(&wanted.goals);
        let amount = |count| (count > 0).then_some(count);
        drift.extend(amount(missing).map(Drift::Missing));
        drift.extend(amount(added).map(Drift::Added));
        if !self.lives_as(wanted, now) {
            drift.push(Drift::Lives);
        }
        drift.extend(self.odd.iter().cloned().map(Drift::Odd));
        drift
    }

    /// Tells whether elements die soon after their rules have ended, and not before.
    fn lives_as(&self, wanted: &Table, now: Timestamp) -> bool {
        let (Some((first, last)), Some(until)) = (self.lives, wanted.until()) else {
            return true;
        };
        let left = until.up().since(now).as_micros();
        let micros = |secs: u64| {
            i64::try_from(secs)
                .unwrap_or(i64::MAX)
                .saturating_mul(1_000_000)
        };
        micros(first) >= left - EARLY && micros(last) <= left.max(0) + LATE
    }
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
