use issei_model::Digest;
use proptest::prelude::*;

use super::super::versions::Since;
use super::super::wording::Refused;
use super::*;
use crate::Refusal;

fn order(number: u8) -> OrderId {
    OrderId(Digest([number; 32]))
}

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_secs(1_000_000 + second)
}

fn wording() -> Wording {
    let page = vec!["192.0.2.80".parse().expect("an address")];
    let (apex, tests) = (name("hot.rpz.test"), name("issei.test"));
    Wording::new(apex, tests, Refused::Absent, page).expect("words")
}

fn hot() -> Hot {
    let fences = Fences {
        most_rules: 8,
        control_plane: Vec::new(),
    };
    let timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    let bounds = Bounds {
        changes: 6,
        records: 60,
    };
    Hot::new(wording(), fences, Serial(0), second(0), (timers, bounds))
}

fn cut(number: u8, action: Action, names: &[&str]) -> Cut {
    Cut {
        order: order(number),
        goals: names.iter().map(|text| Goal::Name(name(text))).collect(),
        action,
        ends: second(100),
        fires_at: Some(second(10)),
    }
}

fn refusing(number: u8, names: &[&str]) -> Cut {
    cut(number, Action::RefuseName, names)
}

/// What a zone says of names, without our own.
fn said(hot: &Hot) -> Vec<String> {
    let own = |record: &&Record| !format!("{record:?}").contains("sentinel");
    let records = hot.zone().records().iter().filter(own);
    records.map(|record| format!("{record:?}")).collect()
}

#[test]
fn what_is_staged_changes_nothing() {
    let mut hot = hot();
    let before = hot.zone().serial();
    hot.stage(second(1), &refusing(1, &["c2.example"]))
        .expect("staged");
    assert_eq!(hot.on_deadline(second(50), Span::ZERO), None);
    assert_eq!(hot.zone().serial(), before);
    assert_eq!(said(&hot), Vec::<String>::new());
}

#[test]
fn all_names_of_an_order_come_in_one_serial_at_its_time() {
    let mut hot = hot();
    let before = hot.zone().serial();
    hot.arm(second(1), &refusing(1, &["a.example", "b.example"]))
        .expect("armed");
    assert_eq!(hot.on_deadline(second(9), Span::ZERO), None);
    let serial = hot.on_deadline(second(10), Span::ZERO).expect("a serial");
    let Since::Changes(changes) = hot.zone().since(before) else {
        panic!("one difference");
    };
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].to, serial);
    assert_eq!(said(&hot), ["a.example Absent", "b.example Absent"]);
}

#[test]
fn names_come_as_much_earlier_as_the_resolvers_need() {
    let mut hot = hot();
    hot.arm(second(1), &refusing(1, &["c2.example"]))
        .expect("armed");
    let lead = Span::from_millis(40);
    assert_eq!(hot.next_deadline(lead), Some(second(10) - lead));
    assert!(hot.on_deadline(second(10) - lead, lead).is_some());
}

#[test]
fn a_rule_ends_without_anybody() {
    let mut hot = hot();
    hot.arm(second(1), &refusing(1, &["c2.example"]))
        .expect("armed");
    hot.on_deadline(second(10), Span::ZERO);
    assert_eq!(hot.next_deadline(Span::ZERO), Some(second(100)));
    assert!(hot.on_deadline(second(100), Span::ZERO).is_some());
    assert_eq!(said(&hot), Vec::<String>::new());
    assert_eq!(hot.parts().count(), 0);
}

#[test]
fn what_is_staged_ends_as_well() {
    let mut hot = hot();
    hot.stage(second(1), &refusing(1, &["c2.example"]))
        .expect("staged");
    assert_eq!(hot.on_deadline(second(100), Span::ZERO), None);
    assert_eq!(hot.parts().count(), 0);
}

#[test]
fn an_order_that_would_end_before_it_begins_is_not_taken() {
    let mut late = refusing(1, &["c2.example"]);
    late.fires_at = Some(late.ends);
    assert_eq!(hot().arm(second(1), &late), Err(NotTaken::Ended(order(1))));
    let over = refusing(1, &["c2.example"]);
    assert_eq!(
        hot().stage(second(100), &over),
        Err(NotTaken::Ended(order(1)))
    );
}

#[test]
fn lifting_beats_firing() {
    let mut hot = hot();
    hot.arm(second(1), &refusing(1, &["c2.example"]))
        .expect("armed");
    assert_eq!(hot.lift(second(2), order(1)), None);
    assert_eq!(hot.on_deadline(second(10), Span::ZERO), None);
}

#[test]
fn what_stands_is_lifted_in_one_serial() {
    let mut hot = hot();
    hot.arm(second(1), &refusing(1, &["a.example", "b.example"]))
        .expect("armed");
    hot.on_deadline(second(10), Span::ZERO);
    let by = hot.lift(second(11), order(1)).expect("a serial");
    assert_eq!(said(&hot), Vec::<String>::new());
    assert_eq!(hot.released().map(|gone| gone.by).collect::<Vec<_>>(), [by]);
    assert_eq!(hot.lift(second(11), order(1)), None);
}

#[test]
fn staging_again_takes_the_time_back_but_not_what_stands() {
    let mut hot = hot();
    let armed = refusing(1, &["c2.example"]);
    hot.arm(second(1), &armed).expect("armed");
    hot.stage(second(2), &armed).expect("staged");
    assert_eq!(hot.on_deadline(second(10), Span::ZERO), None);
    hot.arm(second(11), &armed).expect("armed");
    hot.on_deadline(second(11), Span::ZERO).expect("stands");
    hot.stage(second(12), &armed).expect("staged");
    assert_eq!(said(&hot), ["c2.example Absent"]);
}

#[test]
fn of_two_orders_about_one_name_the_last_takes_it_along() {
    let mut hot = hot();
    for number in [1, 2] {
        hot.arm(second(1), &refusing(number, &["c2.example"]))
            .expect("armed");
    }
    hot.on_deadline(second(10), Span::ZERO);
    hot.lift(second(11), order(1));
    assert_eq!(said(&hot), ["c2.example Absent"]);
    hot.lift(second(12), order(2));
    assert_eq!(said(&hot), Vec::<String>::new());
}

#[test]
fn refusing_goes_before_redirecting() {
    let mut hot = hot();
    hot.arm(second(1), &cut(1, Action::Redirect, &["c2.example"]))
        .expect("armed");
    hot.on_deadline(second(10), Span::ZERO);
    assert_eq!(said(&hot), ["c2.example A(192.0.2.80)"]);
    hot.arm(second(11), &refusing(2, &["c2.example"]))
        .expect("armed");
    hot.on_deadline(second(11), Span::ZERO);
    assert_eq!(said(&hot), ["c2.example Absent"]);
    hot.lift(second(12), order(2));
    assert_eq!(said(&hot), ["c2.example A(192.0.2.80)"]);
}

#[test]
fn an_order_with_more_names_than_there_is_room_for_is_refused_whole() {
    let mut hot = hot();
    hot.stage(second(1), &refusing(1, &["a.example", "b.example"]))
        .expect("staged");
    let names: Vec<String> = (0..7).map(|n| format!("n{n}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let refused = hot.arm(second(1), &refusing(2, &names));
    let room = Refusal::NoRoom { wanted: 9, room: 8 };
    assert_eq!(refused, Err(NotTaken::Refused(room)));
    assert_eq!(hot.parts().count(), 1);
}

#[test]
fn what_the_zone_cannot_say_is_not_taken() {
    let refused = hot().arm(second(1), &cut(1, Action::Drop, &["c2.example"]));
    let Err(NotTaken::Refused(Refusal::NotExpressible { goal, .. })) = refused else {
        panic!("a resolver drops no packets");
    };
    assert_eq!(goal, Goal::Name(name("c2.example")));
}

#[test]
fn a_pulse_is_never_quicker_than_resolvers_can_fetch() {
    let hot = hot().with_pulse(Span::ZERO);
    assert_eq!(
        hot.next_deadline(Span::ZERO),
        Some(second(0) + QUICKEST_PULSE)
    );
}

#[test]
fn clients_that_opted_out_pass_and_no_longer() {
    let mut hot = hot();
    let net = "192.0.2.64/26".parse().expect("a prefix");
    assert!(hot.let_pass(second(1), &[net]).is_some());
    assert_eq!(said(&hot), ["(clients that opted out)"]);
    assert_eq!(hot.let_pass(second(2), &[net]), None);
    assert!(hot.let_pass(second(3), &[]).is_some());
    assert_eq!(said(&hot), Vec::<String>::new());
}

#[test]
fn a_pulse_changes_the_serial_and_nothing_else() {
    let mut hot = hot().with_pulse(Span::from_secs(1));
    assert_eq!(hot.on_deadline(second(0), Span::ZERO), None);
    assert_eq!(hot.next_deadline(Span::ZERO), Some(second(1)));
    let serial = hot.on_deadline(second(1), Span::ZERO).expect("a pulse");
    assert_eq!(hot.zone().records().len(), 1);
    assert!(hot.zone().records().contains(&wording().tell(serial)));
}

#[test]
fn a_serial_found_ahead_of_ours_is_overtaken_and_its_holder_gets_the_whole() {
    let mut hot = hot();
    let before = hot.zone().serial();
    hot.let_pass(second(1), &["192.0.2.64/26".parse().expect("a prefix")]);
    hot.let_pass(second(1), &[]);
    let held = hot.zone().serial().ahead(500);
    let serial = hot.overtake(second(1), held).expect("a serial");
    assert!(serial.is_after(held));
    assert!(matches!(hot.zone().since(held), Since::Whole));
    assert!(matches!(hot.zone().since(before), Since::Whole));
    assert_eq!(hot.first_serial(), serial);
    assert_eq!(hot.overtake(second(1), held), None);
    assert!(hot.zone().records().contains(&wording().tell(serial)));
    assert_eq!(hot.zone().records().len(), 1);
}

#[test]
fn a_serial_that_cannot_be_ours_is_not_followed() {
    let mut hot = hot();
    let held = hot.zone().serial().ahead(FARTHEST + 1);
    assert_eq!(hot.overtake(second(1), held), None);
}

#[test]
fn orders_that_went_are_remembered_until_every_resolver_is_without_them() {
    let mut hot = hot();
    hot.arm(second(1), &refusing(1, &["c2.example"]))
        .expect("armed");
    let came = hot.on_deadline(second(10), Span::ZERO).expect("a serial");
    let went = hot.lift(second(11), order(1)).expect("a serial");
    hot.settle(came);
    assert_eq!(hot.released().count(), 1);
    hot.settle(went);
    assert_eq!(hot.released().count(), 0);
}

/// One thing that happens to a zone.
#[derive(Clone, Debug)]
enum Step {
    Arm(u8, Action, Vec<u8>, i64),
    Stage(u8, Vec<u8>),
    Lift(u8),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let names =
        || prop::collection::btree_set(0u8..5, 1..4).prop_map(|set| set.into_iter().collect());
    let action = prop_oneof![Just(Action::RefuseName), Just(Action::Redirect)];
    let step = prop_oneof![
        (0u8..4, action, names(), 1i64..30).prop_map(|(o, a, n, e)| Step::Arm(o, a, n, e)),
        (0u8..4, names()).prop_map(|(o, n)| Step::Stage(o, n)),
        (0u8..4).prop_map(Step::Lift),
        (0i64..10).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

/// The records that should stand, worked out from the orders alone.
fn should_stand(hot: &Hot) -> BTreeSet<Record> {
    let words = wording();
    let standing = || hot.parts().filter(|part| part.since.is_some());
    let mut actions: BTreeMap<DomainName, Action> = BTreeMap::new();
    for part in standing() {
        for name in names(&part.cut) {
            let action = actions.entry(name.clone()).or_insert(part.cut.action);
            if part.cut.action == Action::RefuseName {
                *action = Action::RefuseName;
            }
        }
    }
    let said = actions
        .iter()
        .flat_map(|(name, &action)| words.say(name, action));
    let marks = standing().map(|part| words.mark(part.cut.order));
    let serial = std::iter::once(words.tell(hot.zone().serial()));
    said.chain(marks).chain(serial).collect()
}

proptest! {
    #[test]
    fn the_zone_is_always_what_its_orders_say(steps in steps()) {
        let (mut hot, mut now) = (hot(), second(0));
        let mut versions = vec![(hot.zone().serial(), (**hot.zone().records()).clone())];
        for step in steps {
            let names = |numbers: &[u8]| -> Vec<String> {
                numbers.iter().map(|n| format!("n{n}.example")).collect()
            };
            match step {
                Step::Arm(number, action, goals, lasts) => {
                    let names = names(&goals);
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let ends = now + Span::from_secs(lasts);
                    let fires_at = Some(now);
                    let _ = hot.arm(now, &Cut { ends, fires_at, ..cut(number, action, &names) });
                }
                Step::Stage(number, goals) => {
                    let names = names(&goals);
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let _ = hot.stage(now, &refusing(number, &names));
                }
                Step::Lift(number) => drop(hot.lift(now, order(number))),
                Step::Wait(seconds) => now += Span::from_secs(seconds),
            }
            hot.on_deadline(now, Span::ZERO);
            prop_assert_eq!(&**hot.zone().records(), &should_stand(&hot));
            prop_assert!(hot.parts().all(|part| part.cut.ends > now));
            prop_assert!(hot.next_deadline(Span::ZERO).is_none_or(|due| due > now));
            versions.push((hot.zone().serial(), (**hot.zone().records()).clone()));
            for (serial, records) in &versions {
                let mut records = records.clone();
                match hot.zone().since(*serial) {
                    Since::Nothing => {}
                    Since::Whole => continue,
                    Since::Changes(changes) => {
                        changes.iter().for_each(|change| change.plan.apply(&mut records));
                    }
                }
                prop_assert_eq!(&records, &**hot.zone().records());
            }
        }
        hot.lift_all(now);
        prop_assert_eq!(&**hot.zone().records(), &BTreeSet::from([wording().tell(hot.zone().serial())]));
    }
}
