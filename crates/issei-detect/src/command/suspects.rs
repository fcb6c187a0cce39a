//! The suspects: lines about which another rule has spoken.
//!
//! Asked for every contact, so a small filter answers "no" for nearly all lines first. Bounded;
//! what finds no room is counted. A suspect stays until it has been silent for two epochs.

use std::collections::BTreeMap;

use issei_model::{FindingId, Rule, Timestamp};

/// What the other rules said of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspect {
    /// The first moment of the evidence against it.
    pub(super) since: Timestamp,
    /// The first finding about it.
    pub(super) finding: FindingId,
    /// The rule of that finding.
    pub(super) rule: Rule,
    /// The last epoch in which it was suspected or contacted a service.
    heard: i64,
}

/// The suspects, by the name of their line.
#[derive(Clone, Debug)]
pub(super) struct Suspects {
    by_line: BTreeMap<u32, Suspect>,
    filter: Vec<u64>,
    most: usize,
    /// The open epoch; none before the first.
    epoch: Option<i64>,
    /// Suspects not remembered because there were too many.
    pub(super) turned_away: u64,
}

/// Bits of the filter for each suspect: one clean line in sixteen is looked up in vain.
const BITS_A_SUSPECT: usize = 16;
/// Bits of the smallest filter. It grows with the suspects, so that it stays in the nearest cache.
const LEAST_BITS: usize = 1 << 12;

impl Suspects {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_line: BTreeMap::new(),
            filter: vec![0; LEAST_BITS / 64],
            most,
            epoch: None,
            turned_away: 0,
        }
    }

    /// Notes that a rule suspects a line. Of several suspicions the earliest stays.
    pub(super) fn suspect(&mut self, line: u32, since: Timestamp, finding: FindingId, rule: Rule) {
        let epoch = self.epoch.unwrap_or(i64::MAX);
        if let Some(known) = self.by_line.get_mut(&line) {
            known.heard = epoch;
            if since < known.since {
                (known.since, known.finding, known.rule) = (since, finding, rule);
            }
            return;
        }
        if self.by_line.len() >= self.most {
            self.turned_away += 1;
            return;
        }
        let suspect = Suspect {
            since,
            finding,
            rule,
            heard: epoch,
        };
        self.by_line.insert(line, suspect);
        if self.by_line.len() * BITS_A_SUSPECT > self.filter.len() * 64 {
            self.filter = vec![0; self.filter.len() * 2];
            self.fill_filter();
        } else {
            set(&mut self.filter, line);
        }
    }

    /// Begins an epoch: forgets who was silent for two, and builds the filter anew.
    pub(super) fn begin_epoch(&mut self, number: i64) {
        if self.epoch.replace(number).is_none() {
            // Who was suspected before any time was told is suspected now.
            self.by_line
                .values_mut()
                .for_each(|suspect| suspect.heard = number);
        }
        self.by_line
            .retain(|_, suspect| suspect.heard >= number - 1);
        self.filter.fill(0);
        self.fill_filter();
    }

    fn fill_filter(&mut self) {
        for &line in self.by_line.keys() {
            set(&mut self.filter, line);
        }
    }

    #[inline]
    fn may_hold(&self, line: u32) -> bool {
        let (word, bit) = place(line, self.filter.len());
        self.filter[word] & bit != 0
    }

    /// Finds a suspect.
    #[inline]
    pub(super) fn get(&self, line: u32) -> Option<&Suspect> {
        if !self.may_hold(line) {
            return None;
        }
        self.by_line.get(&line)
    }

    /// Tells whether a line that just contacted a service is a suspect, and notes that it did.
    #[inline]
    pub(super) fn made_contact(&mut self, line: u32) -> bool {
        self.may_hold(line) && self.note_contact(line)
    }

    fn note_contact(&mut self, line: u32) -> bool {
        let epoch = self.epoch.unwrap_or(i64::MAX);
        let Some(suspect) = self.by_line.get_mut(&line) else {
            return false;
        };
        suspect.heard = epoch;
        true
    }

    /// Counts the suspects.
    pub(super) fn len(&self) -> usize {
        self.by_line.len()
    }

    /// Walks over the suspects, rising by name.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Suspect)> {
        self.by_line.iter().map(|(&line, suspect)| (line, suspect))
    }
}

/// The word and bit of a line's name in a filter of so many words, a power of two.
#[inline]
fn place(line: u32, words: usize) -> (usize, u64) {
    let bit = line as usize & (words * 64 - 1);
    (bit / 64, 1 << (bit % 64))
}

fn set(filter: &mut [u64], line: u32) {
    let (word, bit) = place(line, filter.len());
    filter[word] |= bit;
}

#[cfg(test)]
#[path = "suspects_tests.rs"]
mod tests;
