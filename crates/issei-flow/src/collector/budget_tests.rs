use super::*;

fn held(templates: usize, waiting: usize) -> Held {
    Held { templates, waiting }
}

fn budget() -> Budget {
    Budget::new(Shares {
        in_all: held(100, 100),
        of_one_sender: held(30, 30),
    })
}

fn sender(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

#[test]
fn one_sender_gets_its_share_and_no_more() {
    let mut budget = budget();
    budget.change(sender(1), held(0, 0), held(25, 0));
    assert!(budget.has_room_for_templates(sender(1), 5));
    assert!(!budget.has_room_for_templates(sender(1), 6));
    assert!(budget.has_room_for_templates(sender(2), 30));
    assert!(budget.has_room_to_wait(sender(1), 30));
}

#[test]
fn all_senders_together_are_bounded() {
    let mut budget = budget();
    for last in 0..4 {
        budget.change(sender(last), held(0, 0), held(25, 25));
    }
    assert!(!budget.has_room_for_templates(sender(9), 1) && !budget.has_room_to_wait(sender(9), 1));
    assert!(budget.is_tight());
    budget.change(sender(0), held(25, 25), held(0, 0));
    assert!(budget.has_room_for_templates(sender(9), 25) && !budget.is_tight());
}

#[test]
fn a_sender_that_holds_nothing_is_not_remembered() {
    let mut budget = budget();
    budget.change(sender(1), held(0, 0), held(3, 4));
    budget.change(sender(1), held(3, 4), held(0, 4));
    assert!(budget.bytes() > 0);
    budget.change(sender(1), held(0, 4), held(0, 0));
    assert_eq!(budget.bytes(), 0);
}
