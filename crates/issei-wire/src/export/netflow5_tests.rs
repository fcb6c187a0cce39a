use super::super::{Protocol, recognise};
use super::*;

fn datagram(records: usize) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_LENGTH + records * RECORD_LENGTH];
    bytes[1] = 5;
    bytes[3] = records as u8;
    bytes
}

#[test]
fn the_fields_fill_the_record() {
    let length: usize = RECORD.iter().map(|field| usize::from(field.length)).sum();
    assert_eq!(length, RECORD_LENGTH);
}

#[test]
fn the_sampling_interval_is_the_low_14_bits() {
    let mut bytes = datagram(1);
    bytes[22..24].copy_from_slice(&[0x43, 0xe8]);
    assert_eq!(parse(&bytes).unwrap().0.sampling_interval, 1_000);
}

#[test]
fn the_export_time_has_its_nanoseconds_unless_they_are_absurd() {
    let mut bytes = datagram(1);
    bytes[8..12].copy_from_slice(&100_u32.to_be_bytes());
    bytes[12..16].copy_from_slice(&123_456_789_u32.to_be_bytes());
    assert_eq!(
        parse(&bytes).unwrap().0.export,
        Timestamp::from_micros(100_123_456)
    );
    bytes[12..16].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(parse(&bytes).unwrap().0.export, Timestamp::from_secs(100));
}

#[test]
fn it_is_recognised_when_count_and_length_agree() {
    assert_eq!(recognise(&datagram(30)), Some(Protocol::Netflow5));
    assert_eq!(recognise(&datagram(0)), None);
    let mut longer = datagram(1);
    longer.extend([0; RECORD_LENGTH]);
    assert_eq!(recognise(&longer), None);
    assert_eq!(recognise(&datagram(2)[..100]), None);
}

#[test]
fn a_header_cut_at_any_place_is_told() {
    for length in 0..HEADER_LENGTH {
        let problem = parse(&datagram(1)[..length]).unwrap_err();
        assert_eq!(
            problem,
            Problem::new(ProblemKind::Truncated, 0, length as u64)
        );
    }
}
