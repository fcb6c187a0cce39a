//! A no of the API, in both languages (RFC 9457, application/problem+json).
//!
//! Always: the status, why and the next step in English and Japanese; a rule's no carries the rule. Not here: pages.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use issei_desk::{Reply, Said};
use issei_text::Phrase;
use serde::Serialize;
use utoipa::ToSchema;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind it is: `about:blank`, so the title is the status's own words.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// The status in words.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// Why, with the next step.
    #[schema(value_type = String)]
    pub detail: Box<str>,
    /// The same in Japanese.
    #[schema(value_type = String)]
    pub detail_ja: Box<str>,
    /// The rule that said no, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<Box<str>>,
    /// Whether a gate itself broke: a no like any other, and a person has to look.
    pub alarm: bool,
}

impl Problem {
    /// Says why, in both languages.
    pub fn new(status: StatusCode, en: &str, ja: &str) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Refused"),
            status: status.as_u16(),
            detail: en.into(),
            detail_ja: ja.into(),
            rule: None,
            alarm: false,
        }
    }

    /// Says what the office says.
    pub fn said(status: StatusCode, why: &Phrase) -> Self {
        Self::new(status, &why.en, &why.ja)
    }

    /// Says a rule's no.
    pub fn refused(said: &Said) -> Self {
        Self {
            rule: Some(said.rule.as_str().into()),
            alarm: said.alarm,
            ..Self::new(StatusCode::CONFLICT, &said.en, &said.ja)
        }
    }

    /// There is no such thing.
    pub fn unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "there is no such thing here; list them first",
            "見つかりません。一覧で確認してください",
        )
    }

    /// Takes the office's no, if it is one.
    ///
    /// # Errors
    /// The no.
    pub fn of(reply: Reply) -> Result<Reply, Self> {
        match reply {
            Reply::Refused(said) => Err(Self::refused(&said)),
            Reply::Wrong(why) => Err(Self::said(StatusCode::UNPROCESSABLE_ENTITY, &why)),
            Reply::Failed(why) => Err(Self::said(StatusCode::SERVICE_UNAVAILABLE, &why)),
            reply => Ok(reply),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("strings and numbers");
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, kind, body).into_response()
    }
}
