//! The rules on floods, judged on real captures.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read captures from the disk"
)]

mod captures;

use issei_model::{Amount, Evidence, Finding, Level, Role, Rule, SamplingBasis, Span, Subject};

use captures::{capture, judge, packet_files, territory};

// ---------------------------------------------------------------- floods

#[test]
fn the_labelled_spoofed_flood_names_its_victim_and_none_of_its_sources() {
    let Some(found) = judged("ddos/stopddos/pkt.TCP.synflood.spoofed.pcap", None) else {
        return;
    };
    let finding = last_of(&found, Rule::InboundFlood, "10.10.10.10:25565/tcp");
    assert_eq!(finding.level, Level::Finding);
    let packets = amount(finding, "packets, scaled");
    assert!((37_700.0..=37_841.0).contains(&packets), "{packets}");
    let sources = amount(finding, "sources");
    assert!((sources - 37_623.0).abs() < 37_623.0 * 0.05, "{sources}");
    assert_eq!(text(finding, "manner"), "spoofed direct");
    assert_only_victims(&found, "10.10.10.10");
}

#[test]
fn the_labelled_snmp_reflection_names_its_victim_and_no_reflector() {
    let Some(found) = judged("ddos/stopddos/amp.UDP.snmp.src161.pcapng", None) else {
        return;
    };
    let finding = last_of(&found, Rule::InboundFlood, "10.10.10.10/udp");
    assert_eq!(finding.level, Level::Finding);
    assert!(finding.summary.starts_with("reflection by SNMP (161/udp)"));
    let sources = amount(finding, "sources");
    assert!((sources - 4_070.0).abs() < 4_070.0 * 0.06, "{sources}");
    assert_only_victims(&found, "10.10.10.10");
}

#[test]
fn the_labelled_dns_reflection_is_found_with_its_fragments() {
    let Some(found) = judged("ddos/stopddos/amp.dns.RRSIG.fragmented.pcap", None) else {
        return;
    };
    // The capture's name for the victim has the port of an honest session beside the flood; the
    // flood itself goes to port 22.
    let finding = last_of(&found, Rule::InboundFlood, "10.10.10.10:22/udp");
    assert_eq!(finding.level, Level::Finding);
    assert!(
        finding
            .summary
            .starts_with("reflection by DNS (53/udp) with fragments")
    );
    assert!(amount(finding, "of these non-first fragments") > 600.0);
    assert_only_victims(&found, "10.10.10.10");
}

#[test]
fn the_labelled_slow_tcp_reflection_is_found() {
    let file = "ddos/stopddos/amp.TCP.syn.optionallyACK.optionallysamePort.pcapng";
    let Some(found) = judged(file, None) else {
        return;
    };
    let finding = last_of(&found, Rule::InboundFlood, "10.10.10.10:21/tcp");
    assert_eq!(finding.level, Level::Finding);
    assert!(finding.summary.starts_with("reflection by TCP servers"));
    assert_only_victims(&found, "10.10.10.10");
}

// ---------------------------------------------------------------- traces of floods elsewhere

#[test]
fn a_day_of_backscatter_names_the_victim_that_answers() {
    let Some(found) = judged("darknet/backscatter.trace", Some("192.150.186.0/23")) else {
        return;
    };
    let finding = last_of(&found, Rule::Backscatter, "202.229.120.98:80/tcp");
    assert_eq!(
        (finding.level, finding.role),
        (Level::Finding, Role::Victim)
    );
    let addresses = amount(finding, "own or dark addresses answered");
    assert!((addresses - 511.0).abs() < 30.0, "{addresses}");
    let victims = found.iter().filter(|one| one.level > Level::Measure);
    assert!(
        victims
            .clone()
            .all(|one| !is_of_floods(one) || one.role == Role::Victim)
    );
}

#[test]
fn a_day_at_an_exposed_address_is_measured_and_no_flood() {
    // What the labels count. The logs hold 4,201 and 3,373 flows that name the address as the
    // answering side, from 1,599 and 1,591 sources. We add those of which only the other side's
    // packets were seen and whose port is no service's: four from three sources, seven from five.
    // So the first count is met exactly, its sources are one more, and the second day's figures
    // are higher by less than 0.4 %.
    let days = [
        ("008-zeek-mixed", "147.32.81.167", 4_205.0, 1_601.0, 236.0),
        ("010-zeek-mixed", "147.32.83.234", 3_374.0, 1_591.0, 234.0),
    ];
    for (day, address, flows, sources, on_telnet) in days {
        let file =
            format!("botnet-other/security-datasets-for-testing/{day}/data/conn.log.labeled");
        let Some(found) = judged(&file, Some(&format!("{address}/32"))) else {
            return;
        };
        let figure = last_of(&found, Rule::BackgroundRadiation, address);
        assert_eq!(figure.level, Level::Measure);
        let pairs = [
            ("unsolicited inbound flows", flows),
            ("distinct sources", sources),
            ("distinct sources on Telnet", on_telnet),
        ];
        for (name, labelled) in pairs {
            let counted = amount(figure, name);
            let off = (counted - labelled).abs() / labelled;
            assert!(off < 0.004, "{name}: {counted}, the label says {labelled}");
        }
        assert_no_flood(&found, &file);
    }
}

// ---------------------------------------------------------------- innocents

#[test]
fn a_benign_day_of_a_laboratory_shows_no_flood() {
    let file = "botnet-other/idps-comparison-tool/2023-02-20/zeek_labeled/conn.log.labeled";
    if let Some(found) = judged(file, None) {
        assert_no_flood(&found, file);
    }
}

#[test]
fn no_benign_capture_shows_a_flood() {
    let mut judged_files = 0;
    for folder in ["benign/ndpi-p2p-apps", "benign/iot-sentinel"] {
        let Some(folder) = capture(folder) else {
            return;
        };
        for file in packet_files(&folder) {
            let found = judge(&file, territory(None), 1);
            judged_files += 1;
            assert_no_flood(&found, &file.display().to_string());
        }
    }
    assert!(judged_files > 60, "{judged_files} captures");
}

// ---------------------------------------------------------------- helpers

fn is_of_floods(finding: &Finding) -> bool {
    matches!(
        finding.rule,
        Rule::InboundFlood | Rule::OutboundFlood | Rule::Backscatter
    )
}

fn assert_no_flood(found: &[Finding], file: &str) {
    let floods = found.iter().filter(|one| is_of_floods(one));
    let wrong: Vec<_> = floods.filter(|one| one.level > Level::Context).collect();
    assert!(wrong.is_empty(), "{file}: {wrong:#?}");
}

/// Every finding of these rules is about an own victim, whole and complete.
fn assert_only_victims(found: &[Finding], victim: &str) {
    for finding in found.iter().filter(|one| is_of_floods(one)) {
        let Subject::Own(own, ..) = finding.subject else {
            panic!("not about an own address: {finding:#?}");
        };
        assert_eq!(own.reveal().to_string(), victim);
        assert_eq!(finding.role, Role::Victim);
        let evidence = &finding.evidence;
        assert!((1..=Evidence::MOST_SAMPLES).contains(&evidence.sample.len()));
        assert_eq!(evidence.sampling.basis, SamplingBasis::Complete);
        assert!(!evidence.alternatives.is_empty() && !evidence.does_not_show.is_empty());
        let late = finding.decided_at.since(finding.since);
        assert!(late >= Span::ZERO, "{late}");
    }
}

/// The last form of a finding.
fn last_of<'a>(found: &'a [Finding], rule: Rule, subject: &str) -> &'a Finding {
    let text = |one: &Finding| one.local_record(&|_| None).subject;
    let of_rule = || found.iter().filter(|one| one.rule == rule);
    let last = of_rule().rev().find(|one| text(one) == subject);
    last.unwrap_or_else(|| panic!("{:?}", of_rule().map(text).collect::<Vec<_>>()))
}

fn amount(finding: &Finding, name: &str) -> f64 {
    match value(finding, name) {
        Amount::Count(count) => *count as f64,
        Amount::Real(real) => *real,
        Amount::Text(text) => panic!("words: {text}"),
    }
}

fn text<'a>(finding: &'a Finding, name: &str) -> &'a str {
    match value(finding, name) {
        Amount::Text(text) => text,
        other => panic!("no words: {other:?}"),
    }
}

fn value<'a>(finding: &'a Finding, name: &str) -> &'a Amount {
    let list = &finding.evidence.observations;
    let found = list.iter().find(|one| one.name.starts_with(name));
    &found.unwrap_or_else(|| panic!("{name}: {list:#?}")).value
}

fn judged(file: &str, ours: Option<&str>) -> Option<Vec<Finding>> {
    Some(judge(&capture(file)?, territory(ours), 1))
}
