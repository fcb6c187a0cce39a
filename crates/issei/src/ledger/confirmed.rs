//! Which orders of a ledger had to be confirmed, and which were.
//!
//! In: the entries in the order of their index, the time of the newest checkpoint. Out: how many orders that
//! fired are whole in this, by a confirmation that holds or by an end in the log; every confirmation that does not
//! hold, with its entry. Always: the ledger alone is asked, so a confirmation is checked by the key that it names;
//! whose key that is, only a charter tells. Not here: whether the files are whole (`issei-ledger`).

use std::collections::BTreeMap;

use issei_case::is_confirmation;
use issei_model::{Decision, Order, OrderId, Timestamp};

/// What stands in a ledger of orders that had to be confirmed.
#[derive(Clone, Debug, Default)]
pub struct Confirmations {
    orders: BTreeMap<OrderId, Asked>,
    /// Confirmations that do not hold.
    pub wrong: Vec<Wrong>,
}

/// A confirmation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where it stands.
    pub index: u64,
    /// Of which order it says to be.
    pub order: OrderId,
    /// Why it is none.
    pub why: Why,
}

/// Why a confirmation does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No order above it needs one.
    NotAsked,
    /// Nobody had fired.
    Early,
    /// It is signed by its proposer, or not over this order's confirmation.
    Signature,
}

/// An order that had to be confirmed.
#[derive(Clone, Debug)]
struct Asked {
    order: Order,
    first_t: Option<Timestamp>,
    /// Confirmed, or ended in the log.
    settled: bool,
}

/// How many orders had to be confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Whole: confirmed, or ended.
    pub whole: u64,
    /// All that fired and whose moment had come.
    pub all: u64,
    /// Those that still had time.
    pub open: u64,
}

impl Confirmations {
    /// Takes the entry at this index.
    pub fn take(&mut self, index: u64, bytes: &[u8]) {
        let proposal = bytes.starts_with(b"{\"proposed\"");
        // Most ledgers have none of them, and reading every entry would cost more than checking it.
        if proposal && !has(bytes, b"\"confirm_within\":") {
            return;
        }
        match Decision::parse(bytes) {
            Ok(Decision::Proposed(dossier)) if dossier.order.confirm_within.is_some() => {
                let asked = Asked {
                    order: dossier.order,
                    first_t: None,
                    settled: false,
                };
                self.orders.entry(asked.order.id()).or_insert(asked);
            }
            Ok(Decision::Armed {
                order, fires_at, ..
            }) => {
                if let Some(asked) = self.orders.get_mut(&order) {
                    asked.first_t.get_or_insert(fires_at);
                }
            }
            Ok(Decision::Confirmed { order, by }) => {
                let asked = self.orders.get_mut(&order);
                let why = match &asked {
                    None => Some(Why::NotAsked),
                    Some(asked) if asked.first_t.is_none() => Some(Why::Early),
                    Some(asked) if !is_confirmation(&asked.order, &by) => Some(Why::Signature),
                    Some(_) => None,
                };
                match (asked, why) {
                    (Some(asked), None) => asked.settled = true,
                    (_, why) => self
                        .wrong
                        .extend(why.map(|why| Wrong { index, order, why })),
                }
            }
            Ok(Decision::Withdrawn { order, .. }) => {
                if let Some(asked) = self.orders.get_mut(&order) {
                    asked.settled = true;
                }
            }
            Ok(Decision::WithdrawnAll { .. }) => {
                for asked in self.orders.values_mut() {
                    asked.settled = true;
                }
            }
            Ok(Decision::Proposed(_)) | Err(_) => {}
        }
    }

    /// Sums up, as of the newest checkpoint's time; without one, nobody can say whose time is over.
    pub fn sum(&self, seen_at: Option<Timestamp>) -> Sum {
        let mut sum = Sum::default();
        for asked in self.orders.values() {
            let by = asked.first_t.and_then(|t| asked.order.confirm_by(t));
            let Some(by) = by else { continue };
            match asked.settled {
                true => (sum.whole, sum.all) = (sum.whole + 1, sum.all + 1),
                false if seen_at.is_some_and(|seen_at| by <= seen_at) => sum.all += 1,
                false => sum.open += 1,
            }
        }
        sum
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
#[path = "confirmed_tests.rs"]
mod tests;
