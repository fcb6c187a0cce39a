//! A stranger writes, people here read and answer, and the stranger reads the answer.

use issei_desk::appeals::Answered;
use issei_model::Timestamp;

use crate::rehearsed::Rehearsal;
use crate::rights::Role;

use super::*;

fn view() -> AppealView {
    AppealView {
        reference: "0a0b".into(),
        at: Timestamp::from_secs(1_800_000_000),
        appeal: Appeal {
            about: "shop.example".into(),
            words: "<b>closed</b>".into(),
            reach: "me@example".into(),
        },
        about: std::collections::BTreeSet::new(),
        answered: None,
    }
}

fn answers(ask: &Ask) -> Reply {
    match ask {
        Ask::Appeal(appeal) => match appeal.wrong() {
            Some(why) => Reply::Wrong(why),
            None => Reply::Appealed("0a0b".into()),
        },
        Ask::AppealOf(reference) if reference == "0a0b" => Reply::Appeals(vec![AppealView {
            answered: Some(Answered {
                at: Timestamp::from_secs(1_800_000_060),
                person: "duty@coordinator".parse().expect("a person"),
                words: "It was lifted.".into(),
            }),
            ..view()
        }]),
        Ask::AppealOf(_) => Reply::Wrong(issei_text::Phrase::same(
            "there is no appeal under this reference",
        )),
        Ask::Appeals => Reply::Appeals(vec![view()]),
        Ask::AnswerAppeal { .. } => Reply::Done(issei_text::Phrase::same("answered")),
        other => Reply::Failed(issei_text::Phrase::same(format!("{other:?}"))),
    }
}

/// The token of the form that a stranger sees.
fn nobody() -> (String, String) {
    (String::new(), crate::rights::Visitor::default().form_token)
}

#[tokio::test]
async fn a_stranger_writes_and_reads_the_answer_and_nothing_else() {
    let window = Rehearsal::new(answers);
    let form = window.get("/public", "").await;
    assert!(form.body.contains("action=\"/public/appeals\""));
    let sent = window
        .post(
            "/public/appeals",
            &nobody(),
            "about=shop.example&words=closed&reach=",
        )
        .await;
    assert_eq!(sent.status, 201);
    assert!(sent.body.contains("0a0b"));
    let read = window.get("/public/appeals?reference=0a0b", "").await;
    assert_eq!(read.status, 200);
    assert!(read.body.contains("It was lifted."));
    for private in ["me@example", "closed", "duty@coordinator"] {
        assert!(!read.body.contains(private), "{private}");
    }
    assert_eq!(
        window
            .get("/public/appeals?reference=0a0c", "")
            .await
            .status,
        404
    );
    let read = window.get("/api/v1/appeals/0a0b", "").await;
    assert_eq!(read.status, 200);
    assert!(read.body.contains("It was lifted.") && !read.body.contains("me@example"));
}

#[tokio::test]
async fn a_wrong_one_says_what_is_wrong() {
    let window = Rehearsal::new(answers);
    let sent = window
        .post("/public/appeals", &nobody(), "about=&words=closed&reach=")
        .await;
    assert_eq!(sent.status, 422);
    assert!(sent.body.contains("`about` has 0 letters"));
}

#[tokio::test]
async fn a_stranger_does_not_write_often() {
    let window = Rehearsal::new(answers);
    let mut taken = 0;
    for _ in 0..30 {
        let sent = window
            .post("/public/appeals", &nobody(), "about=a&words=b&reach=")
            .await;
        taken += usize::from(sent.status == 201);
    }
    assert_eq!(taken, 10);
    assert_eq!(
        window.get("/public", "").await.status,
        200,
        "who reads is not held up"
    );
}

#[tokio::test]
async fn who_may_see_lines_reads_them_and_who_handles_cases_answers() {
    let window = Rehearsal::new(answers);
    let analyst = window.signed_in("ana@coordinator", &[Role::Analyst]);
    let list = window.get("/appeals", &analyst.0).await;
    assert!(list.body.contains("me@example"));
    assert!(
        list.body.contains("&lt;b&gt;closed"),
        "a stranger's words are text"
    );
    let answered = window.post("/appeals/0a0b", &analyst, "words=Lifted").await;
    assert_eq!(answered.status, 303);
    let asked = window.asked.lock().expect("no panic").clone();
    let Some(Ask::AnswerAppeal { person, words, .. }) = asked.last() else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (person.to_string().as_str(), words.as_str()),
        ("ana@coordinator", "Lifted")
    );
    let viewer = window.signed_in("vera@coordinator", &[Role::Viewer]);
    assert_eq!(window.get("/appeals", &viewer.0).await.status, 403);
    assert_eq!(
        window
            .post("/appeals/0a0b", &viewer, "words=No")
            .await
            .status,
        403
    );
    assert_eq!(window.get("/api/v1/appeals", &viewer.0).await.status, 403);
}
