//! Files that belong together, judged as one stream.
//!
//! In: inputs in the order of their first record. Out: the verdict, and what was read of each.
//! Always: the file that is furthest behind in time is read on, so that captures taken side by side
//! meet in the order of time; a file is opened only when the stream has come to its first record,
//! so a thousand rotated files need no thousand open ones.

use std::collections::VecDeque;
use std::path::PathBuf;

use issei_flow::{Collector, CollectorLimits, CollectorTally, Meter};
use issei_model::{FlowBatch, Origin, Problems, SamplingBasis, Timestamp};

use super::Told;
use super::input::{Content, Input, InputError};
use super::judging::{Judge, Verdict};
use super::progress::Progress;
use super::reading::{ReadTally, Reading, Step};
use crate::introductions::Introductions;

/// Files that are read side by side. More wait until one has ended.
const MOST_OPEN: usize = 64;
/// Origin indices below this are files, from it on exporters.
const FIRST_EXPORTER: u32 = 1 << 24;

/// What became of a stream.
pub struct Outcome {
    /// The judgement.
    pub verdict: Verdict,
    /// What was read of each file.
    pub files: Vec<FileOutcome>,
    /// What the collector did with export datagrams.
    pub collected: CollectorTally,
    /// What went wrong with them.
    pub export_problems: Problems,
}

/// What was read of a file.
pub struct FileOutcome {
    /// Which.
    pub path: PathBuf,
    /// What is in it.
    pub content: Content,
    /// Bytes on the disk.
    pub size: u64,
    /// What was read.
    pub read: ReadTally,
    /// Records that the meter made of its packets.
    pub metered: u64,
    /// What was damaged.
    pub problems: Problems,
    /// Why it could not be read to its end, in words.
    pub broke_off: Option<String>,
}

/// Reads and judges the inputs.
pub fn judge(inputs: Vec<Input>, told: &Told, progress: &Progress) -> Outcome {
    let mut stream = Stream {
        told,
        progress,
        judge: Judge::new(told),
        collector: collector(told),
        introductions: Introductions::default(),
        batch: FlowBatch::default(),
        waiting: (0..).zip(inputs).collect(),
        open: Vec::new(),
        files: Vec::new(),
    };
    while stream.open_due() {
        stream.step();
        progress.show();
    }
    stream.finish()
}

struct Stream<'a> {
    told: &'a Told,
    progress: &'a Progress,
    judge: Judge<'a>,
    collector: Collector,
    introductions: Introductions,
    batch: FlowBatch,
    waiting: VecDeque<(u32, Input)>,
    open: Vec<(Input, Reading)>,
    files: Vec<FileOutcome>,
}

impl Stream<'_> {
    /// Opens the files to whose first record the stream has come. Tells whether any is open.
    fn open_due(&mut self) -> bool {
        while self.open.len() < MOST_OPEN {
            let behind = self.open.iter().map(|(_, reading)| reading.now).min();
            let due = |input: &Input| match (behind, input.first) {
                (None, _) => true,
                (Some(now), Some(first)) => first <= now,
                (Some(_), None) => false,
            };
            if !self.waiting.front().is_some_and(|(_, input)| due(input)) {
                break;
            }
            if let Some((number, input)) = self.waiting.pop_front() {
                self.open(number, input);
            }
        }
        !self.open.is_empty()
    }

    fn open(&mut self, number: u32, input: Input) {
        let sampling = self.told.sampling();
        let meter = Meter::new(
            self.told.meter,
            self.told.hash_key,
            number,
            sampling.unwrap_or(1),
        );
        match Reading::open(&input, number, meter, self.progress.counter()) {
            Ok(reading) => {
                self.judge.introduce(Origin {
                    index: number,
                    name: input.path.display().to_string(),
                    domain: 0,
                    sampling_basis: basis(input.content, sampling),
                    lost: 0,
                });
                self.open.push((input, reading));
            }
            Err(error) => self.files.push(never_read(input, &error)),
        }
    }

    /// Reads on the file that is furthest behind.
    fn step(&mut self) {
        let behind = self
            .open
            .iter()
            .enumerate()
            .min_by_key(|(_, (_, reading))| reading.now)
            .map(|(place, _)| place);
        let Some(place) = behind else { return };
        let (_, reading) = &mut self.open[place];
        let step = reading.step(&mut self.collector, &mut self.batch);
        let now = reading.now;
        if self.collector.next_deadline().is_some_and(|due| due <= now) {
            self.collector.on_deadline(now, &mut self.batch);
        }
        self.hand_on(now);
        if step == Step::Ended {
            let (input, reading) = self.open.remove(place);
            self.files.push(read(&input, &reading));
        }
    }

    fn hand_on(&mut self, now: Timestamp) {
        let Self {
            introductions,
            collector,
            judge,
            ..
        } = self;
        introductions.news(collector, |origin| judge.introduce(origin));
        self.judge.handle(now, &mut self.batch);
    }

    fn finish(mut self) -> Outcome {
        self.collector.on_deadline(Timestamp::MAX, &mut self.batch);
        self.hand_on(Timestamp::MIN);
        Outcome {
            verdict: self.judge.finish(),
            files: self.files,
            collected: self.collector.tally(),
            export_problems: self.collector.problems().clone(),
        }
    }
}

fn collector(told: &Told) -> Collector {
    let mut collector = Collector::new(CollectorLimits::default(), told.hash_key, FIRST_EXPORTER);
    told.configuration.sampling.apply(&mut collector);
    collector
}

/// A meter saw every packet of its file, unless somebody says that the file was sampled.
fn basis(content: Content, sampling: Option<u32>) -> SamplingBasis {
    match (content, sampling) {
        (_, Some(_)) => SamplingBasis::Configured,
        (Content::Packets | Content::Exports | Content::Connections, None) => {
            SamplingBasis::Complete
        }
        (Content::Datagrams, None) => SamplingBasis::Unknown,
    }
}

fn read(input: &Input, reading: &Reading) -> FileOutcome {
    FileOutcome {
        path: input.path.clone(),
        content: input.content,
        size: input.size,
        read: reading.tally,
        metered: reading.metered(),
        problems: reading.problems(),
        broke_off: reading.broke_off.as_ref().map(ToString::to_string),
    }
}

fn never_read(input: Input, error: &InputError) -> FileOutcome {
    FileOutcome {
        path: input.path,
        content: input.content,
        size: input.size,
        read: ReadTally::default(),
        metered: 0,
        problems: Problems::default(),
        broke_off: Some(error.to_string()),
    }
}
