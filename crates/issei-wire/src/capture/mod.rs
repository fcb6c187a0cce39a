//! Packet files, pcap and pcapng, read piece by piece: bytes → packets with their times.
//!
//! In: the bytes of a file, in pieces of any size. Out: packets that borrow from them.
//! Always: nothing is copied; a damaged entry is counted and the next sound one is looked for;
//! every step either takes bytes, or needs more; entries beyond [`CaptureReader::LONGEST`] are
//! damage, so a buffer need never grow further.
//! Not here: opening and unpacking files (host), what is in a packet (`packet`).

mod pcap;
mod pcapng;

use issei_model::{Problem, ProblemKind, Problems, Timestamp};

use crate::packet::LinkType;

/// A packet as a file holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapturedPacket<'a> {
    /// When it was captured.
    pub time: Timestamp,
    /// What its first bytes are.
    pub link: LinkType,
    /// The bytes kept.
    pub bytes: &'a [u8],
    /// Its length on the wire.
    pub original_length: u32,
}

/// What one step of a [`CaptureReader`] took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<'a> {
    /// Bytes that were understood or stepped over. If it is 0 and there is no packet, more bytes
    /// are needed; at the end of the file, nothing more is in it.
    pub consumed: usize,
    /// The packet that ended these bytes, if they held one.
    pub packet: Option<CapturedPacket<'a>>,
}

/// Reads a packet file piece by piece.
#[derive(Clone, Debug)]
pub struct CaptureReader {
    format: Format,
    /// Where in the file the next step begins.
    offset: u64,
    problems: Problems,
}

#[derive(Clone, Debug)]
enum Format {
    Pcap(pcap::State),
    Pcapng(pcapng::State),
}

/// What a format made of the next bytes.
enum Step<'a> {
    /// They hold the beginning of something.
    NeedMore,
    /// So many of them held no packet.
    Over(usize),
    /// So many of them ended with a packet.
    Packet(usize, CapturedPacket<'a>),
    /// So many of them are wrong; the number is a length or count that helps to see why.
    Damaged(usize, u64),
    /// So many of them are a block of this kind, which nobody told us about.
    Unsupported(usize, u64),
}

impl CaptureReader {
    /// The longest entry that is believed. Jumbo frames end at 9 kB and segments before offload
    /// at 64 kB; USB captures reach megabytes.
    pub const LONGEST: usize = 16 << 20;

    /// Bytes that [`Self::recognise`] needs to see.
    pub const RECOGNISED_BY: usize = 12;

    /// Recognises a packet file by its first bytes.
    pub fn recognise(head: &[u8]) -> Option<Self> {
        let pcap = || pcap::State::recognise(head).map(Format::Pcap);
        let pcapng = || pcapng::State::recognise(head).map(Format::Pcapng);
        Some(Self {
            format: pcap().or_else(pcapng)?,
            offset: 0,
            problems: Problems::default(),
        })
    }

    /// Takes one step in `bytes`, which begin where the last step ended. `last` says that no more
    /// bytes will come.
    #[inline]
    pub fn take<'a>(&mut self, bytes: &'a [u8], last: bool) -> Taken<'a> {
        let step = match &mut self.format {
            Format::Pcap(state) => state.step(bytes, last),
            Format::Pcapng(state) => state.step(bytes, last),
        };
        let (consumed, packet) = match step {
            Step::Packet(consumed, packet) => (consumed, Some(packet)),
            Step::Over(consumed) => (consumed, None),
            other => (self.trouble(&other, bytes.len(), last), None),
        };
        self.offset += consumed as u64;
        Taken { consumed, packet }
    }

    /// Tells what was damaged.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    fn lose(&mut self) {
        match &mut self.format {
            Format::Pcap(state) => state.lose(),
            Format::Pcapng(state) => state.lose(),
        }
    }

    /// Counts what went wrong, and tells how many bytes to step over.
    #[cold]
    fn trouble(&mut self, step: &Step<'_>, available: usize, last: bool) -> usize {
        let (kind, consumed, detail) = match *step {
            Step::NeedMore if !last || available == 0 => return 0,
            Step::NeedMore => {
                // Cut off, or damaged so that it seems longer than it is: sound ones may follow.
                self.lose();
                (ProblemKind::Truncated, 1, available as u64)
            }
            Step::Damaged(consumed, detail) => (ProblemKind::DamagedEntry, consumed, detail),
            Step::Unsupported(consumed, detail) => (ProblemKind::Unsupported, consumed, detail),
            Step::Over(consumed) | Step::Packet(consumed, _) => return consumed,
        };
        self.problems.note(Problem::new(kind, self.offset, detail));
        consumed
    }
}

/// What the search for the next sound entry after damage found at a place.
enum Glimpse {
    /// An entry, as far as can be told.
    Entry,
    /// Nothing.
    Nothing,
    /// Perhaps an entry; more bytes would tell.
    Unclear,
}

/// Walks over damage to the first place where `look` sees an entry. Tells the bytes walked over,
/// and whether the search is at its end.
fn search(bytes: &[u8], last: bool, look: impl Fn(&[u8]) -> Glimpse) -> (usize, bool) {
    for at in 0..bytes.len() {
        match look(&bytes[at..]) {
            Glimpse::Nothing => {}
            Glimpse::Unclear if last => {}
            Glimpse::Unclear => return (at, false),
            Glimpse::Entry => return (at, true),
        }
    }
    (bytes.len(), false)
}

/// Reads a 32-bit word in the byte order of the file. The caller has checked the bounds; beyond
/// them it reads 0.
#[inline]
fn word(bytes: &[u8], at: usize, swapped: bool) -> u32 {
    let raw = bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .copied()
        .unwrap_or_default();
    let little = u32::from_le_bytes(raw);
    if swapped { little.swap_bytes() } else { little }
}

#[cfg(test)]
#[path = "../capture_tests.rs"]
mod tests;
