//! Hints: told to all, held up by nobody.

use std::time::Duration;

use issei_host::exchange::{CallError, Client, Failure, Kind, Limits, Patience, Route};

use crate::house::{House, within};

#[tokio::test]
async fn a_hint_reaches_everybody_in_order() {
    let house = House::with(Limits {
        per_peer: usize::MAX,
        per_member: usize::MAX,
        ..Limits::default()
    })
    .await;
    let mut readers = Vec::new();
    for number in 0..20 {
        let client = house.client(&format!("isp-{number}"));
        let mut lines = client.lines(&Route::Hints).await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), "{\"size\":0}");
        readers.push(lines);
    }
    assert_eq!(house.service.fan.listeners(), 20);
    for size in 1..=5 {
        house
            .service
            .fan
            .tell(format!("{{\"size\":{size}}}").as_bytes());
    }
    for lines in &mut readers {
        for size in 1..=5 {
            let line = within(lines.next()).await.unwrap().unwrap();
            assert_eq!(line, format!("{{\"size\":{size}}}"));
        }
    }
}

#[tokio::test]
async fn a_slow_reader_is_dropped_and_counted_and_holds_up_nobody() {
    // It is the lost lines that count here, not that it took nothing for long.
    let house = House::with(Limits {
        stall: Duration::from_secs(3_600),
        ..Limits::default()
    })
    .await;
    let mut slow = house.raw(Some(&house.papers("isp-a"))).await;
    slow.send("GET /v1/hints HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let client = house.client("isp-b");
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    // The slow one does not read at all: what the kernel holds for it fills up, then the room that
    // the fan keeps runs out.
    let line = vec![b'x'; 10_000];
    let mut told = 0;
    while house.counts.refused(Kind::ReaderSlow) == 0 {
        house.service.fan.tell(&line);
        told += 1;
        assert_eq!(within(lines.next()).await.unwrap().unwrap(), line);
        if told == 5_000 {
            // 50 MB are more than both kernels' buffers. Now it reads, and finds that it lost some.
            slow.rest().await;
        }
        assert!(told < 10_000, "never dropped");
    }
    within(async {
        while house.places.members() > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(house.counts.refused(Kind::ReaderSlow), 1);
    house.service.fan.tell(b"{\"size\":1}");
    assert_eq!(within(lines.next()).await.unwrap().unwrap(), "{\"size\":1}");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_dropped_and_counted() {
    let house = House::with(Limits {
        stall: Duration::from_millis(200),
        ..Limits::default()
    })
    .await;
    let mut slow = house.raw(Some(&house.papers("isp-a"))).await;
    slow.send("GET /v1/hints HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let line = vec![b'x'; 10_000];
    within(async {
        while house.counts.refused(Kind::ReaderSlow) == 0 {
            house.service.fan.tell(&line);
            tokio::time::sleep(Duration::from_micros(50)).await;
        }
    })
    .await;
    within(async {
        while house.places.members() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_quiet_stream_shows_that_it_is_alive_and_a_dead_one_is_noticed() {
    let house = House::with(Limits {
        beat: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let mut raw = house.raw(Some(&house.papers("isp-a"))).await;
    raw.send("GET /v1/hints HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut seen = String::new();
    let beats = |seen: &str| seen.matches("1\r\n\n\r\n").count();
    while beats(&seen) < 3 {
        let mut bytes = [0; 512];
        let read = within(tokio::io::AsyncReadExt::read(&mut raw.0, &mut bytes)).await;
        seen.push_str(std::str::from_utf8(&bytes[..read.unwrap()]).unwrap());
    }
    // A client that expects beats more often than they come takes the line for dead.
    let house = House::open().await;
    let patience = Patience {
        silence: Duration::from_millis(100),
        ..Patience::default()
    };
    let own = house.papers("isp-a").credentials();
    let client = Client::with_patience(house.address.to_string(), &own, patience).unwrap();
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    let dead = within(lines.next()).await;
    assert!(
        matches!(
            dead,
            Err(CallError::Failed {
                cause: Failure::Slow,
                ..
            })
        ),
        "{dead:?}"
    );
}

#[tokio::test]
async fn a_reader_that_leaves_gives_its_place_back() {
    let house = House::open().await;
    let client = house.client("isp-a");
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    assert_eq!(house.places.members(), 1);
    drop(lines);
    within(async {
        while house.places.members() > 0 || house.service.fan.listeners() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_line_end_inside_a_line_does_not_make_two() {
    let house = House::open().await;
    let client = house.client("isp-a");
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    house.service.fan.tell(b"{\"a\":\n1}\n");
    assert_eq!(within(lines.next()).await.unwrap().unwrap(), "{\"a\":1}");
}
