use issei_model::{Approval, Digest, Fact, FactValue, Language, Signature, Span};

use super::*;
use crate::approvals::{Role, signed_bytes};
use crate::ground::FactKind;
use crate::samples::{held, key, minutes, person, proposed_at, public, roster};
use ed25519_dalek::Signer as _;

/// Limits floods of two prefixes of isp-a on A2, every fact stated and confirmed.
fn standing(row: &str, reflex: Reflex) -> StandingOrder {
    let pack = Pack::japan();
    let facts = pack.row(row).expect("a row that ships").facts.iter();
    let facts = facts.map(|(name, rule)| {
        let value = match rule.kind {
            FactKind::Flag => FactValue::Flag(true),
            FactKind::Number => FactValue::Number(40),
            FactKind::Moment => FactValue::Moment(proposed_at()),
            FactKind::Text => FactValue::Text("uplinks at Osaka".to_owned()),
            FactKind::Document => FactValue::Document(Digest([3; 32])),
        };
        let fact = Fact {
            value,
            stated_by: person("aoi@isp-a"),
            confirmed_by: Some(person("yui@isp-b")),
        };
        (name.clone(), fact)
    });
    StandingOrder {
        schema: StandingOrder::SCHEMA.to_owned(),
        member: "isp-a".parse().unwrap(),
        proposer: person("aoi@isp-a"),
        reflex,
        scope: vec!["198.51.100.0/24".parse().unwrap()],
        ground: row.to_owned(),
        pack: pack.digest(),
        facts: facts.collect(),
        lasts: Span::from_secs(300),
        at_once: 20,
        per_hour: 60,
        proposed_at: proposed_at(),
        valid_from: proposed_at(),
        valid_until: proposed_at() + minutes(500),
    }
}

fn limit_floods() -> StandingOrder {
    standing("A2", Reflex::LimitFlood(100))
}

fn approval(order: &StandingOrder, name: &str, number: u8) -> Approval {
    let text = standing_text(order, Language::Japanese);
    Approval {
        person: person(name),
        key: public(number),
        language: Language::Japanese,
        at: proposed_at() + minutes(2),
        signature: Signature(key(number).sign(&signed_bytes(&text)).to_bytes()),
    }
}

fn signed(order: StandingOrder, people: &[(&str, u8)]) -> StandingDossier {
    let approvals = people.iter();
    let approvals = approvals.map(|(name, number)| approval(&order, name, *number));
    StandingDossier {
        approvals: approvals.collect(),
        order,
    }
}

const TWO: &[(&str, u8)] = &[("ren@isp-a", 2), ("yui@isp-b", 3)];

fn judged_by(dossier: &StandingDossier, pack: &Pack, roster: &Roster) -> Result<Stood, Refusal> {
    let (member, own) = ("isp-a".parse().unwrap(), ["198.51.0.0/16".parse().unwrap()]);
    let ground = Ground {
        member: &member,
        own: &own,
        pack,
        roster,
    };
    judge(dossier, &ground, proposed_at() + minutes(3))
}

fn rule_of(dossier: &StandingDossier) -> String {
    let judged = judged_by(dossier, &Pack::japan(), &roster());
    judged.expect_err("refused").rule
}

#[test]
fn each_reflex_stands_on_the_row_that_the_pack_marks_for_it_and_on_no_other() {
    let power = || Reflex::DropOnRequest("power".parse().unwrap());
    let reflexes = [
        ("A1", power()),
        ("A2", Reflex::LimitFlood(100)),
        ("A3", Reflex::DropForged),
    ];
    for (row, reflex) in reflexes {
        let dossier = signed(standing(row, reflex.clone()), TWO);
        let stood = judged_by(&dossier, &Pack::japan(), &roster()).expect("it stands");
        assert_eq!(stood.standing(), dossier.order.id());
        assert_eq!(stood.mark(), Mark::AskCounsel);
        for other in ["A1", "A2", "A3", "A5", "C1"] {
            if other != row {
                let dossier = signed(standing(other, reflex.clone()), TWO);
                assert_eq!(rule_of(&dossier), "no-standing-ground", "{other}");
            }
        }
    }
}

#[test]
fn each_fault_of_a_standing_order_is_refused_by_its_rule() {
    let spoils: [(&str, Spoil); 10] = [
        ("malformed", |s| s.at_once = 0),
        ("another-member", |s| s.member = "isp-b".parse().unwrap()),
        ("wrong-time", |s| {
            s.proposed_at = proposed_at() + minutes(9);
            s.valid_from = s.proposed_at;
        }),
        ("wrong-time", |s| s.valid_until = proposed_at() + minutes(3)),
        ("not-own-lines", |s| {
            s.scope.push("203.0.113.0/24".parse().unwrap());
        }),
        ("other-pack", |s| s.pack = Digest([9; 32])),
        ("no-such-row", |s| s.ground = "Z9".to_owned()),
        ("never-a-cut", |s| s.ground = "A8".to_owned()),
        ("facts", |s| drop(s.facts.pop_first())),
        ("facts", |s| {
            let necessity = s.facts.get_mut("necessity").expect("a fact of A2");
            necessity.confirmed_by = None;
        }),
    ];
    for (rule, spoil) in spoils {
        let mut order = limit_floods();
        spoil(&mut order);
        assert_eq!(rule_of(&signed(order, TWO)), rule);
    }
}

/// Spoils one thing.
type Spoil = fn(&mut StandingOrder);

#[test]
fn the_prefixes_of_an_operator_may_lie_anywhere() {
    let mut order = standing("A1", Reflex::DropOnRequest("power".parse().unwrap()));
    order.scope = vec!["203.0.113.0/24".parse().unwrap()];
    assert!(judged_by(&signed(order, TWO), &Pack::japan(), &roster()).is_ok());
}

#[test]
fn what_people_deny_and_what_the_members_own_layer_forbids_does_not_stand() {
    let mut denied = limit_floods();
    let necessity = denied.facts.get_mut("necessity").expect("a fact of A2");
    necessity.value = FactValue::Flag(false);
    assert_eq!(rule_of(&signed(denied, TWO)), "ceiling/policy5");
    let own = "forbid (principal, action == Action::\"A2\", resource) when { 60 < context.order.lifetime };";
    let pack = Pack::japan_with(own).expect("a pack");
    let judge = |order| judged_by(&signed(order, TWO), &pack, &roster());
    assert!(judge(limit_floods()).is_err());
    let mut short = limit_floods();
    short.lasts = Span::from_secs(60);
    assert!(judge(short).is_ok());
}

#[test]
fn an_activation_lasts_no_longer_than_the_row_allows() {
    let grounds = include_str!("../packs/jp/grounds.cedar");
    let short = grounds.replace("@max_seconds(\"86400\")", "@max_seconds(\"299\")");
    let pack = Pack::load(&short, include_str!("../packs/jp/schema.cedarschema"), "");
    let pack = pack.expect("a pack");
    let mut order = limit_floods();
    order.pack = pack.digest();
    let judge = |order: &StandingOrder| judged_by(&signed(order.clone(), TWO), &pack, &roster());
    assert_eq!(judge(&order).expect_err("too long").rule, "too-long");
    order.lasts = Span::from_secs(299);
    assert!(judge(&order).is_ok());
}

#[test]
fn two_people_sign_neither_the_proposer_and_one_of_them_the_members() {
    let cases: [(&str, &[(&str, u8)]); 7] = [
        ("too-few-people", &[]),
        (
            "unsigned-confirmation",
            &[("ren@isp-a", 2), ("mei@isp-b", 4)],
        ),
        ("too-few-people", &[("ren@isp-a", 2)]),
        ("by-proposer", &[("aoi@isp-a", 1), ("ren@isp-a", 2)]),
        ("same-person-twice", &[("ren@isp-a", 2), ("ren@isp-a", 2)]),
        ("unknown-key", &[("ren@isp-a", 3), ("yui@isp-b", 3)]),
        (
            "nobody-of-the-member",
            &[("yui@isp-b", 3), ("mei@isp-b", 4)],
        ),
    ];
    for (rule, people) in cases {
        assert_eq!(rule_of(&signed(limit_floods(), people)), rule);
    }
    let mut many = signed(limit_floods(), TWO);
    many.approvals = vec![many.approvals[0].clone(); Dossier::MOST_APPROVALS + 1];
    assert_eq!(rule_of(&many), "too-many-approvals");
    let mut late = signed(limit_floods(), TWO);
    late.approvals[0].at = late.order.valid_until;
    assert_eq!(rule_of(&late), "in-the-future");
}

#[test]
fn an_engine_that_breaks_is_a_no_with_an_alarm() {
    let erring = "forbid (principal, action, resource) when { context.order.proposed_at * 9223372036854775807 > 0 };";
    let pack = Pack::japan_with(erring).expect("a pack");
    let no = judged_by(&signed(limit_floods(), TWO), &pack, &roster()).expect_err("broken");
    assert_eq!((no.rule.as_str(), no.alarm), ("engine", true));
}

#[test]
fn a_signature_is_over_the_standing_order_and_every_limit_in_it() {
    let dossier = signed(limit_floods(), TWO);
    let spoils: [Spoil; 6] = [
        |s| s.lasts = Span::from_secs(301),
        |s| s.at_once += 1,
        |s| s.per_hour += 1,
        |s| s.scope = vec!["198.51.0.0/16".parse().unwrap()],
        |s| s.reflex = Reflex::LimitFlood(1),
        |s| s.valid_until += Span::from_secs(1),
    ];
    for spoil in spoils {
        let mut other = dossier.clone();
        spoil(&mut other.order);
        assert_eq!(rule_of(&other), "bad-signature");
    }
}

#[test]
fn a_proposers_key_does_not_approve_a_standing_order() {
    let mut roster = Roster::new(2);
    for (name, number, role) in [
        ("ren@isp-a", 2, Role::Proposer),
        ("yui@isp-b", 3, Role::Approver),
    ] {
        roster.enter(&person(name), held(number, role)).unwrap();
    }
    let judged = judged_by(&signed(limit_floods(), TWO), &Pack::japan(), &roster);
    assert_eq!(judged.expect_err("refused").rule, "wrong-role");
}

#[test]
fn the_page_that_is_signed_tells_every_limit_in_both_languages() {
    let order = limit_floods();
    for language in [Language::English, Language::Japanese] {
        let text = standing_text(&order, language);
        for part in [
            "isp-a",
            "aoi@isp-a",
            "100",
            "198.51.100.0/24",
            "A2",
            "uplinks at Osaka",
            "5 min",
            "20",
            "60",
            "2026-11-01",
            &order.id().to_string(),
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.trim_end().ends_with(&order.id().to_string()));
    }
}

fn entry_of(kind: Kind, place: &str, source: &str) -> Entry {
    Entry {
        place: crate::safeguards::Place::Prefix(place.parse().unwrap()),
        kind,
        reason: "a test".to_owned(),
        source: source.to_owned(),
    }
}

#[test]
fn a_rule_meets_the_lists_with_its_line_and_its_victim_alike() {
    let lists = Safeguards::default().with([
        entry_of(Kind::Own, "198.51.100.7/32", "own"),
        entry_of(Kind::Emergency, "203.0.113.0/24", "own"),
    ]);
    let rule = |line: &str, victim: &str| ReflexRule::Limit {
        line: issei_model::Subscriber::new(line.parse().unwrap()),
        victim: issei_model::Endpoint::host(victim.parse().unwrap()),
        packets: 100,
    };
    let met = |line, victim| safeguarding(&rule(line, victim), None, &lists).len();
    assert_eq!(met("198.51.100.7", "192.0.2.9"), 1);
    assert_eq!(met("198.51.100.8", "203.0.113.9"), 1);
    assert_eq!(met("198.51.100.8", "192.0.2.9"), 0);
}

#[test]
fn only_what_the_operator_himself_registered_does_not_hinder_his_request() {
    let rule = ReflexRule::Drop {
        to: "203.0.113.7".parse().unwrap(),
    };
    let power: OrganisationId = "power".parse().unwrap();
    let met = |kind, source: &str| {
        let lists = Safeguards::default().with([entry_of(kind, "203.0.113.0/24", source)]);
        safeguarding(&rule, Some(&power), &lists).len()
    };
    assert_eq!(met(Kind::ProtectedOperator, "power"), 0);
    assert_eq!(met(Kind::ProtectedOperator, "gas"), 1);
    assert_eq!(met(Kind::ProtectedOperator, "a list of hospitals"), 1);
    assert_eq!(met(Kind::Emergency, "power"), 1);
}
