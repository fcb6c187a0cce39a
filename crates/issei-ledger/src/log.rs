//! Appends entries to a log and writes its files.
//!
//! In: entries, a storage, the log's key. Out: indices, tiles and bundles, signed checkpoints.
//! Always: what was ever signed is stored first, so that after a crash the log goes on from there
//! and never signs another root for the same size. A log that is found shorter than it was known to
//! be, or other, is not opened: an old backup must not become a fork.
//! Standard: C2SP tlog-tiles. Not here: when to sign, whom to show it (`issei`).

use std::fmt;

use crate::bundle;
use crate::checkpoint::{Body, CHECKPOINT, Policy, PolicyError, Refusal};
use crate::entry::{Entry, EntryError};
use crate::note::{Note, Signer, Verifier};
use crate::path::{BITS, HIGHEST, Name, PER_TILE};
use crate::storage::Storage;
use crate::tiles::{Tiles, TilesError};
use crate::tree::{Hash, Tip, empty_root, join, leaf_hash, node_hash};

/// Where the newest checkpoint lies that the log alone has signed.
pub(crate) const SIGNED: &str = "checkpoint.signed";

/// The writer of a log. One process holds it.
#[derive(Clone, Debug)]
pub struct Log {
    size: u64,
    /// For each level the hashes of its last tile, while that is not full.
    edge: Vec<Vec<Hash>>,
    /// The bytes of the last bundle, while that is not full.
    bundle: Vec<u8>,
    /// Full files and bodies that are not written yet.
    pending: Vec<(String, Vec<u8>)>,
    /// How far the files go.
    written: u64,
    /// Partial files that lie there until the full one does.
    partial: Vec<Name>,
    /// The log's name.
    origin: String,
    /// Tips that were signed and may still be published.
    signed: Vec<Tip>,
    /// How far what readers see goes.
    published: u64,
}

impl Log {
    /// Opens the log in a storage, which may be empty, and takes away what a crash left behind the
    /// newest signed checkpoint. `known` is the furthest tip that somebody remembers elsewhere.
    ///
    /// # Errors
    /// If a checkpoint is not by this key, or the log does not reach `known` or does not hold it,
    /// or the files do not agree with what was signed.
    pub fn open<S: Storage>(
        storage: &mut S,
        key: &Verifier,
        known: &Tip,
    ) -> Result<Self, OpenError<S::Error>> {
        let policy = Policy::unwitnessed(key.clone()).map_err(OpenError::Policy)?;
        let (tip, published) = newest(storage, &policy)?;
        if tip.size < known.size {
            let (seen, offered) = (known.size, tip.size);
            return Err(OpenError::Refused(Refusal::Shrunk { seen, offered }));
        }
        let tiles = Tiles::exactly(storage, tip.size);
        for seen in [&tip, known] {
            if tiles.root(seen.size).map_err(OpenError::Tiles)? != seen.root {
                let (seen, offered) = (seen.size, tip.size);
                return Err(OpenError::Refused(Refusal::Forked { seen, offered }));
            }
        }
        let mut log = Self::read(&tiles, key.name()).map_err(OpenError::Tiles)?;
        log.signed.extend([published, tip]);
        log.published = published.size;
        log.tidy(storage).map_err(OpenError::Storage)?;
        Ok(log)
    }

    /// Appends an entry and tells its index. Nothing is written before [`Log::sign`].
    ///
    /// # Errors
    /// If the bytes cannot be an entry.
    pub fn append(&mut self, bytes: Vec<u8>) -> Result<u64, EntryError> {
        let entry = Entry::new(bytes)?;
        let leaf = entry.leaf();
        if let Some(kept) = entry.body() {
            self.pending.push((kept.path(), entry.into_bytes()));
        }
        let hash = leaf_hash(&leaf);
        let pushed = bundle::push(&mut self.bundle, &leaf);
        debug_assert!(pushed.is_some(), "a leaf is shorter than its length field");
        let index = self.size;
        self.size += 1;
        if self.size.is_multiple_of(PER_TILE) {
            let bytes = std::mem::take(&mut self.bundle);
            self.full(None, bytes);
        }
        self.grow(hash);
        Ok(index)
    }

    /// Tells how far the log goes, written or not.
    pub fn tip(&self) -> Tip {
        Tip {
            size: self.size,
            root: self.root(),
        }
    }

    /// Writes everything, signs the tip, stores the signature, and only then shows it.
    ///
    /// # Errors
    /// If the storage cannot write. Then nothing is signed; it may be tried again.
    pub fn sign<S: Storage>(&mut self, storage: &mut S, key: &Signer) -> Result<Note, S::Error> {
        self.write(storage)?;
        let tip = self.tip();
        let note = Body::new(key.verifier().name(), tip).sign(key);
        storage.put(SIGNED, note.to_string().as_bytes())?;
        if self.signed.last() != Some(&tip) {
            self.signed.push(tip);
        }
        if self.signed.len() > MOST_UNPUBLISHED {
            self.signed.remove(0);
        }
        Ok(note)
    }

    /// Puts a note with its cosignatures where readers look, and takes away partial files that
    /// nobody needs any more. A note that [`Log::sign`] did not give is passed over, and so is one
    /// that is older than what readers see: late cosignatures never set them back.
    ///
    /// # Errors
    /// If the storage cannot write.
    pub fn publish<S: Storage>(&mut self, storage: &mut S, note: &Note) -> Result<(), S::Error> {
        let Some(body) = Body::parse(&note.text).filter(|body| self.may_show(body)) else {
            return Ok(());
        };
        storage.put(CHECKPOINT, note.to_string().as_bytes())?;
        self.published = body.tip.size;
        // What is older is not shown any more: late cosignatures never set readers back.
        self.signed.retain(|tip| tip.size >= body.tip.size);
        let (done, partial) = self
            .partial
            .iter()
            .partition(|name| name.grown(body.tip.size).is_some_and(|now| now.is_full()));
        self.partial = partial;
        let done: Vec<Name> = done;
        done.iter()
            .try_for_each(|name| storage.remove(&name.to_string()))
    }

    fn may_show(&self, body: &Body) -> bool {
        let ours = body.origin == self.origin && body.extensions.is_empty();
        ours && self.signed.contains(&body.tip)
    }

    /// Tells how far what readers see goes.
    pub fn published(&self) -> u64 {
        self.published
    }

    /// Reads the right edge of a log.
    fn read<S: Storage>(tiles: &Tiles<'_, S>, origin: &str) -> Result<Self, TilesError<S::Error>> {
        let size = tiles.size();
        let mut edge = Vec::new();
        for level in 0..=HIGHEST {
            let count = size >> (BITS * u32::from(level));
            edge.push(match count % PER_TILE {
                0 => Vec::new(),
                _ => tiles.hashes(level, count / PER_TILE)?,
            });
        }
        let bundle = match Name::bundle(size / PER_TILE, size) {
            Some(name) => whole_bundle(tiles, name, &edge[0])?,
            None => Vec::new(),
        };
        Ok(Self {
            size,
            edge,
            bundle,
            pending: Vec::new(),
            written: size,
            partial: Vec::new(),
            origin: origin.to_owned(),
            signed: Vec::new(),
            published: 0,
        })
    }

    /// Removes files beyond the tip, and partial files beside full ones.
    fn tidy<S: Storage>(&mut self, storage: &mut S) -> Result<(), S::Error> {
        for path in storage.list()? {
            let Some(name) = Name::parse(&path) else {
                continue;
            };
            let now = name.grown(self.size);
            let needed =
                now.is_some_and(|now| name == now || (name.width < now.width && !now.is_full()));
            if !needed {
                storage.remove(&path)?;
            } else if !name.is_full() {
                self.partial.push(name);
            }
        }
        Ok(())
    }

    /// Adds a hash at the lowest level, and on above wherever a tile becomes full.
    fn grow(&mut self, mut hash: Hash) {
        for level in 0..=HIGHEST {
            let edge = &mut self.edge[usize::from(level)];
            edge.push(hash);
            if edge.len() as u64 != PER_TILE {
                return;
            }
            hash = join(edge);
            let bytes = std::mem::take(edge).concat();
            self.full(Some(level), bytes);
        }
    }

    /// Keeps a file that has just become full.
    fn full(&mut self, level: Option<u8>, bytes: Vec<u8>) {
        let count = self.size >> (BITS * u32::from(level.unwrap_or_default()));
        let name = Name {
            level,
            number: count / PER_TILE - 1,
            width: PER_TILE,
        };
        self.pending.push((name.to_string(), bytes));
    }

    fn write<S: Storage>(&mut self, storage: &mut S) -> Result<(), S::Error> {
        for (path, bytes) in &self.pending {
            storage.put(path, bytes)?;
        }
        self.pending.clear();
        let before = self.written;
        let bundle = Name::bundle(self.size / PER_TILE, self.size);
        if let Some(name) = bundle.filter(|_| before < self.size) {
            storage.put(&name.to_string(), &self.bundle)?;
            self.partial.push(name);
        }
        for (level, edge) in (0..=HIGHEST).zip(&self.edge) {
            let bits = BITS * u32::from(level);
            let count = self.size >> bits;
            if edge.is_empty() || before >> bits == count {
                continue;
            }
            if let Some(name) = Name::tile(level, count / PER_TILE, self.size) {
                storage.put(&name.to_string(), &edge.concat())?;
                self.partial.push(name);
            }
        }
        self.written = self.size;
        Ok(())
    }

    /// Joins the full subtrees of the edge, the smallest first.
    fn root(&self) -> Hash {
        let mut root = None;
        for edge in &self.edge {
            let mut rest = &edge[..];
            while !rest.is_empty() {
                let count = 1 << rest.len().trailing_zeros();
                let (before, subtree) = rest.split_at(rest.len() - count);
                let hash = join(subtree);
                root = Some(root.map_or(hash, |right| node_hash(&hash, &right)));
                rest = before;
            }
        }
        root.unwrap_or_else(empty_root)
    }
}

/// Tips signed and not published that are remembered; of more, the newest are published.
const MOST_UNPUBLISHED: usize = 1_000;

/// Tells the furthest tip that the log has signed, and the one that readers see.
fn newest<S: Storage>(storage: &S, policy: &Policy) -> Result<(Tip, Tip), OpenError<S::Error>> {
    let read = |path| -> Result<Tip, OpenError<S::Error>> {
        let Some(note) = storage.get(path).map_err(OpenError::Storage)? else {
            return Ok(Tip::empty());
        };
        let checkpoint = policy.open(&note).map_err(OpenError::Refused)?;
        Ok(*checkpoint.tip())
    };
    let (published, signed) = (read(CHECKPOINT)?, read(SIGNED)?);
    let newest = match signed.size >= published.size {
        true => signed,
        false => published,
    };
    Ok((newest, published))
}

/// Reads a partial bundle whose leaves have these hashes.
fn whole_bundle<S: Storage>(
    tiles: &Tiles<'_, S>,
    name: Name,
    hashes: &[Hash],
) -> Result<Vec<u8>, TilesError<S::Error>> {
    let bytes = tiles.file(name)?;
    let leaves = bundle::entries(&bytes, name.width);
    let found: Result<Vec<Hash>, _> = leaves.map(|leaf| leaf.map(leaf_hash)).collect();
    if found.is_ok_and(|found| found == hashes) {
        Ok(bytes)
    } else {
        let path = name.to_string();
        Err(TilesError::Malformed { path })
    }
}

/// Why a log is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError<E> {
    /// The storage cannot tell.
    Storage(E),
    /// The key is not of a log.
    Policy(PolicyError),
    /// A file is missing or malformed.
    Tiles(TilesError<E>),
    /// It is not the log that was known.
    Refused(Refusal),
}

impl<E: fmt::Display> fmt::Display for OpenError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Policy(error) => error.fmt(f),
            Self::Tiles(error) => error.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for OpenError<E> {}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
