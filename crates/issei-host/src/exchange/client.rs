//! A member's side: calls the coordinator and listens to its hints.
//!
//! In: an address, credentials, routes and bodies. Out: replies; lines as they come.
//! Always: the other side is a coordinator under our own roots, or nothing is said to it; replies
//! are bounded in size and time; a call says whether it may be made again.
//! Not here: when to try again, what a reply means.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, ClientConfig};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::credentials::{self, Credentials};
use super::identity::ZONE;
use super::lines::LONGEST_LINE;
use super::problem::{self, Problem};
use super::route::Route;

/// Calls at once; more wait. The server allows so many connections of one member, hints included.
const MOST_CALLS: usize = 8;

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection and its handshake.
    pub connect: Duration,
    /// For a whole reply.
    pub reply: Duration,
    /// For a sign of life on a stream of hints; three of the server's beats.
    pub silence: Duration,
    /// How long a connection may lie idle and still be used; less than the server keeps it.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            reply: Duration::from_secs(30),
            silence: Duration::from_secs(30),
            idle: Duration::from_secs(12),
        }
    }
}

/// Why a call brought nothing.
#[derive(Debug)]
pub enum CallError {
    /// The coordinator said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's type, such as `urn:issei:revoked`.
        kind: String,
        /// What is wrong.
        title: String,
        /// Why.
        detail: String,
        /// What can be done.
        next: String,
    },
    /// Something broke.
    Failed {
        /// What.
        cause: Failure,
        /// Whether the coordinator may have acted on the call all the same.
        acted: bool,
    },
}

/// What broke.
#[derive(Debug)]
pub enum Failure {
    /// Our own body is longer than the route takes.
    TooLong {
        /// The most it takes.
        longest: usize,
    },
    /// Nobody answers at the address.
    Unreachable(io::Error),
    /// We do not believe the other side, or speak no TLS 1.3 with it.
    Unbelieved(rustls::Error),
    /// The other side does not believe us, and says so with this alert.
    Unwelcome(AlertDescription),
    /// It took too long.
    Slow,
    /// The connection broke off.
    Broken(hyper::Error),
    /// The reply is longer than the route's may be.
    ReplyTooLong,
    /// A status that no route has.
    Strange(StatusCode),
    /// Our credentials cannot be used.
    Credentials(rustls::Error),
    /// What came back is no proof that the other side knows the code; see [`super::join`].
    Unproven,
    /// What a genuine coordinator sent does not fit together: certificate, key, roots.
    Unfitting,
}

impl CallError {
    pub(super) const fn before(cause: Failure) -> Self {
        Self::Failed {
            cause,
            acted: false,
        }
    }

    /// Tells whether the same call can be made again without being done twice. For refusals: whether
    /// it may go better later without anybody changing anything.
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 503),
            Self::Failed { acted, .. } => !acted,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused {
                status,
                title,
                detail,
                next,
                ..
            } => {
                write!(f, "the coordinator refused ({status}): {title}")?;
                if !detail.is_empty() {
                    write!(f, "; {detail}")?;
                }
                write!(f, "; {next}")
            }
            Self::Failed { cause, acted } => {
                write!(f, "{cause}")?;
                if *acted {
                    f.write_str("; the call may have been taken all the same")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { longest } => {
                write!(f, "too long to be sent: the route takes {longest} bytes; send it in parts")
            }
            Self::Unreachable(cause) => write!(
                f,
                "the coordinator cannot be reached: {cause}; see the address and the line"
            ),
            Self::Unbelieved(cause) => write!(
                f,
                "the other side is not the coordinator of this country: {cause}; see the address, or join anew"
            ),
            Self::Unwelcome(alert) => write!(
                f,
                "the coordinator does not take our certificate: {alert:?}; renew it, or join anew"
            ),
            Self::Slow => f.write_str("the coordinator takes too long"),
            Self::Broken(cause) => write!(f, "the connection broke off: {cause}"),
            Self::ReplyTooLong => f.write_str("the reply is longer than it may be"),
            Self::Strange(status) => write!(f, "the reply has the status {status}, which none has"),
            Self::Credentials(cause) => write!(f, "our own credentials cannot be used: {cause}"),
            Self::Unproven => f.write_str(
                "the other side does not know the code, so somebody may stand between; read the code again by another way",
            ),
            Self::Unfitting => f.write_str(
                "the coordinator knows the code, but sent a certificate or roots that do not fit; call its desk",
            ),
        }
    }
}

impl std::error::Error for CallError {}

/// Calls one coordinator. Copies share their connections.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

struct Inner {
    address: String,
    tls: TlsConnector,
    patience: Patience,
    idle: Mutex<Vec<(Instant, Sender)>>,
    room: Semaphore,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

type Sender = SendRequest<Full<Bytes>>;

impl Client {
    /// Prepares calls to `host:port`. Nothing is sent yet.
    ///
    /// # Errors
    /// If the TLS library refuses the credentials.
    pub fn new(address: impl Into<String>, credentials: &Credentials) -> Result<Self, CallError> {
        Self::with_patience(address, credentials, Patience::default())
    }

    /// The same, waiting otherwise.
    ///
    /// # Errors
    /// If the TLS library refuses the credentials.
    pub fn with_patience(
        address: impl Into<String>,
        credentials: &Credentials,
        patience: Patience,
    ) -> Result<Self, CallError> {
        let config = credentials
            .client()
            .map_err(|cause| CallError::before(Failure::Credentials(cause)))?;
        Ok(Self(Arc::new(Inner {
            address: address.into(),
            tls: TlsConnector::from(Arc::new(config)),
            patience,
            idle: Mutex::default(),
            room: Semaphore::new(MOST_CALLS),
        })))
    }

    /// Fetches what a route shows.
    ///
    /// # Errors
    /// If the coordinator refuses, or something breaks.
    pub async fn get(&self, route: &Route) -> Result<Bytes, CallError> {
        self.0.call(route, Bytes::new()).await
    }

    /// Posts a body.
    ///
    /// # Errors
    /// If the coordinator refuses, or something breaks; see [`CallError::may_be_repeated`].
    pub async fn post(&self, route: &Route, body: Bytes) -> Result<Bytes, CallError> {
        let longest = route.longest_body();
        if body.len() > longest {
            return Err(CallError::before(Failure::TooLong { longest }));
        }
        self.0.call(route, body).await
    }

    /// Begins to listen to a stream of lines, on a connection of its own.
    ///
    /// # Errors
    /// If the coordinator refuses, or something breaks.
    pub async fn lines(&self, route: &Route) -> Result<Heard, CallError> {
        let inner = &self.0;
        let (mut sender, _) = connect(&inner.address, &inner.tls, inner.patience.connect).await?;
        let request = request(route, Bytes::new());
        let sent = timeout(inner.patience.reply, sender.send_request(request)).await;
        let reply = match sent {
            Err(_) => return Err(CallError::before(Failure::Slow)),
            Ok(Err(cause)) => return Err(CallError::before(broken(cause))),
            Ok(Ok(reply)) => reply,
        };
        if reply.status() != StatusCode::OK {
            return Err(no(reply, inner.patience.reply, false).await);
        }
        Ok(Heard {
            body: reply.into_body(),
            begun: Vec::new(),
            silence: inner.patience.silence,
            _sender: sender,
        })
    }
}

impl Inner {
    async fn call(&self, route: &Route, body: Bytes) -> Result<Bytes, CallError> {
        let posts = route.method() == Method::POST;
        let calling = async {
            // Never closed.
            let _room = self.room.acquire().await;
            let (reply, sender) = self.send(route, body).await?;
            let whole = whole(route, reply, self.patience.reply).await;
            // After a no that was read to its end, the connection is as good as after a yes.
            if matches!(whole, Ok(_) | Err(CallError::Refused { .. })) {
                self.keep(sender);
            }
            whole
        };
        timeout(self.patience.reply, calling)
            .await
            .unwrap_or(Err(CallError::Failed {
                cause: Failure::Slow,
                acted: posts,
            }))
    }

    /// Sends on a connection that lies idle, or on a new one. One that the server has just closed is
    /// no failure: if nothing was sent, or nothing is changed by the call, it goes to a new one.
    async fn send(
        &self,
        route: &Route,
        body: Bytes,
    ) -> Result<(Response<Incoming>, Sender), CallError> {
        let posts = route.method() == Method::POST;
        if let Some(mut sender) = self.idle_one() {
            match sender.try_send_request(request(route, body.clone())).await {
                Ok(reply) => return Ok((reply, sender)),
                Err(mut failed) => {
                    let sent = failed.take_message().is_none();
                    if sent && posts {
                        return Err(after(failed.into_error(), posts));
                    }
                }
            }
        }
        let (mut sender, _) = connect(&self.address, &self.tls, self.patience.connect).await?;
        let sent = sender.send_request(request(route, body)).await;
        let reply = sent.map_err(|cause| after(cause, posts))?;
        Ok((reply, sender))
    }

    fn idle_one(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((since, sender)) = idle.pop() {
            if since.elapsed() < self.patience.idle && sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((Instant::now(), sender));
    }
}

/// Lines as they come from the coordinator.
#[derive(Debug)]
pub struct Heard {
    body: Incoming,
    begun: Vec<u8>,
    silence: Duration,
    _sender: Sender,
}

impl Heard {
    /// Waits for the next line; none if the coordinator ended the stream.
    ///
    /// # Errors
    /// If the connection breaks off, is silent for too long, or a line is too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        loop {
            let line = self.whole_line();
            if line.as_ref().map_or(self.begun.len(), Bytes::len) > LONGEST_LINE {
                return Err(CallError::before(Failure::ReplyTooLong));
            }
            match line {
                // A beat.
                Some(line) if line.is_empty() => continue,
                Some(line) => return Ok(Some(line)),
                None => {}
            }
            match timeout(self.silence, self.body.frame()).await {
                Err(_) => return Err(CallError::before(Failure::Slow)),
                Ok(None) => return Ok(None),
                Ok(Some(Err(cause))) => return Err(CallError::before(broken(cause))),
                Ok(Some(Ok(frame))) => {
                    if let Some(bytes) = frame.data_ref() {
                        self.begun.extend_from_slice(bytes);
                    }
                }
            }
        }
    }

    fn whole_line(&mut self) -> Option<Bytes> {
        let end = self.begun.iter().position(|byte| *byte == b'\n')?;
        let line = self.begun.drain(..=end).take(end).collect::<Vec<_>>();
        Some(line.into())
    }
}

/// Opens a connection, speaks TLS on it, and shows the server's certificate. What carries the
/// connection on ends when the sender is dropped.
pub(super) async fn connect(
    address: &str,
    tls: &TlsConnector,
    within: Duration,
) -> Result<(Sender, CertificateDer<'static>), CallError> {
    let opening = async {
        let stream = TcpStream::connect(address)
            .await
            .map_err(Failure::Unreachable)?;
        let _ = stream.set_nodelay(true);
        let stream = tls.connect(credentials::called(), stream);
        let stream = stream.await.map_err(believed)?;
        let seen = stream.get_ref().1.peer_certificates();
        let seen = seen.and_then(<[_]>::first).cloned();
        let none = Failure::Unbelieved(rustls::Error::NoCertificatesPresented);
        let seen = seen.ok_or(none)?;
        let (sender, carrying) = http1::Builder::new()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(Failure::Broken)?;
        tokio::spawn(carrying);
        Ok((sender, seen))
    };
    timeout(within, opening)
        .await
        .unwrap_or(Err(Failure::Slow))
        .map_err(CallError::before)
}

/// Makes one call on a connection of its own.
pub(super) async fn once(
    sender: &mut Sender,
    route: &Route,
    body: Bytes,
    within: Duration,
) -> Result<Bytes, CallError> {
    let calling = async {
        let sent = sender.send_request(request(route, body)).await;
        let reply = sent.map_err(|cause| after(cause, true))?;
        whole(route, reply, within).await
    };
    timeout(within, calling)
        .await
        .unwrap_or(Err(CallError::Failed {
            cause: Failure::Slow,
            acted: true,
        }))
}

/// Reads a reply whole.
async fn whole(
    route: &Route,
    reply: Response<Incoming>,
    within: Duration,
) -> Result<Bytes, CallError> {
    let posts = route.method() == Method::POST;
    if !reply.status().is_success() {
        return Err(no(reply, within, posts).await);
    }
    let body = Limited::new(reply.into_body(), route.longest_reply());
    let whole = body.collect().await.map_err(|cause| CallError::Failed {
        cause: match cause.downcast::<hyper::Error>() {
            Ok(cause) => broken(*cause),
            Err(_) => Failure::ReplyTooLong,
        },
        acted: posts,
    })?;
    Ok(whole.to_bytes())
}

/// Prepares a connector.
pub(super) fn connector(config: ClientConfig) -> TlsConnector {
    TlsConnector::from(Arc::new(config))
}

fn request(route: &Route, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = route.method();
    *request.uri_mut() = route.to_string().parse().expect("a route is a path");
    let zone = hyper::header::HeaderValue::from_static(ZONE);
    request.headers_mut().insert(HOST, zone);
    if route.method() == Method::POST {
        let json = hyper::header::HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
    }
    request
}

/// Reads a no.
async fn no(reply: Response<Incoming>, within: Duration, posts: bool) -> CallError {
    let status = reply.status();
    let body = Limited::new(reply.into_body(), problem::LONGEST);
    let words = match timeout(within, body.collect()).await {
        Ok(Ok(words)) => words.to_bytes(),
        _ => Bytes::new(),
    };
    let told: Option<Problem> = serde_json::from_slice(&words).ok();
    match told {
        Some(problem) => CallError::Refused {
            status: status.as_u16(),
            kind: problem::bounded(&problem.kind),
            title: problem::bounded(&problem.title),
            detail: problem::bounded(&problem.detail),
            next: problem::bounded(&problem.next),
        },
        None if status.is_client_error() || status.is_server_error() => CallError::Refused {
            status: status.as_u16(),
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or_default().into(),
            detail: String::new(),
            next: "see the coordinator's counts".into(),
        },
        None => CallError::Failed {
            cause: Failure::Strange(status),
            acted: posts,
        },
    }
}

/// Says what broke after a call was sent. An alert means that TLS kept the call from HTTP.
fn after(cause: hyper::Error, posts: bool) -> CallError {
    match broken(cause) {
        cause @ Failure::Unwelcome(_) => CallError::before(cause),
        cause => CallError::Failed {
            cause,
            acted: posts,
        },
    }
}

/// Says what broke on a connection: in TLS 1.3 the other side judges our certificate only after it
/// has let us begin to send.
fn broken(cause: hyper::Error) -> Failure {
    let io = cause.source().and_then(|cause| cause.downcast_ref());
    let tls = io.and_then(tls_cause);
    match tls {
        Some(rustls::Error::AlertReceived(alert)) => Failure::Unwelcome(*alert),
        _ => Failure::Broken(cause),
    }
}

/// Says why there was no handshake.
fn believed(cause: io::Error) -> Failure {
    match tls_cause(&cause) {
        Some(rustls::Error::AlertReceived(alert)) => Failure::Unwelcome(*alert),
        Some(tls) => Failure::Unbelieved(tls.clone()),
        None => Failure::Unreachable(cause),
    }
}

fn tls_cause(cause: &io::Error) -> Option<&rustls::Error> {
    cause.get_ref()?.downcast_ref()
}
