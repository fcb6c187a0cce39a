//! IPFIX: the message header (RFC 7011, section 3.1); the rest are sets.

use issei_model::{Problem, ProblemKind, Timestamp};

use super::Protocol;
use super::numbers::{be16, be32};
use super::sets::{self, Sets};

/// The header's length in bytes.
pub const HEADER_LENGTH: usize = 16;

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The message's length with its header.
    pub length: u16,
    /// When the message was sent, by the exporter's clock.
    pub export: Timestamp,
    /// Data records sent before this message, in this session and domain.
    pub sequence: u32,
    /// The observation domain.
    pub domain: u32,
}

/// Splits a datagram into its header and its sets. A message that claims to be longer than the
/// bytes is read as far as they go; its last set will say what is missing.
///
/// # Errors
/// If the bytes end within the header, or the length has no room for it.
pub fn parse(datagram: &[u8]) -> Result<(Header, Sets<'_>), Problem> {
    let truncated = Problem::new(ProblemKind::Truncated, 0, datagram.len() as u64);
    let header = header(datagram).ok_or(truncated)?;
    let length = usize::from(header.length);
    if length < HEADER_LENGTH {
        return Err(Problem::new(ProblemKind::BadLength, 2, length as u64));
    }
    let message = datagram.get(..length).unwrap_or(datagram);
    Ok((header, Sets::new(message, HEADER_LENGTH)))
}

fn header(datagram: &[u8]) -> Option<Header> {
    Some(Header {
        length: be16(datagram, 2)?,
        export: Timestamp::from_secs(i64::from(be32(datagram, 4)?)),
        sequence: be32(datagram, 8)?,
        domain: be32(datagram, 12)?,
    })
}

/// Tells whether the length is the datagram's and sets of possible kinds fill it.
pub(super) fn agrees(datagram: &[u8]) -> bool {
    let filled = |(header, sets): (Header, _)| {
        usize::from(header.length) == datagram.len() && sets::fill_the_rest(Protocol::Ipfix, sets)
    };
    parse(datagram).is_ok_and(filled)
}

#[cfg(test)]
#[path = "ipfix_tests.rs"]
mod tests;
