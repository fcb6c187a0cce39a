//! Which address asks for which right.
//!
//! In: addresses with their handlers, each with the action that it is. Out: a router that asks for the right before
//! it does anything, and the list of all of them. Always: there is no way to add an address without an action, so
//! the matrix of roles and routes is complete by construction. Not here: who has which right (`rights`).

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts as _, Request};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::rights::{Action, Visitor};
use crate::view::Reader;
use crate::{Window, guard};

/// Addresses under way to a router.
#[derive(Default)]
pub struct Routes {
    router: Router<Arc<Window>>,
    known: Vec<Known>,
}

/// An address and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// How it is asked.
    pub method: Method,
    /// Where; parts in braces stand for anything.
    pub path: &'static str,
    /// What it is.
    pub action: Action,
}

impl Routes {
    /// Answers a look.
    pub fn get<H, T>(self, path: &'static str, action: Action, handler: H) -> Self
    where
        H: Handler<T, Arc<Window>>,
        T: 'static,
    {
        self.with(Method::GET, path, action, on(MethodFilter::GET, handler))
    }

    /// Answers a wish that changes something.
    pub fn post<H, T>(self, path: &'static str, action: Action, handler: H) -> Self
    where
        H: Handler<T, Arc<Window>>,
        T: 'static,
    {
        self.with(Method::POST, path, action, on(MethodFilter::POST, handler))
    }

    /// Answers a wish that something be gone.
    pub fn delete<H, T>(self, path: &'static str, action: Action, handler: H) -> Self
    where
        H: Handler<T, Arc<Window>>,
        T: 'static,
    {
        self.with(
            Method::DELETE,
            path,
            action,
            on(MethodFilter::DELETE, handler),
        )
    }

    fn with(
        mut self,
        method: Method,
        path: &'static str,
        action: Action,
        answer: MethodRouter<Arc<Window>>,
    ) -> Self {
        let asked = move |request: Request, next: Next| permitted(action, request, next);
        self.router = self.router.route(path, answer.layer(from_fn(asked)));
        self.known.push(Known {
            method,
            path,
            action,
        });
        self
    }

    /// Takes the addresses of others too.
    pub fn and(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.known.extend(others.known);
        self
    }

    /// Gives the router, and the list of what it answers.
    pub fn done(self) -> (Router<Arc<Window>>, Vec<Known>) {
        (self.router, self.known)
    }
}

async fn permitted(action: Action, request: Request, next: Next) -> Response {
    let visitor: Visitor = request.extensions().get().cloned().unwrap_or_default();
    let window: Option<Arc<Window>> = request.extensions().get().cloned();
    if guard::permits(&visitor, action) {
        let what = format!("{} {}", request.method(), request.uri());
        // Without a window nobody could write it down.
        return match window.and_then(|window| window.write_down(&visitor, action, &what)) {
            Some(unwritten) => unwritten,
            None => next.run(request).await,
        };
    }
    let is_api = request.uri().path().starts_with("/api/");
    let (mut parts, _) = request.into_parts();
    let Ok(reader) = Reader::from_request_parts(&mut parts, &()).await;
    match window {
        Some(window) => guard::refused(&window, reader, action, is_api).await,
        None => StatusCode::FORBIDDEN.into_response(), // the guard has not seen it
    }
}
