//! What is known of an address or a name, in one sentence and its parts.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use issei_desk::why::Known;
use issei_desk::{Ask, Reply};
use issei_model::{Goal, Language};
use issei_text::{Phrase, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use super::read::{FRESH, silent};
use super::shapes::OrderLine;
use crate::Window;
use crate::scene::Scene;

/// What is asked about.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// `192.0.2.7`, `192.0.2.7:443/tcp` or `name.example`.
    of: String,
}

/// What is known of an address or a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyShape {
    /// What was asked about.
    pub goal: String,
    /// All of it in one sentence.
    pub sentence: String,
    /// The same in Japanese.
    pub sentence_ja: String,
    /// Whether a rule against it acts somewhere now.
    pub is_cut: bool,
    /// Orders that are about it: those that act first.
    pub orders: Vec<OrderLine>,
    /// Cases that are about it, or about a name that stood for it.
    pub cases: Vec<String>,
    /// Findings of members about it; none where the office is not told of them.
    pub findings: Option<usize>,
    /// Who found them.
    pub found_by: Vec<String>,
    /// Why it is never cut, by the lists of this office.
    pub never_cut: Option<String>,
    /// The same in Japanese.
    pub never_cut_ja: Option<String>,
}

impl WhyShape {
    /// Takes it from what is known.
    pub fn of(known: &Known<'_>) -> Self {
        let told = known.told.as_ref();
        let members = told.iter().flat_map(|told| &told.members);
        Self {
            goal: known.goal.to_string(),
            sentence: known.sentence(Text(Language::English)),
            sentence_ja: known.sentence(Text(Language::Japanese)),
            is_cut: known.is_cut(),
            orders: known
                .orders
                .iter()
                .map(|view| OrderLine::of(view))
                .collect(),
            cases: known.cases.iter().map(|view| view.case.clone()).collect(),
            findings: told.map(|told| told.findings),
            found_by: members.map(ToString::to_string).collect(),
            never_cut: known.never.map(|why| why.en.clone()),
            never_cut_ja: known.never.map(|why| why.ja.clone()),
        }
    }
}

/// Asks the office by which list a goal is never cut.
///
/// # Errors
/// If it does not answer.
pub async fn never(window: &Window, goal: &Goal) -> Result<Option<Phrase>, Problem> {
    match window.desk.ask(Ask::Guarded(goal.clone())).await {
        Reply::Guarded(why) => Ok(why),
        _ => Err(silent()),
    }
}

/// Gathers what a window knows of a goal.
pub fn known<'a>(
    window: &Window,
    scene: &'a Scene,
    goal: &'a Goal,
    never: Option<&'a Phrase>,
) -> Known<'a> {
    let told = window.office.coordinates.then(|| scene.found.all().iter());
    let orders = scene.orders.values().map(AsRef::as_ref);
    let cases = scene.cases.values().map(AsRef::as_ref);
    Known::of(goal, orders, cases, told, never)
}

/// Says what is known of an address or a name: whether it is cut and why, what was found, whether it is never cut.
#[utoipa::path(get, path = "/api/v1/why", tag = "office", params(About), responses(
    (status = 200, body = WhyShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn why(
    State(window): State<Arc<Window>>,
    about: Result<Query<About>, QueryRejection>,
) -> Result<Response, Problem> {
    let bad = |why: &str| Problem::new(StatusCode::BAD_REQUEST, why, why);
    let Query(about) = about.map_err(|error| bad(&error.body_text()))?;
    let goal: Goal = about.of.trim().parse().map_err(|why: String| bad(&why))?;
    let scene = window.scene.look(FRESH).await;
    let never = never(&window, &goal).await?;
    let known = known(&window, &scene, &goal, never.as_ref());
    Ok(axum::Json(WhyShape::of(&known)).into_response())
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
