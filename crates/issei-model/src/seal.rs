//! Digests, public keys and signatures as fixed bytes, written as lower-case hexadecimal.
//!
//! Always: a value has its full length. Not here: hashing and signing; whoever computes brings
//! its own library and leaves a value of these types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! fixed_bytes {
    ($(#[doc = $doc:literal])+ $type:ident, $length:literal, $what:literal) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(pub [u8; $length]);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let wrong = || format!("{} is {} hexadecimal digits", $what, $length * 2);
                let digits: Option<Vec<u8>> = text
                    .bytes()
                    .map(|digit| match digit {
                        b'0'..=b'9' => Some(digit - b'0'),
                        b'a'..=b'f' => Some(digit - b'a' + 10),
                        _ => None,
                    })
                    .collect();
                let digits = digits.filter(|d| d.len() == $length * 2).ok_or_else(wrong)?;
                let mut bytes = [0; $length];
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair[0] << 4 | pair[1];
                }
                Ok(Self(bytes))
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fixed_bytes! {
    /// A SHA-256 digest.
    Digest, 32, "a digest"
}

fixed_bytes! {
    /// An Ed25519 public key (RFC 8032), compressed.
    PublicKey, 32, "a public key"
}

fixed_bytes! {
    /// An Ed25519 signature (RFC 8032).
    Signature, 64, "a signature"
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
