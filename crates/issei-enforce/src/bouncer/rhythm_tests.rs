use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn rhythm() -> Rhythm {
    Rhythm::new(Span::from_secs(1), at(0))
}

#[test]
fn one_that_never_asked_is_silent_after_three_pauses() {
    assert_eq!(rhythm().silence(at(3_000)), None);
    assert_eq!(rhythm().silence(at(3_001)), Some(Span::from_millis(3_001)));
    assert!(!rhythm().has_asked());
}

#[test]
fn one_that_waits_for_its_answer_is_not_silent() {
    let mut rhythm = rhythm();
    rhythm.asks(at(100));
    assert_eq!(rhythm.silence(at(60_000)), None);
    rhythm.rests(at(60_000));
    assert_eq!(rhythm.silence(at(63_000)), None);
    assert!(rhythm.silence(at(63_001)).is_some());
    rhythm.asks(at(63_002));
    assert_eq!(rhythm.silence(at(63_002)), None);
}

#[test]
fn of_two_questions_both_must_be_answered() {
    let mut rhythm = rhythm();
    rhythm.asks(at(0));
    rhythm.asks(at(1));
    rhythm.rests(at(2));
    assert_eq!(rhythm.silence(at(90_000)), None);
    rhythm.rests(at(3));
    assert!(rhythm.silence(at(90_000)).is_some());
}

#[test]
fn the_usual_pause_is_the_median_of_the_recent_ones() {
    let mut rhythm = rhythm();
    assert_eq!(rhythm.usual(), None);
    for asked in [0, 1_000, 2_000, 2_900, 9_000] {
        rhythm.asks(at(asked));
    }
    assert_eq!(rhythm.usual(), Some(Span::from_millis(1_000)));
    (0..10_000).for_each(|n| rhythm.asks(at(9_000 + n * 500)));
    assert_eq!(rhythm.usual(), Some(Span::from_millis(500)));
    assert_eq!(rhythm.pauses.len(), RECENT);
}
