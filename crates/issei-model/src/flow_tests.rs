use super::*;

fn record(source: &str, destination: &str) -> FlowRecord {
    FlowRecord {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        source_port: 40_000,
        destination_port: 23,
        protocol: protocol::TCP,
        tcp_flags: TcpFlags(TcpFlags::SYN),
        packets: 1,
        bytes: 40,
        first: Timestamp::from_secs(1),
        last: Timestamp::from_secs(2),
        sampling: 1,
        origin: 3,
        input_interface: 4,
        output_interface: 5,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    }
}

#[test]
fn a_record_comes_out_of_the_columns_as_it_went_in() {
    let plain = record("192.0.2.1", "198.51.100.2");
    let mut both_ways = record("192.0.2.3", "198.51.100.4");
    both_ways.reverse_packets = 7;
    both_ways.reverse_flags = TcpFlags(TcpFlags::SYN | TcpFlags::ACK);
    both_ways.marks = Marks(Marks::BARE_SYN);
    let six = record("2001:db8::1", "2001:db8::2");

    let mut batch = FlowBatch::default();
    for one in [&plain, &both_ways, &plain, &six] {
        batch.push(one);
    }

    let read: Vec<FlowRecord> = batch.records().collect();
    assert_eq!(read, [plain.clone(), both_ways, plain, six]);
    batch.clear();
    assert!(batch.is_empty() && batch.v4.marks.is_empty());
}

#[test]
fn the_outcome_of_an_opening_is_told_only_where_it_can_be_known() {
    const S: u8 = TcpFlags::SYN;
    const A: u8 = TcpFlags::ACK;
    const R: u8 = TcpFlags::RST;
    let watched = Marks::REVERSE_WATCHED;
    // forward flags, reverse flags, reverse packets, marks, sampling → outcome
    let table = [
        (S, 0, 0, 0, 1, Outcome::Unanswered),
        (S | A, 0, 0, 0, 1, Outcome::NotAnOpening),
        (S | A | TcpFlags::PSH, 0, 0, 0, 1, Outcome::Answered),
        (S | R, 0, 0, 0, 1, Outcome::Answered),
        (R | A, 0, 0, 0, 1, Outcome::NotAnOpening),
        (S, 0, 0, 0, 1000, Outcome::Unknown),
        (S, 0, 0, Marks::ONE_PACKET, 1, Outcome::Unknown),
        (A, 0, 0, 0, 1, Outcome::Unknown),
        (S, 0, 0, watched, 1, Outcome::Unanswered),
        (S | A, S | A, 2, watched, 1, Outcome::Answered),
        (S, R | A, 1, watched, 1, Outcome::Refused),
        (R, 0, 0, watched, 1, Outcome::Unknown),
        (
            R,
            0,
            0,
            watched | Marks::FIRST_IS_ANSWER,
            1,
            Outcome::NotAnOpening,
        ),
    ];
    for (flags, back, back_packets, marks, sampling, expected) in table {
        let mut one = record("192.0.2.1", "198.51.100.2");
        one.tcp_flags = TcpFlags(flags);
        one.reverse_flags = TcpFlags(back);
        one.reverse_packets = back_packets;
        one.marks = Marks(marks);
        one.sampling = sampling;
        let mut batch = FlowBatch::default();
        batch.push(&one);
        assert_eq!(batch.v4.outcome(0), expected, "{one:?}");
    }
}
