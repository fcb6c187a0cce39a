//! Two clocks at one moment: the one on the wall, and the one that nobody can set.
//!
//! An order acts only while both say so. A wall clock that jumps back therefore prolongs nothing, one that
//! jumps ahead begins nothing early, and both are so with nobody of ours alive. International Atomic Time
//! is what a program in the kernel can ask for; the wall clock lies a whole number of seconds behind it.

use issei_model::Timestamp;

/// Nanoseconds of both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// The clock on the wall, since 1970.
    pub wall: u64,
    /// The clock that nobody sets, since the machine started, also while it slept.
    pub boot: u64,
    /// How far International Atomic Time is ahead of the clock on the wall.
    pub tai_lead: u64,
}

/// How far the two may drift apart before it is a step: what two readings one after the other cost at worst.
const STEP: u64 = 1_000_000;

impl Clocks {
    /// Tells what the clock that nobody sets will show at a moment, if nobody sets the other. What lies before
    /// the machine's start is its start.
    pub fn boot_at(&self, moment: Timestamp) -> u64 {
        let later = i128::from(nanos(moment)) - i128::from(self.wall);
        let boot = i128::from(self.boot) + later;
        u64::try_from(boot.max(0)).unwrap_or(u64::MAX)
    }

    /// Tells the moment on the wall.
    pub fn now(&self) -> Timestamp {
        moment(self.wall)
    }

    /// Tells whether somebody has set the clock on the wall between another reading and this one.
    pub fn were_set_since(&self, earlier: &Self) -> bool {
        let ahead = |clocks: &Self| i128::from(clocks.wall) - i128::from(clocks.boot);
        let moved = ahead(self) - ahead(earlier);
        moved.unsigned_abs() > u128::from(STEP) || self.tai_lead != earlier.tai_lead
    }
}

/// Nanoseconds since 1970. What was before is 1970; what is too late to tell is for ever.
pub(super) fn nanos(moment: Timestamp) -> u64 {
    let micros = u64::try_from(moment.as_micros()).unwrap_or(0);
    micros.saturating_mul(1_000)
}

/// The moment of so many nanoseconds since 1970, to the microsecond that has begun.
pub(super) fn moment(nanos: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(nanos / 1_000).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod tests;
