//! What members measured of orders' effects: shown to people, and logged under the members' signatures.
//!
//! In: signed receipts. Out: the newest figures of each member, entries for the log. Always: what a member
//! says of its own network is its word, and is shown as such; an entry holds what was signed, byte for byte;
//! those that arrive together are logged together, and nobody can make the log grow without end.
//! Limits: figures that are not logged yet are lost with a crash; their members tell them again.

use std::collections::BTreeMap;

use issei_model::{EffectEntry, Measured, OrderId, OrganisationId, SignedReceipt, Span, Timestamp};

/// How long the first of some figures waits for the others: members tell theirs within this.
const GATHERED: Span = Span::from_secs(5);
/// Entries of one member about one order.
const MOST_LOGGED: u8 = 8;

/// What was measured, by order.
#[derive(Debug, Default)]
pub struct Effects {
    orders: BTreeMap<OrderId, Of>,
}

#[derive(Debug, Default)]
struct Of {
    members: BTreeMap<OrganisationId, Member>,
    /// Since when something waits to be logged.
    since: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Member {
    measured: Option<Measured>,
    logged: Option<Measured>,
    times: u8,
    waiting: Option<Box<SignedReceipt>>,
}

impl Effects {
    /// Takes a receipt that was signed, unless it says nothing new.
    pub fn take(&mut self, signed: SignedReceipt, now: Timestamp) {
        let Some(measured) = signed.body.measured else {
            return;
        };
        let of = self.orders.entry(signed.body.order).or_default();
        let member = of.members.entry(signed.from.clone()).or_default();
        member.measured = Some(measured);
        if member.logged == Some(measured) || member.times >= MOST_LOGGED {
            return;
        }
        member.waiting = Some(Box::new(signed));
        of.since = of.since.or(Some(now));
    }

    /// Takes figures that were kept over a restart.
    pub fn kept(&mut self, order: OrderId, member: &OrganisationId, measured: Option<Measured>) {
        let of = self.orders.entry(order).or_default();
        let kept = of.members.entry(member.clone()).or_default();
        kept.measured = measured.or(kept.measured);
    }

    /// Takes what stands in the log, for nothing is logged twice.
    pub fn logged(&mut self, entry: &EffectEntry) {
        let EffectEntry::EffectReported(receipts) = entry;
        for signed in receipts {
            let of = self.orders.entry(signed.body.order).or_default();
            let member = of.members.entry(signed.from.clone()).or_default();
            member.logged = signed.body.measured;
            member.times = member.times.saturating_add(1);
        }
    }

    /// Shows what a member measured of an order.
    pub fn of(&self, order: OrderId, member: &OrganisationId) -> Option<Measured> {
        self.orders.get(&order)?.members.get(member)?.measured
    }

    /// Gives what is to be logged now.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<EffectEntry> {
        let is_due = |of: &&mut Of| of.since.is_some_and(|since| since + GATHERED <= now);
        let due = self.orders.values_mut().filter(is_due);
        let mut signed: Vec<SignedReceipt> = due.flat_map(Of::take_waiting).collect();
        let mut entries = Vec::new();
        while !signed.is_empty() {
            let rest = signed.split_off(signed.len().min(EffectEntry::MOST));
            let entry = EffectEntry::EffectReported(std::mem::replace(&mut signed, rest));
            self.logged(&entry);
            entries.push(entry);
        }
        entries
    }

    /// Forgets orders that are not known any more.
    pub fn keep_only(&mut self, known: impl Fn(OrderId) -> bool) {
        self.orders.retain(|order, _| known(*order));
    }
}

impl Of {
    fn take_waiting(&mut self) -> Vec<SignedReceipt> {
        self.since = None;
        let members = self.members.values_mut();
        let waiting = members.filter_map(|member| member.waiting.take());
        waiting.map(|signed| *signed).collect()
    }
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
