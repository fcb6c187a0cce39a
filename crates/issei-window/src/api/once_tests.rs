use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

#[test]
fn what_is_sent_twice_is_done_once() {
    let once = Once::default();
    let turn = |who: &str, body: &[u8], now| once.turn(who, "k", "/a", body, now);
    let Turn::Go(name) = turn("duty", b"x", at(0)) else {
        panic!("the first goes ahead");
    };
    assert_eq!(
        turn("duty", b"x", at(1)),
        Turn::Busy,
        "while it is being done"
    );
    let answer = Bytes::from_static(b"done");
    once.done(name, StatusCode::OK, &answer);
    assert_eq!(
        turn("duty", b"x", at(2)),
        Turn::Again(StatusCode::OK, answer)
    );
    assert_eq!(turn("duty", b"y", at(3)), Turn::Other);
    assert_eq!(
        once.turn("duty", "k", "/b", b"x", at(3)),
        Turn::Other,
        "another address"
    );
    assert!(
        matches!(turn("other", b"x", at(3)), Turn::Go(_)),
        "another person"
    );
    assert!(
        matches!(turn("duty", b"x", at(90_000)), Turn::Go(_)),
        "a day later"
    );
}

#[test]
fn what_broke_can_be_tried_again() {
    let once = Once::default();
    let Turn::Go(name) = once.turn("duty", "k", "/a", b"", at(0)) else {
        panic!("the first goes ahead");
    };
    once.done(name, StatusCode::SERVICE_UNAVAILABLE, &Bytes::new());
    assert!(matches!(
        once.turn("duty", "k", "/a", b"", at(1)),
        Turn::Go(_)
    ));
}

#[test]
fn what_is_remembered_is_bounded() {
    let once = Once::default();
    for number in 0..MOST {
        let turn = once.turn("duty", &number.to_string(), "/a", b"", at(0));
        assert!(matches!(turn, Turn::Go(_)));
    }
    assert_eq!(once.turn("duty", "more", "/a", b"", at(1)), Turn::Full);
    assert!(matches!(
        once.turn("duty", "more", "/a", b"", at(90_000)),
        Turn::Go(_)
    ));
}
