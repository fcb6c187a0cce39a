//! Opens a note into a checkpoint that enough witnesses stand for, and entries under it.
//!
//! In: the bytes of a note, entries with proofs. Out: [`Checkpoint`] and [`Logged`], or a refusal.
//! Always: only [`Policy::open`] makes a checkpoint, and only a proof under one makes an entry logged;
//! who holds either value knows that the check was done. A witness that signs twice counts once, a
//! stranger counts nothing, and one false signature of a known key refuses the whole note.
//! Standard: C2SP tlog-checkpoint, signed-note, tlog-cosignature.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::entry::{Entry, EntryError};
use crate::note::{Algorithm, Note, NoteError, Signer, Verifier};
use crate::path::MOST_ENTRIES;
use crate::tree::{Proof, Tip, parse_hash};

/// Where the newest checkpoint lies.
pub const CHECKPOINT: &str = "checkpoint";

/// What a log says about itself: the text of a checkpoint, not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The name of the log, which is the name of its key.
    pub origin: String,
    /// How far it goes, and the root.
    pub tip: Tip,
    /// Lines that others may add; they are signed along and mean nothing here.
    pub extensions: Vec<String>,
}

impl Body {
    /// Says how far a log goes.
    pub fn new(origin: &str, tip: Tip) -> Self {
        Self {
            origin: origin.to_owned(),
            tip,
            extensions: Vec::new(),
        }
    }

    /// Reads the text of a checkpoint; none if it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next()?.to_owned();
        let size: u64 = lines.next()?.parse().ok()?;
        let root = parse_hash(lines.next()?.as_bytes())?;
        let body = Self {
            origin,
            tip: Tip { size, root },
            extensions: lines.map(str::to_owned).collect(),
        };
        let filled = !body.origin.is_empty() && body.extensions.iter().all(|line| !line.is_empty());
        // A second spelling, such as a leading zero, would be a second text for the same tip.
        (filled && size <= MOST_ENTRIES && body.to_string() == text).then_some(body)
    }

    /// Signs it as the log.
    pub fn sign(&self, log: &Signer) -> Note {
        let text = self.to_string();
        let line = log.sign(&text, 0);
        Note {
            text,
            signatures: vec![line],
        }
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tip { size, root } = &self.tip;
        write!(f, "{}\n{size}\n{}\n", self.origin, STANDARD.encode(root))?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Whose log it is, and who must have seen it.
#[derive(Clone, Debug)]
pub struct Policy {
    log: Verifier,
    witnesses: Vec<Verifier>,
    needed: usize,
}

impl Policy {
    /// Demands the log's signature and cosignatures of `needed` of the witnesses.
    ///
    /// # Errors
    /// If nobody is needed, or more than there are, or a name or key stands there twice or for the
    /// wrong purpose.
    pub fn new(
        log: Verifier,
        witnesses: Vec<Verifier>,
        needed: usize,
    ) -> Result<Self, PolicyError> {
        if log.algorithm() != Algorithm::Ed25519 {
            return Err(PolicyError::NotALog);
        }
        for (place, witness) in witnesses.iter().enumerate() {
            let name = || witness.name().to_owned();
            if witness.algorithm() != Algorithm::CosignatureV1 {
                return Err(PolicyError::NotAWitness { name: name() });
            }
            let same =
                |other: &Verifier| other.name() == witness.name() || other.key() == witness.key();
            if witnesses[..place].iter().any(same) || witness.key() == log.key() {
                return Err(PolicyError::Twice { name: name() });
            }
        }
        let there = witnesses.len();
        if needed == 0 || needed > there {
            return Err(PolicyError::Needed { needed, there });
        }
        Ok(Self {
            log,
            witnesses,
            needed,
        })
    }

    /// Demands the log's signature only: for the log itself, its witnesses, and who trusts it alone.
    ///
    /// # Errors
    /// If the key is not one of a log.
    pub fn unwitnessed(log: Verifier) -> Result<Self, PolicyError> {
        if log.algorithm() != Algorithm::Ed25519 {
            return Err(PolicyError::NotALog);
        }
        Ok(Self {
            log,
            witnesses: Vec::new(),
            needed: 0,
        })
    }

    /// Tells whose log it is.
    pub fn origin(&self) -> &str {
        self.log.name()
    }

    /// Tells the log's key.
    pub fn log(&self) -> &Verifier {
        &self.log
    }

    /// Tells the witnesses' keys.
    pub fn witnesses(&self) -> &[Verifier] {
        &self.witnesses
    }

    /// Tells how many witnesses must have signed.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// Opens a note.
    ///
    /// # Errors
    /// If it is no checkpoint of this log, or a known key's signature is false, or too few
    /// witnesses signed.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, Refusal> {
        let note = Note::parse(note).map_err(Refusal::NotANote)?;
        let body = Body::parse(&note.text).ok_or(Refusal::NotACheckpoint)?;
        if body.origin != self.origin() {
            return Err(Refusal::OtherLog {
                wanted: self.origin().to_owned(),
                found: body.origin,
            });
        }
        self.signed_by_log(&note)?;
        let moments = self.cosigned(&note)?;
        let valid = moments.len();
        if valid < self.needed {
            let needed = self.needed;
            return Err(Refusal::TooFewWitnesses { valid, needed });
        }
        Ok(Checkpoint {
            seen_at: self.seen_at(&moments),
            tip: body.tip,
            witnesses: moments.into_keys().collect(),
            strangers: self.strangers(&note),
            origin: body.origin,
        })
    }

    /// Opens a note that only the log has had in its hands yet.
    pub(crate) fn open_alone(&self, note: &[u8]) -> Result<Checkpoint, Refusal> {
        let alone = Self {
            needed: 0,
            ..self.clone()
        };
        alone.open(note)
    }

    fn signed_by_log(&self, note: &Note) -> Result<(), Refusal> {
        let mut found = false;
        for line in &note.signatures {
            if self.log.is_named_by(line) {
                let name = || line.name.clone();
                let good = self.log.signed(&note.text, line);
                found = good
                    .then_some(true)
                    .ok_or_else(|| Refusal::FalseSignature { name: name() })?;
            }
        }
        let name = || self.origin().to_owned();
        found
            .then_some(())
            .ok_or_else(|| Refusal::Unsigned { name: name() })
    }

    /// Finds the newest moment of every witness that signed.
    fn cosigned(&self, note: &Note) -> Result<BTreeMap<String, u64>, Refusal> {
        let mut moments = BTreeMap::new();
        for line in &note.signatures {
            let Some(witness) = self.witnesses.iter().find(|key| key.is_named_by(line)) else {
                continue;
            };
            let name = line.name.clone();
            let Some(time) = witness.cosigned(&note.text, line) else {
                return Err(Refusal::FalseSignature { name });
            };
            let newest = moments.entry(name).or_insert(time);
            *newest = time.max(*newest);
        }
        Ok(moments)
    }

    /// Tells since when the needed number of witnesses has stood for it: the k-th newest moment.
    fn seen_at(&self, moments: &BTreeMap<String, u64>) -> Option<u64> {
        let mut newest: Vec<u64> = moments.values().copied().collect();
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.get(self.needed.checked_sub(1)?).copied()
    }

    fn strangers(&self, note: &Note) -> Vec<String> {
        let known = |line: &&crate::SignatureLine| {
            self.log.is_named_by(line) || self.witnesses.iter().any(|key| key.is_named_by(line))
        };
        let strange = note.signatures.iter().filter(|line| !known(line));
        strange.map(|line| line.name.clone()).collect()
    }
}

/// A checkpoint that the log signed and enough witnesses stand for. Only [`Policy::open`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    tip: Tip,
    seen_at: Option<u64>,
    witnesses: Vec<String>,
    strangers: Vec<String>,
}

impl Checkpoint {
    /// Tells whose log it is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Tells how far the log goes, and the root.
    pub fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Tells the moment, in seconds since 1970, at or after which the needed number of witnesses
    /// signed; none if none are needed.
    pub fn seen_at(&self) -> Option<u64> {
        self.seen_at
    }

    /// Names the witnesses whose signatures hold, rising.
    pub fn witnesses(&self) -> &[String] {
        &self.witnesses
    }

    /// Names the signature lines that nobody known has made, as they stand.
    pub fn strangers(&self) -> &[String] {
        &self.strangers
    }

    /// Takes an entry that is in the log at `index`.
    ///
    /// # Errors
    /// If the bytes cannot be an entry, or the proof does not lead from them to the root.
    pub fn admit(&self, index: u64, bytes: Vec<u8>, proof: &Proof) -> Result<Logged, Refusal> {
        let entry = Entry::new(bytes).map_err(Refusal::NotAnEntry)?;
        if !proof.includes(&entry.leaf_hash(), index, &self.tip) {
            let size = self.tip.size;
            return Err(Refusal::NotIncluded { index, size });
        }
        Ok(Logged { index, entry })
    }
}

/// An entry that is in the log under a checkpoint. Only [`Checkpoint::admit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    index: u64,
    entry: Entry,
}

impl Logged {
    /// Tells where it stands, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Shows the bytes.
    pub fn bytes(&self) -> &[u8] {
        self.entry.bytes()
    }
}

/// Why a policy makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The log's key is not of the algorithm of logs.
    NotALog,
    /// A witness's key is not of the algorithm of witnesses.
    NotAWitness {
        /// Whose.
        name: String,
    },
    /// A name or key stands there twice, and would count twice.
    Twice {
        /// The second one's name.
        name: String,
    },
    /// Nobody is needed, or more than there are.
    Needed {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        there: usize,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotALog => write!(f, "a log's key is of algorithm 1; this one is a witness's"),
            Self::NotAWitness { name } => {
                write!(f, "the witness `{name}` needs a key of algorithm 4")
            }
            Self::Twice { name } => write!(
                f,
                "the witness `{name}` shares its name or key with another; name each once"
            ),
            Self::Needed { needed, there } => write!(
                f,
                "{needed} of {there} witnesses cannot be needed; choose 1 to {there}"
            ),
        }
    }
}

impl std::error::Error for PolicyError {}

/// Why a checkpoint, an entry or a cosignature is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes are no note.
    NotANote(NoteError),
    /// The text of the note is no checkpoint.
    NotACheckpoint,
    /// It is another log's.
    OtherLog {
        /// Whose is wanted.
        wanted: String,
        /// Whose it is.
        found: String,
    },
    /// The log did not sign it.
    Unsigned {
        /// The log.
        name: String,
    },
    /// A signature says it is by a known key and is not.
    FalseSignature {
        /// The key's name.
        name: String,
    },
    /// Too few witnesses signed.
    TooFewWitnesses {
        /// Witnesses whose signatures hold.
        valid: usize,
        /// Witnesses that are needed.
        needed: usize,
    },
    /// The bytes cannot be an entry.
    NotAnEntry(EntryError),
    /// The proof does not lead from the entry to the root.
    NotIncluded {
        /// Where the entry is said to stand.
        index: u64,
        /// How far the log goes.
        size: u64,
    },
    /// The log is shorter than what was seen of it.
    Shrunk {
        /// Entries seen.
        seen: u64,
        /// Entries offered.
        offered: u64,
    },
    /// The log does not go on from what was seen of it.
    Forked {
        /// Entries seen.
        seen: u64,
        /// Entries offered.
        offered: u64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANote(error) => error.fmt(f),
            Self::NotACheckpoint => write!(
                f,
                "the note is no checkpoint: it needs an origin, a size and a root; fetch it again"
            ),
            Self::OtherLog { wanted, found } => write!(
                f,
                "the checkpoint is of the log `{found}`, not of `{wanted}`; check the address and the key"
            ),
            Self::Unsigned { name } => write!(
                f,
                "the log `{name}` has not signed with the key that is known; check the key"
            ),
            Self::FalseSignature { name } => write!(
                f,
                "the signature of `{name}` is false: text or signature was changed; fetch the note again and tell its owner"
            ),
            Self::TooFewWitnesses { valid, needed } => write!(
                f,
                "{valid} of {needed} needed witnesses have signed; wait for more cosignatures"
            ),
            Self::NotAnEntry(error) => error.fmt(f),
            Self::NotIncluded { index, size } => write!(
                f,
                "the entry is not proven to stand at {index} of {size}; ask for its proof under this checkpoint"
            ),
            Self::Shrunk { seen, offered } => write!(
                f,
                "the log had {seen} entries and now shows {offered}; keep both checkpoints and ask its owner"
            ),
            Self::Forked { seen, offered } => write!(
                f,
                "the log of {offered} entries does not go on from the {seen} that were seen; keep both checkpoints and ask its owner"
            ),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;
