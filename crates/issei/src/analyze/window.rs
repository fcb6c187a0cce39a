//! A window that slides over the bytes of a file: what is not yet understood stays, more is read
//! behind it.
//!
//! Always: bounded, whatever lengths the bytes claim; bytes before a fault of the file are seen
//! before the fault is told.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use issei_host::files::{FileError, Source};

/// Bytes read at once.
const PIECE: usize = 1 << 20;
/// The window grows up to this for one packet, block or line. The longest lawful packet in a
/// capture is 256 KiB; a block with all its options stays far below.
const LARGEST: usize = 16 << 20;

/// The window.
pub struct Window {
    source: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    at: usize,
    filled: usize,
    ended: bool,
}

impl Window {
    /// Opens a file. `progress` grows by the bytes taken from the disk.
    ///
    /// # Errors
    /// If the file cannot be opened, or its packing is damaged from the beginning.
    pub fn open(path: &Path, progress: Arc<AtomicU64>) -> Result<Self, FileError> {
        let source = Source::open(path, progress)?.ahead();
        let source = source.map_err(|cause| FileError {
            path: path.to_owned(),
            cause,
        })?;
        Ok(Self::over(source))
    }

    /// Looks at any bytes.
    pub fn over(source: Box<dyn Read + Send>) -> Self {
        Self {
            source,
            bytes: vec![0; PIECE],
            at: 0,
            filled: 0,
            ended: false,
        }
    }

    /// Shows what lies in the window.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.at..self.filled]
    }

    /// Tells whether nothing comes behind the window.
    pub const fn is_last(&self) -> bool {
        self.ended
    }

    /// Slides past bytes that are understood.
    pub fn pass(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.filled);
    }

    /// Reads more behind what lies in the window. Nothing comes if the file has ended, or if the
    /// window is as large as it may be.
    ///
    /// # Errors
    /// If the file cannot be read on.
    pub fn read_on(&mut self) -> io::Result<bool> {
        if self.at > 0 {
            self.bytes.copy_within(self.at..self.filled, 0);
            self.filled -= self.at;
            self.at = 0;
        }
        if self.filled == self.bytes.len() {
            if self.filled >= LARGEST {
                return Ok(false);
            }
            self.bytes.resize(self.filled * 2, 0);
        }
        while !self.ended {
            match self.source.read(&mut self.bytes[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.filled += read;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
