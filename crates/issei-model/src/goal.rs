//! What an order is aimed at, and what it does there.
//!
//! Always: a goal is one exact thing (a name, a host, a service): no wildcard, no prefix, no port
//! range can be written down, so no rule can be wider than its evidence (G6). Text form and
//! sources: names as in RFC 1035 section 2.3.1 with underscores, lower case, no trailing dot.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Endpoint, protocol};

/// A host name in lower case, of at least two labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(String);

impl DomainName {
    /// Tells the name without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether this name is `suffix` or lies below it.
    pub fn is_within(&self, suffix: &Self) -> bool {
        let rest = self.0.strip_suffix(suffix.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for DomainName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(letter)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let labels = lower.split('.').count();
        // The last label of a name is never a number, so an address is no name (RFC 3696 section 2).
        let numeric = lower
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if lower.len() <= 253 && labels >= 2 && lower.split('.').all(label) && !numeric {
            Ok(Self(lower))
        } else {
            Err("a name has two or more labels of a-z, 0-9, - and _, such as `c2.example`".into())
        }
    }
}

/// One exact thing that an order is aimed at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// A name at the members' resolvers.
    Name(DomainName),
    /// A service or, with port and protocol 0, a whole host.
    Service(Endpoint),
}

impl Goal {
    /// Tells the address, if the goal has one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Service(endpoint) => Some(endpoint.ip),
        }
    }

    /// Tells whether the goal is a whole host: every port and protocol of it.
    pub fn is_whole_host(&self) -> bool {
        matches!(self, Self::Service(endpoint) if endpoint.protocol == 0)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.pad(name.as_str()),
            Self::Service(endpoint) => f.pad(&endpoint.to_string()),
        }
    }
}

impl FromStr for Goal {
    type Err = String;

    /// Reads `c2.example`, `192.0.2.7`, `192.0.2.7:23/tcp` or `[2001:db8::7]:23/tcp`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Service(Endpoint::host(ip)));
        }
        let Some((socket, protocol)) = text.split_once('/') else {
            return text.parse().map(Self::Name).map_err(|_| {
                "a goal is a name, an address, or a service such as 192.0.2.7:23/tcp".into()
            });
        };
        let protocol = match protocol {
            "tcp" => protocol::TCP,
            "udp" => protocol::UDP,
            _ => return Err("the protocol of a service is tcp or udp; a prefix is no goal".into()),
        };
        let socket: std::net::SocketAddr = socket
            .parse()
            .map_err(|_| "a service is written as 192.0.2.7:23/tcp or [2001:db8::7]:23/tcp")?;
        if socket.port() == 0 {
            return Err("port 0 is no service".into());
        }
        Ok(Self::Service(Endpoint {
            ip: socket.ip(),
            port: socket.port(),
            protocol,
        }))
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(DomainName);
as_text!(Goal);

/// What is done at the goals while the order is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The resolver answers that the name does not exist.
    RefuseName,
    /// Packets to and from the goal are dropped.
    Drop,
    /// Packets to and from the goal are limited to this many a second, per line.
    RateLimit(u32),
    /// The resolver answers with the address of the information page.
    Redirect,
}

impl Action {
    /// Tells whether the action can be done to such a goal: names are refused or redirected at
    /// resolvers, addresses dropped or limited in the packet path.
    pub fn suits(self, goal: &Goal) -> bool {
        let at_resolver = matches!(self, Self::RefuseName | Self::Redirect);
        at_resolver == matches!(goal, Goal::Name(_)) && self != Self::RateLimit(0)
    }
}

#[cfg(test)]
#[path = "goal_tests.rs"]
mod tests;
