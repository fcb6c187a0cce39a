//! Accounts at the door: a signed-in person binds one, and comes by it afterwards.
//!
//! In: a cookie and what a provider sent a browser back with. Out: an account kept, or a session. Always: an account
//! is worth what the session was in which it was bound, belongs to one person, and binds no other; a way leads to its
//! end once; who was removed comes no more. Not here: what the provider says (`provider`), pages (`pages`).

use std::collections::BTreeMap;

use issei_model::{Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Fault;
use super::flow::{Begun, Brought, Purpose};
use super::provider::Known;
use crate::sign_in::{Door, No, begin, digest};

/// A provider's account that a person bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Whose.
    pub person: PersonId,
    /// Who speaks of it.
    pub issuer: String,
    /// What the provider calls it, for ever.
    pub subject: String,
    /// When it was bound.
    pub bound: Timestamp,
    /// When it last opened a session.
    pub used: Option<Timestamp>,
    /// Whether its sessions are proven: the one was, in which it was bound.
    pub proven: bool,
}

/// How a browser's way ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrived {
    /// A session began; its secret.
    In(String),
    /// The account is bound.
    Bound,
}

impl Door {
    /// Tells by which provider people may come.
    pub fn provider(&self) -> Option<&Known> {
        self.provider.as_ref()
    }

    /// Sets a browser out, for itself or for the session with this secret; gives the address and the cookie.
    ///
    /// # Errors
    /// If there is no provider, it cannot be reached, or the session is over or was itself opened by an account.
    pub async fn set_out(&self, session: Option<&str>) -> Result<(String, String), No> {
        let provider = self.provider().ok_or(Fault::None)?;
        let now = (self.hands.now)();
        let purpose = match session.map(digest) {
            None => Purpose::ComeIn,
            Some(session) => {
                self.may_bind(&session)?;
                Purpose::Bind(session)
            }
        };
        let chance = [(self.hands.chance)(), (self.hands.chance)()];
        let begun: Begun = self.flows.begin(purpose, chance, now);
        let way = provider.way(&begun, now).await?;
        Ok((way, begun.cookie))
    }

    /// Takes a browser back from the provider.
    ///
    /// # Errors
    /// If it is not the one that set out, the provider's word is not to be believed, or the account opens nothing.
    pub async fn arrive(&self, cookie: Option<&str>, brought: &Brought) -> Result<Arrived, No> {
        let provider = self.provider().ok_or(Fault::None)?;
        let now = (self.hands.now)();
        let cookie = cookie.ok_or(Fault::State)?;
        let back = self.flows.back(cookie, &brought.state, now)?;
        provider.sent(brought.issuer.as_deref(), now).await?;
        let code = brought.code.as_deref().ok_or(Fault::Denied)?;
        let subject = provider.subject(code, &back, now).await?;
        // The provider took its time.
        let now = (self.hands.now)();
        self.flows.arrive(&back, now)?;
        match back.purpose {
            Purpose::ComeIn => self.come_by_account(provider.issuer(), &subject, now),
            Purpose::Bind(session) => self.bind(&session, provider.issuer(), &subject, now),
        }
    }

    fn come_by_account(&self, issuer: &str, subject: &str, now: Timestamp) -> Result<Arrived, No> {
        let secret = self.secret();
        let name = name(issuer, subject);
        self.change(|kept| {
            let account = kept.accounts.get_mut(&name).ok_or(Fault::Unbound)?;
            if !kept.people.contains_key(&account.person) {
                return Err(Fault::Unbound.into());
            }
            account.used = Some(now);
            let who = (account.person.clone(), account.proven);
            begin(kept, who, now, digest(&secret), Some(opener(&name)));
            Ok(())
        })?;
        Ok(Arrived::In(secret))
    }

    fn bind(
        &self,
        session: &Digest,
        issuer: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Arrived, No> {
        let (person, proven) = self.may_bind(session)?;
        self.change(|kept| {
            let name = name(issuer, subject);
            if kept.accounts.contains_key(&name) {
                return Err(Fault::Bound.into());
            }
            let own = kept.accounts.values().filter(|one| one.person == person);
            if own.count() >= MOST_OF_A_PERSON || kept.accounts.len() >= MOST_ACCOUNTS {
                return Err(No::Full);
            }
            let account = Account {
                person,
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
                bound: now,
                used: None,
                proven,
            };
            kept.accounts.insert(name, account);
            Ok(())
        })?;
        Ok(Arrived::Bound)
    }

    /// Tells whose session may bind an account now, and whether it is proven.
    fn may_bind(&self, session: &Digest) -> Result<(PersonId, bool), No> {
        let kept = self.read();
        let session = self.live(&kept, session).ok_or(Fault::Gone)?;
        match &session.by {
            Some(by) if by.starts_with(OPENED_BY_ACCOUNT) => Err(Fault::SameWay.into()),
            _ => Ok((session.person.clone(), session.proven)),
        }
    }

    /// Tells whether the session with this secret was opened by an account.
    pub fn came_by_account(&self, secret: &str) -> bool {
        let refused = self.may_bind(&digest(secret)).err();
        refused == Some(Fault::SameWay.into())
    }

    /// Gives a person's accounts.
    pub fn accounts_of(&self, person: &PersonId) -> BTreeMap<Digest, Account> {
        let kept = self.read();
        let own = kept
            .accounts
            .iter()
            .filter(|(_, one)| one.person == *person);
        own.map(|(name, one)| (*name, one.clone())).collect()
    }

    /// Removes an account of the person of a session, and ends the sessions that it opened.
    ///
    /// # Errors
    /// If it is not the person's, or that cannot be kept.
    pub fn remove_account(&self, secret: &str, name: &Digest) -> Result<(), No> {
        let visitor = self.by_session(secret).ok_or(Fault::Gone)?;
        self.change(|kept| {
            let found = kept.accounts.get(name).map(|one| &one.person);
            if found.is_none() || found != visitor.person.as_ref() {
                return Err(Fault::Gone.into());
            }
            kept.accounts.remove(name);
            let (own, by) = (digest(secret), opener(name));
            kept.sessions
                .retain(|key, one| *key == own || one.by.as_ref() != Some(&by));
            Ok(())
        })
    }
}

/// What an account is known by here: neither part can run into the other.
fn name(issuer: &str, subject: &str) -> Digest {
    digest(&format!("{}:{issuer}{subject}", issuer.len()))
}

/// What a session says that an account opened it.
fn opener(name: &Digest) -> String {
    format!("{OPENED_BY_ACCOUNT}{name}")
}

/// No passkey's name has a colon.
const OPENED_BY_ACCOUNT: &str = "account:";
/// Accounts of one person: people have more than one at a provider, rarely more than two.
const MOST_OF_A_PERSON: usize = 5;
/// All of them.
const MOST_ACCOUNTS: usize = 10_000;

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
