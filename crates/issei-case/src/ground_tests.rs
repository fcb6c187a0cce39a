//! The gate of lawful ground: every fact of every row, every limit, and each guard by itself.

use std::collections::BTreeSet;

use cedar_policy::{Authorizer, Entities};
use issei_model::{Action, Fact, Goal, PersonId};
use proptest::prelude::*;

use super::*;
use crate::samples::{goals, minutes, order, proposed_at};

/// The rows that allow a cut, their facts, and with `+` what a second person must confirm.
const REQUIRED: &[(&str, &str)] = &[
    (
        "A1",
        "balance_of_harms:Flag+ ends_with_attack:Flag narrowest_signature:Flag necessity:Flag+ no_subscriber_datum:Flag only_that_destination:Flag present_danger:Flag+ request:Document+ requested_at:Moment",
    ),
    (
        "A2",
        "balance_of_harms:Flag+ ends_with_cause:Flag facility:Text impact:Number impact_unit:Text narrowest_match:Flag necessity:Flag+ no_subscriber_datum:Flag present_danger:Flag+",
    ),
    (
        "A3",
        "no_subscriber_datum:Flag nobody_identified:Flag only_failed_source_check:Flag",
    ),
    ("A4", "malformed_only:Flag no_subscriber_datum:Flag"),
    (
        "A5",
        "balance_of_harms:Flag+ effect:Text necessity:Flag+ no_subscriber_datum:Flag present_danger:Flag+ time_limit:Moment",
    ),
    (
        "B3",
        "dynamic_pools_only:Flag no_subscriber_datum:Flag opt_out_applied:Flag opt_out_set:Document static_excluded:Flag",
    ),
    (
        "C1",
        "clause:Text clause_digest:Document clause_in_force:Flag+ exact_names:Flag no_subscriber_datum:Flag opt_out_anytime:Flag opt_out_applied:Flag opt_out_free:Flag opt_out_set:Document",
    ),
    (
        "C4",
        "balance_of_harms:Flag+ necessity:Flag+ no_subscriber_datum:Flag only_that_name:Flag present_danger:Flag+ while_it_runs:Flag",
    ),
    (
        "X1",
        "counsel_opinion:Document+ fresh_proof:Flag+ no_subscriber_datum:Flag",
    ),
];
/// Rows that never allow a cut.
const NEVER: [&str; 8] = ["A8", "B1", "B2", "D1", "D4", "E1", "E2", "F1"];

/// What each row takes: its action, its goals, and its longest lifetime in seconds.
const FITTING: &[(&str, Action, &[&str], i64)] = &[
    ("A1", Action::Drop, &["192.0.2.7:80/tcp"], 86_400),
    ("A2", Action::RateLimit(10), &["192.0.2.7:80/tcp"], 86_400),
    ("A3", Action::Drop, &["192.0.2.7:80/tcp"], 86_400),
    ("A4", Action::Drop, &["192.0.2.7:80/tcp"], 86_400),
    ("A5", Action::Drop, &["192.0.2.7:445/tcp"], 86_400),
    ("B3", Action::Drop, &["192.0.2.7:53/udp"], 86_400),
    (
        "C1",
        Action::RefuseName,
        &["c2.example", "d3.example"],
        2_592_000,
    ),
    ("C4", Action::RefuseName, &["victim.example"], 86_400),
    ("X1", Action::Drop, &["192.0.2.7:23/tcp"], 604_800),
];

fn person(name: &str) -> PersonId {
    name.parse().expect("a person")
}

fn pack() -> Pack {
    Pack::japan().with_row_on("X1").expect("a row")
}

/// An order that fits a row, one second before its longest lifetime, with every fact.
fn fitting(pack: &Pack, row: &str) -> Order {
    let (_, action, aims, lifetime) = FITTING.iter().find(|fit| fit.0 == row).expect("a row");
    let mut order = Order {
        ground: row.to_owned(),
        pack: pack.digest(),
        action: *action,
        goals: goals(aims),
        expires_at: proposed_at() + Span::from_secs(lifetime - 1),
        ..order()
    };
    for (name, rule) in &pack.row(row).expect("a row").facts {
        order
            .facts
            .insert(name.clone(), stated(value(name, rule.kind, &order)));
    }
    order
}

fn value(name: &str, kind: FactKind, order: &Order) -> FactValue {
    match kind {
        FactKind::Flag => FactValue::Flag(true),
        FactKind::Number => FactValue::Number(40),
        FactKind::Moment if name == "time_limit" => {
            FactValue::Moment(order.expires_at + minutes(1))
        }
        FactKind::Moment => FactValue::Moment(order.proposed_at - minutes(20)),
        FactKind::Text => FactValue::Text("article 12".to_owned()),
        FactKind::Document => FactValue::Document(Digest([9; 32])),
    }
}

fn stated(value: FactValue) -> Fact {
    Fact {
        value,
        stated_by: person("aoi@isp-a"),
        confirmed_by: Some(person("ren@isp-b")),
    }
}

fn judged(pack: &Pack, order: &Order) -> Result<Grounded, Box<Ungrounded>> {
    pack.judge(order, proposed_at() + minutes(1))
}

fn refused(pack: &Pack, order: &Order) -> Box<Ungrounded> {
    let no = judged(pack, order).expect_err("a refusal");
    for language in [Language::English, Language::Japanese] {
        let (why, next) = (&no.refusal.explanation, &no.refusal.next_step);
        assert!(!why.of(language).is_empty() && !next.of(language).is_empty());
    }
    no
}

fn the_rule(pack: &Pack, order: &Order) -> String {
    refused(pack, order).refusal.rule
}

/// Every row that allows a cut with every fact it requires, as (row, fact, kind, confirmed).
fn every_fact() -> Vec<(&'static str, &'static str, &'static str, bool)> {
    let rows = REQUIRED.iter();
    let facts = rows.flat_map(|(row, facts)| facts.split(' ').map(|fact| (*row, fact)));
    facts
        .map(|(row, fact)| {
            let (name, kind) = fact.split_once(':').expect("a kind");
            let plain = kind.trim_end_matches('+');
            (row, name, plain, plain != kind)
        })
        .collect()
}

#[test]
fn the_facts_of_every_row_are_those_of_the_table() {
    let pack = Pack::japan();
    let mut found = Vec::new();
    for row in pack.rows().filter(|row| row.allows_cut()) {
        for (name, rule) in &row.facts {
            let kind = format!("{:?}", rule.kind);
            found.push((row.name.clone(), name.clone(), kind, rule.confirmed));
        }
    }
    let own = |(row, name, kind, confirmed): (&str, &str, &str, bool)| {
        (row.to_owned(), name.to_owned(), kind.to_owned(), confirmed)
    };
    let wanted: Vec<_> = every_fact().into_iter().map(own).collect();
    assert_eq!(found, wanted);
    let never: Vec<&str> = pack
        .rows()
        .filter(|row| !row.allows_cut())
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(never, NEVER);
}

#[test]
fn every_row_allows_its_cut_with_all_its_facts() {
    let pack = pack();
    for (row, ..) in FITTING {
        let order = fitting(&pack, row);
        assert_eq!(order.malformed(), None, "{row}");
        let grounded = judged(&pack, &order).unwrap_or_else(|no| panic!("{row}: {}", no.refusal));
        assert_eq!((grounded.order(), grounded.row()), (order.id(), *row));
        assert_eq!(grounded.pack(), pack.digest());
    }
}

#[test]
fn a_ground_tells_its_mark_and_when_it_is_reviewed() {
    let pack = pack();
    let told = |row: &str| {
        let grounded = judged(&pack, &fitting(&pack, row)).expect("a ground");
        (grounded.mark(), grounded.review())
    };
    assert_eq!(told("C1"), (Mark::Confirmed, Span::from_secs(720 * 3_600)));
    assert_eq!(told("A1"), (Mark::AskCounsel, LATEST_REVIEW_IN_DANGER));
    assert_eq!(told("X1").0, Mark::NoSource);
}

#[test]
fn without_any_one_fact_a_row_is_refused_and_the_fact_is_named() {
    let pack = pack();
    for (row, name, ..) in every_fact() {
        let mut order = fitting(&pack, row);
        order.facts.remove(name);
        let no = refused(&pack, &order);
        assert_eq!((no.row.as_str(), no.refusal.rule.as_str()), (row, "facts"));
        assert_eq!((no.facts.len(), no.facts[0].fact.as_str()), (1, name));
        assert_eq!(no.facts[0].fault, Fault::Missing);
        for language in [Language::English, Language::Japanese] {
            assert!(no.refusal.text(language).contains(name), "{row} {name}");
        }
    }
}

#[test]
fn a_fact_of_another_kind_is_refused() {
    let pack = pack();
    for (row, name, kind, _) in every_fact() {
        let mut order = fitting(&pack, row);
        let other = match kind {
            "Text" => FactValue::Document(Digest([9; 32])),
            _ => FactValue::Text("yes".to_owned()),
        };
        order.facts.insert(name.to_owned(), stated(other));
        let no = refused(&pack, &order);
        let wrong = matches!(no.facts[0].fault, Fault::WrongKind { .. });
        assert!(
            wrong && no.facts[0].fact == name,
            "{row} {name}: {}",
            no.refusal
        );
    }
}

#[test]
fn a_fact_stated_as_no_is_refused_and_named() {
    let pack = pack();
    for (row, name, ..) in every_fact().into_iter().filter(|fact| fact.2 == "Flag") {
        let mut order = fitting(&pack, row);
        order
            .facts
            .insert(name.to_owned(), stated(FactValue::Flag(false)));
        let no = refused(&pack, &order);
        let rule = no.refusal.rule.as_str();
        let in_ceiling = STATEMENTS.contains(&name)
            || ["no_subscriber_datum", "opt_out_applied"].contains(&name);
        if in_ceiling {
            assert!(rule.starts_with("ceiling/"), "{row} {name}: {rule}");
        } else {
            assert_eq!((rule, no.facts.len()), ("facts", 1), "{row} {name}");
            assert_eq!(
                (no.facts[0].fact.as_str(), &no.facts[0].fault),
                (name, &Fault::Denied)
            );
        }
    }
}

#[test]
fn each_national_ground_alone_refuses_a_fact_stated_as_no() {
    let pack = pack();
    for (row, name, ..) in every_fact().into_iter().filter(|fact| fact.2 == "Flag") {
        let order = fitting(&pack, row);
        let mut facts = values(&order);
        assert!(matches!(
            pack.engine.ask_alone(row, &order, &facts),
            Answer::Yes(_)
        ));
        facts.insert(name.to_owned(), FactValue::Flag(false));
        assert_eq!(
            pack.engine.ask_alone(row, &order, &facts),
            Answer::No(Vec::new()),
            "{row} {name}"
        );
    }
}

#[test]
fn a_statement_that_no_second_person_confirmed_is_refused() {
    let pack = pack();
    for (row, name, _, confirmed) in every_fact() {
        let mut order = fitting(&pack, row);
        order.facts.get_mut(name).expect("a fact").confirmed_by = None;
        if confirmed {
            let no = refused(&pack, &order);
            assert_eq!(no.facts[0].fault, Fault::Unconfirmed, "{row} {name}");
        } else {
            assert!(judged(&pack, &order).is_ok(), "{row} {name}");
        }
    }
}

#[test]
fn nobody_confirms_an_own_statement() {
    let pack = pack();
    for (row, name, ..) in every_fact() {
        let mut order = fitting(&pack, row);
        order.facts.get_mut(name).expect("a fact").confirmed_by = Some(person("aoi@isp-a"));
        assert_eq!(
            refused(&pack, &order).facts[0].fault,
            Fault::SamePerson,
            "{row} {name}"
        );
    }
}

#[test]
fn danger_is_always_confirmed_by_a_second_person() {
    let pack = pack();
    let danger: Vec<&str> = pack
        .rows()
        .filter(|row| row.allows_cut() && row.rests_on_danger())
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(danger, ["A1", "A2", "A5", "C4"]);
    for row in danger {
        let facts = &pack.row(row).expect("a row").facts;
        assert!(
            STATEMENTS.iter().all(|name| facts[*name].confirmed),
            "{row}"
        );
    }
}

#[test]
fn a_misspelt_fact_gets_the_nearest_right_one_named() {
    let pack = pack();
    let mut order = fitting(&pack, "C1");
    let clause = order.facts.remove("clause_digest").expect("a fact");
    order.facts.insert("clause_digst".to_owned(), clause);
    let no = refused(&pack, &order);
    let faults: Vec<_> = no.facts.iter().map(|fault| fault.fault.clone()).collect();
    let nearest = Some("clause_digest".to_owned());
    assert_eq!(faults, [Fault::Missing, Fault::Unknown { nearest }]);
    assert!(
        no.refusal
            .to_string()
            .contains("`clause_digst` is no fact of this row, `clause_digest` is")
    );
}

#[test]
fn a_fact_unlike_any_other_is_refused_without_a_guess() {
    let pack = pack();
    let mut order = fitting(&pack, "C1");
    let name = "日本".repeat(400);
    order.facts.insert(name, stated(FactValue::Flag(true)));
    let no = refused(&pack, &order);
    assert_eq!(no.facts[0].fault, Fault::Unknown { nearest: None });
    assert_eq!(no.facts[0].fact.chars().count(), 60);
}

#[test]
fn words_that_are_blank_state_nothing() {
    let pack = pack();
    for (row, name, ..) in every_fact().into_iter().filter(|fact| fact.2 == "Text") {
        let mut order = fitting(&pack, row);
        order
            .facts
            .insert(name.to_owned(), stated(FactValue::Text(" \n".to_owned())));
        assert_eq!(
            refused(&pack, &order).facts[0].fault,
            Fault::Blank,
            "{row} {name}"
        );
    }
}

#[test]
fn no_row_lasts_longer_than_its_limit() {
    let pack = pack();
    for (row, .., lifetime) in FITTING {
        let mut order = fitting(&pack, row);
        order.expires_at = order.proposed_at + Span::from_secs(*lifetime);
        assert!(judged(&pack, &order).is_ok(), "{row}");
        order.expires_at += Span::from_micros(1);
        let no = refused(&pack, &order);
        assert_eq!(
            (no.refusal.rule.as_str(), no.row.as_str()),
            ("too-long", *row)
        );
    }
}

#[test]
fn a_whole_host_is_cut_for_an_hour_at_most() {
    let pack = pack();
    let mut order = fitting(&pack, "A1");
    order.goals = goals(&["192.0.2.7", "192.0.2.8:80/tcp"]);
    order.expires_at = order.proposed_at + LONGEST_WHOLE_HOST;
    assert!(judged(&pack, &order).is_ok());
    order.expires_at += Span::from_micros(1);
    assert_eq!(the_rule(&pack, &order), "too-long");
}

#[test]
fn an_address_needs_evidence_of_the_last_day_before_the_proposal() {
    let pack = pack();
    let mut order = fitting(&pack, "X1");
    for entry in &mut order.evidence {
        entry.until = order.proposed_at - OLDEST_PROOF;
    }
    assert!(judged(&pack, &order).is_ok());
    for entry in &mut order.evidence {
        entry.until = order.proposed_at - OLDEST_PROOF - Span::from_micros(1);
    }
    assert_eq!(the_rule(&pack, &order), "stale-evidence");
    order.evidence[0].until = order.proposed_at + minutes(1);
    assert_eq!(
        the_rule(&pack, &order),
        "stale-evidence",
        "evidence from the future proves nothing"
    );
    order.evidence.clear();
    assert_eq!(the_rule(&pack, &order), "stale-evidence");
}

#[test]
fn a_member_that_judges_days_later_comes_to_the_same_answer() {
    let pack = pack();
    let order = fitting(&pack, "X1");
    let late = order.expires_at - minutes(1);
    assert_eq!(pack.judge(&order, late), judged(&pack, &order));
}

#[test]
fn addresses_in_ordinary_times_are_off_by_default() {
    let off = Pack::japan();
    let no = refused(&off, &fitting(&off, "X1"));
    assert_eq!(
        (no.refusal.rule.as_str(), no.alarm),
        ("off-by-default", false)
    );
    assert!(no.refusal.to_string().contains("counsel's written opinion"));
    assert!(judged(&pack(), &fitting(&pack(), "X1")).is_ok());
    let on: Vec<&str> = off
        .rows()
        .filter(|row| !row.on)
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(on, ["X1"]);
}

#[test]
fn a_row_that_never_allows_a_cut_says_what_it_is_for() {
    let pack = pack();
    for row in NEVER {
        let order = Order {
            ground: row.to_owned(),
            ..fitting(&pack, "C1")
        };
        let no = refused(&pack, &order);
        assert_eq!(no.refusal.rule, "never-a-cut");
        let title = &pack.row(row).expect("a row").title;
        assert!(no.refusal.explanation.en.contains(&*title.en), "{row}");
        assert!(no.refusal.explanation.ja.contains(&*title.ja), "{row}");
        assert_eq!(no.closest.as_deref(), Some("C1"));
        assert!(Pack::japan().with_row_on(row).is_err());
    }
}

#[test]
fn an_unknown_row_gets_those_that_allow_a_cut_named() {
    let pack = pack();
    let order = Order {
        ground: "Z9".to_owned(),
        ..fitting(&pack, "C1")
    };
    let no = refused(&pack, &order);
    assert_eq!(no.refusal.rule, "no-such-row");
    assert!(
        no.refusal
            .next_step
            .en
            .contains("A1, A2, A3, A4, A5, B3, C1, C4, X1")
    );
}

/// Which rows take which action at which kind of goal, for less than an hour.
#[test]
fn each_row_takes_only_its_own_kinds_of_goals_and_actions() {
    let pack = pack();
    let kinds: [(&str, Action, &[&str]); 9] = [
        ("A1 A2 A3 A4 A5 X1", Action::Drop, &["192.0.2.7:80/tcp"]),
        ("A1 A2 A3 A4 A5 X1", Action::Drop, &["192.0.2.7:53/tcp"]),
        ("A1 A2 A3 A4 A5 B3 X1", Action::Drop, &["192.0.2.7:53/udp"]),
        ("A1 A2", Action::Drop, &["192.0.2.7"]),
        ("A1 A2 A5", Action::RateLimit(5), &["192.0.2.7:80/tcp"]),
        ("C1 C4", Action::RefuseName, &["c2.example"]),
        ("C1", Action::RefuseName, &["c2.example", "d3.example"]),
        ("", Action::Redirect, &["c2.example"]),
        ("", Action::Drop, &["c2.example"]),
    ];
    for (wanted, action, aims) in kinds {
        let takes = |row: &&str| {
            let order = Order {
                action,
                goals: goals(aims),
                expires_at: proposed_at() + minutes(50),
                fire_before: proposed_at() + minutes(40),
                ..fitting(&pack, row)
            };
            judged(&pack, &order).is_ok()
        };
        let rows: Vec<&str> = FITTING.iter().map(|fit| fit.0).filter(takes).collect();
        assert_eq!(rows.join(" "), wanted, "{action:?} {aims:?}");
    }
}

#[test]
fn figures_and_moments_are_weighed_by_the_policies() {
    let pack = pack();
    let cases = [
        (
            "A1",
            "requested_at",
            FactValue::Moment(proposed_at() + minutes(1)),
        ),
        ("A2", "impact", FactValue::Number(0)),
        (
            "A5",
            "time_limit",
            FactValue::Moment(proposed_at() + minutes(60)),
        ),
    ];
    for (row, name, value) in cases {
        let mut order = fitting(&pack, row);
        order.facts.insert(name.to_owned(), stated(value));
        let no = refused(&pack, &order);
        assert_eq!(
            (no.refusal.rule.as_str(), no.row.as_str()),
            ("conditions", row)
        );
        assert_eq!(
            no.refusal.explanation,
            pack.row(row).expect("a row").refusal
        );
    }
}

#[test]
fn an_order_on_the_wrong_ground_is_shown_the_one_that_comes_closest() {
    let pack = pack();
    // An address under the ground for names: broken packets need the fewest facts.
    let mut address = fitting(&pack, "A4");
    "C1".clone_into(&mut address.ground);
    assert_eq!(refused(&pack, &address).closest.as_deref(), Some("A4"));
    // Names under the ground for addresses.
    let mut names = fitting(&pack, "C1");
    "A1".clone_into(&mut names.ground);
    let no = refused(&pack, &names);
    assert_eq!(no.closest.as_deref(), Some("C1"));
    assert!(no.refusal.next_step.en.contains("look at C1"));
    assert!(no.refusal.next_step.ja.contains("C1"));
    // One missing fact does not send anybody to another row.
    let mut one = fitting(&pack, "C1");
    one.facts.remove("clause");
    assert_eq!(refused(&pack, &one).closest, None);
    // A row that is off is nobody's way out.
    let off = Pack::japan();
    let closest = refused(&off, &fitting(&off, "X1")).closest;
    assert_ne!(closest.as_deref(), Some("X1"));
}

#[test]
fn an_order_under_another_pack_is_refused() {
    let pack = pack();
    let order = Order {
        pack: Digest([1; 32]),
        ..fitting(&pack, "C1")
    };
    assert_eq!(the_rule(&pack, &order), "other-pack");
}

#[test]
fn an_order_from_the_future_or_the_past_is_refused() {
    let pack = pack();
    let order = fitting(&pack, "C1");
    let rule = |now| pack.judge(&order, now).expect_err("a refusal").refusal.rule;
    assert!(pack.judge(&order, order.proposed_at - CLOCK_SLACK).is_ok());
    assert_eq!(
        rule(order.proposed_at - CLOCK_SLACK - Span::from_micros(1)),
        "from-the-future"
    );
    assert!(
        pack.judge(&order, order.expires_at - Span::from_micros(1))
            .is_ok()
    );
    assert_eq!(rule(order.expires_at), "over");
}

/// A national ground for names and addresses without any condition of its own.
const PERMISSIVE: &str = r#"
@row("C1") @basis("business") @title_en("t") @title_ja("t") @refusal_en("r") @refusal_ja("r")
@next_en("n") @next_ja("n") @max_seconds("2592000") @review_hours("720")
permit (principal, action == Action::"C1", resource);
"#;

fn permissive() -> Pack {
    Pack::load(PERMISSIVE, JAPAN_SCHEMA, "").expect("a pack")
}

/// An order on the permissive ground.
fn wide(aims: &[&str], lifetime: Span) -> Order {
    let pack = permissive();
    let action = match goals(aims)[0] {
        Goal::Name(_) => Action::Redirect,
        Goal::Service(_) => Action::Drop,
    };
    Order {
        action,
        goals: goals(aims),
        expires_at: proposed_at() + lifetime,
        pack: pack.digest(),
        ..fitting(&Pack::japan(), "C1")
    }
}

fn longer(most: Span, by: Span) -> Span {
    Span::from_micros(most.as_micros() + by.as_micros())
}

/// Each ceiling with a lifetime that it just allows, and the forbid that speaks one second later.
fn ceilings() -> [(&'static [&'static str], Span, &'static str); 4] {
    [
        (&["c2.example"], LONGEST, "ceiling/policy0"),
        (&["192.0.2.7:23/tcp"], LONGEST_ADDRESS, "ceiling/policy1"),
        (
            &["192.0.2.7:23/tcp", "c2.example"],
            LONGEST_ADDRESS,
            "ceiling/policy1",
        ),
        (&["192.0.2.7"], LONGEST_WHOLE_HOST, "ceiling/policy2"),
    ]
}

#[test]
fn a_permissive_national_ground_stays_under_the_ceiling() {
    let pack = permissive();
    for (aims, most, _) in ceilings() {
        assert!(judged(&pack, &wide(aims, most)).is_ok(), "{aims:?}");
        let over = wide(aims, longer(most, Span::from_secs(1)));
        assert_eq!(the_rule(&pack, &over), "too-long", "{aims:?}");
    }
}

#[test]
fn the_ceiling_in_policies_holds_without_the_one_in_code() {
    let pack = permissive();
    let row = pack.row("C1").expect("a row");
    for (aims, most, forbid) in ceilings() {
        assert!(pack.by_policies(row, &wide(aims, most)).is_ok(), "{aims:?}");
        let over = wide(aims, longer(most, Span::from_micros(1)));
        let no = pack.by_policies(row, &over).expect_err("a refusal");
        assert_eq!(no.refusal.rule, forbid, "{aims:?}");
    }
    let mut stale = wide(&["192.0.2.7:23/tcp"], minutes(60));
    stale.evidence.clear();
    let no = pack.by_policies(row, &stale).expect_err("a refusal");
    assert_eq!(no.refusal.rule, "ceiling/policy1");
}

#[test]
fn the_ceiling_in_code_holds_without_the_one_in_policies() {
    let limit = Limit {
        lifetime: LONGEST,
        review: LONGEST,
    };
    for (aims, most, _) in ceilings() {
        assert_eq!(ceiling::overrun(limit, &wide(aims, most)), None, "{aims:?}");
        let over = wide(aims, longer(most, Span::from_micros(1)));
        let lifetime = longer(most, Span::from_micros(1));
        let overrun = Overrun::TooLong {
            lifetime,
            limit: most,
        };
        assert_eq!(ceiling::overrun(limit, &over), Some(overrun), "{aims:?}");
    }
}

#[test]
fn what_people_deny_is_forbidden_above_every_national_ground() {
    let pack = permissive();
    let row = pack.row("C1").expect("a row");
    for (name, forbid) in [
        ("no_subscriber_datum", "ceiling/policy3"),
        ("opt_out_applied", "ceiling/policy4"),
    ] {
        let mut order = wide(&["c2.example"], minutes(60));
        order
            .facts
            .insert(name.to_owned(), stated(FactValue::Flag(false)));
        let no = pack.by_policies(row, &order).expect_err("a refusal");
        assert_eq!(no.refusal.rule, forbid);
    }
    let danger = PERMISSIVE
        .replace("C1", "C4")
        .replace("2592000", "86400")
        .replace("720", "72");
    let pack = Pack::load(&danger, JAPAN_SCHEMA, "").expect("a pack");
    for name in STATEMENTS {
        let mut order = Order {
            pack: pack.digest(),
            ..fitting(&Pack::japan(), "C4")
        };
        assert!(judged(&pack, &order).is_ok());
        order
            .facts
            .insert(name.to_owned(), stated(FactValue::Flag(false)));
        assert_eq!(the_rule(&pack, &order), "ceiling/policy5", "{name}");
    }
}

#[test]
fn a_pack_beyond_the_ceiling_is_not_loaded() {
    let confirm = "@confirm(\"second person\")";
    // (row, in the grounds from, to, in the schema from, to, the excess)
    let cases: [(&str, &str, &str, &str, &str, Excess); 11] = [
        ("C1", "2592000", "2592001", "", "", Excess::Lifetime),
        (
            "A1",
            "@max_seconds(\"86400\")",
            "@max_seconds(\"86401\")",
            "",
            "",
            Excess::DangerLifetime,
        ),
        (
            "A1",
            "@review_hours(\"72\")",
            "@review_hours(\"73\")",
            "",
            "",
            Excess::DangerReview,
        ),
        (
            "A1",
            "",
            "",
            "necessity: Bool",
            "need: Bool",
            Excess::Statements,
        ),
        ("A1", "", "", confirm, "", Excess::Statements),
        (
            "C1",
            "",
            "",
            "opt_out_set: Document",
            "opt_out_set: String",
            Excess::OptOut,
        ),
        ("X1", "@default(\"off\")\n", "", "", "", Excess::NotOff),
        ("X1", "", "", confirm, "", Excess::NoCounsel),
        ("X1", "604800", "604801", "", "", Excess::UnsourcedLifetime),
        (
            "X1",
            "@default(\"off\")\n",
            "@default(\"off\")\n@standing(\"limit-flood\")\n",
            "",
            "",
            Excess::UnsourcedStanding,
        ),
        (
            "A3",
            "",
            "",
            "no_subscriber_datum: Bool",
            "no_subscriber_data: Bool",
            Excess::Subscribers,
        ),
    ];
    for (row, from, to, schema_from, schema_to, excess) in cases {
        // Only the annotations of the row under test, with a permit that asks nothing.
        let part = JAPAN
            .split("\n@row")
            .find(|part| part.starts_with(&format!("(\"{row}\")")));
        let part = part
            .expect("a row")
            .split("\nwhen")
            .next()
            .expect("annotations");
        let grounds = format!("@row{part};");
        assert!(from.is_empty() || grounds.contains(from), "{row} {from}");
        assert!(schema_from.is_empty() || JAPAN_SCHEMA.contains(schema_from));
        let schema = JAPAN_SCHEMA.replace(schema_from, schema_to);
        let schema = if schema_from.is_empty() {
            JAPAN_SCHEMA
        } else {
            &schema
        };
        let grounds = if from.is_empty() {
            grounds
        } else {
            grounds.replace(from, to)
        };
        let own = row.to_owned();
        match Pack::load(&grounds, schema, "") {
            Err(PackError::Beyond { row, excess: found }) => {
                assert_eq!((row, found), (own, excess));
            }
            other => panic!("{row}: {other:?}"),
        }
    }
}

#[test]
fn a_members_own_layer_may_only_forbid() {
    let permit = r#"permit (principal, action == Action::"C1", resource);"#;
    let error = Pack::japan_with(permit).expect_err("an error");
    assert!(matches!(
        error,
        PackError::Permit {
            layer: Layer::Own,
            ..
        }
    ));
    assert!(error.to_string().contains("may only forbid"));
}

#[test]
fn a_members_own_forbid_wins_and_speaks_with_its_own_words() {
    let forbid = r#"@refusal_en("we refuse at most 5 names") @refusal_ja("名前は 5 件までです")
        @next_en("split the order") @next_ja("分割してください")
        forbid (principal, action, resource) when { context.order.names > 1 };"#;
    let pack = Pack::japan_with(forbid).expect("a pack");
    let no = refused(&pack, &fitting(&pack, "C1"));
    assert_eq!(no.refusal.rule, "own/policy0");
    let text = no.refusal.to_string();
    assert!(text.contains("we refuse at most 5 names; split the order"));
    assert_eq!(
        pack.digest(),
        Pack::japan().digest(),
        "an order fits all members of a country"
    );
    assert_ne!(pack.own_digest(), Pack::japan().own_digest());

    let silent = "forbid (principal, action, resource) when { context.order.names > 1 };";
    let pack = Pack::japan_with(silent).expect("a pack");
    assert!(
        refused(&pack, &fitting(&pack, "C1"))
            .refusal
            .explanation
            .en
            .contains("own/policy0")
    );
}

#[test]
fn the_ceiling_is_named_before_a_members_own_rule() {
    let pack = Pack::japan_with("forbid (principal, action, resource);").expect("a pack");
    let mut order = fitting(&pack, "C1");
    order
        .facts
        .insert("opt_out_applied".to_owned(), stated(FactValue::Flag(false)));
    assert_eq!(the_rule(&pack, &order), "ceiling/policy4");
}

/// A forbid that errs on every order: the product overflows.
const ERRING: &str = r"forbid (principal, action, resource)
    when { context.order.proposed_at * 9223372036854775807 > 0 };";

#[test]
fn a_forbid_that_errs_is_a_no_and_an_alarm() {
    let pack = Pack::japan_with(ERRING).expect("a pack");
    let order = fitting(&pack, "C1");
    let no = refused(&pack, &order);
    assert_eq!((no.refusal.rule.as_str(), no.alarm), ("engine", true));
    // Without this guard the engine would skip the forbid and allow.
    let request = pack
        .engine
        .request("C1", &order, &values(&order))
        .expect("a request");
    let response = Authorizer::new().is_authorized(&request, &pack.engine.all, &Entities::empty());
    assert_eq!(response.decision(), cedar_policy::Decision::Allow);
}

#[test]
fn facts_that_break_the_schema_are_a_no_and_an_alarm() {
    let pack = pack();
    let order = fitting(&pack, "C1");
    let row = pack.row("C1").expect("a row");
    let mut missing = order.clone();
    missing.facts.remove("clause");
    let mut another = order.clone();
    another
        .facts
        .insert("clause".to_owned(), stated(FactValue::Number(12)));
    let mut unknown = order;
    unknown
        .facts
        .insert("claws".to_owned(), stated(FactValue::Number(12)));
    for broken in [missing, another, unknown] {
        // The table of facts would have refused it before; the engine does so by itself.
        let no = pack.by_policies(row, &broken).expect_err("a refusal");
        assert_eq!((no.refusal.rule.as_str(), no.alarm), ("engine", true));
    }
}

#[test]
fn refusals_by_rule_raise_no_alarm() {
    let pack = pack();
    let mut order = fitting(&pack, "C1");
    order.facts.clear();
    assert!(!refused(&pack, &order).alarm);
}

#[test]
fn a_policy_that_misspells_a_fact_is_not_loaded() {
    let misspelt = JAPAN.replace("context.facts.exact_names", "context.facts.exact_name");
    let error = Pack::load(&misspelt, JAPAN_SCHEMA, "").expect_err("an error");
    assert!(matches!(
        error,
        PackError::Validation {
            layer: Layer::National,
            ..
        }
    ));
    let own = "forbid (principal, action, resource) when { context.order.nmaes > 1 };";
    let error = Pack::japan_with(own).expect_err("an error");
    assert!(matches!(
        error,
        PackError::Validation {
            layer: Layer::Own,
            ..
        }
    ));
}

#[test]
fn a_malformed_pack_is_not_loaded_and_says_where() {
    let long = " ".repeat(LONGEST_LAYER + 1);
    let twice = format!("{PERMISSIVE}{PERMISSIVE}");
    let any = PERMISSIVE.replace(r#"action == Action::"C1""#, "action");
    let many = PERMISSIVE.replace(r#"action == Action::"C1""#, r#"action in [Action::"C1"]"#);
    let other = PERMISSIVE.replace(r#"@row("C1")"#, r#"@row("C4")"#);
    let rowless = PERMISSIVE.replace(r#"@row("C1")"#, "");
    let template = format!("{PERMISSIVE} forbid (principal == ?principal, action, resource);");
    let load = |grounds: &str| Pack::load(grounds, JAPAN_SCHEMA, "").expect_err("an error");
    assert!(matches!(load(&long), PackError::TooLong { .. }));
    assert!(matches!(load(&twice), PackError::Repeated { .. }));
    for scope in [any, many, other, rowless] {
        assert!(matches!(load(&scope), PackError::Scope { .. }), "{scope}");
    }
    assert!(matches!(load(&template), PackError::Template { .. }));
    assert!(matches!(load("permit ("), PackError::Policies { .. }));
    for key in [
        "basis",
        "title_ja",
        "refusal_en",
        "next_ja",
        "max_seconds",
        "review_hours",
    ] {
        let without = PERMISSIVE.replace(&format!("@{key}("), "@other(");
        let error = load(&without);
        assert_eq!(error, PackError::annotation("C1", key));
        assert!(error.to_string().contains(key));
    }
    for (from, to) in [
        ("business", "whim"),
        ("2592000", "0"),
        ("@basis", "@mark(\"Q\") @basis"),
    ] {
        assert!(
            matches!(
                load(&PERMISSIVE.replace(from, to)),
                PackError::Annotation { .. }
            ),
            "{to}"
        );
    }
}

#[test]
fn a_malformed_schema_is_not_loaded_and_says_where() {
    let load = |from: &str, to: &str| {
        assert!(JAPAN_SCHEMA.contains(from), "{from}");
        Pack::load(PERMISSIVE, &JAPAN_SCHEMA.replace(from, to), "").expect_err("an error")
    };
    assert!(matches!(
        load("clause: String", "clause?: String"),
        PackError::FactRule { .. }
    ));
    assert!(matches!(
        load("clause: String", "clause: Set<String>"),
        PackError::FactRule { .. }
    ));
    assert!(matches!(
        load(
            "@en(\"the clause of the terms",
            "@de(\"the clause of the terms"
        ),
        PackError::FactRule { .. }
    ));
    assert!(matches!(
        load("order: Shape", "order: { names: Long }"),
        PackError::Validation { .. } | PackError::NoFacts { .. }
    ));
    assert!(matches!(
        load("action C1", "type Shape = Long; action C1"),
        PackError::Schema { .. }
    ));
    assert!(matches!(
        load("action C1", "action"),
        PackError::Schema { .. }
    ));
}

#[test]
fn a_schema_with_another_shape_of_an_order_is_not_loaded() {
    // Everything the policies ask about, and one thing more, which the machine would not fill in.
    let shape = FORM.split("type Shape = {").nth(1).expect("the shape");
    let shape = shape.split("};").next().expect("its end");
    let wide = format!("type Wide = {{ more: Long, {shape} }};\n{JAPAN_SCHEMA}");
    let schema = wide.replace("order: Shape", "order: Wide");
    let error = Pack::load(PERMISSIVE, &schema, "").expect_err("an error");
    assert_eq!(
        error,
        PackError::NoFacts {
            row: "C1".to_owned()
        }
    );
}

#[test]
fn the_digest_names_the_grounds_and_the_schema() {
    let base = Pack::japan().digest();
    let note = format!("{JAPAN}\n// a note");
    let grounds = Pack::load(&note, JAPAN_SCHEMA, "")
        .expect("a pack")
        .digest();
    let note = format!("{JAPAN_SCHEMA}\n// a note");
    let schema = Pack::load(JAPAN, &note, "").expect("a pack").digest();
    let all: BTreeSet<Digest> = [base, grounds, schema].into();
    assert_eq!(all.len(), 3);
    assert_eq!(
        pack().digest(),
        base,
        "a switch of a member is not the law of the country"
    );
}

#[test]
fn the_rows_are_described_with_their_marks_in_both_languages() {
    let pack = Pack::japan();
    let line = |language, row: &str| {
        let rows = pack.describe(language);
        let found = rows
            .into_iter()
            .find(|line| line.row == row)
            .expect("a row");
        (
            found.title,
            found.mark,
            found.allows_cut,
            found.on,
            found.facts.len(),
        )
    };
    let words = |title: &str, mark: &str| (title.to_owned(), mark.to_owned());
    let (title, mark, cut, on, facts) = line(Language::English, "C1");
    assert_eq!(
        (title, mark),
        words(
            "refuse the names of command servers at the operator's resolver",
            "confirmed"
        )
    );
    assert_eq!((cut, on, facts), (true, true, 9));
    let (title, mark, ..) = line(Language::Japanese, "C1");
    assert_eq!(
        (title, mark),
        words("自社リゾルバーでの指令サーバー名の拒否", "確認済み")
    );
    assert_eq!(line(Language::English, "A5").1, "ask counsel");
    let (_, mark, _, on, _) = line(Language::English, "X1");
    assert_eq!((mark.as_str(), on), ("no source found", false));
    assert!(!line(Language::English, "E1").2);
}

#[test]
fn the_marks_are_those_of_the_sources() {
    let pack = Pack::japan();
    let marked = |mark| {
        let rows = pack.rows().filter(|row| row.mark == mark);
        rows.map(|row| row.name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(marked(Mark::Confirmed), "B1 B2 C1 E1 E2 F1");
    assert_eq!(marked(Mark::AskCounsel), "A1 A2 A3 A4 A5 A8 B3 C4 D1 D4");
    assert_eq!(marked(Mark::NoSource), "X1");
}

/// Read once for all generated orders.
static PACK: std::sync::LazyLock<Pack> = std::sync::LazyLock::new(pack);

proptest! {
    /// Whatever is spoilt in an order and its facts, what passes keeps the limits, as restated here.
    #[test]
    fn what_passes_keeps_every_limit(
        fit in 0..FITTING.len(),
        hours in 1i64..1_000,
        age in 0i64..60,
        whole in any::<bool>(),
        spoilt in proptest::option::of((0usize..9, 0u8..4)),
    ) {
        let pack = &*PACK;
        let row = FITTING[fit].0;
        let mut order = fitting(pack, row);
        order.expires_at = order.proposed_at + minutes(hours * 60);
        if let (Goal::Service(end), true) = (&order.goals[0], whole) {
            order.goals = vec![Goal::Service(issei_model::Endpoint::host(end.ip))];
        }
        for entry in &mut order.evidence {
            entry.until = order.proposed_at - minutes(age * 60);
        }
        let name = spoilt.and_then(|(nth, _)| order.facts.keys().nth(nth).cloned());
        if let (Some(name), Some((_, how))) = (&name, spoilt) {
            let mut fact = order.facts.remove(name).expect("a fact");
            match how {
                0 => fact.value = FactValue::Flag(false),
                1 => fact.confirmed_by = Some(fact.stated_by.clone()),
                2 => fact.value = FactValue::Number(-1),
                _ => {}
            }
            if how < 3 {
                order.facts.insert(name.clone(), fact);
            }
        }
        if judged(pack, &order).is_ok() {
            let limit = FITTING[fit].3;
            let address = order.goals[0].ip().is_some();
            prop_assert!(name.is_none(), "{:?}", name);
            prop_assert!(hours * 3_600 <= limit);
            prop_assert!(!order.goals[0].is_whole_host() || (hours == 1 && ["A1", "A2"].contains(&row)));
            prop_assert!(!address || (hours <= 7 * 24 && age <= 24));
        }
    }
}

/// A rule of a member's own whose condition is so deep.
fn deep(open: &str, inner: &str, close: &str, depth: usize) -> String {
    let (open, close) = (open.repeat(depth), close.repeat(depth));
    format!("forbid (principal, action, resource) when {{ {open}{inner}{close} }};")
}

#[test]
fn a_layer_nested_too_deep_is_refused_and_one_at_the_limit_is_read_or_refused() {
    let shapes = [
        ("(", "true", ")"),
        ("!(", "true", ")"),
        ("!", "true", ""),
        ("-", "1", " == 1"),
        ("[", "1", "].contains(1)"),
        ("if true then ", "true", " else true"),
        ("true && ", "true", ""),
        ("1 + ", "1", " == 1"),
        ("", "context", ".order"),
        ("{a: ", "1", "}.a == 1"),
    ];
    for (open, inner, close) in shapes {
        let each = open.len() + close.len();
        let deepest = deep(open, inner, close, (LONGEST_LAYER - 100) / each);
        assert!(deepest.len() <= LONGEST_LAYER);
        let layer = Layer::Own;
        let refused = Pack::japan_with(&deepest).map(drop);
        assert_eq!(refused, Err(PackError::TooDeep { layer }), "{open}");
        for depth in (1..=nesting::MOST_OPERATORS).rev() {
            let text = deep(open, inner, close, depth);
            if !nesting::policies_too_deep(&text) {
                // The deepest that is read: whatever it says, it says it and lives.
                if let Ok(pack) = Pack::japan_with(&text) {
                    let _ = pack.judge(&fitting(&pack, "C1"), proposed_at());
                }
                break;
            }
        }
    }
    let sets = format!("type T = {}Long{};", "Set<".repeat(21), ">".repeat(21));
    let layer = Layer::National;
    let schema = [JAPAN_SCHEMA, &sets].concat();
    let refused = Pack::load(JAPAN, &schema, "").map(drop);
    assert_eq!(refused, Err(PackError::TooDeep { layer }));
}

#[test]
fn strings_and_comments_are_not_taken_for_nesting() {
    let brackets = "(".repeat(1_000);
    let text = format!(
        "// {brackets}\n@note(\"{brackets} \\\" {brackets}\")\nforbid (principal, action, resource) when {{ context.order.action == \"x\" }};"
    );
    assert!(!nesting::policies_too_deep(&text));
    assert!(nesting::policies_too_deep(&format!("\"a\" {brackets}")));
    // What follows a string that never ends is part of it, and no policy.
    assert!(Pack::japan_with(&format!("\"{brackets}")).is_err());
    let many = "forbid (principal, action, resource);".repeat(2_000);
    assert!(!nesting::policies_too_deep(&many));
}

#[test]
fn a_million_rules_are_refused_unread() {
    let many = "forbid (principal, action, resource);\n".repeat(1_000_000);
    let layer = Layer::Own;
    assert_eq!(
        Pack::japan_with(&many).map(drop),
        Err(PackError::TooLong { layer })
    );
    let layer = Layer::National;
    assert_eq!(
        Pack::load(&many, JAPAN_SCHEMA, "").map(drop),
        Err(PackError::TooLong { layer })
    );
}

#[test]
fn a_row_is_marked_for_reflexes_that_exist_only() {
    let misspelt = JAPAN.replace("@standing(\"limit-flood\")", "@standing(\"limit-floods\")");
    assert_ne!(misspelt, JAPAN);
    assert_eq!(
        Pack::load(&misspelt, JAPAN_SCHEMA, "").map(drop),
        Err(PackError::annotation("A2", "standing"))
    );
    let marked = |row: &Row| !row.standing.is_empty();
    let pack = Pack::japan();
    let rows: Vec<&str> = pack
        .rows()
        .filter(|row| marked(row))
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(rows, ["A1", "A2", "A3"]);
}
