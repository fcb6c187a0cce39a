//! Judges real captures that stand beside the work tree, as their own time passes.
//!
//! The captures are not part of the project; where they are absent a test says so and ends.

use std::path::{Path, PathBuf};

use issei_detect::{ClassMap, Engine, KnownServices, Parameters, Setting};
use issei_flow::{Meter, MeterLimits};
use issei_model::{
    Finding, FlowBatch, IndicatorList, Origin, SamplingBasis, Span, Territory, TerritoryBasis,
    Timestamp,
};
use issei_wire::capture::CaptureReader;
use issei_wire::zeek::ConnReader;

const KEY: [u64; 2] = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];

/// Finds a capture or a folder of them; none, and said so, if it is not there.
pub fn capture(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no capture at {}", path.display());
    None
}

/// Takes a prefix as ours; without one the private ranges.
pub fn territory(ours: Option<&str>) -> Territory {
    match ours {
        None => Territory::private(&[]),
        Some(ours) => Territory::new(&[ours.parse().unwrap()], &[], TerritoryBasis::Configured),
    }
}

/// Lists the packet files of a folder and its folders, by name.
pub fn packet_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_packets = |path: &Path| {
        let end = path.extension().and_then(|end| end.to_str());
        matches!(end, Some("pcap" | "pcapng"))
    };
    let each = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            packet_files(&path)
        } else {
            Some(path)
                .filter(|path| is_packets(path))
                .into_iter()
                .collect()
        }
    });
    each.collect()
}

/// Judges a packet file or a connection log. One packet in `sampling` is looked at.
pub fn judge(file: &Path, territory: Territory, sampling: u32) -> Vec<Finding> {
    let bytes = std::fs::read(file).unwrap();
    let mut judge = Judge::new(territory);
    match CaptureReader::recognise(&bytes) {
        Some(reader) => judge.packets(reader, &bytes, sampling),
        None => judge.connections(&bytes),
    }
    judge.engine.finish(judge.now, &mut judge.found);
    judge.found
}

struct Judge {
    engine: Engine,
    now: Timestamp,
    batch: FlowBatch,
    found: Vec<Finding>,
}

impl Judge {
    fn new(territory: Territory) -> Self {
        let mut engine = Engine::new(Setting {
            parameters: Parameters::shipped(),
            territory,
            indicators: IndicatorList::default(),
            classes: ClassMap::default(),
            known: KnownServices::default(),
            hash_key: KEY,
        });
        engine.introduce(Origin {
            index: 0,
            name: "capture".into(),
            domain: 0,
            sampling_basis: SamplingBasis::Complete,
            lost: 0,
        });
        Self {
            engine,
            now: Timestamp::MIN,
            batch: FlowBatch::default(),
            found: Vec::new(),
        }
    }

    fn packets(&mut self, mut reader: CaptureReader, bytes: &[u8], sampling: u32) {
        let limits = MeterLimits {
            active: Span::from_secs(60),
            idle: Span::from_secs(15),
            flows: 1 << 17,
        };
        let mut meter = Meter::new(limits, KEY, 0, sampling);
        let (mut at, mut number) = (0, 0u32);
        loop {
            let taken = reader.take(&bytes[at..], true);
            at += taken.consumed;
            let Some(packet) = taken.packet else {
                if taken.consumed == 0 {
                    break;
                }
                continue;
            };
            self.now = self.now.max(packet.time);
            number += 1;
            if number.is_multiple_of(sampling) {
                let (time, link, length) = (packet.time, packet.link, packet.original_length);
                meter.packet(time, link, packet.bytes, length, &mut self.batch);
            }
            self.judge_if(256);
        }
        meter.finish(&mut self.batch);
        self.judge_if(1);
    }

    fn connections(&mut self, bytes: &[u8]) {
        let mut reader = ConnReader::recognise(bytes).expect("a capture or a connection log");
        for line in bytes.split(|&byte| byte == b'\n') {
            reader.line(line, &mut self.batch);
            let last = self.batch.records().last();
            self.now = last.map_or(self.now, |record| self.now.max(record.first));
            self.judge_if(1);
        }
    }

    /// Hands a batch over once it has so many rows, and does what is due by then.
    fn judge_if(&mut self, rows: usize) {
        if self.batch.len() < rows {
            return;
        }
        self.engine.handle(self.now, &self.batch, &mut self.found);
        self.batch.clear();
        let due = |engine: &Engine, now| engine.next_deadline().is_some_and(|due| due <= now);
        while due(&self.engine, self.now) {
            self.engine.on_deadline(self.now, &mut self.found);
        }
    }
}
