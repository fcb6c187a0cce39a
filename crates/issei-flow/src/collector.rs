//! Understands the datagrams of many exporters.

use std::net::{IpAddr, SocketAddr};

use issei_model::{FlowBatch, Origin, Problems, Timestamp};

/// Bounds.
#[derive(Clone, Debug, Default)]
pub struct CollectorLimits {}

/// What was done, in numbers that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CollectorTally {
    /// Datagrams taken.
    pub datagrams: u64,
    /// Records decoded.
    pub records: u64,
}

/// Templates, sampling and sequence numbers of many exporters.
#[derive(Debug)]
pub struct Collector {
    problems: Problems,
    tally: CollectorTally,
}

impl Collector {
    /// Makes a collector. Origin indices are handed out from `first_origin` on.
    pub fn new(_limits: CollectorLimits, _hash_key: [u64; 2], _first_origin: u32) -> Self {
        Self {
            problems: Problems::default(),
            tally: CollectorTally::default(),
        }
    }

    /// Decodes a datagram and appends its records.
    pub fn datagram(
        &mut self,
        _now: Timestamp,
        _from: SocketAddr,
        _bytes: &[u8],
        _out: &mut FlowBatch,
    ) {
    }

    /// Sets the sampling rate of one exporter, or of all: it wins over what is announced.
    /// A rate of 0 takes the setting back.
    pub fn set_sampling(&mut self, _exporter: Option<IpAddr>, _every: u32) {}

    /// Tells when something is due without any datagram.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Gives up what waited too long. `Timestamp::MAX` gives up everything.
    pub fn on_deadline(&mut self, _now: Timestamp, _out: &mut FlowBatch) {}

    /// Walks over the exporters and domains met, in the order of their indices.
    pub fn origins(&self) -> impl Iterator<Item = Origin> + '_ {
        std::iter::empty()
    }

    /// Tells what went wrong.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells what was done.
    pub fn tally(&self) -> CollectorTally {
        self.tally
    }
}
