//! Makes the coordinator's own authority, and certificates that say who somebody is.
//!
//! In: moments, an identity that the coordinator decided on, a signing request. Out: PEM.
//! Always: of a request only the key is taken, never a name; a certificate is for one name, cannot
//! sign others, serves what its role needs and ends no later than its root. The root may vouch for
//! names of the exchange only.
//! Standards: RFC 5280; RFC 2986 (signing requests); RFC 8410 (Ed25519).
//! Not here: where the root's key lies, and who decides.

use std::fmt;
use std::io;
use std::time::Duration;

use issei_model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ED25519, PublicKeyData as _, SanType, SerialNumber,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use super::certificate::Serial;
use super::identity::{Identity, Role, ZONE};
use crate::kernel;

/// Bytes of a signing request in PEM. One with an Ed25519 key has under 1 KiB.
pub(super) const LONGEST_REQUEST: usize = 8 << 10;

/// Bytes of chance in a serial number (RFC 5280 allows 20).
const SERIAL: usize = 16;

/// Who vouches for names: the root's certificate and its key.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: String,
    until: Timestamp,
}

/// A certificate that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its number, by which it can be revoked.
    pub serial: Serial,
}

/// Why there is no authority, or no certificate from it.
#[derive(Debug)]
pub enum AuthorityError {
    /// The kernel gave no chance.
    NoChance(io::Error),
    /// The root's certificate or key cannot be read, or one does not belong to the other.
    NotARoot,
    /// What was sent is no signing request for an Ed25519 key, or not signed by that key.
    NotARequest,
    /// It would end before it begins, or after its root.
    Validity,
    /// The library could not write it.
    Unwritable(rcgen::Error),
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChance(cause) => write!(f, "the kernel gives no random bytes: {cause}"),
            Self::NotARoot => f.write_str(
                "not the certificate of an authority and its key; give both files as they were written together",
            ),
            Self::NotARequest => f.write_str(
                "not a signing request for an Ed25519 key, or not signed by that key; make a new one",
            ),
            Self::Validity => f.write_str(
                "a certificate ends after it begins and no later than its root; choose other dates",
            ),
            Self::Unwritable(cause) => write!(f, "the certificate cannot be written: {cause}"),
        }
    }
}

impl std::error::Error for AuthorityError {}

impl From<rcgen::Error> for AuthorityError {
    fn from(cause: rcgen::Error) -> Self {
        Self::Unwritable(cause)
    }
}

impl Authority {
    /// Founds an authority with a new key.
    ///
    /// # Errors
    /// If the dates are in the wrong order, or there is no chance.
    pub fn found(from: Timestamp, until: Timestamp) -> Result<Self, AuthorityError> {
        if until <= from {
            return Err(AuthorityError::Validity);
        }
        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let mut root = blank(from, until, "issei authority")?;
        // No two authorities have one name, or a certificate of another would seem forged, not foreign.
        if let Some(serial) = &root.serial_number {
            let name = format!("issei authority {}", Serial::of_bytes(serial.as_ref()));
            root.distinguished_name.push(DnType::CommonName, name);
        }
        // No certificate below the root may sign others.
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        root.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(ZONE.to_owned())],
            excluded_subtrees: Vec::new(),
        });
        let certificate = root.self_signed(&key)?;
        Ok(Self {
            root: certificate.pem(),
            issuer: Issuer::new(root, key),
            until,
        })
    }

    /// Takes an authority from its two files.
    ///
    /// # Errors
    /// If one cannot be read, or one does not belong to the other.
    pub fn load(root: &str, key: &str) -> Result<Self, AuthorityError> {
        let wrong = |_| AuthorityError::NotARoot;
        let der = CertificateDer::from_pem_slice(root.as_bytes())
            .map_err(|_| AuthorityError::NotARoot)?;
        let key = KeyPair::from_pem(key).map_err(wrong)?;
        let (_, read) = X509Certificate::from_der(&der).map_err(|_| AuthorityError::NotARoot)?;
        if !read.is_ca() || read.public_key().raw != key.subject_public_key_info() {
            return Err(AuthorityError::NotARoot);
        }
        Ok(Self {
            until: Timestamp::from_secs(read.validity().not_after.timestamp()),
            issuer: Issuer::from_ca_cert_der(&der, key).map_err(wrong)?,
            root: root.to_owned(),
        })
    }

    /// Shows the root's certificate, PEM. Everybody may have it.
    pub fn root_pem(&self) -> &str {
        &self.root
    }

    /// Shows the root's key, PEM. Whoever has it is the authority.
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.issuer.key().serialize_pem())
    }

    /// Certifies that the key of this request is that of this identity.
    ///
    /// # Errors
    /// If it is no request, or the dates do not fit.
    pub fn issue(
        &self,
        identity: &Identity,
        request: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Issued, AuthorityError> {
        if until <= from || until > self.until {
            return Err(AuthorityError::Validity);
        }
        let mut asked = read_request(request)?;
        let name = identity.to_string();
        let mut given = blank(from, until, &name)?;
        given.subject_alt_names = vec![SanType::DnsName(name.try_into()?)];
        given.is_ca = IsCa::ExplicitNoCa;
        given.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        given.extended_key_usages = uses(identity.role);
        given.use_authority_key_identifier_extension = true;
        let serial = given.serial_number.as_ref().map(SerialNumber::to_bytes);
        // All that the request asked for is replaced; only its key stays.
        asked.params = given;
        let certificate = asked.signed_by(&self.issuer)?;
        Ok(Issued {
            certificate: certificate.pem(),
            serial: Serial::of_bytes(&serial.unwrap_or_default()),
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// A new key, and the request to have it certified.
pub struct SigningRequest {
    /// The private key, PEM.
    pub key: Zeroizing<String>,
    /// The request, PEM. It names nobody: the coordinator decides whose the key is.
    pub request: String,
}

impl SigningRequest {
    /// Draws a key.
    ///
    /// # Errors
    /// If the library cannot.
    pub fn new() -> Result<Self, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let mut nobody = CertificateParams::default();
        nobody.distinguished_name = DistinguishedName::new();
        Ok(Self {
            request: nobody.serialize_request(&key)?.pem()?,
            key: Zeroizing::new(key.serialize_pem()),
        })
    }
}

impl fmt::Debug for SigningRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningRequest")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

fn read_request(request: &str) -> Result<CertificateSigningRequestParams, AuthorityError> {
    if request.len() > LONGEST_REQUEST {
        return Err(AuthorityError::NotARequest);
    }
    let asked = CertificateSigningRequestParams::from_pem(request)
        .map_err(|_| AuthorityError::NotARequest)?;
    // One kind of key, so that nobody is certified with a weak one.
    if asked.public_key.algorithm() != &PKCS_ED25519 {
        return Err(AuthorityError::NotARequest);
    }
    Ok(asked)
}

/// A coordinator also calls: another one that stands by reads the log as members do.
fn uses(role: Role) -> Vec<ExtendedKeyUsagePurpose> {
    match role {
        Role::Coordinator => vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ],
        Role::Member => vec![ExtendedKeyUsagePurpose::ClientAuth],
    }
}

/// Begins a certificate: its dates, a name for people, a number that nobody can guess.
fn blank(
    from: Timestamp,
    until: Timestamp,
    name: &str,
) -> Result<CertificateParams, AuthorityError> {
    let mut serial = [0; SERIAL];
    kernel::random(&mut serial).map_err(AuthorityError::NoChance)?;
    // Positive, and of full length (RFC 5280, section 4.1.2.2).
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut blank = CertificateParams::default();
    let moment = |when: Timestamp| {
        let seconds = u64::try_from(when.as_micros() / 1_000_000).unwrap_or(0);
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    };
    blank.not_before = moment(from);
    blank.not_after = moment(until);
    blank.serial_number = Some(SerialNumber::from_slice(&serial));
    blank.distinguished_name = DistinguishedName::new();
    blank.distinguished_name.push(DnType::CommonName, name);
    Ok(blank)
}
