//! A folder that is removed with everything in it when its owner goes.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A temporary folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// Numbers the folders of this run.
static MADE: AtomicU32 = AtomicU32::new(0);

impl Folder {
    /// Makes one.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn new(role: &str) -> Result<Self, String> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("issei-check-{}-{number}-{role}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Names a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
