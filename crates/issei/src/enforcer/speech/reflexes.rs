//! What office and enforcer say to each other about reflexes.
//!
//! Always: a rule comes with the log's proof of its standing order, and an operator's with what he signed. A
//! line is named, since a device has to know it, and hides itself when printed. Not here: what is checked
//! (`gate`).

use std::fmt;
use std::net::IpAddr;

use issei_case::request::Request;
use issei_model::{Destination, FoundReflex, ReflexRule, ReflexRuleId, Subscriber, Timestamp};
use serde::{Deserialize, Serialize};

use super::Proven;
use crate::office::control::Victim;

/// A rule that a reflex is to put on the devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its standing order, as it stands in the log.
    pub standing: Proven,
    /// The number of the activation; it is used once.
    pub number: u64,
    /// What it does.
    pub rule: Said,
    /// When it ends by itself.
    pub ends: Timestamp,
    /// What the operator signed who asks for it, if one does.
    pub request: Option<Request>,
}

/// A rule of a reflex that acts on the devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldReflex {
    /// Its name.
    pub id: ReflexRuleId,
    /// What it does.
    pub rule: Said,
    /// When it ends by itself.
    pub ends: Timestamp,
}

/// A rule, as it is written on the line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Said {
    /// Packets of a line to a victim are limited.
    Limit {
        /// Whose.
        line: IpAddr,
        /// To whom.
        victim: Victim,
        /// How many pass in a second.
        packets: u32,
    },
    /// Packets from addresses that are not the line's are dropped.
    DropForged {
        /// By whose access they come in.
        line: IpAddr,
    },
    /// Packets to a destination are dropped.
    Drop {
        /// Where they go.
        to: Destination,
    },
}

impl fmt::Debug for Said {
    /// Leaves the line out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = ReflexRule::from(self.clone());
        fmt::Debug::fmt(&rule, f)
    }
}

impl From<ReflexRule> for Said {
    fn from(rule: ReflexRule) -> Self {
        match rule {
            ReflexRule::Limit {
                line,
                victim,
                packets,
            } => Self::Limit {
                line: line.reveal(),
                victim: victim.into(),
                packets,
            },
            ReflexRule::DropForged { line } => Self::DropForged {
                line: line.reveal(),
            },
            ReflexRule::Drop { to } => Self::Drop { to },
        }
    }
}

impl From<Said> for ReflexRule {
    fn from(said: Said) -> Self {
        match said {
            Said::Limit {
                line,
                victim,
                packets,
            } => Self::Limit {
                line: Subscriber::new(line),
                victim: victim.into(),
                packets,
            },
            Said::DropForged { line } => Self::DropForged {
                line: Subscriber::new(line),
            },
            Said::Drop { to } => Self::Drop { to },
        }
    }
}

impl From<FoundReflex> for HeldReflex {
    fn from(found: FoundReflex) -> Self {
        let FoundReflex { id, rule, ends } = found;
        Self {
            id,
            rule: rule.into(),
            ends,
        }
    }
}

impl From<HeldReflex> for FoundReflex {
    fn from(held: HeldReflex) -> Self {
        let HeldReflex { id, rule, ends } = held;
        Self {
            id,
            rule: rule.into(),
            ends,
        }
    }
}

#[cfg(test)]
#[path = "reflexes_tests.rs"]
mod tests;
