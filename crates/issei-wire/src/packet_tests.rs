//! Packet heads: layer by layer, cut at every offset, and captures that others made.

use std::fs;
use std::path::PathBuf;

use issei_model::ProblemKind;
use proptest::prelude::*;

use super::*;
use crate::capture::CaptureReader;

const CLIENT: [u8; 4] = [192, 0, 2, 7];
const SERVER: [u8; 4] = [198, 51, 100, 9];

#[test]
fn ethernet_with_ipv4_and_tcp() {
    let packet = ethernet(0x0800, &ipv4(6, 0, &tcp(40_000, 23, 0x02, b"")));
    let head = parse(LinkType::ETHERNET, &packet);
    assert_eq!(head.source, IpAddr::from(CLIENT));
    assert_eq!(head.destination, IpAddr::from(SERVER));
    assert_eq!((head.source_port, head.destination_port), (40_000, 23));
    assert_eq!((head.protocol, head.flags), (6, TcpFlags(0x02)));
    assert_eq!((head.sequence, head.window), (0xc633_6409, 0x7210));
    assert_eq!((head.ip_length, head.payload_length), (40, 0));
    assert_eq!((head.ttl, head.part), (64, Part::Whole));
    assert!(!head.tcp_options);
    assert_eq!(head.payload_at, packet.len());
}

#[test]
fn tcp_options_are_noticed_and_are_no_payload() {
    let mut segment = tcp(40_000, 23, 0x02, &[2, 4, 5, 0xb4, b'x', b'y']);
    segment[12] = 6 << 4;
    let head = parse(LinkType::RAW, &ipv4(6, 0, &segment));
    assert!(head.tcp_options);
    assert_eq!((head.payload_at, head.payload_length), (44, 2));
}

#[test]
fn ipv4_options_are_stepped_over() {
    let mut packet = ipv4(17, 0, &udp(53, 5353, b"abc"));
    packet.splice(20..20, [0x94, 4, 0, 0]);
    packet[0] = 0x46;
    set_length(&mut packet);
    let head = parse(LinkType::RAW, &packet);
    assert_eq!((head.source_port, head.destination_port), (53, 5353));
    assert_eq!(head.udp_payload(&packet), Some(&b"abc"[..]));
}

#[test]
fn icmp_type_and_code_stand_for_the_destination_port() {
    let head = parse(LinkType::RAW, &ipv4(1, 0, &[3, 10, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!((head.source_port, head.destination_port), (0, 3 * 256 + 10));
    assert_eq!(head.payload_length, 1);
    let head = parse(LinkType::RAW, &ipv6(58, &[128, 0, 0, 0, 0, 0, 0, 0]));
    assert_eq!((head.protocol, head.destination_port), (58, 128 * 256));
}

#[test]
fn a_first_fragment_has_ports_and_a_later_one_has_none() {
    let first = parse(LinkType::RAW, &ipv4(17, 0x2000, &udp(53, 99, b"abcd")));
    assert_eq!((first.part, first.source_port), (Part::First, 53));
    let packet = ipv4(17, 0x0003, b"anything");
    let later = parse(LinkType::RAW, &packet);
    assert_eq!(later.part, Part::Later);
    assert_eq!((later.source_port, later.destination_port), (0, 0));
    assert_eq!((later.ip_length, later.payload_length), (28, 8));
    assert_eq!(later.udp_payload(&packet), None);
}

#[test]
fn the_payload_of_a_fragmented_datagram_is_not_shown() {
    let packet = ipv4(17, 0x2000, &udp(53, 99, b"abcd"));
    assert_eq!(parse(LinkType::RAW, &packet).udp_payload(&packet), None);
}

#[test]
fn length_is_what_ip_says_and_not_what_ethernet_pads() {
    let mut packet = ethernet(0x0800, &ipv4(17, 0, &udp(1, 2, b"x")));
    packet.resize(60, 0);
    let head = parse(LinkType::ETHERNET, &packet);
    assert_eq!((head.ip_length, head.payload_length), (29, 1));
    assert_eq!(head.udp_payload(&packet), Some(&b"x"[..]));
}

#[test]
fn a_total_length_of_zero_takes_the_length_on_the_wire() {
    let mut packet = ethernet(0x0800, &ipv4(6, 0, &tcp(1, 2, 0x10, b"abc")));
    packet[16..18].fill(0);
    let head = Head::parse(LinkType::ETHERNET, &packet, 9_014).expect("a segment before offload");
    assert_eq!((head.ip_length, head.payload_length), (9_000, 8_960));
}

#[test]
fn a_snap_is_judged_by_what_is_there() {
    let packet = ipv4(6, 0, &tcp(40_000, 23, 0x18, &[7; 1_000]));
    let cut = |kept: usize| Head::parse(LinkType::RAW, &packet[..kept], 1_040);
    assert_eq!(cut(96).map(|head| head.payload_length), Ok(1_000));
    let ports_only = cut(24).expect("the ports are there");
    assert_eq!((ports_only.destination_port, ports_only.flags.0), (23, 0));
    assert_eq!(cut(23).map_err(|p| p.kind), Err(ProblemKind::ShortSnap));
    assert_eq!(cut(19).map_err(|p| p.kind), Err(ProblemKind::ShortSnap));
}

#[test]
fn heads_that_the_sender_cut_off_are_bad() {
    let kind = |packet: &[u8]| Head::parse(LinkType::RAW, packet, 0).map_err(|p| p.kind);
    let bad = Err(ProblemKind::BadPacket);
    assert_eq!(kind(&ipv4(6, 0, &tcp(1, 2, 2, b"")[..19])), bad);
    assert_eq!(kind(&ipv4(17, 0, &udp(1, 2, b"")[..7])), bad);
    assert_eq!(kind(&ipv4(1, 0, &[8])), bad);
    assert_eq!(kind(&ipv6(6, &tcp(1, 2, 2, b"")[..10])), bad);
    assert_eq!(kind(&[0x45; 19]), bad);
    assert_eq!(kind(&[]), bad);
}

#[test]
fn lengths_that_contradict_each_other_are_bad() {
    let kind = |packet: &[u8]| Head::parse(LinkType::RAW, packet, 0).map_err(|p| p.kind);
    let sound = ipv4(6, 0, &tcp(1, 2, 2, b""));
    for (at, value) in [
        (0, 0x44),
        (0, 0x4f),
        (0, 0x35),
        (3, 19),
        (32, 0x40),
        (32, 0xf0),
    ] {
        let mut packet = sound.clone();
        packet[at] = value;
        assert_eq!(
            kind(&packet),
            Err(ProblemKind::BadPacket),
            "{value:#x} at {at}"
        );
    }
}

#[test]
fn a_udp_length_that_promises_more_than_ip_is_not_believed() {
    let mut packet = ipv4(17, 0, &udp(1, 2, b"abc"));
    packet[24..26].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(parse(LinkType::RAW, &packet).payload_length, 3);
    packet[24..26].copy_from_slice(&[0, 9]);
    assert_eq!(parse(LinkType::RAW, &packet).payload_length, 1);
}

#[test]
fn ipv6_extension_headers_are_walked_over() {
    let mut chain = vec![43, 0, 1, 4, 0, 0, 0, 0];
    chain.extend([60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    chain.extend([17, 0, 1, 4, 0, 0, 0, 0]);
    chain.extend(udp(9, 10, b"abc"));
    let packet = ipv6(0, &chain);
    let head = parse(LinkType::RAW, &packet);
    assert_eq!((head.protocol, head.destination_port), (17, 10));
    assert_eq!(head.ip_length as usize, packet.len());
    assert_eq!(head.udp_payload(&packet), Some(&b"abc"[..]));
}

#[test]
fn a_chain_of_extension_headers_has_an_end() {
    let chain = [60, 0, 1, 4, 0, 0, 0, 0].repeat(9);
    let refused = Head::parse(LinkType::RAW, &ipv6(60, &chain), 0).map_err(|p| p.kind);
    assert_eq!(refused, Err(ProblemKind::BadPacket));
}

#[test]
fn ipv6_fragments_are_told_by_their_header() {
    let fragment = |place: [u8; 2], rest: &[u8]| {
        let mut chain = vec![17, 0, place[0], place[1], 0, 0, 0, 1];
        chain.extend(rest);
        parse(LinkType::RAW, &ipv6(44, &chain))
    };
    let first = fragment([0, 1], &udp(53, 99, b"abcd"));
    assert_eq!((first.part, first.source_port), (Part::First, 53));
    let later = fragment([0, 0x18], b"anything");
    assert_eq!(
        (later.part, later.protocol, later.source_port),
        (Part::Later, 17, 0)
    );
    let atomic = fragment([0, 0], &udp(53, 99, b"abcd"));
    assert_eq!(atomic.part, Part::Whole);
}

#[test]
fn tunnels_are_told_by_their_outer_heads() {
    for protocol in [4, 41, 47, 50, 51] {
        let head = parse(
            LinkType::RAW,
            &ipv4(protocol, 0, &ipv4(17, 0, &udp(1, 2, b""))),
        );
        assert_eq!(head.source, IpAddr::from(CLIENT));
        assert_eq!((head.protocol, head.source_port), (protocol, 0));
    }
}

#[test]
fn every_link_type_leads_to_ip() {
    let inner = ipv4(17, 0, &udp(53, 99, b"abc"));
    let with = |head: &[u8]| [head, &inner].concat();
    let mut cooked = [0; 16];
    cooked[14..].copy_from_slice(&[0x08, 0x00]);
    let mut cooked_2 = [0; 20];
    cooked_2[..2].copy_from_slice(&[0x08, 0x00]);
    let links: [(u16, &[u8]); 15] = [
        (9, &[0x00, 0x21]),
        (9, &[0xff, 0x03, 0x00, 0x21]),
        (50, &[0xff, 0x03, 0x00, 0x21]),
        (104, &[0x0f, 0x00, 0x08, 0x00]),
        (0, &[2, 0, 0, 0]),
        (0, &[0, 0, 0, 2]),
        (108, &[0, 0, 0, 2]),
        (108, &[2, 0, 0, 0]),
        (12, &[]),
        (14, &[]),
        (101, &[]),
        (113, &cooked),
        (228, &[]),
        (229, &[]),
        (276, &cooked_2),
    ];
    for (link, head) in links {
        assert_eq!(parse(LinkType(link), &with(head)).source_port, 53, "{link}");
    }
    let family_30 = [&[30, 0, 0, 0][..], &ipv6(17, &udp(53, 99, b""))].concat();
    assert_eq!(parse(LinkType::NULL, &family_30).source_port, 53);
}

#[test]
fn an_unknown_link_type_is_named() {
    let problem = Head::parse(LinkType(147), &[0; 64], 64).expect_err("not ours");
    assert_eq!(
        (problem.kind, problem.detail),
        (ProblemKind::UnknownLinkType, 147)
    );
}

#[test]
fn what_is_not_ip_is_named_by_its_type() {
    let problem = Head::parse(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28]), 0).expect_err("ARP");
    assert_eq!((problem.kind, problem.detail), (ProblemKind::NotIp, 0x0806));
    let bridge = Head::parse(LinkType::ETHERNET, &ethernet(38, &[0x42, 0x42, 3]), 0);
    assert_eq!(bridge.expect_err("spanning tree").kind, ProblemKind::NotIp);
}

#[test]
fn vlan_tags_are_walked_over_and_the_outermost_is_told() {
    let inner = ipv4(17, 0, &udp(53, 99, b""));
    for outer in [0x8100, 0x88a8, 0x9100] {
        let double = [&[0x20, 100, 0x81, 0, 0, 7, 0x08, 0][..], &inner].concat();
        let head = parse(LinkType::ETHERNET, &ethernet(outer, &double));
        assert_eq!((head.vlan, head.source_port), (100, 53));
    }
    let priority = [&[0xe0, 0, 0x81, 0, 0, 7, 0x08, 0][..], &inner].concat();
    assert_eq!(
        parse(LinkType::ETHERNET, &ethernet(0x8100, &priority)).vlan,
        7
    );
}

#[test]
fn tags_without_end_are_bad() {
    let tags = [0, 1, 0x81, 0].repeat(9);
    let problem = Head::parse(LinkType::ETHERNET, &ethernet(0x8100, &tags), 0).expect_err("tags");
    assert_eq!(problem.kind, ProblemKind::BadPacket);
}

#[test]
fn labels_lead_to_ip_or_to_ethernet_behind_a_control_word() {
    let inner = ipv4(17, 0, &udp(53, 99, b""));
    let labels = [0x49, 0x3f, 0xc0, 0xff, 0, 1, 1, 0xff];
    let plain = parse(
        LinkType::ETHERNET,
        &ethernet(0x8847, &[&labels[..], &inner].concat()),
    );
    assert_eq!((plain.mpls_label, plain.source_port), (0x493fc, 53));
    let wire = [&labels[..], &[0, 0, 0, 9], &ethernet(0x0800, &inner)].concat();
    let wire = parse(LinkType::ETHERNET, &ethernet(0x8847, &wire));
    assert_eq!((wire.mpls_label, wire.source_port), (0x493fc, 53));
}

#[test]
fn a_label_stack_without_bottom_is_bad() {
    let packet = ethernet(0x8847, &[0; 400]);
    let problem = Head::parse(LinkType::ETHERNET, &packet, 0).expect_err("no bottom");
    assert_eq!(problem.kind, ProblemKind::BadPacket);
}

#[test]
fn pppoe_and_snap_lead_to_ip() {
    let inner = ipv4(17, 0, &udp(53, 99, b""));
    let session = [&[0x11, 0, 0, 1, 0, 30, 0, 0x21][..], &inner].concat();
    assert_eq!(
        parse(LinkType::ETHERNET, &ethernet(0x8864, &session)).source_port,
        53
    );
    let session_6 = [
        &[0x11, 0, 0, 1, 0, 30, 0, 0x57][..],
        &ipv6(17, &udp(54, 9, b"")),
    ]
    .concat();
    assert_eq!(
        parse(LinkType::ETHERNET, &ethernet(0x8864, &session_6)).source_port,
        54
    );
    let snap = [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &inner].concat();
    assert_eq!(
        parse(LinkType::ETHERNET, &ethernet(36, &snap)).source_port,
        53
    );
}

/// Stated heads of captures that others made, one packet each: addresses, protocol, ports,
/// outermost VLAN, topmost label, bytes at the IP layer.
#[test]
fn captures_of_tags_labels_and_tunnels_read_as_stated() {
    let stated = [
        (
            "gre-v4-key",
            "192.168.12.1 192.168.12.2 47 0 0 vlan 0 label 0 length 128",
        ),
        (
            "gre-v4-plain",
            "172.27.1.66 66.59.109.137 47 0 0 vlan 0 label 0 length 100",
        ),
        (
            "gre-v6-plain",
            "172.16.23.2 192.168.47.1 47 0 0 vlan 0 label 0 length 86",
        ),
        (
            "ipv4-ipv4",
            "10.1.2.1 10.1.2.2 4 0 0 vlan 0 label 0 length 120",
        ),
        (
            "ipv4-ipv6",
            "216.66.80.30 192.168.2.2 41 0 0 vlan 0 label 0 length 80",
        ),
        (
            "mpls-eompls-cw",
            "10.31.0.1 10.34.0.1 6 11001 23 vlan 0 label 300012 length 40",
        ),
        (
            "mpls-eompls-invalid-cw",
            "10.31.0.1 10.34.0.1 6 11001 23 vlan 0 label 100 length 40",
        ),
        (
            "mpls-explicit-null-ipv4",
            "10.31.0.1 10.34.0.1 6 11001 23 vlan 0 label 0 length 40",
        ),
        (
            "mpls-explicit-null-ipv6",
            "2001:db8::1 2001:db8::2 6 11001 80 vlan 0 label 2 length 60",
        ),
        (
            "mpls-ipv4",
            "10.31.0.1 10.34.0.1 6 11001 23 vlan 0 label 18 length 40",
        ),
        (
            "mpls-ipv6",
            "2001:db8::1 2001:db8::2 6 11001 80 vlan 0 label 100 length 60",
        ),
        (
            "srv6-end-dt6",
            "1:2:1::1 f2:: 41 0 0 vlan 0 label 0 length 144",
        ),
        (
            "vlan-ipv6",
            "2402:f000:1:8e01::5555 2607:fcd0:100:2300::b108:2a6b 4 0 0 vlan 100 label 0 length 179",
        ),
    ];
    for (name, expected) in stated {
        if let Some(head) = first_head(name) {
            assert_eq!(
                head.as_ref().map(told).map_err(|p| p.kind),
                Ok(expected.to_string()),
                "{name}"
            );
        }
    }
}

#[test]
fn a_channel_header_below_labels_is_not_ip() {
    if let Some(head) = first_head("mpls-invalid-nibble") {
        assert_eq!(head.map_err(|p| p.kind), Err(ProblemKind::NotIp));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(link in 0_u16..300, bytes: Vec<u8>, length: u32) {
        let _ = Head::parse(LinkType(link), &bytes, length);
    }

    #[test]
    fn no_tail_behind_a_known_type_makes_it_panic(
        kind in prop::sample::select(vec![0x0800, 0x86dd, 0x8100, 0x8847, 0x8864, 0x0030]),
        mut bytes in prop::collection::vec(any::<u8>(), 0..200),
        version: bool,
        length: u32,
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = if version { 0x45 } else { 0x60 };
        }
        if let Ok(head) = Head::parse(LinkType::ETHERNET, &ethernet(kind, &bytes), length) {
            prop_assert!(head.ip_length > 0);
            prop_assert!(head.payload_length < head.ip_length);
        }
    }

    #[test]
    fn a_packet_cut_anywhere_gives_the_same_head_or_a_short_snap(
        payload in prop::collection::vec(any::<u8>(), 0..40), kind in 0_usize..4, cut in 0_usize..150,
    ) {
        let packet = match kind {
            0 => ethernet(0x0800, &ipv4(6, 0, &tcp(1, 2, 0x18, &payload))),
            1 => ethernet(0x86dd, &ipv6(17, &udp(1, 2, &payload))),
            2 => ethernet(0x86dd, &ipv6(6, &tcp(1, 2, 0x18, &payload))),
            _ => ethernet(0x0800, &ipv4(17, 0, &udp(1, 2, &payload))),
        };
        let whole = parse(LinkType::ETHERNET, &packet);
        let kept = &packet[..cut.min(packet.len())];
        match Head::parse(LinkType::ETHERNET, kept, packet.len() as u32) {
            Ok(head) => {
                prop_assert_eq!((head.source, head.destination), (whole.source, whole.destination));
                prop_assert_eq!((head.source_port, head.ip_length), (1, whole.ip_length));
                prop_assert_eq!(head.payload_length, whole.payload_length);
            }
            Err(problem) => prop_assert_eq!(problem.kind, ProblemKind::ShortSnap),
        }
    }
}

fn parse(link: LinkType, packet: &[u8]) -> Head {
    Head::parse(link, packet, packet.len() as u32).expect("sound heads")
}

fn ethernet(kind: u16, inner: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &kind.to_be_bytes(), inner].concat()
}

fn ipv4(protocol: u8, place: u16, inner: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 0, 0, 1];
    packet.extend(place.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(CLIENT);
    packet.extend(SERVER);
    packet.extend(inner);
    set_length(&mut packet);
    packet
}

fn set_length(packet: &mut [u8]) {
    let length = packet.len() as u16;
    packet[2..4].copy_from_slice(&length.to_be_bytes());
}

fn ipv6(next: u8, inner: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((inner.len() as u16).to_be_bytes());
    packet.extend([next, 64]);
    packet.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    packet.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    packet.extend(inner);
    packet
}

/// A segment whose sequence number is the server's address.
fn tcp(source: u16, destination: u16, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    segment.extend(source.to_be_bytes());
    segment.extend(destination.to_be_bytes());
    segment.extend(SERVER);
    segment.extend([0, 0, 0, 0, 5 << 4, flags, 0x72, 0x10, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::new();
    datagram.extend(source.to_be_bytes());
    datagram.extend(destination.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    datagram
}

fn told(head: &Head) -> String {
    let Head {
        source,
        destination,
        protocol,
        source_port,
        destination_port,
        ..
    } = head;
    let Head {
        vlan,
        mpls_label,
        ip_length,
        ..
    } = head;
    format!(
        "{source} {destination} {protocol} {source_port} {destination_port} \
         vlan {vlan} label {mpls_label} length {ip_length}"
    )
}

/// The head of the first packet of one of the captures that others made, if they are here.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads captures that others made"
)]
fn first_head(name: &str) -> Option<Result<Head, Problem>> {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/flow-formats/akvorado/decoder/testdata"
    ));
    let Ok(bytes) = fs::read(folder.join(name).with_extension("pcap")) else {
        println!("skipped: {name}.pcap is not here");
        return None;
    };
    let mut reader = CaptureReader::recognise(&bytes).expect("a packet file");
    let header = reader.take(&bytes, true).consumed;
    let packet = reader
        .take(&bytes[header..], true)
        .packet
        .expect("a packet");
    Some(Head::parse(
        packet.link,
        packet.bytes,
        packet.original_length,
    ))
}
