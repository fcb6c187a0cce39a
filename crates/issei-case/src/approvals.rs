//! Enough different people of different organisations signed exactly what they saw.
//!
//! In: a dossier, the roster of people and keys, the time. Out: the witness [`Approved`], or a
//! refusal. Always: one bad approval refuses the dossier; a key must be good when it signed and now;
//! who is named as having confirmed a fact is among those who signed.
//! Standard: what is signed is OpenSSH's SSHSIG blob (PROTOCOL.sshsig) over the shown text, so
//! `ssh-keygen -Y verify` can check an approval without us; Ed25519 as in RFC 8032, strictly.
//! Not here: private keys (host), the words (`text`).

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::VerifyingKey;
use issei_model::{
    Approval, Dossier, Fact, Language, Order, OrderId, OrganisationId, PersonId, PublicKey,
    Signature, Span, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::refusal::{Gate, Refusal, Words};
use crate::sshsig;
use crate::text::{confirmation_text, order_text};

/// The people who may approve, their keys, and how many of them an order needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    people: BTreeMap<PersonId, Vec<RosterKey>>,
    owners: BTreeMap<PublicKey, PersonId>,
    needed: usize,
}

/// A key of a person, and while it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterKey {
    /// The key.
    pub key: PublicKey,
    /// What its holder may do.
    pub role: Role,
    /// It holds from here on.
    pub from: Timestamp,
    /// It holds until before this moment: its end, or its revocation.
    pub until: Timestamp,
}

/// Who proposed what is signed, and between which moments it may be signed.
pub(crate) struct Shown<'a> {
    pub(crate) proposer: &'a PersonId,
    pub(crate) proposed_at: Timestamp,
    pub(crate) before: Timestamp,
}

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Approve orders.
    Approver,
    /// Propose and withdraw, but not approve.
    Proposer,
}

/// The witness that enough people approved. Only [`Roster::judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    order: OrderId,
    people: BTreeSet<PersonId>,
    approvals: Vec<Approval>,
}

impl Approved {
    /// Tells which order was approved.
    pub fn order(&self) -> OrderId {
        self.order
    }

    /// Tells by whom.
    pub fn people(&self) -> &BTreeSet<PersonId> {
        &self.people
    }

    /// Gives the approvals that were judged.
    pub(crate) fn into_approvals(self) -> Vec<Approval> {
        self.approvals
    }
}

impl Roster {
    /// People that every order needs, however the roster is set.
    pub const LEAST: usize = 2;
    /// Organisations that every order needs (G1).
    pub const LEAST_ORGANISATIONS: usize = 2;
    /// An approval may come from a clock that is this much ahead.
    pub const CLOCK_SLACK: Span = Span::from_secs(5 * 60);

    /// Starts empty. Fewer than [`Self::LEAST`] people are taken as that.
    pub fn new(needed: usize) -> Self {
        Self {
            people: BTreeMap::new(),
            owners: BTreeMap::new(),
            needed: needed.max(Self::LEAST),
        }
    }

    /// Adds a key to a person.
    ///
    /// # Errors
    /// The key already belongs to somebody, or is no sound Ed25519 key.
    pub fn enter(&mut self, person: &PersonId, key: RosterKey) -> Result<(), Refusal> {
        if let Some(owner) = self.owners.get(&key.key) {
            return Err(refusal(
                "key-already-held",
                (
                    format!("this key already belongs to `{owner}`"),
                    format!("この鍵は既に `{owner}` のものです"),
                ),
                ("make a new key", "新しい鍵を作成してください"),
            ));
        }
        sound_key(&key.key)?;
        self.owners.insert(key.key, person.clone());
        self.people.entry(person.clone()).or_default().push(key);
        Ok(())
    }

    /// Ends a key at this moment, unless it ended before. Tells whether the key was known.
    pub fn revoke(&mut self, key: &PublicKey, at: Timestamp) -> bool {
        let keys = self.people.values_mut().flatten();
        let mut found = false;
        for held in keys.filter(|held| held.key == *key) {
            held.until = held.until.min(at);
            found = true;
        }
        found
    }

    /// Tells how many people an order needs.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// Judges all approvals of an order.
    ///
    /// # Errors
    /// The first approval that does not hold, or what is still missing.
    pub fn judge(&self, dossier: &Dossier, now: Timestamp) -> Result<Approved, Refusal> {
        if dossier.approvals.len() > Dossier::MOST_APPROVALS {
            return Err(too_many(dossier.approvals.len()));
        }
        let mut people = BTreeSet::new();
        for approval in &dossier.approvals {
            self.check(&dossier.order, approval, now)?;
            if !people.insert(approval.person.clone()) {
                return Err(twice(&approval.person));
            }
        }
        self.enough(&people)?;
        canary_skip(&dossier.order, &people)?;
        confirmations(&dossier.order.facts, |person| people.contains(person))?;
        Ok(Approved {
            order: dossier.order.id(),
            people,
            approvals: dossier.approvals.clone(),
        })
    }

    /// Checks one approval by itself, before it is added to a case.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn check(&self, order: &Order, approval: &Approval, now: Timestamp) -> Result<(), Refusal> {
        let shown = Shown {
            proposer: &order.proposer,
            proposed_at: order.proposed_at,
            before: order.fire_before,
        };
        let text = |language| order_text(order, language);
        self.check_shown(&shown, text, approval, now)
    }

    /// Checks the signature with which a person lets an order go on that must be confirmed: an approver
    /// of the roster with a key that holds, not the one who proposed it. Whether it comes in time is for the
    /// machines.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn check_confirmation(
        &self,
        order: &Order,
        by: &Approval,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if by.person == order.proposer {
            return Err(by_proposer(&by.person));
        }
        let shown = Shown {
            proposer: &order.proposer,
            proposed_at: order.proposed_at,
            before: order.expires_at,
        };
        dated_within(&shown, by, now)?;
        self.key_holds(by, now)?;
        let message = confirmed_bytes(&confirmation_text(order, by.language));
        if is_signed(&by.key, &message, &by.signature) {
            Ok(())
        } else {
            Err(bad_signature(&by.person))
        }
    }

    /// Checks one approval of what was shown as this text.
    pub(crate) fn check_shown(
        &self,
        shown: &Shown<'_>,
        text: impl Fn(Language) -> String,
        approval: &Approval,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if approval.person == *shown.proposer {
            return Err(by_proposer(&approval.person));
        }
        dated_within(shown, approval, now)?;
        self.key_holds(approval, now)?;
        if signature_holds(&approval.key, &text(approval.language), &approval.signature) {
            Ok(())
        } else {
            Err(bad_signature(&approval.person))
        }
    }

    fn key_holds(&self, approval: &Approval, now: Timestamp) -> Result<(), Refusal> {
        match self.key_is_held(approval, now)? {
            Role::Approver => Ok(()),
            Role::Proposer => Err(wrong_role(&approval.person)),
        }
    }

    /// Gives what a key may do that its person holds, held when it signed and holds now.
    fn key_is_held(&self, signed: &Approval, now: Timestamp) -> Result<Role, Refusal> {
        let person = &signed.person;
        let keys = self.people.get(person).into_iter().flatten();
        let Some(held) = keys.into_iter().find(|held| held.key == signed.key) else {
            return Err(unknown_key(person));
        };
        // The date of an approval is its signer's word; a revoked key may lie about it.
        let good = |moment: Timestamp| held.from <= moment && moment < held.until;
        if good(signed.at) && good(now) {
            Ok(held.role)
        } else {
            Err(key_ended(person))
        }
    }

    /// Checks that a person of the roster, whatever the role, signed a text for this use.
    pub(crate) fn check_signed(
        &self,
        namespace: &str,
        text: &str,
        signed: &Approval,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.key_is_held(signed, now)?;
        let message = sshsig::to_be_signed(namespace, text.as_bytes());
        if is_signed(&signed.key, &message, &signed.signature) {
            Ok(())
        } else {
            Err(bad_signature(&signed.person))
        }
    }

    /// Checks that a person of the roster, whatever the role, signed a text for this use with a key that is
    /// or was theirs: for what goes on holding when a key ends.
    ///
    /// # Errors
    /// It is not the person's key, or not its signature.
    pub fn has_signed(
        &self,
        namespace: &str,
        text: &str,
        (person, key): (&PersonId, &PublicKey),
        signature: &Signature,
    ) -> Result<(), Refusal> {
        if self.owners.get(key) != Some(person) {
            return Err(unknown_key(person));
        }
        let message = sshsig::to_be_signed(namespace, text.as_bytes());
        match is_signed(key, &message, signature) {
            true => Ok(()),
            false => Err(bad_signature(person)),
        }
    }

    /// Tells whether a person of the roster may use this key at a moment.
    pub fn holds(&self, person: &PersonId, key: &PublicKey, now: Timestamp) -> bool {
        let keys = self.people.get(person).into_iter().flatten();
        let mut these = keys.filter(|held| held.key == *key);
        these.any(|held| held.from <= now && now < held.until)
    }

    fn enough(&self, people: &BTreeSet<PersonId>) -> Result<(), Refusal> {
        let organisations: BTreeSet<&OrganisationId> =
            people.iter().map(PersonId::organisation).collect();
        if people.len() < self.needed {
            return Err(too_few(people.len(), self.needed));
        }
        if organisations.len() < Self::LEAST_ORGANISATIONS {
            return Err(one_organisation());
        }
        Ok(())
    }
}

/// The namespace of our signatures: they are valid for nothing else.
pub const NAMESPACE: &str = "approval@issei";

/// Writes the bytes that are signed for a text.
pub fn signed_bytes(text: &str) -> Vec<u8> {
    sshsig::to_be_signed(NAMESPACE, text.as_bytes())
}

/// The namespace of confirmations: a signature for one is no approval, and the other way round.
pub const CONFIRMATION: &str = "confirmation@issei";

/// Writes the bytes that are signed to confirm an order whose confirmation reads like this.
pub fn confirmed_bytes(text: &str) -> Vec<u8> {
    sshsig::to_be_signed(CONFIRMATION, text.as_bytes())
}

/// Tells whether this is a signature that lets an order go on, by its own key and by somebody who did not
/// propose it: what anybody can check without a roster. Who has the key, only a roster tells.
pub fn is_confirmation(order: &Order, by: &Approval) -> bool {
    let message = confirmed_bytes(&confirmation_text(order, by.language));
    by.person != order.proposer && is_signed(&by.key, &message, &by.signature)
}

/// Tells whether the key signed this text.
fn signature_holds(key: &PublicKey, text: &str, signature: &Signature) -> bool {
    is_signed(key, &signed_bytes(text), signature)
}

fn is_signed(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

/// A key of small order would accept signatures that nobody made.
fn sound_key(key: &PublicKey) -> Result<(), Refusal> {
    let sound = VerifyingKey::from_bytes(&key.0).is_ok_and(|key| !key.is_weak());
    if sound {
        return Ok(());
    }
    Err(refusal(
        "unsound-key",
        (
            "this is no sound Ed25519 key",
            "有効な Ed25519 鍵ではありません",
        ),
        ("make a new key", "新しい鍵を作成してください"),
    ))
}

fn dated_within(shown: &Shown<'_>, approval: &Approval, now: Timestamp) -> Result<(), Refusal> {
    let (at, person) = (approval.at, &approval.person);
    let (rule, en, ja) = if at < shown.proposed_at {
        (
            "before-proposal",
            "is dated before the proposal",
            "は提案より前の日時です",
        )
    } else if at > now + Roster::CLOCK_SLACK {
        (
            "in-the-future",
            "is dated in the future",
            "は未来の日時です",
        )
    } else if at >= shown.before {
        (
            "after-fire-before",
            "came after the latest moment to fire",
            "は実施期限を過ぎています",
        )
    } else {
        return Ok(());
    };
    Err(refusal(
        rule,
        (
            format!("the approval of `{person}` {en}"),
            format!("`{person}` の承認{ja}"),
        ),
        (
            "check the clock and approve again, or propose anew",
            "時計を確認して再承認するか、改めて提案してください",
        ),
    ))
}

/// Without a canary, two of the approvers have said so on record (G7).
fn canary_skip(order: &Order, people: &BTreeSet<PersonId>) -> Result<(), Refusal> {
    let skippers: BTreeSet<&PersonId> = order.canary_skipped_by.iter().collect();
    let approved = skippers
        .iter()
        .filter(|person| people.contains(**person))
        .count();
    let holds = match order.canary.is_empty() {
        true => skippers.len() >= Roster::LEAST && approved == skippers.len(),
        false => skippers.is_empty(),
    };
    if holds {
        return Ok(());
    }
    Err(refusal(
        "canary-skip",
        (
            "nobody fires first, and not two of the approvers skipped that on record",
            "先行実施がなく、承認者2名による省略の記録もありません",
        ),
        (
            "name a canary, or name two approvers in the order who skip it",
            "先行実施の事業者を指定するか、省略する承認者2名を指令に記載してください",
        ),
    ))
}

/// Who is named as having confirmed a fact has signed the page that says so: approved.
pub(crate) fn confirmations(
    facts: &BTreeMap<String, Fact>,
    approved: impl Fn(&PersonId) -> bool,
) -> Result<(), Refusal> {
    let named = facts.values().filter_map(|fact| fact.confirmed_by.as_ref());
    let unsigned = named.into_iter().find(|person| !approved(person));
    unsigned.map_or(Ok(()), |person| {
        Err(refusal(
            "unsigned-confirmation",
            (
                format!("`{person}` is named as having confirmed a fact, and has not approved"),
                format!("`{person}` は事実の確認者とされていますが、承認していません"),
            ),
            (
                "ask that person to approve, or propose with a confirmation of one who does",
                "その人に承認を依頼するか、承認者による確認を付けて改めて提案してください",
            ),
        ))
    })
}

pub(crate) fn too_many(count: usize) -> Refusal {
    let most = Dossier::MOST_APPROVALS;
    refusal(
        "too-many-approvals",
        (
            format!("{count} approvals; {most} at most"),
            format!("承認が {count} 件あります(上限 {most} 件)"),
        ),
        (
            "send those that are needed",
            "必要な承認だけを送ってください",
        ),
    )
}

pub(crate) fn twice(person: &PersonId) -> Refusal {
    refusal(
        "same-person-twice",
        (
            format!("`{person}` approved twice"),
            format!("`{person}` が二重に承認しています"),
        ),
        ("ask another person", "別の人に承認を依頼してください"),
    )
}

fn by_proposer(person: &PersonId) -> Refusal {
    refusal(
        "by-proposer",
        (
            format!("`{person}` proposed the order and may not approve it"),
            format!("`{person}` は提案者であり、承認できません"),
        ),
        ("ask another person", "別の人に承認を依頼してください"),
    )
}

fn unknown_key(person: &PersonId) -> Refusal {
    refusal(
        "unknown-key",
        (
            format!("the roster has no such key of `{person}`"),
            format!("名簿に `{person}` のこの鍵はありません"),
        ),
        (
            "enter the key into the roster first",
            "先に鍵を名簿に登録してください",
        ),
    )
}

fn wrong_role(person: &PersonId) -> Refusal {
    refusal(
        "wrong-role",
        (
            format!("the key of `{person}` may not approve"),
            format!("`{person}` の鍵には承認の権限がありません"),
        ),
        ("ask an approver", "承認者に依頼してください"),
    )
}

fn key_ended(person: &PersonId) -> Refusal {
    refusal(
        "key-ended",
        (
            format!("the key of `{person}` was not valid then, or is not now"),
            format!("`{person}` の鍵は承認時または現在、有効ではありません"),
        ),
        ("approve with a valid key", "有効な鍵で承認してください"),
    )
}

fn bad_signature(person: &PersonId) -> Refusal {
    refusal(
        "bad-signature",
        (
            format!("the signature of `{person}` is not over the text of this order"),
            format!("`{person}` の署名は、この指令の文面に対するものではありません"),
        ),
        (
            "show the order again and sign what is shown",
            "指令を表示し直し、表示された文面に署名してください",
        ),
    )
}

pub(crate) fn too_few(have: usize, needed: usize) -> Refusal {
    refusal(
        "too-few-people",
        (
            format!("{have} people approved; {needed} are needed"),
            format!("承認者は {have} 名です({needed} 名必要)"),
        ),
        ("ask more approvers", "他の承認者に依頼してください"),
    )
}

fn one_organisation() -> Refusal {
    refusal(
        "two-organisations",
        (
            "all approvers answer for one organisation",
            "承認者が全員同じ組織に属しています",
        ),
        (
            "ask an approver of another organisation",
            "別の組織の承認者に依頼してください",
        ),
    )
}

fn refusal<A: Into<String>, B: Into<String>>(
    rule: &str,
    (en, ja): (A, B),
    (next_en, next_ja): (&str, &str),
) -> Refusal {
    Refusal::new(
        Gate::Approvals,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "approvals_tests.rs"]
mod tests;
