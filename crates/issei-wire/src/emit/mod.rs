//! Turns values into bytes: packets, packet files, export datagrams.
//!
//! In: values. Out: bytes appended to a box that the caller brings.
//! Always: decoding undoes encoding, lengths, counts and checksums are right, and where the
//! standard pads, it is padded.
//! Not here: when something is sent and what it means (`issei-sim`). Tests of decoders use these
//! writers too, so each file here is the mirror image of its reader.

pub mod capture;
pub mod ipfix;
pub mod netflow5;
pub mod netflow9;
pub mod packet;
pub mod sflow;

/// One field of a template: which information element, and its width in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The element's number; below 0x8000.
    pub element: u16,
    /// Its width; 65,535 stands for a variable one (RFC 7011, section 7).
    pub width: u16,
    /// The private enterprise that defined it; 0 = IANA. NetFlow v9 has none.
    pub enterprise: u32,
}

impl Field {
    /// Names an element of the IANA registry.
    pub const fn new(element: u16, width: u16) -> Self {
        Self {
            element,
            width,
            enterprise: 0,
        }
    }
}

fn put_u8(out: &mut Vec<u8>, value: u8) {
    out.push(value);
}

fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Writes a 16-bit number where a place was kept for it.
fn set_u16(out: &mut [u8], at: usize, value: u16) {
    out[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

/// Fills up to a multiple of four bytes, counted from `start`.
fn pad_to_four(out: &mut Vec<u8>, start: usize) {
    while !(out.len() - start).is_multiple_of(4) {
        out.push(0);
    }
}

#[cfg(test)]
#[path = "laws_tests.rs"]
mod laws;
