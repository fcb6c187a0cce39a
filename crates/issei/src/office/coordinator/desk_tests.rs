//! The desk takes findings once, answers only to open questions, and lets out what everyone approved.

use std::collections::BTreeSet;

use issei_case::ground::Pack;
use issei_case::{Answer, Ceiling, Count, Gates, Roster, Safeguards};
use issei_model::{Digest, EvidenceEntry, Goal, Level, Rule, Timestamp};

use super::{Answers, Desk, Papers};
use crate::office::control::{Reply, Reported};

const GOAL: &str = "198.51.100.7:48101/tcp";

fn now() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn goal() -> Goal {
    GOAL.parse().unwrap()
}

fn found(member: &str, salt: u8) -> Reported {
    Reported {
        goal: goal(),
        level: Level::Finding,
        evidence: EvidenceEntry {
            source: member.parse().unwrap(),
            rule: Rule::CommandConfirmed,
            kinds: vec!["session".into()],
            forgeable: false,
            commitment: Digest([salt; 32]),
            until: now(),
        },
        addresses: BTreeSet::new(),
    }
}

/// Runs a test at gates that know nobody.
fn at_gates(test: impl FnOnce(&Gates<'_>)) {
    let (pack, safeguards) = (Pack::japan(), Safeguards::built_in());
    let (ceiling, roster) = (Ceiling::default(), Roster::new(2));
    test(&Gates {
        pack: &pack,
        safeguards: &safeguards,
        ceiling: &ceiling,
        used_today: 0,
        roster: &roster,
    });
}

/// The desk that a restart finds.
fn reopened(desk: &mut Desk) -> Desk {
    Desk::open(&Papers::of(desk.take_changes())).unwrap()
}

fn answer(member: &str, goal: Goal) -> Answer {
    Answer {
        member: member.parse().unwrap(),
        goal,
        lines: Count::hide(0, 5),
        suspected: Count::hide(0, 5),
        volume: 0,
        hints: Default::default(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}

#[test]
fn a_finding_that_comes_twice_is_taken_once() {
    let mut desk = Desk::default();
    assert_eq!(
        desk.take_findings(vec![found("isp-a", 1), found("isp-b", 2)]),
        2
    );
    assert_eq!(desk.take_findings(vec![found("isp-a", 1)]), 0);
    assert_eq!(desk.findings().len(), 2);
}

#[test]
fn a_case_takes_the_findings_about_its_goal_and_survives_a_restart() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        desk.take_findings(vec![found("isp-a", 1), found("isp-b", 2)]);
        let reply = desk.open_case("worm", &goal(), gates, now());
        assert!(
            matches!(&reply, Reply::Done(words) if words.en.contains("2 findings")),
            "{reply:?}"
        );
        let shown = desk.show("worm");
        let again = reopened(&mut desk);
        assert_eq!(again.show("worm"), shown);
        assert_eq!(again.findings().len(), 2);
    });
}

#[test]
fn what_members_say_of_a_name_is_kept_beside_the_finding_and_goes_with_the_question() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        let name: Goal = "c2.example".parse().unwrap();
        let of_name = |member, salt, ip: &str| Reported {
            goal: name.clone(),
            addresses: [ip.parse().unwrap()].into(),
            ..found(member, salt)
        };
        desk.take_findings(vec![
            found("isp-a", 1),
            of_name("isp-a", 1, "198.51.100.7"),
            of_name("isp-b", 2, "198.51.100.8"),
        ]);
        desk.open_case("worm", &name, gates, now());
        desk.question("worm");
        let asked = &desk.questions()[0].addresses[&"c2.example".parse().unwrap()];
        assert_eq!(asked.len(), 2);
        let Reply::Case(view) = desk.show("worm") else {
            panic!("there is a case");
        };
        let said: Vec<&str> = view
            .addresses
            .iter()
            .map(|one| one.source.as_str())
            .collect();
        assert_eq!(said, ["isp-a", "isp-b"]);
        // The same commitment stands behind two goals: neither is written over the other.
        let again = Desk::open(&Papers::of(desk.take_changes())).unwrap();
        assert_eq!(again.findings().len(), 3);
    });
}

#[test]
fn what_is_safeguarded_opens_no_case_and_the_refusal_is_kept() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        let resolver: Goal = "8.8.8.8:53/udp".parse().unwrap();
        let reply = desk.open_case("wrong", &resolver, gates, now());
        assert!(matches!(reply, Reply::Refused(_)), "{reply:?}");
        let Reply::Case(view) = desk.show("wrong") else {
            panic!()
        };
        assert!(view.goals.is_empty());
        assert_eq!(view.refusals.len(), 1);
        let strangers: Goal = "co.jp".parse().unwrap();
        let reply = desk.open_case("wide", &strangers, gates, now());
        assert!(
            matches!(&reply, Reply::Refused(said) if said.rule == "public-suffix"),
            "{reply:?}"
        );
    });
}

#[test]
fn answers_count_only_to_an_open_question_and_only_for_who_gives_them() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        desk.open_case("worm", &goal(), gates, now());
        let me = "isp-a".parse().unwrap();
        let answers = |member: &str| Answers {
            case: "worm".into(),
            answers: vec![answer(member, goal())],
        };
        assert!(
            desk.take_answers(&me, answers("isp-a"), gates, now())
                .is_err(),
            "nobody asked"
        );
        desk.question("worm");
        assert!(
            desk.take_answers(&me, answers("isp-b"), gates, now())
                .is_err(),
            "in another's name"
        );
        assert_eq!(
            desk.take_answers(&me, answers("isp-a"), gates, now()),
            Ok(())
        );
        let Reply::Case(view) = desk.show("worm") else {
            panic!()
        };
        assert_eq!(view.answered(), [&"isp-a".parse().unwrap()].into());
    });
}

#[test]
fn an_open_question_is_still_open_after_a_restart_and_a_summed_one_is_not() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        for case in ["one", "two"] {
            desk.open_case(case, &goal(), gates, now());
            desk.question(case);
        }
        desk.assess("two", Vec::new(), gates, now());
        let mut again = reopened(&mut desk);
        let open: Vec<&str> = again.questions().iter().map(|q| q.case.as_str()).collect();
        assert_eq!(open, ["one"]);
        assert_eq!(
            again.asked(),
            2,
            "members that were away see that something was asked"
        );
        let me = "isp-a".parse().unwrap();
        let answers = Answers {
            case: "one".into(),
            answers: vec![answer("isp-a", goal())],
        };
        assert_eq!(again.take_answers(&me, answers, gates, now()), Ok(()));
    });
}

#[test]
fn a_case_that_is_not_there_is_told_with_the_nearest_name() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        desk.open_case("ashiya-worm", &goal(), gates, now());
        let reply = desk.show("ashiya-wurm");
        assert!(
            matches!(&reply, Reply::Wrong(why) if why.en.contains("ashiya-worm")),
            "{reply:?}"
        );
    });
}

#[test]
fn a_case_with_a_strange_name_is_not_opened() {
    at_gates(|gates| {
        let mut desk = Desk::default();
        for name in ["", "a b", "../x", &"x".repeat(61)] {
            assert!(matches!(
                desk.open_case(name, &goal(), gates, now()),
                Reply::Wrong(_)
            ));
        }
        assert_eq!(desk.all(), Reply::Cases(vec![]));
    });
}
