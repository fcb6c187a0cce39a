//! Hashes leaves into one root, and checks proofs from hashes alone.
//!
//! In: leaves, proofs, roots. Out: hashes, yes or no.
//! Always: a proof is at most 64 hashes, so checking one is cheap whoever sent it.
//! Standard: RFC 6962 section 2.1; the checks in the iterative form of RFC 9162 sections 2.1.3.2 and
//! 2.1.4.2. Not here: where the hashes of a proof come from (`tiles.rs`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// How far a log goes, and the root over all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Tip {
    /// The tip of a log without entries.
    pub fn empty() -> Self {
        Self {
            size: 0,
            root: empty_root(),
        }
    }
}

/// Hashes that lead from a leaf, or from an older root, to a root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof(pub Vec<Hash>);

impl Proof {
    /// Most hashes: a tree of 2^64 leaves is 64 high, and consistency takes one more.
    pub const MOST: usize = 65;

    /// Tells whether the leaf with this hash stands at `index` under the tip.
    pub fn includes(&self, leaf: &Hash, index: u64, tip: &Tip) -> bool {
        if index >= tip.size || self.0.len() > Self::MOST {
            return false;
        }
        let (mut place, mut last, mut hash) = (index, tip.size - 1, *leaf);
        for step in &self.0 {
            if last == 0 {
                return false;
            }
            if place & 1 == 1 || place == last {
                hash = node_hash(step, &hash);
                climb_left_edge(&mut place, &mut last);
            } else {
                hash = node_hash(&hash, step);
            }
            place >>= 1;
            last >>= 1;
        }
        last == 0 && hash == tip.root
    }

    /// Tells whether the log at `new` only goes on from where it was at `old`.
    pub fn extends(&self, old: &Tip, new: &Tip) -> bool {
        if old.size > new.size || self.0.len() > Self::MOST {
            return false;
        }
        if old.size == 0 {
            return self.0.is_empty() && old.root == empty_root();
        }
        if old.size == new.size {
            return self.0.is_empty() && old.root == new.root;
        }
        self.leads_on(old, new)
    }

    /// The walk of RFC 9162 section 2.1.4.2, for 0 < old size < new size.
    fn leads_on(&self, old: &Tip, new: &Tip) -> bool {
        let whole = old.size.is_power_of_two().then_some(&old.root);
        let mut steps = whole.into_iter().chain(&self.0);
        let (mut place, mut last) = (old.size - 1, new.size - 1);
        while place & 1 == 1 {
            place >>= 1;
            last >>= 1;
        }
        let Some(first) = steps.next() else {
            return false;
        };
        let (mut before, mut after) = (*first, *first);
        for step in steps {
            if last == 0 {
                return false;
            }
            if place & 1 == 1 || place == last {
                before = node_hash(step, &before);
                after = node_hash(step, &after);
                climb_left_edge(&mut place, &mut last);
            } else {
                after = node_hash(&after, step);
            }
            place >>= 1;
            last >>= 1;
        }
        last == 0 && before == old.root && after == new.root
    }

    /// Writes one hash a line in base64, as tlog-witness does.
    pub fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|hash| STANDARD.encode(hash) + "\n")
            .collect()
    }

    /// Reads what [`Proof::to_text`] writes.
    ///
    /// # Errors
    /// If a line is no hash, or there are more than [`Proof::MOST`].
    pub fn parse(text: &[u8]) -> Result<Self, ProofError> {
        let mut hashes = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let line = hashes.len() + 1;
            if line > Self::MOST {
                return Err(ProofError::TooLong);
            }
            let wrong = ProofError::NotAHash { line };
            let end = rest.iter().position(|&byte| byte == b'\n').ok_or(wrong)?;
            hashes.push(parse_hash(&rest[..end]).ok_or(wrong)?);
            rest = &rest[end + 1..];
        }
        Ok(Self(hashes))
    }
}

/// Why a text is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// A line is not a hash in base64.
    NotAHash {
        /// Its number, from 1.
        line: usize,
    },
    /// There are more hashes than any tree is high.
    TooLong,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAHash { line } => {
                write!(
                    f,
                    "line {line} of the proof is not a hash; ask for the proof again"
                )
            }
            Self::TooLong => write!(
                f,
                "the proof has more than {} hashes, higher than any tree; ask for it again",
                Proof::MOST
            ),
        }
    }
}

impl std::error::Error for ProofError {}

/// Right-shifts until the place is a right child or the leftmost: there the walk goes up unchanged.
fn climb_left_edge(place: &mut u64, last: &mut u64) {
    while *place & 1 == 0 && *place != 0 {
        *place >>= 1;
        *last >>= 1;
    }
}

/// Reads 32 bytes in base64, in their one spelling.
pub(crate) fn parse_hash(text: &[u8]) -> Option<Hash> {
    if text.len() != 44 {
        return None;
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Hashes a leaf (RFC 6962 section 2.1).
pub(crate) fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(leaf)
        .finalize()
        .into()
}

/// Hashes two subtrees into one (RFC 6962 section 2.1).
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// Tells the root over nothing.
pub(crate) fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Joins subtrees of equal height into the root over them.
pub(crate) fn join(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(split(hashes.len() as u64) as usize);
            node_hash(&join(left), &join(right))
        }
    }
}

/// Tells the largest power of two below `count`, which is at least 2.
pub(crate) fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
