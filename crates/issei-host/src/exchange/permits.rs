//! Who may hold how much of the server at once.
//!
//! Always: a permit is taken before anything is done for a connection and given back when it ends;
//! three rooms are kept apart, so that strangers who knock cannot take the places of members.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a server allows. The defaults suit a country of some hundred members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once that have not yet shown who they are.
    pub handshakes: usize,
    /// Connections at once without a certificate that counts: those that join.
    pub strangers: usize,
    /// Connections at once of members.
    pub members: usize,
    /// Connections at once from one peer address (IPv6: from one /64).
    pub per_peer: usize,
    /// Connections at once of one organisation.
    pub per_member: usize,
    /// Bytes of request bodies in memory at once.
    pub bodies: usize,
    /// How long a handshake may take.
    pub handshake: Duration,
    /// How long a connection may be silent, and how long a request's head may take.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long the service may take.
    pub answer: Duration,
    /// How long a peer may take no byte of what is sent.
    pub stall: Duration,
    /// How long a connection without a certificate may last in all.
    pub stranger: Duration,
    /// How often a quiet stream of hints says that it is alive.
    pub beat: Duration,
    /// How long requests under way are waited for at the end.
    pub goodbye: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshakes: 256,
            strangers: 64,
            members: 2048,
            per_peer: 32,
            per_member: 32,
            bodies: 64 << 20,
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(20),
            body: Duration::from_secs(20),
            answer: Duration::from_secs(20),
            stall: Duration::from_secs(20),
            stranger: Duration::from_secs(60),
            beat: Duration::from_secs(10),
            goodbye: Duration::from_secs(5),
        }
    }
}

/// One room: so many in all, so many of one kind.
#[derive(Debug)]
pub(super) struct Room<K: Ord> {
    held: Mutex<Held<K>>,
    most: usize,
    most_each: usize,
}

#[derive(Debug)]
struct Held<K> {
    all: usize,
    each: BTreeMap<K, usize>,
}

impl<K: Ord + Clone> Room<K> {
    pub(super) fn new(most: usize, most_each: usize) -> Arc<Self> {
        Arc::new(Self {
            held: Mutex::new(Held {
                all: 0,
                each: BTreeMap::new(),
            }),
            most,
            most_each,
        })
    }

    /// Takes a place, or says that there is none.
    pub(super) fn take(self: &Arc<Self>, who: K) -> Option<Permit<K>> {
        let mut held = self.lock();
        let of_this = held.each.get(&who).copied().unwrap_or(0);
        if held.all >= self.most || of_this >= self.most_each {
            return None;
        }
        held.all += 1;
        held.each.insert(who.clone(), of_this + 1);
        Some(Permit {
            room: Arc::clone(self),
            who,
        })
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Held<K>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that was taken. Given back when dropped.
#[derive(Debug)]
pub(super) struct Permit<K: Ord + Clone> {
    room: Arc<Room<K>>,
    who: K,
}

impl<K: Ord + Clone> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut held = self.room.lock();
        held.all -= 1;
        match held.each.get_mut(&self.who) {
            Some(of_this) if *of_this > 1 => *of_this -= 1,
            _ => {
                held.each.remove(&self.who);
            }
        }
    }
}

/// What counts as one peer: an IPv4 address, or the /64 that one IPv6 line has for itself.
pub(super) fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(network.into())
        }
    }
}

#[cfg(test)]
#[path = "permits_tests.rs"]
mod tests;
