//! NetFlow version 5: a fixed header and up to thirty fixed records.
//!
//! The record is told as a [`Field`] list, so that it is copied into columns by the same code as
//! any template. Source: Cisco, *NetFlow Services Solutions Guide*, table B-3 and B-4.

use issei_model::{Problem, ProblemKind, Timestamp};

use super::elements as ie;
use super::numbers::{be16, be32};
use super::templates::Field;

/// The header's length in bytes.
pub const HEADER_LENGTH: usize = 24;
/// A record's length in bytes.
pub const RECORD_LENGTH: usize = 48;

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Records that should follow.
    pub count: u16,
    /// Milliseconds since the exporter started.
    pub uptime_ms: u32,
    /// When the datagram was sent, by the exporter's clock.
    pub export: Timestamp,
    /// Flows exported before this datagram.
    pub sequence: u32,
    /// Engine type and engine id, which stand for an observation domain.
    pub engine: u16,
    /// One packet in this many was looked at; 0 = not told. The low 14 bits of the field.
    pub sampling_interval: u16,
}

/// The record as a list of fields; what issei has no use for is padding.
pub const RECORD: [Field; 16] = [
    Field::new(ie::SOURCE_IPV4_ADDRESS, 4),
    Field::new(ie::DESTINATION_IPV4_ADDRESS, 4),
    Field::new(ie::PADDING_OCTETS, 4), // next hop
    Field::new(ie::INGRESS_INTERFACE, 2),
    Field::new(ie::EGRESS_INTERFACE, 2),
    Field::new(ie::PACKET_DELTA_COUNT, 4),
    Field::new(ie::OCTET_DELTA_COUNT, 4),
    Field::new(ie::FLOW_START_SYS_UP_TIME, 4),
    Field::new(ie::FLOW_END_SYS_UP_TIME, 4),
    Field::new(ie::SOURCE_TRANSPORT_PORT, 2),
    Field::new(ie::DESTINATION_TRANSPORT_PORT, 2),
    Field::new(ie::PADDING_OCTETS, 1),
    Field::new(ie::TCP_CONTROL_BITS, 1),
    Field::new(ie::PROTOCOL_IDENTIFIER, 1),
    Field::new(ie::PADDING_OCTETS, 1), // type of service
    Field::new(ie::PADDING_OCTETS, 8), // autonomous systems, masks
];

/// Splits a datagram into its header and what should be records.
///
/// # Errors
/// If the bytes end within the header.
pub fn parse(datagram: &[u8]) -> Result<(Header, &[u8]), Problem> {
    let truncated = Problem::new(ProblemKind::Truncated, 0, datagram.len() as u64);
    let (_, records) = datagram.split_at_checked(HEADER_LENGTH).ok_or(truncated)?;
    header(datagram)
        .map(|header| (header, records))
        .ok_or(truncated)
}

fn header(datagram: &[u8]) -> Option<Header> {
    let nanos = i64::from(be32(datagram, 12)?);
    let whole = i64::from(be32(datagram, 8)?) * 1_000_000;
    Some(Header {
        count: be16(datagram, 2)?,
        uptime_ms: be32(datagram, 4)?,
        // Some exporters leave residual nanoseconds above a second; those say nothing.
        export: Timestamp::from_micros(
            whole
                + if nanos < 1_000_000_000 {
                    nanos / 1_000
                } else {
                    0
                },
        ),
        sequence: be32(datagram, 16)?,
        engine: be16(datagram, 20)?,
        sampling_interval: be16(datagram, 22)? & 0x3fff,
    })
}

/// Tells whether the count fits the length: at least one record, and no room for one more.
pub(super) fn agrees(datagram: &[u8]) -> bool {
    let Ok((header, records)) = parse(datagram) else {
        return false;
    };
    let claimed = usize::from(header.count) * RECORD_LENGTH;
    header.count > 0 && (claimed..claimed + RECORD_LENGTH).contains(&records.len())
}

#[cfg(test)]
#[path = "netflow5_tests.rs"]
mod tests;
