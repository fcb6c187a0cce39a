//! What is known of an address, for programs and on the page that is searched from.

use axum::http::Method;
use issei_desk::{Ask, Reply};
use issei_text::Phrase;
use serde_json::Value;

use crate::rehearsed::{Rehearsal, request};
use crate::rights::Role;

fn guarding(ask: &Ask) -> Reply {
    match ask {
        Ask::Guarded(goal) if goal.to_string() == "8.8.8.8" => Reply::Guarded(Some(Phrase {
            en: "it is a <resolver>".into(),
            ja: "公開リゾルバです".into(),
        })),
        Ask::Guarded(_) => Reply::Guarded(None),
        other => Reply::Wrong(Phrase::same(format!("{other:?}"))),
    }
}

#[tokio::test]
async fn a_program_reads_the_sentence_in_both_languages_and_its_parts() {
    let window = Rehearsal::new(guarding);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    let told = window.get("/api/v1/why?of=192.0.2.7", &cookie).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let value: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(value["is_cut"], true, "{value}");
    assert_eq!(value["orders"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["orders"][0]["acts"], true, "what acts comes first");
    assert_eq!(value["findings"], 0);
    assert_eq!(value["never_cut"], Value::Null);
    let sentence = value["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("192.0.2.7: cut by order "),
        "{sentence}"
    );
    assert!(value["sentence_ja"].as_str().unwrap().contains("遮断中"));
    let told = window.get("/api/v1/why?of=8.8.8.8", &cookie).await;
    let value: Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(value["never_cut"], "it is a <resolver>");
    assert_eq!(value["never_cut_ja"], "公開リゾルバです");
    assert_eq!(value["is_cut"], false);
}

#[tokio::test]
async fn what_is_no_goal_is_refused_and_a_stranger_learns_nothing() {
    let window = Rehearsal::new(guarding);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    for query in ["", "?of=", "?of=192.0.2.0/24", "?of=192.0.2.7&and=more"] {
        let told = window.get(&format!("/api/v1/why{query}"), &cookie).await;
        assert_eq!(told.status, 400, "{query}: {}", told.body);
    }
    let stranger = request(Method::GET, "/api/v1/why?of=192.0.2.7", &[], "");
    assert_eq!(window.send(stranger).await.status, 401);
    let silent = Rehearsal::new(|_| Reply::Failed(Phrase::same("no")));
    let (cookie, _) = silent.signed_in("eye@coordinator", &[Role::Viewer]);
    let told = silent.get("/api/v1/why?of=192.0.2.7", &cookie).await;
    assert_eq!(
        told.status, 503,
        "what no list was asked about is not said to be on none"
    );
}

#[tokio::test]
async fn who_searches_for_an_address_reads_the_sentence_first() {
    let window = Rehearsal::new(guarding);
    let (cookie, _) = window.signed_in("eye@coordinator", &[Role::Viewer]);
    let page = window.get("/search?q=192.0.2.7", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("192.0.2.7: cut by order "),
        "{}",
        page.body
    );
    let page = window.get("/search?q=8.8.8.8", &cookie).await;
    assert!(
        page.body
            .contains("never cut, for it is a &lt;resolver&gt;"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("/api/v1/why?of=8.8.8.8"),
        "{}",
        page.body
    );
    let word = window.get("/search?q=draft-1", &cookie).await;
    assert_eq!(word.status, 303, "a case's name still leads to the case");
}
