//! Turns packets under the scope into bytes, from the Ethernet head on.
//!
//! In: packets with the manner of their sender. Out: heads as such a sender writes them: options
//! of a kernel or none, sequence numbers that grow, Mirai's mark. Payload is zeros and is not
//! written, except where a reader takes offence at zeros (questions for names, clocks).

use std::net::{IpAddr, SocketAddr};

use issei_model::{TcpFlags, protocol};
use issei_wire::emit::packet::{Packet, Transport, put_ethernet, put_ip};

use crate::atlas;
use crate::dice::mix;
use crate::exchange::Manner;
use crate::scope::Packet as Passing;

/// Writes frames into memory that is used again.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    frame: Vec<u8>,
    payload: Vec<u8>,
}

/// Maximum segment size, selective acknowledgement, time stamps, window scale: 20 bytes in the
/// order in which Linux writes them.
const SYN_OPTIONS: [u8; 20] = [
    2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7,
];
/// Where the time stamp stands in them, and in [`SEGMENT_OPTIONS`].
const STAMP_IN_SYN: usize = 8;
const SEGMENT_OPTIONS: [u8; 12] = [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0];
const STAMP_IN_SEGMENT: usize = 4;

impl Framer {
    /// Writes a packet, and tells its bytes and its whole length.
    pub(crate) fn frame(&mut self, passing: &Passing) -> (&[u8], u32) {
        self.frame.clear();
        self.payload.clear();
        let length = match passing.protocol {
            protocol::TCP => self.put_segment(passing),
            _ => self.put_datagram(passing),
        };
        (&self.frame, length)
    }

    fn put_segment(&mut self, passing: &Passing) -> u32 {
        let (mut syn, mut segment) = (SYN_OPTIONS, SEGMENT_OPTIONS);
        let stamp = ((passing.time / 1_000) as u32).to_be_bytes();
        syn[STAMP_IN_SYN..STAMP_IN_SYN + 4].copy_from_slice(&stamp);
        segment[STAMP_IN_SEGMENT..STAMP_IN_SEGMENT + 4].copy_from_slice(&stamp);
        let beyond = passing.bytes.saturating_sub(ip_head(passing) + 20);
        let is_syn = passing.flags & TcpFlags::SYN != 0;
        let kernel = matches!(passing.manner, Manner::Kernel | Manner::TextPing);
        let options: &[u8] = match (is_syn, beyond) {
            (true, 20..) => &syn,
            (true, 4..) => &SYN_OPTIONS[..4],
            (false, 12..) if kernel && passing.flags & TcpFlags::RST == 0 => &segment,
            _ => &[],
        };
        let payload_length = if is_syn {
            0
        } else {
            beyond - options.len() as u16
        };
        match passing.manner {
            Manner::TextPing if payload_length == 5 => {
                self.payload
                    .extend_from_slice(if passing.back { b"PING\n" } else { b"PONG\n" });
            }
            _ => {}
        }
        let transport = Transport::Tcp {
            flags: passing.flags,
            sequence: sequence(passing),
            acknowledgement: acknowledgement(passing),
            window: window(passing),
            options,
        };
        self.put(passing, transport, payload_length)
    }

    fn put_datagram(&mut self, passing: &Passing) -> u32 {
        let behind = passing.bytes.saturating_sub(ip_head(passing));
        let (transport, head) = match (passing.protocol, passing.manner) {
            (protocol, Manner::Fragment) => (
                Transport::Fragment {
                    protocol,
                    offset: 185,
                },
                0,
            ),
            (protocol::UDP, _) => (Transport::Udp, 8),
            (protocol::GRE, _) => (Transport::Gre { inner: 0x0800 }, 4),
            _ => (echo(passing), 8),
        };
        let payload_length = behind.saturating_sub(head);
        match transport {
            Transport::Udp => put_udp_payload(&mut self.payload, passing, payload_length.into()),
            Transport::Gre { .. } => put_inner(&mut self.payload, passing, payload_length),
            _ => {}
        }
        self.put(passing, transport, payload_length)
    }

    fn put(&mut self, passing: &Passing, transport: Transport<'_>, payload_length: u16) -> u32 {
        let packet = Packet {
            source: SocketAddr::new(passing.source.ip, passing.source.port),
            destination: SocketAddr::new(passing.destination.ip, passing.destination.port),
            hops: hops(passing.source.ip),
            identification: match transport {
                Transport::Fragment { .. } => 1 + mix(passing.time as u64) as u16 % 65_535,
                _ => 0,
            },
            transport,
            payload: &self.payload,
            payload_length,
        };
        put_ethernet(&mut self.frame, &packet)
    }
}

fn ip_head(passing: &Passing) -> u16 {
    if passing.source.ip.is_ipv4() { 20 } else { 40 }
}

/// Mirai's scanner writes the destination address there (THREATS: "TCP sequence number equals the
/// destination address"); a SYN that is sent again keeps its number.
fn sequence(passing: &Passing) -> u32 {
    let is_syn = passing.flags & TcpFlags::SYN != 0;
    match (passing.manner, passing.destination.ip) {
        (Manner::Mirai, IpAddr::V4(ip)) if is_syn && !passing.back => ip.to_bits(),
        _ if is_syn => first_number(passing, passing.back),
        _ => first_number(passing, passing.back).wrapping_add(passing.sent),
    }
}

fn acknowledgement(passing: &Passing) -> u32 {
    match (
        passing.flags & TcpFlags::ACK,
        passing.manner,
        passing.source.ip,
    ) {
        (0, ..) => 0,
        // An answer to Mirai's probe confirms the address that was probed, plus one.
        (_, Manner::Mirai, IpAddr::V4(ip)) if passing.back => ip.to_bits().wrapping_add(1),
        _ => first_number(passing, !passing.back).wrapping_add(passing.received),
    }
}

fn first_number(passing: &Passing, back: bool) -> u32 {
    mix(passing.birth ^ u64::from(back) << 1) as u32
}

/// A raw scanner keeps one window for its life.
fn window(passing: &Passing) -> u16 {
    match passing.manner {
        Manner::Kernel | Manner::TextPing | Manner::MiraiPing => 64_240,
        _ if passing.back => 5_840,
        _ => mix(passing.source.port.into()) as u16 | 1,
    }
}

/// Hops left at the border: own hosts are two away, others some dozen.
fn hops(source: IpAddr) -> u8 {
    match source {
        ip if atlas::is_home(ip) => 62,
        IpAddr::V4(ip) => 44 + (mix(ip.to_bits().into()) % 12) as u8,
        IpAddr::V6(_) => 52,
    }
}

/// The port holds type and code; an answer has type 0 (RFC 792).
fn echo(passing: &Passing) -> Transport<'static> {
    let port = if passing.back {
        passing.source.port
    } else {
        passing.destination.port
    };
    let [kind, code] = port.to_be_bytes();
    Transport::Icmp {
        kind: if passing.back && kind == 8 { 0 } else { kind },
        code,
    }
}

/// What GRE floods carry: an IP packet with a datagram.
fn put_inner(payload: &mut Vec<u8>, passing: &Passing, length: u16) {
    let inner = Packet {
        source: SocketAddr::new(passing.source.ip, passing.source.port),
        destination: SocketAddr::new(passing.destination.ip, 1_024 + passing.source.port % 60_000),
        hops: 64,
        identification: 0,
        transport: Transport::Udp,
        payload: &[],
        payload_length: length.saturating_sub(28),
    };
    put_ip(payload, &inner);
}

fn put_udp_payload(payload: &mut Vec<u8>, passing: &Passing, length: usize) {
    let answers = passing.source.port;
    match (answers, passing.destination.port) {
        (53, _) => put_names(payload, length, true),
        (_, 53) => put_names(payload, length, false),
        // RFC 5905, section 7.3: version 4, mode 4 of a server or 3 of a client.
        (123, _) => payload.push(if length == 48 { 0x24 } else { 0x97 }),
        (_, 123) => payload.push(0x23),
        _ => {}
    }
}

/// A question for a name (RFC 1035, section 4.1), or its echo in an answer, of exactly this length.
fn put_names(payload: &mut Vec<u8>, length: usize, answer: bool) {
    const HEAD: usize = 12;
    const BEHIND_NAME: usize = 5;
    const LONGEST_NAME: usize = 250;
    if length < HEAD + BEHIND_NAME + 2 {
        return;
    }
    payload.extend_from_slice(&[
        0x13,
        0x37,
        if answer { 0x81 } else { 1 },
        if answer { 0x80 } else { 0 },
    ]);
    payload.extend_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
    let mut left = (length - HEAD - BEHIND_NAME).min(LONGEST_NAME);
    while left > 0 {
        // A label is at most 63 bytes behind its length; none may be empty.
        let label = if left == 65 { 62 } else { (left - 1).min(63) };
        payload.push(label as u8);
        payload.extend(std::iter::repeat_n(b'a', label));
        left -= label + 1;
    }
    payload.extend_from_slice(&[0, 0, 1, 0, 1]);
}

#[cfg(test)]
#[path = "frames_tests.rs"]
mod tests;
