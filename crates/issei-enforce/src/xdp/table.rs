//! What the maps hold, as goals and orders, and what is to be written so that they hold something else.
//!
//! In: cuts to stage, arm and lift. Out: [`Plan`]s. Always: a refused cut changes nothing; a change that
//! is not needed is empty; places and rows are given away lowest first, so that the same changes give the
//! same table.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use issei_model::{Endpoint, Goal, OrderId, Timestamp};

use super::layout::{Cell, MOST_REACH, ROW, ROWS, RowNumber, Slot, is_sayable};
use super::plan::Slots;
use super::{Bits, Clocks, Plan, Row, Seeds, Settings};
use crate::{Cut, Effect, Refusal, Seen, Standing};

/// What the maps hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub(super) seeds: Seeds,
    pub(super) homes: u32,
    /// Prefixes of lines of ours: a limit on such an address is the line's own.
    pub(super) ours: Vec<IpNet>,
    pub(super) slots: Vec<Slot>,
    /// Places that are taken.
    pub(super) taken: usize,
    pub(super) orders: BTreeMap<RowNumber, Held>,
}

/// An order, and how many goals it has here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) row: Row,
    pub(super) goals: usize,
}

/// A cut that is to stand, and from when on it is to act.
struct Wish<'c> {
    cut: &'c Cut,
    fires_at: Option<Timestamp>,
}

/// A cut that stands, and the number of its row.
struct Put<'c> {
    cut: &'c Cut,
    number: RowNumber,
}

/// Goals that an order is to leave, and all its goals if it is gone.
type Doomed<'d> = dyn Fn(&Endpoint, RowNumber) -> bool + 'd;

impl Table {
    /// Tells how many homes there are when there is to be room for so many goals. Half of all places stay
    /// free, so that a goal lies close to its home.
    pub const fn homes_for(room: u32) -> u32 {
        room.saturating_mul(2)
    }

    /// Tells how many places there are for so many homes.
    pub const fn places_for(homes: u32) -> u32 {
        homes.saturating_add(MOST_REACH)
    }

    /// An empty one.
    pub fn new(settings: &Settings, ours: Vec<IpNet>) -> Self {
        let places = Self::places_for(settings.homes) as usize;
        Self {
            seeds: settings.seeds,
            homes: settings.homes,
            ours,
            slots: vec![Slot::default(); places],
            taken: 0,
            orders: BTreeMap::new(),
        }
    }

    /// Lists the prefixes of lines of ours.
    pub fn ours(&self) -> &[IpNet] {
        &self.ours
    }

    /// Tells how many goals there is room for.
    pub const fn room(&self) -> usize {
        self.homes as usize / 2
    }

    /// Lists the orders, with the numbers of their rows.
    pub fn orders(&self) -> impl Iterator<Item = (RowNumber, &Row)> {
        self.orders
            .iter()
            .map(|(number, held)| (*number, &held.row))
    }

    /// Tells the row of an order.
    pub fn row(&self, order: OrderId) -> Option<(RowNumber, &Row)> {
        self.orders().find(|(_, row)| row.order == order)
    }

    /// Tells the place of a goal.
    pub fn place_of(&self, goal: &Goal) -> Option<u32> {
        let place = exact(goal).and_then(|exact| self.find(&exact));
        place.map(|place| place as u32)
    }

    /// Counts the rules that other orders have here.
    pub fn rules_beside(&self, order: OrderId) -> usize {
        let others = self.orders.values().filter(|held| held.row.order != order);
        others.map(|held| held.goals).sum()
    }

    /// Lets a cut stand inert. One that acts already stays as it is.
    ///
    /// # Errors
    /// If it cannot be said exactly, or there is no room.
    pub fn stage(&mut self, cut: &Cut, clocks: &Clocks) -> Result<Plan, Refusal> {
        let acts = |row: &Row| row.starts.is_some_and(|at| at <= clocks.now());
        if self.row(cut.order).is_some_and(|(_, row)| acts(row)) {
            return Ok(Plan::default());
        }
        self.put_firing(cut, None, clocks)
    }

    /// Lets a cut stand as it is, staged before or not.
    ///
    /// # Errors
    /// If it cannot be said exactly, or there is no room.
    pub fn put(&mut self, cut: &Cut, clocks: &Clocks) -> Result<Plan, Refusal> {
        self.put_firing(cut, cut.fires_at, clocks)
    }

    fn put_firing(
        &mut self,
        cut: &Cut,
        fires_at: Option<Timestamp>,
        clocks: &Clocks,
    ) -> Result<Plan, Refusal> {
        let wish = Wish { cut, fires_at };
        let (plan, mut refused) = self.change(&[wish], clocks, &|_| true);
        match refused.pop() {
            Some((_, refusal)) => Err(refusal),
            None => Ok(plan),
        }
    }

    /// Takes orders away.
    pub fn take(&mut self, unwanted: impl Fn(&Row) -> bool) -> Plan {
        // Without a cut to translate, no clock is looked at.
        let no_clock = Clocks {
            wall: 0,
            boot: 0,
            tai_lead: 0,
        };
        self.change(&[], &no_clock, &|row| !unwanted(row)).0
    }

    /// Lets exactly these cuts stand, in one change, and tells which of them were refused.
    pub fn agree(&mut self, cuts: &[&Cut], clocks: &Clocks) -> (Plan, Vec<(OrderId, Refusal)>) {
        let wanted: BTreeSet<OrderId> = cuts.iter().map(|cut| cut.order).collect();
        let wishes = cuts.iter().map(|&cut| Wish {
            cut,
            fires_at: cut.fires_at,
        });
        let wishes: Vec<Wish<'_>> = wishes.collect();
        self.change(&wishes, clocks, &|row| wanted.contains(&row.order))
    }

    /// Translates the rows anew after the clock on the wall was set.
    pub fn retime(&mut self, clocks: &Clocks) -> Plan {
        let mut changed = false;
        for held in self.orders.values_mut() {
            let row = held.row.after_step(clocks);
            changed |= row != held.row;
            held.row = row;
        }
        Plan {
            rows: changed.then(|| self.half()),
            ..Plan::default()
        }
    }

    /// Tells what is held of each order that has not ended.
    pub fn seen(&self, clocks: &Clocks) -> Vec<Seen> {
        let standing = |row: &Row| match row.starts {
            None => Standing::Staged,
            Some(at) if at > clocks.now() => Standing::Armed(at),
            Some(at) => Standing::Active(at),
        };
        let mut goals = self.goals_by_row();
        let orders = self.orders().filter(|(_, row)| !row.has_ended(clocks));
        let seen = orders.map(|(number, row)| Seen {
            order: row.order,
            standing: standing(row),
            ends: Some(row.ends),
            goals: goals.remove(&number).unwrap_or_default(),
            met: None,
            effect: Effect::default(),
        });
        seen.collect()
    }

    /// Writes a half of the orders.
    pub fn half(&self) -> Vec<u8> {
        let mut bytes = vec![0; ROWS as usize * ROW];
        let places = bytes.as_chunks_mut::<ROW>().0;
        for (number, row) in self.orders() {
            places[number.index() as usize] = row.to_bytes();
        }
        bytes
    }

    /// Lists the bits of all goals.
    pub fn bits(&self) -> Bits {
        Bits::of(&self.seeds, self.cells().map(|cell| cell.goal.ip))
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.slots.iter().filter_map(|slot| slot.cell.as_ref())
    }

    fn goals_by_row(&self) -> BTreeMap<RowNumber, Vec<Goal>> {
        let mut goals: BTreeMap<RowNumber, Vec<Goal>> = BTreeMap::new();
        for cell in self.cells() {
            for row in cell.rows.iter().flatten() {
                let goal = Goal::Service(cell.goal);
                goals.entry(*row).or_default().push(goal);
            }
        }
        goals.values_mut().for_each(|goals| goals.sort_unstable());
        goals
    }

    /// Adds first and takes away afterwards, so that nothing that stands before and after is missing between.
    fn change(
        &mut self,
        wishes: &[Wish<'_>],
        clocks: &Clocks,
        wanted: &dyn Fn(&Row) -> bool,
    ) -> (Plan, Vec<(OrderId, Refusal)>) {
        let before = self.rows();
        let (mut puts, mut added, mut refused) = (Vec::new(), Added::default(), Vec::new());
        for Wish { cut, fires_at } in wishes {
            let row = Row::of(cut, *fires_at, clocks);
            match self.add(cut, row, &mut added) {
                Ok(number) => puts.push(Put { cut, number }),
                Err(refusal) => refused.push((cut.order, refusal)),
            }
        }
        let mut plan = self.additions(&added, &before);
        let unwanted = self.orders().filter(|(_, row)| !wanted(row));
        let unwanted: BTreeSet<RowNumber> = unwanted.map(|(number, _)| number).collect();
        self.remove(&puts, &unwanted, &mut plan);
        let after = self.rows();
        plan.fresh = after
            .keys()
            .filter(|number| !before.contains_key(number))
            .copied()
            .collect();
        plan.rows = (before != after).then(|| self.half());
        (plan, refused)
    }

    fn rows(&self) -> BTreeMap<RowNumber, Row> {
        self.orders().map(|(number, row)| (number, *row)).collect()
    }

    /// Adds a cut, or nothing of it.
    fn add(&mut self, cut: &Cut, row: Row, added: &mut Added) -> Result<RowNumber, Refusal> {
        let own = self
            .row(cut.order)
            .map(|(number, stands)| (number, *stands));
        let (number, row) = match own {
            Some((number, stands)) if stands.says_as(&row) => (number, stands),
            Some((number, _)) => (number, row),
            None => (self.free_row()?, row),
        };
        let mut new = Added::default();
        for (_, goal) in self.home_to_home(cut)? {
            if let Err(refusal) = self.aim(&goal, number, &mut new) {
                self.take_back(number, &new);
                return Err(self.all_in_all(cut, refusal));
            }
        }
        let goals = new.lanes.len() + self.orders.get(&number).map_or(0, |held| held.goals);
        self.orders.insert(number, Held { row, goals });
        added.lanes.extend(new.lanes);
        added.places.extend(new.places);
        added.homes.extend(new.homes);
        Ok(number)
    }

    /// Lists a cut's goals, if all can be said, by their homes: in that order memory answers fast.
    fn home_to_home(&self, cut: &Cut) -> Result<Vec<(u32, Endpoint)>, Refusal> {
        let mut goals = Vec::with_capacity(cut.goals.len());
        for goal in &cut.goals {
            let exact = sayable(goal, cut)?;
            goals.push((self.seeds.home(exact.ip, self.homes), exact));
        }
        goals.sort_unstable();
        Ok(goals)
    }

    fn free_row(&self) -> Result<RowNumber, Refusal> {
        let free = RowNumber::all().find(|number| !self.orders.contains_key(number));
        free.ok_or_else(|| Refusal::NoRoom {
            wanted: self.orders.len() + 1,
            room: RowNumber::all().count(),
        })
    }

    /// Finds the place of a goal.
    fn find(&self, goal: &Endpoint) -> Option<usize> {
        let home = self.home(goal.ip);
        let reach = usize::from(self.slots[home].reach);
        let slots = self.slots.get(home..home + reach)?;
        let is_it = |slot: &Slot| slot.cell.is_some_and(|cell| cell.goal == *goal);
        slots.iter().position(is_it).map(|step| home + step)
    }

    /// Lets a row aim at a goal, which gets a place if it has none.
    fn aim(
        &mut self,
        goal: &Endpoint,
        number: RowNumber,
        added: &mut Added,
    ) -> Result<(), Refusal> {
        let place = match self.find(goal) {
            Some(place) => place,
            None => self.settle(goal, added)?,
        };
        let Some(cell) = &mut self.slots[place].cell else {
            return Ok(());
        };
        if !cell.rows.contains(&Some(number)) {
            let lane = cell.rows.iter_mut().find(|lane| lane.is_none());
            let full = || not_expressible(&Goal::Service(*goal), FULL);
            *lane.ok_or_else(full)? = Some(number);
            added.lanes.push(place);
        }
        Ok(())
    }

    /// Gives a goal the first free place from its home on.
    fn settle(&mut self, goal: &Endpoint, added: &mut Added) -> Result<usize, Refusal> {
        if self.taken >= self.room() {
            return Err(Refusal::NoRoom { wanted: 0, room: 0 });
        }
        let home = self.home(goal.ip);
        let within = &self.slots[home..home + MOST_REACH as usize];
        let step = within.iter().position(|slot| slot.cell.is_none());
        let step = step.ok_or_else(|| not_expressible(&Goal::Service(*goal), CROWDED))?;
        self.slots[home + step].cell = Some(Cell {
            goal: *goal,
            line: self.is_ours(goal.ip),
            rows: [None; _],
        });
        self.taken += 1;
        added.places.push(home + step);
        let reach = step as u8 + 1;
        if self.slots[home].reach < reach {
            self.slots[home].reach = reach;
            added.homes.push(home);
        }
        Ok(home + step)
    }

    /// Undoes what was added of a cut.
    fn take_back(&mut self, number: RowNumber, added: &Added) {
        for &place in &added.lanes {
            if let Some(cell) = &mut self.slots[place].cell {
                leave_lanes(cell, |lane| lane == number);
            }
        }
        self.free(&added.places);
    }

    /// Tells how much room the whole cut would need, if that is why it was refused.
    fn all_in_all(&self, cut: &Cut, refusal: Refusal) -> Refusal {
        if !matches!(refusal, Refusal::NoRoom { .. }) {
            return refusal;
        }
        let new = cut
            .goals
            .iter()
            .filter_map(exact)
            .filter(|goal| self.find(goal).is_none());
        Refusal::NoRoom {
            wanted: self.taken + new.count(),
            room: self.room(),
        }
    }

    /// Writes what was added. A new goal of a row that is in force is named first and heeded later.
    fn additions(&self, added: &Added, before: &BTreeMap<RowNumber, Row>) -> Plan {
        let mut plan = Plan::default();
        if added.lanes.is_empty() {
            return plan;
        }
        plan.named.reserve(added.lanes.len());
        for (place, touch) in self.touched(added) {
            let slot = self.slots[place];
            let mut named = slot;
            if touch == Touch::New
                && let Some(cell) = &mut named.cell
                && leave_lanes(cell, |number| before.contains_key(&number))
            {
                plan.heeded.push((place as u32, slot));
            }
            plan.named.push((place as u32, named));
        }
        plan.bits = (!added.places.is_empty()).then(|| self.bits());
        plan
    }

    /// Lists places that were changed, rising.
    fn touched(&self, added: &Added) -> impl Iterator<Item = (usize, Touch)> {
        let mut touches = vec![Touch::Not; self.slots.len()];
        let changed = added.lanes.iter().chain(&added.homes);
        changed.for_each(|&place| touches[place] = Touch::Changed);
        added
            .places
            .iter()
            .for_each(|&place| touches[place] = Touch::New);
        let all = touches.into_iter().enumerate();
        all.filter(|(_, touch)| *touch != Touch::Not)
    }

    /// Takes away rows that nobody wants, and goals that a cut does not name any more.
    fn remove(&mut self, puts: &[Put<'_>], unwanted: &BTreeSet<RowNumber>, plan: &mut Plan) {
        let narrowed = puts.iter().filter(|put| {
            let held = self.orders.get(&put.number);
            held.is_some_and(|held| held.goals > put.cut.goals.len())
        });
        let narrowed: Vec<&Put<'_>> = narrowed.collect();
        if unwanted.is_empty() && narrowed.is_empty() {
            return;
        }
        let is_left_out = |goal: &Endpoint, number: RowNumber| {
            let put = narrowed.iter().find(|put| put.number == number);
            put.is_some_and(|put| !names(put.cut, goal))
        };
        self.sweep(
            &|goal, number| unwanted.contains(&number) || is_left_out(goal, number),
            plan,
        );
        self.orders.retain(|number, _| !unwanted.contains(number));
        for put in narrowed {
            if let Some(held) = self.orders.get_mut(&put.number) {
                held.goals = put.cut.goals.len();
            }
        }
    }

    /// Empties lanes, and frees the places of goals that nobody has any more.
    fn sweep(&mut self, doomed: &Doomed<'_>, plan: &mut Plan) {
        let mut empty = Vec::new();
        for (place, slot) in self.slots.iter_mut().enumerate() {
            let Some(cell) = &mut slot.cell else {
                continue;
            };
            let goal = cell.goal;
            if leave_lanes(cell, |number| doomed(&goal, number)) {
                if cell.rows.iter().all(Option::is_none) {
                    empty.push(place);
                }
                plan.unheeded.push((place as u32, *slot));
            }
        }
        plan.freed = self.free(&empty);
        plan.fewer_bits = (!empty.is_empty()).then(|| self.bits());
    }

    /// Frees places, and draws the reach of their homes in. Tells what changed.
    pub(super) fn free(&mut self, places: &[usize]) -> Slots {
        let mut changed: BTreeSet<usize> = BTreeSet::new();
        for &place in places {
            if let Some(cell) = self.slots[place].cell.take() {
                self.taken -= 1;
                changed.extend([place, self.home(cell.goal.ip)]);
            }
        }
        for &place in &changed {
            self.slots[place].reach = self.reach(place);
        }
        let slot = |place| (place as u32, self.slots[place]);
        changed.into_iter().map(slot).collect()
    }

    /// Measures how far goals lie from their home here.
    fn reach(&self, home: usize) -> u8 {
        let reach = usize::from(self.slots[home].reach).min(self.slots.len() - home);
        let within = self.slots[home..home + reach].iter();
        let is_of_here = |slot: &Slot| {
            slot.cell
                .is_some_and(|cell| self.home(cell.goal.ip) == home)
        };
        within
            .rev()
            .position(is_of_here)
            .map_or(0, |short| (reach - short) as u8)
    }

    pub(super) fn home(&self, ip: IpAddr) -> usize {
        self.seeds.home(ip, self.homes) as usize
    }

    pub(super) fn is_ours(&self, ip: IpAddr) -> bool {
        self.ours.iter().any(|net| net.contains(&ip))
    }
}

/// What a change has done to a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touch {
    Not,
    Changed,
    New,
}

/// What a change has added, by place.
#[derive(Debug, Default)]
struct Added {
    /// Goals that got an order.
    lanes: Vec<usize>,
    /// Goals that are new.
    places: Vec<usize>,
    /// Homes whose reach grew.
    homes: Vec<usize>,
}

/// Tells whether any of them was there.
pub(super) fn leave_lanes(cell: &mut Cell, doomed: impl Fn(RowNumber) -> bool) -> bool {
    let mut had = false;
    for lane in &mut cell.rows {
        if lane.is_some_and(&doomed) {
            *lane = None;
            had = true;
        }
    }
    had
}

/// Why a fifth order cannot aim at a goal.
const FULL: &str =
    "as many orders as it has room for aim there already; it can be said when one ends";
/// Why a goal finds no place.
const CROWDED: &str = "all places near its own are taken; it can be said when some goals are lifted, or by the whole host";

/// Reads a goal as what the program can look for.
fn sayable(goal: &Goal, cut: &Cut) -> Result<Endpoint, Refusal> {
    let Some(exact) = exact(goal) else {
        return Err(not_expressible(goal, "names are refused at resolvers"));
    };
    if !is_sayable(&exact) {
        return Err(not_expressible(
            goal,
            "a service has a port, over TCP or UDP",
        ));
    }
    if !cut.action.suits(goal) {
        return Err(not_expressible(
            goal,
            "an address is dropped, or limited to one packet or more a second",
        ));
    }
    Ok(exact)
}

fn exact(goal: &Goal) -> Option<Endpoint> {
    match goal {
        Goal::Name(_) => None,
        Goal::Service(exact) => Some(*exact),
    }
}

fn names(cut: &Cut, goal: &Endpoint) -> bool {
    cut.goals.binary_search(&Goal::Service(*goal)).is_ok()
}

fn not_expressible(goal: &Goal, what: &'static str) -> Refusal {
    Refusal::NotExpressible {
        goal: goal.clone(),
        what,
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
