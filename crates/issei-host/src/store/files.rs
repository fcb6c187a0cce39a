//! The ledger's files in memory, with a record of what has changed since it was last kept.
//!
//! In: files put and removed. Out: the files, and the changes for [`Store::keep`](super::Store::keep).
//! Always: a file is either as it was kept or among the changes. Nothing lasts before it is kept,
//! so nothing may be shown to anybody before then.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;

/// Files by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    changed: BTreeSet<String>,
}

impl Files {
    /// Takes the files that the store holds.
    pub fn new(kept: BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            files: kept,
            changed: BTreeSet::new(),
        }
    }

    /// Shows a file; none if it is not there.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Writes a file whole, in place of what was there.
    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), bytes.to_owned());
        self.changed.insert(path.to_owned());
    }

    /// Takes a file away, if it is there.
    pub fn remove(&mut self, path: &str) {
        if self.files.remove(path).is_some() {
            self.changed.insert(path.to_owned());
        }
    }

    /// Lists every path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Shows every file.
    pub fn all(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Tells whether everything is as it was kept.
    pub fn is_kept(&self) -> bool {
        self.changed.is_empty()
    }

    /// Hands over what has changed, each file once and as it is now, and forgets that it has.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        let as_now = changed.into_iter().map(|path| match self.files.get(&path) {
            Some(bytes) => Change::PutFile {
                bytes: bytes.clone(),
                path,
            },
            None => Change::RemoveFile { path },
        });
        as_now.collect()
    }

    /// Remembers again that these changes are not kept, when keeping them failed.
    pub fn give_back(&mut self, changes: &[Change]) {
        for change in changes {
            if let Change::PutFile { path, .. } | Change::RemoveFile { path } = change {
                self.changed.insert(path.clone());
            }
        }
    }
}
