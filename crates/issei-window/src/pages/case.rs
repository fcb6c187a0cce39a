//! Case and order on one page: the seven steps beside what people decide on; and the list of all.
//!
//! In: a case's name or an order's. Out: a page with evidence, ground, radius, doubt, the exact text that is signed,
//! and the forms for what can be done now. Always: an order is shown under the name worked out anew from what the
//! office sent, so nobody reads or signs another. Not here: how far a case has come (`steps`), what the forms do
//! (`act`).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use issei_case::approvals::Roster;
use issei_case::{Hint, Stage, confirmation_text, order_text};
use issei_desk::station::Station;
use issei_desk::traffic::TrafficView;
use issei_desk::{CaseView, OrderView, Said, Stands};
use issei_model::{EvidenceEntry, OrderId, Radius, Rule, Span};
use maud::{Markup, html};

use super::glossary::term;
use super::steps::{self, State as StepState, Step, steps};
use super::{act, forms, lacking, pictures};
use crate::Window;
use crate::frame::{Page, Way, left, moment};
use crate::scene::Scene;
use crate::view::Reader;
use issei_text::finding::kinds;
use issei_text::format::count;

/// All cases, those that wait for somebody first.
pub async fn list(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = page(&window, &reader, &scene, text.say("cases-title"));
    let mut cases: Vec<&Arc<CaseView>> = scene.cases.values().collect();
    cases.sort_by_key(|case| (case.stage == Stage::Closed, case.case.clone()));
    let orphans: Vec<&Arc<OrderView>> = scene
        .orders
        .values()
        .filter(|view| !scene.cases.contains_key(&view.order.case))
        .collect();
    page.answer(&html! {
        h1 { (text.say("cases-title")) }
        @if window.office.coordinates {
            details.act {
                summary { (text.say("case-open")) }
                (act::open_form(&reader))
            }
        }
        @if cases.is_empty() && orphans.is_empty() {
            (lacking(&text.say("cases-none"), &text.say("cases-none-next")))
        } @else {
            div.table tabindex="0" data-live="cases" { table {
                caption.hidden { (text.say("cases-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-case")) }
                    th scope="col" { (text.say("column-state")) }
                    th scope="col" { (text.say("column-goals")) }
                    th scope="col" { (text.say("column-next")) }
                } }
                tbody {
                    @for case in cases.iter().take(MOST_ROWS) {
                        @let order = current(&scene, case);
                        tr {
                            th scope="row" { a href={ "/cases/" (case.case) } { (case.case) } }
                            td { (state_mark(&reader, case, order)) }
                            td { (goals(case.goals.iter())) }
                            td { (steps::next(&reader, Some(case), order)) }
                        }
                    }
                    @for view in orphans.iter().take(MOST_ROWS) {
                        tr {
                            th scope="row" { a href={ "/orders/" (view.id) } { (view.order.case) } }
                            td { (stands_mark(&reader, view)) }
                            td { (goals(view.order.goals.iter())) }
                            td { (steps::next(&reader, None, Some(view))) }
                        }
                    }
                }
            } }
            (shortened(&reader, cases.len() + orphans.len()))
            (forms("/api/v1/cases"))
        }
    })
}

/// The page of a case, with its newest order.
pub async fn by_case(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let Some(case) = scene.cases.get(&name) else {
        return unknown(&window, &reader, &scene, "case-unknown");
    };
    let order = current(&scene, case);
    let traffic = passing(&window, order).await;
    whole(
        &window,
        &reader,
        &scene,
        (Some(case), order),
        traffic.as_deref(),
    )
}

/// Asks what passes between lines and an order's goals, once the order has left.
async fn passing(window: &Window, order: Option<&OrderView>) -> Option<Arc<TrafficView>> {
    let left = order.filter(|view| !matches!(view.stands, Stands::Draft | Stands::Held))?;
    window
        .passing
        .look(&window.desk, left.id, window.now())
        .await
}

/// The page of an order, with its case.
pub async fn by_order(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let order = id
        .parse::<OrderId>()
        .ok()
        .and_then(|id| scene.orders.get(&id));
    let Some(order) = order else {
        return unknown(&window, &reader, &scene, "order-unknown");
    };
    let case = scene.cases.get(&order.order.case);
    let traffic = passing(&window, Some(order)).await;
    whole(
        &window,
        &reader,
        &scene,
        (case.map(AsRef::as_ref), Some(order)),
        traffic.as_deref(),
    )
}

/// Gives the order that a case is about now.
fn current<'a>(scene: &'a Scene, case: &'a CaseView) -> Option<&'a OrderView> {
    let named = case.order.and_then(|id| scene.orders.get(&id));
    named
        .or_else(|| scene.orders_of(&case.case).next())
        .map(AsRef::as_ref)
}

fn page<'a>(window: &'a Window, reader: &'a Reader, scene: &'a Scene, title: String) -> Page<'a> {
    Page {
        office: &window.office,
        reader,
        scene,
        way: Way::Cases,
        title,
    }
}

fn unknown(window: &Window, reader: &Reader, scene: &Scene, key: &'static str) -> Response {
    let text = reader.text;
    // An office that does not answer has not said that there is none.
    let (status, key) = match scene.status {
        Some(_) => (StatusCode::NOT_FOUND, key),
        None => (StatusCode::SERVICE_UNAVAILABLE, "office-silent"),
    };
    let page = page(window, reader, scene, text.say(key));
    page.answer_as(
        status,
        &html! { h1 { (text.say(key)) } p { a href="/cases" { (text.say("cases-all")) } } },
    )
}

fn whole(
    window: &Window,
    reader: &Reader,
    scene: &Scene,
    (case, order): (Option<&CaseView>, Option<&OrderView>),
    traffic: Option<&TrafficView>,
) -> Response {
    let text = reader.text;
    let name = case.map_or_else(
        || {
            order
                .map(|view| view.order.case.clone())
                .unwrap_or_default()
        },
        |case| case.case.clone(),
    );
    let page = page(window, reader, scene, name.clone());
    if order.is_some_and(|view| view.order.id() != view.id) {
        // Another order under this name: nobody may sign it.
        return page.answer_as(
            StatusCode::BAD_GATEWAY,
            &html! { h1 { (name) } p.alarm role="alert" { (text.say("order-forged")) } },
        );
    }
    let needed = scene
        .country
        .as_ref()
        .map_or(Roster::LEAST, |country| country.approvals);
    let steps = steps(reader, needed, case, order);
    page.answer(&html! {
        div.head {
            div {
                h1 { (name) " " @if let Some(view) = order { span data-live="state" { (stands_mark(reader, view)) } } }
                p.lead {
                    @match (order, case) {
                        (Some(view), _) => { (pictures::deed(reader, &view.order)) " · " (text.say("order-name")) " " code.id { (short(view.id)) } },
                        (None, Some(case)) => { (goals(case.goals.iter())) },
                        (None, None) => {},
                    }
                }
            }
            div.acts data-live="acts" { (act::of_order(window, reader, order)) }
        }
        p.next data-live="next" { strong { (text.say("next")) } " " (steps::next(reader, case, order)) }
        (noes(reader, case, order))
        @if let Some(said) = order.and_then(|view| view.refusal.as_ref()) { (refusal(reader, said)) }
        div.split {
            (aside(reader, &steps))
            div.panels {
                @if let Some(view) = order {
                    (moving(reader, view))
                    @if !matches!(view.stands, Stands::Draft | Stands::Held) {
                        (to_confirm(reader, view))
                        (pictures::passing(reader, view, traffic, window.now()))
                    }
                    @if matches!(view.stands, Stands::Draft | Stands::Held) { (to_sign(reader, view)) }
                }
                @if let Some(case) = case { (act::of_case(window, reader, case)) }
                (doubt(reader, case, order))
                (evidence(reader, case, order))
                @if let Some(view) = order {
                    (members(reader, view))
                    @if !matches!(view.stands, Stands::Draft | Stands::Held) { (signed(reader, view)) }
                }
                @if let Some(case) = case { (others(reader, scene, case, order)) }
            }
        }
    })
}

/// What rules said no to: in sight as long as nothing has left, folded away afterwards.
fn noes(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Markup {
    let all = case.map_or(&[] as &[Said], |case| &case.refusals);
    html! {
        @if order.is_none() { @for said in all { (refusal(reader, said)) } }
        @else if !all.is_empty() { details.earlier {
            summary { (reader.text.fill("refused-earlier", &[("n", &all.len().to_string())])) }
            @for said in all { (refusal(reader, said)) }
        } }
    }
}

/// The seven steps.
fn aside(reader: &Reader, steps: &[Step; 7]) -> Markup {
    let text = reader.text;
    html! {
        ol.steps data-live="steps" aria-label=(text.say("steps")) {
            @for (number, step) in steps.iter().enumerate() {
                @let (class, mark, key) = match step.state {
                    StepState::Done => ("done", "✓".to_owned(), "state-done"),
                    StepState::Now => ("now", "●".to_owned(), "state-now"),
                    StepState::Later => ("later", (number + 1).to_string(), "state-later"),
                    StepState::No => ("no", "!".to_owned(), "state-no"),
                };
                li class=(class) aria-current=[(step.state == StepState::Now).then_some("step")] {
                    span.mark aria-hidden="true" { (mark) }
                    div {
                        h2 { (text.say(step.title)) span.hidden { " (" (text.say(key)) ")" } }
                        @for line in &step.lines { p { (line) } }
                    }
                }
            }
        }
    }
}

/// The countdown before T, the strip after it.
fn moving(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    let fired = view.members.iter().any(|one| one.effect.is_some());
    html! {
        section.panel data-live="moving" {
            @match (fired, steps::t(view)) {
                (true, _) => {
                    h2 { (text.say("strip-title")) " " small { (text.say("strip-of")) } }
                    (pictures::strip(reader, view))
                },
                (false, Some(at)) => {
                    h2 { (text.say("countdown-title")) }
                    p.countdown data-countdown=(at.exact()) { (left(reader, at.since(view.now))) }
                    p { "T " (reader.zone.instant(at)) }
                    (ready(reader, view))
                },
                (false, None) => {
                    h2 { (text.say("countdown-title")) }
                    p { (text.fill("countdown-none", &[("at", &reader.zone.moment(view.order.fire_before))])) }
                    (ready(reader, view))
                },
            }
        }
    }
}

/// How ready the members are, once somebody was asked.
fn ready(reader: &Reader, view: &OrderView) -> Markup {
    html! { @if !view.members.is_empty() { (pictures::readiness(reader, view)) } }
}

/// What is signed, exactly.
fn to_sign(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    html! {
        section.panel #sign {
            h2 { (text.say("sign-title")) }
            p { (text.say("sign-exactly")) }
            pre.signed #signed-text lang=(text.tag()) tabindex="0" { (order_text(&view.order, text.0)) }
            pre.beside { (issei_desk::ground::beside(&view.order, text.0)) }
            (act::sign_form(reader, view))
        }
    }
}

/// Whether somebody must let it go on, and did; and what is signed for that, exactly.
fn to_confirm(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    let Some(within) = view.order.confirm_within else {
        return html! {};
    };
    let ends = reader.zone.moment(view.order.expires_at);
    html! {
        section.panel #confirm {
            h2 { (term(&text.say("confirm-title"), "confirmation (of an order)")) }
            div data-live="confirm" {
                @match (&view.confirming.approval, view.confirming.by) {
                    (Some(by), _) => p {
                        (text.fill("confirm-done", &[("person", &by.person.to_string()), ("at", &reader.zone.moment(by.at)), ("end", &ends)]))
                        " " code.id { (by.key) }
                    },
                    (None, _) if view.stands == Stands::Ended => p { (text.say("confirm-over")) },
                    (None, Some(by)) if view.is_confirmable() => {
                        p.countdown data-until=(by.exact()) { (left(reader, by.since(view.now))) }
                        p { (text.fill("confirm-unless", &[("at", &reader.zone.moment(by)), ("end", &ends)])) }
                    },
                    (None, by) => p {
                        (text.fill("confirm-later", &[("span", &issei_text::format::span(within, text.0))]))
                        @if let Some(by) = by { " " (text.fill("confirm-unless", &[("at", &reader.zone.moment(by)), ("end", &ends)])) }
                    },
                }
            }
            @if view.is_confirmable() {
                div data-live="confirm-open" {}
                p { (text.say("sign-exactly")) }
                pre.signed #confirmed-text lang=(text.tag()) tabindex="0" { (confirmation_text(&view.order, text.0)) }
                (act::confirm_form(reader, view))
            }
        }
    }
}

/// What was signed, and by whom.
fn signed(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    html! {
        section.panel {
            details {
                summary { h2 { (text.say("signed-title")) } }
                pre.signed lang=(text.tag()) tabindex="0" { (order_text(&view.order, text.0)) }
                pre.beside { (issei_desk::ground::beside(&view.order, text.0)) }
                ul { @for approval in &view.approvals {
                    li { (approval.person) " · " (moment(reader.zone, approval.at)) " · " code.id { (approval.key) } }
                } }
            }
        }
    }
}

/// How wide it would be, and what nobody knows.
fn doubt(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Markup {
    let text = reader.text;
    let radius = order
        .map(|view| &view.order.radius)
        .or_else(|| case.and_then(|case| case.radius.as_ref()));
    html! {
        section.panel data-live="radius" {
            h2 { (term(&text.say("radius-title"), "radius")) }
            @match radius {
                None => { (lacking(&text.say("radius-none"), &text.say("radius-none-next"))) },
                Some(radius) => {
                    dl.figures {
                        div { dt { (text.say("radius-beside")) } dd { (count(radius.predicted_lines)) } }
                        div { dt { (text.say("radius-suspected")) } dd { (count(radius.suspected_lines)) } }
                        div { dt { (text.say("radius-unanswered")) } dd { (count(radius.unanswered.len() as u64)) } }
                    }
                    h3 { (text.say("doubt-title")) }
                    ul.doubt { @for line in doubts(reader, radius) { li { (line) } } }
                },
            }
            @if let Some(contacts) = case.and_then(|case| pictures::contacts(reader, &case.answers, order)) { (contacts) }
            @if let Some(case) = case { @if !case.addresses.is_empty() {
                h3 { (text.say("stood-for-title")) }
                ul { @for one in case.addresses.iter().take(MOST_ROWS) {
                    li { (one.name.to_string()) " → " code { (one.ip) } " (" (one.source) ")" }
                } }
            } }
        }
    }
}

fn doubts(reader: &Reader, radius: &Radius) -> Vec<String> {
    let text = reader.text;
    let mut lines = Vec::new();
    for member in &radius.unanswered {
        lines.push(text.fill("doubt-silent", &[("member", member.as_str())]));
    }
    for (member, days) in &radius.remembered {
        lines.push(text.fill(
            "doubt-days",
            &[("member", member.as_str()), ("days", &days.to_string())],
        ));
    }
    for hint in &radius.hints {
        let key = match Hint::is_about_count(hint) {
            true => "doubt-by-address",
            false => "doubt-shared",
        };
        lines.push(text.fill(key, &[("hint", hint)]));
    }
    if lines.is_empty() {
        lines.push(text.say("doubt-none"));
    }
    lines
}

fn evidence(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Markup {
    let text = reader.text;
    let entries: &[EvidenceEntry] = match (order, case) {
        (Some(view), _) => &view.order.evidence,
        (None, Some(case)) => &case.evidence,
        (None, None) => &[],
    };
    html! {
        section.panel {
            h2 { (term(&text.say("evidence-title"), "evidence")) }
            @if entries.is_empty() {
                (lacking(&text.say("evidence-none"), &text.say("evidence-none-next")))
            } @else {
                div.table tabindex="0" { table {
                    caption.hidden { (text.say("evidence-title")) }
                    thead { tr {
                        th scope="col" { (text.say("column-member")) }
                        th scope="col" { (text.say("column-rule")) }
                        th scope="col" { (text.say("column-kinds")) }
                        th scope="col" { (text.say("column-until")) }
                        th scope="col" { (term(&text.say("column-commitment"), "commitment")) }
                    } }
                    tbody { @for entry in entries.iter().take(MOST_ROWS) { tr {
                        th scope="row" { (entry.source) }
                        td { (rule(entry.rule)) @if entry.forgeable { " " span.mark-warn { (text.say("forgeable")) } } }
                        td { (kinds(&entry.kinds, text)) }
                        td { (moment(reader.zone, entry.until)) }
                        td { code.id title=(entry.commitment) { (entry.commitment.to_string()[..12]) "…" } }
                    } } }
                } }
                (shortened(reader, entries.len()))
            }
        }
    }
}

/// Where each member stands.
fn members(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    html! {
        section.panel data-live="members" {
            h2 { (text.say("members-title")) }
            div.table tabindex="0" { table {
                caption.hidden { (text.say("members-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-member")) }
                    th.number scope="col" { (text.say("column-lines")) }
                    th scope="col" { (text.say("column-state")) }
                    th scope="col" { (text.say("column-offset")) }
                    th scope="col" { (text.say("column-measured")) }
                } }
                tbody {
                    @for one in &view.members {
                        @let station = Station::of(one, view.now);
                        tr {
                            th scope="row" { (one.member) @if view.order.canary.contains(&one.member) { " " span.chip { (term(&text.say("canary"), "canary")) } } }
                            td.number { (count(one.lines)) }
                            td { (station_mark(reader, station)) }
                            td { (station.more(view.now, text)) }
                            td { @for line in issei_desk::effect::of_member(one, text.0).lines() { (line.trim()) br; } }
                        }
                    }
                    @if view.members.is_empty() {
                        @for one in &view.order.participants { tr {
                            th scope="row" { (one.member) @if view.order.canary.contains(&one.member) { " " span.chip { (term(&text.say("canary"), "canary")) } } }
                            td.number { (count(one.lines)) }
                            td colspan="3" { (text.say("member-not-asked")) }
                        } }
                    }
                }
            } }
        }
    }
}

/// Earlier and later orders of the same case.
fn others(reader: &Reader, scene: &Scene, case: &CaseView, shown: Option<&OrderView>) -> Markup {
    let text = reader.text;
    let rest: Vec<_> = scene
        .orders_of(&case.case)
        .filter(|view| Some(view.id) != shown.map(|one| one.id))
        .take(MOST_ROWS)
        .collect();
    html! { @if !rest.is_empty() {
        section.panel {
            h2 { (text.say("other-orders")) }
            ul { @for view in rest { li {
                a href={ "/orders/" (view.id) } { (short(view.id)) } " " (stands_mark(reader, view)) " "
                (moment(reader.zone, view.order.proposed_at))
            } } }
        }
    } }
}

/// A rule's no with the next step.
pub fn refusal(reader: &Reader, said: &Said) -> Markup {
    let text = reader.text;
    html! {
        div.refusal.alarm[said.alarm] role="alert" {
            strong { (text.fill(if said.alarm { "refused-broken" } else { "refused-by" }, &[("rule", &said.rule)])) }
            " " (text.pick(&said.en, &said.ja))
        }
    }
}

fn state_mark(reader: &Reader, case: &CaseView, order: Option<&OrderView>) -> Markup {
    match order {
        Some(view) if case.stage != Stage::Closed => stands_mark(reader, view),
        _ => {
            let (class, mark, key) = match case.stage {
                Stage::Open => ("wait", "◆", "stage-open"),
                Stage::Assessed => ("wait", "◆", "stage-assessed"),
                Stage::Proposed => ("wait", "◆", "stage-proposed"),
                Stage::Cleared => ("wait", "◆", "stage-cleared"),
                Stage::Closed => ("over", "■", "stage-closed"),
            };
            html! { span.state.(class) { span aria-hidden="true" { (mark) " " } (reader.text.say(key)) } }
        }
    }
}

/// Where an order stands: a shape and a word.
pub fn stands_mark(reader: &Reader, view: &OrderView) -> Markup {
    let (class, mark, key) = match view.stands {
        Stands::Armed if view.acts() => ("cut", "●", "stands-in-force"),
        Stands::Draft => ("wait", "◆", "stands-draft"),
        Stands::Held => ("wait", "◆", "stands-held"),
        Stands::Preparing => ("go", "▶", "stands-preparing"),
        Stands::Canary => ("go", "▶", "stands-canary"),
        Stands::Armed => ("cut", "●", "stands-armed"),
        Stands::InForce => ("cut", "●", "stands-in-force"),
        Stands::Refused => ("no", "✕", "stands-refused"),
        Stands::Ended => ("over", "■", "stands-ended"),
    };
    html! { span.state.(class) { span aria-hidden="true" { (mark) " " } (reader.text.say(key)) } }
}

fn station_mark(reader: &Reader, station: Station) -> Markup {
    let (class, mark, key) = match station {
        Station::Preparing => ("wait", "◆", "station-preparing"),
        Station::Staged => ("go", "▶", "station-staged"),
        Station::Armed(_) => ("go", "▶", "station-armed"),
        Station::Unread(_) => ("no", "✕", "station-unread"),
        Station::InForce { well: true, .. } => ("cut", "●", "station-in-force"),
        Station::InForce { well: false, .. } => ("no", "!", "station-harm"),
        Station::Refused(_) => ("no", "✕", "station-refused"),
        Station::Left(_) => ("no", "✕", "station-left"),
        Station::Lifted(_) => ("over", "■", "station-lifted"),
    };
    let why = match station {
        Station::Refused(why) | Station::Left(why) => Some(pictures::objection(reader.text, why)),
        _ => None,
    };
    html! {
        span.state.(class) { span aria-hidden="true" { (mark) " " } (reader.text.say(key)) }
        @if let Some(why) = why { ": " (why) }
    }
}

/// Goals, a few of them by name.
pub fn goals<'a>(all: impl ExactSizeIterator<Item = &'a issei_model::Goal>) -> Markup {
    let more = all.len().saturating_sub(3);
    html! {
        @for (number, goal) in all.take(3).enumerate() { @if number > 0 { ", " } code { (goal) } }
        @if more > 0 { " +" (more) }
    }
}

/// The beginning of an order's name, as the command line takes it too.
pub fn short(id: OrderId) -> String {
    id.to_string().chars().take(12).collect()
}

fn rule(rule: Rule) -> &'static str {
    rule.code()
}

/// Says that a table was cut short.
pub fn shortened(reader: &Reader, all: usize) -> Markup {
    html! { @if all > MOST_ROWS {
        p.note { (reader.text.fill("table-shortened", &[("n", &count(MOST_ROWS as u64)), ("all", &count(all as u64))])) }
    } }
}

/// Rows of a table on a page; the API has them all.
pub const MOST_ROWS: usize = 200;

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
