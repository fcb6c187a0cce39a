//! NetFlow version 5 messages.
//!
//! In: a header and up to thirty records. Out: one message.
//! Standard: none was ever agreed; the layout is the one that Cisco published with its collector.

use std::net::Ipv4Addr;

use super::{put_u8, put_u16, put_u32};

/// What the header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Milliseconds since the exporter started.
    pub uptime: u32,
    /// Seconds since the epoch.
    pub seconds: u32,
    /// Nanoseconds beyond them.
    pub nanoseconds: u32,
    /// Flows sent before this message.
    pub sequence: u32,
    /// Type of the switching engine.
    pub engine_type: u8,
    /// Its slot.
    pub engine_id: u8,
    /// Two bits of mode, then fourteen of interval; 0 = not sampled.
    pub sampling: u16,
}

/// One flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of NetFlow v5, in its order"
)]
pub struct Record {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    pub next_hop: Ipv4Addr,
    pub input: u16,
    pub output: u16,
    pub packets: u32,
    pub bytes: u32,
    /// Uptime at the first packet.
    pub first: u32,
    /// Uptime at the last packet.
    pub last: u32,
    pub source_port: u16,
    pub destination_port: u16,
    pub tcp_flags: u8,
    pub protocol: u8,
    pub tos: u8,
    pub source_as: u16,
    pub destination_as: u16,
    pub source_mask: u8,
    pub destination_mask: u8,
}

/// Most records in one message.
pub const MOST_RECORDS: usize = 30;
/// Bytes of the header.
pub const HEADER: usize = 24;
/// Bytes of a record.
pub const RECORD: usize = 48;

/// Says that one packet in `every` was looked at, by counting; 0 or 1 say that all were.
pub const fn sampled(every: u16) -> u16 {
    match every {
        0 | 1 => 0,
        every => 1 << 14 | (every & 0x3fff),
    }
}

/// Appends a message. Records beyond [`MOST_RECORDS`] are left for the next one; the number taken
/// is told.
pub fn put_message(out: &mut Vec<u8>, header: &Header, records: &[Record]) -> usize {
    let taken = records.len().min(MOST_RECORDS);
    put_u16(out, 5);
    put_u16(out, taken as u16);
    put_u32(out, header.uptime);
    put_u32(out, header.seconds);
    put_u32(out, header.nanoseconds);
    put_u32(out, header.sequence);
    put_u8(out, header.engine_type);
    put_u8(out, header.engine_id);
    put_u16(out, header.sampling);
    for record in &records[..taken] {
        put_record(out, record);
    }
    taken
}

fn put_record(out: &mut Vec<u8>, record: &Record) {
    for ip in [record.source, record.destination, record.next_hop] {
        out.extend_from_slice(&ip.octets());
    }
    put_u16(out, record.input);
    put_u16(out, record.output);
    for value in [record.packets, record.bytes, record.first, record.last] {
        put_u32(out, value);
    }
    put_u16(out, record.source_port);
    put_u16(out, record.destination_port);
    put_u8(out, 0);
    put_u8(out, record.tcp_flags);
    put_u8(out, record.protocol);
    put_u8(out, record.tos);
    put_u16(out, record.source_as);
    put_u16(out, record.destination_as);
    put_u8(out, record.source_mask);
    put_u8(out, record.destination_mask);
    put_u16(out, 0);
}

#[cfg(test)]
#[path = "netflow5_tests.rs"]
mod tests;
