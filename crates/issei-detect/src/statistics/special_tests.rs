use super::*;

#[test]
fn the_log_gamma_function_agrees_with_fifty_digits() {
    let table = [
        (0.1, 2.252_712_651_734_206),
        (0.5, 0.572_364_942_924_700_1),
        (1.0, 0.0),
        (2.5, 0.284_682_870_472_919_2),
        (9.9, 12.577_179_904_219_879),
        (10.0, 12.801_827_480_081_47),
        (123.456, 469.605_547_129_929_47),
        (1e6, 12_815_504.569_147_612),
        (3e7, 486_501_230.499_377_4),
    ];
    for (x, expected) in table {
        let error = (ln_gamma(x) - expected).abs() / expected.abs().max(1.0);
        assert!(error < 2e-14, "{x}: {}", ln_gamma(x));
    }
}

#[test]
fn the_incomplete_beta_function_agrees_with_fifty_digits() {
    let table = [
        (0.1, 0.5, 2.0, 0.458_530_260_724_415),
        (0.5, 3.0, 3.0, 0.5),
        (0.9, 30.0, 2.0, 0.169_564_633_100_864_8),
        (0.02, 5.0, 300.0, 0.728_245_801_151_648),
        (0.3, 27.0, 38.0, 0.025_660_875_575_442_085),
    ];
    for (x, a, b, expected) in table {
        let computed = incomplete_beta(x, a, b);
        assert!(
            (computed / expected - 1.0).abs() < 1e-11,
            "{x} {a} {b}: {computed}"
        );
    }
}

#[test]
fn the_table_and_the_series_of_stirlings_error_meet() {
    for n in 10..=15 {
        let n = f64::from(n);
        assert!(
            (stirling_error(n) - stirling_series(n)).abs() < 1e-14,
            "{n}"
        );
    }
}

#[test]
fn the_binomial_masses_sum_to_one() {
    for (n, p) in [(1, 0.5), (40, 0.01), (64, 0.999), (1_000, 0.3)] {
        let sum: f64 = (0..=n)
            .map(|x| ln_binomial(f64::from(x), f64::from(n), p, 1.0 - p).exp())
            .sum();
        assert!((sum - 1.0).abs() < 1e-12, "{n} {p}: {sum}");
    }
}
