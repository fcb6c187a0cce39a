use super::*;

fn told(rule: &str, level: &str, subject: &str, role: &str, peer: Option<&str>) -> Told {
    Told {
        id: format!("{rule}{subject}"),
        rule: rule.into(),
        level: level.into(),
        subject: subject.into(),
        role: role.into(),
        peer: peer.map(str::to_owned),
        since: "2018-12-21T14:43:54.295Z".into(),
        decided_at: "2018-12-21T14:43:55.545Z".into(),
    }
}

#[test]
fn every_expectation_reads_and_names_words_that_exist() {
    let captures = expectations().unwrap();
    assert!(captures.len() >= 17);
    for capture in &captures {
        assert_eq!(capture.expect.len(), capture.labels, "{}", capture.file);
        let levels = capture
            .expect
            .iter()
            .map(|one| &one.level)
            .chain(capture.forbid.iter().map(|one| &one.above));
        for level in levels {
            assert!(
                ["measure", "context", "candidate", "finding"].contains(&level.as_str()),
                "{level}"
            );
        }
    }
}

#[test]
fn a_label_without_a_line_is_named() {
    let labels: Labels = serde_json::from_str(
        r#"{"files":[{"file":"new.pcap","expect":[{"level":"finding"}]},{"file":"read.txt","expect":[{"level":"reference"}]}]}"#,
    )
    .unwrap();
    let found = missing(&labels, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("new.pcap"));
}

#[test]
fn an_expectation_needs_rule_peer_subject_and_level() {
    let captures = expectations().unwrap();
    let scan = &captures[0].expect[2];
    assert!(scan.is_met_by(&told(
        "horizontal-scan",
        "finding",
        "192.168.1.196",
        "scanner",
        None
    )));
    assert!(!scan.is_met_by(&told(
        "horizontal-scan",
        "context",
        "192.168.1.196",
        "scanner",
        None
    )));
    assert!(!scan.is_met_by(&told(
        "inbound-flood",
        "finding",
        "192.168.1.196",
        "victim",
        None
    )));
    assert!(!scan.is_met_by(&told(
        "horizontal-scan",
        "finding",
        "192.168.1.19",
        "scanner",
        None
    )));
}

#[test]
fn a_forbidden_finding_is_seen_by_subject_role_and_level() {
    let captures = expectations().unwrap();
    let flood = &captures[1];
    let forged = told("horizontal-scan", "context", "203.0.113.9", "scanner", None);
    assert!(flood.forbid[0].is_broken_by(&forged));
    let victim = told(
        "inbound-flood",
        "finding",
        "10.10.10.10:25565/tcp",
        "victim",
        None,
    );
    assert!(!flood.forbid[0].is_broken_by(&victim));
    let clock = told(
        "horizontal-scan",
        "context",
        "192.168.1.196",
        "scanner",
        Some("91.189.94.4:123/udp"),
    );
    assert!(captures[0].forbid[0].is_broken_by(&clock));
}

#[test]
fn the_delay_is_told_in_seconds() {
    let delay = delay(&told(
        "horizontal-scan",
        "finding",
        "192.168.1.196",
        "scanner",
        None,
    ));
    assert!((delay - 1.25).abs() < 1e-6, "{delay}");
}

#[test]
fn of_several_revisions_the_last_is_judged() {
    let line = |level: &str| {
        format!(
            r#"{{"id":"F-1","rule":"horizontal-scan","level":"{level}","subject":"a","role":"scanner","peer":null,"since":"","decided_at":"","more":1}}"#
        )
    };
    let read = newest(&format!("{}\n{}\n", line("context"), line("finding")));
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].level, "finding");
}
