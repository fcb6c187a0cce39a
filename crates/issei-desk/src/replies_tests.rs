use issei_model::{PublicKey, Signature};

use super::*;
use crate::samples::{after, awaiting, noon, view};

fn approval() -> Box<Approval> {
    Box::new(Approval {
        person: "counsel@isp-b".parse().unwrap(),
        key: PublicKey([1; 32]),
        language: Language::English,
        at: after(20_000),
        signature: Signature([2; 64]),
    })
}

/// When T is, and by when it must be confirmed.
const T: i64 = 5_000;
const BY: i64 = 605_000;

#[test]
fn it_is_awaited_from_the_first_t_in_the_log_and_signed_from_t_to_the_moment() {
    for (now, confirmable) in [(T - 1, false), (T, true), (BY - 1, true), (BY, false)] {
        let view = awaiting(after(now), after(T));
        assert_eq!(view.awaits(), Some(after(BY)), "{now}");
        assert_eq!(view.is_confirmable(), confirmable, "{now}");
        assert_eq!(view.ends(), after(BY));
    }
}

#[test]
fn what_was_confirmed_or_ended_or_needs_none_awaits_nobody() {
    let open = awaiting(after(10_000), after(T));
    let mut confirmed = open.clone();
    confirmed.confirming.approval = Some(approval());
    assert_eq!(confirmed.ends(), confirmed.order.expires_at);
    let needless = view(Stands::Armed, noon(), Vec::new());
    assert_eq!(needless.ends(), needless.order.expires_at);
    let stood = [Stands::Draft, Stands::Held, Stands::Refused, Stands::Ended];
    let stood = stood.map(|stands| OrderView {
        stands,
        ..open.clone()
    });
    assert_eq!(stood[3].ends(), after(BY), "as nobody confirmed it");
    for view in stood.iter().chain([&confirmed, &needless]) {
        assert_eq!(view.awaits(), None, "{:?}", view.stands);
        assert!(!view.is_confirmable(), "{:?}", view.stands);
    }
    let living = [Stands::Preparing, Stands::Canary, Stands::InForce];
    for stands in living {
        let view = OrderView {
            stands,
            ..open.clone()
        };
        assert!(view.is_confirmable(), "{stands:?}");
    }
}

#[test]
fn a_view_and_a_wish_of_an_office_that_knows_of_no_confirmations_are_read() {
    let view = view(Stands::Armed, noon(), Vec::new());
    let mut told = serde_json::to_value(&view).unwrap();
    told.as_object_mut().unwrap().remove("confirming");
    assert_eq!(serde_json::from_value::<OrderView>(told).unwrap(), view);
}
