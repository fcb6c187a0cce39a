//! What stands around every page is true, also when the office is gone.

use issei_desk::{Ask, Reply};
use issei_model::Span;

use crate::rehearsed::{Rehearsal, orders};
use crate::rights::Role;

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

#[tokio::test]
async fn a_window_whose_office_is_gone_does_not_say_that_nothing_is_cut() {
    let window = Rehearsal::new(fine);
    let (cookie, _) = window.signed_in("duty@coordinator", &[Role::Viewer]);
    let order = format!("/orders/{}", orders()[0].id);
    let shown = window.get(&order, &cookie).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("1 cut in force"), "{}", shown.body);
    window.office_ends();
    window.pass(Span::from_secs(10));
    for (path, status) in [("/", 200), ("/sign-in", 200), (&order, 503)] {
        let told = window.get(path, &cookie).await;
        assert_eq!(told.status, status, "{path}");
        assert!(!told.body.contains("No cut in force"), "{path}");
        assert!(told.body.contains("is not known here"), "{path}");
        let stranger = window.get(path, "").await;
        assert!(!stranger.body.contains("No cut in force"), "{path}");
    }
}

#[tokio::test]
async fn the_answer_to_a_form_is_not_asked_for_again_by_itself() {
    let window = Rehearsal::new(|_| Reply::Wrong(issei_text::Phrase::same("no")));
    let session = window.signed_in("duty@coordinator", &[Role::Operator]);
    let look = window.get("/lift", &session.0).await;
    assert!(look.body.contains("data-follows"));
    let answer = window.post("/lift", &session, "reason=by-person").await;
    assert_eq!(answer.status, 422);
    assert!(!answer.body.contains("data-follows"));
}
