//! Finds cases, orders, standing orders, goals and members by a word, and says what is known of an address or a name.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use issei_desk::standing::deed;
use issei_model::{Goal, Span};
use maud::html;
use serde::Deserialize;

use super::case::{short, stands_mark};
use super::{lacking, standing};
use crate::Window;
use crate::api::why;
use crate::frame::{Page, Way};
use crate::view::Reader;

/// What is looked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// What was found; a single find is shown at once, but for an address or a name, of which is said what is known.
pub async fn page(
    State(window): State<Arc<Window>>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let word: String = asked.q.trim().to_lowercase().chars().take(200).collect();
    let has = |text: &str| !word.is_empty() && text.to_lowercase().contains(&word);
    let cases: Vec<_> = scene
        .cases
        .values()
        .filter(|case| has(&case.case) || case.goals.iter().any(|goal| has(&goal.to_string())))
        .take(MOST)
        .collect();
    let orders: Vec<_> = scene
        .orders
        .values()
        .filter(|view| {
            let order = &view.order;
            let id = view.id.to_string();
            (word.len() >= 4 && id.starts_with(&word))
                || has(&order.case)
                || order.goals.iter().any(|goal| has(&goal.to_string()))
                || order
                    .participants
                    .iter()
                    .any(|one| has(one.member.as_str()))
        })
        .take(MOST)
        .collect();
    let standings: Vec<_> = scene
        .standings
        .values()
        .filter(|view| {
            let scope = &view.order.scope;
            (word.len() >= 4 && view.id.to_string().starts_with(&word))
                || scope.iter().any(|prefix| has(&prefix.to_string()))
        })
        .take(MOST)
        .collect();
    let found = match word.is_empty() {
        true => 0,
        false => scene.found.with(&word).map(|about| about.findings).sum(),
    };
    let goal: Option<Goal> = word.parse().ok().filter(|_| word.contains(['.', ':']));
    let sentence = match &goal {
        Some(goal) => {
            let never = why::never(&window, goal).await.ok();
            never.map(|never| why::known(&window, &scene, goal, never.as_ref()).sentence(text))
        }
        None => None,
    };
    if let ([], [], [view], 0, None) = (&cases[..], &orders[..], &standings[..], found, &goal) {
        return Redirect::to(&format!("/reflexes/{}", view.id)).into_response();
    }
    if let ([case], true, None) = (cases.as_slice(), orders.len() <= 1, &goal) {
        let to = format!("/cases/{}", super::act::escaped(&case.case));
        return Redirect::to(&to).into_response();
    }
    if let ([], [view], None) = (cases.as_slice(), orders.as_slice(), &goal) {
        return Redirect::to(&format!("/orders/{}", view.id)).into_response();
    }
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Aside,
        title: text.say("search"),
    };
    page.answer(&html! {
        h1 { (text.fill("search-for", &[("word", &asked.q)])) }
        @if let Some(sentence) = &sentence {
            p.lead { (sentence) }
            p.note { a href={ "/api/v1/why?of=" (super::act::escaped(&word)) } { "JSON" } }
        }
        @if sentence.is_none() && cases.is_empty() && orders.is_empty() && standings.is_empty() && found == 0 {
            section.panel { (lacking(&text.say("search-none"), &text.say("search-none-next"))) }
        }
        @if !cases.is_empty() { section.panel { h2 { (text.say("way-cases")) } ul { @for case in &cases {
            li { a href={ "/cases/" (super::act::escaped(&case.case)) } { (case.case) } }
        } } } }
        @if !orders.is_empty() { section.panel { h2 { (text.say("orders-title")) } ul { @for view in &orders {
            li { a href={ "/orders/" (view.id) } { (view.order.case) " " code.id { (short(view.id)) } } " " (stands_mark(&reader, view)) }
        } } } }
        @if !standings.is_empty() { section.panel { h2 { (text.say("reflexes-standings")) } ul { @for view in &standings {
            li { a href={ "/reflexes/" (view.id) } { (deed(&view.order, text)) " " code.id { (standing::short(view.id)) } } " " (standing::stands_mark(&reader, view.stands)) }
        } } } }
        @if found > 0 { p { a href={ "/findings?goal=" (super::act::escaped(&asked.q)) } { (text.fill("search-findings", &[("n", &found.to_string())])) } } }
    })
}

/// Finds of a kind on the page.
const MOST: usize = 50;
