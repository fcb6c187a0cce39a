//! A member's own findings are shown to who may read lines, each look written down, with everything that is known.

use std::sync::Mutex;

use issei_desk::{Ask, Reply};
use issei_model::{Observation, Origin, Role as Suspect, Rule, SamplingBasis, SamplingSummary};

use super::*;
use crate::own::FindingBook;
use crate::rehearsed::Rehearsal;
use crate::rights::Role;

/// A book with one finding; remembers what was wanted of it.
#[derive(Default)]
struct Book {
    wanted: Mutex<Vec<Sought>>,
    broken: bool,
}

impl FindingBook for Book {
    fn read(&self, wanted: &Sought) -> Result<Sheaf, String> {
        self.wanted.lock().unwrap().push(wanted.clone());
        if self.broken {
            return Err("findings.jsonl: Permission denied".into());
        }
        Ok(Sheaf {
            findings: vec![finding()],
            older: Some(77),
            all: 1_234,
            odd: 2,
            unread: 9,
        })
    }

    fn one(&self, name: &str) -> Result<Option<FindingRecord>, String> {
        Ok((name == finding().id).then(finding))
    }
}

fn finding() -> FindingRecord {
    let since = issei_desk::samples::noon();
    let flow = |last: u8, port| SampledFlow {
        first: since,
        last: since,
        protocol: "tcp".into(),
        source: "203.0.113.9".parse().unwrap(),
        source_port: 40_000,
        destination: IpAddr::from([198, 51, 100, last]),
        destination_port: port,
        flags: "S".into(),
        packets: 1,
        bytes: 60,
        reverse_flags: String::new(),
        reverse_packets: 0,
        reverse_bytes: 0,
        sampling: 1,
    };
    FindingRecord {
        schema: FindingRecord::SCHEMA.into(),
        id: "F-0123456789abcdef".into(),
        revision: 1,
        rule: Rule::HorizontalScan,
        level: Level::Finding,
        subject_kind: "line".into(),
        subject: "203.0.113.9".into(),
        role: Suspect::Scanner,
        peer: Some("0.0.0.0:23/tcp".into()),
        summary: "opened port 23 of <b>many</b> hosts".into(),
        since,
        until: since,
        decided_at: since,
        parameters: "p".into(),
        observations: vec![Observation::count("failed first contacts", 165, "hosts")],
        statistic: Some(Statistic {
            name: "log-likelihood ratio".into(),
            value: 228.7,
            threshold: 13.8,
            null_model: "fail one in five".into(),
            null_origin: "Jung and others, 2004".into(),
            error_bound: 1e-6,
            bound_of: "per line and day".into(),
        }),
        sampling: SamplingSummary {
            least: 1,
            most: 1,
            basis: SamplingBasis::Complete,
        },
        exporters: vec![Origin {
            index: 0,
            name: "192.0.2.250".into(),
            domain: 0,
            sampling_basis: SamplingBasis::Complete,
            lost: 3,
        }],
        sample: vec![flow(1, 23), flow(2, 23), flow(3, 2_323)],
        alternatives: vec![issei_model::Alternative::rejected(
            "peer-to-peer file sharing",
            "all went to one port",
        )],
        families: vec!["Mirai".into()],
        refuted_by: vec!["a test network".into()],
        does_not_show: vec!["who ordered it".into()],
        builds_on: vec!["F-fedcba9876543210".into()],
        independent_kinds: vec!["failures".into()],
    }
}

fn nothing(_: &Ask) -> Reply {
    Reply::Failed(issei_text::Phrase::same("not in this rehearsal"))
}

#[tokio::test]
async fn the_list_names_lines_and_leads_to_evidence_and_to_older_ones() {
    let book = Arc::new(Book::default());
    let window = Rehearsal::member_with(nothing, book.clone());
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let told = window
        .get("/findings?only=203.0.113.9&before=500", &cookie)
        .await;
    assert_eq!(told.status, 200);
    for part in [
        "203.0.113.9",
        "/findings/F-0123456789abcdef",
        "1,234 findings",
        "2 lines of the file are no findings",
        "9 bytes of the file are not read yet",
        "/findings?only=203.0.113.9&amp;before=77",
        "port 23/tcp",
    ] {
        assert!(told.body.contains(part), "{part}: {}", told.body);
    }
    let wanted = book.wanted.lock().unwrap()[0].clone();
    assert_eq!(
        (wanted.before, wanted.only.as_deref()),
        (Some(500), Some("203.0.113.9"))
    );
}

#[tokio::test]
async fn the_page_of_a_finding_holds_everything_that_its_record_holds() {
    let window = Rehearsal::member_with(nothing, Arc::new(Book::default()));
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let told = window.get("/findings/F-0123456789abcdef", &cookie).await;
    assert_eq!(told.status, 200);
    for part in [
        "opened port 23 of &lt;b&gt;many&lt;/b&gt; hosts",
        "failed first contacts",
        "165 hosts",
        "log-likelihood ratio = 228.7",
        "fail one in five",
        "Jung and others, 2004",
        "192.0.2.250",
        "3 records known to be lost",
        "peer-to-peer file sharing",
        "all went to one port",
        "a test network",
        "who ordered it",
        "Mirai",
        "failures",
        "/findings/F-fedcba9876543210",
        "198.51.100.3:2323",
        "TCP 23",
    ] {
        assert!(told.body.contains(part), "{part}: {}", told.body);
    }
    let none = window.get("/findings/F-0000000000000000", &cookie).await;
    assert_eq!(none.status, 404);
    assert!(none.body.contains("F-0000000000000000"), "{}", none.body);
}

#[tokio::test]
async fn a_finding_is_read_in_japanese_and_programs_get_the_record_as_it_is() {
    struct Told;
    impl FindingBook for Told {
        fn read(&self, _: &Sought) -> Result<Sheaf, String> {
            Err("not in this rehearsal".into())
        }

        fn one(&self, _: &str) -> Result<Option<FindingRecord>, String> {
            let mut one = finding();
            one.summary = "tries 40 ports of one host without success".into();
            one.does_not_show = vec!["which device behind the line sent the packets".into()];
            one.observations = vec![Observation::count("records with an answer", 7, "records")];
            one.alternatives[0].explanation = "peer-to-peer programs".into();
            one.alternatives[0].because = "all destinations are foreign".into();
            one.families = vec!["written by hand".into()];
            Ok(Some(one))
        }
    }
    let window = Rehearsal::member_with(nothing, Arc::new(Told));
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let page = "/findings/F-0123456789abcdef?lang=ja";
    let told = window.get(page, &cookie).await.body;
    for part in [
        "1 ホストの 40 ポートを試行し、いずれも失敗",
        "回線の背後のどの機器がパケットを送信したか",
        "応答のあるレコード",
        "7 レコード",
        "P2P プログラム",
        "宛先はすべて外部です",
        "written by hand",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("without success"), "{told}");
    let api = "/api/v1/own-findings/F-0123456789abcdef?lang=ja";
    let one: serde_json::Value =
        serde_json::from_str(&window.get(api, &cookie).await.body).unwrap();
    assert_eq!(one["summary"], "tries 40 ports of one host without success");
}

#[tokio::test]
async fn who_may_not_read_lines_sees_no_finding_and_an_unwritten_look_shows_none() {
    let window = Rehearsal::member_with(nothing, Arc::new(Book::default()));
    let (cookie, _) = window.signed_in("viewer@isp-a", &[Role::Viewer]);
    for path in [
        "/findings",
        "/findings/F-0123456789abcdef",
        "/api/v1/own-findings",
        "/api/v1/own-findings/F-0123456789abcdef",
    ] {
        let told = window.get(path, &cookie).await;
        assert_eq!(told.status, 403, "{path}");
        assert!(!told.body.contains("203.0.113.9"), "{path}");
    }
}

#[tokio::test]
async fn programs_read_the_same_and_a_page_leads_to_the_next() {
    let window = Rehearsal::member_with(nothing, Arc::new(Book::default()));
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let told = window.get("/api/v1/own-findings?limit=1", &cookie).await;
    let page: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(page["items"][0]["subject"], "203.0.113.9");
    assert_eq!(
        (&page["total"], &page["next"]),
        (&1_234.into(), &"77".into())
    );
    assert_eq!(told.headers["x-odd"], "2");
    assert_eq!(told.headers["x-unread"], "9");
    let one = "/api/v1/own-findings/F-0123456789abcdef";
    let one: serde_json::Value =
        serde_json::from_str(&window.get(one, &cookie).await.body).unwrap();
    assert_eq!(one, serde_json::to_value(finding()).unwrap());
    let odd = window.get("/api/v1/own-findings?after=x", &cookie).await;
    assert_eq!(odd.status, 400);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_and_a_window_without_one_say_so() {
    let broken = Arc::new(Book {
        broken: true,
        ..Book::default()
    });
    let window = Rehearsal::member_with(nothing, broken);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let told = window.get("/findings", &cookie).await;
    assert_eq!(told.status, 503);
    assert!(told.body.contains("Permission denied"), "{}", told.body);
    let told = window.get("/api/v1/own-findings", &cookie).await;
    assert_eq!(told.status, 503);
    let window = Rehearsal::member(nothing);
    let (cookie, _) = window.signed_in("desk@isp-a", &[Role::AbuseDesk]);
    let told = window.get("/findings", &cookie).await;
    assert_eq!(told.status, 200);
    assert!(
        told.body.contains("No collector is connected"),
        "{}",
        told.body
    );
    assert_eq!(
        window.get("/api/v1/own-findings", &cookie).await.status,
        404
    );
}

#[test]
fn a_fan_is_drawn_of_what_the_line_itself_tried_and_of_three_hosts_at_least() {
    let mut one = finding();
    let drawn = fan(&one).expect("three hosts");
    let ports: Vec<&str> = drawn.ports.iter().map(|port| port.port.as_str()).collect();
    assert_eq!(ports, ["TCP 23", "TCP 2323"]);
    one.sample[0].source = "203.0.113.10".parse().unwrap();
    assert_eq!(fan(&one).map(|fan| fan.ports.len()), None);
}
