//! Packets that carry the moment they were sent at, and what of them came through.

use std::fs;

use super::super::folder::Folder;
use super::super::namespace::Namespace;
use super::super::running::Running;
use super::network::Network;

/// A sender and a receiver at work.
#[derive(Debug)]
pub struct Traffic {
    sender: Running,
    receiver: Running,
}

/// From where, to where, how often, and when.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    /// Where the sender is, and its own address and port.
    pub from: (&'a Namespace, &'a str),
    /// Where the receiver is, and the addresses and ports that it listens at, sent to in turn.
    pub to: (&'a Namespace, &'a [&'a str]),
    /// Microseconds between two packets.
    pub gap: u64,
    /// When the sender begins, in microseconds; at once if that is past.
    pub begin: u64,
    /// When the sender ends, in microseconds. The receiver waits half a second longer.
    pub until: u64,
}

impl Traffic {
    /// Begins.
    ///
    /// # Errors
    /// If a program cannot start.
    pub fn begin(folder: &Folder, hand: &std::path::Path, path: Path<'_>) -> Result<Self, String> {
        let (until, longer) = (path.until.to_string(), (path.until + 500_000).to_string());
        let (receives, targets) = path.to;
        let words = [&["receive", longer.as_str()], targets].concat();
        let mut receiver = Network::start(folder, receives, hand, &words)?;
        let said = receiver.out().to_owned();
        receiver.until("it listens", |_| {
            fs::read_to_string(&said).is_ok_and(|text| text.contains("ready"))
        })?;
        let (sends, own) = path.from;
        let (begin, gap) = (path.begin.to_string(), path.gap.to_string());
        let words = [
            &["send", own, begin.as_str(), gap.as_str(), until.as_str()],
            targets,
        ]
        .concat();
        let sender = Network::start(folder, sends, hand, &words)?;
        Ok(Self { sender, receiver })
    }

    /// Waits for the end, and tells for each target the moments, in nanoseconds, at which the packets that
    /// came through were sent.
    ///
    /// # Errors
    /// If a program failed.
    pub fn end(self, targets: usize) -> Result<Vec<Vec<u64>>, String> {
        self.sender.finish()?.well()?;
        let said = self.receiver.finish()?.well()?;
        let mut came = vec![Vec::new(); targets];
        for line in said.out.lines().skip(1) {
            let parts = line.split_once(' ').and_then(|(target, sent)| {
                Some((target.parse::<usize>().ok()?, sent.parse().ok()?))
            });
            let (target, sent) = parts.ok_or_else(|| format!("the receiver said `{line}`"))?;
            came.get_mut(target).ok_or("a packet to nobody")?.push(sent);
        }
        came.iter_mut()
            .for_each(|sent: &mut Vec<u64>| sent.sort_unstable());
        Ok(came)
    }
}

/// Counts packets that were sent from one moment (in microseconds) up to another.
pub fn between(sent: &[u64], from: u64, until: u64) -> u64 {
    sent.iter()
        .filter(|&&at| from * 1_000 <= at && at < until * 1_000)
        .count() as u64
}

/// Tells how many microseconds before a moment the last packet before it was sent.
pub fn last_before(sent: &[u64], at: u64) -> Option<u64> {
    let last = sent.iter().rev().find(|&&sent| sent < at * 1_000)?;
    Some((at * 1_000 - last) / 1_000)
}

/// Tells how many microseconds after a moment the first packet from it on was sent.
pub fn first_from(sent: &[u64], at: u64) -> Option<u64> {
    let first = sent.iter().find(|&&sent| sent >= at * 1_000)?;
    Some((first - at * 1_000) / 1_000)
}
