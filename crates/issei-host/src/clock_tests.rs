use super::*;

#[test]
fn the_kernels_word_goes_before_an_assumption() {
    let assumed = Untold::Assumed(Span::from_millis(5));
    let told = weigh(1_200, true, assumed);
    assert_eq!(told.source, CertaintySource::Kernel);
    assert_eq!(told.error, Span::from_micros(1_200));
    assert!(told.is_within(Span::from_micros(1_200)));
    assert!(!told.is_within(Span::from_micros(1_199)));
}

#[test]
fn an_assumption_stands_only_where_the_kernel_is_not_told_and_shows_itself() {
    let assumed = weigh(16_000_000, false, Untold::Assumed(Span::from_millis(5)));
    assert_eq!(assumed.source, CertaintySource::Assumed);
    assert_eq!(assumed.error, Span::from_millis(5));
    assert!(assumed.to_string().contains("assumed"), "{assumed}");
}

#[test]
fn a_clock_that_nobody_sets_is_within_no_limit() {
    let alone = weigh(0, false, Untold::Unsynchronised);
    assert_eq!(alone.source, CertaintySource::Kernel);
    assert!(!alone.is_within(Span::from_secs(3_600)));
    assert!(alone.to_string().starts_with("not synchronised"), "{alone}");
}

#[test]
fn the_kernel_tells_a_bound_and_the_monotonic_clock_only_grows() {
    let told = certainty(Untold::Unsynchronised).unwrap();
    assert!(told.error >= Span::ZERO);
    let (before, after) = (monotonic(), monotonic());
    assert!(before > 0 && before <= after);
}
