//! Challenges that an authenticator signs, or a provider's answer brings back: ours, fresh, for one purpose, good once.
//!
//! In: chance, the time, what for. Out: a challenge; later whether one that comes back may be used. Always: asking for
//! challenges makes nothing grow, since each carries its end and our own code over it (HMAC-SHA-256); remembered are
//! only those that were used, until they end, and no more than fit. A restart ends them all, for the key is not kept.
//! Not here: who signed it (`passkey`).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use issei_model::{Span, Timestamp};
use sha2::Sha256;

use super::No;
use super::passkey::Flaw;

/// What makes challenges, and knows them again.
pub struct Challenges {
    key: [u8; 32],
    spent: Mutex<BTreeMap<Nonce, Timestamp>>,
}

/// What makes a challenge unlike all others.
type Nonce = [u8; 16];

impl Challenges {
    /// Begins with a key that nobody knows.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            spent: Mutex::default(),
        }
    }

    /// Makes one for a purpose: its end, something unlike all others, our code over both.
    pub fn make(&self, purpose: &str, chance: [u8; 32], now: Timestamp) -> Vec<u8> {
        let mut challenge = (now + LASTS).as_micros().to_be_bytes().to_vec();
        challenge.extend_from_slice(&chance[..16]);
        let code = self.code(purpose, &challenge).finalize().into_bytes();
        challenge.extend_from_slice(&code);
        challenge
    }

    /// Tells whether one may be used; changes nothing.
    ///
    /// # Errors
    /// If it is not ours, for something else, over, or was used.
    pub fn knows(&self, challenge: &[u8], purpose: &str, now: Timestamp) -> Result<(), No> {
        let (nonce, _) = self.read(challenge, purpose, now)?;
        match self.spent().contains_key(&nonce) {
            true => Err(Flaw::Challenge.into()),
            false => Ok(()),
        }
    }

    /// Uses one up.
    ///
    /// # Errors
    /// If it is not ours, for something else, over, or was used; or if too many were used of late.
    pub fn spend(&self, challenge: &[u8], purpose: &str, now: Timestamp) -> Result<(), No> {
        let (nonce, until) = self.read(challenge, purpose, now)?;
        let mut spent = self.spent();
        spent.retain(|_, until| now < *until);
        if spent.contains_key(&nonce) {
            return Err(Flaw::Challenge.into());
        }
        if spent.len() >= MOST_SPENT {
            return Err(No::Full);
        }
        spent.insert(nonce, until);
        Ok(())
    }

    /// Reads one that is ours, for this, and not over.
    fn read(
        &self,
        challenge: &[u8],
        purpose: &str,
        now: Timestamp,
    ) -> Result<(Nonce, Timestamp), No> {
        let (head, code) = challenge.split_at_checked(24).ok_or(Flaw::Challenge)?;
        let ours = self.code(purpose, head).verify_slice(code);
        let (until, nonce) = head.split_first_chunk().ok_or(Flaw::Challenge)?;
        let until = Timestamp::from_micros(i64::from_be_bytes(*until));
        if ours.is_err() || until <= now {
            return Err(Flaw::Challenge.into());
        }
        let nonce = Nonce::try_from(nonce).map_err(|_| Flaw::Challenge)?;
        Ok((nonce, until))
    }

    fn spent(&self) -> MutexGuard<'_, BTreeMap<Nonce, Timestamp>> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our code: the purpose's length keeps it apart from what follows.
    fn code(&self, purpose: &str, head: &[u8]) -> Hmac<Sha256> {
        let mut code =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        code.update(&(purpose.len() as u64).to_be_bytes());
        code.update(purpose.as_bytes());
        code.update(head);
        code
    }
}

/// How long a challenge may be answered: WebAuthn (section 15.1) advises five to ten minutes.
pub const LASTS: Span = Span::from_secs(300);
/// Challenges used up within that time; each stands for a person who truly signed.
const MOST_SPENT: usize = 10_000;

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
