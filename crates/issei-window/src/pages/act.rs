//! What can be done at a page: the forms, and what they send to the office.
//!
//! In: forms. Out: an ask to the office, then the page again, or why not. Always: a form only asks; the office judges
//! it like any other ask, and its no is shown with the rule and the next step. Nothing is done by a look. Not here:
//! who may (`routes`, `rights`), that a form is ours (`guard`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use issei_case::{Closing, Stage};
use issei_desk::{Ask, CaseView, OrderView, Reply, Stands};
use issei_model::{
    Approval, Ending, Goal, Language, Objection, OrderId, PersonId, PublicKey, Signature, Span,
    Timestamp,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::case::{refusal, short};
use super::pictures::objection;
use crate::Window;
use crate::frame::{Page, Way};
use crate::rights::{Action, permits};
use crate::view::Reader;

/// What a form without fields of its own sends.
type Fields = Form<BTreeMap<String, String>>;

/// Opens a case.
pub async fn open(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Fields,
) -> Response {
    let value = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let case = value("case").to_owned();
    let goal: Goal = match value("goal").parse() {
        Ok(goal) => goal,
        Err(why) => return wrong(&window, &reader, &why).await,
    };
    let back = format!("/cases/{}", escaped(&case));
    act(&window, &reader, Ask::CaseOpen { case, goal }, &back).await
}

/// Asks the members, sums their answers, gathers again, or closes.
pub async fn on_case(
    State(window): State<Arc<Window>>,
    Path((case, deed)): Path<(String, String)>,
    reader: Reader,
    Form(fields): Fields,
) -> Response {
    let back = format!("/cases/{}", escaped(&case));
    let ask = match deed.as_str() {
        "question" => Ask::CaseQuestion(case),
        "assess" => Ask::CaseAssess(case),
        "reopen" => Ask::CaseReopen(case),
        "close" => {
            let why = fields.get("why").map(String::as_str).unwrap_or_default();
            let Some((_, why, _)) = CLOSINGS.into_iter().find(|(word, ..)| *word == why) else {
                return wrong(&window, &reader, &reader.text.say("choose-why")).await;
            };
            Ask::CaseClose { case, why }
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    act(&window, &reader, ask, &back).await
}

/// What is handed in of a signature.
#[derive(Deserialize)]
pub struct Signed {
    key: String,
    signature: String,
    at: String,
    language: String,
}

/// Hands in a signature over the text that was shown.
pub async fn approve(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
    Form(signed): Form<Signed>,
) -> Response {
    let ask = |order, approval| Ask::Approve { order, approval };
    hand_in(&window, &reader, &id, &signed, ask).await
}

/// Hands in a signature over what says that an order goes on.
pub async fn confirm(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
    Form(signed): Form<Signed>,
) -> Response {
    let ask = |order, approval| Ask::Confirm { order, approval };
    hand_in(&window, &reader, &id, &signed, ask).await
}

async fn hand_in(
    window: &Window,
    reader: &Reader,
    id: &str,
    signed: &Signed,
    ask: impl FnOnce(OrderId, Approval) -> Ask,
) -> Response {
    let Some(person) = reader.visitor.person.clone() else {
        return Redirect::to("/sign-in").into_response();
    };
    let read = signed.read(person);
    let Some((order, approval)) = id.parse::<OrderId>().ok().zip(read) else {
        return wrong(window, reader, &reader.text.say("sign-unreadable")).await;
    };
    let back = format!("/orders/{order}");
    act(window, reader, ask(order, approval), &back).await
}

impl Signed {
    /// Reads it as the signature of who is signed in, and nobody else.
    pub fn read(&self, person: PersonId) -> Option<Approval> {
        Some(Approval {
            person,
            key: self.key.trim().parse::<PublicKey>().ok()?,
            language: match self.language.as_str() {
                "en" => Language::English,
                "ja" => Language::Japanese,
                _ => return None,
            },
            at: Timestamp::parse(&self.at)?,
            signature: self.signature.trim().parse::<Signature>().ok()?,
        })
    }
}

/// Lets an order go.
pub async fn arm(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    on_order(&window, &reader, &id, Ask::Arm).await
}

/// Takes a draft back.
pub async fn retract(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    on_order(&window, &reader, &id, Ask::Retract).await
}

/// Says that an order harms.
pub async fn harm(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    on_order(&window, &reader, &id, Ask::Harm).await
}

/// Ends an order everywhere.
pub async fn withdraw(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
    Form(fields): Fields,
) -> Response {
    let reason = ending(fields.get("reason"));
    on_order(&window, &reader, &id, |order| Ask::Withdraw {
        order,
        reason,
    })
    .await
}

/// Takes this member out of an order.
pub async fn leave(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
    Form(fields): Fields,
) -> Response {
    let why = fields.get("why").map(String::as_str).unwrap_or_default();
    let Some((_, why)) = OBJECTIONS.into_iter().find(|(word, _)| *word == why) else {
        return wrong(&window, &reader, &reader.text.say("choose-why")).await;
    };
    on_order(&window, &reader, &id, |order| Ask::Leave { order, why }).await
}

/// Shows what lifting everything means, and asks once more.
pub async fn lift_page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Cases,
        title: text.say("lift-title"),
    };
    let reflexes = scene.reflexes.iter().flatten();
    let reflexes: usize = reflexes.map(|view| view.acting.len()).sum();
    let stopped = scene.status.as_ref().is_some_and(|status| status.stopped);
    page.answer(&html! {
        h1 { (text.say("lift-title")) }
        p.lead { (text.say(match window.office.coordinates { true => "lift-everywhere", false => "lift-here" })) }
        ul { @for view in scene.alive() { li {
            a href={ "/orders/" (view.id) } { (view.order.case) } " · " code.id { (short(view.id)) } " · "
            (super::pictures::deed(&reader, &view.order))
        } }
            @if reflexes > 0 { li { a href="/reflexes" { (text.fill("lift-reflexes", &[("n", &reflexes.to_string())])) } } }
        }
        @if scene.alive().is_empty() && reflexes == 0 { p { (text.say("lift-nothing")) } }
        form.act method="post" action="/lift" {
            (ours(&reader))
            @if window.office.coordinates {
                label for="reason" { (text.say("why")) }
                (reasons(&reader))
            }
            button.danger { (text.say("lift-do")) }
            " " a href="/" { (text.say("back")) }
        }
        @if stopped {
            form.act method="post" action="/resume" {
                (ours(&reader))
                p { (text.say("resume-means")) }
                button { (text.say("resume-do")) }
            }
        }
    })
}

/// Lifts everything: everywhere at the coordinator, here at a member.
pub async fn lift(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Fields,
) -> Response {
    let ask = match window.office.coordinates {
        true => Ask::WithdrawAll(ending(fields.get("reason"))),
        false => Ask::Stop,
    };
    act(&window, &reader, ask, "/lift").await
}

/// Takes part again.
pub async fn resume(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    act(&window, &reader, Ask::Resume, "/lift").await
}

async fn on_order(
    window: &Window,
    reader: &Reader,
    id: &str,
    ask: impl FnOnce(OrderId) -> Ask,
) -> Response {
    let Ok(order) = id.parse::<OrderId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let ask = ask(order);
    let back = match ask {
        Ask::Retract(_) => "/cases".to_owned(), // there is no such draft any more
        _ => format!("/orders/{order}"),
    };
    act(window, reader, ask, &back).await
}

/// Asks the office, and leads back to the page, or says why not.
pub async fn act(window: &Window, reader: &Reader, ask: Ask, back: &str) -> Response {
    let reply = window.desk.ask(ask).await;
    // What was shown is old now.
    window.scene.forget().await;
    led_back(window, reader, reply, back).await
}

/// Leads to where an answer points, or says why it is a no.
pub async fn led_back(window: &Window, reader: &Reader, reply: Reply, back: &str) -> Response {
    let text = reader.text;
    let (status, said) = match reply {
        Reply::Named(order) => {
            return Redirect::to(&format!("/orders/{order}")).into_response();
        }
        Reply::NamedStanding(standing) => {
            return Redirect::to(&format!("/reflexes/{standing}")).into_response();
        }
        Reply::Refused(said) => (StatusCode::CONFLICT, refusal(reader, &said)),
        Reply::Wrong(why) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            html! { p.alarm role="alert" { (why.pick(text)) } },
        ),
        Reply::Failed(why) => (
            StatusCode::SERVICE_UNAVAILABLE,
            html! { p.alarm role="alert" { (why.pick(text)) } },
        ),
        Reply::Done(words) => {
            window.said.keep(&reader.visitor, words, window.now());
            return Redirect::to(back).into_response();
        }
        _ => return Redirect::to(back).into_response(),
    };
    let scene = window.scene.look(Span::from_millis(250)).await;
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way: way_of(back),
        title: text.say("not-done"),
    };
    page.answer_as(
        status,
        &html! { h1 { (text.say("not-done")) } (said) p { a href=(back) { (text.say("back")) } } },
    )
}

/// Which way leads to a page.
fn way_of(page: &str) -> Way {
    match page.starts_with("/reflexes") {
        true => Way::Reflexes,
        false => Way::Cases,
    }
}

/// Says what was wrong with a form.
pub async fn wrong(window: &Window, reader: &Reader, why: &str) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way: way_of(&reader.address),
        title: reader.text.say("not-done"),
    };
    page.answer_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &html! { h1 { (reader.text.say("not-done")) } p.alarm role="alert" { (why) } },
    )
}

/// What makes a form ours.
pub fn ours(reader: &Reader) -> Markup {
    html! { input type="hidden" name="form_token" value=(reader.visitor.form_token); }
}

/// Asks for a new case.
pub fn open_form(reader: &Reader) -> Markup {
    let text = reader.text;
    html! {
        form.act method="post" action="/cases" {
            (ours(reader))
            label for="case" { (text.say("case-name")) }
            input #case name="case" required maxlength="64" autocomplete="off";
            label for="goal" { (text.say("case-goal")) }
            input #goal name="goal" required maxlength="300" placeholder="192.0.2.7:443/tcp" autocomplete="off";
            button { (text.say("case-open")) }
        }
    }
}

/// What can be done with an order now.
pub fn of_order(window: &Window, reader: &Reader, order: Option<&OrderView>) -> Markup {
    let text = reader.text;
    let Some(view) = order else { return html! {} };
    let at = |deed: &str| format!("/orders/{}/{deed}", view.id);
    let coordinates = window.office.coordinates;
    let may = |action| permits(&reader.visitor, action);
    html! {
        a.button href={ "/api/v1/orders/" (view.id) } { "JSON" }
        @if coordinates && view.stands == Stands::Held && may(Action::Arm) {
            form method="post" action=(at("arm")) { (ours(reader)) button { (text.say("arm-do")) } }
        }
        @if coordinates && matches!(view.stands, Stands::Draft | Stands::Held) && may(Action::Propose) {
            form method="post" action=(at("retract")) { (ours(reader)) button { (text.say("retract-do")) } }
        }
        @if coordinates && view.is_alive() && may(Action::Withdraw) {
            details.act { summary.danger { (text.say("withdraw")) }
                form method="post" action=(at("withdraw")) {
                    (ours(reader))
                    label for="reason" { (text.say("why")) }
                    (reasons(reader))
                    button.danger { (text.say("withdraw-do")) }
                }
            }
        }
        @if !coordinates && view.is_alive() && may(Action::Withdraw) {
            form method="post" action=(at("harm")) { (ours(reader)) button { (text.say("harm-do")) } }
            details.act { summary.danger { (text.say("leave")) }
                form method="post" action=(at("leave")) {
                    (ours(reader))
                    label for="why" { (text.say("why")) }
                    select #why name="why" { @for (word, why) in OBJECTIONS { option value=(word) { (objection(reader.text, why)) } } }
                    button.danger { (text.say("leave-do")) }
                }
            }
        }
    }
}

/// What can be done with a case now.
pub fn of_case(window: &Window, reader: &Reader, case: &CaseView) -> Markup {
    let text = reader.text;
    let may = permits(&reader.visitor, Action::HandleCase);
    if !window.office.coordinates || case.stage == Stage::Closed || !may {
        return html! {};
    }
    let at = |deed: &str| format!("/cases/{}/{deed}", escaped(&case.case));
    let button = |deed: &str, key: &'static str| {
        html! { form method="post" action=(at(deed)) { (ours(reader)) button { (text.say(key)) } } }
    };
    html! {
        section.panel.doing {
            h2 { (text.say("case-doing")) }
            div.row {
                @if matches!(case.stage, Stage::Open | Stage::Assessed) {
                    (button("question", "case-question"))
                    @if !case.answers.is_empty() { (button("assess", "case-assess")) }
                }
                @if case.stage == Stage::Assessed {
                    a.button.first href=(at("propose")) { (text.say("case-propose")) }
                }
                @if case.stage == Stage::Cleared { (button("reopen", "case-reopen")) }
                details.act { summary { (text.say("case-close")) }
                    form method="post" action=(at("close")) {
                        (ours(reader))
                        label for="why-close" { (text.say("why")) }
                        select #why-close name="why" { @for (word, _, key) in CLOSINGS { option value=(word) { (text.say(key)) } } }
                        button { (text.say("case-close")) }
                    }
                }
            }
        }
    }
}

/// Signing in this browser, or elsewhere.
pub fn sign_form(reader: &Reader, view: &OrderView) -> Markup {
    let command = format!("issei order approve {}", short(view.id));
    signing(reader, &format!("/orders/{}/approve", view.id), &command)
}

/// Signing the text that is shown: in this browser, sent to an address; or elsewhere, by a command.
pub fn signing(reader: &Reader, address: &str, command: &str) -> Markup {
    let text = reader.text;
    if !permits(&reader.visitor, Action::Approve) {
        let key = match reader.visitor.proven {
            true => "sign-not-you",
            false => "forbidden-unproven",
        };
        return html! { p.note { (text.say(key)) " " a href="/me" { (text.say("me-title")) } } };
    }
    html! {
        form.act data-sign method="post" action=(address) {
            (signature(reader, &text.say("sign-read"), &text.say("sign-do")))
        }
        (elsewhere(reader, command))
    }
}

/// What a form holds that this browser's key signs.
fn signature(reader: &Reader, read: &str, sign: &str) -> Markup {
    let text = reader.text;
    html! {
        (ours(reader))
        input type="hidden" name="key";
        input type="hidden" name="signature";
        input type="hidden" name="at";
        input type="hidden" name="language" value=(text.tag());
        p { (text.say("sign-with")) " " code.id data-browser-key { (text.say("sign-no-script")) } }
        label { input type="checkbox" required; " " (read) }
        button.first disabled data-needs-script { (sign) }
        p.note data-said role="status" {}
    }
}

/// How to sign at another machine.
fn elsewhere(reader: &Reader, command: &str) -> Markup {
    let text = reader.text;
    html! { details { summary { (text.say("sign-elsewhere")) }
        pre { (command) " --lang " (text.tag()) }
    } }
}

/// Signing that an order goes on, in this browser or elsewhere.
pub fn confirm_form(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    let proposed = reader.visitor.person.as_ref() == Some(&view.order.proposer);
    if proposed || !permits(&reader.visitor, Action::Approve) {
        let key = match (proposed, reader.visitor.proven) {
            (true, _) => "confirm-not-proposer",
            (false, true) => "confirm-not-you",
            (false, false) => "forbidden-unproven",
        };
        return html! { p.note { (text.say(key)) " " a href="/me" { (text.say("me-title")) } } };
    }
    html! {
        form.act data-confirm method="post" action={ "/orders/" (view.id) "/confirm" } {
            (signature(reader, &text.say("confirm-read"), &text.say("confirm-do")))
        }
        (elsewhere(reader, &format!("issei order confirm {}", short(view.id))))
    }
}

fn reasons(reader: &Reader) -> Markup {
    let text = reader.text;
    html! { select #reason name="reason" {
        option value="by-person" { (text.say("ending-by-person")) }
        option value="no-effect" { (text.say("ending-no-effect")) }
        option value="safeguarded" { (text.say("ending-safeguarded")) }
    } }
}

fn ending(word: Option<&String>) -> Ending {
    match word.map(String::as_str) {
        Some("no-effect") => Ending::NoEffect,
        Some("safeguarded") => Ending::Safeguarded,
        _ => Ending::ByPerson,
    }
}

/// Writes a word so that it can stand in a path (RFC 3986, section 3.3).
pub fn escaped(word: &str) -> String {
    let mut text = String::new();
    for byte in word.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            other => text += &format!("%{other:02X}"),
        }
    }
    text
}

const CLOSINGS: [(&str, Closing, &str); 4] = [
    ("ended", Closing::Ended, "closing-ended"),
    ("harmless", Closing::Harmless, "closing-harmless"),
    ("owner-acted", Closing::OwnerActed, "closing-owner-acted"),
    ("duplicate", Closing::Duplicate, "closing-duplicate"),
];

const OBJECTIONS: [(&str, Objection); 5] = [
    ("collateral", Objection::Collateral),
    ("legal", Objection::Legal),
    ("capacity", Objection::Capacity),
    ("technical", Objection::Technical),
    ("customer", Objection::Customer),
];
