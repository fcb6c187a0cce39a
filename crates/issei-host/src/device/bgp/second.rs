//! Turns a plan into messages, and reads every one of them twice before it may go out: with our own
//! reader, and with that of `rustbgpd-wire`, which shares no line with our writer.
//!
//! In: a plan, what the peer is told with. Out: the messages, or where a reader saw something else than
//! was meant; then nothing goes out. Always: every octet that goes out was understood by both readers.
//! Not here: how messages look (`issei-wire`), what is planned (`issei-enforce`).

use std::fmt;
use std::net::IpAddr;

use issei_enforce::bgp::{Means, Plan};
use issei_wire::bgp::flowspec::{
    Action, BitTest, Bits, Comparison, Condition, Joint, Number, RouteTarget, Rule, Terms, Value,
    Way,
};
use issei_wire::bgp::{self, Announcement, Effect, Family, Message, Path, Route};
use rustbgpd_wire::{
    Afi, AsPathSegment, BitmaskMatch, COMMUNITY_BLACKHOLE, COMMUNITY_NO_EXPORT, FlowSpecAction,
    FlowSpecComponent, FlowSpecPrefix, FlowSpecRule, Ipv4NlriEntry, MpReachNlri, MpUnreachNlri,
    NumericMatch, Origin, PathAttribute, Prefix, Safi, UpdateMessage,
};

/// A reader saw something else than was meant. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    /// A route does not suit what the peer is told with.
    Unsuited,
    /// Our own reader.
    Ours,
    /// The other reader.
    Theirs,
}

/// Turns a plan into messages of at most so many routes that both readers understand as it.
///
/// # Errors
/// If a reader sees anything else.
pub fn messages(
    plan: &Plan,
    means: &Means,
    path: Path,
    together: usize,
) -> Result<Vec<u8>, Differs> {
    let mut octets = Vec::new();
    Announcement::write_going(&plan.go, &mut octets);
    check(&octets, &plan.go, None)?;
    let families = plan
        .come
        .chunk_by(|one, other| one.family() == other.family());
    for routes in families.flat_map(|routes| routes.chunks(together.max(1))) {
        let effect = routes
            .first()
            .and_then(|route| means.effect(route.family()));
        let effect = effect.ok_or(Differs::Unsuited)?;
        let start = octets.len();
        Announcement::write_coming(path, effect, routes, &mut octets)
            .map_err(|_| Differs::Unsuited)?;
        check(&octets[start..], routes, Some((path, effect)))?;
    }
    Ok(octets)
}

/// Reads messages with both readers, which must see these routes in this order and nothing else.
fn check(mut octets: &[u8], routes: &[Route], with: Option<(Path, Effect)>) -> Result<(), Differs> {
    let mut left = routes;
    while !octets.is_empty() {
        let length = bgp::length(octets).ok().flatten();
        let split = length.and_then(|length| octets.split_at_checked(length));
        let (message, rest) = split.ok_or(Differs::Ours)?;
        let ours = read_with_ours(message).ok_or(Differs::Ours)?;
        let seen = seen_as(&ours, with, left).ok_or(Differs::Ours)?;
        let theirs = read_with_theirs(message).ok_or(Differs::Theirs)?;
        seen_as(&theirs, with, left).ok_or(Differs::Theirs)?;
        (octets, left) = (rest, &left[seen..]);
    }
    if left.is_empty() {
        Ok(())
    } else {
        Err(Differs::Ours)
    }
}

/// Tells how many of the wanted routes a message holds, if it holds nothing but the next of them.
fn seen_as(said: &Announcement, with: Option<(Path, Effect)>, wanted: &[Route]) -> Option<usize> {
    let (seen, routes) = match said {
        Announcement::Go(routes) => (None, routes),
        Announcement::Come {
            path,
            effect,
            routes,
        } => (Some((*path, *effect)), routes),
    };
    (seen == with && wanted.starts_with(routes)).then_some(routes.len())
}

fn read_with_ours(message: &[u8]) -> Option<Announcement> {
    match Message::read(message).ok()? {
        Message::Update(update) => Announcement::read(&update).ok(),
        _ => None,
    }
}

/// Reads an UPDATE with the library, and takes from it what an announcement of ours has, if it has
/// nothing else.
pub(super) fn read_with_theirs(message: &[u8]) -> Option<Announcement> {
    let body = message.get(bgp::HEAD..)?;
    let update = UpdateMessage::decode(&mut &body[..], body.len()).ok()?;
    let parsed = update.parse(true, false, &[]).ok()?;
    let (gone, come) = (hosts4(&parsed.withdrawn)?, hosts4(&parsed.announced)?);
    let attributes = &parsed.attributes[..];
    match (&gone[..], &come[..], attributes) {
        ([_, ..], [], []) => Some(Announcement::Go(gone)),
        ([], [], [PathAttribute::MpUnreachNlri(unreach)]) => unreached(unreach),
        ([], [], [PathAttribute::MpReachNlri(reach), tail @ ..]) => {
            let (next_hop, routes) = reached(reach)?;
            coming(tail, next_hop, routes)
        }
        ([], [_, ..], [origin, as_path, PathAttribute::NextHop(ip), tail @ ..]) => {
            let tail = [&[origin.clone(), as_path.clone()], tail].concat();
            coming(&tail, Some(IpAddr::V4(*ip)), come)
        }
        _ => None,
    }
}

fn unreached(unreach: &MpUnreachNlri) -> Option<Announcement> {
    let family = family(unreach.afi, unreach.safi)?;
    let routes = match family.is_flow() {
        true => rules(&unreach.flowspec_withdrawn, family)?,
        false => hosts(unreach.withdrawn.iter().map(|entry| entry.prefix))?,
    };
    Some(Announcement::Go(routes))
}

/// Takes the next hop, of which FlowSpec has none, and the routes.
fn reached(reach: &MpReachNlri) -> Option<(Option<IpAddr>, Vec<Route>)> {
    let family = family(reach.afi, reach.safi)?;
    if family.is_flow() {
        return Some((None, rules(&reach.flowspec_announced, family)?));
    }
    if reach.link_local_next_hop.is_some() {
        return None;
    }
    let routes = hosts(reach.announced.iter().map(|entry| entry.prefix))?;
    Some((Some(reach.next_hop), routes))
}

/// Reads the attributes beside the routes and the next hop.
fn coming(
    tail: &[PathAttribute],
    next_hop: Option<IpAddr>,
    routes: Vec<Route>,
) -> Option<Announcement> {
    let [
        PathAttribute::Origin(Origin::Igp),
        PathAttribute::AsPath(as_path),
        tail @ ..,
    ] = tail
    else {
        return None;
    };
    let (path, tail) = match (&as_path.segments[..], tail) {
        ([], [PathAttribute::LocalPref(preference), tail @ ..]) => {
            (Path::Internal(*preference), tail)
        }
        ([AsPathSegment::AsSequence(numbers)], tail) => match numbers[..] {
            [number] => (Path::External(number), tail),
            _ => return None,
        },
        _ => return None,
    };
    let effect = match (next_hop, tail) {
        (
            None,
            [
                PathAttribute::Communities(bounds),
                PathAttribute::ExtendedCommunities(actions),
            ],
        ) if bounds[..] == [COMMUNITY_NO_EXPORT] => match &actions[..] {
            [action] => Effect::Flow(as_action(&action.as_flowspec_action()?)?),
            _ => return None,
        },
        (Some(next_hop), [PathAttribute::Communities(bounds)])
            if bounds[..] == [COMMUNITY_BLACKHOLE, COMMUNITY_NO_EXPORT] =>
        {
            match next_hop {
                IpAddr::V4(ip) => Effect::Hole4(ip),
                IpAddr::V6(ip) => Effect::Hole6(ip),
            }
        }
        _ => return None,
    };
    Some(Announcement::Come {
        path,
        effect,
        routes,
    })
}

fn as_action(action: &FlowSpecAction) -> Option<Action> {
    use issei_wire::bgp::flowspec::Rate;
    let exact = |rate: f32| Rate::new(rate as u32).filter(|whole| whole.get() as f32 == rate);
    Some(match *action {
        FlowSpecAction::TrafficRateBytes { asn: 0, rate: 0.0 } => Action::Discard,
        FlowSpecAction::TrafficRateBytes { asn: 0, rate } => Action::Octets(exact(rate)?),
        FlowSpecAction::TrafficRatePackets { asn: 0, rate } => Action::Packets(exact(rate)?),
        FlowSpecAction::Redirect2Octet { asn, value } => {
            Action::Divert(RouteTarget::As(asn, value))
        }
        FlowSpecAction::RedirectIpv4 { addr, value } => {
            Action::Divert(RouteTarget::Ip(addr, value))
        }
        FlowSpecAction::Redirect4Octet { asn, value } => {
            Action::Divert(RouteTarget::LongAs(asn, value))
        }
        _ => return None,
    })
}

fn family(afi: Afi, safi: Safi) -> Option<Family> {
    match (afi, safi) {
        (Afi::Ipv4, Safi::FlowSpec) => Some(Family::Flow4),
        (Afi::Ipv6, Safi::FlowSpec) => Some(Family::Flow6),
        (Afi::Ipv6, Safi::Unicast) => Some(Family::Ipv6),
        _ => None,
    }
}

fn hosts4(entries: &[Ipv4NlriEntry]) -> Option<Vec<Route>> {
    hosts(entries.iter().map(|entry| Prefix::V4(entry.prefix)))
}

fn hosts(prefixes: impl Iterator<Item = Prefix>) -> Option<Vec<Route>> {
    let host = |prefix| match prefix {
        Prefix::V4(prefix) if prefix.len == 32 => Some(Route::Host4(prefix.addr)),
        Prefix::V6(prefix) if prefix.len == 128 => Some(Route::Host6(prefix.addr)),
        _ => None,
    };
    prefixes.map(host).collect()
}

fn rules(rules: &[FlowSpecRule], family: Family) -> Option<Vec<Route>> {
    let rule = |theirs: &FlowSpecRule| {
        let rule = as_rule(theirs)?;
        (rule.family() == family).then_some(Route::Rule(rule))
    };
    rules.iter().map(rule).collect()
}

fn as_rule(theirs: &FlowSpecRule) -> Option<Rule> {
    let (first, rest) = theirs.components.split_first()?;
    let (way, prefix) = match first {
        FlowSpecComponent::DestinationPrefix(prefix) => (Way::To, prefix),
        FlowSpecComponent::SourcePrefix(prefix) => (Way::From, prefix),
        _ => return None,
    };
    let host = match prefix {
        FlowSpecPrefix::V4(prefix) if prefix.len == 32 => IpAddr::V4(prefix.addr),
        FlowSpecPrefix::V6(six) if six.prefix.len == 128 && six.offset == 0 => {
            IpAddr::V6(six.prefix.addr)
        }
        _ => return None,
    };
    let conditions: Option<Vec<Condition>> = rest.iter().map(as_condition).collect();
    Rule::new(way, host, conditions?).ok()
}

fn as_condition(theirs: &FlowSpecComponent) -> Option<Condition> {
    Some(match theirs {
        FlowSpecComponent::IpProtocol(terms) => Condition::Protocol(numbers(terms)?),
        FlowSpecComponent::Port(terms) => Condition::Port(numbers(terms)?),
        FlowSpecComponent::DestinationPort(terms) => Condition::DestinationPort(numbers(terms)?),
        FlowSpecComponent::SourcePort(terms) => Condition::SourcePort(numbers(terms)?),
        FlowSpecComponent::IcmpType(terms) => Condition::IcmpType(numbers(terms)?),
        FlowSpecComponent::IcmpCode(terms) => Condition::IcmpCode(numbers(terms)?),
        FlowSpecComponent::TcpFlags(terms) => Condition::TcpFlags(bits(terms)?),
        FlowSpecComponent::PacketLength(terms) => Condition::PacketLength(numbers(terms)?),
        FlowSpecComponent::Dscp(terms) => Condition::Dscp(numbers(terms)?),
        FlowSpecComponent::Fragment(terms) => Condition::Fragment(bits(terms)?),
        FlowSpecComponent::FlowLabel(terms) => Condition::FlowLabel(numbers(terms)?),
        _ => return None,
    })
}

fn numbers<V: Value>(theirs: &[NumericMatch]) -> Option<Terms<Number<V>>> {
    let number = |term: &NumericMatch| {
        let is = match (term.lt, term.gt, term.eq) {
            (false, false, true) => Comparison::Equal,
            (false, true, false) => Comparison::Above,
            (false, true, true) => Comparison::AtLeast,
            (true, false, false) => Comparison::Below,
            (true, false, true) => Comparison::AtMost,
            (true, true, false) => Comparison::Other,
            _ => return None,
        };
        let value = u32::try_from(term.value).ok().and_then(V::of)?;
        Some((term.and_bit, term.end_of_list, Number { is, value }))
    };
    terms(theirs.iter().map(number))
}

fn bits<V: Value>(theirs: &[BitmaskMatch]) -> Option<Terms<Bits<V>>> {
    let bits = |term: &BitmaskMatch| {
        let set = match (term.not_bit, term.match_bit) {
            (false, false) => BitTest::Any,
            (false, true) => BitTest::All,
            (true, false) => BitTest::NotAny,
            (true, true) => BitTest::NotAll,
        };
        let mask = V::of(term.value.into())?;
        Some((term.and_bit, term.end_of_list, Bits { set, mask }))
    };
    terms(theirs.iter().map(bits))
}

/// Joins comparisons: the first has nothing before it, and the last alone says that it is the last.
fn terms<T>(
    mut theirs: impl ExactSizeIterator<Item = Option<(bool, bool, T)>>,
) -> Option<Terms<T>> {
    let mut joined = match theirs.next()?? {
        (false, is_last, first) if is_last == (theirs.len() == 0) => Terms::one(first),
        _ => return None,
    };
    while let Some(term) = theirs.next() {
        let (and, is_last, term) = term?;
        if is_last != (theirs.len() == 0) {
            return None;
        }
        let joint = if and { Joint::And } else { Joint::Or };
        joined = joined.joined(joint, term);
    }
    Some(joined)
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self {
            Self::Unsuited => return f.write_str("a route was planned that this peer is not told"),
            Self::Ours => "our own reader",
            Self::Theirs => "the second reader",
        };
        write!(
            f,
            "{who} understands a message otherwise than it was meant, so nothing was sent"
        )
    }
}

impl std::error::Error for Differs {}

#[cfg(test)]
#[path = "second_tests.rs"]
mod tests;
