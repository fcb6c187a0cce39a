use issei_desk::samples::{after, armed, noon, view};

use super::*;

fn watch(orders: Vec<OrderView>) -> Watch {
    let chosen = orders.first().map(|view| view.id);
    Watch {
        tongue: crate::words::EN,
        is_member: false,
        status: Status {
            office: "coordinator".parse().unwrap(),
            charter: issei_model::Digest([0; 32]),
            entries: 0,
            current: true,
            stopped: false,
            connected: 0,
            alive: 0,
            findings: 0,
            clock_error: None,
            alarms: Vec::new(),
            counts: std::collections::BTreeMap::new(),
            reviews: Vec::new(),
        },
        orders,
        cases: Vec::new(),
        found: Vec::new(),
        sensors: SensorsView::default(),
        chosen,
        doubt: None,
        said: None,
    }
}

fn press(watch: &mut Watch, key: char) -> Wish {
    watch.pressed(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE))
}

#[test]
fn nothing_is_lifted_without_a_second_key() {
    let order = view(Stands::Armed, noon(), vec![armed("isp-b", 1, after(5_000))]);
    let id = order.id;
    let mut watch = watch(vec![order]);
    assert_eq!(press(&mut watch, 'w'), Wish::Nothing);
    assert_eq!(watch.doubt, Some(Doubt::Withdraw(id)));
    assert_eq!(press(&mut watch, 'n'), Wish::Nothing);
    assert_eq!(watch.doubt, None, "the doubt is gone");
    assert_eq!(
        press(&mut watch, 'y'),
        Wish::Nothing,
        "a late yes means nothing"
    );
    press(&mut watch, 'w');
    assert_eq!(press(&mut watch, 'y'), Wish::Sure(Doubt::Withdraw(id)));
    press(&mut watch, 'W');
    assert_eq!(press(&mut watch, 'y'), Wish::Sure(Doubt::WithdrawAll));
}

#[test]
fn only_a_draft_is_signed_and_only_what_lives_is_lifted() {
    let draft = view(Stands::Draft, noon(), Vec::new());
    let id = draft.id;
    let mut with_draft = watch(vec![draft]);
    assert_eq!(press(&mut with_draft, 'a'), Wish::Sign(id));
    assert_eq!(press(&mut with_draft, 'w'), Wish::Nothing);
    assert_eq!(with_draft.doubt, None);
    let mut ended = watch(vec![view(Stands::Ended, noon(), Vec::new())]);
    assert_eq!(press(&mut ended, 'a'), Wish::Nothing);
    assert!(ended.said.is_some());
}

#[test]
fn what_lives_comes_first_and_the_cursor_stays_within() {
    let mut orders = vec![
        view(Stands::Ended, noon(), Vec::new()),
        view(Stands::Draft, noon(), Vec::new()),
        view(Stands::Armed, noon(), Vec::new()),
    ];
    for (number, order) in orders.iter_mut().enumerate() {
        order.order.case = format!("case-{number}");
        order.id = order.order.id();
    }
    orders.sort_by_key(rank);
    let ids: Vec<OrderId> = orders.iter().map(|view| view.id).collect();
    let states: Vec<Stands> = orders.iter().map(|view| view.stands).collect();
    assert_eq!(states, [Stands::Armed, Stands::Draft, Stands::Ended]);
    let mut watch = watch(orders);
    for _ in 0..5 {
        press(&mut watch, 'j');
    }
    assert_eq!(watch.chosen, Some(ids[2]));
    for _ in 0..5 {
        press(&mut watch, 'k');
    }
    assert_eq!(watch.chosen, Some(ids[0]));
    assert_eq!(press(&mut watch, 'q'), Wish::Leave);
}

#[test]
fn only_what_waits_for_a_confirmation_is_confirmed() {
    let open = issei_desk::samples::awaiting(after(10_000), after(5_000));
    let id = open.id;
    let mut there = watch(vec![open.clone()]);
    assert_eq!(press(&mut there, 'c'), Wish::Confirm(id));
    let mut ended = open;
    ended.stands = Stands::Ended;
    for other in [ended, view(Stands::Armed, noon(), Vec::new())] {
        let mut there = watch(vec![other]);
        assert_eq!(press(&mut there, 'c'), Wish::Nothing);
        let said = &there.said.as_ref().unwrap().0;
        assert!(said.contains("waits for it"), "{said}");
    }
}
