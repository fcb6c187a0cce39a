//! What is counted of one kind of packets towards one victim, in a fixed number of bytes.
//!
//! In: rows, one by one. Out: packets in the last windows, how many sources, which ports, a
//! sample. Always: bounded; a record that lasts longer than a window is spread evenly over the
//! windows it covers, so that a long flow makes no spike when it is exported.

use issei_model::{Address, Columns, Evidence, FlowRecord, Marks};

use super::parameters::{WINDOW_SECONDS, WINDOWS_A_QUARTER};
use crate::statistics::{DistinctCount, DistinctEstimate};

/// The heaviest few of a stream of things: SpaceSaving (Metwally and others, 2005).
/// A count is too high by at most the smallest count held; what was never displaced is exact.
#[derive(Clone, Debug)]
pub(super) struct Heavy<T> {
    held: Vec<(T, u64)>,
    total: u64,
}

/// Things held: the share of the heaviest is wrong by at most an eighth of what others have.
const HEAVY_ROOM: usize = 8;

impl<T: Copy + Eq> Heavy<T> {
    pub(super) fn new() -> Self {
        Self {
            held: Vec::new(),
            total: 0,
        }
    }

    pub(super) fn add(&mut self, thing: T, weight: u64) {
        self.total += weight;
        if let Some((_, count)) = self.held.iter_mut().find(|(held, _)| *held == thing) {
            *count += weight;
        } else if self.held.len() < HEAVY_ROOM {
            self.held.push((thing, weight));
        } else if let Some(least) = self.held.iter_mut().min_by_key(|(_, count)| *count) {
            *least = (thing, least.1 + weight);
        }
    }

    /// Lists the heaviest first, with their shares (at most too high, see the type).
    pub(super) fn shares(&self) -> Vec<(T, f64)> {
        let mut list = self.held.clone();
        list.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let total = self.total.max(1) as f64;
        let share = |(thing, count): (T, u64)| (thing, count as f64 / total);
        list.into_iter().map(share).collect()
    }

    /// Tells the heaviest and its share; none if nothing came.
    pub(super) fn first(&self) -> Option<(T, f64)> {
        self.shares().first().copied()
    }

    /// Tells the share of the `most` heaviest together.
    pub(super) fn share_of(&self, most: usize) -> f64 {
        self.shares().iter().take(most).map(|one| one.1).sum()
    }
}

/// How many different things came: exact while there are few, then estimated.
#[derive(Clone, Debug)]
pub(super) struct Distinct {
    held: Held,
    /// So many are counted exactly.
    exact: usize,
}

#[derive(Clone, Debug)]
enum Held {
    /// The hashes, rising.
    Few(Vec<u64>),
    Many(Box<DistinctCount>),
}

/// Things counted exactly: 2 KiB.
const EXACT: usize = 256;
/// Registers as a power of two: 4 KiB, standard error 1.6 %.
const REGISTER_BITS: u32 = 12;

impl Distinct {
    pub(super) const fn new() -> Self {
        Self::exact_up_to(EXACT)
    }

    pub(super) const fn exact_up_to(exact: usize) -> Self {
        Self {
            held: Held::Few(Vec::new()),
            exact,
        }
    }

    /// Counts a thing by its keyed hash.
    pub(super) fn add(&mut self, hash: u64) {
        let few = match &mut self.held {
            Held::Many(many) => return many.add(hash),
            Held::Few(few) => few,
        };
        let Err(at) = few.binary_search(&hash) else {
            return;
        };
        few.insert(at, hash);
        if few.len() > self.exact {
            self.held = Held::Many(Box::new(self.registers()));
        }
    }

    /// Tells how many; the standard error is 0 where the count is exact.
    pub(super) fn estimate(&self) -> DistinctEstimate {
        match &self.held {
            Held::Many(many) => many.estimate(),
            Held::Few(few) => DistinctEstimate {
                count: few.len() as f64,
                standard_error: 0.0,
            },
        }
    }

    /// Tells how many there are in this one and the others together.
    pub(super) fn together(&self, others: &[&Self]) -> DistinctEstimate {
        let mut all = self.clone();
        for other in others {
            match &other.held {
                Held::Few(few) => few.iter().for_each(|&hash| all.add(hash)),
                Held::Many(many) => {
                    let mut registers = all.registers();
                    registers.absorb(many);
                    all.held = Held::Many(Box::new(registers));
                }
            }
        }
        all.estimate()
    }

    fn registers(&self) -> DistinctCount {
        match &self.held {
            Held::Many(many) => (**many).clone(),
            Held::Few(few) => {
                let mut registers = DistinctCount::new(REGISTER_BITS);
                few.iter().for_each(|&hash| registers.add(hash));
                registers
            }
        }
    }
}

/// Packets in the last windows of ten seconds, as sampled and as estimated.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    ring: Box<[Window]>,
    /// The window with the most estimated packets so far.
    peak: Window,
}

/// One window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    /// Seconds since the epoch, over ten.
    pub(super) number: u32,
    /// Packets as the exporter counted them.
    pub(super) sampled: f32,
    /// The same times the sampling rate.
    pub(super) estimated: f32,
}

impl Windows {
    pub(super) fn new() -> Self {
        Self {
            ring: vec![Window::default(); WINDOWS_A_QUARTER as usize].into_boxed_slice(),
            peak: Window::default(),
        }
    }

    /// Adds the packets of a record that lasted from `first` to `last`, microseconds.
    pub(super) fn add(&mut self, first: i64, last: i64, packets: u64, sampling: u32) {
        let (from, to) = (window_of(first), window_of(last.max(first)));
        // What lies farther back than the ring goes into its oldest window.
        let from = from.max(to.saturating_sub(WINDOWS_A_QUARTER - 1));
        let each = packets as f32 / (to - from + 1) as f32;
        for number in from..=to {
            let window = &mut self.ring[(number % WINDOWS_A_QUARTER) as usize];
            if window.number < number {
                *window = Window {
                    number,
                    ..Window::default()
                };
            } else if window.number > number {
                continue;
            }
            window.sampled += each;
            window.estimated += each * sampling as f32;
            if window.estimated > self.peak.estimated {
                self.peak = *window;
            }
        }
    }

    /// The fullest window so far.
    pub(super) fn peak(&self) -> Window {
        self.peak
    }

    /// What is in one window.
    pub(super) fn at(&self, number: u32) -> Window {
        let window = self.ring[(number % WINDOWS_A_QUARTER) as usize];
        if window.number == number {
            window
        } else {
            Window::default()
        }
    }

    /// Packets of the quarter of an hour up to the newest window.
    pub(super) fn quarter(&self) -> f64 {
        let newest = self.ring.iter().map(|window| window.number).max();
        let oldest = newest
            .unwrap_or(0)
            .saturating_sub(WINDOWS_A_QUARTER - 1)
            .max(1);
        let recent = self.ring.iter().filter(|window| window.number >= oldest);
        recent.map(|window| f64::from(window.sampled)).sum()
    }
}

/// Tells the window of a moment.
#[inline]
pub(super) fn window_of(micros: i64) -> u32 {
    let width = i64::from(WINDOW_SECONDS) * 1_000_000;
    micros.div_euclid(width).clamp(0, i64::from(u32::MAX)) as u32
}

/// Everything counted of one kind of packets.
#[derive(Clone, Debug)]
pub(super) struct Tally<A> {
    /// Packets as the exporter counted them.
    pub(super) sampled: u64,
    /// Packets and bytes times the sampling rate.
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) records: u64,
    /// The first and last packet, microseconds.
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) windows: Windows,
    pub(super) sources: Distinct,
    pub(super) source_ports: Heavy<u16>,
    pub(super) ports: Heavy<u16>,
    /// Parts of the subject that are hit most.
    pub(super) hit: Heavy<A>,
    /// Addresses hit.
    pub(super) addresses: Distinct,
    pub(super) flags: Heavy<u8>,
    /// A bit per first octet of the IPv4 sources.
    octets: [u64; 4],
    /// Packets whose source no network routes: forged for certain.
    pub(super) unroutable: u64,
    /// Records whose first packet was itself an answer.
    pub(super) answers_first: u64,
    /// Packets of records in which both directions were watched.
    pub(super) watched: u64,
    pub(super) least_sampling: u32,
    pub(super) most_sampling: u32,
    pub(super) origins: Vec<u32>,
    pub(super) sample: Vec<FlowRecord>,
}

/// Exporters named in the evidence.
const MOST_ORIGINS: usize = 16;

impl<A: Address> Tally<A> {
    pub(super) fn new() -> Self {
        Self {
            sampled: 0,
            packets: 0,
            bytes: 0,
            records: 0,
            first: i64::MAX,
            last: i64::MIN,
            windows: Windows::new(),
            sources: Distinct::new(),
            source_ports: Heavy::new(),
            ports: Heavy::new(),
            hit: Heavy::new(),
            addresses: Distinct::new(),
            flags: Heavy::new(),
            octets: [0; 4],
            unroutable: 0,
            answers_first: 0,
            watched: 0,
            least_sampling: u32::MAX,
            most_sampling: 0,
            origins: Vec::new(),
            sample: Vec::new(),
        }
    }

    /// Takes a row whose time has been made plausible.
    pub(super) fn add(&mut self, columns: &Columns<A>, row: usize, seen: &Seen<A>) {
        let packets = columns.packets[row].max(1);
        let told = columns.sampling[row];
        let rate = u64::from(told.max(1));
        self.sampled += packets;
        self.packets = self.packets.saturating_add(packets.saturating_mul(rate));
        let bytes = columns.bytes[row].saturating_mul(rate);
        self.bytes = self.bytes.saturating_add(bytes);
        self.records += 1;
        self.first = self.first.min(seen.first);
        self.last = self.last.max(seen.last);
        self.windows
            .add(seen.first, seen.last, packets, told.max(1));
        self.sources.add(seen.source_hash);
        self.source_ports.add(seen.source_port, packets);
        self.ports.add(seen.port, packets);
        self.hit.add(seen.part, packets);
        self.addresses.add(seen.address_hash);
        self.flags.add(columns.tcp_flags[row], packets);
        self.note_source(seen.source, packets);
        let marks = columns.marks_of(row);
        self.answers_first += u64::from(marks.any(Marks::FIRST_IS_ANSWER));
        if marks.any(Marks::REVERSE_WATCHED) {
            self.watched += packets;
        }
        self.note_exporter(columns.origin[row], told);
        if self.sample.len() < Evidence::MOST_SAMPLES {
            self.sample.push(columns.record(row));
        }
    }

    fn note_source(&mut self, source: A, packets: u64) {
        if A::BITS == 32 {
            let octet = source.to_u128() as u32 >> 24;
            self.octets[octet as usize / 64] |= 1 << (octet % 64);
            // "This" network, loopback, multicast and reserved (RFC 6890): never a true source.
            if matches!(octet, 0 | 127 | 224..) {
                self.unroutable += packets;
            }
        }
    }

    fn note_exporter(&mut self, origin: u32, sampling: u32) {
        self.least_sampling = self.least_sampling.min(sampling);
        self.most_sampling = self.most_sampling.max(sampling);
        if self.origins.len() < MOST_ORIGINS
            && let Err(at) = self.origins.binary_search(&origin)
        {
            self.origins.insert(at, origin);
        }
    }

    /// Counts the first octets among the IPv4 sources.
    pub(super) fn octets(&self) -> u32 {
        self.octets.iter().map(|bits| bits.count_ones()).sum()
    }

    /// Tells how many packets came from each source, on average.
    pub(super) fn packets_a_source(&self) -> f64 {
        self.sampled as f64 / self.sources.estimate().count.max(1.0)
    }
}

/// A row as a tally takes it: who is the source depends on the direction that is watched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<A> {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) source: A,
    pub(super) source_hash: u64,
    pub(super) source_port: u16,
    /// The part of the subject that is hit: an address, or a smaller prefix.
    pub(super) part: A,
    pub(super) address_hash: u64,
    pub(super) port: u16,
}

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
