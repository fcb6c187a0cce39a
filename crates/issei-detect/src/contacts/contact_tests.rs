use super::*;
use crate::contacts::tests::{at, exchange, unanswered};

const HOST: u32 = 0x68f8_a018;

fn contact() -> Contact<u32> {
    let service = Service {
        address: HOST,
        port: 23,
        udp: false,
    };
    Contact::new(service, at(0), 40_000, 31)
}

fn note(contact: &mut Contact<u32>, record: &FlowRecord) {
    let mut columns = Columns::<u32>::default();
    columns.push(0x0a00_0007, HOST, record);
    let exchange = if record.reverse_packets > 0 {
        Exchange::Answered
    } else {
        Exchange::Tried
    };
    contact.note_sent(&columns, 0, exchange, 1);
}

/// A record of source port 40,000.
fn piece(from: i64, to: i64) -> FlowRecord {
    FlowRecord {
        source_port: 40_000,
        ..exchange(0x0a00_0007, HOST, 23, from, to)
    }
}

#[test]
fn pieces_of_one_long_session_are_one_session_and_no_return() {
    let mut contact = contact();
    for minute in 0..30 {
        note(&mut contact, &piece(minute * 60, minute * 60 + 59));
    }
    assert_eq!((contact.sessions, contact.returns()), (1, 0));
    assert_eq!(contact.session.first, at(0));
    assert_eq!(contact.session.last, at(29 * 60 + 59));
}

#[test]
fn another_port_or_a_long_silence_begins_a_session() {
    let mut contact = contact();
    note(&mut contact, &piece(0, 10));
    note(&mut contact, &exchange(0x0a00_0007, HOST, 23, 20, 30));
    assert_eq!(contact.returns(), 1);
    note(&mut contact, &piece(400, 410));
    note(&mut contact, &piece(711, 712));
    assert_eq!(contact.returns(), 3);
}

#[test]
fn a_session_is_answered_only_by_its_own_answer() {
    let mut contact = contact();
    note(&mut contact, &piece(0, 10));
    assert!(contact.session.answered);
    note(
        &mut contact,
        &unanswered(exchange(0x0a00_0007, HOST, 23, 20, 30)),
    );
    assert!(!contact.session.answered && contact.answered == 1);
}

#[test]
fn what_is_sampled_is_scaled() {
    let mut contact = contact();
    let mut record = piece(0, 1);
    (record.sampling, record.packets, record.bytes) = (1_000, 1, 60);
    note(&mut contact, &record);
    assert_eq!((contact.sent.packets, contact.sent.bytes), (1_000, 60_000));
}

#[test]
fn the_longest_record_is_the_one_that_is_kept() {
    let mut contact = contact();
    for (from, to) in [(0, 5), (10, 300), (400, 402)] {
        note(&mut contact, &exchange(0x0a00_0007, HOST, 23, from, to));
    }
    assert_eq!(contact.shown.len(), 1);
    assert_eq!(contact.shown[0].last, at(300));
}

#[test]
fn a_contact_has_room_for_one_record_and_takes_over_the_room_of_another() {
    let (mut old, mut new) = (contact(), contact());
    note(&mut old, &piece(0, 5));
    assert_eq!(old.shown.capacity(), 1);
    let room = old.shown.as_ptr();
    new.reuse(&mut old);
    note(&mut new, &piece(7, 8));
    assert_eq!((new.shown.len(), new.shown[0].first), (1, at(7)));
    assert_eq!(new.shown.as_ptr(), room);
}

#[test]
fn intervals_have_a_median_and_a_spread_once_there_are_sixteen() {
    let mut intervals = Intervals::default();
    for n in 0..15 {
        intervals.add(Span::from_secs(60 + n % 2));
        assert!(intervals.median_and_spread().is_none());
    }
    intervals.add(Span::from_secs(-60));
    let (median, spread) = intervals.median_and_spread().unwrap();
    assert_eq!(median, Span::from_secs(60));
    assert!((spread - 1.0 / 60.0).abs() < 1e-9, "{spread}");
}

#[test]
fn hours_are_those_of_the_day_before_the_epoch_too() {
    assert_eq!(hour_of_day(Timestamp::from_secs(-1)), 23);
    assert_eq!(hour_of_day(Timestamp::from_secs(86_400 * 9 + 7_200)), 2);
}
