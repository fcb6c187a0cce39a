use issei_model::{Approval, Language, PublicKey, Signature};

use super::*;
use crate::samples::{noon, standing};

fn signed(by: &str) -> Approval {
    Approval {
        person: by.parse().unwrap(),
        key: PublicKey([7; 32]),
        language: Language::English,
        at: noon(),
        signature: Signature([9; 64]),
    }
}

/// The sample's draft with these signatures: it is isp-a's, and duty@isp-a proposed it.
fn draft(by: &[&str]) -> StandingView {
    let mut view = standing(StandsOn::Draft, noon());
    view.approvals = by.iter().map(|one| signed(one)).collect();
    view
}

#[test]
fn a_draft_waits_for_who_may_sign_it_and_for_the_members_own_people_in_the_end() {
    let table: [(&[&str], &[&str], &[&str]); 4] = [
        (&[], &["noc@isp-a", "counsel@isp-b"], &["duty@isp-a"]),
        (
            &["noc@isp-a"],
            &["counsel@isp-b", "cto@isp-a"],
            &["noc@isp-a", "duty@isp-a"],
        ),
        (
            &["counsel@isp-b"],
            &["noc@isp-a"],
            &["counsel@isp-b", "counsel@isp-c", "duty@isp-a"],
        ),
        (
            &["noc@isp-a", "counsel@isp-b"],
            &["counsel@isp-c"],
            &["noc@isp-a"],
        ),
    ];
    for (by, waits, rests) in table {
        let view = draft(by);
        for (people, expected) in [(waits, true), (rests, false)] {
            for person in people {
                let told = view.waits_for(&person.parse().unwrap());
                assert_eq!(told, expected, "{person} after {by:?}");
            }
        }
    }
}

#[test]
fn who_confirms_its_facts_is_waited_for_too() {
    let counsel = "counsel@isp-c".parse().unwrap();
    let mut view = draft(&["counsel@isp-b"]);
    assert!(!view.waits_for(&counsel));
    let fact = issei_model::Fact {
        value: issei_model::FactValue::Flag(true),
        stated_by: "duty@isp-a".parse().unwrap(),
        confirmed_by: Some("counsel@isp-c".parse().unwrap()),
    };
    view.order.facts.insert("necessity".into(), fact);
    assert!(view.waits_for(&counsel));
}

#[test]
fn what_left_or_is_over_waits_for_nobody() {
    let person = "noc@isp-a".parse().unwrap();
    for stands in [
        StandsOn::Leaving,
        StandsOn::Ready,
        StandsOn::Refused,
        StandsOn::Ended,
    ] {
        assert!(!standing(stands, noon()).waits_for(&person), "{stands:?}");
    }
    let over = standing(StandsOn::Draft, draft(&[]).order.valid_until);
    assert!(!over.waits_for(&person));
}

#[test]
fn it_ends_soon_on_its_last_day_while_it_lives() {
    let end = standing(StandsOn::Ready, noon()).order.valid_until;
    for (stands, now, soon) in [
        (StandsOn::Ready, end - SOON, true),
        (StandsOn::Logged, end - Span::from_secs(1), true),
        (StandsOn::Ready, end - SOON - Span::from_secs(1), false),
        (StandsOn::Ready, end, false),
        (StandsOn::Draft, end - SOON, false),
        (StandsOn::Ended, end - SOON, false),
    ] {
        let told = standing(stands, now).ends_soon();
        assert_eq!(told, soon.then_some(end), "{stands:?} {now}");
    }
}

#[test]
fn what_it_does_names_a_single_prefix_and_counts_several() {
    let mut order = standing(StandsOn::Ready, noon()).order;
    assert_eq!(
        deed(&order, Text(Language::English)),
        "limit floods to 100 packets/s in 2 prefixes"
    );
    order.scope.truncate(1);
    for (reflex, en) in [
        (Reflex::DropForged, "drop forged sources in 203.0.113.0/24"),
        (
            Reflex::DropOnRequest("power".parse().unwrap()),
            "drop what power asks in 203.0.113.0/24",
        ),
    ] {
        order.reflex = reflex;
        assert_eq!(deed(&order, Text(Language::English)), en);
        assert_ne!(deed(&order, Text(Language::Japanese)), en);
    }
}
