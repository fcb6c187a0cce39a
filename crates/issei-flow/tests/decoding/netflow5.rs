//! NetFlow v5.

use issei_model::{ProblemKind, SamplingBasis, Timestamp};

use crate::say::{EXPORT, Ear, UPTIME};

fn datagram(sequence: u32, count: u16, records: usize) -> Vec<u8> {
    let mut bytes = vec![0, 5];
    bytes.extend(count.to_be_bytes());
    for word in [UPTIME, EXPORT, 0, sequence] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend([1, 2, 0x40, 100]);
    for number in 0..records {
        let mut record = [0; 48];
        record[..4].copy_from_slice(&[10, 0, 0, number as u8]);
        record[4..8].copy_from_slice(&[192, 0, 2, 9]);
        record[12..16].copy_from_slice(&[0, 3, 0, 4]);
        record[19] = 5;
        record[22..24].copy_from_slice(&[1, 0]);
        record[24..28].copy_from_slice(&(UPTIME - 3_000).to_be_bytes());
        record[28..32].copy_from_slice(&(UPTIME - 1_000).to_be_bytes());
        record[32..36].copy_from_slice(&[0x9c, 0x40, 0, 23]);
        record[37..39].copy_from_slice(&[2, 6]);
        bytes.extend(record);
    }
    bytes
}

#[test]
fn a_record_reads_field_by_field() {
    let ear = Ear::of(&[datagram(0, 2, 2)]);
    let record = &ear.records()[1];
    assert_eq!(record.source.to_string(), "10.0.0.1");
    assert_eq!(record.destination.to_string(), "192.0.2.9");
    assert_eq!((record.source_port, record.destination_port), (40_000, 23));
    assert_eq!((record.protocol, record.tcp_flags.0), (6, 2));
    assert_eq!((record.packets, record.bytes), (5, 256));
    assert_eq!((record.input_interface, record.output_interface), (3, 4));
    assert_eq!(record.first, Timestamp::from_secs(i64::from(EXPORT) - 3));
    assert_eq!(record.last, Timestamp::from_secs(i64::from(EXPORT) - 1));
    assert_eq!(record.sampling, 100);
    assert_eq!(ear.problems(), [""; 0]);
}

#[test]
fn engine_and_sampling_name_the_origin() {
    let ear = Ear::of(&[datagram(0, 1, 1)]);
    let origin = ear.collector.origins().next().unwrap();
    assert_eq!((origin.name.as_str(), origin.domain), ("192.0.2.1", 0x0102));
    assert_eq!(origin.sampling_basis, SamplingBasis::Announced);
}

#[test]
fn the_sequence_counts_flows() {
    let mut ear = Ear::of(&[
        datagram(0, 30, 30),
        datagram(30, 10, 10),
        datagram(65, 1, 1),
    ]);
    ear.end();
    assert_eq!(ear.count(ProblemKind::SequenceGap), 25);
    assert_eq!(ear.collector.origins().next().unwrap().lost, 25);
}

#[test]
fn records_that_the_header_promises_and_the_bytes_lack_are_counted() {
    let ear = Ear::of(&[datagram(0, 30, 28)]);
    assert_eq!((ear.tally().records, ear.tally().records_refused), (28, 2));
    assert_eq!(ear.count(ProblemKind::Truncated), 2);
}

#[test]
fn a_datagram_that_claims_more_than_thirty_and_lacks_them_is_not_flows() {
    let mut ear = Ear::of(&[datagram(0, 163, 30), datagram(0, 1, 1)]);
    ear.end();
    assert_eq!((ear.tally().records, ear.tally().datagrams_refused), (1, 1));
    assert_eq!(ear.problems(), ["bad-count 1"]);
    let jumbo = Ear::of(&[datagram(0, 60, 60)]);
    assert_eq!((jumbo.tally().records, jumbo.problems()), (60, vec![]));
}

#[test]
fn bytes_beyond_the_count_are_no_records() {
    let ear = Ear::of(&[datagram(0, 1, 3)]);
    assert_eq!(ear.tally().records, 1);
    assert_eq!(ear.problems(), ["bad-count 1"]);
}

#[test]
fn an_uptime_that_wrapped_since_the_flow_began_gives_the_right_time() {
    let mut bytes = datagram(0, 1, 1);
    bytes[4..8].copy_from_slice(&500_u32.to_be_bytes());
    bytes[24 + 24..24 + 28].copy_from_slice(&(u32::MAX - 499).to_be_bytes());
    bytes[24 + 28..24 + 32].copy_from_slice(&500_u32.to_be_bytes());
    let record = &Ear::of(&[bytes]).records()[0];
    assert_eq!(record.last.since(record.first).as_micros(), 1_000_000);
    assert_eq!(record.last, Timestamp::from_secs(i64::from(EXPORT)));
}
