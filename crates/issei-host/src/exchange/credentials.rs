//! What one side shows and whom it believes: certificate chain, private key, roots.
//!
//! In: PEM. Out: the two TLS configurations.
//! Always: TLS 1.3 only; no resumption, so that every connection shows its certificate anew and an
//! expired one ends with its connection; a server is believed only if its certificate is that of a
//! coordinator under our own roots.
//! Standard: RFC 8446.

use std::fmt;
use std::sync::Arc;

use issei_model::{Digest, Timestamp};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError as Bad, ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore,
    ServerConfig, SignatureScheme,
};

use super::certificate::{CertificateError, Said, Serial};
use super::identity::{Identity, Role, ZONE};

/// Certificates of a chain or among the roots. Ours have one each, two while a root is replaced.
const MOST_CERTIFICATES: usize = 8;

/// A certificate chain with its key, and the roots that vouch for the other side.
#[derive(Clone)]
pub struct Credentials {
    shown: Arc<CertifiedKey>,
    roots: Arc<RootCertStore>,
    identity: Identity,
    serial: Serial,
    until: Timestamp,
    key: Digest,
}

/// Why PEM makes no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialsError {
    /// No certificate, or too many, or something else.
    Chain,
    /// The first certificate does not say who somebody is.
    Name(CertificateError),
    /// No private key, or one of a kind that we do not use.
    Key,
    /// The key is not that of the certificate.
    OtherKey,
    /// No certificate of an authority.
    Roots,
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain => f.write_str("no certificates in PEM where a chain of 1 to 8 is expected"),
            Self::Name(cause) => write!(f, "{cause}"),
            Self::Key => f.write_str("no private key in PEM (PKCS #8) of a kind that is in use"),
            Self::OtherKey => f.write_str(
                "the private key is not that of the certificate; give the files that were written together",
            ),
            Self::Roots => f.write_str("no certificates of an authority in PEM, 1 to 8 expected"),
        }
    }
}

impl std::error::Error for CredentialsError {}

impl Credentials {
    /// Takes a chain, its key and the roots from PEM.
    ///
    /// # Errors
    /// If one of them cannot be used, or they do not belong together.
    pub fn from_pem(chain: &str, key: &str, roots: &str) -> Result<Self, CredentialsError> {
        let chain = certificates(chain).ok_or(CredentialsError::Chain)?;
        let said = Said::by(&chain[0]).map_err(CredentialsError::Name)?;
        let key =
            PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CredentialsError::Key)?;
        let shown =
            CertifiedKey::from_der(chain, key, &provider()).map_err(|cause| match cause {
                rustls::Error::InconsistentKeys(_) => CredentialsError::OtherKey,
                _ => CredentialsError::Key,
            })?;
        Ok(Self {
            shown: Arc::new(shown),
            roots: Arc::new(root_store(roots).ok_or(CredentialsError::Roots)?),
            identity: said.identity.map_err(CredentialsError::Name)?,
            serial: said.serial,
            until: said.until,
            key: said.key,
        })
    }

    /// Who shows it.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The certificate's number.
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// Until when it is good.
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// The digest of the public key with its algorithm: what a joining member sees of us.
    pub const fn public_key(&self) -> Digest {
        self.key
    }

    /// How a server meets its callers: a certificate is asked for, and its absence is allowed, for
    /// whoever joins has none yet.
    pub(super) fn server(&self) -> Result<ServerConfig, rustls::Error> {
        let roots = Arc::clone(&self.roots);
        let callers = WebPkiClientVerifier::builder_with_provider(roots, provider())
            .allow_unauthenticated()
            // The roots' names are nobody's business before the caller has shown who it is.
            .clear_root_hint_subjects()
            .build()
            .map_err(|_| rustls::Error::NoCertificatesPresented)?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(callers)
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(Arc::clone(
                &self.shown,
            ))));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }

    /// How a member meets the coordinator.
    pub(super) fn client(&self) -> Result<ClientConfig, rustls::Error> {
        let only = OnlyCoordinator::under(Arc::clone(&self.roots))?;
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(only))
            .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(Arc::clone(
                &self.shown,
            ))));
        config.resumption = rustls::client::Resumption::disabled();
        config.enable_sni = false;
        Ok(config)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("identity", &self.identity)
            .field("serial", &self.serial)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Chosen by name, so that no other library of the program decides which cryptography runs.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// The name under which a server is called. It stands in no certificate and is not sent: who a
/// server must be is decided by [`OnlyCoordinator`].
pub(super) fn called() -> ServerName<'static> {
    ServerName::try_from(ZONE).expect("a DNS name")
}

/// Reads certificates in PEM: at least one, and a bounded number.
pub(super) fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let read: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .take(MOST_CERTIFICATES + 1)
        .collect::<Result<_, _>>()
        .ok()?;
    (1..=MOST_CERTIFICATES)
        .contains(&read.len())
        .then_some(read)
}

/// Reads roots in PEM.
pub(super) fn root_store(pem: &str) -> Option<RootCertStore> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem)? {
        store.add(certificate).ok()?;
    }
    Some(store)
}

/// Believes a server whose certificate is that of a coordinator under our own roots.
#[derive(Debug)]
pub(super) struct OnlyCoordinator(Arc<WebPkiServerVerifier>);

impl OnlyCoordinator {
    pub(super) fn under(roots: Arc<RootCertStore>) -> Result<Self, rustls::Error> {
        WebPkiServerVerifier::builder_with_provider(roots, provider())
            .build()
            .map(Self)
            .map_err(|_| rustls::Error::NoCertificatesPresented)
    }
}

impl ServerCertVerifier for OnlyCoordinator {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _called: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let identity = Said::by(end_entity)
            .and_then(|said| said.identity)
            .map_err(|_| Bad::NotValidForName)?;
        if identity.role != Role::Coordinator {
            return Err(Bad::NotValidForName.into());
        }
        let name = ServerName::try_from(identity.to_string()).map_err(|_| Bad::NotValidForName)?;
        self.0
            .verify_server_cert(end_entity, intermediates, &name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.0.root_hint_subjects()
    }
}
