use super::*;

#[test]
fn a_file_has_a_head_of_24_bytes_and_a_head_of_16_before_each_packet() {
    let mut bytes = Vec::new();
    put_file_head(&mut bytes, LinkType::ETHERNET, 65_535);
    put_packet(
        &mut bytes,
        Timestamp::from_micros(3_000_004),
        &[0xaa, 0xbb],
        60,
    );
    let expected = [
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0,
        0, //
        3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 60, 0, 0, 0, 0xaa, 0xbb,
    ];
    assert_eq!(bytes, expected);
}

#[test]
fn times_that_do_not_fit_are_the_nearest_that_do() {
    for (time, seconds) in [(Timestamp::MIN, 0), (Timestamp::MAX, u32::MAX)] {
        let mut bytes = Vec::new();
        put_packet(&mut bytes, time, &[], 0);
        assert_eq!(bytes[..8], [seconds.to_le_bytes(), [0; 4]].concat());
    }
}
