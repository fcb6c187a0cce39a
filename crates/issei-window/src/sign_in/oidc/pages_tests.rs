use axum::http::Method;
use issei_desk::{Ask, Reply};

use super::super::provider_for_tests::{ISSUER, StandIn, parameters, provider};
use super::*;
use crate::House;
use crate::rehearsed::{Rehearsal, Told, request};
use crate::rights::Role;
use crate::sign_in::provider_of;

const ORIGIN: &str = "http://localhost:8090";

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

/// A window whose provider is a stand-in.
fn window_at(origin: &str) -> (Rehearsal, Arc<StandIn>) {
    let mut rehearsal = Rehearsal::at(origin, fine);
    let now = rehearsal.window.now().as_micros() / 1_000_000;
    let stand_in = Arc::new(StandIn::new(now));
    let house = House {
        origins: vec![origin.to_owned()],
        links_suffice: true,
        provider: Some(provider(&stand_in)),
    };
    let window = Arc::get_mut(&mut rehearsal.window).expect("nobody else has it yet");
    window.door.provider = provider_of(&house);
    (rehearsal, stand_in)
}

fn window() -> (Rehearsal, Arc<StandIn>) {
    window_at(ORIGIN)
}

async fn get_with(window: &Rehearsal, path: &str, headers: &[(&str, &str)]) -> Told {
    let headers = [
        &[("host", "localhost:8090"), ("accept-language", "en")],
        headers,
    ]
    .concat();
    window.send(request(Method::GET, path, &headers, "")).await
}

async fn get(window: &Rehearsal, path: &str, cookie: &str) -> Told {
    get_with(window, path, &[("cookie", cookie)]).await
}

async fn post(
    window: &Rehearsal,
    path: &str,
    (cookie, token): &(String, String),
    form: &str,
) -> Told {
    let headers = [
        ("host", "localhost:8090"),
        ("accept-language", "en"),
        ("cookie", cookie.as_str()),
        ("origin", ORIGIN),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("form_token={token}&{form}");
    window
        .send(request(Method::POST, path, &headers, &body))
        .await
}

fn cookie_of(told: &Told, name: &str) -> String {
    let cookies = told.headers.get_all("set-cookie").iter();
    let mut lines = cookies.map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with(&format!("{name}=")));
    line.unwrap_or_else(|| panic!("no {name}: {:?}", told.headers))
        .to_owned()
}

fn pair(line: &str) -> &str {
    line.split(';').next().unwrap()
}

/// Where a page leads on to by itself.
fn onwards(told: &Told) -> String {
    let line = told.headers["refresh"].to_str().unwrap();
    line.strip_prefix("0; url=").unwrap().to_owned()
}

/// The address under which a provider sends a browser back.
fn way_back(stand_in: &StandIn, way: &str, subject: &str) -> String {
    let brought = stand_in.signs_in(way, subject);
    let pairs: Vec<(&str, &str)> = brought
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    format!("{BACK}?{}", super::super::form(&pairs))
}

/// Binds an account in a session, through the pages.
async fn bound(
    window: &Rehearsal,
    stand_in: &StandIn,
    session: &(String, String),
    subject: &str,
) -> Told {
    let away = post(window, "/me/accounts", session, "").await;
    assert_eq!(away.status, 200, "{}", away.body);
    let way = way_back(stand_in, &onwards(&away), subject);
    // The session's cookie is strict: it does not come along.
    get(window, &way, pair(&cookie_of(&away, "issei-way"))).await
}

/// Goes to the provider and back, through the pages.
async fn comes(window: &Rehearsal, stand_in: &StandIn, subject: &str) -> Told {
    let away = get(window, "/sign-in/oidc", "").await;
    assert_eq!(away.status, 303, "{}", away.body);
    let way = away.headers["location"].to_str().unwrap();
    let back = way_back(stand_in, way, subject);
    get(window, &back, pair(&cookie_of(&away, "issei-way"))).await
}

#[tokio::test]
async fn an_account_is_bound_seen_used_and_removed_at_pages() {
    let (window, stand_in) = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let page = get(&window, "/sign-in", "").await;
    assert!(
        page.body.contains("Sign in with Example &amp; Co"),
        "{}",
        page.body
    );
    let told = bound(&window, &stand_in, &session, "subject-7").await;
    assert_eq!(
        (told.status, onwards(&told).as_str()),
        (200, "/me"),
        "{}",
        told.body
    );
    let me = get(&window, "/me", &session.0).await;
    assert!(
        me.body.contains("subject-7") && me.body.contains("opens proven sessions"),
        "{}",
        me.body
    );

    let came = comes(&window, &stand_in, "subject-7").await;
    assert_eq!(
        (came.status, onwards(&came).as_str()),
        (200, "/"),
        "{}",
        came.body
    );
    assert!(
        came.body.contains("href=\"/\""),
        "a browser that is not led on has a link"
    );
    let cookie = cookie_of(&came, "issei");
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    assert!(cookie_of(&came, "issei-way").contains("Max-Age=0"));
    let me = get(&window, "/me", pair(&cookie)).await;
    assert!(me.body.contains("counsel@isp-b"), "{}", me.body);
    assert!(me.body.contains("To bind another one"), "{}", me.body);
    assert!(!me.body.contains("action=\"/me/accounts\""), "{}", me.body);

    let (_, name) = me.body.split_once("name=\"account\" value=\"").unwrap();
    let (name, _) = name.split_once('"').unwrap();
    let gone = post(
        &window,
        "/me/accounts/remove",
        &session,
        &format!("account={name}"),
    )
    .await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    let told = comes(&window, &stand_in, "subject-7").await;
    assert_eq!(told.status, 422);
}

#[tokio::test]
async fn a_strange_account_opens_nothing_and_is_told_what_to_do() {
    let (window, stand_in) = window();
    let told = comes(&window, &stand_in, "stranger").await;
    assert_eq!(told.status, 422);
    assert!(
        told.body.contains("bind the account under Me"),
        "{}",
        told.body
    );
    let kept = told.headers.get_all("set-cookie").iter();
    assert_eq!(kept.count(), 0, "{:?}", told.headers);
}

#[tokio::test]
async fn the_way_has_a_cookie_of_its_own_that_is_bound_to_our_host() {
    let (window, _) = window();
    let away = get(&window, "/sign-in/oidc", "").await;
    let cookie = cookie_of(&away, "issei-way");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=300"),
        "{cookie}"
    );
    let sent = parameters(away.headers["location"].to_str().unwrap());
    let (_, secret) = pair(&cookie).split_once('=').unwrap();
    assert!(!sent.values().any(|value| value.contains(secret)));
    assert_eq!(sent["redirect_uri"], format!("{ORIGIN}/sign-in/oidc/back"));

    let (window, _) = window_at("https://issei.example");
    let told = window
        .send(request(
            Method::GET,
            "/sign-in/oidc",
            &[("host", "issei.example")],
            "",
        ))
        .await;
    let cookie = cookie_of(&told, "__Host-issei-way");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=300; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn the_policy_of_pages_is_as_strict_as_before() {
    let (window, stand_in) = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let away = post(&window, "/me/accounts", &session, "").await;
    for told in [away, comes(&window, &stand_in, "7").await] {
        let policy = told.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self'"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert_eq!(told.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn no_other_site_sends_a_browser_on_its_way() {
    let (window, stand_in) = window();
    for site in ["cross-site", "same-site"] {
        let told = get_with(&window, "/sign-in/oidc", &[("sec-fetch-site", site)]).await;
        assert_eq!(told.status, 422, "{site}");
        assert!(told.headers.get("set-cookie").is_none());
    }
    assert_eq!(stand_in.asked("configuration"), 0);
    for site in ["same-origin", "none"] {
        let told = get_with(&window, "/sign-in/oidc", &[("sec-fetch-site", site)]).await;
        assert_eq!(told.status, 303, "{site}");
    }
}

#[tokio::test]
async fn binding_needs_a_session_its_form_token_and_our_own_page() {
    let (window, _) = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let without = (session.0.clone(), String::new());
    assert_eq!(
        post(&window, "/me/accounts", &without, "").await.status,
        403
    );
    let nobody = (String::new(), String::new());
    let told = post(&window, "/me/accounts", &nobody, "").await;
    assert_eq!(told.headers["location"], "/sign-in");
    let headers = [
        ("host", "localhost:8090"),
        ("cookie", session.0.as_str()),
        ("origin", "https://evil.example"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("form_token={}", session.1);
    let told = window
        .send(request(Method::POST, "/me/accounts", &headers, &body))
        .await;
    assert_eq!(told.status, 403);
    assert_eq!(get(&window, "/me/accounts", &session.0).await.status, 405);
}

#[tokio::test]
async fn a_machines_token_binds_no_account() {
    let (window, _) = window();
    window.signed_in("counsel@isp-b", &[Role::Approver]);
    let hour = issei_model::Span::from_secs(3_600);
    let (person, roles) = ("counsel@isp-b".parse().unwrap(), [Role::Approver].into());
    let token = window
        .window
        .door()
        .make_token("siem", &person, roles, hour)
        .unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("host", "localhost:8090"),
    ];
    let told = window
        .send(request(Method::POST, "/me/accounts", &headers, ""))
        .await;
    assert_eq!(told.status, 422, "{}", told.body);
}

#[tokio::test]
async fn a_browser_that_comes_back_without_its_cookie_or_with_anything_twice_is_refused() {
    let (window, stand_in) = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    bound(&window, &stand_in, &session, "7").await;
    let away = get(&window, "/sign-in/oidc", "").await;
    let back = way_back(&stand_in, away.headers["location"].to_str().unwrap(), "7");
    let cookie = cookie_of(&away, "issei-way");
    assert_eq!(get(&window, &back, "").await.status, 422);
    assert_eq!(get(&window, &back, &session.0).await.status, 422);
    for twice in ["&code=x", "&state=x", "&iss=https%3A%2F%2Fevil.example"] {
        let told = get(&window, &format!("{back}{twice}"), pair(&cookie)).await;
        assert_eq!(told.status, 422, "{twice}");
    }
    assert_eq!(get(&window, &back, pair(&cookie)).await.status, 200);
    assert_eq!(get(&window, &back, pair(&cookie)).await.status, 422, "once");
}

#[tokio::test]
async fn who_tries_codes_too_often_waits() {
    let (window, stand_in) = window();
    let mut last = 0;
    for _ in 0..11 {
        last = get(&window, &format!("{BACK}?code=x&state=y"), "issei-way=z")
            .await
            .status;
    }
    assert_eq!(last, 429);
    assert_eq!(stand_in.asked("/token"), 0);
}

#[tokio::test]
async fn while_the_provider_is_down_the_other_ways_go_on() {
    let (window, stand_in) = window();
    stand_in.inner().down = true;
    let told = get(&window, "/sign-in/oidc", "").await;
    assert_eq!(told.status, 422);
    assert!(
        told.body
            .contains("one-time links and passkeys work meanwhile"),
        "{}",
        told.body
    );
    assert!(told.body.contains("nobody answers"), "{}", told.body);
    let page = get(&window, "/sign-in", "").await;
    assert_eq!(page.status, 200);
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    assert_eq!(get(&window, "/me", &session.0).await.status, 200);
}

#[tokio::test]
async fn without_a_provider_there_is_no_button() {
    let window = Rehearsal::at(ORIGIN, fine);
    let page = get(&window, "/sign-in", "").await;
    assert!(!page.body.contains("/sign-in/oidc"), "{}", page.body);
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let me = get(&window, "/me", &session.0).await;
    assert!(!me.body.contains("/me/accounts"), "{}", me.body);
    let told = get(&window, "/sign-in/oidc", "").await;
    assert_eq!(told.status, 422);
    assert!(told.body.contains("no provider is set"), "{}", told.body);
    let told = get(
        &window,
        &format!("{BACK}?code=x&state=y&iss={ISSUER}"),
        "issei-way=z",
    )
    .await;
    assert_eq!(told.status, 422);
}
