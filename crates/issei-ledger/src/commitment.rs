//! Salted commitments: what the ledger shows in place of something about a person.
//!
//! In: a random key of 32 bytes for each field, the field's name, its value. Out: 32 bytes.
//! Always: who has the key and the value can show that they were meant; who has no key learns
//! nothing, however few values there could be. Destroying the key is deletion: the entry stays, and
//! no longer says anything.
//! Standard: HMAC (RFC 2104) with SHA-256. Not here: where keys are kept, and when they must go.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::tree::Hash;

/// Tells this use of a key from any other.
const PURPOSE: &[u8] = b"issei-commitment/1";

/// Commits to a value under a key that serves nothing else.
pub fn seal(key: &[u8; 32], field: &str, value: &[u8]) -> Hash {
    mac(key, field, value).finalize().into_bytes().into()
}

/// Tells whether a commitment was made with this key over this value.
pub fn opens(commitment: &Hash, key: &[u8; 32], field: &str, value: &[u8]) -> bool {
    mac(key, field, value).verify_slice(commitment).is_ok()
}

fn mac(key: &[u8; 32], field: &str, value: &[u8]) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeros to the block of SHA-256 (RFC 2104 section 2).
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    // The length before the name, so that no two pairs of name and value run into one text.
    Hmac::<Sha256>::new(&block.into())
        .chain_update(PURPOSE)
        .chain_update((field.len() as u64).to_be_bytes())
        .chain_update(field)
        .chain_update(value)
}

#[cfg(test)]
#[path = "commitment_tests.rs"]
mod tests;
