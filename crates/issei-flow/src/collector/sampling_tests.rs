use super::*;

#[test]
fn what_the_operator_set_wins() {
    let mut sampling = Sampling::default();
    sampling.announce(Scope::Whole, 100);
    sampling.set = 7;
    assert_eq!(
        (sampling.of_all(), sampling.basis()),
        (7, SamplingBasis::Configured)
    );
    sampling.set = 0;
    assert_eq!(
        (sampling.of_all(), sampling.basis()),
        (100, SamplingBasis::Announced)
    );
}

#[test]
fn samplers_that_agree_speak_for_records_that_name_none() {
    let mut sampling = Sampling::default();
    assert_eq!(sampling.basis(), SamplingBasis::Unknown);
    sampling.announce(Scope::Sampler(1), 100);
    sampling.announce(Scope::Sampler(2), 100);
    assert_eq!(sampling.of_all(), 100);
    sampling.announce(Scope::Sampler(2), 200);
    assert_eq!(sampling.of_all(), 0, "nobody can say which");
}

#[test]
fn an_announcement_is_replaced_by_the_next() {
    let mut sampling = Sampling::default();
    sampling.announce(Scope::Sampler(1), 100);
    sampling.announce(Scope::Sampler(1), 50);
    assert_eq!(sampling.of_sampler(1), 50);
    assert_eq!(sampling.of_sampler(2), 0);
}

#[test]
fn announcements_are_bounded() {
    let mut sampling = Sampling::default();
    let taken = (0..100_000)
        .filter(|&id| sampling.announce(Scope::Sampler(id), 10))
        .count();
    assert_eq!(taken, MOST_SCOPES);
    assert!(
        sampling.announce(Scope::Sampler(5), 11),
        "one that is known may change"
    );
    assert!(sampling.bytes() < 64 << 10);
}

#[test]
fn a_ratio_is_rounded_and_never_divides_by_nothing() {
    assert_eq!(ratio(1_000, 1), 1_000);
    assert_eq!(ratio(1_000, 3), 333);
    assert_eq!(ratio(5, 2), 3);
    assert_eq!(ratio(5, 0), 0);
    assert_eq!(ratio(u64::MAX, u64::MAX), 1);
}

#[test]
fn a_probability_is_read_in_either_width() {
    assert_eq!(from_probability(0.001_f64.to_bits(), 8), 1_000);
    assert_eq!(from_probability(u64::from(0.01_f32.to_bits()), 4), 100);
    assert_eq!(
        from_probability(u64::from(0.01_f32.to_bits()), 8),
        100,
        "rewritten to eight bytes"
    );
    for absurd in [0.0, -1.0, 2.0, f64::NAN, f64::INFINITY] {
        assert_eq!(from_probability(absurd.to_bits(), 8), 0);
    }
}
