//! Tails of counts: Poisson, negative binomial, binomial.
//!
//! All answer `ln P(N >= k)`: how likely an innocent source of counts shows at least as many.
//! The nearer tail is summed from its first term, each term from the one before; the sum ends
//! when a term no longer changes it, and since the ratios fall, what is left out is smaller than
//! the last rounding. Relative error of the probability: below 1e-11 for means up to 10^9.

use super::special::{ln_binomial, ln_gamma, ln_poisson};

/// Tells `ln P(N >= k)` for a Poisson count.
pub fn ln_poisson_tail(k: u64, mean: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    let (count, mean) = (k as f64, mean.max(0.0));
    if count > mean {
        let ratio = |j: f64| mean / (j + 1.0);
        return ln_poisson(count, mean) + sum_upwards(count, f64::INFINITY, ratio).ln();
    }
    ln_complement(ln_poisson_at_most(k - 1, mean))
}

/// Tells `P(N >= k)` for a Poisson count.
pub fn poisson_tail(k: u64, mean: f64) -> f64 {
    ln_poisson_tail(k, mean).exp()
}

/// Tells `ln P(N <= k)` for a Poisson count.
pub(super) fn ln_poisson_at_most(k: u64, mean: f64) -> f64 {
    let count = k as f64;
    if count > mean {
        return ln_complement(ln_poisson_tail(k + 1, mean));
    }
    ln_poisson(count, mean) + sum_downwards(count, 0.0, |j| j / mean).ln()
}

/// Tells `ln P(N >= k)` for a negative binomial count: a Poisson count whose own rate varies
/// between lines like a gamma variable, so that `variance = mean + mean^2 / dispersion`.
///
/// A dispersion of infinity is the Poisson case. Errors as in the module header plus that of
/// three log-gammas, about 1e-14 times `k ln k`.
pub fn ln_negative_binomial_tail(k: u64, mean: f64, dispersion: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    if !(dispersion.is_finite() && dispersion < 1e12) {
        return ln_poisson_tail(k, mean);
    }
    if mean <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (count, size) = (k as f64, dispersion);
    let (again, stop) = (mean / (size + mean), size / (size + mean));
    let ln_mass = |j: f64| {
        ln_gamma(j + size) - ln_gamma(j + 1.0) - ln_gamma(size) + size * stop.ln() + j * again.ln()
    };
    if count > mean {
        let ratio = |j: f64| again * (j + size) / (j + 1.0);
        return (ln_mass(count) + sum_upwards(count, f64::INFINITY, ratio).ln()).min(0.0);
    }
    let below = count - 1.0;
    let ratio = |j: f64| j / (again * (j - 1.0 + size));
    ln_complement(ln_mass(below) + sum_downwards(below, 0.0, ratio).ln())
}

/// Tells `P(N >= k)` for a negative binomial count.
pub fn negative_binomial_tail(k: u64, mean: f64, dispersion: f64) -> f64 {
    ln_negative_binomial_tail(k, mean, dispersion).exp()
}

/// Estimates the dispersion from a measured mean and variance; none if the variance does not
/// exceed the mean, for then the Poisson tail is the one to use.
pub fn dispersion_from_moments(mean: f64, variance: f64) -> Option<f64> {
    (variance > mean && mean > 0.0).then(|| mean * mean / (variance - mean))
}

/// Tells `ln P(X >= k)` for `trials` independent trials that succeed with probability `chance`.
pub fn ln_binomial_tail(k: u64, trials: u64, chance: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    if k > trials || chance <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (count, n, odds) = (k as f64, trials as f64, chance / (1.0 - chance));
    let ln_mass = |j: f64| ln_binomial(j, n, chance, 1.0 - chance);
    if count > n * chance {
        let ratio = |j: f64| (n - j) / (j + 1.0) * odds;
        return ln_mass(count) + sum_upwards(count, n, ratio).ln();
    }
    let below = count - 1.0;
    let ratio = |j: f64| j / ((n - j + 1.0) * odds);
    ln_complement(ln_mass(below) + sum_downwards(below, 0.0, ratio).ln())
}

/// Tells `ln P(X >= k)` for independent trials with chances of their own (the Poisson binomial
/// law), exactly by convolution. Work: the square of their number. A tail below every number is
/// told as the least one, rounded up.
pub fn ln_unequal_trials_tail(k: u64, chances: &[f64]) -> f64 {
    if k == 0 {
        return 0.0;
    }
    let mut law = vec![0.0; chances.len() + 1];
    law[0] = 1.0;
    for (done, &chance) in chances.iter().enumerate() {
        for successes in (0..=done).rev() {
            law[successes + 1] += law[successes] * chance;
            law[successes] *= 1.0 - chance;
        }
    }
    let from = usize::try_from(k).unwrap_or(usize::MAX);
    if from > chances.len() {
        return f64::NEG_INFINITY;
    }
    let tail: f64 = law.iter().skip(from).rev().sum();
    tail.max(f64::MIN_POSITIVE).ln().min(0.0)
}

/// Finds the least `k` with `P(N >= k) <= alpha` for a Poisson count: the threshold to print.
pub fn least_surprising_count(mean: f64, alpha: f64) -> u64 {
    let ln_alpha = alpha.max(f64::MIN_POSITIVE).ln();
    let surprising = |k: u64| ln_poisson_tail(k, mean) <= ln_alpha;
    let mut high = (mean.max(1.0) as u64).saturating_mul(2);
    while !surprising(high) {
        high = high.saturating_mul(2);
    }
    let mut low = 0;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if surprising(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// Adds the terms from `from` up to `to`, as multiples of the first. `ratio(j)` is term `j + 1`
/// over term `j`, falls with `j` and is below one at the start.
pub(super) fn sum_upwards(from: f64, to: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term, mut j) = (1.0, 1.0, from);
    while j < to {
        term *= ratio(j);
        if term < sum * NEGLIGIBLE {
            break;
        }
        sum += term;
        j += 1.0;
    }
    sum
}

/// Adds the terms from `from` down to `to`, as multiples of the first. `ratio(j)` is term
/// `j - 1` over term `j`, and is below one at the start.
pub(super) fn sum_downwards(from: f64, to: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term, mut j) = (1.0, 1.0, from);
    while j > to {
        term *= ratio(j);
        if term < sum * NEGLIGIBLE {
            break;
        }
        sum += term;
        j -= 1.0;
    }
    sum
}

/// `ln(1 - e^x)` for `x <= 0`.
pub(super) fn ln_complement(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 {
        (-x.exp_m1()).ln()
    } else {
        (-x.exp()).ln_1p()
    }
}

/// A term this much smaller than the sum ends it. A thousand such terms stay below the rounding.
const NEGLIGIBLE: f64 = 1e-19;

#[cfg(test)]
#[path = "tails_tests.rs"]
mod tests;
