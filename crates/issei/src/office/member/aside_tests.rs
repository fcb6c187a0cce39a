use std::collections::BTreeMap;

use issei_model::{Digest, Reflex, Span, StandingOrder, Timestamp};

use super::*;
use crate::office::control::StandsOn;

fn view() -> StandingView {
    let at = Timestamp::from_secs(1_800_000_000);
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

#[test]
fn a_coordinator_that_sends_another_standing_order_is_not_believed() {
    let asked = view().id;
    let body = |view: &StandingView| serde_json::to_vec(view).unwrap();
    let shown = standing_draft(&body(&view()), asked);
    assert_eq!(shown, Reply::Standing(Box::new(view())));
    let mut other = view();
    other.order.per_hour = 1_000;
    let shown = standing_draft(&body(&other), asked);
    assert!(matches!(shown, Reply::Wrong(_)), "{shown:?}");
    let shown = standing_draft(b"{}", asked);
    assert!(matches!(shown, Reply::Failed(_)), "{shown:?}");
}
