//! Understands the datagrams of many exporters.
//!
//! In: a datagram, its sender and the time. Out: rows in a [`FlowBatch`]; [`Origin`]s that name
//! who sent them. Always: bounded memory for one sender and in all; nothing is allocated per
//! record in steady state; what is turned away is counted, and the [`CollectorTally`] adds up.
//! The way through the house: `messages`, `netflow5` and `sflow` walk over a datagram;
//! `templates` compiles what it teaches into a `plan`; `columns` carries the plan out;
//! `exporters`, `domain` and `sessions` are what is remembered of whom.
//! Standards: RFC 3954, RFC 7011, RFC 5103, RFC 5477, sFlow v5. Not here: sockets (host).
//!
//! Limits: a flow that two interfaces report, once as it enters and once as it leaves, is two
//! records. A firewall's reports of a flow's begin and of its end are two records. Where only
//! counts since the begin are told (elements 85 and 86), a flow reported in pieces counts twice.
//! Chains of selectors (element 301) are known by their last selector alone.

mod budget;
mod columns;
mod desk;
mod domain;
mod exporters;
mod flows;
mod heads;
mod keyed;
mod meanings;
mod messages;
mod netflow5;
mod options;
mod plan;
mod rewrite;
mod sampling;
mod sequence;
mod sessions;
mod sflow;
mod templates;
mod times;
mod waiting;

use std::net::{IpAddr, SocketAddr};

use issei_model::{FlowBatch, Origin, Problem, ProblemKind, Problems, Span, Timestamp};
use issei_wire::export::{self, Protocol};

use budget::{Held, Shares};
use desk::Desk;
use domain::Domain;
use exporters::{Bounds, DomainKey, Exporters};

/// Bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorLimits {
    /// Exporters and observation domains in all.
    pub domains: usize,
    /// Observation domains of one address.
    pub domains_per_address: usize,
    /// Templates of one exporter and domain, those of all its sessions together.
    pub templates_per_domain: usize,
    /// Memory for the templates of one address, in bytes.
    pub template_bytes_per_address: usize,
    /// The same of all.
    pub template_bytes: usize,
    /// Memory for data of one address that waits for its templates, in bytes.
    pub waiting_bytes_per_address: usize,
    /// The same of all.
    pub waiting_bytes: usize,
    /// An exporter that was silent this long is forgotten.
    pub idle: Span,
}

impl Default for CollectorLimits {
    fn default() -> Self {
        Self {
            // A national backbone has some thousand exporting line cards.
            domains: 16_384,
            domains_per_address: 1_024,
            // Twenty times what the most talkative exporter met in the field announces.
            templates_per_domain: 512,
            template_bytes_per_address: 4 << 20,
            template_bytes: 32 << 20,
            waiting_bytes_per_address: 1 << 20,
            waiting_bytes: 16 << 20,
            // Longer than a quiet night.
            idle: Span::from_secs(12 * 3_600),
        }
    }
}

impl CollectorLimits {
    const fn bounds(&self) -> Bounds {
        Bounds {
            in_all: self.domains,
            of_one_sender: self.domains_per_address,
            idle: self.idle,
        }
    }

    const fn shares(&self) -> Shares {
        Shares {
            in_all: Held {
                templates: self.template_bytes,
                waiting: self.waiting_bytes,
            },
            of_one_sender: Held {
                templates: self.template_bytes_per_address,
                waiting: self.waiting_bytes_per_address,
            },
        }
    }
}

/// What was done, in numbers that add up:
///
/// * `datagrams = datagrams_read + datagrams_refused`
/// * `sets = sets_read + sets_refused + sets_waiting`
/// * records met = `records + records_refused`, and every refusal is also a problem.
///
/// A *set* is a FlowSet of NetFlow v9, a set of IPFIX, the records of a NetFlow v5 datagram, or a
/// sample of sFlow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CollectorTally {
    /// Datagrams taken.
    pub datagrams: u64,
    /// Datagrams whose header was understood.
    pub datagrams_read: u64,
    /// Datagrams turned away whole.
    pub datagrams_refused: u64,
    /// Sets met.
    pub sets: u64,
    /// Sets read, at once or after waiting.
    pub sets_read: u64,
    /// Sets turned away or given up.
    pub sets_refused: u64,
    /// Sets that wait for their templates now.
    pub sets_waiting: u64,
    /// Template records met.
    pub templates: u64,
    /// Options records met.
    pub options: u64,
    /// Flow records decoded into rows.
    pub records: u64,
    /// Flow records turned away.
    pub records_refused: u64,
}

/// Templates, sampling and sequence numbers of many exporters.
#[derive(Debug)]
pub struct Collector {
    exporters: Exporters,
    desk: Desk,
    /// What the operator set, for one exporter or, under no address, for all.
    set_rates: Vec<(Option<IpAddr>, u32)>,
    /// When idle exporters are looked for next.
    tidy_at: Option<Timestamp>,
}

impl Collector {
    /// Makes a collector. Origin indices are handed out from `first_origin` on.
    pub fn new(limits: CollectorLimits, hash_key: [u64; 2], first_origin: u32) -> Self {
        Self {
            exporters: Exporters::new(hash_key, limits.bounds()),
            desk: Desk::new(limits, hash_key, first_origin),
            set_rates: Vec::new(),
            tidy_at: None,
        }
    }

    /// Decodes a datagram and appends its records.
    pub fn datagram(
        &mut self,
        now: Timestamp,
        from: SocketAddr,
        bytes: &[u8],
        out: &mut FlowBatch,
    ) {
        self.desk.now = now;
        self.desk.tally.datagrams += 1;
        self.tidy_at.get_or_insert(now + BETWEEN_TIDYING);
        if let Err(problem) = self.read(from, bytes, out) {
            self.desk.tally.datagrams_refused += 1;
            self.desk.problems.note(problem);
        }
    }

    /// Sets the sampling rate of one exporter, or of all: it wins over what is announced.
    /// A rate of 0 takes the setting back.
    pub fn set_sampling(&mut self, exporter: Option<IpAddr>, every: u32) {
        let exporter = exporter.map(|ip| ip.to_canonical());
        self.desk.news += 1;
        self.set_rates.retain(|&(other, _)| other != exporter);
        if every > 0 {
            self.set_rates.push((exporter, every));
        }
        for domain in self.exporters.iter_mut() {
            domain.sampling.set = set_rate(&self.set_rates, &domain.key);
        }
    }

    /// Tells when something is due without any datagram.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let domains = self.exporters.iter().filter_map(Domain::due);
        domains.chain(self.tidy_at).min()
    }

    /// Gives up what waited too long. `Timestamp::MAX` gives up everything that waits.
    pub fn on_deadline(&mut self, now: Timestamp, _out: &mut FlowBatch) {
        self.desk.now = now;
        for domain in self.exporters.iter_mut() {
            let lost = domain.sessions.settle(now);
            domain.lost += self.desk.lost(lost);
            let stale = domain.waiting.take_stale(now);
            self.desk.give_up(&stale);
            self.desk.account(domain);
        }
        if now != Timestamp::MAX && self.tidy_at.is_some_and(|due| due <= now) {
            for domain in self.exporters.forget_idle(now) {
                self.desk.forget(domain);
            }
            self.tidy_at = (self.exporters.count() > 0).then_some(now + BETWEEN_TIDYING);
        }
    }

    /// Counts what changed about [`Self::origins`]: while it stays the same, so do they.
    pub fn origins_changed(&self) -> u64 {
        self.desk.news
    }

    /// Walks over the exporters and domains that sent records, in the order of their indices.
    pub fn origins(&self) -> impl Iterator<Item = Origin> + '_ {
        let mut origins: Vec<Origin> = self.exporters.iter().filter_map(Domain::origin).collect();
        origins.sort_unstable_by_key(|origin| origin.index);
        origins.into_iter()
    }

    /// Tells what went wrong.
    pub fn problems(&self) -> &Problems {
        &self.desk.problems
    }

    /// Tells what was done.
    pub fn tally(&self) -> CollectorTally {
        self.desk.tally
    }

    /// Tells the memory held, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.exporters.bytes() + self.desk.bytes()
    }

    fn read(&mut self, from: SocketAddr, bytes: &[u8], out: &mut FlowBatch) -> Result<(), Problem> {
        let version = u64::from(bytes.first().copied().unwrap_or_default());
        let unknown = Problem::new(ProblemKind::UnknownProtocol, 0, version);
        match Protocol::claimed(bytes).ok_or(unknown)? {
            Protocol::Netflow5 => {
                let (header, records) = export::netflow5::parse(bytes)?;
                let key = DomainKey::new(from, Protocol::Netflow5, u32::from(header.engine));
                let domain = domain(&mut self.exporters, &mut self.desk, &self.set_rates, key)?;
                netflow5::read(domain, from.port(), header, records, &mut self.desk, out)
            }
            Protocol::Netflow9 => {
                let (header, sets) = export::netflow9::parse(bytes)?;
                let key = DomainKey::new(from, Protocol::Netflow9, header.source_id);
                let domain = domain(&mut self.exporters, &mut self.desk, &self.set_rates, key)?;
                messages::read(
                    domain,
                    from.port(),
                    header.into(),
                    sets,
                    &mut self.desk,
                    out,
                )
            }
            Protocol::Ipfix => {
                let (header, sets) = export::ipfix::parse(bytes)?;
                self.desk
                    .note_excess(bytes.len(), usize::from(header.length));
                let key = DomainKey::new(from, Protocol::Ipfix, header.domain);
                let domain = domain(&mut self.exporters, &mut self.desk, &self.set_rates, key)?;
                messages::read(
                    domain,
                    from.port(),
                    header.into(),
                    sets,
                    &mut self.desk,
                    out,
                )
            }
            Protocol::Sflow5 => {
                let (header, samples) = export::sflow5::parse(bytes)?;
                let mut key = DomainKey::new(from, Protocol::Sflow5, header.sub_agent);
                key.agent = header.agent.to_canonical();
                let domain = domain(&mut self.exporters, &mut self.desk, &self.set_rates, key)?;
                sflow::read(domain, from.port(), header, samples, &mut self.desk, out)
            }
        }
    }
}

/// Finds the domain of a datagram, or admits it.
fn domain<'a>(
    exporters: &'a mut Exporters,
    desk: &mut Desk,
    set_rates: &[(Option<IpAddr>, u32)],
    key: DomainKey,
) -> Result<&'a mut Domain, Problem> {
    let full = Problem::new(ProblemKind::TooManyExporters, 0, u64::from(key.domain));
    let place = match exporters.find(&key) {
        Some(place) => place,
        None => {
            let (place, forgotten) = exporters.admit(key, desk.now).ok_or(full)?;
            let crowded = desk
                .budget
                .is_tight()
                .then(|| exporters.forget_any(desk.now, place));
            for domain in forgotten.into_iter().chain(crowded.flatten()) {
                desk.forget(domain);
            }
            if let Some(domain) = exporters.domain(place) {
                domain.sampling.set = set_rate(set_rates, &domain.key);
            }
            place
        }
    };
    let domain = exporters.domain(place).ok_or(full)?;
    domain.seen = desk.now;
    Ok(domain)
}

/// Tells what the operator set for an exporter; its own setting goes before the one for all.
fn set_rate(rates: &[(Option<IpAddr>, u32)], key: &DomainKey) -> u32 {
    let whom = [Some(key.agent), Some(key.sender), None];
    let set = whom
        .iter()
        .find_map(|whom| rates.iter().find(|(other, _)| other == whom));
    set.map_or(0, |&(_, every)| every)
}

/// How often idle exporters are looked for.
const BETWEEN_TIDYING: Span = Span::from_secs(600);
