//! The frame around every page: the bar of what is in force, the ways, the switches.
//!
//! In: a scene, a reader, a page's title and content. Out: a whole page of HTML. Always: the bar says how many cuts
//! are in force and which ends next, and leads to lifting all of them; it is on every page. Nothing is fetched from
//! elsewhere. Not here: what pages say.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use issei_desk::OrderView;
use maud::{DOCTYPE, Markup, html};

use crate::said::Said;
use crate::scene::Scene;
use crate::view::Reader;
use crate::{Office, pages};
use issei_text::format::Zone;

/// A page under way.
pub struct Page<'a> {
    /// Whose window.
    pub office: &'a Office,
    /// Who reads.
    pub reader: &'a Reader,
    /// What the office knows.
    pub scene: &'a Scene,
    /// Which way is lit.
    pub way: Way,
    /// What the tab says.
    pub title: String,
}

/// A way through the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// How the country stands.
    Situation,
    /// Cases with their orders.
    Cases,
    /// What a member does by itself, under standing orders.
    Reflexes,
    /// What was found.
    Findings,
    /// Letters to subscribers.
    Notices,
    /// Who sends us what.
    Sensors,
    /// What is logged.
    Audit,
    /// What was promised.
    Goals,
    /// Members, keys, lists.
    SetUp,
    /// None of them.
    Aside,
}

impl Way {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Situation, "/", "way-situation"),
        (Self::Cases, "/cases", "way-cases"),
        (Self::Reflexes, "/reflexes", "way-reflexes"),
        (Self::Findings, "/findings", "way-findings"),
        (Self::Notices, "/notices", "way-notices"),
        (Self::Sensors, "/sensors", "way-sensors"),
        (Self::Audit, "/audit", "way-audit"),
        (Self::Goals, "/goals", "way-goals"),
        (Self::SetUp, "/set-up", "way-set-up"),
    ];
}

impl Page<'_> {
    /// Writes the whole page.
    pub fn answer(&self, content: &Markup) -> Response {
        self.answer_as(StatusCode::OK, content)
    }

    /// Writes the whole page, with a status of its own.
    pub fn answer_as(&self, status: StatusCode, content: &Markup) -> Response {
        (status, Html(self.html(content).into_string())).into_response()
    }

    fn html(&self, content: &Markup) -> Markup {
        let text = self.reader.text;
        html! {
            (DOCTYPE)
            html lang=(text.tag()) data-theme=(self.reader.colours.name()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · issei" }
                    link rel="icon" href=(pages::assets::ICON.address()) type="image/svg+xml";
                    link rel="stylesheet" href=(pages::assets::STYLE.address());
                    script src=(pages::assets::SCRIPT.address()) defer {}
                }
                body data-follows[self.is_known() && self.reader.looks] {
                    a.skip href="#content" { (text.say("skip")) }
                    (self.bar())
                    (self.header())
                    main #content tabindex="-1" {
                        @if let Some(Said(words)) = &self.reader.said { p.said role="status" { span aria-hidden="true" { "✓ " } (words.pick(text)) } }
                        (content)
                    }
                    (self.footer())
                    dialog #keys aria-labelledby="keys-title" {
                        h2 #keys-title { (text.say("keys-title")) }
                        p { (text.say("keys-list")) }
                        form method="dialog" { button { (text.say("close")) } }
                    }
                }
            }
        }
    }

    /// Tells whether it is a person who signed in: a stranger sees no ways and follows nothing.
    fn is_known(&self) -> bool {
        self.reader.visitor.person.is_some()
    }

    /// Says what is in force, and what ends next.
    fn bar(&self) -> Markup {
        let text = self.reader.text;
        let alive = self.scene.alive();
        let acting: Vec<&OrderView> = alive.iter().copied().filter(|view| view.acts()).collect();
        let next = acting.first().or(alive.first());
        if self.scene.status.is_none() {
            // A stranger is told nothing anyway; somebody here must not read that nothing is cut.
            return html! { @if self.is_known() {
                div.bar.unknown role="region" aria-label=(text.say("bar-name")) data-live="bar" {
                    p { strong { (text.say("bar-unknown")) } }
                    nav aria-label=(text.say("bar-ways")) { a href="/lift" { (text.say("bar-lift-all")) } }
                }
            } };
        }
        html! {
            div.bar.acting[!acting.is_empty()] role="region" aria-label=(text.say("bar-name")) data-live="bar" {
                p {
                    strong { (text.fill("bar-in-force", &[("n", &acting.len().to_string())])) }
                    @if alive.len() > acting.len() {
                        span { (text.fill("bar-coming", &[("n", &(alive.len() - acting.len()).to_string())])) }
                    }
                    @if let Some(next) = next {
                        span {
                            (text.say("bar-next-end")) " "
                            (moment(self.reader.zone, next.ends()))
                            " " (left(self.reader, next.ends().since(self.scene.at)))
                        }
                    }
                }
                @if self.is_known() { nav aria-label=(text.say("bar-ways")) {
                    @if let Some(next) = next {
                        a href={ "/orders/" (next.id) } { (text.say("bar-show")) }
                    }
                    a href="/lift" { (text.say("bar-lift-all")) }
                } }
            }
        }
    }

    fn header(&self) -> Markup {
        let reader = self.reader;
        let text = reader.text;
        html! {
            header.top {
                a.brand href="/" { (pages::assets::mark()) span { "一斉 issei" } }
                @if self.is_known() { nav.ways aria-label=(text.say("ways")) {
                    @for (way, href, key) in Way::ALL {
                        a href=(href) aria-current=[(way == self.way).then_some("page")] { (text.say(key)) }
                    }
                } }
                @if self.is_known() { form.search role="search" action="/search" method="get" {
                    label.hidden for="q" { (text.say("search")) }
                    input #q name="q" type="search" placeholder=(text.say("search-hint")) autocomplete="off" maxlength="200";
                } }
                div.switches {
                    (self.switch("zone", match reader.zone { Zone::Utc => "jst", Zone::Jst => "utc" }, reader.zone.name(), "switch-zone"))
                    (self.switch("lang", text.pick("ja", "en"), text.pick("日本語", "English"), "switch-language"))
                    (self.switch("colours", reader.colours.next().name(), &text.say(match reader.colours {
                        crate::view::Colours::System => "colours-system",
                        crate::view::Colours::Light => "colours-light",
                        crate::view::Colours::Dark => "colours-dark",
                    }), "switch-colours"))
                    @match &reader.visitor.person {
                        Some(person) => a.person href="/me" { (person) },
                        None => a.person href="/sign-in" { (text.say("sign-in")) },
                    }
                }
            }
        }
    }

    /// A switch is a form, so that it works without script and changes nothing by being looked at.
    fn switch(&self, name: &str, value: &str, shown: &str, key: &'static str) -> Markup {
        html! {
            form method="post" action="/view" {
                input type="hidden" name="form_token" value=(self.reader.visitor.form_token);
                input type="hidden" name="back" value=(self.reader.address);
                input type="hidden" name="name" value=(name);
                button name="value" value=(value) title=(self.reader.text.say(key)) aria-label={ (self.reader.text.say(key)) ": " (shown) } { (shown) }
            }
        }
    }

    fn footer(&self) -> Markup {
        let text = self.reader.text;
        html! {
            footer {
                p {
                    (text.say(match self.office.coordinates { true => "footer-coordinator", false => "footer-member" }))
                    " " strong { (self.office.name) } " · "
                    (text.fill("footer-as-of", &[("at", &self.reader.zone.moment(self.scene.at))]))
                }
                p { a href="/public" { (text.say("way-public")) } " · " a href="/glossary" { (text.say("glossary-title")) } " · " a href="/api/v1/openapi.json" { "API" } " · " kbd { "?" } " " (text.say("footer-keys")) }
            }
        }
    }
}

/// A moment, for people and for programs.
pub fn moment(zone: Zone, at: issei_model::Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (zone.moment(at)) } }
}

/// How long until something, or that it is over.
pub fn left(reader: &Reader, span: issei_model::Span) -> Markup {
    let key = match span.as_micros() {
        ..=0 => "time-over",
        _ => "time-left",
    };
    html! { span.left { (reader.text.fill(key, &[("span", &issei_text::format::span(span, reader.text.0))])) } }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
