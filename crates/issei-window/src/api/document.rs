//! The API's document: OpenAPI 3.1, made from the code that answers.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{change, events, figures, lists, people, problem, read, shapes, standing, why};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "issei",
        description = "An office of issei: what is in force and why, and every step that a person can take. Times are RFC 3339 in UTC; spans are microseconds. A no is a problem (RFC 9457) with its reason and next step in English and Japanese.",
        license(name = "Apache-2.0")
    ),
    paths(
        give, read::status, read::country, read::orders, read::order, read::strip, read::traffic, read::cases, read::case, read::findings, read::own_findings, read::own_finding, read::looks, read::sensors, read::appeals, read::appeal,
        change::appeal, change::answer_appeal, change::propose, change::approve, change::confirm, change::arm, change::retract, change::withdraw, change::harm, change::leave,
        change::withdraw_all, change::stop, change::resume, change::reload, change::open_case, change::question,
        change::assess, change::reopen, change::close, change::accept_charter, change::enter_person, change::end_key,
        lists::safeguards, lists::weigh, lists::take, lists::let_go, lists::devices,
        figures::goals, figures::members, figures::checkpoints,
        standing::standings, standing::standing, standing::reflexes, standing::propose, standing::approve, standing::withdraw, standing::withdraw_all,
        people::list, people::invite, people::remove, people::make_token, people::end_token,
        why::why, events::stream,
    ),
    components(schemas(problem::Problem, shapes::OrderLine, shapes::OrderShape, shapes::CaseShape, shapes::FindingShape, shapes::LookShape, shapes::StatusShape, standing::StandingLine, standing::StandingShape)),
    modifiers(&Schemes),
    security(("token" = []), ("session" = []))
)]
struct Document;

/// How a caller says who it is.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::guard::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

static WRITTEN: LazyLock<String> = LazyLock::new(|| {
    Document::openapi()
        .to_pretty_json()
        .expect("a document of strings")
});

/// Gives the document as text.
pub fn written() -> &'static str {
    &WRITTEN
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "office", security(()), responses((status = 200, body = Object)))]
pub async fn give() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], written()).into_response()
}
