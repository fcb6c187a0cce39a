use super::*;
use issei_model::{Marks, TcpFlags};

const START: i64 = 1_735_516_800_000_000;

fn exporter(export: Export, loss: f64) -> Exporter {
    Exporter::new(export, 3, Vantage::new(100, (10, 110)), START, loss, 1)
}

fn record(v6: bool) -> FlowRecord {
    let ip = |last: u8| match v6 {
        true => IpAddr::from([0xfd00, 0xdb8, 0, 0, 0, 0, 0, u16::from(last)]),
        false => IpAddr::from([10, 16, 0, last]),
    };
    FlowRecord {
        source: ip(1),
        destination: ip(2),
        source_port: 1,
        destination_port: 2,
        protocol: 6,
        tcp_flags: TcpFlags(2),
        packets: 3,
        bytes: 4,
        first: Timestamp::from_micros(START),
        last: Timestamp::from_micros(START),
        sampling: 100,
        origin: 3,
        input_interface: 10,
        output_interface: 110,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    }
}

/// Sends so many records of each family in a second, and tells the datagrams.
fn second(exporter: &mut Exporter, number: i64, records: usize) -> Vec<Vec<u8>> {
    for _ in 0..records {
        exporter.record(&record(false));
        exporter.record(&record(true));
    }
    let mut sent = Vec::new();
    exporter.flush(START + number * 1_000_000, &mut |_, _, bytes| {
        sent.push(bytes.to_vec());
    });
    sent
}

fn sequence(bytes: &[u8]) -> u32 {
    let at = if bytes[1] == 9 { 12 } else { 8 };
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[test]
fn templates_come_first_and_again_every_minute() {
    for export in [Export::Netflow9, Export::Ipfix] {
        let mut exporter = exporter(export, 0.0);
        let counts: Vec<usize> = (0..121)
            .map(|number| second(&mut exporter, number, 1).len())
            .collect();
        let with_templates: Vec<usize> = (0..121).filter(|&number| counts[number] == 3).collect();
        assert_eq!(with_templates, [0, 60, 120], "{export:?}");
    }
}

#[test]
fn netflow9_counts_datagrams_and_ipfix_counts_records() {
    let mut v9 = exporter(Export::Netflow9, 0.0);
    let sent = second(&mut v9, 0, 100);
    let numbers: Vec<u32> = sent.iter().map(|bytes| sequence(bytes)).collect();
    assert_eq!(numbers, (0..sent.len() as u32).collect::<Vec<_>>());
    let mut ipfix = exporter(Export::Ipfix, 0.0);
    let sent = second(&mut ipfix, 0, 100);
    // The option, then 100 records of 54 bytes, then 100 of 78, as many to a datagram as it holds.
    let expected = [0, 1, 26, 51, 76, 101, 118, 135, 152, 169, 186];
    let numbers: Vec<u32> = sent.iter().map(|bytes| sequence(bytes)).collect();
    assert_eq!(numbers, expected);
    assert_eq!(ipfix.sequence, 201);
}

#[test]
fn no_datagram_is_longer_than_a_frame_holds() {
    for export in [Export::Netflow9, Export::Ipfix] {
        let sent = second(&mut exporter(export, 0.0), 0, 500);
        assert!(sent.iter().all(|bytes| bytes.len() <= DATAGRAM));
        assert!(sent.iter().any(|bytes| bytes.len() > DATAGRAM - 100));
    }
    let mut sflow = exporter(Export::Sflow, 0.0);
    (0..100).for_each(|_| sflow.sample(&[0; 300], 300, true));
    sflow.flush(START, &mut |_, _, bytes| assert!(bytes.len() <= DATAGRAM));
    assert_eq!(sflow.tally.records, 100);
}

#[test]
fn what_is_lost_is_counted_and_its_sequence_numbers_are_missing() {
    let mut lossy = exporter(Export::Netflow9, 0.5);
    let sent: Vec<u32> = (0..50)
        .flat_map(|number| second(&mut lossy, number, 30))
        .map(|bytes| sequence(&bytes))
        .collect();
    let tally = &lossy.tally;
    assert_eq!(sent.len() as u64, tally.datagrams - tally.lost_datagrams);
    assert_eq!(u64::from(lossy.sequence), tally.datagrams);
    assert!(sent.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        tally.lost_datagrams > 0 && tally.lost_records > 0 && tally.lost_records < tally.records
    );
}

#[test]
fn two_vantages_share_an_address_and_differ_in_their_domain() {
    let of = |number| {
        Exporter::new(
            Export::Ipfix,
            number,
            Vantage::new(1, (1, 2)),
            START,
            0.0,
            1,
        )
    };
    let (first, second, third) = (of(0), of(1), of(2));
    assert_eq!(first.address.ip(), second.address.ip());
    assert_ne!(first.domain, second.domain);
    assert_ne!(first.address.ip(), third.address.ip());
}
