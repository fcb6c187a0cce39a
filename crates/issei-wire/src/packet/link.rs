//! Link layers: where the IP header begins, and what tags stood before it.
//!
//! Standard: the link types of pcap (draft-ietf-opsawg-pcaplinktype), IEEE 802.3, 802.1Q and
//! 802.1ad, RFC 3032 (MPLS), RFC 4385 and 4448 (Ethernet over MPLS), RFC 2516 (PPPoE).

use issei_model::{Problem, ProblemKind};

use super::{Snap, bad};

/// What the first bytes of a packet are (the numbers of the pcap link types).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback, the family in the byte order of the host that captured (0).
    pub const NULL: Self = Self(0);
    /// Ethernet (1).
    pub const ETHERNET: Self = Self(1);
    /// PPP, with or without its address and control bytes (9).
    pub const PPP: Self = Self(9);
    /// The number that some BSDs write for raw IP (12).
    pub const RAW_BSD: Self = Self(12);
    /// The number that OpenBSD writes for raw IP (14).
    pub const RAW_OPENBSD: Self = Self(14);
    /// PPP in frames like those of HDLC (50).
    pub const PPP_HDLC: Self = Self(50);
    /// IP without a link header (101).
    pub const RAW: Self = Self(101);
    /// Cisco's HDLC (104).
    pub const CISCO_HDLC: Self = Self(104);
    /// OpenBSD loopback, the family in network byte order (108).
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture (113).
    pub const LINUX_SLL: Self = Self(113);
    /// IPv4 without a link header (228).
    pub const IPV4: Self = Self(228);
    /// IPv6 without a link header (229).
    pub const IPV6: Self = Self(229);
    /// Linux cooked capture, version 2 (276).
    pub const LINUX_SLL2: Self = Self(276);
}

/// What a link layer had inside: IP at an offset.
#[derive(Clone, Copy)]
pub(super) struct Inside {
    pub at: usize,
    pub vlan: u16,
    pub mpls_label: u32,
}

const ETHERNET_HEAD: usize = 14;

/// Steps over the link layer.
#[inline]
pub(super) fn strip(link: LinkType, snap: Snap<'_>) -> Result<Inside, Problem> {
    match link {
        LinkType::ETHERNET => ethertype(snap, snap.be16(12)?, ETHERNET_HEAD),
        other => strip_other(other, snap),
    }
}

fn strip_other(link: LinkType, snap: Snap<'_>) -> Result<Inside, Problem> {
    match link {
        LinkType::NULL | LinkType::LOOP => loopback(snap),
        LinkType::RAW
        | LinkType::RAW_BSD
        | LinkType::RAW_OPENBSD
        | LinkType::IPV4
        | LinkType::IPV6 => Ok(Inside::plain(0)),
        LinkType::PPP | LinkType::PPP_HDLC => ppp(snap),
        LinkType::CISCO_HDLC => ethertype(snap, snap.be16(2)?, 4),
        LinkType::LINUX_SLL => ethertype(snap, snap.be16(14)?, 16),
        LinkType::LINUX_SLL2 => ethertype(snap, snap.be16(0)?, 20),
        LinkType(other) => Err(Problem::new(
            ProblemKind::UnknownLinkType,
            0,
            u64::from(other),
        )),
    }
}

impl Inside {
    #[inline]
    fn plain(at: usize) -> Self {
        Self {
            at,
            vlan: 0,
            mpls_label: 0,
        }
    }
}

/// The address family comes in either byte order, and IPv6 has a number of its own on each system.
fn loopback(snap: Snap<'_>) -> Result<Inside, Problem> {
    let little = u32::from_le_bytes(*snap.array(0)?);
    match little.min(little.swap_bytes()) {
        2 | 10 | 24 | 28 | 30 => Ok(Inside::plain(4)),
        family => Err(not_ip(0, family)),
    }
}

/// RFC 1662, 3.1: address and control are always FF 03, and may be left out.
fn ppp(snap: Snap<'_>) -> Result<Inside, Problem> {
    let at = match snap.be16(0)? {
        0xff03 => 2,
        _ => 0,
    };
    ethertype(snap, ppp_protocol(at, snap.be16(at)?)?, at + 2)
}

/// Tells a protocol of PPP as the type that Ethernet has for it (RFC 1332, 5072, 3032).
fn ppp_protocol(at: usize, protocol: u16) -> Result<u16, Problem> {
    match protocol {
        0x0021 => Ok(IPV4),
        0x0057 => Ok(IPV6),
        0x0281 => Ok(0x8847),
        other => Err(not_ip(at, other)),
    }
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// Goes by the type of what begins at `at`; most often that is IP.
#[inline]
fn ethertype(snap: Snap<'_>, kind: u16, at: usize) -> Result<Inside, Problem> {
    match kind {
        IPV4 | IPV6 => Ok(Inside::plain(at)),
        _ => tagged(snap, kind, at),
    }
}

/// Tags and labels are walked over this often: two VLAN tags, PPPoE and a stack of labels with
/// another Ethernet inside are the most that is seen in the wild.
const MOST_TAGS: usize = 8;

fn tagged(snap: Snap<'_>, mut kind: u16, at: usize) -> Result<Inside, Problem> {
    let mut inside = Inside::plain(at);
    for _ in 0..MOST_TAGS {
        kind = match kind {
            IPV4 | IPV6 => return Ok(inside),
            0x8100 | 0x88a8 | 0x9100 => vlan_tag(snap, &mut inside)?,
            0x8847 | 0x8848 => mpls(snap, &mut inside)?,
            0x8864 => pppoe(snap, &mut inside)?,
            // IEEE 802.3, 3.2.6: up to 1500 it is a length, and LLC follows.
            0..=1500 => llc(snap, &mut inside)?,
            other => return Err(not_ip(inside.at, other)),
        };
    }
    Err(bad(inside.at, kind))
}

/// IEEE 802.1Q, 9.6: a priority tag has VLAN identifier 0 and names no VLAN.
fn vlan_tag(snap: Snap<'_>, inside: &mut Inside) -> Result<u16, Problem> {
    let identifier = snap.be16(inside.at)? & 0x0fff;
    if inside.vlan == 0 {
        inside.vlan = identifier;
    }
    let kind = snap.be16(inside.at + 2)?;
    inside.at += 4;
    Ok(kind)
}

/// Labels in one stack. Real stacks have up to about six; SR-MPLS a few more.
const MOST_LABELS: usize = 16;

/// RFC 3032, 2.1: four bytes a label, the bottom of the stack is marked. What follows is not
/// told; as routers do for load sharing (RFC 4928), we go by its first four bits.
fn mpls(snap: Snap<'_>, inside: &mut Inside) -> Result<u16, Problem> {
    for _ in 0..MOST_LABELS {
        let entry = u32::from_be_bytes(*snap.array(inside.at)?);
        if inside.mpls_label == 0 {
            inside.mpls_label = entry >> 12;
        }
        inside.at += 4;
        if entry & 0x100 != 0 {
            return below_labels(snap, inside);
        }
    }
    Err(bad(inside.at, 0_u64))
}

fn below_labels(snap: Snap<'_>, inside: &mut Inside) -> Result<u16, Problem> {
    let [first] = *snap.array(inside.at)?;
    match first >> 4 {
        4 => Ok(IPV4),
        6 => Ok(IPV6),
        // RFC 4385, 3: a control word begins with 0000; RFC 4448: an Ethernet frame follows.
        0 => {
            let kind = snap.be16(inside.at + 4 + 12)?;
            inside.at += 4 + ETHERNET_HEAD;
            Ok(kind)
        }
        other => Err(not_ip(inside.at, other)),
    }
}

/// RFC 2516, 4 and 6: six bytes of session, then the protocol of PPP.
fn pppoe(snap: Snap<'_>, inside: &mut Inside) -> Result<u16, Problem> {
    let protocol = snap.be16(inside.at + 6)?;
    inside.at += 8;
    ppp_protocol(inside.at, protocol)
}

/// IEEE 802.2 with SNAP (RFC 1042): AA AA 03, no organisation, then a type.
fn llc(snap: Snap<'_>, inside: &mut Inside) -> Result<u16, Problem> {
    let head: &[u8; 3] = snap.array(inside.at)?;
    if head != &[0xaa, 0xaa, 0x03] {
        return Err(not_ip(inside.at, head[0]));
    }
    let kind = snap.be16(inside.at + 6)?;
    inside.at += 8;
    Ok(kind)
}

#[cold]
fn not_ip(at: usize, detail: impl Into<u64>) -> Problem {
    Problem::new(ProblemKind::NotIp, at as u64, detail.into())
}
