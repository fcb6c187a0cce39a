//! The ledger's files, shared between the notary that writes them and the readers of other threads.
//!
//! Always: the office tells nobody of a checkpoint before the changes that make it so are kept
//! (`issei_host::store::Files` knows them). Limits: the whole ledger is in memory; a decision with its
//! tiles is about a kilobyte.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use issei_host::files::FileError;
use issei_host::store::{Change, Files};
use issei_ledger::Storage;

use crate::code::Failure;

/// A hand on the files; a clone is another hand on the same.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<RwLock<Files>>);

impl Shelf {
    /// Begins with what the database holds.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(RwLock::new(Files::new(files))))
    }

    /// Gives a file.
    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        self.read().get(path).map(<[u8]>::to_vec)
    }

    /// Gives the files whose paths begin so.
    pub fn under(&self, beginning: &str) -> Vec<(String, Vec<u8>)> {
        let files = self.read();
        let all = files.all();
        let from = all.range(beginning.to_owned()..);
        from.take_while(|(path, _)| path.starts_with(beginning))
            .map(|(path, file)| (path.clone(), file.clone()))
            .collect()
    }

    /// Gives all files as they are now.
    pub fn copy(&self) -> BTreeMap<String, Vec<u8>> {
        self.read().all().clone()
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&self) -> Vec<Change> {
        self.write().take_changes()
    }

    fn read(&self) -> RwLockReadGuard<'_, Files> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Files> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a ledger's files into a new folder.
///
/// # Errors
/// If something lies there, or the disk refuses.
pub fn write_new(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let occupied = fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_some());
    if occupied {
        let complaint = format!("`{}` is not empty; name a new folder", folder.display());
        return Err(Failure::wrong(complaint));
    }
    // Written plainly: nobody's decisions are lost if the machine stops here.
    for (path, bytes) in files {
        let path = folder.join(path);
        let within = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(within).and_then(|()| fs::write(&path, bytes));
        written.map_err(|cause| Failure::broken(FileError { path, cause }))?;
    }
    Ok(())
}

impl Storage for Shelf {
    type Error = Infallible;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.file(path))
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.write().put(path, bytes);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), Infallible> {
        self.write().remove(path);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>, Infallible> {
        Ok(self.read().paths().map(str::to_owned).collect())
    }
}
