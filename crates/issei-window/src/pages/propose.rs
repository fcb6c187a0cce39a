//! Drafts an order in a case: the ground is chosen first, then its facts are stated.
//!
//! In: a case whose radius is measured, a row of the pack, what people state. Out: a wish for the office. Always: a
//! fact is read as the kind that the row names; who states is who is signed in, and another person confirms. Not
//! here: the gates, which judge the draft (`issei-case`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use issei_case::ground::{FactKind, FactRule, Row};
use issei_desk::{Ask, CaseView, Wish};
use issei_model::{Action, Fact, FactValue, Goal, Order, OrganisationId, PersonId, Span};
use maud::{Markup, html};
use serde::Deserialize;

use super::act::{act, escaped, ours, wrong};
use super::case::goals;
use crate::Window;
use crate::frame::{Page, Way};
use crate::view::Reader;
use issei_text::format::count;

/// Which ground was chosen.
#[derive(Deserialize)]
pub struct Chosen {
    /// The row's name; empty if none was.
    #[serde(default)]
    pub ground: String,
}

/// The grounds to choose from, or the facts of the one that was chosen.
pub async fn page(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
    Query(chosen): Query<Chosen>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let Some(case) = scene.cases.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Cases,
        title: text.say("propose-title"),
    };
    let row = issei_desk::ground::rows().find(|row| row.name == chosen.ground);
    let country = scene.country.iter().flat_map(|country| &country.members);
    let members: Vec<OrganisationId> = country.map(|one| one.member.clone()).collect();
    page.answer(&html! {
        h1 { (text.say("propose-title")) ": " a href={ "/cases/" (escaped(&name)) } { (name) } }
        p.lead { (goals(case.goals.iter())) }
        @match row {
            None => (choice(&reader, case)),
            Some(row) => (form(&reader, case, row, &members)),
        }
    })
}

fn choice(reader: &Reader, case: &CaseView) -> Markup {
    let text = reader.text;
    let rows = || issei_desk::ground::rows().filter(|row| row.limit.is_some());
    html! {
        h2 { (text.say("propose-ground")) }
        p { (text.say("propose-ground-how")) }
        div.table tabindex="0" { table {
            caption.hidden { (text.say("propose-ground")) }
            thead { tr {
                th scope="col" { (text.say("column-row")) }
                th scope="col" { (text.say("column-what")) }
                th scope="col" { (text.say("column-mark")) }
                th scope="col" { (text.say("column-limit")) }
            } }
            tbody { @for row in rows() { tr {
                th scope="row" { a href={ "/cases/" (escaped(&case.case)) "/propose?ground=" (row.name) } { (row.name) } }
                td { (row.title.of(text.0)) @if !row.on { " " span.mark-warn { (text.say("propose-off")) } } }
                td { (row.mark.text(text.0)) }
                td { @if let Some(limit) = row.limit { (limit.lifetime) } }
            } } }
        } }
    }
}

fn form(reader: &Reader, case: &CaseView, row: &Row, members: &[OrganisationId]) -> Markup {
    let text = reader.text;
    let longest = row
        .limit
        .map_or(0, |limit| limit.lifetime.as_micros() / 60_000_000);
    let least = Order::LEAST_CONFIRM.as_micros() / 60_000_000;
    html! {
        h2 { (row.name) ": " (row.title.of(text.0)) }
        p { (text.say("propose-mark")) " " strong { (row.mark.text(text.0)) } " · " a href={ "/cases/" (escaped(&case.case)) "/propose" } { (text.say("propose-other")) } }
        form.act.wide method="post" action={ "/cases/" (escaped(&case.case)) "/propose" } {
            (ours(reader))
            input type="hidden" name="ground" value=(row.name);
            (facts(reader, row))
            fieldset {
                legend { (text.say("propose-how")) }
                label for="lasts" { (text.fill("propose-lasts", &[("most", &count(u64::try_from(longest).unwrap_or(0)))])) }
                input #lasts name="lasts" type="number" min="1" max=(longest) value=(longest.clamp(1, 30)) required;
                label for="within" { (text.say("propose-within")) }
                input #within name="within" type="number" min="1" max="1440" value="15" required;
                label for="confirm" { (text.fill("propose-confirm", &[("least", &least.to_string())])) }
                input #confirm name="confirm" type="number" min=(least) max=(longest) autocomplete="off";
                label for="quorum" { (text.say("propose-quorum")) }
                input #quorum name="quorum" type="number" min="50" max="100" value="60" required;
                label for="clock" { (text.say("propose-clock")) }
                input #clock name="clock" type="number" min="1" max="1000" value="50" required;
                label for="canary" { (text.say("propose-canary")) }
                select #canary name="canary" required { @for member in members { option value=(member) { (member) } } }
                label { input type="checkbox" name="hold" value="yes"; " " (text.say("propose-hold")) }
            }
            button.first { (text.say("propose-do")) }
        }
    }
}

/// Asks for a row's facts, and who confirms them.
pub fn facts(reader: &Reader, row: &Row) -> Markup {
    let text = reader.text;
    html! {
        fieldset {
            legend { (text.say("propose-facts")) }
            @if row.facts.is_empty() { p { (text.say("propose-no-facts")) } }
            @for (name, rule) in &row.facts { (fact(reader, name, rule)) }
            label for="confirmed" { (text.say("propose-confirmed")) }
            input #confirmed name="confirmed" maxlength="130" placeholder="name@organisation" autocomplete="off";
        }
    }
}

fn fact(reader: &Reader, name: &str, rule: &FactRule) -> Markup {
    let text = reader.text;
    let id = format!("fact-{name}");
    html! {
        label for=(id) { (rule.states.of(text.0)) @if rule.confirmed { " · " (text.say("propose-two")) } }
        @match rule.kind {
            FactKind::Flag => select id=(id) name=(id) required {
                option value="" { (text.say("propose-choose")) }
                option value="yes" { (text.say("yes")) }
                option value="no" { (text.say("no")) }
            },
            FactKind::Number => input id=(id) name=(id) type="number" required;,
            FactKind::Moment => input id=(id) name=(id) required placeholder="2026-01-31T09:00:00Z" maxlength="40";,
            FactKind::Text => input id=(id) name=(id) required maxlength="1000";,
            FactKind::Document => input id=(id) name=(id) required maxlength="64" pattern="[0-9a-f]{64}" placeholder="SHA-256";,
        }
    }
}

/// Drafts the order.
pub async fn draft(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let Some(person) = reader.visitor.person.clone() else {
        return Redirect::to("/sign-in").into_response();
    };
    let scene = window.scene.look(Span::from_secs(1)).await;
    let Some(case) = scene.cases.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match wish(&reader, case, person, &fields) {
        Ok(wish) => {
            let back = format!("/cases/{}", escaped(&name));
            act(&window, &reader, Ask::Propose(Box::new(wish)), &back).await
        }
        Err(why) => wrong(&window, &reader, &why).await,
    }
}

fn wish(
    reader: &Reader,
    case: &CaseView,
    person: PersonId,
    fields: &BTreeMap<String, String>,
) -> Result<Wish, String> {
    let text = reader.text;
    let value = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let number = |name: &'static str, key: &'static str| {
        value(name)
            .parse::<i64>()
            .map_err(|_| text.fill("field-number", &[("field", &text.say(key))]))
    };
    let row = issei_desk::ground::rows()
        .find(|row| row.name == value("ground"))
        .ok_or_else(|| text.say("propose-ground-how"))?;
    let facts = stated(reader, row, &person, fields)?;
    let canary = value("canary")
        .parse::<OrganisationId>()
        .map_err(|_| text.say("propose-canary"))?;
    let quorum = number("quorum", "propose-quorum")?;
    Ok(Wish {
        case: case.case.clone(),
        proposer: person,
        ground: row.name.clone(),
        action: usual(&case.goals).ok_or_else(|| text.say("propose-mixed"))?,
        facts,
        canary: vec![canary],
        canary_skipped_by: Vec::new(),
        quorum_percent: u8::try_from(quorum).map_err(|_| text.say("propose-quorum"))?,
        clock_limit: Span::from_millis(number("clock", "propose-clock")?),
        fire_within: minutes(number("within", "propose-within")?),
        lasts: minutes(number("lasts", "propose-within")?),
        confirm_within: match value("confirm") {
            "" => None,
            _ => Some(minutes(number("confirm", "propose-confirm-field")?)),
        },
        hold: value("hold") == "yes",
    })
}

/// Reads what a person states of a row's facts, and who confirms it.
///
/// # Errors
/// Which field is missing or of another kind.
pub fn stated(
    reader: &Reader,
    row: &Row,
    person: &PersonId,
    fields: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Fact>, String> {
    let text = reader.text;
    let value = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let confirmed = match value("confirmed") {
        "" => None,
        typed => Some(
            typed
                .parse::<PersonId>()
                .map_err(|_| text.fill("field-person", &[("typed", typed)]))?,
        ),
    };
    let mut facts = BTreeMap::new();
    for (name, rule) in &row.facts {
        let typed = value(&format!("fact-{name}")).to_owned();
        let read: Option<FactValue> = issei_desk::facts::read(rule.kind, &typed);
        let value = read
            .filter(|_| !typed.is_empty())
            .ok_or_else(|| text.fill("field-fact", &[("field", rule.states.of(text.0))]))?;
        let fact = Fact {
            value,
            stated_by: person.clone(),
            confirmed_by: confirmed.clone(),
        };
        facts.insert(name.clone(), fact);
    }
    Ok(facts)
}

/// A form's minutes; what is beyond a year is no time for a cut, and a gate says so.
fn minutes(typed: i64) -> Span {
    Span::from_secs(60 * typed.clamp(0, 366 * 24 * 60))
}

/// What is done to such goals; none if they want different things.
fn usual(goals: &[Goal]) -> Option<Action> {
    let names = goals
        .iter()
        .filter(|goal| matches!(goal, Goal::Name(_)))
        .count();
    match names {
        0 => Some(Action::Drop),
        all if all == goals.len() => Some(Action::RefuseName),
        _ => None,
    }
}
