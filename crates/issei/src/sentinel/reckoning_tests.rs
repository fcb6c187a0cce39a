use super::*;

const T: Timestamp = Timestamp::from_secs(1_800_000_000);

fn ms(ms: i64) -> Span {
    Span::from_millis(ms)
}

/// Asks each millisecond from one second before T until 12 s after it, of an order of 10 s; those that
/// `passes` lets through are answered 2 ms later.
fn reckoned(passes: impl Fn(i64) -> bool) -> Reckoning {
    let mut reckoning = Reckoning::new(T, T + ms(10_000), Silence::Stopped);
    let mut answers = VecDeque::new();
    for at in -1_000..12_000 {
        let now = T + ms(at);
        let number = reckoning.asked(now);
        if passes(at) {
            answers.push_back((at + 2, number));
        }
        while answers.front().is_some_and(|(due, _)| *due <= at) {
            reckoning.answered(answers.pop_front().unwrap().1, true);
        }
        reckoning.settle(now);
    }
    reckoning
}

#[test]
fn a_cut_is_known_by_the_two_questions_around_each_of_its_edges() {
    let reckoning = reckoned(|at| !(1..10_003).contains(&at));
    assert!(reckoning.is_over());
    let edges = reckoning.edges();
    assert_eq!(edges.last_passed, Some(ms(0)));
    assert_eq!(edges.first_stopped, Some(ms(1)));
    assert_eq!(edges.last_stopped, Some(ms(2)));
    assert_eq!(edges.first_again, Some(ms(3)));
}

#[test]
fn a_loss_here_and_there_is_no_silence() {
    let reckoning = reckoned(|at| at % 7 != 0 && !(500..799).contains(&at));
    assert!(!reckoning.has_begun(), "{:?}", reckoning.edges());
}

#[test]
fn an_answer_in_a_silence_does_not_end_it() {
    let reckoning = reckoned(|at| at < 0 || at == 3_000 || at == 3_001 || at >= 10_000);
    assert_eq!(reckoning.edges().first_again, Some(ms(0)));
}

#[test]
fn what_was_never_answered_says_nothing() {
    let reckoning = reckoned(|_| false);
    assert_eq!(reckoning.edges(), Edges::default());
    // Nor does it when answers come for the first time after the order.
    let reckoning = reckoned(|at| at > 10_000);
    assert_eq!(reckoning.edges(), Edges::default());
}

#[test]
fn what_is_not_seen_to_end_has_a_begin_only() {
    let reckoning = reckoned(|at| at < 40);
    assert!(reckoning.has_begun() && !reckoning.is_over());
    assert_eq!(reckoning.edges().first_stopped, Some(ms(40)));
    assert_eq!(reckoning.edges().first_again, None);
}

#[test]
fn the_room_is_bounded_although_nobody_settles() {
    let mut reckoning = Reckoning::new(T, T + ms(10_000), Silence::Stopped);
    for at in 0..20_000 {
        reckoning.asked(T + ms(at));
    }
    assert_eq!(reckoning.open.len(), MOST_OPEN);
    // An answer to what is closed, or to what was never asked, changes nothing.
    reckoning.answered(0, true);
    reckoning.answered(u64::MAX, true);
    assert!(reckoning.open.iter().all(|open| open.passed.is_none()));
}

#[test]
fn where_a_stopped_question_is_answered_too_no_answer_says_nothing() {
    let mut reckoning = Reckoning::new(T, T + ms(10_000), Silence::Unknown);
    for at in -1_000..12_000 {
        let now = T + ms(at);
        let number = reckoning.asked(now);
        // The resolver is away for a second before T, and for one in between.
        if !(-900..0).contains(&at) && !(4_000..5_000).contains(&at) {
            reckoning.answered(number, !(2..10_003).contains(&at));
        }
        reckoning.settle(now);
    }
    let edges = reckoning.edges();
    assert_eq!(
        (edges.last_passed, edges.first_stopped),
        (Some(ms(1)), Some(ms(2)))
    );
    assert_eq!(
        (edges.last_stopped, edges.first_again),
        (Some(ms(2)), Some(ms(3)))
    );
}

/// Wherever the edges lie, and whatever is lost before and after, they are found to within the questions
/// around them.
#[test]
fn edges_lie_between_the_questions_around_them() {
    for round in 0..40_i64 {
        let (begin, end) = (round * 7 % 80 - 40, 1_000 + round * 223);
        // One in so many is lost, never two of them beside each other.
        let is_lost = |at: i64| at % (23 + round) == 0;
        let reckoning = reckoned(|at| !(begin..end).contains(&at) && !is_lost(at));
        assert!(reckoning.is_over(), "{round}");
        let edges = reckoning.edges();
        let (passed, stopped) = (edges.last_passed.unwrap(), edges.first_stopped.unwrap());
        assert!(
            passed < ms(begin) && ms(begin - 1) <= stopped && stopped <= ms(begin),
            "{round}"
        );
        let again = edges.first_again.unwrap();
        assert!(
            ms(end - 10_000) <= again && again <= ms(end - 9_995),
            "{round}"
        );
        assert!(edges.last_stopped.unwrap() < again, "{round}");
    }
}
