use issei_model::{Digest, Timestamp};

use super::*;
use crate::{Fences, Refusal};

fn sentinel() -> Sentinel {
    let ours = ["198.51.100.0/24".parse().unwrap()];
    Sentinel::new("198.51.100.250".parse().unwrap(), &ours, &[]).unwrap()
}

fn cut(action: Action, goals: &[&str]) -> Cut {
    Cut {
        order: OrderId(Digest([7; 32])),
        goals: goals.iter().map(|goal| goal.parse().unwrap()).collect(),
        action,
        ends: Timestamp::from_secs(1_000),
        fires_at: None,
    }
}

#[test]
fn it_is_an_address_of_ones_own_that_carries_nothing() {
    let net = |text: &str| -> Vec<IpNet> { vec![text.parse().unwrap()] };
    let try_out = |ip: &str, ours: &str, control: &str| {
        Sentinel::new(ip.parse().unwrap(), &net(ours), &net(control))
    };
    let (ours, control) = ("198.51.100.0/24", "198.51.100.0/28");
    assert!(try_out("198.51.100.250", ours, control).is_ok());
    let others = try_out("203.0.113.7", ours, control);
    assert!(matches!(others, Err(Unfit::NotOurs(_))), "{others:?}");
    let carries = try_out("198.51.100.3", ours, control);
    assert!(
        matches!(carries, Err(Unfit::ControlPlane(..))),
        "{carries:?}"
    );
    let nobodys = try_out("127.0.0.1", "127.0.0.0/8", control);
    assert!(matches!(nobodys, Err(Unfit::Nobodys(_))), "{nobodys:?}");
}

#[test]
fn it_widens_a_cut_by_one_port_of_our_own_address_and_nothing_else() {
    let plain = cut(Action::Drop, &["192.0.2.7:23/tcp", "203.0.113.9"]);
    let with = sentinel().beside(&plain).unwrap();
    let more: Vec<&Goal> = with
        .goals
        .iter()
        .filter(|goal| !plain.goals.contains(goal))
        .collect();
    let port = Sentinel::port(plain.order);
    let only: Goal = format!("198.51.100.250:{port}/udp").parse().unwrap();
    assert_eq!(more, [&only]);
    assert!(plain.goals.iter().all(|goal| with.goals.contains(goal)));
    assert!(with.goals.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(
        Cut {
            goals: plain.goals.clone(),
            ..with
        },
        plain
    );
}

#[test]
fn each_order_has_its_port_among_few_and_none_that_routers_use() {
    let of = |first: u8| {
        let mut digest = [0; 32];
        digest[0] = first;
        Sentinel::port(OrderId(Digest(digest)))
    };
    let ports: std::collections::BTreeSet<u16> = (0..=255).map(of).collect();
    assert_eq!(ports.len(), Sentinel::PORTS.len());
    assert!(ports.iter().all(|port| Sentinel::PORTS.contains(port)));
    let fences = Fences {
        most_rules: 10,
        control_plane: Vec::new(),
    };
    let with = sentinel().beside(&cut(Action::Drop, &["192.0.2.7:23/tcp"]));
    assert_eq!(fences.check(&with.unwrap(), 0), Ok(()));
}

#[test]
fn a_limit_and_names_have_none_here() {
    assert_eq!(
        sentinel().beside(&cut(Action::RateLimit(10), &["192.0.2.7"])),
        None
    );
    assert_eq!(
        sentinel().beside(&cut(Action::RefuseName, &["c2.example"])),
        None
    );
}

#[test]
fn a_device_may_hold_exactly_the_order_and_its_sentinel() {
    let plain = cut(Action::Drop, &["192.0.2.7:23/tcp", "203.0.113.9"]);
    let (of, with) = (Some(sentinel()), sentinel().beside(&plain).unwrap());
    assert!(Sentinel::is_whole(of, &plain, &with.goals));
    assert!(Sentinel::is_whole(of, &plain, &plain.goals));
    // Without one here, a rule on its address is nobody's wish.
    assert!(!Sentinel::is_whole(None, &plain, &with.goals));
    assert!(!Sentinel::is_whole(of, &plain, &with.goals[1..]));
    let mut more = with.goals.clone();
    let port = Sentinel::port(plain.order);
    let beside = 65_280 + (port - 65_279) % 256;
    more.push(format!("198.51.100.250:{beside}/udp").parse().unwrap());
    more.sort();
    assert!(!Sentinel::is_whole(of, &plain, &more));
    let whole = vec![plain.goals[0].clone(), "198.51.100.250".parse().unwrap()];
    assert!(!Sentinel::is_whole(of, &plain, &whole));
}

#[test]
fn an_order_that_is_aimed_at_it_is_known() {
    let aimed = cut(Action::Drop, &["192.0.2.7:23/tcp", "198.51.100.250"]);
    assert_eq!(sentinel().aimed_at(&aimed.goals), Some(&aimed.goals[1]));
    let other = cut(Action::Drop, &["198.51.100.251", "c2.example"]);
    assert_eq!(sentinel().aimed_at(&other.goals), None);
}

#[test]
fn it_takes_a_place_of_its_own_on_a_device() {
    let fences = Fences {
        most_rules: 1,
        control_plane: Vec::new(),
    };
    let plain = cut(Action::Drop, &["192.0.2.7:23/tcp"]);
    assert_eq!(fences.check(&plain, 0), Ok(()));
    let with = sentinel().beside(&plain).unwrap();
    assert!(matches!(
        fences.check(&with, 0),
        Err(Refusal::NoRoom { .. })
    ));
}
