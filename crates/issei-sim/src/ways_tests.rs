use std::collections::BTreeMap;

use issei_model::FlowBatch;

use super::*;
use crate::files::PcapFile;
use crate::scenario::Scenario;

/// A few lines and bots, small enough to run often.
fn scenario(sampling: u32) -> Scenario {
    let sketch = Scenario::sketch(80, 3, 6).expect("a good sketch");
    Scenario { sampling, ..sketch }
}

fn country(scenario: &Scenario) -> Country {
    Country::new(scenario).expect("a country")
}

fn pcap(scenario: &Scenario) -> (Vec<u8>, u64, Truth) {
    let mut packets = country(scenario).packets();
    let mut file = PcapFile::default();
    while packets.second(&mut |frame| file.packet(&frame)) {}
    (file.bytes().to_vec(), file.packets(), packets.truth())
}

fn exported(scenario: &Scenario, export: Export) -> (Vec<u8>, u64, Truth) {
    let mut datagrams = country(scenario).datagrams(export);
    let mut file = PcapFile::default();
    while datagrams.second(&mut |datagram| file.datagram(&datagram)) {}
    (file.bytes().to_vec(), file.packets(), datagrams.truth())
}

fn batch(scenario: &Scenario) -> (FlowBatch, Truth) {
    let mut batches = country(scenario).batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    (batch, batches.truth())
}

#[test]
fn the_same_scenario_gives_the_same_bytes_and_another_seed_others() {
    let sampled = scenario(4);
    let other = Scenario {
        seed: 2,
        ..sampled.clone()
    };
    assert_eq!(pcap(&sampled), pcap(&sampled));
    assert_ne!(pcap(&sampled).0, pcap(&other).0);
    for export in [Export::Netflow9, Export::Ipfix, Export::Sflow] {
        let once = exported(&sampled, export);
        assert_eq!(once, exported(&sampled, export));
        assert_ne!(once.0, exported(&other, export).0);
    }
}

#[test]
fn the_truth_counts_every_packet_and_record_that_came_out() {
    for sampling in [1, 10] {
        let scenario = scenario(sampling);
        let (_, written, truth) = pcap(&scenario);
        assert_eq!(written, truth.packets());
        let (batch, truth) = batch(&scenario);
        assert_eq!(batch.len() as u64, truth.records());
        let packets: u64 = batch.records().map(|record| record.packets).sum();
        let bytes: u64 = batch.records().map(|record| record.bytes).sum();
        assert_eq!(packets, truth.packets());
        let seen: u64 = truth.exporters.iter().map(|exporter| exporter.bytes).sum();
        assert_eq!(bytes, seen);
        assert!(packets > 1_000, "{packets}");
    }
}

#[test]
fn what_three_ways_show_of_one_country_is_the_same() {
    let whole = scenario(1);
    let (_, packets, _) = pcap(&whole);
    let (_, truth) = batch(&whole);
    assert_eq!(
        packets,
        truth.packets(),
        "at 1:1, records hold every packet"
    );
    let (_, _, v9) = exported(&whole, Export::Netflow9);
    let (_, _, ipfix) = exported(&whole, Export::Ipfix);
    let (_, _, sflow) = exported(&whole, Export::Sflow);
    assert_eq!(v9.records(), truth.records());
    assert_eq!(ipfix.records(), truth.records());
    assert_eq!(sflow.records(), packets);
    assert_eq!((v9.bots, v9.attacks), (ipfix.bots, ipfix.attacks));
}

#[test]
fn lost_datagrams_are_counted_and_the_others_arrive() {
    let lossy = Scenario {
        loss: 0.2,
        ..scenario(1)
    };
    for export in [Export::Netflow9, Export::Ipfix, Export::Sflow] {
        let (_, arrived, truth) = exported(&lossy, export);
        let sum = |count: fn(&TrueExporter) -> u64| truth.exporters.iter().map(count).sum::<u64>();
        let (sent, lost) = (sum(|e| e.datagrams), sum(|e| e.lost_datagrams));
        assert_eq!(arrived, sent - lost);
        // Five standard deviations of a binomial count.
        let spread = 5.0 * (sent as f64 * 0.2 * 0.8).sqrt();
        assert!(
            (lost as f64 - 0.2 * sent as f64).abs() < spread,
            "{export:?}: {lost} of {sent}"
        );
        assert!(sum(|e| e.lost_records) > 0 && sum(|e| e.lost_records) < truth.records());
    }
}

#[test]
fn datagrams_and_packets_come_in_order_of_time() {
    let sampled = scenario(2);
    let mut last = Timestamp::MIN;
    let mut packets = country(&sampled).packets();
    while packets.second(&mut |frame| {
        assert!(frame.time >= last);
        last = frame.time;
    }) {}
    let mut by_router = BTreeMap::new();
    let mut datagrams = country(&sampled).datagrams(Export::Ipfix);
    while datagrams.second(&mut |datagram| {
        let last = by_router.entry(datagram.router).or_insert(Timestamp::MIN);
        assert!(datagram.time > *last);
        *last = datagram.time;
    }) {}
    assert_eq!(by_router.len(), 3, "two routers and the sensor");
}

#[test]
fn records_lie_between_their_first_packet_and_their_departure() {
    let mut batches = country(&scenario(1)).batches();
    let mut batch = FlowBatch::default();
    let longest = issei_model::Span::from_secs(60 + 15 + 2);
    loop {
        batch.clear();
        let goes_on = batches.second(&mut batch);
        for record in batch.records() {
            assert!(record.first <= record.last);
            assert!(record.last <= batches.now());
            assert!(batches.now().since(record.first) <= longest, "{record:?}");
        }
        if !goes_on {
            break;
        }
    }
}
