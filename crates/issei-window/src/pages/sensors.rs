//! Who sends records to the collector beside a member's office, and how well they come through.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_desk::sensors::{Collecting, SensorsView};
use issei_desk::{Ask, Reply};
use issei_model::Span;
use maud::{Markup, html};

use super::{case, forms, lacking};
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::view::Reader;
use issei_text::finding::basis;
use issei_text::format::count;

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let view = match window.office.coordinates {
        true => SensorsView::default(),
        false => told(&window).await,
    };
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Sensors,
        title: text.say("sensors-title"),
    };
    page.answer(&html! {
        h1 { (text.say("sensors-title")) }
        @match &view.now {
            None => section.panel {
                @let next = if window.office.coordinates { "sensors-at-members" } else { "sensors-next" };
                (lacking(&text.say("sensors-none"), &text.say(next)))
            },
            Some(now) => { (sensors(&window, &reader, &view, now)) },
        }
    })
}

/// Asks the office what its collector told.
pub async fn told(window: &Window) -> SensorsView {
    match window.desk.ask(Ask::Sensors).await {
        Reply::Sensors(view) => *view,
        _ => SensorsView::default(),
    }
}

fn sensors(window: &Window, reader: &Reader, view: &SensorsView, now: &Collecting) -> Markup {
    let text = reader.text;
    html! {
        div data-live="sensors" data-moves="yes" {
            @if !view.is_fresh(window.now()) {
                p.alarm role="alert" { (text.say("sensors-old")) " " (moment(reader.zone, now.at)) }
            }
            dl.figures {
                div { dt { (text.say("sensors-datagrams")) } dd { (count(now.datagrams)) } }
                div { dt { (text.say("sensors-dropped")) } dd { (count(now.dropped)) } }
                div { dt { (text.say("sensors-problems")) } dd { (count(now.problems)) } }
            }
            p.note { (text.say("sensors-since")) " " (moment(reader.zone, now.since)) }
            div.table tabindex="0" { table {
                caption.hidden { (text.say("sensors-title")) }
                thead { tr {
                    th scope="col" { (text.say("sensors-name")) }
                    th scope="col" { (text.say("sensors-domain")) }
                    th scope="col" { (text.say("sensors-sampling")) }
                    th.number scope="col" { (text.say("sensors-records")) }
                    th.number scope="col" { (text.say("sensors-rate")) }
                    th.number scope="col" { (text.say("sensors-lost")) }
                    th scope="col" { (text.say("sensors-last")) }
                } }
                tbody { @for one in now.sensors.iter().take(case::MOST_ROWS) { tr {
                    th scope="row" { code { (one.name) } }
                    td { (one.domain) }
                    td { (basis(one.sampling, text)) }
                    td.number { (count(one.records)) }
                    td.number { @match view.rate(one) { Some(rate) => (count(rate.round() as u64)), None => "–" } }
                    td.number { (count(one.lost)) }
                    td { (moment(reader.zone, one.last)) }
                } } }
            } }
            (case::shortened(reader, now.sensors.len() + usize::try_from(now.more).unwrap_or(0)))
            (forms("/api/v1/sensors"))
        }
    }
}

#[cfg(test)]
#[path = "sensors_tests.rs"]
mod tests;
