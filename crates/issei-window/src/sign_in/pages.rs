//! The pages of the door: signing in, a first link, oneself, people and tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use issei_case::approvals::Role as KeyRole;
use issei_desk::Ask;
use issei_model::{PersonId, PublicKey, Signature, Span};
use maud::{Markup, html};

use super::{Door, LINK_LASTS, No, oidc, passkey_pages};
use crate::Window;
use crate::frame::{Page, Way, moment};
use crate::guard::{COOKIE, SECURE_COOKIE, session_secret};
use crate::pages::act::{act, escaped, ours, wrong};
use crate::pages::role_name;
use crate::rights::{Action, Role};
use crate::routes::Routes;
use crate::view::Reader;
use issei_text::Text;

/// The door's addresses.
pub fn routes() -> Routes {
    Routes::default()
        .get("/sign-in", Action::ReadPublic, sign_in)
        .get("/first/{code}", Action::ReadPublic, first)
        .post("/first/{code}", Action::ReadPublic, come_in)
        .post("/sign-out", Action::ReadPublic, sign_out)
        .get("/me", Action::Read, me)
        .post("/me/key", Action::Read, want_key)
        .post("/me/proof", Action::Read, prove)
        .get("/set-up/people", Action::SetUp, people)
        .post("/set-up/people", Action::SetUp, invite)
        .post("/set-up/people/end", Action::SetUp, end_person)
        .post("/set-up/keys", Action::SetUp, enter_key)
        .post("/set-up/tokens", Action::SetUp, make_token)
        .post("/set-up/tokens/{name}/end", Action::SetUp, end_token)
}

/// Shows a page of the door.
pub async fn page(
    window: &Window,
    reader: &Reader,
    key: &'static str,
    content: Markup,
) -> Response {
    page_as(window, reader, key, StatusCode::OK, content).await
}

async fn page_as(
    window: &Window,
    reader: &Reader,
    key: &'static str,
    status: StatusCode,
    content: Markup,
) -> Response {
    let scene = window.scene.look(Span::from_secs(1)).await;
    let page = Page {
        office: &window.office,
        reader,
        scene: &scene,
        way: if key == "people-of-window" {
            Way::SetUp
        } else {
            Way::Aside
        },
        title: reader.text.say(key),
    };
    page.answer_as(status, &content)
}

async fn sign_in(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    let text = reader.text;
    page(
        &window,
        &reader,
        "sign-in",
        html! {
            h1 { (text.say("sign-in")) }
            section.panel {
                p { (text.say("sign-in-how")) }
                p.note { (text.say("sign-in-lost")) }
            }
            (passkey_pages::sign_in_part(&window, &reader))
            (oidc::pages::sign_in_part(&window, &reader))
        },
    )
    .await
}

/// Shows a link; only the button uses it, so that a mail scanner cannot.
async fn first(
    State(window): State<Arc<Window>>,
    Path(code): Path<String>,
    reader: Reader,
) -> Response {
    let text = reader.text;
    match window.door.whose(&code) {
        Some(person) => {
            page(&window, &reader, "first-title", html! {
                h1 { (text.fill("first-hello", &[("person", &person.to_string())])) }
                section.panel {
                    p { (text.say("first-once")) }
                    form.act method="post" action={ "/first/" (escaped(&code)) } { button.first { (text.say("first-do")) } }
                }
            })
            .await
        }
        None => spent(&window, &reader).await,
    }
}

async fn spent(window: &Window, reader: &Reader) -> Response {
    let text = reader.text;
    page_as(
        window,
        reader,
        "first-title",
        StatusCode::GONE,
        html! {
            h1 { (text.say("first-spent")) }
            p { (text.say("first-spent-next")) }
        },
    )
    .await
}

async fn come_in(
    State(window): State<Arc<Window>>,
    Path(code): Path<String>,
    reader: Reader,
) -> Response {
    match window.door.come_in(&code) {
        Ok(secret) => {
            let mut answer = Redirect::to("/").into_response();
            answer
                .headers_mut()
                .insert(header::SET_COOKIE, cookie(&window, &secret, LASTS));
            answer
        }
        Err(No::Link) => spent(&window, &reader).await,
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// Seconds that the browser keeps a session; the door ends it earlier if it is idle.
pub const LASTS: u32 = 12 * 3_600;

/// Writes the cookie of a session.
pub fn cookie(window: &Window, secret: &str, seconds: u32) -> HeaderValue {
    let (name, secure) = match window.is_secure() {
        true => (SECURE_COOKIE, "; Secure"),
        false => (COOKIE, ""),
    };
    let line =
        format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&line).expect("hexadecimal digits and words of our own")
}

async fn sign_out(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
) -> Response {
    if let Some(secret) = session_secret(&window, &headers)
        && let Err(no) = window.door.leave(&secret)
    {
        return not_done(&window, &reader, &no).await;
    }
    let mut answer = Redirect::to("/sign-in").into_response();
    answer
        .headers_mut()
        .insert(header::SET_COOKIE, cookie(&window, "", 0));
    answer
}

/// Shows why something was not done.
pub async fn not_done(window: &Window, reader: &Reader, no: &No) -> Response {
    wrong(window, reader, &why_not(reader.text, no)).await
}

/// Says why something is not done.
pub fn why_not(text: Text, no: &No) -> String {
    match no {
        No::Link => text.say("first-spent"),
        No::Proof => text.say("me-no-proof"),
        No::Full => text.say("door-full"),
        No::Passkey(flaw) => passkey_pages::why(text, *flaw),
        No::Account(fault) => oidc::pages::why(text, fault),
        No::Unkept(why) => text.fill("door-unkept", &[("why", why)]),
    }
}

/// What the window knows of who reads, and the key of this browser.
async fn me(State(window): State<Arc<Window>>, reader: Reader, headers: HeaderMap) -> Response {
    let text = reader.text;
    let visitor = &reader.visitor;
    let scene = window.scene.look(Span::from_secs(1)).await;
    let person = visitor.person.as_ref();
    let own: Vec<_> = scene
        .country
        .iter()
        .flat_map(|country| &country.people)
        .filter(|(one, _)| Some(one) == person)
        .collect();
    page(&window, &reader, "me-title", html! {
        h1 { @if let Some(person) = person { (person) } }
        section.panel {
            h2 { (text.say("me-roles")) }
            ul { @for role in &visitor.roles { li { (role_name(text, *role)) } } }
            @if !visitor.proven {
                p.alarm { (text.say("me-unproven")) }
                form.act data-prove method="post" action="/me/proof" {
                    (ours(&reader))
                    input type="hidden" name="key";
                    input type="hidden" name="signature";
                    pre #challenge { (Door::challenge(visitor)) }
                    button.first disabled data-needs-script { (text.say("me-prove")) }
                    p.note data-said role="status" {}
                }
            }
            form method="post" action="/sign-out" { (ours(&reader)) button { (text.say("sign-out")) } }
        }
        section.panel {
            h2 { (text.say("me-keys")) }
            p { (text.say("me-keys-how")) }
            @if own.is_empty() { p.note { (text.say("me-no-key")) } }
            ul { @for (_, key) in own { li { code.id { (key.key) } " " (text.say("until")) " " (moment(reader.zone, key.until)) } } }
            h3 { (text.say("sign-with")) }
            form.act method="post" action="/me/key" {
                (ours(&reader))
                label for="own-key" { (text.say("me-browser-key")) }
                input #own-key name="key" data-own-key required readonly pattern="[0-9a-f]{64}" value="";
                button { (text.say("me-want-key")) }
            }
            @for one in window.door.wanted().iter().filter(|one| Some(&one.person) == person) {
                p.note { (text.say("me-waits")) " " code.id { (one.key) } }
            }
        }
        (passkey_pages::own_part(&window, &reader))
        (oidc::pages::own_part(&window, &reader, &headers))
    })
    .await
}

/// Takes a signature that a key of the charter is at hand.
async fn prove(
    State(window): State<Arc<Window>>,
    reader: Reader,
    headers: HeaderMap,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let scene = window.scene.look(Span::from_secs(1)).await;
    let read = |name: &str| fields.get(name).map(|one| one.trim()).unwrap_or_default();
    let (key, signature) = (
        read("key").parse::<PublicKey>(),
        read("signature").parse::<Signature>(),
    );
    let secret = session_secret(&window, &headers);
    let people = scene
        .country
        .as_ref()
        .map_or(&[] as &[_], |country| &country.people);
    let (Ok(key), Ok(signature), Some(secret)) = (key, signature, secret) else {
        return wrong(&window, &reader, &reader.text.say("key-unreadable")).await;
    };
    match window.door.prove(&secret, (key, &signature), people) {
        Ok(()) => Redirect::to("/me").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

async fn want_key(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let key = fields
        .get("key")
        .and_then(|key| key.trim().parse::<PublicKey>().ok());
    let (Some(person), Some(key)) = (&reader.visitor.person, key) else {
        return wrong(&window, &reader, &reader.text.say("key-unreadable")).await;
    };
    match window.door.want_key(person, key) {
        Ok(()) => Redirect::to("/me").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// People of this window, keys that wait, tokens.
async fn people(State(window): State<Arc<Window>>, reader: Reader) -> Response {
    page(
        &window,
        &reader,
        "people-of-window",
        listing(&window, &reader, None),
    )
    .await
}

fn listing(window: &Window, reader: &Reader, told: Option<Markup>) -> Markup {
    let text = reader.text;
    let roles = |id: &str| html! { div.row { @for role in Role::ALL { label { input type="checkbox" name=(role.name()) id={ (id) "-" (role.name()) }; " " (role_name(text, role)) } } } };
    html! {
        h1 { (text.say("people-of-window")) }
        @if let Some(told) = told { div.next role="status" { (told) } }
        section.panel {
            h2 { (text.say("keys-wanted")) }
            @if window.door.wanted().is_empty() { p.note { (text.say("keys-none-wanted")) } }
            @for one in window.door.wanted() {
                form.act method="post" action="/set-up/keys" {
                    (ours(reader))
                    p { (text.fill("keys-asked", &[("person", &one.person.to_string()), ("at", &reader.zone.moment(one.at))])) " " code.id { (one.key) } }
                    input type="hidden" name="person" value=(one.person);
                    input type="hidden" name="key" value=(one.key);
                    div.row {
                        button name="deed" value="enter" { (text.say("keys-enter")) }
                        button name="deed" value="forget" { (text.say("keys-forget")) }
                    }
                }
            }
        }
        section.panel {
            h2 { (text.say("people-title")) }
            ul { @for (person, known) in window.door.people() {
                li {
                    (person) ": " (known.roles.iter().map(|role| role_name(text, *role)).collect::<Vec<_>>().join(", "))
                    @if reader.visitor.person.as_ref() != Some(&person) {
                        form method="post" action="/set-up/people/end" {
                            (ours(reader))
                            input type="hidden" name="person" value=(person);
                            button aria-label={ (text.say("people-end")) ": " (person) } { (text.say("people-end")) }
                        }
                    }
                }
            } }
            form.act method="post" action="/set-up/people" {
                (ours(reader))
                label for="person" { (text.say("people-who")) }
                input #person name="person" required maxlength="130" placeholder="name@organisation" autocomplete="off";
                (roles("person"))
                button { (text.say("people-invite")) }
            }
        }
        section.panel {
            h2 { (text.say("tokens-title")) }
            ul { @for (name, token) in window.door.tokens() { li {
                (name) " · " (token.person) " · " (text.say("until")) " " (moment(reader.zone, token.until))
                form method="post" action={ "/set-up/tokens/" (escaped(&name)) "/end" } { (ours(reader)) button { (text.say("tokens-end")) } }
            } } }
            form.act method="post" action="/set-up/tokens" {
                (ours(reader))
                label for="token" { (text.say("tokens-name")) }
                input #token name="name" required maxlength="40" pattern="[a-z0-9-]+" autocomplete="off";
                label for="days" { (text.say("tokens-days")) }
                input #days name="days" type="number" min="1" max="365" value="90" required;
                (roles("token"))
                button { (text.say("tokens-make")) }
            }
        }
    }
}

fn chosen(fields: &BTreeMap<String, String>) -> Vec<Role> {
    let all = Role::ALL.into_iter();
    all.filter(|role| fields.contains_key(role.name()))
        .collect()
}

fn typed_person(fields: &BTreeMap<String, String>) -> &str {
    fields
        .get("person")
        .map(|one| one.trim())
        .unwrap_or_default()
}

/// Says that what was typed names no person.
async fn no_person(window: &Window, reader: &Reader, typed: &str) -> Response {
    let why = reader.text.fill("field-person", &[("typed", typed)]);
    wrong(window, reader, &why).await
}

async fn invite(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let text = reader.text;
    let typed = typed_person(&fields);
    let Ok(person) = typed.parse::<PersonId>() else {
        return no_person(&window, &reader, typed).await;
    };
    match window.door.invite(&person, &chosen(&fields), LINK_LASTS) {
        Ok(path) => {
            let origin = window.origins.first().cloned().unwrap_or_default();
            let told = html! { p { (text.fill("people-link", &[("person", &person.to_string())])) } pre { (origin) (path) } };
            page(
                &window,
                &reader,
                "people-of-window",
                listing(&window, &reader, Some(told)),
            )
            .await
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

/// Removes a person with all that opens the window to him; nobody removes himself, so that somebody is left.
async fn end_person(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let text = reader.text;
    let typed = typed_person(&fields);
    let Ok(person) = typed.parse::<PersonId>() else {
        return no_person(&window, &reader, typed).await;
    };
    if reader.visitor.person.as_ref() == Some(&person) {
        return wrong(&window, &reader, &text.say("people-not-self")).await;
    }
    match window.door.remove_person(&person) {
        Ok(()) => Redirect::to("/set-up/people").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

async fn enter_key(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let read = |name: &str| fields.get(name).map(|one| one.trim()).unwrap_or_default();
    let (person, key) = (
        read("person").parse::<PersonId>(),
        read("key").parse::<PublicKey>(),
    );
    let (Ok(person), Ok(key)) = (person, key) else {
        return wrong(&window, &reader, &reader.text.say("key-unreadable")).await;
    };
    if let Err(no) = window.door.settle_key(key) {
        return not_done(&window, &reader, &no).await;
    }
    match read("deed") {
        "enter" => {
            let role = KeyRole::Approver;
            let ask = Ask::EnterPerson { person, key, role };
            act(&window, &reader, ask, "/set-up/people").await
        }
        _ => Redirect::to("/set-up/people").into_response(),
    }
}

async fn make_token(
    State(window): State<Arc<Window>>,
    reader: Reader,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let text = reader.text;
    let name = fields.get("name").map(|one| one.trim()).unwrap_or_default();
    let days = fields
        .get("days")
        .and_then(|days| days.trim().parse::<u16>().ok());
    let (Some(person), Some(days)) = (&reader.visitor.person, days) else {
        return wrong(&window, &reader, &text.say("tokens-days")).await;
    };
    if !Door::is_token_name(name) {
        return wrong(&window, &reader, &text.say("tokens-name")).await;
    }
    let roles: BTreeSet<Role> = chosen(&fields).into_iter().collect();
    let lasts = Span::from_secs(86_400 * i64::from(days));
    match window.door.make_token(name, person, roles, lasts) {
        Ok(token) => {
            let told = html! { p { (text.say("tokens-once")) } pre { (token) } };
            page(
                &window,
                &reader,
                "people-of-window",
                listing(&window, &reader, Some(told)),
            )
            .await
        }
        Err(no) => not_done(&window, &reader, &no).await,
    }
}

async fn end_token(
    State(window): State<Arc<Window>>,
    Path(name): Path<String>,
    reader: Reader,
) -> Response {
    match window.door.end_token(&name) {
        Ok(()) => Redirect::to("/set-up/people").into_response(),
        Err(no) => not_done(&window, &reader, &no).await,
    }
}
