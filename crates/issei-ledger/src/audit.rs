//! Verifies everything that is stored of a log, and names the first thing that is broken.
//!
//! In: a storage, and the keys to check with. Out: a verdict, or a fault with its entry or file.
//! Always: trust flows downwards. The notes are checked by their keys, the right edge by the root in
//! the newest note, each full tile by its hash in the tile above, each leaf by its hash in the
//! lowest tile, each body by the digest in its leaf. So every file can be checked by itself, and
//! what is found broken is itself at fault. Not here: what entries mean.

use std::fmt;

use crate::bundle;
use crate::checkpoint::{Body, CHECKPOINT, Checkpoint, Policy, Refusal};
use crate::entry::Kept;
use crate::log::SIGNED;
use crate::note::Note;
use crate::path::{BITS, HIGHEST, Name, PER_TILE};
use crate::storage::Storage;
use crate::tiles::{Tiles, TilesError};
use crate::tree::{Hash, Tip, join, leaf_hash};

/// The folder of checkpoints that were kept, each named by its size.
pub const EARLIER: &str = "checkpoints/";
/// The folders in which every file belongs to the log.
const OWN: [&str; 3] = ["tile/", "blob/", EARLIER];

/// What to make of signature lines by keys that were not handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// They are named in the verdict.
    Named,
    /// They are a fault: else a bit that flips in a witness's name would pass.
    Refused,
}

/// A look at everything that is stored of a log.
#[derive(Clone, Debug)]
pub struct Audit<'s, S> {
    storage: &'s S,
    policy: Option<&'s Policy>,
    strangers: Strangers,
    /// The furthest tip in a note: what the files must agree with.
    tip: Tip,
    /// The note it stands in.
    note: &'static str,
}

/// What was checked, and found whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The log's name, as its newest note says.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// Files.
    pub files: u64,
    /// Checkpoints, each of which the newest goes on from.
    pub checkpoints: u64,
    /// Bodies that are kept as files.
    pub bodies: u64,
    /// Files that a crash left beyond the newest checkpoint; no signature covers them.
    pub uncovered: u64,
    /// The published checkpoint, if keys were handed in.
    pub checkpoint: Option<Checkpoint>,
}

impl<'s, S: Storage> Audit<'s, S> {
    /// Reads the newest notes. Without a policy signatures are not checked, only the tree.
    ///
    /// # Errors
    /// If there is no checkpoint, or it is refused.
    pub fn new(
        storage: &'s S,
        policy: Option<&'s Policy>,
        strangers: Strangers,
    ) -> Result<Self, Fault<S::Error>> {
        let mut audit = Self {
            storage,
            policy,
            strangers,
            tip: Tip::empty(),
            note: CHECKPOINT,
        };
        audit.tip = audit.open(CHECKPOINT)?.ok_or(Fault::Unpublished)?.tip;
        let signed = audit.open(SIGNED)?;
        if let Some(signed) = signed.filter(|signed| signed.tip.size >= audit.tip.size) {
            audit.tip = signed.tip;
            audit.note = SIGNED;
        }
        Ok(audit)
    }

    /// Checks everything.
    ///
    /// # Errors
    /// The first fault, from the notes down to the bodies.
    pub fn run(&self) -> Result<Verdict, Fault<S::Error>> {
        let mut verdict = Verdict {
            size: self.tip.size,
            root: self.tip.root,
            ..Verdict::default()
        };
        verdict.origin = self
            .open(CHECKPOINT)?
            .map_or_else(String::new, |body| body.origin);
        verdict.checkpoint = self.published()?;
        self.edge()?;
        for name in self.expected() {
            verdict.bodies += self.file(name)?;
            verdict.files += 1;
        }
        for path in self.list()? {
            self.besides(&path, &mut verdict)?;
        }
        Ok(verdict)
    }

    /// Checks one file by what stands above it. [`Audit::run`] is nothing but this for every file.
    ///
    /// # Errors
    /// If it is broken.
    pub fn check(&self, path: &str) -> Result<(), Fault<S::Error>> {
        match Name::parse(path) {
            Some(name) if name.grown(self.tip.size) == Some(name) => self.file(name).map(drop),
            _ => self.besides(path, &mut Verdict::default()),
        }
    }

    /// Lists every file there is, in the order of the paths.
    ///
    /// # Errors
    /// If the storage cannot tell.
    pub fn list(&self) -> Result<Vec<String>, Fault<S::Error>> {
        self.storage.list().map_err(Fault::Storage)
    }

    /// Names the tiles, the highest first, and then the bundles.
    fn expected(&self) -> impl Iterator<Item = Name> {
        let size = self.tip.size;
        let tiles = (0..=HIGHEST)
            .rev()
            .flat_map(move |level| (0..).map_while(move |number| Name::tile(level, number, size)));
        tiles.chain((0..).map_while(move |number| Name::bundle(number, size)))
    }

    /// Checks a tile or a bundle as it is now, and counts the bodies behind it.
    fn file(&self, name: Name) -> Result<u64, Fault<S::Error>> {
        match name.level {
            Some(level) if name.is_full() => self.full_tile(level, name),
            Some(_) => self.edge(),
            None => return self.bundle(name),
        }
        .map(|()| 0)
    }

    /// Checks a full tile by its hash in the tile above, where every full tile has one.
    fn full_tile(&self, level: u8, name: Name) -> Result<(), Fault<S::Error>> {
        let hashes = self.tiles().hashes(level, name.number)?;
        let above = self.tiles().hashes(level + 1, name.number / PER_TILE)?;
        let place = (name.number % PER_TILE) as usize;
        if above.get(place) == Some(&join(&hashes)) {
            Ok(())
        } else {
            Err(altered(name))
        }
    }

    /// Checks the partial tiles, which together make the root.
    fn edge(&self) -> Result<(), Fault<S::Error>> {
        if self.tiles().root(self.tip.size)? == self.tip.root {
            return Ok(());
        }
        // One of them, or the root itself, was changed: what lies below tells which.
        for level in 0..=HIGHEST {
            let number = self.tip.size >> (BITS * u32::from(level)) >> BITS;
            let Some(name) = Name::tile(level, number, self.tip.size) else {
                continue;
            };
            let held = self.tiles().hashes(level, number)?;
            if self.below(name)?.is_some_and(|made| made != held) {
                return Err(altered(name));
            }
        }
        let path = self.note.to_owned();
        Err(Fault::Root { path })
    }

    /// Makes the hashes of a tile from the files below it; none if these are broken themselves.
    fn below(&self, name: Name) -> Result<Option<Vec<Hash>>, Fault<S::Error>> {
        let level = name.level.unwrap_or_default();
        if let Some(lower) = level.checked_sub(1) {
            let from = name.number * PER_TILE;
            let hashes = (from..from + name.width)
                .map(|number| Ok(join(&self.tiles().hashes(lower, number)?)));
            return hashes.collect::<Result<_, Fault<_>>>().map(Some);
        }
        let bytes = self.tiles().file(Name {
            level: None,
            ..name
        })?;
        let leaves = bundle::entries(&bytes, name.width);
        Ok(leaves.map(|leaf| leaf.ok().map(leaf_hash)).collect())
    }

    /// Checks a bundle by the lowest tile, leaf for leaf, and the bodies by their leaves.
    fn bundle(&self, name: Name) -> Result<u64, Fault<S::Error>> {
        let bytes = self.tiles().file(name)?;
        let hashes = self.tiles().hashes(0, name.number)?;
        let mut leaves = bundle::entries(&bytes, name.width);
        let mut bodies = 0;
        for (place, hash) in (0..).zip(&hashes) {
            let index = name.number * PER_TILE + place;
            let broken = || Fault::Entry {
                index,
                path: name.to_string(),
            };
            let leaf = leaves.next().and_then(Result::ok).ok_or_else(broken)?;
            if leaf_hash(leaf) != *hash {
                return Err(broken());
            }
            if let Some(kept) = Kept::parse(leaf) {
                self.body(index, kept.map_err(|_| broken())?)?;
                bodies += 1;
            }
        }
        Ok(bodies)
    }

    fn body(&self, index: u64, kept: Kept) -> Result<(), Fault<S::Error>> {
        let path = kept.path();
        match self.tiles().get(&path)? {
            Some(body) if kept.is(&body) => Ok(()),
            Some(_) => Err(Fault::Body { index, path }),
            None => Err(Fault::Missing { path }),
        }
    }

    /// Checks a file that is not one of the newest tiles and bundles.
    fn besides(&self, path: &str, verdict: &mut Verdict) -> Result<(), Fault<S::Error>> {
        if [CHECKPOINT, SIGNED].contains(&path) || path.starts_with(EARLIER) {
            verdict.checkpoints += 1;
            verdict.files += 1;
            return self.note(path);
        }
        if let Some(name) = Name::parse(path) {
            match name.grown(self.tip.size) {
                Some(now) if name == now => return Ok(()),
                Some(now) if name.width < now.width => self.older(name, now)?,
                _ => verdict.uncovered += 1,
            }
            verdict.files += 1;
            return Ok(());
        }
        if let Some(digest) = path.strip_prefix("blob/") {
            verdict.files += 1;
            return self.named_by_digest(path, digest);
        }
        match OWN.iter().any(|folder| path.starts_with(folder)) {
            true => Err(Fault::Unknown { path: path.into() }),
            false => Ok(()),
        }
    }

    /// Checks that the newest log goes on from a note.
    fn note(&self, path: &str) -> Result<(), Fault<S::Error>> {
        let missing = || Fault::Missing { path: path.into() };
        let tip = self.open(path)?.ok_or_else(missing)?.tip;
        let reached = tip.size <= self.tip.size;
        if reached && self.tiles().root(tip.size)? == tip.root {
            return Ok(());
        }
        Err(Fault::Root { path: path.into() })
    }

    /// Checks a partial file by the one that has grown out of it.
    fn older(&self, name: Name, now: Name) -> Result<(), Fault<S::Error>> {
        let (old, new) = (self.tiles().file(name)?, self.tiles().file(now)?);
        let length = match name.level {
            Some(_) => Some(32 * name.width as usize),
            None => length_of(&new, name.width),
        };
        match length.and_then(|length| new.get(..length)) {
            Some(front) if front == old => Ok(()),
            _ => Err(altered(name)),
        }
    }

    fn named_by_digest(&self, path: &str, digest: &str) -> Result<(), Fault<S::Error>> {
        let body = self.tiles().get(path)?.unwrap_or_default();
        let kept = format!("blob {digest} {}", body.len());
        match Kept::parse(kept.as_bytes()) {
            Some(Ok(kept)) if kept.is(&body) => Ok(()),
            _ => Err(Fault::Altered { path: path.into() }),
        }
    }

    /// Opens a note, if it is there.
    fn open(&self, path: &str) -> Result<Option<Body>, Fault<S::Error>> {
        let Some(bytes) = self.storage.get(path).map_err(Fault::Storage)? else {
            return Ok(None);
        };
        let refused = |refusal| Fault::Refused {
            path: path.into(),
            refusal,
        };
        let note = Note::parse(&bytes).map_err(|error| refused(Refusal::NotANote(error)))?;
        let body = Body::parse(&note.text).ok_or_else(|| refused(Refusal::NotACheckpoint))?;
        if let Some(policy) = self.policy {
            let opened = match path {
                SIGNED => policy.open_alone(&bytes),
                _ => policy.open(&bytes),
            };
            self.known(path, &opened.map_err(refused)?)?;
        }
        Ok(Some(body))
    }

    fn published(&self) -> Result<Option<Checkpoint>, Fault<S::Error>> {
        let note = self.storage.get(CHECKPOINT).map_err(Fault::Storage)?;
        let opened = self
            .policy
            .zip(note)
            .map(|(policy, note)| policy.open(&note));
        opened.transpose().map_err(|refusal| Fault::Refused {
            path: CHECKPOINT.into(),
            refusal,
        })
    }

    fn known(&self, path: &str, checkpoint: &Checkpoint) -> Result<(), Fault<S::Error>> {
        match checkpoint.strangers() {
            [name, ..] if self.strangers == Strangers::Refused => Err(Fault::Stranger {
                path: path.into(),
                name: name.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn tiles(&self) -> Tiles<'s, S> {
        Tiles::exactly(self.storage, self.tip.size)
    }
}

/// Counts the bytes of the first `width` leaves.
fn length_of(bytes: &[u8], width: u64) -> Option<usize> {
    let mut leaves = bundle::entries(bytes, PER_TILE);
    (0..width).try_fold(0, |length, _| Some(length + 2 + leaves.next()?.ok()?.len()))
}

fn altered<E>(name: Name) -> Fault<E> {
    let path = name.to_string();
    Fault::Altered { path }
}

/// The first thing that is broken in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault<E> {
    /// The storage cannot tell.
    Storage(E),
    /// There is no checkpoint.
    Unpublished,
    /// A note is not what the keys demand.
    Refused {
        /// Which.
        path: String,
        /// Why.
        refusal: Refusal,
    },
    /// A note bears a line by nobody known.
    Stranger {
        /// Which note.
        path: String,
        /// Whose line it says it is.
        name: String,
    },
    /// A note's size and root are not those of the files, or the log does not go on from it.
    Root {
        /// Which.
        path: String,
    },
    /// A file is not there.
    Missing {
        /// Which.
        path: String,
    },
    /// A file is not what it was.
    Altered {
        /// Which.
        path: String,
    },
    /// An entry is not what it was.
    Entry {
        /// Where it stands, from 0.
        index: u64,
        /// In which file.
        path: String,
    },
    /// The body of an entry is not what it was.
    Body {
        /// Where the entry stands, from 0.
        index: u64,
        /// In which file.
        path: String,
    },
    /// A file lies in a folder of the log and belongs to none.
    Unknown {
        /// Which.
        path: String,
    },
}

impl<E> From<TilesError<E>> for Fault<E> {
    fn from(error: TilesError<E>) -> Self {
        match error {
            TilesError::Storage(error) => Self::Storage(error),
            TilesError::Missing { path, .. } => Self::Missing { path },
            TilesError::Malformed { path } => Self::Altered { path },
            TilesError::Beyond { .. } => Self::Root {
                path: CHECKPOINT.into(),
            },
        }
    }
}

impl<E: fmt::Display> fmt::Display for Fault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::Unpublished => write!(
                f,
                "there is no `{CHECKPOINT}`; name the folder in which it lies"
            ),
            Self::Refused { path, refusal } => write!(f, "`{path}`: {refusal}"),
            Self::Stranger { path, name } => write!(
                f,
                "`{path}` bears a signature line of `{name}`, whose key was not handed in; hand it in, or ask who that is"
            ),
            Self::Root { path } => write!(
                f,
                "`{path}` is not of the log that these files make; keep both and ask the log's owner"
            ),
            Self::Missing { path } => write!(f, "`{path}` is missing; fetch it again"),
            Self::Altered { path } => write!(f, "`{path}` was altered; fetch it again"),
            Self::Entry { index, path } => {
                write!(f, "entry {index} was altered, in `{path}`; fetch it again")
            }
            Self::Body { index, path } => write!(
                f,
                "the body of entry {index} was altered, in `{path}`; fetch it again"
            ),
            Self::Unknown { path } => write!(
                f,
                "`{path}` belongs to no log; find out who put it there, and take it away"
            ),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Fault<E> {}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
