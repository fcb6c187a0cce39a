//! The receiving threads: from sockets to batches of records.
//!
//! In a quiet moment a datagram is decoded and handed on at once. In a busy one the thread naps,
//! for a wake-up costs more than decoding, and takes what has gathered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use issei_flow::Collector;
use issei_host::clock;
use issei_host::receiver::Receiver as Sockets;
use issei_model::{FlowBatch, Problem, ProblemKind, Timestamp};

use super::board::{Board, Taken};
use super::lane::{Lane, Outgoing};
use crate::configuration::Configuration;
use crate::introductions::Introductions;

/// How long a receiver waits for the first datagram, so that it hears of the end in time.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// Counts are posted, drops asked for and deadlines kept this often.
const ROUND: Duration = Duration::from_millis(100);

/// One thread's sockets and templates.
pub struct Worker {
    sockets: Sockets,
    collector: Collector,
    outgoing: Outgoing,
    board: Arc<Board>,
    gather: Duration,
    taken: Taken,
    introductions: Introductions,
    sampling_seen: u64,
    round: Instant,
}

impl Worker {
    /// Makes a worker.
    pub fn new(
        sockets: Sockets,
        mut collector: Collector,
        lane: Lane,
        configuration: &Configuration,
        board: Arc<Board>,
    ) -> Self {
        configuration.sampling.apply(&mut collector);
        Self {
            sockets,
            collector,
            outgoing: Outgoing::new(lane),
            board,
            gather: Duration::from_micros(configuration.collect.gather.as_micros().unsigned_abs()),
            taken: Taken::default(),
            introductions: Introductions::default(),
            sampling_seen: 0,
            round: Instant::now(),
        }
    }

    /// Receives until the end is asked for, then empties the sockets.
    pub fn work(mut self) {
        while !self.board.is_ending() {
            let more = self.take();
            if self.round.elapsed() >= ROUND {
                self.keep_round();
            }
            match more {
                Some(true) => {}
                Some(false) if !self.gather.is_zero() => std::thread::sleep(self.gather),
                Some(false) | None => self.wait(),
            }
        }
        // From here on the kernel turns away and counts what comes, so nothing falls between the
        // last look and the closing of the sockets.
        if self.sockets.shut().is_ok() {
            while self.take().is_some() {}
        } else {
            // An end under full load must then leave what comes faster than it is taken.
            self.taken.blind = true;
            while self.take() == Some(true) {}
        }
        self.collector
            .on_deadline(Timestamp::MAX, &mut self.outgoing.batch);
        self.outgoing.hand_on(clock::now());
        self.keep_round();
        self.outgoing.lane.end();
    }

    fn introduce(&mut self) {
        let Self {
            collector,
            outgoing,
            introductions,
            ..
        } = self;
        introductions.news(collector, |origin| outgoing.lane.introduce(origin));
    }

    fn wait(&mut self) {
        if self.sockets.wait(LONGEST_WAIT).is_err() {
            // A descriptor the kernel no longer knows: not to be mended here, and not to spin on.
            std::thread::sleep(LONGEST_WAIT);
        }
    }

    /// Takes what lies in the sockets and hands it on. Tells whether more may lie there; nothing if
    /// nothing came.
    fn take(&mut self) -> Option<bool> {
        let Self {
            sockets,
            collector,
            outgoing,
            introductions,
            ..
        } = self;
        let now = clock::now();
        let drained = sockets.drain(|from: SocketAddr, bytes: &[u8]| {
            collector.datagram(now, from, bytes, &mut outgoing.batch);
            if outgoing.batch.len() >= FlowBatch::USUAL_ROWS {
                introductions.news(collector, |origin| outgoing.lane.introduce(origin));
                outgoing.hand_on(now);
            }
        });
        let Ok(drained) = drained else { return None };
        self.taken.datagrams += drained.datagrams;
        if drained.cut > 0 {
            self.taken
                .problems
                .note_many(Problem::new(ProblemKind::Oversize, 0, 0), drained.cut);
        }
        if drained.datagrams == 0 {
            return None;
        }
        self.introduce();
        self.outgoing.oldest = self.outgoing.oldest.or(drained.oldest);
        self.outgoing.hand_on(now);
        Some(drained.more)
    }

    /// Does what is due now and then, and posts the counts.
    fn keep_round(&mut self) {
        self.round = Instant::now();
        match self.sockets.dropped() {
            Ok(0) => {}
            Ok(dropped) => {
                self.taken.dropped += dropped;
                self.taken
                    .problems
                    .note_many(Problem::new(ProblemKind::SocketDrop, 0, 0), dropped);
            }
            Err(_) => self.taken.blind = true,
        }
        if let Some(sampling) = self.board.newer_sampling(&mut self.sampling_seen) {
            sampling.apply(&mut self.collector);
        }
        let now = clock::now();
        if self.collector.next_deadline().is_some_and(|due| due <= now) {
            self.collector.on_deadline(now, &mut self.outgoing.batch);
            self.introduce();
            self.outgoing.hand_on(now);
        }
        self.introduce();
        let mut taken = self.taken.clone();
        taken.problems.absorb(self.collector.problems());
        taken.records = self.collector.tally().records;
        (taken.handed, taken.waited) = (self.outgoing.handed, self.outgoing.waited);
        self.board.tell_taken(self.outgoing.lane.number, taken);
    }
}
