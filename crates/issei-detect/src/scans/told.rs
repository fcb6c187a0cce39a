//! How far a finding has been told, and whether there is reason to tell it again.
//!
//! A finding is told when its condition is first met, when its level rises, when its counts have
//! doubled, and in its last form at the end. Its name stays.

use issei_model::{FindingId, Level, Timestamp};

/// A finding that was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    pub(super) id: FindingId,
    pub(super) revision: u32,
    pub(super) level: Level,
    pub(super) decided_at: Timestamp,
    /// What was counted when it was last told.
    count: u64,
}

impl Told {
    /// Tells for the first time.
    pub(super) const fn first(id: FindingId, level: Level, count: u64, now: Timestamp) -> Self {
        Self {
            id,
            revision: 1,
            level,
            decided_at: now,
            count,
        }
    }

    /// Tells again if there is reason to. A finding whose level rises was decided now.
    pub(super) fn again(self, level: Level, count: u64, now: Timestamp) -> Option<Self> {
        let rises = level > self.level;
        (rises || count >= self.count.saturating_mul(2)).then(|| Self {
            revision: self.revision.saturating_add(1),
            level: level.max(self.level),
            decided_at: if rises { now } else { self.decided_at },
            count,
            ..self
        })
    }

    /// Tells a last time if anything was counted since.
    pub(super) fn at_the_end(self, count: u64) -> Option<Self> {
        (count != self.count).then(|| Self {
            revision: self.revision.saturating_add(1),
            count,
            ..self
        })
    }
}

#[cfg(test)]
#[path = "told_tests.rs"]
mod tests;
