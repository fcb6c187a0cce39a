//! An order as the program sees it: when it acts, by two clocks, and how much it lets through.

use issei_model::{Action, Digest, OrderId, Timestamp};

use super::clocks::{Clocks, moment, nanos};
use super::layout::{ROW, joined, words};
use crate::Cut;

/// A row that has not been armed begins at this moment, which never comes.
const NEVER: u64 = u64::MAX;

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub order: OrderId,
    /// When it begins by the clock on the wall; none while it is staged.
    pub starts: Option<Timestamp>,
    /// When it ends by the clock on the wall.
    pub ends: Timestamp,
    /// What the clock that nobody sets must have reached before it begins, in nanoseconds.
    pub not_before: u64,
    /// What that clock must not have reached yet, or it has ended.
    pub not_after: u64,
    /// How much a line may send; none if all is dropped.
    pub allowance: Option<Allowance>,
}

/// How much a line may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Nanoseconds between two packets.
    pub interval: u64,
    /// Nanoseconds that a line may be ahead of that.
    pub depth: u64,
}

impl Allowance {
    /// So many packets a second, at least one. At once a tenth of them may come, at least one: a limit
    /// that let a whole second's worth through at once would let twice as much through in its first second.
    pub fn of(per_second: u32) -> Self {
        let per_second = u64::from(per_second.max(1));
        let interval = (1_000_000_000 / per_second).max(1);
        let at_once = (per_second / 10).max(1);
        Self {
            interval,
            depth: (at_once - 1) * interval,
        }
    }
}

impl Row {
    /// The row of a cut that acts from a moment on, or not yet. An action at resolvers has no goal here, so its row is nobody's.
    pub fn of(cut: &Cut, fires_at: Option<Timestamp>, clocks: &Clocks) -> Self {
        let allowance = match cut.action {
            Action::RateLimit(per_second) => Some(Allowance::of(per_second)),
            Action::Drop | Action::RefuseName | Action::Redirect => None,
        };
        Self {
            order: cut.order,
            starts: fires_at,
            ends: cut.ends,
            not_before: fires_at.map_or(NEVER, |at| clocks.boot_at(at)),
            not_after: clocks.boot_at(cut.ends),
            allowance,
        }
    }

    /// Tells whether it says the same as another, whenever the two were translated.
    pub fn says_as(&self, other: &Self) -> bool {
        let said = |row: &Self| (row.order, row.starts, row.ends, row.allowance);
        said(self) == said(other)
    }

    /// Tells whether it has ended.
    pub fn has_ended(&self, clocks: &Clocks) -> bool {
        self.ends <= clocks.now() || self.not_after <= clocks.boot
    }

    /// Translates it anew after the clock on the wall was set. It never ends later than was said before.
    pub fn after_step(&self, clocks: &Clocks) -> Self {
        let started = self.not_before <= clocks.boot;
        let not_before = match self.starts {
            Some(at) if !started => clocks.boot_at(at),
            _ => self.not_before,
        };
        Self {
            not_before,
            not_after: self.not_after.min(clocks.boot_at(self.ends)),
            ..*self
        }
    }

    /// Writes it.
    pub fn to_bytes(&self) -> [u8; ROW] {
        let allowance = self.allowance.unwrap_or(Allowance {
            interval: 0,
            depth: 0,
        });
        let words: [u8; 48] = joined(&[
            self.starts.map_or(NEVER, nanos),
            nanos(self.ends),
            self.not_before,
            self.not_after,
            allowance.interval,
            allowance.depth,
        ]);
        let mut bytes = [0; ROW];
        bytes[..48].copy_from_slice(&words);
        bytes[48..].copy_from_slice(&self.order.0.0);
        bytes
    }

    /// Reads it. A row that ends at zero is none, and so is one that nobody writes like this.
    pub fn from_bytes(bytes: &[u8; ROW]) -> Option<Self> {
        let (numbers, order) = bytes.split_first_chunk::<48>()?;
        let [starts, ends, not_before, not_after, interval, depth] = words::<6>(numbers);
        let allowance = Allowance { interval, depth };
        let row = Self {
            order: OrderId(Digest(order.try_into().ok()?)),
            starts: (starts != NEVER).then(|| moment(starts)),
            ends: moment(ends),
            not_before,
            not_after,
            allowance: (interval != 0).then_some(allowance),
        };
        (ends != 0 && row.to_bytes() == *bytes).then_some(row)
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
