//! A browser's way to a provider and back: what it carries, and what it must bring.
//!
//! In: chance, the time, what for. Out: a cookie for this browser, a state and a nonce for the provider, a challenge
//! for its code (RFC 7636, S256). Always: setting out makes nothing grow, since the state carries its end and our code
//! over it and the cookie, and nonce and verifier are derived from the cookie with a key of this process; only a way
//! that led to a judged token is remembered, until it ends, so that it leads there once. Not here: the provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use issei_model::{Digest, Timestamp};
use sha2::{Digest as _, Sha256};

use super::super::No;
use super::super::challenge::Challenges;
use super::Fault;

/// What makes ways, and knows them again.
pub struct Flows {
    key: [u8; 32],
    challenges: Challenges,
}

/// What a browser sets out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To come in.
    ComeIn,
    /// To bind an account, in a session.
    Bind(Digest),
}

/// What a browser sets out with.
pub struct Begun {
    /// For the browser alone.
    pub cookie: String,
    /// What comes back beside the code.
    pub state: String,
    /// What the ID token must say.
    pub nonce: String,
    /// What the code is bound to.
    pub challenge: String,
}

/// What a browser brought back, and how the code is shown to be ours.
#[derive(Debug, PartialEq, Eq)]
pub struct Back {
    /// What it set out for.
    pub purpose: Purpose,
    /// What the ID token must say.
    pub nonce: String,
    /// What opens the code.
    pub verifier: String,
    cookie: String,
    state: Vec<u8>,
}

impl Flows {
    /// Begins with keys that nobody knows.
    pub fn new(key: [u8; 32], other: [u8; 32]) -> Self {
        Self {
            key,
            challenges: Challenges::new(other),
        }
    }

    /// Sets a browser out.
    pub fn begin(&self, purpose: Purpose, chance: [[u8; 32]; 2], now: Timestamp) -> Begun {
        let secret = URL_SAFE_NO_PAD.encode(chance[0]);
        let cookie = match purpose {
            Purpose::ComeIn => secret,
            Purpose::Bind(session) => format!("{secret}.{session}"),
        };
        let verifier = self.derived("verifier", &cookie);
        Begun {
            state: URL_SAFE_NO_PAD.encode(self.challenges.make(&cookie, chance[1], now)),
            nonce: self.derived("nonce", &cookie),
            challenge: URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
            cookie,
        }
    }

    /// Knows a browser again.
    ///
    /// # Errors
    /// If this browser did not set out with that, too long ago, or has arrived already.
    pub fn back(&self, cookie: &str, state: &str, now: Timestamp) -> Result<Back, Fault> {
        let state = URL_SAFE_NO_PAD.decode(state).map_err(|_| Fault::State)?;
        let known = self.challenges.knows(&state, cookie, now);
        known.map_err(|_| Fault::State)?;
        let purpose = match cookie.split_once('.') {
            None => Purpose::ComeIn,
            Some((_, session)) => Purpose::Bind(session.parse().map_err(|_| Fault::State)?),
        };
        Ok(Back {
            purpose,
            nonce: self.derived("nonce", cookie),
            verifier: self.derived("verifier", cookie),
            cookie: cookie.to_owned(),
            state,
        })
    }

    /// Ends a way at its end.
    ///
    /// # Errors
    /// If it was ended meanwhile, or too many were of late.
    pub fn arrive(&self, back: &Back, now: Timestamp) -> Result<(), No> {
        match self.challenges.spend(&back.state, &back.cookie, now) {
            Err(No::Passkey(_)) => Err(Fault::State.into()),
            other => other,
        }
    }

    fn derived(&self, label: &str, cookie: &str) -> String {
        let mut code =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        code.update(label.as_bytes());
        code.update(&[0]);
        code.update(cookie.as_bytes());
        URL_SAFE_NO_PAD.encode(code.finalize().into_bytes())
    }
}

/// What stands in the address that a provider sends a browser back to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// The code, if somebody signed in there.
    pub code: Option<String>,
    /// Our state.
    pub state: String,
    /// Who speaks (RFC 9207).
    pub issuer: Option<String>,
}

impl Brought {
    /// Reads it.
    ///
    /// # Errors
    /// If anything stands there twice (RFC 6749, section 3.1) or is too long, or there is no state.
    pub fn read(pairs: Vec<(String, String)>) -> Result<Self, Fault> {
        let (mut brought, mut seen) = (Self::default(), Vec::new());
        for (name, value) in pairs {
            if seen.len() >= MOST_PARAMETERS
                || value.len() > LONGEST_PARAMETER
                || seen.contains(&name)
            {
                return Err(Fault::Strange);
            }
            match name.as_str() {
                "code" => brought.code = Some(value),
                "state" => brought.state = value,
                "iss" => brought.issuer = Some(value),
                _ => {} // a provider may add what it likes
            }
            seen.push(name);
        }
        // A code beside a failure is neither (RFC 6749, section 4.1.2).
        let failed = seen.iter().any(|name| name == "error");
        if failed && brought.code.is_some() {
            return Err(Fault::Strange);
        }
        Ok(brought)
    }
}

/// Parameters that are read, and bytes of one: codes of large providers have some 2,000.
const MOST_PARAMETERS: usize = 16;
const LONGEST_PARAMETER: usize = 4_096;

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
