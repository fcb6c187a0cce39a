//! One standing order: what it lets a member do by itself, exactly what is signed, by whom, until when.
//!
//! In: its name. Out: a page with the forms for what can be done now, and what these send to the office. Always: it is
//! shown under the name worked out anew from what the office sent, so nobody reads or signs another; a signature is
//! handed in as that of who is signed in. Not here: the list (`reflexes`), whether a signature holds (the office).

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use issei_case::approvals::Roster;
use issei_case::standing_text;
use issei_desk::standing::{deed, stands};
use issei_desk::{Ask, Reply, StandingView, StandsOn};
use issei_model::{PersonId, Reflex, Span, StandingId, StandingOrder};
use issei_text::format::{count, lasting};
use issei_text::{Phrase, said};
use maud::{Markup, html};

use super::act::{self, Signed, act, led_back, ours, wrong};
use super::case::refusal;
use super::glossary::term;
use super::{lacking, reflexes};
use crate::Window;
use crate::frame::{Page, Way, left, moment};
use crate::rights::{Action, permits};
use crate::scene::Scene;
use crate::view::Reader;

/// Prefixes that the table of rules names; the text that is signed names all.
const MOST_PREFIXES: usize = 20;

/// The page.
pub async fn page(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let view = id
        .parse::<StandingId>()
        .ok()
        .and_then(|id| scene.standings.get(&id));
    let Some(view) = view else {
        return unknown(&window, &reader, &scene);
    };
    let title = text.fill("standing-title", &[("id", &short(view.id))]);
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Reflexes,
        title: title.clone(),
    };
    if view.order.id() != view.id {
        // Another standing order under this name: nobody may sign it.
        return page.answer_as(
            StatusCode::BAD_GATEWAY,
            &html! { h1 { (title) } p.alarm role="alert" { (text.say("standing-forged")) } },
        );
    }
    page.answer(&html! {
        div.head {
            div {
                h1 { (title) " " span data-live="state" { (stands_mark(&reader, view.stands)) } }
                p.lead { (view.order.member) " · " (deed(&view.order, text)) }
            }
            div.acts data-live="acts" { (acts(&window, &reader, view)) }
        }
        p.next data-live="next" { strong { (text.say("next")) } " " (text.say(next(&reader, view))) }
        @if let Some(said) = &view.refusal { (refusal(&reader, said)) }
        (ends(&reader, view))
        (rules(&reader, &view.order))
        @if let Some(Ok(now)) = &scene.reflexes {
            @let here = || now.acting.iter().filter(|one| one.standing == view.id);
            section.panel data-live="acting" {
                h2 { (text.say("reflexes-now")) }
                @if here().next().is_none() { p.note { (text.say("standing-nothing")) } }
                @else { (reflexes::acting(&reader, here())) }
            }
        }
        (signatures(&reader, &scene, view))
        (words(&reader, view))
    })
}

fn unknown(window: &Window, reader: &Reader, scene: &Scene) -> Response {
    let text = reader.text;
    // An office that does not answer has not said that there is none.
    let (status, key) = match scene.status {
        Some(_) => (StatusCode::NOT_FOUND, "standing-unknown"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "office-silent"),
    };
    let page = Page {
        office: &window.office,
        reader,
        scene,
        way: Way::Reflexes,
        title: text.say(key),
    };
    page.answer_as(
        status,
        &html! { h1 { (text.say(key)) } p { a href="/reflexes" { (text.say("standing-others")) } } },
    )
}

/// What can be done with it now.
fn acts(window: &Window, reader: &Reader, view: &StandingView) -> Markup {
    let text = reader.text;
    let ours_too = window.office.coordinates || view.order.member == window.office.name;
    let draft = view.stands == StandsOn::Draft;
    let open = view.stands != StandsOn::Ended;
    let (short, means, deed) = match draft {
        true => (
            "standing-retract",
            "standing-retract-means",
            "standing-retract-do",
        ),
        false => (
            "standing-withdraw",
            "standing-withdraw-means",
            "standing-withdraw-do",
        ),
    };
    html! {
        a.button href={ "/api/v1/standing-orders/" (view.id) } { "JSON" }
        @if ours_too && open && permits(&reader.visitor, Action::Withdraw) {
            details.act { summary.danger { (text.say(short)) }
                form method="post" action={ "/reflexes/" (view.id) "/withdraw" } {
                    (ours(reader))
                    p { (text.say(means)) }
                    button.danger { (text.say(deed)) }
                }
            }
        }
    }
}

/// What to do next.
fn next(reader: &Reader, view: &StandingView) -> &'static str {
    let person = reader.visitor.person.as_ref();
    match view.stands {
        StandsOn::Draft if person.is_some_and(|person| view.waits_for(person)) => {
            "standing-next-sign"
        }
        StandsOn::Draft => "standing-next-others",
        StandsOn::Leaving => "standing-next-leaving",
        StandsOn::Logged => "standing-next-logged",
        StandsOn::Judging => "standing-next-judging",
        StandsOn::Ready if view.ends_soon().is_some() => "standing-next-renew",
        StandsOn::Ready => "standing-next-ready",
        StandsOn::Refused => "standing-next-refused",
        StandsOn::Ended => "standing-next-ended",
    }
}

/// How long it still stands.
fn ends(reader: &Reader, view: &StandingView) -> Markup {
    let text = reader.text;
    let (from, until) = (view.order.valid_from, view.order.valid_until);
    let over = view.stands == StandsOn::Ended || until <= view.now;
    html! {
        section.panel data-live="ends" {
            h2 { (text.say("standing-until")) }
            @if !over {
                p.countdown data-until=(until.exact()) data-days=(text.say("standing-days")) { (left(reader, until.since(view.now))) }
            }
            p { (text.fill("standing-stands", &[("from", &reader.zone.moment(from)), ("until", &reader.zone.moment(until))])) }
            p.note { (text.say("standing-no-longer")) }
        }
    }
}

/// The rules: what sets it off, what it then does, and its ceilings.
fn rules(reader: &Reader, order: &StandingOrder) -> Markup {
    let text = reader.text;
    let (trigger, what) = rule(reader, &order.reflex);
    let more = order.scope.len().saturating_sub(MOST_PREFIXES);
    let row = issei_desk::ground::shipped(&order.ground, order.pack);
    html! {
        section.panel {
            h2 { (text.say("standing-rules")) }
            dl.facts {
                div { dt { (term(&text.say("standing-trigger"), "trigger")) } dd { (trigger) } }
                div { dt { (term(&text.say("standing-deed"), "reflex")) } dd { (what) } }
                div { dt { (text.say("standing-scope")) } dd {
                    @for (number, prefix) in order.scope.iter().take(MOST_PREFIXES).enumerate() { @if number > 0 { ", " } code { (prefix) } }
                    @if more > 0 { " +" (count(more as u64)) }
                } }
                div { dt { (term(&text.say("standing-lasts"), "activation")) } dd { (lasting(order.lasts, text.0)) } }
                div { dt { (text.say("standing-at-once")) } dd { (count(order.at_once.into())) } }
                div { dt { (text.say("standing-per-hour")) } dd { (count(order.per_hour.into())) } }
                div { dt { (text.say("standing-ground")) } dd { (order.ground) @if let Some(row) = row { ": " (row.title.of(text.0)) } } }
                div { dt { (text.say("standing-proposer")) } dd { (order.proposer) " · " (moment(reader.zone, order.proposed_at)) } }
            }
            p.note { (text.say("standing-never")) }
        }
    }
}

/// What sets a reflex off, and what it then does.
fn rule(reader: &Reader, reflex: &Reflex) -> (String, String) {
    let text = reader.text;
    match reflex {
        Reflex::LimitFlood(packets) => (
            text.say("standing-on-flood"),
            said!(text, "standing-limits", packets),
        ),
        Reflex::DropOnRequest(operator) => (
            said!(text, "standing-on-request", operator),
            text.say("standing-drops"),
        ),
        Reflex::DropForged => (
            text.say("standing-on-forged"),
            text.say("standing-drops-forged"),
        ),
    }
}

/// Who signed, and who has to.
fn signatures(reader: &Reader, scene: &Scene, view: &StandingView) -> Markup {
    let text = reader.text;
    let country = scene.country.as_ref();
    let needed = country.map_or(Roster::LEAST, |country| country.approvals);
    let signed = |person: &PersonId| view.approvals.iter().any(|one| one.person == *person);
    let lacking_people: Vec<String> = view
        .confirmers()
        .into_iter()
        .filter(|person| !signed(person))
        .map(ToString::to_string)
        .collect();
    html! {
        section.panel data-live="signatures" {
            h2 { (text.say("standing-signatures")) }
            @if view.approvals.is_empty() {
                (lacking(&text.say("reflexes-unsigned"), &text.say(next(reader, view))))
            } @else { div.table tabindex="0" { table {
                caption.hidden { (text.say("standing-signatures")) }
                thead { tr {
                    th scope="col" { (text.say("column-person")) }
                    th scope="col" { (text.say("column-when")) }
                    th scope="col" { (text.say("column-key")) }
                    th scope="col" { (text.say("standing-read-in")) }
                } }
                tbody { @for one in &view.approvals { tr {
                    th scope="row" { (one.person) }
                    td { (moment(reader.zone, one.at)) }
                    td { code.id title=(one.key) { (one.key.to_string()[..12]) "…" } }
                    td { (text.say(match one.language {
                        issei_model::Language::English => "standing-english",
                        issei_model::Language::Japanese => "standing-japanese",
                    })) }
                } } }
            } } }
            @if view.stands == StandsOn::Draft {
                p { (text.fill("standing-who", &[("n", &needed.to_string()), ("member", view.order.member.as_str())])) }
                @if !lacking_people.is_empty() {
                    p { (text.fill("standing-confirmers", &[("people", &lacking_people.join(", "))])) }
                }
            }
        }
    }
}

/// Exactly what is signed, with the form as long as it is a draft.
fn words(reader: &Reader, view: &StandingView) -> Markup {
    let text = reader.text;
    let exactly = standing_text(&view.order, text.0);
    let beside = issei_desk::ground::beside_standing(&view.order, text.0);
    if view.stands != StandsOn::Draft {
        return html! {
            section.panel {
                details {
                    summary { h2 { (text.say("signed-title")) } }
                    pre.signed lang=(text.tag()) tabindex="0" { (exactly) }
                    pre.beside { (beside) }
                }
            }
        };
    }
    html! {
        section.panel #sign {
            h2 { (text.say("sign-title")) }
            p { (text.say("sign-exactly")) }
            pre.signed #signed-text lang=(text.tag()) tabindex="0" { (exactly) }
            pre.beside { (beside) }
            (form(reader, view))
        }
    }
}

/// Signing it, for who may.
fn form(reader: &Reader, view: &StandingView) -> Markup {
    let text = reader.text;
    let person = reader.visitor.person.as_ref();
    let signed = view.approvals.iter().any(|one| Some(&one.person) == person);
    let key = match () {
        () if view.order.valid_until <= view.now => "standing-draft-over",
        () if person == Some(&view.order.proposer) => "standing-not-proposer",
        () if signed => "standing-signed-before",
        () => {
            let address = format!("/reflexes/{}/approve", view.id);
            let command = format!("issei reflex approve {}", short(view.id));
            return act::signing(reader, &address, &command);
        }
    };
    html! { p.note { (text.say(key)) } }
}

/// Hands in a signature over the text that was shown.
pub async fn approve(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
    Form(signed): Form<Signed>,
) -> Response {
    let Some(person) = reader.visitor.person.clone() else {
        return Redirect::to("/sign-in").into_response();
    };
    let read = id.parse::<StandingId>().ok().zip(signed.read(person));
    let Some((standing, approval)) = read else {
        return wrong(&window, &reader, &reader.text.say("sign-unreadable")).await;
    };
    let back = format!("/reflexes/{standing}");
    let ask = Ask::ApproveStanding { standing, approval };
    act(&window, &reader, ask, &back).await
}

/// Ends it, or takes the draft back.
pub async fn withdraw(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    let Ok(standing) = id.parse::<StandingId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let reply = window.desk.ask(Ask::WithdrawStanding(standing)).await;
    window.scene.forget().await;
    let scene = window.scene.look(Span::from_millis(250)).await;
    let view = scene.standings.get(&standing);
    let reply = match (reply, view) {
        // A member ends its own at once, whether or not the coordinator hears of it now.
        (Reply::Wrong(why), Some(view)) if view.stands == StandsOn::Ended => {
            Reply::Done(Phrase::of(|text| {
                said!(text, "standing-ended-here", why = why.pick(text))
            }))
        }
        (reply, _) => reply,
    };
    let back = match view {
        Some(_) => format!("/reflexes/{standing}"),
        None => "/reflexes".to_owned(), // there is no such draft any more
    };
    led_back(&window, &reader, reply, &back).await
}

/// Ends all of this member; at the coordinator, of everybody.
pub async fn withdraw_all(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    act(&window, &reader, Ask::WithdrawAllStanding, "/reflexes").await
}

/// Where it stands: a shape and a word.
pub fn stands_mark(reader: &Reader, at: StandsOn) -> Markup {
    let (class, mark) = match at {
        StandsOn::Draft => ("wait", "◆"),
        StandsOn::Leaving | StandsOn::Logged | StandsOn::Judging => ("go", "▶"),
        StandsOn::Ready => ("go", "●"),
        StandsOn::Refused => ("no", "✕"),
        StandsOn::Ended => ("over", "■"),
    };
    html! { span.state.(class) { span aria-hidden="true" { (mark) " " } (stands(at, reader.text)) } }
}

/// How long, how many at once, how many an hour.
pub fn limits(reader: &Reader, order: &StandingOrder) -> String {
    let text = reader.text;
    text.fill(
        "standing-limits-short",
        &[
            ("span", &lasting(order.lasts, text.0)),
            ("once", &order.at_once.to_string()),
            ("hour", &order.per_hour.to_string()),
        ],
    )
}

/// The beginning of its name, as the command line takes it too.
pub fn short(id: StandingId) -> String {
    id.to_string().chars().take(12).collect()
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
