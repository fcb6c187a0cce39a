//! The keys of commitments to triggers: with one, the member can show which line a reflex acted on.
//!
//! In: a trigger as text. Out: a commitment for the ledger. Always: the key lies on the disk, with what it
//! was used for, before anything acts; each trigger has a key of its own, readable by its owner only;
//! both go after [`HELD`], and the ledger then says nothing any more.
//! Not here: what is reported (`issei-order`).

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use issei_host::files;
use issei_ledger::commitment::seal;
use issei_model::{Digest, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::office::folder;

/// How long a key is kept: as long as a finding is, unless told otherwise.
pub const HELD: Span = Span::from_secs(90 * 86_400);
/// How often keys whose time is over are taken off the disk.
const TIDIED: Span = Span::from_secs(86_400);
/// The field that a commitment is over: the trigger as text.
pub const FIELD: &str = "trigger";

/// The file of keys.
pub struct Keys {
    path: PathBuf,
    file: File,
    tidied: Timestamp,
    unsynced: bool,
}

/// A key, and what it was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What the ledger is told.
    pub commitment: Digest,
    /// The key of the commitment.
    pub key: Digest,
    /// When both must go.
    pub retain_until: Timestamp,
    /// The trigger, byte for byte.
    pub trigger: String,
}

impl Keys {
    /// Opens the file, without the keys whose time is over.
    ///
    /// # Errors
    /// If it cannot be read or written, or is none.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, Failure> {
        tidy(path, now)?;
        Ok(Self {
            path: path.to_owned(),
            file: appending(path)?,
            tidied: now,
            unsynced: false,
        })
    }

    /// Commits to a trigger. It lasts once [`Keys::sync`] has returned.
    ///
    /// # Errors
    /// If the kernel gives no chance, or the disk refuses.
    pub fn commit(&mut self, trigger: String, now: Timestamp) -> Result<Digest, Failure> {
        let key = folder::chance()?;
        let commitment = Digest(seal(&key, FIELD, trigger.as_bytes()));
        let kept = Key {
            commitment,
            key: Digest(key),
            retain_until: now + HELD,
            trigger,
        };
        let mut line = serde_json::to_string(&kept).map_err(Failure::broken)?;
        line.push('\n');
        self.unsynced = true;
        let written = self.file.write_all(line.as_bytes());
        written.map_err(|error| broken(&self.path, &error))?;
        Ok(commitment)
    }

    /// Brings what was committed to onto the disk.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn sync(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.unsynced) {
            let synced = self.file.sync_data();
            synced.map_err(|error| broken(&self.path, &error))?;
        }
        Ok(())
    }

    /// Takes keys off the disk whose time is over, once a day.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn tidy_if_due(&mut self, now: Timestamp) -> Result<(), Failure> {
        if now.since(self.tidied) >= TIDIED {
            self.sync()?;
            *self = Self::open(&self.path, now)?;
        }
        Ok(())
    }
}

/// Reads the keys of a file.
///
/// # Errors
/// If it cannot be read, or a whole line of it is none.
pub fn read(path: &Path) -> Result<Vec<Key>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(broken(path, &error)),
    };
    // A last line without its end was torn by a crash: nothing has acted on it.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let keys = whole.lines().map(serde_json::from_str);
    let step = "no commitment behind it could be opened any more, so nothing is written over it; move it aside";
    keys.collect::<Result<_, _>>()
        .map_err(|error| Failure::unreadable(format!("{}: {error}; {step}", path.display())))
}

/// Writes the file anew without what is over or torn.
fn tidy(path: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut keys = read(path)?;
    keys.retain(|key| now < key.retain_until);
    let mut text = String::new();
    for key in keys {
        text.push_str(&serde_json::to_string(&key).map_err(Failure::broken)?);
        text.push('\n');
    }
    files::write_private(path, text.as_bytes()).map_err(Failure::broken)
}

fn appending(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    let opened = options.append(true).create(true).mode(0o600).open(path);
    opened.map_err(|error| broken(path, &error))
}

fn broken(path: &Path, error: &std::io::Error) -> Failure {
    Failure::broken(format!("{}: {error}", path.display()))
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
