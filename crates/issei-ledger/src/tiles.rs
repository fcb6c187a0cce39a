//! Reads roots, proofs and entries out of the files of a log.
//!
//! In: a storage, and how far the log in it goes. Out: hashes, proofs, entries.
//! Always: a proof is made from tiles alone, with a few files read, however long the log is. What
//! is read is not verified here: a proof from altered tiles leads to no root. A reader finds in the
//! full file what a partial one held that the log has taken away since; who writes or audits does not.
//! Standard: RFC 6962 sections 2.1.1 and 2.1.2; C2SP tlog-tiles, "Partial Tiles".

use std::fmt;

use crate::bundle;
use crate::entry::Kept;
use crate::path::{BITS, Name, PER_TILE};
use crate::storage::Storage;
use crate::tree::{Hash, Proof, empty_root, join, node_hash, split};

/// The files of a log of a known size.
#[derive(Clone, Copy, Debug)]
pub struct Tiles<'s, S> {
    storage: &'s S,
    size: u64,
    partial: Partial,
}

/// What to make of a partial file that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partial {
    /// The full file holds the same and more.
    MayHaveGrown,
    /// It is missing.
    MustBeThere,
}

impl<'s, S: Storage> Tiles<'s, S> {
    /// Looks at a log of `size` entries, which may have grown further.
    pub fn new(storage: &'s S, size: u64) -> Self {
        let partial = Partial::MayHaveGrown;
        Self {
            storage,
            size,
            partial,
        }
    }

    /// Looks at a log of exactly `size` entries: each of its files must be there.
    pub(crate) fn exactly(storage: &'s S, size: u64) -> Self {
        let partial = Partial::MustBeThere;
        Self {
            storage,
            size,
            partial,
        }
    }

    /// Computes the root over the first `size` entries.
    ///
    /// # Errors
    /// If the log is shorter, or a file is missing or malformed.
    pub fn root(&self, size: u64) -> Result<Hash, TilesError<S::Error>> {
        self.reaches(size)?;
        match size {
            0 => Ok(empty_root()),
            _ => self.range(0, size),
        }
    }

    /// Proves that an entry stands at `index` among the first `size`.
    ///
    /// # Errors
    /// As [`Tiles::root`].
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Proof, TilesError<S::Error>> {
        self.reaches(size)?;
        if index >= size {
            return Err(self.beyond(index.saturating_add(1)));
        }
        let mut hashes = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                hashes.push(self.range(middle, to)?);
                to = middle;
            } else {
                hashes.push(self.range(from, middle)?);
                from = middle;
            }
        }
        hashes.reverse();
        Ok(Proof(hashes))
    }

    /// Proves that the log of `new` entries goes on from that of `old`.
    ///
    /// # Errors
    /// As [`Tiles::root`].
    pub fn consistency(&self, old: u64, new: u64) -> Result<Proof, TilesError<S::Error>> {
        self.reaches(new)?;
        if old > new {
            return Err(self.beyond(old));
        }
        let mut hashes = Vec::new();
        if old == 0 || old == new {
            return Ok(Proof(hashes));
        }
        let (mut from, mut to) = (0, new);
        // Down to the subtree that ends where the old log ended.
        while old != to {
            let middle = from + split(to - from);
            if old <= middle {
                hashes.push(self.range(middle, to)?);
                to = middle;
            } else {
                hashes.push(self.range(from, middle)?);
                from = middle;
            }
        }
        if from > 0 {
            hashes.push(self.range(from, to)?);
        }
        hashes.reverse();
        Ok(Proof(hashes))
    }

    /// Reads an entry, wherever its body is kept.
    ///
    /// # Errors
    /// As [`Tiles::root`].
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, TilesError<S::Error>> {
        let name = Name::bundle(index / PER_TILE, self.size).filter(|_| index < self.size);
        let name = name.ok_or_else(|| self.beyond(index.saturating_add(1)))?;
        let place = index % PER_TILE;
        let (name, bytes) = self.held(name)?;
        let malformed = || TilesError::Malformed {
            path: name.to_string(),
        };
        let mut leaves = bundle::entries(&bytes, PER_TILE.min(place + 2));
        let leaf = leaves.nth(place as usize).and_then(Result::ok);
        let leaf = leaf.ok_or_else(malformed)?;
        let Some(kept) = Kept::parse(leaf) else {
            return Ok(leaf.to_owned());
        };
        let path = kept.map_err(|_| malformed())?.path();
        let full = None;
        self.get(&path)?.ok_or(TilesError::Missing { path, full })
    }

    /// Reads every entry in its order, and each bundle once.
    ///
    /// # Errors
    /// As [`Tiles::root`].
    pub fn each(&self, mut take: impl FnMut(u64, &[u8])) -> Result<(), TilesError<S::Error>> {
        let bundles = (0..).map_while(|number| Name::bundle(number, self.size));
        for wanted in bundles {
            let (name, bytes) = self.held(wanted)?;
            let malformed = || TilesError::Malformed {
                path: name.to_string(),
            };
            let mut leaves = bundle::entries(&bytes, PER_TILE);
            for place in 0..wanted.width {
                let leaf = leaves.next().and_then(Result::ok).ok_or_else(malformed)?;
                let index = wanted.number * PER_TILE + place;
                match Kept::parse(leaf) {
                    None => take(index, leaf),
                    Some(_) => take(index, &self.entry(index)?),
                }
            }
        }
        Ok(())
    }

    /// Reads the hashes of a tile, as many as it has at this size.
    pub(crate) fn hashes(&self, level: u8, number: u64) -> Result<Vec<Hash>, TilesError<S::Error>> {
        let name = Name::tile(level, number, self.size);
        let name = name.ok_or_else(|| self.beyond(self.size.saturating_add(1)))?;
        let (held, bytes) = self.held(name)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        if hashes.len() as u64 != held.width || !rest.is_empty() {
            let path = held.to_string();
            return Err(TilesError::Malformed { path });
        }
        Ok(hashes[..name.width as usize].to_vec())
    }

    /// Reads the file of that name, and no other.
    pub(crate) fn file(&self, name: Name) -> Result<Vec<u8>, TilesError<S::Error>> {
        let (path, full) = (name.to_string(), None);
        self.get(&path)?.ok_or(TilesError::Missing { path, full })
    }

    /// Reads the file of that name, or the full one that it may have grown into.
    fn held(&self, name: Name) -> Result<(Name, Vec<u8>), TilesError<S::Error>> {
        if name.is_full() || self.partial == Partial::MustBeThere {
            return self.file(name).map(|bytes| (name, bytes));
        }
        for held in [name, name.full()] {
            if let Some(bytes) = self.get(&held.to_string())? {
                return Ok((held, bytes));
            }
        }
        Err(TilesError::Missing {
            path: name.to_string(),
            full: Some(name.full().to_string()),
        })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TilesError<S::Error>> {
        self.storage.get(path).map_err(TilesError::Storage)
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Hashes the entries of a range that RFC 6962 makes a subtree of.
    fn range(&self, from: u64, to: u64) -> Result<Hash, TilesError<S::Error>> {
        let count = to - from;
        if count.is_power_of_two() {
            return self.subtree(count.trailing_zeros(), from / count);
        }
        let middle = from + split(count);
        Ok(node_hash(
            &self.range(from, middle)?,
            &self.range(middle, to)?,
        ))
    }

    /// Hashes a full subtree: it stands in one tile, or is joined from the hashes of one.
    fn subtree(&self, height: u32, index: u64) -> Result<Hash, TilesError<S::Error>> {
        let (level, within) = (height / BITS, height % BITS);
        let first = index << within;
        let hashes = self.hashes(level as u8, first / PER_TILE)?;
        let from = (first % PER_TILE) as usize;
        let part = hashes.get(from..from + (1 << within));
        part.map(join)
            .ok_or_else(|| self.beyond((index + 1) << height))
    }

    fn reaches(&self, size: u64) -> Result<(), TilesError<S::Error>> {
        if size <= self.size {
            Ok(())
        } else {
            Err(self.beyond(size))
        }
    }

    fn beyond(&self, asked: u64) -> TilesError<S::Error> {
        let size = self.size;
        TilesError::Beyond { asked, size }
    }
}

/// Why something cannot be read out of the files of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TilesError<E> {
    /// The storage cannot tell.
    Storage(E),
    /// A file is not there.
    Missing {
        /// Which.
        path: String,
        /// The full file that would serve as well: where a log has grown it is there, and the partial
        /// one may be gone. It holds more than a reader needs, so it is the second to be fetched.
        full: Option<String>,
    },
    /// A file is not of the shape of its kind.
    Malformed {
        /// Which.
        path: String,
    },
    /// The log is shorter than what is asked for.
    Beyond {
        /// Entries it would need.
        asked: u64,
        /// Entries it has.
        size: u64,
    },
}

impl<E: fmt::Display> fmt::Display for TilesError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Missing { path, full: None } => {
                write!(f, "`{path}` is missing; fetch it again")
            }
            Self::Missing {
                path,
                full: Some(full),
            } => write!(f, "`{path}` is missing; fetch it again, or else `{full}`"),
            Self::Malformed { path } => write!(f, "`{path}` is malformed; fetch it again"),
            Self::Beyond { asked, size } => write!(
                f,
                "the log has {size} entries, and {asked} would be needed; wait for a newer checkpoint"
            ),
        }
    }
}

impl<E: std::error::Error> std::error::Error for TilesError<E> {}

#[cfg(test)]
#[path = "tiles_tests.rs"]
mod tests;
