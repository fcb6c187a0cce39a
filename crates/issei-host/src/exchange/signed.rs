//! What members post, under their own signature: an envelope in canonical JSON.
//!
//! In: a purpose, a sender, a sequence number, a body; bytes. Out: bytes; the body, or why not.
//! Always: one spelling each (RFC 8785), so that nothing can be sent twice in two forms; signed for
//! one purpose, so that a receipt is never taken for a finding; numbers that only grow, so that
//! nothing is taken twice. What is signed is `PURPOSE`, a line end, and the envelope without its
//! signature.
//! Standards: RFC 8785 (JCS), RFC 8032 (Ed25519).
//! Not here: whose keys are whose, and the last number of each sender.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use issei_model::{OrganisationId, PublicKey, Signature};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Bytes of an envelope: what the widest route takes.
pub const LONGEST: usize = 1 << 20;

/// How deep an envelope may be nested. A finding has seven levels.
pub const DEEPEST: usize = 24;

/// The highest whole number that every reader of JSON agrees on (RFC 8785, appendix D).
const HIGHEST: u64 = (1 << 53) - 1;

/// What an envelope is for, such as `issei-receipt/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(&'static str);

impl Purpose {
    /// A receipt.
    pub const RECEIPT: Self = Self("issei-receipt/1");
    /// A batch of findings.
    pub const FINDINGS: Self = Self("issei-findings/1");
    /// Answers to questions.
    pub const ANSWER: Self = Self("issei-answer/1");
    /// What a member's reflexes did.
    pub const REFLEXES: Self = Self("issei-reflexes/1");
    /// What passes between a member's lines and the goals of orders.
    pub const TRAFFIC: Self = Self("issei-traffic/1");
    /// An approval that a member carries for one of its people.
    pub const APPROVAL: Self = Self("issei-approval/1");

    /// Tells the text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Why an envelope is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsealed {
    /// Longer than [`LONGEST`].
    TooLong {
        /// Its bytes.
        length: usize,
    },
    /// Nested deeper than [`DEEPEST`].
    TooDeep,
    /// No JSON, or no envelope.
    Unreadable,
    /// Spelled otherwise than RFC 8785 says, or with fields twice.
    NotCanonical,
    /// For another purpose.
    OtherPurpose,
    /// From another organisation than the one that calls.
    OtherOrganisation {
        /// Which it names.
        named: OrganisationId,
    },
    /// Not signed by the key on record, or altered.
    WrongKey,
    /// Its number is not above the last one.
    Replayed {
        /// Its number.
        sequence: u64,
        /// The last one that was taken.
        last: u64,
    },
    /// The signature is good, and the body is not of the shape that the purpose has.
    WrongBody {
        /// What is wrong with it.
        cause: String,
    },
}

impl fmt::Display for Unsealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(
                f,
                "an envelope of {length} bytes; {LONGEST} at most, so send it in parts"
            ),
            Self::TooDeep => write!(f, "an envelope nested deeper than {DEEPEST} levels"),
            Self::Unreadable => f.write_str(
                "not an envelope: `body`, `from`, `purpose`, `sequence`, `signature` as JSON",
            ),
            Self::NotCanonical => {
                f.write_str("not in canonical form (RFC 8785); send the bytes that were signed")
            }
            Self::OtherPurpose => {
                f.write_str("signed for another purpose; post it where it belongs")
            }
            Self::OtherOrganisation { named } => write!(
                f,
                "from `{named}`, which is not who calls; each member posts its own"
            ),
            Self::WrongKey => f.write_str(
                "not signed by the key on record, or altered; see which key the coordinator has",
            ),
            Self::Replayed { sequence, last } => write!(
                f,
                "number {sequence} is not above {last}, the last that was taken; it was taken before, or the sender lost its count"
            ),
            Self::WrongBody { cause } => write!(f, "the body is not of its shape: {cause}"),
        }
    }
}

impl std::error::Error for Unsealed {}

/// Why something cannot be sealed: our own mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsealable {
    /// It has no form in JSON.
    NoJson,
    /// A whole number is beyond 2^53 - 1, which JSON does not carry exactly.
    Number,
    /// Longer than [`LONGEST`].
    TooLong,
    /// Nested deeper than [`DEEPEST`].
    TooDeep,
}

impl fmt::Display for Unsealable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoJson => "the body has no form in JSON",
            Self::Number => "a number in the body is beyond 2^53 - 1",
            Self::TooLong => "the body is too long; send it in parts",
            Self::TooDeep => "the body is nested too deep",
        })
    }
}

impl std::error::Error for Unsealable {}

/// What is signed.
#[derive(Serialize)]
struct Content<'a> {
    body: &'a Value,
    from: &'a OrganisationId,
    sequence: u64,
}

/// What is sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    body: Value,
    from: OrganisationId,
    purpose: String,
    sequence: u64,
    signature: Signature,
}

/// Puts a body into an envelope and signs it.
///
/// # Errors
/// If the body cannot be written so that its reader gets the same.
pub fn seal<T: Serialize>(
    purpose: Purpose,
    from: &OrganisationId,
    sequence: u64,
    body: &T,
    key: &SigningKey,
) -> Result<Vec<u8>, Unsealable> {
    let body = serde_json::to_value(body).map_err(|_| Unsealable::NoJson)?;
    if sequence > HIGHEST || !exact(&body) {
        return Err(Unsealable::Number);
    }
    let signed = to_sign(purpose, &body, from, sequence).ok_or(Unsealable::NoJson)?;
    let envelope = Envelope {
        body,
        from: from.clone(),
        purpose: purpose.0.to_owned(),
        sequence,
        signature: Signature(key.sign(&signed).to_bytes()),
    };
    let bytes = serde_json_canonicalizer::to_vec(&envelope).map_err(|_| Unsealable::NoJson)?;
    if bytes.len() > LONGEST {
        return Err(Unsealable::TooLong);
    }
    if too_deep(&bytes) {
        return Err(Unsealable::TooDeep);
    }
    // A fraction beyond 2^53 is written like a whole number, and would be read as one.
    read(&bytes).map_err(|_| Unsealable::Number)?;
    Ok(bytes)
}

/// Opens an envelope: `key` is the key on record of `from`, which is who calls; `last` the highest
/// number taken from it for this purpose, if any.
///
/// # Errors
/// Why it is refused. Whoever refuses has not seen the body.
pub fn open<T: DeserializeOwned>(
    purpose: Purpose,
    bytes: &[u8],
    key: &PublicKey,
    from: &OrganisationId,
    last: Option<u64>,
) -> Result<(u64, T), Unsealed> {
    let envelope = read(bytes)?;
    if envelope.purpose != purpose.0 {
        return Err(Unsealed::OtherPurpose);
    }
    if envelope.from != *from {
        return Err(Unsealed::OtherOrganisation {
            named: envelope.from,
        });
    }
    verify(purpose, &envelope, key)?;
    let sequence = envelope.sequence;
    if let Some(last) = last.filter(|last| sequence <= *last) {
        return Err(Unsealed::Replayed { sequence, last });
    }
    let body = serde_json::from_value(envelope.body).map_err(|cause| Unsealed::WrongBody {
        cause: super::problem::bounded(&cause.to_string()),
    })?;
    Ok((sequence, body))
}

/// Reads an envelope that has only one spelling.
fn read(bytes: &[u8]) -> Result<Envelope, Unsealed> {
    if bytes.len() > LONGEST {
        return Err(Unsealed::TooLong {
            length: bytes.len(),
        });
    }
    if too_deep(bytes) {
        return Err(Unsealed::TooDeep);
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| Unsealed::Unreadable)?;
    let again = serde_json_canonicalizer::to_vec(&envelope).map_err(|_| Unsealed::Unreadable)?;
    if again != bytes || !exact(&envelope.body) || envelope.sequence > HIGHEST {
        return Err(Unsealed::NotCanonical);
    }
    Ok(envelope)
}

fn verify(purpose: Purpose, envelope: &Envelope, key: &PublicKey) -> Result<(), Unsealed> {
    let signed = to_sign(purpose, &envelope.body, &envelope.from, envelope.sequence)
        .ok_or(Unsealed::Unreadable)?;
    let signature = ed25519_dalek::Signature::from_bytes(&envelope.signature.0);
    VerifyingKey::from_bytes(&key.0)
        .and_then(|key| key.verify_strict(&signed, &signature))
        .map_err(|_| Unsealed::WrongKey)
}

fn to_sign(
    purpose: Purpose,
    body: &Value,
    from: &OrganisationId,
    sequence: u64,
) -> Option<Vec<u8>> {
    let content = Content {
        body,
        from,
        sequence,
    };
    let mut signed = format!("{}\n", purpose.0).into_bytes();
    signed.extend(serde_json_canonicalizer::to_vec(&content).ok()?);
    Some(signed)
}

/// Tells whether brackets open deeper than allowed, without following them: a reader that follows
/// could be led to the end of its stack.
fn too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'{' | b'[' if !text => depth += 1,
            b'}' | b']' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Tells whether every whole number is one that JSON carries exactly. Not deep: it was bounded, or
/// it is our own.
fn exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number <= HIGHEST,
            (None, Some(number)) => number.unsigned_abs() <= HIGHEST,
            (None, None) => true,
        },
        Value::Array(values) => values.iter().all(exact),
        Value::Object(fields) => fields.values().all(exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
