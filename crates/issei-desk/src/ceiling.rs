//! Ceilings above the shipped ones: what two people signed.
//!
//! In: figures, two people's signatures over the same text, the charter's roster. Out: a [`Ceiling`], or why
//! not. Always: each signature is by a key that the charter names for that person, and good for nothing but
//! ceilings of this country. Standard: OpenSSH's PROTOCOL.sshsig. Not here: who may lower a ceiling (anybody,
//! at home).

use issei_case::{Ceiling, Roster};
use issei_model::{Language, OrganisationId, PersonId, PublicKey, Signature};
use issei_text::Phrase;
use serde::{Deserialize, Serialize};

/// Ceilings that two people raised. They hold at a member once a person there accepts the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// What they may be.
    pub figures: Figures,
    /// Who raised them.
    pub by: [Raiser; 2],
}

/// Lines that orders may hit beside the suspected, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Of one order.
    pub per_order: u64,
    /// Of a day's orders.
    pub per_day: u64,
}

/// A person who signed for higher ceilings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raiser {
    /// Who.
    pub person: PersonId,
    /// With which of the person's keys.
    pub key: PublicKey,
    /// Over [`Figures::text`], for [`NAMESPACE`].
    pub signature: Signature,
}

/// What the signatures are for; they are good for nothing else.
pub const NAMESPACE: &str = "ceiling@issei";

impl Figures {
    /// Writes what a person signs.
    pub fn text(self, coordinator: &OrganisationId) -> String {
        let Self { per_order, per_day } = self;
        format!(
            "issei: ceilings of the country that {coordinator} coordinates\nlines of one order, at most: {per_order}\nlines of a day's orders, at most: {per_day}\n"
        )
    }

    /// Writes the bytes of that which are signed.
    pub fn to_be_signed(self, coordinator: &OrganisationId) -> Vec<u8> {
        issei_case::sshsig::to_be_signed(NAMESPACE, self.text(coordinator).as_bytes())
    }
}

impl Raised {
    /// Gives the ceilings, if both people signed for them.
    ///
    /// # Errors
    /// If it is one person, a figure is too high, or a signature does not hold.
    pub fn ceiling(
        &self,
        coordinator: &OrganisationId,
        roster: &Roster,
    ) -> Result<Ceiling, String> {
        let [one, other] = &self.by;
        for by in &self.by {
            by.signed(self.figures, coordinator, roster)
                .map_err(|no| no.en)?;
        }
        let Figures { per_order, per_day } = self.figures;
        let people = [&one.person, &other.person];
        let raised = Ceiling::default().raised(per_order, per_day, people);
        raised.map_err(|no| no.text(Language::English))
    }

    /// Says it in a line.
    pub fn line(&self) -> String {
        let Self {
            figures: Figures { per_order, per_day },
            by: [one, other],
        } = self;
        format!(
            "ceilings {per_order} lines an order and {per_day} a day, raised by {} and {}",
            one.person, other.person
        )
    }
}

impl Raiser {
    /// Checks that the person signed for these figures.
    ///
    /// # Errors
    /// Why the signature does not hold.
    pub fn signed(
        &self,
        figures: Figures,
        coordinator: &OrganisationId,
        roster: &Roster,
    ) -> Result<(), Phrase> {
        let text = figures.text(coordinator);
        let signed =
            roster.has_signed(NAMESPACE, &text, (&self.person, &self.key), &self.signature);
        signed.map_err(|no| Phrase::of(|text| no.text(text.0)))
    }
}
