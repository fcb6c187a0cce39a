//! The pictures and phrases that several pages show.

use issei_case::{Answer, Count};
use issei_chart::{
    Chart, CheckpointRow, Checkpoints, Look, Preparation, Readiness, ReadyMember, Ribbon, Ribbons,
};
use issei_desk::station::{Station, offset};
use issei_desk::traffic::TrafficView;
use issei_desk::{CountryView, MemberView, OrderView};
use issei_model::{Action, Objection, Order, OrganisationId, Timestamp};
use maud::{Markup, PreEscaped, html};

use super::audit::Checkpoint;
use super::case::goals;
use super::glossary::term;
use super::steps::{lateness, spread};
use super::{forms, lacking};
use crate::passing;
use crate::strip::effect_strip;
use crate::view::Reader;
use issei_text::Text;
use issei_text::format::{Zone, count};

/// What an order does to what.
pub fn deed(reader: &Reader, order: &Order) -> Markup {
    let text = reader.text;
    let deed = match order.action {
        Action::RefuseName => text.say("deed-refuse-name"),
        Action::Drop => text.say("deed-drop"),
        Action::RateLimit(packets) => text.fill("deed-limit", &[("n", &count(u64::from(packets)))]),
        Action::Redirect => text.say("deed-redirect"),
    };
    html! { (deed) " " (goals(order.goals.iter())) }
}

/// Why a member takes no part.
pub fn objection(text: Text, why: Objection) -> String {
    text.say(match why {
        Objection::Legal => "objection-legal",
        Objection::Collateral => "objection-collateral",
        Objection::Capacity => "objection-capacity",
        Objection::Technical => "objection-technical",
        Objection::Customer => "objection-customer",
    })
}

/// The strip of effect times, with its figures.
pub fn strip(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    let mut late = lateness(view);
    late.sort();
    let acted = view
        .members
        .iter()
        .filter(|one| one.effect.is_some())
        .count();
    let lifted = view
        .members
        .iter()
        .filter(|one| matches!(Station::of(one, view.now), Station::Lifted(_)))
        .count();
    html! {
        dl.figures {
            @if let Some(middle) = late.get(late.len() / 2) {
                div { dt { (text.say("strip-median")) } dd { (offset(*middle)) } }
            }
            @if let Some(spread) = spread(view) { div { dt { (term(&text.say("strip-spread"), "spread")) } dd { (spread) } } }
            div { dt { (text.say("strip-members")) } dd { (acted) " / " (view.members.len()) } }
            @if lifted > 0 { div { dt { (text.say("strip-lifted")) } dd { (lifted) } } }
        }
        (chart(reader, "strip", |look| effect_strip(view, text.0).draw(look)))
    }
}

/// What passes between lines and the goals: over time, and at a member line by line.
pub fn passing(
    reader: &Reader,
    view: &OrderView,
    traffic: Option<&TrafficView>,
    now: Timestamp,
) -> Markup {
    let text = reader.text;
    let flow = traffic.and_then(|traffic| passing::flow(view, traffic, now));
    let raster = traffic.and_then(|traffic| passing::raster(view, traffic, now));
    let silent = traffic.map(|traffic| passing::silent(view, traffic));
    let lost = traffic.map_or(0, |traffic| traffic.lost);
    html! {
        section.panel data-live="passing" data-moves=[passing::moves(view, now).then_some("yes")] {
            h2 { (text.say("passing-title")) }
            @match flow {
                None => { (lacking(&text.say("passing-none"), &text.say("passing-none-next"))) },
                Some(flow) => {
                    p { (text.say("passing-what")) }
                    (chart(reader, "flow", |look| flow.draw(look)))
                    @if let Some(silent) = silent.filter(|silent| !silent.is_empty()) {
                        p.note { (text.fill("passing-silent", &[("members", &silent.join(", "))])) }
                    }
                    @if lost > 0 { p.note { (text.fill("passing-lost", &[("n", &count(lost))])) } }
                    (forms(&format!("/api/v1/orders/{}/traffic", view.id)))
                },
            }
            @if let Some(raster) = raster {
                h3 { (text.say("raster-title")) }
                p { (text.say("raster-what")) }
                (chart(reader, "raster", |look| raster.draw(look)))
            }
        }
    }
}

/// Whose suspected lines contact which goal, as members answered; none if nobody did. In red who still lets them
/// through while the order acts elsewhere.
pub fn contacts(reader: &Reader, answers: &[Answer], order: Option<&OrderView>) -> Option<Markup> {
    let ribbons = Ribbons {
        flows: answers.iter().map(|one| ribbon(one, order)).collect(),
    };
    let text = reader.text;
    ribbons.flows.iter().any(|flow| flow.devices > 0).then(|| {
        html! {
            h3 { (text.say("contacts-title")) }
            p { (text.fill("contacts-what", &[("k", &Count::DEFAULT_K.to_string())])) }
            (chart(reader, "contacts", |look| ribbons.draw(look)))
        }
    })
}

fn ribbon(answer: &Answer, order: Option<&OrderView>) -> Ribbon {
    Ribbon {
        member: answer.member.to_string(),
        server: answer.goal.to_string(),
        devices: answer.suspected.most(),
        leaks: order.is_some_and(|view| lets_through(view, &answer.member)),
    }
}

/// Tells whether an order acts, and not at this member.
fn lets_through(view: &OrderView, member: &OrganisationId) -> bool {
    let station = |one: &MemberView| Station::of(one, view.now);
    let acts = |one: &MemberView| station(one).acts();
    let own = view.members.iter().find(|one| one.member == *member);
    let is_out = own.is_none_or(|one| {
        let station = station(one);
        matches!(
            station,
            Station::Refused(_) | Station::Left(_) | Station::Unread(_)
        )
    });
    is_out && view.members.iter().any(acts)
}

/// How ready each member is before T. What clocks are off by, members tell nobody.
pub fn readiness(reader: &Reader, view: &OrderView) -> Markup {
    let text = reader.text;
    let member = |one: &MemberView| ReadyMember {
        name: match view.order.canary.contains(&one.member) {
            true => format!("{} ({})", one.member, text.say("canary")),
            false => one.member.to_string(),
        },
        preparation: match Station::of(one, view.now) {
            Station::Preparing => Preparation::Silent,
            Station::Staged => Preparation::Staged,
            // Past T and not read back: whether it fired nobody knows yet.
            Station::Armed(_) | Station::Unread(_) => Preparation::Armed,
            Station::InForce { .. } => Preparation::InForce,
            Station::Lifted(_) => Preparation::Lifted,
            Station::Refused(why) | Station::Left(why) => {
                Preparation::Refused(objection(text, why))
            }
        },
        clock_error: None,
    };
    let readiness = Readiness {
        clock_limit: None,
        members: view.members.iter().map(member).collect(),
    };
    html! { (chart(reader, "readiness", |look| readiness.draw(look))) }
}

/// Checkpoints and who cosigned them, newest first.
pub fn witnessed(reader: &Reader, country: &CountryView, notes: &[Checkpoint]) -> Markup {
    let names: Vec<&str> = country
        .members
        .iter()
        .map(|one| one.member.as_str())
        .collect();
    let row = |one: &Checkpoint| CheckpointRow {
        at: one.witnessed_at,
        size: one.size,
        signed: names.iter().map(|name| one.is_cosigned_by(name)).collect(),
    };
    let checkpoints = Checkpoints {
        // More than half of the members, as the charter's policy has it.
        needed: names.len() / 2 + 1,
        rows: notes.iter().map(row).collect(),
        witnesses: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    chart(reader, "checkpoints", |look| checkpoints.draw(look))
}

/// Puts a picture into a page: wide and narrow, with the table behind it.
pub fn chart(reader: &Reader, id: &str, draw: impl Fn(&Look) -> Chart) -> Markup {
    let text = reader.text;
    let zone = match reader.zone {
        Zone::Utc => issei_chart::Zone::UTC,
        Zone::Jst => issei_chart::Zone::jst(),
    };
    let look = |width: &str| Look::new(text.0, &format!("{id}-{width}")).in_zone(zone.clone());
    let (wide, narrow) = (draw(&look("wide")), draw(&look("narrow").narrow()));
    html! {
        figure.chart {
            div.chart-both { (PreEscaped(&wide.svg)) (PreEscaped(&narrow.svg)) }
            details {
                summary { (text.say("chart-table")) }
                div.table tabindex="0" { table {
                    caption.hidden { (wide.title) }
                    thead { tr { @for column in &wide.table.columns { th scope="col" { (column) } } } }
                    tbody { @for row in &wide.table.rows { tr { @for cell in row { td { (cell) } } } } }
                } }
            }
        }
    }
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
mod tests;
