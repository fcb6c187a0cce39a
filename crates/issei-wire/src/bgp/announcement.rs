//! The UPDATEs of a speaker who only announces: FlowSpec rules and blackholes that come or go.
//!
//! In: routes of one effect. Out: as many messages as they need; and back.
//! Always: everything that comes carries NO_EXPORT (RFC 1997), a blackhole also BLACKHOLE (RFC 7999); a
//! blackhole is one host. There is one way to write an announcement, and the reader takes no other:
//! what it took is written again as the same octets, so nothing hides in what it passes over.
//! Standards: RFC 4271, section 5; RFC 4760; RFC 7606, section 5.1 (families first); RFC 8955, section 4.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::fault::{Fault, Wrong};
use super::flowspec::{Action, Rule};
use super::octets::Octets;
use super::open::Family;
use super::update::{LONG, MP_REACH, MP_UNREACH, Update, attribute};
use super::{HEAD, MOST, kind, write_counted, write_message};

/// What one UPDATE of ours says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Routes come.
    Come {
        /// By which way they came.
        path: Path,
        /// What they do.
        effect: Effect,
        /// The routes; at least one, all of one family.
        routes: Vec<Route>,
    },
    /// Routes go.
    Go(Vec<Route>),
}

/// Which packets a route is about. It is all that a withdrawal tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// Those that a FlowSpec rule meets.
    Rule(Rule),
    /// Those to one host of IPv4.
    Host4(Ipv4Addr),
    /// Those to one host of IPv6.
    Host6(Ipv6Addr),
}

/// What routes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// What a FlowSpec rule does.
    Flow(Action),
    /// Packets of IPv4 go to a next hop that is nowhere.
    Hole4(Ipv4Addr),
    /// Packets of IPv6 go to a next hop that is nowhere.
    Hole6(Ipv6Addr),
}

/// How routes came to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// From within its AS, with this preference.
    Internal(u32),
    /// From this AS.
    External(u32),
}

/// Some routes were handed over that the effect cannot be said of. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsentRoutes;

/// Communities (RFC 7999, RFC 1997).
const BLACKHOLE: u32 = 0xffff_029a;
const NO_EXPORT: u32 = 0xffff_ff01;

/// Attributes: flags and number.
const ORIGIN: [u8; 2] = [0x40, 1];
const AS_PATH: [u8; 2] = [0x40, 2];
const NEXT_HOP: [u8; 2] = [0x40, 3];
const LOCAL_PREF: [u8; 2] = [0x40, 5];
const COMMUNITIES: [u8; 2] = [0xc0, 8];
const EXTENDED_COMMUNITIES: [u8; 2] = [0xc0, 16];
const REACH: [u8; 2] = [0x80 | LONG, MP_REACH];
const UNREACH: [u8; 2] = [0x80 | LONG, MP_UNREACH];

/// An AS path of one sequence of one AS.
const SEQUENCE_OF_ONE: [u8; 2] = [2, 1];

impl Route {
    /// Tells its family.
    pub const fn family(&self) -> Family {
        match self {
            Self::Rule(rule) => rule.family(),
            Self::Host4(_) => Family::Ipv4,
            Self::Host6(_) => Family::Ipv6,
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Rule(rule) => rule.whole_length(),
            Self::Host4(_) => 5,
            Self::Host6(_) => 17,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Rule(rule) => rule.write(out),
            Self::Host4(ip) => {
                out.push(32);
                out.extend_from_slice(&ip.octets());
            }
            Self::Host6(ip) => {
                out.push(128);
                out.extend_from_slice(&ip.octets());
            }
        }
    }
}

impl Effect {
    /// Tells whether it can be said of routes of a family.
    pub const fn suits(self, family: Family) -> bool {
        match self {
            Self::Flow(_) => family.is_flow(),
            Self::Hole4(_) => matches!(family, Family::Ipv4),
            Self::Hole6(_) => matches!(family, Family::Ipv6),
        }
    }
}

impl Announcement {
    /// Appends the messages that say that routes come, in as few as their order allows.
    ///
    /// # Errors
    /// If the effect does not suit a route; then nothing is appended.
    pub fn write_coming<'r>(
        path: Path,
        effect: Effect,
        routes: impl IntoIterator<Item = &'r Route>,
        out: &mut Vec<u8>,
    ) -> Result<(), UnsentRoutes> {
        let (start, tail) = (out.len(), tail(path, effect));
        let mut routes = routes.into_iter().peekable();
        while let Some(family) = routes.peek().map(|route| route.family()) {
            if !effect.suits(family) {
                out.truncate(start);
                return Err(UnsentRoutes);
            }
            let fixed =
                HEAD + 4 + tail.len() + reach_head(effect, family).map_or(0, |head| 4 + head.len());
            let fitting = &mut Fitting {
                routes: &mut routes,
                family,
                left: MOST - fixed,
            };
            write_message(out, kind::UPDATE, |out| {
                out.extend_from_slice(&[0, 0]);
                match reach_head(effect, family) {
                    Some(head) => write_counted(out, |out| {
                        out.extend_from_slice(&REACH);
                        write_counted(out, |out| {
                            out.extend_from_slice(&head);
                            fitting.for_each(|route| route.write(out));
                        });
                        out.extend_from_slice(&tail);
                    }),
                    None => {
                        write_counted(out, |out| out.extend_from_slice(&tail));
                        fitting.for_each(|route| route.write(out));
                    }
                }
            });
        }
        Ok(())
    }

    /// Appends the messages that say that routes go, in as few as their order allows.
    pub fn write_going<'r>(routes: impl IntoIterator<Item = &'r Route>, out: &mut Vec<u8>) {
        let mut routes = routes.into_iter().peekable();
        while let Some(family) = routes.peek().map(|route| route.family()) {
            // Header, two lengths, and for other families than IPv4 the attribute's head.
            let fixed = HEAD + 4 + if family == Family::Ipv4 { 0 } else { 7 };
            let fitting = &mut Fitting {
                routes: &mut routes,
                family,
                left: MOST - fixed,
            };
            write_message(out, kind::UPDATE, |out| match family {
                Family::Ipv4 => {
                    write_counted(out, |out| fitting.for_each(|route| route.write(out)));
                    out.extend_from_slice(&[0, 0]);
                }
                _ => {
                    out.extend_from_slice(&[0, 0]);
                    write_counted(out, |out| {
                        out.extend_from_slice(&UNREACH);
                        write_counted(out, |out| {
                            put_family(out, family);
                            fitting.for_each(|route| route.write(out));
                        });
                    });
                }
            });
        }
    }

    /// Reads an UPDATE that must be one of ours.
    ///
    /// # Errors
    /// If anything in it is not exactly as we write it.
    pub fn read(update: &Update<'_>) -> Result<Self, Fault> {
        let Update {
            gone,
            attributes,
            come,
        } = *update;
        match (gone, attributes, come) {
            (gone, [], []) => read_routes(Octets::new(gone, 0), Family::Ipv4).map(Self::Go),
            ([], attributes, come) => read_attributes(Octets::new(attributes, 0), come),
            _ => Err(not_ours(0, "routes that come, or routes that go")),
        }
    }
}

/// Hands out the routes of one family that still fit into a message.
struct Fitting<'a, I: Iterator> {
    routes: &'a mut std::iter::Peekable<I>,
    family: Family,
    left: usize,
}

impl<'r, I: Iterator<Item = &'r Route>> Iterator for Fitting<'_, I> {
    type Item = &'r Route;

    fn next(&mut self) -> Option<&'r Route> {
        let (family, left) = (self.family, self.left);
        let route = self
            .routes
            .next_if(|route| route.family() == family && route.length() <= left)?;
        self.left -= route.length();
        Some(route)
    }
}

/// What stands before the routes in the attribute that carries them, except for IPv4 unicast, whose
/// routes stand at the end of the message.
fn reach_head(effect: Effect, family: Family) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(21);
    put_family(&mut head, family);
    match effect {
        // FlowSpec has no next hop (RFC 8955, section 4).
        Effect::Flow(_) => head.push(0),
        Effect::Hole4(_) => return None,
        Effect::Hole6(next_hop) => {
            head.push(16);
            head.extend_from_slice(&next_hop.octets());
        }
    }
    head.push(0);
    Some(head)
}

fn put_family(out: &mut Vec<u8>, family: Family) {
    let (number, within) = family.numbers();
    out.extend_from_slice(&number.to_be_bytes());
    out.push(within);
}

/// The attributes beside the one that carries routes, rising by number.
fn tail(path: Path, effect: Effect) -> Vec<u8> {
    let mut tail = Vec::with_capacity(64);
    put(&mut tail, ORIGIN, &[0]);
    match path {
        Path::Internal(_) => put(&mut tail, AS_PATH, &[]),
        Path::External(number) => {
            let [a, b, c, d] = number.to_be_bytes();
            let [sequence, one] = SEQUENCE_OF_ONE;
            put(&mut tail, AS_PATH, &[sequence, one, a, b, c, d]);
        }
    }
    if let Effect::Hole4(next_hop) = effect {
        put(&mut tail, NEXT_HOP, &next_hop.octets());
    }
    if let Path::Internal(preference) = path {
        put(&mut tail, LOCAL_PREF, &preference.to_be_bytes());
    }
    match effect {
        Effect::Flow(action) => {
            put(&mut tail, COMMUNITIES, &NO_EXPORT.to_be_bytes());
            put(&mut tail, EXTENDED_COMMUNITIES, &action.write());
        }
        Effect::Hole4(_) | Effect::Hole6(_) => {
            let both = u64::from(BLACKHOLE) << 32 | u64::from(NO_EXPORT);
            put(&mut tail, COMMUNITIES, &both.to_be_bytes());
        }
    }
    tail
}

fn put(out: &mut Vec<u8>, [flags, number]: [u8; 2], value: &[u8]) {
    out.extend_from_slice(&[flags, number, value.len() as u8]);
    out.extend_from_slice(value);
}

/// Reads an UPDATE in which something comes, or in which something of another family than IPv4 goes.
fn read_attributes(mut list: Octets<'_>, come: &[u8]) -> Result<Announcement, Fault> {
    match list.rest().get(..2) {
        Some(&[flags, MP_UNREACH]) if flags == UNREACH[0] && come.is_empty() => {
            let mut value = read_value(&mut list, UNREACH, "routes that go")?;
            let family = read_family(&mut value)?;
            if !list.is_done() {
                return Err(not_ours(list.at(), "nothing beside routes that go"));
            }
            read_routes(value, family).map(Announcement::Go)
        }
        Some(&[flags, MP_REACH]) if flags == REACH[0] && come.is_empty() => {
            let mut value = read_value(&mut list, REACH, "routes that come")?;
            let family = read_family(&mut value)?;
            let next_hop = read_next_hop(&mut value, family)?;
            let routes = read_routes(value, family)?;
            let (path, effect) = read_tail(list, next_hop)?;
            Ok(Announcement::Come {
                path,
                effect,
                routes,
            })
        }
        _ => {
            let routes = read_routes(Octets::new(come, 0), Family::Ipv4)?;
            let (path, effect) = read_tail(list, NextHop::InTail)?;
            Ok(Announcement::Come {
                path,
                effect,
                routes,
            })
        }
    }
}

/// What stood before the routes.
#[derive(Clone, Copy)]
enum NextHop {
    None,
    V6(Ipv6Addr),
    /// It is an attribute of its own.
    InTail,
}

fn read_family(value: &mut Octets<'_>) -> Result<Family, Fault> {
    let at = value.at();
    let numbers = value.u16().zip(value.u8());
    let family = numbers.and_then(Family::of);
    family
        .filter(|&family| family != Family::Ipv4)
        .ok_or(not_ours(at, "a family that was agreed on"))
}

fn read_next_hop(value: &mut Octets<'_>, family: Family) -> Result<NextHop, Fault> {
    let at = value.at();
    let wrong = not_ours(at, "the next hop of the family");
    let next_hop = match (family, value.u8()) {
        (Family::Flow4 | Family::Flow6, Some(0)) => NextHop::None,
        (Family::Ipv6, Some(16)) => {
            NextHop::V6(value.chunk::<16>().map(Ipv6Addr::from).ok_or(wrong)?)
        }
        _ => return Err(wrong),
    };
    // The octet once kept for what never came (RFC 4760, section 3).
    match value.u8() {
        Some(0) => Ok(next_hop),
        _ => Err(wrong),
    }
}

/// Reads the attributes beside the one that carries routes, in the order in which we write them.
fn read_tail(mut list: Octets<'_>, next_hop: NextHop) -> Result<(Path, Effect), Fault> {
    if !read_value(&mut list, ORIGIN, "an origin")?.rest().eq(&[0]) {
        return Err(not_ours(list.at(), "the origin IGP"));
    }
    let external = read_as_path(&mut list)?;
    let hole = match next_hop {
        NextHop::None => None,
        NextHop::V6(ip) => Some(Effect::Hole6(ip)),
        NextHop::InTail => {
            let ip = read_fixed::<4>(&mut list, NEXT_HOP, "a next hop")?;
            Some(Effect::Hole4(Ipv4Addr::from(ip)))
        }
    };
    let path = match external {
        Some(number) => Path::External(number),
        None => {
            let preference = read_fixed(&mut list, LOCAL_PREF, "a local preference")?;
            Path::Internal(u32::from_be_bytes(preference))
        }
    };
    let effect = match hole {
        Some(hole) => {
            let both = read_fixed::<8>(&mut list, COMMUNITIES, "BLACKHOLE and NO_EXPORT")?;
            let wanted = u64::from(BLACKHOLE) << 32 | u64::from(NO_EXPORT);
            (u64::from_be_bytes(both) == wanted).then_some(hole)
        }
        None => {
            let one = read_fixed::<4>(&mut list, COMMUNITIES, "NO_EXPORT")?;
            let action = read_fixed(&mut list, EXTENDED_COMMUNITIES, "an action")?;
            let kept = u32::from_be_bytes(one) == NO_EXPORT;
            Action::read(action).filter(|_| kept).map(Effect::Flow)
        }
    };
    let effect = effect.ok_or(not_ours(list.at(), "communities that bound the route"))?;
    if !list.is_done() {
        return Err(not_ours(list.at(), "no more attributes"));
    }
    Ok((path, effect))
}

/// Tells the AS that the routes came from, if from another than the peer's.
fn read_as_path(list: &mut Octets<'_>) -> Result<Option<u32>, Fault> {
    let at = list.at();
    match read_value(list, AS_PATH, "an AS path")?.rest() {
        [] => Ok(None),
        &[sequence, one, a, b, c, d] if [sequence, one] == SEQUENCE_OF_ONE => {
            Ok(Some(u32::from_be_bytes([a, b, c, d])))
        }
        _ => Err(not_ours(at, "an AS path of one AS or none")),
    }
}

fn read_fixed<const N: usize>(
    list: &mut Octets<'_>,
    head: [u8; 2],
    what: &'static str,
) -> Result<[u8; N], Fault> {
    let mut value = read_value(list, head, what)?;
    let fixed = value.chunk().ok_or(not_ours(value.at(), what))?;
    if value.is_done() {
        Ok(fixed)
    } else {
        Err(not_ours(value.at(), what))
    }
}

/// Takes the next attribute, if it is the one that stands there.
fn read_value<'a>(
    list: &mut Octets<'a>,
    head: [u8; 2],
    what: &'static str,
) -> Result<Octets<'a>, Fault> {
    let at = list.at();
    match attribute(list) {
        Some((flags, kind, value)) if [flags, kind] == head => Ok(value),
        _ => Err(not_ours(at, what)),
    }
}

/// Reads routes of one family to the end; there must be one.
fn read_routes(mut octets: Octets<'_>, family: Family) -> Result<Vec<Route>, Fault> {
    let mut routes = Vec::new();
    while !octets.is_done() {
        routes.push(read_route(&mut octets, family)?);
    }
    if routes.is_empty() {
        return Err(not_ours(octets.at(), "at least one route"));
    }
    Ok(routes)
}

fn read_route(octets: &mut Octets<'_>, family: Family) -> Result<Route, Fault> {
    let at = octets.at();
    let host = "a route of one host";
    match family {
        Family::Flow4 | Family::Flow6 => Rule::read(octets, family)
            .map(Route::Rule)
            .map_err(|fault| Fault::new(at, Wrong::Rule(fault))),
        Family::Ipv4 => match (octets.u8(), octets.chunk::<4>()) {
            (Some(32), Some(ip)) => Ok(Route::Host4(ip.into())),
            _ => Err(not_ours(at, host)),
        },
        Family::Ipv6 => match (octets.u8(), octets.chunk::<16>()) {
            (Some(128), Some(ip)) => Ok(Route::Host6(ip.into())),
            _ => Err(not_ours(at, host)),
        },
    }
}

const fn not_ours(at: usize, wanted: &'static str) -> Fault {
    Fault::new(at, Wrong::NotOurs(wanted))
}

impl fmt::Display for UnsentRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a route does not suit the effect that was asked for; nothing was sent")
    }
}

impl std::error::Error for UnsentRoutes {}

#[cfg(test)]
#[path = "announcement_tests.rs"]
mod tests;
