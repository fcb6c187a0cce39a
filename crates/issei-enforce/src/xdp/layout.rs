//! What the maps hold, byte for byte: the structures of `cut.c`, for little-endian machines.
//!
//! Always: writing undoes reading. What does not read is none, and its reader takes it away.

use std::net::IpAddr;
use std::num::NonZeroU16;

use issei_model::{Endpoint, protocol};

use super::Seeds;

/// The shape of the maps. Pins of another cannot be read, only taken away.
pub const LAYOUT: u64 = 1;
/// Rows in each half of the orders, counting those whose number is none.
pub const ROWS: u32 = 0x1100;
/// Orders that may aim at one goal at once.
pub const LANES: usize = 4;

/// A goal lies so many places behind its home at most, together with all goals of the same address.
pub const MOST_REACH: u32 = 128;

/// Bytes of an exact thing.
const KEY: usize = 20;
/// Bytes of a place for a goal.
pub const SLOT: usize = 32;
/// Bytes of an order.
pub const ROW: usize = 80;
/// Bytes of the settings.
pub const SETTINGS: usize = 88;
/// Bytes of what one processor counts of an order.
pub const COUNT: usize = 48;
/// Bytes of a line's bucket: its key and its value.
pub const BUCKET: (usize, usize) = (20, 8);

/// `MARK_LINE`: the address is a line of ours.
const LINE: u8 = 1;

/// The number of an order's row. No byte of it is zero, so a number of which one byte is written yet is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowNumber(NonZeroU16);

impl RowNumber {
    /// Takes a number that a row can have.
    pub fn new(number: u16) -> Option<Self> {
        let whole = number.to_le_bytes().iter().all(|&byte| byte != 0);
        let number = NonZeroU16::new(number)?;
        (whole && u32::from(number.get()) < ROWS).then_some(Self(number))
    }

    /// Lists all, rising.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..ROWS as u16).filter_map(Self::new)
    }

    /// Tells where in a half of the orders the row is.
    pub const fn index(self) -> u32 {
        self.0.get() as u32
    }
}

/// Which half of the orders is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The lower.
    First,
    /// The upper.
    Second,
}

impl Half {
    /// Tells the other.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// Tells where in the map it begins.
    pub const fn start(self) -> u32 {
        match self {
            Self::First => 0,
            Self::Second => ROWS,
        }
    }
}

/// What the program knows besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which half of the orders is in force.
    pub live: Half,
    /// How far International Atomic Time is ahead of the clock on the wall, in nanoseconds.
    pub tai_lead: u64,
    /// Places that can be an address's home.
    pub homes: u32,
    /// The secret of where bits and homes are.
    pub seeds: Seeds,
}

impl Settings {
    /// Writes them.
    pub fn to_bytes(&self) -> [u8; SETTINGS] {
        let live = match self.live {
            Half::First => 0,
            Half::Second => 1,
        };
        let mut words = [0; SETTINGS / 8];
        words[..4].copy_from_slice(&[LAYOUT, live, self.tai_lead, self.homes.into()]);
        words[4..].copy_from_slice(&self.seeds.0);
        joined(&words)
    }

    /// Reads them.
    pub fn from_bytes(bytes: &[u8; SETTINGS]) -> Option<Self> {
        let [layout, live, tai_lead, homes, seeds @ ..] = words::<{ SETTINGS / 8 }>(bytes);
        let live = match live {
            0 => Half::First,
            1 => Half::Second,
            _ => return None,
        };
        (layout == LAYOUT).then_some(Self {
            live,
            tai_lead,
            homes: homes.try_into().ok()?,
            seeds: Seeds(seeds),
        })
    }
}

/// Writes an exact thing: `struct key`.
fn key(goal: &Endpoint) -> [u8; KEY] {
    let mut bytes = [0; KEY];
    match goal.ip {
        IpAddr::V4(ip) => bytes[..4].copy_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes[..16].copy_from_slice(&ip.octets()),
    }
    bytes[16..18].copy_from_slice(&goal.port.to_be_bytes());
    bytes[18] = goal.protocol;
    bytes[19] = if goal.ip.is_ipv4() { 4 } else { 6 };
    bytes
}

/// Reads an exact thing. Only what [`key`] writes can be read.
fn endpoint(bytes: &[u8; KEY]) -> Option<Endpoint> {
    let address: [u8; 16] = bytes[..16].try_into().ok()?;
    let ip: IpAddr = match bytes[19] {
        4 => <[u8; 4]>::try_from(&address[..4]).ok()?.into(),
        6 => address.into(),
        _ => return None,
    };
    let goal = Endpoint {
        ip,
        port: u16::from_be_bytes([bytes[16], bytes[17]]),
        protocol: bytes[18],
    };
    (is_sayable(&goal) && key(&goal) == *bytes).then_some(goal)
}

/// Tells whether the program can look for exactly this: a whole host, or a service over TCP or UDP.
pub(super) fn is_sayable(goal: &Endpoint) -> bool {
    let is_service = matches!(goal.protocol, protocol::TCP | protocol::UDP) && goal.port != 0;
    is_service || (goal.protocol, goal.port) == (0, 0)
}

/// A goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it is.
    pub goal: Endpoint,
    /// Whether the address is a line of ours: limits are for it, not for who speaks with it.
    pub line: bool,
    /// The rows of the orders that aim at it.
    pub rows: [Option<RowNumber>; LANES],
}

/// A place for a goal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Goals whose home is here lie at this many places from here on.
    pub reach: u8,
    /// Who is here.
    pub cell: Option<Cell>,
}

impl Slot {
    /// Writes it.
    pub fn to_bytes(&self) -> [u8; SLOT] {
        let mut bytes = [0; SLOT];
        bytes[KEY + 1] = self.reach;
        let Some(cell) = &self.cell else {
            return bytes;
        };
        bytes[..KEY].copy_from_slice(&key(&cell.goal));
        bytes[KEY] = if cell.line { LINE } else { 0 };
        for (lane, row) in bytes[24..].as_chunks_mut::<2>().0.iter_mut().zip(cell.rows) {
            *lane = row.map_or(0, |row| row.0.get()).to_le_bytes();
        }
        bytes
    }

    /// Reads it. A lane that is no row's number reads as empty, and so does a place that no goal can be read at.
    pub fn from_bytes(bytes: &[u8; SLOT]) -> Self {
        let (key, rest) = bytes.split_at(KEY);
        let goal = key.first_chunk().and_then(endpoint);
        let cell = goal.map(|goal| Cell {
            goal,
            line: rest[0] & LINE != 0,
            rows: lanes(&rest[4..]),
        });
        Self {
            reach: rest[1],
            cell,
        }
    }
}

fn lanes(bytes: &[u8]) -> [Option<RowNumber>; LANES] {
    let mut rows = [None; LANES];
    for (row, lane) in rows.iter_mut().zip(bytes.as_chunks::<2>().0) {
        *row = RowNumber::new(u16::from_le_bytes(*lane));
    }
    rows
}

/// Reads words of eight bytes; what is missing is zero.
pub(super) fn words<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// Writes words of eight bytes; what is missing is zero.
pub(super) fn joined<const N: usize>(words: &[u64]) -> [u8; N] {
    let mut bytes = [0; N];
    for (eight, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *eight = word.to_le_bytes();
    }
    bytes
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
