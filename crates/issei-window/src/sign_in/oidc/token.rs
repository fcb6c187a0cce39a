//! Judges an ID token: a provider's signed word on who has come.
//!
//! In: the token, the provider's keys (a JWK Set), what is expected, the time. Out: the subject, or what is wrong.
//! Always: the algorithm is one of four and fits the kind of the key, so that a public key is never taken for a shared
//! secret; the issuer, the audience and the nonce agree letter by letter; the signature is judged before anything that
//! it covers. Source: OpenID Connect Core 1.0, section 3.1.3.7; RFC 7515, 7517, 7518, 8037, 8725. Not here: fetching.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issei_model::{Span, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;

/// A provider's keys that can be used here.
#[derive(Default)]
pub struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, if it says so.
    only: Option<String>,
    kind: Kind,
    key: DecodingKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    Ed25519,
}

/// What a token must say.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Who speaks.
    pub issuer: &'a str,
    /// To whom.
    pub client: &'a str,
    /// In answer to what.
    pub nonce: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no token, is too long, or says something twice.
    Unreadable,
    /// It is not signed with RS256, PS256, ES256 or EdDSA, or demands what is not known here.
    Algorithm,
    /// No key of the provider fits.
    Key,
    /// More than one key fits.
    Keys,
    /// The signature is not the key's.
    Signature,
    /// Another one issued it.
    Issuer,
    /// It is for others, or for others too.
    Audience,
    /// It answers something else.
    Nonce,
    /// It is over.
    Expired,
    /// It is of the future.
    Early,
    /// It names nobody.
    Subject,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the ID token cannot be read",
            Self::Algorithm => "the ID token is not signed with RS256, PS256, ES256 or EdDSA",
            Self::Key => "no key of the provider fits the ID token",
            Self::Keys => "more than one key of the provider fits the ID token",
            Self::Signature => "the ID token's signature is wrong",
            Self::Issuer => "the ID token is of another issuer",
            Self::Audience => "the ID token is for another client",
            Self::Nonce => "the ID token answers another request",
            Self::Expired => "the ID token is over; look at both clocks",
            Self::Early => "the ID token is of the future; look at both clocks",
            Self::Subject => "the ID token names nobody",
        })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Judges a token, and gives its subject.
///
/// # Errors
/// What is wrong with it, the first in the order of [`Wrong`].
pub fn subject(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<String, Wrong> {
    if token.len() > LONGEST_TOKEN {
        return Err(Wrong::Unreadable);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Wrong::Unreadable)?;
    let (header, claims) = message.split_once('.').ok_or(Wrong::Unreadable)?;
    let header: Header = part(header)?;
    let algorithm = algorithm(&header)?;
    let key = keys.find(header.kid.as_deref(), &header.alg, kind(algorithm))?;
    if crypto::verify(signature, message.as_bytes(), &key.key, algorithm) != Ok(true) {
        return Err(Wrong::Signature);
    }
    part::<Claims>(claims)?.judged(expected)
}

/// Reads a part; a field that stands there twice is refused by its shape.
fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Wrong> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Wrong::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| Wrong::Unreadable)
}

fn algorithm(header: &Header) -> Result<Algorithm, Wrong> {
    if header.crit.is_some() {
        return Err(Wrong::Algorithm); // we know none (RFC 7515, section 4.1.11)
    }
    match header.alg.as_str() {
        "RS256" => Ok(Algorithm::RS256),
        "PS256" => Ok(Algorithm::PS256),
        "ES256" => Ok(Algorithm::ES256),
        "EdDSA" => Ok(Algorithm::EdDSA),
        _ => Err(Wrong::Algorithm), // `none` and the shared secrets above all
    }
}

fn kind(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::ES256 => Kind::P256,
        Algorithm::EdDSA => Kind::Ed25519,
        _ => Kind::Rsa,
    }
}

impl Claims {
    fn judged(self, expected: &Expected<'_>) -> Result<String, Wrong> {
        if self.iss != expected.issuer {
            return Err(Wrong::Issuer);
        }
        let ours = match &self.aud {
            Audience::One(one) => one == expected.client,
            // We trust no other audience, so there must be none (point 3).
            Audience::Many(all) => matches!(all.as_slice(), [one] if one == expected.client),
        };
        if !ours || self.azp.is_some_and(|party| party != expected.client) {
            return Err(Wrong::Audience);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(Wrong::Nonce);
        }
        let now = seconds(expected.now);
        // Written so that what is no number is refused.
        let lasts = now < self.exp;
        let latest = now + seconds_of(CLOCKS_DIFFER);
        let began = self.iat <= latest && self.nbf.is_none_or(|begin| begin <= latest);
        if !lasts {
            return Err(Wrong::Expired);
        }
        if !began {
            return Err(Wrong::Early);
        }
        let plain = self.sub.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        if self.sub.is_empty() || self.sub.len() > LONGEST_SUBJECT || !plain {
            return Err(Wrong::Subject);
        }
        Ok(self.sub)
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds, as tokens write them")]
fn seconds(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 1e6
}

fn seconds_of(span: Span) -> f64 {
    span.as_secs_f64()
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Reads a JWK Set; keys of other kinds, for other purposes or too weak are passed over.
    pub fn read(text: &[u8]) -> Option<Self> {
        let set: Set = serde_json::from_slice(text).ok()?;
        let keys = set.keys.into_iter().take(MOST_KEYS);
        Some(Self(keys.filter_map(Key::read).collect()))
    }

    /// Finds the one key that fits; without a name there must be only one of the kind.
    fn find(&self, id: Option<&str>, algorithm: &str, kind: Kind) -> Result<&Key, Wrong> {
        let mut fitting = self.0.iter().filter(|key| {
            key.kind == kind
                && key.only.as_deref().is_none_or(|only| only == algorithm)
                && id.is_none_or(|id| key.id.as_deref() == Some(id))
        });
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(Wrong::Key),
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(Wrong::Keys),
        }
    }
}

impl Key {
    fn read(value: serde_json::Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        if jwk
            .purpose
            .as_deref()
            .is_some_and(|purpose| purpose != "sig")
        {
            return None;
        }
        let bytes = |part: &Option<String>| URL_SAFE_NO_PAD.decode(part.as_deref()?).ok();
        let (kind, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", None) => {
                let (modulus, exponent) = (bytes(&jwk.n)?, bytes(&jwk.e)?);
                let fits = RSA_BYTES.contains(&modulus.len()) && exponent.len() <= 8;
                let key = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
                fits.then_some((Kind::Rsa, key))?
            }
            ("EC", Some("P-256")) => {
                let point = [vec![4], bytes(&jwk.x)?, bytes(&jwk.y)?].concat();
                let fits = point.len() == 65;
                fits.then(|| (Kind::P256, DecodingKey::from_ec_der(&point)))?
            }
            ("OKP", Some("Ed25519")) => {
                let point = bytes(&jwk.x)?;
                let fits = point.len() == 32;
                fits.then(|| (Kind::Ed25519, DecodingKey::from_ed_der(&point)))?
            }
            _ => return None,
        };
        Some(Self {
            id: jwk.kid,
            only: jwk.alg,
            kind,
            key,
        })
    }
}

/// Letters of a token; those with every group of a large organisation stay below.
const LONGEST_TOKEN: usize = 16 * 1_024;
/// Letters of a subject (Core, section 2).
const LONGEST_SUBJECT: usize = 255;
/// How far a provider's clock may be ahead of ours.
const CLOCKS_DIFFER: Span = Span::from_secs(60);
/// Keys that are looked at.
const MOST_KEYS: usize = 64;
/// Bytes of an RSA modulus: 2,048 to 8,192 bits, and a leading zero that some write.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1_025;

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
