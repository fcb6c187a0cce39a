//! A file of findings, looked at from its newest: what a collector wrote, found again by name, address or word.
//!
//! In: `findings.jsonl`, which grows while it is read. Out: the newest revision of findings, newest first. Always: a
//! finding whose time is over is not shown; memory is bounded, and what found no room or is no finding is counted; one
//! look reads a bounded part of the file and says what is left. Not here: who writes it (`collect`), whether it is whole
//! (`record`), who may read it (the window).
//! Limits: kept are the newest 200,000 findings, by some 150 bytes each; the rest of them stays in the file.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use issei_host::clock;
use issei_model::{FindingRecord, Level, Rule, Timestamp};
use issei_window::looks::Sought;
use issei_window::own::{FindingBook, Sheaf};
use serde::Deserialize;

use crate::record::Record;
use crate::words;

/// Findings that are kept in mind.
const MOST: usize = 200_000;
/// The longest line: a finding with all of its evidence is some 10 kB.
const LONGEST: u64 = 1 << 20;
/// Bytes that one look reads of what is new: a few hundredths of a second, for somebody waits for a page.
const AT_A_LOOK: u64 = 1 << 23;
/// Between two pieces that are read ahead, so that a look that waits comes first.
const PAUSE: Duration = Duration::from_millis(1);

/// The file, and what is known of its lines.
pub struct FindingFile {
    path: PathBuf,
    index: Mutex<Index>,
    at_a_look: u64,
    keeps: usize,
}

/// Where the lines are.
#[derive(Default)]
struct Index {
    /// Device and number of the file, to see that another took its place.
    file: (u64, u64),
    /// Bytes that were read.
    bytes: u64,
    /// The newest line of each finding, by its place.
    lines: BTreeMap<u64, Line>,
    /// The place of each finding's newest line.
    places: HashMap<String, u64>,
    /// Lines that are no findings.
    odd: u64,
}

/// A line, as far as it is looked for.
struct Line {
    name: String,
    length: u64,
    /// What a person looks for it by.
    words: String,
    until: Timestamp,
}

/// What is read of a line to find it again.
#[derive(Deserialize)]
struct Head {
    id: String,
    rule: Rule,
    level: Level,
    subject: String,
    peer: Option<String>,
    retain_until: Timestamp,
}

impl FindingFile {
    /// Names the file; it need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            index: Mutex::default(),
            at_a_look: AT_A_LOOK,
            keeps: MOST,
        }
    }

    /// The same, where one look reads all of it: for who waits at a terminal.
    pub fn whole(path: PathBuf) -> Self {
        Self {
            at_a_look: u64::MAX,
            ..Self::new(path)
        }
    }

    /// Reads what is there already, away from those who look, until it is read or nobody has the file any more. What
    /// fails is left to the looks, which say why.
    pub fn read_ahead(self: &Arc<Self>) -> JoinHandle<()> {
        let file = Arc::downgrade(self);
        thread::spawn(move || {
            while file.upgrade().is_some_and(|file| file.grows()) {
                thread::sleep(PAUSE);
            }
        })
    }

    /// Reads a piece, and tells whether another is left. The last line may be one whose end is not written yet.
    fn grows(&self) -> bool {
        let Ok(Some(mut file)) = self.open() else {
            return false;
        };
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = index.grow(&mut file, self.at_a_look, self.keeps);
        unread.is_ok_and(|unread| unread > LONGEST)
    }

    fn open(&self) -> io::Result<Option<File>> {
        match File::open(&self.path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn look(&self, wanted: &Sought, now: Timestamp) -> io::Result<Sheaf> {
        let Some(mut file) = self.open()? else {
            return Ok(Sheaf::default());
        };
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let unread = index.grow(&mut file, self.at_a_look, self.keeps)?;
        let alive = |line: &&Line| line.until > now;
        let before = wanted.before.unwrap_or(u64::MAX);
        let only = wanted.only.as_deref().map(str::to_lowercase);
        let fits = |line: &Line| only.as_ref().is_none_or(|only| line.words.contains(only));
        let older = index.lines.range(..before).rev();
        let mut fitting = older.filter(|(_, line)| line.until > now && fits(line));
        let taken: Vec<(u64, u64)> = fitting
            .by_ref()
            .take(wanted.most)
            .map(|(place, line)| (*place, line.length))
            .collect();
        let more = fitting.next().is_some();
        let mut sheaf = Sheaf {
            findings: Vec::with_capacity(taken.len()),
            older: taken.last().filter(|_| more).map(|(place, _)| *place),
            all: index.lines.values().filter(alive).count() as u64,
            odd: index.odd,
            unread,
        };
        for (place, length) in taken {
            match read(&mut file, place, length)? {
                Some(finding) => sheaf.findings.push(finding),
                None => sheaf.odd += 1,
            }
        }
        Ok(sheaf)
    }

    fn find(&self, name: &str, now: Timestamp) -> io::Result<Option<FindingRecord>> {
        let Some(mut file) = self.open()? else {
            return Ok(None);
        };
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.grow(&mut file, self.at_a_look, self.keeps)?;
        let place = index.places.get(name).copied();
        let line = place.and_then(|place| Some((place, index.lines.get(&place)?)));
        match line {
            Some((place, line)) if line.until > now => read(&mut file, place, line.length),
            _ => Ok(None),
        }
    }
}

/// Reads a line again.
fn read(file: &mut File, place: u64, length: u64) -> io::Result<Option<FindingRecord>> {
    file.seek(SeekFrom::Start(place))?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    file.read_exact(&mut bytes)?;
    let record: Option<Record> = serde_json::from_slice(&bytes).ok();
    Ok(record.map(|record| record.finding))
}

impl Index {
    /// Reads what is new, at most so many bytes, and keeps at most so many findings; tells how many bytes are left.
    fn grow(&mut self, file: &mut File, most: u64, keeps: usize) -> io::Result<u64> {
        let about = file.metadata()?;
        let this = (about.dev(), about.ino());
        if this != self.file || about.len() < self.bytes {
            *self = Self {
                file: this,
                ..Self::default()
            };
        }
        file.seek(SeekFrom::Start(self.bytes))?;
        let end = about.len().min(self.bytes.saturating_add(most));
        let mut lines = BufReader::with_capacity(1 << 16, file);
        let mut line = Vec::new();
        while self.bytes < end {
            line.clear();
            let mut part = lines.by_ref().take(LONGEST);
            let length = part.read_until(b'\n', &mut line)? as u64;
            if line.last() != Some(&b'\n') && length < LONGEST {
                break; // its end is not written yet
            }
            self.note(&line, length);
            while self.lines.len() > keeps {
                self.forget_oldest();
            }
            self.bytes += length;
        }
        Ok(about.len().saturating_sub(self.bytes))
    }

    fn note(&mut self, line: &[u8], length: u64) {
        let Ok(head) = serde_json::from_slice::<Head>(line) else {
            self.odd += u64::from(!line.trim_ascii().is_empty());
            return;
        };
        let peer = head.peer.unwrap_or_default();
        let level = words::level(head.level);
        let words = format!("{} {} {peer} {} {level}", head.id, head.subject, head.rule);
        let line = Line {
            name: head.id.clone(),
            length,
            words: words.to_lowercase(),
            until: head.retain_until,
        };
        if let Some(before) = self.places.insert(head.id, self.bytes) {
            self.lines.remove(&before);
        }
        self.lines.insert(self.bytes, line);
    }

    fn forget_oldest(&mut self) {
        if let Some((_, oldest)) = self.lines.pop_first() {
            self.places.remove(&oldest.name);
        }
    }
}

impl FindingBook for FindingFile {
    fn read(&self, wanted: &Sought) -> Result<Sheaf, String> {
        let told = |error: io::Error| format!("{}: {error}", self.path.display());
        self.look(wanted, clock::now()).map_err(told)
    }

    fn one(&self, name: &str) -> Result<Option<FindingRecord>, String> {
        let told = |error: io::Error| format!("{}: {error}", self.path.display());
        self.find(name, clock::now()).map_err(told)
    }
}

#[cfg(test)]
#[path = "finding_file_tests.rs"]
mod tests;
