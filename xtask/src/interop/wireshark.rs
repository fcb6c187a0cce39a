//! Wireshark's programs: `capinfos` counts packets, `tshark` takes them apart and checks their sums.
//!
//! In: captures. Out: packets per file; flow records per file; sums that are wrong, heads that are malformed.

use std::collections::BTreeMap;
use std::path::Path;

use super::folder::Folder;
use super::needs::Need;
use super::running::{Running, said_by};

/// What counts packets.
pub const CAPINFOS: Need = Need::Program("capinfos", "wireshark-common");
/// What takes packets apart.
pub const TSHARK: Need = Need::Program("tshark", "tshark");

/// Checksums that tshark has a word about, in the order of the heads.
pub const SUMS: [&str; 5] = ["ip", "tcp", "udp", "icmp", "icmpv6"];

/// What tshark says about the heads of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Packets looked at.
    pub packets: u64,
    /// Sums that were right, by head.
    pub right: [u64; SUMS.len()],
    /// Sums that were wrong, by head.
    pub wrong: [u64; SUMS.len()],
    /// Packets that contradict themselves.
    pub malformed: u64,
}

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Packets.
    pub packets: u64,
    /// Bytes at the IP layer.
    pub bytes: u64,
}

/// Counts the packets of every file that `capinfos` can read.
///
/// # Errors
/// If it cannot start, or read any file.
pub fn counted(folder: &Folder, files: &[&Path]) -> Result<BTreeMap<String, u64>, String> {
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let head = ["capinfos", "-c", "-M", "-T", "-r", "-m"];
    // A file that it cannot read makes it end with 1 after the others: those still count.
    let said = Running::start(folder, &[&head, &files[..]].concat())?
        .finish()?
        .ended_with(&[0, 1, 2])?;
    let counts = counts(&said.out);
    if counts.is_empty() {
        return Err(format!(
            "`capinfos` read none of {} files: {}",
            files.len(),
            said.err
        ));
    }
    Ok(counts)
}

/// Takes a capture apart and checks the sums of every head.
///
/// # Errors
/// If `tshark` fails.
pub fn heads(folder: &Folder, capture: &Path) -> Result<Heads, String> {
    let mut command = reading(capture);
    let options: Vec<String> = ["ip", "tcp", "udp"]
        .iter()
        .map(|head| format!("{head}.check_checksum:TRUE"))
        .collect();
    options
        .iter()
        .for_each(|option| command.extend(["-o".into(), option.clone()]));
    command.extend(["-e".into(), "_ws.malformed".into()]);
    SUMS.iter()
        .for_each(|head| command.extend(["-e".into(), format!("{head}.checksum.status")]));
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Ok(Heads::parse(&said_by(folder, &command)?.out))
}

/// Counts, in every packet of a capture, how often each of these fields stands, and sums up.
///
/// # Errors
/// If `tshark` fails.
pub fn occurrences(folder: &Folder, capture: &Path, fields: &[&str]) -> Result<Vec<u64>, String> {
    let mut command = reading(capture);
    fields
        .iter()
        .for_each(|field| command.extend(["-e".into(), (*field).into()]));
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Ok(sums(&said_by(folder, &command)?.out, fields.len()))
}

/// Counts the packets that a display filter chooses, and their bytes as IPv4 tells them.
///
/// # Errors
/// If `tshark` fails.
pub fn volume(folder: &Folder, capture: &Path, filter: &str) -> Result<Volume, String> {
    let mut command = reading(capture);
    command.extend(["-Y", filter, "-e", "ip.len"].map(str::to_owned));
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Ok(Volume::parse(&said_by(folder, &command)?.out))
}

fn reading(capture: &Path) -> Vec<String> {
    let shown = capture.display().to_string();
    ["tshark", "-n", "-r", &shown, "-T", "fields"]
        .map(str::to_owned)
        .to_vec()
}

/// Reads lines such as `folder/a.pcap,1178`.
fn counts(text: &str) -> BTreeMap<String, u64> {
    let pair = |line: &str| {
        let (path, count) = line.rsplit_once(',')?;
        Some((path.to_owned(), count.parse().ok()?))
    };
    text.lines().filter_map(pair).collect()
}

/// Sums up how many values stand in each column.
fn sums(text: &str, columns: usize) -> Vec<u64> {
    let mut sums = vec![0; columns];
    for line in text.lines() {
        for (sum, cell) in sums.iter_mut().zip(line.split('\t')) {
            *sum += cell.split(',').filter(|value| !value.is_empty()).count() as u64;
        }
    }
    sums
}

impl Heads {
    /// Reads lines of `malformed`, then the states of the sums: 0 is wrong, 1 is right, and others
    /// say that the packet was cut or has no sum.
    fn parse(text: &str) -> Self {
        let mut heads = Self::default();
        for line in text.lines() {
            let mut cells = line.split('\t');
            heads.packets += 1;
            heads.malformed += u64::from(cells.next().is_some_and(|cell| !cell.is_empty()));
            for (place, cell) in cells.take(SUMS.len()).enumerate() {
                let states = || cell.split(',');
                heads.wrong[place] += states().filter(|&state| state == "0").count() as u64;
                heads.right[place] += states().filter(|&state| state == "1").count() as u64;
            }
        }
        heads
    }
}

impl Volume {
    /// Reads one length a line; of a packet within a packet the outer one stands first.
    fn parse(text: &str) -> Self {
        let outer = |line: &str| line.split(',').next()?.parse().ok();
        let lengths: Vec<u64> = text.lines().filter_map(outer).collect();
        Self {
            packets: lengths.len() as u64,
            bytes: lengths.iter().sum(),
        }
    }
}

#[cfg(test)]
#[path = "wireshark_tests.rs"]
mod tests;
