//! How many flow records one core decodes in a second of its time, with all checks, into columns.
//!
//! Prints records a second and nanoseconds per record for each protocol: the median of rounds that
//! take turns, so that a machine that is busy for a while is busy for all. A name, such as
//! `netflow9`, chooses one. The comparison with other decoders is in `bench/` at the root of the
//! project, since those are no dependencies.

#![expect(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]

mod processor;
mod traffic;

use std::net::SocketAddr;
use std::time::Duration;

use issei_flow::{Collector, CollectorLimits};
use issei_model::{FlowBatch, Timestamp};
use traffic::{Kind, Stream};

/// As many as a receiver takes from the kernel at once or twice; they lie in the cache, as there.
const DATAGRAMS: u32 = 128;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(100);

fn main() {
    let kinds = [
        Kind::Netflow5,
        Kind::Netflow9,
        Kind::Ipfix,
        Kind::IpfixV6,
        Kind::Sflow5,
    ];
    let only = std::env::args()
        .nth(1)
        .filter(|word| !word.starts_with('-'));
    let chosen = kinds.into_iter().filter(|kind| {
        let name = format!("{kind:?}").to_lowercase();
        only.as_ref().is_none_or(|only| name == only.to_lowercase())
    });
    let mut candidates: Vec<Candidate> = chosen.map(Candidate::new).collect();
    for _ in 0..ROUNDS {
        for candidate in &mut candidates {
            candidate.round();
        }
    }
    for candidate in &mut candidates {
        candidate.report();
    }
}

struct Candidate {
    stream: Stream,
    collector: Collector,
    batch: FlowBatch,
    /// Seconds per record, one for each round.
    rounds: Vec<f64>,
}

impl Candidate {
    fn new(kind: Kind) -> Self {
        let mut candidate = Self {
            stream: Stream::new(kind, DATAGRAMS),
            collector: Collector::new(CollectorLimits::default(), [1, 2], 0),
            batch: FlowBatch::default(),
            rounds: Vec::new(),
        };
        if !candidate.stream.first.is_empty() {
            let first = candidate.stream.first.clone();
            candidate
                .collector
                .datagram(now(), from(), &first, &mut candidate.batch);
        }
        candidate.pass();
        candidate
    }

    /// Decodes the whole stream once.
    fn pass(&mut self) {
        for datagram in &self.stream.datagrams {
            self.collector
                .datagram(now(), from(), datagram, &mut self.batch);
            if self.batch.len() >= FlowBatch::USUAL_ROWS {
                self.batch.clear();
            }
        }
    }

    fn round(&mut self) {
        let (before, began) = (self.collector.tally().records, processor::time());
        while processor::time() - began < ROUND {
            // Asking for the time takes as long as a few hundred records.
            (0..50).for_each(|_| self.pass());
        }
        let records = self.collector.tally().records - before;
        self.rounds
            .push((processor::time() - began).as_secs_f64() / records as f64);
    }

    fn report(&mut self) {
        self.rounds.sort_by(f64::total_cmp);
        let median = self.rounds[ROUNDS / 2];
        let (kind, held) = (
            self.stream.kind,
            self.stream.records / self.stream.datagrams.len(),
        );
        println!(
            "{kind:10?} {:6.1} million records/s, {:5.1} ns each, {held} in a datagram (best {:.1} ns)",
            1e-6 / median,
            1e9 * median,
            1e9 * self.rounds[0],
        );
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(i64::from(traffic::EXPORT))
}

fn from() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 2055))
}
