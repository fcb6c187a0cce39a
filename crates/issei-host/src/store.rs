//! What must outlast the process, in one SQLite file: the ledger's files, and documents.
//!
//! In: changes, several at once. Out: the same things, after any end of the process or the machine.
//! Always: the changes handed over together are there together or not at all; [`Store::keep`]
//! returns when they are on the disk (write-ahead log, `synchronous=FULL`); what a turned bit or a
//! foreign hand altered is named and not handed out; the file belongs to one process at a time.
//! After a disk that broke nothing more is kept until the store is opened again, for nobody can
//! tell any more what it holds.
//! Not here: what a file or a document means; the state of the network, which devices tell.
//! Limits: everything that is read at once is held in memory at once.

mod error;
mod files;
mod opening;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, SqliteConnection};
use tokio::sync::Mutex;

use issei_model::Timestamp;

pub use error::{Fault, StoreError};
pub use files::Files;

/// Bytes of a file. The ledger's largest is a bundle of entries, near 1 MiB; a long entry has its
/// own file.
pub const LARGEST_FILE: usize = 16 << 20;
/// Bytes of a document's body.
pub const LARGEST_DOCUMENT: usize = 4 << 20;
/// Bytes of a path, a kind or a name.
pub const LONGEST_NAME: usize = 512;
/// Changes that are kept together. A ledger's step writes some ten files.
pub const MOST_CHANGES: usize = 10_000;
/// Bytes that are kept together: they are in memory twice meanwhile.
pub const MOST_BYTES: usize = 256 << 20;
/// Bytes of the whole store, after which it counts as full: a ledger of a million entries with
/// their bodies takes some 5 GB.
pub const LARGEST_STORE: u64 = 64 << 30;

/// Whose state a store holds. One is never taken for the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The coordinator's.
    Coordinator,
    /// A member's.
    Member,
}

/// How long [`Store::keep`] waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Until the disk says that it has everything.
    #[default]
    Full,
    /// Not at all. Only to see that the check of a power loss finds it.
    #[cfg(feature = "planted")]
    None,
}

/// One change. Later ones of a list win over earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Writes a file whole, in place of what was there.
    PutFile {
        /// Its path.
        path: String,
        /// All of it.
        bytes: Vec<u8>,
    },
    /// Takes a file away, if it is there.
    RemoveFile {
        /// Its path.
        path: String,
    },
    /// Writes a document whole, in place of what was there.
    PutDocument {
        /// What kind of thing it is.
        kind: String,
        /// Which one.
        name: String,
        /// What it says.
        body: String,
        /// Since when.
        changed_at: Timestamp,
    },
    /// Takes a document away, if it is there.
    RemoveDocument {
        /// What kind of thing it is.
        kind: String,
        /// Which one.
        name: String,
    },
}

/// A document that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which one of its kind.
    pub name: String,
    /// What it says.
    pub body: String,
    /// Since when.
    pub changed_at: Timestamp,
}

/// The open store. It is this process's alone until it is dropped or the process ends.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Writer>,
    /// Locked as long as it is open.
    _lock: File,
}

/// The one connection, and how its last transaction ended.
#[derive(Debug)]
struct Writer {
    connection: SqliteConnection,
    transaction: LastTransaction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastTransaction {
    Ended,
    /// Whoever waited for it went away in the middle.
    LeftOpen,
    /// The disk or the file broke in it.
    Broke,
}

impl Store {
    /// Opens the store of an owner, and makes it if there is none.
    ///
    /// # Errors
    /// If it is another owner's or no store of ours, was written by a newer issei, is held by a
    /// living process, is damaged, or the disk refuses.
    pub async fn open(path: &Path, owner: Owner) -> Result<Self, StoreError> {
        Self::open_with(path, owner, Durability::Full).await
    }

    /// Opens like [`Store::open`], with a durability.
    ///
    /// # Errors
    /// Like [`Store::open`].
    pub async fn open_with(
        path: &Path,
        owner: Owner,
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let opened = opening::open(path, owner, durability).await;
        let (connection, lock) = opened.map_err(|fault| StoreError::at(path, fault))?;
        let writer = Writer {
            connection,
            transaction: LastTransaction::Ended,
        };
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            _lock: lock,
        })
    }

    /// Closes it: on return the file is whole by itself, and free for another process.
    /// Without it the store is as safe, but a little work is left for the next opening.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn close(self) -> Result<(), StoreError> {
        let connection = self.writer.into_inner().connection;
        let closed = sqlx::Connection::close(connection).await;
        closed.map_err(|error| StoreError::at(&self.path, Fault::of(error)))
    }

    /// Tells where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps changes together: on return all of them are on the disk.
    ///
    /// If the waiting is broken off, either all of them are kept or none.
    ///
    /// # Errors
    /// If one of them is out of bounds, the disk is full or broken; then none of them is kept.
    pub async fn keep(&self, changes: &[Change]) -> Result<(), StoreError> {
        let failed = |fault| StoreError::at(&self.path, fault);
        within_bounds(changes).map_err(failed)?;
        if changes.is_empty() {
            return Ok(());
        }
        let mut writer = self.writer.lock().await;
        writer.transact(changes).await.map_err(failed)
    }

    /// Reads every file.
    ///
    /// # Errors
    /// If the disk is broken or a file was altered.
    pub async fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        let query = sqlx::query("SELECT path, bytes, digest FROM file");
        let rows = self.rows(query).await?;
        let files = rows.iter().map(file);
        files
            .collect::<Result<_, Fault>>()
            .map_err(|fault| StoreError::at(&self.path, fault))
    }

    /// Reads every document of a kind, in the order of their names.
    ///
    /// # Errors
    /// If the disk is broken or a document was altered.
    pub async fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        let query = sqlx::query(
            "SELECT name, body, changed_at, digest FROM document WHERE kind = ? ORDER BY name",
        );
        let rows = self.rows(query.bind(kind.to_owned())).await?;
        let documents = rows.iter().map(|row| document(kind, row));
        documents
            .collect::<Result<_, Fault>>()
            .map_err(|fault| StoreError::at(&self.path, fault))
    }

    /// Reads a document; none if it is not there.
    ///
    /// # Errors
    /// If the disk is broken or the document was altered.
    pub async fn document(&self, kind: &str, name: &str) -> Result<Option<Document>, StoreError> {
        let query = sqlx::query(
            "SELECT name, body, changed_at, digest FROM document WHERE kind = ? AND name = ?",
        );
        let query = query.bind(kind.to_owned()).bind(name.to_owned());
        let rows = self.rows(query).await?;
        let found = rows.first().map(|row| document(kind, row));
        found
            .transpose()
            .map_err(|fault| StoreError::at(&self.path, fault))
    }

    async fn rows(
        &self,
        query: sqlx::query::Query<'_, sqlx::Sqlite, SqliteArguments>,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let mut writer = self.writer.lock().await;
        let ready = writer.settle().await;
        ready.map_err(|fault| StoreError::at(&self.path, fault))?;
        let read = query.fetch_all(&mut writer.connection).await;
        read.map_err(|error| StoreError::at(&self.path, Fault::of(error)))
    }
}

impl Writer {
    /// Carries out the changes and waits for the disk.
    async fn transact(&mut self, changes: &[Change]) -> Result<(), Fault> {
        self.settle().await?;
        self.transaction = LastTransaction::LeftOpen;
        let outcome = self.try_transact(changes).await;
        let Err(fault) = outcome else {
            self.transaction = LastTransaction::Ended;
            return Ok(());
        };
        // SQLite itself rolls back after some errors, and then says that there is nothing to do.
        let _ = self.say("ROLLBACK").await;
        self.transaction = if fault.leaves_doubt() {
            LastTransaction::Broke
        } else {
            LastTransaction::Ended
        };
        Err(fault)
    }

    async fn try_transact(&mut self, changes: &[Change]) -> Result<(), Fault> {
        self.say("BEGIN IMMEDIATE").await?;
        for change in changes {
            let done = statement(change).execute(&mut self.connection).await;
            done.map_err(Fault::of)?;
        }
        self.say("COMMIT").await
    }

    /// Makes sure that no transaction is open and the disk is not known to be broken.
    async fn settle(&mut self) -> Result<(), Fault> {
        match self.transaction {
            LastTransaction::Ended => Ok(()),
            LastTransaction::Broke => Err(Fault::BrokeBefore),
            LastTransaction::LeftOpen => {
                // If it came to its end after all, there is nothing to roll back.
                let _ = self.say("ROLLBACK").await;
                self.transaction = LastTransaction::Ended;
                Ok(())
            }
        }
    }

    async fn say(&mut self, statement: &'static str) -> Result<(), Fault> {
        let said = sqlx::raw_sql(statement).execute(&mut self.connection).await;
        said.map(drop).map_err(Fault::of)
    }
}

/// Writes a change as SQL.
fn statement(change: &Change) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    match change {
        Change::PutFile { path, bytes } => {
            let digest = digest(&[path.as_bytes(), bytes]);
            sqlx::query("INSERT OR REPLACE INTO file (path, bytes, digest) VALUES (?, ?, ?)")
                .bind(path.clone())
                .bind(bytes.clone())
                .bind(digest)
        }
        Change::RemoveFile { path } => {
            sqlx::query("DELETE FROM file WHERE path = ?").bind(path.clone())
        }
        Change::PutDocument {
            kind,
            name,
            body,
            changed_at,
        } => {
            let digest = document_digest(kind, name, body, *changed_at);
            sqlx::query("INSERT OR REPLACE INTO document (kind, name, body, changed_at, digest) VALUES (?, ?, ?, ?, ?)")
                .bind(kind.clone())
                .bind(name.clone())
                .bind(body.clone())
                .bind(changed_at.as_micros())
                .bind(digest)
        }
        Change::RemoveDocument { kind, name } => {
            sqlx::query("DELETE FROM document WHERE kind = ? AND name = ?")
                .bind(kind.clone())
                .bind(name.clone())
        }
    }
}

/// Reads a row of the table `file`.
fn file(row: &SqliteRow) -> Result<(String, Vec<u8>), Fault> {
    let path: String = column(row, "path")?;
    let bytes: Vec<u8> = column(row, "bytes")?;
    let kept: Vec<u8> = column(row, "digest")?;
    if kept == digest(&[path.as_bytes(), &bytes]) {
        Ok((path, bytes))
    } else {
        Err(Fault::AlteredFile(path))
    }
}

/// Reads a row of the table `document`.
fn document(kind: &str, row: &SqliteRow) -> Result<Document, Fault> {
    let document = Document {
        name: column(row, "name")?,
        body: column(row, "body")?,
        changed_at: Timestamp::from_micros(column(row, "changed_at")?),
    };
    let kept: Vec<u8> = column(row, "digest")?;
    if kept == document_digest(kind, &document.name, &document.body, document.changed_at) {
        Ok(document)
    } else {
        Err(Fault::AlteredDocument(kind.into(), document.name))
    }
}

fn column<'r, T>(row: &'r SqliteRow, name: &'static str) -> Result<T, Fault>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(name).map_err(Fault::of)
}

fn document_digest(kind: &str, name: &str, body: &str, changed_at: Timestamp) -> Vec<u8> {
    let moment = changed_at.as_micros().to_be_bytes();
    digest(&[kind.as_bytes(), name.as_bytes(), body.as_bytes(), &moment])
}

/// Names the parts of a row: each with its length before it, so that no two rows read alike.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// Refuses what is larger than it should ever be, before anything is written.
fn within_bounds(changes: &[Change]) -> Result<(), Fault> {
    if changes.len() > MOST_CHANGES {
        return Err(Fault::TooManyChanges(changes.len()));
    }
    let mut bytes = 0;
    for change in changes {
        bytes += change.check()?;
    }
    if bytes > MOST_BYTES {
        return Err(Fault::TooManyBytes(bytes));
    }
    Ok(())
}

impl Change {
    /// Checks the change's own bounds, and tells how many bytes it brings.
    fn check(&self) -> Result<usize, Fault> {
        match self {
            Self::PutFile { path, bytes } => {
                named(path)?;
                sized(path, bytes.len(), LARGEST_FILE)
            }
            Self::RemoveFile { path } => named(path).map(|()| 0),
            Self::PutDocument {
                kind, name, body, ..
            } => {
                named(kind)?;
                named(name)?;
                sized(name, body.len(), LARGEST_DOCUMENT)
            }
            Self::RemoveDocument { kind, name } => {
                named(kind)?;
                named(name).map(|()| 0)
            }
        }
    }
}

fn named(name: &str) -> Result<(), Fault> {
    // SQLite's own tools end a text at a zero byte.
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') {
        return Err(Fault::NoName(name.chars().take(64).collect()));
    }
    Ok(())
}

fn sized(name: &str, bytes: usize, most: usize) -> Result<usize, Fault> {
    if bytes > most {
        return Err(Fault::TooLarge {
            name: name.into(),
            bytes,
            most,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
