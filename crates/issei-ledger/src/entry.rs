//! An entry, and the leaf that stands for it in the tree.
//!
//! In: the bytes of an entry. Out: its leaf, and where a long body is kept.
//! Always: the leaf follows from the entry alone. A short entry is its own leaf; a long one is kept
//! as a file named by its digest, and its leaf is `blob DIGEST LENGTH`. Because no entry may begin
//! with `blob `, a leaf reads in one way only.
//! Standard: C2SP tlog-tiles bounds a leaf to 65,535 bytes; ours is shorter, see [`LONGEST_LEAF`].

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::tree::{Hash, leaf_hash};

/// Bytes of a leaf. The standard's length field would allow 65,535; with this a bundle of 256 stays
/// near 1 MiB, which bounds what one pull brings and what one append writes again.
pub const LONGEST_LEAF: usize = 4_096;
/// Bytes of an entry: a dossier of 1 MiB, and room for what is written around it.
pub const LONGEST_ENTRY: usize = 2 << 20;
/// Begins the leaf of a body that is kept as a file.
const KEPT: &str = "blob ";

/// The bytes of an entry that can be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(Vec<u8>);

impl Entry {
    /// Takes the bytes of an entry.
    ///
    /// # Errors
    /// If there are none, or too many, or they begin like the leaf of a body that is kept elsewhere.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EntryError> {
        match bytes.len() {
            0 => Err(EntryError::Empty),
            length if length > LONGEST_ENTRY => Err(EntryError::TooLong { length }),
            _ if bytes.starts_with(KEPT.as_bytes()) => Err(EntryError::Reserved),
            _ => Ok(Self(bytes)),
        }
    }

    /// Shows the bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Gives the bytes back.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Makes what stands in the tree.
    pub fn leaf(&self) -> Vec<u8> {
        match self.body() {
            Some(body) => body.leaf().into_bytes(),
            None => self.0.clone(),
        }
    }

    /// Hashes the leaf.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.leaf())
    }

    /// Tells where the entry is kept, if it is too long to be its own leaf.
    pub(crate) fn body(&self) -> Option<Kept> {
        (self.0.len() > LONGEST_LEAF).then(|| Kept::of(&self.0))
    }
}

/// A body that is kept as a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    digest: Hash,
    length: usize,
}

impl Kept {
    fn of(body: &[u8]) -> Self {
        Self {
            digest: Sha256::digest(body).into(),
            length: body.len(),
        }
    }

    /// Reads a leaf: none if it is an entry itself.
    pub(crate) fn parse(leaf: &[u8]) -> Option<Result<Self, EntryError>> {
        let rest = leaf.strip_prefix(KEPT.as_bytes())?;
        Some(Self::parse_rest(rest).ok_or(EntryError::Reserved))
    }

    fn parse_rest(rest: &[u8]) -> Option<Self> {
        let (digest, length) = std::str::from_utf8(rest).ok()?.split_once(' ')?;
        let bytes = digest.get(..64)?.as_bytes();
        let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let digest: Vec<u8> = bytes.chunks_exact(2).map(digits).collect::<Option<_>>()?;
        let kept = Self {
            digest: digest.try_into().ok()?,
            length: length.parse().ok()?,
        };
        let bounded = (LONGEST_LEAF + 1..=LONGEST_ENTRY).contains(&kept.length);
        (bounded && kept.leaf().as_bytes()[KEPT.len()..] == *rest).then_some(kept)
    }

    fn leaf(&self) -> String {
        format!("{KEPT}{} {}", self.name(), self.length)
    }

    /// Names the file.
    pub(crate) fn path(&self) -> String {
        format!("blob/{}", self.name())
    }

    fn name(&self) -> String {
        self.digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Tells whether these are the bytes.
    pub(crate) fn is(&self, body: &[u8]) -> bool {
        body.len() == self.length && *self == Self::of(body)
    }
}

/// Why bytes cannot be an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryError {
    /// There are none.
    Empty,
    /// There are more than [`LONGEST_ENTRY`].
    TooLong {
        /// How many.
        length: usize,
    },
    /// They begin with `blob `.
    Reserved,
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "an entry has at least one byte"),
            Self::TooLong { length } => write!(
                f,
                "an entry of {length} bytes is longer than {LONGEST_ENTRY}; log its digest and keep it elsewhere"
            ),
            Self::Reserved => write!(
                f,
                "`{KEPT}` begins a leaf whose body is kept as a file; begin the entry otherwise"
            ),
        }
    }
}

impl std::error::Error for EntryError {}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
