//! Datagrams of some forty real exporters: every one gives its records or a named problem.
//!
//! What came of each file stands in `flow_formats.txt`, to be read by eye against what the
//! exporters' own documents and other decoders say. Flows, packets and bytes are those that nfdump
//! 1.7 finds, but that it scales by the sampling rate, adds both directions of a biflow and both
//! sides of a middlebox, and reads neither sections of packets nor data before their template.
//! After a wanted change, run the test with `ISSEI_REGENERATE=1` and review the difference. The
//! files themselves are not ours to ship: they are looked for beside the project, and the test is
//! skipped with a line where they are absent.

#![expect(
    clippy::disallowed_methods,
    reason = "a test may read captures that lie beside the project"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use issei_flow::{Collector, CollectorLimits};
use issei_model::{FlowBatch, FlowRecord, Timestamp};
use issei_wire::stored;

use crate::captures;

#[test]
fn every_datagram_gives_its_records_or_a_named_problem() {
    let Some(folder) = flow_formats() else { return };
    let expected_at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decoding/flow_formats.txt");
    let expected = fs::read_to_string(&expected_at).unwrap();
    let cases = expected
        .lines()
        .filter(|line| !line.starts_with(' ') && !line.is_empty());
    let mut actual = String::new();
    for case in cases {
        writeln!(actual, "{case}").unwrap();
        if !case.starts_with('#') {
            actual += &outcome(&folder, case);
        }
    }
    if std::env::var_os("ISSEI_REGENERATE").is_some() {
        fs::write(&expected_at, &actual).unwrap();
    }
    for (actual, expected) in actual.lines().zip(expected.lines()) {
        assert_eq!(actual, expected);
    }
    assert_eq!(actual.lines().count(), expected.lines().count());
}

#[test]
fn every_file_is_expected_somewhere() {
    let Some(folder) = flow_formats() else { return };
    let expected = include_str!("flow_formats.txt");
    for of in [
        "akvorado/netflow/testdata",
        "akvorado/sflow/testdata",
        "graylog",
        "fluent-plugin-netflow",
        "logstash-codec-netflow",
    ] {
        for entry in fs::read_dir(folder.join(of)).unwrap() {
            let name = format!("{of}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(
                expected.split_whitespace().any(|word| word == name),
                "{name}"
            );
        }
    }
}

/// Feeds the files of a case in their order and tells what came of them.
fn outcome(folder: &Path, case: &str) -> String {
    let mut collector = Collector::new(CollectorLimits::default(), [1, 2], 0);
    let mut batch = FlowBatch::default();
    for name in case.split_whitespace() {
        feed(&mut collector, &folder.join(name), &mut batch);
    }
    collector.on_deadline(Timestamp::MAX, &mut batch);
    let tally = collector.tally();
    assert_eq!(
        tally.datagrams,
        tally.datagrams_read + tally.datagrams_refused
    );
    assert_eq!(tally.sets, tally.sets_read + tally.sets_refused);
    assert_eq!((tally.sets_waiting, tally.records), (0, batch.len() as u64));
    let mut text = format!(
        "  {} IPv4, {} IPv6, {} turned away; {} templates, {} options; {} of {} sets\n",
        batch.v4.len(),
        batch.v6.len(),
        tally.records_refused,
        tally.templates,
        tally.options,
        tally.sets_read,
        tally.sets
    );
    let records: Vec<FlowRecord> = batch.records().collect();
    if let (Some(one), Some(end)) = (
        records.first(),
        records.iter().map(|record| record.last).max(),
    ) {
        let packets: u64 = records.iter().map(|record| record.packets).sum();
        let bytes: u64 = records.iter().map(|record| record.bytes).sum();
        let back: u64 = records.iter().map(|record| record.reverse_packets).sum();
        let marks = records
            .iter()
            .fold(0, |marks, record| marks | record.marks.0);
        writeln!(
            text,
            "  {packets} packets, {bytes} bytes, {back} back, marks {marks:#x}, until {end}"
        )
        .unwrap();
        writeln!(
            text,
            "  {} {} > {} {} / {} {} 1:{} if {}>{} {} {}",
            one.source,
            one.source_port,
            one.destination,
            one.destination_port,
            one.protocol,
            one.tcp_flags,
            one.sampling,
            one.input_interface,
            one.output_interface,
            one.packets,
            one.first
        )
        .unwrap();
    }
    for (kind, count) in collector.problems().met() {
        writeln!(text, "  {kind} {count}").unwrap();
    }
    for origin in collector.origins() {
        writeln!(
            text,
            "  from {} domain {} {:?}, lost {}",
            origin.name, origin.domain, origin.sampling_basis, origin.lost
        )
        .unwrap();
    }
    text
}

fn feed(collector: &mut Collector, path: &Path, batch: &mut FlowBatch) {
    let bytes = captures::bytes_of(path);
    if path
        .extension()
        .is_some_and(|extension| extension == "pcap")
    {
        captures::datagrams(&bytes, |time, from, payload| {
            collector.datagram(time, from, payload, batch);
        });
    } else {
        // One file may hold several datagrams, as a socket gave them.
        let (from, mut rest) = ("192.0.2.1:2055".parse().unwrap(), &bytes[..]);
        while !rest.is_empty() {
            let (datagram, after) = rest.split_at(stored::first_datagram(rest).len());
            collector.datagram(Timestamp::from_secs(1_500_000_000), from, datagram, batch);
            rest = after;
        }
    }
}

fn flow_formats() -> Option<PathBuf> {
    captures::folder().map(|folder| folder.join("flow-formats"))
}
