use std::collections::BTreeSet;

use super::super::key::Signed;
use super::super::serial::Serial;
use super::super::versions::{Bounds, Timers};
use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

fn zone() -> Zone {
    let timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    let bounds = Bounds {
        changes: 9,
        records: 99,
    };
    let apex = "hot.rpz.test".parse().expect("a name");
    Zone::new(apex, Serial(7), BTreeSet::new(), timers, bounds)
}

fn at(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 53))
}

fn key() -> Key {
    Key::new("one.key".parse().expect("a name"), &[1; 32]).expect("a key")
}

fn notices() -> Notices {
    Notices::new(vec![(at(1), Some(key())), (at(2), None)])
}

fn due(notices: &mut Notices, now: Timestamp) -> Vec<Notice> {
    let mut out = Vec::new();
    notices.on_deadline(now, &zone(), &mut out);
    out
}

/// The answer to a notice (RFC 1996 section 4.7).
fn answer(notice: &Notice) -> Vec<u8> {
    let mut bytes = notice.bytes.clone();
    bytes[2] |= 0x80;
    bytes
}

#[test]
fn everybody_is_told_at_once_and_signed_where_there_is_a_key() {
    let mut notices = notices();
    assert_eq!(due(&mut notices, NOW), []);
    notices.changed(NOW, || 9);
    let told = due(&mut notices, NOW);
    assert_eq!(
        told.iter().map(|notice| notice.to).collect::<Vec<_>>(),
        [at(1), at(2)]
    );
    let signed = Signed::find(&told[0].bytes)
        .expect("signed")
        .expect("whole");
    assert_eq!(
        key().check(NOW, &told[0].bytes, &signed, Covers::Request),
        Ok(())
    );
    assert!(Signed::find(&told[1].bytes).is_none());
    assert_eq!(told[1].bytes[2] >> 3, 4, "a notice");
}

#[test]
fn who_has_heard_is_not_told_again() {
    let mut notices = notices();
    notices.changed(NOW, || 9);
    let told = due(&mut notices, NOW);
    assert!(notices.answered(at(1), &answer(&told[0])));
    let later = NOW + Span::from_secs(60);
    assert_eq!(due(&mut notices, later).len(), 1);
}

#[test]
fn an_answer_of_somebody_else_or_to_something_else_does_not_count() {
    let mut notices = notices();
    notices.changed(NOW, || 9);
    let told = due(&mut notices, NOW);
    assert!(!notices.answered(at(3), &answer(&told[0])));
    let mut other = answer(&told[0]);
    other[1] ^= 1;
    assert!(!notices.answered(at(1), &other));
    assert!(!notices.answered(at(1), &told[0].bytes));
    assert!(!notices.answered(at(1), b"short"));
}

#[test]
fn after_a_few_seconds_nobody_goes_on_and_it_is_counted() {
    let mut notices = notices();
    notices.changed(NOW, || 9);
    let (mut told, mut now) = (0, NOW);
    while let Some(deadline) = notices.next_deadline() {
        now = deadline;
        told += due(&mut notices, now).len();
    }
    assert_eq!(told, 2 * TRIES as usize);
    assert_eq!(notices.unheard(), 2);
    assert!(now.since(NOW) < Span::from_secs(7), "{}", now.since(NOW));
}

#[test]
fn a_further_change_is_told_at_once() {
    let mut notices = notices();
    notices.changed(NOW, || 9);
    due(&mut notices, NOW);
    notices.changed(NOW, || 10);
    assert_eq!(due(&mut notices, NOW).len(), 2);
    assert_eq!(notices.unheard(), 0);
}
