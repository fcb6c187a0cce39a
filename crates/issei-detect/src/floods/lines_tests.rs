use super::super::kinds::Side;
use super::*;

const DATAGRAM: Shape = Shape {
    kind: Kind::Datagram,
    side: Side::One,
};
const ANSWER: Shape = Shape {
    kind: Kind::Answer,
    side: Side::One,
};

fn received(line: &mut Line, window: u32, packets: u64) {
    line.roll(window);
    line.received(DATAGRAM, packets, false);
}

#[test]
fn a_line_learns_what_it_is_used_to() {
    let mut line = Line::default();
    (1..300).for_each(|window| received(&mut line, window, 100));
    line.roll(300);
    let baseline = line.baseline();
    assert!((baseline.mean - 100.0).abs() < 2.0, "{baseline:?}");
    assert_eq!(baseline.windows, 299);
}

#[test]
fn a_flood_does_not_make_itself_ordinary() {
    let mut line = Line::default();
    (1..300).for_each(|window| received(&mut line, window, 10));
    (300..303).for_each(|window| received(&mut line, window, 100_000));
    line.roll(303);
    assert!(line.baseline().mean < 20.0, "{:?}", line.baseline());
}

#[test]
fn silence_is_learned_like_anything_else() {
    let mut line = Line::default();
    (1..100).for_each(|window| received(&mut line, window, 100));
    line.roll(1_000);
    assert!(line.baseline().mean < 1.0, "{:?}", line.baseline());
}

#[test]
fn answers_to_questions_are_not_strange() {
    let mut line = Line::default();
    line.roll(1);
    line.asks(50);
    (0..50).for_each(|_| assert!(!line.received(ANSWER, 1, false)));
    assert!(line.received(ANSWER, 1, false));
    assert!(!line.is_worth_a_look(1_000, 20.0));
}

#[test]
fn a_few_answers_without_any_question_are_worth_a_look() {
    let mut line = Line::default();
    line.roll(1);
    (0..8).for_each(|_| assert!(line.received(ANSWER, 1, false)));
    assert!(line.is_worth_a_look(1_000, 20.0));
}

#[test]
fn a_download_that_is_acknowledged_is_not_worth_a_look() {
    let mut line = Line::default();
    line.roll(1);
    line.received(DATAGRAM, 10_000, true);
    line.sent(1_000, false);
    assert!(!line.is_worth_a_look(32, 20.0));
    line.received(DATAGRAM, 20_000, true);
    assert!(line.is_worth_a_look(32, 20.0));
}

#[test]
fn what_was_asked_is_forgotten_by_halves_and_after_half_an_hour_altogether() {
    let mut line = Line::default();
    line.roll(1);
    line.asks(100);
    line.roll(WINDOWS_A_QUARTER);
    assert_eq!(line.asked, 50);
    line.roll(4 * WINDOWS_A_QUARTER);
    assert_eq!(line.asked, 0);
}
