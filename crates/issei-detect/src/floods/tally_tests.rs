use super::*;
use crate::hashing::Key;

#[test]
fn the_heaviest_few_of_many_are_found() {
    let mut heavy = Heavy::new();
    for round in 0..1_000u16 {
        heavy.add(53, 3);
        heavy.add(1_000 + round, 1);
    }
    let (port, share) = heavy.first().unwrap();
    assert_eq!(port, 53);
    assert!((0.75..=0.80).contains(&share), "{share}");
}

#[test]
fn distinct_things_are_counted_exactly_while_they_are_few() {
    let mut distinct = Distinct::new();
    for thing in 0..256u64 {
        distinct.add(thing.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        distinct.add(thing.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
    let estimate = distinct.estimate();
    assert_eq!((estimate.count, estimate.standard_error), (256.0, 0.0));
}

#[test]
fn what_two_counts_have_in_common_is_counted_once() {
    let key = Key::new([0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210]);
    let hash = |thing: u64| key.line(thing as u32);
    for (size, error) in [(100u64, 0.0), (5_000, 0.06)] {
        let (mut one, mut other) = (Distinct::new(), Distinct::new());
        (0..size).for_each(|thing| one.add(hash(thing)));
        (size / 2..size * 3 / 2).for_each(|thing| other.add(hash(thing)));
        let (together, truth) = (one.together(&[&other]).count, size as f64 * 1.5);
        assert!(
            (together - truth).abs() <= error * truth,
            "{together} of {truth}"
        );
    }
}

#[test]
fn a_long_record_is_spread_over_its_windows_and_makes_no_spike() {
    let mut windows = Windows::new();
    // 600 packets over a minute: a hundred in each of six windows.
    windows.add(1_000_000_000, 1_059_999_999, 600, 10);
    let peak = windows.peak();
    assert!((peak.sampled - 100.0).abs() < 0.01, "{peak:?}");
    assert!((peak.estimated - 1_000.0).abs() < 0.1, "{peak:?}");
    assert!((windows.quarter() - 600.0).abs() < 0.1);
}

#[test]
fn what_is_older_than_a_quarter_of_an_hour_no_longer_counts_as_recent() {
    let mut windows = Windows::new();
    windows.add(10_000_000, 10_000_000, 50, 1);
    windows.add(2_000_000_000, 2_000_000_000, 5, 1);
    assert!((windows.quarter() - 5.0).abs() < 0.01);
}

#[test]
fn a_record_longer_than_the_ring_stays_within_it() {
    let mut windows = Windows::new();
    windows.add(0, 86_400_000_000, 900, 1);
    assert!((windows.quarter() - 900.0).abs() < 0.5);
}
