//! The capturing thread: from the packets of an interface to batches of records.

use std::sync::Arc;
use std::time::{Duration, Instant};

use issei_flow::Meter;
use issei_host::clock;
use issei_host::live::{Capture, Shape};
use issei_model::{FlowBatch, Origin, Problem, ProblemKind, SamplingBasis, Timestamp};
use issei_wire::packet::LinkType;

use super::board::{Board, Taken};
use super::lane::{Lane, Outgoing};
use crate::configuration::Configuration;

/// How long the tap waits for packets, so that it hears of the end and keeps deadlines in time.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// An interface, and the meter for its packets.
pub struct Tap {
    capture: Capture,
    link: LinkType,
    meter: Meter,
    outgoing: Outgoing,
    board: Arc<Board>,
    taken: Taken,
    round: Instant,
}

impl Tap {
    /// Makes a tap, whose records carry `origin`.
    pub fn new(
        capture: Capture,
        lane: Lane,
        origin: u32,
        configuration: &Configuration,
        key: [u64; 2],
        board: Arc<Board>,
    ) -> Self {
        let every = u32::try_from(configuration.sampling.every.0).unwrap_or(u32::MAX);
        lane.introduce(Origin {
            index: origin,
            name: configuration.collect.interface.0.clone(),
            domain: 0,
            sampling_basis: match every {
                0 => SamplingBasis::Complete,
                _ => SamplingBasis::Configured,
            },
            lost: 0,
        });
        Self {
            link: match capture.shape() {
                Shape::Ethernet => LinkType::ETHERNET,
                Shape::Ip => LinkType::RAW,
            },
            meter: Meter::new(configuration.meter.limits(), key, origin, every.max(1)),
            capture,
            outgoing: Outgoing::new(lane),
            board,
            taken: Taken::default(),
            round: Instant::now(),
        }
    }

    /// Captures until the end is asked for, then records every flow.
    pub fn work(mut self) {
        while !self.board.is_ending() {
            self.take();
            if self.round.elapsed() >= LONGEST_WAIT {
                self.keep_round();
            }
            if self.capture.wait(LONGEST_WAIT).is_err() {
                // The interface is gone: not to be mended here, and not to spin on.
                std::thread::sleep(LONGEST_WAIT);
            }
        }
        self.take_the_last();
        self.meter.finish(&mut self.outgoing.batch);
        self.keep_round();
        self.outgoing.lane.end();
    }

    /// Takes what had come when the end was asked for. The kernel hands a block over when it is full
    /// or some milliseconds old, so the last packets lie in one that cannot be seen yet.
    fn take_the_last(&mut self) {
        let asked = Instant::now();
        while asked.elapsed() < LONGEST_WAIT {
            let left = LONGEST_WAIT.saturating_sub(asked.elapsed());
            if self.capture.wait(left).is_err() {
                break;
            }
            self.take();
        }
    }

    /// Meters what lies in the ring.
    fn take(&mut self) {
        let Self {
            capture,
            link,
            meter,
            outgoing,
            taken,
            ..
        } = self;
        let mut drain = || {
            capture.drain(|time: Timestamp, bytes: &[u8], length: u32| {
                taken.datagrams += 1;
                outgoing.oldest = outgoing.oldest.or(Some(time));
                meter.packet(time, *link, bytes, length, &mut outgoing.batch);
                if outgoing.batch.len() >= FlowBatch::USUAL_ROWS {
                    outgoing.hand_on(time);
                }
            })
        };
        while drain() {}
        self.outgoing.hand_on(clock::now());
    }

    /// Does what is due now and then, and posts the counts.
    fn keep_round(&mut self) {
        self.round = Instant::now();
        match self.capture.dropped() {
            Ok(0) => {}
            Ok(dropped) => {
                self.taken.dropped += dropped;
                let problem = Problem::new(ProblemKind::SocketDrop, 0, 0);
                self.taken.problems.note_many(problem, dropped);
            }
            Err(_) => self.taken.blind = true,
        }
        let now = clock::now();
        if self.meter.next_deadline().is_some_and(|due| due <= now) {
            self.meter.on_deadline(now, &mut self.outgoing.batch);
        }
        self.outgoing.hand_on(now);
        let mut taken = self.taken.clone();
        taken.problems.absorb(self.meter.problems());
        taken.records = self.meter.tally().records;
        (taken.handed, taken.waited) = (self.outgoing.handed, self.outgoing.waited);
        self.board.tell_taken(self.outgoing.lane.number, taken);
    }
}
