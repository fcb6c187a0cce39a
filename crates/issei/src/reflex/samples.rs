//! A standing order as an office tells it, for tests.

use std::collections::BTreeMap;

use issei_model::{Digest, Reflex, Span, StandingOrder, Timestamp};

use crate::office::control::{StandingView, StandsOn};

/// A draft against forged sources.
pub fn view() -> StandingView {
    let at = Timestamp::parse("2026-11-01T12:00:00Z").unwrap();
    let order = StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::DropForged,
        scope: vec!["203.0.113.0/24".parse().unwrap()],
        ground: "A3".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 2,
        per_hour: 4,
        proposed_at: at,
        valid_from: at,
        valid_until: at + Span::from_secs(86_400),
    };
    StandingView {
        id: order.id(),
        order,
        approvals: Vec::new(),
        stands: StandsOn::Draft,
        refusal: None,
        now: at,
    }
}
