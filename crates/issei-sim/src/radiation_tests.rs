use std::collections::BTreeMap;

use super::*;
use crate::Country;
use crate::scenario::Scenario;
use issei_model::{FlowBatch, FlowRecord, TcpFlags};

/// Nobody does anything; it only shines.
fn records(sampling: u32, lines: u32, minutes: u32) -> (Vec<FlowRecord>, Scenario) {
    let scenario = Scenario {
        sampling,
        lines,
        minutes,
        activity: 0.0,
        device_lines: 0.0,
        researchers: 0,
        ..Scenario::preset("quiet").expect("it ships")
    };
    let mut batches = Country::new(&scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    (batch.records().collect(), scenario)
}

/// Five standard deviations of a Poisson count.
fn expect_near(count: usize, mean: f64) {
    assert!(
        (count as f64 - mean).abs() < 5.0 * mean.sqrt(),
        "{count} instead of {mean}"
    );
}

#[test]
fn an_address_receives_so_many_flows_a_day_as_the_scenario_says() {
    let (records, scenario) = records(1, 2_000, 30);
    let addresses = 1_800.0 + (200.0_f64 / 32.0).ceil();
    let days = f64::from(scenario.minutes) / 1_440.0;
    let inbound = |record: &&FlowRecord| atlas::is_home(record.destination);
    let flows = records.iter().filter(inbound).count();
    expect_near(flows, addresses * days * 3_600.0);
    let dark = records.iter().filter(|record| record.origin == 2).count();
    expect_near(dark, 256.0 * days * 3_600.0);
}

#[test]
fn under_sampling_the_packets_are_as_many_as_chance_lets_through() {
    let (all, _) = records(1, 2_000, 30);
    let (sampled, _) = records(50, 2_000, 30);
    let packets = |records: &[FlowRecord]| {
        let border = records.iter().filter(|record| record.origin < 2);
        border.map(|record| record.packets).sum::<u64>() as usize
    };
    expect_near(packets(&sampled), packets(&all) as f64 / 50.0);
}

#[test]
fn the_shares_of_kinds_are_those_of_the_table_and_the_lines_only_answer() {
    let (records, _) = records(1, 2_000, 30);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &records {
        let kind = if !atlas::is_home(record.destination) && record.origin < 2 {
            // What leaves is an answer; no line opens anything.
            assert!(
                record.tcp_flags.any(TcpFlags::RST | TcpFlags::ACK),
                "{record:?}"
            );
            "answer"
        } else if record.tcp_flags.any(TcpFlags::ACK | TcpFlags::RST) && record.packets == 1 {
            "stray"
        } else if [23, 2323].contains(&record.destination_port) {
            "telnet"
        } else {
            "other"
        };
        *kinds.entry(kind).or_default() += 1;
    }
    let all: u32 = RAYS.iter().map(|ray| ray.per_mille).sum();
    assert_eq!(all, 1_000);
    let received = (records.len() - kinds["answer"]) as f64;
    expect_near(kinds["telnet"], received * 0.235);
    expect_near(kinds["stray"], received * 0.025);
}

#[test]
fn in_the_dark_nobody_answers() {
    let (records, _) = records(1, 10, 30);
    let dark = records.iter().filter(|record| record.origin == 2);
    assert!(dark.clone().count() > 10_000);
    assert!(
        dark.clone()
            .all(|record| atlas::usual_dark().contains(&record.destination))
    );
}
