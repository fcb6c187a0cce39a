//! The meter: who opened, what was noticed, when a flow becomes a record; and its laws.

use std::net::{Ipv4Addr, Ipv6Addr};

use issei_model::{FlowRecord, Marks, Outcome, TcpFlags, protocol};
use issei_wire::packet::Part;
use proptest::prelude::*;

use super::*;

const CLIENT: u32 = 0xc000_0207;
const SERVER: u32 = 0xc633_6409;

const SYN: u8 = TcpFlags::SYN;
const ACK: u8 = TcpFlags::ACK;
const RST: u8 = TcpFlags::RST;
const FIN: u8 = TcpFlags::FIN;

#[test]
fn both_directions_are_one_record_from_who_opened() {
    let mut meter = Stream::new();
    meter.handshake(0.0);
    meter.tcp(0.3, Way::Forth, ACK, 100);
    meter.tcp(0.4, Way::Back, ACK, 1_000);
    let [record] = meter.finish();
    assert_eq!(record.source, IpAddr::from(Ipv4Addr::from_bits(CLIENT)));
    assert_eq!((record.source_port, record.destination_port), (40_000, 23));
    assert_eq!((record.packets, record.bytes), (3, 3 * 40 + 100));
    assert_eq!(
        (record.reverse_packets, record.reverse_bytes),
        (2, 2 * 40 + 1_000)
    );
    assert_eq!(
        (record.tcp_flags.0, record.reverse_flags.0),
        (SYN | ACK, SYN | ACK)
    );
    assert_eq!(
        (record.first.as_micros(), record.last.as_micros()),
        (0, 400_000)
    );
    assert_eq!((record.origin, record.sampling), (7, 1));
    assert_eq!(record.marks, Marks(Marks::REVERSE_WATCHED));
}

#[test]
fn a_silent_a_refusing_and_an_answering_side_are_told_apart() {
    let outcome = |answer: Option<u8>| {
        let mut meter = Stream::new();
        meter.tcp(0.0, Way::Forth, SYN, 0);
        meter.tcp(1.0, Way::Forth, SYN, 0);
        if let Some(flags) = answer {
            meter.tcp(1.1, Way::Back, flags, 0);
        }
        let batch = meter.batch();
        assert_eq!(batch.len(), 1, "retransmissions are one flow");
        batch.v4.outcome(0)
    };
    assert_eq!(outcome(None), Outcome::Unanswered);
    assert_eq!(outcome(Some(RST | ACK)), Outcome::Refused);
    assert_eq!(outcome(Some(SYN | ACK)), Outcome::Answered);
}

#[test]
fn an_answer_that_comes_first_is_no_opening_and_its_sender_is_the_source() {
    for flags in [SYN | ACK, RST, RST | ACK] {
        let mut meter = Stream::new();
        meter.tcp(0.0, Way::Back, flags, 0);
        let batch = meter.batch();
        assert_eq!(batch.v4.source, [SERVER]);
        assert_eq!(batch.v4.outcome(0), Outcome::NotAnOpening);
    }
}

#[test]
fn a_syn_that_the_capture_put_behind_its_answer_still_opened() {
    let mut meter = Stream::new();
    meter.tcp(0.001, Way::Back, SYN | ACK, 0);
    meter.tcp(0.0, Way::Forth, SYN, 0);
    meter.tcp(0.002, Way::Forth, ACK, 0);
    let [record] = meter.finish();
    assert_eq!(record.destination_port, 23);
    assert_eq!((record.packets, record.reverse_packets), (2, 1));
    assert!(!record.marks.any(Marks::FIRST_IS_ANSWER));
    assert_eq!(
        (record.first.as_micros(), record.last.as_micros()),
        (0, 2_000)
    );
}

#[test]
fn in_midstream_the_ports_tell_who_opened_and_the_record_says_it_is_a_guess() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Back, ACK, 500);
    meter.tcp(0.1, Way::Forth, ACK, 0);
    let [record] = meter.finish();
    assert_eq!((record.source_port, record.destination_port), (40_000, 23));
    assert_eq!((record.packets, record.reverse_packets), (1, 1));
    assert!(record.marks.any(Marks::OPENING_UNSEEN));
}

#[test]
fn the_likelier_service_is_the_one_that_was_opened() {
    for ports in [(1_025, 80), (40_000, 8_080), (40_000, 23), (60_000, 40_000)] {
        let mut meter = Stream::new();
        let way = if ports.1 < 32_768 {
            Way::Back
        } else {
            Way::Forth
        };
        meter.send(
            0.0,
            &Packet {
                ports,
                ..Packet::tcp(way, ACK, 5)
            },
        );
        meter.send(
            0.1,
            &Packet {
                ports,
                ..Packet::tcp(way.turned(), ACK, 5)
            },
        );
        let [record] = meter.finish();
        assert_eq!((record.source_port, record.destination_port), ports);
    }
}

#[test]
fn a_guess_never_names_a_source_that_sent_nothing() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Back, ACK, 500);
    let [record] = meter.finish();
    assert_eq!(
        (record.source_port, record.packets, record.reverse_packets),
        (23, 1, 0)
    );
    assert_eq!(record.tcp_flags.0, ACK);
}

#[test]
fn a_new_syn_after_the_end_is_a_new_flow() {
    for end in [FIN | ACK, RST] {
        let mut meter = Stream::new();
        meter.handshake(0.0);
        meter.tcp(1.0, Way::Back, end, 0);
        meter.tcp(1.1, Way::Forth, ACK, 0);
        meter.handshake(2.0);
        let [first, second] = meter.finish();
        assert_eq!((first.packets, second.packets), (3, 2));
        assert_eq!(second.first, Timestamp::from_secs(2));
    }
}

#[test]
fn a_syn_shows_that_a_flow_without_beginning_was_another() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Forth, ACK, 0);
    meter.tcp(0.5, Way::Forth, SYN, 0);
    let [before, opened] = meter.finish();
    assert!(before.marks.any(Marks::OPENING_UNSEEN));
    assert!(!opened.marks.any(Marks::OPENING_UNSEEN));
}

#[test]
fn silence_ends_a_record_in_the_streams_own_time() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Forth, SYN, 0);
    meter.other(14.9);
    assert_eq!(meter.out.len(), 0);
    meter.other(16.0);
    assert_eq!(meter.out.len(), 1);
}

#[test]
fn an_answered_flow_that_wakes_up_still_knows_who_opened() {
    let mut meter = Stream::new();
    meter.handshake(0.0);
    meter.other(100.0);
    assert_eq!(meter.out.len(), 1);
    meter.tcp(200.0, Way::Back, ACK, 10);
    let records = meter.batch().records().collect::<Vec<_>>();
    let woken = &records[2];
    assert_eq!(
        (woken.source_port, woken.packets, woken.reverse_packets),
        (40_000, 0, 1)
    );
    assert!(!woken.marks.any(Marks::OPENING_UNSEEN | Marks::CONTINUES));
}

#[test]
fn an_unanswered_flow_that_wakes_up_is_a_new_one() {
    let mut meter = Stream::new();
    meter.udp(0.0, Way::Forth);
    meter.udp(20.0, Way::Back);
    let [first, second] = meter.finish();
    assert_eq!((first.source_port, second.source_port), (40_000, 23));
}

#[test]
fn who_opened_is_forgotten_after_five_minutes() {
    let mut meter = Stream::new();
    meter.handshake(0.0);
    meter.tcp(301.0, Way::Back, ACK, 10);
    let records = meter.batch().records().collect::<Vec<_>>();
    assert!(records[1].marks.any(Marks::OPENING_UNSEEN));
}

#[test]
fn a_long_flow_is_recorded_on_the_way_and_still_knows_who_opened() {
    let mut meter = Stream::new();
    meter.handshake(0.0);
    for second in 1..130 {
        meter.tcp(f64::from(second), Way::Back, ACK, 100);
    }
    let [first, second, third] = meter.finish();
    assert!(first.marks.any(Marks::CONTINUES) && second.marks.any(Marks::CONTINUES));
    assert!(!third.marks.any(Marks::CONTINUES));
    for record in [&first, &second, &third] {
        assert_eq!((record.source_port, record.destination_port), (40_000, 23));
        assert!(!record.marks.any(Marks::OPENING_UNSEEN));
    }
    assert_eq!(
        (first.packets, second.packets, second.tcp_flags.0),
        (2, 0, 0)
    );
    let sum = first.reverse_packets + second.reverse_packets + third.reverse_packets;
    assert_eq!(sum, 130);
}

#[test]
fn marks_of_an_opening_belong_to_the_record_that_counts_it() {
    let mut meter = Stream::new();
    meter.send(
        0.0,
        &Packet {
            sequence: SERVER,
            window: 0,
            ..Packet::tcp(Way::Forth, SYN, 0)
        },
    );
    meter.tcp(0.1, Way::Back, SYN | ACK, 0);
    for second in 1..70 {
        meter.tcp(f64::from(second), Way::Forth, ACK, 0);
    }
    let [first, second] = meter.finish();
    let opening = Marks::SEQUENCE_IS_DESTINATION | Marks::BARE_SYN | Marks::ZERO_WINDOW;
    assert!(first.marks.all(opening) && !second.marks.any(opening));
}

#[test]
fn an_ordinary_syn_has_no_mark() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Forth, SYN, 0);
    let [record] = meter.finish();
    assert_eq!(record.marks, Marks(Marks::REVERSE_WATCHED));
}

#[test]
fn a_syn_ack_with_a_window_of_zero_is_noticed() {
    let mut meter = Stream::new();
    meter.tcp(0.0, Way::Forth, SYN, 0);
    meter.send(
        0.1,
        &Packet {
            window: 0,
            ..Packet::tcp(Way::Back, SYN | ACK, 0)
        },
    );
    let [record] = meter.finish();
    assert!(record.marks.any(Marks::ZERO_WINDOW));
}

#[test]
fn who_spoke_first_is_noticed() {
    for (first, expected) in [(Way::Back, true), (Way::Forth, false)] {
        let mut meter = Stream::new();
        meter.handshake(0.0);
        meter.tcp(1.0, first, ACK, 20);
        meter.tcp(1.1, first.turned(), ACK, 20);
        let [record] = meter.finish();
        assert_eq!(record.marks.any(Marks::RESPONDER_SPOKE_FIRST), expected);
    }
}

#[test]
fn two_bytes_each_way_every_minute_are_noticed() {
    assert_eq!(keepalive(60, (Way::Forth, 2), 2), Marks::TWO_BYTE_KEEPALIVE);
    assert_eq!(keepalive(60, (Way::Back, 2), 2), Marks::TWO_BYTE_KEEPALIVE);
    assert_eq!(keepalive(5, (Way::Forth, 2), 2), 0, "too often");
    assert_eq!(keepalive(120, (Way::Forth, 2), 2), 0, "too seldom");
    assert_eq!(keepalive(60, (Way::Forth, 2), 3), 0, "too long an answer");
}

#[test]
fn a_short_text_and_its_answer_every_minute_are_noticed() {
    assert_eq!(keepalive(60, (Way::Back, 5), 5), Marks::TEXT_KEEPALIVE);
    assert_eq!(keepalive(60, (Way::Back, 4), 6), Marks::TEXT_KEEPALIVE);
    assert_eq!(keepalive(60, (Way::Forth, 5), 5), 0, "the opener asks");
    assert_eq!(keepalive(60, (Way::Back, 7), 7), 0, "too long");
}

/// The keep-alive marks of a connection with four exchanges.
fn keepalive(seconds: u32, question: (Way, u32), answer: u32) -> u16 {
    let mut meter = Stream::new();
    meter.handshake(0.0);
    for at in 1..=4 {
        let time = f64::from(at * seconds);
        meter.tcp(time, question.0, ACK, question.1);
        meter.tcp(time + 0.2, question.0.turned(), ACK, answer);
        meter.tcp(time + 0.3, question.0, ACK, 0);
    }
    let records = meter.batch().records().collect::<Vec<_>>();
    let marks = records
        .iter()
        .fold(0, |marks, record| marks | record.marks.0);
    marks & (Marks::TWO_BYTE_KEEPALIVE | Marks::TEXT_KEEPALIVE)
}

#[test]
fn later_fragments_are_a_record_of_their_own() {
    let mut meter = Stream::new();
    meter.udp(0.0, Way::Forth);
    let later = Packet {
        part: Part::Later,
        ports: (0, 0),
        ..Packet::udp(Way::Forth)
    };
    meter.send(0.0, &later);
    let port_0 = Packet {
        ports: (0, 0),
        ..Packet::udp(Way::Forth)
    };
    meter.send(0.0, &port_0);
    let [whole, fragment, port_0] = meter.finish();
    assert!(fragment.marks.any(Marks::FRAGMENT));
    assert!(!whole.marks.any(Marks::FRAGMENT) && !port_0.marks.any(Marks::FRAGMENT));
}

#[test]
fn a_ping_and_its_reply_are_one_record() {
    for (kind, question, reply) in [(protocol::ICMP, 8, 0), (protocol::ICMP_V6, 128, 129)] {
        let mut meter = Stream::new();
        meter.send(0.0, &Packet::icmp(kind, Way::Forth, question * 256));
        meter.send(0.1, &Packet::icmp(kind, Way::Back, reply * 256));
        let [record] = meter.finish();
        assert_eq!(
            (record.source_port, record.destination_port),
            (0, question * 256)
        );
        assert_eq!((record.packets, record.reverse_packets), (1, 1));
    }
}

#[test]
fn a_reply_without_question_is_told_as_a_reply() {
    let mut meter = Stream::new();
    meter.send(0.0, &Packet::icmp(protocol::ICMP, Way::Forth, 0));
    meter.send(0.1, &Packet::icmp(protocol::ICMP, Way::Forth, 3 * 256 + 10));
    let [reply, error] = meter.finish();
    assert_eq!(
        (reply.destination_port, error.destination_port),
        (0, 3 * 256 + 10)
    );
    assert!(reply.marks.any(Marks::FIRST_IS_ANSWER) && error.marks.any(Marks::FIRST_IS_ANSWER));
}

#[test]
fn silence_means_nothing_under_sampling_nor_where_the_way_back_leads_elsewhere() {
    let mut sampled = Stream::with(1_000, 1_000);
    sampled.tcp(0.0, Way::Forth, SYN, 0);
    assert_eq!(sampled.batch().v4.outcome(0), Outcome::Unknown);
    let mut one_way = Stream::new();
    one_way.tcp(0.0, Way::Forth, SYN, 0);
    one_way.tcp(0.1, Way::Forth, ACK | TcpFlags::PSH, 9);
    assert_eq!(one_way.batch().v4.outcome(0), Outcome::Answered);
}

#[test]
fn tags_and_labels_stand_beside_the_row() {
    let mut meter = Stream::new();
    meter.other(0.0);
    meter.send(
        0.1,
        &Packet {
            vlan: 100,
            mpls_label: 300_012,
            ..Packet::udp(Way::Forth)
        },
    );
    let batch = meter.batch();
    let extra = batch.v4.extras[0];
    assert_eq!((extra.row, extra.vlan, extra.mpls_label), (1, 100, 300_012));
    assert_eq!(batch.v4.extras.len(), 1);
}

#[test]
fn a_full_table_records_the_oldest_and_counts_it() {
    let mut meter = Stream::with(4, 1);
    for at in 0..6_u16 {
        let ports = (1_000 + at, 53);
        meter.send(
            f64::from(at),
            &Packet {
                ports,
                ..Packet::udp(Way::Forth)
            },
        );
        // The first flow is busy, so it is not the oldest.
        meter.send(
            f64::from(at) + 0.9,
            &Packet {
                ports: (1_000, 53),
                ..Packet::udp(Way::Forth)
            },
        );
    }
    meter.meter.settle(&mut meter.out);
    let early = meter.out.records().map(|record| record.source_port);
    assert_eq!(early.collect::<Vec<_>>(), [1_001, 1_002]);
    assert_eq!(meter.meter.problems().count(ProblemKind::FlowTableFull), 2);
    assert_eq!(
        meter
            .batch()
            .records()
            .map(|record| record.packets)
            .sum::<u64>(),
        12
    );
}

#[test]
fn a_flood_of_one_family_does_not_lock_out_the_other() {
    let mut meter = Stream::with(64, 1);
    for at in 0..1_000_u16 {
        meter.send(
            0.0,
            &Packet {
                ports: (at, 53),
                ..Packet::udp(Way::Forth)
            },
        );
    }
    meter.send(0.0, &Packet::icmp(protocol::ICMP_V6, Way::Forth, 128 * 256));
    meter.send(0.0, &Packet::icmp(protocol::ICMP_V6, Way::Back, 129 * 256));
    let batch = meter.batch();
    assert_eq!((batch.v6.packets[0], batch.v6.reverse_packets[0]), (1, 1));
    assert_eq!(batch.len(), 1_001);
}

#[test]
fn time_that_falls_far_back_begins_a_new_stream() {
    let mut meter = Stream::new();
    meter.tcp(10_000.0, Way::Forth, SYN, 0);
    meter.tcp(10.0, Way::Forth, SYN, 0);
    meter.tcp(10.5, Way::Back, RST, 0);
    let [first, second] = meter.finish();
    assert_eq!(
        (first.first, second.first),
        (Timestamp::from_secs(10_000), Timestamp::from_secs(10))
    );
    assert_eq!(second.reverse_packets, 1);
    assert_eq!(meter_problem(&meter, ProblemKind::StrayTime), 1);
}

#[test]
fn a_little_disorder_changes_no_record() {
    let mut meter = Stream::new();
    meter.tcp(1.0, Way::Forth, SYN, 0);
    meter.tcp(3.0, Way::Back, SYN | ACK, 0);
    meter.tcp(2.0, Way::Forth, ACK, 0);
    meter.tcp(0.5, Way::Forth, ACK, 0);
    let [record] = meter.finish();
    assert_eq!(
        (record.first.as_micros(), record.last.as_micros()),
        (500_000, 3_000_000)
    );
    assert_eq!(meter_problem(&meter, ProblemKind::StrayTime), 0);
}

#[test]
fn the_deadline_is_told_and_kept() {
    let mut meter = Stream::new();
    assert_eq!(meter.meter.next_deadline(), None);
    meter.udp(100.0, Way::Forth);
    let waiting = meter.meter.next_deadline().expect("a packet waits");
    assert_eq!(waiting, Timestamp::from_secs(115));
    meter
        .meter
        .on_deadline(Timestamp::from_secs(101), &mut meter.out);
    let due = meter.meter.next_deadline().expect("a flow is held");
    assert!((115_000_000..116_000_000).contains(&due.as_micros()));
    meter.meter.on_deadline(due, &mut meter.out);
    assert_eq!(meter.out.len(), 1);
    assert_eq!(meter.meter.next_deadline(), None);
}

#[test]
fn packets_without_heads_are_turned_away_and_counted() {
    let mut meter = Stream::new();
    let now = Timestamp::from_secs(1);
    meter
        .meter
        .packet(now, LinkType::ETHERNET, &[0; 60], 60, &mut meter.out);
    meter
        .meter
        .packet(now, LinkType(147), &[0; 60], 60, &mut meter.out);
    let tally = meter.meter.tally();
    assert_eq!((tally.packets, tally.turned_away, tally.records), (2, 2, 0));
    assert_eq!(
        meter.meter.problems().met().map(|met| met.1).sum::<u64>(),
        2
    );
}

#[test]
fn times_at_the_ends_of_the_world_overflow_nothing() {
    for time in [i64::MIN, i64::MAX] {
        let mut meter = Stream::new();
        let head = Packet::udp(Way::Forth).head();
        meter
            .meter
            .head(Timestamp::from_micros(time), &head, &mut meter.out);
        meter
            .meter
            .head(Timestamp::from_micros(0), &head, &mut meter.out);
        let deadline = meter.meter.next_deadline();
        meter
            .meter
            .on_deadline(deadline.unwrap_or(Timestamp::MAX), &mut meter.out);
        meter.meter.finish(&mut meter.out);
        let sum = meter
            .out
            .records()
            .map(|record| record.packets)
            .sum::<u64>();
        assert_eq!(sum, 2);
    }
}

proptest! {
    #[test]
    fn every_packet_is_in_a_record(packets in traffic(), flows in 1_usize..40) {
        let mut meter = Stream::with(flows, 1);
        meter.replay(&packets);
        let batch = meter.batch();
        let sum: u64 = batch.records().map(|record| record.packets + record.reverse_packets).sum();
        prop_assert_eq!(sum, packets.len() as u64);
        prop_assert_eq!(meter.meter.tally().packets, sum);
        prop_assert_eq!(meter.meter.tally().records, batch.len() as u64);
        let bytes: u64 = batch.records().map(|record| record.bytes + record.reverse_bytes).sum();
        prop_assert_eq!(bytes, packets.iter().map(|p| u64::from(p.1.head().ip_length)).sum::<u64>());
        prop_assert!(batch.records().all(|record| record.first <= record.last));
        prop_assert_eq!(meter.meter.v4.table.len() + meter.meter.v6.table.len(), 0);
    }

    #[test]
    fn never_more_flows_are_held_than_allowed(packets in traffic(), flows in 1_usize..10) {
        let mut meter = Stream::with(flows, 1);
        for packet in &packets {
            meter.replay(std::slice::from_ref(packet));
            let held = meter.meter.v4.table.len() + meter.meter.v6.table.len();
            prop_assert!(held <= flows);
        }
    }

    #[test]
    fn packets_together_give_the_same_records_as_one_by_one(packets in traffic()) {
        let mut together = Stream::new();
        together.replay(&packets);
        let mut single = Stream::new();
        for packet in &packets {
            single.replay(std::slice::from_ref(packet));
            single.meter.settle(&mut single.out);
        }
        let records = |stream: &mut Stream| stream.batch().records().collect::<Vec<_>>();
        prop_assert_eq!(records(&mut together), records(&mut single));
    }

    #[test]
    fn the_hash_key_changes_no_record(packets in traffic(), key: [u64; 2]) {
        let mut one = Stream::new();
        one.replay(&packets);
        let mut other = Stream::new();
        other.meter.hash_key = key;
        other.replay(&packets);
        let records = |stream: &mut Stream| stream.batch().records().collect::<Vec<_>>();
        prop_assert_eq!(records(&mut one), records(&mut other));
    }

    #[test]
    fn exchanging_the_addresses_exchanges_them_in_the_records(packets in traffic()) {
        let mut one = Stream::new();
        one.replay(&packets);
        let mut other = Stream::new();
        for (seconds, packet) in &packets {
            let head = packet.head();
            let (source, destination) = (head.destination, head.source);
            other.take(*seconds, &Head { source, destination, ..head });
        }
        let turned = other.batch().records().map(|record| {
            let (source, destination) = (record.destination, record.source);
            FlowRecord { source, destination, ..record }
        }).collect::<Vec<_>>();
        prop_assert_eq!(one.batch().records().collect::<Vec<_>>(), turned);
    }
}

/// Packets of a few flows of all kinds, in nearly rising time.
fn traffic() -> impl Strategy<Value = Vec<(f64, Packet)>> {
    let kind = prop_oneof![
        (
            prop::sample::select(vec![SYN, SYN | ACK, ACK, FIN | ACK, RST]),
            0_u32..8
        )
            .prop_map(|(flags, payload)| Packet::tcp(Way::Forth, flags, payload)),
        Just(Packet::udp(Way::Forth)),
        Just(Packet {
            part: Part::Later,
            ports: (0, 0),
            ..Packet::udp(Way::Forth)
        }),
        prop::sample::select(vec![0_u16, 8, 3]).prop_map(|number| Packet::icmp(
            protocol::ICMP,
            Way::Forth,
            number * 256
        )),
        prop::sample::select(vec![128_u16, 129, 1]).prop_map(|number| Packet::icmp(
            protocol::ICMP_V6,
            Way::Forth,
            number * 256
        )),
    ];
    let packet = (kind, any::<bool>(), 0_u16..3, -1.0..40.0_f64).prop_map(
        |(packet, forth, shift, after)| {
            let way = if forth { Way::Forth } else { Way::Back };
            let ports = match packet.ports {
                (0, 0) => (0, 0),
                (source, destination) => (source + shift, destination),
            };
            (
                after,
                Packet {
                    way,
                    ports,
                    ..packet
                },
            )
        },
    );
    prop::collection::vec(packet, 0..200).prop_map(|packets| {
        let mut time = 0.0;
        let placed = packets.into_iter().map(|(after, packet)| {
            time += after / 8.0;
            (time, packet)
        });
        placed.collect()
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Forth,
    Back,
}

impl Way {
    fn turned(self) -> Self {
        match self {
            Self::Forth => Self::Back,
            Self::Back => Self::Forth,
        }
    }
}

/// A packet of the one conversation between client and server.
#[derive(Clone, Debug)]
struct Packet {
    way: Way,
    protocol: u8,
    /// The client's, the server's; for ICMP the number twice.
    ports: (u16, u16),
    flags: u8,
    payload: u32,
    sequence: u32,
    window: u16,
    part: Part,
    vlan: u16,
    mpls_label: u32,
}

impl Packet {
    fn udp(way: Way) -> Self {
        Self {
            way,
            protocol: protocol::UDP,
            ports: (40_000, 23),
            flags: 0,
            payload: 12,
            sequence: 1,
            window: 29_200,
            part: Part::Whole,
            vlan: 0,
            mpls_label: 0,
        }
    }

    fn tcp(way: Way, flags: u8, payload: u32) -> Self {
        Self {
            protocol: protocol::TCP,
            flags,
            payload,
            ..Self::udp(way)
        }
    }

    fn icmp(protocol: u8, way: Way, number: u16) -> Self {
        Self {
            protocol,
            ports: (number, number),
            ..Self::udp(way)
        }
    }

    fn head(&self) -> Head {
        let (client, server) = match self.protocol {
            protocol::ICMP_V6 => (v6(CLIENT), v6(SERVER)),
            _ => (
                IpAddr::V4(Ipv4Addr::from_bits(CLIENT)),
                IpAddr::V4(Ipv4Addr::from_bits(SERVER)),
            ),
        };
        let (client_port, server_port) = self.ports;
        let ((source, source_port), (destination, destination_port)) = match self.way {
            Way::Forth => ((client, client_port), (server, server_port)),
            Way::Back => ((server, server_port), (client, client_port)),
        };
        let icmp = matches!(self.protocol, protocol::ICMP | protocol::ICMP_V6);
        Head {
            source,
            destination,
            source_port: if icmp { 0 } else { source_port },
            destination_port,
            protocol: self.protocol,
            flags: TcpFlags(self.flags),
            ttl: 64,
            part: self.part,
            vlan: self.vlan,
            mpls_label: self.mpls_label,
            sequence: self.sequence,
            window: self.window,
            tcp_options: self.window != 0,
            ip_length: 40 + self.payload,
            payload_length: self.payload,
            payload_at: 0,
        }
    }
}

fn v6(low: u32) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(low)))
}

/// A meter and the box for its records.
struct Stream {
    meter: Meter,
    out: FlowBatch,
}

impl Stream {
    fn new() -> Self {
        Self::with(1_000, 1)
    }

    fn with(flows: usize, sampling: u32) -> Self {
        let limits = MeterLimits {
            active: Span::from_secs(60),
            idle: Span::from_secs(15),
            flows,
        };
        Self {
            meter: Meter::new(limits, [1, 2], 7, sampling),
            out: FlowBatch::default(),
        }
    }

    fn send(&mut self, seconds: f64, packet: &Packet) {
        self.take(seconds, &packet.head());
    }

    fn take(&mut self, seconds: f64, head: &Head) {
        let time = Timestamp::from_micros((seconds * 1e6).round() as i64);
        self.meter.head(time, head, &mut self.out);
    }

    fn replay(&mut self, packets: &[(f64, Packet)]) {
        for (seconds, packet) in packets {
            self.send(*seconds, packet);
        }
    }

    fn tcp(&mut self, seconds: f64, way: Way, flags: u8, payload: u32) {
        self.send(seconds, &Packet::tcp(way, flags, payload));
    }

    fn udp(&mut self, seconds: f64, way: Way) {
        self.send(seconds, &Packet::udp(way));
    }

    /// A packet of another flow, so that time goes on.
    fn other(&mut self, seconds: f64) {
        self.send(
            seconds,
            &Packet {
                ports: (50_000, 53),
                ..Packet::udp(Way::Forth)
            },
        );
    }

    fn handshake(&mut self, seconds: f64) {
        self.tcp(seconds, Way::Forth, SYN, 0);
        self.tcp(seconds + 0.1, Way::Back, SYN | ACK, 0);
        self.tcp(seconds + 0.2, Way::Forth, ACK, 0);
    }

    fn batch(&mut self) -> FlowBatch {
        self.meter.finish(&mut self.out);
        self.out.clone()
    }

    /// All records, which must be so many.
    fn finish<const N: usize>(&mut self) -> [FlowRecord; N] {
        let records: Vec<_> = self.batch().records().collect();
        records.try_into().expect("so many records")
    }
}

fn meter_problem(stream: &Stream, kind: ProblemKind) -> u64 {
    stream.meter.problems().count(kind)
}
