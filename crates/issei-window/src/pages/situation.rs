//! How the country stands: four measures, what needs a person now, the cuts, the members.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use issei_case::Stage;
use issei_chart::AttackFlow;
use issei_desk::standing::deed;
use issei_desk::station::Station;
use issei_desk::{OrderView, Stands};
use issei_model::{Span, Timestamp};
use maud::{Markup, html};

use super::case::{short, stands_mark};
use super::goals::goals;
use super::{forms, lacking, pictures, standing, steps};
use crate::Window;
use crate::frame::{Page, Way, left, moment};
use crate::passing;
use crate::rights::Role;
use crate::scene::Scene;
use crate::view::Reader;
use issei_text::format::{count, measured};

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Until when; none if it waits already.
    pub by: Option<Timestamp>,
    /// What it is about.
    pub about: String,
    /// Where it is done.
    pub address: String,
    /// What to do.
    pub next: String,
}

/// Gathers what waits for a person: what waits already first, then by its deadline.
pub fn needs(reader: &Reader, scene: &Scene) -> Vec<Need> {
    let text = reader.text;
    let mut needs = Vec::new();
    let mut need = |by, about: &str, address: String, next: String| {
        needs.push(Need {
            by,
            about: about.to_owned(),
            address,
            next,
        });
    };
    for alarm in scene.status.iter().flat_map(|status| &status.alarms) {
        need(
            None,
            &text.say("need-alarm"),
            "/set-up".into(),
            alarm.clone(),
        );
    }
    if let Some((_, Some((digest, _)))) = &scene.charter {
        let next = text.fill("need-charter", &[("digest", &digest.to_string()[..12])]);
        need(
            None,
            &text.say("need-charter-about"),
            "/set-up".into(),
            next,
        );
    }
    for view in scene.orders.values() {
        let at = format!("/orders/{}", view.id);
        let about = view.order.case.as_str();
        if view.is_confirmable() {
            need(view.awaits(), about, at.clone(), text.say("next-confirm"));
        }
        match view.stands {
            Stands::Draft => need(
                Some(view.order.fire_before),
                about,
                at,
                text.say("next-sign"),
            ),
            Stands::Held => need(
                Some(view.order.fire_before),
                about,
                at,
                text.say("next-arm"),
            ),
            Stands::Armed | Stands::InForce => {
                for one in &view.members {
                    let station = Station::of(one, view.now);
                    let key = match station {
                        Station::Unread(_) => "need-unread",
                        Station::InForce { well: false, .. } => "need-harm",
                        _ => continue,
                    };
                    let next = text.fill(key, &[("member", one.member.as_str())]);
                    need(None, about, at.clone(), next);
                }
            }
            _ => {}
        }
    }
    standing_needs(reader, scene, &mut need);
    for review in scene.status.iter().flat_map(|status| &status.reviews) {
        let next = text.fill("need-review", &[("row", &review.ground)]);
        need(
            Some(review.by),
            &review.case,
            format!("/orders/{}", review.order),
            next,
        );
    }
    let counts = scene.status.as_ref().map(|status| &status.counts);
    let waiting = counts.and_then(|counts| counts.get(issei_desk::appeals::WAITING));
    if let Some(waiting) = waiting.filter(|waiting| **waiting > 0) {
        let next = text.fill("need-appeals", &[("n", &waiting.to_string())]);
        need(None, &text.say("appeals-title"), "/appeals".into(), next);
    }
    for case in scene.cases.values() {
        if matches!(case.stage, Stage::Open | Stage::Assessed) {
            let next = steps::next(reader, Some(case), None);
            let at = format!("/cases/{}", super::act::escaped(&case.case));
            need(None, &case.case, at, next);
        }
    }
    needs.sort_by_key(|need| (need.by.is_some(), need.by, need.about.clone()));
    needs
}

/// Standing orders that wait for this person's signature, and the own ones that end within a day.
fn standing_needs(
    reader: &Reader,
    scene: &Scene,
    need: &mut impl FnMut(Option<Timestamp>, &str, String, String),
) {
    let (text, visitor) = (reader.text, &reader.visitor);
    let signs = visitor.roles.contains(&Role::Approver);
    let person = visitor.person.as_ref().filter(|_| signs);
    let office = scene.status.as_ref().map(|status| &status.office);
    for view in scene.standings.values() {
        let about = text.fill("standing-title", &[("id", &standing::short(view.id))]);
        let at = format!("/reflexes/{}", view.id);
        let what = deed(&view.order, text);
        if person.is_some_and(|person| view.waits_for(person)) {
            let next = text.fill("need-standing", &[("what", &what)]);
            need(Some(view.order.valid_until), &about, at.clone(), next);
        }
        if let Some(end) = view.ends_soon()
            && office == Some(&view.order.member)
        {
            let next = text.fill("need-standing-ends", &[("what", &what)]);
            need(Some(end), &about, at, next);
        }
    }
}

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
    let needs = needs(&reader, &scene);
    let passes = passes(&window, &scene).await;
    page.answer(&html! {
        h1 { (text.say("situation-title")) }
        (standing(&window, &reader, &scene))
        div.tiles data-live="tiles" { @for goal in goals(&reader, &scene) {
            a.tile href="/goals" {
                h2 { (text.say(goal.title)) }
                p.figure { (goal.now.clone().unwrap_or_else(|| "–".into())) }
                p.note {
                    (goal.target)
                    @match goal.kept {
                        Some(true) => { " · ✓ " (text.say("kept")) },
                        Some(false) => { " · ✕ " (text.say("not-kept")) },
                        None => { " · " (text.say("not-measured")) },
                    }
                    @if let Some(before) = &goal.before { br; (text.fill("goal-was", &[("what", before)])) }
                }
            }
        } }
        section.panel data-live="needs" {
            h2 { (text.say("needs-title")) " " small { (text.say("needs-order")) } }
            @if needs.is_empty() {
                (lacking(&text.say("needs-none"), &text.say(match window.office.coordinates { true => "needs-none-next", false => "needs-none-member" })))
            } @else { div.table tabindex="0" { table {
                caption.hidden { (text.say("needs-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-about")) }
                    th scope="col" { (text.say("column-next")) }
                    th scope="col" { (text.say("column-by")) }
                } }
                tbody { @for need in needs.iter().take(20) { tr {
                    th scope="row" { a href=(need.address) { (need.about) } }
                    td { (need.next) }
                    td { @match need.by {
                        Some(by) => { (moment(reader.zone, by)) " " (left(&reader, by.since(scene.at))) },
                        None => { strong { (text.say("at-once")) } },
                    } }
                } } }
            } } }
        }
        div.halves {
            (cuts(&reader, &scene))
            div {
                section.panel data-live="passing" data-moves=[passes.as_ref().map(|_| "yes")] {
                    h2 { (text.say("attack-title")) }
                    @match &passes {
                        None => { (lacking(&text.say("attack-none"), &text.say("attack-next"))) },
                        Some((view, flow)) => {
                            p { a href={ "/orders/" (view.id) } { (view.order.case) } }
                            (pictures::chart(&reader, "flow", |look| flow.draw(look)))
                        },
                    }
                }
                (members(&reader, &scene))
            }
        }
    })
}

/// What still gets through of the newest cut of which members show it.
async fn passes<'a>(window: &Window, scene: &'a Scene) -> Option<(&'a OrderView, AttackFlow)> {
    let mut alive = scene.alive();
    alive.sort_by_key(|view| std::cmp::Reverse(view.order.proposed_at));
    for view in alive.into_iter().take(MOST_ASKED) {
        let shown = window.passing.look(&window.desk, view.id, window.now());
        if let Some(traffic) = shown.await
            && let Some(flow) = passing::flow(view, &traffic, window.now())
        {
            return Some((view, flow));
        }
    }
    None
}

/// Orders that are asked about for the one picture.
const MOST_ASKED: usize = 3;

/// Whether the office itself is well.
fn standing(window: &Window, reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    let Some(status) = &scene.status else {
        return html! { p.alarm role="alert" { (text.say("office-silent")) } };
    };
    html! {
        p.lead data-live="standing" {
            @if window.office.coordinates {
                (text.fill("office-members", &[
                    ("n", &status.connected.to_string()),
                    ("all", &scene.country.as_ref().map_or(0, |country| country.members.len()).to_string()),
                ]))
            } @else {
                (text.say(match status.connected > 0 { true => "office-connected", false => "office-alone" }))
            }
            " · " (text.say(match status.current { true => "log-current", false => "log-behind" }))
            @if let Some(error) = status.clock_error { " · " (text.fill("clock-error", &[("span", &measured(error))])) }
        }
        @if status.stopped { p.alarm role="alert" { (text.say("office-stopped")) " " a href="/lift" { (text.say("resume-do")) } } }
    }
}

fn cuts(reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    let mut orders: Vec<_> = scene.orders.values().collect();
    orders.sort_by_key(|view| std::cmp::Reverse(view.order.proposed_at));
    html! {
        section.panel data-live="orders" {
            h2 { (text.say("orders-title")) }
            @if orders.is_empty() { (lacking(&text.say("orders-none"), &text.say("orders-none-next"))) }
            @else { div.table tabindex="0" { table {
                caption.hidden { (text.say("orders-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-order")) }
                    th scope="col" { (text.say("column-state")) }
                    th scope="col" { (text.say("column-deed")) }
                    th scope="col" { (text.say("strip-spread")) }
                    th scope="col" { (text.say("step-end")) }
                } }
                tbody { @for view in orders.iter().take(10) { tr {
                    th scope="row" { a href={ "/orders/" (view.id) } { (view.order.case) } " " code.id { (short(view.id)) } }
                    td { (stands_mark(reader, view)) }
                    td { (pictures::deed(reader, &view.order)) }
                    td { (steps::spread(view).unwrap_or_default()) }
                    td { (moment(reader.zone, view.ends())) }
                } } }
            } } (forms("/api/v1/orders")) }
        }
    }
}

fn members(reader: &Reader, scene: &Scene) -> Markup {
    let text = reader.text;
    let Some(country) = &scene.country else {
        return html! {};
    };
    html! {
        section.panel {
            h2 { (text.say("providers-title")) }
            @if country.members.is_empty() { (lacking(&text.say("providers-none"), &text.say("providers-none-next"))) }
            @else { div.table tabindex="0" { table {
                caption.hidden { (text.say("providers-title")) }
                thead { tr {
                    th scope="col" { (text.say("column-member")) }
                    th.number scope="col" { (text.say("column-lines")) }
                    th.number scope="col" { (text.say("column-findings")) }
                    th.number scope="col" { (text.say("column-per-lines")) }
                } }
                tbody { @for one in &country.members {
                    @let told = scene.found.of(&one.member);
                    tr {
                        th scope="row" { (one.member) }
                        td.number { (count(one.lines)) }
                        td.number { (count(told)) }
                        td.number { (per(told, one.lines)) }
                    }
                } }
            } } p.note { (text.say("providers-note")) } (forms("/api/v1/members")) }
        }
    }
}

/// Writes how many that is of 100,000 lines.
fn per(told: u64, lines: u64) -> String {
    match (told * 1_000_000).checked_div(lines) {
        None => "–".into(),
        Some(tenths) => format!("{}.{}", count(tenths / 10), tenths % 10),
    }
}

#[cfg(test)]
#[path = "situation_tests.rs"]
mod tests;
