use super::*;
use crate::reflex::samples::view;

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
