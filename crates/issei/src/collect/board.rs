//! The board on which every thread writes its counts, for the pages and the farewell.
//!
//! Always: the counts add up. What a receiver took from its sockets is decoded or a problem; what
//! was decoded is handed on; what was handed on is judged. A test holds these sums.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use issei_host::webhook::Counts;
use issei_model::{Level, Problems, Rule, Span, Timestamp};
use issei_text::{Text, columns, format, key, problem, said};

use super::exchanges;
use super::sightings::Shown;
use crate::configuration::Sampling;
use crate::words;

/// What one receiving thread tells.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Datagrams, or packets of a capture, taken from the kernel.
    pub datagrams: u64,
    /// Datagrams or packets the kernel dropped.
    pub dropped: u64,
    /// Records decoded or metered.
    pub records: u64,
    /// Records handed to the judge.
    pub handed: u64,
    /// Times the judge kept the receiver waiting.
    pub waited: u64,
    /// What went wrong.
    pub problems: Problems,
    /// Whether the kernel tells what it drops. If not, loss there cannot be counted.
    pub blind: bool,
}

/// What the judge tells.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Records judged.
    pub records: u64,
    /// Packets of these, both directions, before any scaling.
    pub packets: u64,
    /// Batches judged.
    pub batches: u64,
    /// Findings told, by rule and level, each once.
    pub findings: BTreeMap<(Rule, Level), u64>,
    /// Findings told anew with more evidence.
    pub revisions: u64,
    /// Findings below the level that is told.
    pub withheld: u64,
    /// Records of findings written to the file.
    pub written: u64,
    /// What went wrong.
    pub problems: Problems,
    /// From the first datagram of a batch to the end of its judging.
    pub judging: Delays,
    /// From the datagram to the finding that it led to.
    pub telling: Delays,
    /// Reloads that worked, and that did not.
    pub reloads: (u64, u64),
}

/// A histogram of delays.
#[derive(Clone, Debug, Default)]
pub struct Delays {
    /// Delays up to each of [`Delays::STEPS`], and beyond the last.
    pub counts: [u64; Self::STEPS.len() + 1],
    /// Their sum in microseconds.
    pub sum: i64,
}

impl Delays {
    /// Upper ends of the steps, in microseconds.
    pub const STEPS: [i64; 12] = [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000, 10_000_000,
    ];

    /// Notes one delay. A clock that was set back reads as no delay.
    pub fn note(&mut self, delay: Span) {
        let micros = delay.as_micros().max(0);
        self.counts[Self::STEPS.partition_point(|&step| step < micros)] += 1;
        self.sum = self.sum.saturating_add(micros);
    }

    /// Adds what another histogram counted.
    pub fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// Counts them.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Tells the step below which this share of the delays lies, in microseconds.
    pub fn below(&self, share: f64) -> Option<i64> {
        let wanted = (self.count() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (count, step) in self.counts.iter().zip(Self::STEPS) {
            seen += count;
            if seen >= wanted && seen > 0 {
                return Some(step);
            }
        }
        None
    }
}

/// The board.
#[derive(Debug)]
pub struct Board {
    /// When collecting began.
    pub since: Timestamp,
    taken: Vec<Mutex<Taken>>,
    judged: Mutex<Judged>,
    sampling: Mutex<Option<Sampling>>,
    sampling_round: AtomicU64,
    ending: AtomicBool,
    webhook: Mutex<Option<Arc<Counts>>>,
    sightings: Mutex<Option<Arc<Shown>>>,
    exchanges: Mutex<Option<Arc<exchanges::Counts>>>,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// Makes a board for so many receiving threads.
    pub fn new(receivers: usize, since: Timestamp) -> Self {
        Self {
            since,
            taken: (0..receivers).map(|_| Mutex::default()).collect(),
            judged: Mutex::default(),
            sampling: Mutex::default(),
            sampling_round: AtomicU64::new(0),
            ending: AtomicBool::new(false),
            webhook: Mutex::default(),
            sightings: Mutex::default(),
            exchanges: Mutex::default(),
        }
    }

    /// Counts the receiving threads.
    pub fn receivers(&self) -> usize {
        self.taken.len()
    }

    /// Begins the end.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Tells whether the end has begun.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Hands a new sampling to the receivers.
    pub fn set_sampling(&self, sampling: Sampling) {
        *lock(&self.sampling) = Some(sampling);
        self.sampling_round.fetch_add(1, Ordering::Release);
    }

    /// Tells the sampling if it is newer than the round last seen.
    pub fn newer_sampling(&self, seen: &mut u64) -> Option<Sampling> {
        let round = self.sampling_round.load(Ordering::Acquire);
        if round == *seen {
            return None;
        }
        *seen = round;
        lock(&self.sampling).clone()
    }

    /// Notes a reload.
    pub fn reloaded(&self, worked: bool) {
        let mut judged = lock(&self.judged);
        if worked {
            judged.reloads.0 += 1;
        } else {
            judged.reloads.1 += 1;
        }
    }

    /// Replaces what a receiver has told.
    pub fn tell_taken(&self, receiver: usize, taken: Taken) {
        *lock(&self.taken[receiver]) = taken;
    }

    /// Changes what the judge has told.
    pub fn judged<T>(&self, change: impl FnOnce(&mut Judged) -> T) -> T {
        change(&mut lock(&self.judged))
    }

    /// Notes where the webhook counts.
    pub fn set_webhook(&self, counts: Arc<Counts>) {
        *lock(&self.webhook) = Some(counts);
    }

    /// Notes where what is shown to the office is counted.
    pub fn set_sightings(&self, counts: Arc<Shown>) {
        *lock(&self.sightings) = Some(counts);
    }

    /// Tells what became of what was shown to the office, if one is.
    pub fn sightings(&self) -> Option<Arc<Shown>> {
        lock(&self.sightings).clone()
    }

    /// Notes where traffic that is shown to the office is counted.
    pub fn set_exchanges(&self, counts: Arc<exchanges::Counts>) {
        *lock(&self.exchanges) = Some(counts);
    }

    /// Tells what became of traffic that was shown to the office, if any is.
    pub fn exchanges(&self) -> Option<Arc<exchanges::Counts>> {
        lock(&self.exchanges).clone()
    }

    /// Shows what the receivers have told, what the judge has, and the webhook's counts.
    pub fn read(&self) -> (Vec<Taken>, Judged, Option<Arc<Counts>>) {
        let taken = self.taken.iter().map(|taken| lock(taken).clone()).collect();
        (
            taken,
            lock(&self.judged).clone(),
            lock(&self.webhook).clone(),
        )
    }

    /// Writes the final tally.
    pub fn farewell(&self, now: Timestamp, tongue: Text) -> String {
        let lasted = format::lasting(now.since(self.since), tongue.0);
        let mut text = format!("\n{}\n", said!(tongue, "collect-ended", lasted));
        for (name, value) in self.tally(tongue) {
            text.push_str(&format!("  {} {value}\n", columns::left(&name, 10)));
        }
        text
    }

    /// What was counted, by name.
    fn tally(&self, tongue: Text) -> Vec<(String, String)> {
        let (taken, judged, webhook) = self.read();
        let sum = |count: fn(&Taken) -> u64| taken.iter().map(count).sum::<u64>();
        let mut problems = judged.problems.clone();
        taken
            .iter()
            .for_each(|taken| problems.absorb(&taken.problems));
        let (grouped, mut facts) = (words::count, Vec::new());
        let mut fact = |name, value| facts.push((tongue.say(name), value));
        let (received, dropped) = (grouped(sum(|t| t.datagrams)), grouped(sum(|t| t.dropped)));
        fact(
            key!("collect-datagrams"),
            said!(tongue, "collect-datagrams-are", received, dropped),
        );
        let decoded = grouped(sum(|t| t.records));
        let packets = grouped(judged.packets);
        let of_them = grouped(judged.records);
        fact(
            key!("account-records"),
            said!(
                tongue,
                "collect-records-are",
                decoded,
                judged = of_them,
                packets
            ),
        );
        for (kind, count) in problems.met() {
            let (n, explanation) = (grouped(count), problem::explanation(kind, tongue));
            let said = said!(tongue, "collect-problem-is", n, kind, explanation);
            fact(key!("collect-problem"), said);
        }
        if taken.iter().any(|taken| taken.blind) {
            fact(key!("collect-problem"), tongue.say("collect-blind"));
        }
        fact(key!("collect-told"), told(&judged, tongue));
        if let (Some(half), Some(most)) = (judged.telling.below(0.5), judged.telling.below(0.99)) {
            let lasting = |micros| format::lasting(Span::from_micros(micros), tongue.0);
            let (half, most) = (lasting(half), lasting(most));
            let said = said!(tongue, "collect-delay-is", half, most);
            fact(key!("collect-delay"), said);
        }
        let count = |count: &AtomicU64| grouped(count.load(Ordering::Relaxed));
        if let Some(counts) = webhook {
            let [delivered, failed, away] =
                [&counts.delivered, &counts.failed, &counts.turned_away].map(count);
            let said = said!(tongue, "collect-webhook-is", delivered, failed, away);
            fact(key!("collect-webhook"), said);
        }
        if let Some(shown) = self.sightings() {
            let [acted, refused] = [&shown.acted, &shown.refused].map(count);
            let [failed, away] = [&shown.failed, &shown.turned_away].map(count);
            let said = said!(tongue, "collect-reflexes-are", acted, refused, failed, away);
            fact(key!("collect-reflexes"), said);
        }
        if let Some(counts) = self.exchanges() {
            let [shown, lost] = [&counts.shown, &counts.lost].map(count);
            let said = said!(tongue, "collect-watched-is", shown, lost);
            fact(key!("collect-watched"), said);
        }
        facts
    }
}

/// Says how many findings were told, of each level.
fn told(judged: &Judged, tongue: Text) -> String {
    let of_level = |level: Level| {
        let of = judged.findings.iter().filter(|((_, of), _)| *of == level);
        let n: u64 = of.map(|(_, count)| count).sum();
        let level = words::level_in(level, tongue);
        said!(tongue, "account-withheld-level", n, level)
    };
    let levels = [
        Level::Finding,
        Level::Candidate,
        Level::Context,
        Level::Measure,
    ];
    let levels = levels.map(of_level).join(tongue.pick(", ", "、"));
    let n = words::count(judged.findings.values().sum());
    said!(tongue, "collect-told-are", n, levels)
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
