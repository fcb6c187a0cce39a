//! What anybody may see: how many cuts, how to check the log, how to object. No goal is named while it is in force.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_model::Span;
use maud::html;

use super::appeals;
use super::audit::{Checkpoint, Complete, left};
use super::goals::goals;
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::view::Reader;
use issei_text::format::count;

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_secs(5)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Aside,
        title: text.say("public-title"),
    };
    let acting = scene.orders.values().filter(|view| view.acts()).count();
    let gone: Vec<_> = left(&scene).collect();
    let whole = gone
        .iter()
        .filter(|view| Complete::of(view).is_whole())
        .count();
    let country = scene.country.as_ref();
    let newest = country
        .and_then(|country| country.checkpoints.first())
        .and_then(|note| Checkpoint::read(note));
    page.answer(&html! {
        h1 { (text.say("public-title")) }
        p.lead { (text.say("public-lead")) }
        dl.figures {
            div { dt { (text.say("public-acting")) } dd { (acting) } }
            div { dt { (text.say("public-all")) } dd { (gone.len()) } }
            div { dt { (text.say("public-whole")) } dd { (whole) " / " (gone.len()) } }
        }
        section.panel { h2 { (text.say("goals-title")) } ul { @for goal in goals(&reader, &scene) {
            li { (text.say(goal.title)) ": " strong { (goal.now.unwrap_or_else(|| text.say("not-measured"))) } " (" (goal.target) ")" }
        } } }
        section.panel {
            h2 { (text.say("public-check")) }
            p { (text.say("public-check-how")) }
            @if let Some(country) = country { p { (text.say("audit-key")) " " code.id { (country.log) } } }
            @if let Some(one) = newest { p { (text.fill("public-checkpoint", &[("size", &count(one.size)), ("n", &one.signers.len().to_string())])) " " code.id { (one.root) } } }
            p.note { (text.say("public-as-of")) " " (moment(reader.zone, scene.at)) }
        }
        section.panel { h2 { (text.say("public-object")) } p { (text.say("public-object-how")) } (appeals::form(&reader)) }
    })
}
