//! A standing order as the policies see it: an order that lasts as long as one activation.
//!
//! In: a standing order. Out: the specimen that the layers are asked about. Always: the specimen is
//! the widest rule that an activation could put, so that what passes for it passes for each of them.
//! Not here: whether the scope is the member's own, who signed (`standing` of the room).

use issei_model::{
    Action, Digest, EvidenceEntry, Goal, Order, Participant, Radius, Reflex, Rule, Span,
    StandingOrder,
};

use super::refused::Ungrounded;
use super::row::Row;
use crate::Words;

/// Writes one activation as an order.
pub(super) fn specimen(order: &StandingOrder) -> Order {
    let (goal, action, rule) = shape(&order.reflex);
    let evidence = EvidenceEntry {
        source: order.member.clone(),
        rule,
        kinds: Vec::new(),
        forgeable: false,
        commitment: Digest([0; 32]),
        // A trigger is seconds old when its reflex acts.
        until: order.proposed_at,
    };
    Order {
        schema: Order::SCHEMA.to_owned(),
        case: "standing order".to_owned(),
        renews: None,
        proposer: order.proposer.clone(),
        goals: vec![goal],
        action,
        ground: order.ground.clone(),
        pack: order.pack,
        facts: order.facts.clone(),
        evidence: vec![evidence],
        radius: Radius {
            predicted_lines: 0,
            suspected_lines: 1,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: vec![Participant {
            member: order.member.clone(),
            lines: 1,
        }],
        canary: Vec::new(),
        canary_skipped_by: Vec::new(),
        quorum_percent: 100,
        clock_limit: Span::from_secs(1),
        proposed_at: order.proposed_at,
        fire_before: order.proposed_at,
        expires_at: order.proposed_at + order.lasts,
        confirm_within: None,
    }
}

/// The widest rule of a reflex. A victim may be a whole host; a forged source is told packet by
/// packet, so no host as a whole is ever cut for it.
fn shape(reflex: &Reflex) -> (Goal, Action, Rule) {
    let goal = |text: &str| text.parse().expect("a goal written here reads");
    match reflex {
        Reflex::LimitFlood(packets) => (
            goal("192.0.2.1"),
            Action::RateLimit(*packets),
            Rule::OutboundFlood,
        ),
        Reflex::DropOnRequest(_) => (goal("192.0.2.1"), Action::Drop, Rule::InboundFlood),
        Reflex::DropForged => (goal("192.0.2.1:53/udp"), Action::Drop, Rule::OutboundFlood),
    }
}

/// Says no because the row is no ground for such a reflex.
pub(super) fn not_offered(row: &Row, reflex: &Reflex) -> Box<Ungrounded> {
    let (name, code) = (&row.name, reflex.code());
    Ungrounded::new(
        name,
        "no-standing-ground",
        Words::new(
            format!("ground {name} is not marked for the standing order `{code}`"),
            format!("根拠 {name} は常時指令 `{code}` の根拠として認められていません"),
        ),
        Words::new(
            "name a row that the pack marks for it, or propose a single order",
            "パックで認められた根拠を挙げるか、個別の指令を提案してください",
        ),
    )
}
