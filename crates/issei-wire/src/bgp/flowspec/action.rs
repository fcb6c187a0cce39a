//! What is done to the packets that a rule meets, as an extended community.
//!
//! Standards: RFC 8955, section 7; RFC 7674 (route targets). Not here: sampling and marking, which cut
//! nothing.

use std::net::Ipv4Addr;

/// What is done to the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// They are dropped: a rate of 0 octets a second (section 7.1).
    Discard,
    /// They may be this many octets a second, all together (section 7.1).
    Octets(Rate),
    /// They may be this many a second, all together (section 7.2).
    Packets(Rate),
    /// They are routed by the table that takes in this target (section 7.4).
    Divert(RouteTarget),
}

/// A rate above nothing that a 32-bit float tells exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u32);

/// Names a routing table of the network (RFC 4360, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteTarget {
    /// By an AS of two octets and a number.
    As(u16, u32),
    /// By an address and a number.
    Ip(Ipv4Addr, u16),
    /// By an AS of four octets and a number.
    LongAs(u32, u16),
}

impl Rate {
    /// Above this, floats of 32 bits skip whole numbers.
    const MOST: u32 = 1 << 24;

    /// Takes a rate, if a float tells it exactly and it is not nothing.
    pub const fn new(rate: u32) -> Option<Self> {
        match rate {
            1..=Self::MOST => Some(Self(rate)),
            _ => None,
        }
    }

    /// Tells it.
    pub const fn get(self) -> u32 {
        self.0
    }

    fn octets(self) -> [u8; 4] {
        (self.0 as f32).to_be_bytes()
    }

    fn of(octets: [u8; 4]) -> Option<Self> {
        let told = f32::from_be_bytes(octets);
        // A conversion saturates and cuts, so only an exact one comes back as the same octets.
        Self::new(told as u32).filter(|rate| rate.octets() == octets)
    }
}

impl Action {
    /// Writes it. The AS in the third and fourth octet informs and nobody may act by it; it is 0.
    pub fn write(self) -> [u8; 8] {
        let rate = |kind, [a, b, c, d]: [u8; 4]| [0x80, kind, 0, 0, a, b, c, d];
        match self {
            Self::Discard => rate(0x06, [0; 4]),
            Self::Octets(octets) => rate(0x06, octets.octets()),
            Self::Packets(packets) => rate(0x0c, packets.octets()),
            Self::Divert(target) => target.write(),
        }
    }

    /// Reads one of ours.
    pub fn read(community: [u8; 8]) -> Option<Self> {
        match community {
            [0x80, 0x06, 0, 0, 0, 0, 0, 0] => Some(Self::Discard),
            [0x80, 0x06, 0, 0, rate @ ..] => Rate::of(rate).map(Self::Octets),
            [0x80, 0x0c, 0, 0, rate @ ..] => Rate::of(rate).map(Self::Packets),
            [form @ 0x80..=0x82, 0x08, six @ ..] => {
                Some(Self::Divert(RouteTarget::read(form, six)))
            }
            _ => None,
        }
    }
}

impl RouteTarget {
    fn write(self) -> [u8; 8] {
        let (form, six) = match self {
            Self::As(number, value) => (0x80, u64::from(number) << 32 | u64::from(value)),
            Self::Ip(ip, value) => (0x81, u64::from(ip.to_bits()) << 16 | u64::from(value)),
            Self::LongAs(number, value) => (0x82, u64::from(number) << 16 | u64::from(value)),
        };
        (form << 56 | 0x08 << 48 | six).to_be_bytes()
    }

    fn read(form: u8, [a, b, c, d, e, f]: [u8; 6]) -> Self {
        match form {
            0x80 => Self::As(u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])),
            0x81 => Self::Ip(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([e, f])),
            _ => Self::LongAs(u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f])),
        }
    }
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
