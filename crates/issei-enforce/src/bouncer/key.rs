//! The keys that bouncers show, of which we know only the hashes.
//!
//! Always: how long a comparison takes tells nothing about a key: what is shown is hashed first, and every
//! hash that we know is looked at to its last byte.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The SHA-256 hash of a key. A key is a long random word, so no salt is needed.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

/// What is no hash of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

/// The keys of all bouncers, in their order.
#[derive(Clone, Debug)]
pub struct Keys(Vec<KeyHash>);

/// The longest key that is looked at.
const LONGEST: usize = 256;

impl KeyHash {
    /// Hashes a key.
    pub fn of(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    fn differs(&self, other: &Self) -> u8 {
        let bytes = self.0.iter().zip(&other.0);
        bytes.fold(0, |sum, (one, other)| sum | (one ^ other))
    }
}

impl FromStr for KeyHash {
    type Err = KeyError;

    /// Reads what `sha256sum` writes: 64 hexadecimal digits, and perhaps a name after a space.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let word = text.split_whitespace().next().ok_or(KeyError)?;
        let digits: Option<Vec<u8>> = word
            .chars()
            .map(|c| c.to_digit(16).map(|digit| digit as u8))
            .collect();
        let digits = digits.ok_or(KeyError)?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit))
            .collect();
        match (digits.len(), bytes.try_into()) {
            (64, Ok(bytes)) => Ok(Self(bytes)),
            _ => Err(KeyError),
        }
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no hash of a key: it is 64 hexadecimal digits, as `sha256sum` writes them")
    }
}

impl std::error::Error for KeyError {}

impl Keys {
    /// Takes the hashes.
    pub fn new(hashes: Vec<KeyHash>) -> Self {
        Self(hashes)
    }

    /// Finds whose key is shown.
    pub fn find(&self, shown: &[u8]) -> Option<usize> {
        if shown.len() > LONGEST {
            return None;
        }
        let shown = KeyHash::of(shown);
        let mut found = None;
        for (place, known) in self.0.iter().enumerate() {
            if known.differs(&shown) == 0 {
                found = Some(place);
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
