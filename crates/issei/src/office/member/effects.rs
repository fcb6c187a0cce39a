//! What was seen of orders' effects here, and when it is told to the coordinator.
//!
//! In: what devices count, what sentinels showed. Out: receipts that tell again what was told last, with
//! what was measured beside it. Always: the machine's own receipts leave as they are and wait for nothing;
//! what is measured changes nothing that anybody does; each figure is told once, and a member tells no
//! order more often than [`MOST_TELLINGS`].
//! Not here: who measures (devices, `crate::sentinel`), what an office makes of it.

use std::collections::BTreeMap;

use issei_enforce::Effect;
use issei_model::{Edges, Measured, OrderId, Span, Timestamp};

/// How long after T the first telling may leave: by then a device has counted what passed last.
pub const SETTLED: Span = Span::from_secs(2);
/// Tellings of one order: devices and sentinel may each come late at either end, and once more after a
/// lost stream.
const MOST_TELLINGS: u8 = 8;

/// What was measured of the orders held here.
#[derive(Debug, Default)]
pub struct Effects {
    orders: BTreeMap<OrderId, Of>,
}

/// Of one order.
#[derive(Debug, Default)]
struct Of {
    measured: Measured,
    told: Option<Measured>,
    tellings: u8,
}

impl Effects {
    /// Takes what devices tell. What was seen once stays, for a device forgets with the rules.
    pub fn devices_saw(&mut self, order: OrderId, effect: Effect, fires_at: Timestamp) {
        let seen = edges(effect, fires_at);
        let kept = self.orders.entry(order).or_default();
        let before = kept.measured.devices.unwrap_or_default();
        let seen = Edges {
            last_passed: seen.last_passed.or(before.last_passed),
            first_stopped: before.first_stopped.or(seen.first_stopped),
            ..before
        };
        kept.measured.devices = (seen != Edges::default()).then_some(seen);
    }

    /// Takes what the sentinel showed.
    pub fn sentinel_saw(&mut self, order: OrderId, seen: Edges) {
        self.orders.entry(order).or_default().measured.sentinel = Some(seen);
    }

    /// Tells whether the devices may still have something to say about the begin.
    pub fn awaits_devices(&self, order: OrderId) -> bool {
        let devices = self.orders.get(&order).and_then(|of| of.measured.devices);
        devices.is_none_or(|edges| edges.first_stopped.is_none())
    }

    /// Shows what was measured of an order.
    pub fn of(&self, order: OrderId) -> Option<Measured> {
        let measured = self.orders.get(&order).map(|of| of.measured);
        measured.filter(|measured| !measured.is_empty())
    }

    /// Gives what is to be told about an order now, once.
    pub fn take_untold(&mut self, order: OrderId) -> Option<Measured> {
        let of = self.orders.get_mut(&order)?;
        let news = !of.measured.is_empty() && of.told != Some(of.measured);
        if !news || of.tellings >= MOST_TELLINGS {
            return None;
        }
        of.told = Some(of.measured);
        of.tellings += 1;
        of.told
    }

    /// Has everything told once more: what was under way with a lost stream may be lost.
    pub fn tell_again(&mut self) {
        self.orders.values_mut().for_each(|of| of.told = None);
    }

    /// Forgets orders that are not known any more.
    pub fn keep_only(&mut self, known: impl Fn(OrderId) -> bool) {
        self.orders.retain(|order, _| known(*order));
    }
}

/// Counts a device's moments from T.
fn edges(effect: Effect, fires_at: Timestamp) -> Edges {
    Edges {
        last_passed: effect.last_passed.map(|at| at.since(fires_at)),
        first_stopped: effect.first_met.map(|at| at.since(fires_at)),
        ..Edges::default()
    }
}

#[cfg(test)]
#[path = "effects_tests.rs"]
mod tests;
