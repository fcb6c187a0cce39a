use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use issei_model::{Action, Digest, Endpoint, Goal, OrderId, ReflexRule, Subscriber, Timestamp};
use proptest::prelude::*;

use super::{Fence, Fences, Refusal};
use crate::Cut;

/// Ports on which routers speak, written down a second time.
const PORTS: [(u8, u16); 8] = [
    (6, 179),
    (6, 646),
    (17, 646),
    (17, 520),
    (17, 521),
    (17, 3784),
    (17, 3785),
    (17, 4784),
];

/// What no host can have, written down a second time, as prefixes.
const NOBODYS: [&str; 11] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "fe80::/10",
    "ff00::/8",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
];

const CONTROL: [&str; 4] = [
    "10.0.0.0/29",
    "192.0.2.254/32",
    "2001:db8:ffff::/48",
    "2001:db8::1/128",
];

fn net(text: &str) -> IpNet {
    text.parse().expect("a prefix")
}

fn fences() -> Fences {
    Fences {
        most_rules: 10,
        control_plane: CONTROL.map(net).to_vec(),
    }
}

/// Tells bit by bit whether an address lies in a prefix.
fn lies_in(ip: IpAddr, net: IpNet) -> bool {
    let bytes = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let (ip, of) = (bytes(ip), bytes(net.addr()));
    let differs = |bit: usize| (ip[bit / 8] ^ of[bit / 8]) >> (7 - bit % 8) & 1 == 1;
    ip.len() == of.len() && !(0..usize::from(net.prefix_len())).any(differs)
}

/// Says slowly what may be wrong with a goal.
fn wrong(goal: &Goal) -> [bool; 3] {
    let Goal::Service(Endpoint { ip, port, protocol }) = *goal else {
        return [false; 3];
    };
    let among = |nets: &[&str]| nets.iter().any(|text| lies_in(ip, net(text)));
    [
        among(&NOBODYS),
        PORTS.contains(&(protocol, port)),
        among(&CONTROL),
    ]
}

fn agrees(goal: &Goal, said: &Result<(), Refusal>) -> bool {
    let [nobodys, port, control] = wrong(goal);
    match said {
        Ok(()) => !nobodys && !port && !control,
        Err(Refusal::NobodysAddress(of)) => of == goal && nobodys,
        Err(Refusal::RoutingPort(of)) => of == goal && port,
        Err(Refusal::ControlPlane(of, net)) => {
            of == goal
                && control
                && fences().control_plane.contains(net)
                && goal.ip().is_some_and(|ip| lies_in(ip, *net))
        }
        Err(_) => false,
    }
}

fn cut(goals: Vec<Goal>) -> Cut {
    Cut {
        order: OrderId(Digest([0; 32])),
        goals,
        action: Action::Drop,
        ends: Timestamp::from_secs(1),
        fires_at: None,
    }
}

fn one(goal: &Goal) -> Result<(), Refusal> {
    fences().check(&cut(vec![goal.clone()]), 0)
}

/// Addresses on both sides of every edge of the prefixes that matter.
fn edges() -> Vec<IpAddr> {
    let nets = NOBODYS.iter().chain(&CONTROL).map(|text| net(text));
    nets.flat_map(|net| match net {
        IpNet::V4(net) => {
            let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
            let around = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
            around.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
        }
        IpNet::V6(net) => {
            let (first, last) = (net.network().to_bits(), net.broadcast().to_bits());
            let around = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
            around.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
    })
    .collect()
}

fn service(ip: IpAddr, protocol: u8, port: u16) -> Goal {
    Goal::Service(Endpoint { ip, port, protocol })
}

#[test]
fn at_every_edge_of_every_prefix_the_fences_agree_with_counting_bits() {
    let ports = PORTS.into_iter().chain([(0, 0), (6, 23), (17, 179)]);
    let ports: Vec<(u8, u16)> = ports.collect();
    for ip in edges() {
        for &(protocol, port) in &ports {
            let goal = service(ip, protocol, port);
            let said = one(&goal);
            assert!(agrees(&goal, &said), "{goal}: {said:?}");
        }
    }
}

#[test]
fn every_first_octet_of_ipv4_and_every_first_word_of_ipv6_is_judged_alike() {
    for octet in 0..=255 {
        let goal = service(IpAddr::from([octet, 1, 2, 3]), 6, 23);
        assert!(agrees(&goal, &one(&goal)), "{goal}");
    }
    for word in 0..=0xffff {
        let goal = service(IpAddr::from([word, 0, 0, 0, 0, 0, 0, 9]), 6, 23);
        assert!(agrees(&goal, &one(&goal)), "{goal}");
    }
}

#[test]
fn every_port_is_judged_alike() {
    for protocol in [0, 6, 17, 132] {
        for port in 0..=u16::MAX {
            let goal = service(IpAddr::from([198, 51, 100, 1]), protocol, port);
            let refused = PORTS.contains(&(protocol, port));
            assert_eq!(one(&goal).is_err(), refused, "{goal}");
        }
    }
}

#[test]
fn a_name_meets_no_fence_but_the_room() {
    let name: Goal = "c2.example".parse().unwrap();
    assert_eq!(one(&name), Ok(()));
    let full = fences().check(&cut(vec![name]), 10);
    assert_eq!(
        full,
        Err(Refusal::NoRoom {
            wanted: 11,
            room: 10
        })
    );
}

#[test]
fn a_number_that_overflows_has_no_room() {
    let goals = vec![service(IpAddr::from([198, 51, 100, 1]), 6, 23)];
    let said = fences().check(&cut(goals), usize::MAX);
    assert!(matches!(said, Err(Refusal::NoRoom { .. })));
}

fn drop_to(text: &str) -> ReflexRule {
    let to = text.parse().unwrap();
    ReflexRule::Drop { to }
}

fn limit(line: &str, victim: &str) -> ReflexRule {
    let Goal::Service(victim) = victim.parse().unwrap() else {
        panic!("an address")
    };
    ReflexRule::Limit {
        line: Subscriber::new(line.parse().unwrap()),
        victim,
        packets: 100,
    }
}

/// What a reflex meets, and whether it is said of a place or of the line.
fn meets(rule: &ReflexRule) -> Option<(Fence, bool)> {
    match fences().check_reflex(rule) {
        Ok(()) => None,
        Err(Refusal::Reflex { to, meets }) => Some((meets, to.is_some())),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_reflex_drops_nothing_of_the_control_plane_nor_of_nobody() {
    let control = |text| Some((Fence::ControlPlane(net(text)), true));
    assert_eq!(meets(&drop_to("198.51.100.0/24")), None);
    // Wider than what it meets, and narrower.
    assert_eq!(meets(&drop_to("192.0.2.0/24")), control("192.0.2.254/32"));
    assert_eq!(meets(&drop_to("10.0.0.1")), control("10.0.0.0/29"));
    assert_eq!(meets(&drop_to("2001:db8::/48")), control("2001:db8::1/128"));
    let nobodys = Some((Fence::NobodysAddress, true));
    for text in NOBODYS {
        let inside = net(text).hosts().nth(1).unwrap();
        assert_eq!(meets(&drop_to(&inside.to_string())), nobodys, "{text}");
    }
    let bgp = drop_to("198.51.100.0/24:179/tcp");
    assert_eq!(meets(&bgp), Some((Fence::RoutingPort, true)));
}

#[test]
fn a_reflex_limits_no_line_of_the_control_plane_and_nobody_on_the_way_to_it() {
    assert_eq!(meets(&limit("198.51.100.7", "203.0.113.9:80/udp")), None);
    let line = limit("10.0.0.3", "203.0.113.9:80/udp");
    let met = Fence::ControlPlane(net("10.0.0.0/29"));
    assert_eq!(meets(&line), Some((met, false)));
    let said = fences().check_reflex(&line).unwrap_err().to_string();
    assert!(!said.contains("10.0.0.3"), "no line is named: {said}");
    let to = limit("198.51.100.7", "10.0.0.3:80/udp");
    assert_eq!(meets(&to), Some((met, true)));
    let line = Subscriber::new("169.254.1.7".parse().unwrap());
    let forged = ReflexRule::DropForged { line };
    assert_eq!(meets(&forged), Some((Fence::NobodysAddress, false)));
}

fn ip() -> impl Strategy<Value = IpAddr> {
    let near = prop::sample::select(edges());
    let v4 = any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
    let v6 = any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
    prop_oneof![near, v4, v6]
}

fn goal() -> impl Strategy<Value = Goal> {
    let known = prop::sample::select(PORTS.to_vec());
    let any_port = (any::<u8>(), any::<u16>());
    (ip(), prop_oneof![Just((0, 0)), known, any_port])
        .prop_map(|(ip, (protocol, port))| service(ip, protocol, port))
}

proptest! {
    #[test]
    fn one_goal_is_refused_exactly_if_counting_says_so(goal in goal()) {
        let said = one(&goal);
        prop_assert!(agrees(&goal, &said), "{}: {:?}", goal, said);
    }

    #[test]
    fn a_cut_is_let_through_exactly_if_each_goal_is_and_there_is_room(goals in proptest::collection::vec(goal(), 0..6), others in 0..12usize) {
        let said = fences().check(&cut(goals.clone()), others);
        let first = goals.iter().find(|goal| wrong(goal).contains(&true));
        match first {
            Some(first) => prop_assert!(said.is_err() && agrees(first, &said)),
            None if goals.len() + others > 10 => {
                prop_assert_eq!(said, Err(Refusal::NoRoom { wanted: goals.len() + others, room: 10 }));
            }
            None => prop_assert_eq!(said, Ok(())),
        }
    }
}
