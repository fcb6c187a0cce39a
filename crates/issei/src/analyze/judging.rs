//! Judges the records of one network in the order of time.
//!
//! In: batches with the stream's time. Out: a [`Verdict`]: findings, each with its last revision,
//! what was taken as ours, and counts that add up: records = judged + left out.
//! Always: time never runs backwards; the engine is asked at every deadline that the stream
//! passes. When nobody said what is ours, the first records are held until that can be told.

use std::collections::BTreeMap;

use issei_detect::{Engine, EngineTally};
use issei_model::{
    Finding, FindingId, FindingRecord, FlowBatch, Level, Origin, Problems, Territory,
    TerritoryBasis, Timestamp,
};
use issei_text::{Phrase, key};

use super::Told;
use super::memory::Memory;
use crate::survey::Survey;

/// Records held while nobody knows what is ours: about 40 MB.
const MOST_HELD: usize = 1 << 19;
/// Deadlines kept one by one when the stream jumps: two weeks of looks. Beyond, one stands for all.
const MOST_DEADLINES: usize = 1 << 12;
/// Findings remembered with their evidence: about a gigabyte at the very most.
const MOST_FINDINGS: usize = 100_000;

/// The judge of one network.
pub struct Judge<'a> {
    told: &'a Told,
    stage: Stage,
    origins: BTreeMap<u32, Origin>,
    now: Timestamp,
    out: Vec<Finding>,
    findings: BTreeMap<FindingId, Finding>,
    counts: Counts,
    /// What is remembered of contacts, and of whose lines.
    memory: Option<(Memory, Territory)>,
}

/// What was done with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Records that came.
    pub records: u64,
    /// Packets of those judged, both directions, as they were counted.
    pub packets: u64,
    /// Bytes of those judged.
    pub bytes: u64,
    /// Those outside the wanted time.
    pub left_out: u64,
    /// The first moment of the rest.
    pub first: Timestamp,
    /// The last moment of the rest.
    pub last: Timestamp,
    /// Findings that found no place in our memory.
    pub turned_away: u64,
}

/// Whether it is known what is ours.
enum Stage {
    Looking(Box<Held>),
    Judging(Box<Engine>, Assumed),
}

/// Records that wait, and the look at them.
#[derive(Default)]
struct Held {
    survey: Survey,
    rows: FlowBatch,
    /// After so many rows of each family, the stream's time was this.
    cuts: Vec<(usize, usize, Timestamp)>,
}

/// What was taken as ours, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// The prefixes.
    pub ours: Vec<String>,
    /// In what way they were found.
    pub basis: TerritoryBasis,
    /// Why, in words.
    pub why: Phrase,
}

/// The outcome.
pub struct Verdict {
    /// Findings, in the order of their names.
    pub findings: Vec<FindingRecord>,
    /// Findings below the level that is told, by level.
    pub withheld: BTreeMap<Level, u64>,
    /// What was taken as ours.
    pub assumed: Assumed,
    /// What was done with the records.
    pub counts: Counts,
    /// What the engine did.
    pub engine: EngineTally,
    /// What found no room.
    pub problems: Problems,
    /// The exporters and files that told.
    pub origins: Vec<Origin>,
    /// What is remembered of contacts, if that was wanted.
    pub memory: Option<Memory>,
}

impl<'a> Judge<'a> {
    /// Makes a judge.
    pub fn new(told: &'a Told) -> Self {
        let territory = &told.configuration.territory;
        let stage = if territory.ours.is_empty() {
            Stage::Looking(Box::default())
        } else {
            let ours = Territory::new(&territory.ours, &territory.dark, TerritoryBasis::Configured);
            begin(told, ours, Phrase::say(key!("ours-named")))
        };
        Self {
            told,
            stage,
            origins: BTreeMap::new(),
            now: Timestamp::MIN,
            out: Vec::new(),
            findings: BTreeMap::new(),
            memory: told.remembers(),
            counts: Counts {
                records: 0,
                packets: 0,
                bytes: 0,
                left_out: 0,
                first: Timestamp::MAX,
                last: Timestamp::MIN,
                turned_away: 0,
            },
        }
    }

    /// Takes an exporter or file, before its records.
    pub fn introduce(&mut self, origin: Origin) {
        if let Stage::Judging(engine, _) = &mut self.stage {
            engine.introduce(origin.clone());
        }
        self.origins.insert(origin.index, origin);
    }

    /// Takes a batch and empties it. `now` is how far the stream's time has come.
    pub fn handle(&mut self, now: Timestamp, batch: &mut FlowBatch) {
        self.now = self.now.max(now);
        self.counts.records += batch.len() as u64;
        batch.keep_between(self.told.since, self.told.until);
        let (packets, bytes) = batch.volume();
        self.counts.packets = self.counts.packets.saturating_add(packets);
        self.counts.bytes = self.counts.bytes.saturating_add(bytes);
        let firsts = batch.v4.first.iter().chain(&batch.v6.first);
        let lasts = batch.v4.last.iter().chain(&batch.v6.last);
        let first = firsts.min().map(|&micros| Timestamp::from_micros(micros));
        let last = lasts.max().map(|&micros| Timestamp::from_micros(micros));
        self.counts.first = self.counts.first.min(first.unwrap_or(Timestamp::MAX));
        self.counts.last = self.counts.last.max(last.unwrap_or(Timestamp::MIN));
        match &mut self.stage {
            Stage::Judging(..) => self.judge(batch),
            Stage::Looking(held) => {
                held.hold(self.now, batch);
                if held.rows.len() >= MOST_HELD {
                    self.decide();
                }
            }
        }
        batch.clear();
    }

    /// Says everything that is still to be said.
    pub fn finish(mut self) -> Verdict {
        if matches!(self.stage, Stage::Looking(_)) {
            self.decide();
        }
        let now = self.now;
        let (engine, assumed, problems) = match &mut self.stage {
            Stage::Looking(_) => unreachable!("it was just decided"),
            Stage::Judging(engine, assumed) => {
                engine.finish(now, &mut self.out);
                (engine.tally(), assumed.clone(), engine.problems())
            }
        };
        self.remember();
        self.counts.left_out = self.counts.records - engine.records;
        let least = self.told.configuration.output.level;
        let mut withheld = BTreeMap::new();
        for finding in self
            .findings
            .values()
            .filter(|finding| finding.level < least)
        {
            *withheld.entry(finding.level).or_default() += 1;
        }
        let lookup = |index: u32| self.origins.get(&index).cloned();
        let findings = self
            .findings
            .values()
            .filter(|finding| finding.level >= least);
        Verdict {
            findings: findings
                .map(|finding| finding.local_record(&lookup))
                .collect(),
            withheld,
            assumed,
            counts: self.counts,
            engine,
            problems,
            origins: self.origins.into_values().collect(),
            memory: self.memory.map(|(memory, _)| memory),
        }
    }

    /// Decides what is ours, and judges what waited.
    fn decide(&mut self) {
        let Stage::Looking(held) = &mut self.stage else {
            return;
        };
        let held = std::mem::take(&mut **held);
        let assumption = held.survey.assumption();
        let dark = &self.told.configuration.territory.dark;
        let territory = Territory::new(&assumption.ours, dark, assumption.basis);
        self.stage = begin(self.told, territory, assumption.why);
        if let Stage::Judging(engine, _) = &mut self.stage {
            for origin in self.origins.values() {
                engine.introduce(origin.clone());
            }
        }
        let end = self.now;
        let (mut batch, mut v4, mut v6) = (FlowBatch::default(), 0, 0);
        for &(v4_end, v6_end, now) in &held.cuts {
            batch.append(&held.rows, v4..v4_end, v6..v6_end);
            (v4, v6, self.now) = (v4_end, v6_end, now);
            self.judge(&batch);
            batch.clear();
        }
        self.now = end;
    }

    fn judge(&mut self, batch: &FlowBatch) {
        let Stage::Judging(engine, _) = &mut self.stage else {
            return;
        };
        if let Some((memory, territory)) = &mut self.memory {
            memory.look(batch, territory, None);
        }
        keep_deadlines(engine, self.now, &mut self.out);
        if !batch.is_empty() {
            engine.handle(self.now, batch, &mut self.out);
        }
        self.remember();
    }

    /// Keeps the last revision of each finding.
    fn remember(&mut self) {
        for finding in self.out.drain(..) {
            let room = self.findings.len() < MOST_FINDINGS;
            if room || self.findings.contains_key(&finding.id) {
                self.findings.insert(finding.id, finding);
            } else {
                self.counts.turned_away += u64::from(finding.revision == 1);
            }
        }
    }
}

impl Held {
    fn hold(&mut self, now: Timestamp, batch: &FlowBatch) {
        self.survey.look(batch);
        self.rows
            .append(batch, 0..batch.v4.len(), 0..batch.v6.len());
        if !batch.is_empty() {
            let (v4, v6) = (self.rows.v4.len(), self.rows.v6.len());
            self.cuts.push((v4, v6, now));
        }
    }
}

fn begin(told: &Told, territory: Territory, why: Phrase) -> Stage {
    let assumed = Assumed {
        ours: territory.ours().iter().map(ToString::to_string).collect(),
        basis: territory.basis(),
        why,
    };
    let setting = told.lists.setting(territory, told.hash_key);
    Stage::Judging(Box::new(Engine::new(setting)), assumed)
}

/// Lets the engine do what became due up to now.
fn keep_deadlines(engine: &mut Engine, now: Timestamp, out: &mut Vec<Finding>) {
    for _ in 0..MOST_DEADLINES {
        match engine.next_deadline() {
            Some(due) if due <= now => engine.on_deadline(due, out),
            _ => return,
        }
    }
    engine.on_deadline(now, out);
}

#[cfg(test)]
#[path = "judging_tests.rs"]
mod tests;
