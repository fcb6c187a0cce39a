//! softflowd: a flow meter that exports what it meters.
//!
//! In: a capture. Out: NetFlow v5, v9 or IPFIX to a port of loopback, and its own statistics.

use super::folder::Folder;
use super::needs::Need;
use super::running::{Said, said_by};

/// The program.
pub const SOFTFLOWD: Need = Need::Program("softflowd", "softflowd");

/// What it says about its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Packets that went into flows.
    pub packets: u64,
    /// Packets that it did not look into.
    pub ignored: u64,
    /// Records sent.
    pub records: u64,
    /// Datagrams sent.
    pub datagrams: u64,
    /// Datagrams that could not be sent.
    pub failures: u64,
}

/// Flows it may hold: more than any capture here has, so that none is closed early.
const MOST_FLOWS: &str = "1000000";

/// Lets it read a capture and export to a port of loopback. `version` is its own word: 5, 9 or 10.
///
/// # Errors
/// If it fails or its statistics do not read.
pub fn export(
    folder: &Folder,
    capture: &str,
    version: &str,
    port: u16,
) -> Result<Exported, String> {
    let id = folder.file("softflowd.pid").display().to_string();
    let to = format!("127.0.0.1:{port}");
    // Without a control socket: with one, and with a file to read, softflowd 1.1.0 looks at a word
    // that it never set, and by chance waits for ever for somebody to control it.
    let command = [
        "softflowd",
        "-d",
        "-c",
        "none",
        "-p",
        &id,
        "-m",
        MOST_FLOWS,
        "-r",
        capture,
        "-v",
        version,
        "-n",
        &to,
    ];
    Exported::of(&said_by(folder, &command)?)
}

impl Exported {
    fn of(said: &Said) -> Result<Self, String> {
        Self::parse(&said.out).ok_or_else(|| {
            format!(
                "the statistics of softflowd do not read:\n{}\n{}",
                said.out, said.err
            )
        })
    }

    /// Reads the lines that count.
    fn parse(text: &str) -> Option<Self> {
        let fact = |name: &str| {
            text.lines()
                .find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "))
        };
        let exported = numbers(fact("Flows exported")?);
        let [_, records, datagrams, failures] = exported[..] else {
            return None;
        };
        Some(Self {
            packets: *numbers(fact("Packets processed")?).first()?,
            ignored: *numbers(fact("Ignored packets")?).first()?,
            records,
            datagrams,
            failures,
        })
    }
}

/// Reads every number of a line such as `67 (134 records) in 5 packets (0 failures)`.
fn numbers(text: &str) -> Vec<u64> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
#[path = "softflowd_tests.rs"]
mod tests;
