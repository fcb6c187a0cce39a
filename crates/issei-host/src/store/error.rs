//! What can be wrong with a store, and what to do then.
//!
//! SQLite's result codes are told apart as far as the next step differs.
//! Standard: SQLite's "Result and Error Codes"; the primary code is the low byte.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{LARGEST_STORE, LONGEST_NAME, MOST_BYTES, MOST_CHANGES, Owner};

/// Primary result codes of SQLite.
const BUSY: i32 = 5;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const NOTADB: i32 = 26;

/// What is wrong with a store, and which.
#[derive(Debug)]
pub struct StoreError {
    /// The store's file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: Fault,
}

impl StoreError {
    pub(super) fn at(path: &Path, fault: Fault) -> Self {
        Self {
            path: path.to_owned(),
            fault,
        }
    }
}

/// What can be wrong with a store.
#[derive(Debug)]
pub enum Fault {
    /// It belongs to the other owner, which is named.
    OtherOwner(Owner),
    /// It is a database of something else, or no database.
    NotOurs,
    /// It was written by a newer issei: the step of its schema that is unknown here.
    Newer(i64),
    /// A step of its schema differs from what it was when it was taken.
    OtherSchema(i64),
    /// A living process holds it: what it wrote about itself.
    Held(String),
    /// Another program writes in it.
    Busy,
    /// Its structure is damaged: what SQLite found first.
    Damaged(String),
    /// A file in it is not what was kept.
    AlteredFile(String),
    /// A document in it is not what was kept: kind and name.
    AlteredDocument(String, String),
    /// The disk is full, or the store has reached its bound.
    Full,
    /// The disk broke: what SQLite says about it.
    Disk(String),
    /// The disk broke in an earlier change, so nobody knows what it holds.
    BrokeBefore,
    /// A file beside it cannot be used.
    Beside(PathBuf, io::Error),
    /// The file system cannot carry a write-ahead log: the mode that SQLite has left instead.
    NoWriteAheadLog(String),
    /// A name that cannot be used, or its beginning.
    NoName(String),
    /// Something is larger than it should ever be.
    TooLarge {
        /// What it is called.
        name: String,
        /// Its bytes.
        bytes: usize,
        /// The most bytes it may have.
        most: usize,
    },
    /// More changes at once than can be kept together.
    TooManyChanges(usize),
    /// More bytes at once than can be kept together.
    TooManyBytes(usize),
    /// Anything else that SQLite or its driver says.
    Database(sqlx::Error),
}

impl Fault {
    /// Tells the kinds of trouble apart by SQLite's result code.
    pub(super) fn of(error: sqlx::Error) -> Self {
        let Some((code, message)) = code(&error) else {
            return Self::Database(error);
        };
        match code & 0xff {
            BUSY => Self::Busy,
            IOERR => Self::Disk(message),
            CORRUPT => Self::Damaged(message),
            FULL => Self::Full,
            NOTADB => Self::NotOurs,
            _ => Self::Database(error),
        }
    }

    /// Tells whether, after it, memory and disk may differ.
    pub(super) fn leaves_doubt(&self) -> bool {
        // A full disk was seen before anything was promised, and SQLite takes it back whole.
        !matches!(self, Self::Full | Self::Busy)
    }
}

fn code(error: &sqlx::Error) -> Option<(i32, String)> {
    let told = error.as_database_error()?;
    let code = told.code()?.parse().ok()?;
    Some((code, told.message().into()))
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Coordinator => "coordinator",
            Self::Member => "member",
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::OtherOwner(owner) => write!(
                f,
                "`{path}` is the store of a {owner}; name the folder that is meant, each has its own"
            ),
            Fault::NotOurs => write!(
                f,
                "`{path}` is not a store of issei; name another path, it was left as it is"
            ),
            Fault::Newer(step) => write!(
                f,
                "`{path}` was written by a newer issei (its schema has step {step}); start that one, it was left as it is"
            ),
            Fault::OtherSchema(step) => write!(
                f,
                "`{path}` was made by another build of issei (step {step} of its schema differs); start the one that made it"
            ),
            Fault::Held(holder) => write!(
                f,
                "`{path}` is in use by {holder}; end that first, two must not write"
            ),
            Fault::Busy => write!(
                f,
                "`{path}` is being written by another program; end it and try again, only issei may write there"
            ),
            Fault::Damaged(found) => write!(
                f,
                "`{path}` is damaged ({found}); keep a copy, look at the disk, and put back a backup or start with an empty store and read the log again"
            ),
            Fault::AlteredFile(name) => write!(
                f,
                "`{path}` is damaged: its file `{name}` is not what was kept; look at the disk, and put back a backup or start with an empty store and read the log again"
            ),
            Fault::AlteredDocument(kind, name) => write!(
                f,
                "`{path}` is damaged: its document `{kind}` `{name}` is not what was kept; look at the disk, and put back a backup or start with an empty store and read the log again"
            ),
            Fault::Full => write!(
                f,
                "nothing was kept in `{path}`: the disk is full, or the store has reached {} GiB; make room, then try again",
                LARGEST_STORE >> 30
            ),
            Fault::Disk(said) => write!(
                f,
                "the disk under `{path}` failed ({said}); look at the disk, then start again"
            ),
            Fault::BrokeBefore => write!(
                f,
                "nothing more is kept in `{path}`, for the disk failed before; look at the disk, then start again"
            ),
            Fault::Beside(beside, cause) => write!(
                f,
                "`{}` cannot be used: {cause}; check that the folder exists and may be written",
                beside.display()
            ),
            Fault::NoWriteAheadLog(mode) => write!(
                f,
                "`{path}` lies where no write-ahead log can be (SQLite stays in mode `{mode}`); put it on a local disk"
            ),
            Fault::NoName(name) => write!(
                f,
                "nothing was kept in `{path}`: `{name}` is no name of 1 to {LONGEST_NAME} bytes without zero bytes"
            ),
            Fault::TooLarge { name, bytes, most } => write!(
                f,
                "nothing was kept in `{path}`: `{name}` has {bytes} bytes, at most {most} are kept"
            ),
            Fault::TooManyChanges(changes) => write!(
                f,
                "nothing was kept in `{path}`: {changes} changes at once, at most {MOST_CHANGES} go together"
            ),
            Fault::TooManyBytes(bytes) => write!(
                f,
                "nothing was kept in `{path}`: {bytes} bytes at once, at most {MOST_BYTES} go together"
            ),
            Fault::Database(error) => write!(
                f,
                "`{path}`: the database said {error}; look at the disk and the permissions, then start again"
            ),
        }
    }
}

impl std::error::Error for StoreError {}
