//! The sentinel of an order: one rule more, on an address of a member's own, so that what the order came to
//! can be measured without touching anybody.
//!
//! In: an address that a person of the member named, the prefixes of its own network. Out: for each order
//! one exact service at that address, cut along with the order's goals. Always: it is one address and one
//! port of our own, where nobody else listens; two orders that stand together have two ports, in all
//! likelihood; an order that is aimed at the address itself is none of ours. A resolver's zone has
//! sentinels of its own (`zone::Wording`).
//! Limits: with [`Sentinel::PORTS`] ports, two orders may share one. Then the later finds it unanswered
//! before its T, and nothing is said of it.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::IpNet;
use issei_model::{Action, Endpoint, Goal, OrderId, protocol};

use crate::Cut;
use crate::fences::is_nobodys;

/// An address of our own that is cut along with every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentinel(IpAddr);

/// Why an address cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It lies in no prefix of the member's own.
    NotOurs(IpAddr),
    /// It carries the member's own control.
    ControlPlane(IpAddr, IpNet),
    /// No host can have it.
    Nobodys(IpAddr),
}

impl Sentinel {
    /// The ports on which it is cut: above those that systems give to whoever asks for any, and few enough
    /// that one process can answer on all of them.
    pub const PORTS: RangeInclusive<u16> = 65_280..=65_535;

    /// Takes an address that lies in our own network, and carries nothing.
    ///
    /// # Errors
    /// Why it cannot be one.
    pub fn new(ip: IpAddr, ours: &[IpNet], control_plane: &[IpNet]) -> Result<Self, Unfit> {
        if is_nobodys(ip.into()) {
            return Err(Unfit::Nobodys(ip));
        }
        if !ours.iter().any(|net| net.contains(&ip)) {
            return Err(Unfit::NotOurs(ip));
        }
        match control_plane.iter().find(|net| net.contains(&ip)) {
            Some(net) => Err(Unfit::ControlPlane(ip, *net)),
            None => Ok(Self(ip)),
        }
    }

    /// Tells the address.
    pub fn ip(self) -> IpAddr {
        self.0
    }

    /// Tells the port of an order: from its name, so that everybody works out the same.
    pub fn port(order: OrderId) -> u16 {
        let [first, ..] = order.0.0;
        Self::PORTS.start() + u16::from(first)
    }

    /// Gives the service that is cut along with an order, if its action is one that can be told by an
    /// answer that does not come: a limit lets some pass, and names are a resolver's.
    pub fn goal(self, order: OrderId, action: Action) -> Option<Goal> {
        let endpoint = Endpoint {
            ip: self.0,
            port: Self::port(order),
            protocol: protocol::UDP,
        };
        (action == Action::Drop).then_some(Goal::Service(endpoint))
    }

    /// Gives the cut with the sentinel beside its goals.
    pub fn beside(self, cut: &Cut) -> Option<Cut> {
        let goal = self.goal(cut.order, cut.action)?;
        let place = cut.goals.binary_search(&goal).err()?;
        let mut with = cut.clone();
        with.goals.insert(place, goal);
        Some(with)
    }

    /// Tells whether what a device holds of an order is what the order says, with its sentinel or without.
    pub fn is_whole(of: Option<Self>, cut: &Cut, held: &[Goal]) -> bool {
        let with = of.and_then(|sentinel| sentinel.beside(cut));
        held == cut.goals || with.is_some_and(|with| held == with.goals)
    }

    /// Names the first goal that is aimed at the address itself.
    pub fn aimed_at(self, goals: &[Goal]) -> Option<&Goal> {
        goals.iter().find(|goal| goal.ip() == Some(self.0))
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs(ip) => write!(
                f,
                "`{ip}` lies in no prefix that `ours` in settings.toml names; name an address of your own network"
            ),
            Self::ControlPlane(ip, net) => write!(
                f,
                "`{ip}` lies in `{net}`, which carries this network's own control; choose an address that carries nothing"
            ),
            Self::Nobodys(ip) => write!(f, "`{ip}` is an address that no host can have"),
        }
    }
}

impl std::error::Error for Unfit {}

#[cfg(test)]
#[path = "sentinel_tests.rs"]
mod tests;
