//! The internet layer: IPv4 with options and fragments, IPv6 with extension headers.
//!
//! Standard: RFC 791, 3.1; RFC 8200, 3 and 4.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_model::Problem;

use super::link::Inside;
use super::transport;
use super::{Head, Part, Snap, bad};

/// Reads the head of either family, by its first four bits.
#[inline]
pub(super) fn head(snap: Snap<'_>, inside: Inside) -> Result<Head, Problem> {
    let [first] = *snap.array(inside.at)?;
    match first >> 4 {
        4 => ipv4(snap, inside),
        6 => ipv6(snap, inside),
        version => Err(bad(inside.at, version)),
    }
}

const IPV4_LEAST: usize = 20;

#[inline]
fn ipv4(snap: Snap<'_>, inside: Inside) -> Result<Head, Problem> {
    let at = inside.at;
    let fixed: &[u8; IPV4_LEAST] = snap.array(at)?;
    let header = usize::from(fixed[0] & 0x0f) * 4;
    let total = ipv4_length(snap, at, u16::from_be_bytes([fixed[2], fixed[3]]));
    if header < IPV4_LEAST || total < header {
        return Err(bad(at, header as u64));
    }
    let place = u16::from_be_bytes([fixed[6], fixed[7]]);
    let [.., s0, s1, s2, s3, d0, d1, d2, d3] = *fixed;
    let mut head = Head {
        source: IpAddr::V4(Ipv4Addr::new(s0, s1, s2, s3)),
        destination: IpAddr::V4(Ipv4Addr::new(d0, d1, d2, d3)),
        protocol: fixed[9],
        ttl: fixed[8],
        // RFC 791, 3.1: 13 bits of offset; the bit above them says that more will come.
        part: part(place & 0x1fff != 0, place & 0x2000 != 0),
        ip_length: total as u32,
        ..Head::empty(inside)
    };
    transport::fill(&mut head, snap.ending_at(at + total), at + header)?;
    Ok(head)
}

/// A total length of zero is what a capture sees of a segment that the network card will cut
/// (segmentation offload): the wire length stands in.
#[inline]
fn ipv4_length(snap: Snap<'_>, at: usize, told: u16) -> usize {
    match told {
        0 => snap.wire_length - at,
        told => usize::from(told),
    }
}

#[inline]
fn part(begins_later: bool, goes_on: bool) -> Part {
    match (begins_later, goes_on) {
        (true, _) => Part::Later,
        (false, true) => Part::First,
        (false, false) => Part::Whole,
    }
}

const IPV6_HEADER: usize = 40;

fn ipv6(snap: Snap<'_>, inside: Inside) -> Result<Head, Problem> {
    let at = inside.at;
    let fixed: &[u8; IPV6_HEADER] = snap.array(at)?;
    let end = match u16::from_be_bytes([fixed[4], fixed[5]]) {
        // RFC 2675, 3: zero stands for a jumbogram; captures before segmentation show it too.
        0 => snap.wire_length,
        told => at + IPV6_HEADER + usize::from(told),
    };
    let mut head = Head {
        source: IpAddr::V6(address(fixed, 8)),
        destination: IpAddr::V6(address(fixed, 24)),
        protocol: fixed[6],
        ttl: fixed[7],
        ip_length: (end - at) as u32,
        ..Head::empty(inside)
    };
    let snap = snap.ending_at(end);
    let transport_at = extensions(&mut head, snap, at + IPV6_HEADER)?;
    transport::fill(&mut head, snap, transport_at)?;
    Ok(head)
}

fn address(fixed: &[u8; IPV6_HEADER], at: usize) -> Ipv6Addr {
    let bytes: [u8; 16] = fixed[at..].first_chunk().copied().unwrap_or_default();
    Ipv6Addr::from(bytes)
}

/// Extension headers walked over in one packet. RFC 8200, 4.1 recommends each at most once,
/// which makes six; more is a way to hide from us.
const MOST_EXTENSIONS: usize = 8;

/// Walks over the extension headers (RFC 8200, 4) and tells where the next layer begins.
/// What encryption and authentication carry (50, 51) is told by these numbers alone.
fn extensions(head: &mut Head, snap: Snap<'_>, mut at: usize) -> Result<usize, Problem> {
    for _ in 0..MOST_EXTENSIONS {
        match head.protocol {
            // Hop-by-hop, routing, destination options, mobility (RFC 6275), HIP (RFC 7401),
            // shim6 (RFC 5533): all count eight bytes beyond the first eight.
            0 | 43 | 60 | 135 | 139 | 140 => {
                let [next, length] = *snap.array(at)?;
                head.protocol = next;
                at += 8 + usize::from(length) * 8;
            }
            // RFC 8200, 4.5.
            44 => {
                let [next, _, high, low, ..] = *snap.array::<8>(at)?;
                let place = u16::from_be_bytes([high, low]);
                head.protocol = next;
                head.part = part(place & 0xfff8 != 0, place & 1 != 0);
                at += 8;
                if head.part == Part::Later {
                    return Ok(at);
                }
            }
            _ => return Ok(at),
        }
    }
    Err(bad(at, head.protocol))
}
