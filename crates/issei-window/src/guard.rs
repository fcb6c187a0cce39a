//! What every request passes before a handler sees it: rights, and how a no is said.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::rights::{Action, Visitor};

/// Tells whether a visitor may.
pub fn permits(visitor: &Visitor, action: Action) -> bool {
    action == Action::ReadPublic || !visitor.roles.is_empty()
}

/// Says no: who has not signed in is shown where, all others are told that they may not.
pub fn refused(visitor: &Visitor, _action: Action, request: &Request) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    match visitor.person {
        None if is_page => Redirect::to("/sign-in").into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
        Some(_) => StatusCode::FORBIDDEN.into_response(),
    }
}
