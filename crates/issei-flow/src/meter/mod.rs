//! The flow meter: packets become flow records of both directions.
//!
//! In: packets with their times. Out: one row for both directions of a flow (RFC 5103), whose
//! source is who opened it (decision 0003), when it is silent, goes on for long, or must make room.
//! Always: the packets taken are those of the records plus those turned away; time is that of the
//! stream; the table is bounded and what it gives up early is recorded and counted; the same
//! packets give the same rows, in the same order.
//! Standard: RFC 5470 and 7011 on metering, RFC 5103 on both directions.
//! Not here: any payload (decision 0005), any opinion about a flow.

mod beat;
mod flow;
mod sighting;
mod table;
mod wheel;

use std::net::IpAddr;

use issei_model::{Address, Columns, FlowBatch, Problem, ProblemKind, Problems, Span, Timestamp};
use issei_wire::packet::{Head, LinkType};

use self::flow::{Flow, Rules};
use self::sighting::Sighting;
use self::table::Table;
use self::wheel::Wheel;

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
    /// Of these, without heads that read: each is a problem. All others are in records, or will be.
    pub turned_away: u64,
    /// Records made.
    pub records: u64,
}

/// The table of flows.
#[derive(Debug)]
pub struct Meter {
    v4: Family<u32>,
    v6: Family<u128>,
    /// The latest time of the stream, in microseconds; `None` before the first packet.
    clock: Option<i64>,
    hash_key: [u64; 2],
    shop: Shop,
}

/// The flows of one address family, and the packets that wait for their turn.
#[derive(Debug)]
struct Family<A> {
    table: Table<A>,
    wheel: Wheel,
    waiting: Vec<Sighting<A>>,
}

/// What every flow needs to become a record.
#[derive(Debug)]
struct Shop {
    rules: Rules,
    flows: usize,
    problems: Problems,
    tally: MeterTally,
}

/// Packets that are looked up together, so that memory answers for all of them at once.
const TOGETHER: usize = 64;

/// A packet may be this late, in microseconds, and still be placed among the others.
const MOST_LATE: i64 = 60_000_000;

/// Times beyond this, in microseconds (the year 38,000), are taken for it: so no sum of a time
/// and a time-out overflows.
const FARTHEST: i64 = 1 << 60;

impl Meter {
    /// Makes a meter whose records carry this origin index and one packet in `sampling`.
    pub fn new(limits: MeterLimits, hash_key: [u64; 2], origin: u32, sampling: u32) -> Self {
        let rules = Rules {
            active: limits.active.as_micros().max(1),
            idle: limits.idle.as_micros().max(1),
            origin,
            sampling,
        };
        Self {
            v4: Family::new(&rules),
            v6: Family::new(&rules),
            clock: None,
            hash_key,
            shop: Shop {
                rules,
                flows: limits.flows.max(1),
                problems: Problems::default(),
                tally: MeterTally::default(),
            },
        }
    }

    /// Takes a packet, and appends the records of flows that ended or timed out by its time.
    #[inline]
    pub fn packet(
        &mut self,
        time: Timestamp,
        link: LinkType,
        bytes: &[u8],
        original_length: u32,
        out: &mut FlowBatch,
    ) {
        match Head::parse(link, bytes, original_length) {
            Ok(head) => self.head(time, &head, out),
            Err(problem) => self.turn_away(problem),
        }
    }

    /// Takes a packet whose heads were read already.
    #[inline]
    pub fn head(&mut self, time: Timestamp, head: &Head, out: &mut FlowBatch) {
        self.shop.tally.packets += 1;
        let time = time.as_micros().clamp(-FARTHEST, FARTHEST);
        if self.clock != Some(time) {
            self.move_clock(time, out);
        }
        let key = self.hash_key;
        let gathered = match (head.source, head.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => self.v4.wait(Sighting::new(
                time,
                source.to_bits(),
                destination.to_bits(),
                head,
                key,
            )),
            (source, destination) => self.v6.wait(Sighting::new(
                time,
                v6_bits(source),
                v6_bits(destination),
                head,
                key,
            )),
        };
        if gathered == TOGETHER {
            self.settle(out);
        }
    }

    /// Tells when the next flow times out, to within a thirty-second of the idle time-out.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let waiting = !self.v4.waiting.is_empty() || !self.v6.waiting.is_empty();
        let soonest = waiting.then(|| self.clock.unwrap_or(0) + self.shop.rules.idle);
        let due = [self.v4.wheel.soonest(), self.v6.wheel.soonest(), soonest];
        due.into_iter().flatten().min().map(Timestamp::from_micros)
    }

    /// Records the flows that have timed out.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut FlowBatch) {
        if now == Timestamp::MAX {
            return self.finish(out);
        }
        self.settle(out);
        let now = now.as_micros().clamp(-FARTHEST, FARTHEST);
        if self.clock.is_some_and(|clock| now > clock) {
            self.move_clock(now, out);
        }
    }

    /// Records every flow, at the end of the input.
    pub fn finish(&mut self, out: &mut FlowBatch) {
        self.settle(out);
        self.v4.close_all(&mut self.shop, out);
        self.v6.close_all(&mut self.shop, out);
        self.clock = None;
    }

    /// Tells what went wrong.
    pub fn problems(&self) -> &Problems {
        &self.shop.problems
    }

    /// Tells what was done.
    pub fn tally(&self) -> MeterTally {
        self.shop.tally
    }

    #[cold]
    fn turn_away(&mut self, problem: Problem) {
        self.shop.tally.packets += 1;
        self.shop.tally.turned_away += 1;
        self.shop.problems.note(problem);
    }

    /// Brings the clock of the stream to a packet's time. What was due before it is recorded
    /// before the packet is looked at, so batches of packets change nothing.
    #[inline]
    fn move_clock(&mut self, time: i64, out: &mut FlowBatch) {
        let behind = self.clock.map_or(0, |clock| clock - time);
        if behind > MOST_LATE.max(self.shop.rules.idle) {
            self.start_again(behind, out);
        }
        self.clock = self.clock.max(Some(time));
        if self.v4.wheel.moves(time) {
            self.settle(out);
            self.v4.close_due(time, &mut self.shop, out);
            self.v6.close_due(time, &mut self.shop, out);
        }
    }

    /// The stream's time fell far back: another file begins, or the times before were wrong.
    /// Everything held is recorded, and time begins anew.
    #[cold]
    fn start_again(&mut self, behind: i64, out: &mut FlowBatch) {
        let problem = Problem::new(ProblemKind::StrayTime, 0, behind.unsigned_abs());
        self.shop.problems.note(problem);
        self.finish(out);
    }

    /// Brings the waiting packets to their flows.
    fn settle(&mut self, out: &mut FlowBatch) {
        self.v4.settle(&mut self.v6, &mut self.shop, out);
        self.v6.settle(&mut self.v4, &mut self.shop, out);
    }
}

/// An address family that a batch has columns for.
trait Kin: Address {
    fn columns(out: &mut FlowBatch) -> &mut Columns<Self>;
}

impl Kin for u32 {
    fn columns(out: &mut FlowBatch) -> &mut Columns<Self> {
        &mut out.v4
    }
}

impl Kin for u128 {
    fn columns(out: &mut FlowBatch) -> &mut Columns<Self> {
        &mut out.v6
    }
}

/// What one family may ask of the other when the table is full.
trait Neighbour {
    fn flows(&self) -> usize;
    fn close_oldest(&mut self, shop: &mut Shop, out: &mut FlowBatch);
}

impl<A: Kin> Neighbour for Family<A> {
    fn flows(&self) -> usize {
        self.table.len()
    }

    /// Makes room for a flow: closes the one that would be due next.
    fn close_oldest(&mut self, shop: &mut Shop, out: &mut FlowBatch) {
        let Some(at) = self.wheel.oldest(&mut self.table, &shop.rules) else {
            return;
        };
        let flow = self.table.flow(at);
        if !flow.is_empty() {
            let problem = Problem::new(ProblemKind::FlowTableFull, 0, shop.flows as u64);
            shop.problems.note(problem);
        }
        shop.close(self.table.flow(at), out);
        self.table.remove(at);
    }
}

impl<A: Kin> Family<A> {
    fn new(rules: &Rules) -> Self {
        Self {
            table: Table::default(),
            wheel: Wheel::new(rules.idle),
            waiting: Vec::with_capacity(TOGETHER),
        }
    }

    /// Lets a packet wait for others. Tells how many wait.
    #[inline]
    fn wait(&mut self, sighting: Sighting<A>) -> usize {
        self.waiting.push(sighting);
        self.waiting.len()
    }

    fn settle(&mut self, other: &mut dyn Neighbour, shop: &mut Shop, out: &mut FlowBatch) {
        self.table.touch(&self.waiting);
        let mut waiting = std::mem::take(&mut self.waiting);
        for sighting in waiting.drain(..) {
            match self.table.find(&sighting) {
                Some(at) => shop.sighted(self.table.flow(at), &sighting, out),
                None => self.open(&sighting, other, shop, out),
            }
        }
        self.waiting = waiting;
    }

    /// Opens a flow. If the table is full, the family with more flows gives one up.
    fn open(
        &mut self,
        sighting: &Sighting<A>,
        other: &mut dyn Neighbour,
        shop: &mut Shop,
        out: &mut FlowBatch,
    ) {
        if self.flows() + other.flows() >= shop.flows {
            match self.flows() >= other.flows() {
                true => self.close_oldest(shop, out),
                false => other.close_oldest(shop, out),
            }
        }
        let flow = Flow::new(sighting);
        let due = flow.due(&shop.rules);
        let at = self.table.insert(flow);
        self.wheel.place(at, due);
    }

    /// Records what is due by `time`.
    fn close_due(&mut self, time: i64, shop: &mut Shop, out: &mut FlowBatch) {
        self.wheel.turn(time, &mut self.table, |table, at| {
            shop.fall_silent(table, at, time, out)
        });
    }

    fn close_all(&mut self, shop: &mut Shop, out: &mut FlowBatch) {
        self.wheel.empty(&mut self.table, |table, at| {
            shop.close(table.flow(at), out);
            table.remove(at);
        });
    }
}

impl Shop {
    /// A packet of a known flow.
    #[inline]
    fn sighted<A: Kin>(&mut self, flow: &mut Flow<A>, sighting: &Sighting<A>, out: &mut FlowBatch) {
        use flow::Turn;
        match flow.turn(sighting, &self.rules) {
            Turn::Same => {}
            Turn::Resumes => self.close(flow, out),
            Turn::Continues => {
                flow.goes_on();
                self.close(flow, out);
            }
            Turn::Anew => {
                self.close(flow, out);
                return flow.begin_anew(sighting);
            }
        }
        flow.add(sighting);
    }

    /// Records a flow that fell silent, and forgets it unless it may wake up. Tells when to look
    /// again.
    fn fall_silent<A: Kin>(
        &mut self,
        table: &mut Table<A>,
        at: u32,
        time: i64,
        out: &mut FlowBatch,
    ) -> Option<i64> {
        let flow = table.flow(at);
        if flow.due(&self.rules) >= time {
            return Some(flow.due(&self.rules));
        }
        self.close(flow, out);
        if flow.due(&self.rules) >= time {
            return Some(flow.due(&self.rules));
        }
        table.remove(at);
        None
    }

    /// Appends a flow's record, if there is anything to record.
    fn close<A: Kin>(&mut self, flow: &mut Flow<A>, out: &mut FlowBatch) {
        if !flow.is_empty() {
            flow.record(&self.rules, A::columns(out));
            self.tally.records += 1;
        }
    }
}

fn v6_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
#[path = "../meter_tests.rs"]
mod tests;
