//! A file that only grows, a line at a time.
//!
//! In: lines. Out: the same lines, whole, also after a crash or on a full disk.
//! Always: a line is there wholly or not at all; what a crash tore is cut off when the file is
//! opened again, for it was never acknowledged. Synced at most once a second, and at the end.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// No line is longer: twenty sampled records and the words around them need a tenth of it.
const LONGEST_LINE: u64 = 1 << 20;
/// Lines of the last second may be lost when the power fails, never when only we do.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// A file that cannot be written, and why.
#[derive(Debug)]
pub struct JournalError {
    /// Which file.
    pub path: PathBuf,
    /// What the kernel said.
    pub cause: io::Error,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write `{}`: {}", self.path.display(), self.cause)
    }
}

impl std::error::Error for JournalError {}

/// What stood in the file when it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The last whole line.
    pub last_line: Option<String>,
    /// Bytes of a torn line that were cut off.
    pub torn: u64,
}

/// The open file.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    synced: Instant,
    dirty: bool,
}

impl Journal {
    /// Opens the file to go on behind its last whole line; makes it if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened, or its end is no text.
    pub fn open(path: &Path) -> Result<(Self, Before), JournalError> {
        Self::try_open(path).map_err(|cause| JournalError {
            path: path.to_owned(),
            cause,
        })
    }

    fn try_open(path: &Path) -> io::Result<(Self, Before)> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let length = file.metadata()?.len();
        let start = length.saturating_sub(2 * LONGEST_LINE);
        file.seek(SeekFrom::Start(start))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        let whole = end
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        if whole == 0 && start > 0 {
            return Err(io::Error::other(
                "its last line is longer than any of ours; is it another file?",
            ));
        }
        let torn = (end.len() - whole) as u64;
        let length = length - torn;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        let lines = std::str::from_utf8(&end[..whole])
            .map_err(|_| io::Error::other("it is not text; is it another file?"))?;
        let before = Before {
            last_line: lines.lines().next_back().map(str::to_owned),
            torn,
        };
        Ok((
            Self {
                path: path.to_owned(),
                file,
                length,
                synced: Instant::now(),
                dirty: false,
            },
            before,
        ))
    }

    /// Appends a line. On an error nothing of it stays in the file.
    ///
    /// # Errors
    /// If the disk is full or broken.
    pub fn append(&mut self, line: &str) -> Result<(), JournalError> {
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        match self.file.write_all(&bytes) {
            Ok(()) => {
                self.length += bytes.len() as u64;
                self.dirty = true;
                self.sync_if_due()
            }
            Err(cause) => {
                // If cutting fails too, the next opening finds the torn line and cuts it.
                let _ = self.file.set_len(self.length);
                let _ = self.file.seek(SeekFrom::Start(self.length));
                Err(self.failed(cause))
            }
        }
    }

    /// Syncs what the last second brought. Call it now and then.
    ///
    /// # Errors
    /// If the disk is full or broken.
    pub fn sync_if_due(&mut self) -> Result<(), JournalError> {
        if self.synced.elapsed() >= SYNC_EVERY {
            self.sync()
        } else {
            Ok(())
        }
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// If the disk is full or broken.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        if self.dirty {
            self.file.sync_data().map_err(|cause| self.failed(cause))?;
            self.dirty = false;
        }
        self.synced = Instant::now();
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> JournalError {
        JournalError {
            path: self.path.clone(),
            cause,
        }
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
