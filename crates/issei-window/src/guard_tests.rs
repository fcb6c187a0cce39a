use issei_desk::{Ask, Reply};

use super::*;
use crate::rehearsed::{ORIGIN, Rehearsal, orders, request};
use crate::rights::Role;

/// Headers of a request.
type Headers<'a> = &'a [(&'a str, &'a str)];

fn fine(_: &Ask) -> Reply {
    Reply::Done(issei_text::Phrase::same("so it is"))
}

fn lift(headers: &[(&str, &str)], body: &str) -> Request {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    request(Method::POST, "/lift", &[headers, &form].concat(), body)
}

#[tokio::test]
async fn a_change_needs_our_own_page_of_this_very_session() {
    let window = Rehearsal::new(fine);
    let session = window.signed_in("duty@coordinator", &[Role::Operator]);
    let (cookie, token) = (session.0.as_str(), session.1.as_str());
    let other = window.signed_in("duty@isp-a", &[Role::Operator]).1;
    let good = format!("form_token={token}&reason=by-person");
    let stolen = format!("form_token={other}&reason=by-person");
    let ours = [("cookie", cookie), ("origin", ORIGIN)];
    let evil = [("cookie", cookie), ("origin", "https://evil.example")];
    let cross = [
        ("cookie", cookie),
        ("origin", ORIGIN),
        ("sec-fetch-site", "cross-site"),
    ];
    let tries: [(&str, Headers<'_>, &str, u16); 6] = [
        ("from another site", &evil, &good, 403),
        ("says the browser", &cross, &good, 403),
        ("from nowhere", &[("cookie", cookie)], &good, 403),
        ("without a token", &ours, "reason=by-person", 403),
        ("with another session's token", &ours, &stolen, 403),
        ("as it should be", &ours, &good, 303),
    ];
    for (how, headers, body, status) in tries {
        assert!(window.asked.lock().unwrap().is_empty(), "before {how}");
        let told = window.send(lift(headers, body)).await;
        assert_eq!(told.status, status, "{how}: {}", told.body);
    }
    assert_eq!(window.asked.lock().unwrap().len(), 1, "once");
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_refused() {
    let window = Rehearsal::new(fine);
    let trapped = window
        .send(request(
            Method::GET,
            "/public",
            &[("host", "rebound.example")],
            "",
        ))
        .await;
    assert_eq!(trapped.status, 421);
    assert_eq!(window.get("/public", "").await.status, 200);
}

#[tokio::test]
async fn every_answer_keeps_strangers_out_of_our_pages() {
    let window = Rehearsal::new(fine);
    let (cookie, _) = window.signed_in("duty@coordinator", &[Role::Viewer]);
    for path in ["/", "/public", "/nothing", "/api/v1/nothing", "/sign-in"] {
        let told = window.get(path, &cookie).await;
        let header = |name: &str| told.headers.get(name).map(|value| value.to_str().unwrap());
        let policy = header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(header("cache-control"), Some("no-store"), "{path}");
    }
    let style = crate::pages::assets::STYLE.address();
    let asset = window.get(&style, "").await;
    assert!(
        asset.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(asset.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn no_page_has_style_or_script_inside() {
    let window = Rehearsal::new(fine);
    let all = Role::ALL;
    let (cookie, _) = window.signed_in("duty@coordinator", &all);
    let order = format!("/orders/{}", orders()[0].id);
    let draft = format!("/orders/{}", orders()[1].id);
    let [ready, to_sign] =
        crate::rehearsed::standings().map(|view| format!("/reflexes/{}", view.id));
    for path in [
        "/",
        "/cases",
        "/cases/camera-1",
        &order,
        &draft,
        "/reflexes",
        &ready,
        &to_sign,
        "/reflexes/propose",
        "/lift",
        "/findings",
        "/notices",
        "/sensors",
        "/audit",
        "/goals",
        "/set-up",
        "/set-up/people",
        "/me",
        "/public",
        "/sign-in",
        "/search?q=192",
        "/search?q=%22%3E%3Cscript%3E",
    ] {
        for language in ["en", "ja"] {
            let join = if path.contains('?') { '&' } else { '?' };
            let told = window
                .get(&format!("{path}{join}lang={language}"), &cookie)
                .await;
            assert_eq!(told.status, 200, "{path}: {}", told.body);
            assert!(
                !told.body.contains(" style=") && !told.body.contains("<style"),
                "{path}"
            );
            assert!(
                !told.body.contains("<script>") && !told.body.contains(" onclick="),
                "{path}"
            );
            assert!(
                told.body.len() < 150_000,
                "{path}: {} bytes",
                told.body.len()
            );
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let window = Rehearsal::new(fine);
    let (cookie, token) = window.signed_in("duty@coordinator", &[Role::Operator]);
    let long = format!("form_token={token}&reason={}", "x".repeat(LARGEST_BODY));
    let headers = [("cookie", cookie.as_str()), ("origin", ORIGIN)];
    assert_eq!(window.send(lift(&headers, &long)).await.status, 413);
    assert!(window.asked.lock().unwrap().is_empty());
}

#[test]
fn who_asks_too_often_waits_and_others_do_not() {
    let callers = Callers::default();
    let now = Timestamp::from_micros(1);
    let caller = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
    let let_in = |times: usize, secret| {
        (0..times)
            .filter(|_| callers.lets(caller(1), secret, now))
            .count()
    };
    assert_eq!(let_in(1_000, false), AT_ONCE as usize);
    assert_eq!(let_in(1_000, true), TRIES_AT_ONCE as usize);
    assert!(callers.lets(caller(2), false, now), "another caller");
    assert!(
        callers.lets(caller(1), false, now + Span::from_secs(1)),
        "later"
    );
}

#[test]
fn memory_of_callers_is_bounded() {
    let callers = Callers::default();
    let now = Timestamp::from_micros(1);
    for number in 0..u32::try_from(MOST_CALLERS).unwrap() {
        assert!(callers.lets(Some(IpAddr::from(number.to_be_bytes())), false, now));
    }
    let one_more = Some(IpAddr::from([255, 255, 255, 255]));
    assert!(!callers.lets(one_more, false, now));
    assert!(
        callers.lets(one_more, false, now + Span::from_secs(61)),
        "who is quiet is forgotten"
    );
}

#[test]
fn tokens_are_the_same_only_if_every_byte_is() {
    assert!(same("abc", "abc"));
    for (one, other) in [("abc", "abd"), ("ab", "abc"), ("abc", "ab"), ("", "")] {
        assert!(!same(one, other), "{one} {other}");
    }
}

#[tokio::test]
async fn a_machine_brings_its_token_in_a_header_and_nowhere_else() {
    let window = Rehearsal::new(fine);
    window.signed_in("duty@coordinator", &[Role::Viewer]);
    let person = "duty@coordinator".parse().unwrap();
    let door = window.window.door();
    let roles = [Role::Viewer].into();
    let token = door
        .make_token("siem", &person, roles, Span::from_secs(60))
        .unwrap();
    let bearer = format!("Bearer {token}");
    let with = request(Method::GET, "/cases", &[("authorization", &bearer)], "");
    assert_eq!(window.send(with).await.status, 200);
    let in_query = window.get(&format!("/cases?token={token}"), "").await;
    assert_eq!(in_query.status, 303, "shown where to sign in");
}

#[tokio::test]
async fn who_may_not_is_told_which_roles_could_and_nothing_happens() {
    let window = Rehearsal::new(fine);
    let viewer = window.signed_in("guest@isp-a", &[Role::Viewer]);
    let told = window.post("/lift", &viewer, "reason=by-person").await;
    assert_eq!(told.status, 403);
    assert!(
        told.body.contains("operator") && told.body.contains("approver"),
        "{}",
        told.body
    );
    assert!(window.asked.lock().unwrap().is_empty());
    let nobody = window.get("/", "").await;
    assert_eq!(
        (nobody.status, nobody.headers["location"].to_str().unwrap()),
        (303, "/sign-in")
    );
}

/// Every role at every address: what the router does is what the policies say.
#[tokio::test]
async fn the_matrix_of_roles_and_routes_is_complete_and_kept() {
    let window = Rehearsal::new(fine);
    let (_, routes) = crate::everything().done();
    assert!(routes.len() >= 40, "{}", routes.len());
    let mut page = String::from(
        "# Who may do what at a window\n\nPrinted by a test from the routes and the policies (`crates/issei-window/src/rights.cedar`).\nA role opens a door; an approval counts by the person's own key in the charter.\n\n| route | action | nobody |",
    );
    for role in Role::ALL {
        page += &format!(" {} |", role.name());
    }
    page += "\n|---|---|---|---|---|---|---|---|---|\n";
    for route in &routes {
        let path = route.path.replace("{id}", &orders()[1].id.to_string());
        let path = path
            .replace("{case}", "draft-1")
            .replace("{deed}", "question");
        let path = path.replace(['{', '}'], "");
        page += &format!(
            "| {} {} | {} |",
            route.method,
            route.path,
            route.action.name()
        );
        for role in [None].into_iter().chain(Role::ALL.map(Some)) {
            window.pass(Span::from_secs(20));
            let visitor = Visitor {
                person: role.and_then(|_| "duty@isp-a".parse().ok()),
                roles: role.into_iter().collect(),
                proven: true,
                form_token: String::new(),
            };
            let may = rights::permits(&visitor, route.action);
            let session = role
                .map(|role| window.signed_in("duty@isp-a", &[role]))
                .unwrap_or_default();
            let told = match route.method == Method::GET {
                true => window.get(&path, &session.0).await,
                false => window.post(&path, &session, "").await,
            };
            let refused = match (&visitor.person, path.starts_with("/api/")) {
                (None, false) => told
                    .headers
                    .get("location")
                    .is_some_and(|to| to == "/sign-in"),
                (None, true) => told.status == 401,
                (Some(_), _) => told.status == 403,
            };
            let signs_out = route.path == "/sign-out"; // leads there too
            assert!(
                signs_out || refused != may,
                "{role:?} {} {}: {}",
                route.method,
                path,
                told.status
            );
            page += if may { " ✓ |" } else { "  |" };
        }
        page += "\n";
    }
    kept("docs/rights.md", &page);
}

/// Compares with a page that a test prints; prints it anew when told so.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads what it printed before"
)]
fn kept(name: &str, page: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    if std::env::var_os("ISSEI_PRINT").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        there, page,
        "{name} is old: print it anew with ISSEI_PRINT=1"
    );
}
