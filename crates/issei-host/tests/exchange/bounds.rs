//! Everything has a bound in size, count and time, and what meets it is refused with a reason.

use std::sync::Arc;
use std::time::Duration;

use issei_host::exchange::{Answer, Kind, Limits, Route};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::house::{By, House, Raw, Remembering, every_route, is_refusal, within};

/// Long enough for a busy machine to send what is to arrive in time.
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_body_over_the_routes_limit_is_refused_before_it_is_read() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let mut refused = 0;
    for route in every_route() {
        let over = route.longest_body() + 1;
        let head = format!("{} {route} HTTP/1.1\r\nhost: x\r\n", route.method());
        // Announced, and never sent: whoever waited for it would wait for ever.
        let mut raw = house.raw(Some(&a)).await;
        raw.send(format!("{head}content-length: {over}\r\n\r\n"))
            .await;
        let reply = raw.answer().await;
        is_refusal(&reply, Kind::BodyTooLong);
        assert!(reply.contains("connection: close"));
        // Not announced, and sent.
        let mut raw = house.raw(Some(&a)).await;
        raw.send(format!(
            "{head}transfer-encoding: chunked\r\n\r\n{over:x}\r\n"
        ))
        .await;
        raw.send(vec![b' '; over]).await;
        raw.send("\r\n0\r\n\r\n").await;
        is_refusal(&raw.answer().await, Kind::BodyTooLong);
        refused += 2;
        house.only_refused(Kind::BodyTooLong, refused);
    }
}

#[tokio::test]
async fn a_reason_of_a_megabyte_is_refused_where_reasons_go() {
    let house = House::open().await;
    let order = "ab".repeat(32);
    let body = format!("{{\"reason\":\"{}\"}}", "no ".repeat(350_000));
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send(format!(
        "POST /v1/drafts/{order}/approvals HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    is_refusal(&raw.answer().await, Kind::BodyTooLong);
    house.only_refused(Kind::BodyTooLong, 1);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_whole() {
    let house = House::open().await;
    let client = house.client("isp-a");
    for route in every_route()
        .into_iter()
        .filter(|route| route.method() == "POST")
    {
        let body = vec![b'x'; route.longest_body()];
        client.post(&route, body.into()).await.unwrap();
    }
    let asked = house.service.asked.lock().unwrap();
    assert!(
        asked
            .iter()
            .all(|(_, route, body)| body.len() == route.longest_body())
    );
    assert_eq!(asked.len(), 12);
}

#[tokio::test]
async fn a_head_that_comes_drop_by_drop_is_refused() {
    let house = House::with(Limits {
        head: SHORT,
        ..Limits::default()
    })
    .await;
    let a = house.papers("isp-a");
    let mut raw = house.raw(Some(&a)).await;
    raw.send("GET /v1/country HTTP/1.1\r\nho").await;
    let reply = raw.rest().await;
    is_refusal(&reply, Kind::HeadSlow);
    house.only_refused(Kind::HeadSlow, 1);
    // Also after a request that was answered.
    let mut raw = house.raw(Some(&a)).await;
    raw.ask("GET /v1/country").await;
    raw.send("GET /v1/c").await;
    is_refusal(&raw.rest().await, Kind::HeadSlow);
    assert_eq!(house.counts.refused(Kind::HeadSlow), 2);
    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_that_is_no_fault() {
    let house = House::with(Limits {
        head: SHORT,
        ..Limits::default()
    })
    .await;
    let a = house.papers("isp-a");
    let mut never = house.raw(Some(&a)).await;
    assert_eq!(never.rest().await, "");
    let mut once = house.raw(Some(&a)).await;
    once.ask("GET /v1/country").await;
    assert_eq!(once.rest().await, "");
    assert_eq!(house.counts.refused_in_all(), 0);
}

#[tokio::test]
async fn a_head_that_is_too_long_or_no_http_is_refused() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let table = [
        (
            format!(
                "GET /v1/country HTTP/1.1\r\nhost: {}\r\n\r\n",
                "x".repeat(40_000)
            ),
            "431",
        ),
        (
            format!("GET /v1/country HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200)),
            "431",
        ),
        ("GET /v1/country\r\n\r\n".into(), "400"),
        ("\0\0\0\0\r\n\r\n".into(), "400"),
        (
            "POST /v1/receipts HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx".into(),
            "400",
        ),
        (
            "POST /v1/receipts HTTP/1.1\r\ncontent-length: -1\r\n\r\nx".into(),
            "400",
        ),
    ];
    for (times, (request, status)) in table.into_iter().enumerate() {
        let mut raw = house.raw(Some(&a)).await;
        raw.send(request).await;
        let reply = raw.rest().await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {status} ")), "{reply}");
        house.only_refused(Kind::HeadBroken, times as u64 + 1);
    }
}

#[tokio::test]
async fn a_body_that_stops_halfway_is_refused() {
    let house = House::with(Limits {
        body: SHORT,
        ..Limits::default()
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send("POST /v1/receipts HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{}")
        .await;
    is_refusal(&raw.answer().await, Kind::BodySlow);
    house.only_refused(Kind::BodySlow, 1);
}

#[tokio::test]
async fn a_body_with_broken_chunks_is_refused() {
    let house = House::open().await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send("POST /v1/receipts HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
        .await;
    is_refusal(&raw.answer().await, Kind::BodyBroken);
    house.only_refused(Kind::BodyBroken, 1);
}

#[tokio::test]
async fn bodies_in_memory_have_a_bound_together() {
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (go, going) = tokio::sync::watch::channel(false);
    let limits = Limits {
        body: SHORT,
        bodies: 64 << 10,
        ..Limits::default()
    };
    let house = serving(limits, move |_| {
        let (begun, mut going) = (begun.clone(), going.clone());
        async move {
            begun.send(()).unwrap();
            going.wait_for(|go| *go).await.unwrap();
            Answer::Done
        }
    })
    .await;
    let a = house.papers("isp-a");
    let head = "POST /v1/receipts HTTP/1.1\r\nhost: x\r\ncontent-length:";
    // One body takes all the room, for as long as the service has it.
    let mut first = house.raw(Some(&a)).await;
    let body = "x".repeat(64 << 10);
    first
        .send(format!("{head} {}\r\n\r\n{body}", body.len()))
        .await;
    within(has_begun.recv()).await.unwrap();
    let mut second = house.raw(Some(&a)).await;
    second.send(format!("{head} 2\r\n\r\n{{}}")).await;
    is_refusal(&second.answer().await, Kind::BodiesFull);
    assert_eq!(house.counts.refused(Kind::BodiesFull), 1);
    assert!(has_begun.try_recv().is_err(), "the service heard of it");
    // Afterwards there is room again.
    go.send_replace(true);
    assert!(first.answer().await.starts_with("HTTP/1.1 204 "));
    let taken = house
        .client("isp-a")
        .post(&Route::Receipts, "{}".into())
        .await;
    taken.unwrap();
}

#[tokio::test]
async fn connections_before_their_handshake_have_a_bound_and_little_time() {
    let house = House::with(Limits {
        handshakes: 4,
        handshake: Duration::from_secs(2),
        ..Limits::default()
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(TcpStream::connect(house.address).await.unwrap());
    }
    let mut turned_away = TcpStream::connect(house.address).await.unwrap();
    assert_eq!(within(turned_away.read(&mut [0; 1])).await.unwrap_or(0), 0);
    house.only_refused(Kind::FullDoor, 1);
    for stream in &mut silent {
        assert_eq!(within(stream.read(&mut [0; 1])).await.unwrap_or(0), 0);
    }
    house.until_refused(Kind::HandshakeSlow, 4).await;
    house.client("isp-a").get(&Route::Country).await.unwrap();
}

#[tokio::test]
async fn a_flood_at_the_door_does_not_touch_members_who_are_in() {
    let house = House::with(Limits {
        handshakes: 4,
        per_peer: usize::MAX,
        ..Limits::default()
    })
    .await;
    let client = house.client("isp-a");
    client.get(&Route::Country).await.unwrap();
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    let mut flood = Vec::new();
    for _ in 0..100 {
        flood.push(TcpStream::connect(house.address).await.unwrap());
    }
    house.until_refused(Kind::FullDoor, 96).await;
    client.get(&Route::Country).await.unwrap();
    house.service.fan.tell(b"{\"size\":1}");
    assert_eq!(within(lines.next()).await.unwrap().unwrap(), "{\"size\":1}");
}

#[tokio::test]
async fn whoever_is_in_leaves_the_door_to_others() {
    let house = House::with(Limits {
        handshakes: 1,
        ..Limits::default()
    })
    .await;
    let mut heard = Vec::new();
    for name in ["isp-a", "isp-b", "isp-c"] {
        let mut lines = house.client(name).lines(&Route::Hints).await.unwrap();
        lines.next().await.unwrap().unwrap();
        heard.push(lines);
    }
    assert_eq!(house.places.at_door(), 0);
    assert_eq!(house.places.members(), 3);
}

#[tokio::test]
async fn connections_from_one_address_have_a_bound() {
    let house = House::with(Limits {
        per_peer: 3,
        ..Limits::default()
    })
    .await;
    let a = house.papers("isp-a");
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut raw = house.raw(Some(&a)).await;
        raw.ask("GET /v1/country").await;
        open.push(raw);
    }
    let mut turned_away = TcpStream::connect(house.address).await.unwrap();
    assert_eq!(within(turned_away.read(&mut [0; 1])).await.unwrap_or(0), 0);
    assert_eq!(house.counts.refused(Kind::FullPeer), 1);
    drop(open);
    within(async {
        while house.places.members() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    house.client("isp-a").get(&Route::Country).await.unwrap();
}

#[tokio::test]
async fn connections_of_one_member_have_a_bound_that_others_do_not_feel() {
    let house = House::with(Limits {
        per_member: 2,
        ..Limits::default()
    })
    .await;
    let a = house.papers("isp-a");
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut raw = house.raw(Some(&a)).await;
        raw.ask("GET /v1/country").await;
        open.push(raw);
    }
    let mut turned_away = house.raw(Some(&a)).await;
    assert_eq!(turned_away.rest().await, "");
    assert_eq!(house.counts.refused(Kind::FullMember), 1);
    house.client("isp-b").get(&Route::Country).await.unwrap();
}

#[tokio::test]
async fn strangers_have_a_room_of_their_own_and_little_time() {
    let house = House::with(Limits {
        strangers: 2,
        stranger: Duration::from_secs(3),
        ..Limits::default()
    })
    .await;
    let mut first = house.raw(None).await;
    let mut second = house.raw(None).await;
    for raw in [&mut first, &mut second] {
        is_refusal(&raw.ask("GET /v1/country").await, Kind::NoCertificate);
    }
    let mut third = house.raw(None).await;
    assert_eq!(third.rest().await, "");
    assert_eq!(house.counts.refused(Kind::FullStrangers), 1);
    house.client("isp-a").get(&Route::Country).await.unwrap();
    // They are shown out although they could go on asking.
    assert_eq!(first.rest().await, "");
    assert_eq!(second.rest().await, "");
    house.raw(None).await.ask("GET /v1/country").await;
}

async fn serving<F, A>(limits: Limits, by: F) -> House
where
    F: Fn(Route) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    let by = Arc::new(By(move |_, route, _| by(route)));
    House::serving(limits, by, Arc::new(Remembering::default())).await
}

#[tokio::test]
async fn a_service_that_panics_costs_one_request() {
    let house = serving(Limits::default(), |route| async move {
        assert_ne!(route, Route::Receipts, "a mistake of ours");
        Answer::Done
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    is_refusal(&raw.ask("POST /v1/receipts").await, Kind::ServiceFailed);
    assert_eq!(house.counts.refused(Kind::ServiceFailed), 1);
    let again = raw.ask("GET /v1/country").await;
    assert!(again.starts_with("HTTP/1.1 204 "), "{again}");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up() {
    let limits = Limits {
        answer: SHORT,
        ..Limits::default()
    };
    let house = serving(limits, |_| std::future::pending()).await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    is_refusal(&raw.ask("POST /v1/receipts").await, Kind::AnswerSlow);
    assert_eq!(house.counts.refused(Kind::AnswerSlow), 1);
}

#[tokio::test]
async fn a_caller_that_leaves_does_not_interrupt_the_service() {
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (go, going) = tokio::sync::watch::channel(false);
    let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
    let house = serving(Limits::default(), move |_| {
        let (begun, ended, mut going) = (begun.clone(), ended.clone(), going.clone());
        async move {
            begun.send(()).unwrap();
            going.wait_for(|go| *go).await.unwrap();
            ended.send(()).unwrap();
            Answer::Done
        }
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send("POST /v1/receipts HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    within(has_begun.recv()).await.unwrap();
    drop(raw);
    within(async {
        while house.places.members() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    go.send_replace(true);
    within(has_ended.recv()).await.unwrap();
}

#[tokio::test]
async fn the_services_words_are_bounded_and_its_status_is_an_error() {
    let house = serving(Limits::default(), |route| async move {
        Answer::Refused {
            status: if route == Route::Country { 200 } else { 409 },
            words: "なぜ".repeat(200_000),
            next: "next ".repeat(200_000),
        }
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    let reply = raw.ask("POST /v1/receipts").await;
    assert!(reply.starts_with("HTTP/1.1 409 "), "{reply}");
    assert!(reply.len() < 8 << 10);
    let reply = raw.ask("GET /v1/country").await;
    assert!(reply.starts_with("HTTP/1.1 500 "), "{reply}");
    assert_eq!(house.counts.refused(Kind::ByService), 1);
    assert_eq!(house.counts.refused(Kind::ServiceFailed), 1);
}

#[tokio::test]
async fn the_end_does_not_wait_for_those_who_stay() {
    let house = House::with(Limits {
        goodbye: Duration::from_secs(2),
        ..Limits::default()
    })
    .await;
    let a = house.papers("isp-a");
    let client = house.client_with(&a);
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    let mut idle = house.raw(Some(&a)).await;
    idle.ask("GET /v1/country").await;
    let mut half = Raw::open(house.address, crate::house::raw_config(Some(&a)))
        .await
        .unwrap();
    half.send("GET /v1/coun").await;
    let _silent = TcpStream::connect(house.address).await.unwrap();
    house.close().await;
    assert!(
        matches!(within(lines.next()).await, Ok(None)),
        "the stream ended in order"
    );
    assert_eq!(idle.rest().await, "");
}

#[tokio::test]
async fn at_the_end_an_idle_connection_is_closed_in_order_and_at_once() {
    let house = House::with(Limits {
        goodbye: Duration::from_secs(3_600),
        head: Duration::from_secs(3_600),
        ..Limits::default()
    })
    .await;
    let mut idle = house.raw(Some(&house.papers("isp-a"))).await;
    idle.ask("GET /v1/country").await;
    let (_, rest) = tokio::join!(house.close(), idle.rest());
    assert_eq!(rest, "");
}

#[tokio::test]
async fn the_end_does_not_wait_for_a_service_that_does_not_answer() {
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let limits = Limits {
        goodbye: SHORT,
        answer: Duration::from_secs(3_600),
        ..Limits::default()
    };
    let house = serving(limits, move |_| {
        begun.send(()).unwrap();
        std::future::pending()
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send("GET /v1/country HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    within(has_begun.recv()).await.unwrap();
    house.close().await;
    assert_eq!(raw.rest().await, "");
}
