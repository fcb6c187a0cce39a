//! The table of exporters and their observation domains.
//!
//! In: who sent a datagram. Out: the [`Domain`] it belongs to. Always: bounded for one address and
//! in all; the hash is keyed, at most half of the index is filled and a search is bounded, so no
//! outsider can make it slow; a full table makes room only for those who never sent a record or
//! have long been silent, so made-up domains cannot push out an honest exporter.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use issei_model::{Span, Timestamp};
use issei_wire::export::Protocol;

use super::domain::Domain;
use super::keyed::hash_words;

/// What tells one observation domain from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DomainKey {
    /// Who sent the datagram.
    pub(super) sender: IpAddr,
    /// Who sFlow says it is from; else the sender.
    pub(super) agent: IpAddr,
    pub(super) protocol: Protocol,
    /// Observation domain, source id, engine or sub-agent.
    pub(super) domain: u32,
}

impl DomainKey {
    /// Names a domain of whoever sent a datagram.
    pub(super) fn new(from: SocketAddr, protocol: Protocol, domain: u32) -> Self {
        let sender = from.ip().to_canonical();
        Self {
            sender,
            agent: sender,
            protocol,
            domain,
        }
    }

    fn hash(&self, key: [u64; 2]) -> u64 {
        let (sender, agent) = (bits(self.sender), bits(self.agent));
        let place = u64::from(self.domain) << 8 | self.protocol as u64;
        let words = [
            sender as u64,
            (sender >> 64) as u64,
            agent as u64,
            (agent >> 64) as u64,
            place,
        ];
        hash_words(key, &words)
    }
}

/// The bounds of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) in_all: usize,
    pub(super) of_one_sender: usize,
    pub(super) idle: Span,
}

/// The table.
#[derive(Debug)]
pub(super) struct Exporters {
    hash_key: [u64; 2],
    bounds: Bounds,
    domains: Vec<Domain>,
    vacant: Vec<u32>,
    /// Places of domains by hash, plus one; 0 = empty. Linear probing, at most half full.
    index: Vec<u32>,
    /// Places of domains by sender.
    senders: BTreeMap<IpAddr, Vec<u32>>,
    /// The last one asked for: datagrams come in runs.
    last: usize,
    /// Where the search for someone to forget goes on.
    hand: usize,
}

impl Exporters {
    pub(super) fn new(hash_key: [u64; 2], bounds: Bounds) -> Self {
        Self {
            hash_key,
            bounds,
            domains: Vec::new(),
            vacant: Vec::new(),
            index: vec![0; FIRST_INDEX],
            senders: BTreeMap::new(),
            last: 0,
            hand: 0,
        }
    }

    /// Finds the place of a domain that is known.
    pub(super) fn find(&mut self, key: &DomainKey) -> Option<usize> {
        let known = |place: usize| {
            let domain = self.domains.get(place);
            domain.is_some_and(|domain| domain.in_use && domain.key == *key)
        };
        if known(self.last) {
            return Some(self.last);
        }
        let hash = key.hash(self.hash_key);
        let place = self.probe(hash).find(|&(_, place)| known(place))?.1;
        self.last = place;
        Some(place)
    }

    /// Gives a new domain a place. A domain that had to make room for it is handed over.
    pub(super) fn admit(
        &mut self,
        key: DomainKey,
        now: Timestamp,
    ) -> Option<(usize, Option<Domain>)> {
        let mut forgotten = None;
        let of_sender = self.senders.get(&key.sender).map_or(0, Vec::len);
        if of_sender >= self.bounds.of_one_sender {
            forgotten = Some(self.forget_one_of(key.sender, now)?);
        } else if self.count() >= self.bounds.in_all {
            forgotten = Some(self.forget_any(now, usize::MAX)?);
        }
        Some((self.enter(key, now), forgotten))
    }

    pub(super) fn domain(&mut self, place: usize) -> Option<&mut Domain> {
        self.domains.get_mut(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Domain> {
        self.domains.iter().filter(|domain| domain.in_use)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Domain> {
        self.domains.iter_mut().filter(|domain| domain.in_use)
    }

    pub(super) fn count(&self) -> usize {
        self.domains.len() - self.vacant.len()
    }

    /// Forgets everyone who has been silent too long.
    pub(super) fn forget_idle(&mut self, now: Timestamp) -> Vec<Domain> {
        let idle = |domain: &Domain| domain.in_use && now.since(domain.seen) > self.bounds.idle;
        let places = self.domains.iter().enumerate();
        let stale: Vec<usize> = places
            .filter(|(_, d)| idle(d))
            .map(|(place, _)| place)
            .collect();
        stale.into_iter().map(|place| self.forget(place)).collect()
    }

    /// Tells the memory held.
    pub(super) fn bytes(&self) -> usize {
        let domains: usize = self.iter().map(Domain::bytes).sum();
        // A node of a tree map holds its entries and about as much again in links and room.
        let senders: usize = self
            .senders
            .values()
            .map(|places| 4 * places.capacity() + 96)
            .sum();
        domains
            + senders
            + self.domains.capacity() * size_of::<Domain>()
            + (self.index.capacity() + self.vacant.capacity()) * size_of::<u32>()
    }

    fn enter(&mut self, key: DomainKey, now: Timestamp) -> usize {
        let hash = key.hash(self.hash_key);
        let domain = Domain::new(key, hash, now);
        let place = match self.vacant.pop() {
            Some(place) => {
                self.domains[place as usize] = domain;
                place as usize
            }
            None => {
                self.domains.push(domain);
                self.domains.len() - 1
            }
        };
        self.senders
            .entry(key.sender)
            .or_default()
            .push(place as u32);
        if self.count() * 2 > self.index.len() {
            self.rebuild(self.index.len() * 2);
        } else {
            self.link(hash, place);
        }
        self.last = place;
        place
    }

    /// Someone of the sender's own, so that one address cannot push out others.
    fn forget_one_of(&mut self, sender: IpAddr, now: Timestamp) -> Option<Domain> {
        let places = self.senders.get(&sender)?;
        let looked_at = (0..LOOKED_AT).map(|step| places[(self.hand + step) % places.len()]);
        let place = self.least_missed(looked_at, now)?;
        self.hand = self.hand.wrapping_add(LOOKED_AT);
        Some(self.forget(place))
    }

    /// Forgets someone who is missed little; not the one who stands at `but`.
    pub(super) fn forget_any(&mut self, now: Timestamp, but: usize) -> Option<Domain> {
        let all = self.domains.len();
        let looked_at = (0..LOOKED_AT).map(|step| (self.hand + step) % all);
        let looked_at = looked_at
            .filter(|&place| place != but)
            .map(|place| place as u32);
        let place = self.least_missed(looked_at, now);
        self.hand = self.hand.wrapping_add(LOOKED_AT);
        Some(self.forget(place?))
    }

    fn least_missed(&self, places: impl Iterator<Item = u32>, now: Timestamp) -> Option<usize> {
        let may_go = |place: &usize| {
            let domain = &self.domains[*place];
            let few = domain.records < FEW_RECORDS;
            let patience = if few { FOR_A_STRANGER } else { IN_A_CROWD };
            let silent = now.since(domain.seen) > patience;
            domain.in_use && (silent || domain.origin.is_none())
        };
        let candidates = places.map(|place| place as usize).filter(may_go);
        candidates.min_by_key(|&place| self.domains[place].seen)
    }

    fn forget(&mut self, place: usize) -> Domain {
        let vacant = Domain::vacant();
        let domain = std::mem::replace(&mut self.domains[place], vacant);
        if let Some(places) = self.senders.get_mut(&domain.key.sender) {
            places.retain(|&other| other as usize != place);
            if places.is_empty() {
                self.senders.remove(&domain.key.sender);
            }
        }
        self.unlink(domain.hash, place);
        self.vacant.push(place as u32);
        domain
    }

    /// Walks over the places that a hash leads to, with where they stand in the index.
    fn probe(&self, hash: u64) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mask = self.index.len() - 1;
        let slots = (0..self.index.len()).map(move |step| (hash as usize + step) & mask);
        let filled = slots.map(|slot| (slot, self.index[slot]));
        let chain = filled.take_while(|&(_, place)| place != 0);
        chain.map(|(slot, place)| (slot, place as usize - 1))
    }

    fn link(&mut self, hash: u64, place: usize) {
        let mask = self.index.len() - 1;
        let mut slot = hash as usize & mask;
        // At most half is filled, so there is an end.
        while self.index[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.index[slot] = place as u32 + 1;
    }

    /// Takes an entry out and moves up those behind it, so that no search ends too early.
    fn unlink(&mut self, hash: u64, place: usize) {
        let mask = self.index.len() - 1;
        let found = self.probe(hash).find(|&(_, other)| other == place);
        let Some((mut hole, _)) = found else { return };
        let mut slot = hole;
        loop {
            self.index[hole] = 0;
            loop {
                slot = (slot + 1) & mask;
                let Some(next) = (self.index[slot] as usize).checked_sub(1) else {
                    return;
                };
                let home = self.domains[next].hash as usize & mask;
                let (to_home, to_hole) = (slot.wrapping_sub(home), slot.wrapping_sub(hole));
                if to_home & mask >= to_hole & mask {
                    self.index[hole] = next as u32 + 1;
                    hole = slot;
                    break;
                }
            }
        }
    }

    fn rebuild(&mut self, length: usize) {
        self.index = vec![0; length];
        for place in 0..self.domains.len() {
            if self.domains[place].in_use {
                self.link(self.domains[place].hash, place);
            }
        }
    }
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// Where room is short, an exporter that was silent this long is not waited for. Exporters in use
/// send something every few minutes.
const IN_A_CROWD: Span = Span::from_secs(900);
/// The same for one that sent little so far: what made-up exporters can cheaply do.
const FOR_A_STRANGER: Span = Span::from_secs(10);
/// An exporter in use sends so many records within minutes.
const FEW_RECORDS: u64 = 1_000;
/// A power of two.
const FIRST_INDEX: usize = 64;
/// Candidates looked at for one place: a bound on the work that one datagram can cause.
const LOOKED_AT: usize = 8;

#[cfg(test)]
#[path = "exporters_tests.rs"]
mod tests;
