//! Standing orders and what reflexes do: to read, to draft, to sign, to end.
//!
//! Always: a signature names the state that it was decided on (`If-Match`) and is that of who is signed in; a standing
//! order is believed to be the one of its name only after the name was worked out anew; ending waits for nothing, so no
//! state has to be named for it; no line is named. Not here: requests of protected operators and triggers, which come in
//! at the member's own machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use issei_desk::{ActingView, Ask, ReflexesView, StandingView, StandingWish, code};
use issei_model::{Approval, Language, StandingId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::change::{Sent, odd};
use super::problem::Problem;
use super::read::{FRESH, asked, language, list, odd_cursor, silent, tag, tagged};
use super::shapes::{ApprovalShape, DoneShape, Listed, RefusalShape, Sign, Wanted, plain};
use crate::Window;

/// A standing order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingLine {
    /// Its name: SHA-256 over the standing order, 64 hexadecimal digits.
    pub id: String,
    /// In whose network it stands.
    pub member: String,
    /// Where it stands: `draft`, `leaving`, `logged`, `judging`, `ready`, `refused` or `ended`.
    #[schema(value_type = String)]
    pub stands: Value,
    /// On what it acts, and how: `limit-flood`, `drop-on-request` or `drop-forged`.
    pub reflex: String,
    /// The own lines, or the operator's registered prefixes.
    pub scope: Vec<String>,
    /// The row of the pack that it rests on.
    pub ground: String,
    /// How long one activation lasts: microseconds.
    pub lasts: i64,
    /// Activations at once, at most.
    pub at_once: u32,
    /// Activations begun within an hour, at most.
    pub per_hour: u32,
    /// Who proposed it, and so may not sign.
    pub proposer: String,
    /// People who signed.
    pub approvals: usize,
    /// RFC 3339, UTC.
    pub proposed_at: String,
    /// When it ends by itself: RFC 3339, UTC.
    pub valid_until: String,
}

impl StandingLine {
    /// Takes it from a view.
    pub fn of(view: &StandingView) -> Self {
        let order = &view.order;
        Self {
            id: view.id.to_string(),
            member: order.member.to_string(),
            stands: plain(&view.stands),
            reflex: order.reflex.code().to_owned(),
            scope: order.scope.iter().map(ToString::to_string).collect(),
            ground: order.ground.clone(),
            lasts: order.lasts.as_micros(),
            at_once: order.at_once,
            per_hour: order.per_hour,
            proposer: order.proposer.to_string(),
            approvals: view.approvals.len(),
            proposed_at: order.proposed_at.to_string(),
            valid_until: order.valid_until.to_string(),
        }
    }
}

/// A standing order, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingShape {
    /// What stands in the list.
    #[serde(flatten)]
    pub line: StandingLine,
    /// The standing order as it is signed and logged (its canonical form is JCS, RFC 8785).
    #[schema(value_type = Object)]
    pub order: Value,
    /// Exactly what a person signs, in the language that was asked for.
    pub text: String,
    /// The language of `text`: `en` or `ja`.
    pub language: String,
    /// What stands beside it and is not signed: what the ground is for, and how sure its sources are.
    pub beside: String,
    /// Who signed.
    pub approved: Vec<ApprovalShape>,
    /// Why the own gates said no, at a member.
    pub refusal: Option<RefusalShape>,
}

impl StandingShape {
    /// Takes it from a view.
    pub fn of(view: &StandingView, language: Language) -> Self {
        Self {
            line: StandingLine::of(view),
            order: plain(&view.order),
            text: issei_case::standing_text(&view.order, language),
            language: issei_text::Text(language).tag().to_owned(),
            beside: issei_desk::ground::beside_standing(&view.order, language),
            approved: view.approvals.iter().map(ApprovalShape::of).collect(),
            refusal: view.refusal.as_ref().map(RefusalShape::of),
        }
    }
}

/// What reflexes do at a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReflexesShape {
    /// Whether the log is read to its end, so that reflexes may act.
    pub current: bool,
    /// Whether they are stopped.
    pub stopped: bool,
    /// Rules that may be on the devices.
    pub acting: Vec<ActingShape>,
    /// Activations that ended and stand in no batch yet.
    pub unreported: u64,
    /// Batches that stand in the log, or are on their way.
    pub batches: u64,
    /// Whether one is on its way and has not come back.
    pub sending: bool,
    /// Triggers refused since the start, by reason.
    pub refused: BTreeMap<String, u64>,
    /// When this was true: RFC 3339, UTC.
    pub at: String,
}

impl ReflexesShape {
    /// Takes it from a view.
    pub fn of(view: &ReflexesView) -> Self {
        let refused = view.refused.iter();
        Self {
            current: view.current,
            stopped: view.stopped,
            acting: view.acting.iter().map(ActingShape::of).collect(),
            unreported: view.unreported,
            batches: view.batches,
            sending: view.sending,
            refused: refused.map(|(why, times)| (code(*why), *times)).collect(),
            at: view.now.to_string(),
        }
    }
}

/// A rule of a reflex, without its line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActingShape {
    /// Under which standing order.
    pub standing_order: String,
    /// The number of the activation.
    pub number: u64,
    /// What is done.
    pub what: String,
    /// The same in Japanese.
    pub what_ja: String,
    /// When it was asked for: RFC 3339, UTC.
    pub began: String,
    /// When it was first read back as there: RFC 3339, UTC.
    pub seen: Option<String>,
    /// When it ends by itself: RFC 3339, UTC.
    pub ends: String,
}

impl ActingShape {
    fn of(one: &ActingView) -> Self {
        Self {
            standing_order: one.standing.to_string(),
            number: one.number,
            what: one.what.en.clone(),
            what_ja: one.what.ja.clone(),
            began: one.began.to_string(),
            seen: one.seen.map(|at| at.to_string()),
            ends: one.ends.to_string(),
        }
    }
}

/// Lists standing orders and their drafts by their names.
#[utoipa::path(get, operation_id = "list_standing_orders", path = "/api/v1/standing-orders", tag = "standing-orders", params(Wanted), responses(
    (status = 200, body = Listed<StandingLine>), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn standings(
    State(window): State<Arc<Window>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let scene = window.scene.look(FRESH).await;
    scene.status.as_ref().ok_or_else(silent)?;
    let only = wanted.only.as_deref();
    let is_wanted = |view: &&Arc<StandingView>| {
        only.is_none_or(|word| plain(&view.stands).as_str() == Some(word))
    };
    let from: Option<StandingId> = match &wanted.after {
        Some(after) => Some(after.parse().map_err(|_| odd_cursor())?),
        None => None,
    };
    let all = || scene.standings.values().filter(is_wanted);
    let rest = all().filter(|view| from.is_none_or(|from| view.id > from));
    list(
        &wanted,
        all().count(),
        rest.map(|view| (view.id.to_string(), StandingLine::of(view))),
    )
}

/// Shows a standing order, with exactly what is signed.
#[utoipa::path(get, operation_id = "show_standing_order", path = "/api/v1/standing-orders/{id}", tag = "standing-orders",
    params(("id" = String, Path, description = "the standing order's name, 64 hexadecimal digits"), Wanted), responses(
    (status = 200, body = StandingShape, headers(("etag" = String, description = "what a signature names as If-Match"))),
    (status = 304), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 502, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn standing(
    State(window): State<Arc<Window>>,
    Path(id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = asked(wanted)?;
    let view = found(&window, &id).await?;
    let language = language(&wanted, &headers);
    Ok(tagged(
        &tag_of_standing(&view),
        &headers,
        &StandingShape::of(&view, language),
    ))
}

/// Tells what reflexes do here: what acts, and what was refused; a coordinator has none.
#[utoipa::path(get, path = "/api/v1/reflexes", tag = "standing-orders", responses(
    (status = 200, body = ReflexesShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn reflexes(State(window): State<Arc<Window>>) -> Result<Response, Problem> {
    let scene = window.scene.look(FRESH).await;
    match &scene.reflexes {
        Some(Ok(view)) => Ok(axum::Json(ReflexesShape::of(view)).into_response()),
        Some(Err(why)) => Err(Problem::said(StatusCode::NOT_FOUND, why)),
        None => Err(silent()),
    }
}

/// Drafts a standing order for this member, for people to read and sign.
#[utoipa::path(post, operation_id = "draft_standing_order", path = "/api/v1/standing-orders", tag = "standing-orders", request_body(content = Object, description = "the wish: `proposer`, `reflex` (`{\"limit-flood\": 100}`, `{\"drop-on-request\": \"OPERATOR\"}` or `\"drop-forged\"`), `scope`, `ground`, `facts`, `lasts` and `stands` (microseconds), `at-once`, `per-hour`"), responses(
    (status = 201, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn propose(sent: Sent) -> Response {
    sent.asks(async {
        let wish: StandingWish = sent.read()?;
        // Nobody proposes in another's name.
        match sent.visitor().person.as_ref() == Some(&wish.proposer) {
            true => Ok(Ask::ProposeStanding(Box::new(wish))),
            false => Err(odd(
                "`proposer` is who is signed in",
                "`proposer` はサインイン中の本人でなければなりません",
            )),
        }
    })
    .await
}

/// Hands in a signature over the text of a draft: `text` of the standing order that was read.
#[utoipa::path(post, operation_id = "approve_standing_order", path = "/api/v1/standing-orders/{id}/approvals", tag = "standing-orders", params(("id" = String, Path, description = "the standing order's name, 64 hexadecimal digits"), ("if-match" = String, Header, description = "the ETag of the standing order that was read")), request_body = Sign, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 502, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn approve(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let (standing, approval) = signature(&sent, &id).await?;
        Ok(Ask::ApproveStanding { standing, approval })
    })
    .await
}

/// Ends a standing order at once, or takes a draft back.
#[utoipa::path(post, operation_id = "withdraw_standing_order", path = "/api/v1/standing-orders/{id}/withdraw", tag = "standing-orders", params(("id" = String, Path, description = "the standing order's name, 64 hexadecimal digits")), responses(
    (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn withdraw(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        // Taking away waits for nothing: no state has to be named.
        id.parse()
            .map(Ask::WithdrawStanding)
            .map_err(|_| Problem::unknown())
    })
    .await
}

/// Ends every standing order of this member at once; at the coordinator, of everybody.
#[utoipa::path(post, operation_id = "withdraw_all_standing_orders", path = "/api/v1/withdraw-all-standing-orders", tag = "standing-orders", responses(
    (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn withdraw_all(sent: Sent) -> Response {
    sent.asks(async { Ok(Ask::WithdrawAllStanding) }).await
}

/// Reads who is signed in's signature over a standing order in the state that was decided on.
async fn signature(sent: &Sent, id: &str) -> Result<(StandingId, Approval), Problem> {
    let sign: Sign = sent.read()?;
    let view = found(sent.window(), id).await?;
    sent.matches(&tag_of_standing(&view))?;
    Ok((view.id, sent.approval(&sign)?))
}

/// Finds a standing order, and no other that the office may have sent under its name.
async fn found(window: &Window, id: &str) -> Result<Arc<StandingView>, Problem> {
    let id: StandingId = id.parse().map_err(|_| Problem::unknown())?;
    let scene = window.scene.look(FRESH).await;
    scene.status.as_ref().ok_or_else(silent)?;
    let view = scene.standings.get(&id).ok_or_else(Problem::unknown)?;
    match view.order.id() == id {
        true => Ok(Arc::clone(view)),
        false => Err(Problem::new(
            StatusCode::BAD_GATEWAY,
            "the office sent another standing order under this name; sign nothing, and find out who changed it",
            "別の常時指令がこの番号で届きました。署名せず、誰が変更したかを調べてください",
        )),
    }
}

/// Names a state of a standing order: another state has another tag.
fn tag_of_standing(view: &StandingView) -> String {
    tag(&StandingView {
        now: Timestamp::from_micros(0),
        ..view.clone()
    })
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
