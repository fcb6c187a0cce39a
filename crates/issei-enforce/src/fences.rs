//! What no device is ever told, whatever was signed (G6): checked here once for every backend.
//!
//! In: a [`Cut`]. Out: nothing, or the [`Refusal`] that names the goal. Always: a rule is one exact
//! address, service or name; it never meets the control plane, the device's own addresses, or an address
//! that is nobody's; only values that the protocol can have; never more rules than the device has room for.
//! Not here: the live lists of safeguards (`issei-case`), which are asked first.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{Goal, protocol};

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
    /// No host can have the address: unspecified, loopback, link-local, multicast, broadcast.
    NobodysAddress(Goal),
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
        if is_nobodys(endpoint.ip) {
            return Err(Refusal::NobodysAddress(goal.clone()));
        }
        if ROUTING.contains(&(endpoint.protocol, endpoint.port)) {
            return Err(Refusal::RoutingPort(goal.clone()));
        }
        let met = self.control_plane.iter();
        match met.copied().find(|net| net.contains(&endpoint.ip)) {
            Some(net) => Err(Refusal::ControlPlane(goal.clone(), net)),
            None => Ok(()),
        }
    }
}

/// Tells whether no host of a provider's network can have the address.
pub(crate) fn is_nobodys(ip: IpAddr) -> bool {
    let special = match ip {
        IpAddr::V4(ip) => ip.is_broadcast() || ip.is_link_local() || ip.octets()[0] == 0,
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.to_ipv4_mapped().is_some(),
    };
    special || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast()
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

impl std::error::Error for Refusal {}

#[cfg(test)]
#[path = "fences_tests.rs"]
mod tests;
