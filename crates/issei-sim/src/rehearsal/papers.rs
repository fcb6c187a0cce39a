//! The papers of a rehearsal: people with keys, their signatures, and the facts that a ground requires.
//!
//! Always: keys are drawn from a seed and live as long as the rehearsal; what is signed is the text
//! that real people would read. Not here: whether any of it suffices (`issei-case`).

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use issei_case::approvals::{Role, confirmed_bytes, signed_bytes};
use issei_case::ground::{FactKind, Row};
use issei_case::{Refusal, Roster, RosterKey, confirmation_text, order_text, standing_text};
use issei_model::{
    Approval, Digest, Fact, FactValue, Language, Order, PersonId, PublicKey, Signature, Span,
    StandingOrder, Timestamp,
};
use sha2::Digest as _;

use super::Chance;

/// A person who may approve, with a key.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    key: SigningKey,
}

impl Person {
    /// A person with a key.
    pub const fn new(id: PersonId, key: SigningKey) -> Self {
        Self { id, key }
    }

    /// Tells the public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.key.sign(bytes).to_bytes())
    }
}

/// How long before and after the beginning a person's key holds.
const KEY_LIFETIME: Span = Span::from_secs(31 * 86_400);

/// Gives each of these people a key, and enters them all into a roster.
///
/// # Errors
/// If a person is named twice with one key, which no seed draws.
pub fn people(
    chance: &mut Chance,
    now: Timestamp,
    names: impl IntoIterator<Item = PersonId>,
) -> Result<(Vec<Person>, Roster), Refusal> {
    let mut roster = Roster::new(Roster::LEAST);
    let mut people = Vec::new();
    for id in names {
        let person = Person::new(id, SigningKey::from_bytes(&chance.bytes()));
        let entry = RosterKey {
            key: person.public(),
            role: Role::Approver,
            from: now - KEY_LIFETIME,
            until: now + KEY_LIFETIME,
        };
        roster.enter(&person.id, entry)?;
        people.push(person);
    }
    Ok((people, roster))
}

/// Lets a person sign the text of an order, as it is shown in this language.
pub fn approve(person: &Person, order: &Order, language: Language, at: Timestamp) -> Approval {
    signed(person, &order_text(order, language), language, at)
}

/// Lets a person sign that an order goes on, as that is shown in this language.
pub fn confirm(person: &Person, order: &Order, language: Language, at: Timestamp) -> Approval {
    let text = confirmation_text(order, language);
    Approval {
        signature: person.sign(&confirmed_bytes(&text)),
        ..signed(person, &text, language, at)
    }
}

/// Lets a person sign the text of a standing order, as it is shown in this language.
pub fn approve_standing(
    person: &Person,
    order: &StandingOrder,
    language: Language,
    at: Timestamp,
) -> Approval {
    signed(person, &standing_text(order, language), language, at)
}

fn signed(person: &Person, text: &str, language: Language, at: Timestamp) -> Approval {
    Approval {
        person: person.id.clone(),
        key: person.public(),
        language,
        at,
        signature: person.sign(&signed_bytes(text)),
    }
}

/// States every fact that a row requires, by one person, confirmed by another.
pub fn facts(
    row: &Row,
    now: Timestamp,
    [stated_by, confirmed_by]: [&PersonId; 2],
) -> BTreeMap<String, Fact> {
    let facts = row.facts.iter().map(|(name, rule)| {
        let value = match rule.kind {
            FactKind::Flag => FactValue::Flag(true),
            FactKind::Document => {
                FactValue::Document(Digest(sha2::Sha256::digest(b"rehearsal").into()))
            }
            FactKind::Number => FactValue::Number(1),
            FactKind::Moment => FactValue::Moment(now),
            FactKind::Text => FactValue::Text("rehearsal".into()),
        };
        let fact = Fact {
            value,
            stated_by: stated_by.clone(),
            confirmed_by: Some(confirmed_by.clone()),
        };
        (name.clone(), fact)
    });
    facts.collect()
}
