use super::*;

#[test]
fn a_moment_reads_back_as_it_was_written() {
    for micros in [
        0,
        -1_000,
        951_782_400_000_000,
        1_545_402_975_123_000,
        4_102_444_799_999_000,
    ] {
        let moment = Timestamp::from_micros(micros);
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
    }
}

#[test]
fn the_exact_form_loses_no_microsecond() {
    for micros in [-1, 0, 1, 1_545_402_975_123_000, 1_545_402_975_123_045] {
        let moment = Timestamp::from_micros(micros);
        assert_eq!(Timestamp::parse(&moment.exact()), Some(moment));
    }
    assert_eq!(
        Timestamp::from_micros(1_000).exact(),
        Timestamp::from_micros(1_000).to_string()
    );
}

#[test]
fn every_day_of_four_centuries_keeps_its_name() {
    for days in (-150_000..150_000).step_by(7) {
        let (year, month, day) = civil_from_days(days);
        assert_eq!(days_from_civil(year, month, day), days);
        assert!((1..=days_in_month(year, month)).contains(&day));
    }
}

#[test]
fn what_is_not_a_time_is_refused() {
    for text in [
        "",
        "2018",
        "2018-13-01",
        "2018-02-30",
        "2018-12-21T",
        "2018-12-21T25:00:00Z",
        "2018-12-21T14:36:15.Z",
        "2018-12-21T14:36:15+09:00",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}

#[test]
fn spans_are_written_in_their_two_largest_units() {
    let written: Vec<String> = [
        23_000,
        5_500_000,
        59_000_000,
        478_000_000,
        86_400_000_000,
        90_000_000_000,
    ]
    .map(|micros| Span::from_micros(micros).to_string())
    .to_vec();
    assert_eq!(
        written,
        ["0.023 s", "5.5 s", "59 s", "7 min 58 s", "1 d", "1 d 1 h"]
    );
}
