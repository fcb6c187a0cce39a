//! What waits for a confirmation is called for by its deadline, and is the next to end.

use issei_desk::samples::{after, awaiting, noon, view};
use issei_text::Text;
use issei_text::format::Zone;

use super::*;
use crate::rights::Visitor;
use crate::view::Colours;

fn reader() -> Reader {
    Reader {
        text: Text(issei_model::Language::English),
        zone: Zone::Utc,
        colours: Colours::System,
        visitor: Visitor::default(),
        address: "/".into(),
        looks: true,
        said: None,
    }
}

fn scene(views: Vec<OrderView>) -> Scene {
    let orders = views.into_iter().map(|view| (view.id, Arc::new(view)));
    Scene {
        at: after(10_000),
        orders: orders.collect(),
        ..Scene::default()
    }
}

fn in_case(mut view: OrderView, case: &str) -> OrderView {
    view.order.case = case.into();
    view.id = view.order.id();
    view
}

#[test]
fn an_order_that_awaits_a_confirmation_needs_somebody_by_its_deadline() {
    let now = after(10_000);
    let soon = in_case(awaiting(now, after(5_000)), "soon");
    let late = in_case(awaiting(now, after(9_000)), "late");
    let before_t = in_case(awaiting(now, after(20_000)), "before-t");
    let ended = OrderView {
        stands: Stands::Ended,
        ..in_case(awaiting(now, after(5_000)), "ended")
    };
    let needless = in_case(view(Stands::Armed, noon(), Vec::new()), "needless");
    let scene = scene(vec![late, needless, ended, soon, before_t]);
    let needs = needs(&reader(), &scene);
    let told: Vec<_> = needs
        .iter()
        .map(|need| (need.about.as_str(), need.by))
        .collect();
    assert_eq!(
        told,
        [
            ("soon", Some(after(605_000))),
            ("late", Some(after(609_000)))
        ]
    );
    assert!(needs[0].next.contains("confirm"), "{}", needs[0].next);
    let alive: Vec<_> = scene
        .alive()
        .iter()
        .map(|view| view.order.case.as_str())
        .collect();
    assert_eq!(
        alive,
        ["soon", "late", "before-t", "needless"],
        "the next to end first"
    );
}
