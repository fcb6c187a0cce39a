use std::collections::BTreeSet;

use issei_model::{Action, Digest};

use super::super::means::Stops;
use super::*;
use crate::Refusal;

const MEANS: Means = Means {
    stops: Stops::BothWays,
    ipv6: true,
};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn table_of(means: &[Means]) -> Table {
    let fences = Fences {
        most_rules: 3,
        control_plane: vec!["192.0.2.254/32".parse().unwrap()],
    };
    Table::new(fences, means.to_vec())
}

fn table() -> Table {
    table_of(&[MEANS])
}

fn cut(number: u8, goals: &[&str], begins: Option<i64>, ends: i64) -> Cut {
    Cut {
        order: order(number),
        goals: goals.iter().map(|goal| goal.parse().unwrap()).collect(),
        action: Action::Drop,
        ends: at(ends),
        fires_at: begins.map(at),
    }
}

/// A bouncer that has read everything up to a moment.
fn reads(follower: &mut Follower, table: &Table, now: i64) {
    let given = follower.ask(at(now), &table.stands(at(now)));
    follower.took(given.number);
}

fn follower(means: Means) -> Follower {
    Follower::new(means, &BTreeSet::new())
}

#[test]
fn what_is_staged_stands_nowhere_and_what_is_armed_stands_from_t_to_its_end() {
    let mut table = table();
    table
        .stage(at(0), &cut(1, &["192.0.2.7"], Some(1), 9_000))
        .unwrap();
    assert!(table.stands(at(5)).is_empty());
    assert_eq!(table.seen(at(5), &[])[0].standing, Standing::Staged);
    table
        .arm(at(5), &cut(1, &["192.0.2.7"], Some(100), 9_000))
        .unwrap();
    assert!(table.stands(at(99)).is_empty());
    assert_eq!(table.next_change(at(99)), Some(at(100)));
    assert_eq!(table.stands(at(100))[&ip("192.0.2.7")].ends, at(9_000));
    let last = Timestamp::from_micros(8_000_001);
    assert_eq!(table.next_change(at(100)), Some(last));
    assert!(!table.stands(at(8_000)).is_empty());
    assert!(table.stands(last).is_empty());
}

#[test]
fn an_armed_order_is_not_staged_again_and_one_that_acts_is_not_moved() {
    let mut table = table();
    let armed = cut(1, &["192.0.2.7"], Some(100), 9_000);
    table.arm(at(0), &armed).unwrap();
    table
        .stage(at(1), &cut(1, &["192.0.2.7"], None, 9_000))
        .unwrap();
    assert_eq!(table.next_change(at(1)), Some(at(100)));
    table
        .arm(at(200), &cut(1, &["192.0.2.7"], Some(5_000), 9_000))
        .unwrap();
    assert!(!table.stands(at(200)).is_empty());
}

#[test]
fn an_address_of_two_orders_stands_until_the_later_end() {
    let mut table = table();
    table
        .arm(at(0), &cut(1, &["192.0.2.7"], Some(0), 9_000))
        .unwrap();
    table
        .arm(at(0), &cut(2, &["192.0.2.7"], Some(0), 20_000))
        .unwrap();
    let stands = table.stands(at(1));
    assert_eq!(stands[&ip("192.0.2.7")].order, order(2));
    table.lift(at(2), order(2));
    assert_eq!(table.stands(at(3))[&ip("192.0.2.7")].ends, at(9_000));
    table.lift(at(4), order(1));
    assert!(table.stands(at(5)).is_empty());
}

#[test]
fn a_cut_that_may_not_be_is_not_taken() {
    let mut table = table();
    let mut refused = |cut: &Cut| match table.arm(at(0), cut) {
        Err(NotTaken::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let control = refused(&cut(1, &["192.0.2.254"], Some(0), 9_000));
    assert!(matches!(control, Refusal::ControlPlane(..)));
    let service = refused(&cut(1, &["192.0.2.7:23/tcp"], Some(0), 9_000));
    assert!(matches!(service, Refusal::NotExpressible { .. }));
    let four = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    let room = refused(&cut(1, &four, Some(0), 9_000));
    assert_eq!(room, Refusal::NoRoom { wanted: 4, room: 3 });
    assert!(table.seen(at(0), &[]).is_empty());
}

#[test]
fn there_is_room_for_so_many_rules_over_all_orders() {
    let mut table = table();
    table
        .stage(at(0), &cut(1, &["192.0.2.1", "192.0.2.2"], None, 9_000))
        .unwrap();
    table
        .stage(at(0), &cut(1, &["192.0.2.1", "192.0.2.2"], None, 9_000))
        .unwrap();
    let room = Refusal::NoRoom { wanted: 4, room: 3 };
    let second = cut(2, &["192.0.2.3", "192.0.2.4"], None, 9_000);
    assert_eq!(table.stage(at(0), &second), Err(NotTaken::Refused(room)));
    // The first has ended.
    assert_eq!(
        table.stage(
            at(9_000),
            &cut(2, &["192.0.2.3", "192.0.2.4"], None, 10_000)
        ),
        Ok(())
    );
}

#[test]
fn what_has_ended_or_would_end_before_it_begins_is_not_taken() {
    let mut table = table();
    let ended = Err(NotTaken::Ended(order(1)));
    assert_eq!(
        table.arm(at(10), &cut(1, &["192.0.2.7"], Some(0), 10)),
        ended
    );
    assert_eq!(
        table.arm(at(0), &cut(1, &["192.0.2.7"], Some(10), 10)),
        ended
    );
    assert_eq!(
        table.stage(at(10), &cut(1, &["192.0.2.7"], None, 10)),
        ended
    );
}

#[test]
fn in_force_is_said_when_the_last_that_carries_it_has_read_all_of_it() {
    let beside = Means {
        stops: Stops::FromOnly,
        ipv6: true,
    };
    let mut table = table_of(&[MEANS, MEANS, beside]);
    let armed = cut(1, &["192.0.2.7", "192.0.2.8"], Some(100), 9_000);
    table.arm(at(0), &armed).unwrap();
    let (mut one, mut other) = (follower(MEANS), follower(MEANS));
    let idle = follower(beside);
    reads(&mut one, &table, 100);
    let seen = table.seen(at(101), &[&one, &other, &idle]);
    assert_eq!(seen[0].standing, Standing::Armed(at(100)));
    reads(&mut other, &table, 150);
    let seen = table.seen(at(151), &[&one, &other, &idle]);
    assert_eq!(seen[0].standing, Standing::Active(at(150)));
    assert_eq!(seen[0].goals, armed.goals);
    assert_eq!(seen[0].ends, Some(at(9_000)));
}

#[test]
fn an_order_of_which_a_bouncer_lacks_an_address_is_not_whole() {
    let mut table = table();
    table
        .arm(at(0), &cut(1, &["192.0.2.7"], Some(0), 9_000))
        .unwrap();
    let mut one = follower(MEANS);
    reads(&mut one, &table, 1);
    table.lift(at(2), order(1));
    table
        .arm(at(2), &cut(2, &["192.0.2.7", "192.0.2.8"], Some(0), 9_000))
        .unwrap();
    let seen = table.seen(at(3), &[&one]);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].goals, ["192.0.2.7".parse().unwrap()]);
}

#[test]
fn an_order_that_went_is_told_while_somebody_may_hold_it_and_then_no_more() {
    let beside = Means {
        stops: Stops::FromOnly,
        ipv6: true,
    };
    let mut table = table_of(&[MEANS, beside]);
    table
        .arm(at(0), &cut(1, &["192.0.2.7"], Some(0), 9_000))
        .unwrap();
    let (mut one, mut other) = (follower(MEANS), follower(beside));
    reads(&mut one, &table, 1);
    reads(&mut other, &table, 1);
    table.lift(at(2), order(1));
    reads(&mut one, &table, 3);
    let seen = table.seen(at(4), &[&one, &other]);
    assert_eq!(seen[0].order, order(1));
    assert_eq!(seen[0].standing, Standing::Active(at(0)));
    reads(&mut other, &table, 5);
    assert!(table.seen(at(6), &[&one, &other]).is_empty());
}

#[test]
fn an_order_that_ended_is_told_no_more() {
    let mut table = table();
    table
        .arm(at(0), &cut(1, &["192.0.2.7"], Some(0), 9_000))
        .unwrap();
    let mut one = follower(MEANS);
    reads(&mut one, &table, 1);
    assert_eq!(table.seen(at(8_999), &[&one]).len(), 1);
    assert!(table.seen(at(9_000), &[&one]).is_empty());
}

#[test]
fn orders_that_went_are_remembered_within_a_bound() {
    let mut table = table();
    for number in 0..MOST_RELEASED + 5 {
        let mut one = cut(1, &["192.0.2.7"], Some(0), 9_000);
        one.order.0.0[..8].copy_from_slice(&number.to_be_bytes());
        table.arm(at(0), &one).unwrap();
        table.lift(at(1), one.order);
    }
    assert_eq!(table.released.len(), MOST_RELEASED);
    assert_eq!(table.forgotten(), 5);
    assert_eq!(table.lift_all(at(1)), 0);
}
