//! Orders for tests: one that passes every gate, to be spoilt in one point.

use std::collections::BTreeMap;

use issei_model::{
    Action, Digest, EvidenceEntry, Goal, Order, Participant, Radius, Rule, Span, Timestamp,
};

/// 2026-11-01 00:00 UTC: when the sample order is proposed.
pub(crate) fn proposed_at() -> Timestamp {
    Timestamp::parse("2026-11-01").expect("a day")
}

pub(crate) fn minutes(n: i64) -> Span {
    Span::from_secs(n * 60)
}

pub(crate) fn goal(text: &str) -> Goal {
    text.parse().expect("a goal")
}

pub(crate) fn goals(texts: &[&str]) -> Vec<Goal> {
    let mut goals: Vec<Goal> = texts.iter().map(|text| goal(text)).collect();
    goals.sort();
    goals
}

pub(crate) fn entry(source: &str, kinds: &[&str], forgeable: bool) -> EvidenceEntry {
    EvidenceEntry {
        source: source.parse().expect("an organisation"),
        rule: Rule::HorizontalScan,
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        forgeable,
        commitment: Digest([7; 32]),
        until: proposed_at() - minutes(30),
    }
}

/// Refuses `c2.example` at two members for a day; two kinds of evidence; radius 12 lines.
pub(crate) fn order() -> Order {
    let member = |name: &str, lines| Participant {
        member: name.parse().expect("an organisation"),
        lines,
    };
    Order {
        schema: Order::SCHEMA.to_owned(),
        case: "case-1".to_owned(),
        renews: None,
        proposer: "aoi@isp-a".parse().expect("a person"),
        goals: goals(&["c2.example"]),
        action: Action::RefuseName,
        ground: "C1".to_owned(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        evidence: vec![
            entry("isp-a", &["shared-contacts"], false),
            entry("isp-b", &["periodicity"], false),
        ],
        radius: Radius {
            predicted_lines: 12,
            suspected_lines: 200,
            unanswered: Vec::new(),
            hints: Vec::new(),
        },
        participants: vec![member("isp-a", 9_000), member("isp-b", 11_000)],
        canary: vec!["isp-a".parse().expect("an organisation")],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: proposed_at(),
        fire_before: proposed_at() + minutes(60),
        expires_at: proposed_at() + minutes(24 * 60),
    }
}
