//! Exported flow records: NetFlow v5 and v9, IPFIX, sFlow v5.
//!
//! In: one datagram. Out: its header, its sets or samples, the fields of its templates, as views
//! into the bytes. Always: every length is checked before it is believed; an iterator that met a
//! contradiction ends after saying where.
//! Standards: RFC 3954 (v9), RFC 7011 (IPFIX), Cisco's description of v5, the sFlow v5 memo.
//! Not here: the memory of templates, sampling and sequence numbers (`issei-flow`).

pub mod elements;
pub mod ipfix;
pub mod netflow5;
pub mod netflow9;
mod numbers;
pub mod sets;
pub mod sflow5;
pub mod templates;

/// The export protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// NetFlow version 5.
    Netflow5,
    /// NetFlow version 9 (RFC 3954).
    Netflow9,
    /// IPFIX (RFC 7011).
    Ipfix,
    /// sFlow version 5.
    Sflow5,
}

impl Protocol {
    /// Tells the protocol that a datagram claims by its version number alone.
    pub fn claimed(datagram: &[u8]) -> Option<Self> {
        match (numbers::be16(datagram, 0)?, numbers::be32(datagram, 0)?) {
            (5, _) => Some(Self::Netflow5),
            (9, _) => Some(Self::Netflow9),
            (10, _) => Some(Self::Ipfix),
            // XDR writes the version as 32 bits.
            (0, 5) => Some(Self::Sflow5),
            _ => None,
        }
    }
}

/// Tells whether a datagram looks like an export, by its content and not by its port: version,
/// counts and lengths must agree.
pub fn recognise(datagram: &[u8]) -> Option<Protocol> {
    let claimed = Protocol::claimed(datagram)?;
    let agrees = match claimed {
        Protocol::Netflow5 => netflow5::agrees(datagram),
        Protocol::Netflow9 => netflow9::agrees(datagram),
        Protocol::Ipfix => ipfix::agrees(datagram),
        Protocol::Sflow5 => sflow5::agrees(datagram),
    };
    agrees.then_some(claimed)
}
