//! What an authenticator said, read and judged (WebAuthn Level 3).
//!
//! In: the bytes of a browser's answer, whose they must be, the challenge as the door knows it. Out: a new passkey's
//! public key, or that a known one has answered; else a [`Flaw`]. Always: bounded bytes, no panic; the person was
//! there and was verified; the answer is for our origin and our name and for one purpose. Attestation is neither
//! asked for nor believed: who is signed in says which key is his. Not here: which challenges are ours and which were
//! used up, whose a passkey is (`ceremony`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey as EdwardsKey;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey as P256Key};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// For whom passkeys are: the name they are bound to, and the one origin that may ask for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relying {
    /// The domain name (the RP ID).
    pub id: String,
    /// The origin.
    pub origin: String,
}

impl Relying {
    /// Takes them from the first origin of a window. There is none for an address without a name, and none where
    /// browsers give no passkeys: in the clear, except on the machine itself.
    pub fn of(origins: &[String]) -> Option<Self> {
        let origin = origins.first()?;
        let (scheme, authority) = origin.split_once("://")?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let is_safe = scheme == "https" || (scheme == "http" && is_local);
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        };
        // The last label of a name is never a number (RFC 3696, section 2), and that of an IPv4 address is one.
        let last = host.rsplit('.').next().unwrap_or_default();
        let is_name =
            host.bytes().all(plain) && last.bytes().any(|byte| byte.is_ascii_alphabetic());
        // A browser leaves the usual port out of an origin.
        let is_usual = matches!(
            (scheme, port),
            ("https", Some("443")) | ("http", Some("80"))
        );
        (is_safe && is_name && !is_usual).then(|| Self {
            id: host.to_owned(),
            origin: origin.clone(),
        })
    }
}

/// The bytes of a name that an authenticator gave, as base64url.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Reads one.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        Self::of(&bytes(text, LONGEST_ID)?)
    }

    fn of(bytes: &[u8]) -> Result<Self, Flaw> {
        match bytes.len() {
            SHORTEST_ID..=LONGEST_ID => Ok(Self(bytes.to_vec())),
            _ => Err(Flaw::Unreadable),
        }
    }
}

impl std::fmt::Display for CredentialId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl Serialize for CredentialId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CredentialId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).map_err(|_| serde::de::Error::custom("no name of a passkey"))
    }
}

/// A public key of an authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CredentialKey {
    /// ES256: ECDSA on P-256 with SHA-256; both coordinates.
    Es256(Box<[u8; 64]>),
    /// EdDSA: Ed25519.
    Ed25519([u8; 32]),
}

impl CredentialKey {
    /// Reads a COSE key (RFC 9052, section 7). CTAP2 writes it in one way only, and WebAuthn asks for that way
    /// (section 6.5.1.1), so the maps are compared byte by byte. Gives what follows it too.
    fn from_cose(bytes: &[u8]) -> Result<(Self, &[u8]), Flaw> {
        if let Some(rest) = bytes.strip_prefix(&COSE_ES256) {
            let (x, rest) = rest.split_at_checked(32).ok_or(Flaw::Unreadable)?;
            let rest = rest.strip_prefix(&COSE_Y).ok_or(Flaw::Unreadable)?;
            let (y, rest) = rest.split_at_checked(32).ok_or(Flaw::Unreadable)?;
            let mut point = [0; 64];
            point[..32].copy_from_slice(x);
            point[32..].copy_from_slice(y);
            return Ok((Self::Es256(Box::new(point)).checked()?, rest));
        }
        if let Some(rest) = bytes.strip_prefix(&COSE_ED25519) {
            let (x, rest) = rest.split_first_chunk::<32>().ok_or(Flaw::Unreadable)?;
            return Ok((Self::Ed25519(*x).checked()?, rest));
        }
        Err(Flaw::Algorithm)
    }

    /// Refuses what is no point of its curve, or a weak one.
    fn checked(self) -> Result<Self, Flaw> {
        let is_key = match &self {
            Self::Es256(_) => self.p256().is_some(),
            Self::Ed25519(bytes) => {
                EdwardsKey::from_bytes(bytes).is_ok_and(|point| !point.is_weak())
            }
        };
        is_key.then_some(self).ok_or(Flaw::Algorithm)
    }

    fn p256(&self) -> Option<P256Key> {
        let Self::Es256(point) = self else {
            return None;
        };
        let mut uncompressed = [4; 65]; // SEC 1, section 2.3.3
        uncompressed[1..].copy_from_slice(point.as_ref());
        P256Key::from_sec1_bytes(&uncompressed).ok()
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(_) => {
                let signature = DerSignature::try_from(signature);
                let (Some(key), Ok(signature)) = (self.p256(), signature) else {
                    return false;
                };
                key.verify(message, &signature).is_ok()
            }
            Self::Ed25519(bytes) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                let (Ok(key), Ok(signature)) = (EdwardsKey::from_bytes(bytes), signature) else {
                    return false;
                };
                key.verify_strict(message, &signature).is_ok()
            }
        }
    }
}

impl From<CredentialKey> for String {
    fn from(key: CredentialKey) -> Self {
        match key {
            CredentialKey::Es256(point) => format!("es256:{}", URL_SAFE_NO_PAD.encode(*point)),
            CredentialKey::Ed25519(point) => format!("ed25519:{}", URL_SAFE_NO_PAD.encode(point)),
        }
    }
}

impl TryFrom<String> for CredentialKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || "no public key of a passkey".to_owned();
        let (kind, point) = text.split_once(':').ok_or_else(wrong)?;
        let point = bytes(point, 64).map_err(|_| wrong())?;
        let key = match kind {
            "es256" => point.try_into().map(|point| Self::Es256(Box::new(point))),
            "ed25519" => point.try_into().map(Self::Ed25519),
            _ => return Err(wrong()),
        };
        key.map_err(|_| wrong())?.checked().map_err(|_| wrong())
    }
}

/// Why a passkey is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// This window's origin is none that passkeys can be bound to.
    NoName,
    /// The bytes are not what the standard says.
    Unreadable,
    /// It was said for another purpose: made is not shown.
    Purpose,
    /// The challenge is not ours, is over, is another session's or purpose's, or was used up.
    Challenge,
    /// A page of another origin asked, or one inside another's.
    Origin,
    /// It is bound to another name.
    OtherName,
    /// Nobody touched it.
    Absent,
    /// It did not verify the person.
    Unverified,
    /// Its key is of a kind that is not taken.
    Algorithm,
    /// It is there already.
    Twice,
    /// No such passkey is known.
    Unknown,
    /// It says that it is another person's.
    Handle,
    /// The person may not come any more.
    Gone,
    /// The signature is not its key's.
    Signature,
    /// Its counter went back: there may be two of it.
    Counter,
}

/// What a browser says that it was asked for, and where (WebAuthn, section 5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// What it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Make a passkey.
    Create,
    /// Show one.
    Get,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What an authenticator says of itself (WebAuthn, section 6.1).
struct Said<'a> {
    has_credential: bool,
    has_extensions: bool,
    counter: u32,
    rest: &'a [u8],
}

/// A browser's answer to the wish for a new passkey, as a form brings it.
#[derive(Clone, Debug, Deserialize)]
pub struct Made {
    /// `clientDataJSON`, base64url.
    pub client: String,
    /// The authenticator's data, base64url.
    pub authenticator: String,
    /// What the person calls it.
    #[serde(default)]
    pub name: String,
}

/// A new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its name.
    pub id: CredentialId,
    /// Its key.
    pub key: CredentialKey,
    /// How often it says that it was used.
    pub counter: u32,
}

impl Made {
    /// Reads a new passkey, and gives the challenge that it answers (WebAuthn, section 7.1).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, relying: &Relying) -> Result<(Credential, Vec<u8>), Flaw> {
        let client = bytes(&self.client, LONGEST_CLIENT)?;
        let challenge = asked(&client, Purpose::Create, relying)?;
        let data = bytes(&self.authenticator, LONGEST_AUTHENTICATOR)?;
        let said = said(&data, relying)?;
        if !said.has_credential {
            return Err(Flaw::Unreadable);
        }
        // Its model, the length of its name, the name, the key (section 6.5.1).
        let (_model, rest) = said.rest.split_at_checked(16).ok_or(Flaw::Unreadable)?;
        let (length, rest) = rest.split_first_chunk().ok_or(Flaw::Unreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (id, rest) = rest.split_at_checked(length).ok_or(Flaw::Unreadable)?;
        let (key, rest) = CredentialKey::from_cose(rest)?;
        if !rest.is_empty() && !said.has_extensions {
            return Err(Flaw::Unreadable);
        }
        let credential = Credential {
            id: CredentialId::of(id)?,
            key,
            counter: said.counter,
        };
        Ok((credential, challenge))
    }
}

/// A browser's answer to the wish to show a passkey, as a form brings it.
#[derive(Clone, Debug, Deserialize)]
pub struct Shown {
    /// Which, base64url.
    pub id: String,
    /// `clientDataJSON`, base64url.
    pub client: String,
    /// The authenticator's data, base64url.
    pub authenticator: String,
    /// The signature, base64url.
    pub signature: String,
    /// Whose it says that it is, base64url.
    pub user: String,
}

impl Shown {
    /// Tells which passkey it says it is, and whose.
    ///
    /// # Errors
    /// If it says neither.
    pub fn who(&self) -> Result<(CredentialId, Vec<u8>), Flaw> {
        Ok((CredentialId::read(&self.id)?, bytes(&self.user, 64)?))
    }

    /// Judges the answer by the key that we know, and gives the challenge and the counter (WebAuthn, section 7.2).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, relying: &Relying, key: &CredentialKey) -> Result<(Vec<u8>, u32), Flaw> {
        let client = bytes(&self.client, LONGEST_CLIENT)?;
        let challenge = asked(&client, Purpose::Get, relying)?;
        let mut data = bytes(&self.authenticator, LONGEST_AUTHENTICATOR)?;
        let said = said(&data, relying)?;
        if said.has_credential || (!said.rest.is_empty() && !said.has_extensions) {
            return Err(Flaw::Unreadable);
        }
        let counter = said.counter;
        data.extend_from_slice(&Sha256::digest(&client));
        let signature = bytes(&self.signature, LONGEST_SIGNATURE)?;
        match key.has_signed(&data, &signature) {
            true => Ok((challenge, counter)),
            false => Err(Flaw::Signature),
        }
    }
}

/// Reads what the browser was asked for, where, and gives the challenge.
fn asked(client: &[u8], purpose: Purpose, relying: &Relying) -> Result<Vec<u8>, Flaw> {
    let client: ClientData = serde_json::from_slice(client).map_err(|_| Flaw::Unreadable)?;
    if client.r#type != purpose.name() {
        return Err(Flaw::Purpose);
    }
    // Our pages stand in no other page (`frame-ancestors`), so an answer from inside one is none of ours.
    let is_framed = client.cross_origin || client.top_origin.is_some();
    if client.origin != relying.origin || is_framed {
        return Err(Flaw::Origin);
    }
    bytes(&client.challenge, LONGEST_CLIENT)
}

/// Reads what the authenticator says of itself.
fn said<'a>(data: &'a [u8], relying: &Relying) -> Result<Said<'a>, Flaw> {
    let (name, rest) = data.split_at_checked(32).ok_or(Flaw::Unreadable)?;
    let (flags, rest) = rest.split_first().ok_or(Flaw::Unreadable)?;
    let (counter, rest) = rest.split_first_chunk().ok_or(Flaw::Unreadable)?;
    if name != Sha256::digest(relying.id.as_bytes()).as_slice() {
        return Err(Flaw::OtherName);
    }
    if flags & PRESENT == 0 {
        return Err(Flaw::Absent);
    }
    if flags & VERIFIED == 0 {
        return Err(Flaw::Unverified);
    }
    // What is backed up can be (section 6.1.3).
    if flags & (MAY_BE_BACKED_UP | BACKED_UP) == BACKED_UP {
        return Err(Flaw::Unreadable);
    }
    Ok(Said {
        has_credential: flags & HAS_CREDENTIAL != 0,
        has_extensions: flags & HAS_EXTENSIONS != 0,
        counter: u32::from_be_bytes(*counter),
        rest,
    })
}

/// Reads base64url without padding, within a bound.
fn bytes(text: &str, most: usize) -> Result<Vec<u8>, Flaw> {
    if text.len() > most.div_ceil(3) * 4 {
        return Err(Flaw::Unreadable);
    }
    let read = URL_SAFE_NO_PAD.decode(text).ok();
    read.filter(|bytes| bytes.len() <= most)
        .ok_or(Flaw::Unreadable)
}

/// Flags of an authenticator's data (WebAuthn, section 6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_BACKED_UP: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// A key's type EC2 (1: 2), algorithm ES256 (3: -7), curve P-256 (-1: 1), and the head of x (-2) and y (-3).
const COSE_ES256: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const COSE_Y: [u8; 3] = [0x22, 0x58, 0x20];
/// A key's type OKP (1: 1), algorithm EdDSA (3: -8), curve Ed25519 (-1: 6), and the head of x (-2).
const COSE_ED25519: [u8; 10] = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];

/// Bytes of a passkey's name: enough that it cannot be guessed, and the standard's most (section 4).
const SHORTEST_ID: usize = 16;
const LONGEST_ID: usize = 1_023;
/// Bytes of what a browser and an authenticator say; real ones stay below a quarter of these.
const LONGEST_CLIENT: usize = 4_096;
const LONGEST_AUTHENTICATOR: usize = 4_096;
const LONGEST_SIGNATURE: usize = 128;

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
