use std::net::{Ipv4Addr, Ipv6Addr};

use issei_enforce::bgp::{Dropping, Holes, Sources};
use issei_wire::bgp::flowspec::{Dscp, FlowLabel, Fragments, Rate, TcpFlags};
use proptest::prelude::*;
use rustbgpd_wire::flowspec::try_encode_flowspec_nlri;
use rustbgpd_wire::{Ipv4Prefix, Ipv6Prefix, Ipv6PrefixOffset};

use super::*;

const RULES: Means = Means::Rules(Dropping::Discard);
const INTERNAL: Path = Path::Internal(100);

/// Comparisons as the library has them.
fn numeric(value: impl Strategy<Value = u64>) -> impl Strategy<Value = Vec<NumericMatch>> {
    let term = (any::<bool>(), 1u8..7, value).prop_map(|(and_bit, is, value)| NumericMatch {
        end_of_list: false,
        and_bit,
        lt: is & 4 != 0,
        gt: is & 2 != 0,
        eq: is & 1 != 0,
        value,
    });
    prop::collection::vec(term, 1..4).prop_map(|mut terms| {
        terms[0].and_bit = false;
        terms.last_mut().expect("at least one").end_of_list = true;
        terms
    })
}

fn bitmask(value: impl Strategy<Value = u16>) -> impl Strategy<Value = Vec<BitmaskMatch>> {
    let term = (any::<bool>(), any::<bool>(), any::<bool>(), value).prop_map(
        |(and_bit, not_bit, match_bit, value)| BitmaskMatch {
            end_of_list: false,
            and_bit,
            not_bit,
            match_bit,
            value,
        },
    );
    prop::collection::vec(term, 1..4).prop_map(|mut terms| {
        terms[0].and_bit = false;
        terms.last_mut().expect("at least one").end_of_list = true;
        terms
    })
}

/// Every component that both families have, with values that packets can have.
fn component() -> impl Strategy<Value = FlowSpecComponent> {
    prop_oneof![
        numeric(0u64..256).prop_map(FlowSpecComponent::IpProtocol),
        numeric(0u64..65_536).prop_map(FlowSpecComponent::Port),
        numeric(0u64..65_536).prop_map(FlowSpecComponent::DestinationPort),
        numeric(0u64..65_536).prop_map(FlowSpecComponent::SourcePort),
        numeric(0u64..256).prop_map(FlowSpecComponent::IcmpType),
        numeric(0u64..256).prop_map(FlowSpecComponent::IcmpCode),
        bitmask(1u16..0x1000).prop_map(FlowSpecComponent::TcpFlags),
        numeric(0u64..65_536).prop_map(FlowSpecComponent::PacketLength),
        numeric(0u64..64).prop_map(FlowSpecComponent::Dscp),
        bitmask((1u16..8).prop_map(|mask| mask << 1)).prop_map(FlowSpecComponent::Fragment),
    ]
}

/// Any rule about one host, as the library has it.
fn their_rule() -> impl Strategy<Value = (FlowSpecRule, Afi)> {
    let four = any::<u32>().prop_map(|bits| {
        let prefix = Ipv4Prefix::new(Ipv4Addr::from_bits(bits), 32);
        (FlowSpecPrefix::V4(prefix), Afi::Ipv4)
    });
    let six = any::<u128>().prop_map(|bits| {
        let prefix = Ipv6Prefix::new(Ipv6Addr::from_bits(bits), 128);
        (
            FlowSpecPrefix::V6(Ipv6PrefixOffset { prefix, offset: 0 }),
            Afi::Ipv6,
        )
    });
    let host = prop_oneof![four, six];
    let rest = prop::collection::vec(component(), 0..7);
    let label = numeric(0u64..1 << 20).prop_map(FlowSpecComponent::FlowLabel);
    (host, any::<bool>(), rest, prop::option::of(label)).prop_map(
        |((prefix, afi), is_to, mut rest, label)| {
            rest.sort_by_key(FlowSpecComponent::type_code);
            rest.dedup_by_key(|component| component.type_code());
            let first = match is_to {
                true => FlowSpecComponent::DestinationPrefix(prefix),
                false => FlowSpecComponent::SourcePrefix(prefix),
            };
            let mut components = vec![first];
            components.extend(rest);
            components.extend(label.filter(|_| afi == Afi::Ipv6));
            (FlowSpecRule { components }, afi)
        },
    )
}

fn rule_to(host: [u8; 4]) -> Route {
    Route::Rule(Rule::new(Way::To, host.into(), vec![]).expect("a rule"))
}

fn effect() -> impl Strategy<Value = Effect> {
    let rate = || (1u32..=1 << 24).prop_map(|rate| Rate::new(rate).expect("exact"));
    let target = prop_oneof![
        any::<(u16, u32)>().prop_map(|(number, value)| RouteTarget::As(number, value)),
        any::<(u32, u16)>().prop_map(|(ip, value)| RouteTarget::Ip(Ipv4Addr::from_bits(ip), value)),
        any::<(u32, u16)>().prop_map(|(number, value)| RouteTarget::LongAs(number, value)),
    ];
    prop_oneof![
        Just(Effect::Flow(Action::Discard)),
        rate().prop_map(|rate| Effect::Flow(Action::Octets(rate))),
        rate().prop_map(|rate| Effect::Flow(Action::Packets(rate))),
        target.prop_map(|target| Effect::Flow(Action::Divert(target))),
        any::<u32>().prop_map(|ip| Effect::Hole4(Ipv4Addr::from_bits(ip))),
        // A next hop that the library takes: of IPv6, no link-local and no IPv4 in disguise.
        any::<u64>()
            .prop_map(|low| Effect::Hole6(Ipv6Addr::from_bits(0x0100 << 112 | u128::from(low)))),
    ]
}

fn path() -> impl Strategy<Value = Path> {
    prop_oneof![
        any::<u32>().prop_map(Path::Internal),
        (1u32..).prop_map(Path::External)
    ]
}

fn routes_for(effect: Effect, rules: &[FlowSpecRule], hosts: &[u128]) -> Vec<Route> {
    match effect {
        Effect::Flow(_) => rules
            .iter()
            .map(|rule| Route::Rule(as_rule(rule).expect("one host")))
            .collect(),
        Effect::Hole4(_) => hosts
            .iter()
            .map(|&bits| Route::Host4(Ipv4Addr::from_bits(bits as u32)))
            .collect(),
        Effect::Hole6(_) => hosts
            .iter()
            .map(|&bits| Route::Host6(Ipv6Addr::from_bits(bits)))
            .collect(),
    }
}

proptest! {
    /// Two writers who share no line write the same octets, but for flow labels: RFC 8956, section 3.7, asks
    /// for four octets, and the library writes as few as it can.
    #[test]
    fn a_rule_is_written_as_the_library_writes_it((mut theirs, afi) in their_rule()) {
        theirs.components.retain(|one| !matches!(one, FlowSpecComponent::FlowLabel(_)));
        let ours = as_rule(&theirs).expect("one host, legal values");
        let (mut by_us, mut by_them) = (Vec::new(), Vec::new());
        ours.write(&mut by_us);
        try_encode_flowspec_nlri(&[theirs], &mut by_them, afi).expect("short enough");
        prop_assert_eq!(by_us, by_them);
    }

    #[test]
    fn the_library_reads_an_announcement_as_we_mean_it(
        path in path(),
        effect in effect(),
        rules in prop::collection::vec(their_rule(), 1..20),
        hosts in prop::collection::vec(any::<u128>(), 1..20),
    ) {
        let (_, afi) = &rules[0];
        let rules: Vec<FlowSpecRule> = rules
            .iter()
            .filter(|(_, other)| other == afi)
            .map(|(rule, _)| rule.clone())
            .collect();
        let routes = routes_for(effect, &rules, &hosts);
        let mut coming = Vec::new();
        Announcement::write_coming(path, effect, &routes, &mut coming).expect("suiting");
        prop_assert_eq!(check(&coming, &routes, Some((path, effect))), Ok(()));
        let mut going = Vec::new();
        Announcement::write_going(&routes, &mut going);
        prop_assert_eq!(check(&going, &routes, None), Ok(()));
    }

    /// Where our reader takes a message, it never means something else to the library.
    #[test]
    fn no_changed_message_means_two_things(
        path in path(),
        effect in effect(),
        (rule, _) in their_rule(),
        host: u128,
        goes: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let routes = routes_for(effect, &[rule], &[host]);
        let mut octets = Vec::new();
        match goes {
            true => Announcement::write_going(&routes, &mut octets),
            false => Announcement::write_coming(path, effect, &routes, &mut octets).expect("suiting"),
        }
        for (place, octet) in changes {
            let place = bgp::HEAD + place.index(octets.len() - bgp::HEAD);
            octets[place] = octet;
        }
        if let (Some(ours), Some(theirs)) = (read_with_ours(&octets), read_with_theirs(&octets)) {
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let framed = [&[0xff; 16][..], &(19 + octets.len() as u16).to_be_bytes(), &[2], &octets].concat();
        let _ = (read_with_ours(&framed), read_with_theirs(&framed));
    }
}

#[test]
fn a_message_that_says_more_than_was_meant_is_not_sent() {
    let meant = [rule_to([192, 0, 2, 7])];
    let more = [rule_to([192, 0, 2, 7]), rule_to([192, 0, 2, 8])];
    let effect = Effect::Flow(Action::Discard);
    let with = Some((INTERNAL, effect));
    let mut octets = Vec::new();
    Announcement::write_coming(INTERNAL, effect, &more, &mut octets).expect("suiting");
    assert_eq!(check(&octets, &more, with), Ok(()));
    assert_eq!(check(&octets, &meant, with), Err(Differs::Ours));
    // Fewer, another action, another path, a withdrawal in place of an announcement.
    let mut fewer = Vec::new();
    Announcement::write_coming(INTERNAL, effect, &meant, &mut fewer).expect("suiting");
    assert_eq!(check(&fewer, &more, with), Err(Differs::Ours));
    let rate = Rate::new(1).expect("exact");
    let limited = Some((INTERNAL, Effect::Flow(Action::Packets(rate))));
    assert_eq!(check(&octets, &more, limited), Err(Differs::Ours));
    assert_eq!(
        check(&octets, &more, Some((Path::Internal(101), effect))),
        Err(Differs::Ours)
    );
    assert_eq!(check(&octets, &more, None), Err(Differs::Ours));
}

#[test]
fn a_message_with_any_octet_changed_is_not_sent() {
    let routes = [rule_to([192, 0, 2, 7])];
    let effect = Effect::Flow(Action::Discard);
    let mut octets = Vec::new();
    Announcement::write_coming(INTERNAL, effect, &routes, &mut octets).expect("suiting");
    for place in 0..octets.len() {
        for bit in 0..8 {
            let mut changed = octets.clone();
            changed[place] ^= 1 << bit;
            let checked = check(&changed, &routes, Some((INTERNAL, effect)));
            assert!(checked.is_err(), "bit {bit} of octet {place}");
        }
    }
}

/// Asked alone, for our own reader refuses all of this before.
#[test]
fn to_the_second_reader_too_a_route_is_one_host_and_stays_within_the_network() {
    let (four, six) = (Ipv4Addr::new(192, 0, 2, 0), Ipv6Addr::from_bits(7 << 112));
    let rule = |prefix| FlowSpecRule {
        components: vec![FlowSpecComponent::SourcePrefix(prefix)],
    };
    for length in 0..=128 {
        let prefix = Ipv6Prefix::new(six, length);
        let ruled = as_rule(&rule(FlowSpecPrefix::V6(Ipv6PrefixOffset {
            prefix,
            offset: 0,
        })));
        assert_eq!(ruled.is_some(), length == 128, "/{length}");
        assert_eq!(
            hosts([Prefix::V6(prefix)].into_iter()).is_some(),
            length == 128
        );
    }
    for length in 0..=32 {
        let prefix = Ipv4Prefix::new(four, length);
        let ruled = as_rule(&rule(FlowSpecPrefix::V4(prefix)));
        assert_eq!(ruled.is_some(), length == 32, "/{length}");
        assert_eq!(
            hosts([Prefix::V4(prefix)].into_iter()).is_some(),
            length == 32
        );
    }
    let rate = Rate::new(1).expect("exact");
    for (effect, route) in [
        (Effect::Flow(Action::Packets(rate)), rule_to([192, 0, 2, 7])),
        (
            Effect::Hole4(four),
            Route::Host4(Ipv4Addr::new(192, 0, 2, 7)),
        ),
        (Effect::Hole6(six), Route::Host6(six)),
    ] {
        let mut octets = Vec::new();
        Announcement::write_coming(INTERNAL, effect, &[route], &mut octets).expect("suiting");
        assert!(read_with_theirs(&octets).is_some(), "{effect:?}");
        let place = octets
            .windows(4)
            .position(|four| four == COMMUNITY_NO_EXPORT.to_be_bytes());
        octets[place.expect("it carries NO_EXPORT") + 3] ^= 4;
        assert!(read_with_theirs(&octets).is_none(), "{effect:?}");
    }
}

#[test]
fn a_plan_becomes_what_goes_and_then_what_comes_by_family() {
    let six: Ipv6Addr = "2001:db8::7".parse().expect("an address");
    let six = Route::Rule(Rule::new(Way::From, six.into(), vec![]).expect("a rule"));
    let plan = Plan {
        go: vec![rule_to([192, 0, 2, 1])],
        come: vec![rule_to([192, 0, 2, 7]), rule_to([192, 0, 2, 8]), six],
    };
    let count = |together| {
        let octets = messages(&plan, &RULES, INTERNAL, together).expect("both readers agree");
        let (mut left, mut count) = (&octets[..], 0);
        while let Ok(Some(length)) = bgp::length(left) {
            (left, count) = (&left[length..], count + 1);
        }
        count
    };
    assert_eq!(count(usize::MAX), 3);
    assert_eq!(count(1), 4);
    assert_eq!(
        messages(&Plan::default(), &RULES, INTERNAL, 1),
        Ok(Vec::new())
    );
}

#[test]
fn a_route_that_the_peer_is_not_told_of_is_not_sent() {
    let holes = Means::Holes(Holes {
        within: vec![],
        next_hop4: None,
        next_hop6: None,
        sources: Sources::Checked,
    });
    let plan = Plan {
        go: vec![],
        come: vec![Route::Host4(Ipv4Addr::new(192, 0, 2, 7))],
    };
    assert_eq!(messages(&plan, &holes, INTERNAL, 1), Err(Differs::Unsuited));
    assert_eq!(messages(&plan, &RULES, INTERNAL, 1), Err(Differs::Unsuited));
}

/// So the values above are those that our types take.
#[test]
fn the_bounds_of_the_generated_values_are_those_of_our_types() {
    assert!(Dscp::new(63).is_some() && Dscp::new(64).is_none());
    assert!(TcpFlags::new(0x0fff).is_some() && TcpFlags::new(0x1000).is_none());
    assert!(Fragments::new(0x0e).is_some() && Fragments::new(0).is_none());
    assert!(FlowLabel::new(0x000f_ffff).is_some() && FlowLabel::new(0x0010_0000).is_none());
}
