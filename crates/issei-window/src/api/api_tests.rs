use std::collections::BTreeSet;

use axum::http::Method;
use issei_desk::door::WindowAsk;
use issei_desk::{Ask, Reply, Said};
use issei_model::Span;
use issei_text::Phrase;
use serde_json::Value;

use super::document;
use crate::rehearsed::{Rehearsal, Told, orders, request};
use crate::rights::Role;

fn fine(_: &Ask) -> Reply {
    Reply::Done(Phrase::same("so it is"))
}

fn no(_: &Ask) -> Reply {
    Reply::Refused(Box::new(Said {
        rule: "radius".into(),
        en: "too wide; narrow it".into(),
        ja: "広すぎます".into(),
        alarm: false,
    }))
}

/// Headers of a request.
type Headers<'a> = &'a [(&'a str, &'a str)];

/// A machine with every role.
pub struct Machine {
    /// The window that it asks.
    pub rehearsal: Rehearsal,
    token: String,
}

impl Machine {
    /// That of the duty officer.
    pub fn new(answers: crate::rehearsed::Answers) -> Self {
        Self::of("duty@coordinator", answers)
    }

    /// Somebody's.
    pub fn of(person: &str, answers: crate::rehearsed::Answers) -> Self {
        let rehearsal = Rehearsal::new(answers);
        rehearsal.signed_in(person, &Role::ALL);
        let person = person.parse().unwrap();
        let hour = Span::from_secs(3_600);
        let door = rehearsal.window.door();
        let token = door
            .make_token("m", &person, Role::ALL.into(), hour)
            .unwrap();
        Self { rehearsal, token }
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Told {
        self.get_with(path, &[]).await
    }

    /// Asks, with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Told {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        let wanted = request(Method::GET, path, &all, "");
        self.rehearsal.send(wanted).await
    }

    /// Changes.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Told {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        all.extend(headers);
        self.rehearsal
            .send(request(Method::POST, path, &all, body))
            .await
    }

    /// How much was asked of the office beside looks.
    pub fn asked(&self) -> usize {
        self.rehearsal.asked.lock().unwrap().len()
    }
}

/// Reads an answer.
pub fn json(told: &Told) -> Value {
    serde_json::from_str(&told.body).unwrap_or_else(|_| panic!("no JSON: {}", told.body))
}

/// The document and the routes name the same addresses.
#[test]
fn every_address_is_in_the_document_and_the_other_way_round() {
    let document: Value = serde_json::from_str(document::written()).unwrap();
    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document["openapi"]
    );
    let mut told = BTreeSet::new();
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            told.insert(format!("{} {path}", method.to_uppercase()));
            let answers = operation["responses"].as_object().unwrap();
            assert!(!answers.is_empty(), "{method} {path}");
            let name = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(name), "two are called {name}");
            let public = path == "/api/v1/openapi.json";
            assert!(public || answers.contains_key("403"), "{method} {path}");
        }
    }
    let (_, routes) = super::routes().done();
    let known: BTreeSet<String> = routes
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(
        told.symmetric_difference(&known).collect::<Vec<_>>(),
        [] as [&String; 0]
    );
    for scheme in ["token", "session"] {
        assert!(
            document["components"]["securitySchemes"]
                .get(scheme)
                .is_some()
        );
    }
}

/// What the command line can ask, the API can, or it says why not.
#[test]
fn every_ask_has_its_address_or_a_reason() {
    let (_, routes) = super::routes().done();
    let addresses: BTreeSet<&str> = routes.iter().map(|route| route.path).collect();
    for (ask, way) in ways() {
        if let Ok(address) = way {
            assert!(addresses.contains(address), "{ask}: no {address}");
        }
    }
}

/// Each ask by its name, with its address or why it has none; a new ask does not compile until it stands here.
fn ways() -> Vec<(&'static str, Result<&'static str, &'static str>)> {
    let way = |ask: &Ask| match ask {
        Ask::Status => Ok("/api/v1/status"),
        Ask::Charter | Ask::Country => Ok("/api/v1/country"),
        Ask::AcceptCharter(_) => Ok("/api/v1/charter/accept"),
        Ask::EnterPerson { .. } => Ok("/api/v1/people"),
        Ask::EndKey(_) => Ok("/api/v1/keys/end"),
        Ask::Findings => Ok("/api/v1/findings"),
        Ask::CaseOpen { .. } | Ask::Cases => Ok("/api/v1/cases"),
        Ask::CaseQuestion(_) => Ok("/api/v1/cases/{case}/question"),
        Ask::CaseAssess(_) => Ok("/api/v1/cases/{case}/assess"),
        Ask::CaseReopen(_) => Ok("/api/v1/cases/{case}/reopen"),
        Ask::CaseShow(_) => Ok("/api/v1/cases/{case}"),
        Ask::CaseClose { .. } => Ok("/api/v1/cases/{case}/close"),
        Ask::Propose(_) | Ask::Orders => Ok("/api/v1/orders"),
        Ask::Order(_) => Ok("/api/v1/orders/{id}"),
        Ask::Traffic(_) => Ok("/api/v1/orders/{id}/traffic"),
        Ask::Appeal(_) | Ask::Appeals => Ok("/api/v1/appeals"),
        Ask::AppealOf(_) => Ok("/api/v1/appeals/{reference}"),
        Ask::AnswerAppeal { .. } => Ok("/api/v1/appeals/{reference}/answer"),
        Ask::Sensors => Ok("/api/v1/sensors"),
        Ask::Safeguards => Ok("/api/v1/safeguards"),
        Ask::WeighList(_) => Ok("/api/v1/safeguards/weigh"),
        Ask::TakeList { .. } => Ok("/api/v1/safeguards/take"),
        Ask::LetGo(_) => Ok("/api/v1/safeguards/let-go"),
        Ask::Devices => Ok("/api/v1/devices"),
        Ask::Guarded(_) => Ok("/api/v1/why"),
        Ask::Goals | Ask::Collecting(_) | Ask::Exchanges(_) => {
            Err("between a collector and the office beside it")
        }
        Ask::Retract(_) => Ok("/api/v1/orders/{id}/retract"),
        Ask::Approve { .. } => Ok("/api/v1/orders/{id}/approvals"),
        Ask::Confirm { .. } => Ok("/api/v1/orders/{id}/confirmation"),
        Ask::Arm(_) => Ok("/api/v1/orders/{id}/arm"),
        Ask::Withdraw { .. } => Ok("/api/v1/orders/{id}/withdraw"),
        Ask::WithdrawAll(_) => Ok("/api/v1/withdraw-all"),
        Ask::Harm(_) => Ok("/api/v1/orders/{id}/harm"),
        Ask::Leave { .. } => Ok("/api/v1/orders/{id}/leave"),
        Ask::Stop => Ok("/api/v1/stop"),
        Ask::Resume => Ok("/api/v1/resume"),
        Ask::Reload => Ok("/api/v1/reload"),
        Ask::Invite { .. } => Err("its code is read aloud by whoever sits at the machine"),
        Ask::Window(WindowAsk::Invite { .. }) => Ok("/api/v1/window/people"),
        Ask::Window(WindowAsk::People) => Ok("/api/v1/window"),
        Ask::Window(WindowAsk::Remove(_)) => Ok("/api/v1/window/people/{person}"),
        Ask::Window(WindowAsk::Token { .. }) => Ok("/api/v1/window/tokens"),
        Ask::Window(WindowAsk::EndToken(_)) => Ok("/api/v1/window/tokens/{name}"),
        Ask::SignCeiling(..) => Err("signed with a key file, on the command line"),
        Ask::ExportLedger(_) => Err("writes files at the office's machine"),
        Ask::Report(_) => Err("comes from a member's findings and their salts, at its machine"),
        Ask::ProposeStanding(_) | Ask::Standings => Ok("/api/v1/standing-orders"),
        Ask::Standing(_) => Ok("/api/v1/standing-orders/{id}"),
        Ask::ApproveStanding { .. } => Ok("/api/v1/standing-orders/{id}/approvals"),
        Ask::WithdrawStanding(_) => Ok("/api/v1/standing-orders/{id}/withdraw"),
        Ask::WithdrawAllStanding => Ok("/api/v1/withdraw-all-standing-orders"),
        Ask::Reflexes => Ok("/api/v1/reflexes"),
        Ask::Sightings(_) => Err("between programs of one machine"),
        Ask::Request(_) => Err("signed by a protected operator's people, at the member's machine"),
        Ask::Stamps => Err("for measuring at the machine itself"),
        Ask::Quit => Err("whoever runs the process ends it"),
    };
    let order = orders()[0].id;
    let standing = issei_model::StandingId(issei_model::Digest([1; 32]));
    vec![
        ("status", way(&Ask::Status)),
        ("country", way(&Ask::Country)),
        ("findings", way(&Ask::Findings)),
        ("cases", way(&Ask::Cases)),
        ("case", way(&Ask::CaseShow(String::new()))),
        ("question", way(&Ask::CaseQuestion(String::new()))),
        ("assess", way(&Ask::CaseAssess(String::new()))),
        ("reopen", way(&Ask::CaseReopen(String::new()))),
        ("orders", way(&Ask::Orders)),
        ("order", way(&Ask::Order(order))),
        ("retract", way(&Ask::Retract(order))),
        ("arm", way(&Ask::Arm(order))),
        ("harm", way(&Ask::Harm(order))),
        ("standings", way(&Ask::Standings)),
        ("standing", way(&Ask::Standing(standing))),
        ("withdraw standing", way(&Ask::WithdrawStanding(standing))),
        ("withdraw all standing", way(&Ask::WithdrawAllStanding)),
        ("reflexes", way(&Ask::Reflexes)),
        ("stop", way(&Ask::Stop)),
        ("resume", way(&Ask::Resume)),
        ("reload", way(&Ask::Reload)),
        ("quit", way(&Ask::Quit)),
    ]
}

#[tokio::test]
async fn lists_go_by_pages_and_come_in_every_form() {
    let machine = Machine::new(fine);
    let first = json(&machine.get("/api/v1/orders?limit=1").await);
    assert_eq!(
        (
            first["total"].as_u64(),
            first["items"].as_array().unwrap().len()
        ),
        (Some(2), 1)
    );
    let next = first["next"].as_str().unwrap();
    let second = json(
        &machine
            .get(&format!("/api/v1/orders?limit=1&after={next}"))
            .await,
    );
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert!(second["next"].is_null());
    let drafts = json(&machine.get("/api/v1/orders?only=draft").await);
    assert_eq!(drafts["total"], 1);
    let lines = machine.get("/api/v1/orders?format=jsonl").await;
    assert_eq!(lines.body.lines().count(), 2);
    let csv = machine.get("/api/v1/orders?format=csv").await;
    assert!(
        csv.body.starts_with("acts,approvals,case,") || csv.body.contains("case"),
        "{}",
        csv.body
    );
    assert_eq!(csv.body.lines().count(), 3);
    for odd in [
        "limit=0",
        "limit=501",
        "format=xml",
        "after=zz",
        "unknown=1",
        "limit=x",
    ] {
        let told = machine.get(&format!("/api/v1/orders?{odd}")).await;
        assert_eq!(told.status, 400, "{odd}");
        assert_eq!(
            told.headers["content-type"], "application/problem+json",
            "{odd}"
        );
    }
}

#[tokio::test]
async fn an_order_is_shown_with_exactly_what_is_signed_and_is_not_sent_twice() {
    let machine = Machine::new(fine);
    let draft = &orders()[1];
    let path = format!("/api/v1/orders/{}", draft.id);
    let told = machine.get(&format!("{path}?lang=ja")).await;
    let text = issei_case::order_text(&draft.order, issei_model::Language::Japanese);
    assert_eq!(json(&told)["text"], text);
    let tag = told.headers["etag"].to_str().unwrap().to_owned();
    let again = machine.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(machine.get("/api/v1/orders/00").await.status, 404);
    let strip = machine
        .get(&format!("/api/v1/orders/{}/strip.svg", orders()[0].id))
        .await;
    assert!(strip.body.contains("isp-b"), "{}", strip.body);
}

#[tokio::test]
async fn nobody_changes_what_he_did_not_see() {
    let machine = Machine::new(fine);
    let path = format!("/api/v1/orders/{}", orders()[1].id);
    let retract = format!("{path}/retract");
    assert_eq!(machine.post(&retract, &[], "").await.status, 428);
    let stale = [("if-match", "\"0123\"")];
    assert_eq!(machine.post(&retract, &stale, "").await.status, 412);
    assert_eq!(machine.asked(), 0, "nothing was asked of the office");
    let tag = machine.get(&path).await.headers["etag"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        machine
            .post(&retract, &[("if-match", &tag)], "")
            .await
            .status,
        200
    );
    assert_eq!(machine.asked(), 1);
    // Taking away waits for nothing.
    let withdraw = format!("/api/v1/orders/{}/withdraw", orders()[0].id);
    assert_eq!(machine.post(&withdraw, &[], "").await.status, 200);
}

#[tokio::test]
async fn a_confirmation_goes_to_the_office_in_the_name_of_who_is_signed_in() {
    let machine = Machine::new(fine);
    let path = format!("/api/v1/orders/{}", orders()[0].id);
    let confirm = format!("{path}/confirmation");
    let body = serde_json::json!({
        "key": "ab".repeat(32),
        "signature": "cd".repeat(64),
        "at": "2026-11-01T12:00:09Z",
        "language": "ja",
    });
    let body = body.to_string();
    assert_eq!(machine.post(&confirm, &[], &body).await.status, 428);
    let tag = machine.get(&path).await.headers["etag"].clone();
    let headers = [
        ("if-match", tag.to_str().unwrap()),
        ("idempotency-key", "c-1"),
    ];
    let odd = body.replace("abab", "abxy");
    let wrong = machine.post(&confirm, &headers[..1], &odd).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert_eq!(machine.asked(), 0);
    for _ in 0..2 {
        assert_eq!(machine.post(&confirm, &headers, &body).await.status, 200);
    }
    let asked = machine.rehearsal.asked.lock().unwrap();
    let [Ask::Confirm { order, approval }] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(*order, orders()[0].id);
    assert_eq!(approval.person.to_string(), "duty@coordinator");
}

#[test]
fn an_order_says_by_when_it_is_confirmed_what_is_signed_for_it_and_who_did() {
    use super::shapes::{OrderLine, OrderShape};
    use issei_desk::samples::{after, awaiting};
    let language = issei_model::Language::Japanese;
    let mut open = awaiting(after(10_000), after(5_000));
    let shape = OrderShape::of(&open, language);
    let text = issei_case::confirmation_text(&open.order, language);
    assert_eq!(shape.confirmation, Some(text));
    let by = shape.line.confirm_by.unwrap();
    assert!(by.starts_with("2026-11-01T12:10:05"), "{by}");
    open.confirming.approval = Some(Box::new(issei_model::Approval {
        person: "counsel@isp-b".parse().unwrap(),
        key: issei_model::PublicKey([7; 32]),
        language,
        at: after(20_000),
        signature: issei_model::Signature([9; 64]),
    }));
    assert_eq!(OrderLine::of(&open).confirm_by, None);
    let confirmed = OrderShape::of(&open, language).confirmed.unwrap();
    assert_eq!(confirmed.person, "counsel@isp-b");
    let needless = OrderShape::of(&orders()[0], language);
    assert!(needless.confirmation.is_none() && needless.confirmed.is_none());
}

#[tokio::test]
async fn the_same_change_sent_twice_is_done_once() {
    let machine = Machine::new(fine);
    let body = r#"{"case": "camera-2", "goal": "192.0.2.8:23/tcp"}"#;
    let key = [("idempotency-key", "a-1")];
    let (one, two) = tokio::join!(
        machine.post("/api/v1/cases", &key, body),
        machine.post("/api/v1/cases", &key, body)
    );
    assert!(one.status == 200 || two.status == 200);
    let again = machine.post("/api/v1/cases", &key, body).await;
    assert_eq!(
        (again.status, json(&again)["done"].as_str()),
        (200, Some("so it is"))
    );
    assert_eq!(machine.asked(), 1, "once");
    let other = body.replace("camera-2", "camera-3");
    assert_eq!(
        machine.post("/api/v1/cases", &key, &other).await.status,
        422
    );
    assert_eq!(machine.asked(), 1);
}

#[tokio::test]
async fn a_rules_no_comes_with_its_rule_and_in_both_languages() {
    let machine = Machine::new(no);
    let told = machine.post("/api/v1/withdraw-all", &[], "{}").await;
    assert_eq!(told.status, 409);
    assert_eq!(told.headers["content-type"], "application/problem+json");
    let problem = json(&told);
    assert_eq!(problem["rule"], "radius");
    assert_eq!(problem["detail"], "too wide; narrow it");
    assert_eq!(problem["detail_ja"], "広すぎます");
}

#[tokio::test]
async fn what_an_office_says_in_its_own_words_comes_in_both_languages() {
    type Says = fn(&Ask) -> Reply;
    let noes: [(Says, u16); 4] = [
        (|_| Reply::Wrong(Phrase::say("says-ask-member")), 422),
        (|_| Reply::Wrong(Phrase::failure("the disk is full")), 422),
        (|_| Reply::Failed(Phrase::failure("the disk is full")), 503),
        (|_| Reply::Failed(Phrase::say("says-office-ends")), 503),
    ];
    for (says, status) in noes {
        let told = Machine::new(says)
            .post("/api/v1/withdraw-all", &[], "{}")
            .await;
        let problem = json(&told);
        assert_eq!(told.status, status, "{problem}");
        assert_both(&problem["detail"], &problem["detail_ja"]);
    }
    let done = Machine::new(|_| Reply::Done(Phrase::say("says-goes-out")));
    let told = json(&done.post("/api/v1/withdraw-all", &[], "{}").await);
    assert_both(&told["done"], &told["done_ja"]);
}

fn assert_both(en: &Value, ja: &Value) {
    let kana = |c: char| ('\u{3041}'..='\u{30ff}').contains(&c);
    let (en, ja) = (en.as_str().unwrap(), ja.as_str().unwrap());
    assert!(!en.is_empty() && !en.contains(kana), "{en}");
    assert!(ja.contains(kana), "{ja}");
}

#[tokio::test]
async fn odd_bodies_are_refused_and_nothing_is_asked() {
    let machine = Machine::new(fine);
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000));
    let wide = "{\"case\": \"x\", \"goal\": \"192.0.2.8:23/tcp\", \"more\": 1}";
    let tries: [(&str, Headers<'_>, u16); 6] = [
        ("{", &[], 400),
        (wide, &[], 400),
        (&deep[..1_000_000], &[], 400),
        ("{}", &[], 400),
        (
            "case=x",
            &[("content-type", "application/x-www-form-urlencoded")],
            415,
        ),
        (r#"{"case": "x", "goal": "nonsense of a goal"}"#, &[], 422),
    ];
    for (body, headers, status) in tries {
        let told = machine.post("/api/v1/cases", headers, body).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(told.status, status, "{shown}: {}", told.body);
    }
    assert_eq!(machine.asked(), 0);
    let reason = machine
        .post("/api/v1/withdraw-all", &[], r#"{"why": "because"}"#)
        .await;
    assert!(
        reason.status == 422 && reason.body.contains("by-person"),
        "{}",
        reason.body
    );
}

#[tokio::test]
async fn nobody_proposes_or_signs_in_anothers_name() {
    let machine = Machine::new(fine);
    let wish = r#"{"case": "x", "proposer": "other@isp-a", "ground": "C1", "action": "drop", "facts": {},
        "canary": [], "canary-skipped-by": [], "quorum-percent": 60, "clock-limit": 50000,
        "fire-within": 60000000, "lasts": 60000000, "hold": false}"#;
    let told = machine.post("/api/v1/orders", &[], wish).await;
    assert_eq!(told.status, 422, "{}", told.body);
    assert!(told.body.contains("signed in"), "{}", told.body);
    assert_eq!(machine.asked(), 0);
}
