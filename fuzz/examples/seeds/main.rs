//! Writes the seeds of every fuzz target into `corpus/`: what honest exporters and hosts send.
//!
//! In: our own writers and our own country; no capture of anybody's. Out: small files, the same every
//! time. Run it in this folder: `cargo run --example seeds`.

#![forbid(unsafe_code)]

mod decisions;
mod routers;
mod zones;

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use issei_fuzz::put_letter;
use issei_sim::{Country, Export, PcapFile, Scenario};
use issei_wire::emit::packet::{Packet, Transport, put_ethernet, put_ip};
use issei_wire::emit::{Field, ipfix, netflow5, netflow9, sflow};

fn main() -> io::Result<()> {
    seeds_of_netflow5()?;
    seeds_of_netflow9()?;
    seeds_of_ipfix()?;
    seeds_of_sflow()?;
    seeds_of_the_country()?;
    seeds_of_packets()?;
    seeds_of_captures()?;
    seeds_of_zeek()?;
    routers::seeds()?;
    zones::seeds()?;
    decisions::seeds()
}

/// When it was: 2026-01-01.
const NOW: u32 = 1_767_225_600;
const UPTIME: u32 = 3_600_000;
/// Datagrams and packets of the country that become seeds. More of the same kind teach nothing.
const OF_A_KIND: usize = 4;

fn keep(target: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = Path::new("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes)
}

/// Keeps datagrams for their protocol's target, and unframed for the reader of stored ones.
fn keep_letters(target: &str, name: &str, letters: &[(&[u8], u8)]) -> io::Result<()> {
    let (mut framed, mut stored) = (Vec::new(), Vec::new());
    for (letter, from) in letters {
        put_letter(&mut framed, letter, *from);
        stored.extend_from_slice(letter);
    }
    keep(target, name, &framed)?;
    keep("stored", &format!("{target}-{name}"), &stored)
}

fn seeds_of_netflow5() -> io::Result<()> {
    let record = |number: u8| netflow5::Record {
        source: Ipv4Addr::new(10, 0, 0, number),
        destination: Ipv4Addr::new(198, 51, 100, 7),
        next_hop: Ipv4Addr::UNSPECIFIED,
        input: 1,
        output: 2,
        packets: 3,
        bytes: 180,
        first: UPTIME - 5_000,
        last: UPTIME - 1_000,
        source_port: 40_000,
        destination_port: 23,
        tcp_flags: 2,
        protocol: 6,
        tos: 0,
        source_as: 0,
        destination_as: 64_496,
        source_mask: 24,
        destination_mask: 24,
    };
    let message = |sequence: u32, every: u16, records: &[netflow5::Record]| {
        let header = netflow5::Header {
            uptime: UPTIME,
            seconds: NOW,
            nanoseconds: 0,
            sequence,
            engine_type: 0,
            engine_id: 1,
            sampling: netflow5::sampled(every),
        };
        let mut bytes = Vec::new();
        netflow5::put_message(&mut bytes, &header, records);
        bytes
    };
    let (one, two) = (
        message(0, 0, &[record(1)]),
        message(1, 0, &[record(2), record(3)]),
    );
    let (gap, back) = (message(40, 0, &[record(4)]), message(2, 0, &[record(5)]));
    keep_letters("netflow5", "in-order", &[(&one, 0), (&two, 8)])?;
    keep_letters(
        "netflow5",
        "gap-and-back",
        &[(&one, 0), (&gap, 8), (&back, 0)],
    )?;
    keep_letters(
        "netflow5",
        "sampled",
        &[(&message(0, 100, &[record(1)]), 1)],
    )
}

/// Fields of a template, and a record that fits them: IPv4 with NAT, a tag and a label.
fn rich_fields() -> (Vec<Field>, Vec<u8>) {
    let fields = [
        (8, 4),
        (12, 4),
        (7, 2),
        (11, 2),
        (4, 1),
        (6, 1),
        (2, 4),
        (1, 4),
        (225, 4),
        (227, 2),
        (58, 2),
        (70, 3),
    ];
    let fields: Vec<Field> = fields
        .map(|(element, width)| Field::new(element, width))
        .to_vec();
    let mut record = vec![10, 0, 0, 1, 198, 51, 100, 7, 0x9c, 0x40, 0, 23, 6, 2];
    record.extend([
        0, 0, 0, 3, 0, 0, 0, 180, 203, 0, 113, 9, 4, 1, 0, 7, 0, 1, 0x10,
    ]);
    (fields, record)
}

fn seeds_of_netflow9() -> io::Result<()> {
    let message = |sequence: u32, write: &dyn Fn(&mut netflow9::Message<'_>)| {
        let header = netflow9::Header {
            uptime: UPTIME,
            seconds: NOW,
            sequence,
            source: 1,
        };
        let mut bytes = Vec::new();
        let mut message = netflow9::Message::begin(&mut bytes, header);
        write(&mut message);
        message.finish();
        bytes
    };
    let (fields, record) = rich_fields();
    let template = message(0, &|message| message.template(256, &fields));
    let data = message(1, &|message| message.data(256, [&record, &record]));
    let options = message(2, &|message| {
        message.options_template(
            257,
            &[Field::new(1, 4)],
            &[Field::new(34, 4), Field::new(35, 1)],
        );
        message.data(257, [[0, 0, 0, 1, 0, 0, 0, 100, 2]]);
    });
    let narrow = [Field::new(8, 4), Field::new(12, 4), Field::new(2, 1)];
    let changed = message(3, &|message| message.template(256, &narrow));
    let small = message(4, &|message| {
        message.data(256, [[10, 0, 0, 1, 192, 0, 2, 1, 9]])
    });
    keep_letters("netflow9", "in-order", &[(&template, 0), (&data, 8)])?;
    keep_letters("netflow9", "data-first", &[(&data, 0), (&template, 8)])?;
    keep_letters(
        "netflow9",
        "sampled",
        &[(&template, 0), (&options, 0), (&data, 0)],
    )?;
    keep_letters(
        "netflow9",
        "template-changes",
        &[(&template, 0), (&changed, 8), (&small, 0)],
    )?;
    keep_letters(
        "netflow9",
        "never-came",
        &[(&data, 0), (&options, 248), (&options, 248)],
    )
}

fn seeds_of_ipfix() -> io::Result<()> {
    let message = |sequence: u32, write: &dyn Fn(&mut ipfix::Message<'_>)| {
        let header = ipfix::Header {
            seconds: NOW,
            sequence,
            domain: 1,
        };
        let mut bytes = Vec::new();
        let mut message = ipfix::Message::begin(&mut bytes, header);
        write(&mut message);
        message.finish();
        bytes
    };
    let (fields, record) = rich_fields();
    let template = message(0, &|message| message.template(256, &fields));
    let data = message(0, &|message| message.data(256, [&record, &record]));
    let withdrawn = message(2, &|message| message.template(256, &[]));
    let options = message(2, &|message| {
        message.options_template(
            257,
            &[Field::new(302, 4)],
            &[Field::new(304, 2), Field::new(305, 4), Field::new(306, 4)],
        );
        message.data(257, [[0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 99]]);
    });
    let vendor = Field {
        element: 7,
        width: 4,
        enterprise: 32_473,
    };
    let variable = [
        Field::new(27, 16),
        Field::new(28, 16),
        Field::new(82, u16::MAX),
        vendor,
        Field::new(2, 8),
    ];
    let variable_template = message(0, &|message| message.template(300, &variable));
    let mut long = Ipv6Addr::from_bits(0x2001_0db8 << 96 | 1).octets().to_vec();
    long.extend(Ipv6Addr::from_bits(0x2001_0db8 << 96 | 2).octets());
    ipfix::put_variable(&mut long, b"uplink");
    long.extend([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 5]);
    let variable_data = message(0, &|message| message.data(300, [&long]));
    // An Ethernet frame within a record (RFC 7133): elements 312 and 315.
    let section = [Field::new(312, 2), Field::new(315, u16::MAX)];
    let section_template = message(0, &|message| message.template(301, &section));
    let frame = ethernet(Transport::Udp, b"payload");
    let mut sectioned = (frame.len() as u16).to_be_bytes().to_vec();
    ipfix::put_variable(&mut sectioned, &frame);
    let section_data = message(0, &|message| message.data(301, [&sectioned]));
    keep_letters("ipfix", "in-order", &[(&template, 0), (&data, 8)])?;
    keep_letters("ipfix", "data-first", &[(&data, 0), (&template, 8)])?;
    keep_letters(
        "ipfix",
        "sampled",
        &[(&template, 0), (&options, 0), (&data, 0)],
    )?;
    keep_letters(
        "ipfix",
        "withdrawn",
        &[(&template, 0), (&withdrawn, 0), (&data, 0)],
    )?;
    keep_letters(
        "ipfix",
        "variable",
        &[(&variable_template, 0), (&variable_data, 0)],
    )?;
    keep_letters(
        "ipfix",
        "sections",
        &[(&section_template, 0), (&section_data, 0)],
    )
}

fn seeds_of_sflow() -> io::Result<()> {
    let datagram = |sequence: u32, agent: IpAddr, head: &[u8]| {
        let header = sflow::Header {
            agent,
            sub_agent: 1,
            sequence,
            uptime: UPTIME,
        };
        let mut bytes = Vec::new();
        let mut datagram = sflow::Datagram::begin(&mut bytes, header);
        datagram.sample(&sflow::Sample {
            sequence,
            source: 3,
            rate: 1_000,
            pool: 1_000 * sequence,
            drops: 0,
            input: 3,
            output: 4,
            head,
            length: 1_400,
            stripped: 4,
        });
        datagram.finish();
        bytes
    };
    let v4 = IpAddr::V4(Ipv4Addr::new(10, 255, 0, 1));
    let v6 = IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | 9));
    let syn = ethernet(tcp(2), b"");
    let one = datagram(1, v4, &syn);
    keep_letters(
        "sflow5",
        "in-order",
        &[(&one, 0), (&datagram(2, v4, &syn), 8)],
    )?;
    keep_letters("sflow5", "gap", &[(&one, 0), (&datagram(9, v4, &syn), 8)])?;
    keep_letters(
        "sflow5",
        "agent-of-ipv6",
        &[(&datagram(1, v6, &ethernet(Transport::Udp, b"x")), 0)],
    )?;
    keep_letters(
        "sflow5",
        "fragment",
        &[(&datagram(1, v4, &ethernet(fragment(), b"later")), 0)],
    )
}

/// What the country's routers send in its first minute.
fn seeds_of_the_country() -> io::Result<()> {
    for (export, target) in [
        (Export::Netflow9, "netflow9"),
        (Export::Ipfix, "ipfix"),
        (Export::Sflow, "sflow5"),
    ] {
        let scenario = Scenario {
            sampling: 20,
            ..country()
        };
        let mut ways = Country::new(&scenario)
            .map_err(io::Error::other)?
            .datagrams(export);
        let mut letters: Vec<Vec<u8>> = Vec::new();
        while ways.second(&mut |datagram| letters.push(datagram.bytes.to_vec())) {}
        let mut letters = letters.iter().take(OF_A_KIND);
        let letters: Vec<(&[u8], u8)> = letters
            .by_ref()
            .map(|letter| (letter.as_slice(), 8))
            .collect();
        keep_letters(target, "country", &letters)?;
    }
    Ok(())
}

fn country() -> Scenario {
    Scenario::sketch(40, 1, 1).expect("one bot among forty lines fits")
}

/// One packet of every kind.
fn seeds_of_packets() -> io::Result<()> {
    let kinds = [
        ("tcp", tcp(2), &b""[..]),
        ("udp", Transport::Udp, b"payload"),
        ("icmp", Transport::Icmp { kind: 3, code: 1 }, b"unreachable"),
        ("gre", Transport::Gre { inner: 0x0800 }, b"inner"),
        ("fragment", fragment(), b"later"),
    ];
    let mut frames = Vec::new();
    for (name, transport, payload) in kinds {
        let (frame, mut bare) = (ethernet(transport, payload), Vec::new());
        put_ip(&mut bare, &packet(transport, payload, true));
        let tagged = [&frame[..12], &[0x81, 0, 0, 7], &frame[12..]].concat();
        let labelled = [
            &frame[..12],
            &[0x88, 0x47, 0, 0x01, 0x01, 0x40],
            &frame[14..],
        ]
        .concat();
        for (kind, link, bytes) in [
            ("frame", 0, &frame),
            ("v6", 1, &bare),
            ("tagged", 0, &tagged),
            ("labelled", 0, &labelled),
        ] {
            let head = [link, 0, 0];
            keep(
                "packet",
                &format!("{name}-{kind}"),
                &[&head, &bytes[..]].concat(),
            )?;
        }
        frames.push(frame);
    }
    // The meter: a probe and its answer, a long silence, then everything at once.
    let (mut exchange, mut crowd) = (Vec::new(), Vec::new());
    put_letter(&mut exchange, &frames[0], 0);
    put_letter(&mut exchange, &ethernet_back(tcp(0x14)), 14);
    put_letter(&mut exchange, &frames[0], 254);
    for frame in frames.iter().cycle().take(12) {
        put_letter(&mut crowd, frame, 16);
    }
    keep("meter", "exchange", &exchange)?;
    keep("meter", "crowd", &crowd)
}

fn seeds_of_captures() -> io::Result<()> {
    let mut packets = Country::new(&country())
        .map_err(io::Error::other)?
        .packets();
    let mut file = PcapFile::default();
    while packets.second(&mut |frame| {
        if file.packets() < 2 * OF_A_KIND as u64 {
            file.packet(&frame);
        }
    }) {}
    for piece in [0_u8, 6, 255] {
        keep(
            "capture",
            &format!("pcap-{piece}"),
            &[&[piece], file.bytes()].concat(),
        )?;
    }
    let frame = ethernet(tcp(2), b"");
    for (name, big) in [("little", false), ("big", true)] {
        keep(
            "capture",
            &format!("pcapng-{name}"),
            &[&[40], &pcapng(&frame, big)[..]].concat(),
        )?;
    }
    Ok(())
}

/// A pcapng file by hand: section, interface with a resolution of nanoseconds, a packet, a simple
/// packet, and a block that nobody knows.
fn pcapng(frame: &[u8], big: bool) -> Vec<u8> {
    let u16_of = |value: u16| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let u32_of = |value: u32| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let block = |kind: u32, body: &[u8]| {
        let mut padded = body.to_vec();
        padded.resize(body.len().next_multiple_of(4), 0);
        let length = u32_of(padded.len() as u32 + 12);
        [&u32_of(kind), &length, &padded[..], &length].concat()
    };
    let section = [&u32_of(0x1a2b_3c4d), &u16_of(1)[..], &u16_of(0), &[0xff; 8]].concat();
    let nanoseconds = [
        &u16_of(9)[..],
        &u16_of(1),
        &[9, 0, 0, 0],
        &u16_of(0),
        &u16_of(0),
    ]
    .concat();
    let interface = [&u16_of(1)[..], &u16_of(0), &u32_of(65_535), &nanoseconds].concat();
    let time = u64::from(NOW) * 1_000_000_000;
    let (high, low) = (u32_of((time >> 32) as u32), u32_of(time as u32));
    let length = u32_of(frame.len() as u32);
    let packet = [&u32_of(0), &high, &low, &length, &length, frame].concat();
    [
        block(0x0a0d_0d0a, &section),
        block(1, &interface),
        block(6, &packet),
        block(3, &[&length, frame].concat()),
        block(0x0bad, b"what"),
    ]
    .concat()
}

fn seeds_of_zeek() -> io::Result<()> {
    let table = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
        #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n\
        1767225600.123456\tC1\t10.0.0.1\t40000\t198.51.100.7\t23\ttcp\t-\t-\t-\tS0\tS\t1\t60\t0\t0\n\
        1767225601.5\tC2\t10.0.0.2\t5353\t2001:db8::1\t53\tudp\t0.25\t40\t120\tSF\tDd\t1\t68\t1\t148\n\
        #close\t2026-01-01-00-00-00\n";
    let json = "{\"ts\":1767225600.123456,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":40000,\"id.resp_h\":\"198.51.100.7\",\"id.resp_p\":23,\"proto\":\"tcp\",\"conn_state\":\"REJ\",\"history\":\"Sr\",\"orig_pkts\":1,\"orig_ip_bytes\":60,\"resp_pkts\":1,\"resp_ip_bytes\":40}\n\
        {\"ts\":\"2026-01-01T00:00:01.5Z\",\"id.orig_h\":\"10.0.0.2\",\"id.orig_p\":3,\"id.resp_h\":\"192.0.2.9\",\"id.resp_p\":1,\"proto\":\"icmp\",\"vlan\":7}\n";
    let commas = "#separator \\x2c\n#unset_field,?\n#fields,proto,ts,id.resp_h,id.orig_h,orig_pkts,duration\nudp,1767225600,192.0.2.1,10.0.0.9,3,?\n";
    keep("zeek", "table", table.as_bytes())?;
    keep("zeek", "json", json.as_bytes())?;
    keep("zeek", "commas", commas.as_bytes())
}

fn tcp(flags: u8) -> Transport<'static> {
    Transport::Tcp {
        flags,
        sequence: 0xc633_6407,
        acknowledgement: 0,
        window: 1_024,
        options: &[2, 4, 5, 0xb4],
    }
}

fn fragment() -> Transport<'static> {
    Transport::Fragment {
        protocol: 17,
        offset: 185,
    }
}

fn packet<'a>(transport: Transport<'a>, payload: &'a [u8], v6: bool) -> Packet<'a> {
    let (source, destination) = if v6 {
        let of = |host: u128| IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | host));
        (of(1), of(2))
    } else {
        (
            IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
            IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)),
        )
    };
    Packet {
        source: SocketAddr::new(source, 40_000),
        destination: SocketAddr::new(destination, 23),
        hops: 60,
        identification: 7,
        transport,
        payload,
        payload_length: payload.len() as u16,
    }
}

fn ethernet(transport: Transport<'_>, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_ethernet(&mut bytes, &packet(transport, payload, false));
    bytes
}

/// The answer to [`ethernet`].
fn ethernet_back(transport: Transport<'_>) -> Vec<u8> {
    let there = packet(transport, b"", false);
    let back = Packet {
        source: there.destination,
        destination: there.source,
        ..there
    };
    let mut bytes = Vec::new();
    put_ethernet(&mut bytes, &back);
    bytes
}
