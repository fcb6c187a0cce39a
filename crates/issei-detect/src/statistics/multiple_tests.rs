use super::*;

/// The example of Benjamini and Hochberg's paper; adjusted values computed with scipy.
const TAILS: [f64; 15] = [
    0.0001, 0.004, 0.019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1.0,
];

fn logarithms(tails: &[f64]) -> Vec<f64> {
    tails.iter().map(|p| p.ln()).collect()
}

#[test]
fn adjusted_values_agree_with_scipy() {
    let hochberg = [
        0.0015,
        0.03,
        0.0603,
        0.0475,
        0.0603,
        0.063_857_142_857_142_86,
        0.063_857_142_857_142_86,
        0.0645,
        0.0765,
        0.486,
        0.581_181_818_181_818_1,
        0.714_875,
        0.753_230_769_230_769_3,
        0.813_214_285_714_285_7,
        1.0,
    ];
    let yekutieli = [
        0.004_977_343_489_843_491,
        0.099_546_869_796_869_8,
        0.200_089_208_291_708_31,
        0.157_615_877_178_377_2,
        0.200_089_208_291_708_31,
        0.211_892_622_853_337_18,
        0.211_892_622_853_337_18,
        0.214_025_770_063_270_1,
        0.253_844_517_982_018_07,
        1.0,
        1.0,
        1.0,
        1.0,
        1.0,
        1.0,
    ];
    let tails = logarithms(&TAILS);
    for (dependence, expected) in [
        (Dependence::Positive, hochberg),
        (Dependence::Any, yekutieli),
    ] {
        let computed = expected_wrong_share(&tails, 15, dependence);
        for (c, e) in computed.iter().zip(expected) {
            assert!((c - e).abs() < 1e-12, "{dependence:?}: {c} {e}");
        }
    }
}

#[test]
fn tests_that_were_not_computed_count_all_the_same() {
    let few = logarithms(&[0.001, 0.02]);
    let alone = expected_wrong_share(&few, 2, Dependence::Positive);
    let honest = expected_wrong_share(&few, 1_000, Dependence::Positive);
    assert!(alone[0] < 0.01 && honest[0] > 0.9, "{alone:?} {honest:?}");

    let mut padded = few;
    padded.resize(1_000, 0.0);
    assert_eq!(
        honest,
        expected_wrong_share(&padded, 1_000, Dependence::Positive)[..2]
    );
}

#[test]
fn an_empty_family_has_no_answer_and_no_panic() {
    assert!(expected_wrong_share(&[], 0, Dependence::Any).is_empty());
}

#[test]
fn fishers_combination_agrees_with_the_incomplete_gamma_function() {
    let table: [(&[f64], f64); 4] = [
        (&[0.01, 0.02], -6.264_093_218_919_137),
        (&[1e-10, 0.5, 0.3], -19.104_372_140_108_865),
        (&[0.9, 0.8, 0.7, 0.95], -0.006_875_516_179_062_577),
        (&[1e-200, 1e-150], -799.211_576_876_015_1),
    ];
    for (tails, expected) in table {
        let computed = ln_fisher_combination(&logarithms(tails));
        assert!((computed - expected).abs() < 1e-9, "{tails:?}: {computed}");
    }
    assert_eq!(ln_fisher_combination(&[]), 0.0);
    assert!((ln_fisher_combination(&[-3.0]) + 3.0).abs() < 1e-12);
}

#[test]
fn the_long_harmonic_sum_meets_its_short_form() {
    let summed: f64 = (1..=1_001_u32).rev().map(|i| 1.0 / f64::from(i)).sum();
    assert!((harmonic(1_001) - summed).abs() < 1e-12);
}
