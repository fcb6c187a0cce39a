//! The goals of a table, as the four kinds of elements that its sets hold.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use issei_model::{Endpoint, Goal, protocol};

use super::table::{Family, Kind};
use crate::Refusal;

/// What a table is aimed at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goals {
    /// Whole hosts.
    pub hosts4: BTreeSet<Ipv4Addr>,
    /// Whole hosts.
    pub hosts6: BTreeSet<Ipv6Addr>,
    /// Services: address, protocol, port.
    pub services4: BTreeSet<(Ipv4Addr, u8, u16)>,
    /// Services: address, protocol, port.
    pub services6: BTreeSet<(Ipv6Addr, u8, u16)>,
}

impl Goals {
    /// Sorts goals into sets.
    ///
    /// # Errors
    /// The first goal that a packet filter cannot tell exactly.
    pub fn of(goals: &[Goal]) -> Result<Self, Refusal> {
        let mut sets = Self::default();
        for goal in goals {
            sets.add(goal).map_err(|what| Refusal::NotExpressible {
                goal: goal.clone(),
                what,
            })?;
        }
        Ok(sets)
    }

    fn add(&mut self, goal: &Goal) -> Result<(), &'static str> {
        let Goal::Service(endpoint) = goal else {
            return Err("a packet filter knows no names");
        };
        let Endpoint { ip, port, protocol } = *endpoint;
        match (ip, port, protocol) {
            (IpAddr::V4(ip), 0, 0) => drop(self.hosts4.insert(ip)),
            (IpAddr::V6(ip), 0, 0) => drop(self.hosts6.insert(ip)),
            (_, 0, _) => return Err("a service has a port"),
            (_, _, protocol) if !has_ports(protocol) => return Err("only TCP and UDP have ports"),
            (IpAddr::V4(ip), ..) => drop(self.services4.insert((ip, protocol, port))),
            (IpAddr::V6(ip), ..) => drop(self.services6.insert((ip, protocol, port))),
        }
        Ok(())
    }

    /// Lists the goals of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> Vec<Goal> {
        let host = |ip| Goal::Service(Endpoint::host(ip));
        let service = |ip, protocol, port| Goal::Service(Endpoint { ip, port, protocol });
        match kind {
            Kind::Hosts(Family::V4) => self.hosts4.iter().map(|&ip| host(ip.into())).collect(),
            Kind::Hosts(Family::V6) => self.hosts6.iter().map(|&ip| host(ip.into())).collect(),
            Kind::Services(Family::V4) => {
                let services = self.services4.iter();
                services
                    .map(|&(ip, protocol, port)| service(ip.into(), protocol, port))
                    .collect()
            }
            Kind::Services(Family::V6) => {
                let services = self.services6.iter();
                services
                    .map(|&(ip, protocol, port)| service(ip.into(), protocol, port))
                    .collect()
            }
        }
    }

    /// Counts the goals of a kind.
    pub(super) fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Hosts(Family::V4) => self.hosts4.len(),
            Kind::Hosts(Family::V6) => self.hosts6.len(),
            Kind::Services(Family::V4) => self.services4.len(),
            Kind::Services(Family::V6) => self.services6.len(),
        }
    }

    /// Counts all of them.
    pub fn len(&self) -> usize {
        Kind::ALL.iter().map(|&kind| self.count(kind)).sum()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts goals of `self` that `other` lacks.
    pub(super) fn beyond(&self, other: &Self) -> usize {
        self.hosts4.difference(&other.hosts4).count()
            + self.hosts6.difference(&other.hosts6).count()
            + self.services4.difference(&other.services4).count()
            + self.services6.difference(&other.services6).count()
    }
}

/// Tells whether a protocol has ports that this filter can tell.
pub(super) fn has_ports(protocol: u8) -> bool {
    matches!(protocol, protocol::TCP | protocol::UDP)
}

#[cfg(test)]
#[path = "goals_tests.rs"]
mod tests;
