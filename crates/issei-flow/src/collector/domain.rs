//! One exporter's observation domain: its sampling, its sessions, and the sets that wait.

use std::net::{IpAddr, Ipv4Addr};

use issei_model::{Origin, Timestamp};
use issei_wire::export::Protocol;

use super::budget::Held;
use super::exporters::DomainKey;
use super::sampling::Sampling;
use super::sessions::Sessions;
use super::times::Boot;
use super::waiting::WaitingRoom;

/// All that is remembered of one domain.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub(super) in_use: bool,
    pub(super) key: DomainKey,
    pub(super) hash: u64,
    pub(super) seen: Timestamp,
    /// Handed out with the first record: who never sent one has none.
    pub(super) origin: Option<u32>,
    pub(super) lost: u64,
    /// Flow records taken from it.
    pub(super) records: u64,
    pub(super) sampling: Sampling,
    /// When the exporter started, microseconds since the epoch, if an options record told.
    pub(super) started: Option<i64>,
    pub(super) waiting: WaitingRoom,
    pub(super) sessions: Sessions,
    /// What the budget knows that is held here.
    pub(super) held: Held,
}

impl Domain {
    pub(super) fn new(key: DomainKey, hash: u64, now: Timestamp) -> Self {
        Self {
            in_use: true,
            key,
            hash,
            seen: now,
            origin: None,
            lost: 0,
            records: 0,
            sampling: Sampling::default(),
            started: None,
            waiting: WaitingRoom::default(),
            sessions: Sessions::new(key.protocol),
            held: Held::default(),
        }
    }

    pub(super) fn vacant() -> Self {
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let key = DomainKey {
            sender: nobody,
            agent: nobody,
            protocol: Protocol::Netflow5,
            domain: 0,
        };
        Self {
            in_use: false,
            ..Self::new(key, 0, Timestamp::MIN)
        }
    }

    /// Tells what the uptimes in a datagram's records count from.
    pub(super) fn boot(&self, uptime: Option<u32>) -> Boot {
        match (uptime, self.started) {
            (Some(now), _) => Boot::Uptime(now),
            (None, Some(moment)) => Boot::Moment(moment),
            (None, None) => Boot::Unknown,
        }
    }

    /// Tells when something of it is due.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let waiting = self.waiting.due();
        waiting.into_iter().chain(self.sessions.due()).min()
    }

    /// Names the domain, if it ever sent a record.
    pub(super) fn origin(&self) -> Option<Origin> {
        let DomainKey { sender, agent, .. } = self.key;
        let name = if sender == agent {
            sender.to_string()
        } else {
            format!("{agent} by way of {sender}")
        };
        Some(Origin {
            index: self.origin?,
            name,
            domain: self.key.domain,
            sampling_basis: self.sampling.basis(),
            lost: self.lost,
        })
    }

    /// Tells what is held here now.
    pub(super) fn holding(&self) -> Held {
        Held {
            templates: self.sessions.template_bytes(),
            waiting: self.waiting.bytes(),
        }
    }

    /// Tells the memory held besides the domain itself.
    pub(super) fn bytes(&self) -> usize {
        self.sessions.bytes() + self.waiting.bytes() + self.sampling.bytes()
    }
}
