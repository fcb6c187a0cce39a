//! Turns what the maps were read to hold into a table, and into a plan that takes away whatever else lies there.
//!
//! Always: a goal is in the table only if a packet finds it: its bit is set, and it lies within the reach of
//! its home. The rest was left by a killed process, or put there by strangers.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::layout::{Cell, MOST_REACH, ROW, RowNumber, SLOT, Settings, Slot};
use super::table::{Held, leave_lanes};
use super::{Bits, Plan, Row, Table};

/// What the maps hold, as bytes.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The settings.
    pub settings: Settings,
    /// The live half of the orders.
    pub rows: Vec<u8>,
    /// All places for goals.
    pub goals: Vec<u8>,
    /// The bitmap.
    pub bits: Bits,
}

impl Observed {
    /// Reads it. If everything was whole, the plan is empty. None if there are fewer places than there should be.
    pub fn into_table(self, ours: Vec<IpNet>) -> Option<(Table, Plan)> {
        let slots = self.goals.as_chunks::<SLOT>().0;
        let places = Table::places_for(self.settings.homes) as usize;
        if self.settings.homes == 0 || slots.len() != places {
            return None;
        }
        let mut table = Table::new(&self.settings, ours);
        table.slots = slots.iter().map(Slot::from_bytes).collect();
        for (number, row) in rows(&self.rows) {
            table.orders.insert(number, Held { row, goals: 0 });
        }
        table.keep_what_is_found(&self.bits);
        let plan = self.mend(&table);
        Some((table, plan))
    }

    /// Writes anew what is written otherwise than it should be. Before a name goes, so do its orders.
    fn mend(&self, table: &Table) -> Plan {
        let mut plan = Plan::default();
        let written = self.goals.as_chunks::<SLOT>().0.iter();
        for (place, (slot, bytes)) in (0..).zip(table.slots.iter().zip(written)) {
            if slot.to_bytes() == *bytes {
                continue;
            }
            let mut before = Slot::from_bytes(bytes);
            match &mut before.cell {
                Some(cell) if slot.cell.is_none() => {
                    leave_lanes(cell, |_| true);
                    plan.unheeded.push((place, before));
                    plan.freed.push((place, *slot));
                }
                Some(_) => plan.unheeded.push((place, *slot)),
                None => plan.freed.push((place, *slot)),
            }
        }
        let (half, bits) = (table.half(), table.bits());
        plan.rows = (half != self.rows).then_some(half);
        plan.fewer_bits = (bits != self.bits).then_some(bits);
        plan
    }
}

impl Table {
    /// Keeps goals that a packet finds, with the orders that there are, and lets go of the rest.
    fn keep_what_is_found(&mut self, bits: &Bits) {
        let mut reaches = vec![0u8; self.slots.len()];
        for place in 0..self.slots.len() {
            let Some(cell) = self.slots[place].cell.take() else {
                continue;
            };
            let home = self.home(cell.goal.ip);
            let cell = self.tidy(cell);
            let is_needed = cell.rows.iter().any(Option::is_some);
            if is_needed && bits.has(&self.seeds, cell.goal.ip) && self.is_found(&cell, home, place)
            {
                self.slots[place].cell = Some(cell);
                self.taken += 1;
                reaches[home] = (place - home) as u8 + 1;
            }
        }
        for (slot, reach) in self.slots.iter_mut().zip(reaches) {
            slot.reach = reach;
        }
        self.count_goals();
    }

    /// Tells whether a packet that looks from the home on comes so far, and finds no such goal before.
    fn is_found(&self, cell: &Cell, home: usize, place: usize) -> bool {
        let reach = usize::from(self.slots[home].reach).min(MOST_REACH as usize);
        let is_same = |slot: &Slot| slot.cell.is_some_and(|other| other.goal == cell.goal);
        (home..home + reach).contains(&place) && !self.slots[home..place].iter().any(is_same)
    }

    /// Lets a goal name each order that there is once, and no other.
    fn tidy(&self, mut cell: Cell) -> Cell {
        let mut named = BTreeSet::new();
        for lane in &mut cell.rows {
            let is_known = |number: &RowNumber| self.orders.contains_key(number);
            *lane = lane.filter(is_known).filter(|number| named.insert(*number));
        }
        cell.line = self.is_ours(cell.goal.ip);
        cell
    }

    fn count_goals(&mut self) {
        let lanes = self
            .slots
            .iter()
            .filter_map(|slot| slot.cell.map(|cell| cell.rows));
        for number in lanes.flatten().flatten() {
            if let Some(held) = self.orders.get_mut(&number) {
                held.goals += 1;
            }
        }
    }
}

/// Reads the rows. Of two that name the same order the first counts.
fn rows(bytes: &[u8]) -> BTreeMap<RowNumber, Row> {
    let places = bytes.as_chunks::<ROW>().0;
    let mut known = BTreeSet::new();
    let each = RowNumber::all().filter_map(|number| {
        let row = places.get(number.index() as usize)?;
        Some((number, Row::from_bytes(row)?))
    });
    each.filter(|(_, row)| known.insert(row.order)).collect()
}

#[cfg(test)]
#[path = "observed_tests.rs"]
mod tests;
