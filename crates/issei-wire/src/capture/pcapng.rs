//! The newer packet file: blocks of many kinds, in sections, from several interfaces.
//!
//! Standard: draft-ietf-opsawg-pcapng. Both byte orders, several sections, every interface's own
//! link type and clock; packets in enhanced, simple and the obsolete packet blocks.
//! Stepped over: names, statistics, secrets, journals and custom blocks. A block of a kind that
//! the standard does not name is counted as unsupported.
//! After damage the next block is told by its kind and by its length standing at both its ends.

use issei_model::Timestamp;

use super::{CaptureReader, CapturedPacket, Glimpse, Step, search, word};
use crate::packet::LinkType;

#[derive(Clone, Debug)]
pub(super) struct State {
    swapped: bool,
    interfaces: Vec<Interface>,
    searching: bool,
    /// Stands in for the time that a simple packet block does not carry.
    last_time: Timestamp,
}

/// An interface, as its description block tells it.
#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    /// 0 = no bound.
    snap_length: u32,
    ticks: Ticks,
    /// Microseconds to add to every time.
    offset: i64,
}

/// The unit of an interface's times: the `if_tsresol` option.
#[derive(Clone, Copy, Debug)]
enum Ticks {
    /// 10^-n seconds.
    Decimal(u8),
    /// 2^-n seconds.
    Binary(u8),
}

/// Interfaces that one section may describe. Real captures have a few, a container host hundreds.
const MOST_INTERFACES: usize = 65_536;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
/// Names, statistics, systemd's journal, secrets, two custom blocks.
const WITHOUT_PACKETS: [u32; 6] = [4, 5, 9, 10, 0x0000_0bad, 0x4000_0bad];

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Kind, length, and the length again.
const LEAST: usize = 12;

impl State {
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        if head.len() < LEAST || word(head, 0, false) != SECTION {
            return None;
        }
        Some(Self {
            swapped: byte_order(head)?,
            interfaces: Vec::new(),
            searching: false,
            last_time: Timestamp::default(),
        })
    }

    #[inline]
    pub(super) fn step<'a>(&mut self, bytes: &'a [u8], last: bool) -> Step<'a> {
        if self.searching {
            return self.search(bytes, last);
        }
        if bytes.len() < LEAST {
            return Step::NeedMore;
        }
        let Some((swapped, kind, length)) = self.block_head(bytes) else {
            return self.damaged(word(bytes, 4, self.swapped));
        };
        let Some(block) = bytes.get(..length) else {
            return Step::NeedMore;
        };
        if word(block, length - 4, swapped) as usize != length {
            return self.damaged(length as u32);
        }
        let body = &block[8..length - 4];
        match kind {
            ENHANCED_PACKET => self.enhanced(body, length),
            SIMPLE_PACKET => self.simple(body, length),
            OLD_PACKET => self.old(body, length),
            SECTION => self.section(swapped, length),
            INTERFACE => self.interface(body, length),
            kind if WITHOUT_PACKETS.contains(&kind) => Step::Over(length),
            kind => Step::Unsupported(length, u64::from(kind)),
        }
    }

    /// Reads what every block begins with, in the byte order that holds for it, if its length
    /// can be true.
    #[inline]
    fn block_head(&self, bytes: &[u8]) -> Option<(bool, u32, usize)> {
        let swapped = match word(bytes, 0, false) {
            SECTION => byte_order(bytes)?,
            _ => self.swapped,
        };
        let length = word(bytes, 4, swapped) as usize;
        // 3.1: a multiple of four.
        let sound = (LEAST..=CaptureReader::LONGEST).contains(&length) && length.is_multiple_of(4);
        sound.then(|| (swapped, word(bytes, 0, swapped), length))
    }

    #[cold]
    fn damaged<'a>(&mut self, length: u32) -> Step<'a> {
        self.lose();
        Step::Damaged(1, u64::from(length))
    }

    /// Looks for the next sound block from the next byte on.
    pub(super) fn lose(&mut self) {
        self.searching = true;
    }

    /// 4.1: what was said about interfaces holds for one section.
    fn section<'a>(&mut self, swapped: bool, length: usize) -> Step<'a> {
        self.swapped = swapped;
        self.interfaces.clear();
        Step::Over(length)
    }

    /// 4.2.
    fn interface<'a>(&mut self, body: &[u8], length: usize) -> Step<'a> {
        if body.len() < 8 || self.interfaces.len() >= MOST_INTERFACES {
            return Step::Damaged(length, self.interfaces.len() as u64);
        }
        let mut interface = Interface {
            link: LinkType(self.half(body, 0)),
            snap_length: word(body, 4, self.swapped),
            ticks: Ticks::Decimal(6),
            offset: 0,
        };
        self.options(&body[8..], &mut interface);
        self.interfaces.push(interface);
        Step::Over(length)
    }

    /// 3.5: code, length, value padded to four bytes; code 0 ends them.
    fn options(&self, mut rest: &[u8], interface: &mut Interface) {
        while rest.len() >= 4 {
            let (code, length) = (self.half(rest, 0), usize::from(self.half(rest, 2)));
            let Some(value) = rest.get(4..4 + length) else {
                return;
            };
            match (code, value) {
                (0, _) => return,
                (9, &[unit]) => interface.ticks = Ticks::new(unit),
                (14, value) if value.len() == 8 => interface.offset = self.seconds(value),
                _ => {}
            }
            let next = 4 + length.next_multiple_of(4);
            rest = rest.get(next..).unwrap_or_default();
        }
    }

    /// Reads a signed number of seconds (`if_tsoffset`) as microseconds.
    fn seconds(&self, value: &[u8]) -> i64 {
        let (first, second) = (word(value, 0, self.swapped), word(value, 4, self.swapped));
        let (low, high) = if self.swapped {
            (second, first)
        } else {
            (first, second)
        };
        join(high, low).cast_signed().saturating_mul(1_000_000)
    }

    /// 4.3: interface, time, captured, original, bytes.
    #[inline]
    fn enhanced<'a>(&mut self, body: &'a [u8], length: usize) -> Step<'a> {
        let [number, high, low, captured, original] =
            [0, 4, 8, 12, 16].map(|at| word(body, at, self.swapped));
        let bytes = body
            .get(20..)
            .and_then(|data| data.get(..captured as usize));
        self.packet(number, join(high, low), bytes, original, length)
    }

    /// Appendix A: as 4.3, but the interface has 16 bits and a count of drops stands beside it.
    fn old<'a>(&mut self, body: &'a [u8], length: usize) -> Step<'a> {
        let number = u32::from(self.half(body, 0));
        let [high, low, captured, original] = [4, 8, 12, 16].map(|at| word(body, at, self.swapped));
        let bytes = body
            .get(20..)
            .and_then(|data| data.get(..captured as usize));
        self.packet(number, join(high, low), bytes, original, length)
    }

    #[inline]
    fn packet<'a>(
        &mut self,
        number: u32,
        ticks: u64,
        bytes: Option<&'a [u8]>,
        original_length: u32,
        length: usize,
    ) -> Step<'a> {
        let (Some(interface), Some(bytes)) = (self.interfaces.get(number as usize), bytes) else {
            return Step::Damaged(length, u64::from(number));
        };
        self.last_time = interface.moment(ticks);
        let packet = CapturedPacket {
            time: self.last_time,
            link: interface.link,
            bytes,
            original_length: original_length.max(bytes.len() as u32),
        };
        Step::Packet(length, packet)
    }

    /// 4.4: the first interface, no time; what was kept follows from its snap length.
    fn simple<'a>(&mut self, body: &'a [u8], length: usize) -> Step<'a> {
        let original_length = word(body, 0, self.swapped);
        let (Some(interface), Some(data)) = (self.interfaces.first(), body.get(4..)) else {
            return Step::Damaged(length, 0);
        };
        let bound = match interface.snap_length {
            0 => u32::MAX,
            bound => bound,
        };
        let captured = (original_length.min(bound) as usize).min(data.len());
        let packet = CapturedPacket {
            time: self.last_time,
            link: interface.link,
            bytes: &data[..captured],
            original_length,
        };
        Step::Packet(length, packet)
    }

    fn half(&self, bytes: &[u8], at: usize) -> u16 {
        let found = bytes.get(at..).and_then(<[u8]>::first_chunk);
        let little = u16::from_le_bytes(found.copied().unwrap_or_default());
        if self.swapped {
            little.swap_bytes()
        } else {
            little
        }
    }

    fn search<'a>(&mut self, bytes: &'a [u8], last: bool) -> Step<'a> {
        let (walked, found) = search(bytes, last, |bytes| self.glimpse(bytes));
        self.searching = !found;
        match (walked, found) {
            (0, false) => Step::NeedMore,
            (0, true) => self.step(bytes, last),
            _ => Step::Over(walked),
        }
    }

    fn glimpse(&self, bytes: &[u8]) -> Glimpse {
        if bytes.len() < LEAST {
            return Glimpse::Unclear;
        }
        let Some((swapped, kind, length)) = self.block_head(bytes) else {
            return Glimpse::Nothing;
        };
        if !(least_of(kind)..=LONGEST_AFTER_DAMAGE).contains(&length) {
            return Glimpse::Nothing;
        }
        match bytes.get(..length) {
            None => Glimpse::Unclear,
            Some(block) if word(block, length - 4, swapped) as usize == length => Glimpse::Entry,
            Some(_) => Glimpse::Nothing,
        }
    }
}

/// Tells the least length of a block by its fixed fields; of an unknown kind none is enough.
fn least_of(kind: u32) -> usize {
    match kind {
        SECTION => 28,
        INTERFACE => 20,
        OLD_PACKET | ENHANCED_PACKET => 32,
        SIMPLE_PACKET => 16,
        kind if WITHOUT_PACKETS.contains(&kind) => 16,
        _ => usize::MAX,
    }
}

/// A block longer than this is not believed to be the end of damage: random bytes would else
/// make the search wait for megabytes.
const LONGEST_AFTER_DAMAGE: usize = 1 << 20;

impl Ticks {
    /// 4.2: the highest bit tells the base.
    fn new(unit: u8) -> Self {
        match unit & 0x7f {
            exponent if unit & 0x80 != 0 => Self::Binary(exponent),
            exponent => Self::Decimal(exponent),
        }
    }
}

impl Interface {
    #[inline]
    fn moment(&self, ticks: u64) -> Timestamp {
        let micros = match self.ticks {
            Ticks::Decimal(6) => u128::from(ticks),
            Ticks::Decimal(9) => u128::from(ticks / 1_000),
            Ticks::Decimal(finer @ 7..) => match 10_u64.checked_pow(u32::from(finer) - 6) {
                Some(per_micro) => u128::from(ticks / per_micro),
                None => 0,
            },
            Ticks::Decimal(coarser) => u128::from(ticks) * 10_u128.pow(6 - u32::from(coarser)),
            Ticks::Binary(exponent) => (u128::from(ticks) * 1_000_000) >> exponent,
        };
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        Timestamp::from_micros(micros.saturating_add(self.offset))
    }
}

#[inline]
fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Tells the byte order of a section by its mark; `None` if there is none.
fn byte_order(bytes: &[u8]) -> Option<bool> {
    match word(bytes, 8, false) {
        BYTE_ORDER => Some(false),
        mark if mark.swap_bytes() == BYTE_ORDER => Some(true),
        _ => None,
    }
}
