//! Packets from the Ethernet head to the first bytes of payload.
//!
//! In: who, whom, what the transport says, how much payload. Out: the packet's first bytes, and
//! its whole length. Always: lengths and checksums are those of the whole packet, also where the
//! end of its payload, which is then all zeros, is not written.
//! Standard: RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 792, RFC 4443, RFC 2784.

use std::net::{IpAddr, SocketAddr};

use super::{put_u8, put_u16, put_u32, set_u16};

/// A packet to be written.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// From where; the port counts where the transport has one.
    pub source: SocketAddr,
    /// To where, of the same address family.
    pub destination: SocketAddr,
    /// Hops it may still make.
    pub hops: u8,
    /// Identification, for fragments.
    pub identification: u16,
    /// What stands behind the IP head.
    pub transport: Transport<'a>,
    /// The first bytes of the payload.
    pub payload: &'a [u8],
    /// Length of the payload; what `payload` does not hold of it is zeros, and not written.
    pub payload_length: u16,
}

/// What stands behind the IP head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// A TCP segment. The options are padded to four bytes.
    Tcp {
        /// SYN, ACK and so on.
        flags: u8,
        /// Sequence number.
        sequence: u32,
        /// Acknowledgement number.
        acknowledgement: u32,
        /// Window.
        window: u16,
        /// Options, as they stand in the head.
        options: &'a [u8],
    },
    /// A UDP datagram.
    Udp,
    /// An ICMP or ICMPv6 message, by the address family.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// GRE around a packet of this EtherType.
    Gre {
        /// What is inside.
        inner: u16,
    },
    /// A later fragment of a datagram.
    Fragment {
        /// Protocol of the datagram.
        protocol: u8,
        /// Where it belongs, in units of eight bytes.
        offset: u16,
    },
}

/// Bytes of an Ethernet head.
pub const ETHERNET_HEAD: usize = 14;

/// Appends the packet behind an Ethernet head, and tells its whole length.
pub fn put_ethernet(out: &mut Vec<u8>, packet: &Packet<'_>) -> u32 {
    for ip in [packet.destination.ip(), packet.source.ip()] {
        out.extend_from_slice(&interface_of(ip));
    }
    put_u16(
        out,
        if packet.source.is_ipv4() {
            0x0800
        } else {
            0x86dd
        },
    );
    ETHERNET_HEAD as u32 + put_ip(out, packet)
}

/// Appends the packet from the IP head on, and tells its whole length.
pub fn put_ip(out: &mut Vec<u8>, packet: &Packet<'_>) -> u32 {
    let length = packet.transport_length() + usize::from(packet.payload_length);
    let head = match (packet.source.ip(), packet.destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            put_v4_head(out, packet, length, source.octets(), destination.octets());
            20
        }
        (source, destination) => put_v6_head(out, packet, length, source, destination),
    };
    put_transport(out, packet, length);
    (head + length) as u32
}

impl Packet<'_> {
    fn is_v4(&self) -> bool {
        self.source.is_ipv4() && self.destination.is_ipv4()
    }

    fn protocol(&self) -> u8 {
        match self.transport {
            Transport::Icmp { .. } if self.is_v4() => 1,
            Transport::Tcp { .. } => 6,
            Transport::Udp => 17,
            Transport::Gre { .. } => 47,
            Transport::Icmp { .. } => 58,
            Transport::Fragment { protocol, .. } => protocol,
        }
    }

    fn transport_length(&self) -> usize {
        match self.transport {
            Transport::Tcp { options, .. } => 20 + options.len().next_multiple_of(4),
            Transport::Udp | Transport::Icmp { .. } => 8,
            Transport::Gre { .. } => 4,
            Transport::Fragment { .. } => 0,
        }
    }
}

fn put_v4_head(
    out: &mut Vec<u8>,
    packet: &Packet<'_>,
    length: usize,
    source: [u8; 4],
    destination: [u8; 4],
) {
    let start = out.len();
    put_u8(out, 0x45);
    put_u8(out, 0);
    put_u16(out, (20 + length) as u16);
    put_u16(out, packet.identification);
    put_u16(
        out,
        match packet.transport {
            Transport::Fragment { offset, .. } => offset & 0x1fff,
            // "Don't fragment" stands where an identification is not needed (RFC 6864).
            _ if packet.identification == 0 => 0x4000,
            _ => 0,
        },
    );
    put_u8(out, packet.hops);
    put_u8(out, packet.protocol());
    put_u16(out, 0);
    out.extend_from_slice(&source);
    out.extend_from_slice(&destination);
    let sum = finished(added(0, &out[start..]));
    set_u16(out, start + 10, sum);
}

/// Writes the IPv6 head and, for a fragment, its extension; tells their length.
fn put_v6_head(
    out: &mut Vec<u8>,
    packet: &Packet<'_>,
    length: usize,
    source: IpAddr,
    destination: IpAddr,
) -> usize {
    let fragment = match packet.transport {
        Transport::Fragment { protocol, offset } => Some((protocol, offset)),
        _ => None,
    };
    let extension = if fragment.is_some() { 8 } else { 0 };
    put_u32(out, 6 << 28);
    put_u16(out, (extension + length) as u16);
    put_u8(out, fragment.map_or(packet.protocol(), |_| 44));
    put_u8(out, packet.hops);
    out.extend_from_slice(&v6_octets(source));
    out.extend_from_slice(&v6_octets(destination));
    if let Some((protocol, offset)) = fragment {
        // RFC 8200, section 4.5: the offset stands three bits higher than over IPv4.
        put_u8(out, protocol);
        put_u8(out, 0);
        put_u16(out, offset << 3);
        put_u32(out, u32::from(packet.identification));
    }
    40 + extension
}

fn put_transport(out: &mut Vec<u8>, packet: &Packet<'_>, length: usize) {
    let start = out.len();
    let sum_at = match packet.transport {
        Transport::Tcp { .. } => Some(put_tcp_head(out, packet)),
        Transport::Udp => {
            put_u16(out, packet.source.port());
            put_u16(out, packet.destination.port());
            put_u16(out, length as u16);
            put_u16(out, 0);
            Some(start + 6)
        }
        Transport::Icmp { kind, code } => {
            put_u8(out, kind);
            put_u8(out, code);
            put_u16(out, 0);
            // An echo's identifier and number.
            put_u16(out, packet.source.port());
            put_u16(out, 1);
            Some(start + 2)
        }
        Transport::Gre { inner } => {
            put_u16(out, 0);
            put_u16(out, inner);
            None
        }
        Transport::Fragment { .. } => None,
    };
    let whole = packet.payload.len().min(packet.payload_length.into());
    out.extend_from_slice(&packet.payload[..whole]);
    if let Some(at) = sum_at {
        let sum = added(pseudo_head(packet, length), &out[start..]);
        let sum = match (packet.transport, finished(sum)) {
            // RFC 768: a sum of zero is sent as all ones, since zero says "none".
            (Transport::Udp, 0) => 0xffff,
            (_, sum) => sum,
        };
        set_u16(out, at, sum);
    }
}

/// Writes the TCP head and tells where its checksum stands.
fn put_tcp_head(out: &mut Vec<u8>, packet: &Packet<'_>) -> usize {
    let Transport::Tcp {
        flags,
        sequence,
        acknowledgement,
        window,
        options,
    } = packet.transport
    else {
        unreachable!("only called for TCP")
    };
    put_u16(out, packet.source.port());
    put_u16(out, packet.destination.port());
    put_u32(out, sequence);
    put_u32(out, acknowledgement);
    put_u8(out, (packet.transport_length() as u8 / 4) << 4);
    put_u8(out, flags);
    put_u16(out, window);
    let sum_at = out.len();
    put_u32(out, 0);
    out.extend_from_slice(options);
    out.extend(std::iter::repeat_n(
        0,
        options.len().next_multiple_of(4) - options.len(),
    ));
    sum_at
}

/// Sums up what the checksum covers besides the transport (RFC 9293, section 3.1; RFC 8200,
/// section 8.1). ICMP over IPv4 covers itself only (RFC 792).
fn pseudo_head(packet: &Packet<'_>, length: usize) -> u32 {
    let addresses = match (packet.source.ip(), packet.destination.ip()) {
        (IpAddr::V4(_), IpAddr::V4(_)) if packet.protocol() == 1 => return 0,
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            added(added(0, &source.octets()), &destination.octets())
        }
        (source, destination) => added(added(0, &v6_octets(source)), &v6_octets(destination)),
    };
    addresses + u32::from(packet.protocol()) + length as u32
}

/// Adds 16-bit words to a sum (RFC 1071); an odd byte at the end counts as the high half.
fn added(sum: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(2).fold(sum, |sum, pair| {
        let low = pair.get(1).copied().unwrap_or_default();
        sum + u32::from(u16::from_be_bytes([pair[0], low]))
    })
}

fn finished(mut sum: u32) -> u16 {
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn v6_octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// Gives a host a locally administered interface address that follows from its address.
fn interface_of(ip: IpAddr) -> [u8; 6] {
    let octets = v6_octets(ip);
    [0x02, 0x00, octets[12], octets[13], octets[14], octets[15]]
}

#[cfg(test)]
#[path = "packet_tests.rs"]
mod tests;
