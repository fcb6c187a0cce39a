//! The page of letters to subscribers, which nothing here brings yet: it says so, and what to do meanwhile.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_model::Span;
use maud::html;

use super::lacking;
use crate::Window;
use crate::frame::{Page, Way};
use crate::view::Reader;

/// Letters to subscribers.
pub async fn notices(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Notices,
        title: text.say("notices-title"),
    };
    page.answer(&html! {
        h1 { (text.say("notices-title")) }
        section.panel { (lacking(&text.say("notices-none"), &text.say("notices-next"))) }
    })
}
