//! What is answered to whom.

use issei_host::exchange::{Kind, Route};

use crate::house::{House, coordinator, every_route, is_refusal, member, papers};

#[tokio::test]
async fn every_route_answers_a_member_and_tells_the_service_who_calls() {
    let house = House::open().await;
    let client = house.client("isp-a");
    for route in every_route() {
        match (&route, route.method().as_str()) {
            (Route::Hints, _) => {
                let mut lines = client.lines(&route).await.unwrap();
                assert_eq!(lines.next().await.unwrap().unwrap(), "{\"size\":0}");
            }
            (_, "GET") => {
                let reply = client.get(&route).await.unwrap();
                let expected = match &route {
                    Route::Log(path) if path.as_str() == "checkpoint" => "a checkpoint".into(),
                    Route::Log(_) => vec![7; 300_000],
                    _ => format!("\"{route}\"").into_bytes(),
                };
                assert_eq!(reply, expected);
            }
            _ => {
                let reply = client.post(&route, "{\"n\":1}".into()).await.unwrap();
                assert_eq!(reply, "");
            }
        }
    }
    let asked = house.service.asked.lock().unwrap();
    assert_eq!(asked.len(), every_route().len());
    for ((from, route, body), called) in asked.iter().zip(every_route()) {
        assert_eq!(*route, called);
        let named = (called != Route::Join).then(|| member("isp-a"));
        assert_eq!(*from, named, "{called}");
        let sent = if called.method() == "POST" {
            "{\"n\":1}"
        } else {
            ""
        };
        assert_eq!(body, sent);
    }
    assert_eq!(house.counts.refused_in_all(), 0);
    assert_eq!(house.counts.answered(), every_route().len() as u64);
}

#[tokio::test]
async fn without_a_certificate_only_joining_is_heard() {
    let house = House::open().await;
    let mut refused = 0;
    for route in every_route()
        .into_iter()
        .filter(|route| *route != Route::Join)
    {
        let mut raw = house.raw(None).await;
        let reply = raw.ask(&format!("{} {route}", route.method())).await;
        is_refusal(&reply, Kind::NoCertificate);
        refused += 1;
        house.only_refused(Kind::NoCertificate, refused);
    }
    let mut raw = house.raw(None).await;
    raw.send("POST /v1/join HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        .await;
    assert!(raw.answer().await.starts_with("HTTP/1.1 204 "));
    let asked = house.service.asked.lock().unwrap();
    assert_eq!(*asked, [(None, Route::Join, "{}".into())]);
}

#[tokio::test]
async fn a_role_calls_only_its_routes() {
    let house = House::open().await;
    let other = papers(&house.authority, &coordinator());
    let mut refused = 0;
    for route in every_route() {
        let follows = matches!(
            route,
            Route::Country | Route::Log(_) | Route::Hints | Route::Join
        );
        if follows {
            continue;
        }
        let mut raw = house.raw(Some(&other)).await;
        let reply = raw.ask(&format!("{} {route}", route.method())).await;
        is_refusal(&reply, Kind::OtherRole);
        refused += 1;
        house.only_refused(Kind::OtherRole, refused);
    }
    assert_eq!(refused, 16);
    let mut raw = house.raw(Some(&other)).await;
    let reply = raw.ask("GET /v1/log/checkpoint").await;
    assert!(reply.ends_with("a checkpoint"), "{reply}");
}

#[tokio::test]
async fn what_is_no_route_is_refused() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let order = "ab".repeat(32);
    let upper = order.to_uppercase();
    let unknown = [
        "GET /",
        "GET *",
        "GET /v1",
        "GET /v1/",
        "GET /v2/country",
        "GET //v1/country",
        "GET /v1/country/",
        "GET /v1/Country",
        "GET /v1/country?",
        "GET /v1/country?all=1",
        "GET /v1/%63ountry",
        "GET http://issei.internal/v1/country",
        "GET /v1/log/",
        "GET /v1/log/../country",
        "GET /v1/log/tile/../../../etc/passwd",
        "GET /v1/log/tile//0",
        "GET /v1/log/.hidden",
        "GET /v1/log/tile/%2e%2e/x",
        "GET /v1/log/tile\\0",
        "GET /v1/drafts/",
        "GET /v1/standing/",
        "POST /v1/standing/proposals/approvals",
        "POST /v1/standing/abcd/approvals",
        "GET /v1/drafts/abab",
        &format!("GET /v1/drafts/{upper}"),
        &format!("GET /v1/drafts/{order}/"),
        &format!("POST /v1/drafts/{order}/approvals/"),
        "POST /v1/orders/abcd/confirmation",
        &format!("POST /v1/orders/{order}"),
        &format!("POST /v1/orders/{order}/confirmation/"),
        &format!("POST /v1/orders/{upper}/confirmation"),
        &format!("GET /v1/log/{}", "a".repeat(129)),
        &format!("GET /v1/{}", "a".repeat(4_000)),
    ]
    .map(str::to_owned);
    for (times, request) in unknown.iter().enumerate() {
        let mut raw = house.raw(Some(&a)).await;
        let reply = raw.ask(request).await;
        is_refusal(&reply, Kind::UnknownRoute);
        house.only_refused(Kind::UnknownRoute, times as u64 + 1);
    }
}

#[tokio::test]
async fn another_method_is_refused_with_the_right_one() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let mut refused = 0;
    for route in every_route() {
        let right = route.method();
        let others = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"];
        for method in others.iter().filter(|method| **method != right.as_str()) {
            let mut raw = house.raw(Some(&a)).await;
            let reply = raw.ask(&format!("{method} {route}")).await;
            is_refusal(&reply, Kind::OtherMethod);
            assert!(
                reply.contains(&format!("\r\nallow: {right}\r\n")),
                "{reply}"
            );
            refused += 1;
        }
    }
    house.only_refused(Kind::OtherMethod, refused);
}

#[tokio::test]
async fn what_never_changes_may_be_kept_and_nothing_else() {
    let house = House::open().await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    let tile = raw.ask("GET /v1/log/tile/0/000").await;
    assert!(tile.contains("cache-control: private, max-age=31536000, immutable"));
    let checkpoint = raw.ask("GET /v1/log/checkpoint").await;
    assert!(checkpoint.contains("cache-control: no-store"));
    let missing = raw.ask("GET /v1/log/tile/0/999").await;
    assert!(missing.starts_with("HTTP/1.1 404 "));
    assert!(!missing.contains("cache-control"));
    assert_eq!(house.counts.refused(Kind::ByService), 1);
}
