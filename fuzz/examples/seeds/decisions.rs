//! Seeds about orders: entries of the ledger, its notes and bundles, lists of safeguards.

use std::collections::BTreeMap;
use std::io;

use issei_ledger::{Algorithm, Body, Proof, Signer, Tip};
use issei_model::{
    Action, Activation, Approval, Decision, Digest, Dossier, Ending, EvidenceEntry, Fact,
    FactValue, Language, Order, Participant, PersonId, PublicKey, Radius, Reflex, ReflexBatch,
    ReflexEnd, ReflexRefusal, Rule, Signature, Span, StandingDossier, StandingEntry, StandingId,
    StandingOrder, Timestamp,
};

use super::{NOW, keep};

pub(super) fn seeds() -> io::Result<()> {
    seeds_of_orders()?;
    seeds_of_standing_orders()?;
    seeds_of_the_ledger()?;
    seeds_of_lists()
}

fn now() -> Timestamp {
    Timestamp::from_secs(i64::from(NOW))
}

fn secs(secs: i64) -> Timestamp {
    now() + Span::from_secs(secs)
}

fn person(name: &str) -> PersonId {
    name.parse().expect("a name written here reads")
}

fn facts() -> BTreeMap<String, Fact> {
    let values = [
        ("clause", FactValue::Text("clause 12".to_owned())),
        ("clause_digest", FactValue::Document(Digest([3; 32]))),
        ("in_force", FactValue::Flag(true)),
        ("impact", FactValue::Number(40)),
        ("requested_at", FactValue::Moment(now())),
    ];
    let fact = |(name, value): (&str, FactValue)| {
        let fact = Fact {
            value,
            stated_by: person("aoi@isp-a"),
            confirmed_by: Some(person("yui@isp-b")),
        };
        (name.to_owned(), fact)
    };
    values.map(fact).into()
}

fn approval() -> Approval {
    Approval {
        person: person("yui@isp-b"),
        key: PublicKey([5; 32]),
        language: Language::Japanese,
        at: secs(60),
        signature: Signature([6; 64]),
    }
}

fn order() -> Order {
    let member = |name: &str| name.parse().expect("a name written here reads");
    let evidence = EvidenceEntry {
        source: member("isp-a"),
        rule: Rule::CommandConfirmed,
        kinds: vec!["enrichment".to_owned(), "persistence".to_owned()],
        forgeable: false,
        commitment: Digest([4; 32]),
        until: now(),
    };
    Order {
        schema: Order::SCHEMA.to_owned(),
        case: "case-1".to_owned(),
        renews: None,
        proposer: person("aoi@isp-a"),
        goals: ["c2.example", "198.51.100.7:23/tcp"]
            .map(|goal| goal.parse().expect("a goal written here reads"))
            .into(),
        action: Action::RateLimit(10),
        ground: "C1".to_owned(),
        pack: Digest([1; 32]),
        facts: facts(),
        evidence: vec![evidence],
        radius: Radius {
            predicted_lines: 12,
            suspected_lines: 200,
            unanswered: vec![member("isp-b")],
            hints: vec!["anycast".to_owned()],
            remembered: std::collections::BTreeMap::new(),
        },
        participants: ["isp-a", "isp-b"]
            .map(|name| Participant {
                member: member(name),
                lines: 9_000,
            })
            .into(),
        canary: vec![member("isp-a")],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: now(),
        fire_before: secs(600),
        expires_at: secs(86_400),
        confirm_within: None,
    }
}

fn seeds_of_orders() -> io::Result<()> {
    let id = order().id();
    let dossier = Dossier {
        order: order(),
        approvals: vec![approval()],
    };
    let json = serde_json::to_vec(&dossier)?;
    keep("decision", "dossier", &json)?;
    let armed = Decision::Armed {
        order: id,
        members: vec!["isp-a".parse().expect("a name written here reads")],
        fires_at: secs(60),
    };
    let reason = Ending::ByPerson;
    for (name, decision) in [
        ("proposed", Decision::Proposed(Box::new(dossier))),
        ("armed", armed),
        ("withdrawn", Decision::Withdrawn { order: id, reason }),
        ("withdrawn-all", Decision::WithdrawnAll { reason }),
    ] {
        keep("decision", name, &decision.canonical())?;
    }
    Ok(())
}

fn seeds_of_standing_orders() -> io::Result<()> {
    let order = StandingOrder {
        schema: StandingOrder::SCHEMA.to_owned(),
        member: "isp-a".parse().expect("a name written here reads"),
        proposer: person("aoi@isp-a"),
        reflex: Reflex::LimitFlood(100),
        scope: vec![
            "198.51.100.0/24"
                .parse()
                .expect("a prefix written here reads"),
        ],
        ground: "A2".to_owned(),
        pack: Digest([1; 32]),
        facts: facts(),
        lasts: Span::from_secs(300),
        at_once: 20,
        per_hour: 60,
        proposed_at: now(),
        valid_from: now(),
        valid_until: secs(86_400),
    };
    let standing: StandingId = order.id();
    let member = order.member.clone();
    let activation = Activation {
        standing,
        number: 1,
        began: now(),
        seen: Some(now()),
        gone: secs(300),
        end: ReflexEnd::Over,
        commitment: Digest([8; 32]),
    };
    let batch = ReflexBatch {
        member: member.clone(),
        number: 0,
        activations: vec![activation],
        refused: [(ReflexRefusal::Acting, 3)].into(),
    };
    let approvals = vec![approval()];
    let dossier = Box::new(StandingDossier { order, approvals });
    let member = Some(member);
    for (name, entry) in [
        (
            "standing-proposed",
            StandingEntry::StandingProposed(dossier),
        ),
        (
            "standing-withdrawn",
            StandingEntry::StandingWithdrawn { standing },
        ),
        (
            "standing-all",
            StandingEntry::AllStandingWithdrawn { member },
        ),
        ("reflexes", StandingEntry::ReflexesReported(batch)),
    ] {
        keep("decision", name, &entry.canonical())?;
    }
    Ok(())
}

/// The first byte says what the rest is; see the target.
fn seeds_of_the_ledger() -> io::Result<()> {
    let keep =
        |kind: u8, name: &str, bytes: &[u8]| keep("ledger", name, &[&[kind], bytes].concat());
    let key = Signer::new("log.example/issei", Algorithm::Ed25519, &[1; 32]);
    let key = key.expect("a name of a log");
    let tip = Tip {
        size: 3,
        root: [9; 32],
    };
    let body = Body::new("log.example/issei", tip);
    keep(0, "note", body.sign(&key).to_string().as_bytes())?;
    keep(0, "body", body.to_string().as_bytes())?;
    keep(0, "key", key.verifier().to_string().as_bytes())?;
    keep(
        1,
        "proof",
        Proof(vec![[1; 32], [2; 32]]).to_text().as_bytes(),
    )?;
    let leaves = [&b"one"[..], b"", b"three"];
    let bundle = issei_ledger::bundle(leaves).expect("three leaves");
    keep(2, "bundle", &[&[2], &bundle[..]].concat())?;
    keep(3, "entry", b"{\"entry\":1}")?;
    keep(3, "reserved", b"blob 00")?;
    keep(4, "files", &[&[1], &bundle[..]].concat())
}

fn seeds_of_lists() -> io::Result<()> {
    let list = r#"{"name":"a list","description":"why","type":"string","list":["192.0.2.0/24","example.com",".a.example","::ffff:192.0.2.7","2001:db8::/33"]}"#;
    keep("warning_list", "list", list.as_bytes())?;
    let lines = "192.0.2.0/24\n::ffff:198.51.100.0/120\n::/0\nexample.com\n179/tcp\n!drive.example.com\n!192.0.2.7\n!192.0.2.7:179/tcp\n!198.51.100.9\n![2001:db8::7]:80/tcp\n";
    keep("safeguards", "kinds", lines.as_bytes())
}
