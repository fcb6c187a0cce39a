//! Turns what a peer's own program lists into the routes that the peer holds of ours and has chosen.
//!
//! In: the words of `birdc` (BIRD 2), `vtysh` (FRR 8) or `gobgp` (GoBGP 3). Out: the arguments to ask
//! with; routes. Always: a route counts only if it is chosen; where the program tells from whom it came
//! or what it does, it counts only if that is ours. A route of our session that we would never send
//! makes the answer unreadable, for then something is wrong that nobody should pass over.
//!
//! | | chosen | from our session | what it does |
//! |---|---|---|---|
//! | BIRD | asked for | asked for | asked for |
//! | FRR | told | told | not told of FlowSpec rules |
//! | GoBGP | told | not told, so others' routes of the same form count | told |
//!
//! Not here: running the program (`issei-host`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use issei_model::protocol;
use issei_wire::bgp::flowspec::{Action, Condition, Rule, Terms, Way};
use issei_wire::bgp::{Effect, Families, Family, Route};
use serde::Deserialize;

use super::Means;

/// Whose words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Of `birdc`, about the protocol that BIRD's configuration gives this name.
    Bird {
        /// The name.
        protocol: String,
    },
    /// Of `vtysh`, about the neighbour with this address: ours.
    Frr {
        /// The address.
        neighbor: IpAddr,
    },
    /// Of `gobgp`.
    Gobgp,
}

/// An answer that cannot be read: the line, at most [`MOST_SHOWN`] characters of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// Characters that are shown of a line.
const MOST_SHOWN: usize = 120;

impl Dialect {
    /// Tells how many routes one message should carry at most, so that the peer can list them: GoBGP keeps
    /// with every route all those that came with it, and lists them too.
    pub const fn most_together(&self) -> usize {
        match self {
            Self::Bird { .. } | Self::Frr { .. } => usize::MAX,
            Self::Gobgp => 16,
        }
    }

    /// Tells what to ask: the arguments of one run of the program each.
    pub fn questions(&self, means: &Means, families: Families) -> Vec<Vec<String>> {
        let asked = families.both(means.families());
        match self {
            Self::Bird { protocol } => vec![bird_question(protocol, means)],
            Self::Frr { .. } => asked
                .iter()
                .map(|family| words(&["-c", &format!("show bgp {} json", frr_name(family))]))
                .collect(),
            Self::Gobgp => asked
                .iter()
                .map(|family| words(&["global", "rib", "-a", gobgp_name(family)]))
                .collect(),
        }
    }

    /// Tells whether an answer holds only routes of our session.
    pub const fn tells_whose(&self) -> bool {
        !matches!(self, Self::Gobgp)
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// If it is none, or holds a route of our session that we would never send.
    pub fn read(&self, means: &Means, answer: &str) -> Result<BTreeSet<Route>, Unreadable> {
        match self {
            Self::Bird { .. } => bird_answer(answer),
            Self::Frr { neighbor } => frr_answer(answer, *neighbor),
            Self::Gobgp => Ok(gobgp_answer(answer, means)),
        }
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Asks BIRD for routes of our session that are chosen and do what ours do.
fn bird_question(protocol: &str, means: &Means) -> Vec<String> {
    let what = match means.effect(Family::Flow4) {
        Some(Effect::Flow(action)) => {
            let [a, b, c, d, e, f, g, h] = action.write();
            let (high, low) = (
                u32::from_be_bytes([a, b, c, d]),
                u32::from_be_bytes([e, f, g, h]),
            );
            format!("(generic, {high:#x}, {low:#x}) ~ bgp_ext_community")
        }
        _ => "(65535, 666) ~ bgp_community".into(),
    };
    let asked = format!("show route primary protocol {protocol} table all where {what}");
    asked.split(' ').map(str::to_owned).collect()
}

/// Reads lines such as `flow4 { dst 192.0.2.7/32; proto 6; dport 23; }  [issei …] * (100) [AS64496i]`
/// and `192.0.2.9/32  unreachable [issei …] * (100) [AS64496i]`.
fn bird_answer(answer: &str) -> Result<BTreeSet<Route>, Unreadable> {
    let mut routes = BTreeSet::new();
    for line in answer.lines() {
        let is_prose = line.starts_with("BIRD ")
            || line.starts_with("Table ")
            || line.starts_with("Access restricted")
            || line.starts_with(char::is_whitespace)
            || line.is_empty();
        if is_prose {
            continue;
        }
        routes.insert(bird_route(line).ok_or_else(|| unreadable(line))?);
    }
    Ok(routes)
}

fn bird_route(line: &str) -> Option<Route> {
    let is_chosen = line.split_once('[')?.1.contains("] * (");
    let rule = line
        .strip_prefix("flow4 {")
        .or_else(|| line.strip_prefix("flow6 {"));
    let route = match rule {
        Some(rule) => {
            let mut parts = Parts::default();
            for part in rule.split_once('}')?.0.split(';').map(str::trim) {
                match part.rsplit_once(' ') {
                    None if part.is_empty() => {}
                    Some(("dst", host)) => parts.host(Way::To, host)?,
                    Some(("src", host)) => parts.host(Way::From, host)?,
                    Some(("proto" | "next header", number)) => parts.protocol(number)?,
                    Some(("dport", port)) => parts.port(Way::To, port)?,
                    Some(("sport", port)) => parts.port(Way::From, port)?,
                    _ => return None,
                }
            }
            parts.rule()?
        }
        None => host_route(line.split_whitespace().next()?)?,
    };
    is_chosen.then_some(route)
}

const fn frr_name(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ipv4 unicast",
        Family::Ipv6 => "ipv6 unicast",
        Family::Flow4 => "ipv4 flowspec",
        Family::Flow6 => "ipv6 flowspec",
    }
}

/// What FRR lists: paths by a title that people read.
#[derive(Deserialize)]
struct FrrTable {
    #[serde(default)]
    routes: BTreeMap<String, Vec<FrrPath>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FrrPath {
    #[serde(default)]
    bestpath: bool,
    peer_id: Option<String>,
    network: Option<String>,
    to: Option<String>,
    from: Option<String>,
    proto: Option<String>,
    dstp: Option<String>,
    srcp: Option<String>,
    /// Conditions that we never send.
    #[serde(rename = "port")]
    any_port: Option<serde::de::IgnoredAny>,
    icmp_type: Option<serde::de::IgnoredAny>,
    icmp_code: Option<serde::de::IgnoredAny>,
    tcp_flags: Option<serde::de::IgnoredAny>,
    pktlen: Option<serde::de::IgnoredAny>,
    dscp: Option<serde::de::IgnoredAny>,
    fragment: Option<serde::de::IgnoredAny>,
}

fn frr_answer(answer: &str, neighbor: IpAddr) -> Result<BTreeSet<Route>, Unreadable> {
    // A family without any route is answered with nothing, or with an empty object.
    if answer.trim().is_empty() {
        return Ok(BTreeSet::new());
    }
    let table: FrrTable = serde_json::from_str(answer).map_err(|_| unreadable(answer))?;
    let mut routes = BTreeSet::new();
    for (title, paths) in table.routes {
        let is_ours = |path: &&FrrPath| {
            let from = path.peer_id.as_deref().and_then(|id| id.parse().ok());
            path.bestpath && from == Some(neighbor)
        };
        for path in paths.iter().filter(is_ours) {
            routes.insert(path.route().ok_or_else(|| unreadable(&title))?);
        }
    }
    Ok(routes)
}

impl FrrPath {
    fn route(&self) -> Option<Route> {
        if let Some(network) = &self.network {
            return host_route(network);
        }
        let foreign = [
            &self.any_port,
            &self.icmp_type,
            &self.icmp_code,
            &self.tcp_flags,
            &self.pktlen,
            &self.dscp,
            &self.fragment,
        ];
        if foreign.iter().any(|condition| condition.is_some()) {
            return None;
        }
        let mut parts = Parts::default();
        for (way, host) in [(Way::To, &self.to), (Way::From, &self.from)] {
            if let Some(host) = host {
                // Of IPv6 it tells the offset too, which is none.
                parts.host(way, host.strip_suffix("/off 0").unwrap_or(host))?;
            }
        }
        let equal = |text: &str| Some(text.trim().strip_prefix("= ")?.to_owned());
        if let Some(proto) = &self.proto {
            parts.protocol(&equal(proto)?)?;
        }
        for (way, port) in [(Way::To, &self.dstp), (Way::From, &self.srcp)] {
            if let Some(port) = port {
                parts.port(way, &equal(port)?)?;
            }
        }
        parts.rule()
    }
}

const fn gobgp_name(family: Family) -> &'static str {
    match family {
        Family::Ipv4 => "ipv4",
        Family::Ipv6 => "ipv6",
        Family::Flow4 => "ipv4-flowspec",
        Family::Flow6 => "ipv6-flowspec",
    }
}

/// Reads lines such as `*> [destination: 192.0.2.7/32][protocol: ==tcp]  fictitious  64496  … [{Origin: i} …]`.
/// Lines of another form are of others, who may say what they like.
fn gobgp_answer(answer: &str, means: &Means) -> BTreeSet<Route> {
    let chosen = answer.lines().filter_map(|line| line.strip_prefix("*> "));
    chosen.filter_map(|line| gobgp_route(line, means)).collect()
}

fn gobgp_route(line: &str, means: &Means) -> Option<Route> {
    let (network, attributes) = line.split_once(' ')?;
    let route = match network.strip_prefix('[') {
        None => host_route(network)?,
        Some(_) => gobgp_rule(line)?,
    };
    let does = match means.effect(route.family())? {
        Effect::Flow(Action::Discard) => "{Extcomms: [discard]}",
        Effect::Flow(_) => "{Extcomms: [redirect: ",
        Effect::Hole4(_) | Effect::Hole6(_) => "{Communities: blackhole, no-export}",
    };
    attributes.contains(does).then_some(route)
}

fn gobgp_rule(line: &str) -> Option<Route> {
    let mut parts = Parts::default();
    let mut left = line;
    while let Some(inner) = left.strip_prefix('[') {
        let (part, rest) = inner.split_once(']')?;
        match part.split_once(": ")? {
            // Of IPv6 it tells the offset too, which is none.
            ("destination", host) => parts.host(Way::To, without_offset(host))?,
            ("source", host) => parts.host(Way::From, without_offset(host))?,
            ("protocol", number) => parts.protocol(named(number.strip_prefix("==")?))?,
            ("destination-port", port) => parts.port(Way::To, port.strip_prefix("==")?)?,
            ("source-port", port) => parts.port(Way::From, port.strip_prefix("==")?)?,
            _ => return None,
        }
        left = rest;
    }
    parts.rule()
}

fn without_offset(host: &str) -> &str {
    host.strip_suffix("/128/0")
        .map_or(host, |ip| &host[..ip.len() + 4])
}

/// Turns GoBGP's names of protocols back into numbers.
fn named(protocol: &str) -> &str {
    match protocol {
        "icmp" => "1",
        "igmp" => "2",
        "ipip" => "4",
        "tcp" => "6",
        "egp" => "8",
        "igp" => "9",
        "udp" => "17",
        "rsvp" => "46",
        "gre" => "47",
        "ospf" => "89",
        "pim" => "103",
        "sctp" => "132",
        number => number,
    }
}

/// What a listing tells of one rule, piece by piece.
#[derive(Default)]
struct Parts {
    host: Option<(Way, IpAddr)>,
    protocol: Option<u8>,
    port: Option<(Way, u16)>,
}

impl Parts {
    fn host(&mut self, way: Way, text: &str) -> Option<()> {
        once(&mut self.host, (way, host(text)?))
    }

    fn protocol(&mut self, text: &str) -> Option<()> {
        once(&mut self.protocol, text.parse().ok()?)
    }

    fn port(&mut self, way: Way, text: &str) -> Option<()> {
        once(&mut self.port, (way, text.parse().ok()?))
    }

    /// Makes the rule, if it is of a form that we send.
    fn rule(self) -> Option<Route> {
        let (way, host) = self.host?;
        let mut conditions = Vec::new();
        if let Some(number) = self.protocol {
            conditions.push(Condition::Protocol(Terms::equal(number)));
        }
        if let Some((of, port)) = self.port {
            let with_ports = matches!(self.protocol?, protocol::TCP | protocol::UDP);
            if of != way || !with_ports {
                return None;
            }
            conditions.push(match way {
                Way::To => Condition::DestinationPort(Terms::equal(port)),
                Way::From => Condition::SourcePort(Terms::equal(port)),
            });
        }
        Rule::new(way, host, conditions).ok().map(Route::Rule)
    }
}

/// Sets what may be told once.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    match place.replace(value) {
        None => Some(()),
        Some(_) => None,
    }
}

/// Reads a prefix that is one host.
fn host(text: &str) -> Option<IpAddr> {
    let (ip, bits) = text.split_once('/')?;
    match (ip.parse().ok()?, bits) {
        (ip @ IpAddr::V4(_), "32") | (ip @ IpAddr::V6(_), "128") => Some(ip),
        _ => None,
    }
}

fn host_route(text: &str) -> Option<Route> {
    Some(match host(text)? {
        IpAddr::V4(ip) => Route::Host4(ip),
        IpAddr::V6(ip) => Route::Host6(ip),
    })
}

fn unreadable(line: &str) -> Unreadable {
    Unreadable(line.chars().take(MOST_SHOWN).collect())
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.escape_debug())
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
