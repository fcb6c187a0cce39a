//! How many flow records a second one core judges with three million active lines, by groups of
//! rules, and how many bytes are kept of a line.
//!
//! Records are generated: ordinary contacts of three million lines with 200,000 services, of which
//! few are used by many; one direction each, one packet in a thousand, as a router of an access
//! network exports them; a thousand lines scan. A second mix shows every packet and both
//! directions. Every line is active before the clock runs. Only the judging is timed, in seconds
//! of the processor that this thread had (Linux), so that neighbours do not count.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads how long it had a processor"
)]

use std::fs;

use issei_detect::{ClassMap, Engine, KnownServices, Parameters, RuleGroup, Setting};
use issei_model::{
    Columns, FlowBatch, IndicatorList, Marks, Territory, TerritoryBasis, Timestamp, protocol,
};

const LINES: u32 = 3_000_000;
const SERVICES: u32 = 200_000;
const SCANNERS: u32 = 1_000;
/// Records that are timed, in each round.
const TIMED: usize = 2_000_000;
const ROUNDS: usize = 5;
/// Records a second in the stream's own time.
const RATE: i64 = 1_000_000;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|one| one != "--bench")
        .collect();
    let groups: [(&str, &[RuleGroup]); 6] = [
        ("nothing but sorting", &[]),
        ("scans", &[RuleGroup::Scans]),
        ("floods", &[RuleGroup::Floods]),
        ("contacts", &[RuleGroup::Contacts]),
        ("command", &[RuleGroup::Command]),
        (
            "all rules",
            &[
                RuleGroup::Scans,
                RuleGroup::Floods,
                RuleGroup::Contacts,
                RuleGroup::Command,
            ],
        ),
    ];
    for (mix, sampling) in [
        ("one packet in 1,000, one direction", 1_000),
        ("every packet, both directions", 1),
    ] {
        println!("{mix}; {LINES} active lines");
        println!(
            "{:>22} {:>12} {:>10} {:>14}",
            "", "M records/s", "ns/record", "MB/M lines"
        );
        for (name, groups) in groups {
            if wanted.is_empty() || wanted.iter().any(|one| name.contains(one.as_str())) {
                measure(name, groups, sampling);
            }
        }
    }
}

fn measure(name: &str, groups: &[RuleGroup], sampling: u32) {
    let mut engine = Engine::of_groups(setting(), groups);
    let mut traffic = Traffic::new(sampling);
    let (mut batch, mut out) = (FlowBatch::default(), Vec::new());
    // Every line speaks at least once before the clock runs.
    let mut next_line = 0;
    while next_line < LINES {
        traffic.fill(&mut batch, |_| {
            next_line += 1;
            // A full period: the multiplier has no factor in common with the number of lines.
            (u64::from(next_line) * 1_000_003 % u64::from(LINES)) as u32
        });
        judge(&mut engine, &traffic, &batch, &mut out);
    }
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut spent = 0.0;
            for _ in 0..TIMED / FlowBatch::USUAL_ROWS {
                traffic.fill(&mut batch, |dice| dice.below(LINES));
                let begun = cpu_seconds();
                judge(&mut engine, &traffic, &batch, &mut out);
                spent += cpu_seconds() - begun;
            }
            out.clear();
            spent
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let records = (TIMED / FlowBatch::USUAL_ROWS * FlowBatch::USUAL_ROWS) as f64;
    let seconds = rounds[ROUNDS / 2];
    let bytes = engine.tally().bytes as f64;
    println!(
        "{name:>22} {:>12.2} {:>10.1} {:>14.1}",
        records / seconds / 1e6,
        seconds * 1e9 / records,
        bytes / f64::from(LINES)
    );
}

/// Tells how long this thread had a processor: the first number, in nanoseconds, of its line.
fn cpu_seconds() -> f64 {
    let line = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanoseconds = line
        .split(' ')
        .next()
        .and_then(|first| first.parse::<u64>().ok());
    nanoseconds.expect("a number") as f64 / 1e9
}

/// Judges a batch and does what is due by then, as the collector does.
fn judge(
    engine: &mut Engine,
    traffic: &Traffic,
    batch: &FlowBatch,
    out: &mut Vec<issei_model::Finding>,
) {
    let now = Timestamp::from_micros(traffic.now);
    engine.handle(now, batch, out);
    if engine.next_deadline().is_some_and(|due| due <= now) {
        engine.on_deadline(now, out);
    }
}

fn setting() -> Setting {
    let ours = ["10.0.0.0/8".parse().expect("a prefix")];
    Setting {
        parameters: Parameters::shipped(),
        territory: Territory::new(&ours, &[], TerritoryBasis::Configured),
        indicators: IndicatorList::new(Vec::new()),
        classes: ClassMap::default(),
        known: KnownServices::shipped(),
        hash_key: [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210],
    }
}

/// Where records come from.
struct Traffic {
    dice: Dice,
    now: i64,
    sampling: u32,
}

impl Traffic {
    fn new(sampling: u32) -> Self {
        Self {
            dice: Dice(0x5eed),
            now: Timestamp::from_secs(1_790_000_000).as_micros(),
            sampling,
        }
    }

    fn fill(&mut self, batch: &mut FlowBatch, mut line: impl FnMut(&mut Dice) -> u32) {
        batch.clear();
        for _ in 0..FlowBatch::USUAL_ROWS {
            let line = line(&mut self.dice);
            self.now += 1_000_000 / RATE;
            self.push(&mut batch.v4, 0x0a00_0000 + line, line < SCANNERS);
        }
    }

    /// Appends a record: 70 % ordinary contacts sent or received, 22 % more between them that carry
    /// nothing new, 5 % between lines, 3 % past us; of scanners every other is a probe.
    fn push(&mut self, columns: &mut Columns<u32>, line: u32, scans: bool) {
        let dice = &mut self.dice;
        let kind = dice.below(100);
        let (far, port) = service(dice);
        let client = 1_024 + dice.below(60_000) as u16;
        let (source, destination, source_port, destination_port) = match kind {
            _ if scans && kind < 50 => (line, 0x1400_0000 + dice.below(1 << 30), client, 23),
            0..52 => (line, far, client, port),
            52..92 => (far, line, port, client),
            92..97 => (line, 0x0a00_0000 + dice.below(LINES), client, port),
            _ => (far, 0x3000_0000 + dice.below(1 << 20), port, client),
        };
        let udp = dice.below(4) == 0 && !(scans && kind < 50);
        let probe = scans && kind < 50;
        let (flags, packets) = self.shape(udp, probe, source == far);
        columns.source.push(source);
        columns.destination.push(destination);
        columns.source_port.push(source_port);
        columns.destination_port.push(destination_port);
        columns
            .protocol
            .push(if udp { protocol::UDP } else { protocol::TCP });
        columns.tcp_flags.push(flags);
        columns.packets.push(packets);
        columns.bytes.push(packets * if probe { 40 } else { 700 });
        columns.first.push(self.now - 1_000_000);
        columns.last.push(self.now);
        columns.sampling.push(self.sampling);
        columns.origin.push(0);
        columns.input_interface.push(1);
        columns.output_interface.push(2);
        if self.sampling == 1 {
            let back = if probe { 0 } else { packets };
            columns.reverse_packets.push(back);
            columns.reverse_bytes.push(back * 500);
            columns
                .reverse_flags
                .push(if probe || udp { 0 } else { 0x1b });
            columns.marks.push(Marks::REVERSE_WATCHED);
        }
    }

    /// Tells flags and packets: under sampling mostly one packet of an exchange, else all.
    fn shape(&mut self, udp: bool, probe: bool, answers: bool) -> (u8, u64) {
        let dice = &mut self.dice;
        if probe {
            return (0x02, 1);
        }
        if self.sampling == 1 {
            return (if udp { 0 } else { 0x1b }, 4 + u64::from(dice.below(40)));
        }
        let flags = match dice.below(100) {
            _ if udp => 0,
            0..3 if answers => 0x12,
            0..3 => 0x02,
            3..6 => 0x11,
            6..40 => 0x18,
            _ => 0x10,
        };
        (flags, 1 + u64::from(dice.below(10) == 0))
    }
}

/// Draws a service: few are used by many, and most of those that are asked are used by few.
fn service(dice: &mut Dice) -> (u32, u16) {
    let share = f64::from(dice.below(1 << 24)) / f64::from(1u32 << 24);
    // The square of an even draw favours low numbers; three draws of it make a long tail.
    let rank = (f64::from(SERVICES) * share * share * share) as u32;
    let port = match rank % 10 {
        0..7 => 443,
        7 => 80,
        8 => 53,
        _ => 1_000 + (rank % 50_000) as u16,
    };
    (0x2000_0000 + rank * 977, port)
}

/// Numbers that repeat: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * u128::from(bound)) >> 64) as u32
    }
}
