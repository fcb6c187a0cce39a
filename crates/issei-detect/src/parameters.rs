//! The one file of parameters: every figure a rule goes by, beside its origin.
//!
//! In: `data/parameters.toml`. Out: typed tables, one for each group of rules, and the budget of
//! false findings from which every rule takes its error rate.

use serde::Deserialize;

use crate::command::CommandParameters;
use crate::contacts::ContactParameters;
use crate::floods::FloodParameters;
use crate::scans::ScanParameters;

/// A value and where it comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knob<T> {
    /// The value.
    pub value: T,
    /// Where it was measured, published or decided, in words.
    pub origin: String,
}

/// Everything the rules go by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The version that evidence names.
    pub version: String,
    /// The false findings that are allowed, and their shares.
    pub budget: Budget,
    /// Scans, sensor hits, log-ins.
    pub scans: ScanParameters,
    /// Floods, and their traces.
    pub floods: FloodParameters,
    /// Contacts worth seeing beside a finding.
    pub contacts: ContactParameters,
    /// Command servers.
    pub command: CommandParameters,
}

impl Parameters {
    /// Reads the parameters that ship with the product.
    pub fn shipped() -> Self {
        toml::from_str(include_str!("../data/parameters.toml"))
            .expect("the shipped parameters are held by a test")
    }
}

/// The false findings that are allowed in a day, and how they are shared out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// False findings a day, at most, over all lines and rules.
    pub false_findings_a_day: Knob<f64>,
    /// Lines that are watched.
    pub lines: Knob<f64>,
    /// Windows in which each rule judges a line in a day.
    pub windows_a_day: Knob<f64>,
    /// Rules among which the budget is shared.
    pub rules: Knob<f64>,
}

impl Budget {
    /// Tells the probability with which one rule may accuse one innocent line in one window:
    /// false findings a day / (lines × windows × rules).
    pub fn alpha(&self) -> f64 {
        let tests = self.lines.value * self.windows_a_day.value * self.rules.value;
        self.false_findings_a_day.value / tests
    }
}

#[cfg(test)]
#[path = "parameters_tests.rs"]
mod tests;
