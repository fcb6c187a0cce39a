//! What every request passes before a page or the API sees it.
//!
//! In: a request, the door. Out: the same with its [`Visitor`], or a no. Always, in this order: a caller that asks
//! too often waits; a host that is not ours is refused (DNS rebinding); who it is is found out; a change must come
//! from our own pages (RFC 6454 origins, fetch metadata) and bring its session's form token, or a machine's token;
//! the body is bounded; every answer carries the headers that keep strangers out of our pages. Not here: rights
//! (`rights`, asked for by `routes`).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::{BodyExt as _, Limited};
use issei_model::{Span, Timestamp};
use maud::html;

use crate::Window;
use crate::api::problem::Problem;
use crate::frame::{Page, Way};
use crate::pages::role_name;
use crate::rights::{self, Action, Visitor};
use crate::view::{Reader, cookie};

/// Bytes of a body.
const LARGEST_BODY: usize = 1 << 20;
/// Requests that a caller may make at once; then so many a second.
const AT_ONCE: f64 = 240.0;
const PER_SECOND: f64 = 60.0;
/// Likewise, where secrets are tried.
const TRIES_AT_ONCE: f64 = 10.0;
const TRIES_PER_SECOND: f64 = 0.2;
/// Callers that are remembered.
const MOST_CALLERS: usize = 10_000;

/// The cookie of a session: bound to our host where the pages are encrypted.
pub const COOKIE: &str = "issei";
/// The same under TLS.
pub const SECURE_COOKIE: &str = "__Host-issei";
/// Where scripts bring the form's token.
pub const FORM_HEADER: &str = "x-issei-form";

/// Lets a request in, and gives its answer the headers that every answer has.
pub async fn pass(State(window): State<Arc<Window>>, request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let is_api = request.uri().path().starts_with("/api/");
    let mut answer = match admitted(&window, request).await {
        Ok(request) => next.run(request).await,
        Err(no) => no.answer(is_api),
    };
    dress(answer.headers_mut(), is_asset, window.is_secure());
    answer
}

/// Why a request is turned away before anything looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
    TooOften,
    OtherHost,
    OtherSite,
    Unmarked,
    TooLarge,
    Unreadable,
}

impl No {
    fn answer(self, is_api: bool) -> Response {
        let (status, en, ja) = match self {
            Self::TooOften => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests; wait a few seconds",
                "要求が多すぎます。数秒お待ちください",
            ),
            Self::OtherHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "this is not the host of these pages; open them under the address that the office names",
                "このホスト名では提供していません。オフィスが示すアドレスで開いてください",
            ),
            Self::OtherSite => (
                StatusCode::FORBIDDEN,
                "the request came from another site; use our own pages, or a token",
                "他のサイトからの要求です。本画面またはトークンを使用してください",
            ),
            Self::Unmarked => (
                StatusCode::FORBIDDEN,
                "the form is not of this session; load the page again",
                "フォームが現在のセッションのものではありません。ページを読み直してください",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is longer than 1 MiB; send less",
                "本文が 1 MiB を超えています",
            ),
            Self::Unreadable => (
                StatusCode::BAD_REQUEST,
                "the body broke off; send it again",
                "本文を読み取れません。再送してください",
            ),
        };
        match is_api {
            true => Problem::new(status, en, ja).into_response(),
            false => (status, format!("{en}\n{ja}\n")).into_response(),
        }
    }
}

async fn admitted(window: &Arc<Window>, mut request: Request) -> Result<Request, No> {
    let caller = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let path = request.uri().path();
    // What strangers may write to us is written as seldom as secrets are tried.
    let rare = ["/first/", "/sign-in", "/public/appeals", "/api/v1/appeals"];
    // A provider sends browsers back by GET, with a code to try.
    let tries_code = path.starts_with("/sign-in/oidc/back");
    let tries_secret = rare.iter().any(|begin| path.starts_with(begin));
    let is_change = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !window.callers.lets(
        caller,
        tries_code || tries_secret && is_change,
        window.now(),
    ) {
        return Err(No::TooOften);
    }
    if !window.is_our_host(request.headers()) {
        return Err(No::OtherHost);
    }
    let bearer = bearer(request.headers()).map(str::to_owned);
    let secret = session_secret(window, request.headers());
    let visitor = match (&bearer, &secret) {
        (Some(token), _) => window.door.by_token(token),
        (None, Some(secret)) => window.door.by_session(secret),
        (None, None) => None,
    };
    let visitor = visitor.unwrap_or_default();
    if is_change && bearer.is_none() {
        if !comes_from_us(window, request.headers()) {
            return Err(No::OtherSite);
        }
        request = with_form_token(request, &visitor).await?;
    } else if is_change {
        request = bounded(request).await?.0;
    }
    let is_page = !["/api/", "/assets/"]
        .iter()
        .any(|begin| request.uri().path().starts_with(begin));
    if !is_change
        && is_page
        && let Some(said) = window.said.take(&visitor, request.headers(), window.now())
    {
        request.extensions_mut().insert(said);
    }
    // A rehearsal puts its visitor in beforehand.
    if request.extensions().get::<Visitor>().is_none() {
        request.extensions_mut().insert(visitor);
    }
    request.extensions_mut().insert(Arc::clone(window));
    Ok(request)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    line.strip_prefix("Bearer ").map(str::trim)
}

/// Gives the secret of the session, if the request has one.
pub fn session_secret(window: &Window, headers: &HeaderMap) -> Option<String> {
    cookie(
        headers,
        if window.is_secure() {
            SECURE_COOKIE
        } else {
            COOKIE
        },
    )
}

/// Tells whether a change comes from our own pages: the browser says so, or the origin is ours. A caller that says
/// neither is no browser, and brings a token instead.
fn comes_from_us(window: &Window, headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|line| line.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin", // a page cannot write this header
        (None, Some(origin)) => window.origins.iter().any(|ours| ours == origin),
        (None, None) => false,
    }
}

/// Reads the body, within its bound.
async fn bounded(request: Request) -> Result<(Request, Vec<u8>), No> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let body = body.map_err(|error| {
        match error
            .downcast_ref::<http_body_util::LengthLimitError>()
            .is_some()
        {
            true => No::TooLarge,
            false => No::Unreadable,
        }
    })?;
    let bytes = body.to_bytes();
    let copy = bytes.to_vec();
    Ok((Request::from_parts(parts, Body::from(bytes)), copy))
}

/// Demands the token that only our own pages of this session know.
async fn with_form_token(request: Request, visitor: &Visitor) -> Result<Request, No> {
    let (request, body) = bounded(request).await?;
    if visitor.person.is_none() {
        return Ok(request); // there is nothing to ride on
    }
    let in_header = request
        .headers()
        .get(FORM_HEADER)
        .and_then(|line| line.to_str().ok());
    let in_form = || {
        let text = std::str::from_utf8(&body).ok()?;
        let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(name, _)| *name == "form_token")
            .map(|(_, value)| value)
    };
    let brought = in_header.or_else(in_form).unwrap_or_default();
    match same(brought, &visitor.form_token) {
        true => Ok(request),
        false => Err(No::Unmarked),
    }
}

/// Compares without telling by its time how much agrees.
fn same(one: &str, other: &str) -> bool {
    let differ = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    !other.is_empty() && one.len() == other.len() && differ == 0
}

/// The headers of every answer.
fn dress(headers: &mut HeaderMap, is_asset: bool, is_secure: bool) {
    let fixed = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("permissions-policy", PERMISSIONS),
        ("x-permitted-cross-domain-policies", "none"),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if is_secure {
        let year = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if !is_asset {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Tells whether a visitor may.
pub fn permits(visitor: &Visitor, action: Action) -> bool {
    rights::permits(visitor, action)
}

/// Says no: who has not signed in is shown where; all others are told which roles could.
pub async fn refused(window: &Window, reader: Reader, action: Action, is_api: bool) -> Response {
    let visitor = &reader.visitor;
    let names: Vec<&str> = rights::who_could(action)
        .iter()
        .map(|role| role.name())
        .collect();
    match (&visitor.person, is_api) {
        (None, true) => Problem::new(
            StatusCode::UNAUTHORIZED,
            "sign in, or bring a token: `Authorization: Bearer issei_…`",
            "サインインするか、トークンを付けてください:`Authorization: Bearer issei_…`",
        )
        .into_response(),
        (Some(_), true) => Problem::new(
            StatusCode::FORBIDDEN,
            &format!("this needs one of the roles: {}", names.join(", ")),
            &format!("次の役割のいずれかが必要です:{}", names.join("、")),
        )
        .into_response(),
        (None, false) => Redirect::to("/sign-in").into_response(),
        (Some(_), false) => {
            let scene = window.scene.look(Span::from_secs(1)).await;
            let text = reader.text;
            let page = Page {
                office: &window.office,
                reader: &reader,
                scene: &scene,
                way: Way::Aside,
                title: text.say("forbidden-title"),
            };
            let unproven = !visitor.proven
                && rights::permits(
                    &Visitor {
                        proven: true,
                        ..visitor.clone()
                    },
                    action,
                );
            page.answer_as(StatusCode::FORBIDDEN, &html! {
                h1 { (text.say("forbidden-title")) }
                @if unproven { p { (text.say("forbidden-unproven")) " " a href="/me" { (text.say("me-title")) } } }
                @else {
                    p { (text.say("forbidden-roles")) }
                    ul { @for role in rights::who_could(action) { li { (role_name(text, role)) } } }
                }
            })
        }
    }
}

/// How often each caller has asked: a bucket of tokens for each, in bounded memory.
#[derive(Default)]
pub struct Callers(Mutex<HashMap<Caller, Bucket, BuildHasherDefault<Sip>>>);

/// An address, if it is known, and whether secrets are tried from there.
type Caller = (Option<IpAddr>, bool);

/// The map is bounded and its keys are addresses, so a fixed hash is enough.
type Sip = std::collections::hash_map::DefaultHasher;

struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl Callers {
    /// Tells whether a caller may ask now.
    fn lets(&self, caller: Option<IpAddr>, tries_secret: bool, now: Timestamp) -> bool {
        let (most, per_second) = match tries_secret {
            true => (TRIES_AT_ONCE, TRIES_PER_SECOND),
            false => (AT_ONCE, PER_SECOND),
        };
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= MOST_CALLERS && !callers.contains_key(&(caller, tries_secret)) {
            // Who has not asked for a while has a full bucket anyway.
            callers.retain(|_, bucket| now.since(bucket.at) < Span::from_secs(60));
            if callers.len() >= MOST_CALLERS {
                return false;
            }
        }
        let bucket = callers.entry((caller, tries_secret)).or_insert(Bucket {
            tokens: most,
            at: now,
        });
        let passed = now.since(bucket.at).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + passed * per_second).min(most);
        bucket.at = now;
        let may = bucket.tokens >= 1.0;
        if may {
            bucket.tokens -= 1.0;
        }
        may
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
