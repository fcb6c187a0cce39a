//! Who is turned away, and what a hostile client can do: nothing, and it is counted.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use issei_host::device::Device;
use issei_host::device::bouncer::{Asks, BouncerDevice, Client, Kind};

use crate::house::{Bouncer, ELSEWHERE, Folder, HERE, counted, cut, gate, opened, setup, until};

const STREAM: &str = "/v1/decisions/stream?startup=true";

#[test]
fn without_a_key_or_with_a_wrong_one_there_is_nothing() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    device.arm(&cut(1, &["192.0.2.7"], 0, 60_000)).unwrap();
    for (target, key) in [
        (STREAM, "gat"),
        ("/v1/decisions", "gate2"),
        ("/nothing", ""),
    ] {
        let (status, body) = Bouncer::new(&device, key).asks(target);
        assert_eq!(status, 403, "{target} {key}: {body}");
        assert!(!body.contains("192.0.2.7"));
    }
    let mut bare = Bouncer::new(&device, "");
    bare.sends_raw(b"GET /v1/decisions/stream HTTP/1.1\r\nHost: api\r\n\r\n")
        .unwrap();
    assert_eq!(bare.hears().unwrap().0, 403);
    assert_eq!(counted(&device, |kind| kind == Kind::WrongKey), 3);
    assert_eq!(counted(&device, |kind| kind == Kind::NoKey), 1);
    // And nothing was moved: the bouncer itself still gets everything.
    assert_eq!(Bouncer::new(&device, "gate").polls(false).0.len(), 1);
}

#[test]
fn a_key_is_good_only_from_where_its_bouncer_asks() {
    let folder = Folder::new();
    let clients = vec![gate("gate", ELSEWHERE, 0), gate("other", HERE, 0)];
    let device = BouncerDevice::open(setup(&folder, clients)).unwrap();
    let (status, _) = Bouncer::new(&device, "gate").asks(STREAM);
    assert_eq!(status, 403);
    assert_eq!(counted(&device, |kind| kind == Kind::OtherPlace), 1);
    let (status, _) = Bouncer::new(&device, "other").asks(STREAM);
    assert_eq!(status, 200);
}

#[test]
fn a_stranger_is_let_go_before_it_has_said_anything() {
    let folder = Folder::new();
    let clients = vec![gate("gate", ELSEWHERE, 0)];
    let device = BouncerDevice::open(setup(&folder, clients)).unwrap();
    let mut stream = TcpStream::connect(device.address()).unwrap();
    let mut rest = Vec::new();
    // Closed, or reset: either way nothing was said.
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    until("it is counted", || {
        (counted(&device, |kind| kind == Kind::Stranger) == 1).then_some(())
    });
}

#[test]
fn a_request_that_is_not_clear_is_refused_and_counted() {
    let folder = Folder::new();
    let device = opened(&folder, 0);
    for (target, wanted) in [
        ("/v1/usage-metrics", 404),
        ("/", 404),
        ("/v1/decisions?ip=everything", 400),
        ("/v1/decisions/stream?startup=perhaps", 400),
        ("/v1/decisions?nonsense=1", 400),
        ("/v1/decisions?ip=%", 400),
    ] {
        let (status, body) = Bouncer::new(&device, "gate").asks(target);
        assert_eq!(status, wanted, "{target}: {body}");
        assert!(body.starts_with("{\"message\":"), "{body}");
    }
    let mut posting = Bouncer::new(&device, "gate");
    posting.sends("DELETE", "/v1/decisions");
    assert_eq!(posting.hears().unwrap().0, 405);
    assert_eq!(counted(&device, |kind| matches!(kind, Kind::Unclear(_))), 6);
    assert_eq!(counted(&device, |kind| kind == Kind::OtherMethod), 1);
}

#[test]
fn a_key_for_single_questions_gets_no_stream() {
    let folder = Folder::new();
    let single = Client {
        asks: Asks::Single,
        ..gate("proxy", HERE, 0)
    };
    let clients = vec![single, gate("gate", HERE, 0)];
    let mut device = BouncerDevice::open(setup(&folder, clients)).unwrap();
    device.arm(&cut(1, &["192.0.2.7"], 0, 60_000)).unwrap();
    assert_eq!(Bouncer::new(&device, "proxy").asks(STREAM).0, 403);
    let (_, body) = Bouncer::new(&device, "proxy").asks("/v1/decisions?ip=192.0.2.7");
    assert!(body.contains("192.0.2.7"));
    assert_eq!(Bouncer::new(&device, "gate").polls(true).0, ["192.0.2.7"]);
    assert_eq!(counted(&device, |kind| kind == Kind::OtherKey), 1);
}

#[test]
fn heads_without_end_and_no_heads_at_all_are_cut_off() {
    let folder = Folder::new();
    let device = opened(&folder, 0);
    let mut long = Bouncer::new(&device, "gate");
    let head = format!("GET / HTTP/1.1\r\nX-Api-Key: {}", "k".repeat(40_000));
    let _ = long.sends_raw(head.as_bytes());
    let mut many = Bouncer::new(&device, "gate");
    let fields = "X-A: b\r\n".repeat(100);
    let _ = many.sends_raw(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes());
    let mut other = Bouncer::new(&device, "gate");
    let _ = other.sends_raw(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n");
    until("three broken heads", || {
        (counted(&device, |kind| kind == Kind::Broken) == 3).then_some(())
    });
    assert_eq!(Bouncer::new(&device, "gate").asks(STREAM).0, 200);
}

#[test]
fn one_address_has_a_share_of_the_places_and_the_others_go_on() {
    let folder = Folder::new();
    let device = opened(&folder, 0);
    let full = |device: &BouncerDevice| counted(device, |kind| kind == Kind::NoPlace);
    let mut idle: Vec<TcpStream> = Vec::new();
    while full(&device) == 0 {
        assert!(idle.len() < 64, "places without end");
        let mut stream = TcpStream::connect(device.address()).unwrap();
        let _ = stream.write_all(b"GET /v1/dec");
        idle.push(stream);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(idle.len() >= 16, "{}", idle.len());
    drop(idle);
    until("a place", || {
        let mut bouncer = Bouncer::new(&device, "gate");
        bouncer
            .sends_raw(b"GET /v1/decisions HTTP/1.1\r\nHost: a\r\nX-Api-Key: gate\r\n\r\n")
            .ok()?;
        bouncer.hears().ok().filter(|(status, _)| *status == 200)
    });
}

#[test]
fn one_who_sends_a_head_byte_by_byte_loses_the_connection() {
    let folder = Folder::new();
    let device = opened(&folder, 0);
    let mut stream = TcpStream::connect(device.address()).unwrap();
    let mut sent = 0;
    while counted(&device, |kind| kind == Kind::Slow) == 0 {
        assert!(sent < 600, "a head that takes a minute");
        let _ = stream.write_all(b"G");
        sent += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
}
