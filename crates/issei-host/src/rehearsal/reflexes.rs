//! The rehearsed rules of reflexes: a second table beside that of orders, under the same stop file.
//!
//! ```text
//! issei-reflexes 1 6f2c…
//! 9a… 17 1767225660000000 … limit 203.0.113.7 100 198.51.100.9 17 80
//! 9a… 18 1767225660000000 … forged 203.0.113.7
//! 4b… 19 1767225660000000 … drop 198.51.100.0/24 6 443
//! end 3
//! ```
//!
//! A row: standing order, number, end, end since the start, and what it does. In: rules to put and lift,
//! the clock. Out: what the file holds, read back each time.
//! Always: a rule acts at once and ends by itself, by either clock; putting one that is there changes
//! nothing, so nothing prolongs it; while the stop file is there, nothing acts and nothing gets in.
//! Addresses of lines stand here and nowhere else on the disk; they leave with their rule.
//! Not here: packets. Nothing is ever cut by a rehearsed device.

use std::path::Path;

use issei_model::{
    Destination, Endpoint, FoundReflex, ReflexRule, ReflexRuleId, StandingId, Subscriber, Timestamp,
};

use super::table::{Kept, Limit, Table};
use super::{CAPACITY, Fault, LARGEST_CAPACITY, RehearsalError};
use crate::clock;
use crate::reflexes::{ReflexDevice, ReflexError};

/// The table of reflexes of a rehearsed device. Rules stay in it when it is dropped.
#[derive(Debug)]
pub struct Reflexes {
    table: Table<Row>,
    capacity: usize,
}

/// A rule of a reflex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    rule: ReflexRule,
    ends: Timestamp,
    limit: Limit,
}

impl Reflexes {
    /// Opens the table in a folder, and makes the folder if it is not there.
    ///
    /// # Errors
    /// If the disk refuses, or the table there is torn.
    pub fn open(folder: &Path) -> Result<Self, RehearsalError> {
        Self::open_with(folder, CAPACITY)
    }

    /// Opens like [`Reflexes::open`], with room for so many rules.
    ///
    /// # Errors
    /// Like [`Reflexes::open`].
    pub fn open_with(folder: &Path, capacity: usize) -> Result<Self, RehearsalError> {
        let device = Self {
            table: Table::of(folder),
            capacity: capacity.min(LARGEST_CAPACITY),
        };
        let made = std::fs::create_dir_all(folder);
        made.map_err(|cause| device.failed(Fault::Failed(folder.to_owned(), cause)))?;
        device.found()?;
        Ok(device)
    }

    /// Puts a rule there that acts at once and is gone at `ends`. One of that name that is there stays
    /// as it is.
    ///
    /// # Errors
    /// If the stop file is there, the table has no room, `ends` is past, or the disk fails.
    pub fn put(
        &self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), RehearsalError> {
        self.try_put(id, rule, ends)
            .map_err(|fault| self.failed(fault))
    }

    fn try_put(&self, id: ReflexRuleId, rule: &ReflexRule, ends: Timestamp) -> Result<(), Fault> {
        let locked = self.table.lock()?;
        if locked.is_stopped() {
            return Err(Fault::Stopped);
        }
        if ends <= clock::now() {
            return Err(Fault::Over(id, ends));
        }
        let (mut rows, _) = locked.rows()?;
        if rows.contains_key(&id) {
            return Ok(());
        }
        if rows.len() >= self.capacity {
            return Err(Fault::Full(self.capacity));
        }
        let (rule, limit) = (rule.clone(), Limit::of(ends));
        rows.insert(id, Row { rule, ends, limit });
        locked.write(&rows)
    }

    /// Takes a rule away. One that is not there is no trouble.
    ///
    /// # Errors
    /// If the disk fails or the table is torn; then the rule may still be there.
    pub fn lift(&self, id: ReflexRuleId) -> Result<(), RehearsalError> {
        let lifted = self.table.lock().and_then(|locked| {
            let (mut rows, ended) = locked.rows()?;
            // What has ended leaves the disk too: the address of its line stands there.
            let changes = rows.remove(&id).is_some() || !ended.is_empty();
            if changes { locked.write(&rows) } else { Ok(()) }
        });
        lifted.map_err(|fault| self.failed(fault))
    }

    /// Reads back whether a rule is there and acts.
    ///
    /// # Errors
    /// If the table cannot be read or is torn.
    pub fn acts(&self, id: ReflexRuleId) -> Result<bool, RehearsalError> {
        let found = self.found()?;
        Ok(found.iter().any(|found| found.id == id))
    }

    /// Reads back every rule that acts, whoever put it there.
    ///
    /// # Errors
    /// If the table cannot be read or is torn.
    pub fn found(&self) -> Result<Vec<FoundReflex>, RehearsalError> {
        if self.table.is_stopped() {
            return Ok(Vec::new());
        }
        let rows = self.table.rows().map_err(|fault| self.failed(fault))?;
        let found = rows.into_iter().map(|(id, row)| FoundReflex {
            id,
            rule: row.rule,
            ends: row.ends,
        });
        Ok(found.collect())
    }

    fn failed(&self, fault: Fault) -> RehearsalError {
        RehearsalError {
            folder: self.table.folder().to_owned(),
            fault,
        }
    }
}

impl ReflexDevice for Reflexes {
    fn room(&self) -> usize {
        self.capacity
    }

    fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError> {
        Self::put(self, id, rule, ends).map_err(ReflexError::of)
    }

    fn lift(&mut self, id: ReflexRuleId) -> Result<(), ReflexError> {
        Self::lift(self, id).map_err(ReflexError::of)
    }

    fn acts(&mut self, id: ReflexRuleId) -> Result<bool, ReflexError> {
        Self::acts(self, id).map_err(ReflexError::of)
    }

    fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError> {
        Self::found(self).map_err(ReflexError::of)
    }
}

impl Kept for Row {
    type Name = ReflexRuleId;
    const TITLE: &'static str = "issei-reflexes 1";
    const FILE: &'static str = "reflexes";
    const LOCK: &'static str = "reflexes.lock";

    fn line(&self, name: ReflexRuleId) -> String {
        let ReflexRuleId { standing, number } = name;
        let (ends, limit) = (self.ends.as_micros(), self.limit.0);
        format!("{standing} {number} {ends} {limit} {}", words(&self.rule))
    }

    fn parse(line: &str) -> Option<(ReflexRuleId, Self)> {
        let mut words = line.splitn(5, ' ');
        let standing: StandingId = words.next()?.parse().ok()?;
        let number = words.next()?.parse().ok()?;
        let row = Self {
            ends: Timestamp::from_micros(words.next()?.parse().ok()?),
            limit: Limit(words.next()?.parse().ok()?),
            rule: rule(words.next()?)?,
        };
        let name = ReflexRuleId { standing, number };
        // One spelling each: a line that was written by another hand is not guessed at.
        (row.line(name) == line).then_some((name, row))
    }

    fn has_ended(&self) -> bool {
        self.limit.has_come(self.ends)
    }

    fn torn(line: usize) -> Fault {
        Fault::TornReflexes(line)
    }
}

/// Writes what a rule does.
fn words(rule: &ReflexRule) -> String {
    match rule {
        ReflexRule::Limit {
            line,
            victim,
            packets,
        } => {
            let Endpoint { ip, port, protocol } = victim;
            format!("limit {} {packets} {ip} {protocol} {port}", line.reveal())
        }
        ReflexRule::DropForged { line } => format!("forged {}", line.reveal()),
        ReflexRule::Drop { to } => format!("drop {} {} {}", to.prefix, to.protocol, to.port),
    }
}

/// Undoes [`words`].
fn rule(text: &str) -> Option<ReflexRule> {
    let words: Vec<&str> = text.split(' ').collect();
    let line = |text: &str| text.parse().ok().map(Subscriber::new);
    Some(match words.as_slice() {
        ["limit", from, packets, ip, protocol, port] => ReflexRule::Limit {
            line: line(from)?,
            victim: Endpoint {
                ip: ip.parse().ok()?,
                port: port.parse().ok()?,
                protocol: protocol.parse().ok()?,
            },
            packets: packets.parse().ok()?,
        },
        ["forged", by] => ReflexRule::DropForged { line: line(by)? },
        ["drop", prefix, protocol, port] => ReflexRule::Drop {
            to: Destination {
                prefix: prefix.parse().ok()?,
                protocol: protocol.parse().ok()?,
                port: port.parse().ok()?,
            },
        },
        _ => return None,
    })
}

#[cfg(test)]
#[path = "reflexes_tests.rs"]
mod tests;
