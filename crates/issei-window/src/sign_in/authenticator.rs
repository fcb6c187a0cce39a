//! An authenticator for tests, with its browser: it answers as the standard says, or with one thing wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::passkey::{Made, Relying, Shown};

/// Its key.
pub enum Pair {
    /// On P-256.
    P256(p256::ecdsa::SigningKey),
    /// On Ed25519.
    Ed25519(ed25519_dalek::SigningKey),
}

/// An authenticator with one passkey; what it says may be changed beforehand.
pub struct Authenticator {
    /// Its key.
    pub pair: Pair,
    /// The passkey's name.
    pub id: Vec<u8>,
    /// Whose it says that it is.
    pub user: Vec<u8>,
    /// The name that it is bound to.
    pub name: String,
    /// What it says of who was there.
    pub flags: u8,
    /// How often it was used.
    pub counter: u32,
    /// What follows when it shows its passkey: extensions.
    pub behind: Vec<u8>,
    /// What the browser says.
    pub browser: Browser,
}

/// What a browser says of where it was asked, and for what.
pub struct Browser {
    /// The origin.
    pub origin: String,
    /// Whether in a page of another origin.
    pub crossed: bool,
    /// Of which.
    pub top: Option<String>,
    /// What for, if not for what it was asked.
    pub purpose: Option<&'static str>,
}

/// Somebody was there and was verified.
pub const THERE_AND_VERIFIED: u8 = 0x05;
const HAS_CREDENTIAL: u8 = 0x40;

impl Authenticator {
    /// A new one, for a window.
    pub fn new(relying: &Relying, seed: u8) -> Self {
        let pair = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap();
        Self {
            pair: Pair::P256(pair),
            id: vec![seed; 32],
            user: Vec::new(),
            name: relying.id.clone(),
            flags: THERE_AND_VERIFIED,
            counter: 0,
            behind: Vec::new(),
            browser: Browser {
                origin: relying.origin.clone(),
                crossed: false,
                top: None,
                purpose: None,
            },
        }
    }

    /// The same with Ed25519.
    pub fn edwards(relying: &Relying, seed: u8) -> Self {
        Self {
            pair: Pair::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])),
            ..Self::new(relying, seed)
        }
    }

    /// Its key as COSE.
    pub fn cose(&self) -> Vec<u8> {
        match &self.pair {
            Pair::P256(pair) => {
                let point = pair.verifying_key().to_sec1_point(false);
                let point = point.as_bytes();
                let mut key = vec![0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20];
                key.extend_from_slice(&point[1..33]);
                key.extend_from_slice(&[0x22, 0x58, 0x20]);
                key.extend_from_slice(&point[33..]);
                key
            }
            Pair::Ed25519(pair) => {
                let mut key = vec![0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20];
                key.extend_from_slice(pair.verifying_key().as_bytes());
                key
            }
        }
    }

    /// What it says when it makes its passkey.
    pub fn data_of_new(&self) -> Vec<u8> {
        let mut data = self.data(self.flags | HAS_CREDENTIAL);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose());
        data
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.name.as_bytes()).to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    fn client(&self, purpose: &str, challenge: &[u8]) -> Vec<u8> {
        let mut client = json!({
            "type": self.browser.purpose.unwrap_or(purpose),
            "challenge": coded(challenge),
            "origin": self.browser.origin,
            "crossOrigin": self.browser.crossed,
            "other_keys_can_be_added_here": "as browsers do",
        });
        if let Some(top) = &self.browser.top {
            client["topOrigin"] = json!(top);
        }
        client.to_string().into_bytes()
    }

    /// Makes its passkey.
    pub fn makes(&self, challenge: &[u8]) -> Made {
        Made {
            client: coded(&self.client("webauthn.create", challenge)),
            authenticator: coded(&self.data_of_new()),
            name: "my telephone".into(),
        }
    }

    /// Shows its passkey.
    pub fn shows(&self, challenge: &[u8]) -> Shown {
        let client = self.client("webauthn.get", challenge);
        let mut data = self.data(self.flags);
        data.extend_from_slice(&self.behind);
        let mut message = data.clone();
        message.extend_from_slice(&Sha256::digest(&client));
        let signature = match &self.pair {
            Pair::P256(pair) => {
                let signature: p256::ecdsa::DerSignature = pair.sign(&message);
                signature.as_bytes().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(&message).to_bytes().to_vec(),
        };
        Shown {
            id: coded(&self.id),
            client: coded(&client),
            authenticator: coded(&data),
            signature: coded(&signature),
            user: coded(&self.user),
        }
    }
}

/// Base64url without padding.
pub fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
