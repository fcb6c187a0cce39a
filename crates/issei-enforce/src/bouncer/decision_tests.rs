use issei_model::Digest;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn decision(ip: &str, ends: i64) -> Decision {
    Decision {
        ip: ip.parse().unwrap(),
        order: OrderId(Digest([0xab; 32])),
        ends: Timestamp::from_micros(ends),
    }
}

/// Reads a duration as Go's `time.ParseDuration` does, as far as seconds go, in microseconds.
fn as_go_reads(text: &str) -> Option<i64> {
    let (whole, part) = text.strip_suffix('s')?.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    Some(whole.parse::<i64>().ok()?.checked_mul(1_000_000)? + part)
}

#[test]
fn a_stream_has_the_words_of_the_local_api() {
    let stream = Stream {
        new: vec![decision("192.0.2.7", 3_599_500_000)],
        deleted: vec!["2001:db8::7".parse().unwrap()],
    };
    let body: Value = serde_json::from_slice(&stream.body(Timestamp::from_micros(0))).unwrap();
    let new = &body["new"][0];
    assert_eq!(new["value"], "192.0.2.7");
    assert_eq!(new["duration"], "3599.500s");
    assert_eq!(new["scope"], "Ip");
    assert_eq!(new["type"], "ban");
    assert_eq!(new["origin"], "issei");
    assert_eq!(new["scenario"], "issei/order");
    assert_eq!(new["uuid"], "abababab-abab-abab-abab-abababababab");
    assert!(new["id"].as_u64().is_some_and(|id| id < 1 << 53));
    assert_eq!(body["deleted"][0]["value"], "2001:db8::7");
    assert_eq!(body["deleted"][0]["duration"], "0.000s");
}

#[test]
fn nothing_to_say_is_two_empty_lists_and_no_decision_is_null() {
    let now = Timestamp::from_micros(0);
    assert_eq!(Stream::default().body(now), br#"{"new":[],"deleted":[]}"#);
    assert_eq!(listed(&[], now), b"null");
    let one = listed(&[decision("192.0.2.7", 5_000_000)], now);
    let one: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(one[0]["value"], "192.0.2.7");
}

#[test]
fn ids_differ_by_order_and_by_address() {
    let (one, other) = (decision("192.0.2.7", 1), decision("192.0.2.8", 1));
    assert_ne!(id(one.ip, Some(one.order)), id(other.ip, Some(one.order)));
    assert_ne!(id(one.ip, Some(one.order)), id(one.ip, None));
}

proptest! {
    #[test]
    fn go_reads_every_duration_and_never_a_longer_one(left in any::<i64>()) {
        let read = as_go_reads(&duration(Span::from_micros(left)));
        let read = read.expect("a duration that Go reads");
        prop_assert!(read <= left.max(0) && left.max(0) - read < 1_000);
    }
}
