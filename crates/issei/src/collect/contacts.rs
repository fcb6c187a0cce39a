//! Keeps a member's memory of contacts while records come in, so that its answers rest on thirty days.
//!
//! In: batches and findings. Out: the file that the office answers from, written whole now and then; beside
//! it the memory itself, read at the start. Always: neither file names a line: lines stand there as digests
//! under a key of its own file, and whoever deletes that begins anew. Not here: what is answered (the office).

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use issei_host::files;
use issei_model::{Digest, Finding, FlowBatch, Span, Territory, Timestamp};

use crate::analyze::memory::{Kept, Memory};
use crate::code::Failure;
use crate::office::folder::chance;

/// How often it is written: what a crash costs at most.
const WRITE_EVERY: Span = Span::from_secs(600);
/// Bytes of a memory that is read: ten times what a full one has.
const LONGEST: u64 = 4 << 30;

/// The memory, and where it is written.
pub struct Remembering {
    memory: Memory,
    path: PathBuf,
    due: Timestamp,
}

impl Remembering {
    /// Goes on from what was kept beside this file, or begins anew.
    ///
    /// # Errors
    /// If what was kept cannot be read.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, Failure> {
        let key = key(&path.with_extension("key"))?;
        let memory = match kept(&path.with_extension("kept"))? {
            Some(kept) => Memory::going_on(key, kept),
            None => Memory::new(key),
        };
        Ok(Self {
            memory,
            path: path.to_owned(),
            due: now + WRITE_EVERY,
        })
    }

    /// Looks at records that just came.
    pub fn look(&mut self, rows: &FlowBatch, territory: &Territory, now: Timestamp) {
        self.memory.look(rows, territory, Some(now));
    }

    /// Remembers whom a finding suspects.
    pub fn heed(&mut self, finding: &Finding, now: Timestamp) {
        self.memory.suspect(&finding.local_record(&|_| None), now);
    }

    /// Writes both files, if it is time.
    ///
    /// # Errors
    /// If one cannot be written; it is tried again the next time.
    pub fn write_if_due(&mut self, now: Timestamp) -> Result<(), Failure> {
        if now < self.due {
            return Ok(());
        }
        self.due = now + WRITE_EVERY;
        self.write(now)
    }

    /// Writes both files, each whole or not at all.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&mut self, now: Timestamp) -> Result<(), Failure> {
        self.memory.forget(now);
        let kept = serde_json::to_vec(&self.memory.kept()).map_err(Failure::broken)?;
        let beside = self.path.with_extension("kept");
        files::write_private(&beside, &kept).map_err(Failure::broken)?;
        let told = serde_json::to_vec(&self.memory.contacts(&[])).map_err(Failure::broken)?;
        files::write_private(&self.path, &told).map_err(Failure::broken)
    }
}

/// Reads the key, or draws one.
fn key(path: &Path) -> Result<[u8; 32], Failure> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    match fs::read_to_string(path) {
        Ok(text) => {
            let key: Result<Digest, _> = text.trim().parse();
            key.map(|key| key.0)
                .map_err(|_| Failure::unreadable(told(&"no key; remove it to begin anew")))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let drawn = chance()?;
            let text = Digest(drawn).to_string();
            files::write_private(path, text.as_bytes()).map_err(Failure::broken)?;
            Ok(drawn)
        }
        Err(error) => Err(Failure::unreadable(told(&error))),
    }
}

fn kept(path: &Path) -> Result<Option<Kept>, Failure> {
    let told = |error: &dyn std::fmt::Display| {
        Failure::unreadable(format!(
            "{}: {error}; remove it to begin anew",
            path.display()
        ))
    };
    let mut text = Vec::new();
    match fs::File::open(path) {
        Ok(file) => file.take(LONGEST).read_to_end(&mut text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(&error)),
    }
    .map_err(|error| told(&error))?;
    let kept = serde_json::from_slice(&text).map_err(|error| told(&error))?;
    Ok(Some(kept))
}

#[cfg(test)]
#[path = "contacts_tests.rs"]
mod tests;
