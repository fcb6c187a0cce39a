//! Packet files: pcap and pcapng.

use issei_model::{Problems, Timestamp};

use crate::packet::LinkType;

/// A packet as a file holds it.
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// Bytes that were understood or stepped over. If it is 0 and there is no packet, more bytes
    /// are needed; at the end of the file, nothing more is in it.
    pub consumed: usize,
    /// The packet that ended these bytes, if they held one.
    pub packet: Option<CapturedPacket<'a>>,
}

/// Reads a packet file piece by piece.
#[derive(Clone, Debug, Default)]
pub struct CaptureReader {
    problems: Problems,
}

impl CaptureReader {
    /// Recognises a packet file by its first bytes.
    pub fn recognise(_head: &[u8]) -> Option<Self> {
        None
    }

    /// Takes one step in `bytes`, which begin where the last step ended. `last` says that no more
    /// bytes will come.
    pub fn take<'a>(&mut self, _bytes: &'a [u8], _last: bool) -> Taken<'a> {
        Taken {
            consumed: 0,
            packet: None,
        }
    }

    /// Tells what was damaged.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}
