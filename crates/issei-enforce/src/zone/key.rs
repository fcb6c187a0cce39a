//! Signs messages with a shared key, and checks such signatures: TSIG with HMAC-SHA-256 (RFC 8945).
//!
//! In: a whole message, the signature that it answers or follows, the time. Out: the message with its
//! signature as last record, or what is wrong with the one it came with. Always: a signature counts only
//! in its full length, only within its fudge and ours, and only under the key that was expected.
//! Not here: whether the same message came before (`Port`).

use std::fmt;

use domain::base::header::HeaderCounts;
use domain::base::iana::{Class, Rtype, TsigRcode};
use domain::base::message::Message;
use domain::base::name::{Name, ToName};
use domain::base::record::{ComposeRecord, Ttl};
use domain::rdata::tsig::{Time48, Tsig};
use hmac::{Hmac, KeyInit, Mac};
use issei_model::{DomainName, Timestamp};
use sha2::Sha256;

/// A shared key and its name.
#[derive(Clone)]
pub struct Key {
    name: DomainName,
    wire: Name<Vec<u8>>,
    hmac: Hmac<Sha256>,
}

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The secret is shorter than 16 bytes; of this length.
    Short(usize),
}

/// The signature record that stands last in a message.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// Where the record begins.
    pub at: usize,
    /// The key's name.
    pub name: Name<Vec<u8>>,
    /// The signature.
    pub mac: Vec<u8>,
    algorithm: Name<Vec<u8>>,
    time: u64,
    fudge: u16,
    original_id: u16,
    error: TsigRcode,
    other: Vec<u8>,
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsound {
    /// It was not made with the key.
    Mac,
    /// It was made with the key, at a time that is too far from ours.
    Time,
}

/// What a signature covers besides the message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Covers<'m> {
    /// A request: nothing.
    Request,
    /// The first or only answer: the request's signature.
    Answer(&'m [u8]),
    /// A later message of the same answer: the signature before it (section 5.3.1).
    Following(&'m [u8]),
}

/// The name of the algorithm (section 6).
const ALGORITHM: &[u8] = b"\x0bhmac-sha256\0";
/// Seconds that two clocks may be apart (section 10 recommends it).
const FUDGE: u16 = 300;
/// The shortest secret taken: the least that RFC 2104 section 3 has a half-good word for.
const SHORTEST_SECRET: usize = 16;

impl Key {
    /// Takes a key.
    ///
    /// # Errors
    /// If the secret is too short.
    pub fn new(name: DomainName, secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < SHORTEST_SECRET {
            return Err(KeyError::Short(secret.len()));
        }
        let hmac = Hmac::new_from_slice(secret).map_err(|_| KeyError::Short(0))?;
        let wire = wire(&name);
        Ok(Self { name, wire, hmac })
    }

    /// Tells its name.
    pub fn name(&self) -> &DomainName {
        &self.name
    }

    /// Signs a request, as whoever fetches does.
    pub fn sign_request(&self, now: Timestamp, message: &mut Vec<u8>) {
        self.sign(now, message, Covers::Request);
    }

    /// Tells whether a signature names this key, and the algorithm of all our keys.
    pub(super) fn is_named_by(&self, signed: &Signed) -> bool {
        signed.name.name_eq(&self.wire) && signed.algorithm.name_eq(&algorithm())
    }

    /// Checks the signature of a message.
    pub(super) fn check(
        &self,
        now: Timestamp,
        message: &[u8],
        signed: &Signed,
        covers: Covers<'_>,
    ) -> Result<(), Unsound> {
        let mut bare = message.get(..signed.at).unwrap_or_default().to_vec();
        if bare.len() < 12 {
            return Err(Unsound::Mac);
        }
        HeaderCounts::for_message_slice_mut(&mut bare).dec_arcount();
        bare[..2].copy_from_slice(&signed.original_id.to_be_bytes());
        let mut mac = self.over(&bare, covers);
        mac.update(&signed.variables(covers));
        mac.verify_slice(&signed.mac).map_err(|_| Unsound::Mac)?;
        let apart = seconds(now).abs_diff(signed.time);
        match apart <= u64::from(signed.fudge.min(FUDGE)) {
            true => Ok(()),
            false => Err(Unsound::Time),
        }
    }

    /// Signs a message, and tells the signature for the next one.
    pub(super) fn sign(
        &self,
        now: Timestamp,
        message: &mut Vec<u8>,
        covers: Covers<'_>,
    ) -> Vec<u8> {
        let signed = self.blank(message, seconds(now), TsigRcode::NOERROR, Vec::new());
        self.seal(message, signed, covers)
    }

    /// Signs the answer to a request that came at another time: with its time, and ours beside it
    /// (section 5.2.3).
    pub(super) fn sign_apart(
        &self,
        now: Timestamp,
        message: &mut Vec<u8>,
        request: &Signed,
    ) -> Vec<u8> {
        let ours = seconds(now).to_be_bytes();
        let other = ours.get(2..).unwrap_or_default().to_vec();
        let signed = self.blank(message, request.time, TsigRcode::BADTIME, other);
        self.seal(message, signed, Covers::Answer(&request.mac))
    }

    fn blank(&self, message: &[u8], time: u64, error: TsigRcode, other: Vec<u8>) -> Signed {
        Signed {
            at: message.len(),
            name: self.wire.clone(),
            mac: Vec::new(),
            algorithm: algorithm(),
            time,
            fudge: FUDGE,
            original_id: id(message),
            error,
            other,
        }
    }

    fn seal(&self, message: &mut Vec<u8>, mut signed: Signed, covers: Covers<'_>) -> Vec<u8> {
        let mut mac = self.over(message, covers);
        mac.update(&signed.variables(covers));
        signed.mac = mac.finalize().into_bytes().to_vec();
        let mac = signed.mac.clone();
        signed.append(message);
        mac
    }

    /// Begins a signature over what came before and a message without one (section 4.3).
    fn over(&self, bare: &[u8], covers: Covers<'_>) -> Hmac<Sha256> {
        let mut mac = self.hmac.clone();
        if let Covers::Answer(before) | Covers::Following(before) = covers {
            mac.update(&(before.len() as u16).to_be_bytes());
            mac.update(before);
        }
        mac.update(bare);
        mac
    }
}

impl Signed {
    /// Finds the signature of a message, which is its last record. One that stands elsewhere is none
    /// and makes the message unreadable (section 5.1).
    pub(super) fn find(message: &[u8]) -> Option<Result<Self, ()>> {
        let records = Message::from_slice(message).ok()?.additional().ok()?;
        let (mut records, mut found) = (records, None);
        loop {
            let at = records.pos();
            let Some(record) = records.next() else {
                return found;
            };
            if found.is_some() {
                return Some(Err(()));
            }
            let record = record.ok().filter(|record| record.rtype() == Rtype::TSIG);
            let Some(record) = record else { continue };
            let name = record.owner().to_canonical_name();
            let sound = record.class() == Class::ANY && record.ttl() == Ttl::from_secs(0);
            let tsig = record.to_record::<Tsig<_, _>>().ok().flatten();
            let signed = tsig.filter(|_| sound).map(|record| {
                let tsig = record.into_data();
                Self {
                    at,
                    name,
                    mac: tsig.mac_slice().to_vec(),
                    algorithm: tsig.algorithm().to_canonical_name(),
                    time: number(tsig.time_signed().into_octets()),
                    fudge: tsig.fudge(),
                    original_id: tsig.original_id(),
                    error: tsig.error(),
                    other: AsRef::<[u8]>::as_ref(tsig.other()).to_vec(),
                }
            });
            found = Some(signed.ok_or(()));
        }
    }

    /// Turns down a request without a signature of ours: its key is unknown, or its signature wrong
    /// (section 5.2).
    pub(super) fn turn_down(&self, message: &mut Vec<u8>, error: TsigRcode) {
        let turned = Self {
            at: message.len(),
            mac: Vec::new(),
            error,
            other: Vec::new(),
            ..self.clone()
        };
        turned.append(message);
    }

    /// Writes what a signature covers of itself (sections 4.3.3 and 5.3.1).
    fn variables(&self, covers: Covers<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let timers = |out: &mut Vec<u8>| {
            out.extend_from_slice(self.time.to_be_bytes().get(2..).unwrap_or_default());
            out.extend_from_slice(&self.fudge.to_be_bytes());
        };
        if let Covers::Following(_) = covers {
            timers(&mut out);
            return out;
        }
        out.extend_from_slice(self.name.as_slice());
        out.extend_from_slice(&Class::ANY.to_int().to_be_bytes());
        out.extend_from_slice(&0u32.to_be_bytes());
        out.extend_from_slice(self.algorithm.as_slice());
        timers(&mut out);
        out.extend_from_slice(&self.error.to_int().to_be_bytes());
        out.extend_from_slice(&(self.other.len() as u16).to_be_bytes());
        out.extend_from_slice(&self.other);
        out
    }

    fn append(self, message: &mut Vec<u8>) {
        let tsig = Tsig::new(
            self.algorithm,
            Time48::from_u64(self.time),
            self.fudge,
            self.mac,
            self.original_id,
            self.error,
            self.other,
        );
        let Ok(tsig) = tsig else { return };
        let record = (self.name, Class::ANY, Ttl::from_secs(0), tsig);
        let Ok(()) = record.compose_record(message);
        let counted = HeaderCounts::for_message_slice_mut(message).inc_arcount();
        debug_assert!(counted.is_ok(), "a message of ours has few records here");
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key `{}`", self.name)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(bytes) => write!(
                f,
                "the secret has {bytes} bytes, of at least {SHORTEST_SECRET}; make one with `openssl rand -base64 32`"
            ),
        }
    }
}

impl std::error::Error for KeyError {}

/// Writes a name as on the wire. A [`DomainName`] always fits there.
pub(super) fn wire(name: &DomainName) -> Name<Vec<u8>> {
    Name::from_chars(name.as_str().chars()).unwrap_or_else(|_| Name::root_vec())
}

fn algorithm() -> Name<Vec<u8>> {
    Name::from_octets(ALGORITHM.to_vec()).unwrap_or_else(|_| Name::root_vec())
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0) & ((1 << 48) - 1)
}

fn number(bytes: [u8; 6]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

fn id(message: &[u8]) -> u16 {
    match message {
        [high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    }
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
