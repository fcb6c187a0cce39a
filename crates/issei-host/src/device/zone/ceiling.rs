//! The highest serial that may have been given away, in a file of one line.
//!
//! In: serials that are about to be given. Out: after a restart, one that is not earlier than any of them.
//! Always: the file is whole, old or new, and on the disk before the serial is given. A file that is not there
//! or cannot be read leaves the clock, which is told on the way back through the resolvers (`Hot::overtake`).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use issei_enforce::zone::Serial;

/// The ceiling and its file.
#[derive(Debug)]
pub(super) struct Ceiling {
    file: PathBuf,
    covered: Serial,
}

/// Serials above the one asked for: as many changes within one second more than there are seconds.
const MARGIN: u32 = 1_024;

impl Ceiling {
    /// Reads the file in a folder, and makes the folder if it is not there. Tells the highest serial
    /// that may have been given.
    pub(super) fn open(folder: &Path) -> io::Result<(Self, Serial)> {
        fs::create_dir_all(folder)?;
        let file = folder.join("serial");
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let covered = Serial(text.trim().parse().unwrap_or(0));
        Ok((Self { file, covered }, covered))
    }

    /// Raises the ceiling to a serial and its margin, if it is not that high.
    pub(super) fn cover(&mut self, serial: Serial) -> io::Result<()> {
        if !serial.ahead(MARGIN / 2).is_after(self.covered) {
            return Ok(());
        }
        let covered = serial.ahead(MARGIN);
        let new = self.file.with_extension("new");
        let mut written = File::create(&new)?;
        writeln!(written, "{covered}")?;
        written.sync_all()?;
        fs::rename(&new, &self.file)?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        self.covered = covered;
        Ok(())
    }
}

#[cfg(test)]
#[path = "ceiling_tests.rs"]
mod tests;
