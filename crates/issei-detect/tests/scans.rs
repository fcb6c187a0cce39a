//! The rules on scans, judged on real captures.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read captures from the disk"
)]

mod captures;

use std::collections::BTreeMap;

use captures::{capture, judge, packet_files, territory};
use issei_model::{Evidence, Finding, Level, Role, Rule, Span};

/// What was told about a subject: the highest level by rule.
type Told = BTreeMap<(Rule, String), Level>;

const RULES: [Rule; 5] = [
    Rule::HorizontalScan,
    Rule::SampledScan,
    Rule::SensorHit,
    Rule::VerticalScan,
    Rule::LoginBruteForce,
];

// ---------------------------------------------------------------- who must be found

#[test]
fn the_gafgyt_bot_is_a_scanner_at_once_and_nobody_else_is() {
    let name = "iot-malware/stratocyberlab-class11-capture1-snap96.pcapng";
    let Some(found) = judged(name, None) else {
        return;
    };
    let scan = (Rule::HorizontalScan, "192.168.1.196".to_owned());
    assert_eq!(accused(&found), BTreeMap::from([(scan, Level::Finding)]));
    let first = of_rules(&found).next().unwrap();
    // The scan begins 459 s into the capture; three tries at its server's port 23 come before.
    assert!(first.decided_at.since(first.until) < Span::from_secs(90));
    assert_eq!(first.peer.unwrap().port, 23);
    complete(&found);
}

#[test]
fn ten_openings_to_ten_neighbours_at_telnet_are_a_scan() {
    let name = "scan/bro-simple-scan/pcaps/scan_with_zero_windows.pcap";
    let Some(found) = judged(name, None) else {
        return;
    };
    let scan = (Rule::HorizontalScan, "10.0.0.1".to_owned());
    assert_eq!(accused(&found), BTreeMap::from([(scan, Level::Finding)]));
    complete(&found);
}

#[test]
fn a_scan_of_laboratory_networks_is_found_along_both_axes() {
    let name =
        "botnet-other/security-datasets-for-testing/002-zeek-scenario-port-scanning/conn.log";
    let Some(found) = judged(name, None) else {
        return;
    };
    let by = |rule| (rule, "172.16.1.11".to_owned());
    let expected = [by(Rule::HorizontalScan), by(Rule::VerticalScan)];
    assert_eq!(
        accused(&found),
        expected.map(|who| (who, Level::Finding)).into()
    );
    complete(&found);
}

#[test]
fn vertical_scans_of_foreign_and_of_own_hosts_are_found() {
    for (name, scanner) in [
        (
            "botnet-other/slips/port-scans/vertical/conn.log",
            "192.168.1.9",
        ),
        ("scan/ndpi/synscan.pcap", "172.16.0.8"),
        ("scan/pcaphunt/ps-tcp_syn.pcap", "10.0.0.140"),
    ] {
        let Some(found) = judged(name, None) else {
            return;
        };
        let told = accused(&found);
        let scan = (Rule::VerticalScan, scanner.to_owned());
        assert_eq!(told.get(&scan), Some(&Level::Finding), "{name}: {told:?}");
        assert!(
            told.keys().all(|(_, who)| who == scanner),
            "{name}: {told:?}"
        );
        complete(&found);
    }
}

#[test]
fn guesses_at_an_unusual_port_are_found_from_either_side() {
    let name = "botnet-other/slips/test19-malicious-ssh/malicious-ssh-bruteforce.pcap";
    for ours in ["147.32.80.40/32", "147.32.80.37/32", "147.32.80.0/24"] {
        let Some(found) = judged(name, Some(ours)) else {
            return;
        };
        let guesser = (Rule::LoginBruteForce, "147.32.80.40".to_owned());
        assert_eq!(
            accused(&found),
            BTreeMap::from([(guesser, Level::Finding)]),
            "{ours}"
        );
        assert_eq!(of_rules(&found).next().unwrap().role, Role::LoginGuesser);
        complete(&found);
    }
}

#[test]
fn under_sampling_the_scan_is_told_by_the_rule_for_samples() {
    let name = "iot-malware/stratocyberlab-class11-capture1-snap96.pcapng";
    let Some(file) = capture(name) else { return };
    let found = judge(&file, territory(None), 10);
    let scan = (Rule::SampledScan, "192.168.1.196".to_owned());
    assert_eq!(accused(&found), BTreeMap::from([(scan, Level::Finding)]));
    complete(&found);
}

// ---------------------------------------------------------------- who must not

#[test]
fn who_answers_a_forged_flood_is_no_scanner_whoever_is_ours() {
    for ours in ["192.150.186.0/23", "202.229.120.98/32", "0.0.0.0/0"] {
        let Some(found) = judged("darknet/backscatter.trace", Some(ours)) else {
            return;
        };
        assert_eq!(accused(&found), Told::new(), "{ours}");
    }
}

#[test]
fn neither_forged_sources_nor_reflectors_nor_their_victims_are_accused() {
    let Some(folder) = capture("ddos/stopddos") else {
        return;
    };
    for file in packet_files(&folder) {
        for ours in ["10.0.0.0/8", "0.0.0.0/0"] {
            let found = judge(&file, territory(Some(ours)), 1);
            let lines: Vec<_> = of_rules(&found)
                .filter(|one| one.level > Level::Context && matches!(one.role, Role::Scanner))
                .map(|one| one.local_record(&|_| None).subject)
                .collect();
            assert!(lines.is_empty(), "{} {ours}: {lines:?}", file.display());
        }
    }
}

#[test]
fn no_benign_capture_accuses_anybody() {
    let mut judged_files = 0;
    for name in ["benign", "botnet-other/slips/test-cc"] {
        let Some(folder) = capture(name) else { return };
        for file in packet_files(&folder) {
            for sampling in [1, 10] {
                let found = judge(&file, territory(None), sampling);
                assert_eq!(
                    accused(&found),
                    Told::new(),
                    "{} 1:{sampling}",
                    file.display()
                );
            }
            judged_files += 1;
        }
    }
    assert!(judged_files > 70, "{judged_files} captures");
}

#[test]
fn honest_hosts_under_attack_are_not_accused() {
    let folder = "botnet-other/security-datasets-for-testing";
    for (name, ours) in [
        (
            format!("{folder}/008-zeek-mixed/data/conn.log.labeled"),
            Some("147.32.81.167/32"),
        ),
        (
            format!("{folder}/010-zeek-mixed/data/conn.log.labeled"),
            Some("147.32.83.234/32"),
        ),
        (format!("{folder}/006-zeek-scenario-ssh/conn.log"), None),
        (
            "botnet-other/idps-comparison-tool/2023-02-20/zeek_labeled/conn.log.labeled".into(),
            None,
        ),
        (
            "botnet-other/slips/test9-mixed-zeek-dir/conn.log".into(),
            None,
        ),
    ] {
        let Some(found) = judged(&name, ours) else {
            return;
        };
        assert_eq!(accused(&found), Told::new(), "{name}");
    }
}

#[test]
fn a_remote_control_that_calls_again_and_again_is_neither_scanner_nor_guesser() {
    for name in [
        "botnet-other/security-datasets-for-testing/001-zeek-scenario-malicious/labeled-conn.log",
        "botnet-other/slips/test18-malicious-ctu-sme-11-win/zeek-labeled/conn.log.labeled",
    ] {
        let Some(found) = judged(name, None) else {
            return;
        };
        assert_eq!(accused(&found), Told::new(), "{name}");
    }
}

// ---------------------------------------------------------------- helpers

fn judged(name: &str, ours: Option<&str>) -> Option<Vec<Finding>> {
    Some(judge(&capture(name)?, territory(ours), 1))
}

fn of_rules(found: &[Finding]) -> impl Iterator<Item = &Finding> {
    found.iter().filter(|one| RULES.contains(&one.rule))
}

/// Tells whom these rules accuse above context.
fn accused(found: &[Finding]) -> Told {
    let above = of_rules(found).filter(|one| one.level > Level::Context);
    let each = above.map(|one| ((one.rule, one.local_record(&|_| None).subject), one.level));
    each.collect()
}

/// Every finding of these rules can be checked by a second person.
fn complete(found: &[Finding]) {
    for finding in of_rules(found) {
        let evidence = &finding.evidence;
        let statistic = evidence.statistic.as_ref().unwrap();
        assert!(statistic.error_bound <= 1e-8, "{statistic:?}");
        let shown = evidence.sample.len();
        assert!(
            (1..=Evidence::MOST_SAMPLES).contains(&shown),
            "{shown} records"
        );
        assert!(evidence.observations.len() >= 3 && evidence.alternatives.len() >= 3);
        assert!(!evidence.refuted_by.is_empty() && !evidence.does_not_show.is_empty());
        assert!(finding.decided_at >= finding.since && finding.until >= finding.since);
    }
}
