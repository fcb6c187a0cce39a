//! FlowSpec: which packets a rule meets, and what is done to them.
//!
//! In: a host, a way, conditions; or the octets of a rule. Out: the rule, or why there is none.
//! Always: a rule meets packets to or from exactly one host (/32 or /128); its conditions rise by their
//! type without repeats, none is empty, and every value is one that a packet can have. There is one
//! way to write a rule, and the reader takes no other: what it took is written again as the same octets.
//! Standards: RFC 8955, section 4; RFC 8956, section 3.
//! Not here: prefixes, offsets into IPv6 addresses, conditions that always or never hold.

mod action;
mod condition;
mod terms;

pub use action::{Action, Rate, RouteTarget};
pub use condition::Condition;
pub use terms::{
    BitTest, Bits, Comparison, Dscp, FlowLabel, Fragments, Joint, Number, TcpFlags, Terms, Value,
};

use std::fmt;
use std::net::IpAddr;

use super::octets::Octets;
use super::open::Family;

/// Which packets are meant: those to or from one host, under conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    host: IpAddr,
    way: Way,
    conditions: Vec<Condition>,
}

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// To the host.
    To,
    /// From the host.
    From,
}

/// Why something is no rule of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFault {
    /// The octets end within it.
    Short,
    /// Longer than [`MOST_RULE`], or its length is written in the wrong form.
    Length(usize),
    /// It begins with another component than one host.
    NoHost(u8),
    /// It names a prefix of this many bits, and not a host.
    Prefix(u8),
    /// It skips this many bits of an address.
    Offset(u8),
    /// There is no such component in this family.
    Component(u8),
    /// A component is not above the one before.
    Order(u8),
    /// An operator that always or never holds, or has bits that must be clear.
    Operator(u8),
    /// No packet has such a value, or it is not written in the shortest form.
    Value(u32),
}

/// Octets of the longest rule, without its length. Ours have about twenty.
pub const MOST_RULE: usize = 1_024;
/// From this length on, the length takes two octets (RFC 8955, section 4.1).
const LONG: usize = 0xf0;

impl Rule {
    /// Makes a rule. Conditions may come in any order.
    ///
    /// # Errors
    /// If two conditions are of one type, one is not for this family, or there are too many.
    pub fn new(way: Way, host: IpAddr, mut conditions: Vec<Condition>) -> Result<Self, RuleFault> {
        conditions.sort_by_key(Condition::kind);
        let repeated = conditions
            .windows(2)
            .find(|pair| pair[0].kind() == pair[1].kind());
        if let Some(pair) = repeated {
            return Err(RuleFault::Order(pair[0].kind()));
        }
        if let Some(foreign) = conditions.iter().find(|one| !one.suits(host)) {
            return Err(RuleFault::Component(foreign.kind()));
        }
        let rule = Self {
            host,
            way,
            conditions,
        };
        match rule.length() {
            length if length > MOST_RULE => Err(RuleFault::Length(length)),
            _ => Ok(rule),
        }
    }

    /// Tells the host.
    pub const fn host(&self) -> IpAddr {
        self.host
    }

    /// Tells which way its packets go.
    pub const fn way(&self) -> Way {
        self.way
    }

    /// Tells what must hold besides, rising by type.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Tells the family of its route.
    pub const fn family(&self) -> Family {
        match self.host {
            IpAddr::V4(_) => Family::Flow4,
            IpAddr::V6(_) => Family::Flow6,
        }
    }

    /// Tells the octets of it, without its length.
    fn length(&self) -> usize {
        let host = match self.host {
            IpAddr::V4(_) => 6,
            IpAddr::V6(_) => 19,
        };
        let conditions = self.conditions.iter().map(Condition::length);
        host + conditions.sum::<usize>()
    }

    /// Tells the octets of it, with its length.
    pub fn whole_length(&self) -> usize {
        let length = self.length();
        length + if length < LONG { 1 } else { 2 }
    }

    /// Appends it, behind its length.
    pub fn write(&self, out: &mut Vec<u8>) {
        let length = self.length();
        match length {
            0..LONG => out.push(length as u8),
            _ => out.extend_from_slice(&(0xf000 | length as u16).to_be_bytes()),
        }
        out.push(match self.way {
            Way::To => 1,
            Way::From => 2,
        });
        match self.host {
            IpAddr::V4(ip) => {
                out.push(32);
                out.extend_from_slice(&ip.octets());
            }
            IpAddr::V6(ip) => {
                out.extend_from_slice(&[128, 0]);
                out.extend_from_slice(&ip.octets());
            }
        }
        for condition in &self.conditions {
            condition.write(out);
        }
    }

    /// Reads one rule of a family behind its length.
    pub(super) fn read(octets: &mut Octets<'_>, family: Family) -> Result<Self, RuleFault> {
        let first = octets.u8().ok_or(RuleFault::Short)?;
        let length = match first {
            0..0xf0 => usize::from(first),
            _ => {
                let second = octets.u8().ok_or(RuleFault::Short)?;
                let long = usize::from(first & 0x0f) << 8 | usize::from(second);
                if !(LONG..=MOST_RULE).contains(&long) {
                    return Err(RuleFault::Length(long));
                }
                long
            }
        };
        let mut part = octets.part(length).ok_or(RuleFault::Short)?;
        let (way, host) = read_host(&mut part, family)?;
        let mut conditions: Vec<Condition> = Vec::new();
        while !part.is_done() {
            let condition = Condition::read(&mut part, family)?;
            let kind = condition.kind();
            if conditions.last().is_some_and(|last| last.kind() >= kind) {
                return Err(RuleFault::Order(kind));
            }
            conditions.push(condition);
        }
        Ok(Self {
            host,
            way,
            conditions,
        })
    }
}

/// Reads the first component, which must name one host.
fn read_host(part: &mut Octets<'_>, family: Family) -> Result<(Way, IpAddr), RuleFault> {
    let way = match part.u8().ok_or(RuleFault::Short)? {
        1 => Way::To,
        2 => Way::From,
        other => return Err(RuleFault::NoHost(other)),
    };
    let bits = part.u8().ok_or(RuleFault::Short)?;
    match (family, bits) {
        (Family::Flow4, 32) => {
            let ip = part.chunk::<4>().ok_or(RuleFault::Short)?;
            Ok((way, IpAddr::from(ip)))
        }
        (Family::Flow6, 128) => {
            let offset = part.u8().ok_or(RuleFault::Short)?;
            if offset != 0 {
                return Err(RuleFault::Offset(offset));
            }
            let ip = part.chunk::<16>().ok_or(RuleFault::Short)?;
            Ok((way, IpAddr::from(ip)))
        }
        _ => Err(RuleFault::Prefix(bits)),
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("it ends too early"),
            Self::Length(length) => write!(f, "its length is told as {length} octets"),
            Self::NoHost(kind) => write!(f, "it begins with component {kind}, and not with a host"),
            Self::Prefix(bits) => write!(f, "it names a prefix of {bits} bits, and not a host"),
            Self::Offset(bits) => write!(f, "it skips {bits} bits of an address"),
            Self::Component(kind) => write!(f, "component {kind} is not for this family"),
            Self::Order(kind) => write!(f, "component {kind} stands twice or too late"),
            Self::Operator(octet) => write!(f, "operator {octet:#04x} says nothing"),
            Self::Value(value) => write!(f, "no packet has the value {value}"),
        }
    }
}

impl std::error::Error for RuleFault {}

#[cfg(test)]
#[path = "mod_tests.rs"]
pub(super) mod tests;
