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

#[test]
fn every_malformation_is_named() {
    type Spoil = fn(&mut Order);
    let spoils: [Spoil; 12] = [
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
    ];
    assert_eq!(order().malformed(), None);
    for (index, spoil) in spoils.iter().enumerate() {
        let mut order = order();
        spoil(&mut order);
        assert!(order.malformed().is_some(), "spoil {index}");
    }
}
