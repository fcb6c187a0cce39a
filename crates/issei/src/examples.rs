//! Findings to test with: one with everything, one with almost nothing.

use issei_model::{
    Alternative, Evidence, Finding, FindingId, FindingRecord, FlowRecord, Level, Marks,
    Observation, Origin, Role, Rule, SamplingBasis, SamplingSummary, Statistic, Subject,
    Subscriber, TcpFlags, Timestamp,
};

/// A scan with every part of the evidence.
pub fn scan() -> FindingRecord {
    let since = Timestamp::from_micros(1_545_403_434_295_800);
    let until = Timestamp::from_micros(1_545_403_434_311_000);
    let subject = Subject::Line(Subscriber::new("192.168.1.196".parse().unwrap()));
    let flow = FlowRecord {
        source: "192.168.1.196".parse().unwrap(),
        destination: "2001:db8::1".parse().unwrap(),
        source_port: 40_000,
        destination_port: 23,
        protocol: 6,
        tcp_flags: TcpFlags(TcpFlags::SYN),
        packets: 1,
        bytes: 60,
        first: since,
        last: until,
        sampling: 1,
        origin: 0,
        input_interface: 0,
        output_interface: 0,
        reverse_packets: 0,
        reverse_bytes: 0,
        reverse_flags: TcpFlags(0),
        marks: Marks(0),
    };
    let evidence = Evidence {
        parameters: "1".into(),
        observations: vec![
            Observation::count("failed first contacts", 165, "destinations"),
            Observation::real("rate", 10_855.3, "openings/s"),
            Observation::text("port class", "worm"),
        ],
        statistic: Some(Statistic {
            name: "log-likelihood ratio".into(),
            value: 228.7,
            threshold: 13.8,
            null_model: "fail one first contact in five".into(),
            null_origin: "Jung and others, 2004".into(),
            error_bound: 1e-6,
            bound_of: "per line and day".into(),
        }),
        sampling: SamplingSummary {
            least: 1,
            most: 1,
            basis: SamplingBasis::Complete,
        },
        origins: vec![0],
        sample: vec![flow; 3],
        alternatives: vec![
            Alternative::rejected(
                "peer-to-peer file sharing",
                "all went to one port that only worms probe",
            ),
            Alternative::open(
                "a person testing the network",
                "intent does not show in flow records",
            ),
        ],
        families: vec!["Gafgyt".into()],
        refuted_by: vec!["answers from most destinations".into()],
        does_not_show: vec!["which device behind the line it was".into()],
        builds_on: vec![FindingId(7)],
        independent_kinds: vec!["scan".into(), "shared server".into()],
    };
    let finding = Finding {
        id: FindingId::derive(Rule::HorizontalScan, &subject, None, since),
        revision: 1,
        rule: Rule::HorizontalScan,
        level: Level::Finding,
        subject,
        role: Role::Scanner,
        peer: None,
        summary: "165 first contacts to tcp/23 in 15 ms, none answered".into(),
        since,
        until,
        decided_at: until,
        evidence,
    };
    let origin = Origin {
        index: 0,
        name: "capture.pcap".into(),
        domain: 0,
        sampling_basis: SamplingBasis::Complete,
        lost: 0,
    };
    finding.local_record(&|_| Some(origin.clone()))
}

/// A context finding with hardly any evidence.
pub fn contact() -> FindingRecord {
    let mut record = scan();
    record.id = "F-00000000000000aa".into();
    record.rule = Rule::PersistentContact;
    record.level = Level::Context;
    record.role = Role::Contact;
    record.peer = Some("198.51.100.7:443/tcp".into());
    record.statistic = None;
    for list in [
        &mut record.families,
        &mut record.refuted_by,
        &mut record.does_not_show,
        &mut record.builds_on,
        &mut record.independent_kinds,
    ] {
        list.clear();
    }
    record.alternatives.clear();
    record.sample.clear();
    record.observations.clear();
    record
}
