//! The few special functions that the tails and intervals rest on.

use std::f64::consts::PI;

/// The error of Stirling's formula, `ln n! - ln(sqrt(2 pi n) (n/e)^n)`, for whole `n`.
///
/// Up to 15 from a table computed with 40 digits; beyond that the asymptotic series, whose first
/// neglected term is below 1e-16 there.
pub(super) fn stirling_error(n: f64) -> f64 {
    const TABLE: [f64; 16] = [
        0.0,
        0.081_061_466_795_327_26,
        0.041_340_695_955_409_3,
        0.027_677_925_684_998_34,
        0.020790672103765093,
        0.016644691189821192,
        0.013876128823070748,
        0.01189670994589177,
        0.010411265261972096,
        0.009_255_462_182_712_733,
        0.008_330_563_433_362_87,
        0.007_573_675_487_951_841,
        0.006_942_840_107_209_53,
        0.006_408_994_188_004_207,
        0.0059513701127588477,
        0.005_554_733_551_962_801,
    ];
    if n < 15.5 {
        return TABLE[n.max(0.0) as usize];
    }
    stirling_series(n)
}

/// The series `1/(12 x) - 1/(360 x^3) + …` of Stirling's error.
fn stirling_series(x: f64) -> f64 {
    let square = 1.0 / (x * x);
    let tail = 1.0 / 1_260.0
        - square * (1.0 / 1_680.0 - square * (1.0 / 1_188.0 - square * (691.0 / 360_360.0)));
    (1.0 / 12.0 - square * (1.0 / 360.0 - square * tail)) / x
}

/// Loader's deviance `x ln(x/m) + m - x`, without the cancellation when `x` is near `m`.
pub(super) fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        let main = if x > 0.0 { x * (x / m).ln() } else { 0.0 };
        return main + m - x;
    }
    let v = (x - m) / (x + m);
    let (mut sum, mut term, square) = ((x - m) * v, 2.0 * x * v, v * v);
    for odd in (3..400).step_by(2) {
        term *= square;
        let next = sum + term / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Tells `ln P(X = x)` for `X` binomial with `n` trials; `p + q = 1`, both handed in so that
/// neither is a difference. Relative error of the probability about 1e-14.
pub(super) fn ln_binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if x < 0.0 || x > n {
        return f64::NEG_INFINITY;
    }
    if p <= 0.0 || q <= 0.0 {
        let certain = if p <= 0.0 { 0.0 } else { n };
        return if x == certain { 0.0 } else { f64::NEG_INFINITY };
    }
    if n == 0.0 {
        return 0.0;
    }
    if x == 0.0 {
        return n * ln_of_share(q, p);
    }
    if x == n {
        return n * ln_of_share(p, q);
    }
    let correction = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    let deviances = deviance(x, n * p) + deviance(n - x, n * q);
    correction - deviances + 0.5 * (n / (2.0 * PI * x * (n - x))).ln()
}

/// `ln a` for `a + b = 1`, precise also when `a` is nearly one.
fn ln_of_share(a: f64, b: f64) -> f64 {
    if b < 0.5 { (-b).ln_1p() } else { a.ln() }
}

/// Tells `ln P(N = k)` for `N` Poisson. Relative error of the probability about 1e-14.
pub(super) fn ln_poisson(k: f64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return if k == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if k == 0.0 {
        return -mean;
    }
    -stirling_error(k) - deviance(k, mean) - 0.5 * (2.0 * PI * k).ln()
}

/// The logarithm of the gamma function for positive `x`.
///
/// Shifted above 10 by its recurrence, then Stirling's series (DLMF 5.11.1); absolute error
/// about 1e-14 of the larger of the result and one.
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 10.0 {
        product *= shifted;
        shifted += 1.0;
    }
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * (2.0 * PI).ln() + stirling_series(shifted)
        - product.ln()
}

/// The regularised incomplete beta function `I_x(a, b)` (DLMF 8.17).
///
/// Continued fraction 8.17.22, on the side where it converges fast. Relative error about 1e-11
/// for parameters up to a million.
pub(super) fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    if x < (a + 1.0) / (a + b + 2.0) {
        ln_front.exp() * beta_fraction(x, a, b) / a
    } else {
        1.0 - ln_front.exp() * beta_fraction(1.0 - x, b, a) / b
    }
}

/// Evaluates the continued fraction of the incomplete beta function from its front (Lentz).
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..MOST_FRACTION_STEPS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            step = c * d;
            value *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The fraction needs about the square root of its larger parameter; this serves 10^9.
const MOST_FRACTION_STEPS: u32 = 100_000;

#[cfg(test)]
#[path = "special_tests.rs"]
mod tests;
