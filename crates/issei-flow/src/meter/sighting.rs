//! What the meter remembers of a packet: to which flow it belongs, and what it adds.

use issei_model::{Address, Marks, TcpFlags, protocol};
use issei_wire::packet::{Head, Part};

/// What both directions of a flow have in common: the lower end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<A> {
    pub low: A,
    pub high: A,
    pub low_port: u16,
    pub high_port: u16,
    pub protocol: u8,
    /// Later fragments have no ports and are a flow of their own.
    pub fragments: bool,
}

/// Which end sent a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Low,
    High,
}

impl End {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// What a packet alone tells about who opened its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A SYN: its sender opens.
    Opens,
    /// A protocol without openings: whoever is first opens.
    First,
    /// An answer: SYN-ACK, RST, an ICMP reply or error.
    Answers,
    /// Something in the midst of a TCP connection.
    Midst,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<A> {
    pub key: Key<A>,
    pub hash: u32,
    pub time: i64,
    pub ip_length: u32,
    pub payload_length: u32,
    pub mpls_label: u32,
    pub vlan: u16,
    /// Marks that this packet alone gives.
    pub marks: u16,
    pub flags: TcpFlags,
    pub sender: End,
    pub role: Role,
}

impl<A: Address> Sighting<A> {
    #[inline]
    pub(super) fn new(
        time: i64,
        source: A,
        destination: A,
        head: &Head,
        hash_key: [u64; 2],
    ) -> Self {
        let (key, sender) = Key::new(source, destination, head);
        let role = role(head);
        let marks = match role {
            Role::Opens => opening_marks(head, destination),
            Role::Answers if head.flags.any(TcpFlags::SYN) => zero_window(head),
            _ => 0,
        };
        Self {
            key,
            hash: key.hash(hash_key),
            time,
            ip_length: head.ip_length,
            payload_length: head.payload_length,
            mpls_label: head.mpls_label,
            vlan: head.vlan,
            marks,
            flags: head.flags,
            sender,
            role,
        }
    }
}

impl<A: Address> Key<A> {
    #[inline]
    fn new(source: A, destination: A, head: &Head) -> (Self, End) {
        let (source_port, destination_port) = match head.protocol {
            // Question and answer are one flow, so both ends have the question's number.
            protocol::ICMP | protocol::ICMP_V6 => {
                let number = question(head.protocol, head.destination_port);
                (number, number)
            }
            _ => (head.source_port, head.destination_port),
        };
        let fragments = head.part == Part::Later;
        let key = |low, low_port, high, high_port| Self {
            low,
            high,
            low_port,
            high_port,
            protocol: head.protocol,
            fragments,
        };
        if (source, source_port) <= (destination, destination_port) {
            (
                key(source, source_port, destination, destination_port),
                End::Low,
            )
        } else {
            (
                key(destination, destination_port, source, source_port),
                End::High,
            )
        }
    }

    /// Tells type × 256 + code of an ICMP flow, of the answer if that came first.
    pub(super) fn icmp(&self, answered_first: bool) -> u16 {
        match answered_first {
            true => answer(self.protocol, self.low_port),
            false => self.low_port,
        }
    }

    /// Hashes under a key that outsiders do not know, so nobody can choose where flows fall.
    #[inline]
    fn hash(&self, [k0, k1]: [u64; 2]) -> u32 {
        let ports = u64::from(self.low_port) << 24
            | u64::from(self.high_port) << 40
            | u64::from(self.protocol) << 8
            | u64::from(self.fragments);
        let (low, high) = (self.low.to_u128(), self.high.to_u128());
        let mut mixed = match A::BITS {
            32 => fold((low as u64) << 32 | high as u64, k0),
            _ => {
                let low = fold(low as u64 ^ k1, (low >> 64) as u64 ^ k0);
                fold(low ^ high as u64 ^ k0, (high >> 64) as u64 ^ k1)
            }
        };
        mixed = fold(mixed ^ ports ^ k1, k0 ^ 0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 32)) as u32
    }
}

/// Multiplies to 128 bits and folds the halves: every bit of the result depends on every bit
/// of both.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x2545_f491_4f6c_dd1d) * u128::from(b | 1);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Types that answer another type: ICMP echo, timestamp, information and mask (RFC 792, 950),
/// ICMPv6 echo (RFC 4443). As protocol, question, answer.
const QUESTIONS: [(u8, u16, u16); 5] = [
    (protocol::ICMP, 8, 0),
    (protocol::ICMP, 13, 14),
    (protocol::ICMP, 15, 16),
    (protocol::ICMP, 17, 18),
    (protocol::ICMP_V6, 128, 129),
];

/// Tells type and code of the question to an answer; anything else stays as it is.
fn question(protocol: u8, type_and_code: u16) -> u16 {
    let found = QUESTIONS
        .iter()
        .find(|&&(of, _, answer)| of == protocol && answer == type_and_code >> 8);
    found.map_or(type_and_code, |&(_, question, _)| {
        question << 8 | type_and_code & 0xff
    })
}

/// Undoes [`question`].
fn answer(protocol: u8, type_and_code: u16) -> u16 {
    let found = QUESTIONS
        .iter()
        .find(|&&(of, question, _)| of == protocol && question == type_and_code >> 8);
    found.map_or(type_and_code, |&(_, _, answer)| {
        answer << 8 | type_and_code & 0xff
    })
}

#[inline]
fn role(head: &Head) -> Role {
    match head.protocol {
        _ if head.part == Part::Later => Role::First,
        protocol::TCP => tcp_role(head.flags),
        protocol::ICMP => match head.destination_port >> 8 {
            // RFC 792: replies, and errors about something else.
            0 | 3 | 4 | 5 | 11 | 12 | 14 | 16 | 18 => Role::Answers,
            _ => Role::First,
        },
        protocol::ICMP_V6 => match head.destination_port >> 8 {
            // RFC 4443: below 128 are errors. Advertisements are sent unasked as well.
            0..=127 | 129 => Role::Answers,
            _ => Role::First,
        },
        _ => Role::First,
    }
}

#[inline]
fn tcp_role(flags: TcpFlags) -> Role {
    const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
    match flags {
        flags if flags.any(TcpFlags::RST) || flags.all(SYN_ACK) => Role::Answers,
        flags if flags.any(TcpFlags::SYN) => Role::Opens,
        _ => Role::Midst,
    }
}

#[inline]
fn opening_marks<A: Address>(head: &Head, destination: A) -> u16 {
    let mut marks = zero_window(head);
    if A::BITS == 32 && u128::from(head.sequence) == destination.to_u128() {
        marks |= Marks::SEQUENCE_IS_DESTINATION;
    }
    if !head.tcp_options {
        marks |= Marks::BARE_SYN;
    }
    marks
}

#[inline]
fn zero_window(head: &Head) -> u16 {
    match head.window {
        0 => Marks::ZERO_WINDOW,
        _ => 0,
    }
}
