//! nfdump's programs: collectors for NetFlow, IPFIX and sFlow, a flow meter, and the reader of their files.
//!
//! In: datagrams or a capture. Out: what `nfdump -I` counts in the files that they wrote.

use std::fs;

use super::folder::Folder;
use super::needs::Need;
use super::running::{Running, Said, said_by};
use super::sockets;

/// What receives NetFlow and IPFIX, meters, and reads.
pub const NFDUMP: Need = Need::Program("nfcapd", "nfdump");
/// What receives sFlow.
pub const SFCAPD: Need = Need::Program("sfcapd", "nfdump-sflow");

/// What `nfdump -I` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Flow records.
    pub flows: u64,
    /// Packets in them.
    pub packets: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Gaps in sequence numbers.
    pub gaps: u64,
}

/// A running collector of nfdump's.
#[derive(Debug)]
pub struct Collector {
    port: u16,
    files: String,
    running: Running,
}

/// Seconds until a collector begins a new file: longer than any check.
const ONE_FILE: &str = "3600";
/// The fewest seconds of active and inactive time-out that nfpcapd takes as they are.
pub const TIME_OUTS: (u32, u32) = (300, 60);

impl Collector {
    /// Starts `nfcapd` or `sfcapd` at a port of loopback.
    ///
    /// # Errors
    /// If it does not listen.
    pub fn start(folder: &Folder, program: &str, port: u16) -> Result<Self, String> {
        let files = folder.file(program).display().to_string();
        fs::create_dir_all(&files).map_err(|error| format!("{files}: {error}"))?;
        let place = port.to_string();
        let command = [
            program,
            "-b",
            "127.0.0.1",
            "-p",
            &place,
            "-t",
            ONE_FILE,
            "-B",
            "8388608",
            "-w",
            &files,
        ];
        let mut running = Running::start(folder, &command)?;
        running.until("it listens", |id| sockets::listens(id, port))?;
        Ok(Self {
            port,
            files,
            running,
        })
    }

    /// Waits until it has read all that came, ends it, and counts what it stored.
    ///
    /// # Errors
    /// If the kernel dropped something, or the files do not read.
    pub fn end(mut self, folder: &Folder) -> Result<Stored, String> {
        let port = self.port;
        self.running.until("it has read everything", |id| {
            sockets::is_read_out(id, port)
        })?;
        let dropped = sockets::dropped(self.running.id(), port);
        if dropped > 0 {
            return Err(format!(
                "the kernel dropped {dropped} datagrams before it read them, so nothing can be compared; run the check on a quiet machine"
            ));
        }
        self.running.end()?.well()?;
        count(folder, &self.files)
    }
}

/// Lets nfdump's flow meter read a capture, and counts what it made.
///
/// # Errors
/// If it fails.
pub fn metered(folder: &Folder, capture: &str) -> Result<Stored, String> {
    let files = folder.file("nfpcapd").display().to_string();
    fs::create_dir_all(&files).map_err(|error| format!("{files}: {error}"))?;
    let time_outs = format!("{},{}", TIME_OUTS.0, TIME_OUTS.1);
    said_by(
        folder,
        &["nfpcapd", "-r", capture, "-e", &time_outs, "-w", &files],
    )?;
    count(folder, &files)
}

fn count(folder: &Folder, files: &str) -> Result<Stored, String> {
    Stored::of(&said_by(folder, &["nfdump", "-R", files, "-I"])?)
}

impl Stored {
    fn of(said: &Said) -> Result<Self, String> {
        Self::parse(&said.out).ok_or_else(|| format!("`nfdump -I` does not read:\n{}", said.out))
    }

    /// Reads lines such as `Flows: 134`.
    fn parse(text: &str) -> Option<Self> {
        let fact = |name: &str| {
            text.lines().find_map(|line| {
                line.strip_prefix(name)?
                    .strip_prefix(": ")?
                    .trim()
                    .parse()
                    .ok()
            })
        };
        Some(Self {
            flows: fact("Flows")?,
            packets: fact("Packets")?,
            bytes: fact("Bytes")?,
            gaps: fact("Sequence failures")?,
        })
    }
}

#[cfg(test)]
#[path = "nfdump_tests.rs"]
mod tests;
