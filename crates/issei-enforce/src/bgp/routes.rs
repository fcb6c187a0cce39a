//! Turns a cut into routes: FlowSpec rules both ways, or blackholes within fences.
//!
//! Always: the routes stop exactly the packets that the cut names; what would stop more, fewer by
//! what the routers do not check, or others, is refused.
//! Standards: RFC 8955, section 4.2.2; RFC 7999, section 3; RFC 5635 (sources checked against blackholes).
//! Not here: addresses that nobody may cut ([`Fences`](crate::Fences)), which are asked besides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use issei_model::{Action, Endpoint, Goal, protocol};
use issei_wire::bgp::flowspec::{self, Condition, RouteTarget, Rule, Terms, Way};
use issei_wire::bgp::{Effect, Families, Family, Route};

use crate::{Cut, Refusal};

/// How a peer is told to stop packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// By FlowSpec rules, two for each goal: to it and from it.
    Rules(Dropping),
    /// By blackhole routes, one for each goal.
    Holes(Holes),
}

/// What FlowSpec rules do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropping {
    /// They drop.
    Discard,
    /// They hand packets to a routing table that drops them, where a router takes no dropping rules.
    Divert(RouteTarget),
}

/// Where blackholes may be, and how they drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holes {
    /// Prefixes within which a host may be blackholed.
    pub within: Vec<IpNet>,
    /// The next hop that the routers drop at, for IPv4.
    pub next_hop4: Option<Ipv4Addr>,
    /// The same for IPv6.
    pub next_hop6: Option<Ipv6Addr>,
    /// Whether routers also drop what comes from a blackholed address.
    pub sources: Sources,
}

/// Whether routers check sources against blackholes (RFC 5635). Only who runs them knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// They do, so that a blackhole stops packets both ways.
    Checked,
    /// They do not: a blackhole stops only packets to the host, which is not what a cut asks.
    Unchecked,
}

impl Means {
    /// Tells the families of routes that it needs.
    pub fn families(&self) -> Families {
        let of = |family, wanted: bool| match wanted {
            true => Families::default().with(family),
            false => Families::default(),
        };
        let (four, six) = match self {
            Self::Rules(_) => return Families::default().with(Family::Flow4).with(Family::Flow6),
            Self::Holes(holes) => (
                of(Family::Ipv4, holes.next_hop4.is_some()),
                of(Family::Ipv6, holes.next_hop6.is_some()),
            ),
        };
        six.iter().fold(four, Families::with)
    }

    /// Tells what its routes of a family do.
    pub fn effect(&self, family: Family) -> Option<Effect> {
        match (self, family) {
            (Self::Rules(dropping), Family::Flow4 | Family::Flow6) => {
                Some(Effect::Flow(dropping.action()))
            }
            (Self::Holes(holes), Family::Ipv4) => holes.next_hop4.map(Effect::Hole4),
            (Self::Holes(holes), Family::Ipv6) => holes.next_hop6.map(Effect::Hole6),
            _ => None,
        }
    }

    /// Turns a cut into routes, rising without repeats.
    ///
    /// # Errors
    /// The first goal that cannot be said exactly to a peer who knows these families.
    pub fn routes(&self, cut: &Cut, families: Families) -> Result<Vec<Route>, Refusal> {
        let mut routes = Vec::with_capacity(2 * cut.goals.len());
        for goal in &cut.goals {
            let said = self.goal(goal, cut.action, families);
            let said = said.map_err(|what| Refusal::NotExpressible {
                goal: goal.clone(),
                what,
            })?;
            routes.extend(said);
        }
        routes.sort_unstable();
        routes.dedup();
        Ok(routes)
    }

    /// Makes a route of an address of our own, which serves to measure a peer and meets nobody.
    pub fn sentinel(&self, ip: IpAddr, families: Families) -> Option<Route> {
        let host = Endpoint::host(ip);
        let route = match self {
            Self::Rules(_) => rule(&host, Way::To).map(Route::Rule),
            Self::Holes(holes) => holes.route(&host),
        };
        route.ok().filter(|route| families.has(route.family()))
    }

    fn goal(
        &self,
        goal: &Goal,
        action: Action,
        families: Families,
    ) -> Result<Vec<Route>, &'static str> {
        let Goal::Service(endpoint) = goal else {
            return Err("routes know addresses, not names; give it to a resolver");
        };
        match action {
            Action::Drop => {}
            Action::RateLimit(_) => {
                return Err("a route limits all lines together, not each of them");
            }
            Action::RefuseName | Action::Redirect => {
                return Err("routes cannot answer for a resolver");
            }
        }
        let routes = match self {
            Self::Rules(_) => rules(endpoint)?,
            Self::Holes(holes) => vec![holes.route(endpoint)?],
        };
        let known = |route: &Route| families.has(route.family());
        if !routes.iter().all(known) {
            return Err("the session does not carry this family of routes");
        }
        Ok(routes)
    }
}

impl Dropping {
    const fn action(self) -> flowspec::Action {
        match self {
            Self::Discard => flowspec::Action::Discard,
            Self::Divert(target) => flowspec::Action::Divert(target),
        }
    }
}

/// Makes the two rules for an endpoint: packets to it, and packets from it.
fn rules(endpoint: &Endpoint) -> Result<Vec<Route>, &'static str> {
    let (to, from) = (rule(endpoint, Way::To)?, rule(endpoint, Way::From)?);
    Ok(vec![Route::Rule(to), Route::Rule(from)])
}

fn rule(endpoint: &Endpoint, way: Way) -> Result<Rule, &'static str> {
    let mut conditions = Vec::with_capacity(2);
    if endpoint.protocol != 0 {
        conditions.push(Condition::Protocol(Terms::equal(endpoint.protocol)));
    }
    match (endpoint.protocol, endpoint.port) {
        (_, 0) => {}
        (protocol::TCP | protocol::UDP, port) => conditions.push(match way {
            Way::To => Condition::DestinationPort(Terms::equal(port)),
            Way::From => Condition::SourcePort(Terms::equal(port)),
        }),
        // RFC 8955, section 4.2.2.4: ports are those of TCP and UDP.
        _ => return Err("FlowSpec knows ports of TCP and UDP only"),
    }
    Rule::new(way, endpoint.ip, conditions).map_err(|_| "it is no FlowSpec rule")
}

impl Holes {
    fn route(&self, endpoint: &Endpoint) -> Result<Route, &'static str> {
        if endpoint.protocol != 0 || endpoint.port != 0 {
            return Err("a blackhole takes a whole host, and not one of its services");
        }
        if self.sources == Sources::Unchecked {
            return Err(
                "a blackhole stops packets to the host and not those from it, unless the routers check sources",
            );
        }
        if !self.within.iter().any(|net| net.contains(&endpoint.ip)) {
            return Err("it lies outside of the prefixes that may be blackholed here");
        }
        match (endpoint.ip, self.next_hop4, self.next_hop6) {
            (IpAddr::V4(ip), Some(next_hop), _) if ip != next_hop => Ok(Route::Host4(ip)),
            (IpAddr::V6(ip), _, Some(next_hop)) if ip != next_hop => Ok(Route::Host6(ip)),
            _ => Err("there is no next hop for it that drops packets"),
        }
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
