//! What one connection goes through: handshake, a place in a room, requests, a farewell.
//!
//! Always: who calls is settled before the first request; a revoked or ended certificate ends the
//! connection at once; an answer that says no reaches its reader, although the rest of the request
//! is not read.
//! Standards: RFC 9112, section 9.6 (closing so that the last answer arrives).

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use issei_model::OrganisationId;
use rustls::{AlertDescription, CertificateError as Bad, Error as TlsError};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::certificate::{CertificateError, Said, Serial};
use super::counts::Kind;
use super::identity::Identity;
use super::lines::{self, Stream};
use super::permits::Permit;
use super::problem::{self, Refusal};
use super::route::{NoRoute, Route};
use super::server::{Answer, Shared};
use super::watched::{Pulse, Watched};

/// Fields of a request's head. Our clients send four.
const MOST_FIELDS: usize = 32;

/// Bytes of a request's head, and what hyper reads at once. hyper asks for 8 KiB at least.
const LONGEST_HEAD: usize = 16 << 10;

/// How long, and for how many bytes, a peer that was told no may go on sending before the
/// connection is closed. A close with bytes unread would destroy the answer on its way.
const FAREWELL: Duration = Duration::from_secs(2);
const FAREWELL_BYTES: usize = 2 << 20;

type Reply = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// Who is at the other end.
enum Caller {
    /// Nobody who showed a certificate.
    Stranger,
    /// Somebody with a genuine certificate that does not say who.
    Unnamed(CertificateError),
    /// An organisation in its role.
    Known(Identity, Serial),
}

/// The place that a connection has.
enum Place {
    Stranger { _permit: Permit<()> },
    Member { _permit: Permit<OrganisationId> },
}

/// Sees a connection through to its end.
pub(super) async fn attend(shared: Arc<Shared>, stream: TcpStream, at_door: Permit<()>) {
    // A hint is one small packet, and the next may be long in coming.
    let _ = stream.set_nodelay(true);
    let Some(tls) = shake_hands(&shared, stream).await else {
        return;
    };
    let (caller, until) = caller_of(&tls);
    let Some(place) = place(&shared, &caller) else {
        return;
    };
    drop(at_door);
    let left = match place {
        Place::Stranger { .. } => shared.limits.stranger,
        Place::Member { .. } => until,
    };
    serve(&shared, tls, caller, left).await;
    drop(place);
}

/// Brings the handshake to its end within its time. If it fails, the peer has been sent an alert.
async fn shake_hands(shared: &Shared, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    let accepting = shared.acceptor.accept(stream).into_fallible();
    match timeout(shared.limits.handshake, accepting).await {
        Err(_) => shared.counts.refuse(Kind::HandshakeSlow),
        Ok(Err((cause, stream))) => {
            shared.counts.refuse(broken_handshake(&cause));
            farewell(stream).await;
        }
        Ok(Ok(tls)) => return Some(tls),
    }
    None
}

fn broken_handshake(cause: &io::Error) -> Kind {
    let tls = cause.get_ref().and_then(|cause| cause.downcast_ref());
    match tls {
        Some(TlsError::InvalidCertificate(bad)) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => Kind::CertificateExpired,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => Kind::CertificateExpired,
            Bad::UnknownIssuer => Kind::UnknownAuthority,
            Bad::BadSignature => Kind::HandshakeBroken,
            _ => Kind::CertificateBad,
        },
        Some(TlsError::PeerIncompatible(_)) => Kind::OldTls,
        Some(TlsError::AlertReceived(AlertDescription::ProtocolVersion)) => Kind::OldTls,
        Some(TlsError::AlertReceived(_)) | None => Kind::HandshakeLost,
        Some(_) => Kind::HandshakeBroken,
    }
}

/// Reads who calls, and how long the certificate is still good.
fn caller_of(tls: &TlsStream<TcpStream>) -> (Caller, Duration) {
    let shown = tls.get_ref().1.peer_certificates();
    let Some(certificate) = shown.and_then(<[_]>::first) else {
        return (Caller::Stranger, Duration::ZERO);
    };
    let said = match Said::by(certificate) {
        Ok(said) => said,
        Err(cause) => return (Caller::Unnamed(cause), Duration::ZERO),
    };
    let left = said.until.since(crate::clock::now()).as_micros();
    let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
    match said.identity {
        Ok(identity) => (Caller::Known(identity, said.serial), left),
        Err(cause) => (Caller::Unnamed(cause), Duration::ZERO),
    }
}

/// Finds a place. Whoever is revoked or unnamed is a stranger, who will be told why.
fn place(shared: &Shared, caller: &Caller) -> Option<Place> {
    let (found, full) = match caller {
        Caller::Known(identity, serial) if !shared.revoked.borrow().covers(identity, serial) => {
            let permit = shared.members.take(identity.organisation.clone());
            let place = permit.map(|permit| Place::Member { _permit: permit });
            (place, Kind::FullMember)
        }
        _ => {
            let permit = shared.strangers.take(());
            let place = permit.map(|permit| Place::Stranger { _permit: permit });
            (place, Kind::FullStrangers)
        }
    };
    if found.is_none() {
        shared.counts.refuse(full);
    }
    found
}

/// Answers requests until the peer leaves, is cut off, or the server ends.
async fn serve(shared: &Arc<Shared>, tls: TlsStream<TcpStream>, caller: Caller, left: Duration) {
    let pulse = Arc::new(Pulse::default());
    let caller = Arc::new(caller);
    let io = Watched::new(tls, shared.limits.stall, Arc::clone(&pulse));
    let mut speaking = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head)
        .max_headers(MOST_FIELDS)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(
            TokioIo::new(io),
            service_fn(|request| {
                let (shared, caller) = (Arc::clone(shared), Arc::clone(&caller));
                let pulse = Arc::clone(&pulse);
                // Boxed, because the connection is taken apart at its end and so must not be pinned.
                Box::pin(async move {
                    let reply = respond(&shared, &caller, request).await;
                    pulse.rest();
                    Ok::<_, io::Error>(reply)
                })
            }),
        );
    let mut cut = pin!(cut_off(shared, &caller, left));
    let mut closing = shared.closing.clone();
    let mut told = false;
    let ended = loop {
        tokio::select! {
            biased;
            () = &mut cut => return shared.counts.cut(),
            _ = closing.wait_for(|closing| *closing), if !told => {
                told = true;
                std::pin::Pin::new(&mut speaking).graceful_shutdown();
            }
            ended = poll_fn(|context| speaking.poll_without_shutdown(context)) => break ended,
        }
    };
    let io = speaking.into_parts().io.into_inner();
    part(shared, io.into_inner(), &pulse, ended.err()).await;
}

/// Waits until the certificate is revoked or at its end, or a stranger has been here long enough.
async fn cut_off(shared: &Shared, caller: &Caller, left: Duration) {
    let mut revoked = shared.revoked.clone();
    let now_revoked = async {
        match caller {
            // Who is revoked from the start is told so, and stays for as long as a stranger.
            Caller::Known(identity, serial) if !revoked.borrow().covers(identity, serial) => {
                // The server holds the sender for as long as it runs.
                let _ = revoked
                    .wait_for(|revoked| revoked.covers(identity, serial))
                    .await;
            }
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        () = now_revoked => {}
        () = tokio::time::sleep(left) => {}
    }
}

/// Counts how a connection ended, says what can still be said, and closes.
async fn part(
    shared: &Shared,
    mut tls: TlsStream<TcpStream>,
    pulse: &Pulse,
    ended: Option<hyper::Error>,
) {
    if pulse.stalled() {
        return shared.counts.refuse(Kind::ReaderSlow);
    }
    match ended {
        Some(cause) if cause.is_timeout() && pulse.heard() => {
            shared.counts.refuse(Kind::HeadSlow);
            let words = spelled(&Refusal::from(Kind::HeadSlow));
            let _ = timeout(FAREWELL, tls.write_all(&words)).await;
        }
        // hyper has answered with a bare status.
        Some(cause) if cause.is_parse() => shared.counts.refuse(Kind::HeadBroken),
        _ => {}
    }
    farewell(tls).await;
}

/// Writes a refusal by hand, where there is no request to answer.
fn spelled(refusal: &Refusal) -> Vec<u8> {
    let body = refusal.body();
    let head = format!(
        "HTTP/1.1 {} \r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        refusal.status,
        problem::MEDIA,
        body.len()
    );
    [head.into_bytes(), body].concat()
}

/// Ends our side, and hears the peer out for a while, so that our last words arrive.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    let _ = timeout(FAREWELL, async {
        stream.shutdown().await?;
        let mut ignored = vec![0; 8 << 10];
        let mut left = FAREWELL_BYTES;
        while left > 0 {
            match stream.read(&mut ignored).await? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        Ok::<_, io::Error>(())
    })
    .await;
}

/// Answers one request.
async fn respond(shared: &Arc<Shared>, caller: &Caller, request: Request<Incoming>) -> Reply {
    let has_body = !request.body().is_end_stream();
    match heed(shared, caller, request).await {
        Ok(answer) => {
            shared.counts.answer();
            match refusal_in(answer) {
                Ok(answer) => granted(shared, answer),
                Err(refusal) => refused(shared, &refusal),
            }
        }
        Err(refusal) => {
            let mut reply = refused(shared, &refusal);
            if has_body {
                // What is left of the body would be read as the next request.
                let close = HeaderValue::from_static("close");
                reply.headers_mut().insert(CONNECTION, close);
            }
            reply
        }
    }
}

/// Takes a request through everything that must hold before the service hears of it.
async fn heed(
    shared: &Arc<Shared>,
    caller: &Caller,
    request: Request<Incoming>,
) -> Result<Answer, Refusal> {
    let route = route_of(&request)?;
    let from = allowed(shared, caller, &route)?;
    let (body, room) = read_body(shared, &route, request.into_body()).await?;
    ask(shared, from, route, body, room).await
}

fn route_of<B>(request: &Request<B>) -> Result<Route, Refusal> {
    let uri = request.uri();
    let plain = uri.authority().is_none() && uri.query().is_none();
    if !plain {
        return Err(Kind::UnknownRoute.into());
    }
    Route::parse(request.method(), uri.path()).map_err(|cause| match cause {
        NoRoute::Unknown => Kind::UnknownRoute.into(),
        NoRoute::OtherMethod(allow) => Refusal {
            allow: Some(allow),
            ..Kind::OtherMethod.into()
        },
    })
}

/// Tells as whom the caller calls, if it may call this.
fn allowed(shared: &Shared, caller: &Caller, route: &Route) -> Result<Option<Identity>, Refusal> {
    let Some(roles) = route.callers() else {
        return Ok(None);
    };
    match caller {
        Caller::Stranger => Err(Kind::NoCertificate.into()),
        Caller::Unnamed(cause) => Err(Refusal::new(Kind::NoIdentity, cause.to_string())),
        Caller::Known(identity, serial) => {
            if shared.revoked.borrow().covers(identity, serial) {
                let words = format!("certificate {serial} of {identity}");
                return Err(Refusal::new(Kind::Revoked, words));
            }
            if !roles.contains(&identity.role) {
                let words = format!("the certificate is for `{}`", identity.role);
                return Err(Refusal::new(Kind::OtherRole, words));
            }
            Ok(Some(identity.clone()))
        }
    }
}

/// Reads a body whole, within the route's bounds, when there is memory for it.
async fn read_body(
    shared: &Shared,
    route: &Route,
    body: Incoming,
) -> Result<(Bytes, OwnedSemaphorePermit), Refusal> {
    let longest = route.longest_body();
    let too_long = || {
        let words = format!("this route takes {longest} bytes at most");
        Refusal::new(Kind::BodyTooLong, words)
    };
    let announced = body.size_hint();
    let least = usize::try_from(announced.lower()).unwrap_or(usize::MAX);
    if least > longest || (longest == 0 && !body.is_end_stream()) {
        return Err(too_long());
    }
    let most = announced
        .upper()
        .and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(longest).min(longest);
    let room = room_for(shared, most).await?;
    let whole = timeout(shared.limits.body, Limited::new(body, longest).collect()).await;
    match whole {
        Err(_) => Err(Kind::BodySlow.into()),
        Ok(Err(cause)) if cause.is::<http_body_util::LengthLimitError>() => Err(too_long()),
        Ok(Err(_)) => Err(Kind::BodyBroken.into()),
        Ok(Ok(whole)) => Ok((whole.to_bytes(), room)),
    }
}

async fn room_for(shared: &Shared, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
    let kib = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX);
    let room = Arc::clone(&shared.bodies).acquire_many_owned(kib);
    match timeout(shared.limits.body, room).await {
        Ok(Ok(room)) => Ok(room),
        Ok(Err(_)) | Err(_) => Err(Kind::BodiesFull.into()),
    }
}

/// Puts the request to the service, on a task of its own: a caller that goes away does not leave
/// half of something done.
async fn ask(
    shared: &Arc<Shared>,
    from: Option<Identity>,
    route: Route,
    body: Bytes,
    room: OwnedSemaphorePermit,
) -> Result<Answer, Refusal> {
    let within = shared.limits.answer;
    let service = Arc::clone(&shared.service);
    let asked = tokio::spawn(async move {
        let answer = timeout(within, service.answer(from, route, body)).await;
        drop(room);
        answer
    });
    match asked.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Kind::AnswerSlow.into()),
        Err(_) => Err(Kind::ServiceFailed.into()),
    }
}

/// Takes out the service's no.
fn refusal_in(answer: Answer) -> Result<Answer, Refusal> {
    let Answer::Refused {
        status,
        words,
        next,
    } = answer
    else {
        return Ok(answer);
    };
    let kind = match status {
        400..500 => Kind::ByService,
        _ => Kind::ServiceFailed,
    };
    let status = match status {
        400..600 => status,
        _ => kind.status(),
    };
    Err(Refusal {
        status,
        next: problem::bounded(&next),
        ..Refusal::new(kind, words)
    })
}

fn granted(shared: &Shared, answer: Answer) -> Reply {
    match answer {
        Answer::Found {
            kind,
            body,
            immutable,
        } => {
            let keep = match immutable {
                true => "private, max-age=31536000, immutable",
                false => "no-store",
            };
            let mut reply = whole(StatusCode::OK, kind, body);
            let keep = HeaderValue::from_static(keep);
            reply.headers_mut().insert(CACHE_CONTROL, keep);
            reply
        }
        Answer::Lines(lines) => {
            let stream = Stream::new(
                lines,
                shared.limits.beat,
                shared.closing.clone(),
                Arc::clone(&shared.counts),
            );
            let mut reply = Response::new(UnsyncBoxBody::new(stream));
            let kind = HeaderValue::from_static("application/jsonl");
            reply.headers_mut().insert(CONTENT_TYPE, kind);
            reply
        }
        Answer::Done | Answer::Refused { .. } => {
            let mut reply = Response::new(boxed(Bytes::new()));
            *reply.status_mut() = StatusCode::NO_CONTENT;
            reply
        }
    }
}

fn refused(shared: &Shared, refusal: &Refusal) -> Reply {
    shared.counts.refuse(refusal.kind);
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::FORBIDDEN);
    let mut reply = whole(status, problem::MEDIA, refusal.body().into());
    if let Some(allow) = refusal.allow {
        let allow = HeaderValue::from_static(allow);
        reply.headers_mut().insert(ALLOW, allow);
    }
    reply
}

fn whole(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(boxed(body));
    *reply.status_mut() = status;
    let kind = HeaderValue::from_str(kind);
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    reply.headers_mut().insert(CONTENT_TYPE, kind);
    reply
}

fn boxed(body: Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    UnsyncBoxBody::new(Full::new(body).map_err(lines::never))
}
