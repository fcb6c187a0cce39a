//! Decoding undoes encoding, for every writer of this folder and its reader.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use issei_model::{TcpFlags, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use super::packet::{Packet, Transport, put_ethernet, put_ip};
use super::{Field, capture, ipfix, netflow5, netflow9, sflow};
use crate::capture::CaptureReader;
use crate::export::sets::{Set, SetKind, Sets};
use crate::export::templates::{Entries, Entry};
use crate::export::{self, Protocol};
use crate::packet::{Head, LinkType, Part};

fn address() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    let v4 = any::<[Ipv4Addr; 2]>().prop_map(|[a, b]| (IpAddr::V4(a), IpAddr::V4(b)));
    let v6 = any::<[Ipv6Addr; 2]>().prop_map(|[a, b]| (IpAddr::V6(a), IpAddr::V6(b)));
    prop_oneof![v4, v6]
}

/// Fields of IANA and, where the protocol has them, of enterprises; each with an IANA number in
/// which no reader sees another field.
fn fields(enterprises: bool) -> impl Strategy<Value = Vec<Field>> {
    let enterprise = if enterprises { 0..u32::MAX } else { 0..1 };
    let field = (1_u16..0x8000, 1_u16..32, enterprise);
    let field = field.prop_map(|(element, width, enterprise)| Field {
        element,
        width,
        enterprise,
    });
    vec(field, 1..12)
}

fn sets(sets: Sets<'_>) -> Vec<Set<'_>> {
    sets.map(|set| set.expect("a sound set")).collect()
}

/// Reads the one template of a set.
fn template(protocol: Protocol, options: bool, set: Set<'_>) -> (u16, u16, Vec<Field>) {
    let mut entries = Entries::new(protocol, options, set);
    let Some(Ok(Entry::Template(template))) = entries.next() else {
        panic!("no template in {set:?}");
    };
    assert!(entries.next().is_none());
    let fields = template.fields().map(|field| Field {
        element: field.element,
        width: field.length,
        enterprise: field.enterprise,
    });
    (template.id, template.scopes, fields.collect())
}

/// Records of one width, and what a reader finds of them: no more than three zeros follow.
fn check_data(body: &[u8], records: &[Vec<u8>]) {
    let whole = records.concat();
    assert_eq!(body[..whole.len()], whole);
    let padding = &body[whole.len()..];
    assert!(padding.len() < 4 && padding.iter().all(|&byte| byte == 0));
}

fn records() -> impl Strategy<Value = Vec<Vec<u8>>> {
    (1_usize..40).prop_flat_map(|width| vec(vec(any::<u8>(), width), 1..20))
}

proptest! {
    #[test]
    fn a_segments_heads_are_read_as_they_were_written(
        (source, destination) in address(),
        ports in any::<[u16; 2]>(),
        (flags, hops) in any::<(u8, u8)>(),
        (sequence, acknowledgement) in any::<(u32, u32)>(),
        window in any::<u16>(),
        options in vec(Just(1_u8), 0..40),
        payload in vec(any::<u8>(), 0..50),
        unwritten in 0_u16..1_000,
    ) {
        let transport = Transport::Tcp { flags, sequence, acknowledgement, window, options: &options };
        let payload_length = payload.len() as u16 + unwritten;
        let packet = Packet {
            source: SocketAddr::new(source, ports[0]),
            destination: SocketAddr::new(destination, ports[1]),
            hops,
            identification: 0,
            transport,
            payload: &payload,
            payload_length,
        };
        let mut bytes = Vec::new();
        let length = put_ethernet(&mut bytes, &packet);
        let head = Head::parse(LinkType::ETHERNET, &bytes, length).expect("whole heads");
        prop_assert_eq!((head.source, head.destination), (source, destination));
        prop_assert_eq!([head.source_port, head.destination_port], ports);
        prop_assert_eq!((head.protocol, head.flags, head.ttl), (6, TcpFlags(flags), hops));
        prop_assert_eq!((head.sequence, head.window), (sequence, window));
        prop_assert_eq!(head.tcp_options, !options.is_empty());
        prop_assert_eq!(head.payload_length, u32::from(payload_length));
        prop_assert_eq!(head.ip_length, length - 14);
        prop_assert_eq!(&bytes[head.payload_at..], &payload[..]);
    }

    #[test]
    fn datagrams_messages_tunnels_and_fragments_are_read_as_they_were_written(
        (source, destination) in address(),
        ports in any::<[u16; 2]>(),
        (kind, code) in any::<(u8, u8)>(),
        offset in 1_u16..0x1fff,
        payload in vec(any::<u8>(), 8..50),
    ) {
        let icmp = if source.is_ipv4() { 1 } else { 58 };
        let message = u16::from_be_bytes([kind, code]);
        for (transport, number, expected) in [
            (Transport::Udp, 17, ports),
            (Transport::Icmp { kind, code }, icmp, [0, message]),
            (Transport::Gre { inner: 0x0800 }, 47, [0, 0]),
            (Transport::Fragment { protocol: 17, offset }, 17, [0, 0]),
        ] {
            let packet = Packet {
                source: SocketAddr::new(source, ports[0]),
                destination: SocketAddr::new(destination, ports[1]),
                hops: 64,
                identification: 1,
                transport,
                payload: &payload,
                payload_length: payload.len() as u16,
            };
            let mut bytes = Vec::new();
            let length = put_ip(&mut bytes, &packet);
            prop_assert_eq!(bytes.len(), length as usize);
            let head = Head::parse(LinkType::RAW, &bytes, length).expect("whole heads");
            prop_assert_eq!((head.source, head.destination), (source, destination));
            prop_assert_eq!(head.protocol, number);
            prop_assert_eq!([head.source_port, head.destination_port], expected);
            let later = matches!(transport, Transport::Fragment { .. });
            prop_assert_eq!(head.part == Part::Later, later);
            let udp = (transport == Transport::Udp).then_some(&payload[..]);
            prop_assert_eq!(head.udp_payload(&bytes), udp);
        }
    }

    #[test]
    fn a_packet_file_gives_back_its_packets(
        packets in vec((0_i64..4_000_000_000_000_000, vec(any::<u8>(), 0..80), 0_u32..2_000), 0..20),
    ) {
        let mut file = Vec::new();
        capture::put_file_head(&mut file, LinkType::ETHERNET, 65_535);
        for (micros, bytes, more) in &packets {
            let length = bytes.len() as u32 + more;
            capture::put_packet(&mut file, Timestamp::from_micros(*micros), bytes, length);
        }
        let mut reader = CaptureReader::recognise(&file).expect("a packet file");
        let (mut at, mut read) = (0, Vec::new());
        while at < file.len() {
            let taken = reader.take(&file[at..], true);
            prop_assert!(taken.consumed > 0);
            at += taken.consumed;
            read.extend(taken.packet.map(|packet| {
                let more = packet.original_length - packet.bytes.len() as u32;
                (packet.time.as_micros(), packet.bytes.to_vec(), more)
            }));
        }
        prop_assert_eq!(read, packets);
        prop_assert_eq!(reader.problems().met().count(), 0);
    }

    #[test]
    fn a_netflow9_message_gives_back_its_templates_and_records(
        (uptime, seconds) in any::<(u32, u32)>(),
        (sequence, source) in any::<(u32, u32)>(),
        id in 256_u16..,
        fields in fields(false),
        records in records(),
    ) {
        let mut bytes = Vec::new();
        let header = netflow9::Header { uptime, seconds, sequence, source };
        let mut message = netflow9::Message::begin(&mut bytes, header);
        message.template(id, &fields);
        // Scope 1 is the whole system, which the reader tells by an element of its own.
        message.options_template(id, &[Field::new(1, 4)], &fields);
        message.data(id, &records);
        message.finish();
        prop_assert_eq!(export::recognise(&bytes), Some(Protocol::Netflow9));
        let (head, walk) = export::netflow9::parse(&bytes).expect("a whole header");
        prop_assert_eq!((head.uptime_ms, head.sequence, head.source_id), (uptime, sequence, source));
        prop_assert_eq!(head.export, Timestamp::from_secs(seconds.into()));
        prop_assert_eq!(usize::from(head.count), 2 + records.len());
        let sets = sets(walk);
        prop_assert_eq!(sets.len(), 3);
        prop_assert_eq!(template(Protocol::Netflow9, false, sets[0]), (id, 0, fields.clone()));
        let (options_id, scopes, all) = template(Protocol::Netflow9, true, sets[1]);
        prop_assert_eq!((options_id, scopes, &all[1..]), (id, 1, &fields[..]));
        prop_assert_eq!(SetKind::of(Protocol::Netflow9, sets[2].id), SetKind::Data(id));
        check_data(sets[2].body, &records);
    }

    #[test]
    fn an_ipfix_message_gives_back_its_templates_and_records(
        (seconds, sequence, domain) in any::<(u32, u32, u32)>(),
        id in 256_u16..,
        fields in fields(true),
        records in records(),
    ) {
        let mut bytes = Vec::new();
        let header = ipfix::Header { seconds, sequence, domain };
        let mut message = ipfix::Message::begin(&mut bytes, header);
        message.template(id, &fields);
        message.options_template(id, &[Field::new(302, 4)], &fields);
        message.data(id, &records);
        message.finish();
        prop_assert_eq!(export::recognise(&bytes), Some(Protocol::Ipfix));
        let (head, walk) = export::ipfix::parse(&bytes).expect("a whole header");
        prop_assert_eq!((head.sequence, head.domain), (sequence, domain));
        prop_assert_eq!(head.export, Timestamp::from_secs(seconds.into()));
        prop_assert_eq!(usize::from(head.length), bytes.len());
        let sets = sets(walk);
        prop_assert_eq!(sets.len(), 3);
        prop_assert_eq!(template(Protocol::Ipfix, false, sets[0]), (id, 0, fields.clone()));
        let all = [&[Field::new(302, 4)][..], &fields].concat();
        prop_assert_eq!(template(Protocol::Ipfix, true, sets[1]), (id, 1, all));
        check_data(sets[2].body, &records);
    }

    #[test]
    fn a_netflow5_message_gives_back_its_header_and_records(
        (uptime, seconds, sequence) in any::<(u32, u32, u32)>(),
        (engine_type, engine_id) in any::<(u8, u8)>(),
        every in 2_u16..0x4000,
        addresses in vec(any::<[Ipv4Addr; 3]>(), 1..40),
    ) {
        let record = |[source, destination, next_hop]: &[Ipv4Addr; 3]| netflow5::Record {
            source: *source,
            destination: *destination,
            next_hop: *next_hop,
            input: 1,
            output: 2,
            packets: source.to_bits(),
            bytes: destination.to_bits(),
            first: 3,
            last: 4,
            source_port: source.to_bits() as u16,
            destination_port: destination.to_bits() as u16,
            tcp_flags: 5,
            protocol: 6,
            tos: 7,
            source_as: 8,
            destination_as: 9,
            source_mask: 10,
            destination_mask: 11,
        };
        let records: Vec<netflow5::Record> = addresses.iter().map(record).collect();
        let sampling = netflow5::sampled(every);
        let header = netflow5::Header { uptime, seconds, nanoseconds: 0, sequence, engine_type, engine_id, sampling };
        let mut bytes = Vec::new();
        let taken = netflow5::put_message(&mut bytes, &header, &records);
        prop_assert_eq!(taken, records.len().min(netflow5::MOST_RECORDS));
        prop_assert_eq!(export::recognise(&bytes), Some(Protocol::Netflow5));
        let (head, body) = export::netflow5::parse(&bytes).expect("a whole header");
        prop_assert_eq!((usize::from(head.count), head.uptime_ms, head.sequence), (taken, uptime, sequence));
        prop_assert_eq!(head.engine.to_be_bytes(), [engine_type, engine_id]);
        prop_assert_eq!(head.sampling_interval, every);
        // Field by field, as the reader's own table says where they stand.
        for (record, bytes) in records.iter().zip(body.chunks_exact(netflow5::RECORD)) {
            let mut at = 0;
            let told: Vec<u64> = export::netflow5::RECORD.iter().map(|field| {
                let width = usize::from(field.length);
                let value = bytes[at..at + width].iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
                at += width;
                value
            }).collect();
            prop_assert_eq!(told[0], u64::from(record.source.to_bits()));
            prop_assert_eq!(told[1], u64::from(record.destination.to_bits()));
            let numbers = [1, 2, record.packets.into(), record.bytes.into(), 3, 4];
            prop_assert_eq!(&told[3..9], &numbers);
            prop_assert_eq!(&told[9..11], &[u64::from(record.source_port), record.destination_port.into()]);
            prop_assert_eq!(&told[12..14], &[5, 6]);
        }
    }

    #[test]
    fn an_sflow_datagram_gives_back_its_samples(
        (agent, _) in address(),
        (sub_agent, sequence, uptime) in any::<(u32, u32, u32)>(),
        heads in vec((vec(any::<u8>(), 0..140), 1_u32..100_000, 0_u32..0x3fff_ffff), 0..8),
    ) {
        let header = sflow::Header { agent, sub_agent, sequence, uptime };
        let mut bytes = Vec::new();
        let mut datagram = sflow::Datagram::begin(&mut bytes, header);
        for (head, rate, interface) in &heads {
            datagram.sample(&sflow::Sample {
                sequence: 1,
                source: 2,
                rate: *rate,
                pool: 3,
                drops: 4,
                input: *interface,
                output: 5,
                head,
                length: head.len() as u32 + 7,
                stripped: 4,
            });
        }
        datagram.finish();
        let (head, samples) = export::sflow5::parse(&bytes).expect("a whole header");
        prop_assert_eq!((head.agent, head.sub_agent), (agent, sub_agent));
        prop_assert_eq!((head.sequence, head.uptime_ms), (sequence, uptime));
        prop_assert_eq!(head.samples as usize, heads.len());
        let mut read = Vec::new();
        for sample in samples {
            let Ok(export::sflow5::Sample::Flow(sample)) = sample else {
                panic!("no flow sample: {sample:?}");
            };
            prop_assert_eq!(sample.output, 5);
            for record in sample.records {
                let Ok(export::sflow5::Record::Header(raw)) = record else {
                    panic!("no head: {record:?}");
                };
                prop_assert_eq!(raw.protocol, 1);
                prop_assert_eq!(raw.frame_length as usize, raw.bytes.len() + 7);
                read.push((raw.bytes.to_vec(), sample.rate, sample.input));
            }
        }
        prop_assert_eq!(read, heads);
    }
}
