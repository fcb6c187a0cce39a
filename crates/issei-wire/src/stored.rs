//! Export datagrams that stand in a file one behind the other, with nothing between them.
//!
//! In: the bytes of the file from the beginning of a datagram on. Out: that datagram's bytes, and
//! the time it carries. Always: at least one byte and at most [`LONGEST`] are taken, so a reader
//! comes to the end whatever the bytes say. Standard: the headers of NetFlow v5, RFC 3954
//! section 5, RFC 7011 section 3.1, sFlow version 5.

use issei_model::Timestamp;

/// No UDP datagram is longer.
pub const LONGEST: usize = 65_535;

/// Tells where the first datagram ends. Bytes that begin no datagram end with the file: nothing in
/// them says where the next begins.
pub fn first_datagram(bytes: &[u8]) -> &[u8] {
    let within = &bytes[..bytes.len().min(LONGEST)];
    let length = match (u16_at(within, 0), u32_at(within, 0)) {
        (Some(5), _) => u16_at(within, 2).map(|count| 24 + 48 * usize::from(count)),
        (Some(9), _) => Some(end_of_sets(within)),
        (Some(10), _) => u16_at(within, 2).map(usize::from),
        (_, Some(5)) => end_of_samples(within),
        _ => None,
    };
    let length = length
        .unwrap_or(within.len())
        .clamp(within.len().min(1), within.len());
    &within[..length]
}

/// Tells the export time that the first datagram carries. sFlow carries none but its agent's
/// uptime.
pub fn time_of(bytes: &[u8]) -> Option<Timestamp> {
    let seconds = match u16_at(bytes, 0)? {
        5 | 9 => u32_at(bytes, 8)?,
        10 => u32_at(bytes, 4)?,
        _ => return None,
    };
    Some(Timestamp::from_secs(i64::from(seconds)))
}

/// NetFlow v9 tells the number of records and not the length: walk over the sets until something
/// stands there that is none. Ids 2 to 255 are reserved (RFC 3954, section 5.2), so the version
/// of a next header cannot be taken for a set.
fn end_of_sets(bytes: &[u8]) -> usize {
    let mut at = 20;
    while let (Some(id), Some(length)) = (u16_at(bytes, at), u16_at(bytes, at + 2)) {
        // `00 00 00 05` is the head of an sFlow datagram and not a template set of five bytes.
        if matches!(id, 2..256) || (id, length) == (0, 5) {
            return at;
        }
        if length < 4 {
            break;
        }
        at += usize::from(length);
    }
    bytes.len()
}

/// sFlow tells the number of samples, and each tells its length.
fn end_of_samples(bytes: &[u8]) -> Option<usize> {
    let agent = match u32_at(bytes, 4)? {
        1 => 4,
        2 => 16,
        _ => return None,
    };
    let mut at = 8 + agent + 16;
    for _ in 0..u32_at(bytes, at - 4)? {
        at = (at + 8).checked_add(usize::try_from(u32_at(bytes, at + 4)?).ok()?)?;
    }
    Some(at)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*pair))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*four))
}

#[cfg(test)]
#[path = "stored_tests.rs"]
mod tests;
