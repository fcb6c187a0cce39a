use issei_flow::{CollectorLimits, MeterLimits};

use super::*;
use crate::command_line::Exports;
use crate::traffic::{self, Folder};

const SECOND: i64 = 1_000_000;
const BEGIN: i64 = 1_700_000_000;

/// Reads a file to its end: its records, its steps, and the reading.
fn read(bytes: &[u8], name: &str) -> (FlowBatch, Vec<Timestamp>, Reading) {
    let folder = Folder::new(name);
    let path = folder.file(name, bytes);
    let gathered = super::super::input::gather(&[path], Exports::Auto).unwrap();
    let limits = MeterLimits {
        active: Span::from_secs(60),
        idle: Span::from_secs(15),
        flows: 1_000,
    };
    let meter = Meter::new(limits, [1, 2], 7, 1);
    let mut reading = Reading::open(&gathered.inputs[0], 7, meter, Arc::default()).unwrap();
    let mut collector = Collector::new(CollectorLimits::default(), [1, 2], 100);
    let (mut all, mut batch, mut steps) = (FlowBatch::default(), FlowBatch::default(), Vec::new());
    loop {
        let step = reading.step(&mut collector, &mut batch);
        steps.push(reading.now);
        all.append(&batch, 0..batch.v4.len(), 0..batch.v6.len());
        batch.clear();
        if step == Step::Ended {
            return (all, steps, reading);
        }
    }
}

#[test]
fn every_packet_of_a_capture_becomes_part_of_a_record_that_names_its_file() {
    let (records, _, reading) = read(&traffic::scan(BEGIN * SECOND, 500, SECOND / 100), "metered");
    assert_eq!(reading.tally.packets, 500);
    assert_eq!(
        records.records().map(|record| record.packets).sum::<u64>(),
        500
    );
    assert!(records.v4.origin.iter().all(|&origin| origin == 7));
    assert_eq!(reading.metered(), records.len() as u64);
}

#[test]
fn a_step_covers_little_more_than_a_second_however_slowly_records_come() {
    let (_, steps, _) = read(&traffic::scan(BEGIN * SECOND, 50, 3 * SECOND), "slow");
    let distinct: std::collections::BTreeSet<_> = steps.iter().collect();
    assert!(distinct.len() >= 49, "{}", distinct.len());
    assert!(steps.is_sorted());
}

#[test]
fn lines_of_a_log_are_read_to_the_last_even_without_its_line_feed() {
    let text = traffic::conn_log(BEGIN, 30);
    let lines = text.lines().count() as u64;
    for text in [text.trim_end(), &text] {
        let (records, _, reading) = read(text.as_bytes(), "log");
        assert_eq!((records.len(), reading.tally.lines), (30, lines));
        assert!(records.v4.origin.iter().all(|&origin| origin == 7));
        assert_eq!(
            reading.now,
            Timestamp::from_micros((BEGIN + 2) * SECOND + 900_000)
        );
    }
}

#[test]
fn datagrams_without_anything_around_them_are_decoded_one_by_one() {
    let datagrams: Vec<u8> = (0..40)
        .flat_map(|number| {
            traffic::netflow5(
                (BEGIN + number) as u32,
                number as u32 * 3,
                &traffic::targets(number as u32 * 3, 3),
            )
        })
        .collect();
    let (records, _, reading) = read(&datagrams, "datagrams");
    assert_eq!((reading.tally.datagrams, records.len()), (40, 120));
    assert_eq!(reading.now, Timestamp::from_secs(BEGIN + 39));
}

#[test]
fn a_torn_capture_is_read_as_far_as_it_goes_and_the_tear_is_told() {
    let whole = traffic::scan(BEGIN * SECOND, 100, SECOND / 100);
    let (records, _, reading) = read(&whole[..whole.len() - 7], "torn");
    assert_eq!((reading.tally.packets, records.len()), (99, 99));
    assert!(reading.problems().met().count() > 0);
}

#[test]
fn a_line_without_end_is_told_and_not_kept() {
    let mut text = traffic::conn_log(BEGIN, 3).into_bytes();
    text.resize(40 << 20, b'x');
    let (records, _, reading) = read(&text, "endless");
    assert_eq!(records.len(), 3);
    assert_eq!(reading.problems().count(ProblemKind::Truncated), 1);
}
