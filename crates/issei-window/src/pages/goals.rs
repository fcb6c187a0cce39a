//! What was promised, and how far it is kept: each goal with its target, the period before, and what it rests on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_chart::{Better, Bullet, Bullets};
use issei_model::Span;
use issei_text::format::measured;
use maud::html;

use super::measures::Measures;
use super::{forms, lacking, pictures};
use crate::Window;
use crate::frame::{Page, Way};
use crate::scene::Scene;
use crate::view::Reader;

/// A goal with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What is measured.
    pub title: &'static str,
    /// What must be reached, in words.
    pub target: String,
    /// What was reached; none if nothing was measured.
    pub now: Option<String>,
    /// What was reached in the period before.
    pub before: Option<String>,
    /// Whether it is kept.
    pub kept: Option<bool>,
}

/// Works the goals out, over the last 30 days and the 30 before.
pub fn goals(reader: &Reader, scene: &Scene) -> [Goal; 4] {
    let [now, before] = periods(scene);
    let text = reader.text;
    let span = |span: Option<Span>| span.map(measured);
    let whole = |one: &Measures| (one.cuts > 0).then(|| format!("{} / {}", one.whole, one.cuts));
    let percent = |one: &Measures| one.reached.map(|share| format!("{share} %"));
    [
        Goal {
            title: "goal-spread",
            target: text.fill("goal-at-most", &[("what", &measured(Measures::SPREAD))]),
            now: span(now.spread),
            before: span(before.spread),
            kept: now.spread.map(|spread| spread <= Measures::SPREAD),
        },
        Goal {
            title: "goal-to-force",
            target: text.fill("goal-at-most", &[("what", &measured(Measures::TO_FORCE))]),
            now: span(now.to_force),
            before: span(before.to_force),
            kept: now.to_force.map(|wait| wait <= Measures::TO_FORCE),
        },
        Goal {
            title: "goal-reached",
            target: text.fill(
                "goal-at-least",
                &[("what", &format!("{} %", Measures::REACHED))],
            ),
            now: percent(&now),
            before: percent(&before),
            kept: now.reached.map(|share| share >= Measures::REACHED),
        },
        Goal {
            title: "goal-whole",
            target: text.say("goal-all"),
            now: whole(&now),
            before: whole(&before),
            kept: (now.cuts > 0).then_some(now.whole == now.cuts),
        },
    ]
}

/// Draws the goals that were measured against what was promised; what was not measured has no bar.
pub fn bullets(reader: &Reader, scene: &Scene) -> Bullets {
    let [now, before] = periods(scene);
    let text = reader.text;
    let millis = |span: Span| span.as_micros() as f64 / 1e3;
    let seconds = |span: Span| span.as_micros() as f64 / 1e6;
    let reached = |one: &Measures| one.reached.map(|share| share as f64);
    let rows = [
        (
            "goal-spread",
            "ms",
            now.spread.map(millis),
            before.spread.map(millis),
            millis(Measures::SPREAD),
            Better::Lower,
        ),
        (
            "goal-to-force",
            "s",
            now.to_force.map(seconds),
            before.to_force.map(seconds),
            seconds(Measures::TO_FORCE),
            Better::Lower,
        ),
        (
            "goal-reached",
            "%",
            reached(&now),
            reached(&before),
            Measures::REACHED as f64,
            Better::Higher,
        ),
        (
            "goal-whole",
            "%",
            now.whole_share(),
            before.whole_share(),
            100.0,
            Better::Higher,
        ),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, unit, value, previous, target, better)| {
            Some(Bullet {
                name: text.say(name),
                owner: String::new(),
                unit: unit.into(),
                value: value?,
                target,
                previous,
                bands: Vec::new(),
                better,
            })
        });
    Bullets {
        rows: rows.collect(),
    }
}

fn periods(scene: &Scene) -> [Measures; 2] {
    Measures::periods(scene.orders.values().map(AsRef::as_ref), scene.at)
}

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Goals,
        title: text.say("goals-title"),
    };
    page.answer(&html! {
        h1 { (text.say("goals-title")) }
        p.lead { (text.say("goals-period")) }
        @let drawn = bullets(&reader, &scene);
        @if !drawn.rows.is_empty() { (pictures::chart(&reader, "goals", |look| drawn.draw(look))) }
        div.table tabindex="0" { table {
            caption.hidden { (text.say("goals-title")) }
            thead { tr {
                th scope="col" { (text.say("column-goal-of")) }
                th scope="col" { (text.say("column-target")) }
                th scope="col" { (text.say("column-now")) }
                th scope="col" { (text.say("column-before")) }
                th scope="col" { (text.say("column-kept")) }
            } }
            tbody { @for goal in goals(&reader, &scene) { tr {
                th scope="row" { (text.say(goal.title)) }
                td { (goal.target) }
                td { (goal.now.unwrap_or_else(|| text.say("not-measured"))) }
                td { (goal.before.unwrap_or_else(|| text.say("not-measured"))) }
                td { @match goal.kept {
                    Some(true) => span.state.go { span aria-hidden="true" { "✓ " } (text.say("kept")) },
                    Some(false) => span.state.no { span aria-hidden="true" { "✕ " } (text.say("not-kept")) },
                    None => span.state.over { span aria-hidden="true" { "– " } (text.say("not-measured")) },
                } }
            } } }
        } }
        (forms("/api/v1/goals"))
        p { a href="/audit" { (text.say("goals-records")) } }
        section.panel { h2 { (text.say("goals-more")) } (lacking(&text.say("goals-unconnected"), &text.say("goals-unconnected-next"))) }
    })
}

#[cfg(test)]
#[path = "goals_tests.rs"]
mod tests;
