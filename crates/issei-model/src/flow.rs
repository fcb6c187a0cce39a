//! Flow records: one by one for people, in columns for the hot path.
//!
//! A [`FlowBatch`] is struct-of-arrays and reused: `clear` keeps the memory, so steady state
//! allocates nothing per record. IPv4 and IPv6 have columns of their own width.
//! Always: the *full* columns have one element per row. The *tail* columns (the reverse
//! direction, marks) may be shorter; a missing element reads as zero, so an exporter that knows
//! nothing of them pays nothing.
//! Standard: the meaning of the fields is that of the IPFIX information elements (RFC 7012);
//! the reverse direction that of RFC 5103.

use std::net::IpAddr;

use crate::{Address, Timestamp};

/// Cumulative TCP flags, as in `tcpControlBits` (RFC 7012, element 6), low eight bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// No more data.
    pub const FIN: u8 = 0x01;
    /// Opens a connection.
    pub const SYN: u8 = 0x02;
    /// Refuses or breaks one.
    pub const RST: u8 = 0x04;
    /// Deliver at once.
    pub const PSH: u8 = 0x08;
    /// Confirms what came.
    pub const ACK: u8 = 0x10;
    /// Urgent data follow.
    pub const URG: u8 = 0x20;

    /// Tells whether every flag of `mask` was seen.
    pub const fn all(self, mask: u8) -> bool {
        self.0 & mask == mask
    }

    /// Tells whether any flag of `mask` was seen.
    pub const fn any(self, mask: u8) -> bool {
        self.0 & mask != 0
    }

    /// Tells whether only an opening was seen: SYN without ACK, RST or FIN.
    pub const fn only_opening(self) -> bool {
        self.0 & (Self::SYN | Self::ACK | Self::RST | Self::FIN) == Self::SYN
    }
}

impl std::fmt::Display for TcpFlags {
    /// Writes `.AP.SF` in the manner of nfdump: one letter per flag seen, a dot for each not.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (bit, letter) in [
            (0x20, 'U'),
            (0x10, 'A'),
            (0x08, 'P'),
            (0x04, 'R'),
            (0x02, 'S'),
            (0x01, 'F'),
        ] {
            let shown = if self.0 & bit == 0 { '.' } else { letter };
            std::fmt::Write::write_char(f, shown)?;
        }
        Ok(())
    }
}

/// What a meter that saw the packets themselves noticed about their shape, as bits.
///
/// Marks name a family or a circumstance; no finding needs one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(pub u16);

impl Marks {
    /// An opening SYN whose sequence number equals its destination address (Mirai; chance 2^-32).
    pub const SEQUENCE_IS_DESTINATION: u16 = 1 << 0;
    /// An opening SYN without any TCP option: 40 bytes, a raw socket and not a kernel's `connect`.
    pub const BARE_SYN: u16 = 1 << 1;
    /// The record stands for non-first fragments, so its ports are unknown and read 0.
    pub const FRAGMENT: u16 = 1 << 2;
    /// The answering side sent the first payload, as log-in services do (SSH, Telnet, FTP, mail).
    pub const RESPONDER_SPOKE_FIRST: u16 = 1 << 3;
    /// Both sides exchange two-byte payloads about once a minute (Mirai's ping).
    pub const TWO_BYTE_KEEPALIVE: u16 = 1 << 4;
    /// Small text payloads of 4 to 6 bytes in question and answer (Gafgyt's `PING`, `PONG`).
    pub const TEXT_KEEPALIVE: u16 = 1 << 5;
    /// The record was closed by the active time-out: the flow went on.
    pub const CONTINUES: u16 = 1 << 6;
    /// The meter's opening of this flow was not seen: who began is a guess from the ports.
    pub const OPENING_UNSEEN: u16 = 1 << 7;
    /// The reverse direction was watched: zero reverse packets mean silence and not ignorance.
    pub const REVERSE_WATCHED: u16 = 1 << 8;
    /// The record carries no time of its own; it got the datagram's export time.
    pub const TIME_OF_EXPORT: u16 = 1 << 9;
    /// The responder's window in its SYN-ACK or the opener's in its SYN was zero.
    pub const ZERO_WINDOW: u16 = 1 << 10;
    /// The first packet seen of the flow was itself an answer: SYN-ACK, RST or an ICMP error.
    pub const FIRST_IS_ANSWER: u16 = 1 << 11;
    /// The record is one packet that an exporter picked out, whole or by its first bytes. What
    /// came before and after it is not known, at any sampling rate.
    pub const ONE_PACKET: u16 = 1 << 12;

    /// Tells whether every mark of `mask` is set.
    pub const fn all(self, mask: u16) -> bool {
        self.0 & mask == mask
    }

    /// Tells whether any mark of `mask` is set.
    pub const fn any(self, mask: u16) -> bool {
        self.0 & mask != 0
    }
}

/// How the other side took the opening of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nobody can say: sampled, or one direction only of something without flags.
    Unknown,
    /// The other side answered and the exchange went on.
    Answered,
    /// The other side refused (RST).
    Refused,
    /// The other side kept silent.
    Unanswered,
    /// The first packet seen was already an answer (SYN-ACK or RST): not an opening at all.
    NotAnOpening,
}

/// Columns of flow records of one address family. All full columns have the same length.
#[derive(Clone, Debug, Default)]
pub struct Columns<A> {
    /// Source address.
    pub source: Vec<A>,
    /// Destination address.
    pub destination: Vec<A>,
    /// Source port; 0 where the protocol has none.
    pub source_port: Vec<u16>,
    /// Destination port; for ICMP type × 256 + code, as NetFlow puts it.
    pub destination_port: Vec<u16>,
    /// IANA protocol number.
    pub protocol: Vec<u8>,
    /// Cumulative TCP flags of the forward direction ([`TcpFlags`]).
    pub tcp_flags: Vec<u8>,
    /// Packets as the exporter counted them, before any scaling by the sampling rate.
    pub packets: Vec<u64>,
    /// Bytes at the IP layer, before any scaling.
    pub bytes: Vec<u64>,
    /// First packet, microseconds since the epoch.
    pub first: Vec<i64>,
    /// Last packet, microseconds since the epoch.
    pub last: Vec<i64>,
    /// One packet in this many was looked at; 1 = all, 0 = nobody said.
    pub sampling: Vec<u32>,
    /// Which exporter and observation domain, as an index the collector hands out.
    pub origin: Vec<u32>,
    /// SNMP index of the interface the packets came in by; 0 = not told.
    pub input_interface: Vec<u32>,
    /// SNMP index of the interface they left by; 0 = not told.
    pub output_interface: Vec<u32>,
    /// Tail: packets of the reverse direction (RFC 5103).
    pub reverse_packets: Vec<u64>,
    /// Tail: bytes of the reverse direction.
    pub reverse_bytes: Vec<u64>,
    /// Tail: cumulative TCP flags of the reverse direction.
    pub reverse_flags: Vec<u8>,
    /// Tail: what the meter noticed ([`Marks`]).
    pub marks: Vec<u16>,
    /// What only some exporters tell, by row, in rising order of rows.
    pub extras: Vec<Extra<A>>,
}

/// What only some records carry: tags, labels, translated addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extra<A> {
    /// The row of the batch this belongs to.
    pub row: u32,
    /// IEEE 802.1Q VLAN identifier; 0 = none.
    pub vlan: u16,
    /// Topmost MPLS label, 20 bits; 0 = none told.
    pub mpls_label: u32,
    /// Source address after translation (element 225/281), if told.
    pub translated_source: Option<A>,
    /// Destination address after translation (element 226/282), if told.
    pub translated_destination: Option<A>,
    /// Source port after translation (element 227); 0 = not told.
    pub translated_source_port: u16,
    /// Destination port after translation (element 228); 0 = not told.
    pub translated_destination_port: u16,
}

impl<A: Address> Columns<A> {
    /// Counts the rows.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        let Self {
            source,
            destination,
            source_port,
            destination_port,
            protocol,
            tcp_flags,
            packets,
            bytes,
            first,
            last,
            sampling,
            origin,
            input_interface,
            output_interface,
            reverse_packets,
            reverse_bytes,
            reverse_flags,
            marks,
            extras,
        } = self;
        source.clear();
        destination.clear();
        for column in [source_port, destination_port, marks] {
            column.clear();
        }
        for column in [protocol, tcp_flags, reverse_flags] {
            column.clear();
        }
        for column in [packets, bytes, reverse_packets, reverse_bytes] {
            column.clear();
        }
        for column in [first, last] {
            column.clear();
        }
        for column in [sampling, origin, input_interface, output_interface] {
            column.clear();
        }
        extras.clear();
    }

    /// Appends one record field by field. Decoders of fixed layouts fill the columns directly.
    pub fn push(&mut self, source: A, destination: A, record: &FlowRecord) {
        let row = self.len();
        self.source.push(source);
        self.destination.push(destination);
        self.source_port.push(record.source_port);
        self.destination_port.push(record.destination_port);
        self.protocol.push(record.protocol);
        self.tcp_flags.push(record.tcp_flags.0);
        self.packets.push(record.packets);
        self.bytes.push(record.bytes);
        self.first.push(record.first.as_micros());
        self.last.push(record.last.as_micros());
        self.sampling.push(record.sampling);
        self.origin.push(record.origin);
        self.input_interface.push(record.input_interface);
        self.output_interface.push(record.output_interface);
        set_tail(&mut self.reverse_packets, row, record.reverse_packets);
        set_tail(&mut self.reverse_bytes, row, record.reverse_bytes);
        set_tail(&mut self.reverse_flags, row, record.reverse_flags.0);
        set_tail(&mut self.marks, row, record.marks.0);
    }

    /// Tells the marks of a row.
    pub fn marks_of(&self, row: usize) -> Marks {
        Marks(self.marks.get(row).copied().unwrap_or_default())
    }

    /// Tells how the other side took the opening of the flow in `row`.
    ///
    /// With the reverse direction watched, from what came back. With one direction of unsampled
    /// TCP, from the opener's own flags: a client that was answered acknowledges. Under sampling,
    /// and from one packet, nobody can say.
    pub fn outcome(&self, row: usize) -> Outcome {
        let marks = self.marks_of(row);
        let flags = TcpFlags(self.tcp_flags[row]);
        let back = TcpFlags(self.reverse_flags.get(row).copied().unwrap_or_default());
        let back_packets = self.reverse_packets.get(row).copied().unwrap_or_default();
        let watched = marks.any(Marks::REVERSE_WATCHED) || back_packets > 0;
        if self.protocol[row] != protocol::TCP {
            return match (watched, back_packets) {
                (false, _) => Outcome::Unknown,
                (true, 0) => Outcome::Unanswered,
                (true, _) => Outcome::Answered,
            };
        }
        if marks.any(Marks::FIRST_IS_ANSWER) {
            return Outcome::NotAnOpening;
        }
        if watched {
            return match back_packets {
                0 if flags.any(TcpFlags::SYN) => Outcome::Unanswered,
                0 => Outcome::Unknown,
                _ if back.any(TcpFlags::RST) && !back.any(TcpFlags::SYN) => Outcome::Refused,
                _ => Outcome::Answered,
            };
        }
        if self.sampling[row] > 1 || marks.any(Marks::ONE_PACKET) {
            return Outcome::Unknown;
        }
        const HANDSHAKE: u8 = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::RST | TcpFlags::FIN;
        match flags.0 & (HANDSHAKE | TcpFlags::PSH) {
            TcpFlags::SYN => Outcome::Unanswered,
            // A server's lone SYN-ACK or RST; a client goes on to send data, FIN or RST.
            SYN_ACK | TcpFlags::RST | RST_ACK => Outcome::NotAnOpening,
            other if other & TcpFlags::SYN != 0 => Outcome::Answered,
            _ => Outcome::Unknown,
        }
    }

    /// Copies one row into a record that people can read.
    pub fn record(&self, row: usize) -> FlowRecord {
        FlowRecord {
            source: self.source[row].to_ip(),
            destination: self.destination[row].to_ip(),
            source_port: self.source_port[row],
            destination_port: self.destination_port[row],
            protocol: self.protocol[row],
            tcp_flags: TcpFlags(self.tcp_flags[row]),
            packets: self.packets[row],
            bytes: self.bytes[row],
            first: Timestamp::from_micros(self.first[row]),
            last: Timestamp::from_micros(self.last[row]),
            sampling: self.sampling[row],
            origin: self.origin[row],
            input_interface: self.input_interface[row],
            output_interface: self.output_interface[row],
            reverse_packets: self.reverse_packets.get(row).copied().unwrap_or_default(),
            reverse_bytes: self.reverse_bytes.get(row).copied().unwrap_or_default(),
            reverse_flags: TcpFlags(self.reverse_flags.get(row).copied().unwrap_or_default()),
            marks: self.marks_of(row),
        }
    }
}

const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
const RST_ACK: u8 = TcpFlags::RST | TcpFlags::ACK;

/// Writes `value` at `row` of a tail column. A zero at the end costs nothing: it is not written.
fn set_tail<T: Copy + Default + PartialEq>(column: &mut Vec<T>, row: usize, value: T) {
    if value != T::default() {
        column.resize(row, T::default());
        column.push(value);
    }
}

/// A batch of flow records of both families, reused from call to call.
#[derive(Clone, Debug, Default)]
pub struct FlowBatch {
    /// IPv4 records.
    pub v4: Columns<u32>,
    /// IPv6 records.
    pub v6: Columns<u128>,
}

impl FlowBatch {
    /// Records that a batch should gather before it is handed on: the columns then still fit
    /// into a core's second-level cache.
    pub const USUAL_ROWS: usize = 8_192;

    /// Counts the rows of both families.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.v4.clear();
        self.v6.clear();
    }

    /// Appends one record, by the family of its source. An IPv4-mapped or mixed pair goes to IPv6.
    pub fn push(&mut self, record: &FlowRecord) {
        match (record.source, record.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                self.v4
                    .push(source.to_bits(), destination.to_bits(), record);
            }
            (source, destination) => {
                self.v6
                    .push(to_v6_bits(source), to_v6_bits(destination), record);
            }
        }
    }

    /// Walks over all records, IPv4 first. For people and tests; the hot path reads columns.
    pub fn records(&self) -> impl Iterator<Item = FlowRecord> + '_ {
        let v4 = (0..self.v4.len()).map(|row| self.v4.record(row));
        v4.chain((0..self.v6.len()).map(|row| self.v6.record(row)))
    }
}

fn to_v6_bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// One flow record, for evidence, for tests and for readers of single records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of `Columns`, documented there"
)]
pub struct FlowRecord {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub source_port: u16,
    pub destination_port: u16,
    pub protocol: u8,
    pub tcp_flags: TcpFlags,
    pub packets: u64,
    pub bytes: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    pub sampling: u32,
    pub origin: u32,
    pub input_interface: u32,
    pub output_interface: u32,
    pub reverse_packets: u64,
    pub reverse_bytes: u64,
    pub reverse_flags: TcpFlags,
    pub marks: Marks,
}

/// The IANA protocol numbers that issei gives a meaning to.
pub mod protocol {
    /// Internet control messages for IPv4.
    pub const ICMP: u8 = 1;
    /// Transmission control.
    pub const TCP: u8 = 6;
    /// User datagrams.
    pub const UDP: u8 = 17;
    /// Generic routing encapsulation, one of Mirai's floods.
    pub const GRE: u8 = 47;
    /// Internet control messages for IPv6.
    pub const ICMP_V6: u8 = 58;

    /// Writes a protocol by its usual name, or its number.
    pub struct Name(pub u8);

    impl std::fmt::Display for Name {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            match self.0 {
                0 => f.write_str("any"),
                ICMP => f.write_str("icmp"),
                TCP => f.write_str("tcp"),
                UDP => f.write_str("udp"),
                GRE => f.write_str("gre"),
                ICMP_V6 => f.write_str("icmp6"),
                other => write!(f, "{other}"),
            }
        }
    }
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
