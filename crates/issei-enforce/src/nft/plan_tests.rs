use std::net::IpAddr;

use issei_model::{Action, Digest, Endpoint, Goal, OrderId, Span, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::super::imitation::{Kernel, Packet};
use super::super::moment::Tongue;
use super::super::say::transaction;
use super::super::{Drift, Found, Name, Table};
use super::{Plan, Step, plan};
use crate::{Cut, Standing};

/// How nft 1.0.6 speaks on any machine that the tests run on.
const TONGUE: Tongue = Tongue::ALL[0];
const NOW: Timestamp = Timestamp::from_micros(1_795_724_061_108_689);

fn after(seconds: i64) -> Timestamp {
    NOW + Span::from_secs(seconds)
}

fn heard(kernel: &Kernel, name: Name) -> Option<Found> {
    let text = kernel.list(&name.to_string(), NOW)?;
    Some(Found::heard(name, &text, TONGUE).expect("a listing"))
}

fn carry_out(kernel: &mut Kernel, steps: &[Step]) {
    let said = transaction(steps, NOW, TONGUE);
    kernel
        .commit(&said, NOW)
        .expect("a transaction that the kernel takes");
}

fn reach(kernel: &mut Kernel, wanted: &Table) -> Plan {
    let plan = plan(Some(wanted), heard(kernel, wanted.name).as_ref(), NOW);
    carry_out(kernel, &plan.steps);
    plan
}

/// A few addresses, so that goals and packets meet often.
fn ip() -> impl Strategy<Value = IpAddr> {
    let v4 = (1..5u8).prop_map(|host| IpAddr::from([192, 0, 2, host]));
    let v6 = (1..5u16).prop_map(|host| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, host]));
    prop_oneof![v4, v6]
}

fn goal() -> impl Strategy<Value = Goal> {
    let service = (ip(), 1..4u16, prop_oneof![Just(6u8), Just(17)]);
    let service = service.prop_map(|(ip, port, protocol)| Endpoint { ip, port, protocol });
    prop_oneof![ip().prop_map(Endpoint::host), service].prop_map(Goal::Service)
}

fn cut() -> impl Strategy<Value = Cut> {
    let goals = proptest::collection::btree_set(goal(), 0..6);
    let action = prop_oneof![
        Just(Action::Drop),
        (1..2_000u32).prop_map(Action::RateLimit)
    ];
    let fires = proptest::option::of(-50..50i64);
    (goals, action, fires, 51..100i64).prop_map(|(goals, action, fires, ends)| Cut {
        order: OrderId(Digest([7; 32])),
        goals: goals.into_iter().collect(),
        action,
        ends: after(ends),
        fires_at: fires.map(after),
    })
}

/// A cut that acts now.
fn acting() -> impl Strategy<Value = Cut> {
    (cut(), 1..50i64).prop_map(|(cut, ago)| Cut {
        fires_at: Some(after(-ago)),
        ..cut
    })
}

fn packet() -> impl Strategy<Value = Packet> {
    let same_family = (ip(), ip()).prop_filter("one family", |(a, b)| a.is_ipv4() == b.is_ipv4());
    let protocol = prop_oneof![Just(1u8), Just(6), Just(17)];
    let ports = (1..4u16, 1..4u16);
    (same_family, protocol, ports, any::<bool>()).prop_map(
        |((source, target), protocol, ports, above)| Packet {
            source,
            target,
            protocol,
            ports,
            access: "ppp0",
            above,
        },
    )
}

/// Says, without any set or rule, whether a packet goes to or comes from a goal.
fn is_meant(cut: &Cut, packet: &Packet) -> bool {
    let (from, to) = packet.ports;
    cut.goals.iter().any(|goal| {
        let Goal::Service(goal) = goal else {
            return false;
        };
        let is = |ip, port| {
            goal.ip == ip
                && (goal.protocol == 0 || goal.protocol == packet.protocol && goal.port == port)
        };
        is(packet.target, to) || is(packet.source, from)
    })
}

fn acts(cut: &Cut, at: u64) -> bool {
    let nanoseconds = |at: Timestamp| at.as_micros() as u64 * 1_000;
    let begins = cut.fires_at.is_some_and(|fires| nanoseconds(fires) <= at);
    begins && at < nanoseconds(cut.ends)
}

proptest! {
    #[test]
    fn a_plan_reaches_what_is_wanted_and_then_has_nothing_to_do(home in proptest::option::of(cut()), wanted in cut()) {
        let mut kernel = Kernel::default();
        if let Some(home) = &home {
            reach(&mut kernel, &Table::of(home).unwrap());
        }
        let wanted = Table::of(&wanted).unwrap();
        reach(&mut kernel, &wanted);
        let found = heard(&kernel, wanted.name).unwrap();
        prop_assert_eq!(&found.table, &wanted);
        prop_assert_eq!(found.drift(&wanted, NOW), vec![]);
        prop_assert_eq!(plan(Some(&wanted), Some(&found), NOW), Plan::default());
    }

    #[test]
    fn undoing_a_plan_returns_home(home in proptest::option::of(cut()), wanted in proptest::option::of(cut())) {
        let mut kernel = Kernel::default();
        let name = Name::Order(OrderId(Digest([7; 32])));
        if let Some(home) = &home {
            reach(&mut kernel, &Table::of(home).unwrap());
        }
        let before = heard(&kernel, name);
        let wanted = wanted.map(|wanted| Table::of(&wanted).unwrap());
        let there = plan(wanted.as_ref(), before.as_ref(), NOW);
        carry_out(&mut kernel, &there.steps);
        carry_out(&mut kernel, &there.undo);
        prop_assert_eq!(heard(&kernel, name), before);
    }

    #[test]
    fn staging_and_then_arming_equals_arming_at_once(cut in cut()) {
        let (mut slow, mut fast) = (Kernel::default(), Kernel::default());
        let armed = Table::of(&cut).unwrap();
        reach(&mut slow, &Table::staged(&cut).unwrap());
        reach(&mut slow, &armed);
        reach(&mut fast, &armed);
        prop_assert_eq!(heard(&slow, armed.name), heard(&fast, armed.name));
    }

    #[test]
    fn packets_are_dropped_within_the_time_and_only_to_and_from_goals(
        cut in cut(), packet in packet(), offset in -60_000_000_000..120_000_000_000i64,
    ) {
        let mut kernel = Kernel::default();
        reach(&mut kernel, &Table::of(&cut).unwrap());
        let at = (NOW.as_micros() * 1_000 + offset) as u64;
        let is_limited = matches!(cut.action, Action::RateLimit(_));
        let meant = acts(&cut, at) && is_meant(&cut, &packet) && (packet.above || !is_limited);
        // Half a microsecond at both ends is the grid's.
        let edges = [cut.fires_at, Some(cut.ends)].into_iter().flatten();
        let at_edge = edges.into_iter().any(|edge| (edge.as_micros() as u64 * 1_000).abs_diff(at) < 512);
        prop_assert!(kernel.drops(&packet, at) == meant || at_edge);
    }

    #[test]
    fn the_first_drop_and_the_last_pass_are_noted(cut in acting(), pauses in proptest::collection::vec(1..3_000_000_000u64, 1..40)) {
        let cut = Cut { action: Action::Drop, ..cut };
        let Some(Goal::Service(goal)) = cut.goals.first() else { return Ok(()) };
        let other = if goal.ip.is_ipv4() { IpAddr::from([198, 51, 100, 1]) } else { IpAddr::from([0x2001, 0xdb8, 1, 0, 0, 0, 0, 1]) };
        let packet = Packet { source: other, target: goal.ip, protocol: goal.protocol.max(1), ports: (9, goal.port), access: "ppp0", above: true };
        let mut kernel = Kernel::default();
        let table = Table::of(&cut).unwrap();
        reach(&mut kernel, &table);
        let begins = table.acts_from().unwrap().0;
        let mut at = begins - 10_000_000_000;
        let (mut first, mut last) = (None, None);
        for pause in pauses {
            at += pause;
            if kernel.drops(&packet, at) {
                first = first.or(Some(at));
            } else if at < begins {
                last = Some(at);
            }
        }
        let found = heard(&kernel, table.name).unwrap();
        let micros = |at: u64| Timestamp::from_micros((at / 1_000) as i64);
        prop_assert_eq!(found.first, first.map(micros));
        let last = last.filter(|last| begins - last < 2_000_000_000);
        prop_assert_eq!(found.last, last.map(|last| micros(last >> 20 << 20)));
    }
}

/// What somebody else may do to a table of ours.
#[derive(Clone, Debug)]
enum Harm {
    RuleGone(usize),
    RuleFirst(&'static str),
    OtherTime(usize),
    ChainGone(usize),
    ElementGone(usize),
    ElementAdded,
    ElementForever,
    SetEmptied(usize),
    CounterGone,
    Asleep,
    SetAdded,
    SetOfOther,
    HookedElsewhere(usize),
    HookAdded,
}

fn harm() -> impl Strategy<Value = Harm> {
    let chain = prop_oneof![
        Just("cut"),
        Just("to"),
        Just("from"),
        Just("gone"),
        Just("before")
    ];
    prop_oneof![
        (0..20usize).prop_map(Harm::RuleGone),
        chain.prop_map(Harm::RuleFirst),
        (0..20usize).prop_map(Harm::OtherTime),
        (0..5usize).prop_map(Harm::ChainGone),
        (0..20usize).prop_map(Harm::ElementGone),
        Just(Harm::ElementAdded),
        Just(Harm::ElementForever),
        (0..4usize).prop_map(Harm::SetEmptied),
        Just(Harm::CounterGone),
        Just(Harm::Asleep),
        Just(Harm::SetAdded),
        Just(Harm::SetOfOther),
        (0..4usize).prop_map(Harm::HookedElsewhere),
        Just(Harm::HookAdded),
    ]
}

/// Does the harm, and says whether there was anything to harm.
fn hurt(kernel: &mut Kernel, name: Name, harm: &Harm) -> bool {
    let table = kernel.tables.get_mut(&name.to_string()).expect("the table");
    let goals: Vec<String> = table
        .sets
        .keys()
        .filter(|set| !set.starts_with("lines"))
        .cloned()
        .collect();
    match harm {
        Harm::RuleGone(at) => {
            let rule = at % table.rules.len();
            table.rules.remove(rule);
        }
        Harm::RuleFirst(chain) => {
            if !table.chains.iter().any(|(name, _)| name == chain) {
                return false;
            }
            table
                .rules
                .insert(0, ((*chain).into(), 9_999, vec![json!({"accept": null})]));
        }
        Harm::OtherTime(at) => {
            let times = |rule: &(String, u64, Vec<serde_json::Value>)| {
                rule.2[0]["match"]["left"]["meta"]["key"] == "time"
            };
            let mut timed: Vec<_> = table.rules.iter_mut().filter(|rule| times(rule)).collect();
            if timed.is_empty() {
                return false;
            }
            let chosen = at % timed.len();
            let time = &mut timed[chosen].2[0]["match"]["right"];
            *time = json!(time.as_u64().unwrap() ^ 1 << 20);
        }
        Harm::ChainGone(at) => {
            let chain = table.chains.remove(at % table.chains.len()).0;
            table.rules.retain(|(of, ..)| *of != chain);
        }
        Harm::ElementGone(at) => {
            let Some(set) = goals.get(at % goals.len().max(1)) else {
                return false;
            };
            table.sets.get_mut(set).unwrap().elements.pop();
        }
        Harm::ElementAdded => {
            let Some(set) = table.sets.get_mut("hosts4") else {
                return false;
            };
            set.elements.push((json!("203.0.113.99"), after(80)));
        }
        Harm::ElementForever => {
            let Some(set) = goals.first() else {
                return false;
            };
            for (_, dies) in &mut table.sets.get_mut(set).unwrap().elements {
                *dies = after(1_000_000);
            }
        }
        Harm::SetEmptied(at) => {
            let Some(set) = goals.get(at % goals.len().max(1)) else {
                return false;
            };
            table.sets.get_mut(set).unwrap().elements.clear();
        }
        Harm::CounterGone => table.counters.clear(),
        Harm::Asleep => table.asleep = true,
        Harm::SetOfOther => {
            let Some(set) = goals.first() else {
                return false;
            };
            table.sets.get_mut(set).unwrap().of = json!("mark");
        }
        Harm::HookedElsewhere(how) => {
            let Some((_, cut)) = table.chains.iter_mut().find(|(name, _)| name == "cut") else {
                return false;
            };
            let (key, value) = [
                ("hook", json!("input")),
                ("prio", json!(0)),
                ("type", json!("route")),
                ("policy", json!("drop")),
            ][*how]
                .clone();
            cut[key] = value;
        }
        Harm::HookAdded => {
            let chain = json!({"type": "filter", "hook": "forward", "prio": 0, "policy": "drop"});
            table.chains.push(("theirs".into(), chain));
        }
        Harm::SetAdded => {
            let Some(set) = table.sets.values().next().cloned() else {
                return false;
            };
            table.sets.insert("theirs".into(), set);
        }
    }
    true
}

proptest! {
    #[test]
    fn what_others_do_to_a_table_is_found_and_mended(cut in cut(), harm in harm()) {
        let mut kernel = Kernel::default();
        let wanted = Table::of(&cut).unwrap();
        reach(&mut kernel, &wanted);
        prop_assume!(hurt(&mut kernel, wanted.name, &harm));
        let found = heard(&kernel, wanted.name).unwrap();
        prop_assert_ne!(found.drift(&wanted, NOW), vec![]);
        reach(&mut kernel, &wanted);
        prop_assert_eq!(heard(&kernel, wanted.name).unwrap().drift(&wanted, NOW), vec![]);
    }

    #[test]
    fn no_goal_is_told_as_cut_that_is_not(cut in acting(), harms in proptest::collection::vec(harm(), 1..4)) {
        let mut kernel = Kernel::default();
        let wanted = Table::of(&cut).unwrap();
        reach(&mut kernel, &wanted);
        for harm in &harms {
            if !kernel.tables[&wanted.name.to_string()].rules.is_empty() {
                hurt(&mut kernel, wanted.name, harm);
            }
        }
        let Some(found) = heard(&kernel, wanted.name) else { return Ok(()) };
        let seen = found.seen(NOW).unwrap();
        if !matches!(seen.standing, Standing::Active(_)) {
            return Ok(());
        }
        let at = NOW.as_micros() as u64 * 1_000 + 1_000;
        for goal in &seen.goals {
            let Goal::Service(goal) = goal else { unreachable!() };
            let other = if goal.ip.is_ipv4() { IpAddr::from([198, 51, 100, 1]) } else { IpAddr::from([0x2001, 0xdb8, 1, 0, 0, 0, 0, 1]) };
            let to = Packet { source: other, target: goal.ip, protocol: goal.protocol.max(1), ports: (9, goal.port), access: "ppp0", above: true };
            let from = Packet { source: goal.ip, target: other, ports: (goal.port, 9), ..to };
            prop_assert!(kernel.drops(&to, at) && kernel.drops(&from, at), "{:?} after {:?}", goal, harms);
        }
    }
}

#[test]
fn arming_touches_no_element_and_mending_keeps_the_count() {
    let cut = Cut {
        order: OrderId(Digest([7; 32])),
        goals: vec!["192.0.2.7".parse().unwrap()],
        action: Action::Drop,
        ends: after(60),
        fires_at: Some(after(10)),
    };
    let mut kernel = Kernel::default();
    reach(&mut kernel, &Table::staged(&cut).unwrap());
    let armed = Table::of(&cut).unwrap();
    let plan = reach(&mut kernel, &armed);
    assert!(
        matches!(plan.steps.as_slice(), [Step::Turn { .. }]),
        "{plan:?}"
    );
    let held = kernel.tables.get_mut(&armed.name.to_string()).unwrap();
    held.counters.insert("met".into(), 42);
    held.sets.get_mut("hosts4").unwrap().elements.clear();
    let drift = heard(&kernel, armed.name).unwrap().drift(&armed, NOW);
    assert_eq!(drift, vec![Drift::Missing(1)]);
    reach(&mut kernel, &armed);
    assert_eq!(heard(&kernel, armed.name).unwrap().met, Some(42));
}

#[test]
fn a_drop_becomes_a_limit_only_with_the_sets_that_a_limit_needs() {
    let drop = Cut {
        order: OrderId(Digest([7; 32])),
        goals: vec!["192.0.2.7".parse().unwrap()],
        action: Action::Drop,
        ends: after(60),
        fires_at: Some(after(10)),
    };
    let limit = Cut {
        action: Action::RateLimit(10),
        ..drop.clone()
    };
    let mut kernel = Kernel::default();
    for cut in [&drop, &limit, &drop] {
        let wanted = Table::of(cut).unwrap();
        reach(&mut kernel, &wanted);
        let found = heard(&kernel, wanted.name).unwrap();
        assert_eq!(found.drift(&wanted, NOW), vec![]);
    }
}

#[test]
fn a_spoilt_table_is_no_home() {
    let cut = Cut {
        order: OrderId(Digest([7; 32])),
        goals: vec!["192.0.2.7".parse().unwrap()],
        action: Action::Drop,
        ends: after(60),
        fires_at: Some(after(10)),
    };
    let mut kernel = Kernel::default();
    let wanted = Table::of(&cut).unwrap();
    reach(&mut kernel, &wanted);
    hurt(&mut kernel, wanted.name, &Harm::RuleFirst("to"));
    let plan = reach(&mut kernel, &wanted);
    assert_eq!(plan.undo, vec![Step::Remove(wanted.name)]);
}
