//! What is about a goal, and which of it is said.

use std::collections::BTreeSet;

use issei_model::{Language, Level, Span};

use super::*;
use crate::samples::{after, armed, entry, in_force, noon, view};

const EN: Text = Text(Language::English);

fn goal(text: &str) -> Goal {
    text.parse().unwrap()
}

fn said(asked: &str, orders: &[OrderView]) -> String {
    let asked = goal(asked);
    let told: Option<std::iter::Empty<&Reported>> = None;
    Known::of(&asked, orders.iter(), std::iter::empty(), told, None).sentence(EN)
}

#[test]
fn a_service_meets_its_host_and_a_name_what_is_below_it() {
    for (asked, named, meant) in [
        ("192.0.2.7", "192.0.2.7:23/tcp", true),
        ("192.0.2.7:23/tcp", "192.0.2.7", true),
        ("192.0.2.7:23/tcp", "192.0.2.7:23/tcp", true),
        ("192.0.2.7:23/udp", "192.0.2.7:23/tcp", false),
        ("192.0.2.7:80/tcp", "192.0.2.7:23/tcp", false),
        ("192.0.2.8", "192.0.2.7", false),
        ("c2.example", "c2.example", true),
        ("www.c2.example", "c2.example", true),
        ("c2.example", "www.c2.example", false),
        ("notc2.example", "c2.example", false),
        ("c2.example", "192.0.2.7", false),
    ] {
        assert_eq!(meets(&goal(asked), &goal(named)), meant, "{asked} {named}");
    }
}

#[test]
fn an_order_that_acts_is_said_before_a_draft_and_a_draft_before_what_ended() {
    let acting = view(
        Stands::InForce,
        after(3_000),
        vec![in_force("isp-a", 4_000, after(2_000), 800)],
    );
    let with = |stands| view(stands, noon(), Vec::new());
    let members = vec![armed("isp-a", 4_000, after(2_000))];
    let coming = view(Stands::Armed, noon(), members);
    let mut all = vec![with(Stands::Ended), with(Stands::Draft), coming, acting];
    for words in [
        "cut by order",
        "on its way to cut it",
        "people read a draft",
    ] {
        let sentence = said("192.0.2.7", &all);
        let more = all.len() - 1;
        assert!(sentence.contains(words), "{words}: {sentence}");
        assert!(
            sentence.contains(&format!(", and {more} more about it")),
            "{sentence}"
        );
        all.pop();
    }
    assert!(said("192.0.2.7", &all).contains("not cut any more"));
    assert!(said("192.0.2.7", &[with(Stands::Refused)]).contains("takes no part"));
    assert!(said("192.0.2.8", &all).contains("nothing is in force against it"));
}

#[test]
fn among_like_orders_the_newest_is_said() {
    let old = view(Stands::Ended, noon(), Vec::new());
    let mut new = old.clone();
    new.order.proposed_at = old.order.proposed_at + Span::from_secs(60);
    new.order.case = "camera-2".into();
    let sentence = said("192.0.2.7", &[old, new]);
    assert!(sentence.contains("camera-2"), "{sentence}");
}

#[test]
fn findings_are_counted_with_who_found_them_and_a_case_by_what_its_names_stood_for() {
    let told = |source: &str, at: i64, about: &str| {
        let mut evidence = entry(source);
        evidence.until = after(at);
        Reported {
            goal: goal(about),
            level: Level::Finding,
            evidence,
            addresses: BTreeSet::new(),
        }
    };
    let told = [
        told("isp-b", 0, "192.0.2.7:23/tcp"),
        told("isp-a", 60_000, "192.0.2.7:23/tcp"),
        told("isp-a", 90_000, "192.0.2.9:23/tcp"),
    ];
    let case = CaseView {
        case: "camera-1".into(),
        stage: issei_case::Stage::Open,
        goals: vec![goal("c2.example")],
        evidence: Vec::new(),
        addresses: vec![crate::StoodFor {
            name: "c2.example".parse().unwrap(),
            ip: "192.0.2.7".parse().unwrap(),
            source: "isp-a".parse().unwrap(),
        }],
        answers: Vec::new(),
        radius: None,
        order: None,
        refusals: Vec::new(),
    };
    let known = |asked: &str, never: Option<Phrase>, language| {
        let asked = goal(asked);
        let (orders, cases) = (std::iter::empty(), std::iter::once(&case));
        let known = Known::of(&asked, orders, cases, Some(told.iter()), never.as_ref());
        assert!(!known.is_cut());
        known.sentence(Text(language))
    };
    let never = Some(Phrase::same("it is a resolver"));
    assert_eq!(
        known("192.0.2.7", never, Language::English),
        "192.0.2.7: nothing is in force against it; 2 findings by isp-a, isp-b, the newest seen until \
         2026-11-01 12:01:00 UTC (case camera-1); never cut, for it is a resolver."
    );
    assert_eq!(
        known("192.0.2.99", None, Language::English),
        "192.0.2.99: nothing is in force against it; no member found anything about it; no list says that it is \
         never cut."
    );
    assert!(known("192.0.2.99", None, Language::Japanese).contains("遮断はありません"));
}
