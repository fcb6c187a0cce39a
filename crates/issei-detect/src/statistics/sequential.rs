//! Deciding while watching: Wald's sequential probability ratio test (1945).
//!
//! Two hypotheses about the chance of a mark (a first contact that fails): innocent and guilty.
//! Each observation adds the logarithm of its likelihood ratio. By Ville's inequality an
//! innocent sequence *ever* reaches the upper limit with probability at most
//! `alpha / (1 - beta)`, however long one watches. A caller that clamps the sum from below (no
//! banking of good behaviour) starts anew at each clamp: the bound then holds per start.

/// Whether the sum of evidence has reached a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    /// Between the limits: watch on.
    Open,
    /// At or above the upper limit: guilty.
    Guilty,
    /// At or below the lower limit: innocent.
    Innocent,
}

/// Steps and limits of the test, in natural logarithms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequentialTest {
    /// Added for each observation with the mark; positive.
    pub marked_step: f64,
    /// Added for each observation without; negative.
    pub plain_step: f64,
    /// At or above it: guilty.
    pub upper: f64,
    /// At or below it: innocent.
    pub lower: f64,
    /// Probability that an innocent sequence ever reaches the upper limit, at most.
    pub false_alarm: f64,
}

impl SequentialTest {
    /// Makes the test. `innocent` and `guilty` are the chances of a mark under either
    /// hypothesis; `alpha` and `beta` the wanted rates of wrong accusation and of wrong acquittal.
    /// None unless `0 < innocent < guilty < 1` and both rates lie in `(0, 1)` with a sum below 1.
    pub fn new(innocent: f64, guilty: f64, alpha: f64, beta: f64) -> Option<Self> {
        let ordered = 0.0 < innocent && innocent < guilty && guilty < 1.0;
        let rates = alpha > 0.0 && beta > 0.0 && alpha + beta < 1.0;
        (ordered && rates).then(|| Self {
            marked_step: (guilty / innocent).ln(),
            plain_step: ((1.0 - guilty) / (1.0 - innocent)).ln(),
            upper: ((1.0 - beta) / alpha).ln(),
            lower: (beta / (1.0 - alpha)).ln(),
            false_alarm: alpha / (1.0 - beta),
        })
    }

    /// Tells where a sum stands.
    pub fn balance(&self, sum: f64) -> Balance {
        if sum >= self.upper {
            Balance::Guilty
        } else if sum <= self.lower {
            Balance::Innocent
        } else {
            Balance::Open
        }
    }

    /// Tells how many marked observations in a row decide, from a sum of zero.
    pub fn marks_needed(&self) -> u64 {
        (self.upper / self.marked_step).ceil() as u64
    }
}

#[cfg(test)]
#[path = "sequential_tests.rs"]
mod tests;
