//! A provider for tests: it signs, exchanges codes and answers as the standards say, or with one thing wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Answer, Errand, Errands, Provider, Underway};

pub const ISSUER: &str = "https://login.example";
pub const CLIENT: &str = "issei window";
pub const SECRET: &str = "s%cret: of+ours";

/// How a token is signed.
#[derive(Clone, Debug)]
pub enum Signing {
    Rs256,
    Ps256,
    /// With a key from this seed.
    Es256(u8),
    EdDsa(u8),
    /// Not at all.
    Unsigned,
    /// With these bytes as a shared secret.
    Hs256(Vec<u8>),
}

impl Signing {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
            Self::Unsigned => "none",
            Self::Hs256(_) => "HS256",
        }
    }

    /// The public key as a JWK.
    pub fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Es256(seed) => {
                let pair = p256::ecdsa::SigningKey::from_slice(&[*seed; 32]).unwrap();
                let point = pair.verifying_key().to_sec1_point(false);
                let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
                json!({ "kty": "EC", "crv": "P-256", "x": coded(x), "y": coded(y), "kid": id, "use": "sig" })
            }
            Self::EdDsa(seed) => {
                let pair = ed25519_dalek::SigningKey::from_bytes(&[*seed; 32]);
                let x = coded(pair.verifying_key().as_bytes());
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": id })
            }
            _ => {
                json!({ "kty": "RSA", "n": coded(&modulus()), "e": "AQAB", "kid": id, "alg": self.name() })
            }
        }
    }

    fn sign(&self, message: &str) -> String {
        let rsa = |algorithm| {
            let key = EncodingKey::from_rsa_der(&rsa_key());
            crypto::sign(message.as_bytes(), &key, algorithm).unwrap()
        };
        match self {
            Self::Rs256 => rsa(Algorithm::RS256),
            Self::Ps256 => rsa(Algorithm::PS256),
            Self::Es256(seed) => {
                let pair = p256::ecdsa::SigningKey::from_slice(&[*seed; 32]).unwrap();
                let signature: p256::ecdsa::Signature = pair.sign(message.as_bytes());
                coded(&signature.to_bytes())
            }
            Self::EdDsa(seed) => {
                let pair = ed25519_dalek::SigningKey::from_bytes(&[*seed; 32]);
                coded(&pair.sign(message.as_bytes()).to_bytes())
            }
            Self::Unsigned => String::new(),
            Self::Hs256(secret) => {
                let mut code = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                code.update(message.as_bytes());
                coded(&code.finalize().into_bytes())
            }
        }
    }

    /// A token with this header, as it stands, and these claims.
    pub fn token(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", coded(header.as_bytes()), coded(claims.as_bytes()));
        format!("{message}.{}", self.sign(&message))
    }
}

/// An RSA key that guards nothing, in PKCS #1.
fn rsa_key() -> Vec<u8> {
    let text: String = include_str!("rsa_key_for_tests.txt")
        .split_whitespace()
        .collect();
    STANDARD.decode(text).unwrap()
}

/// Its modulus: the third field, 257 bytes with the zero before it.
pub fn modulus() -> Vec<u8> {
    rsa_key()[12..268].to_vec()
}

pub fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A provider that can be told to err.
pub struct StandIn {
    inner: Mutex<Inner>,
}

pub struct Inner {
    /// What it says of itself.
    pub about: Value,
    /// Its keys.
    pub keys: Vec<Value>,
    /// How it signs, and with the key of which name.
    pub signing: (Signing, String),
    /// What is changed in what it says of who came.
    pub claims: fn(&mut Value),
    /// Whether it is down.
    pub down: bool,
    /// What it was asked.
    pub asked: Vec<Errand>,
    /// The time, in seconds.
    pub now: i64,
    codes: BTreeMap<String, (String, String, String)>,
}

impl StandIn {
    pub fn new(now: i64) -> Self {
        let signing = Signing::Es256(3);
        let inner = Inner {
            about: json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/auth?tenant=7"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/keys"),
                "authorization_response_iss_parameter_supported": true,
            }),
            keys: vec![signing.jwk("one")],
            signing: (signing, "one".into()),
            claims: |_| {},
            down: false,
            asked: Vec::new(),
            now,
            codes: BTreeMap::new(),
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// How often an address that ends so was asked.
    pub fn asked(&self, end: &str) -> usize {
        let inner = self.inner();
        inner
            .asked
            .iter()
            .filter(|one| one.url.ends_with(end))
            .count()
    }

    /// Somebody who was sent with this address signs in there; gives what the browser brings back.
    pub fn signs_in(&self, way: &str, subject: &str) -> Vec<(String, String)> {
        assert!(
            way.starts_with(&format!("{ISSUER}/auth?tenant=7&")),
            "{way}"
        );
        let sent = parameters(way);
        assert_eq!(sent["response_type"], "code");
        assert_eq!(sent["scope"], "openid");
        assert_eq!(sent["client_id"], CLIENT);
        assert_eq!(sent["code_challenge_method"], "S256");
        let mut inner = self.inner();
        let code = format!("code-{}", inner.codes.len());
        let coded = (
            subject.to_owned(),
            sent["nonce"].clone(),
            sent["code_challenge"].clone(),
        );
        inner.codes.insert(code.clone(), coded);
        [
            ("code", code),
            ("state", sent["state"].clone()),
            ("iss", ISSUER.into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// The parameters of an address.
pub fn parameters(way: &str) -> BTreeMap<String, String> {
    let uri: axum::http::Uri = way.parse().unwrap();
    axum::extract::Query::try_from_uri(&uri).unwrap().0
}

impl Inner {
    fn answers(&mut self, errand: &Errand) -> (u16, Value) {
        match errand.url.strip_prefix(ISSUER).unwrap_or_default() {
            "/.well-known/openid-configuration" => (200, self.about.clone()),
            "/keys" => (200, json!({ "keys": self.keys })),
            "/token" => self.exchanges(errand),
            _ => (404, json!({})),
        }
    }

    fn exchanges(&mut self, errand: &Errand) -> (u16, Value) {
        let form = parameters(&format!("/?{}", errand.form.as_deref().unwrap()));
        let shown = format!(
            "Basic {}",
            STANDARD.encode("issei%20window:s%25cret%3A%20of%2Bours")
        );
        let known = match &errand.authorization {
            Some(authorization) => *authorization == shown && !form.contains_key("client_id"),
            None => form.get("client_id").map(String::as_str) == Some(CLIENT),
        };
        if !known {
            return (401, json!({ "error": "invalid_client" }));
        }
        let refused = (400, json!({ "error": "invalid_grant" }));
        let Some((subject, nonce, challenge)) = self.codes.remove(&form["code"]) else {
            return refused;
        };
        let opened = coded(&Sha256::digest(form["code_verifier"].as_bytes()));
        if form["grant_type"] != "authorization_code"
            || !form["redirect_uri"].ends_with("/sign-in/oidc/back")
            || opened != challenge
        {
            return refused;
        }
        let mut claims = json!({
            "iss": ISSUER, "sub": subject, "aud": CLIENT, "nonce": nonce,
            "iat": self.now, "exp": self.now + 600, "email": "operator@coordinator",
        });
        (self.claims)(&mut claims);
        let (signing, id) = &self.signing;
        let header = json!({ "alg": signing.name(), "kid": id }).to_string();
        let token = signing.token(&header, &claims.to_string());
        (
            200,
            json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }),
        )
    }
}

impl Errands for StandIn {
    fn run(&self, errand: Errand) -> Underway {
        let mut inner = self.inner();
        inner.asked.push(errand.clone());
        let answer = match inner.down {
            true => Err("nobody answers".to_owned()),
            false => {
                let (status, body) = inner.answers(&errand);
                let body = body.to_string().into_bytes();
                Ok(Answer { status, body })
            }
        };
        Box::pin(async { answer })
    }
}

/// The provider as the window is told of it.
pub fn provider(stand_in: &std::sync::Arc<StandIn>) -> Provider {
    Provider {
        name: "Example & Co".into(),
        issuer: ISSUER.into(),
        client: CLIENT.into(),
        secret: Some(SECRET.into()),
        errands: stand_in.clone(),
    }
}
