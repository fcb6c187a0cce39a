//! Accounts at pages: the button, the way to the provider and back, and one's own accounts.
//!
//! In: clicks, and browsers that a provider sends back. Out: a way, a session, the page again, or why not. Always:
//! setting out begins at our own pages, and for binding with the session's form token; the way back is believed only
//! with this browser's cookie; no script is needed. The session's cookie is `SameSite=Strict`, so it does not come with
//! who returns: the answer is a page of ours that leads on by itself. Not here: what is judged (`account`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use issei_model::Digest;
use maud::{Markup, html};

use super::Fault;
use super::account::Arrived;
use super::flow::Brought;
use super::provider::BACK;
use crate::Window;
use crate::frame::moment;
use crate::guard::session_secret;
use crate::pages::act::ours;
use crate::rights::Action;
use crate::routes::Routes;
use crate::sign_in::pages::{LASTS, cookie, not_done, page};
use crate::sign_in::{No, challenge};
use crate::view::{self, Reader};
use issei_text::Text;

/// The addresses of accounts.
pub fn routes() -> Routes {
    Routes::default()
        .get("/sign-in/oidc", Action::ReadPublic, to_come)
        .get(BACK, Action::ReadPublic, back)
        .post("/me/accounts", Action::Read, to_bind)
        .post("/me/accounts/remove", Action::Read, remove)
}

/// The part of the sign-in page, if there is a provider.
pub fn sign_in_part(window: &Window, reader: &Reader) -> Markup {
    let text = reader.text;
    html! {
        @if let Some(provider) = window.door.provider() {
            section.panel #account {
                h2 { (text.say("account-sign-in-title")) }
                p { (text.fill("account-sign-in-how", &[("name", provider.name())])) }
                // A link: the policy of forms would also judge where the provider leads on to.
                p { a.button.first href="/sign-in/oidc" { (text.fill("account-sign-in-do", &[("name", provider.name())])) } }
            }
        }
    }
}

/// The part of a person's own page, if there is a provider.
pub fn own_part(window: &Window, reader: &Reader, headers: &HeaderMap) -> Markup {
    let text = reader.text;
    let own = match &reader.visitor.person {
        Some(person) => window.door.accounts_of(person),
        None => BTreeMap::new(),
    };
    let provider = window.door.provider();
    let secret = session_secret(window, headers).unwrap_or_default();
    html! {
        @if provider.is_some() || !own.is_empty() {
            section.panel #accounts {
                h2 { (text.say("account-title")) }
                p { (text.say("account-how")) }
                @if own.is_empty() { p.note { (text.say("account-none")) } }
                ul { @for (name, one) in &own { li {
                    code.id { (one.subject) } " · " (one.issuer)
                    " · " (text.say("account-bound")) " " (moment(reader.zone, one.bound))
                    @if let Some(used) = one.used { " · " (text.say("account-used")) " " (moment(reader.zone, used)) }
                    " · " (text.say(if one.proven { "account-proven" } else { "account-unproven" }))
                    form method="post" action="/me/accounts/remove" {
                        (ours(reader))
                        input type="hidden" name="account" value=(name);
                        button aria-label={ (text.say("account-remove")) ": " (one.subject) } { (text.say("account-remove")) }
                    }
                } } }
                @if let Some(provider) = provider {
                    @if window.door.came_by_account(&secret) { p.note { (text.say("account-same-way")) } }
                    @else {
                        form.act method="post" action="/me/accounts" {
                            (ours(reader))
                            button { (text.fill("account-bind", &[("name", provider.name())])) }
                        }
                    }
                }
            }
        }
    }
}

/// Says why nobody comes by an account, and the next step.
pub fn why(text: Text, fault: &Fault) -> String {
    match fault {
        Fault::Provider(why) => text.fill("account-provider", &[("why", why)]),
        Fault::Token(wrong) => text.fill("account-token", &[("why", &wrong.to_string())]),
        Fault::None => text.say("account-no-provider"),
        Fault::OtherSite => text.say("account-other-site"),
        Fault::Strange | Fault::Mixed => text.say("account-strange"),
        Fault::State => text.say("account-stale"),
        Fault::Denied => text.say("account-denied"),
        Fault::Unbound => text.say("account-unbound"),
        Fault::Bound => text.say("account-bound-already"),
        Fault::Gone => text.say("account-gone"),
        Fault::SameWay => text.say("account-same-way"),
    }
}

/// Sends a browser to the provider, if it comes from our own pages or was typed.
async fn to_come(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
) -> Response {
    let site = headers
        .get("sec-fetch-site")
        .map_or(Some("none"), |site| site.to_str().ok());
    if !matches!(site, Some("none" | "same-origin")) {
        return not_done(&window, &reader, &Fault::OtherSite.into()).await;
    }
    match window.door.set_out(None).await {
        Ok((way, secret)) => {
            let mut answer = Redirect::to(&way).into_response();
            let cookie = way_cookie(&window, &secret, lasts());
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
            answer
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// Shows a page that leads on to the provider: a redirect would be judged by the policy of forms.
async fn to_bind(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
) -> Response {
    let secret = session_secret(&window, &headers).unwrap_or_default();
    match window.door.set_out(Some(&secret)).await {
        Ok((way, secret)) => {
            let cookie = way_cookie(&window, &secret, lasts());
            led_on(&window, &reader, "account-away", &way, vec![cookie]).await
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// Takes a browser back from the provider.
async fn back(
    State(window): State<Arc<Window>>,
    Query(pairs): Query<Vec<(String, String)>>,
    reader: Reader,
    headers: HeaderMap,
) -> Response {
    let brought = match Brought::read(pairs) {
        Ok(brought) => brought,
        Err(fault) => return not_done(&window, &reader, &fault.into()).await,
    };
    let own = view::cookie(&headers, way_cookie_name(&window));
    let spent = way_cookie(&window, "", 0);
    match window.door.arrive(own.as_deref(), &brought).await {
        Ok(Arrived::In(secret)) => {
            let cookies = vec![spent, cookie(&window, &secret, LASTS)];
            led_on(&window, &reader, "account-came", "/", cookies).await
        }
        Ok(Arrived::Bound) => {
            led_on(&window, &reader, "account-is-bound", "/me", vec![spent]).await
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

async fn remove(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let secret = session_secret(&window, &headers).unwrap_or_default();
    let name = fields
        .get("account")
        .and_then(|name| name.parse::<Digest>().ok());
    let removed = name
        .ok_or(No::from(Fault::Gone))
        .and_then(|name| window.door.remove_account(&secret, &name));
    match removed {
        Ok(()) => Redirect::to("/me").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// A page that leads on by itself, and has a link for browsers that do not.
async fn led_on(
    window: &Window,
    reader: &Reader,
    said: &'static str,
    to: &str,
    cookies: Vec<HeaderValue>,
) -> Response {
    let text = reader.text;
    let content = html! {
        h1 { (text.say(said)) }
        p { a.button.first href=(to) { (text.say("account-on")) } }
    };
    let mut answer = page(window, reader, said, content).await;
    let Ok(onwards) = HeaderValue::from_str(&format!("0; url={to}")) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    answer.headers_mut().insert(header::REFRESH, onwards);
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Seconds that a way may take.
fn lasts() -> u32 {
    u32::try_from(challenge::LASTS.as_micros() / 1_000_000).unwrap_or_default()
}

/// The cookie of a way: bound to our host where the pages are encrypted.
fn way_cookie_name(window: &Window) -> &'static str {
    match window.is_secure() {
        true => "__Host-issei-way",
        false => "issei-way",
    }
}

/// Writes the cookie of a way. A provider sends browsers back from another site, so it cannot be `Strict`.
fn way_cookie(window: &Window, secret: &str, seconds: u32) -> HeaderValue {
    let name = way_cookie_name(window);
    let secure = if window.is_secure() { "; Secure" } else { "" };
    let line =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&line).expect("letters of base64 and words of our own")
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
