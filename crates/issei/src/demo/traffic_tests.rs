//! Each device asks in its own time, once for every time, and is answered until it is cut off.

use super::*;

fn goal() -> Goal {
    "198.51.100.9:23/tcp".parse().expect("a goal")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + millis * 1_000)
}

#[test]
fn looking_often_or_seldom_sees_the_same_questions() {
    let once = exchanges(&goal(), 9, (at(0), at(60_000)), None);
    let mut often = Vec::new();
    for part in 0..240 {
        often.extend(exchanges(
            &goal(),
            9,
            (at(part * 250), at(part * 250 + 250)),
            None,
        ));
    }
    let mut once = once;
    once.sort_by_key(|one| (one.at, one.line));
    often.sort_by_key(|one| (one.at, one.line));
    assert_eq!(once, often);
    assert!(once.len() > 9 * 60_000 / 5_000);
}

#[test]
fn nobody_is_answered_once_the_rule_acts() {
    let all = exchanges(&goal(), 50, (at(0), at(20_000)), Some(at(10_000)));
    let answered = all.iter().filter(|one| one.answered > 0);
    assert!(answered.clone().count() > 50);
    assert!(answered.clone().all(|one| one.at < at(10_000)));
    assert!(all.iter().any(|one| one.answered == 0), "they go on asking");
}
