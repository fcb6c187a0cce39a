//! Names the files of a log: tiles of hashes and bundles of entries.
//!
//! In: a level, a number, a width. Out: a path, and back.
//! Always: a file has one name, and a name that is read is the one that would be written.
//! Standard: C2SP tlog-tiles, "Merkle Tree" and "Log Entries".

use std::fmt;

/// Hashes of a full tile, and entries of a full bundle.
pub const PER_TILE: u64 = 256;
/// The highest level: 256^6 entries are more than anybody writes.
pub(crate) const HIGHEST: u8 = 5;
/// Most entries of a log: what six levels of tiles hold.
pub(crate) const MOST_ENTRIES: u64 = 1 << 48;
/// Bits of an index that one level of tiles takes.
pub(crate) const BITS: u32 = 8;

/// The name of a tile or a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The level of a tile; none for a bundle of entries.
    pub level: Option<u8>,
    /// Its number within the level, from 0.
    pub number: u64,
    /// What it holds: 1 to [`PER_TILE`].
    pub width: u64,
}

impl Name {
    /// Names a tile as it is when the log has `size` entries; none if it is not there yet.
    pub(crate) fn tile(level: u8, number: u64, size: u64) -> Option<Self> {
        let width = width(size >> (BITS * u32::from(level)), number)?;
        Some(Self {
            level: Some(level),
            number,
            width,
        })
    }

    /// Names a bundle as it is when the log has `size` entries; none if it is not there yet.
    pub(crate) fn bundle(number: u64, size: u64) -> Option<Self> {
        Some(Self {
            level: None,
            number,
            width: width(size, number)?,
        })
    }

    /// Names the file of the same place as it is when the log has `size` entries.
    pub(crate) fn grown(&self, size: u64) -> Option<Self> {
        match self.level {
            Some(level) => Self::tile(level, self.number, size),
            None => Self::bundle(self.number, size),
        }
    }

    /// Names the file of the same place when nothing can be added to it.
    pub(crate) fn full(&self) -> Self {
        Self {
            width: PER_TILE,
            ..*self
        }
    }

    /// Tells whether nothing can be added.
    pub fn is_full(&self) -> bool {
        self.width == PER_TILE
    }

    /// Reads a path; none if it names no tile and no bundle.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match kind {
            "entries" => None,
            digit => Some(digit.parse().ok().filter(|level| *level <= HIGHEST)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, PER_TILE),
        };
        let partial = rest.len() != number.len();
        let number = number.split('/').try_fold(0_u64, |sum, group| {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value: u64 = digits.parse().ok().filter(|value| *value < 1_000)?;
            sum.checked_mul(1_000)?.checked_add(value)
        })?;
        let name = Self {
            level,
            number,
            width,
        };
        let sound = (1..=PER_TILE).contains(&width) && partial != name.is_full();
        // Leading zeros, signs and missing groups would be second names.
        (sound && number <= MOST_ENTRIES && name.to_string() == path).then_some(name)
    }
}

/// Tells how many of `count` things stand in the file of that number.
fn width(count: u64, number: u64) -> Option<u64> {
    let before = number.checked_mul(PER_TILE)?;
    let rest = count.checked_sub(before)?;
    (rest > 0).then_some(rest.min(PER_TILE))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => write!(f, "tile/entries/")?,
        }
        let mut groups = vec![self.number % 1_000];
        let mut rest = self.number / 1_000;
        while rest > 0 {
            groups.push(rest % 1_000);
            rest /= 1_000;
        }
        while groups.len() > 1 {
            write!(f, "x{:03}/", groups.pop().unwrap_or_default())?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.is_full() {
            return Ok(());
        }
        write!(f, ".p/{}", self.width)
    }
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
