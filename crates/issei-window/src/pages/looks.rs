//! Who looked at findings and lines, for the auditor: newest first, with a filter, and the same for programs.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use issei_model::Span;
use maud::{Markup, html};
use serde::Deserialize;

use super::{case, lacking};
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::looks::{Looks, Sought};
use crate::view::Reader;
use issei_text::format::count;

/// What is looked for.
#[derive(Deserialize)]
pub struct Asked {
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
    let scene = window.scene.look(Span::from_secs(1)).await;
    let text = reader.text;
    let only: String = asked.only.trim().chars().take(300).collect();
    let sought = Sought {
        before: asked.before,
        most: case::MOST_ROWS,
        only: (!only.is_empty()).then(|| only.clone()),
    };
    let read = window.looks(sought).await;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Audit,
        title: text.say("looks-title"),
    };
    let status = match read {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    page.answer_as(status, &html! {
        p.crumbs { a href="/audit" { (text.say("audit-title")) } }
        h1 { (text.say("looks-title")) }
        @match &read {
            Err(why) => section.panel { (lacking(&text.fill("looks-unread", &[("why", why)]), &text.say("looks-unread-next"))) },
            Ok(looks) => {
                p.lead { (text.fill("looks-sum", &[("n", &count(looks.all))])) }
                form.act.row method="get" action="/audit/looks" {
                    label for="of" { (text.say("looks-filter")) }
                    input #of name="only" value=(only) maxlength="300" autocomplete="off";
                    button { (text.say("filter-do")) }
                }
                (table(&reader, looks, &only, asked.before.is_some()))
            },
        }
    })
}

fn table(reader: &Reader, looks: &Looks, only: &str, is_later: bool) -> Markup {
    let text = reader.text;
    let escaped = super::act::escaped(only);
    html! {
        @if looks.looks.is_empty() {
            @let key = if looks.all == 0 { "looks-none-next" } else { "looks-none-here-next" };
            section.panel { (lacking(&text.say("looks-none"), &text.say(key))) }
        } @else {
            div.table tabindex="0" { table {
                caption.hidden { (text.say("looks-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-when")) }
                    th scope="col" { (text.say("column-who")) }
                    th scope="col" { (text.say("column-looked-at")) }
                } }
                tbody { @for look in &looks.looks { tr {
                    th scope="row" { (moment(reader.zone, look.at)) }
                    td { @match &look.who { Some(who) => (who), None => (text.say("looks-machine")) } }
                    td { code { (look.what) } }
                } } }
            } }
        }
        @if looks.odd > 0 { p.note { (text.fill("looks-odd", &[("n", &count(looks.odd as u64))])) } }
        nav.pages aria-label=(text.say("more-pages")) {
            @if is_later { a href=(format!("/audit/looks?only={escaped}")) { (text.say("looks-newest")) } }
            @if let Some(older) = looks.older { a href=(format!("/audit/looks?only={escaped}&before={older}")) { (text.say("looks-older")) } }
        }
        p.note {
            (text.say("looks-programs")) " "
            @for format in ["json", "csv"] { a href=(format!("/api/v1/looks?format={format}&only={escaped}")) { (format) } " " }
        }
    }
}
