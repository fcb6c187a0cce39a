//! Contacts that are worth seeing beside a finding.

use issei_model::{Address, Columns, Problems, Timestamp};
use serde::Deserialize;

use crate::engine::{News, Sorted, Surroundings, Suspicion};
use crate::parameters::Parameters;

/// The table `[contacts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactParameters {}

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct ContactRules<A: Address> {
    problems: Problems,
    lines: std::marker::PhantomData<A>,
}

impl<A: Address> ContactRules<A> {
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

    /// Notes that another rule suspects a line.
    pub(crate) fn suspect(&mut self, _suspicion: &Suspicion<A>) {}

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
