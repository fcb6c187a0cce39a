//! Programs read, sign and end standing orders as people do at pages.

use issei_desk::samples::{after, reflexes};
use issei_desk::{Ask, Reply};
use issei_model::Approval;
use issei_text::Phrase;
use serde_json::json;

use super::super::tests::{Machine, json as told_json};
use super::*;
use crate::rehearsed::{KEYS, judged, signed_standing, standings as made_up};

fn office(ask: &Ask) -> Reply {
    match ask {
        Ask::ApproveStanding { standing, approval } => judged(*standing, approval),
        Ask::ProposeStanding(_) => Reply::NamedStanding(made_up()[1].id),
        Ask::Reflexes => Reply::Reflexes(Box::new(reflexes(after(6_000)))),
        _ => Reply::Done(Phrase::same("so it is")),
    }
}

fn path(view: &StandingView) -> String {
    format!("/api/v1/standing-orders/{}", view.id)
}

fn body(approval: &Approval) -> String {
    json!({
        "key": approval.key.to_string(),
        "signature": approval.signature.to_string(),
        "at": approval.at.to_string(),
        "language": "en",
    })
    .to_string()
}

#[tokio::test]
async fn the_list_goes_by_pages_and_by_where_they_stand() {
    let machine = Machine::new(office);
    let all = "/api/v1/standing-orders";
    let first = told_json(&machine.get(&format!("{all}?limit=1")).await);
    assert_eq!(first["total"], 2);
    let next = first["next"].as_str().unwrap();
    let second = told_json(&machine.get(&format!("{all}?limit=1&after={next}")).await);
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert!(second["next"].is_null());
    let drafts = told_json(&machine.get(&format!("{all}?only=draft")).await);
    let [_, draft] = made_up();
    assert_eq!(drafts["total"], 1);
    assert_eq!(drafts["items"][0]["id"], draft.id.to_string());
    assert_eq!(drafts["items"][0]["reflex"], "drop-forged");
    assert_eq!(drafts["items"][0]["approvals"], 1);
    let csv = machine.get(&format!("{all}?format=csv")).await.body;
    assert_eq!(csv.lines().count(), 3, "{csv}");
    for odd in ["limit=0", "after=zz", "unknown=1"] {
        assert_eq!(
            machine.get(&format!("{all}?{odd}")).await.status,
            400,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn one_is_shown_with_exactly_what_is_signed_and_is_not_sent_twice() {
    let machine = Machine::new(office);
    let [_, draft] = made_up();
    let told = machine.get(&format!("{}?lang=ja", path(&draft))).await;
    let shape = told_json(&told);
    let text = issei_case::standing_text(&draft.order, Language::Japanese);
    assert_eq!(shape["text"], text);
    assert_eq!(shape["approved"][0]["person"], "noc@isp-a");
    assert_eq!(shape["order"], plain(&draft.order));
    let tag = told.headers["etag"].to_str().unwrap();
    let again = machine
        .get_with(&path(&draft), &[("if-none-match", tag)])
        .await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(machine.get("/api/v1/standing-orders/00").await.status, 404);
}

#[tokio::test]
async fn a_signature_names_the_state_it_was_decided_on_and_is_handed_in_once() {
    let machine = Machine::of("counsel@isp-b", office);
    let [_, draft] = made_up();
    let (counsel, number) = KEYS[1];
    let signed = body(&signed_standing(&draft.order, counsel, number));
    let approve = format!("{}/approvals", path(&draft));
    assert_eq!(machine.post(&approve, &[], &signed).await.status, 428);
    let stale = [("if-match", "\"0123\"")];
    assert_eq!(machine.post(&approve, &stale, &signed).await.status, 412);
    assert_eq!(machine.asked(), 0, "nothing was asked of the office");
    let tag = machine.get(&path(&draft)).await.headers["etag"].clone();
    let fresh = [
        ("if-match", tag.to_str().unwrap()),
        ("idempotency-key", "s-1"),
    ];
    for _ in 0..2 {
        let told = machine.post(&approve, &fresh, &signed).await;
        assert_eq!(told.status, 200, "{}", told.body);
    }
    assert_eq!(machine.asked(), 1, "once");
    let changed = signed.replace("\"language\":\"en\"", "\"language\":\"ja\"");
    assert_ne!(changed, signed);
    assert_eq!(
        machine.post(&approve, &fresh, &changed).await.status,
        422,
        "another body"
    );
    assert_eq!(machine.asked(), 1);
}

#[tokio::test]
async fn a_forged_signature_or_anothers_key_is_the_offices_no() {
    let machine = Machine::of("counsel@isp-b", office);
    let [ready, draft] = made_up();
    let (counsel, number) = KEYS[1];
    let tag = machine.get(&path(&draft)).await.headers["etag"].clone();
    let fresh = [("if-match", tag.to_str().unwrap())];
    let approve = format!("{}/approvals", path(&draft));
    for (how, approval, rule) in [
        (
            "over another text",
            signed_standing(&ready.order, counsel, number),
            "bad-signature",
        ),
        (
            "by another's key",
            signed_standing(&draft.order, counsel, KEYS[0].1),
            "unknown-key",
        ),
        (
            "another's whole",
            signed_standing(&draft.order, KEYS[0].0, KEYS[0].1),
            "unknown-key",
        ),
    ] {
        let told = machine.post(&approve, &fresh, &body(&approval)).await;
        assert_eq!(told.status, 409, "{how}: {}", told.body);
        assert_eq!(told_json(&told)["rule"], rule, "{how}");
    }
    let odd = body(&signed_standing(&draft.order, counsel, number)).replace("\"en\"", "\"fr\"");
    assert_eq!(machine.post(&approve, &fresh, &odd).await.status, 422);
}

#[tokio::test]
async fn another_standing_order_under_its_name_is_neither_read_nor_signed() {
    let machine = Machine::of("counsel@isp-b", |ask| match ask {
        Ask::Standings => {
            let [mut ready, draft] = made_up();
            ready.id = draft.id;
            Reply::Standings(vec![ready])
        }
        other => office(other),
    });
    let [ready, draft] = made_up();
    assert_eq!(machine.get(&path(&draft)).await.status, 502);
    let (counsel, number) = KEYS[1];
    let approve = format!("{}/approvals", path(&draft));
    let mut forged = ready.clone();
    forged.id = draft.id;
    let tag = tag_of_standing(&forged);
    let signed = body(&signed_standing(&ready.order, counsel, number));
    let told = machine.post(&approve, &[("if-match", &tag)], &signed).await;
    assert_eq!((told.status, machine.asked()), (502, 0), "{}", told.body);
}

#[tokio::test]
async fn ending_waits_for_nothing_and_an_odd_name_is_none() {
    let machine = Machine::new(office);
    let [ready, _] = made_up();
    let withdraw = format!("{}/withdraw", path(&ready));
    assert_eq!(machine.post(&withdraw, &[], "").await.status, 200);
    let all = "/api/v1/withdraw-all-standing-orders";
    assert_eq!(machine.post(all, &[], "").await.status, 200);
    assert_eq!(
        machine
            .post("/api/v1/standing-orders/x/withdraw", &[], "")
            .await
            .status,
        404
    );
    let asked = machine.rehearsal.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [Ask::WithdrawStanding(ready.id), Ask::WithdrawAllStanding]
    );
}

#[tokio::test]
async fn what_reflexes_do_is_told_at_a_member_and_a_coordinator_says_where_to_ask() {
    let machine = Machine::new(office);
    let told = told_json(&machine.get("/api/v1/reflexes").await);
    assert_eq!(
        told["acting"][0]["standing_order"],
        made_up()[0].id.to_string()
    );
    assert_eq!(told["acting"][0]["number"], 7);
    assert!(
        told["acting"][0]["what_ja"]
            .as_str()
            .unwrap()
            .contains("制限")
    );
    assert_eq!(told["refused"]["per-hour"], 3);
    assert_eq!(told["current"], true);
    let coordinator = Machine::new(|_| Reply::Done(Phrase::same("so it is")));
    let none = coordinator.get("/api/v1/reflexes").await;
    assert_eq!(none.status, 404);
    assert!(
        told_json(&none)["detail"]
            .as_str()
            .unwrap()
            .contains("member")
    );
}

#[tokio::test]
async fn a_standing_order_is_drafted_in_ones_own_name_only() {
    let machine = Machine::of("duty@isp-a", office);
    let wish = |proposer: &str| {
        json!({
            "proposer": proposer, "reflex": {"limit-flood": 100}, "scope": ["203.0.113.0/24"],
            "ground": "A2", "facts": {}, "lasts": 300_000_000, "at-once": 20, "per-hour": 60,
            "stands": 86_400_000_000_i64,
        })
        .to_string()
    };
    let all = "/api/v1/standing-orders";
    let other = machine.post(all, &[], &wish("noc@isp-a")).await;
    assert_eq!((other.status, machine.asked()), (422, 0), "{}", other.body);
    let told = machine.post(all, &[], &wish("duty@isp-a")).await;
    assert_eq!(told.status, 201, "{}", told.body);
    assert_eq!(
        told_json(&told)["standing_order"],
        made_up()[1].id.to_string()
    );
    let odd = wish("duty@isp-a").replace("at-once", "at_once");
    assert_eq!(machine.post(all, &[], &odd).await.status, 400);
}
