//! Enrolment: with the code and nobody between, and not otherwise.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use issei_host::clock;
use issei_host::exchange::join::{
    Code, Invitation, JoinRefusal, Reply, Request, Statement, Welcome, join,
};
use issei_host::exchange::{
    Answer, Authority, Bytes, CallError, Client, Failure, Limits, Route, SigningRequest,
};
use issei_model::{Digest, PublicKey, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::house::{
    By, DAY, House, Papers, Remembering, authority, coordinator, in_seconds, member, organisation,
    papers, raw_config, within,
};

/// The desk of a coordinator that has invited one member.
struct Desk {
    house: House,
    invitation: Arc<Mutex<Invitation>>,
    judged: Arc<Mutex<Vec<Result<(), JoinRefusal>>>>,
}

async fn desk(code: &Code) -> Desk {
    let authority = authority();
    let (root, key) = (authority.root_pem().to_owned(), authority.key_pem());
    // As House::at draws them: what the server shows is known before it serves.
    let own = papers(&authority, &coordinator());
    let server = own.credentials().public_key();
    let invitation = Invitation::new(code.clone(), organisation("isp-a"), clock::now());
    let invitation = Arc::new(Mutex::new(invitation));
    let judged = Arc::new(Mutex::new(Vec::new()));
    let (kept, verdicts) = (Arc::clone(&invitation), Arc::clone(&judged));
    let issuer = Authority::load(&root, &key).unwrap();
    let service = By(move |_, route, body: Bytes| {
        let answer = match route {
            Route::Join => welcome(
                &issuer,
                &mut kept.lock().unwrap(),
                &verdicts,
                &server,
                &body,
            ),
            _ => Answer::Done,
        };
        async { answer }
    });
    let house = House::showing(
        own,
        authority,
        Limits::default(),
        Arc::new(service),
        Arc::new(Remembering::default()),
    )
    .await;
    Desk {
        house,
        invitation,
        judged,
    }
}

fn welcome(
    issuer: &Authority,
    invitation: &mut Invitation,
    verdicts: &Mutex<Vec<Result<(), JoinRefusal>>>,
    server: &Digest,
    body: &[u8],
) -> Answer {
    let judged = Request::parse(body).and_then(|request| {
        invitation.judge(&request, server, clock::now())?;
        Ok(request)
    });
    let verdict = judged.as_ref().map(|_| ()).map_err(|cause| *cause);
    verdicts.lock().unwrap().push(verdict);
    match judged {
        Ok(request) => {
            let identity = member(request.statement.organisation.as_str());
            let asked = &request.statement.request;
            let issued = issuer.issue(&identity, asked, in_seconds(-60), in_seconds(DAY));
            let welcome = Welcome {
                certificate: issued.unwrap().certificate,
                country: "{\"name\":\"日本\"}".into(),
                roots: issuer.root_pem().to_owned(),
            };
            Answer::Found {
                kind: "application/json",
                body: Reply::proven(welcome, &request, invitation.code(), server)
                    .to_bytes()
                    .into(),
                immutable: false,
            }
        }
        Err(cause) => Answer::Refused {
            status: 403,
            words: cause.to_string(),
            next: "call the desk".into(),
        },
    }
}

fn keys() -> BTreeMap<String, PublicKey> {
    [("receipts".to_owned(), PublicKey([7; 32]))].into()
}

async fn joining(
    address: SocketAddr,
    code: &Code,
    name: &str,
) -> Result<issei_host::exchange::join::Joined, CallError> {
    let signing = SigningRequest::new().unwrap();
    let address = address.to_string();
    within(join(&address, code, &organisation(name), &signing, &keys())).await
}

fn refusal(result: Result<impl std::fmt::Debug, CallError>) -> String {
    match result {
        Err(CallError::Refused { detail, status, .. }) => {
            assert_eq!(status, 403);
            detail
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_member_with_the_code_joins_once_and_is_then_known() {
    let code = Code::draw().unwrap();
    let desk = desk(&code).await;
    let address = desk.house.address;
    // As it was heard over the telephone.
    let heard: Code = code
        .spelled()
        .to_lowercase()
        .replace('-', " ")
        .parse()
        .unwrap();
    let joined = joining(address, &heard, "isp-a").await.unwrap();
    assert_eq!(joined.country, "{\"name\":\"日本\"}");
    assert_eq!(joined.coordinator, coordinator());
    assert_eq!(*joined.credentials.identity(), member("isp-a"));
    assert_eq!(joined.roots, desk.house.authority.root_pem());
    let client = Client::new(address.to_string(), &joined.credentials).unwrap();
    client.post(&Route::Receipts, "{}".into()).await.unwrap();
    let again = refusal(joining(address, &code, "isp-a").await);
    assert!(again.contains("was used"), "{again}");
    assert_eq!(
        *desk.judged.lock().unwrap(),
        [Ok(()), Err(JoinRefusal::Used)]
    );
}

#[tokio::test]
async fn three_wrong_codes_burn_the_right_one() {
    let code = Code::draw().unwrap();
    let desk = desk(&code).await;
    let address = desk.house.address;
    for left in [2, 1, 0] {
        let said = refusal(joining(address, &Code::draw().unwrap(), "isp-a").await);
        assert!(said.ends_with(&format!("tries left: {left}")), "{said}");
    }
    let said = refusal(joining(address, &code, "isp-a").await);
    assert!(said.contains("burned"), "{said}");
}

#[tokio::test]
async fn the_code_is_for_one_organisation() {
    let code = Code::draw().unwrap();
    let desk = desk(&code).await;
    let said = refusal(joining(desk.house.address, &code, "isp-b").await);
    assert!(said.contains("another organisation"), "{said}");
    joining(desk.house.address, &code, "isp-a").await.unwrap();
}

/// Somebody between, with a certificate of his own, who passes everything on in both directions.
async fn between(server: SocketAddr, shown: &Papers) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(shown.chain(), shown.private_key())
    .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let connector = TlsConnector::from(Arc::new(raw_config(None)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut near = acceptor.accept(stream).await.unwrap();
            let far = TcpStream::connect(server).await.unwrap();
            let name = "issei.internal".try_into().unwrap();
            let mut far = connector.connect(name, far).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        }
    });
    address
}

#[tokio::test]
async fn somebody_between_fails_although_he_passes_everything_on() {
    let code = Code::draw().unwrap();
    let desk = desk(&code).await;
    let his = papers(&authority(), &coordinator());
    let address = between(desk.house.address, &his).await;
    let said = refusal(joining(address, &code, "isp-a").await);
    assert!(said.contains("somebody stands between"), "{said}");
    assert_eq!(
        *desk.judged.lock().unwrap(),
        [Err(JoinRefusal::Wrong { left: 2 })]
    );
    // The desk sees it; without him it goes well.
    joining(desk.house.address, &code, "isp-a").await.unwrap();
    assert!(desk.invitation.lock().unwrap().code() == &code);
}

#[tokio::test]
async fn somebody_who_plays_the_coordinator_without_the_code_is_found_out() {
    let (code, his_code) = (Code::draw().unwrap(), Code::draw().unwrap());
    let his_authority = authority();
    let own = papers(&his_authority, &coordinator());
    let server = own.credentials().public_key();
    let (root, key) = (his_authority.root_pem().to_owned(), his_authority.key_pem());
    let service = By(move |_, _, body: Bytes| {
        // He believes everybody, and welcomes them under a code of his own.
        let request = Request::parse(&body).unwrap();
        let issuer = Authority::load(&root, &key).unwrap();
        let asked = &request.statement.request;
        let issued = issuer.issue(&member("isp-a"), asked, in_seconds(-60), in_seconds(DAY));
        let welcome = Welcome {
            certificate: issued.unwrap().certificate,
            country: "{}".into(),
            roots: root.clone(),
        };
        let reply = Reply::proven(welcome, &request, &his_code, &server);
        async move {
            Answer::Found {
                kind: "application/json",
                body: reply.to_bytes().into(),
                immutable: false,
            }
        }
    });
    let remembering = Arc::new(Remembering::default());
    let limits = Limits::default();
    let house = House::showing(own, his_authority, limits, Arc::new(service), remembering).await;
    let found_out = joining(house.address, &code, "isp-a").await;
    assert!(
        matches!(
            found_out,
            Err(CallError::Failed {
                cause: Failure::Unproven,
                ..
            })
        ),
        "{found_out:?}"
    );
}

/// A coordinator that knows the code and welcomes with what `spoil` leaves of a good welcome.
async fn welcomed(
    spoil: impl Fn(&mut Welcome, &Authority, &str) + Send + Sync + 'static,
) -> Result<issei_host::exchange::join::Joined, CallError> {
    let code = Code::draw().unwrap();
    let authority = authority();
    let own = papers(&authority, &coordinator());
    let server = own.credentials().public_key();
    let issuer = Authority::load(authority.root_pem(), &authority.key_pem()).unwrap();
    let his = code.clone();
    let service = By(move |_, _, body: Bytes| {
        let request = Request::parse(&body).unwrap();
        let asked = &request.statement.request;
        let issued = issuer.issue(&member("isp-a"), asked, in_seconds(-60), in_seconds(DAY));
        let mut welcome = Welcome {
            certificate: issued.unwrap().certificate,
            country: "{}".into(),
            roots: issuer.root_pem().to_owned(),
        };
        spoil(&mut welcome, &issuer, asked);
        let reply = Reply::proven(welcome, &request, &his, &server);
        async move {
            Answer::Found {
                kind: "application/json",
                body: reply.to_bytes().into(),
                immutable: false,
            }
        }
    });
    let remembering = Arc::new(Remembering::default());
    let limits = Limits::default();
    let house = House::showing(own, authority, limits, Arc::new(service), remembering).await;
    joining(house.address, &code, "isp-a").await
}

#[tokio::test]
async fn a_welcome_that_does_not_fit_is_not_used() {
    assert!(welcomed(|_, _, _| {}).await.is_ok());
    let spoiled = [
        // Another organisation's name.
        welcomed(|welcome, issuer, asked| {
            let issued = issuer.issue(&member("isp-b"), asked, in_seconds(-60), in_seconds(DAY));
            welcome.certificate = issued.unwrap().certificate;
        })
        .await,
        // Another key.
        welcomed(|welcome, issuer, _| {
            welcome.certificate = papers(issuer, &member("isp-a")).issued.certificate;
        })
        .await,
        // Roots under which the coordinator itself does not stand.
        welcomed(|welcome, _, _| welcome.roots = authority().root_pem().to_owned()).await,
        welcomed(|welcome, _, _| welcome.roots.clear()).await,
    ];
    for joined in spoiled {
        assert!(
            matches!(
                joined,
                Err(CallError::Failed {
                    cause: Failure::Unfitting,
                    acted: true
                })
            ),
            "{joined:?}"
        );
    }
}

fn statement() -> Statement {
    Statement {
        keys: keys(),
        organisation: organisation("isp-a"),
        request: "a request".into(),
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

#[test]
fn a_proof_is_about_everything_that_was_said() {
    let code = Code::draw().unwrap();
    let server = Digest([1; 32]);
    let good = Request::proven(statement(), &code, &server);
    let judged = |request: &Request, server: &Digest| {
        let mut fresh = Invitation::new(code.clone(), organisation("isp-a"), moment(0));
        fresh.judge(request, server, moment(1))
    };
    assert_eq!(judged(&good, &server), Ok(()));
    let wrong = Err(JoinRefusal::Wrong { left: 2 });
    assert_eq!(judged(&good, &Digest([2; 32])), wrong);
    let mut other_key = good.clone();
    other_key
        .statement
        .keys
        .insert("receipts".into(), PublicKey([8; 32]));
    let mut another_key = good.clone();
    another_key
        .statement
        .keys
        .insert("witness".into(), PublicKey([7; 32]));
    let mut other_request = good.clone();
    other_request.statement.request.push(' ');
    let mut other_proof = good.clone();
    other_proof.proof.0[31] ^= 1;
    for request in [other_key, another_key, other_request, other_proof] {
        assert_eq!(judged(&request, &server), wrong);
    }
}

#[test]
fn the_coordinators_proof_is_not_the_members_sent_back() {
    let code = Code::draw().unwrap();
    let server = Digest([1; 32]);
    let request = Request::proven(statement(), &code, &server);
    let welcome = Welcome {
        certificate: "c".into(),
        country: "{}".into(),
        roots: "r".into(),
    };
    let reply = Reply::proven(welcome, &request, &code, &server);
    assert_ne!(reply.proof, request.proof);
}

#[test]
fn a_code_lives_fifteen_minutes() {
    let code = Code::draw().unwrap();
    let server = Digest([1; 32]);
    let request = Request::proven(statement(), &code, &server);
    let invite = || Invitation::new(code.clone(), organisation("isp-a"), moment(1_000));
    assert_eq!(invite().until(), moment(1_900));
    assert_eq!(invite().judge(&request, &server, moment(1_899)), Ok(()));
    let late = invite().judge(&request, &server, moment(1_900));
    assert_eq!(late, Err(JoinRefusal::Late));
}

#[test]
fn an_invitation_that_was_kept_is_the_same_afterwards() {
    let code = Code::draw().unwrap();
    let mut invitation = Invitation::new(code, organisation("isp-a"), moment(0));
    let wrong = Request::proven(statement(), &Code::draw().unwrap(), &Digest([1; 32]));
    for left in [2, 1, 0] {
        let refused = invitation.judge(&wrong, &Digest([1; 32]), moment(1));
        assert_eq!(refused, Err(JoinRefusal::Wrong { left }));
        let kept = serde_json::to_string(&invitation).unwrap();
        invitation = serde_json::from_str(&kept).unwrap();
    }
    let refused = invitation.judge(&wrong, &Digest([1; 32]), moment(1));
    assert_eq!(refused, Err(JoinRefusal::Burned));
    assert!(!format!("{invitation:?}").contains(&**invitation.code().spelled()));
}

#[test]
fn what_is_no_request_to_join_is_refused() {
    let code = Code::draw().unwrap();
    let good = Request::proven(statement(), &code, &Digest([1; 32]));
    let written = |request: &Request| serde_json::to_vec(request).unwrap();
    assert_eq!(Request::parse(&written(&good)), Ok(good.clone()));
    let mut long = good.clone();
    long.statement.request = "x".repeat(9 << 10);
    let mut many = good.clone();
    many.statement.keys = (0..9)
        .map(|n| (n.to_string(), PublicKey([n; 32])))
        .collect();
    let mut wide = good.clone();
    wide.statement.keys = [("x".repeat(65), PublicKey([0; 32]))].into();
    let more = String::from_utf8(written(&good))
        .unwrap()
        .replacen('{', "{\"more\":1,", 1);
    let table = [
        written(&long),
        written(&many),
        written(&wide),
        more.into_bytes(),
        b"".to_vec(),
        b"null".to_vec(),
        vec![b'['; 1_000_000],
        b"{\"proof\":".repeat(100_000),
    ];
    for bytes in table {
        assert_eq!(Request::parse(&bytes), Err(JoinRefusal::Unreadable));
    }
}

#[test]
fn a_code_is_read_as_it_is_heard() {
    let code: Code = "0123-4567-89AB-CDEF".parse().unwrap();
    assert_eq!(code.spelled().as_str(), "0123-4567-89AB-CDEF");
    for heard in [
        "0123456789ABCDEF",
        "0123 4567 89ab cdef",
        " O123-4567-89AB-CDEF ",
        "oI23-4567-89AB-CDEF",
        "0L23-4567-89AB-CDEF",
        "o-l-2-3-4-5-6-7-8-9-a-b-c-d-e-f",
    ] {
        assert!(heard.parse::<Code>().unwrap() == code, "{heard}");
    }
    for wrong in [
        "",
        "0123-4567-89AB-CDE",
        "0123-4567-89AB-CDEFG",
        "0123-4567-89AB-CDEU",
        "0123-4567-89AB-CDE\u{ff26}",
        "0123-4567-89AB-CDE!",
    ] {
        assert!(wrong.parse::<Code>().is_err(), "{wrong}");
    }
    assert!(!format!("{code:?}").contains('7'));
}

#[test]
fn codes_are_drawn_from_all_letters_in_all_places() {
    let mut seen = vec![std::collections::BTreeSet::new(); 16];
    for _ in 0..2_000 {
        let code = Code::draw().unwrap();
        let spelled = code.spelled();
        assert!(spelled.parse::<Code>().unwrap() == code);
        let letters = spelled.chars().filter(|letter| *letter != '-');
        for (place, letter) in letters.enumerate() {
            seen[place].insert(letter);
        }
    }
    // The chance that one of 32 letters is missing at one of 16 places is 512 · (31/32)^2000 < 10^-24.
    assert!(seen.iter().all(|letters| letters.len() == 32));
}
