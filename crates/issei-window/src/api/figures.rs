//! Figures that pages show in tables of their own: goals, members, checkpoints.
//!
//! Always: what was not measured is null, not zero.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use issei_model::Span;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::read::{FRESH, asked, list, silent};
use super::shapes::{Listed, Wanted};
use crate::Window;
use crate::pages::audit::Checkpoint;
use crate::pages::goals::periods;
use crate::pages::measures::Measures;

/// A goal that the country measures itself by, over the last 30 days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GoalShape {
    /// Which: `spread`, `to-force`, `reached` or `whole`.
    pub name: String,
    /// Milliseconds (`ms`) or hundredths (`%`).
    pub unit: String,
    /// What must be reached.
    pub target: f64,
    /// What was reached; none if nothing was measured.
    pub now: Option<f64>,
    /// What was reached in the 30 days before.
    pub before: Option<f64>,
    /// Whether it is kept.
    pub kept: Option<bool>,
    /// Orders that it rests on.
    pub orders: usize,
}

/// A member, and what it told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberLine {
    /// Who.
    pub member: String,
    /// Its lines.
    pub lines: u64,
    /// Findings that it told.
    pub findings: u64,
    /// The same for each 100,000 lines; none without lines.
    pub per_100_000_lines: Option<f64>,
}

/// A state of the log, as it was signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckpointLine {
    /// Entries that it covers.
    pub entries: u64,
    /// The root of the tree, as base64.
    pub root: String,
    /// Who signed it: the log, and its witnesses.
    pub signers: Vec<String>,
}

/// Lists the goals, with what was reached.
#[utoipa::path(get, path = "/api/v1/goals", tag = "office", params(Wanted), responses(
    (status = 200, body = Listed<GoalShape>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn goals(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let [now, before] = periods(&scene);
    let millis = |span: Span| span.as_micros() as f64 / 1e3;
    let reached = |one: &Measures| one.reached.map(|share| share as f64);
    let goal = |name: &str, unit: &str, target: f64, is_least: bool, values: [Option<f64>; 2]| {
        let kept = values[0].map(|value| match is_least {
            true => value >= target,
            false => value <= target,
        });
        let shape = GoalShape {
            name: name.into(),
            unit: unit.into(),
            target,
            now: values[0],
            before: values[1],
            kept,
            orders: now.cuts,
        };
        (name.to_owned(), shape)
    };
    let spread = [now.spread.map(millis), before.spread.map(millis)];
    let to_force = [now.to_force.map(millis), before.to_force.map(millis)];
    let all = [
        goal(
            "reached",
            "%",
            Measures::REACHED as f64,
            true,
            [reached(&now), reached(&before)],
        ),
        goal("spread", "ms", millis(Measures::SPREAD), false, spread),
        goal(
            "to-force",
            "ms",
            millis(Measures::TO_FORCE),
            false,
            to_force,
        ),
        goal(
            "whole",
            "%",
            100.0,
            true,
            [now.whole_share(), before.whole_share()],
        ),
    ];
    rows(&wanted, all.into())
}

/// Lists the members, with their lines and what they told.
#[utoipa::path(get, path = "/api/v1/members", tag = "office", params(Wanted), responses(
    (status = 200, body = Listed<MemberLine>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn members(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let country = scene.country.as_ref().ok_or_else(silent)?;
    let line = |one: &issei_model::Participant| {
        let findings = scene.found.of(&one.member);
        let per = (one.lines > 0).then(|| findings as f64 * 1e5 / one.lines as f64);
        let line = MemberLine {
            member: one.member.to_string(),
            lines: one.lines,
            findings,
            per_100_000_lines: per,
        };
        (line.member.clone(), line)
    };
    let mut all: Vec<(String, MemberLine)> = country.members.iter().map(line).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    rows(&wanted, all)
}

/// Lists the newest states of the log with who signed them; at the coordinator.
#[utoipa::path(get, path = "/api/v1/checkpoints", tag = "office", params(Wanted), responses(
    (status = 200, body = Listed<CheckpointLine>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn checkpoints(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    let country = scene.country.as_ref().ok_or_else(silent)?;
    let notes = country.checkpoints.iter();
    let notes = notes.filter_map(|note| Checkpoint::read(note));
    let line = |(place, one): (usize, Checkpoint)| {
        // The log only grows, so its size is a cursor; wide enough to sort as text.
        let key = format!("{:020}-{place:04}", one.size);
        let line = CheckpointLine {
            entries: one.size,
            root: one.root,
            signers: one.signers,
        };
        (key, line)
    };
    let mut all: Vec<(String, CheckpointLine)> = notes.enumerate().map(line).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    rows(&wanted, all)
}

/// Lists rows that are sorted by their keys.
fn rows<T: Serialize>(wanted: &Wanted, all: Vec<(String, T)>) -> Result<Response, Problem> {
    let only = wanted.only.as_deref();
    let after = wanted.after.as_deref().unwrap_or_default();
    let total = all.len();
    let rest = all
        .into_iter()
        .filter(|(key, _)| key.as_str() > after)
        .filter(|(key, _)| only.is_none_or(|word| key == word));
    list(wanted, total, rest)
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
