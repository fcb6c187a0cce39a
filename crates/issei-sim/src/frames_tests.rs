use super::*;
use crate::exchange::Party;

fn passing(protocol: u8, bytes: u16) -> Passing {
    Passing {
        time: 1_735_516_800_000_000,
        source: Party {
            ip: IpAddr::from([10, 16, 0, 1]),
            port: 40_000,
        },
        destination: Party {
            ip: IpAddr::from([45, 1, 2, 3]),
            port: 23,
        },
        protocol,
        flags: TcpFlags::SYN,
        bytes,
        manner: Manner::Kernel,
        back: false,
        birth: 7,
        sent: 0,
        received: 0,
        vantage: 0,
    }
}

fn framed(passing: &Passing) -> (Vec<u8>, u32) {
    let mut framer = Framer::default();
    let (bytes, length) = framer.frame(passing);
    (bytes.to_vec(), length)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[test]
fn a_frame_is_as_long_as_its_packet_and_an_ethernet_head() {
    for protocol in [protocol::TCP, protocol::UDP, protocol::ICMP, protocol::GRE] {
        for bytes in [80, 200, 1_500] {
            let (kept, length) = framed(&Passing {
                flags: TcpFlags::ACK,
                ..passing(protocol, bytes)
            });
            assert_eq!(length, u32::from(bytes) + 14, "{protocol}");
            assert!(kept.len() <= length as usize && kept.len() >= 34);
            assert_eq!(u16::from_be_bytes([kept[16], kept[17]]), bytes);
        }
    }
}

#[test]
fn mirais_probe_has_no_options_and_the_destination_as_its_sequence_number() {
    let (bytes, length) = framed(&Passing {
        manner: Manner::Mirai,
        ..passing(protocol::TCP, 40)
    });
    assert_eq!(length, 54);
    assert_eq!(number(&bytes, 38), u32::from_be_bytes([45, 1, 2, 3]));
    assert_eq!(bytes[46], 0x50, "a head of 20 bytes");
    let (other, _) = framed(&Passing {
        manner: Manner::Raw,
        ..passing(protocol::TCP, 40)
    });
    assert_ne!(number(&other, 38), u32::from_be_bytes([45, 1, 2, 3]));
    assert_eq!(other[46], 0x50);
}

#[test]
fn a_kernels_syn_has_twenty_bytes_of_options_and_its_segments_a_time_stamp() {
    let (syn, _) = framed(&passing(protocol::TCP, 60));
    assert_eq!(syn[46], 0xa0);
    let (segment, _) = framed(&Passing {
        flags: TcpFlags::ACK,
        ..passing(protocol::TCP, 52)
    });
    assert_eq!(segment[46], 0x80);
    assert_eq!(segment[54..58], [1, 1, 8, 10]);
}

#[test]
fn both_sides_of_a_handshake_confirm_each_others_numbers() {
    let syn = passing(protocol::TCP, 60);
    let answer = Passing {
        source: syn.destination,
        destination: syn.source,
        flags: TcpFlags::SYN | TcpFlags::ACK,
        back: true,
        received: 1,
        ..syn
    };
    let ack = Passing {
        flags: TcpFlags::ACK,
        bytes: 52,
        sent: 1,
        received: 1,
        ..syn
    };
    let [syn, answer, ack] = [syn, answer, ack].map(|passing| framed(&passing).0);
    assert_eq!(number(&answer, 42), number(&syn, 38).wrapping_add(1));
    assert_eq!(number(&ack, 42), number(&answer, 38).wrapping_add(1));
    assert_eq!(number(&ack, 38), number(&syn, 38).wrapping_add(1));
}

#[test]
fn keep_alives_have_the_payload_of_their_family() {
    let ping = Passing {
        flags: TcpFlags::ACK | TcpFlags::PSH,
        ..passing(protocol::TCP, 42)
    };
    let (bytes, length) = framed(&Passing {
        manner: Manner::MiraiPing,
        ..ping
    });
    assert_eq!(
        (bytes.len(), length),
        (54, 56),
        "two bytes, which are zeros and not kept"
    );
    let text = Passing {
        manner: Manner::TextPing,
        bytes: 57,
        back: true,
        ..ping
    };
    assert!(framed(&text).0.ends_with(b"PING\n"));
}

#[test]
fn names_are_asked_in_whole_labels_of_exactly_the_length_wanted() {
    for length in 19..=267 {
        let mut payload = Vec::new();
        put_names(&mut payload, length, false);
        assert_eq!(payload.len(), length);
        let mut at = 12;
        while payload[at] != 0 {
            assert!(payload[at] <= 63, "{length}");
            at += usize::from(payload[at]) + 1;
        }
        assert_eq!(payload[at..], [0, 0, 1, 0, 1], "{length}");
    }
    let mut short = Vec::new();
    put_names(&mut short, 18, false);
    assert!(short.is_empty());
}
