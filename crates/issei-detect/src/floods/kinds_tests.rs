use issei_model::{FlowRecord, Timestamp};

use super::*;

fn columns(
    protocol: u8,
    flags: u8,
    ports: (u16, u16),
    change: impl Fn(&mut FlowRecord),
) -> Columns<u32> {
    let (source, destination) = (0x2d00_0001u32, 0x0a00_0001u32);
    let mut record = FlowRecord {
        source: source.to_ip(),
        destination: destination.to_ip(),
        source_port: ports.0,
        destination_port: ports.1,
        protocol,
        tcp_flags: TcpFlags(flags),
        packets: 10,
        bytes: 600,
        first: Timestamp::from_secs(0),
        last: Timestamp::from_secs(1),
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    };
    change(&mut record);
    let mut columns = Columns::default();
    columns.push(source, destination, &record);
    columns
}

#[test]
fn every_kind_of_packet_is_told_by_protocol_ports_and_flags() {
    const ACK: u8 = TcpFlags::ACK;
    let table = [
        (protocol::TCP, TcpFlags::SYN, (40_000, 80), Kind::Opening),
        // Congestion bits do not make an opening something else (RFC 3168).
        (
            protocol::TCP,
            TcpFlags::SYN | 0xc0,
            (40_000, 80),
            Kind::Opening,
        ),
        (
            protocol::TCP,
            TcpFlags::SYN | ACK,
            (80, 40_000),
            Kind::Answer,
        ),
        (protocol::TCP, TcpFlags::RST, (80, 40_000), Kind::Answer),
        (
            protocol::TCP,
            TcpFlags::RST | ACK,
            (80, 40_000),
            Kind::Answer,
        ),
        (protocol::TCP, ACK, (80, 40_000), Kind::Stream),
        (protocol::TCP, 0, (80, 40_000), Kind::Stream),
        (
            protocol::TCP,
            TcpFlags::SYN | ACK | TcpFlags::PSH,
            (80, 40_000),
            Kind::Stream,
        ),
        (protocol::UDP, 0, (53, 40_000), Kind::Reply),
        (protocol::UDP, 0, (11_211, 40_000), Kind::Reply),
        (protocol::UDP, 0, (40_000, 53), Kind::Datagram),
        (protocol::UDP, 0, (0, 0), Kind::Fragment),
        (protocol::ICMP, 0, (0, 0x0800), Kind::Control),
        (protocol::GRE, 0, (0, 0), Kind::Other),
    ];
    for (protocol, flags, ports, kind) in table {
        let shape = shape(&columns(protocol, flags, ports, |_| ()), 0);
        assert_eq!(
            shape,
            Shape {
                kind,
                side: Side::Unknown
            },
            "{protocol} {flags:#x} {ports:?}"
        );
    }
}

#[test]
fn a_fragment_is_a_fragment_whatever_its_protocol() {
    let mark = |record: &mut FlowRecord| record.marks = Marks(Marks::FRAGMENT);
    for protocol in [protocol::TCP, protocol::UDP, protocol::GRE] {
        assert_eq!(
            shape(&columns(protocol, 0, (0, 0), mark), 0).kind,
            Kind::Fragment
        );
    }
}

#[test]
fn the_other_side_takes_part_if_it_sends_an_eighth_as_many_packets() {
    for (back, side) in [(0, Side::One), (1, Side::One), (2, Side::Both)] {
        let watched = |record: &mut FlowRecord| {
            record.marks = Marks(Marks::REVERSE_WATCHED);
            record.reverse_packets = back;
        };
        let found = shape(&columns(protocol::UDP, 0, (40_000, 80), watched), 0);
        assert_eq!(found.side, side, "{back} packets back");
    }
}

#[test]
fn a_refusal_is_no_taking_part() {
    let refused = |record: &mut FlowRecord| {
        record.reverse_packets = 10;
        record.reverse_flags = TcpFlags(TcpFlags::RST);
    };
    let stream = columns(protocol::TCP, TcpFlags::ACK, (40_000, 80), refused);
    assert_eq!(shape(&stream, 0).side, Side::One);
    let opening = columns(protocol::TCP, TcpFlags::SYN, (40_000, 80), refused);
    assert_eq!(shape(&opening, 0).side, Side::One);
}

#[test]
fn only_the_target_itself_refuses_by_icmp() {
    for (message, refuses_it) in [
        (0x0800, false),
        (0x0000, false),
        (0x0301, false),
        (0x0303, true),
        (0x0b00, false),
    ] {
        let row = columns(protocol::ICMP, 0, (0, message), |_| ());
        assert_eq!(refuses(&row, 0), refuses_it, "{message:#x}");
    }
}

#[test]
fn the_bits_of_the_amplifiers_are_those_of_the_list() {
    let by_bits = (0..=u16::MAX).filter(|&port| is_amplifier(port));
    assert!(by_bits.eq(AMPLIFIERS));
}

#[test]
fn a_transfer_whose_psh_nobody_looked_at_is_no_answer() {
    const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
    let told = |packets: u64, bytes: u64| {
        let change = |record: &mut FlowRecord| (record.packets, record.bytes) = (packets, bytes);
        shape(&columns(protocol::TCP, SYN_ACK, (443, 40_000), change), 0).kind
    };
    assert_eq!(told(12, 12 * 60), Kind::Answer);
    assert_eq!(told(12, 60 + 11 * 1_400), Kind::Stream, "a download");
    assert_eq!(
        told(12, 60 + 11 * 52),
        Kind::Stream,
        "an upload, acknowledged"
    );
}
