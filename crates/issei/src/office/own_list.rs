//! The own list of what is never cut, of an office or an enforcer: as it lies in its folder, and as it counts.
//!
//! In: `safeguards.json`, looked at again and again; a person's word. Out: the safeguards that count from
//! now on. Always: what is written counts at the next look; what vanishes goes on counting until a person
//! says that it may go, also if the file is empty, gone or cannot be read, which is an alarm.
//! Not here: what an entry protects (`issei_case::safeguards`), what is withdrawn for it (the offices).

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use issei_case::Safeguards;
use issei_case::safeguards::{Entry, Kind, Place};
use issei_model::Digest;

use crate::code::Failure;
use crate::office::folder::Folder;
use crate::words;

/// The list, and what the file looked like when it was read.
pub struct OwnList {
    folder: Folder,
    seen: Option<Mark>,
    /// What counts beside what ships.
    kept: Entries,
    /// What counts and stood in the file no more when it was read.
    vanished: Vec<Entry>,
    safeguards: Safeguards,
    /// Rises whenever what counts has changed.
    version: u64,
    trouble: Option<String>,
    /// Why a person's word was not followed.
    misheard: Option<&'static str>,
}

/// What an entry does; the reason is only words.
pub type Key = (Place, Kind, String);
type Entries = BTreeMap<Key, Entry>;

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    file: (u64, u64),
    length: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl OwnList {
    /// Comes up with what counted before, and reads the file.
    ///
    /// # Errors
    /// If what counted before cannot be read, or nothing did and the file cannot be read.
    pub fn open(folder: &Folder) -> Result<Self, Failure> {
        let before = kept(folder)?;
        let is_first = before.is_none();
        let mut list = Self {
            folder: folder.clone(),
            seen: None,
            kept: before.unwrap_or_default(),
            vanished: Vec::new(),
            safeguards: Safeguards::built_in(),
            version: 0,
            trouble: None,
            misheard: None,
        };
        list.count(list.counting());
        list.read();
        match list.trouble.take_if(|_| is_first) {
            Some(why) => Err(Failure::wrong(why)),
            None => Ok(list),
        }
    }

    /// Looks whether the file changed or a person said something, and heeds it if so.
    pub fn look(&mut self) {
        if mark(&path(&self.folder)) != self.seen || word_path(&self.folder).exists() {
            self.read();
        }
    }

    /// Reads the file, changed or not, and heeds what a person said about it.
    pub fn read(&mut self) {
        // Marked before it is read: what is written meanwhile is seen at the next look.
        self.seen = mark(&path(&self.folder));
        match entries(&path(&self.folder)) {
            Ok(entries) => {
                self.trouble = None;
                self.grow(entries.unwrap_or_default());
            }
            Err(why) => self.trouble = Some(why),
        }
        self.heed_word();
    }

    /// Takes what the file says; nothing goes by it.
    fn grow(&mut self, file: Entries) {
        self.vanished = missing(&self.kept, &file);
        let before = self.kept.clone();
        self.kept.extend(file);
        if self.kept != before {
            self.count(self.counting());
            self.keep();
        }
    }

    /// Lets go what a person says may go: exactly that, named by its digest.
    fn heed_word(&mut self) {
        let path = word_path(&self.folder);
        let Ok(word) = fs::read_to_string(&path) else {
            return; // none, or not readable yet: it is looked at again
        };
        // One that cannot be removed says the same again, which changes nothing more.
        let _ = fs::remove_file(&path);
        let said: Option<Digest> = word.trim().parse().ok();
        let is_meant = !self.vanished.is_empty() && said == Some(digest(&self.vanished));
        if !is_meant || self.trouble.is_some() {
            self.misheard = Some("what was accepted is not what vanishes");
            return;
        }
        for entry in std::mem::take(&mut self.vanished) {
            self.kept.remove(&key(&entry));
        }
        self.misheard = None;
        self.count(self.counting());
        self.keep();
    }

    /// Makes durable what counts. A disk that fails is an alarm; here it counts all the same.
    fn keep(&mut self) {
        let all: Vec<&Entry> = self.kept.values().collect();
        let text = serde_json::to_vec(&all).expect("entries are plain text and numbers");
        if let Err(failure) = self.folder.write(&kept_path(&self.folder), &text) {
            self.trouble = Some(failure.to_string());
        }
    }

    fn counting(&self) -> Safeguards {
        Safeguards::built_in().with(self.kept.values().cloned())
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

    /// Tells how many own entries count.
    pub fn own(&self) -> usize {
        self.kept.len()
    }

    /// Tells what counts and stood in the file no more when it was read.
    pub fn vanished(&self) -> &[Entry] {
        &self.vanished
    }

    /// Tells how often what counts has changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Tells what a person has to look at, with the next step.
    pub fn alarm(&self) -> Option<String> {
        let place = self.folder.root().display();
        let step = format!("`issei lists review {place}` shows it");
        if let Some(why) = &self.trouble {
            return Some(format!(
                "{why}; what counted before goes on counting; mend it"
            ));
        }
        if let Some(why) = self.misheard {
            return Some(format!("{why}; {step}"));
        }
        let first = self.vanished.first()?;
        let entries = words::counted(self.vanished.len() as u64, "safeguard", "safeguards");
        let first = first.place.words();
        Some(format!(
            "{entries} vanished from the own list, such as {first}, and count until a person accepts it; {step}"
        ))
    }
}

/// Where a folder's own list lies.
pub fn path(folder: &Folder) -> PathBuf {
    folder.root().join("safeguards.json")
}

/// Where it is kept what counts.
pub fn kept_path(folder: &Folder) -> PathBuf {
    folder.root().join("safeguards.kept.json")
}

/// Where a person says what may go.
pub fn word_path(folder: &Folder) -> PathBuf {
    folder.root().join("safeguards.accept")
}

/// Tells which safeguards of a folder count and stand in its file no more.
///
/// # Errors
/// If either file cannot be read.
pub fn vanished(folder: &Folder) -> Result<Vec<Entry>, Failure> {
    let file = entries(&path(folder)).map_err(Failure::unreadable)?;
    let kept = kept(folder)?.unwrap_or_default();
    Ok(missing(&kept, &file.unwrap_or_default()))
}

/// Names entries by what they are.
pub fn digest(entries: &[Entry]) -> Digest {
    Safeguards::default().with(entries.iter().cloned()).digest()
}

/// Tells what an entry does; its reason is only words.
pub fn key(entry: &Entry) -> Key {
    (entry.place.clone(), entry.kind, entry.source.clone())
}

fn missing(kept: &Entries, file: &Entries) -> Vec<Entry> {
    let gone = kept.iter().filter(|(key, _)| !file.contains_key(key));
    gone.map(|(_, entry)| entry.clone()).collect()
}

fn kept(folder: &Folder) -> Result<Option<Entries>, Failure> {
    let step = "bring it back from a backup; without it nobody knows what must not be cut";
    entries(&kept_path(folder)).map_err(|why| Failure::unreadable(format!("{why}; {step}")))
}

/// Reads a file of entries, if there is one.
pub fn entries(path: &Path) -> Result<Option<Entries>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut text = Vec::new();
    match fs::File::open(path) {
        Ok(file) => {
            let most = Safeguards::LONGEST_LIST as u64;
            let read = file.take(most + 1).read_to_end(&mut text);
            read.map_err(|error| told(&error))?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(&error)),
    }
    if text.len() > Safeguards::LONGEST_LIST {
        return Err(told(&issei_case::safeguards::ListError::TooLong));
    }
    let entries: Vec<Entry> = serde_json::from_slice(&text).map_err(|error| told(&error))?;
    Ok(Some(
        entries
            .into_iter()
            .map(|entry| (key(&entry), entry))
            .collect(),
    ))
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
