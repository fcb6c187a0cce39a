//! What one sampled packet tells, as a flow record of one packet.

use std::net::IpAddr;

use issei_model::{FlowRecord, Marks, Problem, TcpFlags, Timestamp, protocol};
use issei_wire::packet::{Head, LinkType, Part};

use super::columns::number;
use super::plan::{Layout, Place, Section};

/// Reads the section of a packet and writes what it tells into a rewritten record, where the
/// record's own fields say nothing. Tells whether the packet is one of IPv4.
pub(super) fn fill(
    layout: &Layout,
    row: &mut [u8],
    kind: Section,
    section: &[u8],
) -> Result<bool, Problem> {
    let link = match kind {
        Section::Frame => LinkType::ETHERNET,
        Section::IpHeader => LinkType::RAW,
    };
    let frame_size = number(row, layout.slot(Place::FrameSize)) as u32;
    let head = Head::parse(link, section, frame_size)?;
    let v4 = match (head.source, head.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            put(layout, row, Place::Source4, &source.octets());
            put(layout, row, Place::Destination4, &destination.octets());
            true
        }
        (source, destination) => {
            put(layout, row, Place::Source6, &v6(source));
            put(layout, row, Place::Destination6, &v6(destination));
            false
        }
    };
    for (place, told) in [
        (Place::SourcePort, u64::from(head.source_port)),
        (Place::DestinationPort, u64::from(head.destination_port)),
        (Place::Protocol, u64::from(head.protocol)),
        (Place::Flags, u64::from(head.flags.0)),
        (Place::Packets, 1),
        (Place::Bytes, u64::from(head.ip_length)),
        (Place::Vlan, u64::from(head.vlan)),
        // As element 70 has it: the label above traffic class and bottom of stack.
        (Place::Mpls, u64::from(head.mpls_label) << 4),
        (Place::HeadMarks, u64::from(marks(&head))),
    ] {
        put(layout, row, place, &told.to_be_bytes());
    }
    Ok(v4)
}

fn put(layout: &Layout, row: &mut [u8], place: Place, told: &[u8]) {
    let at = usize::from(layout.slot(place).at);
    if let Some(room) = row.get_mut(at..at + told.len())
        && room.iter().all(|&byte| byte == 0)
    {
        room.copy_from_slice(told);
    }
}

fn v6(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// Makes a record of a packet seen at `time`. Its sampling, origin and interfaces are still blank.
pub(super) fn record(head: &Head, time: Timestamp) -> FlowRecord {
    FlowRecord {
        source: head.source,
        destination: head.destination,
        source_port: head.source_port,
        destination_port: head.destination_port,
        protocol: head.protocol,
        tcp_flags: head.flags,
        packets: 1,
        bytes: u64::from(head.ip_length),
        first: time,
        last: time,
        sampling: 0,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(marks(head)),
    }
}

/// Tells what the shape of a single packet shows.
fn marks(head: &Head) -> u16 {
    if head.part == Part::Later {
        return Marks::ONE_PACKET | Marks::FRAGMENT;
    }
    let opens = head.protocol == protocol::TCP
        && head.flags.any(TcpFlags::SYN)
        && !head.flags.any(TcpFlags::ACK | TcpFlags::RST);
    let aimed = match head.destination {
        IpAddr::V4(ip) => ip.to_bits() == head.sequence,
        IpAddr::V6(_) => false,
    };
    let shapes = [
        (aimed, Marks::SEQUENCE_IS_DESTINATION),
        (!head.tcp_options, Marks::BARE_SYN),
        (head.window == 0, Marks::ZERO_WINDOW),
    ];
    let shown = shapes.into_iter().filter(|&(shown, _)| opens && shown);
    shown.fold(Marks::ONE_PACKET, |marks, (_, mark)| marks | mark)
}
