//! Remembers how many own lines were in contact with each service elsewhere, for the radius of a cut.
//!
//! In: batches, and what is found. Out: the [`Contacts`] that a member answers from; the memory itself, to
//! go on with after a restart. Always: only what a line itself sent counts as contact; a line is kept as a
//! keyed pseudonym; services and hosts that fewer lines contacted than an answer would tell are not told, and
//! a host is counted whole, for its small services do not add up to it; what found no room makes the memory
//! incomplete, and says so.
//! Limits: a million services; [`MOST_LINES`] lines each, which is beyond every ceiling; [`MOST_PAIRS`] of
//! line and service.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use issei_case::Count;
use issei_model::{
    Address, Columns, Endpoint, FindingRecord, FlowBatch, Goal, Level, Role, Territory, Timestamp,
    protocol,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::office::member::contacts::{Contacted, Contacts, WANTED_HOURS, hour};

/// Services remembered.
const MOST_SERVICES: usize = 1 << 20;
/// Hours remembered: ten times what an answer asks about.
const MOST_HOURS: usize = 7_200;
/// Lines remembered of a service: more than any ceiling allows to hit, so the exact figure is idle.
pub const MOST_LINES: usize = 1 << 12;
/// Pairs of line and service: some hundred megabytes.
const MOST_PAIRS: usize = 1 << 23;
/// Names of lines at hand, so that a digest is not worked out for every record.
const MOST_NAMES: usize = 1 << 18;

/// A remote address, port and protocol.
type Service = (IpAddr, u16, u8);
/// A line under the memory's key.
type Line = u64;

/// Lines, and the hour in which each called last.
type Calls = Vec<(Line, i64)>;

/// The memory of one network.
pub struct Memory {
    key: [u8; 32],
    names: HashMap<IpAddr, Line>,
    services: BTreeMap<Service, Met>,
    pairs: usize,
    since: Option<Timestamp>,
    hours: BTreeSet<i64>,
    /// The last hour in which something found no room.
    full_at: Option<i64>,
    /// Suspected lines, and the hour in which one was suspected last.
    suspected: BTreeMap<Line, i64>,
}

/// Who met a service.
#[derive(Default)]
struct Met {
    /// Lines, and the hour in which each did last.
    lines: BTreeMap<Line, i64>,
    bytes: u64,
}

/// The memory as it lies on a disk. It names no line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    since: Option<Timestamp>,
    hours: BTreeSet<i64>,
    full_at: Option<i64>,
    suspected: BTreeMap<Line, i64>,
    services: Vec<(Goal, u64, Calls)>,
}

impl Memory {
    /// Begins with nothing. Who knows the key can tell whether a line is remembered.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            names: HashMap::new(),
            services: BTreeMap::new(),
            pairs: 0,
            since: None,
            hours: BTreeSet::new(),
            full_at: None,
            suspected: BTreeMap::new(),
        }
    }

    /// Goes on from what was kept under the same key, as far as there is room.
    pub fn going_on(key: [u8; 32], kept: Kept) -> Self {
        let mut memory = Self::new(key);
        (memory.since, memory.full_at) = (kept.since, kept.full_at);
        (memory.hours, memory.suspected) = (kept.hours, kept.suspected);
        for (goal, bytes, lines) in kept.services {
            let Goal::Service(Endpoint { ip, port, protocol }) = goal else {
                continue; // flow records tell no names
            };
            for (line, at) in lines {
                memory.meet((ip, port, protocol), line, 0, at);
            }
            if let Some(met) = memory.services.get_mut(&(ip, port, protocol)) {
                met.bytes = bytes;
            }
        }
        memory
    }

    /// Gives what to keep.
    pub fn kept(&self) -> Kept {
        let service = |(service, met): (&Service, &Met)| {
            let &(ip, port, protocol) = service;
            let lines = met.lines.iter().map(|(line, at)| (*line, *at)).collect();
            let goal = Goal::Service(Endpoint { ip, port, protocol });
            (goal, met.bytes, lines)
        };
        Kept {
            since: self.since,
            hours: self.hours.clone(),
            full_at: self.full_at,
            suspected: self.suspected.clone(),
            services: self.services.iter().map(service).collect(),
        }
    }

    /// Looks at a batch; its records count as of `now`, or without one as of their own time.
    pub fn look(&mut self, batch: &FlowBatch, territory: &Territory, now: Option<Timestamp>) {
        self.look_at(&batch.v4, territory, now);
        self.look_at(&batch.v6, territory, now);
    }

    fn look_at<A: Address>(
        &mut self,
        rows: &Columns<A>,
        territory: &Territory,
        now: Option<Timestamp>,
    ) {
        for row in 0..rows.len() {
            let (line, remote) = (rows.source[row], rows.destination[row]);
            if !territory.is_ours(line) || territory.is_ours(remote) {
                continue;
            }
            let at = now.unwrap_or(Timestamp::from_micros(rows.first[row]));
            self.since = Some(self.since.map_or(at, |since| since.min(at)));
            self.note_hour(hour(at));
            let (port, protocol) = (rows.destination_port[row], rows.protocol[row]);
            let service = service(remote.to_ip(), port, protocol);
            let bytes = rows.bytes[row].saturating_mul(u64::from(rows.sampling[row].max(1)));
            let line = self.name(line.prefix(A::LINE_BITS).to_ip());
            self.meet(service, line, bytes, hour(at));
        }
    }

    /// Names a line by a keyed digest.
    fn name(&mut self, line: IpAddr) -> Line {
        if let Some(name) = self.names.get(&line) {
            return *name;
        }
        let name = named(&self.key, line);
        if self.names.len() >= MOST_NAMES {
            self.names.clear();
        }
        self.names.insert(line, name);
        name
    }

    /// Remembers that a line is suspected.
    pub fn suspect(&mut self, finding: &FindingRecord, now: Timestamp) {
        if let Some(line) = suspect(finding) {
            let line = self.name(line);
            let known = self.suspected.contains_key(&line);
            if known || self.suspected.len() < MOST_NAMES {
                self.suspected.insert(line, hour(now));
            }
        }
    }

    /// Forgets what is longer ago than an answer asks about.
    pub fn forget(&mut self, now: Timestamp) {
        let from = hour(now) - WANTED_HOURS;
        for met in self.services.values_mut() {
            met.lines.retain(|_, at| *at >= from);
        }
        self.services.retain(|_, met| !met.lines.is_empty());
        self.pairs = self.services.values().map(|met| met.lines.len()).sum();
        self.hours.retain(|at| *at >= from);
        self.suspected.retain(|_, at| *at >= from);
        self.full_at = self.full_at.filter(|at| *at >= from);
        let first = Timestamp::from_micros(from * 3_600_000_000);
        self.since = self.since.map(|since| since.max(first));
    }

    fn note_hour(&mut self, hour: i64) {
        self.hours.insert(hour);
        if self.hours.len() > MOST_HOURS {
            self.hours.pop_first();
        }
    }

    fn meet(&mut self, service: Service, line: Line, bytes: u64, at: i64) {
        if !self.services.contains_key(&service) && self.services.len() >= MOST_SERVICES {
            return self.turn_away(at);
        }
        let met = self.services.entry(service).or_default();
        met.bytes = met.bytes.saturating_add(bytes);
        if let Some(last) = met.lines.get_mut(&line) {
            *last = at.max(*last);
        } else if met.lines.len() >= MOST_LINES {
            // More than any ceiling allows: the figure is idle.
        } else if self.pairs < MOST_PAIRS {
            met.lines.insert(line, at);
            self.pairs += 1;
        } else {
            self.turn_away(at);
        }
    }

    fn turn_away(&mut self, at: i64) {
        self.full_at = Some(self.full_at.map_or(at, |last| last.max(at)));
    }

    /// Writes down what answers may tell, with the lines that findings suspect.
    pub fn contacts(&self, findings: &[FindingRecord]) -> Contacts {
        let found = findings.iter().filter_map(suspect);
        let found: BTreeSet<Line> = found.map(|line| named(&self.key, line)).collect();
        let is_suspect = |line: &&Line| found.contains(line) || self.suspected.contains_key(line);
        let told = |met: &&Met| met.lines.len() as u64 >= Count::DEFAULT_K;
        let goals = self
            .services
            .iter()
            .filter(|(_, met)| told(met))
            .map(|(service, met)| {
                let &(ip, port, protocol) = service;
                Contacted {
                    goal: Goal::Service(Endpoint { ip, port, protocol }),
                    lines: met.lines.len() as u64,
                    suspected: met.lines.keys().filter(&is_suspect).count() as u64,
                    volume: met.bytes,
                    hints: BTreeSet::new(),
                }
            });
        Contacts {
            since: self.since.unwrap_or(Timestamp::MAX),
            complete: self.full_at.is_none(),
            hours: self.hours.clone(),
            goals: goals.collect(),
            hosts: Some(self.hosts(is_suspect)),
        }
    }

    /// Counts the lines of each host over all its services, which stand beside each other in the memory.
    fn hosts(&self, is_suspect: impl Fn(&&Line) -> bool) -> Vec<Contacted> {
        let mut hosts = Vec::new();
        let services: Vec<(&Service, &Met)> = self.services.iter().collect();
        for services in services.chunk_by(|one, next| one.0.0 == next.0.0) {
            let lines: BTreeSet<Line> = services
                .iter()
                .flat_map(|(_, met)| met.lines.keys().copied())
                .collect();
            let volume = services.iter().map(|(_, met)| met.bytes);
            let told = lines.len() as u64 >= Count::DEFAULT_K;
            let host = services.first().filter(|_| told);
            hosts.extend(host.map(|((ip, ..), _)| Contacted {
                goal: Goal::Service(Endpoint::host(*ip)),
                lines: lines.len() as u64,
                suspected: lines.iter().filter(&is_suspect).count() as u64,
                volume: volume.fold(0, u64::saturating_add),
                hints: BTreeSet::new(),
            }));
        }
        hosts
    }
}

/// What a goal can name: a service of TCP or UDP; anything else is contact with the host.
fn service(ip: IpAddr, port: u16, protocol: u8) -> Service {
    match protocol {
        protocol::TCP | protocol::UDP if port != 0 => (ip, port, protocol),
        _ => (ip, 0, 0),
    }
}

fn named(key: &[u8; 32], line: IpAddr) -> Line {
    let mut digest = Sha256::new();
    digest.update(key);
    match line {
        IpAddr::V4(ip) => digest.update(ip.octets()),
        IpAddr::V6(ip) => digest.update(ip.octets()),
    }
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
    Line::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The own line that a finding suspects, if it does.
pub fn suspect(finding: &FindingRecord) -> Option<IpAddr> {
    let accuses = finding.level >= Level::Candidate
        && finding.subject_kind == "line"
        && finding.role != Role::Victim;
    // An IPv6 line is named as its /64.
    let address = finding.subject.split('/').next()?;
    accuses.then(|| address.parse().ok()).flatten()
}

#[cfg(test)]
#[path = "memory_tests.rs"]
pub(crate) mod tests;
