//! Which standing order a person means: all 64 digits of its name, or the first eight or more.
//!
//! Always: a short name fits exactly one. Not here: whether what the office sends is the one of that name.

use std::fmt;
use std::str::FromStr;

use issei_model::StandingId;

/// The name of a standing order as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingName(String);

/// Digits of a short name, at least, and of a whole one.
const FEWEST: usize = 8;
const ALL: usize = 64;
/// Digits that lists show.
const SHOWN: usize = 12;

impl StandingName {
    /// Gives the name if it was typed whole.
    pub fn whole(&self) -> Option<StandingId> {
        self.0.parse().ok()
    }

    /// Finds the one that is meant among those known.
    ///
    /// # Errors
    /// If none begins so, or several do.
    pub fn choose(&self, known: &[StandingId]) -> Result<StandingId, String> {
        let begins = |id: &&StandingId| id.to_string().starts_with(&self.0);
        let fitting: Vec<&StandingId> = known.iter().filter(begins).collect();
        match fitting.as_slice() {
            [only] => Ok(**only),
            [] => Err(format!(
                "no standing order `{}`; `issei reflex list` shows them",
                self.0
            )),
            several => Err(format!(
                "{} standing orders begin with `{}`; give more digits",
                several.len(),
                self.0
            )),
        }
    }
}

impl FromStr for StandingName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.to_ascii_lowercase();
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match digits.len() {
            FEWEST..=ALL if hexadecimal => Ok(Self(digits)),
            _ => Err(format!(
                "a standing order is named by {FEWEST} to {ALL} hexadecimal digits; `issei reflex list` shows them"
            )),
        }
    }
}

impl fmt::Display for StandingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Writes the beginning of a name, as lists show it.
pub fn short(id: StandingId) -> String {
    id.to_string().chars().take(SHOWN).collect()
}
