//! Which ends are in the log already, or on their way there: a second one like it would only make the
//! log longer.
//!
//! In: every entry in the order of its index, from the first. Out: whether an end still changes anything.
//! Always: a proposal behind an end of everything makes the next end of everything count again.
//! Not here: what an end does (`issei-order`).

use std::collections::BTreeSet;

use issei_model::{Decision, OrderId, StandingEntry, StandingId};

use crate::office::entry::Entry;

/// The ends that are asked for.
#[derive(Default)]
pub struct Endings {
    /// Nothing was proposed since everything was withdrawn.
    all: bool,
    /// No standing order was proposed since all of them were.
    standing: bool,
    /// Withdrawals that do not count yet.
    orders: BTreeSet<OrderId>,
    standings: BTreeSet<StandingId>,
}

impl Endings {
    /// Takes note of an entry that was written.
    pub fn written(&mut self, entry: &Entry) {
        match entry {
            Entry::Order(Decision::Proposed(_)) => self.all = false,
            Entry::Order(Decision::WithdrawnAll { .. }) => (self.all, self.standing) = (true, true),
            Entry::Order(Decision::Withdrawn { order, .. }) => drop(self.orders.insert(*order)),
            Entry::Standing(StandingEntry::StandingProposed(_)) => {
                (self.all, self.standing) = (false, false);
            }
            Entry::Standing(StandingEntry::AllStandingWithdrawn { member: None }) => {
                self.standing = true;
            }
            Entry::Standing(StandingEntry::StandingWithdrawn { standing }) => {
                self.standings.insert(*standing);
            }
            Entry::Order(Decision::Armed { .. } | Decision::Confirmed { .. })
            | Entry::Standing(_)
            | Entry::Effect(_) => {}
        }
    }

    /// Takes note of an entry that counts from now on: the machines know of it.
    pub fn counts(&mut self, entry: &Entry) {
        match entry {
            Entry::Order(Decision::Withdrawn { order, .. }) => drop(self.orders.remove(order)),
            Entry::Standing(StandingEntry::StandingWithdrawn { standing }) => {
                self.standings.remove(standing);
            }
            _ => {}
        }
    }

    /// Tells whether an entry asks for an end that is asked for already.
    pub fn have(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Order(Decision::WithdrawnAll { .. }) => self.all,
            Entry::Order(Decision::Withdrawn { order, .. }) => self.orders.contains(order),
            Entry::Standing(StandingEntry::AllStandingWithdrawn { member: None }) => self.standing,
            Entry::Standing(StandingEntry::StandingWithdrawn { standing }) => {
                self.standings.contains(standing)
            }
            _ => false,
        }
    }
}
