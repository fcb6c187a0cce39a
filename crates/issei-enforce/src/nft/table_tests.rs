use std::net::IpAddr;

use issei_model::{
    Action, Digest, Endpoint, OrderId, ReflexRule, ReflexRuleId, Span, StandingId, Subscriber,
    Timestamp,
};
use proptest::prelude::*;

use super::super::imitation::{Kernel, Packet};
use super::super::moment::Tongue;
use super::super::{Found, Step, transaction};
use super::{Access, Passes, Table};
use crate::{Cut, Refusal};

const TONGUE: Tongue = Tongue::ALL[0];
const NOW: Timestamp = Timestamp::from_micros(1_795_724_061_108_689);
const ENDS: Timestamp = Timestamp::from_micros(1_795_724_361_108_689);

const ID: ReflexRuleId = ReflexRuleId {
    standing: StandingId(Digest([9; 32])),
    number: 4,
};

fn ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (0..4u8, 1..4u8).prop_map(|(net, host)| IpAddr::from([203, 0, net, host]));
    let v6 = (0..4u16, 1..4u16)
        .prop_map(|(net, host)| IpAddr::from([0x2001, 0xdb8, net, 0, 0, 0, 0, host]));
    let special = prop_oneof![
        Just("0.0.0.0"),
        Just("::"),
        Just("fe80::1"),
        Just("169.254.0.1")
    ];
    prop_oneof![4 => v4, 4 => v6, 1 => special.prop_map(|ip| ip.parse().unwrap())]
}

fn packet() -> impl Strategy<Value = Packet> {
    let same_family = (ip(), ip()).prop_filter("one family", |(a, b)| a.is_ipv4() == b.is_ipv4());
    let protocol = prop_oneof![Just(1u8), Just(6), Just(17), Just(47)];
    let access = prop_oneof![Just("ppp7"), Just("ppp70")];
    (
        same_family,
        protocol,
        (1..4u16, 1..4u16),
        access,
        any::<bool>(),
    )
        .prop_map(
            |((source, target), protocol, ports, access, above)| Packet {
                source,
                target,
                protocol,
                ports,
                access,
                above,
            },
        )
}

fn line() -> impl Strategy<Value = Subscriber> {
    ip().prop_map(|ip| Subscriber::new(Subscriber::new(ip).prefix().addr()))
}

fn rule() -> impl Strategy<Value = ReflexRule> {
    let service = prop_oneof![
        Just((0, 0)),
        Just((47, 0)),
        Just((6, 0)),
        Just((6, 2)),
        Just((17, 2))
    ];
    let limit = (line(), ip(), service.clone(), 1..5_000u32)
        .prop_filter("one family", |(line, ip, ..)| {
            line.reveal().is_ipv4() == ip.is_ipv4()
        })
        .prop_map(|(line, ip, (protocol, port), packets)| ReflexRule::Limit {
            line,
            victim: Endpoint { ip, port, protocol },
            packets,
        });
    let drop = (ip(), 0..9u8, service).prop_map(|(ip, wider, (protocol, port))| {
        let bits = if ip.is_ipv4() {
            32 - wider
        } else {
            128 - 10 * wider
        };
        let prefix = ipnet::IpNet::new(ip, bits).unwrap().trunc();
        ReflexRule::Drop {
            to: issei_model::Destination {
                prefix,
                protocol,
                port,
            },
        }
    });
    prop_oneof![
        limit,
        line().prop_map(|line| ReflexRule::DropForged { line }),
        drop
    ]
}

/// Says, without any table, whether a rule drops a packet.
fn is_dropped(rule: &ReflexRule, packet: &Packet) -> bool {
    let is_service = |protocol: u8, port: u16| {
        (protocol == 0 || protocol == packet.protocol) && (port == 0 || port == packet.ports.1)
    };
    match rule {
        ReflexRule::Limit { line, victim, .. } => {
            let own = line.prefix().contains(&packet.source);
            own && packet.target == victim.ip
                && is_service(victim.protocol, victim.port)
                && packet.above
        }
        ReflexRule::DropForged { line } => {
            let same_family = line.reveal().is_ipv4() == packet.source.is_ipv4();
            let asks = match packet.source {
                IpAddr::V4(ip) => ip.is_unspecified(),
                IpAddr::V6(ip) => ip.is_unspecified() || ip.is_unicast_link_local(),
            };
            packet.access == "ppp7"
                && same_family
                && !asks
                && !line.prefix().contains(&packet.source)
        }
        ReflexRule::Drop { to } => {
            to.prefix.contains(&packet.target) && is_service(to.protocol, to.port)
        }
    }
}

fn access() -> Option<Access> {
    Some("ppp7".parse().unwrap())
}

proptest! {
    #[test]
    fn a_reflex_drops_what_it_names_while_it_lasts_and_reads_back(rule in rule(), packets in proptest::collection::vec(packet(), 1..30)) {
        let table = Table::of_reflex(ID, &rule, access(), NOW, ENDS).unwrap();
        let mut kernel = Kernel::default();
        let make = [Step::Make { table: table.clone(), met: 0 }];
        kernel.commit(&transaction(&make, NOW, TONGUE), NOW).unwrap();
        for packet in &packets {
            let at = |at: Timestamp| at.as_micros() as u64 * 1_000;
            prop_assert_eq!(kernel.drops(packet, at(NOW) + 600), is_dropped(&rule, packet), "{:?}", packet);
            prop_assert!(!kernel.drops(packet, at(ENDS)), "it has ended");
            prop_assert!(!kernel.drops(packet, at(NOW) - 600), "it has not begun");
        }
        let text = kernel.list(&table.name.to_string(), NOW).unwrap();
        let found = Found::heard(table.name, &text, TONGUE).unwrap();
        prop_assert_eq!(found.drift(&table, NOW), vec![]);
        let reflex = found.reflex().unwrap();
        prop_assert_eq!((reflex.id, reflex.rule, reflex.ends), (ID, rule, ENDS));
    }
}

#[test]
fn a_reflex_that_cannot_be_said_exactly_is_refused() {
    let line = Subscriber::new("198.51.100.9".parse().unwrap());
    let limit = |ip: &str, protocol, port, packets| ReflexRule::Limit {
        line,
        victim: Endpoint {
            ip: ip.parse().unwrap(),
            port,
            protocol,
        },
        packets,
    };
    let wide = |text: &str| ReflexRule::Drop {
        to: text.parse().unwrap(),
    };
    let refused = [
        limit("2001:db8::1", 0, 0, 10),
        limit("203.0.113.1", 47, 80, 10),
        limit("203.0.113.1", 0, 80, 10),
        limit("203.0.113.1", 6, 80, 0),
        limit("203.0.113.1", 6, 80, Passes::MOST + 1),
        wide("203.0.112.0/23"),
        wide("2001:db8::/47"),
    ];
    for rule in refused {
        assert!(
            Table::of_reflex(ID, &rule, access(), NOW, ENDS).is_err(),
            "{rule:?}"
        );
    }
    let forged = ReflexRule::DropForged { line };
    assert!(
        Table::of_reflex(ID, &forged, None, NOW, ENDS).is_err(),
        "by an unknown interface"
    );
}

#[test]
fn an_interface_is_never_a_pattern() {
    for name in ["", "ppp*", "a b", "0123456789abcdef", "a\"b", "é"] {
        assert!(name.parse::<Access>().is_err(), "{name}");
    }
    assert_eq!(
        "enp1s0.100".parse::<Access>().unwrap().as_str(),
        "enp1s0.100"
    );
}

fn cut(action: Action) -> Cut {
    Cut {
        order: OrderId(Digest([1; 32])),
        goals: vec!["192.0.2.7".parse().unwrap()],
        action,
        ends: ENDS,
        fires_at: Some(NOW),
    }
}

#[test]
fn an_action_of_a_resolver_and_an_inexact_limit_are_refused() {
    let actions = [
        Action::RefuseName,
        Action::Redirect,
        Action::RateLimit(0),
        Action::RateLimit(Passes::MOST + 1),
    ];
    for action in actions {
        let refused = Table::of(&cut(action));
        assert!(
            matches!(refused, Err(Refusal::NotExpressible { .. })),
            "{action:?}"
        );
    }
    assert!(Table::of(&cut(Action::RateLimit(Passes::MOST))).is_ok());
}

#[test]
fn what_is_staged_meets_no_packet_and_has_no_moment() {
    let staged = Table::staged(&cut(Action::Drop)).unwrap();
    assert_eq!(staged.cut, None);
    assert!(
        staged
            .to
            .iter()
            .chain(&staged.from)
            .all(|gate| gate.window.is_empty())
    );
    assert_eq!(
        staged.until().unwrap().up(),
        ENDS,
        "it knows its end before its beginning"
    );
    assert_eq!(staged.acts_from(), None);
}

#[test]
fn a_cut_that_would_begin_after_its_end_has_no_moment() {
    let late = Cut {
        fires_at: Some(ENDS + Span::from_secs(1)),
        ..cut(Action::Drop)
    };
    assert_eq!(Table::of(&late).unwrap().acts_from(), None);
}
