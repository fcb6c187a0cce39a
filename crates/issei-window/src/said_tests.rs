//! An answer is said once, to whom it was given, at the page that follows.

use issei_desk::{Ask, Reply};
use issei_model::Span;
use issei_text::Phrase;

use super::*;
use crate::rehearsed::{ORIGIN, Rehearsal, request};
use crate::rights::Role;

fn answers(_: &Ask) -> Reply {
    Reply::Done(Phrase::same("the lists are read again"))
}

const SAID: &str = "the lists are read again";

#[tokio::test]
async fn what_the_office_answered_stands_on_the_page_that_follows_and_once() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("duty@coordinator", &[Role::Operator]);
    let other = window.signed_in("viewer@coordinator", &[Role::Viewer]);
    let told = window.post("/set-up/reload", &operator, "").await;
    assert_eq!(told.status, 303);
    let elsewhere = window.get("/set-up", &other.0).await;
    assert!(
        !elsewhere.body.contains(SAID),
        "another session is told nothing"
    );
    let page = window.get("/set-up", &operator.0).await;
    assert!(page.body.contains(SAID), "{}", page.body);
    let again = window.get("/set-up", &operator.0).await;
    assert!(!again.body.contains(SAID), "it is said once");
}

#[tokio::test]
async fn a_script_and_a_program_take_no_answer_away() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("duty@coordinator", &[Role::Operator]);
    window.post("/set-up/reload", &operator, "").await;
    let cookie = ("cookie", operator.0.as_str());
    let looked = request(
        axum::http::Method::GET,
        "/set-up",
        &[cookie, ("sec-fetch-mode", "cors"), ("origin", ORIGIN)],
        "",
    );
    assert!(!window.send(looked).await.body.contains(SAID));
    window.get("/api/v1/status", &operator.0).await;
    window.get("/assets/none/window.css", &operator.0).await;
    assert!(window.get("/set-up", &operator.0).await.body.contains(SAID));
}

#[tokio::test]
async fn an_answer_that_nobody_came_for_is_forgotten_and_they_are_bounded() {
    let window = Rehearsal::new(answers);
    let operator = window.signed_in("duty@coordinator", &[Role::Operator]);
    window.post("/set-up/reload", &operator, "").await;
    window.pass(WAITS);
    window.pass(Span::from_secs(1));
    assert!(!window.get("/set-up", &operator.0).await.body.contains(SAID));
    let waiting = Waiting::default();
    let now = issei_desk::samples::noon();
    let visitor = |number: usize| Visitor {
        form_token: number.to_string(),
        ..Visitor::default()
    };
    for number in 0..MOST + 5 {
        waiting.keep(&visitor(number), Phrase::same("so"), now);
    }
    assert_eq!(waiting.0.lock().unwrap().len(), MOST);
    let later = now + WAITS + Span::from_secs(1);
    waiting.keep(&visitor(MOST + 9), Phrase::same("so"), later);
    assert_eq!(waiting.0.lock().unwrap().len(), 1);
    waiting.keep(&Visitor::default(), Phrase::same("so"), later);
    assert_eq!(
        waiting.0.lock().unwrap().len(),
        1,
        "a stranger has no session"
    );
}
