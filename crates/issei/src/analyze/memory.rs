//! Remembers how many own lines were in contact with each service elsewhere, for the radius of a cut.
//!
//! In: batches, and the findings at the end. Out: the [`Contacts`] that a member answers from. Always: only
//! what a line itself sent counts as contact; services and hosts that fewer lines contacted than an answer would
//! tell are not written down, and a host is counted whole, for its small services do not add up to it; what
//! found no room makes the memory incomplete, and says so.
//! Limits: a million services; [`MOST_LINES`] lines each, which is beyond every ceiling.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_case::Count;
use issei_model::{
    Address, Columns, Endpoint, FindingRecord, FlowBatch, Goal, Level, Role, Territory, Timestamp,
};

use crate::office::member::contacts::{Contacted, Contacts};

/// Services remembered.
const MOST_SERVICES: usize = 1 << 20;
/// Lines remembered of a service: more than any ceiling allows to hit, so the exact figure is idle.
pub const MOST_LINES: usize = 1 << 12;

/// A remote address, port and protocol.
type Service = (IpAddr, u16, u8);

/// The memory of one network.
#[derive(Default)]
pub struct Memory {
    services: BTreeMap<Service, Met>,
    since: Option<Timestamp>,
    turned_away: u64,
}

#[derive(Default)]
struct Met {
    lines: BTreeSet<IpAddr>,
    bytes: u64,
}

impl Memory {
    /// Looks at a batch.
    pub fn look(&mut self, batch: &FlowBatch, territory: &Territory) {
        self.look_at(&batch.v4, territory);
        self.look_at(&batch.v6, territory);
    }

    fn look_at<A: Address>(&mut self, rows: &Columns<A>, territory: &Territory) {
        for row in 0..rows.len() {
            let (line, remote) = (rows.source[row], rows.destination[row]);
            if !territory.is_ours(line) || territory.is_ours(remote) {
                continue;
            }
            let at = Timestamp::from_micros(rows.first[row]);
            self.since = Some(self.since.map_or(at, |since| since.min(at)));
            let service = (
                remote.to_ip(),
                rows.destination_port[row],
                rows.protocol[row],
            );
            let bytes = rows.bytes[row].saturating_mul(u64::from(rows.sampling[row].max(1)));
            self.meet(service, line.prefix(A::LINE_BITS).to_ip(), bytes);
        }
    }

    fn meet(&mut self, service: Service, line: IpAddr, bytes: u64) {
        if !self.services.contains_key(&service) && self.services.len() >= MOST_SERVICES {
            self.turned_away += 1;
            return;
        }
        let met = self.services.entry(service).or_default();
        met.bytes = met.bytes.saturating_add(bytes);
        if met.lines.len() < MOST_LINES {
            met.lines.insert(line);
        }
    }

    /// Writes down what answers may tell, with the lines that findings suspect.
    pub fn contacts(&self, findings: &[FindingRecord]) -> Contacts {
        let suspected: BTreeSet<IpAddr> = findings.iter().filter_map(suspect).collect();
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
                    suspected: met.lines.intersection(&suspected).count() as u64,
                    volume: met.bytes,
                    hints: BTreeSet::new(),
                }
            });
        Contacts {
            since: self.since.unwrap_or(Timestamp::MAX),
            complete: self.turned_away == 0,
            goals: goals.collect(),
            hosts: Some(self.hosts(&suspected)),
        }
    }

    /// Counts the lines of each host over all its services, which stand beside each other in the memory.
    fn hosts(&self, suspected: &BTreeSet<IpAddr>) -> Vec<Contacted> {
        let mut hosts = Vec::new();
        let services: Vec<(&Service, &Met)> = self.services.iter().collect();
        for services in services.chunk_by(|one, next| one.0.0 == next.0.0) {
            let lines: BTreeSet<IpAddr> = services
                .iter()
                .flat_map(|(_, met)| met.lines.iter().copied())
                .collect();
            let volume = services.iter().map(|(_, met)| met.bytes);
            let told = lines.len() as u64 >= Count::DEFAULT_K;
            let host = services.first().filter(|_| told);
            hosts.extend(host.map(|((ip, ..), _)| Contacted {
                goal: Goal::Service(Endpoint::host(*ip)),
                lines: lines.len() as u64,
                suspected: lines.intersection(suspected).count() as u64,
                volume: volume.fold(0, u64::saturating_add),
                hints: BTreeSet::new(),
            }));
        }
        hosts
    }
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
mod tests;
