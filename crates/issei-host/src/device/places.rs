//! Places of callers: so many at once, and so many of one address.
//!
//! In: who calls. Out: a place, which is free again when it is dropped. Always: no address takes all.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The places of one door.
pub(super) struct Places {
    all: usize,
    of_one: usize,
    taken: Mutex<BTreeMap<IpAddr, usize>>,
}

/// A place that is taken.
pub(super) struct Place {
    places: Arc<Places>,
    ip: IpAddr,
}

impl Places {
    /// Makes so many, of which one address takes so many.
    pub(super) fn new(all: usize, of_one: usize) -> Arc<Self> {
        Arc::new(Self {
            all,
            of_one,
            taken: Mutex::default(),
        })
    }

    /// Takes one, if there is one for this address.
    pub(super) fn take(self: &Arc<Self>, ip: IpAddr) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own) = (taken.values().sum::<usize>(), taken.entry(ip).or_default());
        let free = all < self.all && *own < self.of_one;
        if free {
            *own += 1;
        }
        taken.retain(|_, count| *count > 0);
        free.then(|| Place {
            places: Arc::clone(self),
            ip,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = self.places.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.ip) {
            *own = own.saturating_sub(1);
        }
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
