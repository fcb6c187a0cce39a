use issei_model::{Action, Digest, Span};
use proptest::prelude::*;

use super::*;
use crate::xdp::layout::{Half, LANES};
use crate::xdp::{Observed, Step};

const CLOCKS: Clocks = Clocks {
    wall: 1_790_000_000_000_000_000,
    boot: 100_000_000_000,
    tai_lead: 0,
};

fn settings(homes: u32) -> Settings {
    Settings {
        live: Half::First,
        tai_lead: 0,
        homes,
        seeds: Seeds([
            0x9e37_79b9_7f4a_7c15,
            3,
            0xd1b5_4a32_d192_ed03,
            7,
            11,
            13,
            17,
        ]),
    }
}

fn table() -> Table {
    Table::new(&settings(64), Vec::new())
}

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn cut(number: u8, goals: &[&str]) -> Cut {
    let goals: BTreeSet<Goal> = goals.iter().map(|goal| goal.parse().unwrap()).collect();
    Cut {
        order: order(number),
        goals: goals.into_iter().collect(),
        action: Action::Drop,
        ends: CLOCKS.now() + Span::from_secs(60),
        fires_at: Some(CLOCKS.now() - Span::from_secs(1)),
    }
}

/// The orders, and what each aims at.
fn held(table: &Table) -> Vec<(OrderId, Standing, Vec<Goal>)> {
    let mut seen = table.seen(&CLOCKS);
    seen.sort_by_key(|seen| seen.order);
    let seen = seen.into_iter();
    seen.map(|seen| (seen.order, seen.standing, seen.goals))
        .collect()
}

/// What the maps hold if nothing is written but what the plans say.
fn observed(steps: impl IntoIterator<Item = Step>, homes: u32) -> Observed {
    let mut maps = Observed {
        settings: settings(homes),
        rows: vec![0; ROWS as usize * ROW],
        goals: vec![0; Table::places_for(homes) as usize * 32],
        bits: Bits::of(&settings(homes).seeds, []),
    };
    for step in steps {
        match step {
            Step::Bits(bits) => maps.bits = bits,
            Step::Rows(rows) => maps.rows = rows,
            Step::Goals(slots) => {
                for (place, slot) in slots {
                    maps.goals[place as usize * 32..][..32].copy_from_slice(&slot.to_bytes());
                }
            }
            Step::Count(_) | Step::Wait => {}
        }
    }
    maps
}

#[test]
fn what_is_put_is_seen_as_it_stands() {
    let mut table = table();
    table
        .stage(&cut(1, &["192.0.2.1", "192.0.2.1:23/tcp"]), &CLOCKS)
        .unwrap();
    let later = CLOCKS.now() + Span::from_secs(5);
    let armed = Cut {
        fires_at: Some(later),
        ..cut(2, &["2001:db8::1"])
    };
    table.put(&armed, &CLOCKS).unwrap();
    table.put(&cut(3, &["192.0.2.1"]), &CLOCKS).unwrap();
    let standing: Vec<Standing> = held(&table)
        .iter()
        .map(|(_, standing, _)| *standing)
        .collect();
    let since = CLOCKS.now() - Span::from_secs(1);
    assert_eq!(
        standing,
        [
            Standing::Staged,
            Standing::Armed(later),
            Standing::Active(since)
        ]
    );
    assert_eq!(
        (table.rules_beside(order(1)), table.rules_beside(order(9))),
        (2, 4)
    );
}

#[test]
fn a_change_that_is_not_needed_is_empty() {
    let mut table = table();
    let cut = cut(1, &["192.0.2.1", "192.0.2.1:23/tcp"]);
    assert!(!table.stage(&cut, &CLOCKS).unwrap().is_empty());
    assert!(table.stage(&cut, &CLOCKS).unwrap().is_empty());
    assert!(!table.put(&cut, &CLOCKS).unwrap().is_empty());
    assert!(table.put(&cut, &CLOCKS).unwrap().is_empty());
    assert!(
        table.stage(&cut, &CLOCKS).unwrap().is_empty(),
        "what acts stays"
    );
    assert!(table.agree(&[&cut], &CLOCKS).0.is_empty());
    assert!(!table.take(|_| true).is_empty());
    assert!(table.take(|_| true).is_empty());
}

#[test]
fn arming_what_is_staged_writes_rows_only() {
    let mut table = table();
    let cut = cut(1, &["192.0.2.1", "192.0.2.2"]);
    table.stage(&cut, &CLOCKS).unwrap();
    let steps = table.put(&cut, &CLOCKS).unwrap().into_steps();
    assert!(
        matches!(steps[..], [Step::Rows(_), Step::Wait]),
        "{steps:?}"
    );
}

#[test]
fn an_order_may_be_narrowed() {
    let mut table = table();
    table
        .put(&cut(1, &["192.0.2.1", "192.0.2.2", "192.0.2.3"]), &CLOCKS)
        .unwrap();
    let narrow = cut(1, &["192.0.2.2"]);
    table.put(&narrow, &CLOCKS).unwrap();
    assert_eq!(held(&table)[0].2, narrow.goals);
    assert_eq!((table.taken, table.rules_beside(order(2))), (1, 1));
}

#[test]
fn a_new_goal_of_an_order_in_force_is_named_before_it_is_heeded() {
    let mut table = table();
    table.put(&cut(1, &["192.0.2.1"]), &CLOCKS).unwrap();
    let plan = table
        .put(&cut(1, &["192.0.2.1", "192.0.2.2"]), &CLOCKS)
        .unwrap();
    let new = plan.named.iter().filter_map(|(_, slot)| slot.cell);
    let new: Vec<_> = new
        .filter(|cell| cell.goal.ip == "192.0.2.2".parse::<IpAddr>().unwrap())
        .collect();
    assert_eq!(
        new.iter().map(|cell| cell.rows).collect::<Vec<_>>(),
        [[None; LANES]]
    );
    assert_eq!(plan.heeded.len(), 1);
}

#[test]
fn a_fifth_order_for_a_goal_is_refused_and_leaves_no_trace() {
    let mut table = table();
    for number in 1..=4 {
        table.put(&cut(number, &["192.0.2.1"]), &CLOCKS).unwrap();
    }
    let before = table.clone();
    let fifth = cut(5, &["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
    let refused = table.put(&fifth, &CLOCKS).unwrap_err();
    assert!(
        matches!(refused, Refusal::NotExpressible { .. }),
        "{refused}"
    );
    assert_eq!(table, before);
    table.take(|row| row.order == order(2));
    assert!(table.put(&fifth, &CLOCKS).is_ok());
}

#[test]
fn more_goals_than_there_is_room_for_are_refused_and_leave_no_trace() {
    let mut table = Table::new(&settings(8), Vec::new());
    table
        .put(&cut(1, &["192.0.2.1", "192.0.2.2"]), &CLOCKS)
        .unwrap();
    let before = table.clone();
    let many = cut(2, &["192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"]);
    let refused = table.put(&many, &CLOCKS).unwrap_err();
    assert_eq!(refused, Refusal::NoRoom { wanted: 5, room: 4 });
    assert_eq!(table, before);
}

#[test]
fn an_address_has_room_for_so_many_services_and_no_more() {
    let mut table = Table::new(&settings(1_000), Vec::new());
    let services = |count: u16| {
        let goals = (1..=count).map(|port| format!("192.0.2.1:{port}/tcp"));
        let goals: Vec<String> = goals.collect();
        cut(1, &goals.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let before = table.clone();
    let refused = table.put(&services(129), &CLOCKS).unwrap_err();
    assert!(refused.to_string().contains("whole host"), "{refused}");
    assert_eq!(table, before);
    assert!(table.put(&services(128), &CLOCKS).is_ok());
}

#[test]
fn more_orders_than_rows_are_refused() {
    let mut table = Table::new(&settings(20_000), Vec::new());
    let cuts: Vec<Cut> = (0..4_081u32)
        .map(|n| {
            let mut cut = cut(0, &[&format!("10.0.{}.{}", n >> 8, n & 255)]);
            cut.order.0.0[..4].copy_from_slice(&n.to_be_bytes());
            cut
        })
        .collect();
    let (_, refused) = table.agree(&cuts.iter().collect::<Vec<_>>(), &CLOCKS);
    let [(last, refusal)] = &refused[..] else {
        panic!("one")
    };
    assert_eq!(*last, cuts[4_080].order);
    assert_eq!(
        *refusal,
        Refusal::NoRoom {
            wanted: 4_081,
            room: 4_080
        }
    );
}

#[test]
fn what_cannot_be_said_exactly_is_refused() {
    let named = Cut {
        goals: vec!["c2.example".parse().unwrap()],
        action: Action::RefuseName,
        ..cut(1, &[])
    };
    let service = |protocol, port| Cut {
        goals: vec![Goal::Service(Endpoint {
            ip: "192.0.2.1".parse().unwrap(),
            port,
            protocol,
        })],
        ..cut(1, &[])
    };
    let redirected = Cut {
        action: Action::Redirect,
        ..cut(1, &["192.0.2.1"])
    };
    let idle = Cut {
        action: Action::RateLimit(0),
        ..cut(1, &["192.0.2.1"])
    };
    for unsayable in [
        named,
        service(1, 0),
        service(132, 5),
        service(6, 0),
        service(0, 7),
        redirected,
        idle,
    ] {
        let mut table = table();
        let refused = table.put(&unsayable, &CLOCKS).unwrap_err();
        assert!(
            matches!(refused, Refusal::NotExpressible { .. }),
            "{unsayable:?}: {refused}"
        );
        assert_eq!(table, self::table());
    }
}

#[test]
fn a_clock_that_was_set_moves_rows_that_have_not_begun() {
    let mut table = table();
    let later = Cut {
        fires_at: Some(CLOCKS.now() + Span::from_secs(5)),
        ..cut(1, &["192.0.2.1"])
    };
    table.put(&later, &CLOCKS).unwrap();
    let ahead = Clocks {
        wall: CLOCKS.wall + 2_000_000_000,
        ..CLOCKS
    };
    let steps = table.retime(&ahead).into_steps();
    assert!(matches!(steps[..], [Step::Rows(_), Step::Wait]));
    assert_eq!(table.row(order(1)).unwrap().1.not_before, 103_000_000_000);
    assert!(table.retime(&ahead).is_empty());
}

#[test]
fn in_one_change_what_stays_is_not_written() {
    let mut table = table();
    let (old, stays) = (cut(1, &["192.0.2.1"]), cut(2, &["192.0.2.2"]));
    table.agree(&[&old, &stays], &CLOCKS);
    let new = cut(3, &["192.0.2.1"]);
    let (plan, refused) = table.agree(&[&new, &stays], &CLOCKS);
    assert!(refused.is_empty());
    let touched = plan.named.iter().chain(&plan.unheeded).chain(&plan.freed);
    let touched: BTreeSet<u32> = touched.map(|(place, _)| *place).collect();
    assert_eq!(
        touched.into_iter().collect::<Vec<_>>(),
        [table.place_of(&new.goals[0]).unwrap()]
    );
}

fn any_cut() -> impl Strategy<Value = Cut> {
    let goal = prop_oneof![
        (0u8..12).prop_map(|n| format!("10.0.0.{n}")),
        (0u8..6, 1u16..4).prop_map(|(n, port)| format!("10.0.0.{n}:{port}/udp")),
        (0u8..6).prop_map(|n| format!("2001:db8::{n}")),
    ];
    let goals = prop::collection::btree_set(goal, 1..8);
    (0u8..5, goals, any::<bool>()).prop_map(|(number, goals, staged)| {
        let goals: Vec<&str> = goals.iter().map(String::as_str).collect();
        let cut = cut(number, &goals);
        Cut {
            fires_at: cut.fires_at.filter(|_| !staged),
            ..cut
        }
    })
}

/// Cuts of different orders.
fn any_cuts() -> impl Strategy<Value = Vec<Cut>> {
    prop::collection::vec(any_cut(), 0..5).prop_map(|cuts| {
        let by_order: BTreeMap<OrderId, Cut> =
            cuts.into_iter().map(|cut| (cut.order, cut)).collect();
        by_order.into_values().collect()
    })
}

fn wanted(cuts: &[Cut], refused: &[(OrderId, Refusal)]) -> Vec<(OrderId, Vec<Goal>)> {
    let stands = |cut: &&Cut| refused.iter().all(|(order, _)| *order != cut.order);
    let cuts = cuts.iter().filter(stands);
    cuts.map(|cut| (cut.order, cut.goals.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn after_any_changes_the_maps_hold_what_was_wanted_and_nothing_else(changes in prop::collection::vec(any_cuts(), 1..6)) {
        let mut table = table();
        let mut steps = Vec::new();
        for cuts in changes {
            let (plan, refused) = table.agree(&cuts.iter().collect::<Vec<_>>(), &CLOCKS);
            steps.extend(plan.into_steps());
            let found: Vec<_> = held(&table).into_iter().map(|(order, _, goals)| (order, goals)).collect();
            prop_assert_eq!(found, wanted(&cuts, &refused));
            let (read, mend) = observed(steps.clone(), 64).into_table(Vec::new()).unwrap();
            prop_assert!(mend.is_empty(), "{:?}", mend);
            prop_assert_eq!(&read, &table);
        }
    }

    #[test]
    fn the_change_back_undoes_a_change(before in any_cuts(), after in any_cuts()) {
        let mut table = table();
        let _ = table.agree(&before.iter().collect::<Vec<_>>(), &CLOCKS);
        let stood = held(&table);
        let standing: Vec<Cut> = before.into_iter().filter(|cut| table.row(cut.order).is_some()).collect();
        let _ = table.agree(&after.iter().collect::<Vec<_>>(), &CLOCKS);
        let (plan, refused) = table.agree(&standing.iter().collect::<Vec<_>>(), &CLOCKS);
        prop_assert!(refused.is_empty());
        prop_assert_eq!(held(&table), stood);
        let empty = table.agree(&standing.iter().collect::<Vec<_>>(), &CLOCKS).0;
        prop_assert!(empty.is_empty());
        let _ = plan;
        table.take(|_| true);
        prop_assert_eq!(table, self::table());
    }
}
