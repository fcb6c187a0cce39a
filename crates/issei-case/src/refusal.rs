//! A rule said no: which one, why, and what to do next, in the two languages people decide in.
//!
//! Always: a refusal names its gate and its rule, and both texts are complete in both languages.
//! A refusal is a result, not a fault: it is kept in the case and shown to whoever asked.
//! A gate that breaks answers with a refusal too, marked as an alarm. Not here: whom to wake.

use std::fmt;

use issei_model::Language;
use serde::{Deserialize, Serialize};

/// The gate whose rule said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// The order is malformed; no gate looked at it.
    Form,
    /// The lawful ground.
    Ground,
    /// What must never be cut.
    Safeguards,
    /// Who is hit beside the hijacked.
    Radius,
    /// What the order rests on.
    Evidence,
    /// The people who signed.
    Approvals,
    /// The witnesses of the gates do not fit together.
    Clearance,
    /// The state of the case.
    Case,
    /// Whether a standing order may stand.
    Standing,
}

/// The same sentence in both languages: lower case, no stop at the end, foreign text in backticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// English
    pub en: Box<str>,
    /// Japanese
    pub ja: Box<str>,
}

/// A rule said no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which gate.
    pub gate: Gate,
    /// The name of the rule, such as `two-organisations`; stable, for tests, counters and searches.
    pub rule: String,
    /// Why, about this order.
    pub explanation: Words,
    /// What a person can do now.
    pub next_step: Words,
    /// Whether the gate itself broke, which is a no like any other, and someone must look.
    #[serde(default, skip_serializing_if = "is_off")]
    pub alarm: bool,
}

impl Words {
    /// Takes the sentence in English and in Japanese.
    pub fn new(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self {
            en: en.into().into_boxed_str(),
            ja: ja.into().into_boxed_str(),
        }
    }

    /// Tells the sentence in one language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Japanese => &self.ja,
        }
    }
}

impl Refusal {
    /// Says no.
    pub fn new(gate: Gate, rule: &str, explanation: Words, next_step: Words) -> Self {
        Self {
            gate,
            rule: rule.to_owned(),
            explanation,
            next_step,
            alarm: false,
        }
    }

    /// Says that the gate itself broke.
    #[must_use]
    pub fn with_alarm(mut self) -> Self {
        self.alarm = true;
        self
    }

    /// Writes the explanation and the next step in one language.
    pub fn text(&self, language: Language) -> String {
        let (why, next) = (self.explanation.of(language), self.next_step.of(language));
        match language {
            Language::English => format!("{why}; {next}"),
            Language::Japanese => format!("{why}。{next}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text(Language::English))
    }
}

impl std::error::Error for Refusal {}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_off(alarm: &bool) -> bool {
    !alarm
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
