//! Who is believed: in both directions.

use issei_host::exchange::{
    CallError, Client, Credentials, CredentialsError, Failure, Kind, Limits, Revoked, Route,
    Server, ServerError,
};
use rcgen::{CertificateParams, Issuer, KeyPair, PKCS_ED25519, SanType};
use rustls::AlertDescription;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::house::{
    DAY, House, Papers, Raw, Remembering, authority, config_of, coordinator, is_refusal, member,
    papers, papers_for, raw_config, within,
};

/// A certificate under the house's own root that carries whatever it is given.
fn carrying(house: &House, names: Vec<SanType>) -> Papers {
    let mut forged = house.papers("isp-a");
    let root = KeyPair::from_pem(&house.authority.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(house.authority.root_pem(), root).unwrap();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut given = CertificateParams::default();
    given.subject_alt_names = names;
    given.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    forged.issued.certificate = given.signed_by(&key, &issuer).unwrap().pem();
    forged.key = key.serialize_pem();
    forged
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

/// What the alert says to a caller whose handshake the server ends.
fn unwelcome(refused: Result<impl std::fmt::Debug, CallError>) -> AlertDescription {
    match refused {
        Err(CallError::Failed {
            cause: Failure::Unwelcome(alert),
            acted: false,
        }) => alert,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_past_its_end_or_before_its_beginning_is_refused() {
    let house = House::open().await;
    for (times, (from, until)) in [(-2 * DAY, -DAY), (DAY, 2 * DAY)].into_iter().enumerate() {
        let papers = papers_for(&house.authority, &member("isp-a"), from, until);
        let client = house.client_with(&papers);
        let alert = unwelcome(within(client.get(&Route::Country)).await);
        assert_eq!(alert, AlertDescription::CertificateExpired);
        let alert = unwelcome(within(client.post(&Route::Receipts, "{}".into())).await);
        assert_eq!(alert, AlertDescription::CertificateExpired);
        house.only_refused(Kind::CertificateExpired, 2 * (times as u64 + 1));
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let house = House::open().await;
    let mut foreign = papers(&authority(), &member("isp-a"));
    // It believes our server, so that ours is the one to refuse.
    foreign.roots = house.authority.root_pem().to_owned();
    let alert = unwelcome(within(house.client_with(&foreign).get(&Route::Country)).await);
    assert_eq!(alert, AlertDescription::UnknownCA);
    house.only_refused(Kind::UnknownAuthority, 1);
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused() {
    let house = House::open().await;
    let (a, b) = (house.papers("isp-a"), house.papers("isp-b"));
    let versions = [&rustls::version::TLS13];
    let config = config_of(Some((a.chain(), b.private_key())), &versions);
    let mut raw = Raw::open(house.address, config).await.unwrap();
    raw.send("GET /v1/country HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert_eq!(raw.rest().await, "");
    house.until_refused(Kind::HandshakeBroken, 1).await;
    house.only_refused(Kind::HandshakeBroken, 1);
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let versions = [&rustls::version::TLS12];
    let config = config_of(Some((a.chain(), a.private_key())), &versions);
    let refused = Raw::open(house.address, config).await.err().unwrap();
    assert!(refused.to_string().contains("ProtocolVersion"), "{refused}");
    house.only_refused(Kind::OldTls, 1);
}

#[tokio::test]
async fn bytes_that_are_no_tls_are_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let house = House::open().await;
    let mut plain = tokio::net::TcpStream::connect(house.address).await.unwrap();
    plain
        .write_all(b"GET /v1/country HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let mut said = Vec::new();
    let _ = within(plain.read_to_end(&mut said)).await;
    assert_eq!(said.first(), Some(&0x15), "an alert record: {said:?}");
    house.only_refused(Kind::HandshakeBroken, 1);
}

#[tokio::test]
async fn a_certificate_says_one_name_of_the_exchange_or_nothing() {
    let house = House::open().await;
    let a = "isp-a.member.issei.internal";
    let table = [
        vec![dns(a), dns("isp-b.member.issei.internal")],
        vec![dns(a), dns(a)],
        vec![],
        vec![dns("isp-a.issei.internal")],
        vec![dns("isp-a.ministry.issei.internal")],
        vec![dns("ISP-A.member.issei.internal")],
        vec![dns("x.isp-a.member.issei.internal")],
        vec![SanType::IpAddress("127.0.0.1".parse().unwrap())],
    ];
    for (times, names) in table.into_iter().enumerate() {
        let papers = carrying(&house, names);
        let mut raw = house.raw(Some(&papers)).await;
        let reply = raw.ask("GET /v1/country").await;
        is_refusal(&reply, Kind::NoIdentity);
        house.only_refused(Kind::NoIdentity, times as u64 + 1);
    }
}

#[tokio::test]
async fn the_root_cannot_vouch_for_names_elsewhere() {
    let house = House::open().await;
    let papers = carrying(&house, vec![dns("isp-a.member.example")]);
    let mut raw = house.raw(Some(&papers)).await;
    raw.send("GET /v1/country HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert_eq!(raw.rest().await, "");
    house.until_refused(Kind::CertificateBad, 1).await;
    house.only_refused(Kind::CertificateBad, 1);
}

#[tokio::test]
async fn a_member_cannot_issue_certificates() {
    let house = House::open().await;
    let a = house.papers("isp-a");
    let own = KeyPair::from_pem(&a.key).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&a.issued.certificate, own).unwrap();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut given = CertificateParams::default();
    given.subject_alt_names = vec![dns("isp-b.member.issei.internal")];
    given.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    let mut forged = house.papers("isp-b");
    forged.issued.certificate =
        given.signed_by(&key, &issuer).unwrap().pem() + &a.issued.certificate;
    forged.key = key.serialize_pem();
    let mut raw = house.raw(Some(&forged)).await;
    raw.send("GET /v1/country HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert_eq!(raw.rest().await, "");
    house.until_refused(Kind::CertificateBad, 1).await;
    house.only_refused(Kind::CertificateBad, 1);
}

#[tokio::test]
async fn a_member_believes_only_a_coordinator_of_its_authority() {
    let house = House::open().await;
    let stranger = papers(&authority(), &member("isp-a"));
    let client = Client::new(house.address.to_string(), &stranger.credentials()).unwrap();
    let refused = within(client.get(&Route::Country)).await;
    assert!(
        matches!(
            refused,
            Err(CallError::Failed {
                cause: Failure::Unbelieved(rustls::Error::InvalidCertificate(
                    rustls::CertificateError::UnknownIssuer
                )),
                acted: false
            })
        ),
        "{refused:?}"
    );
    assert_eq!(house.asked(), 0);
}

/// A server that shows what it is given and would answer everything.
async fn impostor(shown: &Papers) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(shown.chain(), shown.private_key())
    .unwrap();
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    address
}

#[tokio::test]
async fn a_member_that_poses_as_the_coordinator_is_not_believed() {
    let house = House::open().await;
    // Under the right root, with the right to serve, and still a member.
    let mut posing = carrying(&house, vec![dns("isp-b.member.issei.internal")]);
    let root = KeyPair::from_pem(&house.authority.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(house.authority.root_pem(), root).unwrap();
    let key = KeyPair::from_pem(&posing.key).unwrap();
    let mut given = CertificateParams::default();
    given.subject_alt_names = vec![dns("isp-b.member.issei.internal")];
    given.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    posing.issued.certificate = given.signed_by(&key, &issuer).unwrap().pem();
    let own = house.papers("isp-a").credentials();
    for shown in [posing, house.papers("isp-b")] {
        let address = impostor(&shown).await;
        let client = Client::new(address.to_string(), &own).unwrap();
        let refused = within(client.get(&Route::Country)).await;
        let unbelieved = matches!(
            refused,
            Err(CallError::Failed {
                cause: Failure::Unbelieved(_),
                acted: false
            })
        );
        assert!(unbelieved, "{refused:?}");
    }
}

#[tokio::test]
async fn a_server_shows_a_coordinators_certificate() {
    let authority = authority();
    let own = papers(&authority, &member("isp-a")).credentials();
    let service = std::sync::Arc::new(Remembering::default());
    let any = "127.0.0.1:0".parse().unwrap();
    let refused = Server::bind(any, &own, Limits::default(), service).await;
    assert!(matches!(refused, Err(ServerError::NotACoordinator)));
}

#[tokio::test]
async fn revoking_ends_live_connections_and_is_told_afterwards() {
    let house = House::open().await;
    let (a, b, c) = (
        house.papers("isp-a"),
        house.papers("isp-b"),
        house.papers("isp-c"),
    );
    let clients = [&a, &b, &c].map(|papers| house.client_with(papers));
    let mut heard = Vec::new();
    for client in &clients {
        client.get(&Route::Country).await.unwrap();
        let mut lines = client.lines(&Route::Hints).await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), "{\"size\":0}");
        heard.push(lines);
    }
    let asked = house.asked();
    house.revocations.set(Revoked {
        serials: [a.issued.serial.clone()].into(),
        organisations: ["isp-b".parse().unwrap()].into(),
    });
    for lines in &mut heard[..2] {
        assert!(within(lines.next()).await.is_err(), "cut off");
    }
    for client in &clients[..2] {
        for route in [Route::Country, Route::Receipts] {
            let refused = match route.method().as_str() {
                "GET" => within(client.get(&route)).await,
                _ => within(client.post(&route, "{}".into())).await,
            };
            match refused {
                Err(CallError::Refused { kind, status, .. }) => {
                    assert_eq!((kind.as_str(), status), ("urn:issei:revoked", 403));
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(house.asked(), asked, "nothing of this reached the service");
    assert_eq!(house.counts.refused(Kind::Revoked), 4);
    assert_eq!(house.counts.cut_off(), 4, "two connections of each");
    // Nobody else notices.
    house.service.fan.tell(b"{\"size\":1}");
    assert_eq!(
        within(heard[2].next()).await.unwrap().unwrap(),
        "{\"size\":1}"
    );
    clients[2].get(&Route::Country).await.unwrap();
}

#[tokio::test]
async fn a_certificate_that_ends_takes_its_connection_along() {
    let house = House::open().await;
    let short = papers_for(&house.authority, &member("isp-a"), -DAY, 2);
    let client = house.client_with(&short);
    let mut lines = client.lines(&Route::Hints).await.unwrap();
    lines.next().await.unwrap().unwrap();
    assert!(within(lines.next()).await.is_err());
    assert_eq!(house.counts.cut_off(), 1);
}

#[tokio::test]
async fn credentials_must_belong_together() {
    let authority = authority();
    let (a, b) = (
        papers(&authority, &member("isp-a")),
        papers(&authority, &coordinator()),
    );
    let roots = authority.root_pem();
    let chain = &a.issued.certificate;
    let table = [
        (
            Credentials::from_pem("", &a.key, roots),
            CredentialsError::Chain,
        ),
        (
            Credentials::from_pem(&chain.repeat(9), &a.key, roots),
            CredentialsError::Chain,
        ),
        (
            Credentials::from_pem(chain, "", roots),
            CredentialsError::Key,
        ),
        (
            Credentials::from_pem(chain, &b.key, roots),
            CredentialsError::OtherKey,
        ),
        (
            Credentials::from_pem(chain, &a.key, ""),
            CredentialsError::Roots,
        ),
    ];
    for (got, expected) in table {
        assert_eq!(got.unwrap_err(), expected);
    }
    let names_nobody = Credentials::from_pem(roots, &authority.key_pem(), roots).unwrap_err();
    assert!(matches!(names_nobody, CredentialsError::Name(_)));
    let good = Credentials::from_pem(chain, &a.key, roots).unwrap();
    assert_eq!(*good.identity(), member("isp-a"));
    assert_eq!(*good.serial(), a.issued.serial);
    let _ = raw_config(Some(&a));
}
