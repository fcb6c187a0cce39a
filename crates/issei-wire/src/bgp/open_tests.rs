use proptest::prelude::*;

use super::super::{Message, Notification};
use super::*;

fn sample() -> Open {
    Open {
        as_number: 64_496,
        hold_time: 9,
        id: Ipv4Addr::new(192, 0, 2, 1),
        families: Families::ALL,
        four_octets: true,
    }
}

fn read(octets: &[u8]) -> Result<Open, Fault> {
    match Message::read(octets)? {
        Message::Open(open) => Ok(open),
        other => panic!("{other:?}"),
    }
}

/// An OPEN with these parameters behind ordinary values.
fn with_parameters(parameters: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_message(&mut out, kind::OPEN, |out| {
        out.extend_from_slice(&[4, 0xfb, 0xf0, 0, 9, 192, 0, 2, 1]);
        out.extend_from_slice(parameters);
    });
    out
}

/// Written out by hand from RFC 4271, section 4.2, RFC 4760, section 8, and RFC 6793, section 3.
#[test]
fn an_open_looks_as_the_standards_say() {
    let mut out = Vec::new();
    sample().write(&mut out);
    let head = [&[0xff; 16][..], &[0, 61, 1]].concat();
    let fixed = [4, 0xfb, 0xf0, 0, 9, 192, 0, 2, 1, 32, 2, 30];
    let families = [
        1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 1, 4, 0, 1, 0, 133, 1, 4, 0, 2, 0, 133,
    ];
    let as_number = [65, 4, 0, 0, 0xfb, 0xf0];
    let whole = [&head[..], &fixed, &families, &as_number].concat();
    assert_eq!(out, whole);
}

#[test]
fn nothing_in_an_open_asks_that_routes_outlive_the_session() {
    let mut out = Vec::new();
    sample().write(&mut out);
    let mut capabilities = &out[HEAD_AND_FIXED..];
    let mut numbers = Vec::new();
    while let [number, length, rest @ ..] = capabilities {
        numbers.push(*number);
        capabilities = &rest[usize::from(*length)..];
    }
    assert_eq!(numbers, [1, 1, 1, 1, 65], "neither 64 nor 71");
}

/// Header, fixed fields, and the head of the only parameter.
const HEAD_AND_FIXED: usize = 19 + 10 + 2;

#[test]
fn a_large_as_number_leaves_a_placeholder_in_the_short_field() {
    let mut out = Vec::new();
    let open = Open {
        as_number: 4_200_000_000,
        ..sample()
    };
    open.write(&mut out);
    assert_eq!(out[20..22], 23_456u16.to_be_bytes());
    assert_eq!(read(&out), Ok(open));
}

#[test]
fn without_a_word_of_families_a_peer_knows_only_ipv4() {
    let open = read(&with_parameters(&[0])).expect("no parameters are fine");
    assert_eq!(open.families, Families::default().with(Family::Ipv4));
    assert!(!open.four_octets);
}

#[test]
fn capabilities_that_we_do_not_know_are_stepped_over() {
    // Route refresh, graceful restart, FQDN, and one of nobody; then FlowSpec.
    let list = [
        2, 0, 64, 2, 0, 120, 73, 2, 1, b'x', 250, 1, 9, 1, 4, 0, 1, 0, 133,
    ];
    let length = list.len() as u8;
    let parameters = [&[length + 2, 2, length][..], &list].concat();
    let open = read(&with_parameters(&parameters)).expect("readable");
    assert_eq!(open.families, Families::default().with(Family::Flow4));
}

/// RFC 9072: the length 255, the kind 255, then lengths of two octets.
#[test]
fn many_parameters_have_longer_lengths() {
    let parameters = [255, 255, 0, 11, 2, 0, 8, 1, 4, 0, 2, 0, 133, 2, 0];
    let open = read(&with_parameters(&parameters)).expect("readable");
    assert_eq!(open.families, Families::default().with(Family::Flow6));
}

#[test]
fn each_broken_open_gets_the_answer_of_the_standard() {
    let mut other_version = with_parameters(&[0]);
    other_version[19] = 3;
    let cases = [
        (other_version, (2, 1)),
        // An authentication parameter, long withdrawn.
        (with_parameters(&[3, 1, 1, 0]), (2, 4)),
        // Parameters longer and shorter than told.
        (with_parameters(&[9]), (2, 0)),
        (with_parameters(&[0, 0]), (2, 0)),
        // A capability that ends behind its parameter, and one with a wrong length.
        (with_parameters(&[4, 2, 2, 65, 4]), (2, 0)),
        (with_parameters(&[5, 2, 3, 65, 1, 0]), (2, 0)),
        (with_parameters(&[3, 2, 1, 1]), (2, 0)),
    ];
    for (octets, codes) in cases {
        let answer = read(&octets).expect_err("broken").notification();
        assert_eq!((answer.code, answer.subcode), codes, "{octets:?}");
    }
}

#[test]
fn an_old_version_is_told_which_one_we_speak() {
    let mut octets = with_parameters(&[0]);
    octets[19] = 3;
    let answer = read(&octets).expect_err("version 3").notification();
    let wanted = Notification {
        code: 2,
        subcode: 1,
        about: vec![0, 4],
    };
    assert_eq!(answer, wanted);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        as_number in 1u32..,
        hold_time: u16,
        id: u32,
        families in 1u8..16,
    ) {
        let open = Open {
            as_number,
            hold_time,
            id: Ipv4Addr::from_bits(id),
            families: Families(families),
            four_octets: true,
        };
        let mut out = Vec::new();
        open.write(&mut out);
        prop_assert_eq!(read(&out), Ok(open));
    }
}
