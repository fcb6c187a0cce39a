//! Findings of a member's own collector, with their lines: the list, and the whole evidence of one.
//!
//! In: what is looked for. Out: pages for who may read lines. Always: everything that the record holds is on its page;
//! nothing is shown before the look was written down; where no collector is connected, the page says how to connect
//! one. Not here: what a coordinator is told (`findings`), where findings are kept (`own`).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use issei_chart::{FanOut, PortContacts};
use issei_model::{FindingRecord, Level, SampledFlow, Span, Statistic, Timestamp, Verdict};
use issei_text::finding::{
    bound, certainty, deed, figure, kind as named_kind, level_in, other_side, reason, role,
    sampling,
};
use issei_text::format::{count, lasting};
use issei_text::record::{amount, read, read_all};
use issei_text::{Text, key, said};
use maud::{Markup, Render, html};

use super::{case, forms, lacking, pictures};
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::looks::Sought;
use crate::own::Sheaf;
use crate::scene::Scene;
use crate::view::Reader;

/// The list: what has `only` in its name, subject, other side, rule or level, before a place.
pub async fn list(window: &Window, reader: &Reader, only: &str, before: Option<u64>) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let sought = Sought {
        before,
        most: case::MOST_ROWS,
        only: (!only.is_empty()).then(|| only.to_owned()),
    };
    let read = window.own_findings(sought).await;
    let status = match read {
        Some(Err(_)) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let page = page(window, reader, &scene, text.say("findings-title"));
    page.answer_as(status, &html! {
        h1 { (text.say("findings-title")) }
        @match &read {
            None => section.panel { (lacking(&text.say("own-unconnected"), &text.say("own-unconnected-next"))) },
            Some(Err(why)) => section.panel { (lacking(&said!(text, "own-unread", why), &text.say("own-unread-next"))) },
            Some(Ok(sheaf)) => {
                p.lead { (said!(text, "own-sum", n = count(sheaf.all))) }
                @if sheaf.unread > 0 { p.note { (said!(text, "own-reading", n = count(sheaf.unread))) } }
                @if sheaf.odd > 0 { p.note { (said!(text, "own-odd", n = count(sheaf.odd))) } }
                form.act.row method="get" action="/findings" {
                    label for="of" { (text.say("own-filter")) }
                    input #of name="only" value=(only) maxlength="300" autocomplete="off";
                    button { (text.say("filter-do")) }
                }
                (table(reader, sheaf, only, before.is_some()))
            },
        }
    })
}

fn page<'a>(window: &'a Window, reader: &'a Reader, scene: &'a Scene, title: String) -> Page<'a> {
    Page {
        office: &window.office,
        reader,
        scene,
        way: Way::Findings,
        title,
    }
}

fn table(reader: &Reader, sheaf: &Sheaf, only: &str, is_later: bool) -> Markup {
    let text = reader.text;
    let escaped = super::act::escaped(only);
    html! {
        @if sheaf.findings.is_empty() {
            @let key = if sheaf.all == 0 { key!("own-none-next") } else { key!("own-none-here-next") };
            section.panel { (lacking(&text.say("findings-none"), &text.say(key))) }
        } @else {
            div.table tabindex="0" { table {
                caption.hidden { (text.say("findings-title")) }
                thead { tr {
                    th scope="col" { (text.say("own-who")) }
                    th scope="col" { (text.say("own-deed")) }
                    th scope="col" { (text.say("column-level")) }
                    th scope="col" { (text.say("column-until")) }
                    th scope="col" { (text.say("own-evidence")) }
                } }
                tbody { @for one in &sheaf.findings { tr {
                    th scope="row" { a href=(about(&one.subject)) { code { (one.subject) } } }
                    td { (does(one, text)) }
                    td { (sure(one, text)) }
                    td { (moment(reader.zone, one.until)) }
                    td { a.id href={ "/findings/" (one.id) } { (one.id) } }
                } } }
            } }
            (forms(&format!("/api/v1/own-findings?only={escaped}")))
            nav.pages aria-label=(text.say("more-pages")) {
                @if is_later { a href={ "/findings?only=" (escaped) } { (text.say("own-newest")) } }
                @if let Some(older) = sheaf.older { a href={ "/findings?only=" (escaped) "&before=" (older) } { (text.say("page-after")) } }
            }
        }
    }
}

/// Where all findings about somebody are.
fn about(subject: &str) -> String {
    format!("/findings?only={}", super::act::escaped(subject))
}

/// How sure it is, and the odds where it is more than context.
fn sure(one: &FindingRecord, text: Text) -> Markup {
    let (class, mark) = match one.level {
        Level::Finding => ("no", "●"),
        Level::Candidate => ("wait", "◆"),
        Level::Context | Level::Measure => ("over", "■"),
    };
    html! {
        (state_mark(class, mark, &level_in(one.level, text)))
        @if matches!(one.level, Level::Finding | Level::Candidate) { " " (certainty(one, text)) }
    }
}

fn state_mark(class: &str, mark: &str, words: &str) -> Markup {
    html! { span.state.(class) { span aria-hidden="true" { (mark) " " } (words) } }
}

/// What the subject does, and to whom.
fn does(one: &FindingRecord, text: Text) -> String {
    let deed = deed(one.rule, one.role, text);
    match &one.peer {
        Some(peer) => said!(text, "table-deed", deed, peer = other_side(peer, text)),
        None => deed,
    }
}

/// The whole evidence of one.
pub async fn one(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
    reader: Reader,
) -> Response {
    let scene = window.scene.look(Span::from_millis(250)).await;
    let text = reader.text;
    let back = html! { p.crumbs { a href="/findings" { (text.say("findings-title")) } } };
    let finding = match window.own_finding(name.clone()).await {
        Ok(Some(finding)) => finding,
        found => {
            let (status, said) = match found {
                Err(why) => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    said!(text, "own-unread", why),
                ),
                Ok(_) => (
                    StatusCode::NOT_FOUND,
                    said!(text, "own-unknown", name = issei_text::columns::tame(&name)),
                ),
            };
            let page = page(&window, &reader, &scene, text.say("findings-title"));
            return page.answer_as(status, &html! { (back) h1 { (said) } });
        }
    };
    let page = page(&window, &reader, &scene, finding.id.clone());
    page.answer(&html! {
        (back)
        h1 { code { (finding.subject) } " " (does(&finding, text)) }
        p.lead { (sure(&finding, text)) " · " code.id { (finding.id) } }
        p { (read(&finding.summary, text)) }
        p { a href=(about(&finding.subject)) { (said!(text, "own-all-about", subject = finding.subject)) } }
        (seen(&reader, &finding))
        @if let Some(fan) = fan(&finding) { section.panel {
            h2 { (text.say("own-fan")) }
            p { (text.say("own-fan-what")) }
            (pictures::chart(&reader, "fan", |look| fan.draw(look)))
        } }
        (test(&reader, &finding))
        (others(&reader, &finding))
        (listed(text, key!("explain-refutes"), &read_all(&finding.refuted_by, text)))
        (listed(text, key!("explain-not-shown"), &read_all(&finding.does_not_show, text)))
        (listed(text, key!("explain-families"), &read_all(&finding.families, text)))
        (listed(text, key!("explain-kinds"), &finding.independent_kinds.iter().map(|one| named_kind(one, text)).collect::<Vec<_>>()))
        (rests_on(text, &finding.builds_on))
        (sample(&reader, &finding.sample))
        p.forms { a href={ "/api/v1/own-findings/" (finding.id) } { "JSON" } }
    })
}

/// Names and values below each other.
fn facts(rows: &[(String, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

fn seen(reader: &Reader, finding: &FindingRecord) -> Markup {
    let text = reader.text;
    let kind = text.say(match finding.subject_kind.as_str() {
        "line" => key!("explain-own-line"),
        "own" => key!("explain-own-address"),
        "prefix" => key!("explain-prefix"),
        _ => key!("explain-outside"),
    });
    let (subject, role) = (&finding.subject, role(finding.role, text));
    let mut rows = vec![(
        text.say("explain-subject"),
        html! { (said!(text, "explain-subject-is", subject, kind, role)) },
    )];
    if let Some(peer) = &finding.peer {
        rows.push((
            text.say("explain-other-side"),
            html! { code { (other_side(peer, text)) } },
        ));
    }
    let lasted = lasting(finding.until.since(finding.since), text.0);
    let delay = lasting(finding.decided_at.since(finding.since), text.0);
    let decided = html! { (said!(text, "explain-decided-after", at = reader.zone.moment(finding.decided_at), delay)) };
    rows.push((text.say("explain-from"), moment(reader.zone, finding.since)));
    let to = html! { (moment(reader.zone, finding.until)) " (" (lasted) ")" };
    rows.push((text.say("explain-to"), to));
    rows.push((text.say("explain-decided"), decided));
    for observation in &finding.observations {
        let value = amount(&observation.value, text);
        let unit = read(&observation.unit, text);
        rows.push((
            read(&observation.name, text).into_owned(),
            html! { (value) " " (unit) },
        ));
    }
    rows.push((
        text.say("explain-sampling"),
        html! { (sampling(finding.sampling, text)) },
    ));
    for origin in &finding.exporters {
        let lost = match origin.lost {
            0 => text.say("explain-nothing-lost"),
            lost => said!(text, "explain-lost", n = count(lost)),
        };
        rows.push((text.say("explain-exporter"), html! { (origin.name) (lost) }));
    }
    html! { section.panel { h2 { (text.say("explain-seen")) } (facts(&rows)) } }
}

fn test(reader: &Reader, finding: &FindingRecord) -> Markup {
    let text = reader.text;
    let (rule, why) = (finding.rule, reason(finding.rule, text));
    html! { section.panel {
        h2 { (text.say("explain-test")) }
        p { (said!(text, "explain-rule", rule, why)) }
        @match &finding.statistic {
            None => p { (text.say("explain-counts")) },
            Some(statistic) => (facts(&measured(statistic, text))),
        }
    } }
}

fn measured(statistic: &Statistic, text: Text) -> Vec<(String, Markup)> {
    let value = html! { (read(&statistic.name, text)) " = " (figure(statistic.value)) };
    let odds = html! { (figure(statistic.error_bound)) ": " (bound(statistic, text)) };
    vec![
        (text.say("explain-statistic"), value),
        (
            text.say("explain-threshold"),
            html! { (figure(statistic.threshold)) },
        ),
        (
            text.say("explain-null-model"),
            html! { (read(&statistic.null_model, text)) },
        ),
        (
            text.say("explain-null-origin"),
            html! { (read(&statistic.null_origin, text)) },
        ),
        (text.say("explain-bound"), odds),
    ]
}

fn others(reader: &Reader, finding: &FindingRecord) -> Markup {
    let text = reader.text;
    html! { @if !finding.alternatives.is_empty() { section.panel {
        h2 { (text.say("explain-others")) }
        ul { @for one in &finding.alternatives { li {
            @let (class, mark, key) = match one.verdict {
                Verdict::Rejected => ("over", "■", key!("explain-ruled-out")),
                Verdict::Open => ("wait", "◆", key!("explain-still-open")),
            };
            (state_mark(class, mark, &text.say(key))) " " strong { (read(&one.explanation, text)) } ": " (read(&one.because, text))
        } } }
    } } }
}

fn listed(text: Text, heading: &'static str, items: &[impl Render]) -> Markup {
    html! { @if !items.is_empty() { section.panel {
        h2 { (text.say(heading)) }
        ul { @for item in items { li { (item) } } }
    } } }
}

fn rests_on(text: Text, names: &[String]) -> Markup {
    html! { @if !names.is_empty() { section.panel {
        h2 { (text.say("explain-builds-on")) }
        ul { @for name in names { li { a.id href={ "/findings/" (name) } { (name) } } } }
    } } }
}

fn sample(reader: &Reader, flows: &[SampledFlow]) -> Markup {
    let text = reader.text;
    let heading = said!(text, "explain-sample", n = flows.len());
    html! { @if !flows.is_empty() { section.panel {
        h2 { (heading) }
        div.table tabindex="0" { table {
            caption.hidden { (heading) }
            thead { tr {
                th scope="col" { (text.say("own-first")) }
                th scope="col" { (text.say("explain-head-protocol")) }
                th scope="col" { (text.say("explain-head-from")) }
                th scope="col" { (text.say("explain-head-to")) }
                th.number scope="col" { (text.say("explain-head-packets")) }
                th.number scope="col" { (text.say("explain-head-bytes")) }
                th.number scope="col" { (text.say("explain-head-back")) }
            } }
            tbody { @for flow in flows { tr {
                td { (reader.zone.instant(flow.first)) }
                td { (flow.protocol) }
                td { code { (side(flow.source, flow.source_port)) } }
                td { code { (side(flow.destination, flow.destination_port)) } }
                td.number { (count(flow.packets)) " " (flow.flags) }
                td.number { (count(flow.bytes)) }
                td.number { (count(flow.reverse_packets)) " " (flow.reverse_flags) }
            } } }
        } }
    } } }
}

fn side(ip: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(ip, port).to_string()
}

/// Whom a line tried to reach, as far as records of it were kept: worth a picture from three addresses on.
fn fan(finding: &FindingRecord) -> Option<FanOut> {
    let subject: IpAddr = finding.subject.parse().ok()?;
    let mut ports: BTreeMap<String, Vec<(Timestamp, Ipv4Addr)>> = BTreeMap::new();
    for flow in finding.sample.iter().filter(|flow| flow.source == subject) {
        if let IpAddr::V4(to) = flow.destination {
            let port = format!("{} {}", flow.protocol.to_uppercase(), flow.destination_port);
            ports.entry(port).or_default().push((flow.first, to));
        }
    }
    let all = || ports.values().flatten();
    let mut to: Vec<Ipv4Addr> = all().map(|(_, address)| *address).collect();
    to.sort_unstable();
    to.dedup();
    let from = all().map(|(at, _)| *at).min()?;
    let until = all().map(|(at, _)| *at).max()?;
    (to.len() >= 3).then(|| FanOut {
        from,
        to: until,
        t: None,
        ports: ports
            .into_iter()
            .map(|(port, contacts)| PortContacts { port, contacts })
            .collect(),
    })
}

#[cfg(test)]
#[path = "own_tests.rs"]
mod tests;
