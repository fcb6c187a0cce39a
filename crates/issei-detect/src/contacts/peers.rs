//! A uniform sample of the distinct peers that somebody exchanged something with.
//!
//! The peers with the smallest keyed hashes are kept, so the sample does not depend on how often
//! or in which order they came, and nobody outside can choose who is in it.

use issei_model::Address;

/// A peer in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Peer<A> {
    hash: u64,
    pub(super) address: A,
    /// It is one of our lines.
    pub(super) own: bool,
}

/// The sample, rising by hash.
#[derive(Clone, Debug)]
pub(super) struct Sample<A> {
    peers: Vec<Peer<A>>,
    room: usize,
    /// Whether peers were left out.
    full: bool,
}

impl<A: Address> Sample<A> {
    pub(super) fn new(room: usize) -> Self {
        Self {
            peers: Vec::new(),
            room: room.max(1),
            full: false,
        }
    }

    /// Tells whether a peer with this hash would enter or already stands in the sample.
    #[inline]
    pub(super) fn wants(&self, hash: u64) -> bool {
        self.peers.len() < self.room || self.peers.last().is_some_and(|last| hash <= last.hash)
    }

    /// Adds a peer, if it is not held and its hash is small enough.
    pub(super) fn add(&mut self, hash: u64, address: A, own: bool) {
        if !self.wants(hash) {
            self.full = true;
            return;
        }
        let crowded = self.peers.len() >= self.room;
        let peer = Peer { hash, address, own };
        if let Err(at) = self.peers.binary_search(&peer) {
            if crowded {
                self.peers.pop();
                self.full = true;
            }
            self.peers.insert(at, peer);
        }
    }

    /// Shows the peers.
    pub(super) fn peers(&self) -> &[Peer<A>] {
        &self.peers
    }

    /// Estimates how many distinct peers there were: exact until the sample is full.
    pub(super) fn distinct(&self) -> f64 {
        match self.peers.last() {
            Some(last) if self.full => {
                let share = (last.hash as f64 + 1.0) / 2f64.powi(64);
                (self.peers.len() as f64 - 1.0) / share
            }
            _ => self.peers.len() as f64,
        }
    }

    pub(super) fn clear(&mut self) {
        self.peers.clear();
        self.full = false;
    }

    pub(super) fn bytes(&self) -> usize {
        self.peers.capacity() * size_of::<Peer<A>>()
    }
}

#[cfg(test)]
#[path = "peers_tests.rs"]
mod tests;
