//! The ledger's files in memory: readers see them at once, and the database learns what changed.
//!
//! Always: what a reader can use (a published checkpoint) is put here before it is durable only
//! together with the changes that make it so; the office tells nobody of it before they are kept.
//! Limits: the whole ledger is in memory; a decision with its tiles is about a kilobyte.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};

use issei_host::store::Change;
use issei_ledger::Storage;

/// Files that readers of other threads see.
#[derive(Clone, Debug, Default)]
pub struct Shown(Arc<RwLock<BTreeMap<String, Vec<u8>>>>);

impl Shown {
    /// Gives a file.
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        files.get(path).cloned()
    }

    /// Gives all files, for who keeps or verifies them elsewhere.
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        files.clone()
    }

    fn change(&self, with: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
        with(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The files, and what changed since it was last asked.
#[derive(Debug, Default)]
pub struct Shelf {
    shown: Shown,
    changes: Vec<Change>,
}

impl Shelf {
    /// Begins with what the database holds.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            shown: Shown(Arc::new(RwLock::new(files))),
            changes: Vec::new(),
        }
    }

    /// Gives the readers' side.
    pub fn shown(&self) -> Shown {
        self.shown.clone()
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }
}

impl Storage for Shelf {
    type Error = Infallible;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.shown.get(path))
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.shown.change(|files| {
            files.insert(path.to_owned(), bytes.to_vec());
        });
        self.changes.push(Change::PutFile {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
        });
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), Infallible> {
        self.shown.change(|files| {
            files.remove(path);
        });
        self.changes.push(Change::RemoveFile {
            path: path.to_owned(),
        });
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>, Infallible> {
        Ok(self.shown.all().into_keys().collect())
    }
}
