//! From the allowed error to the counts at which the rules speak.
//!
//! In: the parameters and the budget. Out: for each null model the least count whose tail is
//! within the budget, and the tail of a count that was reached.
//! Two null models speak for D1 (`docs/adr/0008-scan-null-models.md`); each gets half its budget.

use crate::parameters::Parameters;
use crate::statistics::{
    SequentialTest, ln_binomial_tail, ln_negative_binomial_tail, negative_binomial_tail,
};

/// The thresholds of all rules on scans.
#[derive(Clone, Debug)]
pub(super) struct Thresholds {
    /// What each rule may spend on an innocent line in a day.
    pub(super) alpha: f64,
    /// Failed destinations on worm ports within the window, outcome known.
    pub(super) failed: u64,
    /// The same where all lie in one foreign network, so that one outage explains them.
    pub(super) failed_together: u64,
    /// The test on first contacts, however long they take.
    pub(super) sequential: SequentialTest,
    /// Failing ports of one host.
    pub(super) ports: u64,
    /// Log-in sessions at one service.
    pub(super) logins: u64,
    innocent: f64,
    busiest: f64,
    dispersion: f64,
    least: u64,
    peers_share: f64,
    blind: f64,
    least_dark: u64,
}

/// Addresses that are routed on the public IPv4 Internet, about.
const ROUTED_V4: f64 = 3.7e9;

impl Thresholds {
    pub(super) fn new(parameters: &Parameters) -> Self {
        let p = &parameters.scans;
        let alpha = parameters.budget.alpha();
        let half = alpha / 2.0;
        let (innocent, busiest) = (
            p.innocent_contacts_a_day.value,
            p.busiest_contacts_a_day.value,
        );
        let dispersion = p.contacts_dispersion.value;
        let ln_chance = p.another_port.value.clamp(1e-9, 1.0 - 1e-9).ln();
        let sequential = SequentialTest::new(
            p.innocent_failures.value,
            p.scanner_failures.value,
            half,
            p.missed.value,
        );
        Self {
            alpha,
            failed: least_count(innocent, dispersion, half).max(p.least_contacts.value),
            failed_together: least_count(busiest, dispersion, half),
            // A file with impossible shares gets the usual ones; the shipped file is tested.
            sequential: sequential.unwrap_or(SequentialTest {
                marked_step: 4f64.ln(),
                plain_step: -(4f64.ln()),
                upper: -half.ln(),
                lower: f64::NEG_INFINITY,
                false_alarm: half,
            }),
            ports: 1 + (alpha.ln() / ln_chance).ceil() as u64,
            logins: least_count(p.innocent_logins.value, p.logins_dispersion.value, alpha),
            innocent,
            busiest,
            dispersion,
            least: p.least_contacts.value,
            peers_share: p.peers_share.value,
            blind: p.blind_openings_a_day.value,
            least_dark: p.least_dark.value,
        }
    }

    /// Tells how many destinations on worm ports a line must open to in a window where one packet
    /// in `sampling` is seen and outcomes are not.
    pub(super) fn sampled(&self, sampling: u32) -> u64 {
        least_count(self.busiest_at(sampling), self.dispersion, self.alpha).max(self.least)
    }

    /// Tells the contacts that the busiest innocent line shows in a window under sampling.
    pub(super) fn busiest_at(&self, sampling: u32) -> f64 {
        self.busiest / f64::from(sampling.max(1))
    }

    /// Tells the probability that the busiest innocent line shows `contacts` in a window.
    pub(super) fn sampled_tail(&self, contacts: u64, sampling: u32) -> f64 {
        negative_binomial_tail(contacts, self.busiest_at(sampling), self.dispersion)
    }

    /// Tells the probability that an innocent line fails at so many destinations in a window.
    pub(super) fn failed_tail(&self, failed: u64, together: bool) -> f64 {
        let mean = if together {
            self.busiest
        } else {
            self.innocent
        };
        negative_binomial_tail(failed, mean, self.dispersion)
    }

    /// Tells the logarithm of the probability that somebody who contacts peers at ports of their
    /// choice hits worm ports `contacts` times, having opened to `others` other places meanwhile.
    pub(super) fn ln_peers_tail(&self, contacts: u64, others: u64) -> f64 {
        ln_binomial_tail(contacts, contacts.saturating_add(others), self.peers_share)
    }

    /// Tells the dark addresses that the busiest innocent line opens to in a day by drawing
    /// destinations blindly, where `addresses` are dark.
    pub(super) fn blind_hits(&self, addresses: f64) -> f64 {
        self.blind * (addresses / ROUTED_V4).min(1.0)
    }

    /// The same with worm ports alone.
    pub(super) fn worm_hits(&self, addresses: f64) -> f64 {
        self.busiest * (addresses / ROUTED_V4).min(1.0)
    }

    /// Tells how many different dark addresses a line must open to, given the hits to expect.
    pub(super) fn dark(&self, expected: f64) -> u64 {
        least_count(expected, f64::INFINITY, self.alpha).max(self.least_dark)
    }
}

/// Finds the least count whose tail is within `alpha`.
fn least_count(mean: f64, dispersion: f64, alpha: f64) -> u64 {
    let ln_alpha = alpha.max(f64::MIN_POSITIVE).ln();
    let within = |count: &u64| ln_negative_binomial_tail(*count, mean, dispersion) <= ln_alpha;
    (1..MOST_COUNT).find(within).unwrap_or(MOST_COUNT)
}

/// A threshold beyond this is no threshold: the rule stays silent.
const MOST_COUNT: u64 = 100_000;

#[cfg(test)]
#[path = "thresholds_tests.rs"]
mod tests;
