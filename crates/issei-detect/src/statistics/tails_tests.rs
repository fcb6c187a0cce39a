use super::*;

/// Agreement of logarithms, absolute: that of the probabilities, relative.
fn agrees(computed: f64, expected: f64, tolerance: f64) -> bool {
    (computed - expected).abs() <= tolerance * expected.abs().max(1.0)
}

#[test]
fn poisson_tails_agree_with_fifty_digit_sums() {
    // k, mean → ln P(N >= k), computed with mpmath
    let table = [
        (5, 0.06, -18.904_509_492_994_001),
        (25, 6.0, -18.950_430_999_521_045),
        (5, 0.000_06, -53.393_371_721_457_2),
        (1, 0.06, -2.843_260_721_259_779_2),
        (3, 2.5, -0.784_852_719_837_408_1),
        (100, 100.0, -0.666_897_150_585_289_4),
        (130, 100.0, -6.082_662_250_846_484),
        (1_000, 900.0, -7.505_769_994_233_892_4),
        (900, 1_000.0, -0.000_622_791_678_758_566_7),
        (1_000_000, 1_000_000.0, -0.692_881_254_399_696),
        (1_005_000, 1_000_000.0, -15.041_717_366_658_77),
        (50, 0.001, -493.866_511_292_851_9),
    ];
    for (k, mean, expected) in table {
        let computed = ln_poisson_tail(k, mean);
        assert!(
            agrees(computed, expected, 2e-12),
            "{k} {mean}: {computed} {expected}"
        );
    }
}

#[test]
fn negative_binomial_tails_agree_with_the_incomplete_beta_function() {
    let table = [
        (5, 0.06, 0.5, -12.523_139_418_793_027),
        (25, 6.0, 2.0, -5.211_050_342_427_939_8),
        (25, 6.0, 0.1, -2.638_092_112_054_957_6),
        (3, 10.0, 4.0, -0.061_559_512_021_649_19),
        (100, 50.0, 1.5, -2.160_714_059_386_062_3),
        (40, 50.0, 1.5, -0.698_187_228_362_728_3),
    ];
    for (k, mean, dispersion, expected) in table {
        let computed = ln_negative_binomial_tail(k, mean, dispersion);
        assert!(
            agrees(computed, expected, 1e-11),
            "{k} {mean} {dispersion}: {computed}"
        );
    }
}

#[test]
fn binomial_tails_agree_with_exact_sums() {
    let table = [
        (3, 10, 0.5, -0.056_239_718_322_876_08),
        (27, 64, 0.3, -3.662_787_798_184_976),
        (5, 1_000, 0.001, -5.616_629_649_552_335),
        (60, 64, 0.1, -125.207_276_828_425_04),
        (64, 64, 0.9, -6.743_073_002_100_883),
    ];
    for (k, trials, chance, expected) in table {
        let computed = ln_binomial_tail(k, trials, chance);
        assert!(
            agrees(computed, expected, 1e-12),
            "{k} {trials} {chance}: {computed}"
        );
    }
}

#[test]
fn a_tail_never_rises_with_its_count_and_never_falls_with_its_mean() {
    for mean in [0.01, 0.5, 3.0, 40.0, 5_000.0] {
        let mut before = 0.0;
        for k in 0..400 {
            let tail = ln_poisson_tail(k, mean);
            assert!(tail <= before + 1e-12, "{k} {mean}");
            assert!(tail <= ln_poisson_tail(k, mean * 1.5) + 1e-12, "{k} {mean}");
            before = tail;
        }
    }
}

#[test]
fn a_varying_rate_makes_large_counts_less_surprising() {
    for k in [8, 20, 50] {
        let steady = ln_poisson_tail(k, 4.0);
        assert!(ln_negative_binomial_tail(k, 4.0, 1.0) > steady);
        assert!(agrees(
            ln_negative_binomial_tail(k, 4.0, f64::INFINITY),
            steady,
            1e-12
        ));
    }
    assert_eq!(dispersion_from_moments(4.0, 4.0), None);
    assert_eq!(dispersion_from_moments(4.0, 12.0), Some(2.0));
}

#[test]
fn the_least_surprising_count_is_the_first_below_alpha() {
    for (mean, alpha) in [
        (0.06, 1e-8),
        (6.0, 6e-9),
        (1_000.0, 1e-6),
        (0.0, 1e-9),
        (1e6, 1e-9),
    ] {
        let k = least_surprising_count(mean, alpha);
        assert!(poisson_tail(k, mean) <= alpha, "{mean} {alpha} {k}");
        assert!(poisson_tail(k - 1, mean) > alpha, "{mean} {alpha} {k}");
    }
    // The default of the sampled scan: 0.06 a day and one in 1.6 * 10^8 line-days.
    assert_eq!(least_surprising_count(0.06, 6.2e-9), 5);
}

#[test]
fn nothing_expected_and_something_seen_is_impossible() {
    assert_eq!(poisson_tail(1, 0.0), 0.0);
    assert_eq!(poisson_tail(0, 0.0), 1.0);
    assert_eq!(ln_binomial_tail(3, 2, 0.5), f64::NEG_INFINITY);
}

#[test]
fn unequal_trials_agree_with_equal_ones_and_with_counting_by_hand() {
    for k in 0..=12 {
        let equal = ln_unequal_trials_tail(k, &[0.3; 12]);
        assert!(agrees(equal, ln_binomial_tail(k, 12, 0.3), 1e-12), "{k}");
    }
    let both = ln_unequal_trials_tail(2, &[0.5, 0.25]).exp();
    let either = ln_unequal_trials_tail(1, &[0.5, 0.25]).exp();
    assert!((both - 0.125).abs() < 1e-15 && (either - 0.625).abs() < 1e-15);
    assert_eq!(ln_unequal_trials_tail(3, &[0.5, 0.25]), f64::NEG_INFINITY);
    assert_eq!(ln_unequal_trials_tail(2, &[1.0, 1.0]), 0.0);
}
