//! What a member does by itself within seconds: what acts now, and the standing orders under which it may.
//!
//! In: a scene. Out: a page. Always: no line of a subscriber is on it; where there is nothing it says why, and what to
//! do. Not here: one standing order, and what can be done about it (`standing`).

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_desk::standing::deed;
use issei_desk::{ActingView, ReflexesView, Said, StandingView, StandsOn};
use issei_model::{ReflexRefusal, Span};
use issei_text::format::{count, lasting};
use maud::{Markup, html};

use super::act::ours;
use super::case::{MOST_ROWS, shortened};
use super::glossary::term;
use super::standing::{limits, short, stands_mark};
use super::{forms, lacking};
use crate::Window;
use crate::frame::{Page, Way, left, moment};
use crate::rights::{Action, permits};
use crate::scene::Scene;
use crate::view::Reader;

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Reflexes,
        title: text.say("reflexes-title"),
    };
    page.answer(&html! {
        div.head {
            div {
                h1 { (text.say("reflexes-title")) }
                p.lead { (text.say("reflexes-lead")) " " (term(&text.say("reflexes-word"), "standing order")) }
            }
            div.acts data-live="acts" { (acts(&window, &reader, &scene)) }
        }
        section.panel data-live="acting" {
            h2 { (text.say("reflexes-now")) }
            (now(&reader, &scene))
        }
        section.panel data-live="standings" {
            h2 { (text.say("reflexes-standings")) }
            (standings(&window, &reader, &scene))
        }
    })
}

/// What can be done about all of them.
fn acts(window: &Window, reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    let coordinates = window.office.coordinates;
    let ours_too = |view: &StandingView| coordinates || view.order.member == window.office.name;
    let lives = |view: &&Arc<StandingView>| {
        ours_too(view) && !matches!(view.stands, StandsOn::Draft | StandsOn::Ended)
    };
    let alive = scene.standings.values().filter(lives).count();
    let everybody = if coordinates {
        "standing-all-everywhere"
    } else {
        "standing-all-here"
    };
    html! {
        @if !coordinates && permits(&reader.visitor, Action::Propose) {
            a.button.first href="/reflexes/propose" { (text.say("standing-draft")) }
        }
        @if alive > 0 && permits(&reader.visitor, Action::Withdraw) {
            details.act { summary.danger { (text.say("standing-withdraw-all")) }
                form method="post" action="/reflexes/withdraw-all" {
                    (ours(reader))
                    p { (text.say(everybody)) }
                    button.danger { (text.say("standing-withdraw-all-do")) }
                }
            }
        }
    }
}

/// What reflexes do here, or why this office cannot say it.
fn now(reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    match &scene.reflexes {
        None => html! { p.alarm role="alert" { (text.say("office-silent")) } },
        Some(Err(why)) => lacking(&text.say("reflexes-elsewhere"), why.pick(text)),
        Some(Ok(view)) => html! {
            @if view.stopped {
                p.alarm role="alert" { (text.say("reflexes-stopped")) " " a href="/lift" { (text.say("resume-do")) } }
            }
            @if !view.current { p.alarm role="alert" { (text.say("reflexes-behind")) } }
            @if view.acting.is_empty() {
                (lacking(&text.say("reflexes-nothing"), &text.say(why_nothing(scene, view))))
            } @else {
                (acting(reader, view.acting.iter()))
                (shortened(reader, view.acting.len()))
            }
            p.note { (text.fill("reflexes-told", &[("n", &view.batches.to_string())]))
                " " (text.fill("reflexes-untold", &[("n", &view.unreported.to_string())])) }
            (refused(reader, view))
            (forms_of_one("/api/v1/reflexes"))
        },
    }
}

/// Why nothing acts, and what to do.
fn why_nothing(scene: &Scene, view: &ReflexesView) -> &'static str {
    let ready = |one: &&Arc<StandingView>| one.stands == StandsOn::Ready;
    match scene.standings.values().any(|one| ready(&one)) {
        _ if view.stopped => "reflexes-nothing-stopped",
        true => "reflexes-nothing-seen",
        false => "reflexes-nothing-ready",
    }
}

/// Says where the same stands for programs, if it is no list.
fn forms_of_one(address: &str) -> Markup {
    html! { p.forms { a href=(address) { "JSON" } } }
}

/// Rules that may be on the devices.
pub fn acting<'a>(reader: &Reader, all: impl Iterator<Item = &'a ActingView>) -> Markup {
    let text = reader.text;
    html! { div.table tabindex="0" { table {
        caption.hidden { (text.say("reflexes-now")) }
        thead { tr {
            th.number scope="col" { (text.say("reflexes-number")) }
            th scope="col" { (text.say("column-deed")) }
            th scope="col" { (text.say("reflexes-began")) }
            th scope="col" { (text.say("reflexes-there")) }
            th scope="col" { (text.say("reflexes-ends")) }
            th scope="col" { (text.say("reflexes-under")) }
        } }
        tbody { @for one in all.take(MOST_ROWS) { tr {
            th.number scope="row" { (one.number) }
            td { (one.what.pick(text)) }
            td { (moment(reader.zone, one.began)) }
            td { @match one.seen {
                Some(seen) => { (text.fill("reflexes-after", &[("span", &lasting(seen.since(one.began), text.0))])) },
                None => strong.mark-warn { (text.say("reflexes-unseen")) },
            } }
            td { (moment(reader.zone, one.ends)) }
            td { a.id href={ "/reflexes/" (one.standing) } { (short(one.standing)) } }
        } } }
    } } }
}

/// Triggers that were not acted on, by reason.
fn refused(reader: &Reader, view: &ReflexesView) -> Markup {
    let text = reader.text;
    let why = |why: &ReflexRefusal| text.pick(why.words(), &Said::from(*why).ja).to_owned();
    html! { @if !view.refused.is_empty() {
        h3 { (text.say("reflexes-refused")) }
        div.table tabindex="0" { table {
            caption.hidden { (text.say("reflexes-refused")) }
            thead { tr {
                th scope="col" { (text.say("why")) }
                th.number scope="col" { (text.say("column-count")) }
            } }
            tbody { @for (reason, times) in &view.refused { tr {
                th scope="row" { (why(reason)) }
                td.number { (count(*times)) }
            } } }
        } }
    } }
}

/// Standing orders: drafts first, then what lives by its end, then what is over.
fn standings(window: &Window, reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    if scene.status.is_none() {
        return html! { p.alarm role="alert" { (text.say("office-silent")) } };
    }
    let mut all: Vec<&Arc<StandingView>> = scene.standings.values().collect();
    all.sort_by_key(|view| {
        let over = matches!(view.stands, StandsOn::Refused | StandsOn::Ended);
        let draft = view.stands == StandsOn::Draft;
        (over, Reverse(draft), view.order.valid_until, view.id)
    });
    html! {
        @if all.is_empty() {
            (lacking(&text.say("reflexes-none"), &text.say(match window.office.coordinates {
                true => "reflexes-none-there",
                false => "reflexes-none-next",
            })))
        } @else {
            div.table tabindex="0" { table {
                caption.hidden { (text.say("reflexes-standings")) }
                thead { tr {
                    th scope="col" { (text.say("reflexes-column")) }
                    th scope="col" { (text.say("column-state")) }
                    th scope="col" { (text.say("column-deed")) }
                    th scope="col" { (text.say("column-limit")) }
                    th scope="col" { (text.say("column-member")) }
                    th scope="col" { (text.say("reflexes-signed")) }
                    th scope="col" { (text.say("column-by")) }
                } }
                tbody { @for view in all.iter().take(MOST_ROWS) { tr {
                    th scope="row" { a.id href={ "/reflexes/" (view.id) } { (short(view.id)) } }
                    td { (stands_mark(reader, view.stands)) }
                    td { (deed(&view.order, text)) }
                    td { (limits(reader, &view.order)) }
                    td { (view.order.member) }
                    td { @for (number, one) in view.approvals.iter().enumerate() { @if number > 0 { ", " } (one.person) }
                        @if view.approvals.is_empty() { (text.say("reflexes-unsigned")) } }
                    td { (moment(reader.zone, view.order.valid_until)) " " (left(reader, view.order.valid_until.since(view.now))) }
                } } }
            } }
            (shortened(reader, all.len()))
            (forms("/api/v1/standing-orders"))
        }
    }
}

#[cfg(test)]
#[path = "reflexes_tests.rs"]
mod tests;
