//! What stood where: the orders that another one on the same goal would renew.
//!
//! In: proposals and T as the log tells them. Out: which order one about these goals follows. Always: an
//! order is remembered from its place in the log until a day after its end, also across a restart, for
//! the log is read again. Not here: what a renewal needs (`Order::rests_on_news_since`).

use std::collections::BTreeMap;

use issei_model::{Before, Goal, Order, OrderId, Timestamp};

/// The orders of the last day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stood(BTreeMap<OrderId, One>);

/// An order, as far as a renewal asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct One {
    before: Before,
    goals: Vec<Goal>,
    /// Whether T was ever signed for anybody: what never fired is not prolonged.
    fired: bool,
}

impl Stood {
    /// Takes note of a proposal in the log.
    pub fn proposed(&mut self, now: Timestamp, id: OrderId, order: &Order) {
        let one = One {
            before: Before::of(order),
            goals: order.goals.clone(),
            fired: false,
        };
        if one.before.is_renewed_at(now) {
            self.0.entry(id).or_insert(one);
        }
    }

    /// Takes note of a T in the log.
    pub fn armed(&mut self, id: OrderId) {
        if let Some(one) = self.0.get_mut(&id) {
            one.fired = true;
        }
    }

    /// Tells the newest order that fired on one of these goals, which rise.
    pub fn newest(&self, now: Timestamp, goals: &[Goal]) -> Option<Before> {
        let there = |one: &One| {
            let mut own = one.goals.iter();
            own.any(|goal| goals.binary_search(goal).is_ok())
        };
        let counts = |one: &&One| one.fired && one.before.is_renewed_at(now) && there(one);
        let found = self.0.values().filter(counts).map(|one| one.before);
        found.max_by_key(|before| (before.proposed_at, before.order))
    }

    /// Tells when an order was proposed, if it is remembered.
    pub fn proposed_at(&self, id: OrderId) -> Option<Timestamp> {
        self.0.get(&id).map(|one| one.before.proposed_at)
    }

    /// Forgets what no order renews any more.
    pub fn forget(&mut self, now: Timestamp) {
        // A draft that names its order is signed for a while: so long it is still known.
        let since = now - Order::RENEWED_WITHIN;
        self.0.retain(|_, one| one.before.is_renewed_at(since));
    }

    /// Tells whether no further order finds room.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }
}

/// Orders of two days: ten times what may live at once.
const MOST: usize = 10_000;
