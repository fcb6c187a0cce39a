//! The log and its witnesses: takes decisions in, signs checkpoints, and may be made to forget.
//!
//! Always: without a shortening, every checkpoint's log is the beginning of every later one. A log
//! that was shortened begins a new era; [`Notary::agree`] tells what a consistency proof would.
//! Not here: who appends (`desk`, `mishaps`), who reads (`members`).

use std::rc::Rc;

use issei_model::Decision;

use super::plan::START;

/// An entry: a decision, or something that is not about orders.
pub(super) type Entry = Option<Rc<Decision>>;

/// So many entries of the log of an era.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    pub era: usize,
    pub size: u64,
}

/// What witnesses signed, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoint {
    pub log: Extent,
    pub at: i64,
}

#[derive(Debug)]
pub(super) struct Notary {
    entries: Vec<Entry>,
    /// How many entries each era has from the one before.
    bases: Vec<u64>,
    waiting: Vec<Entry>,
    signed: Vec<Checkpoint>,
}

impl Notary {
    pub fn new() -> Self {
        let empty = Checkpoint {
            log: Extent::default(),
            at: START,
        };
        Self {
            entries: Vec::new(),
            bases: vec![0],
            waiting: Vec::new(),
            signed: vec![empty],
        }
    }

    pub fn append(&mut self, entry: Entry) {
        self.waiting.push(entry);
    }

    /// Signs what waits; tells how many entries came in.
    pub fn sign(&mut self, now: i64) -> usize {
        let came = self.waiting.len();
        self.entries.append(&mut self.waiting);
        self.check(now);
        came
    }

    fn check(&mut self, now: i64) {
        let log = Extent {
            era: self.bases.len() - 1,
            size: self.entries.len() as u64,
        };
        self.signed.push(Checkpoint { log, at: now });
    }

    /// Forgets the last entries, and has it signed.
    pub fn shorten(&mut self, by: usize, now: i64) {
        let keep = self.entries.len().saturating_sub(by);
        self.entries.truncate(keep);
        self.bases.push(keep as u64);
        self.check(now);
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The newest checkpoint, or with `back` an older one.
    pub fn checkpoint(&self, back: usize) -> Checkpoint {
        self.signed[self.signed.len().saturating_sub(1 + back)]
    }

    pub fn checkpoints(&self) -> usize {
        self.signed.len()
    }

    /// Tells whether the shorter of two logs is the beginning of the longer.
    pub fn agree(&self, one: Extent, other: Extent) -> bool {
        let (early, late) = (one.era.min(other.era), one.era.max(other.era));
        let common = self.bases[early + 1..=late].iter().min();
        common.is_none_or(|common| one.size.min(other.size) <= *common)
    }

    /// Tells whether the log still holds what was once its last entry.
    pub fn holds(&self, log: Extent) -> bool {
        let now = self.checkpoint(0).log;
        log.size <= now.size && self.agree(log, now)
    }
}
