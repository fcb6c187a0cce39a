//! What there is while the program is in the kernel: maps, links, and a table that says what the maps hold.
//!
//! In: changes of the table. Out: the same changes in the maps, step by step. Always: after a step that failed the
//! table is forgotten, and the maps are read before anything else; what nobody heeds is taken away first.

use std::fs::File;

use issei_enforce::xdp::{Clocks, Plan, Row, Table, Tally};
use issei_enforce::{Effect, Refusal, Seen};
use issei_model::{OrderId, Span};

use super::links::{self, Attached};
use super::maps::{self, Maps};
use super::pins::Pins;
use super::{Place, clocks};
use crate::device::Fault;

/// How long an order that has ended by itself is still counted for, so that the first packet that passes
/// again is seen.
const LINGER: Span = Span::from_secs(10);

/// The program with its maps and links, held for this process alone.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) maps: Maps,
    pub(super) attached: Vec<Attached>,
    /// What the maps hold, unless a step failed: then they are read again.
    pub(super) table: Option<Table>,
    /// The clocks as they were read last.
    pub(super) clocks: Clocks,
    /// The clocks by which the rows were last translated.
    timed_by: Clocks,
    /// Held as long as this is.
    _lock: File,
}

/// What became of orders that are gone.
pub(super) type Gone = Vec<(OrderId, Tally)>;

impl Loaded {
    /// Takes over what is pinned, or begins anew. What was begun and fails is taken away again.
    pub(super) fn new(pins: &Pins, place: &Place) -> Result<Self, Fault> {
        if pins.are_there() {
            return Self::over(pins, place, pins.lock()?);
        }
        pins.fill(|folder| {
            place.load(folder)?;
            maps::begin(&Pins::new(folder), place.goals, &clocks::read())
        })?;
        Self::over(pins, place, pins.lock()?).inspect_err(|_| {
            let _ = clear(pins);
        })
    }

    /// Takes over what is pinned, with the program of this version.
    fn over(pins: &Pins, place: &Place, lock: File) -> Result<Self, Fault> {
        let program = place.load(pins.folder())?;
        pins.put_program(&program)?;
        let maps = Maps::open(pins, program)?;
        let attached = links::agree(pins, maps.program(), &place.interfaces)?;
        let clocks = clocks::read();
        let mut loaded = Self {
            maps,
            attached,
            table: None,
            clocks,
            timed_by: clocks,
            _lock: lock,
        };
        loaded.ready(place)?;
        Ok(loaded)
    }

    /// Sees that the table says what the maps hold, and that the rows follow the clock on the wall.
    pub(super) fn ready(&mut self, place: &Place) -> Result<&mut Table, Fault> {
        let is_new = self.table.is_none();
        if is_new {
            self.observe(place)?;
        }
        let clocks = clocks::read();
        if is_new || clocks.were_set_since(&self.timed_by) {
            self.maps.set_tai_lead(clocks.tai_lead)?;
            self.apply(|table| table.retime(&clocks))?;
            self.timed_by = clocks;
        }
        self.clocks = clocks;
        self.table.as_mut().ok_or_else(unread)
    }

    /// Changes the table and the maps, and tells what became of orders that are gone by that.
    pub(super) fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Table, &Clocks) -> Result<(Plan, T), Refusal>,
    ) -> Result<(T, Gone), Fault> {
        let clocks = self.clocks;
        let before = self.tallies()?;
        let mut told = Err(unread());
        self.apply(|table| match change(table, &clocks) {
            Ok((plan, value)) => {
                told = Ok(value);
                plan
            }
            Err(refusal) => {
                told = Err(Fault::Refused(refusal));
                Plan::default()
            }
        })?;
        let told = told?;
        let table = self.table.as_ref();
        let stays = |order| table.is_some_and(|table| table.row(order).is_some());
        let gone = before.into_iter().filter(|(order, _)| !stays(*order));
        Ok((told, gone.collect()))
    }

    /// Takes orders away that ended a while ago.
    pub(super) fn sweep(&mut self) -> Result<Gone, Fault> {
        let clocks = self.clocks;
        let is_over = |row: &Row| row.has_ended(&clocks) && row.ends + LINGER <= clocks.now();
        let table = self.table.as_ref();
        if !table.is_some_and(|table| table.orders().any(|(_, row)| is_over(row))) {
            return Ok(Vec::new());
        }
        let swept = self.change(|table, _| Ok((table.take(is_over), ())))?;
        Ok(swept.1)
    }

    /// Reads the maps anew, and tells what they hold.
    pub(super) fn read(&mut self, place: &Place) -> Result<Vec<Seen>, Fault> {
        self.observe(place)?;
        let mut seen = self.ready(place)?.seen(&clocks::read());
        for one in &mut seen {
            if let Some(tally) = self.tally(one.order).transpose()? {
                one.met = Some(tally.dropped + tally.passed);
                one.effect = Effect {
                    first_met: tally.first_drop,
                    last_passed: tally.last_early,
                };
            }
        }
        Ok(seen)
    }

    /// Tells what became of the packets that met an order that stands.
    pub(super) fn tally(&self, order: OrderId) -> Option<Result<Tally, Fault>> {
        let (number, _) = self.table.as_ref()?.row(order)?;
        Some(self.maps.tally(number))
    }

    /// Tells of every order that stands.
    fn tallies(&self) -> Result<Gone, Fault> {
        let orders = self.table.iter().flat_map(Table::orders);
        orders
            .map(|(number, row)| Ok((row.order, self.maps.tally(number)?)))
            .collect()
    }

    /// Tells of every order, also after a step that failed.
    pub(super) fn last_tallies(&mut self, place: &Place) -> Result<Gone, Fault> {
        if self.table.is_none() {
            self.table = Some(self.table(place)?.0);
        }
        self.tallies()
    }

    /// Reads the maps, and what is to be mended there.
    pub(super) fn table(&mut self, place: &Place) -> Result<(Table, Plan), Fault> {
        let read = self.maps.observe()?.into_table(place.ours.clone());
        read.ok_or_else(|| Fault::Unreadable("the goals are cut short".into()))
    }

    /// Reads the maps, and takes away what nobody heeds.
    fn observe(&mut self, place: &Place) -> Result<(), Fault> {
        let (table, plan) = self.table(place)?;
        self.table = Some(table);
        self.apply(|_| plan)
    }

    /// Changes the table and then the maps.
    fn apply(&mut self, change: impl FnOnce(&mut Table) -> Plan) -> Result<(), Fault> {
        let mut table = self.table.take().ok_or_else(unread)?;
        for step in change(&mut table).into_steps() {
            self.maps.carry_out(&step)?;
        }
        self.table = Some(table);
        Ok(())
    }
}

/// Takes everything of ours away, whoever holds it.
pub(super) fn clear(pins: &Pins) -> Result<(), Fault> {
    if pins.are_there() {
        links::remove_all(pins)?;
    }
    pins.remove()
}

fn unread() -> Fault {
    Fault::Unreadable("the maps were not read".into())
}
