//! Exact bounds of a share: Clopper and Pearson, Biometrika 26 (1934).
//!
//! The bounds are conservative: over all true shares they hold with *at least* the confidence
//! asked for. They are quantiles of beta distributions, found by bisection to 1e-12.

use super::special::incomplete_beta;

/// Tells the share that the true one exceeds with at least this confidence, one-sided:
/// `share_at_least(27, 64, 0.95)` is about 0.32.
pub fn share_at_least(seen: u64, of: u64, confidence: f64) -> f64 {
    if seen == 0 || of == 0 {
        return 0.0;
    }
    let seen = seen.min(of);
    let (a, b) = (seen as f64, (of - seen) as f64 + 1.0);
    beta_quantile(1.0 - confidence, a, b)
}

/// Tells the share that the true one stays below with at least this confidence, one-sided.
pub fn share_at_most(seen: u64, of: u64, confidence: f64) -> f64 {
    1.0 - share_at_least(of.saturating_sub(seen), of, confidence)
}

fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > 1e-12 {
        let middle = 0.5 * (low + high);
        if incomplete_beta(middle, a, b) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    // The lower end: a bound may be too low by 1e-12, never too high.
    low
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
