use super::super::recognise;
use super::*;

fn message(length: u16, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 10];
    bytes.extend(length.to_be_bytes());
    for word in [1_500_000_000_u32, 42, 7] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(rest);
    bytes
}

#[test]
fn the_header_is_that_of_rfc_7011_section_3_1() {
    let bytes = message(16, &[]);
    let (header, _) = parse(&bytes).unwrap();
    assert_eq!((header.length, header.sequence, header.domain), (16, 42, 7));
    assert_eq!(header.export, Timestamp::from_secs(1_500_000_000));
}

#[test]
fn a_length_without_room_for_the_header_is_bad() {
    let problem = parse(&message(15, &[])).unwrap_err();
    assert_eq!(problem, Problem::new(ProblemKind::BadLength, 2, 15));
}

#[test]
fn bytes_after_the_message_are_not_its_sets() {
    let bytes = message(20, &[1, 0, 0, 4, 1, 1, 0, 4]);
    assert_eq!(parse(&bytes).unwrap().1.count(), 1);
}

#[test]
fn it_is_recognised_when_the_length_is_the_datagrams_own() {
    let set = [1, 0, 0, 6, 9, 9];
    assert_eq!(recognise(&message(22, &set)), Some(Protocol::Ipfix));
    assert_eq!(recognise(&message(21, &set)), None);
    assert_eq!(recognise(&message(23, &set)), None);
    assert_eq!(recognise(&message(16, &[])), None, "a message without sets");
}
