//! Counts what was turned away at the zone's port, or failed there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use issei_enforce::zone::Trouble;

/// What can be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message whose sender was turned away.
    Turned(Trouble),
    /// A message longer than any that we answer.
    TooLong,
    /// A connection that was silent, or slow to send or to take.
    Slow,
    /// A connection for which there was no place.
    NoPlace,
    /// A connection from an address that is not configured.
    StrangersConnection,
    /// A connection that broke.
    Broken,
    /// A datagram that could not be sent.
    Unsent,
    /// An answer to no notice of ours.
    StrayAnswer,
    /// A change of which a resolver was told in vain.
    Unheard,
    /// A serial that could not be kept on the disk.
    Unkept,
    /// A serial found at a resolver that nobody here gave, and that was jumped over.
    Overtaken,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<BTreeMap<Kind, u64>>);

impl Counts {
    /// Counts one.
    pub(super) fn met(&self, kind: Kind) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(kind).or_default() += 1;
    }

    /// Shows all that were met, in the order of their kinds.
    pub(super) fn all(&self, unheard: u64) -> Vec<(Kind, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: BTreeMap<Kind, u64> = counts.clone();
        if unheard > 0 {
            all.insert(Kind::Unheard, unheard);
        }
        all.into_iter().collect()
    }
}
