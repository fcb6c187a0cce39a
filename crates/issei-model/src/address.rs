//! Addresses as the hot path holds them, and as people may see them.
//!
//! A batch keeps IPv4 and IPv6 apart, as `u32` and `u128` in host order, so a column is plain
//! numbers; [`Address`] lets one body of code serve both. [`Subscriber`] is an address that the
//! secrecy of communications covers: it hides itself when printed and is never serialised;
//! whoever may see it says so by calling [`Subscriber::reveal`].

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IP address of one family, as a plain number in host order.
pub trait Address: Copy + Eq + Ord + Hash + fmt::Debug + Default + Send + 'static {
    /// The number of bits in an address: 32 or 128.
    const BITS: u8;
    /// The length of the prefix that one subscriber line holds: /32, or /64 (RIPE-690 hands out no less).
    const LINE_BITS: u8;

    /// Tells the address in the standard library's type.
    fn to_ip(self) -> IpAddr;

    /// Tells the address as a number of 128 bits; IPv4 takes the low 32.
    fn to_u128(self) -> u128;

    /// Keeps the first `bits` bits and clears the rest.
    fn prefix(self, bits: u8) -> Self;

    /// Folds the address into 64 bits. No two IPv4 addresses fold to the same number.
    fn fold(self) -> u64;
}

impl Address for u32 {
    const BITS: u8 = 32;
    const LINE_BITS: u8 = 32;

    fn to_ip(self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(self))
    }

    fn to_u128(self) -> u128 {
        u128::from(self)
    }

    fn prefix(self, bits: u8) -> Self {
        match bits {
            0 => 0,
            1..32 => self & (Self::MAX << (32 - bits)),
            _ => self,
        }
    }

    fn fold(self) -> u64 {
        u64::from(self)
    }
}

impl Address for u128 {
    const BITS: u8 = 128;
    const LINE_BITS: u8 = 64;

    fn to_ip(self) -> IpAddr {
        IpAddr::V6(Ipv6Addr::from_bits(self))
    }

    fn to_u128(self) -> u128 {
        self
    }

    fn prefix(self, bits: u8) -> Self {
        match bits {
            0 => 0,
            1..128 => self & (Self::MAX << (128 - bits)),
            _ => self,
        }
    }

    fn fold(self) -> u64 {
        // The multiplier keeps prefixes that differ only in the high half apart from the low half.
        (self as u64) ^ ((self >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A service on the network: address, port and protocol. Port 0 stands for any port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Where it is.
    pub ip: IpAddr,
    /// The port, or 0 for the address as a whole.
    pub port: u16,
    /// The IANA protocol number, or 0 for any.
    pub protocol: u8,
}

impl Endpoint {
    /// Names an address as a whole: any port, any protocol.
    pub const fn host(ip: IpAddr) -> Self {
        Self {
            ip,
            port: 0,
            protocol: 0,
        }
    }
}

impl fmt::Display for Endpoint {
    /// Writes `192.0.2.7:23/tcp`, `[2001:db8::7]:23/tcp`, or the bare address for a whole host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ip, self.port, self.protocol) {
            (ip, 0, 0) => return write!(f, "{ip}"),
            (ip, 0, _) => write!(f, "{ip}")?,
            (IpAddr::V4(ip), port, _) => write!(f, "{ip}:{port}")?,
            (IpAddr::V6(ip), port, _) => write!(f, "[{ip}]:{port}")?,
        }
        write!(f, "/{}", crate::protocol::Name(self.protocol))
    }
}

/// The address of a customer's line, secret by law (電気通信事業法 第4条).
///
/// ```
/// use issei_model::Subscriber;
/// let line = Subscriber::new("192.0.2.7".parse().unwrap());
/// assert_eq!(format!("{line} {line:?}"), "(a subscriber) (a subscriber)");
/// assert_eq!(line.reveal().to_string(), "192.0.2.7");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subscriber(IpAddr);

impl Subscriber {
    /// Takes the address of a line. For IPv6 give the line's prefix with the host part cleared.
    pub const fn new(ip: IpAddr) -> Self {
        Self(ip)
    }

    /// Tells the address. For the member's own desk only; between members it never travels.
    pub const fn reveal(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a subscriber)")
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a subscriber)")
    }
}
