//! Looks at exchanges as an exporter does: sees every packet, or one in so many.
//!
//! In: exchanges in the order in which they begin. Out, in order of time: packets (for files and
//! sFlow), or records as they leave the exporter's cache (NetFlow, IPFIX, batches).
//! Thinning is exact: the gaps between sampled packets are geometric, so a rate of 1:1,000 costs
//! as little as the packets it shows. An exchange that is known to be seen is thrown under that
//! condition, so unseen ones need never be made.
//! Always: what waits is bounded by the longest exchange; nothing is kept for a whole day.

use std::collections::VecDeque;
use std::net::IpAddr;

use issei_model::{FlowRecord, Marks, TcpFlags, Timestamp, protocol};

use crate::dice::{Dice, ln, mix, power};
use crate::exchange::{Exchange, Manner, Party, Run, has_ports};

/// What the scope is asked to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Packets,
    Records,
}

/// Where a look is taken: a router at the border, or the sensor in dark space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vantage {
    /// One packet in this many is looked at.
    pub(crate) sampling: u32,
    /// SNMP index of the interface towards the lines, and of the one towards the world.
    pub(crate) interfaces: (u32, u32),
    /// ln(1 - 1/sampling), for the gaps.
    ln_unseen: f64,
}

impl Vantage {
    pub(crate) fn new(sampling: u32, interfaces: (u32, u32)) -> Self {
        Self {
            sampling,
            interfaces,
            ln_unseen: ln(1.0 - 1.0 / f64::from(sampling.max(2))),
        }
    }

    /// Tells the probability that at least one of `packets` is looked at.
    pub(crate) fn sees(&self, packets: u32) -> f64 {
        if self.sampling <= 1 {
            return 1.0;
        }
        1.0 - power(1.0 - 1.0 / f64::from(self.sampling), packets)
    }
}

/// A packet as it passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    pub(crate) time: i64,
    pub(crate) source: Party,
    pub(crate) destination: Party,
    pub(crate) protocol: u8,
    pub(crate) flags: u8,
    /// Length at the IP layer.
    pub(crate) bytes: u16,
    pub(crate) manner: Manner,
    pub(crate) back: bool,
    /// Sets the sequence numbers of the two directions.
    pub(crate) birth: u64,
    /// Sequence numbers that this direction used before, in this script.
    pub(crate) sent: u32,
    /// And those of the other direction.
    pub(crate) received: u32,
    pub(crate) vantage: u16,
}

/// What passed the scope, in sampled numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
    pub(crate) records: u64,
}

/// Looks at exchanges.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) view: View,
    pub(crate) vantages: Vec<Vantage>,
    /// Microseconds after which a silent flow leaves the cache.
    idle: i64,
    /// By vantage, then the sum of what it saw.
    pub(crate) passed: Vec<Passed>,
    dice: Dice,
    packets: Shelves<Packet>,
    records: Shelves<FlowRecord>,
}

/// The bounds of one direction's packets within one exchange.
#[derive(Clone, Copy, Debug)]
struct Seen {
    packets: u64,
    bytes: u64,
    flags: u8,
    first: i64,
    last: i64,
}

/// Longest time between an exchange's start and its record's departure.
const LONGEST_WAIT: usize = 900;
/// Above this many expected samples a run's count is thrown at once and not gap by gap.
const THROWN_AT_ONCE: f64 = 48.0;

impl Scope {
    pub(crate) fn new(
        view: View,
        vantages: Vec<Vantage>,
        idle: i64,
        start: i64,
        dice: Dice,
    ) -> Self {
        Self {
            view,
            passed: vec![Passed::default(); vantages.len()],
            vantages,
            idle,
            dice,
            packets: Shelves::new(start),
            records: Shelves::new(start),
        }
    }

    /// Looks at an exchange. With `surely`, at least one packet is looked at: the caller has
    /// thrown for that already.
    pub(crate) fn look(&mut self, vantage: usize, exchange: &Exchange<'_>, surely: bool) {
        let total: u32 = exchange.runs.iter().map(|run| exchange.count(run)).sum();
        let mut thinning = Thinning::new(&self.vantages[vantage], total, surely, &mut self.dice);
        let mut seen = [Seen::NONE; 2];
        let (mut before, mut sent) = (0_u32, [0_u32; 2]);
        let birth = mix(exchange.start as u64 ^ u64::from(exchange.opener.port) << 48);
        for run in exchange.runs {
            let count = exchange.count(run);
            let looked = thinning.among(before, count, &mut self.dice);
            before += count;
            if looked > 0 {
                match self.view {
                    View::Records => {
                        seen[usize::from(run.back)].add(exchange, run, looked, &mut self.dice);
                    }
                    View::Packets => {
                        self.show(vantage, exchange, run, (looked, count), sent, birth);
                    }
                }
            }
            let payload = u32::from(run.bytes).saturating_sub(head_bytes(exchange, run));
            let opens = u32::from(run.flags & (TcpFlags::SYN | TcpFlags::FIN) != 0);
            let sent = &mut sent[usize::from(run.back)];
            *sent = sent.wrapping_add(count.wrapping_mul(payload + opens));
        }
        for (back, seen) in seen.iter().enumerate().filter(|(_, seen)| seen.packets > 0) {
            self.shelve_record(vantage, exchange, back == 1, seen);
        }
    }

    /// Counts the packets that all exporters looked at.
    pub(crate) fn packets_passed(&self) -> u64 {
        self.passed.iter().map(|passed| passed.packets).sum()
    }

    /// Hands out the packets of all seconds that are over.
    pub(crate) fn take_packets(&mut self, now: i64, take: &mut dyn FnMut(&Packet)) {
        self.packets.take(now, |shelf| {
            // Stable: packets of one moment keep the order in which they were made.
            shelf.sort_by_key(|packet| packet.time);
            shelf.iter().for_each(&mut *take);
        });
    }

    /// Hands out the records that left the cache in the seconds that are over.
    pub(crate) fn take_records(&mut self, now: i64, take: &mut dyn FnMut(Timestamp, &FlowRecord)) {
        let mut second = self.records.first_second;
        self.records.take(now, |shelf| {
            second += 1;
            shelf
                .iter()
                .for_each(|record| take(Timestamp::from_secs(second), record));
        });
    }

    /// Tells the moment after which nothing waits any more.
    pub(crate) fn quiet_after(&self) -> i64 {
        self.packets.end().max(self.records.end())
    }

    fn show(
        &mut self,
        vantage: usize,
        exchange: &Exchange<'_>,
        run: &Run,
        (looked, count): (u32, u32),
        sent: [u32; 2],
        birth: u64,
    ) {
        let (source, destination) = ends(exchange, run.back);
        let payload = u32::from(run.bytes).saturating_sub(head_bytes(exchange, run));
        let start = exchange.start + i64::from(run.at) * 1_000;
        let over = i64::from(run.over) * 1_000;
        let bytes = wire_bytes(exchange, run);
        for number in 0..looked {
            // The packets of a run stand evenly in its time; a sampled one is any of them.
            let place = if looked == count {
                number
            } else {
                self.dice.below(count)
            };
            let shift = over * i64::from(place) / i64::from(count);
            let packet = Packet {
                time: start + shift,
                source,
                destination,
                protocol: exchange.protocol,
                flags: run.flags,
                bytes,
                manner: exchange.manner,
                back: run.back,
                birth,
                sent: sent[usize::from(run.back)].wrapping_add(place.wrapping_mul(payload)),
                received: sent[usize::from(!run.back)],
                vantage: vantage as u16,
            };
            self.packets.put(packet.time, packet);
        }
        let passed = &mut self.passed[vantage];
        passed.packets += u64::from(looked);
        passed.bytes += u64::from(looked) * u64::from(bytes);
    }

    /// Tells when a flow leaves the cache: at the active time-out, after its end, or after silence.
    fn leaves(&self, exchange: &Exchange<'_>, seen: &Seen) -> i64 {
        let ended = seen.flags & (TcpFlags::FIN | TcpFlags::RST) != 0;
        seen.last
            + match (exchange.continues, ended) {
                (true, _) => 0,
                (false, true) => self.idle.min(AFTER_FAREWELL),
                (false, false) => self.idle,
            }
    }

    fn shelve_record(&mut self, vantage: usize, exchange: &Exchange<'_>, back: bool, seen: &Seen) {
        let (source, destination) = ends(exchange, back);
        let Vantage {
            sampling,
            interfaces: (home, world),
            ..
        } = self.vantages[vantage];
        // The opener stands on the side it is on: lines are asked about by their own exchanges.
        let outward = crate::atlas::is_home(source.ip);
        let (input, output) = if outward {
            (home, world)
        } else {
            (world, home)
        };
        let ports = has_ports(exchange.protocol);
        let record = FlowRecord {
            source: source.ip,
            destination: destination.ip,
            source_port: if ports { source.port } else { 0 },
            destination_port: if ports {
                destination.port
            } else {
                icmp_code(exchange, destination)
            },
            protocol: exchange.protocol,
            tcp_flags: TcpFlags(seen.flags),
            packets: seen.packets,
            bytes: seen.bytes,
            first: Timestamp::from_millis(seen.first.div_euclid(1_000)),
            last: Timestamp::from_millis(seen.last.div_euclid(1_000)),
            sampling,
            origin: vantage as u32,
            input_interface: input,
            output_interface: output,
            reverse_packets: 0,
            reverse_bytes: 0,
            reverse_flags: TcpFlags(0),
            marks: Marks(0),
        };
        let passed = &mut self.passed[vantage];
        passed.packets += seen.packets;
        passed.bytes += seen.bytes;
        passed.records += 1;
        self.records.put(self.leaves(exchange, seen), record);
    }
}

/// Microseconds after which a flow whose end was seen leaves the cache.
const AFTER_FAREWELL: i64 = 1_000_000;

/// The ICMP message is written as type × 256 + code where ports would stand.
fn icmp_code(exchange: &Exchange<'_>, destination: Party) -> u16 {
    match exchange.protocol {
        protocol::ICMP | protocol::ICMP_V6 => destination.port,
        _ => 0,
    }
}

fn ends(exchange: &Exchange<'_>, back: bool) -> (Party, Party) {
    match back {
        false => (exchange.opener, exchange.responder),
        true => (exchange.responder, exchange.opener),
    }
}

/// Bytes of IPv4 and transport head, as counted in a script. A SYN is all head.
fn head_bytes(exchange: &Exchange<'_>, run: &Run) -> u32 {
    match exchange.protocol {
        protocol::TCP if run.flags & TcpFlags::SYN != 0 => run.bytes.into(),
        protocol::TCP => match exchange.manner {
            Manner::Kernel | Manner::TextPing if run.flags & TcpFlags::RST == 0 => 52,
            _ => 40,
        },
        _ => 28,
    }
}

/// An IPv6 head has 20 bytes more than an IPv4 head (RFC 8200, section 3).
fn wire_bytes(exchange: &Exchange<'_>, run: &Run) -> u16 {
    match exchange.opener.ip {
        IpAddr::V4(_) => run.bytes,
        IpAddr::V6(_) => run.bytes.saturating_add(20),
    }
}

impl Seen {
    const NONE: Self = Self {
        packets: 0,
        bytes: 0,
        flags: 0,
        first: i64::MAX,
        last: i64::MIN,
    };

    fn add(&mut self, exchange: &Exchange<'_>, run: &Run, looked: u32, dice: &mut Dice) {
        let start = exchange.start + i64::from(run.at) * 1_000;
        let over = i64::from(run.over) * 1_000;
        let (first, last) = match (looked, over) {
            (_, 0) => (start, start),
            (1, _) => {
                let moment = start + (over as f64 * dice.share()) as i64;
                (moment, moment)
            }
            // Of k even throws the first and last lie about 1/k of the time from the ends.
            _ => {
                let margin = over as f64 / f64::from(looked);
                let (early, late) = (margin * dice.share(), margin * dice.share());
                (start + early as i64, start + over - late as i64)
            }
        };
        self.packets += u64::from(looked);
        self.bytes += u64::from(looked) * u64::from(wire_bytes(exchange, run));
        self.flags |= run.flags;
        self.first = self.first.min(first);
        self.last = self.last.max(last.max(first));
    }
}

/// Walks over the packets of an exchange from one sampled packet to the next.
#[derive(Debug)]
struct Thinning {
    /// Number of the next packet that is looked at.
    next: u64,
    ln_unseen: f64,
    sampling: u32,
}

impl Thinning {
    fn new(vantage: &Vantage, total: u32, surely: bool, dice: &mut Dice) -> Self {
        let Vantage {
            sampling,
            ln_unseen,
            ..
        } = *vantage;
        let next = if sampling <= 1 {
            0
        } else if surely {
            // The first of a geometric law cut off behind the last packet.
            let inside = dice.share() * vantage.sees(total);
            ((ln(1.0 - inside) / ln_unseen) as u64).min(u64::from(total.saturating_sub(1)))
        } else {
            (-dice.gap() / ln_unseen) as u64
        };
        Self {
            next,
            ln_unseen,
            sampling,
        }
    }

    /// Counts the sampled ones among the packets `before .. before + count`.
    fn among(&mut self, before: u32, count: u32, dice: &mut Dice) -> u32 {
        if self.sampling <= 1 {
            return count;
        }
        let end = u64::from(before) + u64::from(count);
        let expected = f64::from(count) / f64::from(self.sampling);
        if expected > THROWN_AT_ONCE {
            let share = 1.0 / f64::from(self.sampling);
            let looked = dice.normal(expected, expected * (1.0 - share));
            self.next = end + (-dice.gap() / self.ln_unseen) as u64;
            return (looked as u32).clamp(1, count);
        }
        let mut looked = 0;
        while self.next < end {
            looked += 1;
            self.next += 1 + (-dice.gap() / self.ln_unseen) as u64;
        }
        looked
    }
}

/// What waits for its second, second by second.
#[derive(Debug)]
struct Shelves<T> {
    shelves: VecDeque<Vec<T>>,
    /// The second that the first shelf stands for.
    first_second: i64,
}

impl<T> Shelves<T> {
    fn new(start: i64) -> Self {
        Self {
            shelves: VecDeque::new(),
            first_second: start.div_euclid(1_000_000),
        }
    }

    fn put(&mut self, time: i64, item: T) {
        // What belongs to a second that is over goes with the present one.
        let ahead = (time.div_euclid(1_000_000) - self.first_second).max(0) as usize;
        debug_assert!(
            ahead < LONGEST_WAIT,
            "an exchange of {ahead} s must be cut into pieces"
        );
        let ahead = ahead.min(LONGEST_WAIT);
        if ahead >= self.shelves.len() {
            self.shelves.resize_with(ahead + 1, Vec::new);
        }
        self.shelves[ahead].push(item);
    }

    /// Empties all shelves of seconds before the one that `now` lies in.
    fn take(&mut self, now: i64, mut take: impl FnMut(&mut Vec<T>)) {
        let second = now.div_euclid(1_000_000);
        while self.first_second < second {
            let mut shelf = self.shelves.pop_front().unwrap_or_default();
            take(&mut shelf);
            shelf.clear();
            // The emptied shelf comes back at the far end, so its memory is used again.
            if self.shelves.len() < LONGEST_WAIT && shelf.capacity() > 0 {
                self.shelves.push_back(shelf);
            }
            self.first_second += 1;
        }
    }

    /// Tells the moment after which nothing waits any more.
    fn end(&self) -> i64 {
        let last = self.shelves.iter().rposition(|shelf| !shelf.is_empty());
        last.map_or(i64::MIN, |last| {
            (self.first_second + last as i64 + 1) * 1_000_000
        })
    }
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
