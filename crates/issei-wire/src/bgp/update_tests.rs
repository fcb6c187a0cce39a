use super::super::{Message, write_counted, write_message};
use super::*;

/// An UPDATE of these parts.
fn update(gone: &[u8], attributes: &[u8], come: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_message(&mut out, super::super::kind::UPDATE, |out| {
        write_counted(out, |out| out.extend_from_slice(gone));
        write_counted(out, |out| out.extend_from_slice(attributes));
        out.extend_from_slice(come);
    });
    out
}

fn count(octets: &[u8]) -> Counted {
    match Message::read(octets) {
        Ok(Message::Update(update)) => update.count(),
        other => panic!("{other:?}"),
    }
}

fn counted(come: u64, gone: u64, torn: bool) -> Counted {
    Counted { come, gone, torn }
}

#[test]
fn the_end_of_a_table_tells_no_routes() {
    assert_eq!(count(&update(&[], &[], &[])), counted(0, 0, false));
}

#[test]
fn prefixes_of_every_length_are_counted() {
    let come: Vec<u8> = (0..=32u8)
        .flat_map(|bits| [vec![bits], vec![10; usize::from(bits).div_ceil(8)]].concat())
        .collect();
    assert_eq!(count(&update(&[8, 10], &[], &come)), counted(33, 1, false));
}

#[test]
fn routes_of_other_families_are_counted_in_their_attributes() {
    // Two rules come, one of them with a length of two octets; a prefix of IPv6 goes.
    let rules = [&[3, 1, 8, 10, 0xf0, 0xf0][..], &[7; 0xf0]].concat();
    let reach = [&[0, 1, 133, 0, 0][..], &rules].concat();
    let unreach = [0, 2, 1, 16, 0x20, 0x01];
    let attributes = [
        &[0x90, 14, (reach.len() >> 8) as u8, reach.len() as u8][..],
        &reach,
        &[0x80, 15, unreach.len() as u8],
        &unreach,
        &[0xc0, 250, 1, 0],
    ]
    .concat();
    assert_eq!(count(&update(&[], &attributes, &[])), counted(2, 1, false));
}

#[test]
fn what_cannot_be_told_apart_is_marked_and_does_not_end_the_session() {
    let torn = [
        // A prefix of 33 bits, one that ends early.
        update(&[], &[], &[33, 1, 2, 3, 4, 5]),
        update(&[], &[], &[24, 10]),
        update(&[129], &[], &[]),
        // An attribute that ends behind the list, a family that nobody agreed on, half a rule.
        update(&[], &[0x40, 1, 5, 0], &[]),
        update(&[], &[0x80, 15, 3, 0, 9, 9], &[]),
        update(&[], &[0x80, 15, 5, 0, 1, 133, 9, 1], &[]),
        update(&[], &[0x80, 14, 2, 0, 1], &[]),
    ];
    for octets in torn {
        assert!(count(&octets).torn, "{octets:?}");
    }
}

#[test]
fn lengths_that_contradict_each_other_end_the_session() {
    for body in [[0, 9, 0, 0], [0, 0, 0, 1], [0xff, 0xff, 0, 0]] {
        let mut octets = Vec::new();
        write_message(&mut octets, 2, |out| out.extend_from_slice(&body));
        let fault = Message::read(&octets).expect_err("contradicting lengths");
        let answer = fault.notification();
        assert_eq!((answer.code, answer.subcode), (3, 1));
    }
}
