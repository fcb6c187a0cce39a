//! What is never cut: what vanished from the own list, and a list that others keep, weighed before it is taken.
//!
//! In: a list as text. Out: what it would add, and which orders it would end; then, at a person's word, just that.
//! Always: nothing is taken that was not shown. Not here: how a list is read and merged (the office).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use issei_case::safeguards::{Entry, Kind};
use issei_desk::safeguards::{ListWish, SafeguardsView, Weighed};
use issei_desk::{Ask, Reply};
use issei_model::{Digest, Span};
use maud::{Markup, html};

use super::act::{act, led_back, ours, wrong};
use super::case::short;
use super::lacking;
use crate::Window;
use crate::frame::{Page, Way};
use crate::guard;
use crate::rights::Action;
use crate::view::Reader;
use issei_text::format::count;

/// Characters of a list that a form takes; a longer one is imported at the machine.
const LONGEST_TEXT: usize = 200_000;

/// Where the page lies.
const HERE: &str = "/set-up/safeguards";

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let view = match window.desk.ask(Ask::Safeguards).await {
        Reply::Safeguards(view) => *view,
        other => return led_back(&window, &reader, other, "/set-up").await,
    };
    let text = reader.text;
    let may = guard::permits(&reader.visitor, Action::SetUp);
    let content = html! {
        (head(&reader, &view))
        (vanished(&reader, &view, may))
        section.panel {
            h2 { (text.say("list-title")) }
            @if may { (wish_form(&reader)) } @else { p.note { (text.say("list-not-you")) } }
            p.note { (text.say("list-long")) }
            pre { "issei lists import FILE --kind KIND --into DIR --dry-run" }
        }
    };
    answer(&window, &reader, &content).await
}

/// Tells what a list would mean.
pub async fn weigh(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let text = reader.text;
    let Some(list) = wished(&fields) else {
        return wrong(&window, &reader, &text.say("list-unreadable")).await;
    };
    match window
        .desk
        .ask(Ask::WeighList(Box::new(list.clone())))
        .await
    {
        Reply::Weighed(weighed) => {
            let content = meaning(&reader, &list, &weighed);
            answer(&window, &reader, &content).await
        }
        other => led_back(&window, &reader, other, HERE).await,
    }
}

/// Takes a list that was weighed.
pub async fn take(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let seen = fields.get("seen").and_then(|text| text.parse().ok());
    match (wished(&fields), seen) {
        (Some(list), Some(seen)) => {
            let list = Box::new(list);
            act(&window, &reader, Ask::TakeList { list, seen }, HERE).await
        }
        _ => wrong(&window, &reader, &reader.text.say("list-unreadable")).await,
    }
}

/// Lets go what vanished, if it is what was shown.
pub async fn let_go(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let digest = fields
        .get("digest")
        .and_then(|text| text.parse::<Digest>().ok());
    match digest {
        Some(digest) => act(&window, &reader, Ask::LetGo(digest), HERE).await,
        None => wrong(&window, &reader, &reader.text.say("list-unreadable")).await,
    }
}

fn wished(fields: &BTreeMap<String, String>) -> Option<ListWish> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| word(*kind) == field("kind"))?;
    let text = field("text");
    (text.chars().count() <= LONGEST_TEXT && !text.trim().is_empty()).then(|| ListWish {
        kind,
        source: field("source").trim().to_owned(),
        text: text.to_owned(),
    })
}

async fn answer(window: &Window, reader: &Reader, content: &Markup) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way: Way::SetUp,
        title: reader.text.say("lists-title"),
    };
    page.answer(content)
}

fn head(reader: &Reader, view: &SafeguardsView) -> Markup {
    let text = reader.text;
    html! {
        h1 { (text.say("lists-title")) }
        p { a href="/set-up" { (text.say("set-up-title")) } }
        @if let Some(alarm) = &view.alarm { p.alarm role="alert" { (alarm) } }
        dl.figures {
            div { dt { (text.say("lists-counting")) } dd { (count(view.counting as u64)) } }
            div { dt { (text.say("lists-own")) } dd { (count(view.own as u64)) } }
            div { dt { (text.say("lists-vanished")) } dd { (count(view.vanished_in_all as u64)) } }
        }
        p.note { (text.say("lists-note")) }
    }
}

fn vanished(reader: &Reader, view: &SafeguardsView, may: bool) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("lists-vanished")) }
        @match &view.letting_go {
            None => (lacking(&text.say("vanished-none"), &text.say("vanished-none-next"))),
            Some(digest) => {
                p { (text.say("vanished-what")) }
                (entries(reader, &view.vanished, view.vanished_in_all, &text.say("lists-vanished")))
                @if may { form.act method="post" action="/set-up/safeguards/let-go" {
                    (ours(reader))
                    input type="hidden" name="digest" value=(digest);
                    label { input type="checkbox" required; " " (text.say("vanished-read")) }
                    button.danger { (text.say("vanished-do")) }
                } }
            },
        }
    } }
}

fn wish_form(reader: &Reader) -> Markup {
    let text = reader.text;
    html! { form.act.wide method="post" action="/set-up/safeguards/weigh" {
        (ours(reader))
        label for="kind" { (text.say("list-kind")) }
        select #kind name="kind" { @for kind in Kind::ALL {
            option value=(word(kind)) selected[kind == Kind::Own] { (kind.words().of(text.0)) }
        } }
        label for="source" { (text.say("list-source")) }
        input #source name="source" maxlength="60" autocomplete="off";
        label for="text" { (text.say("list-text")) }
        textarea #text name="text" required rows="8" maxlength=(LONGEST_TEXT) placeholder="192.0.2.0/24 # …" {}
        button.first { (text.say("list-weigh")) }
    } }
}

fn meaning(reader: &Reader, list: &ListWish, weighed: &Weighed) -> Markup {
    let text = reader.text;
    html! {
        h1 { (text.say("list-means")) }
        p { a href=(HERE) { (text.say("lists-title")) } }
        dl.figures {
            div { dt { (text.say("list-new")) } dd { (count(weighed.added_in_all as u64)) } }
            div { dt { (text.say("list-known")) } dd { (count(weighed.known)) } }
            div { dt { (text.say("list-refused")) } dd { (count(weighed.refused)) } }
            div { dt { (text.say("list-staying")) } dd { (count(weighed.staying)) } }
        }
        section.panel {
            h2 { (text.say("list-ends")) }
            @if weighed.ends.is_empty() { p { (text.say("list-ends-none")) } }
            @else {
                p.alarm role="alert" { (text.fill("list-ends-some", &[("n", &weighed.ends.len().to_string())])) }
                div.table tabindex="0" { table {
                    caption.hidden { (text.say("list-ends")) }
                    thead { tr {
                        th scope="col" { (text.say("column-order")) }
                        th scope="col" { (text.say("column-goal")) }
                        th scope="col" { (text.say("list-met-by")) }
                    } }
                    tbody { @for one in &weighed.ends { tr {
                        th scope="row" { a href={ "/orders/" (one.order) } { (one.case) " " code { (short(one.order)) } } }
                        td { code { (one.goal) } }
                        td { code { (bare(&one.entry)) } }
                    } } }
                } }
            }
        }
        @if weighed.added_in_all > 0 { section.panel {
            h2 { (text.say("list-new")) }
            (entries(reader, &weighed.added, weighed.added_in_all, &text.say("list-new")))
        } }
        @if weighed.refused > 0 { section.panel {
            h2 { (text.say("list-refused")) }
            ul { @for (number, line) in &weighed.examples { li { (number) ": " code { (line) } } } }
        } }
        @if weighed.added_in_all > 0 {
            form.act method="post" action="/set-up/safeguards/take" {
                (ours(reader))
                input type="hidden" name="kind" value=(word(list.kind));
                input type="hidden" name="source" value=(list.source);
                input type="hidden" name="text" value=(list.text);
                input type="hidden" name="seen" value=(weighed.seen);
                button.first { (text.say("list-take")) }
            }
        }
    }
}

/// Shows entries, and how many more there are.
fn entries(reader: &Reader, shown: &[Entry], all: usize, title: &str) -> Markup {
    let text = reader.text;
    html! {
        div.table tabindex="0" { table {
            caption.hidden { (title) }
            thead { tr {
                th scope="col" { (text.say("list-place")) }
                th scope="col" { (text.say("list-kind")) }
                th scope="col" { (text.say("list-source")) }
                th scope="col" { (text.say("why")) }
            } }
            tbody { @for entry in shown { tr {
                th scope="row" { code { (bare(entry)) } }
                td { (entry.kind.words().of(text.0)) }
                td { (entry.source) }
                td { (entry.reason) }
            } } }
        } }
        @if all > shown.len() { p.note { (text.fill("list-more", &[("n", &(all - shown.len()).to_string())])) } }
    }
}

/// Writes what an entry protects, without the marks that plain text needs around it.
fn bare(entry: &Entry) -> String {
    entry.place.words().replace('`', "")
}

/// A kind's word in forms, as in the own list's file.
fn word(kind: Kind) -> String {
    let word = serde_json::to_value(kind).ok();
    let word = word.as_ref().and_then(|word| word.as_str());
    word.unwrap_or_default().to_owned()
}

#[cfg(test)]
#[path = "safeguards_tests.rs"]
mod tests;
