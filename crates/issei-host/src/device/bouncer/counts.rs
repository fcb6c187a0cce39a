//! Counts what was turned away at the bouncers' port, or failed there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use issei_enforce::bouncer::Unclear;

/// What can be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A connection from an address that is not configured.
    Stranger,
    /// A connection for which there was no place.
    NoPlace,
    /// A connection that was silent for too long, or slow to send or to take.
    Slow,
    /// A connection that broke, or whose request has no sound head.
    Broken,
    /// A request without a key.
    NoKey,
    /// A request with a key that is nobody's.
    WrongKey,
    /// A request with the key of somebody who does not ask from there.
    OtherPlace,
    /// A request that neither asks nor looks.
    OtherMethod,
    /// A request that is not clear.
    Unclear(Unclear),
    /// A request for the stream with a key that is for single questions.
    OtherKey,
    /// A request whose own filter bars what is ours.
    Barred,
    /// A request that the same bouncer asked again before it was answered.
    Doubled,
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
    pub(super) fn all(&self) -> Vec<(Kind, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(&kind, &count)| (kind, count)).collect()
    }
}
