//! How the country stands: four measures, what needs a person now, members, the attack.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_model::Span;
use maud::html;

use crate::Window;
use crate::frame::{Page, Way};
use crate::view::Reader;

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Situation,
        title: text.say("situation-title"),
    };
    page.answer(&html! { h1 { (text.say("situation-title")) } })
}
