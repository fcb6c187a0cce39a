use std::net::IpAddr;

use issei_model::{Digest, OrderId, Timestamp};
use issei_wire::bgp::flowspec::{Comparison, Number};
use proptest::prelude::*;

use super::*;

fn goal(text: &str) -> Goal {
    text.parse().expect("a goal")
}

fn cut(goals: &[&str], action: Action) -> Cut {
    Cut {
        order: OrderId(Digest([1; 32])),
        goals: goals.iter().map(|text| goal(text)).collect(),
        action,
        ends: Timestamp::from_secs(100),
        fires_at: None,
    }
}

fn service(ip: IpAddr, port: u16, protocol: u8) -> Goal {
    Goal::Service(Endpoint { ip, port, protocol })
}

const RULES: Means = Means::Rules(Dropping::Discard);

fn holes() -> Holes {
    Holes {
        within: vec![
            "192.0.2.0/24".parse().expect("a prefix"),
            "2001:db8::/32".parse().expect("a prefix"),
        ],
        next_hop4: Some(Ipv4Addr::new(192, 0, 2, 1)),
        next_hop6: Some("100::1".parse().expect("an address")),
        sources: Sources::Checked,
    }
}

fn refusal(means: &Means, goals: &[&str], action: Action) -> &'static str {
    match means.routes(&cut(goals, action), Families::ALL) {
        Err(Refusal::NotExpressible { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

/// A packet, as far as rules look at it.
#[derive(Clone, Copy, Debug)]
struct Packet {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    source_port: u16,
    destination_port: u16,
}

/// Whether a goal means a packet: to it or from it.
fn means_packet(goal: &Goal, packet: &Packet) -> bool {
    let Goal::Service(Endpoint { ip, port, protocol }) = *goal else {
        return false;
    };
    let to = packet.destination == ip && (port == 0 || packet.destination_port == port);
    let from = packet.source == ip && (port == 0 || packet.source_port == port);
    (protocol == 0 || packet.protocol == protocol) && (to || from)
}

/// Whether a rule meets a packet, by RFC 8955, section 4.2: every component must hold.
fn meets(rule: &Rule, packet: &Packet) -> bool {
    let end = match rule.way() {
        Way::To => packet.destination,
        Way::From => packet.source,
    };
    let holds = |condition: &Condition| match condition {
        Condition::Protocol(terms) => all(terms, packet.protocol),
        Condition::DestinationPort(terms) => all(terms, packet.destination_port),
        Condition::SourcePort(terms) => all(terms, packet.source_port),
        other => panic!("never made: {other:?}"),
    };
    end == rule.host() && rule.conditions().iter().all(holds)
}

fn all<V: PartialEq + Copy>(terms: &Terms<Number<V>>, value: V) -> bool {
    terms.iter().all(|(_, number)| {
        assert_eq!(number.is, Comparison::Equal, "cuts are exact");
        number.value == value
    })
}

fn rules_of(routes: &[Route]) -> Vec<Rule> {
    let rule = |route: &Route| match route {
        Route::Rule(rule) => rule.clone(),
        other => panic!("{other:?}"),
    };
    routes.iter().map(rule).collect()
}

#[test]
fn a_service_becomes_two_rules() {
    let routes = RULES.routes(&cut(&["192.0.2.7:23/tcp"], Action::Drop), Families::ALL);
    let rules = rules_of(&routes.expect("expressible"));
    let tcp = Condition::Protocol(Terms::equal(6));
    let host = IpAddr::from([192, 0, 2, 7]);
    let to = Condition::DestinationPort(Terms::equal(23));
    let from = Condition::SourcePort(Terms::equal(23));
    let wanted = [
        Rule::new(Way::To, host, vec![tcp.clone(), to]).expect("a rule"),
        Rule::new(Way::From, host, vec![tcp, from]).expect("a rule"),
    ];
    assert_eq!(rules, wanted);
}

#[test]
fn what_cannot_be_said_exactly_is_refused() {
    let holes = Means::Holes(holes());
    for means in [&RULES, &holes] {
        assert!(refusal(means, &["c2.example"], Action::Drop).contains("not names"));
        assert!(
            refusal(means, &["192.0.2.7"], Action::RateLimit(5)).contains("all lines together")
        );
        assert!(refusal(means, &["192.0.2.7"], Action::RefuseName).contains("resolver"));
        assert!(refusal(means, &["192.0.2.7"], Action::Redirect).contains("resolver"));
    }
    assert!(refusal(&holes, &["192.0.2.7:23/tcp"], Action::Drop).contains("whole host"));
    let ip = IpAddr::from([192, 0, 2, 7]);
    for (port, protocol) in [(23, 0), (23, 132), (1, 1)] {
        let cut = Cut {
            goals: vec![service(ip, port, protocol)],
            ..cut(&[], Action::Drop)
        };
        assert!(
            RULES.routes(&cut, Families::ALL).is_err(),
            "{port}/{protocol}"
        );
    }
}

#[test]
fn one_goal_that_cannot_be_said_refuses_the_whole_cut() {
    let what = refusal(&RULES, &["192.0.2.7", "c2.example"], Action::Drop);
    assert!(what.contains("not names"));
}

#[test]
fn a_blackhole_stays_within_its_prefixes() {
    let means = Means::Holes(holes());
    let drop = |text| means.routes(&cut(&[text], Action::Drop), Families::ALL);
    let host = Ipv4Addr::new(192, 0, 2, 7);
    assert_eq!(drop("192.0.2.7"), Ok(vec![Route::Host4(host)]));
    assert!(matches!(drop("2001:db8::7"), Ok(routes) if matches!(routes[..], [Route::Host6(_)])));
    for outside in ["192.0.3.0", "203.0.113.9", "2001:db9::7"] {
        let what = refusal(&means, &[outside], Action::Drop);
        assert!(what.contains("outside"), "{outside}: {what}");
    }
}

#[test]
fn a_blackhole_that_stops_one_way_only_is_refused() {
    let open = Means::Holes(Holes {
        sources: Sources::Unchecked,
        ..holes()
    });
    assert!(refusal(&open, &["192.0.2.7"], Action::Drop).contains("those from it"));
}

#[test]
fn the_next_hop_of_blackholes_is_never_blackholed() {
    let means = Means::Holes(holes());
    assert!(refusal(&means, &["192.0.2.1"], Action::Drop).contains("next hop"));
}

#[test]
fn a_family_that_the_session_lacks_is_refused() {
    let only4 = Families::default().with(Family::Flow4);
    assert!(
        RULES
            .routes(&cut(&["192.0.2.7"], Action::Drop), only4)
            .is_ok()
    );
    assert!(
        RULES
            .routes(&cut(&["2001:db8::7"], Action::Drop), only4)
            .is_err()
    );
}

#[test]
fn means_ask_only_for_the_families_that_they_need() {
    let flows = Families::default().with(Family::Flow4).with(Family::Flow6);
    assert_eq!(RULES.families(), flows);
    let only4 = Means::Holes(Holes {
        next_hop6: None,
        ..holes()
    });
    assert_eq!(only4.families(), Families::default().with(Family::Ipv4));
    assert_eq!(only4.effect(Family::Ipv6), None);
    assert_eq!(RULES.effect(Family::Ipv4), None);
}

#[test]
fn diverted_rules_name_their_table() {
    let target = RouteTarget::As(64_496, 666);
    let means = Means::Rules(Dropping::Divert(target));
    let divert = Effect::Flow(flowspec::Action::Divert(target));
    assert_eq!(means.effect(Family::Flow4), Some(divert));
}

/// Few addresses, ports and protocols, so that everything meets everything.
fn ip() -> impl Strategy<Value = IpAddr> {
    prop::sample::select(vec![
        IpAddr::from([192, 0, 2, 7]),
        IpAddr::from([192, 0, 2, 6]),
        IpAddr::from([192, 0, 3, 7]),
        "2001:db8::7".parse().expect("an address"),
        "2001:db8::6".parse().expect("an address"),
    ])
}

fn port() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![1, 22, 23, 24, 279, 65_535])
}

fn any_goal() -> impl Strategy<Value = Goal> {
    let with_port = (ip(), port(), prop::sample::select(vec![6, 17]));
    prop_oneof![
        with_port.prop_map(|(ip, port, protocol)| service(ip, port, protocol)),
        (ip(), prop::sample::select(vec![0, 1, 6, 17, 47]))
            .prop_map(|(ip, protocol)| service(ip, 0, protocol)),
    ]
}

proptest! {
    /// G6 by brute force: no packet is stopped that no goal means, and none passes that one means.
    #[test]
    fn rules_stop_exactly_the_packets_that_the_goals_mean(
        goals in prop::collection::vec(any_goal(), 1..5),
        packets in prop::collection::vec((ip(), ip(), 0u8..20, port(), port()), 200),
    ) {
        let cut = Cut { goals, ..cut(&[], Action::Drop) };
        let rules = rules_of(&RULES.routes(&cut, Families::ALL).expect("expressible"));
        for (source, destination, protocol, source_port, destination_port) in packets {
            let packet = Packet { source, destination, protocol, source_port, destination_port };
            let stopped = rules.iter().any(|rule| meets(rule, &packet));
            let meant = cut.goals.iter().any(|goal| means_packet(goal, &packet));
            prop_assert_eq!(stopped, meant, "{:?} by {:?}", packet, cut.goals);
        }
    }
}
