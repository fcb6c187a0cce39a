use super::*;

const FAREWELL: &str = "issei collects\n  listening  127.0.0.1:2055/udp\n\nissei ended after 3.2 s\n  \
datagrams  1,204 received, 3 dropped by the kernel\n  records    30,100 decoded, 30,099 judged, with 1,000,007 packets\n  \
problem    3 × socket-drop: the kernel dropped datagrams because the socket's buffer was full\n  \
problem    1,250 × sequence-gap: sequence numbers tell that records or datagrams were lost before they came\n  \
told       0 findings in all: 0 finding, 0 candidate, 0 context, 0 measure\n";

#[test]
fn a_farewell_is_read_with_every_figure() {
    let farewell = Farewell::parse(FAREWELL).unwrap();
    let figures = (
        farewell.received,
        farewell.dropped,
        farewell.decoded,
        farewell.judged,
        farewell.packets,
    );
    assert_eq!(figures, (1_204, 3, 30_100, 30_099, 1_000_007));
    assert_eq!(farewell.problems["sequence-gap"], 1_250);
    assert_eq!(farewell.problems["socket-drop"], 3);
}

#[test]
fn a_collector_that_did_not_say_farewell_gives_no_figures() {
    assert_eq!(Farewell::parse("issei collects\n"), None);
    assert_eq!(
        Farewell::parse("issei ended after 3 s\n  datagrams  1 received\n"),
        None
    );
}

#[test]
fn an_analysis_adds_up_its_streams() {
    let stream = |packets: u64| {
        format!(
            r#"{{"files":[{{"path":"a.pcap","packets":{packets},"content":"packets","broke_off":null}}],"decoded_records":0,
            "records":{{"judged":2,"packets":{packets},"bytes":100}},"problems":[{{"kind":"not-ip","count":3}},{{"kind":"bad-packet","count":4}}]}}"#
        )
    };
    let text = format!(
        r#"{{"summary":{{"streams":[{},{}]}},"findings":[]}}"#,
        stream(5),
        stream(6)
    );
    let analysis = Analysis::read(&text).unwrap();
    assert_eq!(
        analysis.records(),
        Records {
            judged: 4,
            packets: 11,
            bytes: 200
        }
    );
    assert_eq!(analysis.problems(), 14);
    assert_eq!(analysis.plain_packets(), (11, 11 + 14));
    assert_eq!(analysis.broken_off(), 0);
    assert_eq!(analysis.files().count(), 2);
}

#[test]
fn an_analysis_that_says_nothing_is_an_error() {
    assert!(Analysis::read("").is_err());
    assert!(Analysis::read(r#"{"findings":[]}"#).is_err());
}

#[test]
fn the_truth_is_summed_over_exporters() {
    let one = r#"{"exporter":"10.255.255.1:40000","domain":1,"sampling":1,"packets":10,"bytes":1000,"records":5,"datagrams":2,"lost_datagrams":1,"lost_records":1}"#;
    let truth: Truth = serde_json::from_str(&format!(r#"{{"exporters":[{one},{one}]}}"#)).unwrap();
    let expected = TrueExporter {
        exporters: 2,
        packets: 20,
        bytes: 2_000,
        records: 10,
        datagrams: 4,
        lost_datagrams: 2,
    };
    assert_eq!(truth.all(), expected);
}
