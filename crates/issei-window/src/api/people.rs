//! Who may come to the window: people and machines, for programs of an operator.
//!
//! Always: a link or a token is told once, and stands in no list; nobody removes himself. Not here: how the door keeps
//! and judges them (`sign_in`).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use issei_desk::door::WindowView;
use issei_model::Span;
use issei_text::{Phrase, key};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::{Sent, odd, person};
use super::problem::Problem;
use super::shapes::DoneShape;
use crate::Window;
use crate::rights::Role;
use crate::sign_in::{Door, LINK_LASTS, No};

const LONGEST_DAYS: u16 = 365;

/// Who may come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WindowShape {
    /// People.
    pub people: Vec<PersonShape>,
    /// Tokens of machines, without their secrets.
    pub tokens: Vec<TokenShape>,
    /// Keys that people ask to have entered into the charter.
    pub wanted: Vec<WantedShape>,
}

impl WindowShape {
    /// Takes it from a view.
    pub fn of(view: WindowView) -> Self {
        let people = view.people.into_iter().map(|(person, roles)| PersonShape {
            person: person.to_string(),
            roles,
        });
        let tokens = view.tokens.into_iter().map(|token| TokenShape {
            name: token.name,
            person: token.person.to_string(),
            roles: token.roles,
            until: token.until.to_string(),
        });
        let wanted = view.wanted.into_iter().map(|(person, key)| WantedShape {
            person: person.to_string(),
            key: key.to_string(),
        });
        Self {
            people: people.collect(),
            tokens: tokens.collect(),
            wanted: wanted.collect(),
        }
    }
}

/// A person who may come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonShape {
    /// Who.
    pub person: String,
    /// What for.
    pub roles: BTreeSet<String>,
}

/// A machine's token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenShape {
    /// What it is called.
    pub name: String,
    /// Who answers for it.
    pub person: String,
    /// What for.
    pub roles: BTreeSet<String>,
    /// Until when: RFC 3339, UTC.
    pub until: String,
}

/// A key that a person asks to have entered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WantedShape {
    /// Who.
    pub person: String,
    /// The key: 64 hexadecimal digits.
    pub key: String,
}

/// Whom to invite.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteShape {
    /// Who: `name@organisation`.
    pub person: String,
    /// What for: `viewer`, `analyst`, `abuse-desk`, `approver`, `operator`, `auditor`.
    pub roles: BTreeSet<String>,
}

/// Which token to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeToken {
    /// What it is called: 1 to 40 of small letters, digits and `-`.
    pub name: String,
    /// What for; it is worth no more than the roles of who makes it.
    pub roles: BTreeSet<String>,
    /// For how many days: 1 to 365.
    pub days: u16,
}

/// What is told once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Secret {
    /// A link that works once, within a day; or a token. It cannot be asked for again.
    pub secret: String,
}

/// Lists who may come, tokens, and keys that wait.
#[utoipa::path(get, path = "/api/v1/window", tag = "set-up", responses(
    (status = 200, body = WindowShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(window): State<Arc<Window>>) -> Response {
    axum::Json(WindowShape::of(window.door().view())).into_response()
}

/// Makes a one-time link for a person; what the person was here for before is replaced.
#[utoipa::path(post, path = "/api/v1/window/people", tag = "set-up", request_body = InviteShape, responses(
    (status = 201, body = Secret), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn invite(sent: Sent) -> Result<Response, Problem> {
    let wish: InviteShape = sent.read()?;
    let person = person(&wish.person)?;
    let roles = roles(&wish.roles)?;
    let window = sent.window();
    let path = window.door().invite(&person, &roles, LINK_LASTS);
    let origin = window.origins.first().cloned().unwrap_or_default();
    told_once(path.map(|path| format!("{origin}{path}")))
}

/// Ends all that opens the window to a person: links, sessions, passkeys, tokens. Nobody removes himself.
#[utoipa::path(delete, path = "/api/v1/window/people/{person}", tag = "set-up", params(("person" = String, Path, description = "name@organisation")), responses(
    (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn remove(Path(who): Path<String>, sent: Sent) -> Result<Response, Problem> {
    let person = person(&who)?;
    if sent.visitor().person.as_ref() == Some(&person) {
        return Err(odd(
            "nobody removes himself; ask another operator",
            "自分自身は削除できません。他の運用者に依頼してください",
        ));
    }
    let door = sent.window().door();
    if !door.people().contains_key(&person) {
        return Err(Problem::unknown());
    }
    done(door.remove_person(&person), key!("says-gone"))
}

/// Makes a token for a machine, in the name of who is signed in.
#[utoipa::path(post, path = "/api/v1/window/tokens", tag = "set-up", request_body = MakeToken, responses(
    (status = 201, body = Secret), (status = 400, body = Problem, content_type = "application/problem+json"), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 415, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn make_token(sent: Sent) -> Result<Response, Problem> {
    let wish: MakeToken = sent.read()?;
    let maker = sent.visitor().person.clone();
    let maker = maker.ok_or_else(|| odd("nobody is signed in", "サインインしていません"))?;
    if !Door::is_token_name(&wish.name) {
        return Err(odd(
            "`name` is 1 to 40 of small letters, digits and -",
            "`name` は英小文字・数字・- の 1〜40 文字です",
        ));
    }
    if !(1..=LONGEST_DAYS).contains(&wish.days) {
        return Err(odd("`days` is 1 to 365", "`days` は 1〜365 です"));
    }
    let roles = roles(&wish.roles)?.into_iter().collect();
    let lasts = Span::from_secs(86_400 * i64::from(wish.days));
    let door = sent.window().door();
    told_once(door.make_token(&wish.name, &maker, roles, lasts))
}

/// Ends a token.
#[utoipa::path(delete, path = "/api/v1/window/tokens/{name}", tag = "set-up", params(("name" = String, Path, description = "what it is called")), responses(
    (status = 200, body = DoneShape), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn end_token(Path(name): Path<String>, sent: Sent) -> Result<Response, Problem> {
    let door = sent.window().door();
    if !door.tokens().contains_key(&name) {
        return Err(Problem::unknown());
    }
    done(door.end_token(&name), key!("says-over"))
}

fn roles(names: &BTreeSet<String>) -> Result<Vec<Role>, Problem> {
    let roles: Option<Vec<Role>> = names.iter().map(|name| Role::named(name)).collect();
    roles.ok_or_else(|| {
        odd(
            "`roles` are viewer, analyst, abuse-desk, approver, operator or auditor",
            "`roles` は viewer・analyst・abuse-desk・approver・operator・auditor です",
        )
    })
}

fn told_once(made: Result<String, No>) -> Result<Response, Problem> {
    let secret = made.map_err(|no| kept(&no))?;
    Ok((StatusCode::CREATED, axum::Json(Secret { secret })).into_response())
}

fn done(result: Result<(), No>, key: &'static str) -> Result<Response, Problem> {
    result.map_err(|no| kept(&no))?;
    Ok(axum::Json(DoneShape::new(&Phrase::say(key))).into_response())
}

fn kept(no: &No) -> Problem {
    match no {
        No::Unkept(why) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, why, why),
        _ => Problem::new(
            StatusCode::CONFLICT,
            "the name is taken, or there are as many as there may be; end some first",
            "名前が使用済みか、上限に達しています。不要なものを終了してください",
        ),
    }
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
