use super::*;

fn finding(subject: Subject) -> Finding {
    let since = Timestamp::from_secs(1_545_402_975);
    Finding {
        id: FindingId::derive(Rule::HorizontalScan, &subject, None, since),
        revision: 1,
        rule: Rule::HorizontalScan,
        level: Level::Finding,
        subject,
        role: Role::Scanner,
        peer: None,
        summary: "166 destinations tried on tcp/23".into(),
        since,
        until: since,
        decided_at: since,
        evidence: Evidence::default(),
    }
}

#[test]
fn a_customers_address_shows_only_in_the_local_record() {
    let secret = "203.0.113.77";
    let finding = finding(Subject::Line(Subscriber::new(secret.parse().unwrap())));

    assert!(!format!("{finding:?}").contains(secret));
    assert_eq!(finding.local_record(&|_| None).subject, secret);
}

#[test]
fn a_finding_keeps_its_name_and_no_other_has_it() {
    let line = |text: &str| Subject::Line(Subscriber::new(text.parse().unwrap()));
    let one = finding(line("192.0.2.1"));
    assert_eq!(one.id, finding(line("192.0.2.1")).id);
    assert_ne!(one.id, finding(line("192.0.2.2")).id);
    assert_eq!(FindingId::parse(&one.id.to_string()), Some(one.id));
    assert_eq!(FindingId::parse("F-12"), None);
}

#[test]
fn levels_rise_from_measure_to_finding() {
    assert!(Level::Measure < Level::Context && Level::Context < Level::Candidate);
    assert!(Level::Candidate < Level::Finding);
}

#[test]
fn what_a_forged_source_can_make_up_does_not_rest_on_an_exchange() {
    for rule in [
        Rule::HorizontalScan,
        Rule::SampledScan,
        Rule::SensorHit,
        Rule::Backscatter,
        Rule::OutboundFlood,
        Rule::InboundFlood,
        Rule::IndicatorMatch,
    ] {
        assert!(!rule.rests_on_exchange(), "{rule}");
    }
    assert!(Rule::CommandConfirmed.rests_on_exchange());
}
