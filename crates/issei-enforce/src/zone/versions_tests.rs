use proptest::prelude::*;

use super::super::records::Says;
use super::*;

fn record(number: u8) -> Record {
    let name = format!("n{number}.example").parse().expect("a name");
    Record::of(&name, Says::Absent)
}

fn records(numbers: &[u8]) -> BTreeSet<Record> {
    numbers.iter().map(|&number| record(number)).collect()
}

fn zone(changes: usize, records: usize) -> Zone {
    let timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    let apex = "hot.rpz.test".parse().expect("a name");
    let bounds = Bounds { changes, records };
    Zone::new(apex, Serial(7), BTreeSet::new(), timers, bounds)
}

#[test]
fn a_serial_that_is_not_later_changes_nothing() {
    let mut zone = zone(9, 99);
    assert_eq!(zone.become_at(Serial(7), records(&[1])), None);
    assert_eq!(zone.become_at(Serial(6), records(&[1])), None);
    let plan = Plan::between(&records(&[]), &records(&[1]));
    assert_eq!(zone.step(Serial(7), plan.clone()), None);
    assert_eq!(zone.step(Serial(6), plan), None);
    assert!(zone.records().is_empty());
}

#[test]
fn the_same_records_are_no_change() {
    let mut zone = zone(9, 99);
    assert_eq!(zone.become_at(Serial(8), BTreeSet::new()), None);
    assert_eq!(zone.serial(), Serial(7));
}

#[test]
fn what_is_older_than_memory_is_answered_with_the_whole() {
    let mut zone = zone(2, 99);
    for number in 1..=3 {
        zone.become_at(Serial(7 + u32::from(number)), records(&[number]));
    }
    assert!(matches!(zone.since(Serial(7)), Since::Whole));
    assert!(matches!(zone.since(Serial(8)), Since::Changes(changes) if changes.len() == 2));
    assert!(matches!(zone.since(Serial(10)), Since::Nothing));
    assert!(matches!(zone.since(Serial(999)), Since::Whole));
}

#[test]
fn memory_is_bounded_in_records_too() {
    let mut zone = zone(9, 5);
    zone.become_at(Serial(8), records(&[1, 2, 3, 4]));
    zone.become_at(Serial(9), records(&[]));
    assert!(matches!(zone.since(Serial(7)), Since::Whole));
    assert!(matches!(zone.since(Serial(8)), Since::Changes(_)));
    assert_eq!(zone.remembered, 4);
}

#[test]
fn a_copy_stays_as_it_was() {
    let mut zone = zone(9, 99);
    zone.become_at(Serial(8), records(&[1]));
    let copy = zone.clone();
    zone.step(Serial(9), Plan::between(&records(&[1]), &records(&[2])));
    assert_eq!(**copy.records(), records(&[1]));
    assert_eq!(**zone.records(), records(&[2]));
}

proptest! {
    #[test]
    fn a_plan_reaches_its_goal_and_its_undo_returns_home(
        before in prop::collection::btree_set(0u8..20, 0..20),
        after in prop::collection::btree_set(0u8..20, 0..20),
    ) {
        let before = records(&before.into_iter().collect::<Vec<_>>());
        let after = records(&after.into_iter().collect::<Vec<_>>());
        let plan = Plan::between(&before, &after);
        let mut now = before.clone();
        plan.apply(&mut now);
        prop_assert_eq!(&now, &after);
        plan.apply(&mut now);
        prop_assert_eq!(&now, &after);
        plan.undo().apply(&mut now);
        prop_assert_eq!(&now, &before);
    }

    #[test]
    fn differences_since_any_kept_serial_give_the_whole(
        sets in prop::collection::vec(prop::collection::btree_set(0u8..12, 0..8), 1..20),
        changes in 1usize..12,
        kept in 4usize..60,
    ) {
        let mut zone = zone(changes, kept);
        let mut versions = vec![(zone.serial(), BTreeSet::new())];
        for set in sets {
            let wanted = records(&set.into_iter().collect::<Vec<_>>());
            let next = zone.serial().ahead(1);
            zone.become_at(next, wanted.clone());
            prop_assert_eq!(&**zone.records(), &wanted);
            versions.push((zone.serial(), wanted));
            prop_assert!(zone.past.len() <= changes && zone.remembered <= kept);
        }
        let mut differences = 0;
        for (serial, mut held) in versions {
            match zone.since(serial) {
                Since::Nothing => {}
                Since::Whole => continue,
                Since::Changes(changes) => {
                    differences += changes.len();
                    changes.iter().for_each(|change| change.plan.apply(&mut held));
                }
            }
            prop_assert_eq!(&held, &**zone.records());
        }
        prop_assert!(differences > 0 || zone.past.is_empty() || zone.serial() == Serial(7));
    }
}
