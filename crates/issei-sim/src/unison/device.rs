//! A member's device: keeps rules as a kernel does, and is the truth about what acts.
//!
//! Always: an armed rule acts by itself; a device with time-outs also ends it by itself.
//! Not here: what may act (`ghost`). All moments are microseconds of true time.

use super::plan::MOST_ORDERS;

/// A rule of one order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// When it begins to act; `None` while it is only staged.
    pub fires: Option<i64>,
    /// When the device ends it by itself.
    pub ends: i64,
}

/// The rules by order, and what the device is like.
#[derive(Clone, Debug, Default)]
pub(super) struct Device {
    pub rules: [Option<Entry>; MOST_ORDERS],
    /// Whether rules outlive the member's process. Such a device also ends rules by itself.
    pub keeps: bool,
    /// When rules of an order last went away.
    pub gone: [Option<i64>; MOST_ORDERS],
    /// Since when a lift has been failing.
    pub failing: [Option<i64>; MOST_ORDERS],
    /// Whether rules of an order ever acted here.
    pub acted: [bool; MOST_ORDERS],
}

impl Device {
    /// Lets time pass: a device with time-outs drops what is over.
    pub fn pass(&mut self, now: i64) {
        for order in 0..MOST_ORDERS {
            let over = self.rules[order].filter(|entry| self.keeps && entry.ends <= now);
            if let Some(entry) = over {
                self.remove(order, entry.ends);
            }
        }
    }

    pub fn put(&mut self, order: usize, entry: Entry) {
        self.rules[order] = Some(entry);
        self.failing[order] = None;
    }

    pub fn remove(&mut self, order: usize, now: i64) {
        if self.rules[order].take().is_some() {
            self.gone[order] = Some(now);
        }
        self.failing[order] = None;
    }

    pub fn fail_to_remove(&mut self, order: usize, now: i64) {
        if self.rules[order].is_some() {
            self.failing[order].get_or_insert(now);
        }
    }

    pub fn is_active(&self, order: usize, now: i64) -> bool {
        let fires = self.rules[order].and_then(|entry| entry.fires);
        fires.is_some_and(|at| at <= now)
    }

    /// Tells whether rules of an order are there, or went away since that moment.
    pub fn was_there(&self, order: usize, since: i64) -> bool {
        self.rules[order].is_some() || self.gone[order].is_some_and(|at| at >= since)
    }

    /// Names the orders that have rules here.
    pub fn orders(&self) -> impl Iterator<Item = usize> {
        (0..MOST_ORDERS).filter(|order| self.rules[*order].is_some())
    }
}
