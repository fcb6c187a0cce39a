//! The coordinator's side: accepts connections and puts requests to a service.
//!
//! In: an address, credentials, limits, a [`Service`]. Out: answers; counts.
//! Always: the service hears of a request only when its route is known, its caller may call it and
//! its body is whole and within bounds. A caller that goes away does not interrupt the service; a
//! service that panics costs one request.
//! Not here: what one connection goes through (`connection`).

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use issei_model::OrganisationId;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::certificate::Serial;
use super::connection;
use super::counts::{Counts, Kind};
use super::credentials::Credentials;
use super::identity::{Identity, Role};
use super::lines::Lines;
use super::permits::{Limits, Room, neighbourhood};
use super::route::Route;

/// The pause after the kernel refuses a connection, so that a lack of descriptors is no busy loop.
const BREATH: Duration = Duration::from_millis(100);

/// An answer on its way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Who answers. Called from several connections at once.
pub trait Service: Send + Sync + 'static {
    /// Answers a request. `from` is absent only for [`Route::Join`]. The future runs to its end also
    /// when the caller goes away; it is dropped if it takes longer than the limits allow.
    fn answer(&self, from: Option<Identity>, route: Route, body: Bytes) -> Answering<'_>;
}

/// What the service says.
#[derive(Debug)]
pub enum Answer {
    /// Here it is.
    Found {
        /// The media type.
        kind: &'static str,
        /// The bytes.
        body: Bytes,
        /// It will never be anything else, so it may be kept for ever.
        immutable: bool,
    },
    /// Taken, with nothing to say.
    Done,
    /// A rule said no, or something is missing or broken.
    Refused {
        /// The HTTP status: 400 to 599.
        status: u16,
        /// Why.
        words: String,
        /// What the caller can do.
        next: String,
    },
    /// Lines, until the reader leaves.
    Lines(Lines),
}

/// Certificates that count no more, although they are genuine and not at their end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    /// Single certificates.
    pub serials: BTreeSet<Serial>,
    /// Everything of an organisation, whenever issued.
    pub organisations: BTreeSet<OrganisationId>,
}

impl Revoked {
    pub(super) fn covers(&self, identity: &Identity, serial: &Serial) -> bool {
        self.serials.contains(serial) || self.organisations.contains(&identity.organisation)
    }
}

/// Tells a server what is revoked. Takes effect for live connections too.
#[derive(Clone, Debug)]
pub struct Revocations(Arc<watch::Sender<Revoked>>);

impl Revocations {
    /// Replaces what is revoked.
    pub fn set(&self, revoked: Revoked) {
        self.0.send_replace(revoked);
    }
}

/// How many connections there are now.
#[derive(Clone)]
pub struct Places {
    door: Arc<Room<()>>,
    strangers: Arc<Room<()>>,
    members: Arc<Room<OrganisationId>>,
}

impl Places {
    /// That have not yet shown who they are.
    pub fn at_door(&self) -> usize {
        self.door.taken()
    }

    /// Without a certificate that counts.
    pub fn strangers(&self) -> usize {
        self.strangers.taken()
    }

    /// Of members.
    pub fn members(&self) -> usize {
        self.members.taken()
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places")
            .field("at_door", &self.at_door())
            .field("strangers", &self.strangers())
            .field("members", &self.members())
            .finish()
    }
}

/// Why there is no server.
#[derive(Debug)]
pub enum ServerError {
    /// The credentials are those of a member.
    NotACoordinator,
    /// The TLS library refuses the credentials.
    Tls(rustls::Error),
    /// The address cannot be had.
    Address {
        /// Which.
        address: SocketAddr,
        /// What the kernel said.
        cause: io::Error,
    },
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACoordinator => {
                f.write_str("the certificate is a member's; a server shows a coordinator's")
            }
            Self::Tls(cause) => write!(f, "the credentials cannot be used: {cause}"),
            Self::Address { address, cause } => {
                write!(
                    f,
                    "cannot listen on {address}: {cause}; choose another address"
                )
            }
        }
    }
}

impl std::error::Error for ServerError {}

/// What all connections share.
pub(super) struct Shared {
    pub service: Arc<dyn Service>,
    pub limits: Limits,
    pub counts: Arc<Counts>,
    pub revoked: watch::Receiver<Revoked>,
    pub closing: watch::Receiver<bool>,
    pub door: Arc<Room<()>>,
    pub peers: Arc<Room<IpAddr>>,
    pub strangers: Arc<Room<()>>,
    pub members: Arc<Room<OrganisationId>>,
    /// In KiB.
    pub bodies: Arc<Semaphore>,
    pub acceptor: TlsAcceptor,
}

/// A server that has its address and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    revocations: Revocations,
    close: watch::Sender<bool>,
}

impl Server {
    /// Takes an address.
    ///
    /// # Errors
    /// If the address cannot be had, or the credentials are not a coordinator's.
    pub async fn bind(
        address: SocketAddr,
        credentials: &Credentials,
        limits: Limits,
        service: Arc<dyn Service>,
    ) -> Result<Self, ServerError> {
        if credentials.identity().role != Role::Coordinator {
            return Err(ServerError::NotACoordinator);
        }
        let config = credentials.server().map_err(ServerError::Tls)?;
        let failed = |cause| ServerError::Address { address, cause };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (revoke, revoked) = watch::channel(Revoked::default());
        let (close, closing) = watch::channel(false);
        Ok(Self {
            listener,
            address,
            shared: Arc::new(Shared {
                service,
                counts: Arc::default(),
                revoked,
                closing,
                door: Room::new(limits.handshakes, usize::MAX),
                peers: Room::new(usize::MAX, limits.per_peer),
                strangers: Room::new(limits.strangers, usize::MAX),
                members: Room::new(limits.members, limits.per_member),
                bodies: Arc::new(Semaphore::new((limits.bodies >> 10).max(1))),
                acceptor: TlsAcceptor::from(Arc::new(config)),
                limits,
            }),
            revocations: Revocations(Arc::new(revoke)),
            close,
        })
    }

    /// Tells the address, with the port that the kernel chose.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows the counts.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.shared.counts)
    }

    /// Shows how many connections there are, now and whenever asked.
    pub fn places(&self) -> Places {
        Places {
            door: Arc::clone(&self.shared.door),
            strangers: Arc::clone(&self.shared.strangers),
            members: Arc::clone(&self.shared.members),
        }
    }

    /// Hands out the way to revoke.
    pub fn revocations(&self) -> Revocations {
        self.revocations.clone()
    }

    /// Answers until `shutdown` is ready; then lets requests under way end for as long as the
    /// limits allow, and closes. Dropped, it closes at once.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self {
            listener,
            shared,
            close,
            revocations: _alive,
            ..
        } = self;
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => admit(&shared, stream, peer, &mut connections),
                    Err(_) => {
                        shared.counts.refuse(Kind::NotAccepted);
                        tokio::time::sleep(BREATH).await;
                    }
                }
            }
        }
        drop(listener);
        close.send_replace(true);
        let end = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(shared.limits.goodbye, end).await;
        connections.shutdown().await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

/// Takes the permits for a new connection, or closes it unheard: before the handshake there is no
/// way to say why that would not itself cost what is to be saved.
fn admit(shared: &Arc<Shared>, stream: TcpStream, peer: SocketAddr, connections: &mut JoinSet<()>) {
    shared.counts.accept();
    let Some(of_peer) = shared.peers.take(neighbourhood(peer.ip())) else {
        return shared.counts.refuse(Kind::FullPeer);
    };
    let Some(at_door) = shared.door.take(()) else {
        return shared.counts.refuse(Kind::FullDoor);
    };
    let shared = Arc::clone(shared);
    connections.spawn(async move {
        connection::attend(shared, stream, at_door).await;
        drop(of_peer);
    });
}
