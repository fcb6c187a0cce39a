//! The memory: an append-only Merkle log that a program nobody here wrote can verify.
//!
//! In: entries as bytes, signed checkpoints, cosignatures. Out: tiles, checkpoints, proofs, verdicts.
//! Promised: what is verified was in the log under a checkpoint that enough witnesses signed, and a
//! single altered bit is found and named. Standards: RFC 6962 section 2.1 (tree), C2SP tlog-tiles,
//! tlog-checkpoint, signed-note, tlog-cosignature.
//! Deliberately absent: what an entry means, files and sockets (`issei-host`).
//!
//! The way through the room: [`Log`] appends and writes tiles; a [`Witness`] cosigns its checkpoint;
//! a [`Policy`] opens the note into a [`Checkpoint`]; under it a proof makes an entry [`Logged`];
//! and [`Audit`] walks everything that is stored. [`commitment`] keeps people out of all this.

#![forbid(unsafe_code)]

mod audit;
mod bundle;
mod checkpoint;
pub mod commitment;
mod entry;
mod log;
mod note;
mod path;
mod storage;
mod tiles;
mod tree;
mod witness;

pub use audit::{Audit, EARLIER, Fault, Strangers, Verdict};
pub use bundle::{Malformed, bundle, entries};
pub use checkpoint::{Body, CHECKPOINT, Checkpoint, Logged, Policy, PolicyError, Refusal};
pub use entry::{Entry, EntryError, LONGEST_ENTRY, LONGEST_LEAF};
pub use log::{Log, OpenError};
pub use note::{Algorithm, KeyError, Note, NoteError, SignatureLine, Signer, Verifier};
pub use path::{Name, PER_TILE};
pub use storage::Storage;
pub use tiles::{Tiles, TilesError};
pub use tree::{Hash, Proof, ProofError, Tip};
pub use witness::{Cosigned, Witness};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod made;
