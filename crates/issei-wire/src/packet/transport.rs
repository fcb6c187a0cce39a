//! The transport layer: ports, TCP's flags, and where the payload begins.
//!
//! Standard: RFC 9293, 3.1 (TCP); RFC 768 (UDP); RFC 792 and 4443 (ICMP).
//! A snap that ends inside the header is judged by what is there: the ports are enough.

use issei_model::{Problem, TcpFlags, protocol};

use super::{Head, Part, Snap, bad};

/// SCTP (RFC 9260), DCCP (RFC 4340) and UDP-Lite (RFC 3828) begin with two ports as well.
const DCCP: u8 = 33;
const SCTP: u8 = 132;
const UDP_LITE: u8 = 136;

/// Fills in what the transport header at `at` tells. `snap` ends where the IP header says.
#[inline]
pub(super) fn fill(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    if at > snap.wire_length {
        return Err(bad(at, snap.wire_length as u64));
    }
    payload_from(head, snap, at);
    if head.part == Part::Later {
        return Ok(());
    }
    match head.protocol {
        protocol::TCP => tcp(head, snap, at),
        protocol::UDP => udp(head, snap, at),
        protocol::ICMP | protocol::ICMP_V6 => icmp(head, snap, at),
        DCCP | SCTP | UDP_LITE => ports(head, snap, at),
        _ => Ok(()),
    }
}

#[inline]
fn payload_from(head: &mut Head, snap: Snap<'_>, at: usize) {
    head.payload_at = at;
    head.payload_length = snap.wire_length.saturating_sub(at) as u32;
}

#[inline]
fn ports(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    let [s0, s1, d0, d1] = *snap.array(at)?;
    head.source_port = u16::from_be_bytes([s0, s1]);
    head.destination_port = u16::from_be_bytes([d0, d1]);
    Ok(())
}

const TCP_LEAST: usize = 20;

#[inline]
fn tcp(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    ports(head, snap, at)?;
    // A first fragment may end here as well: RFC 1858 calls it the tiny fragment attack.
    let Ok(fixed) = snap.array::<16>(at) else {
        return tcp_cut_off(head, snap, at);
    };
    let [.., q0, q1, q2, q3, _, _, _, _, offset, flags, w0, w1] = *fixed;
    head.sequence = u32::from_be_bytes([q0, q1, q2, q3]);
    head.flags = TcpFlags(flags);
    head.window = u16::from_be_bytes([w0, w1]);
    let header = usize::from(offset >> 4) * 4;
    let end = at + header;
    if header < TCP_LEAST || (end > snap.wire_length && head.part == Part::Whole) {
        return Err(bad(at + 12, header as u64));
    }
    head.tcp_options = header > TCP_LEAST;
    payload_from(head, snap, end);
    Ok(())
}

#[cold]
fn tcp_cut_off(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    if snap.wire_length < at + TCP_LEAST && head.part == Part::Whole {
        return Err(bad(at, snap.wire_length as u64));
    }
    payload_from(head, snap, at + TCP_LEAST);
    Ok(())
}

const UDP_HEADER: usize = 8;

#[inline]
fn udp(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    ports(head, snap, at)?;
    if at + UDP_HEADER > snap.wire_length && head.part == Part::Whole {
        return Err(bad(at, snap.wire_length as u64));
    }
    payload_from(head, snap, at + UDP_HEADER);
    // RFC 768: the length counts the header. What it leaves of the IP payload is padding; RFC 2675,
    // 4 lets it be zero in a jumbogram. Floods carry any number here, so only a shorter one counts.
    if let Ok(told) = snap.be16(at + 4)
        && let Some(told) = u32::from(told).checked_sub(UDP_HEADER as u32)
        && head.part == Part::Whole
    {
        head.payload_length = head.payload_length.min(told);
    }
    Ok(())
}

const ICMP_HEADER: usize = 8;

#[inline]
fn icmp(head: &mut Head, snap: Snap<'_>, at: usize) -> Result<(), Problem> {
    head.destination_port = snap.be16(at)?;
    payload_from(head, snap, at + ICMP_HEADER);
    Ok(())
}
