//! Moments are read from the questions around them, and what is too late or too wide is told.

use super::*;

const T: i64 = 10_000_000;
const END: i64 = 20_000_000;

fn answered(which: usize, sent: i64, said: Said) -> Answered {
    Answered {
        which,
        sent,
        came: sent + 500,
        said,
    }
}

/// One question for each name each 10 ms, the first refused from this moment until that.
fn answers(refused: i64, again: i64) -> Vec<Answered> {
    let said = |sent: i64| match (refused..again).contains(&sent) {
        true => Said::Absent,
        false => Said::Address,
    };
    let at = |n: i64| {
        let sent = T - 2_000_000 + n * 10_000;
        [
            answered(0, sent, said(sent)),
            answered(1, sent + 5_000, Said::Address),
        ]
    };
    (0..1_500).flat_map(at).collect()
}

fn row(answers: &[Answered]) -> Row {
    let (fires_at, ended) = (Timestamp::from_micros(T), Timestamp::from_micros(END));
    Row::of(("m2".into(), "bind"), fires_at, ended, answers)
}

fn run(rows: Vec<Row>) -> Run {
    Run {
        rows,
        recalled: vec![Recalled {
            member: "m2".into(),
            resolver: "bind",
            us: Some(100_000),
        }],
        bots_asked: 8,
        bots_found: 0,
    }
}

#[test]
fn moments_are_those_of_the_questions_around_them() {
    let row = row(&answers(T + 30_000, END + 20_000));
    assert_eq!(row.last_answered_us, Some(20_000));
    assert_eq!(row.first_refused_us, Some(30_500));
    assert_eq!(row.again_us, Some(20_500));
    assert_eq!((row.others_asked, row.others_failed), (1_000, 0));
}

#[test]
fn what_was_never_refused_or_answered_again_is_told() {
    let good = run(vec![row(&answers(T, END))]);
    assert_eq!(verdict(&good), Ok(()));
    let never = row(&answers(END, END));
    assert!(
        verdict(&run(vec![never]))
            .unwrap_err()
            .contains("never refused")
    );
    let stays = row(&answers(T, i64::MAX));
    assert_eq!(stays.again_us, None);
    assert!(verdict(&run(vec![stays])).is_err());
    let early = row(&answers(T - 150_000, END));
    assert!(verdict(&run(vec![early])).unwrap_err().contains("before T"));
}

#[test]
fn resolvers_that_act_far_apart_are_told() {
    let rows = vec![row(&answers(T, END)), row(&answers(T + 40_000, END))];
    let near = run(rows);
    assert_eq!(near.spread(), Some(Span::from_millis(40)));
    assert_eq!(verdict(&near), Ok(()));
    let rows = vec![row(&answers(T, END)), row(&answers(T + 400_000, END))];
    assert!(verdict(&run(rows)).unwrap_err().contains("apart"));
}

#[test]
fn a_withdrawal_that_is_slow_and_other_names_that_fail_are_told() {
    let mut slow = run(vec![row(&answers(T, END))]);
    slow.recalled[0].us = Some(3_100_000);
    assert!(verdict(&slow).is_err());
    let mut all = answers(T, END);
    for one in all.iter_mut().filter(|one| one.which == 1).step_by(10) {
        one.said = Said::Absent;
    }
    assert!(
        verdict(&run(vec![row(&all)]))
            .unwrap_err()
            .contains("another name")
    );
}

#[test]
fn the_table_has_no_english_sentence_in_japanese() {
    let run = run(vec![row(&answers(T, END))]);
    crate::japanese::assert_no_english(&text(&run, Language::Japanese));
}
