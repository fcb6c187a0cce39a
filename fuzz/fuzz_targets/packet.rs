//! The heads of one packet of any link type, cut anywhere.

#![no_main]

use issei_wire::packet::{Head, LinkType};

const LINKS: [LinkType; 11] = [
    LinkType::ETHERNET,
    LinkType::RAW,
    LinkType::NULL,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::LINUX_SLL2,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType::RAW_BSD,
    LinkType::RAW_OPENBSD,
    LinkType(65_535),
];

// The first byte chooses the link type, the next two the length on the wire.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some(([link, high, low], bytes)) = input.split_first_chunk() else {
        return;
    };
    let original = u32::from(u16::from_be_bytes([*high, *low]));
    let link = LINKS[usize::from(*link) % LINKS.len()];
    let whole = Head::parse(link, bytes, original);
    let Ok(head) = whole else { return };
    if let Some(payload) = head.udp_payload(bytes) {
        assert_eq!(payload.len(), head.payload_length as usize);
    }
    assert!(
        head.payload_length <= head.ip_length,
        "a payload is a part of its packet"
    );
    assert!(
        head.mpls_label < 1 << 20 && head.vlan < 1 << 12,
        "tags keep to their bits"
    );
    assert_eq!(
        whole,
        Head::parse(link, bytes, original),
        "the same bytes say the same"
    );
});
