//! What a reflex puts on a device, and its name there: a small rule for minutes.
//!
//! Always: a rule is one line and one victim, one line, or one destination of bounded width, so that no
//! backend has to guess what was meant. A line hides itself when printed and is never serialised; a
//! device that must write it down asks for it. Not here: whether one may be put (`issei-order`,
//! `issei-case`), how a device says it (`issei-enforce`).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::flow::protocol::{self, Name};
use crate::{Address, Endpoint, Reflex, StandingId, StandingOrder, Subscriber, Timestamp};

/// Packets to these addresses, or to one service there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Destination {
    /// The addresses.
    pub prefix: IpNet,
    /// The IANA protocol number, or 0 for any.
    pub protocol: u8,
    /// The port, or 0 for any.
    pub port: u16,
}

impl Destination {
    /// The widest prefix that one request may drop, in bits: IPv4 and IPv6.
    pub const WIDEST: (u8, u8) = (24, 48);

    /// Tells whether it is narrow, has no host bits, and names a port only where there are ports.
    pub fn well_formed(&self) -> bool {
        let (v4, v6) = Self::WIDEST;
        let widest = if self.prefix.addr().is_ipv4() { v4 } else { v6 };
        let has_ports = matches!(self.protocol, protocol::TCP | protocol::UDP);
        self.prefix.trunc() == self.prefix
            && self.prefix.prefix_len() >= widest
            && (self.port == 0 || has_ports)
    }
}

impl fmt::Display for Destination {
    /// Writes `203.0.113.0/24`, `203.0.113.0/24:443/tcp` or `[2001:db8::/48]:53/udp`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.prefix, self.port, self.protocol) {
            (prefix, 0, 0) => return write!(f, "{prefix}"),
            (IpNet::V4(prefix), port, _) => write!(f, "{prefix}:{port}")?,
            (IpNet::V6(prefix), port, _) => write!(f, "[{prefix}]:{port}")?,
        }
        write!(f, "/{}", Name(self.protocol))
    }
}

impl FromStr for Destination {
    type Err = String;

    /// Reads a prefix or address, and behind it `:PORT/tcp` or `:PORT/udp` for one service. In front of a
    /// port an IPv6 prefix stands in brackets.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(prefix) = prefix(text) {
            return Ok(Self {
                prefix,
                protocol: 0,
                port: 0,
            });
        }
        let wrong = || {
            "write a prefix, or a service such as 203.0.113.0/24:443/tcp or [2001:db8::/48]:53/udp"
                .to_owned()
        };
        let (place, service) = text.rsplit_once(':').ok_or_else(wrong)?;
        let (port, protocol) = service.split_once('/').ok_or_else(wrong)?;
        let bare = place
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let place = prefix(bare.unwrap_or(place)).ok_or_else(wrong)?;
        if bare.is_some() != place.addr().is_ipv6() {
            return Err(wrong());
        }
        let protocol = match protocol {
            "tcp" => protocol::TCP,
            "udp" => protocol::UDP,
            _ => return Err("only tcp and udp have ports".into()),
        };
        match port.parse() {
            Ok(port @ 1..) => Ok(Self {
                prefix: place,
                protocol,
                port,
            }),
            _ => Err("a port is a number from 1 to 65535".into()),
        }
    }
}

/// Reads a prefix; an address stands for itself.
fn prefix(text: &str) -> Option<IpNet> {
    let alone = text.parse::<IpAddr>().ok().map(IpNet::from);
    alone.or_else(|| text.parse().ok())
}

impl TryFrom<String> for Destination {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

/// What a rule does in the member's network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReflexRule {
    /// Packets of a line to a victim are limited to so many a second.
    Limit {
        /// Whose.
        line: Subscriber,
        /// To whom; port 0 stands for any port.
        victim: Endpoint,
        /// How many pass in a second.
        packets: u32,
    },
    /// Packets that come in by a line's access with a source that is not the line's are dropped.
    DropForged {
        /// By whose access.
        line: Subscriber,
    },
    /// Packets to a destination are dropped.
    Drop {
        /// Where they go.
        to: Destination,
    },
}

impl ReflexRule {
    /// Tells whether the rule touches an address of a prefix.
    pub fn touches(&self, place: &IpNet) -> bool {
        let meets = |prefix: IpNet| place.contains(&prefix) || prefix.contains(place);
        match self {
            Self::Limit { line, victim, .. } => {
                meets(line.prefix()) || meets(IpNet::from(victim.ip))
            }
            Self::DropForged { line } => meets(line.prefix()),
            Self::Drop { to } => meets(to.prefix),
        }
    }

    /// Names what the rule is about, however much it lets pass.
    #[must_use]
    pub fn about(&self) -> Self {
        match *self {
            Self::Limit { line, victim, .. } => Self::Limit {
                line,
                victim,
                packets: 0,
            },
            ref other => other.clone(),
        }
    }

    /// Tells whether the rule is what a standing order is for, within its scope.
    pub fn is_of(&self, order: &StandingOrder) -> bool {
        let covers = |ip: IpAddr| order.covers(&IpNet::from(ip));
        match (self, &order.reflex) {
            (Self::Limit { line, packets, .. }, Reflex::LimitFlood(most)) => {
                packets == most && covers(line.reveal())
            }
            (Self::DropForged { line }, Reflex::DropForged) => covers(line.reveal()),
            (Self::Drop { to }, Reflex::DropOnRequest(_)) => order.covers(&to.prefix),
            _ => false,
        }
    }
}

impl Subscriber {
    /// Tells the prefix that the line holds: one IPv4 address, or an IPv6 /64. As [`Self::reveal`], for
    /// the member's own desk only.
    pub fn prefix(self) -> IpNet {
        let bits = match self.reveal() {
            IpAddr::V4(_) => u32::LINE_BITS,
            IpAddr::V6(_) => u128::LINE_BITS,
        };
        IpNet::new_assert(self.reveal(), bits).trunc()
    }
}

/// Names a rule on the devices, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReflexRuleId {
    /// Under which standing order.
    pub standing: StandingId,
    /// The number of the activation.
    pub number: u64,
}

/// A rule as it is found on the devices at a start.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundReflex {
    /// Its name.
    pub id: ReflexRuleId,
    /// What it does.
    pub rule: ReflexRule,
    /// When it vanishes by itself.
    pub ends: Timestamp,
}

#[cfg(test)]
#[path = "reflex_tests.rs"]
mod tests;
