use super::*;

#[test]
fn a_moment_carries_its_zone() {
    let at = Timestamp::parse("2026-11-23T16:30:05.003Z").unwrap();
    assert_eq!(Zone::Utc.moment(at), "2026-11-23 16:30:05 UTC");
    assert_eq!(Zone::Jst.moment(at), "2026-11-24 01:30:05 JST");
    assert_eq!(Zone::Jst.instant(at), "01:30:05.003 JST");
}

#[test]
fn counts_are_grouped_by_thousands() {
    let written: Vec<String> = [0, 999, 1_000, 1_234_567].map(count).into();
    assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
}

#[test]
fn a_span_is_told_in_two_units_of_the_readers_language() {
    let cases = [
        (0, "0.0 s", "0.0 秒"),
        (9_450, "9.4 s", "9.4 秒"),
        (60_000, "1 min", "1 分"),
        (498_000, "8 min 18 s", "8 分 18 秒"),
        (3_600_000, "1 h", "1 時間"),
        (90_061_000, "1 d 1 h", "1 日 1 時間"),
    ];
    for (millis, en, ja) in cases {
        let span_of = |language| span(Span::from_millis(millis), language);
        assert_eq!(span_of(Language::English), en);
        assert_eq!(span_of(Language::Japanese), ja);
    }
    assert_eq!(span(Span::from_millis(-5), Language::English), "0.0 s");
}

#[test]
fn what_lasts_is_told_in_the_readers_units_and_exactly_below_a_second() {
    for (millis, en, ja) in [
        (23, "0.023 s", "0.023 秒"),
        (498_000, "8 min 18 s", "8 分 18 秒"),
        (86_400_000, "1 d", "1 日"),
        (9_000_000, "2 h 30 min", "2 時間 30 分"),
    ] {
        assert_eq!(lasting(Span::from_millis(millis), Language::English), en);
        assert_eq!(lasting(Span::from_millis(millis), Language::Japanese), ja);
    }
}

#[test]
fn a_measured_span_is_milliseconds_below_a_second_and_seconds_from_there_on() {
    for (micros, said) in [
        (2_840, "2.8 ms"),
        (-999_940, "-999.9 ms"),
        (1_000_000, "1.0 s"),
        (63_000_000, "63.0 s"),
    ] {
        assert_eq!(measured(Span::from_micros(micros)), said);
    }
}
