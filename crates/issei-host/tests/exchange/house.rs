//! A coordinator on a free port, members with certificates, and callers who send what they like.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use issei_host::clock;
use issei_host::exchange::{
    Answer, Answering, Authority, Bytes, Client, Counts, Credentials, Fan, Identity, Issued, Kind,
    Limits, Places, Revocations, Route, Server, Service, SigningRequest,
};
use issei_model::{OrganisationId, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub const DAY: i64 = 86_400;

/// Nothing in these tests takes as long; what hangs fails here and not at the runner's limit.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what)
        .await
        .expect("an end within a minute")
}

pub fn organisation(name: &str) -> OrganisationId {
    name.parse().unwrap()
}

pub fn member(name: &str) -> Identity {
    Identity::member(organisation(name))
}

pub fn coordinator() -> Identity {
    Identity::coordinator(organisation("coordinator"))
}

pub fn in_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_micros(clock::now().as_micros() + seconds * 1_000_000)
}

/// A certificate with its key, as PEM.
pub struct Papers {
    pub issued: Issued,
    pub key: String,
    pub roots: String,
}

impl Papers {
    pub fn credentials(&self) -> Credentials {
        Credentials::from_pem(&self.issued.certificate, &self.key, &self.roots).unwrap()
    }

    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(self.issued.certificate.as_bytes())
            .map(Result::unwrap)
            .collect()
    }

    pub fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap()
    }
}

pub fn authority() -> Authority {
    Authority::found(in_seconds(-30 * DAY), in_seconds(30 * DAY)).unwrap()
}

pub fn papers(authority: &Authority, identity: &Identity) -> Papers {
    papers_for(authority, identity, -DAY, DAY)
}

/// Papers that are good from and until so many seconds from now.
pub fn papers_for(authority: &Authority, identity: &Identity, from: i64, until: i64) -> Papers {
    let asked = SigningRequest::new().unwrap();
    let issued = authority
        .issue(
            identity,
            &asked.request,
            in_seconds(from),
            in_seconds(until),
        )
        .unwrap();
    Papers {
        issued,
        key: asked.key.to_string(),
        roots: authority.root_pem().to_owned(),
    }
}

/// What the service was asked.
pub type Asked = (Option<Identity>, Route, Bytes);

/// A service that remembers what it was asked.
pub struct Remembering {
    pub fan: Fan,
    pub asked: Mutex<Vec<Asked>>,
}

impl Default for Remembering {
    fn default() -> Self {
        Self {
            fan: Fan::new(8),
            asked: Mutex::default(),
        }
    }
}

impl Service for Remembering {
    fn answer(&self, from: Option<Identity>, route: Route, body: Bytes) -> Answering<'_> {
        let answer = match &route {
            Route::Hints => Answer::Lines(self.fan.listen().beginning_with(b"{\"size\":0}")),
            Route::Log(path) if path.as_str() == "checkpoint" => Answer::Found {
                kind: "text/plain",
                body: "a checkpoint".into(),
                immutable: false,
            },
            Route::Log(path) if path.as_str() == "tile/0/999" => Answer::Refused {
                status: 404,
                words: "the log has no such tile yet".into(),
                next: "fetch the checkpoint".into(),
            },
            Route::Log(_) => Answer::Found {
                kind: "application/octet-stream",
                body: Bytes::from(vec![7; 300_000]),
                immutable: true,
            },
            _ if route.method() == "GET" => Answer::Found {
                kind: "application/json",
                body: format!("\"{route}\"").into(),
                immutable: false,
            },
            _ => Answer::Done,
        };
        self.asked.lock().unwrap().push((from, route, body));
        Box::pin(async { answer })
    }
}

/// A service that is a function.
pub struct By<F>(pub F);

impl<F, A> Service for By<F>
where
    F: Fn(Option<Identity>, Route, Bytes) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    fn answer(&self, from: Option<Identity>, route: Route, body: Bytes) -> Answering<'_> {
        Box::pin((self.0)(from, route, body))
    }
}

/// A running coordinator.
pub struct House {
    pub authority: Authority,
    pub address: SocketAddr,
    pub counts: Arc<Counts>,
    pub places: Places,
    pub revocations: Revocations,
    pub service: Arc<Remembering>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl House {
    pub async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let service = Arc::new(Remembering::default());
        Self::serving(limits, service.clone(), service).await
    }

    pub async fn serving(
        limits: Limits,
        service: Arc<dyn Service>,
        remembering: Arc<Remembering>,
    ) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        Self::at(any, authority(), limits, service, remembering).await
    }

    pub async fn at(
        address: SocketAddr,
        authority: Authority,
        limits: Limits,
        service: Arc<dyn Service>,
        remembering: Arc<Remembering>,
    ) -> Self {
        let own = papers(&authority, &coordinator());
        Self::bound(address, &own, authority, limits, service, remembering).await
    }

    /// A house whose certificate the caller knows.
    pub async fn showing(
        own: Papers,
        authority: Authority,
        limits: Limits,
        service: Arc<dyn Service>,
        remembering: Arc<Remembering>,
    ) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        Self::bound(any, &own, authority, limits, service, remembering).await
    }

    async fn bound(
        address: SocketAddr,
        own: &Papers,
        authority: Authority,
        limits: Limits,
        service: Arc<dyn Service>,
        remembering: Arc<Remembering>,
    ) -> Self {
        let own = own.credentials();
        let server = Server::bind(address, &own, limits, service).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            authority,
            address: server.address(),
            counts: server.counts(),
            places: server.places(),
            revocations: server.revocations(),
            service: remembering,
            stop: Some(stop),
            running: tokio::spawn(server.run(async {
                let _ = stopped.await;
            })),
        }
    }

    pub fn papers(&self, name: &str) -> Papers {
        papers(&self.authority, &member(name))
    }

    pub fn client(&self, name: &str) -> Client {
        self.client_with(&self.papers(name))
    }

    pub fn client_with(&self, papers: &Papers) -> Client {
        Client::new(self.address.to_string(), &papers.credentials()).unwrap()
    }

    /// A caller who sends what it likes.
    pub async fn raw(&self, papers: Option<&Papers>) -> Raw {
        Raw::open(self.address, raw_config(papers)).await.unwrap()
    }

    pub fn asked(&self) -> usize {
        self.service.asked.lock().unwrap().len()
    }

    /// Holds that exactly this was refused, so often, and that the service heard of nothing.
    pub fn only_refused(&self, kind: Kind, times: u64) {
        assert_eq!(
            self.counts.refused(kind),
            times,
            "{kind:?}: {:?}",
            self.counts
        );
        assert_eq!(self.counts.refused_in_all(), times, "{:?}", self.counts);
        assert_eq!(self.counts.answered(), 0);
        assert_eq!(self.asked(), 0);
    }

    /// Waits until so many were refused.
    pub async fn until_refused(&self, kind: Kind, times: u64) {
        within(async {
            while self.counts.refused(kind) < times {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }

    pub async fn close(mut self) {
        let _ = self.stop.take().unwrap().send(());
        within(&mut self.running).await.unwrap();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// A TLS stream without manners.
pub struct Raw(pub TlsStream<TcpStream>);

impl Raw {
    pub async fn open(address: SocketAddr, config: ClientConfig) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("issei.internal").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        within(connector.connect(name, stream)).await.map(Self)
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Everything that comes until the other side closes.
    pub async fn rest(&mut self) -> String {
        let mut text = Vec::new();
        // A peer that closes without saying so has still said what it said.
        let _ = within(self.0.read_to_end(&mut text)).await;
        String::from_utf8_lossy(&text).into_owned()
    }

    /// One answer: head and as many bytes as it announces.
    pub async fn answer(&mut self) -> String {
        within(async {
            let mut text = Vec::new();
            while !text.ends_with(b"\r\n\r\n") {
                text.push(self.0.read_u8().await.unwrap());
            }
            let head = String::from_utf8_lossy(&text).to_lowercase();
            let length = head
                .split_once("content-length: ")
                .and_then(|(_, rest)| rest.split_once("\r\n"))
                .map_or(0, |(length, _)| length.parse().unwrap());
            let mut body = vec![0; length];
            self.0.read_exact(&mut body).await.unwrap();
            text.extend(body);
            String::from_utf8(text).unwrap()
        })
        .await
    }

    pub async fn ask(&mut self, request: &str) -> String {
        self.send(format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n"))
            .await;
        self.answer().await
    }
}

/// Holds that a reply is a refusal of this kind, with a reason and a next step.
pub fn is_refusal(reply: &str, kind: Kind) {
    let status = format!("HTTP/1.1 {} ", kind.status());
    assert!(reply.starts_with(&status), "{kind:?}: {reply}");
    assert!(
        reply.contains("content-type: application/problem+json"),
        "{reply}"
    );
    let (_, body) = reply.split_once("\r\n\r\n").unwrap();
    let problem: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(problem["type"], format!("urn:issei:{}", kind.name()));
    assert_eq!(problem["title"], kind.title());
    assert_eq!(problem["next"], kind.next());
    assert_eq!(problem["status"], kind.status());
}

pub fn raw_config(papers: Option<&Papers>) -> ClientConfig {
    let versions = [&rustls::version::TLS13];
    config_of(
        papers.map(|papers| (papers.chain(), papers.private_key())),
        &versions,
    )
}

/// TLS with a chosen chain, key and versions, believing every server.
pub fn config_of(
    shown: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(RootCertStore::empty());
    let mut config = match shown {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
            // Unlike with_client_auth_cert, this does not look whether the key is the chain's.
            let shown = rustls::sign::CertifiedKey::new(chain, key);
            let shown = rustls::sign::SingleCertAndKey::from(shown);
            builder.with_client_cert_resolver(Arc::new(shown))
        }
    };
    config
        .dangerous()
        .set_certificate_verifier(Arc::new(Credulous(provider)));
    config
}

#[derive(Debug)]
struct Credulous(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Every route, once.
pub fn every_route() -> Vec<Route> {
    let order = "ab".repeat(32).parse().unwrap();
    let standing = "cd".repeat(32).parse().unwrap();
    vec![
        Route::Country,
        Route::Log("checkpoint".parse().unwrap()),
        Route::Log("tile/0/x001/067".parse().unwrap()),
        Route::Hints,
        Route::Receipts,
        Route::Cosignatures,
        Route::Findings,
        Route::Questions,
        Route::Answers,
        Route::Drafts,
        Route::Draft(order),
        Route::Approvals(order),
        Route::Confirmation(order),
        Route::Standings,
        Route::Standing(standing),
        Route::StandingProposals,
        Route::StandingApprovals(standing),
        Route::StandingWithdrawal(standing),
        Route::Reflexes,
        Route::Traffic,
        Route::Join,
    ]
}
