//! What the authority certifies, and what it does not.

use issei_host::exchange::{Authority, AuthorityError, Credentials, Serial, SigningRequest};
use issei_model::Span;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::house::{DAY, authority, coordinator, in_seconds, member};

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// A request that asks for everything.
fn greedy(key: &KeyPair) -> String {
    let mut asked = CertificateParams::default();
    asked.subject_alt_names = vec![
        SanType::DnsName("coordinator.coordinator.issei.internal".try_into().unwrap()),
        SanType::DnsName("isp-b.member.issei.internal".try_into().unwrap()),
    ];
    asked
        .distinguished_name
        .push(DnType::CommonName, "coordinator");
    asked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    asked.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    asked.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    asked.serialize_request(key).unwrap().pem().unwrap()
}

#[test]
fn of_a_request_only_the_key_is_taken() {
    let authority = authority();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let issued = authority
        .issue(
            &member("isp-a"),
            &greedy(&key),
            in_seconds(-60),
            in_seconds(DAY),
        )
        .unwrap();
    let der = der(&issued.certificate);
    let (_, read) = X509Certificate::from_der(&der).unwrap();
    let names = &read
        .subject_alternative_name()
        .unwrap()
        .unwrap()
        .value
        .general_names;
    assert_eq!(
        names[..],
        [GeneralName::DNSName("isp-a.member.issei.internal")]
    );
    assert_eq!(read.subject().to_string(), "CN=isp-a.member.issei.internal");
    assert!(!read.is_ca());
    let usage = read.key_usage().unwrap().unwrap().value;
    assert!(usage.digital_signature() && !usage.key_cert_sign() && !usage.crl_sign());
    let uses = read.extended_key_usage().unwrap().unwrap().value;
    assert!(uses.client_auth && !uses.server_auth && !uses.any);
    assert_eq!(
        read.public_key().raw,
        rcgen::PublicKeyData::subject_public_key_info(&key)
    );
    let serial: Serial = issued.serial.as_str().parse().unwrap();
    let own = Credentials::from_pem(
        &issued.certificate,
        &key.serialize_pem(),
        authority.root_pem(),
    );
    assert_eq!(*own.unwrap().serial(), serial);
}

#[test]
fn a_coordinator_may_serve_and_call() {
    let asked = SigningRequest::new().unwrap();
    let issued = authority()
        .issue(
            &coordinator(),
            &asked.request,
            in_seconds(-60),
            in_seconds(DAY),
        )
        .unwrap();
    let der = der(&issued.certificate);
    let (_, read) = X509Certificate::from_der(&der).unwrap();
    let uses = read.extended_key_usage().unwrap().unwrap().value;
    assert!(uses.client_auth && uses.server_auth && !uses.any);
}

#[test]
fn a_certificate_is_not_issued_twice_under_one_number() {
    let (authority, asked) = (authority(), SigningRequest::new().unwrap());
    let issue = || {
        let (from, until) = (in_seconds(-60), in_seconds(DAY));
        authority
            .issue(&member("isp-a"), &asked.request, from, until)
            .unwrap()
    };
    assert_ne!(issue().serial, issue().serial);
}

#[test]
fn dates_that_do_not_fit_are_refused() {
    let (authority, asked) = (authority(), SigningRequest::new().unwrap());
    let now = in_seconds(0);
    let day = |days: i64| now + Span::from_secs(days * DAY);
    for (from, until) in [(0, 31), (2, 1), (1, 1)] {
        let refused = authority.issue(&member("isp-a"), &asked.request, day(from), day(until));
        assert!(
            matches!(refused, Err(AuthorityError::Validity)),
            "{from} {until}"
        );
    }
    assert!(matches!(
        Authority::found(day(1), day(0)),
        Err(AuthorityError::Validity)
    ));
}

#[test]
fn what_is_no_request_for_a_key_of_ours_is_refused() {
    let authority = authority();
    let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let good = SigningRequest::new().unwrap().request;
    // One letter of the base 64 differs: the signature does not fit, or nothing can be read.
    let middle = good.len() / 2;
    let altered = match good.as_bytes()[middle] {
        b'A' => format!("{}B{}", &good[..middle], &good[middle + 1..]),
        _ => format!("{}A{}", &good[..middle], &good[middle + 1..]),
    };
    let table = [
        greedy(&other),
        altered,
        authority.root_pem().to_owned(),
        String::new(),
        "-----BEGIN CERTIFICATE REQUEST-----\n".repeat(100_000),
        good.repeat(100),
    ];
    for asked in table {
        let refused = authority.issue(&member("isp-a"), &asked, in_seconds(0), in_seconds(DAY));
        assert!(
            matches!(refused, Err(AuthorityError::NotARequest)),
            "{refused:?}"
        );
    }
}

#[test]
fn an_authority_is_its_two_files() {
    let (first, second) = (authority(), authority());
    let again = Authority::load(first.root_pem(), &first.key_pem()).unwrap();
    assert_eq!(again.root_pem(), first.root_pem());
    let asked = SigningRequest::new().unwrap();
    let issued = again
        .issue(
            &member("isp-a"),
            &asked.request,
            in_seconds(-60),
            in_seconds(DAY),
        )
        .unwrap();
    let leaf = (issued.certificate.as_str(), asked.key.as_str());
    for (root, key) in [
        (first.root_pem(), second.key_pem().as_str()),
        (first.root_pem(), ""),
        ("", first.key_pem().as_str()),
        // A member's own pair is no authority.
        leaf,
    ] {
        let refused = Authority::load(root, key);
        assert!(
            matches!(refused, Err(AuthorityError::NotARoot)),
            "{refused:?}"
        );
    }
    assert!(matches!(
        again.issue(
            &member("isp-a"),
            &asked.request,
            in_seconds(0),
            in_seconds(31 * DAY)
        ),
        Err(AuthorityError::Validity)
    ));
}

#[test]
fn keys_do_not_show_themselves() {
    let authority = authority();
    let asked = SigningRequest::new().unwrap();
    let key = authority.key_pem();
    let secret = key.lines().nth(1).unwrap();
    assert!(!format!("{authority:?}").contains(secret));
    let secret = asked.key.lines().nth(1).unwrap();
    assert!(!format!("{asked:?}").contains(secret));
}
