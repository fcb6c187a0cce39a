//! Packet heads, from the link to the transport.

use std::net::IpAddr;

use issei_model::Problem;

/// What the first bytes of a packet are (the numbers of the pcap link types).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback (0).
    pub const NULL: Self = Self(0);
    /// Ethernet (1).
    pub const ETHERNET: Self = Self(1);
    /// IP without a link header (101).
    pub const RAW: Self = Self(101);
    /// Linux cooked capture (113).
    pub const LINUX_SLL: Self = Self(113);
    /// Linux cooked capture, version 2 (276).
    pub const LINUX_SLL2: Self = Self(276);
}

/// The heads of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// Where the transport's payload begins in the captured bytes.
    pub payload_at: usize,
}

impl Head {
    /// Reads the heads.
    ///
    /// # Errors
    /// If the packet is not IP, or its heads are cut off or contradict each other.
    pub fn parse(_link: LinkType, _bytes: &[u8], _original_length: u32) -> Result<Self, Problem> {
        Err(Problem::new(
            issei_model::ProblemKind::UnknownLinkType,
            0,
            0,
        ))
    }

    /// Shows the payload of a whole, unfragmented UDP datagram.
    pub fn udp_payload<'a>(&self, _bytes: &'a [u8]) -> Option<&'a [u8]> {
        None
    }
}
