//! Steps that make the maps agree with a table, in an order that is safe to break off anywhere.
//!
//! 1. bits and goals are written: packets find them, and heed none, for no row in force has their number;
//! 2. the other half of the rows is written, and put in force by a single byte: every order that begins
//!    or ends by this change does so between two packets;
//! 3. when no packet is on its way any more that has seen the half before, what nobody heeds is taken
//!    away. Whoever was killed before leaves waste, which the next reader of the maps finds and mends.
//!
//! A write of several bytes may be seen half done. So a goal's name is never changed while a row in force stands
//! at it, and a row's number has no byte that is zero.
//! The undo of a change is the change back: what was put is taken, what stood before is put.

use super::Bits;
use super::layout::{RowNumber, Slot};

/// Places, and what is to be there.
pub type Slots = Vec<(u32, Slot)>;

/// A change of the maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Rows whose counts begin anew.
    pub fresh: Vec<RowNumber>,
    /// All bits, those of new goals among them.
    pub bits: Option<Bits>,
    /// Goals that are new, or get orders.
    pub named: Slots,
    /// New goals of orders that are in force already, which are heeded from here on.
    pub heeded: Slots,
    /// All rows of a half, to be put in force at once.
    pub rows: Option<Vec<u8>>,
    /// Goals that lose orders.
    pub unheeded: Slots,
    /// Goals that nobody has any more, so their places are free.
    pub freed: Slots,
    /// All bits, without those of goals that are gone.
    pub fewer_bits: Option<Bits>,
}

/// One step of a plan. Each is done wholly before the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Begin the counts of these rows anew.
    Count(Vec<RowNumber>),
    /// Write the bitmap.
    Bits(Bits),
    /// Write goals.
    Goals(Slots),
    /// Write the other half of the rows, and put it in force.
    Rows(Vec<u8>),
    /// Wait until no packet is on its way that came before.
    Wait,
}

impl Plan {
    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Lists what is to be done, in order. What is empty is left out.
    pub fn into_steps(self) -> Vec<Step> {
        let (names, heeds) = (!self.named.is_empty(), !self.heeded.is_empty());
        let (turns_over, leaves) = (self.rows.is_some(), !self.unheeded.is_empty());
        let frees = !self.freed.is_empty();
        let steps = [
            some(self.fresh, Step::Count),
            self.bits.map(Step::Bits),
            some(self.named, Step::Goals),
            // Until this is over a packet may read a goal's name half written.
            (names && (heeds || turns_over)).then_some(Step::Wait),
            some(self.heeded, Step::Goals),
            self.rows.map(Step::Rows),
            // Until this is over packets look at the half that the next change will write.
            turns_over.then_some(Step::Wait),
            some(self.unheeded, Step::Goals),
            // Until this is over a packet may know a goal by a row that the next change gives to another order.
            leaves.then_some(Step::Wait),
            some(self.freed, Step::Goals),
            // Until this is over a packet may read the name of a goal that was there.
            frees.then_some(Step::Wait),
            self.fewer_bits.map(Step::Bits),
        ];
        steps.into_iter().flatten().collect()
    }
}

fn some<T>(list: Vec<T>, step: impl Fn(Vec<T>) -> Step) -> Option<Step> {
    (!list.is_empty()).then(|| step(list))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
