//! One zone and its latest versions: the records of now, and the differences that led here.
//!
//! In: the records that should stand, or a plan. Out: the next serial; what a holder of an older one lacks.
//! Always: the differences since any serial that is kept, applied in their order, give the records of now;
//! the memory of differences is bounded, and who asks for more gets the whole. Copies are cheap: they share
//! the records, and a zone that changes while a copy is read leaves the copy as it was.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use issei_model::DomainName;

use super::records::Record;
use super::serial::Serial;

/// What a resolver is told about keeping the zone, in seconds (RFC 1035 section 3.3.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Between two questions for the serial.
    pub refresh: u32,
    /// After a question that was not answered.
    pub retry: u32,
    /// From the last answer until the zone no longer counts: the lease of its rules.
    pub expire: u32,
    /// Of every record, and of a name that does not exist.
    pub ttl: u32,
}

/// How much is remembered of what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Differences.
    pub changes: usize,
    /// Records in all of them together.
    pub records: usize,
}

/// What makes one set of records into another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Records that go.
    pub gone: BTreeSet<Record>,
    /// Records that come.
    pub new: BTreeSet<Record>,
}

/// What one serial changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The serial before.
    pub from: Serial,
    /// The serial after.
    pub to: Serial,
    /// What went and what came.
    pub plan: Plan,
}

/// What the holder of a serial lacks.
#[derive(Clone, Debug)]
pub enum Since {
    /// Nothing.
    Nothing,
    /// These, in their order.
    Changes(Vec<Arc<Change>>),
    /// Nobody remembers: everything.
    Whole,
}

/// A zone.
#[derive(Clone, Debug)]
pub struct Zone {
    apex: DomainName,
    timers: Timers,
    bounds: Bounds,
    serial: Serial,
    records: Arc<BTreeSet<Record>>,
    past: VecDeque<Arc<Change>>,
    /// Records in the past together.
    remembered: usize,
}

impl Plan {
    /// Works out what makes `before` into `after`.
    pub fn between(before: &BTreeSet<Record>, after: &BTreeSet<Record>) -> Self {
        Self {
            gone: before.difference(after).cloned().collect(),
            new: after.difference(before).cloned().collect(),
        }
    }

    /// Tells whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty()
    }

    /// Counts its records.
    pub fn len(&self) -> usize {
        self.gone.len() + self.new.len()
    }

    /// Turns it round.
    pub fn undo(self) -> Self {
        Self {
            gone: self.new,
            new: self.gone,
        }
    }

    /// Applies it. Twice is the same as once.
    pub fn apply(&self, records: &mut BTreeSet<Record>) {
        for record in &self.gone {
            records.remove(record);
        }
        records.extend(self.new.iter().cloned());
    }

    /// Adds a record that comes. One that was to go stays.
    pub(super) fn add(&mut self, record: Record) {
        if !self.gone.remove(&record) {
            self.new.insert(record);
        }
    }

    /// Adds a record that goes. One that was to come does not.
    pub(super) fn drop(&mut self, record: Record) {
        if !self.new.remove(&record) {
            self.gone.insert(record);
        }
    }
}

impl Zone {
    /// Begins a zone with these records and without a past.
    pub fn new(
        apex: DomainName,
        serial: Serial,
        records: BTreeSet<Record>,
        timers: Timers,
        bounds: Bounds,
    ) -> Self {
        Self {
            apex,
            timers,
            bounds,
            serial,
            records: Arc::new(records),
            past: VecDeque::new(),
            remembered: 0,
        }
    }

    /// Tells its name.
    pub fn apex(&self) -> &DomainName {
        &self.apex
    }

    /// Tells its serial.
    pub fn serial(&self) -> Serial {
        self.serial
    }

    /// Tells how long it may be kept.
    pub fn timers(&self) -> Timers {
        self.timers
    }

    /// Shows its records.
    pub fn records(&self) -> &Arc<BTreeSet<Record>> {
        &self.records
    }

    /// Goes over to other records at a serial, which must be later. Nothing happens if they are the same.
    /// Tells what has changed.
    pub fn become_at(&mut self, serial: Serial, records: BTreeSet<Record>) -> Option<Arc<Change>> {
        let plan = Plan::between(&self.records, &records);
        if plan.is_empty() || !serial.is_after(self.serial) {
            return None;
        }
        self.records = Arc::new(records);
        Some(self.remember(serial, plan))
    }

    /// Applies a plan at a serial, which must be later. An empty plan does nothing. Tells what has changed.
    pub fn step(&mut self, serial: Serial, plan: Plan) -> Option<Arc<Change>> {
        if plan.is_empty() || !serial.is_after(self.serial) {
            return None;
        }
        plan.apply(Arc::make_mut(&mut self.records));
        Some(self.remember(serial, plan))
    }

    /// Jumps over a serial that somebody holds, though nobody here gave it. What its holder has is not
    /// known, so nothing is remembered, and everybody gets the whole. Tells whether it had to.
    pub(super) fn overtake(&mut self, held: Serial) -> bool {
        let ahead = held.is_after(self.serial);
        if ahead {
            self.serial = held.ahead(1);
            self.past.clear();
            self.remembered = 0;
        }
        ahead
    }

    /// Tells what the holder of a serial lacks.
    pub fn since(&self, held: Serial) -> Since {
        if held == self.serial {
            return Since::Nothing;
        }
        let Some(first) = self.past.iter().position(|change| change.from == held) else {
            return Since::Whole;
        };
        let changes: Vec<Arc<Change>> = self.past.range(first..).cloned().collect();
        let records: usize = changes.iter().map(|change| change.plan.len()).sum();
        // Differences larger than the zone are no help (RFC 1995 section 4).
        match records > self.records.len() + LEAST_WHOLE {
            true => Since::Whole,
            false => Since::Changes(changes),
        }
    }

    fn remember(&mut self, serial: Serial, plan: Plan) -> Arc<Change> {
        let change = Arc::new(Change {
            from: self.serial,
            to: serial,
            plan,
        });
        self.serial = serial;
        self.remembered += change.plan.len();
        self.past.push_back(Arc::clone(&change));
        while self.past.len() > self.bounds.changes || self.remembered > self.bounds.records {
            let Some(oldest) = self.past.pop_front() else {
                break;
            };
            self.remembered -= oldest.plan.len();
        }
        change
    }
}

/// Up to here differences are sent however small the zone: they fit into one message.
const LEAST_WHOLE: usize = 200;

#[cfg(test)]
#[path = "versions_tests.rs"]
mod tests;
