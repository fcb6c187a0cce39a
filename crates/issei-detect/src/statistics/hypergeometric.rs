//! Enrichment: do more suspects contact a service than chance would bring there?
//!
//! If a service's contacts were drawn blindly from the active lines, the suspects among them
//! would follow a hypergeometric law. Drawn blindly *within each device class*, their number is
//! a sum of independent hypergeometric numbers, one per class; its law is their convolution
//! (the exact conditional test of Mantel and Haenszel's many 2x2 tables, one-sided).
//! A uniform sample of the contacts obeys the same law with the sample's sizes.

use super::special::ln_binomial;
use super::tails::{ln_complement, sum_downwards, sum_upwards};

/// The lines of one device class, as the test needs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stratum {
    /// Active lines of the class.
    pub lines: u64,
    /// Suspects among them.
    pub suspects: u64,
    /// Lines of the class among the contacts (or the sample of contacts).
    pub contacts: u64,
}

impl Stratum {
    /// Makes the counts possible: a class has no fewer lines than it has suspects or contacts.
    /// Sizes are estimates and can come out too small.
    fn possible(self) -> Self {
        let lines = self.lines.max(self.suspects).max(self.contacts);
        Self { lines, ..self }
    }

    fn least(self) -> u64 {
        (self.contacts + self.suspects).saturating_sub(self.lines)
    }

    fn most(self) -> u64 {
        self.contacts.min(self.suspects)
    }

    /// Tells how many suspects chance would bring.
    pub fn expected(self) -> f64 {
        if self.lines == 0 {
            return 0.0;
        }
        self.contacts as f64 * self.suspects as f64 / self.lines as f64
    }

    fn ln_mass(self, x: f64) -> f64 {
        let (suspects, lines) = (self.suspects as f64, self.lines as f64);
        let (clean, drawn) = (lines - suspects, self.contacts as f64);
        let (p, q) = (drawn / lines, (lines - drawn) / lines);
        ln_binomial(x, suspects, p, q) + ln_binomial(drawn - x, clean, p, q)
            - ln_binomial(drawn, lines, p, q)
    }

    /// Term `x + 1` over term `x`.
    fn ratio(self, x: f64) -> f64 {
        let (suspects, contacts) = (self.suspects as f64, self.contacts as f64);
        let clean_left_out = (self.lines - self.suspects) as f64 - contacts + x + 1.0;
        (suspects - x) * (contacts - x) / ((x + 1.0) * clean_left_out)
    }
}

/// How the number of suspects among the contacts compares with chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enrichment {
    /// `ln P(X >= x)`; rounded up to [`Enrichment::LEAST`] where it would be less.
    pub ln_at_least: f64,
    /// `ln P(X > x)`; with the other it gives the randomised tail that calibration needs.
    pub ln_more: f64,
    /// Suspects that chance would bring.
    pub expected: f64,
}

impl Enrichment {
    /// The least logarithm told: that of the smallest normal number, about 2e-308.
    pub const LEAST: f64 = -708.396_418_532_264_1;
}

/// Tells `ln P(X >= x)` for one class, exact to about 1e-11 relative also for 10^9 lines.
pub fn ln_hypergeometric_tail(stratum: Stratum, x: u64) -> f64 {
    let stratum = stratum.possible();
    if x <= stratum.least() {
        return 0.0;
    }
    if x > stratum.most() {
        return f64::NEG_INFINITY;
    }
    let at = x as f64;
    if at > stratum.expected() {
        let sum = sum_upwards(at, stratum.most() as f64, |j| stratum.ratio(j));
        return (stratum.ln_mass(at) + sum.ln()).min(0.0);
    }
    let below = at - 1.0;
    let sum = sum_downwards(below, stratum.least() as f64, |j| {
        1.0 / stratum.ratio(j - 1.0)
    });
    ln_complement((stratum.ln_mass(below) + sum.ln()).min(0.0))
}

/// Tests `x` suspects among the contacts against chance within each class.
///
/// The classes' laws are convolved as plain probabilities: all terms are positive, so every term
/// keeps a relative error of about 1e-12. Work: the product of the numbers of contacts of the
/// classes, so at most 64 x 64 / 2 multiplications for a sample of 64.
pub fn stratified_enrichment(strata: &[Stratum], x: u64) -> Enrichment {
    let mut law = vec![1.0];
    let mut least = 0;
    let mut expected = 0.0;
    for stratum in strata.iter().filter(|s| s.contacts > 0) {
        let stratum = stratum.possible();
        expected += stratum.expected();
        least += stratum.least();
        law = convolve(&law, &masses(stratum));
    }
    Enrichment {
        ln_at_least: ln_tail_of(&law, x.saturating_sub(least), x <= least),
        ln_more: ln_tail_of(&law, (x + 1).saturating_sub(least), x < least),
        expected,
    }
}

/// The probabilities of the class's possible counts, from the least upwards.
fn masses(stratum: Stratum) -> Vec<f64> {
    let (least, most) = (stratum.least(), stratum.most());
    // Begun at the mode, where nothing underflows, and continued both ways by the exact ratio.
    let mode = (stratum.expected() as u64).clamp(least, most);
    let mut law = vec![0.0; (most - least + 1) as usize];
    let place = (mode - least) as usize;
    law[place] = stratum.ln_mass(mode as f64).exp();
    for i in place + 1..law.len() {
        law[i] = law[i - 1] * stratum.ratio((least + i as u64 - 1) as f64);
    }
    for i in (0..place).rev() {
        law[i] = law[i + 1] / stratum.ratio((least + i as u64) as f64);
    }
    law
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            sum[i + j] += x * y;
        }
    }
    sum
}

fn ln_tail_of(law: &[f64], from: u64, certain: bool) -> f64 {
    if certain {
        return 0.0;
    }
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    // Small terms first, so that none is lost beside a large one.
    let tail: f64 = law.iter().skip(from).rev().sum();
    tail.ln().clamp(Enrichment::LEAST, 0.0)
}

#[cfg(test)]
#[path = "hypergeometric_tests.rs"]
mod tests;
