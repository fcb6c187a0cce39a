//! Enrolment: a one-time code, read aloud between two desks, becomes trust in both directions.
//!
//! In: a code, a signing request, the member's public keys. Out: a certificate, the roots, the country.
//! Always: both sides prove that they know the code, over everything that was exchanged and over
//! the server's key as each side sees it; whoever stands between shows another key, so his proofs
//! fail on both sides. Three wrong proofs burn a code; it lives 15 minutes and is good once.
//! Standards: RFC 2104 (HMAC, with SHA-256); Crockford's base 32 for the letters.
//! Not here: where invitations are kept, whom the coordinator invites, what the country says.
//! Limits: whoever reaches the server can burn the code of an organisation whose name he knows. That
//! costs the desks another call, and is seen there.

mod code;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use issei_model::{Digest, OrganisationId, PublicKey, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, PeerIncompatible, SignatureScheme};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::authority::{LONGEST_REQUEST, SigningRequest};
use super::certificate::Said;
use super::client::{self, CallError, Failure, Patience};
use super::credentials::{self, Credentials, OnlyCoordinator};
use super::identity::Identity;
use super::route::Route;

pub use code::Code;

/// How long a code lives, in seconds.
const LIFE: i64 = 15 * 60;

/// Wrong proofs that burn a code.
const MOST_WRONG: u8 = 3;

/// Public keys that a member names, and characters of a key's name.
const MOST_KEYS: usize = 8;
const LONGEST_KEY_NAME: usize = 64;

/// What the two proofs begin with, so that neither is taken for the other.
const BY_MEMBER: &[u8] = b"issei-join-member/1\n";
const BY_COORDINATOR: &[u8] = b"issei-join-coordinator/1\n";

/// What a joining member says, without its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its public keys by use, such as `receipts` and `witness`.
    pub keys: BTreeMap<String, PublicKey>,
    /// Who joins.
    pub organisation: OrganisationId,
    /// The signing request for its TLS key, PEM.
    pub request: String,
}

/// What a joining member posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// That it knows the code, about the statement and the server's key as it sees it.
    pub proof: Digest,
    /// What it says.
    pub statement: Statement,
}

/// What it gets, without the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    /// The new certificate, PEM.
    pub certificate: String,
    /// The country: who takes part, as the coordinator writes it.
    pub country: String,
    /// The authority's roots, PEM.
    pub roots: String,
}

/// What the coordinator answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// That it knows the code, about the whole exchange.
    pub proof: Digest,
    /// What it gives.
    pub welcome: Welcome,
}

impl Request {
    /// Makes a statement and proves it, to a server that showed this key.
    pub fn proven(statement: Statement, code: &Code, server: &Digest) -> Self {
        let proof = mac(code, BY_MEMBER, &[server, &digest(&statement)]);
        Self {
            proof: Digest(proof.finalize().into_bytes().into()),
            statement,
        }
    }

    /// Reads what was posted.
    ///
    /// # Errors
    /// Why it is no request to join.
    pub fn parse(bytes: &[u8]) -> Result<Self, JoinRefusal> {
        let request: Self = serde_json::from_slice(bytes).map_err(|_| JoinRefusal::Unreadable)?;
        let Statement {
            keys, request: pem, ..
        } = &request.statement;
        let sound = keys.len() <= MOST_KEYS
            && keys.keys().all(|name| name.len() <= LONGEST_KEY_NAME)
            && pem.len() <= LONGEST_REQUEST;
        sound.then_some(request).ok_or(JoinRefusal::Unreadable)
    }

    fn is_proven(&self, code: &Code, server: &Digest) -> bool {
        mac(code, BY_MEMBER, &[server, &digest(&self.statement)])
            .verify_slice(&self.proof.0)
            .is_ok()
    }
}

impl Reply {
    /// Welcomes a member, and proves to it that the coordinator does. `server` is our own key.
    pub fn proven(welcome: Welcome, request: &Request, code: &Code, server: &Digest) -> Self {
        let about = [server, &digest(request), &digest(&welcome)];
        let proof = mac(code, BY_COORDINATOR, &about);
        Self {
            proof: Digest(proof.finalize().into_bytes().into()),
            welcome,
        }
    }

    /// Writes it as it is sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts can be written")
    }

    fn is_proven(&self, request: &Request, code: &Code, server: &Digest) -> bool {
        let about = [server, &digest(request), &digest(&self.welcome)];
        mac(code, BY_COORDINATOR, &about)
            .verify_slice(&self.proof.0)
            .is_ok()
    }
}

/// A code that is out, and what became of it so far. Kept by the coordinator, one an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    code: Code,
    organisation: OrganisationId,
    until: Timestamp,
    used: bool,
    wrong: u8,
}

impl Invitation {
    /// Invites an organisation, from now on for 15 minutes.
    pub fn new(code: Code, organisation: OrganisationId, now: Timestamp) -> Self {
        Self {
            code,
            organisation,
            until: Timestamp::from_micros(now.as_micros() + LIFE * 1_000_000),
            used: false,
            wrong: 0,
        }
    }

    /// Whom it invites.
    pub const fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// Until when it is good.
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// The code, for [`Reply::proven`].
    pub const fn code(&self) -> &Code {
        &self.code
    }

    /// Judges a request to join. Whatever it says, the invitation must be kept as it is afterwards,
    /// before the answer is sent: a try counts although the program ends.
    ///
    /// # Errors
    /// Why the member may not join.
    pub fn judge(
        &mut self,
        request: &Request,
        server: &Digest,
        now: Timestamp,
    ) -> Result<(), JoinRefusal> {
        if request.statement.organisation != self.organisation {
            return Err(JoinRefusal::OtherOrganisation);
        }
        if self.used {
            return Err(JoinRefusal::Used);
        }
        if self.wrong >= MOST_WRONG {
            return Err(JoinRefusal::Burned);
        }
        if now >= self.until {
            return Err(JoinRefusal::Late);
        }
        if !request.is_proven(&self.code, server) {
            self.wrong += 1;
            let left = MOST_WRONG - self.wrong;
            return Err(JoinRefusal::Wrong { left });
        }
        self.used = true;
        Ok(())
    }
}

/// Why somebody may not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinRefusal {
    /// What was posted is no request to join.
    Unreadable,
    /// The code is for another organisation.
    OtherOrganisation,
    /// The code was used.
    Used,
    /// Too many wrong proofs.
    Burned,
    /// The code's time is over.
    Late,
    /// The proof is wrong: another code, or somebody stands between.
    Wrong {
        /// Tries that are left.
        left: u8,
    },
}

impl fmt::Display for JoinRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("not a request to join"),
            Self::OtherOrganisation => f.write_str("the code is for another organisation"),
            Self::Used => f.write_str("the code was used; ask the coordinator's desk for another"),
            Self::Burned => f.write_str(
                "three wrong tries burned the code; ask the coordinator's desk for another, and whether it was you",
            ),
            Self::Late => f.write_str(
                "the code's 15 minutes are over; ask the coordinator's desk for another",
            ),
            Self::Wrong { left } => write!(
                f,
                "the proof is wrong: another code, or somebody stands between; tries left: {left}"
            ),
        }
    }
}

impl std::error::Error for JoinRefusal {}

/// What joining brings.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The new certificate, PEM; its key is that of the signing request.
    pub certificate: String,
    /// The authority's roots, PEM.
    pub roots: String,
    /// The country, as the coordinator writes it.
    pub country: String,
    /// Who the coordinator is.
    pub coordinator: Identity,
    /// Who we are now.
    pub credentials: Credentials,
}

/// Joins at `host:port` with a code.
///
/// # Errors
/// If the coordinator refuses, something breaks, or the other side does not prove that it knows the
/// code; then nothing that it sent is used.
pub async fn join(
    address: &str,
    code: &Code,
    organisation: &OrganisationId,
    signing: &SigningRequest,
    keys: &BTreeMap<String, PublicKey>,
) -> Result<Joined, CallError> {
    let patience = Patience::default();
    let tls = client::connector(anyone().map_err(failed_own)?);
    let (mut sender, seen) = client::connect(address, &tls, patience.connect).await?;
    let server = Said::by(&seen).map_err(|_| CallError::before(Failure::Unproven))?;
    let statement = Statement {
        keys: keys.clone(),
        organisation: organisation.clone(),
        request: signing.request.clone(),
    };
    let request = Request::proven(statement, code, &server.key);
    let body = serde_json::to_vec(&request).expect("texts can be written");
    let reply = client::once(&mut sender, &Route::Join, body.into(), patience.reply).await?;
    let reply: Reply = serde_json::from_slice(&reply).map_err(|_| unproven())?;
    if !reply.is_proven(&request, code, &server.key) {
        return Err(unproven());
    }
    settle(reply.welcome, signing, organisation, &seen).ok_or(CallError::Failed {
        cause: Failure::Unfitting,
        acted: true,
    })
}

/// Looks whether what a genuine coordinator sent fits together, before anybody relies on it.
fn settle(
    welcome: Welcome,
    signing: &SigningRequest,
    organisation: &OrganisationId,
    seen: &CertificateDer<'_>,
) -> Option<Joined> {
    let Welcome {
        certificate,
        country,
        roots,
    } = welcome;
    let credentials = Credentials::from_pem(&certificate, &signing.key, &roots).ok()?;
    if *credentials.identity() != Identity::member(organisation.clone()) {
        return None;
    }
    let store = credentials::root_store(&roots)?;
    OnlyCoordinator::under(Arc::new(store))
        .ok()?
        .verify_server_cert(seen, &[], &credentials::called(), &[], UnixTime::now())
        .ok()?;
    Some(Joined {
        coordinator: Said::by(seen).ok()?.identity.ok()?,
        certificate,
        roots,
        country,
        credentials,
    })
}

fn unproven() -> CallError {
    CallError::Failed {
        cause: Failure::Unproven,
        acted: true,
    }
}

fn failed_own(cause: rustls::Error) -> CallError {
    CallError::before(Failure::Credentials(cause))
}

/// The HMAC of a few digests under the code.
fn mac(code: &Code, begins: &[u8], about: &[&Digest]) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(code.bytes()).expect("HMAC takes keys of any length");
    mac.update(begins);
    for digest in about {
        mac.update(&digest.0);
    }
    mac
}

/// Digests the canonical form (RFC 8785).
fn digest<T: Serialize>(what: &T) -> Digest {
    let bytes = serde_json_canonicalizer::to_vec(what).expect("texts can be written");
    Digest(Sha256::digest(bytes).into())
}

/// TLS with whoever answers, who must still have the key that he shows. Only for joining, where the
/// code stands in for a certificate.
fn anyone() -> Result<ClientConfig, rustls::Error> {
    let provider = credentials::provider();
    let algorithms = provider.signature_verification_algorithms;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(algorithms)))
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_sni = false;
    Ok(config)
}

#[derive(Debug)]
struct Anyone(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _called: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls13RequiredForQuic.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
