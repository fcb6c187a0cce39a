use axum::http::Method;
use issei_desk::{Ask, Reply};

use super::super::authenticator::Authenticator;
use super::super::passkey::Relying;
use super::*;
use crate::rehearsed::{Rehearsal, Told, request};
use crate::rights::Role;

const ORIGIN: &str = "http://localhost:8090";

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

fn window() -> Rehearsal {
    Rehearsal::at(ORIGIN, fine)
}

fn relying() -> Relying {
    Relying::of(&[ORIGIN.to_owned()]).unwrap()
}

async fn get(window: &Rehearsal, path: &str, cookie: &str) -> Told {
    let headers = [("cookie", cookie), ("host", "localhost:8090")];
    window.send(request(Method::GET, path, &headers, "")).await
}

async fn post(window: &Rehearsal, path: &str, session: &(String, String), form: &str) -> Told {
    let body = format!("form_token={}&{form}", session.1);
    let headers = [
        ("cookie", session.0.as_str()),
        ("host", "localhost:8090"),
        ("origin", ORIGIN),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    window
        .send(request(Method::POST, path, &headers, &body))
        .await
}

fn options(told: &Told) -> Value {
    assert_eq!(told.status, 200, "{}", told.body);
    serde_json::from_str(&told.body).unwrap()
}

fn decoded(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

fn shown(one: &Authenticator, challenge: &[u8]) -> String {
    let said = one.shows(challenge);
    format!(
        "id={}&client={}&authenticator={}&signature={}&user={}",
        said.id, said.client, said.authenticator, said.signature, said.user
    )
}

/// A person who has added a passkey at his page.
async fn added(window: &Rehearsal, session: &(String, String)) -> Authenticator {
    let wish = options(&get(window, "/me/passkeys", &session.0).await);
    let mut one = Authenticator::new(&relying(), 3);
    one.user = decoded(&wish["user"]["id"]);
    let made = one.makes(&decoded(&wish["challenge"]));
    let form = format!(
        "client={}&authenticator={}&name=my+%3Ctelephone%3E",
        made.client, made.authenticator
    );
    let told = post(window, "/me/passkeys", session, &form).await;
    assert_eq!(told.status, 303, "{}", told.body);
    one
}

#[tokio::test]
async fn a_passkey_is_added_seen_used_and_removed_at_pages() {
    let window = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let one = added(&window, &session).await;
    let me = get(&window, "/me", &session.0).await;
    assert!(me.body.contains("my &lt;telephone&gt;"), "{}", me.body);

    let wish = options(&get(&window, "/sign-in/passkey", "").await);
    let nobody = (String::new(), String::new());
    let form = shown(&one, &decoded(&wish["challenge"]));
    let told = post(&window, "/sign-in/passkey", &nobody, &form).await;
    assert_eq!(told.status, 303, "{}", told.body);
    let cookie = told.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    let me = get(&window, "/me", cookie).await;
    assert!(me.body.contains("counsel@isp-b"), "{}", me.body);
    let again = post(&window, "/sign-in/passkey", &nobody, &form).await;
    assert_eq!(again.status, 422);
    assert!(again.headers.get("set-cookie").is_none());

    // Who is signed in already, and comes by passkey all the same.
    let page = get(&window, "/sign-in", &session.0).await;
    let (_, form) = page.body.split_once("action=\"/sign-in/passkey\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    assert!(form.contains(&session.1), "{form}");
    let wish = options(&get(&window, "/sign-in/passkey", "").await);
    let form = shown(&one, &decoded(&wish["challenge"]));
    let told = post(&window, "/sign-in/passkey", &session, &form).await;
    assert_eq!(told.status, 303, "{}", told.body);

    let gone = post(
        &window,
        "/me/passkeys/remove",
        &session,
        &format!("id={}", coded(&one.id)),
    )
    .await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    let me = get(&window, "/me", &session.0).await;
    assert!(!me.body.contains("telephone"));
    let wish = options(&get(&window, "/sign-in/passkey", "").await);
    let form = shown(&one, &decoded(&wish["challenge"]));
    assert_eq!(
        post(&window, "/sign-in/passkey", &nobody, &form)
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn a_browser_is_asked_for_a_verified_person_and_a_name_that_tells_nothing() {
    let window = window();
    let session = window.signed_in("counsel@isp-b", &[Role::Approver]);
    let wish = options(&get(&window, "/me/passkeys", &session.0).await);
    assert_eq!(wish["rp"]["id"], "localhost");
    assert_eq!(wish["attestation"], "none");
    let asks = &wish["authenticatorSelection"];
    assert_eq!(
        (&asks["residentKey"], &asks["userVerification"]),
        (&json!("required"), &json!("required"))
    );
    assert_eq!(decoded(&wish["user"]["id"]).len(), 32);
    assert_eq!(wish["excludeCredentials"], json!([]));
    let one = added(&window, &session).await;
    let wish = options(&get(&window, "/me/passkeys", &session.0).await);
    assert_eq!(
        wish["excludeCredentials"][0]["id"],
        coded(&one.id),
        "it is not made twice"
    );
    let wish = options(&get(&window, "/sign-in/passkey", "").await);
    assert_eq!(wish["userVerification"], "required");
    assert_eq!(
        wish["allowCredentials"],
        json!([]),
        "nobody is told who has which"
    );
}

#[tokio::test]
async fn a_stranger_makes_nothing_and_a_token_adds_no_passkey() {
    let window = window();
    let stranger = get(&window, "/me/passkeys", "").await;
    assert_eq!(stranger.headers["location"], "/sign-in");
    window.signed_in("counsel@isp-b", &[Role::Approver]);
    let person = "counsel@isp-b".parse().unwrap();
    let roles = [Role::Approver].into();
    let hour = issei_model::Span::from_secs(3_600);
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
        .send(request(Method::GET, "/me/passkeys", &headers, ""))
        .await;
    assert_eq!(told.status, 422, "{}", told.body);
}

#[tokio::test]
async fn pages_say_that_a_passkey_needs_script_and_where_there_is_none() {
    let window = window();
    let page = get(&window, "/sign-in?lang=en", "").await;
    assert!(
        page.body.contains("A passkey needs script"),
        "{}",
        page.body
    );
    assert!(page.body.contains("data-passkey=\"get\""));
    let nameless = Rehearsal::new(fine);
    let page = nameless.get("/sign-in?lang=en", "").await;
    assert!(page.body.contains("No passkeys here"), "{}", page.body);
    assert!(!page.body.contains("data-passkey"));
    let told = nameless.get("/sign-in/passkey?lang=ja", "").await;
    assert_eq!(told.status, 422);
    assert!(told.body.contains("window_origin"), "{}", told.body);
}

#[tokio::test]
async fn who_tries_passkeys_too_often_waits() {
    let window = window();
    let nobody = (String::new(), String::new());
    let mut last = 0;
    for _ in 0..11 {
        last = post(&window, "/sign-in/passkey", &nobody, "id=AAAA")
            .await
            .status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn an_operator_removes_others_and_not_himself() {
    let window = window();
    let operator = window.signed_in("duty@coordinator", &[Role::Operator]);
    let guest = window.signed_in("counsel@isp-b", &[Role::Approver]);
    added(&window, &guest).await;
    let himself = post(
        &window,
        "/set-up/people/end",
        &operator,
        "person=duty%40coordinator",
    )
    .await;
    assert_eq!(himself.status, 422, "{}", himself.body);
    let told = post(
        &window,
        "/set-up/people/end",
        &operator,
        "person=counsel%40isp-b",
    )
    .await;
    assert_eq!(told.status, 303, "{}", told.body);
    assert_eq!(
        get(&window, "/me", &guest.0).await.headers["location"],
        "/sign-in"
    );
    let person = "counsel@isp-b".parse().unwrap();
    assert!(window.window.door().passkeys_of(&person).is_empty());
}
