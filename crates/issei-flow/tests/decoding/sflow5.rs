//! sFlow v5.

use issei_model::{Marks, Outcome, ProblemKind, SamplingBasis};

use crate::say::Ear;

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn structure(kind: u32, body: &[u8]) -> Vec<u8> {
    [words(&[kind, body.len() as u32]), body.to_vec()].concat()
}

fn datagram(sub_agent: u32, sequence: u32, samples: &[Vec<u8>]) -> Vec<u8> {
    let head = words(&[
        5,
        1,
        0xc000_0201,
        sub_agent,
        sequence,
        7,
        samples.len() as u32,
    ]);
    [head, samples.concat()].concat()
}

fn sample(rate: u32, records: &[Vec<u8>]) -> Vec<u8> {
    let head = words(&[9, 3, rate, 1_000, 0, 5, 6, records.len() as u32]);
    structure(1, &[head, records.concat()].concat())
}

/// A record of the first bytes of a frame: an opening of TCP, within VLAN 101.
fn opening(frame_length: u32) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 101, 8, 0];
    let ip_length = frame_length as u16 - 18;
    frame.extend([
        0x45,
        0,
        (ip_length >> 8) as u8,
        ip_length as u8,
        0,
        1,
        0,
        0,
        64,
        6,
        0,
        0,
    ]);
    frame.extend([10, 0, 0, 1, 192, 0, 2, 9]);
    frame.extend([
        0x9c, 0x40, 0, 23, 192, 0, 2, 9, 0, 0, 0, 0, 0x50, 2, 0x39, 8, 0, 0, 0, 0,
    ]);
    let head = words(&[1, frame_length, 4, frame.len() as u32]);
    frame.resize(frame.len().next_multiple_of(4), 0);
    structure(1, &[head, frame].concat())
}

/// A record of a packet as the agent read it.
fn packet() -> Vec<u8> {
    structure(
        3,
        &words(&[84, 17, 0x0a00_0001, 0x0a00_0002, 53, 4_000, 0, 0]),
    )
}

#[test]
fn a_sample_is_one_packet_of_its_rate() {
    let ear = Ear::of(&[datagram(0, 1, &[sample(400, &[opening(58)])])]);
    let record = &ear.records()[0];
    assert_eq!(
        (record.packets, record.bytes, record.sampling),
        (1, 40, 400)
    );
    assert_eq!((record.input_interface, record.output_interface), (5, 6));
    assert_eq!((record.source_port, record.destination_port), (40_000, 23));
    assert_eq!((record.first, record.last), (ear.now, ear.now));
    assert_eq!(ear.batch.v4.extras[0].vlan, 101);
    let shape = Marks::SEQUENCE_IS_DESTINATION | Marks::BARE_SYN;
    let lone = Marks::ONE_PACKET | Marks::TIME_OF_EXPORT;
    assert_eq!(record.marks.0, shape | lone);
}

#[test]
fn the_rate_may_differ_from_sample_to_sample() {
    let samples = [
        sample(400, &[packet()]),
        sample(0, &[packet()]),
        sample(10, &[packet()]),
    ];
    let ear = Ear::of(&[datagram(0, 1, &samples)]);
    assert_eq!(ear.rates(), [400, 0, 10]);
    assert_eq!(ear.count(ProblemKind::BadSampling), 1);
    assert_eq!(
        ear.collector.origins().next().unwrap().sampling_basis,
        SamplingBasis::Announced
    );
}

#[test]
fn what_the_operator_sets_wins() {
    let mut ear = Ear::default();
    ear.collector
        .set_sampling(Some("192.0.2.1".parse().unwrap()), 7);
    ear.hear(
        "198.51.100.1:6343",
        &datagram(0, 1, &[sample(400, &[packet()])]),
    );
    assert_eq!(ear.rates(), [7], "the agent is named within");
}

#[test]
fn the_packets_own_bytes_go_before_what_the_agent_read() {
    for records in [[packet(), opening(58)], [opening(58), packet()]] {
        let ear = Ear::of(&[datagram(0, 1, &[sample(400, &records)])]);
        assert_eq!(
            (ear.tally().records, ear.records()[0].destination_port),
            (1, 23)
        );
    }
}

#[test]
fn a_packet_that_cannot_be_read_leaves_what_the_agent_read() {
    let arp = [words(&[1, 60, 4, 14]), vec![0; 12], vec![8, 6, 0, 0]].concat();
    let readable = sample(400, &[structure(1, &arp), packet()]);
    let unreadable = sample(400, &[structure(1, &arp)]);
    let ear = Ear::of(&[datagram(0, 1, &[readable, unreadable])]);
    assert_eq!((ear.tally().records, ear.tally().records_refused), (1, 1));
    assert_eq!(ear.problems(), ["not-ip 1"]);
}

#[test]
fn translation_labels_and_vlan_stand_in_the_side_list() {
    let records = [
        packet(),
        structure(1001, &words(&[101, 0, 102, 0])),
        structure(1006, &words(&[1, 1, 1, 24_001 << 12, 0])),
        structure(1007, &words(&[1, 0xcb00_7105, 1, 0xcb00_7106])),
        structure(1020, &words(&[1_234, 80])),
    ];
    let ear = Ear::of(&[datagram(0, 1, &[sample(400, &records)])]);
    let [extra] = ear.batch.v4.extras[..] else {
        panic!()
    };
    assert_eq!((extra.row, extra.vlan, extra.mpls_label), (0, 101, 24_001));
    assert_eq!(extra.translated_source, Some(0xcb00_7105));
    assert_eq!(
        (
            extra.translated_source_port,
            extra.translated_destination_port
        ),
        (1_234, 80)
    );
}

#[test]
fn counters_are_stepped_over_and_counted() {
    let samples = [
        structure(2, &[0; 88]),
        sample(400, &[packet()]),
        structure(4, &[0; 88]),
    ];
    let ear = Ear::of(&[datagram(0, 1, &samples)]);
    assert_eq!(
        (ear.tally().records, ear.problems()),
        (1, vec!["unsupported 2".into()])
    );
    assert_eq!((ear.tally().sets, ear.tally().sets_refused), (3, 2));
}

#[test]
fn each_sub_agent_counts_its_datagrams() {
    let one = [sample(400, &[packet()])];
    let mut ear = Ear::of(&[
        datagram(0, 10, &one),
        datagram(1, 500, &one),
        datagram(0, 11, &one),
        datagram(1, 504, &one),
    ]);
    ear.end();
    assert_eq!(ear.problems(), ["sequence-gap 3"]);
    let lost: Vec<_> = ear
        .collector
        .origins()
        .map(|origin| (origin.domain, origin.lost))
        .collect();
    assert_eq!(lost, [(0, 0), (1, 3)]);
}

#[test]
fn a_sample_that_tells_of_no_packet_names_nobody() {
    let ear = Ear::of(&[datagram(0, 1, &[sample(400, &[structure(1003, &[0; 8])])])]);
    assert_eq!(ear.problems(), ["no-addresses 1"]);
}

#[test]
fn samples_beyond_the_count_are_named() {
    let mut bytes = datagram(0, 1, &[sample(400, &[packet()]), sample(400, &[packet()])]);
    bytes[27] = 1;
    let ear = Ear::of(&[bytes]);
    assert_eq!(
        (ear.tally().records, ear.problems()),
        (1, vec!["bad-count 1".into()])
    );
}

#[test]
fn from_one_packet_nobody_can_say_how_an_opening_was_taken() {
    let ear = Ear::of(&[datagram(0, 1, &[sample(1, &[opening(58)])])]);
    assert_eq!(
        (ear.rates(), ear.batch.v4.outcome(0)),
        (vec![1], Outcome::Unknown)
    );
}
