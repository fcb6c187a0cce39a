//! What was seen of an order's effect at a member: packets and questions, not configuration.
//!
//! Always: moments are counted from a moment that the log holds, the begin from the member's T and the end
//! from the order's, so that a receipt can be read beside the log alone; a figure that nobody could have
//! measured cannot be read. Nothing here changes what a member or a coordinator does.
//! Not here: who measures (`issei-enforce` for devices, `issei` for sentinels).

use serde::{Deserialize, Deserializer, Serialize};

use crate::{OrganisationId, Receipt, Signature, Span};

/// What was seen of an order's effect at a member.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// By the devices, of whatever met their rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<Edges>,
    /// By questions of our own to the order's sentinel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentinel: Option<Edges>,
}

/// Where an effect began and where it ended, as far as it was seen.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Edges {
    /// The last that passed before it, counted from T.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "believable")]
    pub last_passed: Option<Span>,
    /// The first that was stopped, counted from T.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "believable")]
    pub first_stopped: Option<Span>,
    /// The last that was stopped, counted from the order's end; a recall comes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "believable")]
    pub last_stopped: Option<Span>,
    /// The first that passed again, counted from the order's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "believable")]
    pub first_again: Option<Span>,
}

impl Measured {
    /// Tells whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Tells where the effect began: by the sentinel, which was asked all the time, else by the devices.
    pub fn began(&self) -> Option<Span> {
        let by = |edges: Option<Edges>| edges.and_then(|edges| edges.first_stopped);
        by(self.sentinel).or_else(|| by(self.devices))
    }

    /// Tells where the effect ended, likewise.
    pub fn ended(&self) -> Option<Span> {
        let by = |edges: Option<Edges>| edges.and_then(|edges| edges.first_again);
        by(self.sentinel).or_else(|| by(self.devices))
    }
}

/// Reads a length of time that lies within what an order may last, either way.
fn believable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
    let span = Span::deserialize(deserializer)?;
    let size = span.as_micros().unsigned_abs();
    match size <= LONGEST.as_micros().unsigned_abs() {
        true => Ok(Some(span)),
        false => Err(serde::de::Error::custom(
            "an effect lies within 366 days of its order",
        )),
    }
}

/// No order lasts so long.
const LONGEST: Span = Span::from_secs(366 * 86_400);

/// A receipt under its member's signature, as it was posted: what is logged of an effect.
///
/// Its canonical form is the very bytes that were posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// What it says.
    pub body: Receipt,
    /// Who signed.
    pub from: OrganisationId,
    /// What the signature is for.
    pub purpose: String,
    /// Its number among the member's receipts.
    pub sequence: u64,
    /// Over the purpose, a line end, and the canonical form of the other fields but this.
    pub signature: Signature,
}

impl SignedReceipt {
    /// Writes the bytes that were posted.
    pub fn canonical(&self) -> Vec<u8> {
        crate::order::canonical(self)
    }
}

/// One entry of the ledger about the effect of an order. No machine acts on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EffectEntry {
    /// Members tell what was seen of an order's effect.
    EffectReported(Vec<SignedReceipt>),
}

impl EffectEntry {
    /// Receipts of one entry: with their signatures they fill less than half of what an entry may have.
    pub const MOST: usize = 500;

    /// Writes the form that is logged.
    pub fn canonical(&self) -> Vec<u8> {
        crate::order::canonical(self)
    }

    /// Reads a logged entry; only the canonical form is accepted.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let entry = crate::order::parse_canonical(bytes)?;
        let Self::EffectReported(receipts) = &entry;
        match receipts.len() <= Self::MOST {
            true => Ok(entry),
            false => Err(format!(
                "{} receipts; {} at most",
                receipts.len(),
                Self::MOST
            )),
        }
    }
}

#[cfg(test)]
#[path = "measured_tests.rs"]
mod tests;
