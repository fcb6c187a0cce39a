//! Who takes part and what was agreed on: the charter, people with their keys, ceilings, the lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use issei_case::approvals::Role;
use issei_desk::{Ask, CountryView, DevicesView, Reply};
use issei_model::{Digest, Span};
use maud::{Markup, html};

use super::act::{act, ours, wrong};
use super::lacking;
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::view::Reader;
use issei_text::format::{count, measured};

/// The page.
pub async fn page(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let devices = match window.office.coordinates {
        true => None,
        false => Some(window.desk.ask(Ask::Devices).await),
    };
    let page = Page {
        office: &window.office,
        reader: &reader,
        scene: &scene,
        way: Way::SetUp,
        title: text.say("set-up-title"),
    };
    page.answer(&html! {
        h1 { (text.say("set-up-title")) }
        p { a href="/set-up/people" { (text.say("people-of-window")) } }
        @for alarm in scene.status.iter().flat_map(|status| &status.alarms) { p.alarm role="alert" { (alarm) } }
        section.panel {
            h2 { (text.say("charter-title")) }
            @if let Some((pinned, offered)) = &scene.charter {
                p { (text.say("charter-pinned")) " " code.id { (pinned) } }
                @if let Some((digest, changes)) = offered {
                    h3 { (text.say("charter-offered")) " " code.id { (digest) } }
                    ul { @for change in changes { li { (change) } } }
                    form.act method="post" action="/set-up/charter" {
                        (ours(&reader))
                        input type="hidden" name="digest" value=(digest);
                        label { input type="checkbox" required; " " (text.say("charter-read-aloud")) }
                        button.first { (text.say("charter-accept")) }
                    }
                }
            }
        }
        @match &scene.country {
            Some(country) => { (ceilings(&reader, country)) (lists(&reader, country)) (members(&reader, country)) (people(&reader, country)) },
            None => section.panel { (lacking(&text.say("set-up-none"), &text.say("audit-no-log-next"))) },
        }
        @match &devices {
            Some(Reply::Devices(view)) => (devices_panel(&reader, view)),
            Some(_) => section.panel { h2 { (text.say("devices-title")) } (lacking(&text.say("set-up-none"), &text.say("audit-no-log-next"))) },
            None => {},
        }
        section.panel {
            h2 { (text.say("grounds-title")) }
            p { (text.say("grounds-pack")) " " code.id { (issei_desk::ground::digest()) } }
            div.table tabindex="0" { table {
                caption.hidden { (text.say("grounds-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-row")) }
                    th scope="col" { (text.say("column-what")) }
                    th scope="col" { (text.say("column-mark")) }
                    th scope="col" { (text.say("column-limit")) }
                    th scope="col" { (text.say("column-on")) }
                } }
                tbody { @for row in issei_desk::ground::rows() { tr {
                    th scope="row" { (row.name) }
                    td { (row.title.of(text.0)) }
                    td { (row.mark.text(text.0)) }
                    td { @match row.limit { Some(limit) => (limit.lifetime), None => (text.say("never-cut")) } }
                    td { (text.say(if row.on { "yes" } else { "no" })) }
                } } }
            } }
        }
    })
}

fn ceilings(reader: &Reader, country: &CountryView) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("ceilings-title")) }
        dl.figures {
            div { dt { (text.say("ceiling-order")) } dd { (count(country.lines_per_order)) } }
            div { dt { (text.say("ceiling-day")) } dd { (count(country.lines_per_day)) } }
            div { dt { (text.say("ceiling-people")) } dd { (country.approvals) } }
        }
        p.note { (text.say("ceilings-note")) }
    } }
}

fn lists(reader: &Reader, country: &CountryView) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("lists-title")) }
        p { (text.fill("lists-sum", &[("n", &count(country.safeguards as u64))])) " " code.id { (country.lists) } }
        p.note { (text.say("lists-note")) }
        p { a href="/set-up/safeguards" { (text.say("lists-change")) } }
        form method="post" action="/set-up/reload" { (ours(reader)) button { (text.say("lists-reload")) } }
    } }
}

fn devices_panel(reader: &Reader, view: &DevicesView) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("devices-title")) }
        @if view.rehearsed { (lacking(&text.say("devices-rehearsed"), &text.say("devices-rehearsed-next"))) }
        @if let Some(why) = &view.silent { p.alarm role="alert" { (text.say("devices-silent")) " " (why) } }
        @if let Some(alarm) = &view.alarm { p.alarm role="alert" { (alarm) } }
        @if view.stopped { p.alarm role="alert" { (text.say("devices-stopped")) } }
        @if !view.devices.is_empty() { div.table tabindex="0" { table {
            caption.hidden { (text.say("devices-title")) }
            thead { tr { th scope="col" { (text.say("column-device")) } th scope="col" { (text.say("column-state")) } } }
            tbody { @for (name, fault) in &view.devices { tr {
                th scope="row" { (name) }
                td { @match fault {
                    None => span.state.go { "✓ " (text.say("device-well")) },
                    Some(why) => span.state.no { "✕ " (why) },
                } }
            } } }
        } } }
        @if view.silent.is_none() { dl.figures {
            div { dt { (text.say("devices-orders")) } dd { (count(view.orders as u64)) } }
            div { dt { (text.say("devices-lead")) } dd { (measured(view.lead)) } }
            @if view.reflex_room > 0 { div { dt { (text.say("devices-reflexes")) } dd { (count(view.reflexes as u64)) " / " (count(view.reflex_room as u64)) } } }
        } }
        @if !view.sentinels.is_empty() { p { (text.say("devices-sentinels")) @for one in &view.sentinels { " " code { (one) } } } }
        @if !view.counts.is_empty() { details {
            summary { (text.say("devices-counts")) }
            ul { @for (kind, number) in &view.counts { li { (kind) ": " (count(*number)) } } }
        } }
    } }
}

fn members(reader: &Reader, country: &CountryView) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("providers-title")) }
        @if country.members.is_empty() { (lacking(&text.say("providers-none"), &text.say("providers-none-next"))) }
        @else { div.table tabindex="0" { table {
            caption.hidden { (text.say("providers-title")) }
            thead { tr { th scope="col" { (text.say("column-member")) } th.number scope="col" { (text.say("column-lines")) } } }
            tbody { @for one in &country.members { tr { th scope="row" { (one.member) } td.number { (count(one.lines)) } } } }
        } } }
    } }
}

fn people(reader: &Reader, country: &CountryView) -> Markup {
    let text = reader.text;
    html! { section.panel {
        h2 { (text.say("people-title")) }
        @if country.people.is_empty() { (lacking(&text.say("people-none"), &text.say("people-none-next"))) }
        @else { div.table tabindex="0" { table {
            caption.hidden { (text.say("people-title")) }
            thead { tr {
                th scope="col" { (text.say("column-person")) }
                th scope="col" { (text.say("column-role")) }
                th scope="col" { (text.say("column-key")) }
                th scope="col" { (text.say("column-from")) }
                th scope="col" { (text.say("step-end")) }
            } }
            tbody { @for (person, key) in &country.people { tr {
                th scope="row" { (person) }
                td { (text.say(match key.role { Role::Approver => "role-approver", Role::Proposer => "role-proposer" })) }
                td { code.id { (key.key) } }
                td { (moment(reader.zone, key.from)) }
                td { (moment(reader.zone, key.until)) }
            } } }
        } } }
    } }
}

/// Accepts the charter that was offered, if it is the one that was shown.
pub async fn accept(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let digest = fields
        .get("digest")
        .and_then(|text| text.parse::<Digest>().ok());
    match digest {
        Some(digest) => act(&window, &reader, Ask::AcceptCharter(digest), "/set-up").await,
        None => wrong(&window, &reader, &reader.text.say("charter-none")).await,
    }
}

/// Reads lists and settings again.
pub async fn reload(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    act(&window, &reader, Ask::Reload, "/set-up").await
}
