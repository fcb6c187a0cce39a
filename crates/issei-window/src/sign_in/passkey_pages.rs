//! Passkeys at pages: what a browser is asked for, and the forms in which its answer comes.
//!
//! In: forms that our script fills. Out: options for the browser as JSON, a session, the page again, or why not.
//! Always: asking changes nothing; without script the pages say that a passkey needs it, and the link still works.
//! Not here: what the bytes mean (`passkey`), what is kept (`ceremony`).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use serde_json::{Value, json};

use super::passkey::{CredentialId, Flaw, Made, Shown};
use super::{No, challenge};
use crate::Window;
use crate::frame::moment;
use crate::guard::session_secret;
use crate::pages::act::ours;
use crate::rights::Action;
use crate::routes::Routes;
use crate::sign_in::pages::{LASTS, cookie, not_done, why_not};
use crate::view::Reader;
use issei_text::Text;

/// The addresses of passkeys.
pub fn routes() -> Routes {
    Routes::default()
        .get("/sign-in/passkey", Action::ReadPublic, to_show)
        .post("/sign-in/passkey", Action::ReadPublic, come_in)
        .get("/me/passkeys", Action::Read, to_make)
        .post("/me/passkeys", Action::Read, add)
        .post("/me/passkeys/remove", Action::Read, remove)
}

/// The part of the sign-in page.
pub fn sign_in_part(window: &Window, reader: &Reader) -> Markup {
    let text = reader.text;
    html! {
        section.panel {
            h2 { (text.say("passkey-sign-in-title")) }
            @if window.door.relying().is_some() {
                p { (text.say("passkey-sign-in-how")) }
                form.act data-passkey="get" data-options="/sign-in/passkey" data-refused=(text.say("passkey-browser-no")) method="post" action="/sign-in/passkey" {
                    (ours(reader))
                    @for name in ["id", "client", "authenticator", "signature", "user"] { input type="hidden" name=(name); }
                    button.first disabled data-needs-script { (text.say("passkey-sign-in-do")) }
                    p.note data-said role="status" { (text.say("passkey-needs-script")) }
                }
            } @else { p.note { (text.say("passkey-no-name")) } }
        }
    }
}

/// The part of a person's own page.
pub fn own_part(window: &Window, reader: &Reader) -> Markup {
    let text = reader.text;
    let own = match &reader.visitor.person {
        Some(person) => window.door.passkeys_of(person),
        None => BTreeMap::new(),
    };
    html! {
        section.panel #passkeys {
            h2 { (text.say("passkey-title")) }
            p { (text.say("passkey-how")) }
            @if own.is_empty() { p.note { (text.say("passkey-none")) } }
            ul { @for (id, one) in &own { li {
                @if one.name.is_empty() { (text.say("passkey-nameless")) } @else { (one.name) }
                " · " (text.say("passkey-made")) " " (moment(reader.zone, one.made))
                @if let Some(used) = one.used { " · " (text.say("passkey-used")) " " (moment(reader.zone, used)) }
                " · " (text.say(if one.proven { "passkey-proven" } else { "passkey-unproven" }))
                @if let Some(since) = one.doubted {
                    p.alarm { (text.fill("passkey-doubted", &[("at", &reader.zone.moment(since))])) }
                }
                form method="post" action="/me/passkeys/remove" {
                    (ours(reader))
                    input type="hidden" name="id" value=(id);
                    button { (text.say("passkey-remove")) }
                }
            } } }
            @if window.door.relying().is_some() {
                form.act data-passkey="create" data-options="/me/passkeys" data-refused=(text.say("passkey-browser-no")) method="post" action="/me/passkeys" {
                    (ours(reader))
                    label for="passkey-name" { (text.say("passkey-name")) }
                    input #passkey-name name="name" maxlength="60" autocomplete="off";
                    @for name in ["client", "authenticator"] { input type="hidden" name=(name); }
                    button disabled data-needs-script { (text.say("passkey-add")) }
                    p.note data-said role="status" { (text.say("passkey-needs-script")) }
                }
            } @else { p.note { (text.say("passkey-no-name")) } }
        }
    }
}

/// Says why a passkey is not taken; to strangers no more than they need for the next step.
pub fn why(text: Text, flaw: Flaw) -> String {
    text.say(match flaw {
        Flaw::NoName => "passkey-no-name",
        Flaw::Challenge => "passkey-stale",
        Flaw::Absent | Flaw::Unverified => "passkey-unverified",
        Flaw::Algorithm => "passkey-algorithm",
        Flaw::Twice => "passkey-twice",
        Flaw::Counter => "passkey-counter",
        Flaw::Unknown | Flaw::Handle | Flaw::Gone => "passkey-unknown",
        Flaw::Unreadable | Flaw::Purpose | Flaw::Origin | Flaw::OtherName | Flaw::Signature => {
            "passkey-wrong"
        }
    })
}

/// What a browser is asked to show (WebAuthn, section 5.5): any passkey that it has for our name.
async fn to_show(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    match window.door.wish_to_see() {
        Ok(wish) => Json(json!({
            "challenge": coded(&wish.challenge),
            "rpId": wish.relying.id,
            "allowCredentials": [],
            "userVerification": "required",
            "timeout": milliseconds(),
        }))
        .into_response(),
        Err(no) => no_options(&reader, &no),
    }
}

/// What a browser is asked to make (WebAuthn, section 5.4): a passkey that names its person and verifies him.
async fn to_make(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
) -> Response {
    let secret = session_secret(&window, &headers).unwrap_or_default();
    let (wish, visitor, handle) = match window.door.wish_for_passkey(&secret) {
        Ok(wished) => wished,
        Err(no) => return no_options(&reader, &no),
    };
    let Some(person) = visitor.person else {
        return no_options(&reader, &Flaw::Gone.into());
    };
    let own = window.door.passkeys_of(&person);
    let own: Vec<Value> = own
        .keys()
        .map(|id| json!({ "type": "public-key", "id": id }))
        .collect();
    Json(json!({
        "rp": { "id": wish.relying.id, "name": format!("issei · {}", window.office.name) },
        "user": { "id": coded(&handle.0), "name": person, "displayName": person },
        "challenge": coded(&wish.challenge),
        // ES256 and EdDSA, of the COSE registry.
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -8 }],
        "excludeCredentials": own,
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
        },
        "attestation": "none",
        "timeout": milliseconds(),
    }))
    .into_response()
}

/// Says in plain words, for the script to show, why there is nothing to ask a browser for.
fn no_options(reader: &Reader, no: &No) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let why = why_not(reader.text, no);
    (StatusCode::UNPROCESSABLE_ENTITY, plain, why).into_response()
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn milliseconds() -> i64 {
    challenge::LASTS.as_micros() / 1_000
}

async fn come_in(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let shown = Shown {
        id: field("id"),
        client: field("client"),
        authenticator: field("authenticator"),
        signature: field("signature"),
        user: field("user"),
    };
    match window.door.come_by_passkey(&shown) {
        Ok(secret) => {
            let mut answer = Redirect::to("/").into_response();
            answer
                .headers_mut()
                .insert(header::SET_COOKIE, cookie(&window, &secret, LASTS));
            answer
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

async fn add(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let made = Made {
        client: field("client"),
        authenticator: field("authenticator"),
        name: field("name"),
    };
    let secret = session_secret(&window, &headers).unwrap_or_default();
    match window.door.add_passkey(&secret, &made) {
        Ok(()) => Redirect::to("/me").into_response(),
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
    let id = CredentialId::read(fields.get("id").map_or("", String::as_str));
    let removed = id
        .map_err(No::from)
        .and_then(|id| window.door.remove_passkey(&secret, &id));
    match removed {
        Ok(()) => Redirect::to("/me").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

#[cfg(test)]
#[path = "passkey_pages_tests.rs"]
mod tests;
