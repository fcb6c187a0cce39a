//! What the evidence of every rule on scans has in common.

use issei_model::{
    Address, Columns, Evidence, FlowRecord, SamplingBasis, SamplingSummary, Statistic,
};

use crate::engine::Surroundings;

/// Records kept to be shown, and what all records that were counted have in common.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) records: Vec<FlowRecord>,
    /// The least and the greatest sampling rate.
    sampling: (u32, u32),
    origins: Vec<u32>,
}

impl Shown {
    pub(super) fn new() -> Self {
        Self {
            records: Vec::new(),
            sampling: (u32::MAX, 0),
            origins: Vec::new(),
        }
    }

    /// Counts a record, and keeps it if fewer than `room` are kept.
    pub(super) fn take<A: Address>(&mut self, columns: &Columns<A>, row: usize, room: usize) {
        let (rate, origin) = (columns.sampling[row], columns.origin[row]);
        self.sampling = (self.sampling.0.min(rate), self.sampling.1.max(rate));
        if self.origins.len() < Evidence::MOST_SAMPLES && !self.origins.contains(&origin) {
            self.origins.push(origin);
            self.origins.sort_unstable();
        }
        if self.records.len() < room.min(Evidence::MOST_SAMPLES) {
            self.records.push(columns.record(row));
        }
    }

    /// Tells the least sampling rate seen; 0 if nobody said.
    pub(super) fn least_sampling(&self) -> u32 {
        if self.sampling.0 == u32::MAX {
            0
        } else {
            self.sampling.0
        }
    }

    /// Begins the evidence: parameters, sampling, exporters, sample, statistic.
    pub(super) fn evidence(&self, around: &Surroundings<'_>, statistic: Statistic) -> Evidence {
        let bases = self
            .origins
            .iter()
            .map(|&origin| around.origins.basis(origin));
        Evidence {
            parameters: around.parameters.version.clone(),
            statistic: Some(statistic),
            sampling: SamplingSummary {
                least: self.least_sampling(),
                most: self.sampling.1,
                basis: bases.max().unwrap_or(SamplingBasis::Unknown),
            },
            origins: self.origins.clone(),
            sample: self.records.clone(),
            ..Evidence::default()
        }
    }
}

/// Makes sentences of literals.
pub(super) fn sentences<const N: usize>(list: [&str; N]) -> Vec<String> {
    list.map(String::from).to_vec()
}
