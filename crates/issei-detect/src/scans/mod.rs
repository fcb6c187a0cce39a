//! Scans, sensor hits and log-in guessing.

use issei_model::{Address, Columns, Problems, Timestamp};
use serde::Deserialize;

use crate::engine::{News, Sorted, Surroundings};
use crate::parameters::Parameters;

/// The table `[scans]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanParameters {}

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct Scans<A: Address> {
    problems: Problems,
    lines: std::marker::PhantomData<A>,
}

impl<A: Address> Scans<A> {
    /// Makes empty memories with the bounds of the parameters.
    pub(crate) fn new(_parameters: &Parameters, _hash_key: [u64; 2]) -> Self {
        Self {
            problems: Problems::default(),
            lines: std::marker::PhantomData,
        }
    }

    /// Takes a batch.
    pub(crate) fn observe(
        &mut self,
        _around: &Surroundings<'_>,
        _columns: &Columns<A>,
        _sorted: &Sorted,
        _news: &mut News<A>,
    ) {
    }

    /// Tells how many active lines are remembered.
    pub(crate) fn lines(&self) -> usize {
        0
    }

    /// Tells when something is due without any record.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, _around: &Surroundings<'_>, _news: &mut News<A>) {}

    /// Says what is still to be said.
    pub(crate) fn finish(&mut self, _around: &Surroundings<'_>, _news: &mut News<A>) {}

    /// Tells what found no room.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        0
    }
}
