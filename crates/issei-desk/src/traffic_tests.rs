//! Exchanges, sums, bounds and what others are told.

use super::*;

fn goal(number: u8) -> Goal {
    format!("198.51.100.{number}:23/tcp")
        .parse()
        .expect("a goal")
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000)
}

fn exchange(line: u64, at: Timestamp, asked: u64, answered: u64) -> Exchange {
    Exchange {
        goal: goal(1),
        line,
        at,
        asked,
        answered,
    }
}

fn watch() -> Watch {
    let mut watch = Watch::default();
    watch.only(BTreeSet::from([goal(1), goal(2)]));
    watch
}

fn me() -> OrganisationId {
    "isp-a".parse().expect("a name")
}

#[test]
fn packets_are_summed_by_second_and_answers_stand_by_line() {
    let mut watch = watch();
    let begin = now().floor(SECOND);
    for (line, millis, answered) in [(7, 0, 1), (7, 900, 2), (9, 1_000, 0)] {
        let at = begin + Span::from_millis(millis);
        watch.note(&exchange(line, at, 3, answered), begin);
    }
    let of = watch
        .of(&me(), &BTreeSet::from([goal(1)]))
        .expect("something passed");
    let sums: Vec<(u64, u64)> = of
        .seconds
        .iter()
        .map(|one| (one.asked, one.answered))
        .collect();
    assert_eq!(sums, [(6, 3), (3, 0)]);
    let answers: Vec<usize> = of.lines.iter().map(Vec::len).collect();
    assert_eq!(
        answers,
        [2, 0],
        "a line that nobody answers is a row without a mark"
    );
    assert_eq!(watch.of(&me(), &BTreeSet::from([goal(2)])), None);
}

#[test]
fn what_is_not_watched_too_old_or_not_yet_is_counted_as_lost() {
    let mut watch = watch();
    for at in [now() - KEPT, now() + AHEAD] {
        watch.note(&exchange(1, at, 1, 1), now());
    }
    watch.note(
        &Exchange {
            goal: goal(3),
            ..exchange(1, now(), 1, 1)
        },
        now(),
    );
    assert_eq!(watch.lost, 3);
    assert_eq!(watch.of(&me(), &BTreeSet::from([goal(1), goal(3)])), None);
}

#[test]
fn lines_and_moments_are_bounded_and_sums_go_on() {
    let mut watch = watch();
    let many = MOST_LINES as u64;
    for line in 0..=many {
        watch.note(&exchange(line, now(), 1, 1), now());
    }
    assert_eq!(watch.lost, 1);
    for _ in 0..MOST_MOMENTS {
        watch.note(&exchange(1, now(), 1, 1), now());
    }
    let of = watch
        .of(&me(), &BTreeSet::from([goal(1)]))
        .expect("something passed");
    assert_eq!(of.lines.len(), MOST_LINES);
    assert_eq!(of.lines.iter().map(Vec::len).sum::<usize>(), MOST_MOMENTS);
    assert_eq!(of.seconds[0].answered, many + 1 + MOST_MOMENTS as u64);
}

#[test]
fn others_are_told_a_second_once_it_is_over_and_again_when_it_changed() {
    let mut watch = watch();
    let goals = BTreeSet::from([goal(1)]);
    watch.note(&exchange(1, now(), 1, 1), now());
    assert!(
        watch.news(&goals, 1, now() + SECOND).is_empty(),
        "not over yet"
    );
    let later = now() + Span::from_secs(4);
    let told = watch.news(&goals, 1, later);
    assert_eq!(told[0].seconds.len(), 1);
    assert!(watch.news(&goals, 1, later).is_empty(), "told");
    watch.untold(&told);
    assert_eq!(watch.news(&goals, 1, later), told, "it did not leave");
    watch.note(&exchange(1, now(), 1, 1), later);
    assert_eq!(watch.news(&goals, 1, later)[0].seconds[0].asked, 2);
}

#[test]
fn few_lines_are_told_to_nobody() {
    let mut watch = watch();
    let goals = BTreeSet::from([goal(1)]);
    for line in 0..4 {
        watch.note(&exchange(line, now(), 1, 1), now());
    }
    let later = now() + Span::from_secs(4);
    assert!(watch.news(&goals, 5, later).is_empty());
    watch.note(&exchange(4, now(), 1, 1), now());
    assert_eq!(watch.news(&goals, 5, later).len(), 1);
}

#[test]
fn what_a_member_told_is_told_on_and_replaces_what_it_told_before() {
    let mut here = Watch::default();
    here.only(BTreeSet::from([goal(1)]));
    let told = |answered| Told {
        goal: goal(1),
        seconds: vec![Second {
            at: now(),
            asked: 9,
            answered,
        }],
    };
    here.hear(&told(5), now());
    here.hear(&told(6), now());
    let of = here
        .of(&me(), &BTreeSet::from([goal(1)]))
        .expect("something passed");
    assert_eq!(
        (of.seconds.len(), of.seconds[0].answered, of.lines.len()),
        (1, 6, 0)
    );
    here.hear(
        &Told {
            goal: goal(2),
            ..told(1)
        },
        now(),
    );
    here.hear(&told(1), now() + KEPT);
    assert_eq!(here.lost, 2);
}

#[test]
fn what_is_long_ago_is_forgotten() {
    let mut watch = watch();
    watch.note(&exchange(1, now(), 1, 1), now());
    watch.forget(now() + KEPT + SECOND + SECOND);
    assert_eq!(watch.of(&me(), &BTreeSet::from([goal(1)])), None);
    assert!(
        watch
            .goals
            .values()
            .all(|one| one.lines.is_empty() && one.moments == 0)
    );
}

#[test]
fn only_so_many_goals_are_watched() {
    let mut watch = Watch::default();
    let goals = (0..=MOST_GOALS as u8).map(goal).collect();
    watch.only(goals);
    assert_eq!(watch.goals().count(), MOST_GOALS);
    watch.only(BTreeSet::from([goal(200)]));
    assert_eq!(watch.goals().cloned().collect::<Vec<_>>(), [goal(200)]);
}
