//! Names of tables: whose they are stands in them, and only what reads back exactly is ours.

use std::fmt;
use std::str::FromStr;

use issei_model::{OrderId, ReflexRuleId};

/// Whose a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// An order's.
    Order(OrderId),
    /// A reflex's.
    Reflex(ReflexRuleId),
}

const ORDER: &str = "issei-order-";
const REFLEX: &str = "issei-reflex-";

impl fmt::Display for Name {
    /// Writes at most 98 characters; the kernel takes 255 (`NFT_NAME_MAXLEN`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => write!(f, "{ORDER}{order}"),
            Self::Reflex(rule) => write!(f, "{REFLEX}{}-{}", rule.standing, rule.number),
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ours = match text.strip_prefix(ORDER) {
            Some(order) => order.parse().ok().map(Self::Order),
            None => text.strip_prefix(REFLEX).and_then(reflex),
        };
        // A number with a sign or zeros in front names no table of ours.
        let exact = ours.filter(|name| name.to_string() == text);
        exact.ok_or_else(|| format!("`{text}` names no table of issei"))
    }
}

fn reflex(text: &str) -> Option<Name> {
    let (standing, number) = text.split_once('-')?;
    Some(Name::Reflex(ReflexRuleId {
        standing: standing.parse().ok()?,
        number: number.parse().ok()?,
    }))
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
