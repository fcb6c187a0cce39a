//! The flow meter: packets become flow records.

use issei_model::{FlowBatch, Problems, Span, Timestamp};
use issei_wire::packet::{Head, LinkType};

/// Time-outs and bounds.
#[derive(Clone, Copy, Debug)]
pub struct MeterLimits {
    /// A flow that goes on is recorded after this long.
    pub active: Span,
    /// A flow that is silent this long is recorded as ended.
    pub idle: Span,
    /// Flows held at once.
    pub flows: usize,
}

/// What was done, in numbers that add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeterTally {
    /// Packets taken.
    pub packets: u64,
    /// Records made.
    pub records: u64,
}

/// The table of flows.
#[derive(Debug)]
pub struct Meter {
    problems: Problems,
    tally: MeterTally,
}

impl Meter {
    /// Makes a meter whose records carry this origin index and one packet in `sampling`.
    pub fn new(_limits: MeterLimits, _hash_key: [u64; 2], _origin: u32, _sampling: u32) -> Self {
        Self {
            problems: Problems::default(),
            tally: MeterTally::default(),
        }
    }

    /// Takes a packet, and appends the records of flows that ended or timed out by its time.
    pub fn packet(
        &mut self,
        _time: Timestamp,
        _link: LinkType,
        _bytes: &[u8],
        _original_length: u32,
        _out: &mut FlowBatch,
    ) {
    }

    /// Takes a packet whose heads were read already.
    pub fn head(&mut self, _time: Timestamp, _head: &Head, _out: &mut FlowBatch) {}

    /// Tells when the next flow times out.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Records the flows that have timed out.
    pub fn on_deadline(&mut self, _now: Timestamp, _out: &mut FlowBatch) {}

    /// Records every flow, at the end of the input.
    pub fn finish(&mut self, _out: &mut FlowBatch) {}

    /// Tells what went wrong.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells what was done.
    pub fn tally(&self) -> MeterTally {
        self.tally
    }
}
