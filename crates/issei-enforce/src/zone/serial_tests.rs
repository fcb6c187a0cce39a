use proptest::prelude::*;

use super::*;

#[test]
fn one_more_than_the_highest_is_later() {
    assert!(Serial(0).is_after(Serial(u32::MAX)));
    assert!(!Serial(u32::MAX).is_after(Serial(0)));
}

#[test]
fn of_two_half_the_circle_apart_neither_is_later() {
    assert!(!Serial(HALF).is_after(Serial(0)));
    assert!(!Serial(0).is_after(Serial(HALF)));
}

#[test]
fn a_serial_is_the_second_of_its_moment() {
    let now = Timestamp::from_micros(1_764_000_000_999_999);
    assert_eq!(Serial(5).next(now), Serial(1_764_000_000));
}

#[test]
fn a_clock_that_went_back_never_takes_the_serial_along() {
    let last = Serial(1_764_000_000);
    assert_eq!(
        last.next(Timestamp::from_secs(1_763_000_000)),
        Serial(1_764_000_001)
    );
}

proptest! {
    #[test]
    fn the_next_is_always_later(last: u32, micros: i64) {
        let last = Serial(last);
        prop_assert!(last.next(Timestamp::from_micros(micros)).is_after(last));
    }

    #[test]
    fn never_are_both_later(one: u32, other: u32) {
        let (one, other) = (Serial(one), Serial(other));
        prop_assert!(!(one.is_after(other) && other.is_after(one)));
    }

    #[test]
    fn going_ahead_is_later(from: u32, steps in 1u32..) {
        prop_assert!(Serial(from).ahead(steps).is_after(Serial(from)));
    }
}
