//! Many tests at once: how many of those that speak are wrong?
//!
//! Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995): among the rejected, the expected
//! share of wrong ones is at most `q`, if the tests are independent or positively dependent.
//! Benjamini and Yekutieli, Ann. Statist. 29 (2001): the same for any dependence, at the price
//! of a factor `1 + 1/2 + … + 1/m`. Fisher (1925) combines independent tests of one question.

use serde::Deserialize;

use super::tails::ln_poisson_at_most;

/// How the tests of a family may depend on each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dependence {
    /// Independent, or what makes one small makes the others small (Benjamini-Hochberg).
    #[default]
    Positive,
    /// Anything (Benjamini-Yekutieli).
    Any,
}

/// Tells for each test the least `q` at which it would be rejected, given the logarithms of the
/// tail probabilities. In the order of the input; ties get the same answer.
///
/// `family` counts *all* tests that could have spoken, also those that were not computed because
/// they cannot be small; those count as probability one. Leaving them out would break the
/// promise: choosing the tests by their outcome is itself a test.
pub fn expected_wrong_share(ln_tails: &[f64], family: u64, dependence: Dependence) -> Vec<f64> {
    let family = family.max(ln_tails.len() as u64);
    let ln_factor = match dependence {
        Dependence::Positive => (family as f64).ln(),
        Dependence::Any => (family as f64).ln() + harmonic(family).ln(),
    };
    let mut order: Vec<usize> = (0..ln_tails.len()).collect();
    order.sort_by(|&a, &b| ln_tails[a].total_cmp(&ln_tails[b]));
    let mut shares = vec![1.0; ln_tails.len()];
    let mut least: f64 = 1.0;
    for (place, &test) in order.iter().enumerate().rev() {
        let rank = (place + 1) as f64;
        least = least.min((ln_tails[test] + ln_factor - rank.ln()).exp());
        shares[test] = least;
    }
    shares
}

/// `1 + 1/2 + … + 1/m`, by its asymptotic form beyond a thousand (error below 1e-13).
fn harmonic(m: u64) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if m <= 1_000 {
        return (1..=m).rev().map(|i| 1.0 / i as f64).sum();
    }
    let m = m as f64;
    m.ln() + EULER + 0.5 / m - 1.0 / (12.0 * m * m)
}

/// Combines independent tests of one null into one: `ln P` that the product of that many uniform
/// numbers is at most the product seen. For tails of counts, which are not quite uniform, the
/// answer is conservative. Only for tests on *disjoint* sets of lines.
pub fn ln_fisher_combination(ln_tails: &[f64]) -> f64 {
    let Some(last) = (ln_tails.len() as u64).checked_sub(1) else {
        return 0.0;
    };
    // Chi-squared with 2m degrees of freedom exceeds 2s as a Poisson count of mean s stays below m.
    ln_poisson_at_most(last, -ln_tails.iter().sum::<f64>()).min(0.0)
}

#[cfg(test)]
#[path = "multiple_tests.rs"]
mod tests;
