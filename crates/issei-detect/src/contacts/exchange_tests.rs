use super::*;
use issei_model::{FlowRecord, Timestamp};

fn columns(change: impl FnOnce(&mut FlowRecord)) -> Columns<u32> {
    let mut record = FlowRecord {
        source: 0x0a00_0001u32.to_ip(),
        destination: 0xc633_6407u32.to_ip(),
        source_port: 40_000,
        destination_port: 23,
        protocol: protocol::TCP,
        tcp_flags: TcpFlags(0),
        packets: 1,
        bytes: 60,
        first: Timestamp::from_secs(0),
        last: Timestamp::from_secs(0),
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    };
    change(&mut record);
    let mut columns = Columns::default();
    columns.push(0x0a00_0001, 0xc633_6407, &record);
    columns
}

fn flags(flags: u8) -> Exchange {
    of_outbound(&columns(|record| record.tcp_flags = TcpFlags(flags)), 0)
}

#[test]
fn one_direction_of_tcp_tells_by_its_flags_how_far_the_line_got() {
    use TcpFlags as F;
    for (seen, exchange) in [
        (F::SYN, Exchange::Tried),
        (F::SYN | F::ACK | F::PSH, Exchange::Answered),
        (F::ACK, Exchange::Answered),
        (F::ACK | F::FIN, Exchange::Answered),
        (F::SYN | F::ACK, Exchange::None),
        (F::RST | F::ACK, Exchange::None),
        (F::RST, Exchange::None),
    ] {
        assert_eq!(flags(seen), exchange, "{}", TcpFlags(seen));
    }
}

#[test]
fn both_directions_tell_by_what_came_back() {
    let watched = |packets, back: u8| {
        let columns = columns(|record| {
            record.tcp_flags = TcpFlags(TcpFlags::SYN);
            record.marks = Marks(Marks::REVERSE_WATCHED);
            record.reverse_packets = packets;
            record.reverse_flags = TcpFlags(back);
        });
        of_outbound(&columns, 0)
    };
    assert_eq!(watched(0, 0), Exchange::Tried);
    assert_eq!(watched(1, TcpFlags::RST | TcpFlags::ACK), Exchange::Tried);
    assert_eq!(
        watched(2, TcpFlags::SYN | TcpFlags::ACK),
        Exchange::Answered
    );
}

#[test]
fn a_line_that_answers_somebody_contacts_nobody() {
    let from_service = columns(|record| {
        (record.source_port, record.destination_port) = (80, 40_000);
        record.tcp_flags = TcpFlags(TcpFlags::ACK);
    });
    assert_eq!(of_outbound(&from_service, 0), Exchange::None);
    let backscatter = columns(|record| {
        record.marks = Marks(Marks::REVERSE_WATCHED | Marks::FIRST_IS_ANSWER);
        record.tcp_flags = TcpFlags(TcpFlags::RST);
    });
    assert_eq!(of_outbound(&backscatter, 0), Exchange::None);
}

#[test]
fn datagrams_of_one_direction_were_sent_and_other_protocols_are_no_contact() {
    let udp = columns(|record| record.protocol = protocol::UDP);
    assert_eq!(of_outbound(&udp, 0), Exchange::Sent);
    let icmp = columns(|record| record.protocol = 1);
    assert_eq!(of_outbound(&icmp, 0), Exchange::None);
    assert!(!is_answer(&icmp, 0) && is_answer(&udp, 0));
}

#[test]
fn who_was_answered_from_outside_was_let_in() {
    let opened = |back| {
        let columns = columns(|record| {
            record.tcp_flags = TcpFlags(TcpFlags::SYN | TcpFlags::ACK);
            record.marks = Marks(Marks::REVERSE_WATCHED);
            record.reverse_packets = u64::from(back != 0);
            record.reverse_flags = TcpFlags(back);
        });
        was_let_in(&columns, 0)
    };
    assert!(opened(TcpFlags::SYN | TcpFlags::ACK));
    assert!(!opened(TcpFlags::RST) && !opened(0));
    let one_way = columns(|record| record.tcp_flags = TcpFlags(TcpFlags::ACK));
    assert!(!was_let_in(&one_way, 0));
}
