//! What people outside say against cuts: the form on the public page, its answer under a reference, and the list for
//! people here.
//!
//! In: a form that anybody may fill in. Out: an appeal at the office, and a page that gives its reference. Always:
//! whoever appealed sees the answer and nothing else; what is kept to reach somebody is shown only to who may see
//! lines, and each such look is written down. Not here: what is wrong with an appeal (`issei_desk::appeals`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use issei_desk::appeals::{Appeal, AppealView};
use issei_desk::{Ask, Reply};
use issei_model::Span;
use issei_text::Text;
use maud::{Markup, html};
use serde::Deserialize;

use super::act::{act, ours};
use super::{case, forms, lacking};
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::guard;
use crate::rights::Action;
use crate::view::Reader;

/// The form that anybody may fill in, and the way to its answer.
pub fn form(reader: &Reader) -> Markup {
    let text = reader.text;
    html! {
        form.act method="post" action="/public/appeals" {
            (ours(reader))
            label for="about" { (text.say("appeal-about")) }
            input #about name="about" required maxlength=(Appeal::LONGEST_LINE) autocomplete="off";
            label for="words" { (text.say("appeal-words")) }
            textarea #words name="words" required rows="6" maxlength=(Appeal::LONGEST) {}
            label for="reach" { (text.say("appeal-reach")) }
            input #reach name="reach" maxlength=(Appeal::LONGEST_LINE) autocomplete="off";
            p.note { (text.say("appeal-kept")) }
            button { (text.say("appeal-send")) }
        }
        form.act.row method="get" action="/public/appeals" {
            label for="reference" { (text.say("appeal-reference")) }
            input #reference name="reference" required maxlength="40" autocomplete="off";
            button { (text.say("appeal-look")) }
        }
    }
}

/// Takes an appeal.
pub async fn file(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let value = |name: &str| fields.get(name).map(|text| text.trim().to_owned());
    let appeal = Appeal {
        about: value("about").unwrap_or_default(),
        words: value("words").unwrap_or_default(),
        reach: value("reach").unwrap_or_default(),
    };
    let text = reader.text;
    let (status, content) = match window.desk.ask(Ask::Appeal(Box::new(appeal))).await {
        Reply::Appealed(reference) => (
            StatusCode::CREATED,
            html! {
                h1 { (text.say("appeal-taken")) }
                p { (text.say("appeal-taken-reference")) }
                p { code.id { (reference) } }
                p { a href={ "/public/appeals?reference=" (reference) } { (text.say("appeal-look")) } }
            },
        ),
        Reply::Wrong(why) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            not_taken(&reader, why.pick(text)),
        ),
        other => (
            StatusCode::SERVICE_UNAVAILABLE,
            not_taken(&reader, &said(other, text)),
        ),
    };
    outside(&window, &reader, status, &content).await
}

fn not_taken(reader: &Reader, why: &str) -> Markup {
    html! {
        h1 { (reader.text.say("appeal-not-taken")) }
        p.alarm role="alert" { (why) }
        p { a href="/public" { (reader.text.say("back")) } }
    }
}

fn said(reply: Reply, text: Text) -> String {
    match reply {
        Reply::Failed(why) | Reply::Wrong(why) => why.pick(text).to_owned(),
        other => format!("{other:?}"),
    }
}

/// Under which reference an answer is looked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    reference: String,
}

/// Shows the answer to whoever has the reference.
pub async fn answer_of(
    State(window): State<Arc<Window>>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Response {
    let text = reader.text;
    let reference: String = asked.reference.trim().chars().take(40).collect();
    let reply = window.desk.ask(Ask::AppealOf(reference)).await;
    let found = match reply {
        Reply::Appeals(mut all) if all.len() == 1 => all.pop(),
        _ => None,
    };
    let Some(view) = found else {
        let content = html! {
            h1 { (text.say("appeal-unknown")) }
            p { (text.say("appeal-unknown-next")) }
            p { a href="/public" { (text.say("back")) } }
        };
        return outside(&window, &reader, StatusCode::NOT_FOUND, &content).await;
    };
    let content = html! {
        h1 { (text.say("appeal-title-one")) }
        p { (text.say("appeal-came")) " " (moment(reader.zone, view.at)) }
        @match &view.answered {
            None => { p { (text.say("appeal-waits")) } },
            Some(answered) => {
                p { (text.say("appeal-answered")) " " (moment(reader.zone, answered.at)) }
                blockquote { (answered.words) }
            },
        }
    };
    outside(&window, &reader, StatusCode::OK, &content).await
}

/// Answers somebody outside.
async fn outside(
    window: &Window,
    reader: &Reader,
    status: StatusCode,
    content: &Markup,
) -> Response {
    let scene = window.scene.look(Span::from_secs(5)).await;
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way: Way::Aside,
        title: reader.text.say("public-title"),
    };
    page.answer_as(status, content)
}

/// All appeals, for people here.
pub async fn list(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_secs(1)).await;
    let text = reader.text;
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::Aside,
        title: text.say("appeals-title"),
    };
    let all = match window.desk.ask(Ask::Appeals).await {
        Reply::Appeals(all) => all,
        _ => Vec::new(),
    };
    page.answer(&html! {
        h1 { (text.say("appeals-title")) }
        @if all.is_empty() {
            (lacking(&text.say("appeals-none"), &text.say("appeals-none-next")))
        }
        @for view in all.iter().take(case::MOST_ROWS) { (one(&reader, view)) }
        (case::shortened(&reader, all.len()))
        (forms("/api/v1/appeals"))
    })
}

fn one(reader: &Reader, view: &AppealView) -> Markup {
    let text = reader.text;
    let may = guard::permits(&reader.visitor, Action::HandleCase);
    html! {
        section.panel {
            h2 { (view.appeal.about) " " small { (moment(reader.zone, view.at)) } }
            // What a stranger wrote stands apart from what we say.
            blockquote { (view.appeal.words) }
            @if !view.appeal.reach.is_empty() { p { (text.say("appeal-reach-is")) " " (view.appeal.reach) } }
            @if !view.about.is_empty() { p {
                (text.say("appeal-orders"))
                @for order in &view.about { " " a href={ "/orders/" (order) } { code { (case::short(*order)) } } }
            } }
            @match &view.answered {
                Some(answered) => {
                    p { (answered.person) " · " (moment(reader.zone, answered.at)) }
                    blockquote { (answered.words) }
                },
                None if may => {
                    form.act method="post" action={ "/appeals/" (view.reference) } {
                        (ours(reader))
                        label for={ "answer-" (view.reference) } { (text.say("appeal-answer")) }
                        textarea #{ "answer-" (view.reference) } name="words" required rows="3" maxlength=(Appeal::LONGEST) {}
                        button { (text.say("appeal-answer-do")) }
                    }
                },
                None => { p { (text.say("appeal-waits")) } },
            }
        }
    }
}

/// Answers one, in the name of who is signed in.
pub async fn answer(
    State(window): State<Arc<Window>>,
    Path(reference): Path<String>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let words = fields.get("words").map(|words| words.trim().to_owned());
    let Some(person) = reader.visitor.person.clone() else {
        return super::act::wrong(&window, &reader, &reader.text.say("appeal-whose")).await;
    };
    let ask = Ask::AnswerAppeal {
        reference,
        person,
        words: words.unwrap_or_default(),
    };
    act(&window, &reader, ask, "/appeals").await
}

#[cfg(test)]
#[path = "appeals_tests.rs"]
mod tests;
