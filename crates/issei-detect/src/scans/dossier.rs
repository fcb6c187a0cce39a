//! What is kept of a line that opens to worm ports or dark addresses: little of everyone, more of
//! the few who do it twice.
//!
//! A [`Sentinel`] remembers the first destination; the second different one opens a [`Dossier`],
//! which keeps destinations one by one up to a bound and counts them beyond it.
//! Always: bounded; retries to one destination count once; what was answered never hides what
//! failed (the sum of evidence does not fall below zero).

use issei_model::{FlowRecord, Marks};

use super::evidence::Shown;
use super::judge::Scan;
use super::ports::Ports;
use super::thresholds::Thresholds;
use super::told::Told;
use crate::statistics::DistinctCount;

/// Destinations that a dossier keeps one by one; no threshold asks for more.
pub(super) const KEPT: usize = 64;
/// Registers of the count beyond, as a power of two: standard error 6.5 %, 256 bytes.
const DISTINCT_BITS: u32 = 8;
/// Ports of which a dossier counts destinations one by one.
const PORTS: usize = 16;

/// How an opening ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// No answer, or a refusal.
    Failed,
    /// The other side took it.
    Answered,
    /// Nobody can say.
    Unknown,
}

/// One opening to a worm port or a dark address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The destination's name: half of its keyed hash.
    pub(super) name: u32,
    pub(super) port: u16,
    /// A short name of the network in which the destination lies.
    pub(super) network: u16,
    pub(super) ending: Ending,
    /// The destination is one of ours.
    pub(super) inside: bool,
    /// The destination is dark.
    pub(super) dark: bool,
    /// The port is a worm port.
    pub(super) worm: bool,
    pub(super) marks: Marks,
    /// Microseconds.
    pub(super) time: i64,
}

/// What is kept of every line with such an opening. In the table it takes 64 bytes with its key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sentinel {
    /// Microseconds of the first opening.
    first: i64,
    /// Its destination.
    name: u32,
    /// Openings elsewhere since.
    pub(super) others: u32,
    port: u16,
    network: u16,
    state: u8,
}

const HELD: u8 = 1 << 0;
const PROMOTED: u8 = 1 << 1;
const FAILED: u8 = 1 << 2;
const INSIDE: u8 = 1 << 3;
const DARK: u8 = 1 << 4;
const WORM: u8 = 1 << 5;
const MIRAI: u8 = 1 << 6;

impl Sentinel {
    /// Takes an opening. Tells whether it belongs into a dossier.
    pub(super) fn take(&mut self, opening: &Opening, memory: i64) -> bool {
        if self.state & PROMOTED != 0 {
            return true;
        }
        let forgotten = opening.time.saturating_sub(self.first) > memory;
        if self.state & HELD == 0 || forgotten {
            *self = Self::of(opening);
            // A dark address is worth a dossier at once: its first hit is told as context.
            self.state |= if opening.dark { PROMOTED } else { 0 };
            return opening.dark;
        }
        if self.name == opening.name && !opening.dark {
            return false;
        }
        self.state |= PROMOTED;
        true
    }

    /// Forgets openings elsewhere, where the first that counts was forgotten.
    pub(super) fn restart(&mut self) {
        self.others = 0;
    }

    /// Tells whether the line has a dossier, or had.
    pub(super) fn is_promoted(&self) -> bool {
        self.state & PROMOTED != 0
    }

    /// Gives the first opening, for the dossier it led to.
    pub(super) fn first(&self) -> Option<Opening> {
        let is = |bit| self.state & bit != 0;
        is(HELD).then_some(Opening {
            name: self.name,
            port: self.port,
            network: self.network,
            ending: if is(FAILED) {
                Ending::Failed
            } else {
                Ending::Unknown
            },
            inside: is(INSIDE),
            dark: is(DARK),
            worm: is(WORM),
            marks: Marks(if is(MIRAI) {
                Marks::SEQUENCE_IS_DESTINATION
            } else {
                0
            }),
            time: self.first,
        })
    }

    fn of(opening: &Opening) -> Self {
        let bit = |is: bool, bit| if is { bit } else { 0 };
        Self {
            first: opening.time,
            name: opening.name,
            others: 0,
            port: opening.port,
            network: opening.network,
            state: HELD
                | bit(opening.ending == Ending::Failed, FAILED)
                | bit(opening.inside, INSIDE)
                | bit(opening.dark, DARK)
                | bit(opening.worm, WORM)
                | bit(opening.marks.any(Marks::SEQUENCE_IS_DESTINATION), MIRAI),
        }
    }
}

/// A destination that is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    name: u32,
    network: u16,
    time: i64,
    ending: Ending,
    inside: bool,
    dark: bool,
    worm: bool,
}

/// What counts within the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Destinations on worm ports whose openings failed.
    pub(super) failed: u64,
    /// Those on worm ports whose outcome nobody knows.
    pub(super) unknown: u64,
    /// Those on worm ports that answered.
    pub(super) answered: u64,
    /// Failed or unknown ones that are ours.
    pub(super) inside: u64,
    /// Networks in which foreign failed ones lie.
    pub(super) networks: usize,
    /// Dark addresses.
    pub(super) dark: u64,
    /// Dark addresses asked at worm ports.
    pub(super) dark_worm: u64,
}

/// What is kept of a line that did it twice.
#[derive(Clone, Debug)]
pub(super) struct Dossier {
    kept: Vec<Kept>,
    beyond: Option<DistinctCount>,
    /// Openings taken.
    pub(super) openings: u64,
    /// Sum of the sequential test.
    pub(super) balance: f64,
    /// The greatest sum ever reached.
    pub(super) highest: f64,
    /// Microseconds of the first and the last opening.
    pub(super) since: i64,
    pub(super) until: i64,
    /// Microseconds of the first opening to a dark address.
    pub(super) dark_since: i64,
    /// Destinations by port.
    pub(super) ports: Vec<(u16, u64)>,
    /// Openings whose sequence number was their destination, to different destinations.
    pub(super) mirai: u64,
    /// The last destination so marked.
    mirai_last: u32,
    /// Openings without any TCP option.
    pub(super) bare: u64,
    /// Ports asked for in plain and in swapped byte order, by their place in the list.
    plain: u32,
    swapped: u32,
    pub(super) shown: Shown,
    /// The scan, and the hits on dark addresses, as far as they were told.
    pub(super) scan: Option<(Told, Scan)>,
    pub(super) hit: Option<Told>,
}

impl Dossier {
    /// Opens a dossier with what the sentinel remembers.
    pub(super) fn new(first: Option<Opening>, thresholds: &Thresholds, ports: &Ports) -> Self {
        let mut dossier = Self {
            kept: Vec::new(),
            beyond: None,
            openings: 0,
            balance: 0.0,
            highest: 0.0,
            since: i64::MAX,
            until: i64::MIN,
            dark_since: i64::MAX,
            ports: Vec::new(),
            mirai: 0,
            mirai_last: 0,
            bare: 0,
            plain: 0,
            swapped: 0,
            shown: Shown::new(),
            scan: None,
            hit: None,
        };
        if let Some(first) = first {
            dossier.take(&first, thresholds, ports, 0);
        }
        dossier
    }

    /// Takes an opening. Tells whether its destination is new.
    pub(super) fn take(
        &mut self,
        opening: &Opening,
        thresholds: &Thresholds,
        ports: &Ports,
        oldest: i64,
    ) -> bool {
        self.openings += 1;
        self.since = self.since.min(opening.time);
        self.until = self.until.max(opening.time);
        if opening.dark {
            self.dark_since = self.dark_since.min(opening.time);
        }
        self.note_marks(opening, ports);
        if !self.enter(opening, oldest) {
            return false;
        }
        if opening.worm {
            self.count_port(opening.port);
            self.weigh(opening.ending, thresholds);
        }
        true
    }

    /// Counts what lies within the window that begins at `oldest`.
    pub(super) fn counts(&self, oldest: i64) -> Counts {
        let mut counts = Counts::default();
        let mut networks: Vec<u16> = Vec::new();
        for kept in self.kept.iter().filter(|kept| kept.time >= oldest) {
            if kept.dark {
                counts.dark += 1;
                counts.dark_worm += u64::from(kept.worm);
            }
            if !kept.worm {
                continue;
            }
            match kept.ending {
                Ending::Failed => counts.failed += 1,
                Ending::Unknown => counts.unknown += 1,
                Ending::Answered => counts.answered += 1,
            }
            if kept.ending == Ending::Answered {
                continue;
            }
            counts.inside += u64::from(kept.inside);
            if !kept.inside && !networks.contains(&kept.network) {
                networks.push(kept.network);
            }
        }
        counts.networks = networks.len();
        counts
    }

    /// Tells how many destinations were asked in all, at least.
    pub(super) fn destinations(&self) -> u64 {
        let beyond = self.beyond.as_ref();
        let estimated = beyond.map_or(0, |beyond| beyond.estimate().count.round() as u64);
        estimated.max(self.kept.len() as u64)
    }

    /// Carries a count among those kept one by one over to all destinations.
    pub(super) fn in_all(&self, counted: u64) -> u64 {
        match self.beyond {
            None => counted,
            Some(_) => counted * self.destinations() / self.kept.len().max(1) as u64,
        }
    }

    /// Tells whether destinations are counted one by one.
    pub(super) fn is_exact(&self) -> bool {
        self.beyond.is_none()
    }

    /// Tells how many bytes it holds.
    pub(super) fn bytes(&self) -> usize {
        let beyond = self.beyond.as_ref().map_or(0, |_| 1 << DISTINCT_BITS);
        size_of::<Self>()
            + self.kept.capacity() * size_of::<Kept>()
            + self.shown.records.capacity() * size_of::<FlowRecord>()
            + beyond
    }

    /// Counts the ports asked for in both byte orders.
    pub(super) fn both_orders(&self) -> u32 {
        (self.plain & self.swapped).count_ones()
    }

    /// Counts the ports asked for with swapped bytes.
    pub(super) fn swapped_orders(&self) -> u32 {
        self.swapped.count_ones()
    }

    fn note_marks(&mut self, opening: &Opening, ports: &Ports) {
        let marks = opening.marks;
        if marks.any(Marks::SEQUENCE_IS_DESTINATION) && self.mirai_last != opening.name {
            self.mirai += 1;
            self.mirai_last = opening.name;
        }
        self.bare += u64::from(marks.any(Marks::BARE_SYN));
        self.note_order(opening.port, ports);
    }

    /// Notes in which byte order a port was asked for, if it is one of those asked in both.
    pub(super) fn note_order(&mut self, port: u16, ports: &Ports) {
        match ports.swapped(port) {
            Some((place, false)) => self.plain |= 1 << (place % 32),
            Some((place, true)) => self.swapped |= 1 << (place % 32),
            None => {}
        }
    }

    /// Enters a destination. Tells whether it is new; beyond those kept one by one, whether it
    /// may be.
    fn enter(&mut self, opening: &Opening, oldest: i64) -> bool {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.name == opening.name) {
            kept.worm |= opening.worm;
            kept.dark |= opening.dark;
            return false;
        }
        if self.kept.len() == KEPT && self.beyond.is_none() {
            self.kept.retain(|kept| kept.time >= oldest);
        }
        if self.kept.len() < KEPT {
            self.kept.push(Kept {
                name: opening.name,
                network: opening.network,
                time: opening.time,
                ending: opening.ending,
                inside: opening.inside,
                dark: opening.dark,
                worm: opening.worm,
            });
            return true;
        }
        let spread = |name: u32| u64::from(name).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let kept = &self.kept;
        let beyond = self.beyond.get_or_insert_with(|| {
            let mut all = DistinctCount::new(DISTINCT_BITS);
            kept.iter().for_each(|kept| all.add(spread(kept.name)));
            all
        });
        beyond.add(spread(opening.name));
        true
    }

    fn count_port(&mut self, port: u16) {
        let known = self.ports.iter().position(|(known, _)| *known == port);
        match known {
            Some(place) => self.ports[place].1 += 1,
            None if self.ports.len() < PORTS => self.ports.push((port, 1)),
            None => {}
        }
    }

    /// Adds to the sequential test. It starts anew at zero: no banking of good behaviour.
    fn weigh(&mut self, ending: Ending, thresholds: &Thresholds) {
        let test = &thresholds.sequential;
        let step = match ending {
            Ending::Failed => test.marked_step,
            Ending::Answered => test.plain_step,
            Ending::Unknown => return,
        };
        self.balance = (self.balance + step).max(0.0);
        self.highest = self.highest.max(self.balance);
    }
}

#[cfg(test)]
#[path = "dossier_tests.rs"]
mod tests;
