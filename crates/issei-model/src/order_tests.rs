use super::*;

fn order() -> Order {
    let at = Timestamp::from_secs(1_800_000_000);
    Order {
        schema: Order::SCHEMA.into(),
        case: "case-1".into(),
        renews: None,
        proposer: "duty@coordinator".parse().unwrap(),
        goals: vec!["c2.example".parse().unwrap()],
        action: Action::RefuseName,
        ground: "C1".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        evidence: Vec::new(),
        radius: Radius {
            predicted_lines: 3,
            suspected_lines: 400,
            unanswered: Vec::new(),
            hints: Vec::new(),
            remembered: std::collections::BTreeMap::new(),
        },
        participants: vec![
            Participant {
                member: "isp-a".parse().unwrap(),
                lines: 100,
            },
            Participant {
                member: "isp-b".parse().unwrap(),
                lines: 200,
            },
        ],
        canary: vec!["isp-a".parse().unwrap()],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: at,
        fire_before: at + Span::from_secs(600),
        expires_at: at + Span::from_secs(3_600),
        confirm_within: None,
    }
}

#[test]
fn an_order_is_named_by_its_content() {
    let mut other = order();
    assert_eq!(order().id(), other.id());
    other.expires_at += Span::from_micros(1_000);
    assert_ne!(order().id(), other.id());
}

#[test]
fn an_order_that_needs_no_confirmation_reads_and_is_named_as_before_there_was_any() {
    let text = String::from_utf8(order().canonical()).unwrap();
    assert!(!text.contains("confirm_within"));
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order());
    let mut other = order();
    other.confirm_within = Some(Order::LEAST_CONFIRM);
    assert_eq!(other.malformed(), None);
    assert_ne!(order().id(), other.id());
    let text = String::from_utf8(other.canonical()).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), other);
}

#[test]
fn the_nearest_time_to_confirm_is_whole_seconds_within_the_orders_life() {
    let (secs, millis) = (Span::from_secs, Span::from_millis);
    let hour = secs(3_600);
    for (within, lasts, nearest) in [
        (secs(60), hour, Some(secs(60))),
        (secs(59), hour, Some(secs(60))),
        (Span::ZERO, hour, Some(secs(60))),
        (millis(60_400), hour, Some(secs(60))),
        (millis(60_500), hour, Some(secs(61))),
        (hour, hour, Some(secs(3_599))),
        (secs(100), millis(90_500), Some(secs(90))),
        (secs(60), secs(61), Some(secs(60))),
        (secs(60), secs(60), None),
        (
            Span::from_micros(i64::MAX),
            Span::from_micros(i64::MIN),
            None,
        ),
        (Span::from_micros(i64::MIN), hour, Some(secs(60))),
    ] {
        assert_eq!(
            Order::nearest_confirm(within, lasts),
            nearest,
            "{within} of {lasts}"
        );
    }
}

#[test]
fn an_order_is_confirmed_by_its_end_at_the_latest() {
    let mut order = order();
    let at = order.proposed_at;
    assert_eq!(order.confirm_by(at), None);
    order.confirm_within = Some(Span::from_secs(600));
    assert_eq!(order.confirm_by(at), Some(at + Span::from_secs(600)));
    let late = at + Span::from_secs(3_500);
    assert_eq!(order.confirm_by(late), Some(order.expires_at));
}

#[test]
fn moments_are_signed_to_the_microsecond() {
    let mut other = order();
    other.expires_at += Span::from_micros(1);
    assert_ne!(order().id(), other.id());
}

#[test]
fn only_the_canonical_form_of_a_decision_is_read() {
    let decision = Decision::Withdrawn {
        order: order().id(),
        reason: Ending::ByPerson,
    };
    let bytes = decision.canonical();
    assert_eq!(Decision::parse(&bytes), Ok(decision));
    let spaced = [b" ", bytes.as_slice()].concat();
    assert!(Decision::parse(&spaced).unwrap_err().contains("canonical"));
}

#[test]
fn deep_nesting_and_long_entries_are_refused() {
    assert!(Decision::parse("[".repeat(1_000_000).as_bytes()).is_err());
    assert!(
        Decision::parse(&vec![b' '; Decision::LONGEST + 1])
            .unwrap_err()
            .contains("at most")
    );
}

fn fact(words: &str) -> Fact {
    Fact {
        value: FactValue::Text(words.to_owned()),
        stated_by: "a@isp-a".parse().unwrap(),
        confirmed_by: None,
    }
}

fn evidence(kinds: usize) -> EvidenceEntry {
    EvidenceEntry {
        source: "isp-a".parse().unwrap(),
        rule: Rule::HorizontalScan,
        kinds: vec![String::new(); kinds],
        forgeable: false,
        commitment: Digest([1; 32]),
        until: Timestamp::from_secs(1),
    }
}

#[test]
fn every_malformation_is_named() {
    type Spoil = fn(&mut Order);
    let spoils: [Spoil; 21] = [
        |o| o.schema = "issei-order/2".into(),
        |o| o.goals.clear(),
        |o| o.goals.push(o.goals[0].clone()),
        |o| o.action = Action::Drop,
        |o| o.participants.clear(),
        |o| o.participants.reverse(),
        |o| o.participants[0].lines = 0,
        |o| o.canary = vec!["isp-c".parse().unwrap()],
        |o| o.quorum_percent = 101,
        |o| o.clock_limit = Span::ZERO,
        |o| o.expires_at = o.fire_before,
        |o| o.case = "x".repeat(Order::LONGEST_TEXT + 1),
        |o| {
            drop(
                o.facts
                    .insert("x".repeat(Order::LONGEST_TEXT + 1), fact("")),
            );
        },
        |o| {
            let words = "x".repeat(Order::LONGEST_TEXT + 1);
            o.facts.insert("reason".into(), fact(&words));
        },
        |o| o.radius.hints = vec![String::new(); Order::MOST_ENTRIES + 1],
        |o| {
            let member = "isp-a".parse().unwrap();
            o.radius.unanswered = vec![member; Order::MOST_PARTICIPANTS + 1];
        },
        |o| {
            let person = "a@isp-a".parse().unwrap();
            o.canary_skipped_by = vec![person; Dossier::MOST_APPROVALS + 1];
        },
        |o| o.evidence = vec![evidence(Order::MOST_ENTRIES + 1)],
        |o| o.confirm_within = Some(Span::from_secs(59)),
        |o| o.confirm_within = Some(Span::from_millis(60_500)),
        |o| o.confirm_within = Some(Span::from_secs(3_600)),
    ];
    assert_eq!(order().malformed(), None);
    for (index, spoil) in spoils.iter().enumerate() {
        let mut order = order();
        spoil(&mut order);
        assert!(order.malformed().is_some(), "spoil {index}");
    }
}

#[test]
fn text_nested_a_million_deep_is_refused_with_a_reason() {
    let deep = |open: &str| {
        let opened = open.repeat(1_000_000 / open.len());
        opened.into_bytes()
    };
    for open in ["[", "{\"armed\":", "{\"proposed\":{\"order\":", "[{\"a\":"] {
        let why = Decision::parse(&deep(open)).expect_err("nothing but brackets");
        // The longest reason lists the fields of an order; nothing of the input is told again.
        assert!(!why.is_empty() && why.len() < 400, "{why}");
        assert!(crate::StandingEntry::parse(&deep(open)).is_err());
        let whole = serde_json::from_slice::<Dossier>(&deep(open));
        assert!(whole.is_err());
    }
}

#[test]
fn words_of_a_megabyte_and_a_million_goals_are_refused_with_a_reason() {
    let dossier = |order: Order| {
        Box::new(Dossier {
            order,
            approvals: Vec::new(),
        })
    };
    let mut wordy = order();
    wordy.radius.hints = vec!["x".repeat(1 << 20)];
    assert_eq!(wordy.malformed(), Some("a text is too long"));
    let long = Decision::Proposed(dossier(wordy)).canonical();
    let why = Decision::parse(&long).expect_err("too long");
    assert!(why.contains("1048576 at most"), "{why}");
    let mut many = order();
    many.goals = (0..1_000_000)
        .map(|n| format!("n{n:06}.example").parse().unwrap())
        .collect();
    let most = "there is no goal, or there are too many";
    assert_eq!(many.malformed(), Some(most));
    let long = Decision::Proposed(dossier(many)).canonical();
    assert!(Decision::parse(&long).is_err());
}
