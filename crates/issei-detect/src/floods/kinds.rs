//! What a record most likely is, as far as floods are concerned.
//!
//! In: one row of a batch. Out: its kind, and whether the other side took part. Always: a record
//! that shows a two-sided exchange is ordinary and never counts towards a flood.
//! Under plain NetFlow each direction has a record of its own, so whether the other side takes
//! part shows only in the balance of both directions; see `victims`.

use issei_model::{Address, Columns, Marks, TcpFlags, protocol};

/// The kinds of packets that floods are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A TCP opening that led to nothing: SYN alone.
    Opening,
    /// A TCP answer without a question: SYN-ACK or RST alone.
    Answer,
    /// A datagram from a port that answers many times what it is asked.
    Reply,
    /// A non-first fragment: it has no ports, only its victim.
    Fragment,
    /// TCP in the middle of something.
    Stream,
    /// Another datagram.
    Datagram,
    /// An ICMP message.
    Control,
    /// GRE and whatever else.
    Other,
}

impl Kind {
    pub(super) const COUNT: usize = 8;

    /// Tells the protocol of this kind; 0 where there are several.
    pub(super) const fn protocol(self, bits: u8) -> u8 {
        match self {
            Self::Opening | Self::Answer | Self::Stream => protocol::TCP,
            Self::Reply | Self::Datagram => protocol::UDP,
            Self::Control if bits == 32 => protocol::ICMP,
            Self::Control => protocol::ICMP_V6,
            Self::Fragment | Self::Other => 0,
        }
    }
}

/// How the other side took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Both directions were watched and only one is there, or the other only refuses.
    One,
    /// Both directions carry packets.
    Both,
    /// The record shows one direction, and nobody says what the other did.
    Unknown,
}

/// A row, classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) side: Side,
}

/// Ports from which services answer many times what they are asked, forged or not.
pub(super) const AMPLIFIERS: [u16; 24] = [
    17, 19, 53, 69, 111, 123, 137, 161, 389, 427, 520, 1194, 1434, 1900, 3283, 3389, 3702, 5093,
    5351, 5683, 10001, 11211, 27015, 37810,
];

/// A bit per port of [`AMPLIFIERS`], so that one load answers.
static IS_AMPLIFIER: [u64; 1 << 10] = {
    let mut bits = [0; 1 << 10];
    let mut at = 0;
    while at < AMPLIFIERS.len() {
        bits[AMPLIFIERS[at] as usize / 64] |= 1 << (AMPLIFIERS[at] % 64);
        at += 1;
    }
    bits
};

/// Tells whether replies from this UDP port may be amplified.
#[inline]
pub(super) fn is_amplifier(port: u16) -> bool {
    IS_AMPLIFIER[usize::from(port) / 64] & (1 << (port % 64)) != 0
}

const HANDSHAKE: u8 = TcpFlags::FIN | TcpFlags::SYN | TcpFlags::RST | TcpFlags::PSH | TcpFlags::ACK;
const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
const RST_ACK: u8 = TcpFlags::RST | TcpFlags::ACK;
/// One packet back for so many is a refusal now and then, and no exchange.
const FEW_BACK: u64 = 8;

/// Classifies a row.
#[inline]
pub(super) fn shape<A: Address>(columns: &Columns<A>, row: usize) -> Shape {
    let marks = columns.marks_of(row);
    let back = columns.reverse_packets.get(row).copied().unwrap_or(0);
    let back_flags = columns.reverse_flags.get(row).copied().unwrap_or(0) & HANDSHAKE;
    let kind = kind(columns, row, marks);
    let watched = back > 0 || marks.any(Marks::REVERSE_WATCHED);
    // A victim that answers openings or echoes, or refuses what it never asked for, takes no part.
    let only_refuses = match kind {
        Kind::Opening | Kind::Answer | Kind::Control => true,
        Kind::Stream => matches!(back_flags, TcpFlags::RST | RST_ACK),
        _ => false,
    };
    let side = match watched {
        false => Side::Unknown,
        true if only_refuses || back * FEW_BACK < columns.packets[row] => Side::One,
        true => Side::Both,
    };
    Shape { kind, side }
}

#[inline]
fn kind<A: Address>(columns: &Columns<A>, row: usize, marks: Marks) -> Kind {
    let (from, to) = (columns.source_port[row], columns.destination_port[row]);
    match columns.protocol[row] {
        _ if marks.any(Marks::FRAGMENT) => Kind::Fragment,
        // Port 0 is used by nobody: this is how NetFlow shows a fragment without ports.
        protocol::TCP | protocol::UDP if from == 0 && to == 0 => Kind::Fragment,
        protocol::TCP => tcp(
            columns.tcp_flags[row] & HANDSHAKE,
            marks,
            is_of_bare_heads(columns.packets[row], columns.bytes[row]),
        ),
        protocol::UDP if is_amplifier(from) => Kind::Reply,
        protocol::UDP => Kind::Datagram,
        protocol::ICMP | protocol::ICMP_V6 => Kind::Control,
        _ => Kind::Other,
    }
}

/// Tells whether all packets may be SYN-ACKs or RSTs: of one size, and that of heads. The flags of
/// a record are those of all its packets, so a transfer whose PSH nobody looked at shows SYN and
/// ACK as well.
#[inline]
fn is_of_bare_heads(packets: u64, bytes: u64) -> bool {
    bytes <= packets.saturating_mul(LONGEST_HEADS) && bytes.checked_rem(packets) == Some(0)
}

/// An IPv6 head and a TCP head with all its options (RFC 8200, section 3; RFC 9293, section 3.1).
const LONGEST_HEADS: u64 = 40 + 60;

#[inline]
fn tcp(flags: u8, marks: Marks, bare: bool) -> Kind {
    match flags {
        // Whoever opened also answered in one flow: a shared port, or nothing to learn from.
        SYN_ACK | TcpFlags::RST | RST_ACK if bare => Kind::Answer,
        TcpFlags::SYN => Kind::Opening,
        // A meter saw the answer first, then more of it.
        _ if marks.any(Marks::FIRST_IS_ANSWER) && flags & TcpFlags::PSH == 0 => Kind::Answer,
        _ => Kind::Stream,
    }
}

/// Tells whether an ICMP row is the target's own word that nothing listens (RFC 792, RFC 4443):
/// then it answers something. Errors of routers on the way say nothing about whom they name.
pub(super) fn refuses<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    match columns.protocol[row] {
        // Protocol unreachable, port unreachable.
        protocol::ICMP => matches!(columns.destination_port[row], 0x0302 | 0x0303),
        protocol::ICMP_V6 => columns.destination_port[row] == 0x0104,
        _ => false,
    }
}

#[cfg(test)]
#[path = "kinds_tests.rs"]
mod tests;
