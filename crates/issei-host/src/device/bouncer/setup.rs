//! What a device for bouncers is set up with.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_enforce::bouncer::{Follower, KeyHash, Means, Rhythm};
use issei_model::{Span, Timestamp};

use super::Following;

/// What the device needs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where bouncers ask.
    pub listen: SocketAddr,
    /// What no order may name, and how many addresses there is room for.
    pub fences: Fences,
    /// Who asks.
    pub clients: Vec<Client>,
    /// Where it is kept what may have been given.
    pub folder: PathBuf,
}

/// One bouncer.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name, for reports.
    pub name: String,
    /// The hash of its key, which is no other's.
    pub key: KeyHash,
    /// Where it asks from.
    pub from: Vec<IpAddr>,
    /// How it asks.
    pub asks: Asks,
}

/// How a bouncer asks.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// For what has changed, again and again.
    Stream {
        /// What it does with an address.
        means: Means,
        /// How often it promised to ask.
        every: Span,
        /// How long it may be kept waiting for news.
        patience: Duration,
    },
    /// About single addresses, when somebody comes from them. Nothing is claimed of it.
    Single,
}

impl Setup {
    /// The fences, and around our own port and who asks there: whoever cannot ask cannot be told to let go.
    pub(super) fn fenced(&self) -> Fences {
        let mut fences = self.fences.clone();
        let asking = self.clients.iter().flat_map(|client| &client.from);
        let own = [self.listen.ip()];
        let all = asking.chain(&own).map(|ip| IpNet::from(ip.to_canonical()));
        fences.control_plane.extend(all);
        fences
    }
}

impl Client {
    pub(super) fn following(
        &self,
        earlier: &BTreeSet<(IpAddr, Timestamp)>,
        steady: Timestamp,
    ) -> Option<Following> {
        let Asks::Stream { means, every, .. } = self.asks else {
            return None;
        };
        Some(Following {
            name: self.name.clone(),
            follower: Follower::new(means, earlier),
            rhythm: Rhythm::new(every, steady),
            bars: None,
            turn: 0,
        })
    }
}
