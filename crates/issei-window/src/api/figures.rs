//! Figures that pages show in tables of their own: goals, members, checkpoints.
//!
//! Always: what was not measured is null, not zero.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use issei_desk::OrderView;
use issei_model::{Participant, Span, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use super::read::{FRESH, asked, list, silent};
use super::shapes::{Listed, Wanted};
use crate::Window;
use crate::pages::audit::Checkpoint;
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

impl GoalShape {
    /// Works the goals out of the orders that an office knows, over the 30 days before a moment and the 30 before.
    pub fn all<'a>(
        orders: impl Iterator<Item = &'a OrderView> + Clone,
        at: Timestamp,
    ) -> [Self; 4] {
        let [now, before] = Measures::periods(orders, at);
        let millis = |span: Span| span.as_micros() as f64 / 1e3;
        let reached = |one: &Measures| one.reached.map(|share| share as f64);
        let goal = |name: &str, unit: &str, target: f64, is_least: bool, of: [Option<f64>; 2]| {
            let [reached, earlier] = of;
            let kept = reached.map(|value| match is_least {
                true => value >= target,
                false => value <= target,
            });
            Self {
                name: name.into(),
                unit: unit.into(),
                target,
                now: reached,
                before: earlier,
                kept,
                orders: now.cuts,
            }
        };
        let least = Measures::REACHED as f64;
        let (spread, wait) = (millis(Measures::SPREAD), millis(Measures::TO_FORCE));
        let spreads = [now.spread.map(millis), before.spread.map(millis)];
        let waits = [now.to_force.map(millis), before.to_force.map(millis)];
        let whole = [now.whole_share(), before.whole_share()];
        [
            goal(
                "reached",
                "%",
                least,
                true,
                [reached(&now), reached(&before)],
            ),
            goal("spread", "ms", spread, false, spreads),
            goal("to-force", "ms", wait, false, waits),
            goal("whole", "%", 100.0, true, whole),
        ]
    }
}

impl MemberLine {
    /// Puts a member beside what it told.
    pub fn of(one: &Participant, findings: u64) -> Self {
        let per = (one.lines > 0).then(|| findings as f64 * 1e5 / one.lines as f64);
        Self {
            member: one.member.to_string(),
            lines: one.lines,
            findings,
            per_100_000_lines: per,
        }
    }
}

impl CheckpointLine {
    /// Reads a signed note; the office verified it.
    pub fn read(note: &str) -> Option<Self> {
        let Checkpoint {
            size,
            root,
            signers,
            ..
        } = Checkpoint::read(note)?;
        Some(Self {
            entries: size,
            root,
            signers,
        })
    }
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
    let orders = scene.orders.values().map(AsRef::as_ref);
    let all = GoalShape::all(orders, scene.at);
    rows(&wanted, all.map(|goal| (goal.name.clone(), goal)).into())
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
    let line = |one: &Participant| {
        let line = MemberLine::of(one, scene.found.of(&one.member));
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
    let notes = notes.filter_map(|note| CheckpointLine::read(note));
    let line = |(place, line): (usize, CheckpointLine)| {
        // The log only grows, so its size is a cursor; wide enough to sort as text.
        (format!("{:020}-{place:04}", line.entries), line)
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
