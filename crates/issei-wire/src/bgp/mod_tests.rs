use proptest::prelude::*;

use super::*;

/// A message of any kind and body, with a right header.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_message(&mut out, kind, |out| out.extend_from_slice(body));
    out
}

#[test]
fn a_header_is_not_judged_before_it_is_there() {
    let mut keepalive = Vec::new();
    write_keepalive(&mut keepalive);
    assert_eq!(keepalive.len(), HEAD);
    for cut in 0..HEAD {
        assert_eq!(length(&keepalive[..cut]), Ok(None));
    }
    assert_eq!(length(&keepalive), Ok(Some(HEAD)));
    assert_eq!(Message::read(&keepalive), Ok(Message::Keepalive));
}

#[test]
fn a_marker_with_any_clear_bit_is_not_synchronised() {
    let mut keepalive = Vec::new();
    write_keepalive(&mut keepalive);
    for bit in 0..128 {
        let mut flipped = keepalive.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let fault = length(&flipped).expect_err("a marker is all ones");
        assert_eq!(fault, Fault::new(bit / 8, Wrong::Marker));
        assert_eq!(fault.notification(), Notification::bare(1, 1));
    }
}

/// RFC 4271, section 6.1: the least and the most that a message of each kind can be.
#[test]
fn lengths_are_those_of_their_kind_and_told_back_if_not() {
    let least = [(1, 29), (2, 23), (3, 21), (4, 19)];
    for (kind, least) in least {
        let most = if kind == 4 { 19 } else { MOST as u16 };
        for told in [0, 18, 19, 20, 22, 23, 28, 29, 4_096, 4_097, u16::MAX] {
            let mut head = message(kind, &[]);
            head[16..18].copy_from_slice(&told.to_be_bytes());
            let fits = (least..=most).contains(&told);
            match length(&head) {
                Ok(length) => assert!(fits && length == Some(told.into()), "{kind} {told}"),
                Err(fault) => {
                    assert!(!fits, "{kind} {told}");
                    let answer = fault.notification();
                    assert_eq!((answer.code, answer.subcode), (1, 2));
                    assert_eq!(answer.about, told.to_be_bytes());
                }
            }
        }
    }
}

#[test]
fn a_kind_that_was_not_agreed_on_is_told_back() {
    for kind in [0, 5, 6, 255] {
        let answer = length(&message(kind, &[0; 4])).expect_err("not agreed on");
        let answer = answer.notification();
        assert_eq!((answer.code, answer.subcode), (1, 3));
        assert_eq!(answer.about, [kind]);
    }
}

#[test]
fn octets_beyond_the_told_length_are_no_part_of_a_message() {
    let mut keepalive = Vec::new();
    write_keepalive(&mut keepalive);
    keepalive.push(0);
    assert!(Message::read(&keepalive).is_err());
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = length(&octets);
        let _ = Message::read(&octets);
    }

    #[test]
    fn any_body_is_read_or_refused(kind in 0u8..6, body in prop::collection::vec(any::<u8>(), 0..600)) {
        let message = message(kind, &body);
        match Message::read(&message) {
            Ok(Message::Update(update)) => {
                let counted = update.count();
                prop_assert!(counted.come + counted.gone <= body.len() as u64);
                let _ = Announcement::read(&update);
            }
            Ok(Message::Open(open)) => {
                let mut again = Vec::new();
                open.write(&mut again);
                prop_assert_eq!(Message::read(&again), Ok(Message::Open(open)));
            }
            Ok(Message::Notification(notification)) => drop(notification.to_string()),
            Ok(Message::Keepalive) => prop_assert!(body.is_empty()),
            Err(fault) => {
                prop_assert!(fault.at <= message.len(), "{fault}");
                let mut answer = Vec::new();
                fault.notification().write(&mut answer);
                prop_assert!(Message::read(&answer).is_ok());
            }
        }
    }
}
