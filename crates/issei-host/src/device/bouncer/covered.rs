//! Every address that bouncers may have been given, and until when, in a file.
//!
//! In: what is about to be armed. Out: after a restart, all that some bouncer may still hold. Always: a line is on
//! the disk before its address is given to anybody; the file is bounded, for what nobody can hold any more is left
//! out when it has grown. A line that cannot be read was torn while it was written, so its address was never given.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use issei_model::Timestamp;

/// The file and what is in it.
#[derive(Debug)]
pub(super) struct Covered {
    path: PathBuf,
    file: File,
    all: BTreeSet<(IpAddr, Timestamp)>,
    most: usize,
}

/// How many times the addresses that may stand at once are kept before the file is written anew.
const ROOM: usize = 4;

impl Covered {
    /// Reads the file in a folder, and makes the folder if it is not there. What has ended is left out.
    pub(super) fn open(folder: &Path, most_rules: usize, now: Timestamp) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join("given");
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let all = text.lines().filter_map(parsed);
        let all: BTreeSet<_> = all.filter(|&(_, ends)| ends > now).collect();
        let file = write_anew(&path, &all)?;
        let most = most_rules.saturating_mul(ROOM);
        Ok(Self {
            path,
            file,
            all,
            most,
        })
    }

    /// Shows all of it.
    pub(super) const fn all(&self) -> &BTreeSet<(IpAddr, Timestamp)> {
        &self.all
    }

    /// Tells whether there is no room for so many more.
    pub(super) fn is_full(&self, more: usize) -> bool {
        self.all.len().saturating_add(more) > self.most
    }

    /// Adds addresses, and returns when they are on the disk.
    pub(super) fn cover(&mut self, wanted: &[(IpAddr, Timestamp)]) -> io::Result<()> {
        let new = wanted.iter().filter(|pair| !self.all.contains(pair));
        let lines: String = new.map(line).collect();
        if lines.is_empty() {
            return Ok(());
        }
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()?;
        self.all.extend(wanted);
        Ok(())
    }

    /// Leaves out what nobody can hold any more, by this list of all that somebody can.
    pub(super) fn shrink(
        &mut self,
        possible: &BTreeSet<(IpAddr, Timestamp)>,
        now: Timestamp,
    ) -> io::Result<()> {
        let mut kept = self.all.clone();
        kept.retain(|pair| pair.1 > now && possible.contains(pair));
        self.file = write_anew(&self.path, &kept)?;
        self.all = kept;
        Ok(())
    }
}

fn write_anew(path: &Path, all: &BTreeSet<(IpAddr, Timestamp)>) -> io::Result<File> {
    let new = path.with_extension("new");
    let lines: String = all.iter().map(line).collect();
    let mut written = File::create(&new)?;
    written.write_all(lines.as_bytes())?;
    written.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    OpenOptions::new().append(true).open(path)
}

fn line((ip, ends): &(IpAddr, Timestamp)) -> String {
    format!("{ip} {}\n", ends.as_micros())
}

fn parsed(line: &str) -> Option<(IpAddr, Timestamp)> {
    let (ip, ends) = line.split_once(' ')?;
    Some((ip.parse().ok()?, Timestamp::from_micros(ends.parse().ok()?)))
}

#[cfg(test)]
#[path = "covered_tests.rs"]
mod tests;
