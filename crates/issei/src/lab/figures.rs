//! What numbered packets tell: when the last one passed, when the first one was stopped, when they passed
//! again.
//!
//! In: for each member when its packets left and when they arrived, by one machine's clock. Out: the
//! silence around a moment. Always: a loss here and there is counted and is no silence; what was not sent
//! is not called stopped, so a moment is known to within the distance between two packets, which is told.

use std::collections::BTreeMap;

use issei_model::{Span, Timestamp};

/// A silence is at least this long; anything shorter may be a loss.
const LEAST_SILENCE: Span = Span::from_millis(500);

/// One member's packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// When each left; its place is its number.
    pub sent: Vec<Timestamp>,
    /// When those that arrived did.
    pub arrived: BTreeMap<u32, Timestamp>,
}

/// A run of packets that did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// When the last before it arrived.
    pub last_passed: Option<Timestamp>,
    /// When the first that was stopped left.
    pub first_stopped: Timestamp,
    /// When the last that was stopped left.
    pub last_stopped: Timestamp,
    /// When the first after it arrived.
    pub passed_again: Option<Timestamp>,
    /// The first that passed again left so much after the last that was stopped: the grain of that moment.
    pub grain_after: Span,
    /// The first that was stopped left so much after the last that passed: the grain of that moment.
    pub grain_before: Span,
}

impl Marks {
    /// Finds the longest silence that begins in a stretch of time.
    pub fn silence(&self, from: Timestamp, until: Timestamp) -> Option<Silence> {
        let runs = self.runs().into_iter().filter(|&(first, last)| {
            let (first, last) = (self.sent[first], self.sent[last]);
            (from..until).contains(&first) && last.since(first) >= LEAST_SILENCE
        });
        let longest = runs.max_by_key(|&(first, last)| self.sent[last].since(self.sent[first]))?;
        Some(self.around(longest))
    }

    /// Counts packets that were lost outside of any silence.
    pub fn lost(&self) -> usize {
        let short = |&(first, last): &(usize, usize)| {
            self.sent[last].since(self.sent[first]) < LEAST_SILENCE
        };
        self.runs()
            .iter()
            .filter(|run| short(run))
            .map(|(first, last)| last - first + 1)
            .sum()
    }

    /// Counts packets that arrived of those that left in a stretch of time, and those that left.
    pub fn passed(&self, from: Timestamp, until: Timestamp) -> (usize, usize) {
        let mut count = (0, 0);
        for (number, at) in self.sent.iter().enumerate() {
            if (from..until).contains(at) {
                count.0 += usize::from(self.has(number));
                count.1 += 1;
            }
        }
        count
    }

    fn has(&self, number: usize) -> bool {
        u32::try_from(number).is_ok_and(|number| self.arrived.contains_key(&number))
    }

    /// Lists the runs of packets that did not arrive, each by its first and last number.
    fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for number in (0..self.sent.len()).filter(|number| !self.has(*number)) {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                _ => runs.push((number, number)),
            }
        }
        runs
    }

    fn around(&self, (first, last): (usize, usize)) -> Silence {
        let before = first.checked_sub(1);
        let after = Some(last + 1).filter(|after| *after < self.sent.len());
        let arrival = |number: Option<usize>| {
            let number = u32::try_from(number?).ok()?;
            self.arrived.get(&number).copied()
        };
        let apart = |one: Option<usize>, other: usize| {
            one.map_or(Span::ZERO, |one| {
                let apart = self.sent[other].since(self.sent[one]).as_micros();
                Span::from_micros(apart.abs())
            })
        };
        Silence {
            last_passed: arrival(before),
            first_stopped: self.sent[first],
            last_stopped: self.sent[last],
            passed_again: arrival(after),
            grain_before: apart(before, first),
            grain_after: apart(after, last),
        }
    }
}

/// Tells how far the first and the last of some moments are apart.
pub fn spread(moments: impl IntoIterator<Item = Timestamp>) -> Option<Span> {
    let moments: Vec<Timestamp> = moments.into_iter().collect();
    Some(moments.iter().max()?.since(*moments.iter().min()?))
}

/// Reads the moments that a sender wrote: eight bytes each, microseconds, most significant first.
pub fn sent(bytes: &[u8]) -> Vec<Timestamp> {
    let whole = bytes
        .chunks_exact(8)
        .filter_map(|word| word.try_into().ok());
    whole
        .map(|word| Timestamp::from_micros(i64::from_be_bytes(word)))
        .collect()
}

/// An arrival as it is written down: member, number, microseconds.
pub fn written(member: u8, number: u32, at: Timestamp) -> [u8; ARRIVAL] {
    let mut bytes = [0; ARRIVAL];
    bytes[0] = member;
    bytes[4..8].copy_from_slice(&number.to_be_bytes());
    bytes[8..].copy_from_slice(&at.as_micros().to_be_bytes());
    bytes
}

/// Reads what [`written`] wrote, by member.
pub fn arrivals(bytes: &[u8]) -> BTreeMap<u8, BTreeMap<u32, Timestamp>> {
    let mut all: BTreeMap<u8, BTreeMap<u32, Timestamp>> = BTreeMap::new();
    for one in bytes.chunks_exact(ARRIVAL) {
        let (Ok(number), Ok(at)) = (one[4..8].try_into(), one[8..].try_into()) else {
            continue;
        };
        let at = Timestamp::from_micros(i64::from_be_bytes(at));
        all.entry(one[0])
            .or_default()
            .insert(u32::from_be_bytes(number), at);
    }
    all
}

/// Bytes of an arrival.
pub const ARRIVAL: usize = 16;

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
