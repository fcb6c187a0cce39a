//! What was found: at the coordinator what members told, by goal, without a subscriber's line; a member shows its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use issei_model::{Level, OrganisationId, Span};
use maud::html;
use serde::Deserialize;

use super::act::ours;
use super::{case, forms, lacking, own};
use crate::Window;
use crate::found::About;
use crate::frame::{Page, Way, moment};
use crate::view::Reader;
use issei_text::finding::kinds;
use issei_text::format::count;

/// What is looked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    goal: String,
    #[serde(default)]
    from: usize,
    /// At a member: what is looked for in its own findings.
    #[serde(default)]
    only: String,
    before: Option<u64>,
}

/// The page.
pub async fn page(
    State(window): State<Arc<Window>>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Response {
    if !window.office.coordinates {
        let only: String = asked.only.trim().chars().take(300).collect();
        return own::list(&window, &reader, &only, asked.before).await;
    }
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Findings,
        title: text.say("findings-title"),
    };
    let wanted: String = asked.goal.trim().chars().take(300).collect();
    let all: Vec<&About> = scene.found.with(&wanted).collect();
    let shown: Vec<&About> = all.iter().copied().skip(asked.from).take(ROWS).collect();
    page.answer(&html! {
        h1 { (text.say("findings-title")) }
        p.lead { (text.fill("findings-sum", &[
            ("findings", &count(scene.found.all().len() as u64)),
            ("goals", &count(all.len() as u64)),
        ])) }
        form.act.row method="get" action="/findings" {
            label for="of" { (text.say("findings-filter")) }
            input #of name="goal" value=(wanted) maxlength="300" autocomplete="off";
            button { (text.say("filter-do")) }
        }
        @if all.is_empty() {
            @let key = match scene.found.all().is_empty() {
                true => "findings-none-next",
                false => "findings-filtered-next",
            };
            section.panel { (lacking(&text.say("findings-none"), &text.say(key))) }
        } @else {
            div.table tabindex="0" { table {
                caption.hidden { (text.say("findings-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-goal")) }
                    th scope="col" { (text.say("column-level")) }
                    th.number scope="col" { (text.say("column-findings")) }
                    th scope="col" { (text.say("column-members")) }
                    th scope="col" { (text.say("column-kinds")) }
                    th scope="col" { (text.say("column-until")) }
                    th scope="col" { (text.say("column-next")) }
                } }
                tbody { @for one in shown { tr {
                    th scope="row" { code { (one.goal) } }
                    td { (text.say(level(one.best))) }
                    td.number { (count(one.findings as u64)) }
                    td { (named(&one.members)) }
                    td { (kinds(&one.kinds, text)) }
                    td { (moment(reader.zone, one.newest)) }
                    td {
                        @match scene.cases.values().find(|case| case.goals.contains(&one.goal)) {
                            Some(found) => a href={ "/cases/" (found.case) } { (found.case) },
                            None => form method="post" action="/cases" {
                                (ours(&reader))
                                input type="hidden" name="goal" value=(one.goal);
                                input type="hidden" name="case" value=(case_name(one));
                                button { (text.say("case-open")) }
                            },
                        }
                    }
                } } }
            } }
            (forms("/api/v1/findings"))
            nav.pages aria-label=(text.say("more-pages")) {
                @if asked.from > 0 { a href=(address(&wanted, asked.from.saturating_sub(ROWS))) { (text.say("page-before")) } }
                @if all.len() > asked.from + ROWS { a href=(address(&wanted, asked.from + ROWS)) { (text.say("page-after")) } }
            }
        }
    })
}

fn address(goal: &str, from: usize) -> String {
    format!("/findings?goal={}&from={from}", super::act::escaped(goal))
}

fn named(members: &BTreeSet<OrganisationId>) -> String {
    let names: Vec<&str> = members.iter().take(5).map(|one| one.as_str()).collect();
    match members.len() {
        0..=5 => names.join(", "),
        all => format!("{} +{}", names.join(", "), all - 5),
    }
}

/// A name for a case about a goal: what can be read aloud of it.
fn case_name(about: &About) -> String {
    let day = about.newest.to_string();
    let goal: String = about
        .goal
        .to_string()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    format!("{}-{goal}", day.get(..10).unwrap_or_default())
}

/// Names how sure a finding is.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Measure => "level-measure",
        Level::Context => "level-context",
        Level::Candidate => "level-candidate",
        Level::Finding => "level-finding",
    }
}

/// Goals on a page.
const ROWS: usize = case::MOST_ROWS;

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
