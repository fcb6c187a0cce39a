//! The committed object obeys the law: at any moment, by either clock, in the middle of any change.

use std::collections::BTreeSet;
use std::net::IpAddr;

use issei_enforce::Cut;
use issei_enforce::xdp::layout::{self, SLOT};
use issei_enforce::xdp::{Plan, Settings, Step};
use issei_model::{Action, Digest, Endpoint, Goal, OrderId, Span, Timestamp};

use super::elf;
use super::frames::{Dice, Frame, Load};
use super::machine::Machine;
use super::object::{self, OBJECT};

const MICRO: u64 = 1_000;
const SECOND: u64 = 1_000_000_000;

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn cut(number: u8, goals: &[&str], begins: Timestamp, ends: Timestamp) -> Cut {
    let goals: BTreeSet<Goal> = goals.iter().map(|goal| goal.parse().unwrap()).collect();
    Cut {
        order: order(number),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends,
        fires_at: Some(begins),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn udp(from: &str, to: &str) -> Vec<u8> {
    Frame::plain(ip(from), ip(to), Load::Ports(17, 4_000, 53)).bytes()
}

fn after(machine: &Machine, span: Span) -> Timestamp {
    machine.clocks.now() + span
}

fn put(machine: &mut Machine, cut: &Cut) {
    let clocks = machine.clocks;
    let plan = machine.table.put(cut, &clocks).unwrap();
    machine.carry_out(plan);
}

/// Tells which frames are dropped while these cuts stand.
fn law(cuts: &[Cut], frame: &Frame, now: Timestamp) -> bool {
    let meets = |goal: &Goal| matches!(goal, Goal::Service(goal) if frame.meets(goal));
    let mut acting = cuts.iter().filter(|cut| cut.acts_at(now));
    !frame.is_of_the_link() && acting.any(|cut| cut.goals.iter().any(meets))
}

fn pools() -> (Vec<IpAddr>, Vec<IpAddr>) {
    let v4 = [
        "198.51.100.1",
        "198.51.100.2",
        "198.51.100.3",
        "10.0.0.1",
        "224.0.0.5",
    ];
    // The last but one is no IPv4 address, whatever it looks like.
    let v6 = [
        "2001:db8::1",
        "2001:db8::2",
        "2001:db8:1::1",
        "c633:6401::",
        "ff02::5",
    ];
    (v4.map(ip).to_vec(), v6.map(ip).to_vec())
}

fn thrown(machine: &Machine, dice: &mut Dice, number: u8) -> Cut {
    let (v4, v6) = pools();
    let addresses = [&v4[..4], &v6[..4]].concat();
    let goals: BTreeSet<Goal> = (0..=dice.below(4))
        .map(|_| Goal::Service(thrown_goal(dice, &addresses)))
        .collect();
    let moments = [-10, -1, 0, 1, 10].map(|micros| after(machine, Span::from_micros(micros)));
    Cut {
        order: order(number),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: dice.of(&[moments[2], moments[3], moments[4], moments[4]]),
        fires_at: dice.of(&[
            None,
            Some(moments[0]),
            Some(moments[1]),
            Some(moments[2]),
            Some(moments[3]),
        ]),
    }
}

fn thrown_goal(dice: &mut Dice, addresses: &[IpAddr]) -> Endpoint {
    let ip = dice.of(addresses);
    if dice.one_in(3) {
        return Endpoint::host(ip);
    }
    Endpoint {
        ip,
        port: dice.of(&[23, 80, 53]),
        protocol: dice.of(&[6, 17]),
    }
}

#[test]
fn every_packet_is_judged_as_the_law_does() {
    let (v4, v6) = pools();
    let (mut dropped, mut passed) = (0, 0);
    for seed in 1..=300 {
        let mut dice = Dice(seed);
        let mut machine = Machine::new(64, seed);
        let cuts: Vec<Cut> = (1..=dice.below(6))
            .map(|n| thrown(&machine, &mut dice, n as u8))
            .collect();
        agree(&mut machine, &cuts);
        for _ in 0..40 {
            let frame = Frame::thrown(&mut dice, &v4, &v6);
            let wanted = law(&cuts, &frame, machine.clocks.now());
            assert_eq!(
                machine.drops(&frame.bytes()),
                wanted,
                "seed {seed}: {frame:?} under {cuts:?}"
            );
            *(if wanted { &mut dropped } else { &mut passed }) += 1;
        }
    }
    assert!(dropped > 1_000 && passed > 5_000, "{dropped} {passed}");
}

fn agree(machine: &mut Machine, cuts: &[Cut]) {
    let plan = agreement(machine, cuts);
    machine.carry_out(plan);
}

fn agreement(machine: &mut Machine, cuts: &[Cut]) -> Plan {
    let clocks = machine.clocks;
    let (plan, refused) = machine
        .table
        .agree(&cuts.iter().collect::<Vec<_>>(), &clocks);
    // The same goal for more orders than there is room for is refused; then the law must not know of it either.
    assert!(refused.is_empty(), "{refused:?}");
    plan
}

#[test]
fn an_order_begins_at_t_and_not_a_nanosecond_before_and_so_it_ends() {
    let mut machine = Machine::new(64, 1);
    let (begins, ends) = (
        after(&machine, Span::from_secs(5)),
        after(&machine, Span::from_secs(9)),
    );
    put(&mut machine, &cut(1, &["198.51.100.1"], begins, ends));
    let (frame, start) = (udp("192.0.2.1", "198.51.100.1"), machine.clocks);
    let mut at = |nanos: u64| {
        machine.clocks.wall = start.wall + nanos;
        machine.clocks.boot = start.boot + nanos;
        machine.drops(&frame)
    };
    assert!(!at(0) && !at(5 * SECOND - 1));
    assert!(at(5 * SECOND) && at(9 * SECOND - 1));
    assert!(!at(9 * SECOND) && !at(3_600 * SECOND));
}

#[test]
fn a_wall_clock_that_jumps_begins_nothing_early_and_prolongs_nothing() {
    let mut machine = Machine::new(64, 1);
    let (begins, ends) = (
        after(&machine, Span::from_secs(5)),
        after(&machine, Span::from_secs(9)),
    );
    put(&mut machine, &cut(1, &["198.51.100.1"], begins, ends));
    let (frame, start) = (udp("192.0.2.1", "198.51.100.1"), machine.clocks);
    let mut at = |wall: u64, boot: u64| {
        machine.clocks.wall = start.wall + wall * SECOND;
        machine.clocks.boot = start.boot + boot * SECOND;
        machine.drops(&frame)
    };
    assert!(at(6, 6));
    assert!(
        !at(6, 1),
        "ahead: not before the time that has really passed"
    );
    assert!(!at(6, 9), "back: not after it");
    assert!(!at(9, 6), "ahead: it ends by the clock on the wall");
    assert!(!at(1, 6), "back: it has not begun there");
}

#[test]
fn atomic_time_is_brought_back_to_the_clock_on_the_wall() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    put(
        &mut machine,
        &cut(1, &["198.51.100.1"], now, now + Span::from_secs(20)),
    );
    let frame = udp("192.0.2.1", "198.51.100.1");
    assert!(machine.drops(&frame));
    // Somebody tells the kernel of 37 leap seconds that it did not know: by the old lead all is over.
    machine.clocks.tai_lead += 37 * SECOND;
    assert!(!machine.drops(&frame));
    let settings = Settings {
        tai_lead: machine.clocks.tai_lead,
        ..machine.settings()
    };
    machine.set(settings);
    assert!(machine.drops(&frame));
}

#[test]
fn in_the_middle_of_a_change_packets_see_the_state_before_or_after() {
    let (v4, v6) = pools();
    let mut turned = 0;
    for seed in 1..=120 {
        let mut dice = Dice(seed);
        let mut machine = Machine::new(64, seed);
        let now = machine.clocks.now();
        let [before, later] = [(); 2].map(|()| {
            let number = dice.below(3) as u8;
            let cuts =
                (1..=1 + dice.below(3)).map(|n| thrown(&machine, &mut dice, number + n as u8));
            cuts.collect::<Vec<Cut>>()
        });
        agree(&mut machine, &before);
        let frames: Vec<Frame> = (0..30)
            .map(|_| Frame::thrown(&mut dice, &v4, &v6))
            .collect();
        let verdicts = |cuts: &[Cut]| {
            frames
                .iter()
                .map(|frame| law(cuts, frame, now))
                .collect::<Vec<_>>()
        };
        let (old, new) = (verdicts(&before), verdicts(&later));
        let mut has_turned = false;
        // An order of the same name may gain or lose goals, which is seen goal by goal; here it stays.
        if before
            .iter()
            .any(|cut| later.iter().any(|other| other.order == cut.order))
        {
            continue;
        }
        for step in agreement(&mut machine, &later).into_steps() {
            machine.step(&step);
            has_turned |= matches!(step, Step::Rows(_));
            let found: Vec<bool> = frames
                .iter()
                .map(|frame| machine.drops(&frame.bytes()))
                .collect();
            assert_eq!(
                &found,
                if has_turned { &new } else { &old },
                "seed {seed}: {step:?}"
            );
        }
        turned += usize::from(old != new);
    }
    assert!(turned > 20, "{turned}");
}

#[test]
fn a_write_that_is_seen_half_done_drops_nothing() {
    let mut machine = Machine::new(1_024, 3);
    let now = machine.clocks.now();
    let ends = now + Span::from_secs(60);
    // So many rows in force that a number of which half is written could be one of theirs.
    let others = (0..300u16).map(|n| {
        let mut other = cut(0, &[&format!("192.0.{}.{}", n >> 8, n & 255)], now, ends);
        other.order.0.0[..2].copy_from_slice(&n.to_be_bytes());
        other
    });
    let others: Vec<Cut> = others.collect();
    agree(&mut machine, &others);
    let mut staged = cut(
        9,
        &["10.1.2.3", "2001:db8::1:2:3", "198.51.100.7:80/tcp"],
        now,
        ends,
    );
    staged.fires_at = None;
    let with = [&others[..], &[staged]].concat();
    let mut torn = 0;
    for to in [&with, &others] {
        for step in agreement(&mut machine, to).into_steps() {
            if let Step::Goals(slots) = &step {
                torn += slots.len();
                slots.iter().for_each(|(place, slot)| {
                    tear(&mut machine, *place, &slot.to_bytes(), &others)
                });
            }
            machine.step(&step);
        }
    }
    assert!(torn >= 9, "{torn}");
}

/// Writes a place byte by byte, and looks each time at every address that may be read there now.
fn tear(machine: &mut Machine, place: u32, bytes: &[u8; SLOT], acting: &[Cut]) {
    let now = machine.clocks.now();
    for count in 1..=SLOT {
        machine.write("goals", place, &bytes[..count]);
        let shown = &machine.observed().goals[place as usize * SLOT..][..16];
        let v4: [u8; 4] = shown[..4].try_into().unwrap();
        let v6: [u8; 16] = shown.try_into().unwrap();
        for address in [IpAddr::from(v4), IpAddr::from(v6)] {
            let other = if address.is_ipv4() {
                ip("192.0.9.1")
            } else {
                ip("2001:db9::1")
            };
            let frame = Frame::plain(other, address, Load::Ports(6, 5, 80));
            let may = law(acting, &frame, now);
            assert!(
                may || !machine.drops(&frame.bytes()),
                "{address} after {count} bytes"
            );
        }
    }
}

#[test]
fn whatever_a_killed_process_left_is_read_as_before_or_after_and_taken_away() {
    for seed in 1..=60 {
        let mut dice = Dice(seed);
        let mut steps = usize::MAX;
        while steps > 0 {
            let mut dice = dice.clone();
            let mut machine = Machine::new(64, seed);
            let before: Vec<Cut> = (1..=2).map(|n| thrown(&machine, &mut dice, n)).collect();
            let after: Vec<Cut> = (3..=4).map(|n| thrown(&machine, &mut dice, n)).collect();
            agree(&mut machine, &before);
            let plan = agreement(&mut machine, &after).into_steps();
            steps = steps.min(plan.len()) - 1;
            plan[..steps].iter().for_each(|step| machine.step(step));
            let has_turned = plan[..steps]
                .iter()
                .any(|step| matches!(step, Step::Rows(_)));
            let (table, mend) = machine
                .observed()
                .into_table(machine.table.ours().to_vec())
                .unwrap();
            let held: BTreeSet<OrderId> = table.orders().map(|(_, row)| row.order).collect();
            let stands = if has_turned { &after } else { &before };
            assert_eq!(
                held,
                stands.iter().map(|cut| cut.order).collect(),
                "seed {seed}, {steps}"
            );
            machine.carry_out(mend);
            let (again, mend) = machine
                .observed()
                .into_table(machine.table.ours().to_vec())
                .unwrap();
            assert!(mend.is_empty(), "seed {seed}, {steps}: {mend:?}");
            assert_eq!(again, table);
        }
        dice.roll();
    }
}

#[test]
fn every_order_counts_every_packet_that_meets_it_once() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let ends = now + Span::from_secs(2);
    let ways = [
        "198.51.100.2",
        "198.51.100.2:53/udp",
        "198.51.100.1",
        "198.51.100.1:4000/udp",
    ];
    let frame = udp("198.51.100.1", "198.51.100.2");
    for (number, (one, other)) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
        .into_iter()
        .enumerate()
    {
        let cut = cut(number as u8, &[ways[one], ways[other]], now, ends);
        agree(&mut machine, std::slice::from_ref(&cut));
        assert!(machine.drops(&frame));
        let row = machine.table.row(cut.order).unwrap().0;
        assert_eq!(machine.tally(row).dropped, 1, "{one} and {other}");
    }
}

#[test]
fn an_order_tells_the_last_that_passed_and_the_first_that_was_dropped() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let (begins, ends) = (now + Span::from_secs(1), now + Span::from_secs(2));
    put(&mut machine, &cut(1, &["198.51.100.1"], begins, ends));
    put(&mut machine, &cut(2, &["198.51.100.1"], now, ends));
    let (frame, start) = (udp("198.51.100.1", "198.51.100.2"), machine.clocks);
    for millis in [0, 500, 1_000, 1_500, 2_000, 2_500] {
        machine.clocks.wall = start.wall + millis * 1_000 * MICRO;
        machine.clocks.boot = start.boot + millis * 1_000 * MICRO;
        machine.drops(&frame);
    }
    let at = |millis: i64| Some(now + Span::from_millis(millis));
    let tally = |number| machine.tally(machine.table.row(order(number)).unwrap().0);
    let first = tally(1);
    assert_eq!((first.dropped, first.passed), (2, 0));
    assert_eq!((first.last_early, first.first_drop), (at(500), at(1_000)));
    assert_eq!((first.last_drop, first.first_late), (at(1_500), at(2_000)));
    let second = tally(2);
    assert_eq!(
        (second.dropped, second.last_early, second.first_drop),
        (4, None, at(0))
    );
}

#[test]
fn counts_begin_anew_with_an_order() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let ends = now + Span::from_secs(1);
    put(&mut machine, &cut(1, &["198.51.100.1"], now, ends));
    assert!(machine.drops(&udp("192.0.2.1", "198.51.100.1")));
    let plan = machine.table.take(|_| true);
    machine.carry_out(plan);
    put(&mut machine, &cut(2, &["198.51.100.1"], now, ends));
    let number = machine.table.row(order(2)).unwrap().0;
    assert_eq!(machine.tally(number).dropped, 0);
}

#[test]
fn a_line_may_send_a_tenth_of_a_second_at_once_and_then_as_much_as_said() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let mut limited = cut(1, &["198.51.100.1"], now, now + Span::from_secs(1_000));
    limited.action = Action::RateLimit(100);
    put(&mut machine, &limited);
    let frames = [
        udp("192.0.2.1", "198.51.100.1"),
        udp("198.51.100.1", "192.0.2.2"),
    ];
    let mut passes = |frame: usize| (0..30).filter(|_| !machine.drops(&frames[frame])).count();
    assert_eq!([passes(0), passes(0), passes(1)], [10, 0, 10]);
    machine.clocks.boot += 10_000_000;
    assert!(!machine.drops(&frames[0]) && machine.drops(&frames[0]));
    machine.clocks.boot += 10 * SECOND;
    let passes = (0..30).filter(|_| !machine.drops(&frames[0])).count();
    assert_eq!(passes, 10, "what was not used is not saved up");
    let number = machine.table.row(order(1)).unwrap().0;
    let tally = machine.tally(number);
    assert_eq!((tally.passed, tally.dropped), (31, 91));
}

#[test]
fn a_line_is_an_address_or_the_first_half_of_one() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let mut limited = cut(
        1,
        &["2001:db8::1", "203.0.113.7"],
        now,
        now + Span::from_secs(1_000),
    );
    limited.action = Action::RateLimit(1);
    put(&mut machine, &limited);
    let mut passes = |from: &str, to: &str| !machine.drops(&udp(from, to));
    assert!(passes("2001:db9::1", "2001:db8::1") && !passes("2001:db9::2", "2001:db8::1"));
    assert!(passes("2001:db9:0:1::1", "2001:db8::1"), "another line");
    // 203.0.113.0/24 are lines of ours: there the limit is the goal's own, whoever speaks with it.
    assert!(passes("203.0.113.7", "192.0.2.1") && !passes("192.0.2.2", "203.0.113.7"));
}

#[test]
fn links_and_their_routing_are_never_cut() {
    let mut machine = Machine::new(64, 1);
    let now = machine.clocks.now();
    let ends = now + Span::from_secs(60);
    put(
        &mut machine,
        &cut(1, &["198.51.100.1", "2001:db8::1"], now, ends),
    );
    let spared = |to: &str, load, hops| {
        let from = if ip(to).is_ipv4() {
            "198.51.100.1"
        } else {
            "2001:db8::1"
        };
        let mut frame = Frame::plain(ip(from), ip(to), load);
        frame.hops = hops;
        frame
    };
    let (bgp, ospf) = (Load::Ports(6, 4_000, 179), Load::Other(89));
    let ours = [
        spared("192.0.2.1", bgp, 1),
        spared("192.0.2.1", bgp, 255),
        spared("224.0.0.5", ospf, 1),
        spared("ff02::5", ospf, 1),
        spared("2001:db8::2", Load::Control(135, 0), 255),
        spared("2001:db8::2", Load::Control(136, 0), 255),
    ];
    let theirs = [
        spared("192.0.2.1", bgp, 64),
        spared("192.0.2.1", Load::Ports(17, 4_000, 179), 1),
        spared("224.0.1.5", ospf, 1),
        spared("ff05::5", ospf, 1),
        spared("2001:db8::2", Load::Control(135, 0), 64),
        spared("2001:db8::2", Load::Control(128, 0), 255),
    ];
    assert!(ours.iter().all(|frame| !machine.drops(&frame.bytes())));
    assert_eq!(machine.spared(), 6);
    assert!(theirs.iter().all(|frame| machine.drops(&frame.bytes())));
}

#[test]
fn the_object_has_the_maps_that_the_loader_expects() {
    let mut wanted: Vec<&str> = object::maps(1, 1).iter().map(|map| map.name).collect();
    let mut found = elf::names(OBJECT);
    wanted.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, wanted);
    assert_eq!(
        layout::LAYOUT,
        1,
        "another layout needs another number in cut.c too"
    );
}
