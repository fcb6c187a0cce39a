use proptest::prelude::*;

use super::*;
use crate::samples::{goal, goals, order};

fn member(text: &str) -> OrganisationId {
    text.parse().expect("an organisation")
}

fn answer(name: &str, about: &str, lines: Count, suspected: Count) -> Answer {
    Answer {
        member: member(name),
        goal: goal(about),
        lines,
        suspected,
        volume: 1_000,
        hints: BTreeSet::new(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}

/// A drop of these goals with this radius.
fn drop_of(texts: &[&str], hints: &[&str]) -> Order {
    let mut order = order();
    order.goals = goals(texts);
    order.action = Action::Drop;
    order.radius.hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
    order
}

fn rule_of(order: &Order) -> String {
    let refusal = judge(order, 0, &Ceiling::default()).expect_err("refused");
    assert_eq!(refusal.gate, Gate::Radius);
    refusal.rule
}

#[test]
fn small_counts_are_hidden_and_summed_at_their_upper_end() {
    assert_eq!(Count::hide(4, 5), Count::FewerThan(5));
    assert_eq!(Count::hide(0, 5), Count::FewerThan(5));
    assert_eq!(Count::hide(5, 5), Count::Exactly(5));
    let answers = [
        answer(
            "isp-a",
            "c2.example",
            Count::FewerThan(5),
            Count::FewerThan(5),
        ),
        answer(
            "isp-b",
            "c2.example",
            Count::Exactly(50),
            Count::Exactly(43),
        ),
    ];
    let order = order();
    let radius = measure(&order.goals, &order.participants, &answers);
    assert_eq!((radius.predicted_lines, radius.suspected_lines), (11, 43));
    assert!(radius.unanswered.is_empty());
}

#[test]
fn a_member_that_knows_only_some_goals_has_not_answered() {
    let mut order = order();
    order.goals = goals(&["c2.example", "c3.example"]);
    let answers = [
        answer("isp-a", "c2.example", Count::Exactly(9), Count::Exactly(9)),
        answer("isp-b", "c2.example", Count::Exactly(9), Count::Exactly(9)),
        answer("isp-b", "c3.example", Count::Exactly(9), Count::Exactly(9)),
    ];
    let radius = measure(&order.goals, &order.participants, &answers);
    assert_eq!(radius.unanswered, [member("isp-a")]);
}

#[test]
fn strangers_are_not_heard_and_of_two_answers_the_wider_counts() {
    let order = order();
    let mut wide = answer(
        "isp-a",
        "c2.example",
        Count::Exactly(30),
        Count::Exactly(10),
    );
    wide.hints.insert(Hint::Anycast);
    let answers = [
        wide,
        answer(
            "isp-a",
            "c2.example",
            Count::Exactly(12),
            Count::Exactly(10),
        ),
        answer(
            "stranger",
            "c2.example",
            Count::Exactly(900),
            Count::Exactly(0),
        ),
        answer(
            "isp-b",
            "other.example",
            Count::Exactly(900),
            Count::Exactly(0),
        ),
        // More suspected than lines is a lie or a fault; it frees nothing elsewhere.
        answer(
            "isp-b",
            "c2.example",
            Count::Exactly(5),
            Count::Exactly(u64::MAX),
        ),
    ];
    let radius = measure(&order.goals, &order.participants, &answers);
    assert_eq!((radius.predicted_lines, radius.suspected_lines), (20, 15));
    assert_eq!(radius.hints, ["anycast c2.example"]);
}

#[test]
fn ceilings_per_order_and_per_day_hold_to_the_line() {
    let with = |lines| {
        let mut order = order();
        order.radius.predicted_lines = lines;
        order
    };
    let ceiling = Ceiling::default();
    assert_eq!(
        judge(&with(300), 700, &ceiling)
            .expect("fits")
            .predicted_lines(),
        300
    );
    assert_eq!(rule_of(&with(301)), "per-order-ceiling");
    let day = judge(&with(300), 701, &ceiling).expect_err("too much");
    assert_eq!(day.rule, "per-day-ceiling");
    assert!(judge(&with(1), u64::MAX, &ceiling).is_err());
}

#[test]
fn anybody_lowers_a_ceiling_and_nobody_alone_raises_it() {
    let (one, other): (PersonId, PersonId) =
        ("aoi@isp-a".parse().unwrap(), "yui@isp-b".parse().unwrap());
    let low = Ceiling::default().lowered(10, 5_000);
    assert_eq!((low.per_order(), low.per_day()), (10, Ceiling::PER_DAY));
    assert!(judge(&order(), 0, &low).is_err());
    let alone = low.raised(400, 2_000, [&one, &one]).expect_err("alone");
    assert_eq!(alone.rule, "raised-alone");
    let raised = low.raised(400, 2_000, [&one, &other]).expect("two people");
    assert_eq!((raised.per_order(), raised.per_day()), (400, 2_000));
    let never = low
        .raised(1, Ceiling::NEVER, [&one, &other])
        .expect_err("too high");
    assert_eq!(never.rule, "raised-too-high");
}

#[test]
fn too_many_lines_without_an_answer_refuse() {
    let mut order = order();
    order.participants[0].lines = 2_000;
    order.participants[1].lines = 8_000;
    order.radius.unanswered = vec![member("isp-a")];
    assert!(
        judge(&order, 0, &Ceiling::default()).is_ok(),
        "20 % exactly"
    );
    let strict = Ceiling::default().with_fewer_unanswered(19);
    assert_eq!(
        judge(&order, 0, &strict).expect_err("above").rule,
        "unanswered"
    );
    assert_eq!(strict.with_fewer_unanswered(90), strict);
    order.participants[0].lines = 2_001;
    assert_eq!(rule_of(&order), "unanswered");
}

#[test]
fn a_shared_address_is_not_dropped_whole_or_at_its_web_ports() {
    let refused: [(&str, &str); 6] = [
        ("192.0.2.7", "shared-hosting 192.0.2.7"),
        ("192.0.2.7", "anycast 192.0.2.7"),
        ("192.0.2.7:443/tcp", "shared-hosting 192.0.2.7:443/tcp"),
        ("192.0.2.7:443/udp", "other-names=21 192.0.2.7:443/udp"),
        ("192.0.2.7", "a-new-word 192.0.2.7"),
        ("192.0.2.7", "nothing that reads"),
    ];
    for (goal, hint) in refused {
        let mut order = drop_of(&[goal], &[hint]);
        assert_eq!(rule_of(&order), "shared-address", "{hint}");
        order.action = Action::RateLimit(10);
        assert_eq!(rule_of(&order), "shared-address", "{hint}");
    }
    let passed: [(&str, &[&str]); 3] = [
        ("192.0.2.7:23/tcp", &["shared-hosting 192.0.2.7:23/tcp"]),
        (
            "192.0.2.7",
            &["leased-space 192.0.2.7", "other-names=20 192.0.2.7"],
        ),
        ("192.0.2.7", &[]),
    ];
    for (goal, hints) in passed {
        assert!(
            judge(&drop_of(&[goal], hints), 0, &Ceiling::default()).is_ok(),
            "{goal}"
        );
    }
}

#[test]
fn what_measure_writes_judge_reads() {
    for hint in [Hint::SharedHosting, Hint::Anycast, Hint::OtherNames(4_000)] {
        let mut order = drop_of(&["192.0.2.7"], &[]);
        let mut told = answer(
            "isp-a",
            "192.0.2.7",
            Count::FewerThan(5),
            Count::FewerThan(5),
        );
        told.hints.insert(hint);
        let other = answer(
            "isp-b",
            "192.0.2.7",
            Count::FewerThan(5),
            Count::FewerThan(5),
        );
        order.radius = measure(&order.goals, &order.participants, &[told, other]);
        assert_eq!(rule_of(&order), "shared-address");
    }
}

proptest! {
    #[test]
    fn hiding_never_makes_the_radius_look_smaller(n in 0u64..50, suspected in 0u64..50, k in 0u64..20) {
        let suspected = suspected.min(n);
        let order = order();
        let answers = [answer("isp-a", "c2.example", Count::hide(n, k), Count::hide(suspected, k))];
        let radius = measure(&order.goals, &order.participants, &answers);
        prop_assert!(radius.predicted_lines >= n - suspected);
    }
}

/// What these members answer who remember so many days, for participants of so many lines each.
fn remembering(days: &[(&str, u8)]) -> (Vec<Participant>, Vec<Answer>) {
    let participants = days.iter().map(|(name, _)| Participant {
        member: member(name),
        lines: 1_000,
    });
    let answers = days.iter().map(|(name, days)| Answer {
        days: *days,
        ..answer(
            name,
            "192.0.2.7:23/tcp",
            Count::Exactly(10),
            Count::Exactly(10),
        )
    });
    (participants.collect(), answers.collect())
}

#[test]
fn a_memory_of_few_days_is_stated_and_counted_as_partly_unknown() {
    let judged = |days: &[(&str, u8)]| {
        let (participants, answers) = remembering(days);
        let mut order = drop_of(&["192.0.2.7:23/tcp"], &[]);
        order.radius = measure(&order.goals, &participants, &answers);
        order.participants = participants;
        let known = judge(&order, 0, &Ceiling::default());
        (order.radius, known.map(drop).map_err(|no| no.rule))
    };
    let (radius, known) = judged(&[("isp-a", 30), ("isp-b", 31)]);
    assert!(radius.remembered.is_empty());
    assert_eq!(known, Ok(()));
    // A fifth may be unknown: all of them lack a fifth of the days.
    let (radius, known) = judged(&[("isp-a", 24), ("isp-b", 24)]);
    assert_eq!(radius.remembered[&member("isp-a")], 24);
    assert_eq!(known, Ok(()));
    let (_, known) = judged(&[("isp-a", 24), ("isp-b", 23)]);
    assert_eq!(known, Err("short-memory".to_owned()));
    let (_, known) = judged(&[("isp-a", 30), ("isp-b", 30), ("isp-c", 12)]);
    assert_eq!(known, Ok(()));
    let (_, known) = judged(&[("isp-a", 0)]);
    assert_eq!(known, Err("short-memory".to_owned()));
}

#[test]
fn the_shortest_memory_of_a_member_counts_and_silence_weighs_with_it() {
    let goals = goals(&["192.0.2.7:23/tcp", "192.0.2.8:23/tcp"]);
    let about = |goal: &str, days| Answer {
        days,
        ..answer("isp-a", goal, Count::Exactly(10), Count::Exactly(10))
    };
    let (participants, _) = remembering(&[("isp-a", 30)]);
    let answers = [about("192.0.2.7:23/tcp", 20), about("192.0.2.8:23/tcp", 10)];
    let radius = measure(&goals, &participants, &answers);
    assert_eq!(radius.remembered[&member("isp-a")], 10);
    let mut order = drop_of(&["192.0.2.7:23/tcp"], &[]);
    let days = [
        ("isp-a", 26),
        ("isp-b", 26),
        ("isp-c", 26),
        ("isp-d", 26),
        ("isp-e", 30),
        ("isp-f", 30),
    ];
    let (participants, mut answers) = remembering(&days);
    order.participants = participants;
    order.radius = measure(&order.goals, &order.participants, &answers);
    assert!(judge(&order, 0, &Ceiling::default()).is_ok());
    // One of six is silent: less than a fifth, but not together with what the others lack.
    answers.pop();
    order.radius = measure(&order.goals, &order.participants, &answers);
    assert_eq!(rule_of(&order), "short-memory");
}
