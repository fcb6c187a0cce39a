//! Who a visitor is: people with sessions, machines with tokens, and the one-time links by which people first come.
//!
//! In: secrets that visitors bring, chance, the time. Out: a [`Visitor`], or none. Always: a secret is kept only as
//! its SHA-256; a link works once; everything has an end and a bound; what was changed is kept before it is told.
//! There is no password: a link, a passkey or a provider's account begins a session, and a key of the charter proves it. Not here: what a
//! visitor may do (`rights`), where it is kept (whoever opens the window, see [`Cupboard`]).

#[cfg(test)]
mod authenticator;
mod ceremony;
mod challenge;
pub mod oidc;
pub mod pages;
mod passkey;
mod passkey_pages;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use issei_case::{Roster, RosterKey};
use issei_desk::door::{TokenView, WindowView};
use issei_model::{Digest, PersonId, PublicKey, Signature, Span, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::rights::{Role, Visitor};
use crate::{Hands, House};
use ceremony::Passkey;
use challenge::Challenges;
use oidc::{Account, Fault, Flows, Known as KnownProvider};
use passkey::{CredentialId, Flaw, Relying};

/// Where what must last is kept: one document, and lines that are only added.
pub trait Cupboard: Send + Sync {
    /// Keeps the document instead of the one before; durable when this returns.
    ///
    /// # Errors
    /// Why it is not kept.
    fn keep(&self, document: &str) -> Result<(), String>;
    /// Adds a line about who looked at what.
    ///
    /// # Errors
    /// Why it is not kept.
    fn add(&self, line: &str) -> Result<(), String>;
}

/// A cupboard without a wall: for rehearsals and tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Cupboard for Nowhere {
    fn keep(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn add(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

/// What must last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Kept {
    /// People, with what they are here for.
    people: BTreeMap<PersonId, Known>,
    /// Links that were not used yet, by the digest of their code.
    links: BTreeMap<Digest, Link>,
    /// Tokens of machines, by their name.
    tokens: BTreeMap<String, Token>,
    /// Sessions, by the digest of their secret.
    sessions: BTreeMap<Digest, Session>,
    /// Keys that people ask to have entered into the charter.
    wanted: Vec<Wanted>,
    /// Passkeys, by the names that authenticators gave them.
    passkeys: BTreeMap<CredentialId, Passkey>,
    /// Accounts that people bound, by the digest of issuer and subject.
    accounts: BTreeMap<Digest, Account>,
}

/// A person who may come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What for.
    pub roles: BTreeSet<Role>,
    /// What authenticators know the person by: chance, so that it tells them nothing.
    #[serde(default)]
    handle: Option<Digest>,
}

/// A link that works once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    person: PersonId,
    until: Timestamp,
}

/// A machine's token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    secret: Digest,
    /// Who made it, and answers for it.
    pub person: PersonId,
    /// What for.
    pub roles: BTreeSet<Role>,
    /// Until when.
    pub until: Timestamp,
}

/// A person who signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    person: PersonId,
    began: Timestamp,
    proven: bool,
    /// The passkey or account that opened it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// A key that a person asks to have entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Who.
    pub person: PersonId,
    /// The key.
    pub key: PublicKey,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Why somebody is not let in, or something not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum No {
    /// The link was used, is over, or never was.
    Link,
    /// The key is not the person's, or did not sign this.
    Proof,
    /// The passkey is not taken.
    Passkey(Flaw),
    /// Nobody comes by an account.
    Account(Fault),
    /// There are as many as there may be.
    Full,
    /// It could not be kept; why.
    Unkept(String),
}

impl From<Flaw> for No {
    fn from(flaw: Flaw) -> Self {
        Self::Passkey(flaw)
    }
}

/// The door.
pub struct Door {
    kept: Mutex<Kept>,
    /// When each session was last used; lost in a restart, which only shortens what may be idle.
    used: Mutex<BTreeMap<Digest, Timestamp>>,
    cupboard: Arc<dyn Cupboard>,
    hands: Hands,
    /// Whether a link proves as much as a key of the charter: in rehearsals only.
    links_suffice: bool,
    /// For which name passkeys are here; none if they cannot be.
    relying: Option<Relying>,
    challenges: Challenges,
    /// By whom people may come; none if no provider is set.
    provider: Option<KnownProvider>,
    flows: Flows,
}

impl Door {
    /// Opens the door of a house with what was kept.
    pub fn new(mut kept: Kept, cupboard: Arc<dyn Cupboard>, hands: Hands, house: &House) -> Self {
        // Who was here before there were passkeys; kept with the first change that needs it.
        for known in kept.people.values_mut() {
            known.handle.get_or_insert_with(|| Digest((hands.chance)()));
        }
        Self {
            kept: Mutex::new(kept),
            used: Mutex::default(),
            cupboard,
            links_suffice: house.links_suffice,
            relying: Relying::of(&house.origins),
            challenges: Challenges::new((hands.chance)()),
            provider: provider_of(house),
            flows: Flows::new((hands.chance)(), (hands.chance)()),
            hands,
        }
    }

    /// Tells whether nobody may come yet.
    pub fn is_new(&self) -> bool {
        self.read().people.is_empty()
    }

    /// Lets a person come with a link, once, and gives its path. What the person was here for before is replaced.
    ///
    /// # Errors
    /// If there are too many links, or it cannot be kept.
    pub fn invite(&self, person: &PersonId, roles: &[Role], lasts: Span) -> Result<String, No> {
        let code = self.secret();
        let now = (self.hands.now)();
        self.change(|kept| {
            kept.links.retain(|_, link| now < link.until);
            if kept.links.len() >= MOST_LINKS || kept.people.len() >= MOST_PEOPLE {
                return Err(No::Full);
            }
            let known = kept.people.entry(person.clone()).or_default();
            known
                .handle
                .get_or_insert_with(|| Digest((self.hands.chance)()));
            known.roles = roles.iter().copied().collect();
            let link = Link {
                person: person.clone(),
                until: now + lasts,
            };
            kept.links.insert(digest(&code), link);
            Ok(())
        })?;
        Ok(format!("/first/{code}"))
    }

    /// Uses a link up, and gives the secret of the session that begins.
    ///
    /// # Errors
    /// If the link is none any more, or it cannot be kept.
    pub fn come_in(&self, code: &str) -> Result<String, No> {
        let now = (self.hands.now)();
        let secret = self.secret();
        let proven = self.links_suffice;
        self.change(|kept| {
            let link = kept.links.remove(&digest(code)).ok_or(No::Link)?;
            if link.until <= now {
                return Err(No::Link);
            }
            begin(kept, (link.person, proven), now, digest(&secret), None);
            Ok(())
        })?;
        Ok(secret)
    }

    /// Tells whom a link is for, without using it up.
    pub fn whose(&self, code: &str) -> Option<PersonId> {
        let now = (self.hands.now)();
        let kept = self.read();
        let link = kept.links.get(&digest(code))?;
        (now < link.until).then(|| link.person.clone())
    }

    /// Finds the visitor of a session.
    pub fn by_session(&self, secret: &str) -> Option<Visitor> {
        let kept = self.read();
        let session = self.live(&kept, &digest(secret))?;
        let known = kept.people.get(&session.person)?;
        Some(Visitor {
            person: Some(session.person.clone()),
            roles: known.roles.clone(),
            proven: session.proven,
            form_token: form_token(secret),
        })
    }

    /// Finds a session that goes on, and counts it as used.
    fn live<'a>(&self, kept: &'a Kept, key: &Digest) -> Option<&'a Session> {
        let now = (self.hands.now)();
        let session = kept.sessions.get(key)?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let last = used.get(key).copied().unwrap_or(session.began);
        if now.since(session.began) > LONGEST || now.since(last) > IDLE {
            return None;
        }
        used.insert(*key, now);
        Some(session)
    }

    /// Gives what a person signs to show, in this very session, that a key is at hand.
    pub fn challenge(visitor: &Visitor) -> String {
        let person = visitor
            .person
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        format!(
            "issei: sign in to a window\nperson: {person}\nsession: {}\n",
            visitor.form_token
        )
    }

    /// Takes a signature over [`Door::challenge`] by a key that the charter names for the person now: from then on
    /// the session proves more than a link.
    ///
    /// # Errors
    /// If the key is not the person's, has ended, did not sign this, or it cannot be kept.
    pub fn prove(
        &self,
        secret: &str,
        (key, signature): (PublicKey, &Signature),
        people: &[(PersonId, RosterKey)],
    ) -> Result<(), No> {
        let now = (self.hands.now)();
        let visitor = self.by_session(secret).ok_or(No::Proof)?;
        let person = visitor.person.as_ref().ok_or(No::Proof)?;
        let mut roster = Roster::new(Roster::LEAST);
        for (owner, held) in people {
            // One that is there twice is the first one's, as in the charter.
            let _ = roster.enter(owner, held.clone());
        }
        let text = Self::challenge(&visitor);
        let signed = roster.has_signed(NAMESPACE, &text, (person, &key), signature);
        if signed.is_err() || !roster.holds(person, &key, now) {
            return Err(No::Proof);
        }
        self.change(|kept| {
            let session = kept.sessions.get_mut(&digest(secret)).ok_or(No::Proof)?;
            session.proven = true;
            Ok(())
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn leave(&self, secret: &str) -> Result<(), No> {
        self.change(|kept| {
            kept.sessions.remove(&digest(secret));
            Ok(())
        })
    }

    /// Tells whether a token may be called so: 1 to 40 of small letters, digits and `-`.
    pub fn is_token_name(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=40).contains(&name.len()) && name.bytes().all(plain)
    }

    /// Makes a token for a machine; it is told once.
    ///
    /// # Errors
    /// If there are too many, or it cannot be kept.
    pub fn make_token(
        &self,
        name: &str,
        person: &PersonId,
        roles: BTreeSet<Role>,
        lasts: Span,
    ) -> Result<String, No> {
        let now = (self.hands.now)();
        let secret = self.secret();
        let until = now + lasts.min(LONGEST_TOKEN);
        self.change(|kept| {
            kept.tokens.retain(|_, token| now < token.until);
            if kept.tokens.len() >= MOST_TOKENS || kept.tokens.contains_key(name) {
                return Err(No::Full);
            }
            let token = Token {
                secret: digest(&secret),
                person: person.clone(),
                roles,
                until,
            };
            kept.tokens.insert(name.to_owned(), token);
            Ok(())
        })?;
        Ok(format!("issei_{name}_{secret}"))
    }

    /// Ends a token.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn end_token(&self, name: &str) -> Result<(), No> {
        self.change(|kept| {
            kept.tokens.remove(name);
            Ok(())
        })
    }

    /// Finds the visitor of a token. It is never worth more than its maker is now.
    pub fn by_token(&self, token: &str) -> Option<Visitor> {
        let now = (self.hands.now)();
        let (name, secret) = token.strip_prefix("issei_")?.rsplit_once('_')?;
        let kept = self.read();
        let found = kept.tokens.get(name)?;
        if found.secret != digest(secret) || found.until <= now {
            return None;
        }
        let maker = kept.people.get(&found.person)?;
        Some(Visitor {
            person: Some(found.person.clone()),
            roles: found.roles.intersection(&maker.roles).copied().collect(),
            proven: true,
            form_token: String::new(),
        })
    }

    /// Asks that a person's key be entered into the charter.
    ///
    /// # Errors
    /// If there are too many, or it cannot be kept.
    pub fn want_key(&self, person: &PersonId, key: PublicKey) -> Result<(), No> {
        let at = (self.hands.now)();
        self.change(|kept| {
            kept.wanted
                .retain(|one| (&one.person, one.key) != (person, key));
            if kept.wanted.len() >= MOST_WANTED {
                return Err(No::Full);
            }
            kept.wanted.push(Wanted {
                person: person.clone(),
                key,
                at,
            });
            Ok(())
        })
    }

    /// Gives the keys that are asked for.
    pub fn wanted(&self) -> Vec<Wanted> {
        self.read().wanted.clone()
    }

    /// Forgets that a key was asked for: it was entered, or turned down.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn settle_key(&self, key: PublicKey) -> Result<(), No> {
        self.change(|kept| {
            kept.wanted.retain(|one| one.key != key);
            Ok(())
        })
    }

    /// Gives people, and what they are here for.
    pub fn people(&self) -> BTreeMap<PersonId, Known> {
        self.read().people.clone()
    }

    /// Gives the tokens, without their secrets.
    pub fn tokens(&self) -> BTreeMap<String, Token> {
        self.read().tokens.clone()
    }

    /// Shows who may come; no secret is in it.
    pub fn view(&self) -> WindowView {
        let names =
            |roles: &BTreeSet<Role>| roles.iter().map(|role| role.name().to_owned()).collect();
        let kept = self.read();
        let token = |(name, token): (&String, &Token)| TokenView {
            name: name.clone(),
            person: token.person.clone(),
            roles: names(&token.roles),
            until: token.until,
        };
        let people = kept.people.iter();
        WindowView {
            people: people
                .map(|(person, known)| (person.clone(), names(&known.roles)))
                .collect(),
            tokens: kept.tokens.iter().map(token).collect(),
            wanted: kept
                .wanted
                .iter()
                .map(|one| (one.person.clone(), one.key))
                .collect(),
        }
    }

    /// Writes down that somebody looked at what is about a person.
    ///
    /// # Errors
    /// If it cannot be kept: then it must not be shown.
    pub fn looked(&self, visitor: &Visitor, what: &str) -> Result<(), No> {
        let line = Look {
            at: (self.hands.now)(),
            who: visitor.person.clone(),
            what: what.to_owned(),
        };
        let line = serde_json::to_string(&line).expect("our own nouns have string keys");
        self.cupboard.add(&line).map_err(No::Unkept)
    }

    fn read(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is kept, if it can be kept.
    fn change(&self, change: impl FnOnce(&mut Kept) -> Result<(), No>) -> Result<(), No> {
        let mut kept = self.read();
        let mut next = kept.clone();
        change(&mut next)?;
        let document = serde_json::to_string(&next).expect("our own nouns have string keys");
        self.cupboard.keep(&document).map_err(No::Unkept)?;
        *kept = next;
        Ok(())
    }

    fn secret(&self) -> String {
        let bytes = (self.hands.chance)();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The door's addresses.
pub fn routes() -> crate::routes::Routes {
    pages::routes()
        .and(passkey_pages::routes())
        .and(oidc::pages::routes())
}

/// Knows the house's provider, if it has one; it sends browsers back to the first origin.
fn provider_of(house: &House) -> Option<KnownProvider> {
    let provider = house.provider.clone()?;
    Some(KnownProvider::new(provider, house.origins.first()?))
}

/// Who looked at what.
#[derive(Serialize)]
struct Look {
    at: Timestamp,
    who: Option<PersonId>,
    what: String,
}

fn begin(
    kept: &mut Kept,
    (person, proven): (PersonId, bool),
    now: Timestamp,
    secret: Digest,
    by: Option<String>,
) {
    kept.sessions
        .retain(|_, session| now.since(session.began) <= LONGEST);
    // Whoever signs in more often than that loses the oldest.
    while kept.sessions.len() >= MOST_SESSIONS {
        let oldest = kept
            .sessions
            .iter()
            .min_by_key(|(_, session)| session.began);
        let Some(oldest) = oldest.map(|(key, _)| *key) else {
            break;
        };
        kept.sessions.remove(&oldest);
    }
    let session = Session {
        person,
        began: now,
        proven,
        by,
    };
    kept.sessions.insert(secret, session);
}

fn digest(secret: &str) -> Digest {
    Digest(Sha256::digest(secret.as_bytes()).into())
}

/// What forms of a session bring along.
fn form_token(secret: &str) -> String {
    digest(&format!("issei form of {secret}")).to_string()
}

/// What signatures that prove a session are for; they are good for nothing else.
pub const NAMESPACE: &str = "sign-in@issei";
/// How long a session may be idle.
const IDLE: Span = Span::from_secs(30 * 60);
/// How long a session lasts at most: a shift.
const LONGEST: Span = Span::from_secs(12 * 3_600);
/// How long a token lasts at most.
const LONGEST_TOKEN: Span = Span::from_secs(365 * 86_400);
/// How long a one-time link works.
pub const LINK_LASTS: Span = Span::from_secs(86_400);
/// Bounds on what outsiders and insiders can make grow.
const MOST_LINKS: usize = 1_000;
const MOST_PEOPLE: usize = 10_000;
const MOST_SESSIONS: usize = 5_000;
const MOST_TOKENS: usize = 1_000;
const MOST_WANTED: usize = 100;

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
