//! Sensors of a member's collector, on a page and for programs.

use issei_desk::samples::after;
use issei_desk::sensors::Sensor;
use issei_model::SamplingBasis;

use super::*;
use crate::rehearsed::Rehearsal;
use crate::rights::Role;

fn answers(ask: &Ask) -> Reply {
    let told = |seconds: i64, records| Collecting {
        since: after(0),
        at: after(1_000 * seconds),
        sensors: vec![Sensor {
            name: "192.0.2.1".into(),
            domain: 7,
            sampling: SamplingBasis::Announced,
            records,
            lost: 3,
            last: after(1_000 * seconds),
        }],
        ..Collecting::default()
    };
    let mut view = SensorsView::default();
    view.take(told(2, 100));
    view.take(told(4, 5_100));
    match ask {
        Ask::Sensors => Reply::Sensors(Box::new(view)),
        other => Reply::Failed(issei_text::Phrase::same(format!("{other:?}"))),
    }
}

#[tokio::test]
async fn a_member_sees_who_sends_how_much_and_what_is_lost() {
    let window = Rehearsal::member(answers);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::Viewer]);
    let page = window.get("/sensors", &cookie).await;
    assert_eq!(page.status, 200);
    for shown in ["192.0.2.1", "5,100", "2,500", "the exporter says it"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    assert!(
        !page.body.contains("role=\"alert\""),
        "it was told just now"
    );
    let listed = window.get("/api/v1/sensors?format=csv", &cookie).await;
    assert_eq!(listed.status, 200);
    assert!(listed.body.contains("192.0.2.1"), "{}", listed.body);
    window.pass(Span::from_secs(60));
    let page = window.get("/sensors", &cookie).await;
    assert!(
        page.body.contains("role=\"alert\""),
        "nothing was told for a minute"
    );
}

#[tokio::test]
async fn a_coordinator_has_none_and_says_where_they_are() {
    let window = Rehearsal::new(answers);
    let (cookie, _) = window.signed_in("duty@coordinator", &[Role::Viewer]);
    let page = window.get("/sensors", &cookie).await;
    assert!(page.body.contains("Members have their own"));
}
