//! Drafts a standing order of a member: the ground is chosen first, then what it lets the member do, and its facts.
//!
//! In: a row of the pack that is marked for a reflex, what people state. Out: a wish for the office. Always: who
//! proposes is who is signed in, and cannot sign it; a prefix or number that cannot be read is named. Not here: the
//! gates, which judge the draft (`issei-case`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use ipnet::IpNet;
use issei_case::ground::Row;
use issei_desk::{Ask, StandingWish};
use issei_model::{PersonId, Reflex, Span, StandingOrder};
use maud::{Markup, html};

use super::act::{act, ours, wrong};
use super::lacking;
use super::propose::{Chosen, facts, stated};
use crate::Window;
use crate::frame::{Page, Way};
use crate::view::Reader;

/// The grounds to choose from, or what is to be said of the one that was chosen.
pub async fn page(
    State(window): State<Arc<Window>>,
    Query(chosen): Query<Chosen>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Reflexes,
        title: text.say("standing-draft"),
    };
    page.answer(&html! {
        h1 { (text.say("standing-draft")) }
        @match (window.office.coordinates, marked(&chosen.ground)) {
            (true, _) => section.panel { (lacking(&text.say("reflexes-elsewhere"), &text.say("reflexes-none-there"))) },
            (false, None) => (choice(&reader)),
            (false, Some(row)) => (form(&reader, row)),
        }
    })
}

/// The rows that a standing order may rest on.
fn rows() -> impl Iterator<Item = &'static Row> {
    issei_desk::ground::rows().filter(|row| !row.standing.is_empty())
}

fn marked(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

fn choice(reader: &Reader) -> Markup {
    let text = reader.text;
    html! {
        h2 { (text.say("propose-ground")) }
        p { (text.say("standing-draft-how")) }
        div.table tabindex="0" { table {
            caption.hidden { (text.say("propose-ground")) }
            thead { tr {
                th scope="col" { (text.say("column-row")) }
                th scope="col" { (text.say("column-what")) }
                th scope="col" { (text.say("standing-trigger")) }
                th scope="col" { (text.say("column-mark")) }
            } }
            tbody { @for row in rows() { tr {
                th scope="row" { a href={ "/reflexes/propose?ground=" (row.name) } { (row.name) } }
                td { (row.title.of(text.0)) @if !row.on { " " span.mark-warn { (text.say("propose-off")) } } }
                td { @for (number, code) in row.standing.iter().enumerate() { @if number > 0 { "; " } (trigger(reader, code)) } }
                td { (row.mark.text(text.0)) }
            } } }
        } }
    }
}

/// What sets the reflex of a code off, and what it then does.
fn trigger(reader: &Reader, code: &str) -> String {
    reader.text.say(match code {
        "limit-flood" => "standing-choose-flood",
        "drop-on-request" => "standing-choose-request",
        _ => "standing-choose-forged",
    })
}

fn form(reader: &Reader, row: &Row) -> Markup {
    let text = reader.text;
    let longest = StandingOrder::LONGEST_ACTIVATION.as_micros() / 60_000_000;
    let days = StandingOrder::LONGEST_STANDING.as_micros() / 86_400_000_000;
    let most = StandingOrder::MOST_ACTIVATIONS;
    let offers = |code: &str| row.standing.contains(code);
    html! {
        h2 { (row.name) ": " (row.title.of(text.0)) }
        p { (text.say("propose-mark")) " " strong { (row.mark.text(text.0)) } " · " a href="/reflexes/propose" { (text.say("propose-other")) } }
        form.act.wide method="post" action="/reflexes/propose" {
            (ours(reader))
            input type="hidden" name="ground" value=(row.name);
            fieldset {
                legend { (text.say("standing-rules")) }
                label for="reflex" { (text.say("standing-trigger")) }
                select #reflex name="reflex" required { @for code in &row.standing { option value=(code) { (trigger(reader, code)) } } }
                @if offers("limit-flood") {
                    label for="packets" { (text.say("standing-packets")) }
                    input #packets name="packets" type="number" min="1" max=(u32::MAX) value="100" required;
                }
                @if offers("drop-on-request") {
                    label for="operator" { (text.say("standing-operator")) }
                    input #operator name="operator" maxlength="63" required autocomplete="off";
                }
                label for="scope" { (text.say("standing-scope-how")) }
                textarea #scope name="scope" required rows="4" placeholder="203.0.113.0/24" maxlength=(LONGEST_SCOPE) {}
                label for="lasts" { (text.fill("standing-lasts-minutes", &[("most", &longest.to_string())])) }
                input #lasts name="lasts" type="number" min="1" max=(longest) value="5" required;
                label for="at-once" { (text.say("standing-at-once")) }
                input #at-once name="at-once" type="number" min="1" max=(most) value="20" required;
                label for="per-hour" { (text.say("standing-per-hour")) }
                input #per-hour name="per-hour" type="number" min="1" max=(most) value="60" required;
                label for="days" { (text.fill("standing-days-long", &[("most", &days.to_string())])) }
                input #days name="days" type="number" min="1" max=(days) value=(days) required;
            }
            (facts(reader, row))
            p.note { (text.say("standing-draft-signers")) }
            button.first { (text.say("propose-do")) }
        }
    }
}

/// Drafts it.
pub async fn draft(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let Some(person) = reader.visitor.person.clone() else {
        return Redirect::to("/sign-in").into_response();
    };
    match wish(&reader, person, &fields) {
        Ok(wish) => {
            let ask = Ask::ProposeStanding(Box::new(wish));
            act(&window, &reader, ask, "/reflexes/propose").await
        }
        Err(why) => wrong(&window, &reader, &why).await,
    }
}

fn wish(
    reader: &Reader,
    person: PersonId,
    fields: &BTreeMap<String, String>,
) -> Result<StandingWish, String> {
    let text = reader.text;
    let value = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let number = |name: &str, key: &'static str| {
        value(name)
            .parse::<u32>()
            .map_err(|_| text.fill("field-number", &[("field", &text.say(key))]))
    };
    let row = marked(value("ground")).ok_or_else(|| text.say("standing-draft-how"))?;
    let code = value("reflex");
    let reflex = match code {
        _ if !row.standing.contains(code) => return Err(text.say("standing-draft-how")),
        "limit-flood" => Reflex::LimitFlood(number("packets", "standing-packets")?),
        "drop-on-request" => {
            let typed = value("operator");
            let operator = typed.parse();
            let odd = |_| text.fill("standing-odd-operator", &[("typed", typed)]);
            Reflex::DropOnRequest(operator.map_err(odd)?)
        }
        _ => Reflex::DropForged,
    };
    let minutes = number("lasts", "standing-minutes")?;
    let days = number("days", "standing-days-field")?;
    Ok(StandingWish {
        facts: stated(reader, row, &person, fields)?,
        proposer: person,
        reflex,
        scope: scope(reader, value("scope"))?,
        ground: row.name.clone(),
        lasts: Span::from_secs(60 * i64::from(minutes)),
        at_once: number("at-once", "standing-at-once")?,
        per_hour: number("per-hour", "standing-per-hour")?,
        stands: Span::from_secs(86_400 * i64::from(days)),
    })
}

/// Reads prefixes between spaces, commas and line ends.
fn scope(reader: &Reader, typed: &str) -> Result<Vec<IpNet>, String> {
    let words = typed.split([' ', ',', '\t', '\r', '\n', '\u{3000}']);
    let words = words.filter(|word| !word.is_empty());
    let read = words.map(|word| {
        let shown: String = word.chars().take(60).collect();
        let odd = || {
            reader
                .text
                .fill("standing-odd-prefix", &[("typed", &shown)])
        };
        word.parse().map_err(|_| odd())
    });
    read.collect()
}

/// Letters of a scope: as many prefixes as one may have, in full length.
const LONGEST_SCOPE: usize = 45 * StandingOrder::MOST_PREFIXES;

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
