//! Pages whose data nothing here brings yet: they say so, and what to do meanwhile.

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
    let keys = ["notices-title", "notices-none", "notices-next"];
    page(&window, &reader, Way::Notices, keys).await
}

/// Who sends us what.
pub async fn sensors(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let keys = ["sensors-title", "sensors-none", "sensors-next"];
    page(&window, &reader, Way::Sensors, keys).await
}

async fn page(window: &Window, reader: &Reader, way: Way, keys: [&'static str; 3]) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let [title, none, next] = keys.map(|key| text.say(key));
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way,
        title: title.clone(),
    };
    page.answer(&html! { h1 { (title) } section.panel { (lacking(&none, &next)) } })
}
