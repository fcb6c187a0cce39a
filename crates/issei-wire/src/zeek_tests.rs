//! Connection logs in both forms, what their letters mean, and logs that others made.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use issei_model::{FlowRecord, Marks, Outcome, TcpFlags};
use proptest::prelude::*;

use super::*;

const HEADING: &str = "#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents   label   detailed-label
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tstring\tcount\tcount\tcount\tcount\tset[string]";

#[test]
fn a_line_of_values_becomes_a_record_of_both_directions() {
    let [record] = table(
        "1545402975.000001\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t1.500000\t20\t30\tSF\tShADadFf\t6\t340\t5\t290\t-   Malicious   Scan",
    );
    assert_eq!(
        record.source,
        "192.0.2.7".parse::<IpAddr>().expect("an address")
    );
    assert_eq!((record.source_port, record.destination_port), (40_000, 23));
    assert_eq!((record.packets, record.bytes), (6, 340));
    assert_eq!((record.reverse_packets, record.reverse_bytes), (5, 290));
    assert_eq!(record.first.as_micros(), 1_545_402_975_000_001);
    assert_eq!(record.last.as_micros(), 1_545_402_976_500_001);
    let flags = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH | TcpFlags::FIN;
    assert_eq!((record.tcp_flags.0, record.reverse_flags.0), (flags, flags));
    assert_eq!((record.sampling, record.origin), (1, 9));
    assert_eq!(record.marks, Marks(Marks::REVERSE_WATCHED));
}

#[test]
fn a_line_of_json_becomes_the_same_record() {
    let [values] = table(
        "1545402975.000001\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t1.500000\t20\t30\tSF\tShADadFf\t6\t340\t5\t290\t-",
    );
    let [object] = json(
        r#"{"ts":1545402975.000001,"uid":"C1","id.orig_h":"192.0.2.7","id.orig_p":40000,"id.resp_h":"198.51.100.9","id.resp_p":23,"proto":"tcp","duration":1.5000000000000002,"orig_bytes":20,"resp_bytes":30,"conn_state":"SF","local_orig":true,"history":"ShADadFf","orig_pkts":6,"orig_ip_bytes":340,"resp_pkts":5,"resp_ip_bytes":290,"label":"x"}"#,
    );
    assert_eq!(values, object);
}

#[test]
fn what_is_unset_reads_as_nothing() {
    let [record] = table(
        "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t-\t-\t-\tS0\tS\t1\t60\t0\t0\t(empty)",
    );
    assert_eq!((record.first, record.last), (record.last, record.first));
    assert_eq!((record.packets, record.reverse_packets), (1, 0));
    let [record] = json(
        r#"{"ts":7,"id.orig_h":"192.0.2.7","id.resp_h":"198.51.100.9","proto":"udp","conn_state":"S0"}"#,
    );
    assert_eq!(
        (record.packets, record.bytes, record.first.as_micros()),
        (1, 0, 7_000_000)
    );
}

#[test]
fn payload_bytes_stand_in_where_ip_bytes_are_unset() {
    let [record] = table(
        "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t1\t20\t30\tSF\tShADadFf\t6\t-\t5\t-\t-",
    );
    assert_eq!((record.bytes, record.reverse_bytes), (20, 30));
}

#[test]
fn times_come_in_three_forms_and_keep_their_microseconds() {
    let first = |ts: &str| {
        let line = format!(
            r#"{{"ts":{ts},"id.orig_h":"::1","id.resp_h":"::2","proto":"udp","conn_state":"S0"}}"#
        );
        let [record] = json(&line);
        record.first.as_micros()
    };
    assert_eq!(first("1664462456.755299"), 1_664_462_456_755_299);
    assert_eq!(first("1664462456755"), 1_664_462_456_755_000);
    assert_eq!(first("1664462456755.0"), 1_664_462_456_755_000);
    assert_eq!(
        first("\"2022-09-29T14:40:56.755299Z\""),
        1_664_462_456_755_299
    );
    assert_eq!(first("-1.5"), -1_500_000);
}

#[test]
fn how_the_other_side_took_it_follows_from_letters_or_from_the_state() {
    let cases = [
        ("S0", "S", "1", "0", Outcome::Unanswered),
        ("S0", "-", "1", "0", Outcome::Unanswered),
        ("REJ", "Sr", "1", "1", Outcome::Refused),
        ("REJ", "-", "1", "1", Outcome::Refused),
        ("RSTOS0", "SR", "2", "0", Outcome::Unanswered),
        ("SF", "ShADadFf", "5", "5", Outcome::Answered),
        ("S1", "-", "5", "5", Outcome::Answered),
        ("RSTR", "ShAdr", "5", "5", Outcome::Answered),
        ("OTH", "h", "0", "2", Outcome::NotAnOpening),
        ("SHR", "^hf", "0", "2", Outcome::NotAnOpening),
        ("RSTRH", "-", "0", "2", Outcome::NotAnOpening),
        ("OTH", "^r", "0", "1", Outcome::NotAnOpening),
        ("OTH", "C", "0", "0", Outcome::Unknown),
    ];
    for (state, history, packets, back, expected) in cases {
        let line = format!(
            "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t-\t-\t-\t{state}\t{history}\t{packets}\t60\t{back}\t60\t-"
        );
        let batch = read(HEADING, &line).0;
        assert_eq!(batch.v4.outcome(0), expected, "{state} {history}");
    }
}

#[test]
fn where_only_the_responder_sent_it_is_the_source() {
    for (proto, state, history) in [("tcp", "OTH", "h"), ("udp", "SHR", "^d")] {
        let line = format!(
            "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t161\t{proto}\t-\t-\t-\t-\t{state}\t{history}\t0\t0\t2\t99\t-"
        );
        let [record] = table(&line);
        assert_eq!((record.source_port, record.destination_port), (161, 40_000));
        assert_eq!(
            (record.packets, record.bytes, record.reverse_packets),
            (2, 99, 0)
        );
    }
}

#[test]
fn a_bad_checksum_of_the_originator_is_no_silence() {
    let [record] =
        table("7\tC1\t192.0.2.7\t40000\t8.8.8.8\t53\tudp\t-\t-\t-\t-\tSHR\tCd\t0\t0\t1\t139\t-");
    assert_eq!(
        (record.source_port, record.packets, record.reverse_packets),
        (40_000, 1, 1)
    );
}

#[test]
fn a_direction_that_was_turned_round_is_a_guess_unless_a_handshake_proves_it() {
    let marks = |proto: &str, history: &str| {
        let line = format!(
            "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\t{proto}\t-\t-\t-\t-\tSF\t{history}\t5\t60\t5\t60\t-"
        );
        let [record] = table(&line);
        record.marks.any(Marks::OPENING_UNSEEN)
    };
    assert!(marks("udp", "^dD") && marks("tcp", "^dA") && marks("tcp", "DdAa"));
    assert!(!marks("udp", "Dd") && !marks("tcp", "^hADd") && !marks("tcp", "ShADd"));
}

#[test]
fn who_spoke_first_follows_from_the_order_of_letters() {
    let marks = |history: &str| {
        let line = format!(
            "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t22\ttcp\t-\t-\t-\t-\tSF\t{history}\t5\t60\t5\t60\t-"
        );
        let [record] = table(&line);
        record.marks.any(Marks::RESPONDER_SPOKE_FIRST)
    };
    assert!(marks("ShAdDaFf") && marks("ShAdFf"));
    assert!(!marks("ShADdaFf") && !marks("ShAFf"));
}

#[test]
fn icmp_has_type_and_code_in_the_destination_port() {
    let port = |source: &str, kind: u16, other: u16| {
        let line = format!(
            "7\tC1\t{source}\t{kind}\t{source}\t{other}\ticmp\t-\t-\t-\t-\tOTH\t-\t1\t60\t1\t60\t-"
        );
        let [record] = table(&line);
        (record.protocol, record.source_port, record.destination_port)
    };
    assert_eq!(port("192.0.2.7", 8, 0), (1, 0, 8 * 256));
    assert_eq!(port("192.0.2.7", 3, 10), (1, 0, 3 * 256 + 10));
    assert_eq!(port("192.0.2.7", 13, 14), (1, 0, 13 * 256));
    assert_eq!(port("2001:db8::1", 135, 136), (58, 0, 135 * 256));
    assert_eq!(port("2001:db8::1", 1, 4), (58, 0, 256 + 4));
}

#[test]
fn an_unknown_transport_keeps_its_number_if_it_has_one() {
    let json_line = |more: &str| {
        let line = format!(
            r#"{{"ts":7,"id.orig_h":"::1","id.resp_h":"::2","proto":"unknown_transport","conn_state":"OTH"{more}}}"#
        );
        let [record] = json(&line);
        record.protocol
    };
    assert_eq!(json_line(r#","ip_proto":47"#), 47);
    assert_eq!(json_line(""), 255);
}

#[test]
fn a_vlan_stands_beside_the_row() {
    let (batch, _) = read(
        "",
        r#"{"ts":7,"id.orig_h":"::1","id.resp_h":"::2","proto":"udp","conn_state":"S0","vlan":42}"#,
    );
    assert_eq!((batch.v6.extras[0].row, batch.v6.extras[0].vlan), (0, 42));
}

#[test]
fn the_heading_decides_separator_marks_and_columns() {
    let heading =
        "#separator \\x2c\n#unset_field,?\n#fields,proto,ts,id.resp_h,id.orig_h,orig_pkts,duration";
    let (batch, problems) = read(heading, "udp,7.25,192.0.2.1,192.0.2.2,3,?\r");
    let records: Vec<FlowRecord> = batch.records().collect();
    assert_eq!(
        (records[0].packets, records[0].first.as_micros()),
        (3, 7_250_000)
    );
    assert_eq!(problems.met().count(), 0);
}

#[test]
fn a_line_that_does_not_read_is_counted_by_its_number() {
    let sound = "7\tC1\t192.0.2.7\t40000\t198.51.100.9\t23\ttcp\t-\t-\t-\t-\tS0\tS\t1\t60\t0\t0\t-";
    for (from, to) in [
        ("192.0.2.7", "192.0.2"),
        ("40000", "70000"),
        ("7\tC1", "x\tC1"),
        ("tcp", "-"),
        ("7\tC1", "-\tC1"),
        ("60", "-60"),
    ] {
        let lines = format!("{sound}\n{}\n{sound}", sound.replacen(from, to, 1));
        let (batch, problems) = read(HEADING, &lines);
        assert_eq!(batch.len(), 2, "{to}");
        assert_eq!(
            (
                problems.count(ProblemKind::BadLine),
                problems.examples()[0].at
            ),
            (1, 9)
        );
    }
    for line in ["{", "{}", "{\"ts\":1e300}", sound] {
        assert_eq!(read("", line).1.count(ProblemKind::BadLine), 1, "{line}");
    }
}

#[test]
fn a_heading_without_end_is_read_to_its_bound() {
    let names = ["ts", "id.orig_h", "id.resp_h", "proto"]
        .map(|name| format!("\t{name}"))
        .concat();
    let values = "\t7\t192.0.2.1\t192.0.2.2\tudp";
    for (before, expected) in [(1_020, 1), (1_021, 0)] {
        let heading = format!("#fields{}{names}", "\tx".repeat(before));
        let line = format!("x{}{values}", "\tx".repeat(before - 1));
        assert_eq!(read(&heading, &line).0.len(), expected);
    }
}

#[test]
fn other_logs_of_zeek_are_not_taken_for_this_one() {
    assert!(ConnReader::recognise(HEADING.as_bytes()).is_some());
    assert!(ConnReader::recognise(br#"{"ts":1.5,"id.orig_h":"::1","conn_state":"S0"}"#).is_some());
    for other in [
        "",
        "#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\tquery",
        "{\"ts\":1.5,\"id.orig_h\":\"::1\",\"query\":\"x\"}\n{\"conn_state\":1}",
        "{\"conn_state\":\"S0\"}",
        "id.orig_h conn_state",
    ] {
        assert!(ConnReader::recognise(other.as_bytes()).is_none(), "{other}");
    }
}

/// Every log that others made reads without a bad line. The counts are those of `zeek-cut` or
/// `grep -c`, and of the outcomes that their states and letters tell.
#[test]
fn logs_that_others_made_read_to_the_last_line() {
    let stated = [
        (
            "idps-comparison-tool/2023-02-20/zeek_labeled/conn.log.labeled",
            7_124,
        ),
        (
            "security-datasets-for-testing/001-zeek-scenario-malicious/conn.log",
            992,
        ),
        (
            "security-datasets-for-testing/001-zeek-scenario-malicious/labeled-conn.log",
            992,
        ),
        (
            "security-datasets-for-testing/002-zeek-scenario-port-scanning/conn.log",
            4_504,
        ),
        (
            "security-datasets-for-testing/006-zeek-scenario-ssh/conn.log",
            18,
        ),
        (
            "security-datasets-for-testing/008-zeek-mixed/data/conn.log.labeled",
            5_663,
        ),
        (
            "security-datasets-for-testing/010-zeek-mixed/data/conn.log.labeled",
            5_347,
        ),
        ("slips/port-scans/vertical/conn.log", 50),
        (
            "slips/test18-malicious-ctu-sme-11-win/zeek-labeled/conn.log.labeled",
            766,
        ),
        ("slips/test9-mixed-zeek-dir/conn.log", 576),
    ];
    for (name, lines) in stated {
        if let Some(text) = log_of_others(name) {
            assert!(
                ConnReader::recognise(&text[..text.len().min(4_096)]).is_some(),
                "{name}"
            );
            let (batch, problems) = read_bytes(&text);
            assert_eq!(batch.len(), lines, "{name}");
            assert_eq!(problems.met().count(), 0, "{name}");
        }
    }
}

#[test]
fn refusals_and_silence_of_a_port_scan_are_told_apart() {
    let name = "security-datasets-for-testing/002-zeek-scenario-port-scanning/conn.log";
    if let Some(text) = log_of_others(name) {
        let (batch, _) = read_bytes(&text);
        let count = |outcome| {
            (0..batch.v4.len())
                .filter(|&row| batch.v4.protocol[row] == 6 && batch.v4.outcome(row) == outcome)
                .count()
        };
        assert_eq!(count(Outcome::Unanswered), 2_358);
        // 1,273 of state REJ, and 32 whose SYN had a bad checksum (history `Car`, RSTRH).
        assert_eq!(count(Outcome::Refused), 1_273 + 32);
        assert_eq!(count(Outcome::NotAnOpening), 0);
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..8)) {
        let mut reader = ConnReader::default();
        let mut out = FlowBatch::default();
        for line in HEADING.lines() {
            reader.line(line.as_bytes(), &mut out);
        }
        for line in &lines {
            reader.line(line, &mut out);
        }
    }

    #[test]
    fn no_value_makes_it_panic(values in prop::collection::vec("[0-9.:eE^a-zA-Z-]{0,22}", 17)) {
        read(HEADING, &values.join("\t"));
    }

    #[test]
    fn a_time_keeps_every_microsecond(micros in 0_i64..4_000_000_000_000_000) {
        let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        prop_assert_eq!(table::micros(&text), Some(micros));
        prop_assert_eq!(text.parse().ok().and_then(table::rounded), Some(micros));
    }
}

/// Reads lines behind a heading.
fn read(heading: &str, lines: &str) -> (FlowBatch, Problems) {
    read_bytes([heading, lines].join("\n").as_bytes())
}

fn read_bytes(text: &[u8]) -> (FlowBatch, Problems) {
    let mut reader = ConnReader::default();
    reader.set_origin(9);
    let mut out = FlowBatch::default();
    for line in text.split(|&byte| byte == b'\n') {
        reader.line(line, &mut out);
    }
    (out, reader.problems().clone())
}

fn table(line: &str) -> [FlowRecord; 1] {
    only_record(&read(HEADING, line).0)
}

fn json(line: &str) -> [FlowRecord; 1] {
    only_record(&read("", line).0)
}

fn only_record(batch: &FlowBatch) -> [FlowRecord; 1] {
    let records: Vec<_> = batch.records().collect();
    records.try_into().expect("one record")
}

/// One of the logs that others made, if they are here.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads logs that others made"
)]
fn log_of_others(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/botnet-other"
    );
    let found = fs::read(PathBuf::from(folder).join(name));
    if found.is_err() {
        println!("skipped: {name} is not here");
    }
    found.ok()
}
