//! The device's six verbs, as bouncers and an enforcer see them.

use std::time::{Duration, Instant};

use issei_enforce::bouncer::{Means, Stops};
use issei_enforce::{Refusal, Standing};
use issei_host::clock;
use issei_host::device::bouncer::{Asks, BouncerDevice, Client, Kind};
use issei_host::device::{Device, Fault};
use issei_model::Span;

use crate::house::{Bouncer, Folder, HERE, counted, cut, gate, opened, order, setup, told, until};

const A: &str = "192.0.2.7";

fn words(device: &mut BouncerDevice) -> String {
    device.read().expect_err("a fault").to_string()
}

fn none() -> (Vec<String>, Vec<String>) {
    (vec![], vec![])
}

fn new(ip: &str) -> (Vec<String>, Vec<String>) {
    (vec![ip.into()], vec![])
}

fn deleted(ip: &str) -> (Vec<String>, Vec<String>) {
    (vec![], vec![ip.into()])
}

#[test]
fn a_patient_bouncer_hears_of_t_and_of_the_lift_at_once_and_never_before() {
    let folder = Folder::new();
    let mut device = opened(&folder, 15_000);
    let mut bouncer = Bouncer::new(&device, "gate");
    assert_eq!(bouncer.polls(true), none());
    let wanted = cut(1, &[A], 300, 60_000);
    device.stage(&wanted).unwrap();
    device.arm(&wanted).unwrap();
    assert_eq!(bouncer.polls(false), new(A));
    let late = clock::now().since(wanted.fires_at.unwrap());
    assert!(late >= Span::ZERO && late < Span::from_secs(5), "{late}");
    // Not in force before it has shown that it read the answer.
    assert_eq!(
        device.read().unwrap()[0].standing,
        Standing::Armed(wanted.fires_at.unwrap())
    );
    bouncer.sends("GET", "/v1/decisions/stream");
    until("in force", || {
        let seen = device.read().unwrap();
        matches!(seen[0].standing, Standing::Active(at) if at >= wanted.fires_at.unwrap())
            .then_some(())
    });
    let lifted = Instant::now();
    device.lift(wanted.order).unwrap();
    let (_, body) = bouncer.hears().unwrap();
    assert_eq!(told(&body), deleted(A));
    assert!(lifted.elapsed() < Duration::from_secs(5));
    assert_eq!(device.read().unwrap().len(), 1, "it may still be held");
    bouncer.sends("GET", "/v1/decisions/stream");
    until("nothing is held", || {
        device.read().unwrap().is_empty().then_some(())
    });
}

#[test]
fn an_impatient_bouncer_is_answered_at_once() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    let mut bouncer = Bouncer::new(&device, "gate");
    let wanted = cut(1, &[A], 600, 60_000);
    device.stage(&wanted).unwrap();
    assert_eq!(bouncer.polls(true), none(), "staged");
    device.arm(&wanted).unwrap();
    assert_eq!(bouncer.polls(false), none(), "armed");
    let first = until("news", || {
        Some(bouncer.polls(false)).filter(|told| *told != none())
    });
    assert!(clock::now() >= wanted.fires_at.unwrap());
    assert_eq!(first, new(A));
    assert_eq!(bouncer.polls(false), none(), "it has read it");
}

#[test]
fn an_answer_that_nobody_read_is_given_again() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    let mut bouncer = Bouncer::new(&device, "gate");
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    bouncer.sends("GET", "/v1/decisions/stream");
    drop(bouncer);
    let mut again = Bouncer::new(&device, "gate");
    // The first answer may still be under way, and then this is the first.
    assert_eq!(again.polls(false), new(A));
    let mut third = Bouncer::new(&device, "gate");
    assert_eq!(third.polls(false), new(A));
    assert_eq!(third.polls(false), none());
}

#[test]
fn the_duration_is_what_is_left_of_the_order() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    let wanted = cut(1, &[A], 0, 60_000);
    device.arm(&wanted).unwrap();
    let (_, body) = Bouncer::new(&device, "gate").asks("/v1/decisions/stream?startup=true");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let duration = body["new"][0]["duration"].as_str().unwrap().to_owned();
    let seconds: f64 = duration.strip_suffix('s').unwrap().parse().unwrap();
    let left = wanted.ends.since(clock::now()).as_secs_f64();
    // It is told in whole milliseconds, rounded down.
    assert!(
        seconds <= 60.0 && seconds + 0.001 >= left,
        "{seconds}, {left} left"
    );
}

#[test]
fn single_questions_are_answered_without_moving_the_stream() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    let mut bouncer = Bouncer::new(&device, "gate");
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    let (status, body) = bouncer.asks("/v1/decisions?ip=192.0.2.7");
    assert_eq!(status, 200);
    assert!(body.contains("\"value\":\"192.0.2.7\""), "{body}");
    assert_eq!(bouncer.asks("/v1/decisions?ip=192.0.2.8").1, "null");
    assert_eq!(bouncer.asks("/v1/decisions?scopes=country").1, "null");
    bouncer.sends("HEAD", "/v1/decisions/stream?startup=true");
    assert_eq!(bouncer.hears().unwrap(), (200, String::new()));
    assert_eq!(bouncer.polls(false), new(A), "a look moves nothing");
}

#[test]
fn in_force_waits_for_the_last_that_carries_it() {
    let folder = Folder::new();
    let beside = Client {
        asks: Asks::Stream {
            means: Means {
                stops: Stops::FromOnly,
                ipv6: true,
            },
            every: Span::from_secs(60),
            patience: Duration::ZERO,
        },
        ..gate("proxy", HERE, 0)
    };
    let clients = vec![gate("one", HERE, 0), gate("two", HERE, 0), beside];
    let mut device = BouncerDevice::open(setup(&folder, clients)).unwrap();
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    let mut reads = |key| {
        let mut bouncer = Bouncer::new(&device, key);
        assert_eq!(bouncer.polls(false), new(A));
        assert_eq!(bouncer.polls(false), none());
        device.read().unwrap()[0].standing
    };
    assert!(matches!(reads("one"), Standing::Armed(_)));
    assert!(matches!(reads("proxy"), Standing::Armed(_)));
    assert!(matches!(reads("two"), Standing::Active(_)));
}

#[test]
fn what_cannot_be_said_is_refused_and_told_to_nobody() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    for (goal, reason) in [("192.0.2.7:23/tcp", "whole host"), ("127.0.0.1", "no host")] {
        let error = device.arm(&cut(1, &[goal], 0, 60_000)).unwrap_err();
        assert!(matches!(error.fault, Fault::Refused(_)), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(Bouncer::new(&device, "gate").polls(true), none());
    assert!(device.read().unwrap().is_empty());
}

#[test]
fn nobody_is_cut_off_from_our_own_port() {
    let folder = Folder::new();
    let mut client = gate("gate", HERE, 0);
    client.from.push("198.51.100.9".parse().unwrap());
    let mut device = BouncerDevice::open(setup(&folder, vec![client])).unwrap();
    let error = device
        .arm(&cut(1, &["198.51.100.9"], 0, 60_000))
        .unwrap_err();
    assert!(
        matches!(error.fault, Fault::Refused(Refusal::ControlPlane(..))),
        "{error}"
    );
}

#[test]
fn a_silent_bouncer_is_a_fault_with_its_name() {
    let folder = Folder::new();
    let mut client = gate("gate", HERE, 0);
    if let Asks::Stream { every, .. } = &mut client.asks {
        *every = Span::from_millis(100);
    }
    let mut device = BouncerDevice::open(setup(&folder, vec![client])).unwrap();
    assert!(device.read().is_ok(), "it may still come");
    until("silence", || device.read().is_err().then_some(()));
    let said = words(&mut device);
    assert!(said.contains("`gate` has not asked for"), "{said}");
    let staged = device.stage(&cut(1, &[A], 1_000, 60_000)).unwrap_err();
    assert!(matches!(staged.fault, Fault::Away(_)));
    Bouncer::new(&device, "gate").polls(true);
    assert!(device.read().is_ok());
}

#[test]
fn a_bouncer_that_asks_for_others_only_is_a_fault_with_the_parameter() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    let mut bouncer = Bouncer::new(&device, "gate");
    let (_, body) = bouncer.asks("/v1/decisions/stream?startup=true&origins=crowdsec");
    assert_eq!(told(&body), none());
    let said = words(&mut device);
    assert!(said.contains("take `origins` out"), "{said}");
    assert_eq!(counted(&device, |kind| kind == Kind::Barred), 1);
    let (_, body) = bouncer.asks("/v1/decisions/stream?origins=crowdsec,issei&scopes=Ip");
    assert_eq!(told(&body), new(A));
    assert!(device.read().is_ok());
}

#[test]
fn what_was_given_before_a_restart_is_taken_back_and_told_until_then() {
    let folder = Folder::new();
    let mut device = opened(&folder, 0);
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    drop(device);
    let mut device = opened(&folder, 0);
    let said = words(&mut device);
    assert!(said.contains("may hold 1 addresses from before"), "{said}");
    let mut bouncer = Bouncer::new(&device, "gate");
    assert_eq!(bouncer.polls(false), deleted(A));
    assert_eq!(bouncer.polls(false), none());
    assert!(device.read().unwrap().is_empty());
}

#[test]
fn emptying_waits_until_each_was_told_and_says_who_was_not() {
    let folder = Folder::new();
    let mut device = opened(&folder, 15_000);
    let mut bouncer = Bouncer::new(&device, "gate");
    device.arm(&cut(1, &[A], 0, 60_000)).unwrap();
    assert_eq!(bouncer.polls(true), new(A));
    bouncer.sends("GET", "/v1/decisions/stream");
    assert_eq!(device.lift_all().unwrap(), 1);
    let (_, body) = bouncer.hears().unwrap();
    assert_eq!(told(&body), deleted(A));
    device.arm(&cut(2, &[A], 0, 60_000)).unwrap();
    assert_eq!(bouncer.polls(false), new(A));
    let began = Instant::now();
    let error = device.lift_all().unwrap_err().to_string();
    assert!(error.contains("`gate` has not asked since"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(4));
    assert_eq!(
        bouncer.polls(false),
        deleted(A),
        "it is told as soon as it asks"
    );
}

#[test]
fn an_older_question_of_the_same_bouncer_is_let_go() {
    let folder = Folder::new();
    let device = opened(&folder, 15_000);
    let (mut one, mut other) = (Bouncer::new(&device, "gate"), Bouncer::new(&device, "gate"));
    one.sends("GET", "/v1/decisions/stream");
    until("it waits", || (!device.rhythms().is_empty()).then_some(()));
    std::thread::sleep(Duration::from_millis(100));
    other.sends("GET", "/v1/decisions/stream");
    let (_, body) = one.hears().unwrap();
    assert_eq!(told(&body), none());
    assert_eq!(counted(&device, |kind| kind == Kind::Doubled), 1);
}

#[test]
fn who_hangs_up_while_waiting_no_longer_counts_as_asking() {
    let folder = Folder::new();
    let mut client = gate("gate", HERE, 60_000);
    if let Asks::Stream { every, .. } = &mut client.asks {
        *every = Span::from_millis(200);
    }
    let mut device = BouncerDevice::open(setup(&folder, vec![client])).unwrap();
    let mut bouncer = Bouncer::new(&device, "gate");
    bouncer.polls(true);
    bouncer.sends("GET", "/v1/decisions/stream");
    std::thread::sleep(Duration::from_millis(900));
    assert!(device.read().is_ok(), "it waits for news");
    drop(bouncer);
    until("silence", || device.read().is_err().then_some(()));
    let _ = order(1);
}
