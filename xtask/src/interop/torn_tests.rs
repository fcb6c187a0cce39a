use super::*;

#[test]
fn a_datagram_is_as_long_as_its_count_says() {
    let bytes = datagram(90);
    assert_eq!(bytes.len(), 24 + 48 * RECORDS as usize);
    assert_eq!(bytes[..4], [0, 5, 0, 30]);
    assert_eq!(bytes[16..20], 90_u32.to_be_bytes());
}

#[test]
fn a_record_says_port_53_over_udp_where_readers_look() {
    let bytes = datagram(0);
    let record = &bytes[24..72];
    assert_eq!((&record[34..36], record[38]), (&[0, 53][..], 17));
}
