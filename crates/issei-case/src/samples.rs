//! Orders for tests: one that passes every gate, to be spoilt in one point.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use issei_model::{
    Action, Approval, Digest, Dossier, EvidenceEntry, Fact, FactValue, Goal, Language, Order,
    Participant, PersonId, PublicKey, Radius, Rule, Signature, Span, Timestamp,
};

use crate::approvals::{Role, Roster, RosterKey, signed_bytes};
use crate::ground::{FactKind, Pack};
use crate::text::order_text;

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
            remembered: std::collections::BTreeMap::new(),
        },
        participants: vec![member("isp-a", 9_000), member("isp-b", 11_000)],
        canary: vec!["isp-a".parse().expect("an organisation")],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: proposed_at(),
        fire_before: proposed_at() + minutes(60),
        expires_at: proposed_at() + minutes(24 * 60),
        confirm_within: None,
    }
}

/// The sample order on a real ground: C1 of the shipped pack, every fact stated and confirmed.
pub(crate) fn grounded_order() -> Order {
    let pack = Pack::japan();
    let row = pack.row("C1").expect("a row that ships");
    let facts = row.facts.iter().map(|(name, rule)| {
        let value = match rule.kind {
            FactKind::Flag => FactValue::Flag(true),
            FactKind::Number => FactValue::Number(1),
            FactKind::Moment => FactValue::Moment(proposed_at()),
            FactKind::Text => FactValue::Text("clause 12".to_owned()),
            FactKind::Document => FactValue::Document(Digest([3; 32])),
        };
        let fact = Fact {
            value,
            stated_by: person("aoi@isp-a"),
            confirmed_by: Some(person("yui@isp-b")),
        };
        (name.clone(), fact)
    });
    let mut order = order();
    order.facts = facts.collect();
    order.pack = pack.digest();
    order
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub(crate) fn public(number: u8) -> PublicKey {
    PublicKey(key(number).verifying_key().to_bytes())
}

pub(crate) fn person(text: &str) -> PersonId {
    text.parse().expect("a person")
}

pub(crate) fn held(number: u8, role: Role) -> RosterKey {
    RosterKey {
        key: public(number),
        role,
        from: proposed_at() - minutes(60),
        until: proposed_at() + minutes(600),
    }
}

/// aoi@isp-a (1) proposes in the sample; ren@isp-a (2), yui@isp-b (3), mei@isp-b (4) may approve.
pub(crate) fn roster() -> Roster {
    let mut roster = Roster::new(2);
    let people = [
        ("aoi@isp-a", 1),
        ("ren@isp-a", 2),
        ("yui@isp-b", 3),
        ("mei@isp-b", 4),
    ];
    for (name, number) in people {
        roster
            .enter(&person(name), held(number, Role::Approver))
            .expect("a new key");
    }
    roster
}

pub(crate) fn approval(order: &Order, name: &str, number: u8) -> Approval {
    let text = order_text(order, Language::Japanese);
    Approval {
        person: person(name),
        key: public(number),
        language: Language::Japanese,
        at: proposed_at() + minutes(2),
        signature: Signature(key(number).sign(&signed_bytes(&text)).to_bytes()),
    }
}

pub(crate) fn dossier(order: Order, people: &[(&str, u8)]) -> Dossier {
    let approvals = people
        .iter()
        .map(|(name, number)| approval(&order, name, *number))
        .collect();
    Dossier { order, approvals }
}
