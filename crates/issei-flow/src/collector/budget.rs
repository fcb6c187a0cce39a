//! How much memory senders may make the collector hold: in all, and each address by itself.
//!
//! Templates and waiting data are what a datagram can grow. One address gets a small share, so
//! that it cannot take the room of the others, whatever it makes up.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// What is held, by sender.
#[derive(Debug)]
pub(super) struct Budget {
    bounds: Shares,
    in_all: Held,
    by_sender: BTreeMap<IpAddr, Held>,
}

/// Bytes that may be held, in all and of one address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub(super) in_all: Held,
    pub(super) of_one_sender: Held,
}

/// Bytes of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) templates: usize,
    pub(super) waiting: usize,
}

impl Budget {
    pub(super) const fn new(bounds: Shares) -> Self {
        Self {
            bounds,
            in_all: Held {
                templates: 0,
                waiting: 0,
            },
            by_sender: BTreeMap::new(),
        }
    }

    /// Tells whether a sender may hold `more` bytes of templates.
    pub(super) fn has_room_for_templates(&self, sender: IpAddr, more: usize) -> bool {
        let Shares {
            in_all,
            of_one_sender,
        } = self.bounds;
        self.in_all.templates + more <= in_all.templates
            && self.of(sender).templates + more <= of_one_sender.templates
    }

    /// Tells whether a sender may let `more` bytes wait.
    pub(super) fn has_room_to_wait(&self, sender: IpAddr, more: usize) -> bool {
        let Shares {
            in_all,
            of_one_sender,
        } = self.bounds;
        self.in_all.waiting + more <= in_all.waiting
            && self.of(sender).waiting + more <= of_one_sender.waiting
    }

    /// Tells whether most of the room for templates is taken.
    pub(super) const fn is_tight(&self) -> bool {
        self.in_all.templates > self.bounds.in_all.templates / 4 * 3
    }

    /// Notes that a sender's bytes changed from what they were to what they are.
    pub(super) fn change(&mut self, sender: IpAddr, before: Held, after: Held) {
        if before == after {
            return;
        }
        self.in_all.change(before, after);
        let of_sender = self.by_sender.entry(sender).or_default();
        of_sender.change(before, after);
        if *of_sender == Held::default() {
            self.by_sender.remove(&sender);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        // An entry, and about as much again for the tree.
        self.by_sender.len() * 2 * size_of::<(IpAddr, Held)>()
    }

    fn of(&self, sender: IpAddr) -> Held {
        self.by_sender.get(&sender).copied().unwrap_or_default()
    }
}

impl Held {
    fn change(&mut self, before: Self, after: Self) {
        self.templates = self.templates + after.templates - before.templates;
        self.waiting = self.waiting + after.waiting - before.waiting;
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
