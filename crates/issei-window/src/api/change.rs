//! What can be changed: each an ask to the office, judged there like any other.
//!
//! Always: a change of an order or a case names the state that it was decided on (`If-Match`), else 428, and a state
//! that is not any more is 412; a key makes it once (`Idempotency-Key`). A body with an unknown field is refused.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use issei_case::Closing;
use issei_case::approvals::Role as KeyRole;
use issei_desk::appeals::Appeal;
use issei_desk::{Ask, Reply, Wish};
use issei_model::{Approval, Ending, Language, Objection, OrderId, PersonId, Timestamp};
use issei_text::Phrase;
use serde::de::DeserializeOwned;

use super::lists::WeighedShape;
use super::once::Turn;
use super::problem::Problem;
use super::read::{FRESH, tag_of_case, tag_of_order};
use super::shapes::{AnswerAppeal, DoneShape, EnterPerson, FileAppeal, Named, OpenCase, Sign, Why};
use crate::Window;
use crate::rights::Visitor;

/// What every change is told.
pub struct Sent {
    window: Arc<Window>,
    visitor: Visitor,
    headers: HeaderMap,
    address: String,
    body: Bytes,
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Problem> {
        let broken = || {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "the body broke off",
                "本文を読み取れません",
            )
        };
        let window = request
            .extensions()
            .get::<Arc<Window>>()
            .cloned()
            .ok_or_else(broken)?;
        let visitor = request
            .extensions()
            .get::<Visitor>()
            .cloned()
            .unwrap_or_default();
        let address = request.extensions().get::<OriginalUri>().map_or_else(
            || request.uri().path().to_owned(),
            |uri| uri.path().to_owned(),
        );
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| broken())?;
        Ok(Self {
            window,
            visitor,
            headers,
            address,
            body,
        })
    }
}

impl Sent {
    /// The window that it came to.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Who sent it.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// Reads the body; none at all is an empty object. What is nested too deep ends in `serde_json`'s own bound.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let kind = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|line| line.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.split(';').next() == Some("application/json"));
        if !self.body.is_empty() && !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send JSON: `Content-Type: application/json`",
                "JSON を送ってください:`Content-Type: application/json`",
            ));
        }
        let body: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            &self.body
        };
        serde_json::from_slice(body).map_err(|error| {
            let why = error.to_string();
            Problem::new(StatusCode::BAD_REQUEST, &why, &why)
        })
    }

    /// Tells whether the state that was decided on is still there.
    pub fn matches(&self, tag: &str) -> Result<(), Problem> {
        let named = self
            .headers
            .get(header::IF_MATCH)
            .and_then(|line| line.to_str().ok());
        match named {
            Some(named) if named == tag => Ok(()),
            Some(_) => Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "it has changed since you read it; read it again and decide anew",
                "読み取り後に変更されました。読み直して判断してください",
            )),
            None => Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "name the state that you decided on: `If-Match` with the ETag of what you read",
                "判断の前提とした状態を `If-Match` で示してください(読み取り時の ETag)",
            )),
        }
    }

    /// Finds an order in the state that was decided on.
    async fn order(&self, id: &str) -> Result<OrderId, Problem> {
        let id: OrderId = id.parse().map_err(|_| Problem::unknown())?;
        let scene = self.window.scene.look(FRESH).await;
        let view = scene.orders.get(&id).ok_or_else(Problem::unknown)?;
        self.matches(&tag_of_order(view))?;
        Ok(id)
    }

    /// Reads who is signed in's signature over an order in the state that was decided on.
    async fn signature(&self, id: &str) -> Result<(OrderId, Approval), Problem> {
        let sign: Sign = self.read()?;
        let order = self.order(id).await?;
        Ok((order, self.approval(&sign)?))
    }

    /// Takes a signature for that of who is signed in, and nobody else.
    pub fn approval(&self, sign: &Sign) -> Result<Approval, Problem> {
        let read = || {
            Some(Approval {
                person: self.visitor.person.clone()?,
                key: sign.key.parse().ok()?,
                language: match sign.language.as_str() {
                    "en" => Language::English,
                    "ja" => Language::Japanese,
                    _ => return None,
                },
                at: Timestamp::parse(&sign.at)?,
                signature: sign.signature.parse().ok()?,
            })
        };
        read().ok_or_else(|| odd("the signature cannot be read", "署名を読み取れません"))
    }

    /// Finds a case in the state that was decided on.
    async fn case(&self, name: &str) -> Result<String, Problem> {
        let scene = self.window.scene.look(FRESH).await;
        let view = scene.cases.get(name).ok_or_else(Problem::unknown)?;
        self.matches(&tag_of_case(view))?;
        Ok(name.to_owned())
    }

    /// Works the ask out and asks the office, once under a key.
    pub async fn asks(&self, ask: impl Future<Output = Result<Ask, Problem>>) -> Response {
        let key = self
            .headers
            .get("idempotency-key")
            .and_then(|line| line.to_str().ok());
        let Some(key) = key.filter(|key| !key.is_empty() && key.len() <= 200) else {
            return self.asked(ask).await;
        };
        let who = self
            .visitor
            .person
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let now = self.window.now();
        let no = |status, en, ja| Problem::new(status, en, ja).into_response();
        let name = match self
            .window
            .once
            .turn(&who, key, &self.address, &self.body, now)
        {
            Turn::Go(name) => name,
            Turn::Again(status, answer) => {
                let kind = [(header::CONTENT_TYPE, "application/json")];
                return (status, kind, answer).into_response();
            }
            Turn::Other => {
                let (en, ja) = (
                    "this idempotency key was used for something else; draw another",
                    "このキーは別の要求に使用済みです。新しいキーを使ってください",
                );
                return no(StatusCode::UNPROCESSABLE_ENTITY, en, ja);
            }
            Turn::Busy => {
                let (en, ja) = (
                    "the same is being done right now; wait",
                    "同じ要求を処理中です。お待ちください",
                );
                return no(StatusCode::CONFLICT, en, ja);
            }
            Turn::Full => {
                let (en, ja) = (
                    "too many changes of a day; wait",
                    "一日の変更数の上限です。お待ちください",
                );
                return no(StatusCode::TOO_MANY_REQUESTS, en, ja);
            }
        };
        let answer = self.asked(ask).await;
        let (parts, body) = answer.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap_or_default();
        self.window.once.done(name, parts.status, &body);
        Response::from_parts(parts, axum::body::Body::from(body))
    }

    async fn asked(&self, ask: impl Future<Output = Result<Ask, Problem>>) -> Response {
        let ask = match ask.await {
            Ok(ask) => ask,
            Err(problem) => return problem.into_response(),
        };
        let reply = self.window.desk.ask(ask).await;
        self.window.scene.forget().await;
        match Problem::of(reply) {
            Err(problem) => problem.into_response(),
            Ok(Reply::Named(order)) => {
                let done = DoneShape {
                    order: Some(order.to_string()),
                    ..DoneShape::new(&Phrase::say("says-drafted"))
                };
                (StatusCode::CREATED, axum::Json(done)).into_response()
            }
            Ok(Reply::NamedStanding(standing)) => {
                let done = DoneShape {
                    standing_order: Some(standing.to_string()),
                    ..DoneShape::new(&Phrase::say("says-standing-drafted"))
                };
                (StatusCode::CREATED, axum::Json(done)).into_response()
            }
            Ok(Reply::Appealed(reference)) => {
                let done = DoneShape {
                    reference: Some(reference),
                    ..DoneShape::new(&Phrase::say("says-taken"))
                };
                (StatusCode::CREATED, axum::Json(done)).into_response()
            }
            Ok(Reply::Weighed(weighed)) => axum::Json(WeighedShape::of(&weighed)).into_response(),
            Ok(Reply::Done(done)) => axum::Json(DoneShape::new(&done)).into_response(),
            Ok(_) => axum::Json(DoneShape::new(&Phrase::say("says-done"))).into_response(),
        }
    }
}

/// Says something against a cut. Anybody may; the answer is read under the reference.
#[utoipa::path(post, operation_id = "file_appeal", path = "/api/v1/appeals", tag = "appeals", request_body = FileAppeal, responses(
    (status = 201, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn appeal(sent: Sent) -> Response {
    sent.asks(async {
        let said: FileAppeal = sent.read()?;
        Ok(Ask::Appeal(Box::new(Appeal {
            about: said.about,
            words: said.words,
            reach: said.reach.unwrap_or_default(),
        })))
    })
    .await
}

/// Answers an appeal, once, in the name of who is signed in.
#[utoipa::path(post, path = "/api/v1/appeals/{reference}/answer", tag = "appeals", params(("reference" = String, Path, description = "the appeal's reference")), request_body = AnswerAppeal, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn answer_appeal(Path(reference): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let said: AnswerAppeal = sent.read()?;
        let person = sent.visitor.person.clone();
        let person = person.ok_or_else(|| odd("nobody is signed in", "サインインしていません"))?;
        Ok(Ask::AnswerAppeal {
            reference,
            person,
            words: said.words,
        })
    })
    .await
}

/// Drafts an order in a case.
#[utoipa::path(post, path = "/api/v1/orders", tag = "orders", request_body(content = Object, description = "the wish: `case`, `proposer`, `ground`, `action`, `facts`, `canary`, `canary-skipped-by`, `quorum-percent`, `clock-limit`, `fire-within`, `lasts`, `confirm-within` (microseconds; this one may be left out), `hold`"), responses(
    (status = 201, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn propose(sent: Sent) -> Response {
    sent.asks(async {
        let wish: Wish = sent.read()?;
        // Nobody proposes in another's name.
        match sent.visitor.person == Some(wish.proposer.clone()) {
            true => Ok(Ask::Propose(Box::new(wish))),
            false => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "`proposer` is who is signed in",
                "`proposer` はサインイン中の本人でなければなりません",
            )),
        }
    })
    .await
}

/// Hands in a signature over the text of a draft.
#[utoipa::path(post, path = "/api/v1/orders/{id}/approvals", tag = "orders", params(("id" = String, Path, description = "the order's name"), ("if-match" = String, Header, description = "the ETag of the order that was read")), request_body = Sign, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn approve(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let (order, approval) = sent.signature(&id).await?;
        Ok(Ask::Approve { order, approval })
    })
    .await
}

/// Hands in a signature over what says that an order goes on: `confirmation` of the order that was read.
#[utoipa::path(post, path = "/api/v1/orders/{id}/confirmation", tag = "orders", params(("id" = String, Path, description = "the order's name"), ("if-match" = String, Header, description = "the ETag of the order that was read")), request_body = Sign, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn confirm(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let (order, approval) = sent.signature(&id).await?;
        Ok(Ask::Confirm { order, approval })
    })
    .await
}

/// What was sent makes no sense.
pub fn odd(en: &str, ja: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, en, ja)
}

/// Reads who is meant.
///
/// # Errors
/// If it is nobody's name.
pub fn person(text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|_| {
        odd(
            "`person` is name@organisation",
            "`person` は name@organisation の形です",
        )
    })
}

/// What is done to an order without anything else to say.
macro_rules! on_order {
    ($(#[doc = $doc:literal])+ $name:ident, $deed:literal, $ask:expr) => {
        $(#[doc = $doc])+
        #[utoipa::path(post, path = concat!("/api/v1/orders/{id}/", $deed), tag = "orders", params(("id" = String, Path, description = "the order's name"), ("if-match" = String, Header, description = "the ETag of the order that was read")), responses(
            (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
        ))]
        pub async fn $name(Path(id): Path<String>, sent: Sent) -> Response {
            sent.asks(async { sent.order(&id).await.map($ask) }).await
        }
    };
}

on_order!(
    /// Lets an approved order go that was held.
    arm, "arm", Ask::Arm
);
on_order!(
    /// Takes a draft back.
    retract, "retract", Ask::Retract
);
on_order!(
    /// Says that ordinary traffic suffers here.
    harm, "harm", Ask::Harm
);

/// Ends an order everywhere.
#[utoipa::path(post, path = "/api/v1/orders/{id}/withdraw", tag = "orders", params(("id" = String, Path, description = "the order's name")), request_body = Why, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn withdraw(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        // Taking away waits for nothing: no state has to be named.
        let order = id.parse().map_err(|_| Problem::unknown())?;
        let reason = ending(&sent.read()?)?;
        Ok(Ask::Withdraw { order, reason })
    })
    .await
}

/// Takes this member out of an order.
#[utoipa::path(post, path = "/api/v1/orders/{id}/leave", tag = "orders", params(("id" = String, Path, description = "the order's name")), request_body = Why, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn leave(Path(id): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let order = id.parse().map_err(|_| Problem::unknown())?;
        let why: Objection = word(
            &sent.read::<Why>()?,
            "legal, collateral, capacity, technical, customer",
        )?;
        Ok(Ask::Leave { order, why })
    })
    .await
}

/// Reads a reason; what may be said stands in the no.
fn word<T: DeserializeOwned>(why: &Why, words: &str) -> Result<T, Problem> {
    let said = why.why.clone().unwrap_or_default();
    serde_json::from_value(serde_json::Value::String(said)).map_err(|_| {
        odd(
            &format!("`why` is one of: {words}"),
            &format!("`why` は次のいずれかです:{words}"),
        )
    })
}

fn ending(why: &Why) -> Result<Ending, Problem> {
    match why.why {
        None => Ok(Ending::ByPerson),
        Some(_) => word(why, "by-person, no-effect, safeguarded"),
    }
}

/// Ends every order everywhere.
#[utoipa::path(post, path = "/api/v1/withdraw-all", tag = "orders", request_body = Why, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn withdraw_all(sent: Sent) -> Response {
    sent.asks(async { Ok(Ask::WithdrawAll(ending(&sent.read()?)?)) })
        .await
}

/// What is done without anything to say.
macro_rules! plainly {
    ($(#[doc = $doc:literal])+ $name:ident, $path:literal, $ask:expr) => {
        $(#[doc = $doc])+
        #[utoipa::path(post, path = $path, tag = "office", responses(
            (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
        ))]
        pub async fn $name(sent: Sent) -> Response {
            sent.asks(async { Ok($ask) }).await
        }
    };
}

plainly!(
    /// Lifts everything at this member: the kill switch.
    stop, "/api/v1/stop", Ask::Stop
);
plainly!(
    /// Takes part again.
    resume, "/api/v1/resume", Ask::Resume
);
plainly!(
    /// Reads lists and settings again.
    reload, "/api/v1/reload", Ask::Reload
);

/// Opens a case.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = OpenCase, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn open_case(sent: Sent) -> Response {
    sent.asks(async {
        let OpenCase { case, goal } = sent.read()?;
        let goal = goal.parse().map_err(|why: String| odd(&why, &why))?;
        Ok(Ask::CaseOpen { case, goal })
    })
    .await
}

/// What is done to a case without anything else to say.
macro_rules! on_case {
    ($(#[doc = $doc:literal])+ $name:ident, $deed:literal, $ask:expr) => {
        $(#[doc = $doc])+
        #[utoipa::path(post, path = concat!("/api/v1/cases/{case}/", $deed), tag = "cases", params(("case" = String, Path, description = "the case's name"), ("if-match" = String, Header, description = "the ETag of the case that was read")), responses(
            (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
        ))]
        pub async fn $name(Path(case): Path<String>, sent: Sent) -> Response {
            sent.asks(async { sent.case(&case).await.map($ask) }).await
        }
    };
}

on_case!(
    /// Asks the members how many lines are in contact.
    question, "question", Ask::CaseQuestion
);
on_case!(
    /// Sums their answers.
    assess, "assess", Ask::CaseAssess
);
on_case!(
    /// Gathers again, for a renewal.
    reopen, "reopen", Ask::CaseReopen
);

/// Ends a case.
#[utoipa::path(post, path = "/api/v1/cases/{case}/close", tag = "cases", params(("case" = String, Path, description = "the case's name"), ("if-match" = String, Header, description = "the ETag of the case that was read")), request_body = Why, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 428, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn close(Path(case): Path<String>, sent: Sent) -> Response {
    sent.asks(async {
        let why: Closing = word(
            &sent.read::<Why>()?,
            "harmless, owner-acted, ended, duplicate",
        )?;
        let case = sent.case(&case).await?;
        Ok(Ask::CaseClose { case, why })
    })
    .await
}

/// Accepts the charter that was offered, if it is this one.
#[utoipa::path(post, path = "/api/v1/charter/accept", tag = "set-up", request_body = Named, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn accept_charter(sent: Sent) -> Response {
    sent.asks(async {
        let Named { name } = sent.read()?;
        name.parse()
            .map(Ask::AcceptCharter)
            .map_err(|why: String| odd(&why, &why))
    })
    .await
}

/// Enters a person's key into the charter that is offered to the members.
#[utoipa::path(post, path = "/api/v1/people", tag = "set-up", request_body = EnterPerson, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn enter_person(sent: Sent) -> Response {
    sent.asks(async {
        let EnterPerson { person, key, role } = sent.read()?;
        let roles = BTreeMap::from([
            ("approver", KeyRole::Approver),
            ("proposer", KeyRole::Proposer),
        ]);
        let role = roles.get(role.as_str()).copied();
        Ok(Ask::EnterPerson {
            person: self::person(&person)?,
            key: key.parse().map_err(|why: String| odd(&why, &why))?,
            role: role.ok_or_else(|| {
                odd(
                    "`role` is approver or proposer",
                    "`role` は approver か proposer です",
                )
            })?,
        })
    })
    .await
}

/// Ends a person's key.
#[utoipa::path(post, path = "/api/v1/keys/end", tag = "set-up", request_body = Named, responses(
    (status = 200, body = DoneShape), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn end_key(sent: Sent) -> Response {
    sent.asks(async {
        let Named { name } = sent.read()?;
        name.parse()
            .map(Ask::EndKey)
            .map_err(|why: String| odd(&why, &why))
    })
    .await
}
