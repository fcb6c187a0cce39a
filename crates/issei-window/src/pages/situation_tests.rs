//! What waits for a person is called for by its deadline: confirmations, standing orders.

use issei_desk::samples::{after, awaiting, noon, standing, view};
use issei_desk::{StandingView, StandsOn};
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

/// What a person is called to do about one standing order at isp-a.
fn called(view: &StandingView, person: &str, roles: &[Role]) -> Vec<(Option<Timestamp>, String)> {
    let reader = Reader {
        visitor: Visitor {
            person: person.parse().ok(),
            roles: roles.iter().copied().collect(),
            ..Visitor::default()
        },
        ..reader()
    };
    let scene = Scene {
        at: view.now,
        status: Some(issei_desk::Status {
            office: "isp-a".parse().unwrap(),
            charter: issei_model::Digest([5; 32]),
            entries: 1,
            current: true,
            stopped: false,
            connected: 1,
            alive: 0,
            findings: 0,
            clock_error: None,
            alarms: Vec::new(),
            counts: std::collections::BTreeMap::new(),
            reviews: Vec::new(),
        }),
        standings: [(view.id, Arc::new(view.clone()))].into(),
        ..Scene::default()
    };
    let needs = needs(&reader, &scene).into_iter();
    needs
        .map(|need| {
            assert_eq!(need.address, format!("/reflexes/{}", view.id));
            assert!(
                need.about.contains(&view.id.to_string()[..12]),
                "{}",
                need.about
            );
            (need.by, need.next)
        })
        .collect()
}

#[test]
fn a_draft_of_a_standing_order_calls_only_those_whose_signature_it_waits_for() {
    let draft = standing(StandsOn::Draft, after(6_000));
    let end = Some(draft.order.valid_until);
    let told = called(&draft, "noc@isp-a", &[Role::Approver]);
    assert!(
        matches!(told.as_slice(), [(by, next)] if *by == end && next.contains("sign")),
        "{told:?}"
    );
    for (person, role) in [
        ("duty@isp-a", Role::Approver), // who proposed it
        ("noc@isp-a", Role::Operator),
    ] {
        assert_eq!(called(&draft, person, &[role]), [], "{person} {role:?}");
    }
    let ready = standing(StandsOn::Ready, after(6_000));
    assert_eq!(called(&ready, "noc@isp-a", &[Role::Approver]), []);
}

#[test]
fn the_own_standing_order_that_ends_within_a_day_is_called_for_and_anothers_is_not() {
    let end = standing(StandsOn::Ready, noon()).order.valid_until;
    let hour = Span::from_secs(3_600);
    let mut last_day = standing(StandsOn::Ready, end - hour);
    let told = called(&last_day, "viewer@isp-a", &[Role::Viewer]);
    assert!(
        matches!(told.as_slice(), [(Some(by), next)] if *by == end && next.contains("anew")),
        "{told:?}"
    );
    last_day.order.member = "isp-b".parse().unwrap();
    assert_eq!(called(&last_day, "viewer@isp-a", &[Role::Viewer]), []);
    let early = standing(StandsOn::Ready, end - hour - Span::from_secs(86_400));
    assert_eq!(called(&early, "viewer@isp-a", &[Role::Viewer]), []);
}
