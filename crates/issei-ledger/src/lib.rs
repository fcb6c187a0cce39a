//! The memory: an append-only Merkle log that a program nobody here wrote can verify.
//!
//! In: entries as bytes, signed checkpoints, cosignatures. Out: tiles, checkpoints, proofs, verdicts.
//! Promised: what is verified was in the log under a checkpoint that enough witnesses signed, and a
//! single altered bit is found and named. Standards: RFC 6962 section 2.1 (tree), C2SP tlog-tiles,
//! tlog-checkpoint, signed-note, tlog-cosignature.
//! Deliberately absent: what an entry means, files and sockets (`issei-host`).

#![forbid(unsafe_code)]
