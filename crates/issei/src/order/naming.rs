//! Which order a person means: all 64 digits of its name, or the first eight or more.
//!
//! In: digits, the names that are known. Out: one name, or why none is meant. Always: a short name
//! fits exactly one order. Not here: whether the order behind it is the one of that name (`order`
//! works that out anew).

use std::fmt;
use std::str::FromStr;

use issei_model::OrderId;

/// The name of an order as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderName(String);

/// Digits of a short name, at least: among a thousand orders, two that begin alike are not to be
/// expected in a lifetime.
const FEWEST: usize = 8;
/// Digits of a whole name.
const ALL: usize = 64;
/// Orders that a complaint lists.
const MOST_LISTED: usize = 5;

impl OrderName {
    /// Gives the name if it was typed whole.
    pub fn whole(&self) -> Option<OrderId> {
        self.0.parse().ok()
    }

    /// Finds the order that is meant among those known.
    ///
    /// # Errors
    /// If none begins so, or several do.
    pub fn choose(&self, known: &[OrderId]) -> Result<OrderId, NoSuchOrder> {
        let begins = |id: &&OrderId| id.to_string().starts_with(&self.0);
        let fitting: Vec<OrderId> = known.iter().filter(begins).copied().collect();
        match fitting.as_slice() {
            [only] => Ok(*only),
            [] => Err(NoSuchOrder::Unknown {
                typed: self.0.clone(),
                nearest: self.nearest(known),
            }),
            _ => Err(NoSuchOrder::Several {
                typed: self.0.clone(),
                fitting,
            }),
        }
    }

    /// The order that was most likely meant: at most a third of the digits differ.
    fn nearest(&self, known: &[OrderId]) -> Option<OrderId> {
        let distance = |id: &OrderId| {
            let begins: String = id.to_string().chars().take(self.0.len()).collect();
            strsim::damerau_levenshtein(&self.0, &begins)
        };
        let near = known.iter().map(|id| (distance(id), *id));
        let near = near.filter(|(distance, _)| distance * 3 <= self.0.len());
        near.min().map(|(_, id)| id)
    }
}

impl FromStr for OrderName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.to_ascii_lowercase();
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(
                "an order is named by hexadecimal digits; `issei order list` shows them".into(),
            );
        }
        match digits.len() {
            FEWEST..=ALL => Ok(Self(digits)),
            0..FEWEST => Err(format!("give {FEWEST} digits of the order's name or more")),
            _ => Err(format!("an order's name has {ALL} digits")),
        }
    }
}

impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Writes the beginning of a name, as lists show it.
pub fn short(id: OrderId) -> String {
    id.to_string().chars().take(SHOWN).collect()
}

/// Digits that lists show: more than are needed, so that a slip of the finger shows.
const SHOWN: usize = 12;

/// Why no order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSuchOrder {
    /// None begins so.
    Unknown {
        /// What was typed.
        typed: String,
        /// What was likely meant.
        nearest: Option<OrderId>,
    },
    /// Several begin so.
    Several {
        /// What was typed.
        typed: String,
        /// They.
        fitting: Vec<OrderId>,
    },
}

impl fmt::Display for NoSuchOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown {
                typed,
                nearest: Some(near),
            } => write!(f, "no order `{typed}`; did you mean `{}`?", short(*near)),
            Self::Unknown { typed, .. } => {
                write!(f, "no order `{typed}`; `issei order list` shows them")
            }
            Self::Several { typed, fitting } => {
                write!(
                    f,
                    "{} orders begin with `{typed}`; give more digits:",
                    fitting.len()
                )?;
                let mut listed = fitting.iter().take(MOST_LISTED);
                listed.try_for_each(|id| write!(f, " {id}"))
            }
        }
    }
}

impl std::error::Error for NoSuchOrder {}

#[cfg(test)]
#[path = "naming_tests.rs"]
mod tests;
