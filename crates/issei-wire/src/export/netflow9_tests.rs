use super::super::recognise;
use super::*;

#[test]
fn the_header_is_that_of_rfc_3954_section_5_1() {
    let mut bytes = vec![0, 9, 0, 2];
    for word in [7_u32, 1_500_000_000, 42, 0x0102_0304] {
        bytes.extend(word.to_be_bytes());
    }
    let (header, mut sets) = parse(&bytes).unwrap();
    assert_eq!(
        (header.count, header.uptime_ms, header.sequence),
        (2, 7, 42)
    );
    assert_eq!(header.export, Timestamp::from_secs(1_500_000_000));
    assert_eq!(header.source_id, 0x0102_0304);
    assert_eq!(sets.next(), None);
}

#[test]
fn it_is_recognised_when_sets_fill_it() {
    let mut bytes = vec![0; HEADER_LENGTH];
    bytes[1] = 9;
    assert_eq!(recognise(&bytes), None);
    bytes.extend([1, 0, 0, 8, 1, 2, 3, 4]);
    assert_eq!(recognise(&bytes), Some(Protocol::Netflow9));
    bytes.extend([0, 2, 0, 4]);
    assert_eq!(recognise(&bytes), None, "set id 2 is kept back");
}

#[test]
fn a_header_cut_at_any_place_is_told() {
    for length in 0..HEADER_LENGTH {
        assert_eq!(
            parse(&[0; HEADER_LENGTH][..length]).unwrap_err().kind,
            ProblemKind::Truncated
        );
    }
}
