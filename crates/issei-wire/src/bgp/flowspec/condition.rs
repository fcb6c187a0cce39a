//! The components of a rule beside its host: types 3 to 13, each with values that a packet can have.
//!
//! Standards: RFC 8955, sections 4.2.2.3 to 4.2.2.12; RFC 8956, sections 3.3 to 3.7.

use std::net::IpAddr;

use super::super::octets::Octets;
use super::super::open::Family;
use super::RuleFault;
use super::terms::{Bits, Dscp, FlowLabel, Fragments, Number, TcpFlags, Terms};

/// What must hold for a packet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Its IANA protocol number; of IPv6, that of the first header that is no extension.
    Protocol(Terms<Number<u8>>),
    /// Its source or its destination port.
    Port(Terms<Number<u16>>),
    /// Its destination port.
    DestinationPort(Terms<Number<u16>>),
    /// Its source port.
    SourcePort(Terms<Number<u16>>),
    /// Its type of ICMP.
    IcmpType(Terms<Number<u8>>),
    /// Its code of ICMP.
    IcmpCode(Terms<Number<u8>>),
    /// Its flags of TCP.
    TcpFlags(Terms<Bits<TcpFlags>>),
    /// Its octets at the IP layer.
    PacketLength(Terms<Number<u16>>),
    /// Its class of service.
    Dscp(Terms<Number<Dscp>>),
    /// Whether it is a fragment, and which.
    Fragment(Terms<Bits<Fragments>>),
    /// Its flow label, of IPv6 only.
    FlowLabel(Terms<Number<FlowLabel>>),
}

impl Condition {
    /// Tells its type in the registry of IANA.
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Protocol(_) => 3,
            Self::Port(_) => 4,
            Self::DestinationPort(_) => 5,
            Self::SourcePort(_) => 6,
            Self::IcmpType(_) => 7,
            Self::IcmpCode(_) => 8,
            Self::TcpFlags(_) => 9,
            Self::PacketLength(_) => 10,
            Self::Dscp(_) => 11,
            Self::Fragment(_) => 12,
            Self::FlowLabel(_) => 13,
        }
    }

    /// Tells whether packets of a host's family can have it: IPv4 has no flow label, IPv6 nothing that
    /// forbids fragments (RFC 8956, section 3.6).
    pub(super) fn suits(&self, host: IpAddr) -> bool {
        match self {
            Self::FlowLabel(_) => host.is_ipv6(),
            Self::Fragment(terms) if host.is_ipv6() => {
                terms.iter().all(|(_, bits)| !bits.mask.forbids())
            }
            _ => true,
        }
    }

    /// Tells its octets.
    pub(super) fn length(&self) -> usize {
        1 + match self {
            Self::Protocol(terms) | Self::IcmpType(terms) | Self::IcmpCode(terms) => terms.length(),
            Self::Port(terms)
            | Self::DestinationPort(terms)
            | Self::SourcePort(terms)
            | Self::PacketLength(terms) => terms.length(),
            Self::TcpFlags(terms) => terms.length(),
            Self::Dscp(terms) => terms.length(),
            Self::Fragment(terms) => terms.length(),
            Self::FlowLabel(terms) => terms.length(),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind());
        match self {
            Self::Protocol(terms) | Self::IcmpType(terms) | Self::IcmpCode(terms) => {
                terms.write(out);
            }
            Self::Port(terms)
            | Self::DestinationPort(terms)
            | Self::SourcePort(terms)
            | Self::PacketLength(terms) => terms.write(out),
            Self::TcpFlags(terms) => terms.write(out),
            Self::Dscp(terms) => terms.write(out),
            Self::Fragment(terms) => terms.write(out),
            Self::FlowLabel(terms) => terms.write(out),
        }
    }

    pub(super) fn read(octets: &mut Octets<'_>, family: Family) -> Result<Self, RuleFault> {
        let kind = octets.u8().ok_or(RuleFault::Short)?;
        let condition = match kind {
            3 => Self::Protocol(Terms::read(octets)?),
            4 => Self::Port(Terms::read(octets)?),
            5 => Self::DestinationPort(Terms::read(octets)?),
            6 => Self::SourcePort(Terms::read(octets)?),
            7 => Self::IcmpType(Terms::read(octets)?),
            8 => Self::IcmpCode(Terms::read(octets)?),
            9 => Self::TcpFlags(Terms::read(octets)?),
            10 => Self::PacketLength(Terms::read(octets)?),
            11 => Self::Dscp(Terms::read(octets)?),
            12 => Self::Fragment(Terms::read(octets)?),
            13 if family == Family::Flow6 => Self::FlowLabel(Terms::read(octets)?),
            other => return Err(RuleFault::Component(other)),
        };
        let forbidding = match &condition {
            Self::Fragment(terms) if family == Family::Flow6 => {
                terms.iter().any(|(_, bits)| bits.mask.forbids())
            }
            _ => false,
        };
        if forbidding {
            return Err(RuleFault::Component(kind));
        }
        Ok(condition)
    }
}
