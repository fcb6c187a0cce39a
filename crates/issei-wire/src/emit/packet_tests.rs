use super::*;

const TCP: Transport<'static> = Transport::Tcp {
    flags: 0x02,
    sequence: 0x0102_0304,
    acknowledgement: 0,
    window: 0x1000,
    options: &[2, 4, 5, 0xb4, 0],
};

fn packet<'a>(
    ends: [&str; 2],
    transport: Transport<'a>,
    payload: &'a [u8],
    length: u16,
) -> Packet<'a> {
    let [source, destination] = ends.map(|end| end.parse().expect("address and port"));
    Packet {
        source,
        destination,
        hops: 64,
        identification: 0,
        transport,
        payload,
        payload_length: length,
    }
}

const V4: [&str; 2] = ["192.0.2.1:4660", "198.51.100.2:23"];
const V6: [&str; 2] = ["[2001:db8::1]:4660", "[2001:db8::2]:53"];

/// Sums up bytes in 16-bit words, the plain way; what is whole sums up to all ones.
fn sum(parts: &[&[u8]]) -> u16 {
    let bytes = parts.concat();
    let words = bytes
        .chunks(2)
        .map(|pair| u64::from(pair[0]) << 8 | pair.get(1).map_or(0, |&low| low.into()));
    (words.sum::<u64>() % 0xffff) as u16
}

#[test]
fn an_ipv4_segment_has_its_heads_byte_for_byte() {
    let mut bytes = Vec::new();
    let length = put_ip(&mut bytes, &packet(V4, TCP, &[], 0));
    let expected = [
        0x45, 0, 0, 48, 0, 0, 0x40, 0, 64, 6, 0x91, 0x60, 192, 0, 2, 1, 198, 51, 100, 2, //
        0x12, 0x34, 0, 23, 1, 2, 3, 4, 0, 0, 0, 0, 0x70, 2, 0x10, 0, 0x2d, 0x24, 0, 0, //
        2, 4, 5, 0xb4, 0, 0, 0, 0,
    ];
    assert_eq!(sum(&[&bytes[..20]]), 0);
    assert_eq!(sum(&[&bytes[12..], &[0, 6, 0, 28]]), 0);
    let without_sums = |bytes: &[u8]| [&bytes[..10], &bytes[12..36], &bytes[38..]].concat();
    assert_eq!(without_sums(&bytes), without_sums(&expected));
    assert_eq!(length, 48);
}

#[test]
fn checksums_hold_over_both_families_and_all_transports_that_have_one() {
    let echo = Transport::Icmp { kind: 8, code: 0 };
    for payload in [&[][..], &[1], &[1, 2, 3], &[0xff; 8]] {
        for (transport, number) in [(TCP, 6), (Transport::Udp, 17), (echo, 58)] {
            let mut bytes = Vec::new();
            put_ip(
                &mut bytes,
                &packet(V6, transport, payload, payload.len() as u16),
            );
            let length = ((bytes.len() - 40) as u16).to_be_bytes();
            assert_eq!(bytes[4..6], length);
            assert_eq!(bytes[6], number);
            assert_eq!(
                sum(&[&length, &[0, number], &bytes[8..]]),
                0,
                "{transport:?}"
            );
        }
        let mut bytes = Vec::new();
        put_ip(&mut bytes, &packet(V4, echo, payload, payload.len() as u16));
        assert_eq!(sum(&[&bytes[20..]]), 0, "RFC 792: without a pseudo head");
    }
}

#[test]
fn zeros_that_are_not_written_count_in_lengths_and_checksums() {
    let (mut cut, mut whole) = (Vec::new(), Vec::new());
    let zeros = [&[9, 9][..], &[0; 98]].concat();
    for transport in [TCP, Transport::Udp, Transport::Gre { inner: 0x0800 }] {
        cut.clear();
        whole.clear();
        let length = put_ethernet(&mut cut, &packet(V4, transport, &zeros[..2], 100));
        assert_eq!(
            put_ethernet(&mut whole, &packet(V4, transport, &zeros, 100)),
            length
        );
        assert_eq!(whole.len(), length as usize);
        assert_eq!(cut, whole[..whole.len() - 98]);
    }
}

#[test]
fn rfc_768_a_checksum_of_zero_is_sent_as_all_ones() {
    // This payload makes the sum zero: it is the complement of everything else.
    let mut probe = Vec::new();
    put_ip(&mut probe, &packet(V4, Transport::Udp, &[0, 0], 2));
    let payload = [probe[26], probe[27]];
    let mut bytes = Vec::new();
    put_ip(&mut bytes, &packet(V4, Transport::Udp, &payload, 2));
    assert_eq!(bytes[26..28], [0xff, 0xff]);
}

#[test]
fn later_fragments_carry_their_offset_and_no_transport_head() {
    let rest = Transport::Fragment {
        protocol: 17,
        offset: 185,
    };
    let mut bytes = Vec::new();
    put_ip(
        &mut bytes,
        &Packet {
            identification: 7,
            ..packet(V4, rest, &[1; 4], 4)
        },
    );
    assert_eq!(bytes[4..10], [0, 7, 0, 185, 64, 17]);
    assert_eq!(bytes.len(), 24);
    bytes.clear();
    put_ip(
        &mut bytes,
        &Packet {
            identification: 7,
            ..packet(V6, rest, &[1; 4], 4)
        },
    );
    assert_eq!(bytes[4..8], [0, 12, 44, 64]);
    assert_eq!(bytes[40..48], [17, 0, 5, 0xc8, 0, 0, 0, 7]);
}
