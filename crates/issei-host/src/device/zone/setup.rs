//! What a zone device is set up with.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use issei_enforce::Fences;
use issei_enforce::zone::{Access, Bounds, Caller, Hot, Notices, Serial, Timers, Wording, Zone};
use issei_model::{DomainName, Span, Timestamp};

/// What a zone device needs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where resolvers fetch, by datagram and connection.
    pub listen: SocketAddr,
    /// The words of the orders' zone.
    pub wording: Wording,
    /// How long resolvers may keep it: its expiry is the lease of its rules.
    pub timers: Timers,
    /// How often the serial steps though nothing changes, for resolvers that do not heed the expiry but can
    /// see a serial that stands still.
    pub pulse: Option<Span>,
    /// What no order may name, and how many names there is room for.
    pub fences: Fences,
    /// Prefixes of lines that opted out.
    pub passing: Vec<IpNet>,
    /// The zone of the standing list, if there is one.
    pub base: Option<BaseSetup>,
    /// Who fetches.
    pub fetchers: Vec<Fetcher>,
    /// Where the resolvers are asked what they answer to lines.
    pub resolvers: Vec<SocketAddr>,
    /// Where the highest serial is kept.
    pub folder: PathBuf,
}

/// What the zone of a standing list needs.
#[derive(Clone, Debug)]
pub struct BaseSetup {
    /// Its name.
    pub apex: DomainName,
    /// How long resolvers may keep it.
    pub timers: Timers,
}

/// A resolver, or a server in front of one, that fetches the zones.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Where it asks from.
    pub ip: IpAddr,
    /// How it is known.
    pub access: Access,
    /// Where it is told of changes, if it listens.
    pub notify: Option<SocketAddr>,
}

impl Setup {
    /// A lease of two seconds: the shortest that BIND can be told, and within the 2.2 s that a rule may
    /// outlive its order.
    pub const HOT: Timers = Timers {
        refresh: 1,
        retry: 1,
        expire: 2,
        ttl: 1,
    };
    /// A standing list outlives a long night.
    pub const BASE: Timers = Timers {
        refresh: 3_600,
        retry: 600,
        expire: 86_400,
        ttl: 60,
    };
    /// Differences of the orders' zone: as many as a busy day has, in a few megabytes.
    pub(super) const REMEMBERED: Bounds = Bounds {
        changes: 256,
        records: 50_000,
    };
    /// Differences of the list's zone.
    const REMEMBERED_OF_BASE: Bounds = Bounds {
        changes: 16,
        records: 200_000,
    };

    pub(super) fn hot(&self, last: Serial, now: Timestamp) -> Hot {
        let (wording, fences) = (self.wording.clone(), self.fences.clone());
        let hot = Hot::new(wording, fences, last, now, (self.timers, Self::REMEMBERED));
        match self.pulse {
            Some(pulse) => hot.with_pulse(pulse),
            None => hot,
        }
    }

    pub(super) fn base_zone(&self, last: Serial, now: Timestamp) -> Option<Zone> {
        let base = self.base.as_ref()?;
        let (apex, bounds) = (base.apex.clone(), Self::REMEMBERED_OF_BASE);
        let records = std::collections::BTreeSet::new();
        Some(Zone::new(
            apex,
            last.next(now),
            records,
            base.timers,
            bounds,
        ))
    }

    pub(super) fn callers(&self) -> Vec<Caller> {
        let caller = |fetcher: &Fetcher| Caller {
            ip: fetcher.ip,
            access: fetcher.access.clone(),
        };
        self.fetchers.iter().map(caller).collect()
    }

    pub(super) fn notices(&self) -> Notices {
        let told = self.fetchers.iter().filter_map(|fetcher| {
            let key = match &fetcher.access {
                Access::Key(key) => Some(key.clone()),
                Access::Address => None,
            };
            Some((fetcher.notify?, key))
        });
        Notices::new(told.collect())
    }
}
