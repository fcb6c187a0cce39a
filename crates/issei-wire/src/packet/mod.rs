//! Packet heads, from the link to the transport: who sent what to whom, and how much.
//!
//! In: the captured bytes of one packet, what its first bytes are, its length on the wire.
//! Out: a [`Head`], or a `Problem` with the offset where the bytes stop making sense.
//! Always: no allocation, no panic, a bounded number of steps; lengths are those of the IP layer
//! and not what the capture kept.
//! Standard: RFC 791, 8200, 9293, 768, 792, 4443; the link layers in `link`.
//! Not here: what is inside a tunnel. GRE, IP-in-IP, SRv6 and VXLAN are told by their outer
//! heads, since those are the addresses that this network forwards by. MPLS, VLAN tags and PPPoE
//! are no tunnels to us: there is only one pair of addresses.

mod internet;
mod link;
mod transport;

use std::net::{IpAddr, Ipv4Addr};

use issei_model::{Problem, ProblemKind, TcpFlags};

pub use link::LinkType;

/// The heads of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Source port; 0 where the protocol has none or the packet is a later fragment.
    pub source_port: u16,
    /// Destination port; for ICMP type × 256 + code, as NetFlow puts it.
    pub destination_port: u16,
    /// IANA protocol number; for IPv6 of what follows the extension headers.
    pub protocol: u8,
    /// TCP flags; none for other protocols or where the snap ends before them.
    pub flags: TcpFlags,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Which part of an IP datagram this is.
    pub part: Part,
    /// Outermost VLAN identifier that is not 0; 0 = none.
    pub vlan: u16,
    /// Topmost MPLS label, 20 bits; 0 = none.
    pub mpls_label: u32,
    /// TCP sequence number.
    pub sequence: u32,
    /// TCP window as sent, without scaling.
    pub window: u16,
    /// Whether the TCP header carries options.
    pub tcp_options: bool,
    /// Bytes at the IP layer: header, extension headers and payload, as sent.
    pub ip_length: u32,
    /// Bytes of the transport's payload as sent; of this fragment, if it is one.
    pub payload_length: u32,
    /// Where the transport's payload begins. The snap may end before it.
    pub payload_at: usize,
}

/// Which part of an IP datagram a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first fragment: with the ports.
    First,
    /// A later fragment: without ports.
    Later,
}

impl Head {
    /// Reads the heads. `original_length` is the length on the wire, 0 if nobody told.
    ///
    /// Bytes that begin with an IP header, as exporters sample them, are [`LinkType::RAW`].
    ///
    /// # Errors
    /// If the link type is not known, the packet is not IP, or its heads are cut off
    /// (`ShortSnap` when the capture cut them, `BadPacket` when the sender did) or contradict
    /// each other.
    #[inline]
    pub fn parse(link: LinkType, bytes: &[u8], original_length: u32) -> Result<Self, Problem> {
        let snap = Snap::new(bytes, original_length);
        let inside = link::strip(link, snap)?;
        internet::head(snap, inside)
    }

    /// Shows the payload of a whole, unfragmented UDP datagram.
    pub fn udp_payload<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let whole = self.protocol == issei_model::protocol::UDP && self.part == Part::Whole;
        let end = self.payload_at.checked_add(self.payload_length as usize)?;
        bytes.get(self.payload_at..end).filter(|_| whole)
    }

    /// A head without content, which the layers fill from the outside in.
    #[inline]
    fn empty(inside: link::Inside) -> Self {
        Self {
            source: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            destination: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            source_port: 0,
            destination_port: 0,
            protocol: 0,
            flags: TcpFlags(0),
            ttl: 0,
            part: Part::Whole,
            vlan: inside.vlan,
            mpls_label: inside.mpls_label,
            sequence: 0,
            window: 0,
            tcp_options: false,
            ip_length: 0,
            payload_length: 0,
            payload_at: 0,
        }
    }
}

/// The captured bytes of a packet, and how long it was on the wire.
#[derive(Clone, Copy)]
struct Snap<'a> {
    bytes: &'a [u8],
    /// Never less than what was captured.
    wire_length: usize,
}

impl<'a> Snap<'a> {
    #[inline]
    fn new(bytes: &'a [u8], original_length: u32) -> Self {
        Self {
            bytes,
            wire_length: bytes.len().max(original_length as usize),
        }
    }

    /// Takes `N` bytes at an offset.
    #[inline]
    fn array<const N: usize>(&self, at: usize) -> Result<&'a [u8; N], Problem> {
        let found = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        found.ok_or_else(|| self.cut(at, N))
    }

    #[inline]
    fn be16(&self, at: usize) -> Result<u16, Problem> {
        self.array(at).map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// Says whose fault it is that `needed` bytes at `at` are not there.
    #[cold]
    fn cut(&self, at: usize, needed: usize) -> Problem {
        let kind = if at.saturating_add(needed) <= self.wire_length {
            ProblemKind::ShortSnap
        } else {
            ProblemKind::BadPacket
        };
        Problem::new(kind, at as u64, needed as u64)
    }

    /// The same bytes as a packet that ends at `end`, as its IP header says.
    #[inline]
    fn ending_at(self, end: usize) -> Self {
        Self {
            bytes: self.bytes.get(..end).unwrap_or(self.bytes),
            wire_length: end,
        }
    }
}

/// Names heads that contradict each other.
#[cold]
fn bad(at: usize, detail: impl Into<u64>) -> Problem {
    Problem::new(ProblemKind::BadPacket, at as u64, detail.into())
}

#[cfg(test)]
#[path = "../packet_tests.rs"]
mod tests;
