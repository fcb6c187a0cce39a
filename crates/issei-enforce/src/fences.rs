//! What no device is ever told, whatever was signed (G6): checked here once for every backend.
//!
//! In: a [`Cut`], or the rule of a reflex. Out: nothing, or the [`Refusal`] that names the goal. Always: a
//! rule is one exact address, service or name, or the narrow destination of a reflex; it never meets the
//! control plane, the device's own addresses, or an address that is nobody's; only values that the protocol
//! can have; never more rules than the device has room for. A line is never named.
//! Not here: the live lists of safeguards (`issei-case`), which are asked first.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use issei_model::{Destination, Endpoint, Goal, ReflexRule, protocol};

use crate::Cut;

/// The bounds of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fences {
    /// Rules that it has room for, over all orders.
    pub most_rules: usize,
    /// Addresses that carry routing, management and our own sessions.
    pub control_plane: Vec<IpNet>,
}

/// Why a device is not told a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It meets the control plane.
    ControlPlane(Goal, IpNet),
    /// It names a port on which routers speak with each other.
    RoutingPort(Goal),
    /// No host can have the address: unspecified, loopback, link-local, multicast, reserved, translated.
    NobodysAddress(Goal),
    /// A reflex is about a place that no device may be told about.
    Reflex {
        /// Where its packets go; none if it is the line itself, which is not named.
        to: Option<Destination>,
        /// What it meets there.
        meets: Fence,
    },
    /// The device has no room for so many rules.
    NoRoom {
        /// Rules that it would hold.
        wanted: usize,
        /// Rules that it has room for.
        room: usize,
    },
    /// The device has no exact way to say it.
    NotExpressible {
        /// What it was to be told.
        goal: Goal,
        /// What it cannot say.
        what: &'static str,
    },
}

/// What a reflex must not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// The network's own control.
    ControlPlane(IpNet),
    /// A port on which routers speak with each other.
    RoutingPort,
    /// An address that no host can have.
    NobodysAddress,
}

/// Ports on which routers speak with each other: BGP (RFC 4271 section 8), LDP (RFC 5036), RIP,
/// BFD (RFC 5881, RFC 5883) and its echo.
const ROUTING: &[(u8, u16)] = &[
    (protocol::TCP, 179),
    (protocol::TCP, 646),
    (protocol::UDP, 520),
    (protocol::UDP, 521),
    (protocol::UDP, 646),
    (protocol::UDP, 3784),
    (protocol::UDP, 3785),
    (protocol::UDP, 4784),
];

impl Fences {
    /// Checks a cut beside the rules that the device already holds of others.
    ///
    /// # Errors
    /// The first goal that no device may be told, or that there is no room.
    pub fn check(&self, cut: &Cut, others: usize) -> Result<(), Refusal> {
        for goal in &cut.goals {
            self.check_goal(goal)?;
        }
        let wanted = others.saturating_add(cut.goals.len());
        if wanted > self.most_rules {
            let room = self.most_rules;
            return Err(Refusal::NoRoom { wanted, room });
        }
        Ok(())
    }

    fn check_goal(&self, goal: &Goal) -> Result<(), Refusal> {
        let Goal::Service(endpoint) = goal else {
            return Ok(());
        };
        let met = self.met(endpoint.ip.into(), endpoint.protocol, endpoint.port);
        met.map_or(Ok(()), |fence| {
            Err(match fence {
                Fence::NobodysAddress => Refusal::NobodysAddress(goal.clone()),
                Fence::RoutingPort => Refusal::RoutingPort(goal.clone()),
                Fence::ControlPlane(net) => Refusal::ControlPlane(goal.clone(), net),
            })
        })
    }

    /// Checks the rule of a reflex: its line, and where the packets go that it stops.
    ///
    /// # Errors
    /// The place that no device may be told about.
    pub fn check_reflex(&self, rule: &ReflexRule) -> Result<(), Refusal> {
        let (line, to) = match *rule {
            ReflexRule::Limit { line, victim, .. } => (Some(line), Some(destination(victim))),
            ReflexRule::DropForged { line } => (Some(line), None),
            ReflexRule::Drop { to } => (None, Some(to)),
        };
        let line = line.map(|line| Destination {
            prefix: line.prefix(),
            protocol: 0,
            port: 0,
        });
        let places = [(line, None), (to, to)];
        let places = places.into_iter().filter_map(|(at, to)| Some((at?, to)));
        for (at, to) in places {
            if let Some(meets) = self.met(at.prefix, at.protocol, at.port) {
                return Err(Refusal::Reflex { to, meets });
            }
        }
        Ok(())
    }

    /// Tells what a place meets that no device may be told about.
    fn met(&self, place: IpNet, protocol: u8, port: u16) -> Option<Fence> {
        let overlaps = |net: &IpNet| net.contains(&place) || place.contains(net);
        if is_nobodys(place) {
            return Some(Fence::NobodysAddress);
        }
        if ROUTING.contains(&(protocol, port)) {
            return Some(Fence::RoutingPort);
        }
        let mut control = self.control_plane.iter().copied();
        control.find(overlaps).map(Fence::ControlPlane)
    }
}

/// Tells whether a place meets addresses that no host of a provider's network can have.
pub(crate) fn is_nobodys(place: IpNet) -> bool {
    let mut nobodys = NOBODYS.into_iter().map(net);
    nobodys.any(|net| net.contains(&place) || place.contains(&net))
}

/// Takes a victim as a place that packets go to.
fn destination(victim: Endpoint) -> Destination {
    Destination {
        prefix: victim.ip.into(),
        protocol: victim.protocol,
        port: victim.port,
    }
}

/// Addresses that no host of a provider's network can have, by their first address and length (RFC 6890):
/// this network, loopback, link-local, multicast, reserved with broadcast; unspecified, loopback, mapped,
/// translated, link-local, multicast. What is translated (RFC 6052, RFC 8215) is an IPv4 host under another
/// name, which the lists would not know.
const NOBODYS: [(IpAddr, u8); 11] = [
    v4([0, 0, 0, 0], 8),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 127),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> (IpAddr, u8) {
    (IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> (IpAddr, u8) {
    (IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), length)
}

fn net((ip, length): (IpAddr, u8)) -> IpNet {
    IpNet::new_assert(ip, length)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlPlane(goal, net) => write!(
                f,
                "`{goal}` lies in `{net}`, which carries this network's own control; it is never cut here"
            ),
            Self::RoutingPort(goal) => write!(
                f,
                "`{goal}` is a port on which routers speak with each other; it is never cut"
            ),
            Self::NobodysAddress(goal) => {
                write!(f, "`{goal}` is an address that no host can have")
            }
            Self::Reflex { to, meets } => {
                match to {
                    Some(to) => write!(f, "`{to}`")?,
                    None => f.write_str("the line")?,
                }
                write!(f, " {meets}")
            }
            Self::NoRoom { wanted, room } => write!(
                f,
                "the device would hold {wanted} rules and has room for {room}; lift some, or wait until some end"
            ),
            Self::NotExpressible { goal, what } => {
                write!(f, "the device cannot say `{goal}` exactly: {what}")
            }
        }
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ControlPlane(net) => write!(
                f,
                "meets `{net}`, which carries this network's own control; no reflex acts there"
            ),
            Self::RoutingPort => f.write_str(
                "is a port on which routers speak with each other; no reflex acts there",
            ),
            Self::NobodysAddress => f.write_str("meets addresses that no host can have"),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
#[path = "fences_tests.rs"]
mod tests;
