//! Packet files in the classic format, with microseconds.
//!
//! In: packets with their time. Out: bytes of a file: the head once, then a record for each.
//! Standard: draft-ietf-opsawg-pcap, sections 4 and 5. Written in little-endian order.

use issei_model::Timestamp;

use crate::packet::LinkType;

/// Appends the head of a file. `longest` is the most bytes that any packet keeps.
pub fn put_file_head(out: &mut Vec<u8>, link: LinkType, longest: u32) {
    out.extend_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
    out.extend_from_slice(&2_u16.to_le_bytes());
    out.extend_from_slice(&4_u16.to_le_bytes());
    // Two reserved fields, once a time zone and its accuracy.
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&longest.to_le_bytes());
    out.extend_from_slice(&u32::from(link.0).to_le_bytes());
}

/// Appends a packet, of which `bytes` were kept. Times before 1970 or after 2106 do not fit and
/// are written as the nearest that does.
pub fn put_packet(out: &mut Vec<u8>, time: Timestamp, bytes: &[u8], original_length: u32) {
    let micros = time.as_micros().clamp(0, i64::from(u32::MAX) * 1_000_000);
    let (seconds, part) = (micros / 1_000_000, micros % 1_000_000);
    out.extend_from_slice(&(seconds as u32).to_le_bytes());
    out.extend_from_slice(&(part as u32).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(&original_length.to_le_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
