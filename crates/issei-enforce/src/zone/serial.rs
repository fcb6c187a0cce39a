//! Serial numbers of a zone: a circle of 2^32 on which half lies ahead (RFC 1982).
//!
//! A serial is taken from the clock, in seconds, so that a person reads when it was, and so that one who lost
//! the last serial is ahead of it all the same. More than one step in a second runs ahead of the clock,
//! which catches up.

use std::fmt;

use issei_model::Timestamp;

/// The serial of one version of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Serial(pub u32);

/// Serials within which later and earlier have a meaning (RFC 1982 section 3.2, SERIAL_BITS 32).
const HALF: u32 = 1 << 31;

impl Serial {
    /// Takes the serial of a moment.
    pub fn at(now: Timestamp) -> Self {
        let seconds = now.as_micros().div_euclid(1_000_000);
        Self((seconds & i64::from(u32::MAX)) as u32)
    }

    /// Tells whether this one is later (RFC 1982 section 3.2). Of two that lie half the circle apart, neither is.
    pub fn is_after(self, other: Self) -> bool {
        let ahead = self.0.wrapping_sub(other.0);
        ahead != 0 && ahead < HALF
    }

    /// Goes so many steps ahead.
    pub fn ahead(self, steps: u32) -> Self {
        Self(self.0.wrapping_add(steps.min(HALF - 1)))
    }

    /// Tells the one to follow at a moment: the clock's, or one more where the clock is not ahead.
    pub fn next(self, now: Timestamp) -> Self {
        let clock = Self::at(now);
        match clock.is_after(self) {
            true => clock,
            false => self.ahead(1),
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
#[path = "serial_tests.rs"]
mod tests;
