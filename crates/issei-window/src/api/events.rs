//! Tells those who look that something changed: server-sent events (HTML standard, section 9.2).
//!
//! In: viewers. Out: an event `scene` with the number of the newest scene, whenever it is another. Always: one looks
//! at the office for all of them, and only while somebody listens; a viewer that does not keep up is told the newest
//! number and nothing between; there is a bound on viewers. Not here: what changed (the viewer reads again).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::sync::{mpsc, watch};

use super::problem::Problem;
use super::read::FRESH;
use crate::Window;

/// Viewers at once.
const MOST: usize = 2_000;
/// Between two looks at the office.
const EVERY: Duration = Duration::from_millis(250);
/// So often is written although nothing changed, so that a broken line is noticed.
const ALIVE: Duration = Duration::from_secs(15);

/// Who is told.
pub struct Viewers {
    newest: watch::Sender<u64>,
    count: AtomicUsize,
}

impl Default for Viewers {
    fn default() -> Self {
        Self {
            newest: watch::Sender::new(0),
            count: AtomicUsize::new(0),
        }
    }
}

/// A viewer; counted while it listens.
struct Seat(Arc<Window>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.viewers.count.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Follows the office: an event whenever something is another than before.
#[utoipa::path(get, path = "/api/v1/events", tag = "office", responses(
    (status = 200, content_type = "text/event-stream", body = String), (status = 401, body = Problem, content_type = "application/problem+json"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub async fn stream(State(window): State<Arc<Window>>) -> Response {
    let before = window.viewers.count.fetch_add(1, Ordering::AcqRel);
    let seat = Seat(Arc::clone(&window));
    if before >= MOST {
        return Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many viewers; read again now and then instead",
            "閲覧者が多すぎます。しばらくしてから読み直してください",
        )
        .into_response();
    }
    if before == 0 {
        tokio::spawn(follow(Arc::downgrade(&window)));
    }
    let newest = window.viewers.newest.subscribe();
    let (tell, told) = mpsc::channel(1);
    tokio::spawn(write(seat, newest, tell));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::new(Told(told))).into_response()
}

/// Looks at the office while somebody listens.
async fn follow(window: Weak<Window>) {
    loop {
        let Some(window) = window.upgrade() else {
            return;
        };
        if window.viewers.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let version = window.scene.look(FRESH).await.version;
        window.viewers.newest.send_if_modified(|newest| {
            let is_new = *newest != version;
            *newest = version;
            is_new
        });
        drop(window);
        tokio::time::sleep(EVERY).await;
    }
}

/// Writes to one viewer, until it is gone.
async fn write(seat: Seat, mut newest: watch::Receiver<u64>, tell: mpsc::Sender<Bytes>) {
    let _seat = seat;
    loop {
        let version = *newest.borrow_and_update();
        let event = format!("event: scene\nid: {version}\ndata: {version}\n\n");
        if tell.send(Bytes::from(event)).await.is_err() {
            return;
        }
        loop {
            tokio::select! {
                changed = newest.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                () = tell.closed() => return,
                () = tokio::time::sleep(ALIVE) => {
                    if tell.send(Bytes::from_static(b": alive\n\n")).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// What is written, as a body.
struct Told(mpsc::Receiver<Bytes>);

impl HttpBody for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let told = self.0.poll_recv(context);
        told.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
