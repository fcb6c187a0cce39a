//! The seven steps from evidence to end: how far a case has come, and what a person does next.
//!
//! In: a case, its order if it has one, the time. Out: seven steps, each with its state and its lines. Always: a step
//! is done only by what the office said of it; what is not known is said to be unknown. Not here: how they are laid
//! out (`case`).

use std::collections::BTreeSet;

use issei_case::Stage;
use issei_case::approvals::Roster;
use issei_desk::station::{Station, offset};
use issei_desk::{CaseView, MemberView, OrderView, Stands};
use issei_model::{EvidenceEntry, PersonId, Radius, Timestamp};

use crate::view::Reader;
use issei_text::format::count;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub title: &'static str,
    /// How far it has come.
    pub state: State,
    /// What is known, a sentence each.
    pub lines: Vec<String>,
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is done.
    Done,
    /// It waits for somebody.
    Now,
    /// It comes later.
    Later,
    /// A rule said no, or it ended otherwise.
    No,
}

/// Works the steps out.
pub fn steps(
    reader: &Reader,
    needed: usize,
    case: Option<&CaseView>,
    order: Option<&OrderView>,
) -> [Step; 7] {
    [
        evidence(reader, case, order),
        ground(reader, case, order),
        approvals(reader, needed, order),
        radius(reader, case, order),
        fire(reader, order),
        effect(reader, order),
        end(reader, order),
    ]
}

/// Tells what a person does next, in words.
pub fn next(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> String {
    let text = reader.text;
    if order.is_some_and(OrderView::is_confirmable) {
        return text.say("next-confirm");
    }
    let key = match (order.map(|view| view.stands), case.map(|view| view.stage)) {
        (Some(Stands::Draft), _) => "next-sign",
        (Some(Stands::Held), _) => "next-arm",
        (Some(Stands::Preparing), _) => "next-wait-prepared",
        (Some(Stands::Canary), _) => "next-wait-canary",
        (Some(Stands::Armed | Stands::InForce), _) => "next-watch",
        (Some(Stands::Refused), _) => "next-refused",
        (Some(Stands::Ended), Some(Stage::Closed) | None) => "next-nothing",
        (Some(Stands::Ended), _) => "next-renew-or-close",
        (None, Some(Stage::Open)) if case.is_some_and(|case| case.answers.is_empty()) => "next-ask",
        (None, Some(Stage::Open)) => "next-assess",
        (None, Some(Stage::Assessed)) => "next-propose",
        (None, Some(Stage::Closed) | None) => "next-nothing",
        (None, Some(Stage::Proposed | Stage::Cleared)) => "next-watch",
    };
    text.say(key)
}

fn evidence(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let entries: &[EvidenceEntry] = match (order, case) {
        (Some(view), _) => &view.order.evidence,
        (None, Some(case)) => &case.evidence,
        (None, None) => &[],
    };
    let sources: BTreeSet<_> = entries.iter().map(|entry| &entry.source).collect();
    let forgeable = entries.iter().filter(|entry| entry.forgeable).count();
    let mut lines = vec![text.fill(
        "step-evidence-sum",
        &[
            ("findings", &entries.len().to_string()),
            ("members", &sources.len().to_string()),
        ],
    )];
    if forgeable > 0 {
        lines.push(text.fill("step-evidence-forgeable", &[("n", &forgeable.to_string())]));
    }
    if let Some(newest) = entries.iter().map(|entry| entry.until).max() {
        lines.push(text.fill(
            "step-evidence-newest",
            &[("at", &reader.zone.moment(newest))],
        ));
    }
    Step {
        title: "step-evidence",
        state: if entries.is_empty() {
            State::Now
        } else {
            State::Done
        },
        lines,
    }
}

fn ground(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let refused = case.is_some_and(|case| !case.refusals.is_empty());
    let (state, lines) = match order {
        Some(view) => {
            let row = issei_desk::ground::shipped(&view.order.ground, view.order.pack);
            let line = match row {
                Some(row) => format!(
                    "{} {}: {}",
                    view.order.ground,
                    row.title.of(text.0),
                    row.mark.text(text.0)
                ),
                None => text.fill("step-ground-unknown", &[("row", &view.order.ground)]),
            };
            (State::Done, vec![line])
        }
        None if refused => (State::No, vec![text.say("step-ground-refused")]),
        None if case.is_some_and(|case| case.stage == Stage::Assessed) => {
            (State::Now, vec![text.say("step-ground-choose")])
        }
        None => (State::Later, vec![text.say("step-ground-later")]),
    };
    Step {
        title: "step-ground",
        state,
        lines,
    }
}

fn approvals(reader: &Reader, needed: usize, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let Some(view) = order else {
        return Step {
            title: "step-approvals",
            state: State::Later,
            lines: vec![text.say("step-approvals-later")],
        };
    };
    let organisations: BTreeSet<_> = view
        .approvals
        .iter()
        .map(|approval| approval.person.organisation())
        .collect();
    let mut lines = vec![text.fill(
        "step-approvals-sum",
        &[
            ("people", &view.approvals.len().to_string()),
            ("organisations", &organisations.len().to_string()),
        ],
    )];
    lines.extend(view.approvals.iter().map(|approval| {
        text.fill(
            "step-approvals-by",
            &[
                ("person", &approval.person.to_string()),
                ("at", &reader.zone.moment(approval.at)),
            ],
        )
    }));
    if view.stands == Stands::Draft {
        lines.extend(awaited(reader, needed, view));
    }
    Step {
        title: "step-approvals",
        state: match view.stands {
            Stands::Draft => State::Now,
            _ => State::Done,
        },
        lines,
    }
}

/// Says who is still to sign: those whom the order names, then as many as are needed, of two organisations.
fn awaited(reader: &Reader, needed: usize, view: &OrderView) -> Vec<String> {
    let text = reader.text;
    let signed = view.approvals.iter().map(|approval| &approval.person);
    let mut people: BTreeSet<&PersonId> = signed.collect();
    let confirming = view.order.facts.values();
    let confirming = confirming.filter_map(|fact| fact.confirmed_by.as_ref());
    let named: BTreeSet<&PersonId> = confirming.chain(&view.order.canary_skipped_by).collect();
    let mut lines = Vec::new();
    for person in named {
        if people.insert(person) {
            lines.push(text.fill("step-awaits-named", &[("person", &person.to_string())]));
        }
    }
    let organisations: BTreeSet<_> = people.iter().map(|person| person.organisation()).collect();
    let more = needed.saturating_sub(people.len());
    match (more, organisations.first()) {
        (0, Some(only)) if organisations.len() < Roster::LEAST_ORGANISATIONS => {
            lines.push(text.fill("step-awaits-other", &[("organisation", &only.to_string())]));
        }
        (0, _) => {}
        (more, Some(only)) if organisations.len() < Roster::LEAST_ORGANISATIONS => {
            let with = [
                ("n", &*more.to_string()),
                ("organisation", &only.to_string()),
            ];
            lines.push(text.fill("step-awaits-more-other", &with));
        }
        (more, _) => lines.push(text.fill("step-awaits-more", &[("n", &more.to_string())])),
    }
    lines
}

fn radius(reader: &Reader, case: Option<&CaseView>, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let known: Option<&Radius> = order
        .map(|view| &view.order.radius)
        .or_else(|| case.and_then(|case| case.radius.as_ref()));
    let (state, lines) = match (known, case) {
        (Some(radius), _) => {
            let mut lines = vec![text.fill(
                "step-radius-sum",
                &[
                    ("lines", &count(radius.predicted_lines)),
                    ("suspected", &count(radius.suspected_lines)),
                ],
            )];
            if !radius.unanswered.is_empty() {
                let silent = radius.unanswered.len().to_string();
                lines.push(text.fill("step-radius-unknown", &[("n", &silent)]));
            }
            (State::Done, lines)
        }
        (None, Some(case)) if !case.answers.is_empty() => {
            let n = case.answered().len().to_string();
            (
                State::Now,
                vec![text.fill("step-radius-answered", &[("n", &n)])],
            )
        }
        _ => (State::Now, vec![text.say("step-radius-ask")]),
    };
    Step {
        title: "step-radius",
        state,
        lines,
    }
}

fn fire(reader: &Reader, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let (state, lines) = match order {
        None => (State::Later, vec![text.say("step-fire-later")]),
        Some(view) => match view.stands {
            Stands::Draft => (State::Later, vec![text.say("step-fire-later")]),
            Stands::Held => (State::Now, vec![text.say("step-fire-held")]),
            Stands::Preparing => (State::Now, vec![ready(reader, view)]),
            Stands::Canary => (State::Now, vec![text.say("step-fire-canary")]),
            Stands::Refused => (State::No, vec![text.say("step-fire-refused")]),
            Stands::Armed | Stands::InForce | Stands::Ended => fired(reader, view),
        },
    };
    Step {
        title: "step-fire",
        state,
        lines,
    }
}

fn ready(reader: &Reader, view: &OrderView) -> String {
    let staged = view
        .members
        .iter()
        .filter(|one| Station::of(one, view.now) != Station::Preparing)
        .count();
    reader.text.fill(
        "step-fire-ready",
        &[
            ("n", &staged.to_string()),
            ("all", &view.members.len().to_string()),
        ],
    )
}

fn fired(reader: &Reader, view: &OrderView) -> (State, Vec<String>) {
    let text = reader.text;
    let at = t(view);
    let acted = view
        .members
        .iter()
        .filter(|one| one.effect.is_some())
        .count();
    let mut lines = Vec::new();
    if let Some(at) = at {
        lines.push(text.fill("step-fire-t", &[("at", &reader.zone.instant(at))]));
    }
    if acted == 0 {
        let over = view.stands == Stands::Ended;
        let key = if over {
            "step-fire-never"
        } else {
            "step-fire-armed"
        };
        let state = if over { State::No } else { State::Now };
        return (state, [lines, vec![text.say(key)]].concat());
    }
    lines.push(text.fill(
        "step-fire-sum",
        &[
            ("n", &acted.to_string()),
            ("all", &view.members.len().to_string()),
        ],
    ));
    if let Some(spread) = spread(view) {
        lines.push(text.fill("step-fire-spread", &[("span", &spread)]));
    }
    (State::Done, lines)
}

/// Gives the moment at which all but the canary fire.
pub fn t(view: &OrderView) -> Option<Timestamp> {
    let rest = view
        .members
        .iter()
        .filter(|one| !view.order.canary.contains(&one.member));
    rest.filter_map(|one| one.fires_at)
        .max()
        .or_else(|| view.members.iter().filter_map(|one| one.fires_at).max())
}

/// Writes how far apart those acted that had one T.
pub fn spread(view: &OrderView) -> Option<String> {
    let late = lateness(view);
    let span = late.iter().max()?.as_micros() - late.iter().min()?.as_micros();
    let span = issei_model::Span::from_micros(span);
    (late.len() > 1).then(|| offset(span).trim_start_matches('+').to_owned())
}

/// How much after its T each member acted, the canary left out.
pub fn lateness(view: &OrderView) -> Vec<issei_model::Span> {
    let rest = view
        .members
        .iter()
        .filter(|one| !view.order.canary.contains(&one.member));
    rest.filter_map(|one: &MemberView| Some(one.effect?.since(one.fires_at?)))
        .collect()
}

fn effect(reader: &Reader, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let words = order.map(|view| issei_desk::effect::of_all(view, text.0));
    let mut lines: Vec<String> = words
        .iter()
        .flat_map(|words| words.lines())
        .map(str::to_owned)
        .collect();
    let acted = order.is_some_and(|view| view.members.iter().any(|one| one.effect.is_some()));
    let harmed = order.is_some_and(|view| {
        view.members.iter().any(|one| {
            matches!(
                Station::of(one, view.now),
                Station::InForce { well: false, .. }
            )
        })
    });
    let state = match (acted, harmed, lines.is_empty()) {
        (_, true, _) => {
            lines.push(text.say("step-effect-harm"));
            State::No
        }
        (true, _, false) => State::Done,
        (true, _, true) => {
            lines.push(text.say("step-effect-unmeasured"));
            State::Now
        }
        (false, ..) => {
            lines.push(text.say("step-effect-later"));
            State::Later
        }
    };
    Step {
        title: "step-effect",
        state,
        lines,
    }
}

fn end(reader: &Reader, order: Option<&OrderView>) -> Step {
    let text = reader.text;
    let (state, lines) = match order {
        None => (State::Later, vec![text.say("step-end-later")]),
        Some(view) => {
            let at = reader.zone.moment(view.ends());
            match (view.stands, view.recalled_at) {
                (Stands::Ended, asked) if is_unconfirmed(view, asked) => (
                    State::Done,
                    vec![text.fill("step-end-unconfirmed", &[("at", &at)])],
                ),
                (Stands::Ended, Some(asked)) => {
                    let at = reader.zone.moment(asked);
                    (
                        State::Done,
                        vec![text.fill("step-end-recalled", &[("at", &at)])],
                    )
                }
                (Stands::Ended, None) => (
                    State::Done,
                    vec![text.fill("step-end-over", &[("at", &at)])],
                ),
                _ if view.awaits().is_some() => (
                    State::Now,
                    vec![text.fill("step-end-unless", &[("at", &at)])],
                ),
                _ => (
                    State::Later,
                    vec![text.fill("step-end-by-itself", &[("at", &at)])],
                ),
            }
        }
    };
    Step {
        title: "step-end",
        state,
        lines,
    }
}

/// Tells whether an order ended because nobody confirmed it: its moment came, and nobody asked before.
fn is_unconfirmed(view: &OrderView, asked: Option<Timestamp>) -> bool {
    let by = view.confirming.by;
    let open = by.filter(|by| view.confirming.approval.is_none() && *by <= view.now);
    open.is_some_and(|by| asked.is_none_or(|asked| by <= asked))
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
