use std::collections::BTreeSet;

use issei_model::Span;

use super::super::fetch::{Fetch, NotFetched, Wanted};
use super::super::records::{Record, Says};
use super::super::versions::{Bounds, Timers};
use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

fn name(text: &str) -> DomainName {
    text.parse().expect("a name")
}

fn key(secret: u8) -> Key {
    Key::new(name("one.key"), &[secret; 32]).expect("a key")
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// One caller that signs, one that cannot.
fn port() -> Port {
    let signs = Caller {
        ip: ip(1),
        access: Access::Key(key(1)),
    };
    let cannot = Caller {
        ip: ip(2),
        access: Access::Address,
    };
    Port::new(vec![signs, cannot])
}

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
    let records = BTreeSet::from([Record::of(&name("c2.example"), Says::Absent)]);
    Zone::new(name("hot.rpz.test"), Serial(7), records, timers, bounds)
}

fn fetch(wanted: Wanted, secret: Option<u8>) -> Fetch {
    Fetch::new(77, &name("hot.rpz.test"), wanted, secret.map(key))
}

fn trouble(port: &mut Port, from: IpAddr, over: Over, bytes: &[u8]) -> (Trouble, Option<u8>) {
    let turned = port.read(NOW, from, over, bytes).expect_err("turned away");
    let code = turned.reply.map(|reply| {
        assert!(
            reply.len() <= bytes.len() + 64,
            "no larger than what was sent"
        );
        reply[3] & 15
    });
    (turned.trouble, code)
}

/// Codes of answers (RFC 6895 section 2.3).
const FORMERR: u8 = 1;
const REFUSED: u8 = 5;
const NOTAUTH: u8 = 9;

fn whole(reply: Reply, fetch: &mut Fetch) -> Result<BTreeSet<Record>, NotFetched> {
    let mut held = BTreeSet::new();
    match reply {
        Reply::One(message) => drop(fetch.take(NOW, &message)?),
        Reply::Stream(mut transfer) => {
            while let Some(message) = transfer.next(NOW) {
                fetch.take(NOW, &message)?;
            }
        }
    }
    fetch.apply(&mut held).map(|_| held)
}

#[test]
fn who_signs_gets_the_whole() {
    let mut fetch = fetch(Wanted::Whole, Some(1));
    let request = fetch.request(NOW);
    let asked = port().read(NOW, ip(1), Over::Tcp, &request).expect("asked");
    let held = whole(asked.answer(NOW, &zone()), &mut fetch).expect("fetched");
    assert_eq!(held, **zone().records());
}

#[test]
fn who_cannot_sign_is_known_by_its_address() {
    let mut fetch = fetch(Wanted::Whole, None);
    let request = fetch.request(NOW);
    let asked = port().read(NOW, ip(2), Over::Tcp, &request).expect("asked");
    assert!(whole(asked.answer(NOW, &zone()), &mut fetch).is_ok());
}

#[test]
fn a_datagram_gets_a_start_of_authority_and_no_more() {
    for wanted in [Wanted::Start, Wanted::Since(Serial(3))] {
        let mut fetch = fetch(wanted, Some(1));
        let request = fetch.request(NOW);
        let asked = port().read(NOW, ip(1), Over::Udp, &request).expect("asked");
        let Reply::One(reply) = asked.answer(NOW, &zone()) else {
            panic!("one message");
        };
        assert!(reply.len() <= 512);
        fetch.take(NOW, &reply).expect("signed");
        assert_eq!(fetch.apply(&mut BTreeSet::new()), Ok(Serial(7)));
    }
}

#[test]
fn a_stranger_is_refused() {
    let request = fetch(Wanted::Whole, Some(1)).request(NOW);
    let met = trouble(&mut port(), ip(9), Over::Tcp, &request);
    assert_eq!(met, (Trouble::Stranger, Some(REFUSED)));
}

#[test]
fn who_has_a_key_must_sign() {
    for wanted in [Wanted::Start, Wanted::Whole, Wanted::Since(Serial(3))] {
        let request = fetch(wanted, None).request(NOW);
        let met = trouble(&mut port(), ip(1), Over::Tcp, &request);
        assert_eq!(met, (Trouble::Unsigned, Some(REFUSED)));
    }
}

#[test]
fn a_wrong_key_is_told_so_without_a_signature() {
    let request = fetch(Wanted::Whole, Some(2)).request(NOW);
    let met = trouble(&mut port(), ip(1), Over::Tcp, &request);
    assert_eq!(met, (Trouble::BadSignature, Some(NOTAUTH)));
}

#[test]
fn an_unknown_key_is_told_so() {
    let other = Key::new(name("two.key"), &[1; 32]).expect("a key");
    let request = Fetch::new(77, &name("hot.rpz.test"), Wanted::Whole, Some(other)).request(NOW);
    let met = trouble(&mut port(), ip(1), Over::Tcp, &request);
    assert_eq!(met, (Trouble::OtherKey, Some(NOTAUTH)));
}

#[test]
fn the_key_of_one_caller_does_not_serve_another() {
    let request = fetch(Wanted::Whole, Some(1)).request(NOW);
    let met = trouble(&mut port(), ip(2), Over::Tcp, &request);
    assert_eq!(met, (Trouble::OtherKey, Some(NOTAUTH)));
}

#[test]
fn a_signature_of_another_time_is_told_our_time() {
    let old = NOW - Span::from_secs(301);
    let request = fetch(Wanted::Whole, Some(1)).request(old);
    let turned = port()
        .read(NOW, ip(1), Over::Tcp, &request)
        .expect_err("turned");
    assert_eq!(turned.trouble, Trouble::OtherTime);
    let reply = turned.reply.expect("told");
    let signed = Signed::find(&reply)
        .expect("a signature")
        .expect("a whole one");
    let request = Signed::find(&request)
        .expect("a signature")
        .expect("a whole one");
    let checked = key(1).check(old, &reply, &signed, Covers::Answer(&request.mac));
    assert_eq!(checked, Ok(()));
}

#[test]
fn the_same_request_for_a_transfer_is_answered_once() {
    let mut port = port();
    let request = fetch(Wanted::Whole, Some(1)).request(NOW);
    assert!(port.read(NOW, ip(1), Over::Tcp, &request).is_ok());
    let met = trouble(&mut port, ip(1), Over::Tcp, &request);
    assert_eq!(met, (Trouble::Replayed, Some(REFUSED)));
    let another = Fetch::new(78, &name("hot.rpz.test"), Wanted::Whole, Some(key(1))).request(NOW);
    assert!(port.read(NOW, ip(1), Over::Tcp, &another).is_ok());
}

#[test]
fn the_memory_of_signatures_forgets_what_no_longer_counts() {
    let mut port = port();
    for minute in 0..30 {
        let now = NOW + Span::from_secs(minute * 60);
        let request = fetch(Wanted::Whole, Some(1)).request(now);
        assert!(port.read(now, ip(1), Over::Tcp, &request).is_ok());
    }
    assert!(port.seen.len() <= 11, "{}", port.seen.len());
}

#[test]
fn other_questions_are_refused() {
    let mut request = fetch(Wanted::Start, None).request(NOW);
    let kind = request.len() - 3;
    request[kind] = 1;
    for over in [Over::Udp, Over::Tcp] {
        let met = trouble(&mut port(), ip(2), over, &request);
        assert_eq!(met, (Trouble::OtherQuestion, Some(REFUSED)));
    }
    let whole = fetch(Wanted::Whole, None).request(NOW);
    let met = trouble(&mut port(), ip(2), Over::Udp, &whole);
    assert_eq!(met, (Trouble::OtherQuestion, Some(REFUSED)));
}

#[test]
fn a_notice_or_an_update_is_refused() {
    for opcode in [1, 2, 4, 5, 15] {
        let mut request = fetch(Wanted::Start, None).request(NOW);
        request[2] |= opcode << 3;
        let met = trouble(&mut port(), ip(2), Over::Udp, &request);
        assert_eq!(met, (Trouble::OtherQuestion, Some(REFUSED)));
    }
}

#[test]
fn another_zone_is_refused() {
    let request = Fetch::new(77, &name("other.test"), Wanted::Start, None).request(NOW);
    let asked = port().read(NOW, ip(2), Over::Udp, &request).expect("asked");
    assert!(!asked.asks(zone().apex()));
    assert_eq!(asked.no_such_zone(NOW).trouble, Trouble::OtherZone);
}

#[test]
fn an_answer_is_never_answered() {
    let mut request = fetch(Wanted::Start, None).request(NOW);
    request[2] |= 0x80;
    let met = trouble(&mut port(), ip(2), Over::Udp, &request);
    assert_eq!(met, (Trouble::Unanswerable, None));
}

#[test]
fn what_ends_too_soon_is_told_so() {
    for wanted in [Wanted::Start, Wanted::Since(Serial(3))] {
        let request = fetch(wanted, Some(1)).request(NOW);
        for length in 0..request.len() {
            let met = port().read(NOW, ip(1), Over::Tcp, &request[..length]);
            let turned = met.expect_err("not whole");
            match length {
                0..12 => assert_eq!(turned.reply, None),
                _ => assert_eq!(turned.reply.map(|reply| reply[3] & 15), Some(FORMERR)),
            }
        }
    }
}
