//! Who is given the form, what is handed in by it, and what the office's no looks like.

use issei_desk::samples::after;
use issei_model::{Approval, Language};

use super::*;
use crate::rehearsed::{KEYS, Rehearsal, judged, signed_standing, standings};
use crate::rights::Role;

const FORM: &str = "form class=\"act\" data-sign";

fn office(ask: &Ask) -> Reply {
    match ask {
        Ask::ApproveStanding { standing, approval } => judged(*standing, approval),
        _ => Reply::Done(Phrase::same("so it is")),
    }
}

fn path(view: &StandingView) -> String {
    format!("/reflexes/{}", view.id)
}

/// What the page's script fills in.
fn form(approval: &Approval) -> String {
    format!(
        "key={}&signature={}&at={}&language=en",
        approval.key, approval.signature, approval.at
    )
}

fn asked(window: &Rehearsal) -> Vec<Ask> {
    window.asked.lock().unwrap().clone()
}

#[tokio::test]
async fn a_draft_is_shown_with_exactly_what_is_signed_its_rules_and_who_signed() {
    let window = Rehearsal::member(office);
    let (cookie, _) = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let [_, draft] = standings();
    for language in [Language::English, Language::Japanese] {
        let tag = issei_text::Text(language).tag();
        let told = window
            .get(&format!("{}?lang={tag}", path(&draft)), &cookie)
            .await;
        let text = maud::html! { (standing_text(&draft.order, language)) }.into_string();
        assert!(told.body.contains(&format!(
            "id=\"signed-text\" lang=\"{tag}\" tabindex=\"0\">{text}</pre>"
        )));
        assert!(
            told.body
                .contains(&format!("action=\"{}/approve\"", path(&draft)))
        );
    }
    let page = window
        .get(&format!("{}?lang=en", path(&draft)), &cookie)
        .await
        .body;
    for part in [
        "sends from addresses that are not its own",
        "203.0.113.0/24",
        "data-until=\"2026-12-01T12:00:00",
        "noc@isp-a",
        "2 people sign it, one of them of isp-a",
        "issei reflex approve",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn the_form_is_given_to_who_may_sign_and_the_others_are_told_why_not() {
    let window = Rehearsal::member(office);
    let [ready, draft] = standings();
    for (person, role, why) in [
        ("duty@isp-a", Role::Approver, "You proposed it"),
        ("noc@isp-a", Role::Approver, "You have signed it"),
        ("counsel@isp-b", Role::Analyst, "Who approves signs it"),
    ] {
        let (cookie, _) = window.signed_in(person, &[role]);
        let page = window
            .get(&format!("{}?lang=en", path(&draft)), &cookie)
            .await
            .body;
        assert!(
            !page.contains(FORM) && page.contains(why),
            "{person}: {page}"
        );
    }
    let (cookie, _) = window.signed_in("counsel@isp-b", &[Role::Approver]);
    assert!(window.get(&path(&draft), &cookie).await.body.contains(FORM));
    let left = window.get(&path(&ready), &cookie).await.body;
    assert!(
        !left.contains(FORM),
        "what left is signed by nobody: {left}"
    );
}

#[tokio::test]
async fn a_signature_is_handed_in_as_that_of_who_is_signed_in_and_judged_by_its_key() {
    let window = Rehearsal::member(office);
    let [ready, draft] = standings();
    let approve = format!("{}/approve", path(&draft));
    let (counsel, number) = KEYS[1];
    let good = signed_standing(&draft.order, counsel, number);
    let analyst = window.signed_in(counsel, &[Role::Analyst]);
    assert_eq!(
        window.post(&approve, &analyst, &form(&good)).await.status,
        403
    );
    assert_eq!(asked(&window), [], "who may not sign is not heard");
    let session = window.signed_in(counsel, &[Role::Approver]);
    let other_text = signed_standing(&ready.order, counsel, number);
    let other_key = signed_standing(&draft.order, counsel, KEYS[0].1);
    for (how, approval, rule) in [
        ("over another text", &other_text, "bad-signature"),
        ("by another's key", &other_key, "unknown-key"),
    ] {
        let told = window.post(&approve, &session, &form(approval)).await;
        assert_eq!(told.status, 409, "{how}: {}", told.body);
        assert!(told.body.contains(rule), "{how}: {}", told.body);
    }
    let told = window.post(&approve, &session, &form(&good)).await;
    assert_eq!(told.status, 303, "{}", told.body);
    assert_eq!(told.headers["location"], path(&draft).as_str());
    let last = asked(&window).pop();
    let is_whole = matches!(&last, Some(Ask::ApproveStanding { standing, approval })
        if *standing == draft.id && *approval == good);
    assert!(is_whole, "{last:?}");
    // What another signed is not his in whose session it comes.
    let noc = signed_standing(&draft.order, KEYS[0].0, KEYS[0].1);
    assert_eq!(
        window.post(&approve, &session, &form(&noc)).await.status,
        409
    );
    // Who signed before is not counted twice.
    let before = window.signed_in(KEYS[0].0, &[Role::Approver]);
    let told = window.post(&approve, &before, &form(&noc)).await;
    assert_eq!(told.status, 422, "{}", told.body);
    assert!(told.body.contains("approved before"), "{}", told.body);
    let odd = form(&good).replace("language=en", "language=fr");
    assert_eq!(window.post(&approve, &session, &odd).await.status, 422);
}

#[tokio::test]
async fn another_standing_order_under_its_name_is_neither_shown_nor_signed() {
    let forged = |ask: &Ask| match ask {
        Ask::Standings => {
            let [mut ready, draft] = standings();
            ready.id = draft.id;
            ready.stands = StandsOn::Draft;
            Reply::Standings(vec![ready])
        }
        _ => Reply::Done(Phrase::same("so it is")),
    };
    let window = Rehearsal::member(forged);
    let (cookie, _) = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let [_, draft] = standings();
    let told = window
        .get(&format!("{}?lang=en", path(&draft)), &cookie)
        .await;
    assert_eq!(told.status, 502);
    assert!(
        told.body.contains("Sign nothing") && !told.body.contains(FORM),
        "{}",
        told.body
    );
}

#[tokio::test]
async fn ending_one_or_all_goes_to_the_office_from_who_may_and_leads_back() {
    let window = Rehearsal::member(office);
    let [ready, _] = standings();
    let withdraw = format!("{}/withdraw", path(&ready));
    let viewer = window.signed_in("viewer@isp-a", &[Role::Viewer]);
    for address in [withdraw.as_str(), "/reflexes/withdraw-all"] {
        assert_eq!(window.post(address, &viewer, "").await.status, 403);
    }
    let operator = window.signed_in("duty@isp-a", &[Role::Operator]);
    let told = window.post(&withdraw, &operator, "").await;
    assert_eq!(
        (told.status, &told.headers["location"]),
        (303, &path(&ready).parse().unwrap())
    );
    let told = window.post("/reflexes/withdraw-all", &operator, "").await;
    assert_eq!(told.headers["location"], "/reflexes");
    let wishes = [Ask::WithdrawStanding(ready.id), Ask::WithdrawAllStanding];
    assert_eq!(asked(&window), wishes);
    let unknown = ready
        .id
        .to_string()
        .replace(|c: char| c.is_ascii_digit(), "0");
    let told = window
        .post(&format!("/reflexes/{unknown}/withdraw"), &operator, "")
        .await;
    assert_eq!(
        told.headers["location"], "/reflexes",
        "a draft that is gone has no page"
    );
    assert_eq!(window.get("/reflexes/00", &operator.0).await.status, 404);
}

#[tokio::test]
async fn a_member_whose_coordinator_is_away_says_that_it_ended_here() {
    let away = |ask: &Ask| match ask {
        Ask::Standings => {
            let [mut ready, _] = standings();
            ready.stands = StandsOn::Ended;
            Reply::Standings(vec![ready])
        }
        _ => Reply::Wrong(Phrase::same("nobody answers at 192.0.2.1")),
    };
    let window = Rehearsal::member(away);
    let [ready, _] = standings();
    let session = window.signed_in("duty@isp-a", &[Role::Operator]);
    let told = window
        .post(&format!("{}/withdraw", path(&ready)), &session, "")
        .await;
    assert_eq!(told.status, 303, "{}", told.body);
    let page = window
        .get(&format!("{}?lang=en", path(&ready)), &session.0)
        .await
        .body;
    assert!(
        page.contains("it has ended here. The log was not told: nobody answers"),
        "{page}"
    );
}

#[test]
fn what_is_next_follows_where_it_stands() {
    let reader = |person: &str| Reader {
        text: issei_text::Text(Language::English),
        zone: issei_text::format::Zone::Utc,
        colours: crate::view::Colours::System,
        visitor: crate::rights::Visitor {
            person: person.parse().ok(),
            ..Default::default()
        },
        address: "/".into(),
        looks: true,
        said: None,
    };
    let said = |stands, now, person: &str| {
        let view = issei_desk::samples::standing(stands, now);
        reader(person).text.say(next(&reader(person), &view))
    };
    let now = after(6_000);
    assert!(said(StandsOn::Draft, now, "noc@isp-a").contains("sign it"));
    assert!(said(StandsOn::Draft, now, "duty@isp-a").contains("others have to"));
    assert!(said(StandsOn::Ready, now, "noc@isp-a").contains("ends by itself"));
    let last_day = standings()[0].order.valid_until - Span::from_secs(60);
    assert!(said(StandsOn::Ready, last_day, "noc@isp-a").contains("within a day"));
}
