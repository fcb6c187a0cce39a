use issei_model::{FlowRecord, Marks, TcpFlags};

use super::*;
use crate::command_line::{Analyze, Command, CommandLine};

const BEGIN: i64 = 1_700_000_000;

/// What the operator says on the command line, as `analyze` reads it.
fn told(words: &[&str]) -> Told {
    let line = ["issei", "analyze", "x"].iter().chain(words);
    let Command::Analyze(options) = <CommandLine as clap::Parser>::parse_from(line).command else {
        unreachable!("the words are those of analyze")
    };
    let options: Analyze = options;
    Told::read(&options).unwrap()
}

/// A telnet opening by 192.168.1.9 that stays unanswered, at this second.
fn opening(second: i64) -> FlowRecord {
    let time = Timestamp::from_secs(BEGIN + second);
    FlowRecord {
        source: "192.168.1.9".parse().unwrap(),
        destination: std::net::Ipv4Addr::from_bits(
            0x0b00_0000_u32.wrapping_add((second as u32).wrapping_mul(77_777)),
        )
        .into(),
        source_port: 40_000,
        destination_port: 23,
        protocol: 6,
        tcp_flags: TcpFlags(TcpFlags::SYN),
        packets: 1,
        bytes: 40,
        first: time,
        last: time,
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(Marks::REVERSE_WATCHED),
    }
}

fn judged(told: &Told, seconds: std::ops::Range<i64>) -> Verdict {
    let mut judge = Judge::new(told);
    let mut batch = FlowBatch::default();
    for second in seconds {
        batch.push(&opening(second));
        judge.handle(Timestamp::from_secs(BEGIN + second), &mut batch);
        assert!(batch.is_empty(), "the batch comes back empty");
    }
    judge.finish()
}

#[test]
fn every_record_is_judged_whether_what_is_ours_was_said_or_must_be_found() {
    for words in [&["--ours", "192.168.1.0/24"][..], &[]] {
        let verdict = judged(&told(words), 0..100);
        assert_eq!((verdict.counts.records, verdict.engine.records), (100, 100));
        assert_eq!(verdict.engine.outbound, 100, "{words:?}");
        assert_eq!(verdict.counts.left_out, 0);
        assert_eq!(verdict.counts.first, Timestamp::from_secs(BEGIN));
        assert_eq!(verdict.counts.last, Timestamp::from_secs(BEGIN + 99));
    }
}

#[test]
fn what_was_taken_as_ours_is_told_with_its_reason() {
    let assumed = judged(&told(&["--ours", "192.0.2.0/24"]), 0..9).assumed;
    assert_eq!(assumed.ours, ["192.0.2.0/24"]);
    assert_eq!(assumed.basis, TerritoryBasis::Configured);
    let assumed = judged(&told(&[]), 0..9).assumed;
    assert!(
        assumed.ours.contains(&"192.168.1.0/24".to_owned()),
        "{assumed:?}"
    );
    assert_eq!(assumed.basis, TerritoryBasis::PrivateRanges);
    assert_eq!(assumed.why.en, "private addresses that send");
}

#[test]
fn the_same_records_lead_to_the_same_findings_whether_they_were_held_or_not() {
    let said = judged(
        &told(&["--ours", "192.168.1.0/24", "--level", "measure"]),
        0..600,
    );
    let found = judged(&told(&["--level", "measure"]), 0..600);
    assert_eq!(said.findings, found.findings);
    assert!(
        !said.findings.is_empty(),
        "600 openings to telnet without an answer are a scan"
    );
}

#[test]
fn records_outside_the_wanted_time_are_left_out_and_counted() {
    let at = |second: i64| Timestamp::from_secs(BEGIN + second).to_string();
    let verdict = judged(&told(&["--since", &at(10), "--until", &at(30)]), 0..100);
    assert_eq!((verdict.engine.records, verdict.counts.left_out), (20, 80));
    assert_eq!(verdict.counts.first, Timestamp::from_secs(BEGIN + 10));
}

#[test]
fn findings_below_the_wanted_level_are_counted_and_not_told() {
    let all = judged(&told(&["--level", "measure"]), 0..600);
    let some = judged(&told(&["--level", "finding"]), 0..600);
    let withheld: u64 = some.withheld.values().sum();
    assert_eq!(
        all.findings.len() as u64,
        some.findings.len() as u64 + withheld
    );
    assert!(
        some.findings
            .iter()
            .all(|finding| finding.level == Level::Finding)
    );
}

#[test]
fn a_stream_that_jumps_by_years_is_judged_without_keeping_every_deadline() {
    let told = told(&["--ours", "192.168.1.0/24"]);
    let mut judge = Judge::new(&told);
    let mut batch = FlowBatch::default();
    for second in [0, 400_000_000, 800_000_000] {
        batch.push(&opening(second));
        judge.handle(Timestamp::from_secs(BEGIN + second), &mut batch);
    }
    let verdict = judge.finish();
    assert_eq!(verdict.engine.records, 3);
    assert!(verdict.engine.command.looks <= 3 * MOST_DEADLINES as u64);
}
