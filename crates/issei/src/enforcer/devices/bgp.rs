//! A `[[bgp]]` of `devices.toml`: a router that is told routes over a session of our own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_enforce::bgp::{Dialect, Dropping, Holes, Means, Sources};
use issei_host::clock;
use issei_host::device::bgp::{Asking, Bgp, Connection, Settings};
use issei_model::Span;
use serde::Deserialize;

use super::Secrets;
use crate::code::Failure;

/// One peer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its address and port; if it connects to us, any port.
    peer: SocketAddr,
    /// Where we listen, if it connects to us.
    listen: Option<SocketAddr>,
    /// Our address, if it matters.
    from: Option<IpAddr>,
    /// Our AS and the peer's.
    own_as: u32,
    peer_as: u32,
    /// Our identifier.
    id: Ipv4Addr,
    /// For how many seconds our routes may outlive us unheard: 3 to 90.
    #[serde(default = "usual_hold_time")]
    hold_time: u16,
    /// How preferred our routes are within one AS.
    #[serde(default = "usual_preference")]
    preference: u32,
    /// Blackholes instead of FlowSpec rules.
    blackholes: Option<Blackholes>,
    /// A file with the key of TCP-MD5.
    secret_file: Option<PathBuf>,
    /// The most hops that it may be away.
    hops: Option<u8>,
    /// How long it takes to act, until it is measured.
    #[serde(default)]
    lead_ms: u32,
    /// An address of our own that it is measured with.
    sentinel: Option<IpAddr>,
    /// How it is asked what it holds.
    read_back: Option<ReadBack>,
    /// Rules that it may hold.
    #[serde(default = "usual_rules")]
    most_rules: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blackholes {
    within: Vec<IpNet>,
    next_hop4: Option<Ipv4Addr>,
    next_hop6: Option<Ipv6Addr>,
    /// Whether the routers drop what comes from a blackholed address, too.
    sources_checked: bool,
}

/// By whose program the peer is asked what it holds: its name, and what stands before each question.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum ReadBack {
    Bird {
        /// What its configuration calls our session.
        protocol: String,
        program: Vec<String>,
    },
    Frr {
        /// Our address, as it knows its neighbour.
        neighbor: IpAddr,
        program: Vec<String>,
    },
    Gobgp {
        program: Vec<String>,
    },
}

/// A lease that a router's own timers keep well.
fn usual_hold_time() -> u16 {
    9
}

/// What routers give routes that say nothing (RFC 4271 section 9.1.1 leaves it to them).
fn usual_preference() -> u32 {
    100
}

/// Rules that every router takes.
fn usual_rules() -> usize {
    1_000
}

impl Peer {
    /// Starts to speak with it. It need not be there yet.
    ///
    /// # Errors
    /// If the settings make no sense, a secret cannot be read, or the kernel refuses.
    pub fn start(&self, control_plane: &[IpNet], secrets: &Secrets) -> Result<Bgp, Failure> {
        let secret = self.secret_file.as_deref().map(|path| secrets.raw(path));
        let settings = Settings {
            connection: self.connection(),
            as_number: self.own_as,
            peer_as: self.peer_as,
            id: self.id,
            hold_time: self.hold_time,
            preference: self.preference,
            means: self.means(),
            fences: Fences {
                most_rules: self.most_rules,
                control_plane: control_plane.to_vec(),
            },
            secret: secret.transpose()?,
            hops: self.hops,
            lead: Span::from_millis(i64::from(self.lead_ms)),
            sentinel: self.sentinel,
            asking: self.read_back.as_ref().map(ReadBack::asking),
            chance: clock::random_key().map_err(Failure::broken)?[0],
        };
        Bgp::start(settings).map_err(Failure::broken)
    }

    fn connection(&self) -> Connection {
        match self.listen {
            Some(listen) => Connection::From {
                peer: self.peer.ip(),
                listen,
            },
            None => Connection::To {
                peer: self.peer,
                from: self.from,
            },
        }
    }

    fn means(&self) -> Means {
        let Some(holes) = &self.blackholes else {
            return Means::Rules(Dropping::Discard);
        };
        Means::Holes(Holes {
            within: holes.within.clone(),
            next_hop4: holes.next_hop4,
            next_hop6: holes.next_hop6,
            sources: match holes.sources_checked {
                true => Sources::Checked,
                false => Sources::Unchecked,
            },
        })
    }

    /// Tells whether we listen at a port that only the privileged may take.
    pub fn has_low_port(&self) -> bool {
        self.listen.is_some_and(|listen| listen.port() < 1_024)
    }
}

impl ReadBack {
    fn asking(&self) -> Asking {
        let (dialect, program) = match self {
            Self::Bird { protocol, program } => {
                let protocol = protocol.clone();
                (Dialect::Bird { protocol }, program)
            }
            Self::Frr { neighbor, program } => {
                let neighbor = *neighbor;
                (Dialect::Frr { neighbor }, program)
            }
            Self::Gobgp { program } => (Dialect::Gobgp, program),
        };
        Asking {
            dialect,
            program: program.clone(),
        }
    }
}
