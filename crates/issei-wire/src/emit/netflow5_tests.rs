use super::*;

fn record() -> Record {
    Record {
        source: Ipv4Addr::new(192, 0, 2, 1),
        destination: Ipv4Addr::new(192, 0, 2, 2),
        next_hop: Ipv4Addr::UNSPECIFIED,
        input: 1,
        output: 2,
        packets: 3,
        bytes: 4,
        first: 5,
        last: 6,
        source_port: 7,
        destination_port: 8,
        tcp_flags: 0x12,
        protocol: 6,
        tos: 9,
        source_as: 10,
        destination_as: 11,
        source_mask: 12,
        destination_mask: 13,
    }
}

#[test]
fn a_message_has_a_header_of_24_and_records_of_48_bytes_and_thirty_of_these_at_most() {
    let header = Header {
        uptime: 1,
        seconds: 2,
        nanoseconds: 3,
        sequence: 4,
        engine_type: 5,
        engine_id: 6,
        sampling: sampled(1_000),
    };
    let mut bytes = Vec::new();
    assert_eq!(
        put_message(&mut bytes, &header, &[record(); 31]),
        MOST_RECORDS
    );
    assert_eq!(bytes.len(), HEADER + 30 * RECORD);
    let head = [
        0, 5, 0, 30, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 5, 6, 0x43, 0xe8,
    ];
    assert_eq!(bytes[..HEADER], head);
    let body = [
        192, 0, 2, 1, 192, 0, 2, 2, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0,
        0, 0, 6, 0, 7, 0, 8, 0, 0x12, 6, 9, 0, 10, 0, 11, 12, 13, 0, 0,
    ];
    assert_eq!(bytes[HEADER..HEADER + RECORD], body);
}

#[test]
fn a_rate_of_one_is_no_sampling() {
    assert_eq!((sampled(0), sampled(1), sampled(2)), (0, 0, 0x4002));
}
