//! The devices of a rehearsal: hold the rules of orders in a table in memory, and read back honestly.
//!
//! Like a kernel that tests the time per packet, a rule acts by itself from its T to its end, also if
//! nobody is alive to say so. Devices that end nothing by themselves can be had too, because some real
//! ones do not. Not here: any real device.

use std::collections::BTreeMap;

use issei_model::{OrderId, Timestamp};
use issei_order::member::Rules;

/// The rules that a member's devices hold.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    rules: BTreeMap<OrderId, Rule>,
    /// Whether rules stay after their end until somebody lifts them.
    endless: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    acts_from: Option<Timestamp>,
    ends: Timestamp,
}

impl Devices {
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

    /// Takes the end out of every rule: from now on only lifting ends one.
    pub fn end_nothing(&mut self) {
        self.endless = true;
    }

    /// Loses every rule, as a device does that starts anew.
    pub fn lose_everything(&mut self) {
        self.rules.clear();
    }

    /// Names the orders whose rules are there at `now`, by the device's clock.
    pub fn orders(&self, now: Timestamp) -> Vec<OrderId> {
        let there = |order: &&OrderId| self.read(**order, now) != Rules::Absent;
        self.rules.keys().filter(there).copied().collect()
    }

    /// Tells how an order's rule stands at `now` by the device's clock.
    pub fn read(&self, order: OrderId, now: Timestamp) -> Rules {
        match self.rules.get(&order) {
            Some(rule) if now < rule.ends || self.endless => match rule.acts_from {
                Some(from) if from <= now => Rules::Active(from),
                _ => Rules::Staged,
            },
            _ => Rules::Absent,
        }
    }
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
