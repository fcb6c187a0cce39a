//! How far the log was read, and whether that is to its end.
//!
//! Always: each entry counts once and in its order; current is only who read the log, since the
//! start, to the end of a checkpoint witnessed after it. A log that lost entries is an alarm.
//! Not here: what an entry says.

use issei_model::Timestamp;
use serde::{Deserialize, Serialize};

/// A place in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The index of the next entry to read.
    next: u64,
    /// The most entries that a verified checkpoint ever held.
    seen: u64,
    /// The newest checkpoint since the start: its moment and size.
    #[serde(skip)]
    newest: Option<(Timestamp, u64)>,
    /// Whether a checkpoint witnessed after the start was seen.
    #[serde(skip)]
    fresh: bool,
}

/// What only a person can put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// A checkpoint newer in time holds fewer entries than were seen: the log lost entries.
    LogShrank {
        /// Entries that were seen.
        seen: u64,
        /// Entries it holds now.
        now: u64,
    },
}

impl Reading {
    /// Forgets at a start how new the reading was.
    pub(super) fn forget_the_moment(&mut self) {
        (self.newest, self.fresh) = (None, false);
    }

    /// Tells the index of the entry to fetch next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Tells whether the log was read to the end of the newest checkpoint, one from after the start.
    pub fn is_current(&self) -> bool {
        self.fresh && self.newest.is_some_and(|(_, size)| self.next >= size)
    }

    /// Takes a checkpoint; says whether something durable changed. One counts as from after the
    /// start if it was witnessed at `fresh_from` or later.
    pub(super) fn checkpoint(
        &mut self,
        size: u64,
        at: Timestamp,
        fresh_from: Timestamp,
    ) -> Result<bool, Alarm> {
        if self.newest.is_some_and(|(newest, _)| at <= newest) {
            return Ok(false); // an older one, late on its way
        }
        let fresh = at >= fresh_from;
        if size < self.seen {
            // Before this start an older, smaller checkpoint may still be on its way.
            let (seen, now) = (self.seen, size);
            return match fresh {
                true => Err(Alarm::LogShrank { seen, now }),
                false => Ok(false),
            };
        }
        let grew = size > self.seen;
        (self.newest, self.seen) = (Some((at, size)), size);
        self.fresh |= fresh;
        Ok(grew)
    }

    /// Takes the entry at `index`, if it is the next.
    pub(super) fn takes(&mut self, index: u64) -> bool {
        if index != self.next {
            return false;
        }
        self.next += 1;
        true
    }
}
