//! Passkeys at the door: a signed-in person adds one, and comes by it afterwards.
//!
//! In: what a browser hands over ([`Made`], [`Shown`]). Out: a passkey kept, or a session. Always: a challenge works
//! once; a passkey is worth what the session was in which it was added, so a link that was stolen is worth no more by
//! adding one; one whose counter went back opens nothing from then on, and that is written down; who was removed comes
//! no more. Only public data is kept. Not here: what the bytes mean (`passkey`), pages (`passkey_pages`).

use std::collections::BTreeMap;

use issei_model::{Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use super::passkey::{CredentialId, CredentialKey, Flaw, Made, Relying, Shown};
use super::{Door, Kept, Look, No, begin, digest};
use crate::rights::Visitor;

/// A passkey of a person: public data only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// Whose.
    pub person: PersonId,
    key: CredentialKey,
    counter: u32,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub made: Timestamp,
    /// When it last opened a session.
    pub used: Option<Timestamp>,
    /// Whether its sessions are proven: the one was, in which it was added.
    pub proven: bool,
    /// Since when it opens nothing: its counter went back.
    pub doubted: Option<Timestamp>,
}

/// What a browser is told to make a passkey from.
pub struct Wish {
    /// For whom.
    pub relying: Relying,
    /// What is to be signed or answered.
    pub challenge: Vec<u8>,
}

impl Door {
    /// Tells for which name passkeys are here, if they can be.
    pub fn relying(&self) -> Option<&Relying> {
        self.relying.as_ref()
    }

    /// Asks for a new passkey, in a session; gives the person's name among authenticators too.
    ///
    /// # Errors
    /// If there is no such session, or no name to bind one to.
    pub fn wish_for_passkey(&self, secret: &str) -> Result<(Wish, Visitor, Digest), No> {
        let visitor = self.by_session(secret).ok_or(Flaw::Gone)?;
        let person = visitor.person.as_ref().ok_or(Flaw::Gone)?;
        let handle = self.handle_of(person).ok_or(Flaw::Gone)?;
        let wish = self.wish(&adding(&visitor))?;
        Ok((wish, visitor, handle))
    }

    /// Adds a passkey to the person of a session.
    ///
    /// # Errors
    /// If it is not what was asked for in this very session, there are too many, or it cannot be kept.
    pub fn add_passkey(&self, secret: &str, made: &Made) -> Result<(), No> {
        let now = (self.hands.now)();
        let relying = self.relying().ok_or(Flaw::NoName)?;
        let visitor = self.by_session(secret).ok_or(Flaw::Gone)?;
        let person = visitor.person.as_ref().ok_or(Flaw::Gone)?;
        let (credential, challenge) = made.read(relying)?;
        self.challenges.spend(&challenge, &adding(&visitor), now)?;
        self.change(|kept| {
            if kept.passkeys.contains_key(&credential.id) {
                return Err(Flaw::Twice.into());
            }
            let of_person = kept.passkeys.values().filter(|one| one.person == *person);
            if of_person.count() >= MOST_OF_A_PERSON || kept.passkeys.len() >= MOST_PASSKEYS {
                return Err(No::Full);
            }
            let passkey = Passkey {
                person: person.clone(),
                key: credential.key,
                counter: credential.counter,
                name: made.name.trim().chars().take(LONGEST_NAME).collect(),
                made: now,
                used: None,
                proven: visitor.proven,
                doubted: None,
            };
            kept.passkeys.insert(credential.id, passkey);
            Ok(())
        })
    }

    /// Gives a person's passkeys.
    pub fn passkeys_of(&self, person: &PersonId) -> BTreeMap<CredentialId, Passkey> {
        let kept = self.read();
        let own = kept
            .passkeys
            .iter()
            .filter(|(_, one)| one.person == *person);
        own.map(|(id, one)| (id.clone(), one.clone())).collect()
    }

    /// Removes a passkey of the person of a session, and ends the sessions that it opened.
    ///
    /// # Errors
    /// If it is not the person's, or that cannot be kept.
    pub fn remove_passkey(&self, secret: &str, id: &CredentialId) -> Result<(), No> {
        let visitor = self.by_session(secret).ok_or(Flaw::Gone)?;
        self.change(|kept| {
            let found = kept.passkeys.get(id).map(|one| &one.person);
            if found.is_none() || found != visitor.person.as_ref() {
                return Err(Flaw::Unknown.into());
            }
            kept.passkeys.remove(id);
            let (own, by) = (digest(secret), id.to_string());
            kept.sessions
                .retain(|key, one| *key == own || one.by.as_ref() != Some(&by));
            Ok(())
        })
    }

    /// Asks whoever comes to show a passkey.
    ///
    /// # Errors
    /// If there is no name that one could be bound to.
    pub fn wish_to_see(&self) -> Result<Wish, No> {
        self.wish(SIGN_IN)
    }

    /// Opens a session for who shows a passkey, and gives its secret.
    ///
    /// # Errors
    /// If the answer is not good, or a session cannot be kept.
    pub fn come_by_passkey(&self, shown: &Shown) -> Result<String, No> {
        let now = (self.hands.now)();
        let relying = self.relying().ok_or(Flaw::NoName)?;
        let (id, user) = shown.who()?;
        let known = self.read().passkeys.get(&id).cloned();
        let (challenge, counter) = shown.read(relying, &known.ok_or(Flaw::Unknown)?.key)?;
        self.challenges.spend(&challenge, SIGN_IN, now)?;
        let secret = self.secret();
        let mut doubt = None;
        self.change(|kept| {
            let (person, proven) = match recognised(kept, (&id, &user[..]), counter, now)? {
                Ok(person_and_proven) => person_and_proven,
                Err(person_and_why) => {
                    doubt = Some(person_and_why);
                    return Ok(()); // the doubt itself is kept
                }
            };
            let by = Some(id.to_string());
            begin(kept, (person, proven), now, digest(&secret), by);
            Ok(())
        })?;
        match doubt {
            None => Ok(secret),
            Some((person, why)) => {
                self.note(person, why)?;
                Err(Flaw::Counter.into())
            }
        }
    }

    /// Removes a person: links, sessions, tokens, passkeys, accounts, keys that were asked for.
    ///
    /// # Errors
    /// If that cannot be kept.
    pub fn remove_person(&self, person: &PersonId) -> Result<(), No> {
        self.change(|kept| {
            kept.people.remove(person);
            kept.links.retain(|_, one| one.person != *person);
            kept.sessions.retain(|_, one| one.person != *person);
            kept.tokens.retain(|_, one| one.person != *person);
            kept.passkeys.retain(|_, one| one.person != *person);
            kept.accounts.retain(|_, one| one.person != *person);
            kept.wanted.retain(|one| one.person != *person);
            Ok(())
        })
    }

    fn wish(&self, purpose: &str) -> Result<Wish, No> {
        let relying = self.relying().ok_or(Flaw::NoName)?.clone();
        let (chance, now) = ((self.hands.chance)(), (self.hands.now)());
        let challenge = self.challenges.make(purpose, chance, now);
        Ok(Wish { relying, challenge })
    }

    fn handle_of(&self, person: &PersonId) -> Option<Digest> {
        self.read().people.get(person)?.handle
    }

    /// Writes down what people should know of who came.
    fn note(&self, person: PersonId, what: String) -> Result<(), No> {
        let line = Look {
            at: (self.hands.now)(),
            who: Some(person),
            what,
        };
        let line = serde_json::to_string(&line).expect("our own nouns have string keys");
        self.cupboard.add(&line).map_err(No::Unkept)
    }
}

/// Who a passkey says it is, and whether its sessions are proven; or whose passkey is doubted, and why.
type Recognised = Result<(PersonId, bool), (PersonId, String)>;

/// Finds out whom a passkey that signed lets in, and counts it.
fn recognised(
    kept: &mut Kept,
    (id, user): (&CredentialId, &[u8]),
    counter: u32,
    now: Timestamp,
) -> Result<Recognised, No> {
    let passkey = kept.passkeys.get_mut(id).ok_or(Flaw::Unknown)?;
    let known = kept.people.get(&passkey.person).ok_or(Flaw::Gone)?;
    if known.handle.is_none_or(|handle| handle.0 != *user) {
        return Err(Flaw::Handle.into());
    }
    let person = passkey.person.clone();
    // Both zero: it does not count (WebAuthn, section 6.1.1).
    let counts = counter != 0 || passkey.counter != 0;
    if counts && counter <= passkey.counter {
        let why = format!(
            "a passkey's counter went back from {} to {counter}; it opens nothing from now on: {id}",
            passkey.counter
        );
        passkey.doubted.get_or_insert(now);
        return Ok(Err((person, why)));
    }
    if passkey.doubted.is_some() {
        let why = format!("a passkey that is doubted was shown again: {id}");
        return Ok(Err((person, why)));
    }
    passkey.counter = counter;
    passkey.used = Some(now);
    Ok(Ok((person, passkey.proven)))
}

/// What the challenge of a new passkey is for: this very session alone.
fn adding(visitor: &Visitor) -> String {
    format!("add a passkey in {}", visitor.form_token)
}

/// What the challenge of who comes is for.
const SIGN_IN: &str = "sign in";
/// Passkeys that a person may have: a few devices, and one in the safe.
const MOST_OF_A_PERSON: usize = 10;
/// Passkeys of all: the file is rewritten whole.
const MOST_PASSKEYS: usize = 10_000;
/// Letters of a passkey's name.
const LONGEST_NAME: usize = 60;

#[cfg(test)]
#[path = "ceremony_tests.rs"]
mod tests;
