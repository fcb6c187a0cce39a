//! The rules on contacts, judged on real captures.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read captures from the disk"
)]

mod captures;

use std::collections::BTreeMap;

use captures::{capture, judge, packet_files, territory};
use issei_model::{Evidence, Finding, FindingId, Level, Role, Rule, Span, Timestamp};

const RULES: [Rule; 5] = [
    Rule::IndicatorMatch,
    Rule::PersistentContact,
    Rule::CommandSession,
    Rule::Download,
    Rule::PeerToPeerBots,
];

/// The last form of each finding of these rules; none, and said so, if there is no such capture.
fn judged(name: &str, ours: Option<&str>) -> Option<Vec<Finding>> {
    capture(name).map(|file| last(judge(&file, territory(ours), 1)))
}

fn last(found: Vec<Finding>) -> Vec<Finding> {
    let of_ours = found
        .into_iter()
        .filter(|finding| RULES.contains(&finding.rule));
    let by_id: BTreeMap<FindingId, Finding> =
        of_ours.map(|finding| (finding.id, finding)).collect();
    by_id.into_values().collect()
}

/// Rule, line and peer of each finding.
fn told(found: &[Finding]) -> Vec<(Rule, String, String)> {
    let one = |finding: &Finding| {
        let record = finding.local_record(&|_| None);
        (
            finding.rule,
            record.subject,
            record.peer.unwrap_or_default(),
        )
    };
    let mut list: Vec<_> = found.iter().map(one).collect();
    list.sort();
    list
}

fn contact(rule: Rule, line: &str, peer: &str) -> (Rule, String, String) {
    (rule, line.to_owned(), peer.to_owned())
}

/// Context, with everything that a second person needs to check it.
fn complete(found: &[Finding]) {
    for finding in found {
        let evidence = &finding.evidence;
        assert_eq!(finding.level, Level::Context, "{finding:?}");
        assert!(!evidence.sample.is_empty() && evidence.sample.len() <= Evidence::MOST_SAMPLES);
        assert!(!evidence.observations.is_empty() && !evidence.alternatives.is_empty());
        assert!(!evidence.refuted_by.is_empty() && !evidence.does_not_show.is_empty());
        assert!(finding.since <= finding.until && finding.revision >= 1);
    }
}

// ---------------------------------------------------------------- what must be seen

#[test]
fn the_gafgyt_bot_s_command_session_and_its_downloads_are_seen_and_no_other_contact() {
    let name = "iot-malware/stratocyberlab-class11-capture1-snap96.pcapng";
    let Some(found) = judged(name, None) else {
        return;
    };
    let bot = "192.168.1.196";
    let expected = [
        contact(Rule::CommandSession, bot, "104.248.160.24:23/tcp"),
        contact(Rule::Download, bot, "104.248.160.24:80/tcp"),
    ];
    assert_eq!(told(&found), expected);
    complete(&found);
    let session = found
        .iter()
        .find(|f| f.rule == Rule::CommandSession)
        .unwrap();
    assert_eq!(session.role, Role::Contact);
    let download = found.iter().find(|f| f.rule == Rule::Download).unwrap();
    assert_eq!(download.role, Role::Contact);
    let begin = Timestamp::parse("2018-12-21T14:36:15Z").unwrap();
    assert!(
        download.since.since(begin) < Span::from_secs(1),
        "{}",
        download.since
    );
    assert!(
        found
            .iter()
            .all(|finding| !finding.evidence.builds_on.is_empty())
    );
}

#[test]
fn remote_controls_of_two_pcs_that_nobody_answers_are_seen_by_their_returns() {
    let data = "botnet-other/security-datasets-for-testing";
    let njrat = format!("{data}/001-zeek-scenario-malicious/labeled-conn.log");
    let windows =
        "botnet-other/slips/test18-malicious-ctu-sme-11-win/zeek-labeled/conn.log.labeled";
    for (name, ours, line, server) in [
        (
            njrat.as_str(),
            None,
            "192.168.1.115",
            "41.108.179.197:1177/tcp",
        ),
        (
            windows,
            Some("192.168.0.0/16"),
            "192.168.1.107",
            "66.63.168.35:5888/tcp",
        ),
    ] {
        let Some(found) = judged(name, ours) else {
            return;
        };
        assert_eq!(
            told(&found),
            [contact(Rule::PersistentContact, line, server)]
        );
        complete(&found);
    }
}

#[test]
fn a_beacon_each_two_seconds_is_seen_and_not_accused() {
    let name = "botnet-other/slips/test-cc/test-cc-capture-1.pcap";
    let Some(found) = judged(name, Some("147.32.80.37/32")) else {
        return;
    };
    let beacon = contact(
        Rule::PersistentContact,
        "147.32.80.37",
        "141.193.213.21:443/tcp",
    );
    assert_eq!(told(&found), [beacon]);
    complete(&found);
}

// ---------------------------------------------------------------- what must stay quiet

#[test]
fn devices_being_set_up_and_applications_of_people_bring_no_contact_to_a_reader() {
    for folder in [
        "benign/iot-sentinel",
        "benign/ndpi-p2p-apps",
        "benign/intl-iot",
    ] {
        let Some(folder) = capture(folder) else {
            return;
        };
        for file in packet_files(&folder) {
            let found = last(judge(&file, territory(None), 1));
            assert_eq!(told(&found), [], "{}", file.display());
        }
    }
}

#[test]
fn clean_days_of_three_pcs_bring_at_most_one_contact_each() {
    let data = "botnet-other/security-datasets-for-testing";
    for (name, ours) in [
        (
            format!("{data}/008-zeek-mixed/data/conn.log.labeled"),
            Some("147.32.81.167/32"),
        ),
        (
            format!("{data}/010-zeek-mixed/data/conn.log.labeled"),
            Some("147.32.83.234/32"),
        ),
        (
            "botnet-other/idps-comparison-tool/2023-02-20/zeek_labeled/conn.log.labeled".into(),
            None,
        ),
    ] {
        let Some(found) = judged(&name, ours) else {
            return;
        };
        complete(&found);
        assert!(found.len() <= 1, "{name}: {:?}", told(&found));
    }
}
