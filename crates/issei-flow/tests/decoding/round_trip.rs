//! Decoding undoes encoding, whatever order, width and company a template gives its fields.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_model::{FlowRecord, Marks, TcpFlags, Timestamp};
use issei_wire::emit::{Field, ipfix, netflow9};
use proptest::prelude::*;
use proptest::sample::select;

use crate::say::{EXPORT, Ear, UPTIME};

/// Seconds that a flow may lie before its report.
const DAY: i64 = 86_400;

proptest! {
    #[test]
    fn ipfix_records_come_back_as_they_were(
        records in prop::collection::vec(any_record(), 1..20),
        v6 in any::<bool>(),
        template in any_template(IPFIX_TIMES),
    ) {
        let records: Vec<FlowRecord> = records.into_iter().map(|r| of_family(r, v6)).collect();
        let fields = laid_out(&template, v6);
        let mut datagram = Vec::new();
        let header = ipfix::Header { seconds: EXPORT, sequence: 0, domain: 5 };
        let mut message = ipfix::Message::begin(&mut datagram, header);
        message.template(400, &fields);
        message.data(400, records.iter().map(|record| encode(record, &fields, UPTIME)));
        message.finish();
        let ear = Ear::of(&[datagram]);
        prop_assert_eq!(ear.records(), records);
        prop_assert!(ear.problems().is_empty());
    }

    #[test]
    fn netflow_9_records_come_back_as_they_were(
        records in prop::collection::vec(any_record(), 1..20),
        v6 in any::<bool>(),
        template in any_template(NETFLOW9_TIMES),
    ) {
        let records: Vec<FlowRecord> = records.into_iter().map(|r| of_family(r, v6)).collect();
        let mut fields = laid_out(&template, v6);
        fields.retain(|field| field.width != 0xffff && field.enterprise == 0);
        let mut datagram = Vec::new();
        let header = netflow9::Header { uptime: UPTIME, seconds: EXPORT, sequence: 0, source: 5 };
        let mut message = netflow9::Message::begin(&mut datagram, header);
        message.template(400, &fields);
        message.data(400, records.iter().map(|record| encode(record, &fields, UPTIME)));
        message.finish();
        let ear = Ear::of(&[datagram]);
        let plain: Vec<FlowRecord> = records.iter().map(without_reverse).collect();
        prop_assert_eq!(ear.records(), plain);
        prop_assert!(ear.problems().is_empty());
    }
}

/// A template: its fields in some order, and what stands between them.
#[derive(Clone, Debug)]
struct Layout {
    fields: Vec<Field>,
    between: Vec<Field>,
}

const IPFIX_TIMES: &[u16] = &[152, 158];
const NETFLOW9_TIMES: &[u16] = &[22, 152];

fn any_template(times: &'static [u16]) -> impl Strategy<Value = Layout> {
    let time = select(times).prop_map(|first| match first {
        22 => [Field::new(22, 4), Field::new(21, 4)],
        158 => [Field::new(158, 8), Field::new(159, 8)],
        first => [Field::new(first, 8), Field::new(first + 1, 8)],
    });
    // Packets and bytes of the records are below 2^24, interfaces below 2^16.
    let widths = (3..=8_u16, 3..=8_u16, 2..=4_u16, 2..=8_u16, 1..=2_u16);
    let fields = (time, widths).prop_map(|(time, (packets, bytes, input, output, flags))| {
        let reverse = |element, width| Field {
            element,
            width,
            enterprise: 29_305,
        };
        let mut fields = vec![
            Field::new(8, 4),
            Field::new(12, 4),
            Field::new(7, 2),
            Field::new(11, 2),
            Field::new(4, 1),
            Field::new(6, flags),
            Field::new(2, packets),
            Field::new(1, bytes),
            Field::new(10, input),
            Field::new(14, output),
            Field::new(34, 4),
            reverse(2, packets),
            reverse(1, bytes),
            reverse(6, 1),
        ];
        fields.extend(time);
        fields
    });
    let stranger = prop_oneof![
        (1..12_u16).prop_map(|width| Field::new(94, width)),
        (1..12_u16).prop_map(|width| Field {
            element: 1,
            width,
            enterprise: 9
        }),
        Just(Field::new(371, 0xffff)),
    ];
    (fields.prop_shuffle(), prop::collection::vec(stranger, 0..4))
        .prop_map(|(fields, between)| Layout { fields, between })
}

/// The fields as they stand in a record: strangers first, then one of ours, and so on.
fn laid_out(template: &Layout, v6: bool) -> Vec<Field> {
    let mut fields = Vec::new();
    for (place, field) in template.fields.iter().enumerate() {
        fields.extend(template.between.get(place));
        fields.push(match (field.element, field.enterprise, v6) {
            (8, 0, true) => Field::new(27, 16),
            (12, 0, true) => Field::new(28, 16),
            _ => *field,
        });
    }
    fields
}

fn encode(record: &FlowRecord, fields: &[Field], uptime: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        if field.width == 0xffff {
            ipfix::put_variable(&mut bytes, b"somebody");
            continue;
        }
        let value = value(record, *field, uptime).to_be_bytes();
        bytes.extend(&value[16 - usize::from(field.width)..]);
    }
    bytes
}

fn value(record: &FlowRecord, field: Field, uptime: u32) -> u128 {
    let number = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    };
    let millis = |moment: Timestamp| moment.as_micros() / 1_000;
    let ago = |moment: Timestamp| i64::from(EXPORT) * 1_000 - millis(moment);
    u128::from(match (field.enterprise, field.element) {
        (0, 8 | 27) => return number(record.source),
        (0, 12 | 28) => return number(record.destination),
        (0, 1) => record.bytes,
        (0, 2) => record.packets,
        (0, 4) => u64::from(record.protocol),
        (0, 6) => u64::from(record.tcp_flags.0),
        (0, 7) => u64::from(record.source_port),
        (0, 11) => u64::from(record.destination_port),
        (0, 10) => u64::from(record.input_interface),
        (0, 14) => u64::from(record.output_interface),
        (0, 34) => u64::from(record.sampling),
        (0, 22) => u64::from((i64::from(uptime) - ago(record.first)) as u32),
        (0, 21) => u64::from((i64::from(uptime) - ago(record.last)) as u32),
        (0, 152) => millis(record.first) as u64,
        (0, 153) => millis(record.last) as u64,
        (0, 158) => ago(record.first) as u64 * 1_000,
        (0, 159) => ago(record.last) as u64 * 1_000,
        (29_305, 1) => record.reverse_bytes,
        (29_305, 2) => record.reverse_packets,
        (29_305, 6) => u64::from(record.reverse_flags.0),
        _ => return 0x0102_0304_0506_0708_090a_0b0c,
    })
}

fn any_record() -> impl Strategy<Value = FlowRecord> {
    let people = (
        any::<u32>(),
        any::<u32>(),
        any::<u16>(),
        any::<u16>(),
        any::<u8>(),
        any::<u8>(),
    );
    let counts = (
        0..1_u64 << 24,
        0..1_u64 << 24,
        any::<u16>(),
        any::<u16>(),
        1..10_000_000_u32,
    );
    let back = (0..1_u64 << 24, 0..1_u64 << 24, any::<u8>());
    let times = (0..DAY * 1_000, 0..DAY * 1_000);
    (people, counts, back, times).prop_map(|(people, counts, back, times)| {
        let moment = |ago: i64| Timestamp::from_millis(i64::from(EXPORT) * 1_000 - ago);
        FlowRecord {
            source: IpAddr::V4(Ipv4Addr::from_bits(people.0)),
            destination: IpAddr::V4(Ipv4Addr::from_bits(people.1)),
            source_port: people.2,
            destination_port: people.3,
            protocol: people.4,
            tcp_flags: TcpFlags(people.5),
            packets: counts.0,
            bytes: counts.1,
            input_interface: u32::from(counts.2),
            output_interface: u32::from(counts.3),
            sampling: counts.4,
            origin: 0,
            reverse_packets: back.0,
            reverse_bytes: back.1,
            reverse_flags: TcpFlags(back.2),
            first: moment(times.0.max(times.1)),
            last: moment(times.0.min(times.1)),
            marks: Marks(Marks::REVERSE_WATCHED),
        }
    })
}

fn of_family(mut record: FlowRecord, v6: bool) -> FlowRecord {
    for ip in [&mut record.source, &mut record.destination] {
        if let (IpAddr::V4(low), true) = (*ip, v6) {
            let bits = u128::from(low.to_bits()) | 0x2001_0db8 << 96;
            *ip = IpAddr::V6(Ipv6Addr::from_bits(bits));
        }
    }
    record
}

fn without_reverse(record: &FlowRecord) -> FlowRecord {
    FlowRecord {
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
        ..record.clone()
    }
}
