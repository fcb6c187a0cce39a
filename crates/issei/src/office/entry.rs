//! What an entry of the log is about, to the offices: orders, standing orders, or what orders came to.
//!
//! Always: no bytes are two of them, so that neither machine ever acts on what was meant for the other.
//! Not here: what an entry changes (`issei-order`).

use issei_model::{Decision, EffectEntry, StandingEntry};

/// One entry of the log that an office understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// About orders.
    Order(Decision),
    /// About standing orders and what reflexes did.
    Standing(StandingEntry),
    /// About what was measured of orders' effects; neither machine hears of it.
    Effect(EffectEntry),
}

impl Entry {
    /// Reads a logged entry; one about something else is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let order = Decision::parse(bytes).map(Self::Order);
        order
            .or_else(|_| StandingEntry::parse(bytes).map(Self::Standing))
            .or_else(|_| EffectEntry::parse(bytes).map(Self::Effect))
            .ok()
    }

    /// Writes the form that is logged.
    pub fn canonical(&self) -> Vec<u8> {
        match self {
            Self::Order(decision) => decision.canonical(),
            Self::Standing(entry) => entry.canonical(),
            Self::Effect(entry) => entry.canonical(),
        }
    }

    /// Gives what the machine of orders hears of it.
    pub fn decision(&self) -> Option<Decision> {
        match self {
            Self::Order(decision) => Some(decision.clone()),
            Self::Standing(_) | Self::Effect(_) => None,
        }
    }

    /// Gives what the machine of reflexes hears of it: the national withdrawal of everything ends every
    /// standing order too.
    pub fn standing(&self) -> Option<StandingEntry> {
        match self {
            Self::Order(Decision::WithdrawnAll { .. }) => {
                Some(StandingEntry::AllStandingWithdrawn { member: None })
            }
            Self::Order(_) | Self::Effect(_) => None,
            Self::Standing(entry) => Some(entry.clone()),
        }
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
