//! The classic packet file: one header, then one record a packet.
//!
//! Standard: draft-ietf-opsawg-pcap; the longer records of the modified format (magic
//! `a1b2cd34`) as Linux distributions once wrote them.
//! Records carry no mark of their own, so after damage the next one is told by its plausibility:
//! lengths that agree, a time near the last, and another such record behind it.

use issei_model::Timestamp;

use super::{CaptureReader, CapturedPacket, Glimpse, Step, search, word};
use crate::packet::LinkType;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// The modified format appends an interface index, a protocol, a packet type and padding.
const MODIFIED_RECORD_HEADER: usize = 24;

#[derive(Clone, Debug)]
pub(super) struct State {
    /// Whether the file's byte order is big-endian, as seen from our little-endian reading.
    swapped: bool,
    nanoseconds: bool,
    record_header: usize,
    link: LinkType,
    /// The longest record that is believed.
    longest: usize,
    reading: Reading,
    last_second: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Reading {
    FileHeader,
    Records,
    /// Looking for the next sound record after damage.
    Searching,
}

/// Packets that a file may hold whatever its header says: libpcap's own bound.
const USUAL_LONGEST: usize = 262_144;

impl State {
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        let magic = u32::from_le_bytes(*head.first_chunk()?);
        let (swapped, magic) = match magic.to_le_bytes()[3] {
            0xa1 => (false, magic),
            _ => (true, magic.swap_bytes()),
        };
        let (nanoseconds, record_header) = match magic {
            0xa1b2_c3d4 => (false, RECORD_HEADER),
            0xa1b2_3c4d => (true, RECORD_HEADER),
            0xa1b2_cd34 => (false, MODIFIED_RECORD_HEADER),
            _ => return None,
        };
        Some(Self {
            swapped,
            nanoseconds,
            record_header,
            link: LinkType::NULL,
            longest: USUAL_LONGEST,
            reading: Reading::FileHeader,
            last_second: None,
        })
    }

    #[inline]
    pub(super) fn step<'a>(&mut self, bytes: &'a [u8], last: bool) -> Step<'a> {
        match self.reading {
            Reading::Records => self.record(bytes),
            Reading::FileHeader => self.file_header(bytes),
            Reading::Searching => self.search(bytes, last),
        }
    }

    fn file_header<'a>(&mut self, bytes: &[u8]) -> Step<'a> {
        if bytes.len() < FILE_HEADER {
            return Step::NeedMore;
        }
        let snap_length = word(bytes, 16, self.swapped) as usize;
        // The upper half of the word tells the length of a frame check sequence, not the link.
        self.link = LinkType(word(bytes, 20, self.swapped) as u16);
        self.longest = snap_length.clamp(USUAL_LONGEST, CaptureReader::LONGEST);
        self.reading = Reading::Records;
        Step::Over(FILE_HEADER)
    }

    #[inline]
    fn record<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        if bytes.len() < self.record_header {
            return Step::NeedMore;
        }
        let captured = word(bytes, 8, self.swapped) as usize;
        if captured > self.longest {
            self.lose();
            return Step::Damaged(1, captured as u64);
        }
        let end = self.record_header + captured;
        let Some(kept) = bytes.get(self.record_header..end) else {
            return Step::NeedMore;
        };
        let second = word(bytes, 0, self.swapped);
        self.last_second = Some(second);
        let packet = CapturedPacket {
            time: self.moment(second, word(bytes, 4, self.swapped)),
            link: self.link,
            bytes: kept,
            // Some writers leave it zero.
            original_length: word(bytes, 12, self.swapped).max(captured as u32),
        };
        Step::Packet(end, packet)
    }

    /// Looks for the next sound record from the next byte on.
    pub(super) fn lose(&mut self) {
        self.reading = Reading::Searching;
    }

    #[inline]
    fn moment(&self, second: u32, fraction: u32) -> Timestamp {
        let micros = if self.nanoseconds {
            fraction / 1_000
        } else {
            fraction
        };
        Timestamp::from_micros(i64::from(second) * 1_000_000 + i64::from(micros))
    }

    fn search<'a>(&mut self, bytes: &'a [u8], last: bool) -> Step<'a> {
        if bytes.is_empty() {
            return Step::NeedMore;
        }
        let (walked, found) = search(bytes, last, |bytes| self.glimpse(bytes, last));
        if found {
            self.reading = Reading::Records;
        }
        match (walked, found) {
            (0, false) => Step::NeedMore,
            (0, true) => self.record(bytes),
            _ => Step::Over(walked),
        }
    }

    /// Judges whether a record begins here: it must look like one, and so must what follows it.
    fn glimpse(&self, bytes: &[u8], last: bool) -> Glimpse {
        if bytes.len() < self.record_header {
            return Glimpse::Unclear;
        }
        let second = word(bytes, 0, self.swapped);
        if !self.plausible(bytes, self.last_second.unwrap_or(second)) {
            return Glimpse::Nothing;
        }
        let end = self.record_header + word(bytes, 8, self.swapped) as usize;
        match bytes.get(end..) {
            Some([]) if last && self.last_second.is_some() => Glimpse::Entry,
            Some(next) if next.len() >= self.record_header => match self.plausible(next, second) {
                true => Glimpse::Entry,
                false => Glimpse::Nothing,
            },
            _ => Glimpse::Unclear,
        }
    }

    /// Tells whether these bytes look like a record near a time.
    fn plausible(&self, bytes: &[u8], near: u32) -> bool {
        let [second, fraction, captured, original] =
            [0, 4, 8, 12].map(|at| word(bytes, at, self.swapped));
        let fractions = match self.nanoseconds {
            true => 1_000_000_000,
            false => 1_000_000,
        };
        (1..=self.longest).contains(&(captured as usize))
            && (captured..=CaptureReader::LONGEST as u32).contains(&original)
            && fraction < fractions
            && second.abs_diff(near) <= ONE_DAY
    }
}

/// Seconds that the record after damage may lie from the one before it.
const ONE_DAY: u32 = 86_400;
