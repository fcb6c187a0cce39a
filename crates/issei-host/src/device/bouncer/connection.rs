//! Connections to the bouncers' port: a bounded number, each with bounded heads and times.
//!
//! Always: an address that is not configured is let go before it has said anything; each other has a share of the
//! places; whoever is slow to send its head, to take its answer or to ask again loses the connection, and nothing
//! else. A next request over the same connection shows that the last answer was read.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::super::places::Places;
use super::Shared;
use super::answering::{self, Talk};
use super::counts::Kind;

/// Connections at a time, together and of one address. A bouncer has one, and some that its system has not
/// closed yet; a proxy one for each of its threads.
const PLACES: usize = 64;
const PLACES_OF_ONE: usize = 16;
/// Fields of a request's head. Bouncers send four or five.
const MOST_FIELDS: usize = 32;
/// Bytes of a request's head, and what hyper reads at once. hyper asks for 8 KiB at least.
const LONGEST_HEAD: usize = 16 << 10;
/// The pause after the kernel refuses a connection, so that a lack of descriptors is no busy loop.
const BREATH: Duration = Duration::from_millis(100);
/// How long answers under way may take to leave at the end.
const GOODBYE: Duration = Duration::from_millis(300);

/// Serves until the device is dropped.
pub(super) async fn serve(shared: &Arc<Shared>, listener: std::net::TcpListener) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    let mut changed = shared.changed.subscribe();
    let places = Places::new(PLACES, PLACES_OF_ONE);
    let mut open = JoinSet::new();
    while !shared.is_closing() {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => admit(shared, &places, stream, from, &mut open),
                Err(_) => sleep(BREATH).await,
            },
            Some(_) = open.join_next() => {}
            _ = changed.changed() => {}
        }
    }
    drop(listener);
    let end = async { while open.join_next().await.is_some() {} };
    let _ = timeout(GOODBYE, end).await;
}

fn admit(
    shared: &Arc<Shared>,
    places: &Arc<Places>,
    stream: TcpStream,
    from: SocketAddr,
    open: &mut JoinSet<()>,
) {
    let ip = from.ip().to_canonical();
    if !shared
        .clients
        .iter()
        .any(|client| client.from.contains(&ip))
    {
        return shared.counts.met(Kind::Stranger);
    }
    let Some(place) = places.take(ip) else {
        return shared.counts.met(Kind::NoPlace);
    };
    let shared = Arc::clone(shared);
    open.spawn(async move {
        attend(&shared, stream, ip).await;
        drop(place);
    });
}

/// Answers requests until the bouncer leaves, is too slow, or the device ends.
async fn attend(shared: &Arc<Shared>, stream: TcpStream, ip: IpAddr) {
    let _ = stream.set_nodelay(true);
    let talk = Arc::new(Talk::new(ip));
    let answering = service_fn(|request| {
        let (shared, talk) = (Arc::clone(shared), Arc::clone(&talk));
        async move { Ok::<_, Infallible>(answering::answer(&shared, &talk, &request).await) }
    });
    let mut speaking = pin!(
        http1::Builder::new()
            // How long a head may take is watched with everything else (`overdue`).
            .header_read_timeout(None)
            .max_headers(MOST_FIELDS)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(stream), answering)
    );
    let mut closing = shared.changed.subscribe();
    let mut told = false;
    let ended = loop {
        tokio::select! {
            ended = speaking.as_mut() => break ended,
            () = overdue(talk.due.subscribe()) => return shared.counts.met(Kind::Slow),
            _ = closing.changed(), if !told => if shared.is_closing() {
                told = true;
                speaking.as_mut().graceful_shutdown();
            }
        }
    };
    if ended.is_err() {
        shared.counts.met(Kind::Broken);
    }
}

/// Waits until a moment that moves has come.
async fn overdue(mut due: watch::Receiver<Option<Instant>>) {
    loop {
        let until = *due.borrow_and_update();
        let come = async {
            match until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = come => return,
            _ = due.changed() => {}
        }
    }
}
