//! One connection, whichever form it came in, and the flow record it becomes.

use std::net::IpAddr;

use issei_model::{
    Address, Columns, Extra, FlowBatch, FlowRecord, Marks, TcpFlags, Timestamp, protocol,
};

use super::history::Happened;

/// The columns of a line. What was unset is `None`, or empty, or zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Conn<'a> {
    /// Microseconds since the epoch.
    pub time: Option<i64>,
    pub source: Option<IpAddr>,
    pub source_port: u16,
    pub destination: Option<IpAddr>,
    pub destination_port: u16,
    pub protocol: &'a str,
    pub protocol_number: Option<u8>,
    /// Microseconds.
    pub duration: i64,
    /// Payload bytes.
    pub bytes: Option<u64>,
    pub reverse_bytes: Option<u64>,
    pub state: &'a str,
    pub history: &'a str,
    pub packets: Option<u64>,
    /// Bytes at the IP layer.
    pub ip_bytes: Option<u64>,
    pub reverse_packets: Option<u64>,
    pub reverse_ip_bytes: Option<u64>,
    pub vlan: u16,
}

/// IANA keeps 255 in reserve; it stands for a transport that Zeek does not know.
const UNKNOWN_TRANSPORT: u8 = 255;

impl Conn<'_> {
    /// Makes the record, and tells its VLAN. Nothing if the line lacks a time, an address or a
    /// protocol.
    pub(super) fn record(&self, origin: u32) -> Option<(FlowRecord, u16)> {
        let (source, destination) = (self.source?, self.destination?);
        let protocol = self.protocol_of(source)?;
        let happened = match protocol {
            protocol::TCP => Happened::in_tcp(self.history, self.state),
            _ => Happened::in_any(self.history),
        };
        let (source_port, destination_port) = match protocol {
            protocol::ICMP | protocol::ICMP_V6 => (0, self.type_and_code(protocol)),
            _ => (self.source_port, self.destination_port),
        };
        let first = self.time?;
        let record = FlowRecord {
            source,
            destination,
            source_port,
            destination_port,
            protocol,
            tcp_flags: TcpFlags(happened.flags),
            packets: self.packets.unwrap_or(0),
            bytes: self.ip_bytes.or(self.bytes).unwrap_or(0),
            first: Timestamp::from_micros(first),
            last: Timestamp::from_micros(first.saturating_add(self.duration.max(0))),
            sampling: 1,
            origin,
            input_interface: 0,
            output_interface: 0,
            reverse_packets: self.reverse_packets.unwrap_or(0),
            reverse_bytes: self.reverse_ip_bytes.or(self.reverse_bytes).unwrap_or(0),
            reverse_flags: TcpFlags(happened.reverse_flags),
            marks: Marks(happened.marks | Marks::REVERSE_WATCHED),
        };
        Some((turned(at_least_seen(record, happened), happened), self.vlan))
    }

    fn protocol_of(&self, source: IpAddr) -> Option<u8> {
        match (self.protocol, source, self.protocol_number) {
            ("tcp", ..) => Some(protocol::TCP),
            ("udp", ..) => Some(protocol::UDP),
            // Zeek has one word for both.
            ("icmp", IpAddr::V4(_), _) => Some(protocol::ICMP),
            ("icmp", IpAddr::V6(_), _) => Some(protocol::ICMP_V6),
            ("", ..) => None,
            (_, _, Some(number)) => Some(number),
            (_, _, None) => Some(UNKNOWN_TRANSPORT),
        }
    }

    /// Zeek puts the type into the originator's port, and into the responder's the type that
    /// answers it, or the code if none does.
    fn type_and_code(&self, protocol: u8) -> u16 {
        let (kind, other) = (self.source_port, self.destination_port);
        let pair = (protocol, kind.min(other), kind.max(other));
        let code = match COUNTERPARTS.contains(&pair) {
            true => 0,
            false => other & 0xff,
        };
        (kind & 0xff) << 8 | code
    }
}

/// Types that answer each other: protocol, the smaller number, the greater.
const COUNTERPARTS: [(u8, u16, u16); 11] = [
    (protocol::ICMP, 0, 8),
    (protocol::ICMP, 9, 10),
    (protocol::ICMP, 13, 14),
    (protocol::ICMP, 15, 16),
    (protocol::ICMP, 17, 18),
    (protocol::ICMP_V6, 128, 129),
    (protocol::ICMP_V6, 130, 131),
    (protocol::ICMP_V6, 133, 134),
    (protocol::ICMP_V6, 135, 136),
    (protocol::ICMP_V6, 139, 140),
    (protocol::ICMP_V6, 144, 145),
];

/// Zeek does not count packets whose checksum is wrong, as those of the capturing host are when
/// its network card fills them in; but a line of the log means that at least one was seen.
fn at_least_seen(mut record: FlowRecord, happened: Happened) -> FlowRecord {
    let nobody = record.packets == 0 && record.reverse_packets == 0;
    if record.packets == 0 && happened.originator_seen {
        record.packets = 1;
    }
    if record.reverse_packets == 0 && happened.responder_seen {
        record.reverse_packets = 1;
    }
    if nobody && record.reverse_packets == 0 {
        record.packets = 1;
    }
    record
}

/// Names the one who sent as the source where only the responder did (decision 0003). For TCP it
/// was an answer: nobody saw what it answered.
fn turned(record: FlowRecord, happened: Happened) -> FlowRecord {
    if record.packets > 0 {
        return record;
    }
    let answer = TcpFlags(happened.reverse_flags).any(TcpFlags::SYN | TcpFlags::RST);
    let first = match answer {
        true => Marks::FIRST_IS_ANSWER,
        false => Marks::OPENING_UNSEEN,
    };
    FlowRecord {
        source: record.destination,
        destination: record.source,
        source_port: record.destination_port,
        destination_port: record.source_port,
        tcp_flags: record.reverse_flags,
        packets: record.reverse_packets,
        bytes: record.reverse_bytes,
        reverse_packets: 0,
        reverse_bytes: record.bytes,
        reverse_flags: record.tcp_flags,
        marks: Marks(Marks::REVERSE_WATCHED | first),
        ..record
    }
}

/// Appends a record, with its VLAN if it has one.
pub(super) fn append(record: &FlowRecord, vlan: u16, out: &mut FlowBatch) {
    let before = out.v4.len();
    out.push(record);
    if vlan != 0 {
        match out.v4.len() > before {
            true => tag(&mut out.v4, vlan),
            false => tag(&mut out.v6, vlan),
        }
    }
}

fn tag<A: Address>(columns: &mut Columns<A>, vlan: u16) {
    columns.extras.push(Extra {
        row: (columns.len() - 1) as u32,
        vlan,
        ..Extra::default()
    });
}
