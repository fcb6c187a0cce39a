use issei_model::{Digest, Endpoint, Timestamp};

use super::*;

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

fn wording(refused: Refused, page: &[&str]) -> Wording {
    let page = page.iter().map(|ip| ip.parse().expect("an address"));
    let (apex, tests) = (name("hot.rpz.test"), name("issei.test"));
    Wording::new(apex, tests, refused, page.collect()).expect("words")
}

fn cut(action: Action, goals: Vec<Goal>) -> Cut {
    Cut {
        order: OrderId(Digest([0xab; 32])),
        goals,
        action,
        ends: Timestamp::MAX,
        fires_at: None,
    }
}

fn why(wording: &Wording, action: Action, goal: Goal) -> Option<&'static str> {
    match wording.check(&cut(action, vec![goal])) {
        Ok(()) => None,
        Err(Refusal::NotExpressible { what, .. }) => Some(what),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn only_names_can_be_said() {
    let words = wording(Refused::Absent, &[]);
    let host = Goal::Service(Endpoint::host([198, 51, 100, 1].into()));
    assert_eq!(
        why(&words, Action::Drop, host),
        Some("a response policy zone holds names")
    );
    let name = Goal::Name(name("c2.example"));
    assert_eq!(
        why(&words, Action::Drop, name.clone()),
        Some("a resolver drops no packets")
    );
    assert_eq!(why(&words, Action::RefuseName, name), None);
}

#[test]
fn without_a_page_nothing_is_redirected() {
    let goal = Goal::Name(name("c2.example"));
    let none = wording(Refused::Absent, &[]);
    assert!(why(&none, Action::Redirect, goal.clone()).is_some());
    let page = wording(Refused::Absent, &["192.0.2.80"]);
    assert_eq!(why(&page, Action::Redirect, goal), None);
}

#[test]
fn our_own_names_are_no_goals() {
    let words = wording(Refused::Absent, &[]);
    for own in ["serial.sentinel.issei.test", "issei.test", "x.hot.rpz.test"] {
        assert!(
            why(&words, Action::RefuseName, Goal::Name(name(own))).is_some(),
            "{own}"
        );
    }
    assert_eq!(
        why(
            &words,
            Action::RefuseName,
            Goal::Name(name("otherissei.test"))
        ),
        None
    );
}

#[test]
fn a_name_that_does_not_fit_below_the_zone_is_refused() {
    let words = wording(Refused::Absent, &[]);
    let long = |length: usize| {
        let label = "a".repeat(63);
        let text = format!("{label}.{label}.{label}.{}", "b".repeat(length - 192));
        Goal::Name(name(&text))
    };
    let fits = 253 - "hot.rpz.test".len() - 1;
    assert_eq!(why(&words, Action::RefuseName, long(fits)), None);
    assert!(why(&words, Action::RefuseName, long(fits + 1)).is_some());
}

#[test]
fn names_of_the_zone_that_cannot_be_written_are_refused_at_once() {
    let label = "a".repeat(60);
    let tests = name(&format!("{label}.{label}.{label}.test"));
    let apex = name("hot.rpz.example");
    let made = Wording::new(apex, tests, Refused::Absent, Vec::new()).map(drop);
    assert!(made.is_ok());
    let tests = name(&format!("{label}.{label}.{label}.{}.test", "b".repeat(30)));
    let made = Wording::new(name("hot.rpz.example"), tests, Refused::Absent, Vec::new());
    assert!(matches!(made, Err(WordingError::TooLong { .. })));
}

#[test]
fn a_page_has_one_address_of_each_kind() {
    let page = ["192.0.2.80", "192.0.2.81"].map(|ip| ip.parse().expect("an address"));
    let made = Wording::new(
        name("hot.rpz.test"),
        name("issei.test"),
        Refused::Absent,
        page.into(),
    );
    assert_eq!(made.map(drop), Err(WordingError::Crowded));
}

#[test]
fn each_way_of_refusing_is_told_from_obeying_something_else() {
    let page: IpAddr = "192.0.2.80".parse().expect("an address");
    let other: IpAddr = "192.0.2.81".parse().expect("an address");
    let absent = wording(Refused::Absent, &["192.0.2.80", "2001:db8::80"]);
    assert!(absent.is_obeyed(Action::RefuseName, false, &[]));
    assert!(!absent.is_obeyed(Action::RefuseName, true, &[]));
    assert!(absent.is_obeyed(Action::Redirect, true, &[page]));
    assert!(!absent.is_obeyed(Action::Redirect, true, &[other]));
    assert!(!absent.is_obeyed(Action::Redirect, false, &[]));
    let empty = wording(Refused::Empty, &[]);
    assert!(empty.is_obeyed(Action::RefuseName, true, &[]));
    assert!(!empty.is_obeyed(Action::RefuseName, false, &[]));
    assert!(!empty.is_obeyed(Action::RefuseName, true, &[other]));
}

#[test]
fn a_sentinel_carries_the_order_and_nothing_of_its_goals() {
    let words = wording(Refused::Absent, &[]);
    let sentinel = words.sentinel(OrderId(Digest([0xab; 32])));
    assert_eq!(sentinel.as_str(), "abababababab.sentinel.issei.test");
}

#[test]
fn no_record_holds_a_wildcard() {
    for refused in [Refused::Absent, Refused::Empty] {
        let words = wording(refused, &["192.0.2.80", "2001:db8::80"]);
        for action in [Action::RefuseName, Action::Redirect] {
            for record in words.say(&name("c2.example"), action) {
                let owner = record.owner().expect("an owner").to_string();
                assert_eq!(owner, "c2.example");
            }
        }
    }
}
