//! Reads of a certificate what the exchange needs: whose it is, its serial number, its end, its key.
//!
//! Always: exactly one name, or none at all; a certificate for two names would let its holder choose.
//! Not here: whether it is genuine; rustls has verified the chain before anything here counts.

use std::fmt;
use std::str::FromStr;

use issei_model::{Digest, Timestamp};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::identity::Identity;

/// Bytes of a serial number (RFC 5280, section 4.1.2.2: up to 20).
const LONGEST_SERIAL: usize = 20;

/// The number by which the authority tells its certificates apart, as lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Tells the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Serial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let length = text.len();
        if digits && length.is_multiple_of(2) && (2..=2 * LONGEST_SERIAL).contains(&length) {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "a serial number is 2 to 40 hexadecimal digits, an even count, in lower case"
                    .into(),
            )
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a certificate says nothing that the exchange can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// It is no X.509 certificate.
    Unreadable,
    /// It does not carry exactly one name.
    Names {
        /// How many it carries.
        count: usize,
    },
    /// Its name is none of the exchange.
    ForeignName,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("not an X.509 certificate"),
            Self::Names { count } => write!(
                f,
                "the certificate carries {count} names; exactly one says who somebody is"
            ),
            Self::ForeignName => {
                f.write_str("the certificate's name is not one of the exchange, such as `isp-a.member.issei.internal`")
            }
        }
    }
}

impl std::error::Error for CertificateError {}

/// What a certificate says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// Whose it is.
    pub identity: Result<Identity, CertificateError>,
    /// Its number.
    pub serial: Serial,
    /// Until when it is good.
    pub until: Timestamp,
    /// The digest of its public key with its algorithm (SubjectPublicKeyInfo).
    pub key: Digest,
}

impl Said {
    /// Reads a certificate.
    pub(super) fn by(certificate: &CertificateDer<'_>) -> Result<Self, CertificateError> {
        let (rest, read) =
            X509Certificate::from_der(certificate).map_err(|_| CertificateError::Unreadable)?;
        if !rest.is_empty() {
            return Err(CertificateError::Unreadable);
        }
        Ok(Self {
            identity: only_name(&read),
            serial: Serial::of_bytes(read.raw_serial()),
            until: Timestamp::from_secs(read.validity().not_after.timestamp()),
            key: Digest(Sha256::digest(read.public_key().raw).into()),
        })
    }
}

fn only_name(certificate: &X509Certificate<'_>) -> Result<Identity, CertificateError> {
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| CertificateError::Unreadable)?
        .map(|names| names.value.general_names.as_slice())
        .unwrap_or_default();
    match names {
        [GeneralName::DNSName(name)] => name.parse().map_err(|_| CertificateError::ForeignName),
        [_] => Err(CertificateError::ForeignName),
        several => Err(CertificateError::Names {
            count: several.len(),
        }),
    }
}
