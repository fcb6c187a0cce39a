use super::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A packet each half millisecond for ten seconds, which takes 20 µs; those that `lost` names do not arrive.
fn marks(lost: impl Fn(u32) -> bool) -> Marks {
    let sent: Vec<Timestamp> = (0..20_000).map(|number| at(number * 500)).collect();
    let passed = (0..20_000).filter(|number| !lost(*number));
    let arrived = passed
        .map(|number| (number, at(i64::from(number) * 500 + 20)))
        .collect();
    Marks { sent, arrived }
}

#[test]
fn a_silence_is_told_from_its_last_passed_to_its_first_again() {
    let marks = marks(|number| (4_000..8_000).contains(&number));
    let silence = marks.silence(at(0), at(10_000_000)).expect("a silence");
    assert_eq!(silence.last_passed, Some(at(3_999 * 500 + 20)));
    assert_eq!(silence.first_stopped, at(4_000 * 500));
    assert_eq!(silence.last_stopped, at(7_999 * 500));
    assert_eq!(silence.passed_again, Some(at(8_000 * 500 + 20)));
    assert_eq!(silence.grain_before, Span::from_micros(500));
    assert_eq!(silence.grain_after, Span::from_micros(500));
    assert_eq!(marks.lost(), 0);
}

#[test]
fn losses_are_counted_and_are_no_silence() {
    let marks = marks(|number| number % 1_000 == 7);
    assert_eq!(marks.silence(at(0), at(10_000_000)), None);
    assert_eq!(marks.lost(), 20);
}

#[test]
fn a_silence_that_began_elsewhere_is_not_this_one() {
    let marks = marks(|number| (4_000..8_000).contains(&number));
    assert_eq!(marks.silence(at(0), at(2_000_000)), None);
    assert_eq!(marks.silence(at(2_000_001), at(10_000_000)), None);
    assert!(marks.silence(at(2_000_000), at(2_000_001)).is_some());
}

#[test]
fn a_silence_without_an_end_has_none() {
    let marks = marks(|number| number >= 4_000);
    let silence = marks.silence(at(0), at(10_000_000)).expect("a silence");
    assert_eq!(
        (silence.passed_again, silence.grain_after),
        (None, Span::ZERO)
    );
}

#[test]
fn the_longest_of_two_silences_counts() {
    let marks =
        marks(|number| (1_000..3_000).contains(&number) || (4_000..9_000).contains(&number));
    let silence = marks.silence(at(0), at(10_000_000)).expect("a silence");
    assert_eq!(silence.first_stopped, at(4_000 * 500));
}

#[test]
fn what_passed_is_counted_by_when_it_left() {
    let marks = marks(|number| number >= 10_000);
    assert_eq!(marks.passed(at(0), at(5_000_000)), (10_000, 10_000));
    assert_eq!(marks.passed(at(5_000_000), at(6_000_000)), (0, 2_000));
}

#[test]
fn a_spread_is_between_the_first_and_the_last() {
    assert_eq!(
        spread([at(30), at(10), at(25)]),
        Some(Span::from_micros(20))
    );
    assert_eq!(spread([]), None);
}

#[test]
fn an_arrival_reads_as_it_was_written() {
    let mut bytes = written(3, 70_000, at(1_234_567)).to_vec();
    bytes.extend(written(1, 2, at(9)));
    bytes.extend([0; 5]); // torn
    let read = arrivals(&bytes);
    assert_eq!(read[&3], [(70_000, at(1_234_567))].into());
    assert_eq!(read[&1], [(2, at(9))].into());
    assert_eq!(sent(&[0, 0, 0, 0, 0, 0, 0, 5, 1]), [at(5)]);
}
