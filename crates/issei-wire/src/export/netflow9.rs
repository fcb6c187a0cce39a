//! NetFlow version 9: the header (RFC 3954, section 5.1); the rest are sets.

use issei_model::{Problem, ProblemKind, Timestamp};

use super::Protocol;
use super::numbers::{be16, be32};
use super::sets::{self, Sets};

/// The header's length in bytes.
pub const HEADER_LENGTH: usize = 20;

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Records of all kinds in the datagram. Many exporters count sets instead.
    pub count: u16,
    /// Milliseconds since the exporter started.
    pub uptime_ms: u32,
    /// When the datagram was sent, by the exporter's clock.
    pub export: Timestamp,
    /// Datagrams sent before this one.
    pub sequence: u32,
    /// The observation domain.
    pub source_id: u32,
}

/// Splits a datagram into its header and its sets.
///
/// # Errors
/// If the bytes end within the header.
pub fn parse(datagram: &[u8]) -> Result<(Header, Sets<'_>), Problem> {
    let truncated = Problem::new(ProblemKind::Truncated, 0, datagram.len() as u64);
    let header = header(datagram).ok_or(truncated)?;
    Ok((header, Sets::new(datagram, HEADER_LENGTH)))
}

fn header(datagram: &[u8]) -> Option<Header> {
    Some(Header {
        count: be16(datagram, 2)?,
        uptime_ms: be32(datagram, 4)?,
        export: Timestamp::from_secs(i64::from(be32(datagram, 8)?)),
        sequence: be32(datagram, 12)?,
        source_id: be32(datagram, 16)?,
    })
}

/// Tells whether sets of possible kinds fill the datagram.
pub(super) fn agrees(datagram: &[u8]) -> bool {
    let filled = |(_, sets)| sets::fill_the_rest(Protocol::Netflow9, sets);
    parse(datagram).is_ok_and(filled)
}

#[cfg(test)]
#[path = "netflow9_tests.rs"]
mod tests;
