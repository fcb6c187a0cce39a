use super::*;

fn standing() -> StandingOrder {
    let at = Timestamp::from_secs(1_800_000_000);
    StandingOrder {
        schema: StandingOrder::SCHEMA.into(),
        member: "isp-a".parse().unwrap(),
        proposer: "duty@isp-a".parse().unwrap(),
        reflex: Reflex::LimitFlood(100),
        scope: vec![
            "198.51.100.0/24".parse().unwrap(),
            "2001:db8::/48".parse().unwrap(),
        ],
        ground: "A2".into(),
        pack: Digest([1; 32]),
        facts: BTreeMap::new(),
        lasts: Span::from_secs(300),
        at_once: 20,
        per_hour: 60,
        proposed_at: at,
        valid_from: at,
        valid_until: at + Span::from_secs(7 * 86_400),
    }
}

#[test]
fn a_standing_order_is_named_by_its_content() {
    let mut other = standing();
    assert_eq!(standing().id(), other.id());
    other.lasts = Span::from_secs(301);
    assert_ne!(standing().id(), other.id());
}

/// Spoils one thing.
type Spoil = fn(&mut StandingOrder);

#[test]
fn each_malformed_part_is_named() {
    let spoils: [(Spoil, &str); 14] = [
        (|s| s.schema.push('0'), "schema"),
        (|s| s.reflex = Reflex::LimitFlood(0), "limit"),
        (|s| s.scope.clear(), "scope is empty"),
        (|s| s.scope.reverse(), "rise"),
        (|s| s.scope[0] = "10.0.0.0/7".parse().unwrap(), "too wide"),
        (
            |s| s.scope[0] = "198.51.100.7/24".parse().unwrap(),
            "host bits",
        ),
        (|s| s.scope[1] = "2001::/15".parse().unwrap(), "too wide"),
        (|s| s.lasts = Span::ZERO, "15 min"),
        (|s| s.lasts = Span::from_secs(901), "15 min"),
        (|s| s.at_once = 0, "at once"),
        (|s| s.per_hour = 1_001, "at once"),
        (
            |s| s.valid_from = s.proposed_at - Span::from_secs(1),
            "follow",
        ),
        (
            |s| s.valid_until = s.proposed_at + Span::from_secs(2_592_001),
            "30 d",
        ),
        (|s| s.ground = "x".repeat(2_001), "too long"),
    ];
    assert_eq!(standing().malformed(), None);
    for (spoil, word) in spoils {
        let mut spoilt = standing();
        spoil(&mut spoilt);
        let what = spoilt.malformed().expect(word);
        assert!(what.contains(word), "`{what}` should name `{word}`");
    }
}

#[test]
fn only_the_canonical_form_of_an_entry_is_read_and_no_order_is_read_as_one() {
    let entry = StandingEntry::StandingProposed(Box::new(StandingDossier {
        order: standing(),
        approvals: Vec::new(),
    }));
    let bytes = entry.canonical();
    assert_eq!(StandingEntry::parse(&bytes), Ok(entry));
    assert!(StandingEntry::parse(&[&bytes[..], b" "].concat()).is_err());
    assert!(crate::Decision::parse(&bytes).is_err());
    let withdrawn = crate::Decision::WithdrawnAll {
        reason: crate::Ending::ByPerson,
    };
    assert!(StandingEntry::parse(&withdrawn.canonical()).is_err());
}

#[test]
fn a_batch_survives_its_own_text() {
    let activation = Activation {
        standing: standing().id(),
        number: 7,
        began: Timestamp::from_secs(5),
        seen: None,
        gone: Timestamp::from_secs(9),
        end: ReflexEnd::Lost,
        commitment: Digest([4; 32]),
    };
    let entry = StandingEntry::ReflexesReported(ReflexBatch {
        member: "isp-a".parse().unwrap(),
        number: 3,
        activations: vec![activation],
        refused: [(ReflexRefusal::PerHour, 4)].into(),
    });
    assert_eq!(StandingEntry::parse(&entry.canonical()), Ok(entry));
}

#[test]
fn every_reason_of_a_refusal_is_listed_in_its_order_and_has_words() {
    let all = ReflexRefusal::ALL;
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(all.iter().all(|reason| !reason.words().is_empty()));
}
