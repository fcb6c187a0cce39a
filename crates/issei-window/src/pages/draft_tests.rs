//! What is typed becomes exactly the wish of who is signed in, or is named as wrong.

use issei_desk::Reply;
use issei_model::{FactValue, StandingId};

use super::*;
use crate::rehearsed::Rehearsal;
use crate::rights::Role;

const NAME: StandingId = StandingId(issei_model::Digest([7; 32]));

fn drafts(ask: &Ask) -> Reply {
    match ask {
        Ask::ProposeStanding(_) => Reply::NamedStanding(NAME),
        _ => Reply::Done(issei_text::Phrase::same("so it is")),
    }
}

/// The form for row A2, as it is sent; every fact is answered as its kind asks.
fn filled() -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = [
        ("ground", "A2"),
        ("reflex", "limit-flood"),
        ("packets", "100"),
        ("scope", "203.0.113.0/24\r\n2001:db8:1::/48"),
        ("lasts", "5"),
        ("at-once", "20"),
        ("per-hour", "60"),
        ("days", "30"),
        ("confirmed", "counsel@isp-b"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, rule) in &marked("A2").unwrap().facts {
        use issei_case::ground::FactKind;
        let typed = match rule.kind {
            FactKind::Flag => "yes".to_owned(),
            FactKind::Number => "40".to_owned(),
            FactKind::Moment => "2026-11-01T12:00:00Z".to_owned(),
            FactKind::Text => "uplinks at Osaka".to_owned(),
            FactKind::Document => "ab".repeat(32),
        };
        fields.insert(format!("fact-{name}"), typed);
    }
    fields
}

fn sent(fields: &BTreeMap<String, String>) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", super::super::act::escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn a_form_becomes_the_wish_of_who_is_signed_in() {
    let window = Rehearsal::member(drafts);
    let session = window.signed_in("duty@isp-a", &[Role::Operator]);
    let told = window
        .post("/reflexes/propose", &session, &sent(&filled()))
        .await;
    assert_eq!(told.status, 303, "{}", told.body);
    assert_eq!(
        told.headers["location"],
        format!("/reflexes/{NAME}").as_str()
    );
    let asked = window.asked.lock().unwrap().clone();
    let [Ask::ProposeStanding(wish)] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(wish.proposer.to_string(), "duty@isp-a");
    assert_eq!(wish.reflex, Reflex::LimitFlood(100));
    let scope: Vec<String> = wish.scope.iter().map(ToString::to_string).collect();
    assert_eq!(scope, ["203.0.113.0/24", "2001:db8:1::/48"]);
    assert_eq!((wish.at_once, wish.per_hour), (20, 60));
    assert_eq!(wish.lasts, Span::from_secs(300));
    assert_eq!(wish.stands, Span::from_secs(30 * 86_400));
    let necessity = &wish.facts["necessity"];
    assert_eq!(necessity.value, FactValue::Flag(true));
    assert_eq!(necessity.stated_by, wish.proposer);
    assert_eq!(necessity.confirmed_by, "counsel@isp-b".parse().ok());
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_nothing_is_asked() {
    let window = Rehearsal::member(drafts);
    let session = window.signed_in("duty@isp-a", &[Role::Operator]);
    for (field, value, named) in [
        ("scope", "203.0.113.0/24, home", "`home` is no prefix"),
        ("ground", "C1", "Each row names a trigger"),
        ("reflex", "drop-forged", "Each row names a trigger"),
        ("packets", "many", "A whole number is wanted"),
        ("lasts", "-5", "A whole number is wanted"),
        ("days", "", "A whole number is wanted"),
        ("confirmed", "counsel", "is no person"),
        ("fact-necessity", "perhaps", "This is missing"),
    ] {
        let mut fields = filled();
        fields.insert(field.into(), value.into());
        let told = window
            .post("/reflexes/propose?lang=en", &session, &sent(&fields))
            .await;
        assert_eq!(told.status, 422, "{field}: {}", told.body);
        assert!(told.body.contains(named), "{field}: {}", told.body);
    }
    assert!(window.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn every_row_that_is_marked_for_a_reflex_has_its_form_and_no_other_has() {
    let window = Rehearsal::member(drafts);
    let (cookie, _) = window.signed_in("duty@isp-a", &[Role::Operator]);
    let choice = window.get("/reflexes/propose", &cookie).await.body;
    let all: Vec<&Row> = rows().collect();
    assert_eq!(all.len(), 3);
    for row in all {
        let address = format!("/reflexes/propose?ground={}", row.name);
        assert!(choice.contains(&address), "{}", row.name);
        let form = window.get(&address, &cookie).await.body;
        for name in row.facts.keys() {
            assert!(form.contains(&format!("name=\"fact-{name}\"")), "{name}");
        }
        assert_eq!(
            form.contains("name=\"packets\""),
            row.standing.contains("limit-flood")
        );
        assert_eq!(
            form.contains("name=\"operator\""),
            row.standing.contains("drop-on-request")
        );
    }
    let other = window
        .get("/reflexes/propose?ground=C1", &cookie)
        .await
        .body;
    assert!(!other.contains("name=\"scope\""), "{other}");
}

#[tokio::test]
async fn a_coordinator_drafts_none() {
    let window = Rehearsal::new(drafts);
    let (cookie, _) = window.signed_in("duty@coordinator", &[Role::Operator]);
    let page = window
        .get("/reflexes/propose?ground=A2&lang=en", &cookie)
        .await
        .body;
    assert!(!page.contains("name=\"scope\""), "{page}");
    assert!(page.contains("A member drafts its own"), "{page}");
}
