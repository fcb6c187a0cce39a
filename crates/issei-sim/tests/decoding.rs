//! What the routers of a country send is understood by the collector, to the last record; and
//! what its packets show is what its routers would have recorded.

use std::collections::BTreeMap;

use issei_flow::{Collector, CollectorLimits, Meter, MeterLimits};
use issei_model::{FlowBatch, FlowRecord, ProblemKind, SamplingBasis, Span, Timestamp};
use issei_sim::{Country, Export, PcapFile, Scenario, Truth};
use issei_wire::capture::CaptureReader;
use issei_wire::export;
use issei_wire::packet::{Head, LinkType};

fn scenario(sampling: u32) -> Scenario {
    let sketch = Scenario::sketch(80, 3, 6).expect("a good sketch");
    Scenario { sampling, ..sketch }
}

/// Exports a country and collects it again.
fn collected(scenario: &Scenario, export: Export) -> (FlowBatch, Collector, Truth) {
    let mut datagrams = Country::new(scenario).expect("a country").datagrams(export);
    let mut collector = Collector::new(CollectorLimits::default(), [3, 4], 0);
    let mut batch = FlowBatch::default();
    let mut now = scenario.start;
    while datagrams.second(&mut |datagram| {
        assert!(
            export::recognise(datagram.bytes).is_some(),
            "it is known by its content"
        );
        now = datagram.time;
        collector.datagram(datagram.time, datagram.router, datagram.bytes, &mut batch);
    }) {}
    collector.on_deadline(now + Span::from_secs(3_600), &mut batch);
    collector.on_deadline(Timestamp::MAX, &mut batch);
    (batch, collector, datagrams.truth())
}

/// Records in an order of their own, without what only the collector or the router numbers.
fn sorted(batch: &FlowBatch) -> Vec<FlowRecord> {
    let mut records: Vec<FlowRecord> = batch.records().collect();
    for record in &mut records {
        record.origin = 0;
        record.marks = issei_model::Marks(0);
    }
    records.sort_by_key(|r| {
        (
            r.first,
            r.source,
            r.destination,
            r.source_port,
            r.destination_port,
            r.last,
            r.packets,
            r.bytes,
        )
    });
    records
}

fn batch_of(scenario: &Scenario) -> FlowBatch {
    let mut batches = Country::new(scenario).expect("a country").batches();
    let mut batch = FlowBatch::default();
    while batches.second(&mut batch) {}
    batch
}

#[test]
fn netflow9_and_ipfix_decode_to_the_very_records_of_the_country() {
    for sampling in [1, 10] {
        let scenario = scenario(sampling);
        let expected = sorted(&batch_of(&scenario));
        for export in [Export::Netflow9, Export::Ipfix] {
            let (batch, collector, truth) = collected(&scenario, export);
            assert_eq!(
                collector.problems().met().collect::<Vec<_>>(),
                [],
                "{export:?}"
            );
            assert_eq!(collector.tally().records, truth.records());
            assert_eq!(sorted(&batch), expected, "{export:?} 1:{sampling}");
            assert!(collector.origins().all(|origin| origin.sampling_basis
                == SamplingBasis::Announced
                && origin.lost == 0));
        }
    }
}

#[test]
fn sflow_decodes_to_one_record_for_each_packet_looked_at() {
    let (batch, collector, truth) = collected(&scenario(10), Export::Sflow);
    assert_eq!(collector.problems().met().collect::<Vec<_>>(), []);
    assert_eq!(batch.len() as u64, truth.packets());
    let bytes: u64 = batch.records().map(|record| record.bytes).sum();
    assert_eq!(
        bytes,
        truth
            .exporters
            .iter()
            .map(|exporter| exporter.bytes)
            .sum::<u64>()
    );
    let mut rates: BTreeMap<u32, u64> = BTreeMap::new();
    batch
        .records()
        .for_each(|record| *rates.entry(record.sampling).or_default() += 1);
    assert_eq!(
        rates.keys().copied().collect::<Vec<_>>(),
        [1, 10],
        "sensor and routers"
    );
}

#[test]
fn lost_datagrams_are_the_gaps_that_the_collector_counts() {
    let lossy = Scenario {
        loss: 0.05,
        ..scenario(1)
    };
    for export in [Export::Netflow9, Export::Ipfix] {
        let (_, collector, truth) = collected(&lossy, export);
        let exporters = &truth.exporters;
        let gaps = collector.problems().count(ProblemKind::SequenceGap);
        // NetFlow v9 counts datagrams, IPFIX records and options. What is lost before the first
        // or behind the last that arrives leaves no gap.
        let (lost, unseen) = match export {
            Export::Netflow9 => (exporters.iter().map(|e| e.lost_datagrams).sum::<u64>(), 8),
            _ => (exporters.iter().map(|e| e.lost_records).sum::<u64>(), 200),
        };
        assert!(lost > 0);
        assert!(
            gaps.abs_diff(lost) <= unseen,
            "{export:?}: {gaps} of {lost}"
        );
        let tally = collector.tally();
        let arrived = exporters
            .iter()
            .map(|e| e.records - e.lost_records)
            .sum::<u64>();
        let unread = collector.problems().count(ProblemKind::TemplateNeverCame);
        assert!(tally.records <= arrived);
        assert!(unread > 0 || tally.records == arrived, "{export:?}");
    }
}

#[test]
fn a_packet_file_is_read_back_packet_by_packet_and_metered_without_loss() {
    let mut packets = Country::new(&scenario(1)).expect("a country").packets();
    let mut file = PcapFile::default();
    let mut times = Vec::new();
    while packets.second(&mut |frame| {
        times.push(frame.time);
        file.packet(&frame);
    }) {}
    let limits = MeterLimits {
        active: Span::from_secs(60),
        idle: Span::from_secs(15),
        flows: 1 << 20,
    };
    let mut meter = Meter::new(limits, [5, 6], 0, 1);
    let mut batch = FlowBatch::default();
    let read = each_packet(file.bytes(), |packet| {
        assert_eq!(packet.time, times.remove(0));
        meter.packet(
            packet.time,
            packet.link,
            packet.bytes,
            packet.original_length,
            &mut batch,
        );
    });
    meter.finish(&mut batch);
    let truth = packets.truth();
    assert_eq!(read, truth.packets());
    assert_eq!(meter.tally().turned_away, 0);
    let seen = |record: FlowRecord| {
        (
            record.packets + record.reverse_packets,
            record.bytes + record.reverse_bytes,
        )
    };
    let sums = batch
        .records()
        .map(seen)
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert_eq!(
        sums,
        (
            truth.packets(),
            truth.exporters.iter().map(|e| e.bytes).sum()
        )
    );
    let mirai = batch.records().filter(|record| {
        record
            .marks
            .any(issei_model::Marks::SEQUENCE_IS_DESTINATION)
    });
    assert!(mirai.count() > 1_000, "Mirai's mark is in its packets");
}

#[test]
fn a_file_of_datagrams_holds_them_as_udp_packets_to_the_usual_port() {
    for export in [Export::Netflow9, Export::Ipfix, Export::Sflow] {
        let mut datagrams = Country::new(&scenario(10))
            .expect("a country")
            .datagrams(export);
        let mut file = PcapFile::default();
        let mut sent = Vec::new();
        while datagrams.second(&mut |datagram| {
            sent.push((datagram.router, datagram.bytes.to_vec()));
            file.datagram(&datagram);
        }) {}
        let mut sent = sent.into_iter();
        let read = each_packet(file.bytes(), |packet| {
            let head = Head::parse(packet.link, packet.bytes, packet.original_length)
                .expect("whole heads");
            let (router, bytes) = sent.next().expect("no more than were sent");
            assert_eq!(
                (head.source, head.source_port),
                (router.ip(), router.port())
            );
            assert_eq!(head.destination_port, export.usual_port());
            assert_eq!(head.udp_payload(packet.bytes), Some(&bytes[..]));
        });
        assert!(read > 100);
        assert!(sent.next().is_none());
    }
}

fn each_packet(file: &[u8], mut take: impl FnMut(issei_wire::capture::CapturedPacket<'_>)) -> u64 {
    let mut reader = CaptureReader::recognise(file).expect("a packet file");
    let (mut at, mut count) = (0, 0);
    while at < file.len() {
        let taken = reader.take(&file[at..], true);
        assert!(taken.consumed > 0, "the file is whole");
        at += taken.consumed;
        if let Some(packet) = taken.packet {
            assert_eq!(packet.link, LinkType::ETHERNET);
            count += 1;
            take(packet);
        }
    }
    count
}
