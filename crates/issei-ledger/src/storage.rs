//! Where the files of a log lie, as the log sees it: bytes under paths.
//!
//! Not here: folders and disks; the front door brings them. The map in memory serves tests and the
//! simulator.

use std::collections::BTreeMap;
use std::convert::Infallible;

/// Bytes under paths such as `tile/0/x001/234`.
pub trait Storage {
    /// What can break.
    type Error: std::error::Error;

    /// Reads a file; none if it is not there.
    ///
    /// # Errors
    /// If the storage cannot tell.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Writes a file whole, in place of what was there, and returns when it will last.
    ///
    /// # Errors
    /// If it may not last.
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Takes a file away, if it is there.
    ///
    /// # Errors
    /// If it may still be there.
    fn remove(&mut self, path: &str) -> Result<(), Self::Error>;

    /// Lists every file, in the order of the paths.
    ///
    /// # Errors
    /// If the storage cannot tell.
    fn list(&self) -> Result<Vec<String>, Self::Error>;
}

impl Storage for BTreeMap<String, Vec<u8>> {
    type Error = Infallible;

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(BTreeMap::get(self, path).cloned())
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.insert(path.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), Infallible> {
        BTreeMap::remove(self, path);
        Ok(())
    }

    fn list(&self) -> Result<Vec<String>, Infallible> {
        Ok(self.keys().cloned().collect())
    }
}
