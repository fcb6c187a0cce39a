//! Serves pages over HTTP, on a thread of its own: metrics and health, or a window.
//!
//! In: an address and what answers there. Out: answers, `GET /metrics`, `/health` and `/ready` among them.
//! Always: it may lag without harming the judging or an office; dropped, it ends with every connection.
//! Not here: what the pages say.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::sync::oneshot;

/// What the pages say, asked anew for each request.
pub trait Pages: Send + Sync + 'static {
    /// Writes the metrics in the Prometheus text format.
    fn metrics(&self) -> String;
    /// Tells whether the work goes on, and why not.
    fn health(&self) -> Result<String, String>;
    /// Tells whether datagrams are being received, and why not.
    fn ready(&self) -> Result<String, String>;
}

/// An address that could not be served, and why.
#[derive(Debug)]
pub struct ServeError {
    /// Which address.
    pub address: SocketAddr,
    /// What the kernel said.
    pub cause: io::Error,
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "cannot serve pages on {}: {}; choose another address",
            self.address, self.cause
        )
    }
}

impl std::error::Error for ServeError {}

/// A running server. Ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to serve metrics and health.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub fn start(address: SocketAddr, pages: Arc<dyn Pages>) -> Result<Self, ServeError> {
        Self::serve(bind(address)?, metrics(pages))
    }

    /// Begins to serve what a router answers; handlers are told who calls ([`ConnectInfo`]).
    ///
    /// [`ConnectInfo`]: axum::extract::ConnectInfo
    ///
    /// # Errors
    /// If no thread can be made.
    pub fn serve(listener: TcpListener, router: Router) -> Result<Self, ServeError> {
        let bound = listener.local_addr();
        let address = bound.as_ref().map_or(UNKNOWN, |address| *address);
        let failed = |cause| ServeError { address, cause };
        listener.set_nonblocking(true).map_err(failed)?;
        let bound = bound.map_err(failed)?;
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(failed)?;
        let thread = std::thread::Builder::new()
            .name("pages".into())
            .spawn(move || runtime.block_on(serve(listener, router, ended)))
            .map_err(failed)?;
        Ok(Self {
            address: bound,
            end: Some(end),
            thread: Some(thread),
        })
    }

    /// Tells the address, with the port that the kernel chose.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes an address for [`Server::serve`].
///
/// # Errors
/// If the address cannot be bound.
pub fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).map_err(|cause| ServeError { address, cause })
}

/// Stands for an address that the kernel does not tell.
const UNKNOWN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

async fn serve(listener: TcpListener, router: Router, ended: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // Not `with_graceful_shutdown`: it would wait for clients that keep their connection open.
    tokio::select! {
        _ = async { axum::serve(listener, service).await } => {}
        _ = ended => {}
    }
}

fn metrics(pages: Arc<dyn Pages>) -> Router {
    let (metrics, health, ready) = (Arc::clone(&pages), Arc::clone(&pages), pages);
    Router::new()
        .route(
            "/metrics",
            get(move || async move { exposition(metrics.metrics()) }),
        )
        .route(
            "/health",
            get(move || async move { state(health.health()) }),
        )
        .route("/ready", get(move || async move { state(ready.ready()) }))
}

fn exposition(text: String) -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
}

fn state(answer: Result<String, String>) -> impl IntoResponse {
    match answer {
        Ok(text) => (StatusCode::OK, text + "\n"),
        Err(text) => (StatusCode::SERVICE_UNAVAILABLE, text + "\n"),
    }
}

#[cfg(test)]
#[path = "web_tests.rs"]
mod tests;
