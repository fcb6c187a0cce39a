//! Orders for the tests of both machines.

use std::collections::BTreeMap;

use issei_model::{
    Action, Digest, Dossier, EvidenceEntry, Order, OrganisationId, Participant, Radius, Rule, Span,
    Timestamp,
};

/// The moment at which everything is proposed.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_800_000_000);

pub(crate) fn organisation(name: &str) -> OrganisationId {
    name.parse().expect("a name in a test is right")
}

pub(crate) fn secs(secs: i64) -> Timestamp {
    START + Span::from_secs(secs)
}

/// An order to three members of 100, 200 and 700 lines; `isp-a` is the canary. It may fire for five
/// minutes and ends after ten.
pub(crate) fn dossier() -> Dossier {
    let participant = |(name, lines): (&str, u64)| Participant {
        member: organisation(name),
        lines,
    };
    let evidence = EvidenceEntry {
        source: organisation("isp-a"),
        rule: Rule::CommandConfirmed,
        kinds: vec!["enrichment".into(), "persistence".into()],
        forgeable: false,
        commitment: Digest([3; 32]),
        until: START - Span::from_secs(60),
    };
    let order = Order {
        schema: Order::SCHEMA.into(),
        case: "case-1".into(),
        renews: None,
        proposer: "duty@coordinator"
            .parse()
            .expect("a name in a test is right"),
        goals: vec!["c2.example".parse().expect("a goal in a test is right")],
        action: Action::RefuseName,
        ground: "C1".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        evidence: vec![evidence],
        radius: Radius {
            predicted_lines: 3,
            suspected_lines: 400,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: [("isp-a", 100), ("isp-b", 200), ("isp-c", 700)]
            .map(participant)
            .into(),
        canary: vec![organisation("isp-a")],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: START,
        fire_before: secs(300),
        expires_at: secs(600),
        confirm_within: None,
    };
    Dossier {
        order,
        approvals: Vec::new(),
    }
}
