//! What this member knows of addresses that others share: a list of prefixes, each with a hint.
//!
//! In: `hints.txt` in the office's folder, a prefix and a word a line. Out: the hints about an address.
//! Always: bounded; a line that does not read makes the whole list unknown, and so the answer: a check that
//! breaks says no. Not here: what a hint forbids (`issei_case::radius`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use issei_case::{Answer, Hint};

use crate::office::folder::Folder;

/// Prefixes held at once. All that providers announce are a million.
pub const MOST: usize = 1 << 20;
/// Bytes of the file.
const LONGEST: u64 = 64 << 20;

/// Hints by prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints(BTreeMap<IpNet, BTreeSet<Hint>>);

impl Hints {
    /// Reads a folder's list; none is an empty one.
    ///
    /// # Errors
    /// If it cannot be read, with the line that is wrong.
    pub fn read(folder: &Folder) -> Result<Self, String> {
        let path = path(folder);
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut text = String::new();
        match fs::File::open(&path) {
            Ok(file) => {
                let read = file.take(LONGEST + 1).read_to_string(&mut text);
                read.map_err(|error| told(&error))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(told(&error)),
        }
        if text.len() as u64 > LONGEST {
            return Err(told(&"the list is too long; merge prefixes"));
        }
        Self::parse(&text).map_err(|why| told(&why))
    }

    /// Reads `203.0.113.0/24 shared-hosting`, a line each; what stands behind # is for people.
    ///
    /// # Errors
    /// The first line that does not read.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut hints = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let words = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = words.split_whitespace().collect();
            let wrong = || {
                format!(
                    "line {number}: not a prefix and one of shared-hosting, anycast, leased-space"
                )
            };
            match words[..] {
                [] => {}
                [net, hint] => {
                    let both = prefix(net).zip(word(hint)).ok_or_else(wrong)?;
                    hints.add(both.0, both.1)?;
                }
                _ => return Err(wrong()),
            }
        }
        Ok(hints)
    }

    fn add(&mut self, net: IpNet, hint: Hint) -> Result<(), String> {
        if self.0.len() >= MOST && !self.0.contains_key(&net) {
            return Err(format!("more than {MOST} prefixes; merge some"));
        }
        self.0.entry(net).or_default().insert(hint);
        Ok(())
    }

    /// Tells whether a prefix has a hint of its own.
    pub fn has(&self, net: &IpNet, hint: Hint) -> bool {
        self.0.get(net).is_some_and(|hints| hints.contains(&hint))
    }

    /// Tells what is known about an address.
    pub fn about(&self, ip: IpAddr) -> BTreeSet<Hint> {
        let whole = IpNet::from(ip.to_canonical());
        let around = (0..=whole.max_prefix_len()).filter_map(|length| {
            let net = IpNet::new(whole.addr(), length).ok()?;
            self.0.get(&net.trunc())
        });
        around.flatten().copied().collect()
    }

    /// Adds to an answer what is known about its goal's address.
    #[must_use]
    pub fn join(&self, mut answer: Answer) -> Answer {
        if let Some(ip) = answer.goal.ip() {
            answer.hints.extend(self.about(ip));
        }
        answer
    }
}

/// Where a folder's hints lie.
pub fn path(folder: &Folder) -> PathBuf {
    folder.root().join("hints.txt")
}

/// Reads `192.0.2.0/24` or `192.0.2.7`; an IPv4 address written as IPv6 is the IPv4 address.
fn prefix(text: &str) -> Option<IpNet> {
    let net = text.parse::<IpNet>().ok();
    let net = net.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    match net.addr().to_canonical() {
        IpAddr::V4(ip) if net.max_prefix_len() == 128 => {
            let length = net.prefix_len().checked_sub(96)?;
            IpNet::new(ip.into(), length).ok().map(|net| net.trunc())
        }
        _ => Some(net.trunc()),
    }
}

fn word(text: &str) -> Option<Hint> {
    let known = [Hint::SharedHosting, Hint::Anycast, Hint::LeasedSpace];
    known.into_iter().find(|hint| hint.to_string() == text)
}

#[cfg(test)]
#[path = "hints_tests.rs"]
mod tests;
