use super::*;

const ENDS: (f64, f64) = (0.0, 700.0);

fn labels(offsets: &[f64], promise: f64) -> Vec<String> {
    let mut sorted = offsets.to_vec();
    sorted.sort_by(f64::total_cmp);
    let scale = Offsets::new(&sorted, promise, ENDS);
    scale.ticks(6).into_iter().map(|(_, label)| label).collect()
}

#[test]
fn offsets_that_are_alike_have_a_linear_axis() {
    assert_eq!(
        labels(&[3_000.0, 40_000.0, 128_000.0], 150_000.0),
        ["0", "+50 ms", "+100 ms", "+150 ms"]
    );
    assert_eq!(
        labels(&[100.0, 180.0, 240.0, 390.0], 0.0),
        ["0", "+0.1 ms", "+0.2 ms", "+0.3 ms", "+0.4 ms"]
    );
    assert_eq!(
        labels(&[-900_000.0, 2_000_000.0, 2_700_000.0], 0.0),
        ["0", "+1 s", "+2 s"]
    );
}

#[test]
fn one_that_is_seconds_late_does_not_press_the_others_on_the_line() {
    let mut offsets: Vec<f64> = (10..60).map(|ms| f64::from(ms) * 1_000.0).collect();
    offsets.push(5_000_000.0);
    let scale = Offsets::new(&offsets, 150_000.0, ENDS);
    assert_eq!(scale.linear_within, Some(10_000.0));
    let apart = scale.at(60_000.0) - scale.at(10_000.0);
    assert!(apart > 100.0, "{apart}");
    assert!(scale.at(5_000_000.0) < 700.0);
    assert_eq!(
        labels(&offsets, 150_000.0),
        ["0", "+10 ms", "+100 ms", "+1 s"]
    );
}

#[test]
fn a_promise_that_nobody_came_near_is_off_the_axis() {
    let scale = Offsets::new(&[200.0, 300.0], 150_000.0, ENDS);
    assert!(!scale.shows(150_000.0));
    assert!(scale.at(300.0) > 600.0);
    assert!(Offsets::new(&[30_000.0], 150_000.0, ENDS).shows(150_000.0));
}

#[test]
fn every_offset_has_a_place_on_the_axis_and_their_order_holds() {
    let some = [-9e18, -4e6, -1.0, 0.0, 0.5, 90.0, 7e4, 3e6, 9e18];
    for skip in 0..some.len() {
        let scale = Offsets::new(&some[skip..], 150_000.0, ENDS);
        let places: Vec<f64> = some[skip..]
            .iter()
            .map(|offset| scale.at(*offset))
            .collect();
        assert!(
            places.iter().all(|place| (0.0..=700.0).contains(place)),
            "{places:?}"
        );
        assert!(places.is_sorted(), "{places:?}");
        assert!(scale.ticks(6).len() <= MOST_TICKS);
    }
}

#[test]
fn an_axis_of_bad_numbers_is_an_axis_all_the_same() {
    for (low, high) in [
        (f64::NAN, f64::NAN),
        (0.0, f64::INFINITY),
        (5.0, 5.0),
        (9.0, -9.0),
        (-1e300, 1e300),
    ] {
        let scale = Linear::new((low, high), ENDS);
        assert!((0.0..=700.0).contains(&scale.at(3.0)));
        assert!((0.0..=700.0).contains(&scale.at(f64::NAN)));
        assert!(scale.ticks(5).len() <= MOST_TICKS);
    }
}

#[test]
fn an_axis_of_rates_ends_at_a_round_number() {
    let scale = Linear::up_to(468.0, 4, (270.0, 0.0));
    assert_eq!(scale.ticks(4), [0.0, 200.0, 400.0, 600.0]);
    assert_eq!(scale.at(600.0), 0.0);
    assert_eq!(Linear::up_to(0.0, 4, ENDS).ticks(4), [0.0, 0.5, 1.0]);
}

#[test]
fn a_time_axis_names_round_moments_of_its_own_zone() {
    let from = Timestamp::parse("2026-11-23T04:50:00Z").expect("a moment");
    let times = |secs| Times::new(from, from + issei_model::Span::from_secs(secs), ENDS);
    let labels = |secs, zone: &Zone| -> Vec<String> {
        let ticks = times(secs).ticks(zone, 6);
        ticks.into_iter().map(|(_, label)| label).collect()
    };
    assert_eq!(
        labels(3_600, &Zone::jst())[..3],
        ["13:50", "14:00", "14:10"]
    );
    assert_eq!(
        labels(3_600, &Zone::fixed(345, "")),
        ["10:40", "10:50", "11:00", "11:10", "11:20", "11:30"]
    );
    assert_eq!(labels(20, &Zone::UTC)[..2], ["04:50:00", "04:50:05"]);
    assert_eq!(labels(86_400, &Zone::jst())[..2], ["18:00", "00:00"]);
    assert_eq!(labels(7 * 86_400, &Zone::jst())[0], "2026-11-25");
}

#[test]
fn a_time_axis_of_no_length_or_of_all_time_is_an_axis() {
    for (from, to) in [
        (Timestamp::MIN, Timestamp::MAX),
        (Timestamp::MAX, Timestamp::MIN),
        (Timestamp::MAX, Timestamp::MAX),
        (Timestamp::MIN, Timestamp::MIN),
    ] {
        let times = Times::new(from, to, ENDS);
        assert!(times.ticks(&Zone::jst(), 8).len() <= MOST_TICKS);
        assert!((0.0..=700.0).contains(&times.at(Timestamp::from_micros(0))));
    }
}
