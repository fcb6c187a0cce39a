use super::*;
use crate::xdp::layout::joined;

#[test]
fn the_counts_of_processors_are_added_and_the_first_of_firsts_is_told() {
    let one: [u8; COUNT] = joined(&[5, 1, 3_000_000, 9_000_000, 2_000_000, 0]);
    let two: [u8; COUNT] = joined(&[7, 0, 4_000_000, 8_000_000, 2_500_999, 12_000_000]);
    let none = [0; COUNT];
    let tally = Tally::of(&[one, none, two].concat());
    let at = |micros| Some(Timestamp::from_micros(micros));
    assert_eq!((tally.dropped, tally.passed), (12, 1));
    assert_eq!((tally.first_drop, tally.last_drop), (at(3_000), at(9_000)));
    assert_eq!(
        (tally.last_early, tally.first_late),
        (at(2_500), at(12_000))
    );
    assert_eq!(Tally::of(&none), Tally::default());
}
