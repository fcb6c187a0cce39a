//! What became of the packets that met an order: the counts of all processors, added up.

use issei_model::Timestamp;

use super::clocks::moment;
use super::layout::{COUNT, words};

/// What became of the packets that met an order. Moments are by the clock on the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets dropped.
    pub dropped: u64,
    /// Packets that passed while the order was in force, within its limit.
    pub passed: u64,
    /// When the first was dropped.
    pub first_drop: Option<Timestamp>,
    /// When the last was dropped.
    pub last_drop: Option<Timestamp>,
    /// When the last passed before the order began.
    pub last_early: Option<Timestamp>,
    /// When the first passed after it had ended.
    pub first_late: Option<Timestamp>,
}

impl Tally {
    /// Adds up what the processors have counted.
    pub fn of(processors: &[u8]) -> Self {
        let each = processors.as_chunks::<COUNT>().0.iter();
        each.map(Self::of_one).fold(Self::default(), Self::and)
    }

    fn of_one(bytes: &[u8; COUNT]) -> Self {
        let [
            dropped,
            passed,
            first_drop,
            last_drop,
            last_early,
            first_late,
        ] = words::<6>(bytes);
        let told = |nanos| (nanos != 0).then(|| moment(nanos));
        Self {
            dropped,
            passed,
            first_drop: told(first_drop),
            last_drop: told(last_drop),
            last_early: told(last_early),
            first_late: told(first_late),
        }
    }

    fn and(self, other: Self) -> Self {
        let first = |a: Option<Timestamp>, b| a.into_iter().chain(b).min();
        Self {
            dropped: self.dropped.saturating_add(other.dropped),
            passed: self.passed.saturating_add(other.passed),
            first_drop: first(self.first_drop, other.first_drop),
            last_drop: self.last_drop.max(other.last_drop),
            last_early: self.last_early.max(other.last_early),
            first_late: first(self.first_late, other.first_late),
        }
    }
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
