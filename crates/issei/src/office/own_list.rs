//! The own list of what is never cut, of an office or an enforcer: as it lies in its folder, and as it counts.
//!
//! In: `safeguards.json`, looked at again and again. Out: the safeguards that count from now on. Always: a
//! file that cannot be read changes nothing, and is an alarm until it can be.
//! Not here: what an entry protects (`issei_case::safeguards`), what is withdrawn for it (the offices).

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use issei_case::Safeguards;
use issei_case::safeguards::Entry;

use crate::code::Failure;
use crate::office::folder::Folder;

/// The list, and what the file looked like when it was read.
pub struct OwnList {
    path: PathBuf,
    seen: Option<Mark>,
    safeguards: Safeguards,
    /// Rises whenever what counts has changed.
    version: u64,
    trouble: Option<String>,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    length: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl OwnList {
    /// Reads the list; none is an empty one.
    ///
    /// # Errors
    /// If the file cannot be read: at a start nobody knows what counted before.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let mut list = Self {
            path: path(folder),
            seen: None,
            safeguards: Safeguards::built_in(),
            version: 0,
            trouble: None,
        };
        list.read();
        match list.trouble.take() {
            Some(why) => Err(Failure::wrong(why)),
            None => Ok(list),
        }
    }

    /// Looks whether the file changed, and reads it if so.
    pub fn look(&mut self) {
        if mark(&self.path) != self.seen {
            self.read();
        }
    }

    /// Reads the file, changed or not.
    pub fn read(&mut self) {
        // Marked before it is read: what is written meanwhile is seen at the next look.
        self.seen = mark(&self.path);
        match entries(&self.path) {
            Ok(entries) => {
                self.trouble = None;
                self.count(Safeguards::built_in().with(entries));
            }
            Err(why) => self.trouble = Some(why),
        }
    }

    fn count(&mut self, safeguards: Safeguards) {
        if safeguards != self.safeguards {
            self.safeguards = safeguards;
            self.version += 1;
        }
    }

    /// Gives what is never cut: what ships, and the own list.
    pub fn safeguards(&self) -> &Safeguards {
        &self.safeguards
    }

    /// Tells how often what counts has changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Tells what a person has to look at.
    pub fn alarm(&self) -> Option<String> {
        let step = "what counted before goes on counting; mend the file";
        self.trouble.as_ref().map(|why| format!("{why}; {step}"))
    }
}

/// Where a folder's own list lies.
pub fn path(folder: &Folder) -> PathBuf {
    folder.root().join("safeguards.json")
}

/// Reads a file of entries; none is an empty one.
fn entries(path: &Path) -> Result<Vec<Entry>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = Vec::new();
    match fs::File::open(path) {
        Ok(file) => {
            let most = Safeguards::LONGEST_LIST as u64;
            let read = file.take(most + 1).read_to_end(&mut text);
            read.map_err(|error| told(&error))?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(told(&error)),
    }
    if text.len() > Safeguards::LONGEST_LIST {
        return Err(told(&issei_case::safeguards::ListError::TooLong));
    }
    serde_json::from_slice(&text).map_err(|error| told(&error))
}

fn mark(path: &Path) -> Option<Mark> {
    let seen = fs::metadata(path).ok()?;
    Some(Mark {
        file: (seen.dev(), seen.ino()),
        length: seen.len(),
        written: (seen.mtime(), seen.mtime_nsec()),
        changed: (seen.ctime(), seen.ctime_nsec()),
    })
}

#[cfg(test)]
#[path = "own_list_tests.rs"]
pub(crate) mod tests;
