//! A finding as it is written down: one JSON line, dated, and chained to the line before it.
//!
//! In: findings. Out: lines, and the check that a file of them is whole.
//! Always: the hash of a line is the SHA-256 of its bytes without the `hash` member, and those
//! bytes hold the hash of the line before; so a line that is changed, lost or moved shows.
//! Anyone can check it with `sha256sum`. The chain shows that a file is whole as far as its last
//! line; that nothing was cut off the end shows only beside a copy of the last hash.
//! Shape: `docs/schema/finding-1.schema.json`.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use issei_host::files::FileError;
use issei_host::terminal;
use issei_model::{FindingRecord, Language, Span, Timestamp};
use issei_text::{Text, key, said};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::code::{self, Failure};
use crate::command_line::Verify;
use crate::words;

/// The published shape of a line.
pub const SCHEMA: &str = include_str!("../../../docs/schema/finding-1.schema.json");

/// What stands in the first line of a file for the line before it.
pub const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A finding with its dates and its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingRecord,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// When it must be deleted.
    pub retain_until: Timestamp,
    /// The hash of the line before.
    pub previous: String,
    /// The hash of this line without this member. Empty while it is being made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
}

/// Writes lines, each chained to the one before.
#[derive(Clone, Debug)]
pub struct Chain {
    previous: String,
}

impl Chain {
    /// Begins a new file.
    pub fn new() -> Self {
        Self::after(NOTHING_BEFORE)
    }

    /// Goes on behind the line with this hash.
    pub fn after(hash: &str) -> Self {
        Self {
            previous: hash.to_owned(),
        }
    }

    /// Makes the next line, without its line break.
    pub fn seal(&mut self, finding: FindingRecord, now: Timestamp, retention: Span) -> Record {
        let previous = std::mem::take(&mut self.previous);
        let mut record = Record {
            finding,
            recorded_at: now,
            retain_until: now + retention,
            previous,
            hash: String::new(),
        };
        record.hash = hash(&text(&record));
        self.previous.clone_from(&record.hash);
        record
    }
}

impl Record {
    /// Writes the line, without its line break.
    pub fn line(&self) -> String {
        text(self)
    }
}

/// JSON of a record. Records hold strings, numbers and lists only, which always serialise.
fn text(record: &Record) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

fn hash(text: &str) -> String {
    let mut written = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = fmt::Write::write_fmt(&mut written, format_args!("{byte:02x}"));
    }
    written
}

/// Verifies a file and says what it holds.
///
/// # Errors
/// If the file cannot be read or is not whole.
pub fn run(options: &Verify, language: Language) -> Result<u8, Failure> {
    let tongue = Text(language);
    let path = &options.file;
    let file = File::open(path).map_err(|cause| FileError {
        path: path.clone(),
        cause,
    })?;
    let whole = verify(BufReader::new(file)).map_err(|fault| {
        Failure::unreadable(format!("`{}`: {}", path.display(), fault.said(tongue)))
    })?;
    terminal::say(&shown(path, &whole, tongue)).map_err(Failure::broken)?;
    Ok(code::DONE)
}

/// Says what a whole file holds.
fn shown(path: &Path, whole: &Whole, tongue: Text) -> String {
    let path = words::tame(&path.display().to_string());
    let records = words::tally(tongue, key!("count-records"), whole.records);
    let is_whole = said!(tongue, "verify-whole", path, records);
    let last = said!(tongue, "verify-hash", last = whole.last);
    let step = tongue.say("verify-keep");
    format!("{is_whole}\n  {last}\n  {step}\n")
}

/// What a whole file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Lines.
    pub records: u64,
    /// The hash of the last one.
    pub last: String,
}

/// Why a file is not whole.
#[derive(Debug)]
pub enum Broken {
    /// It cannot be read.
    Unreadable(io::Error),
    /// A line is not a record.
    NotARecord {
        /// Its number, from 1.
        line: u64,
    },
    /// A line's bytes are not those that were hashed.
    Changed {
        /// Its number, from 1.
        line: u64,
    },
    /// A line does not name the one before: something was taken out, put in or moved.
    Unchained {
        /// Its number, from 1.
        line: u64,
    },
}

impl Broken {
    /// Says it.
    pub fn said(&self, tongue: Text) -> String {
        match self {
            Self::Unreadable(cause) => said!(tongue, "verify-unreadable", cause),
            Self::NotARecord { line } => said!(tongue, "verify-no-record", line),
            Self::Changed { line } => said!(tongue, "verify-changed", line),
            Self::Unchained { line } => said!(tongue, "verify-unchained", line),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Text(Language::English)))
    }
}

impl std::error::Error for Broken {}

/// Checks every line against its hash and against the line before.
///
/// # Errors
/// The first fault.
pub fn verify(lines: impl BufRead) -> Result<Whole, Broken> {
    let mut whole = Whole {
        records: 0,
        last: NOTHING_BEFORE.into(),
    };
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line.map_err(Broken::Unreadable)?;
        let torn = || Broken::NotARecord { line: number };
        let (body, rest) = line.rsplit_once(",\"hash\":\"").ok_or_else(torn)?;
        let told = rest.strip_suffix("\"}").ok_or_else(torn)?;
        let body = format!("{body}}}");
        if hash(&body) != told {
            return Err(Broken::Changed { line: number });
        }
        let record: Record = serde_json::from_str(&body).map_err(|_| torn())?;
        if record.previous != whole.last {
            return Err(Broken::Unchained { line: number });
        }
        whole = Whole {
            records: number,
            last: told.to_owned(),
        };
    }
    Ok(whole)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
