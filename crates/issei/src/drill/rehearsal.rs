//! The rehearsal backend: holds the rules of orders in a table in memory, and reads back honestly.
//!
//! Like a kernel that tests the time per packet, a rule acts by itself from its T to its end, also if
//! nobody is alive to say so. Not here: any device.

use std::collections::BTreeMap;

use issei_model::{OrderId, Timestamp};
use issei_order::member::Rules;

/// The rules that a member's devices would hold.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    rules: BTreeMap<OrderId, Rule>,
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    acts_from: Option<Timestamp>,
    ends: Timestamp,
}

impl Rehearsal {
    /// Puts an inactive rule there.
    pub fn stage(&mut self, order: OrderId, ends: Timestamp) {
        let acts_from = None;
        self.rules.insert(order, Rule { acts_from, ends });
    }

    /// Lets a rule act from `fires_at`.
    pub fn arm(&mut self, order: OrderId, fires_at: Timestamp, ends: Timestamp) {
        let acts_from = Some(fires_at);
        self.rules.insert(order, Rule { acts_from, ends });
    }

    /// Takes a rule away.
    pub fn lift(&mut self, order: OrderId) {
        self.rules.remove(&order);
    }

    /// Tells how an order's rule stands at `now` by the device's clock.
    pub fn read(&self, order: OrderId, now: Timestamp) -> Rules {
        match self.rules.get(&order) {
            Some(rule) if now < rule.ends => match rule.acts_from {
                Some(from) if from <= now => Rules::Active(from),
                _ => Rules::Staged,
            },
            _ => Rules::Absent,
        }
    }
}

#[cfg(test)]
#[path = "rehearsal_tests.rs"]
mod tests;
