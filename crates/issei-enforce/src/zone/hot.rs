//! The orders of now as a small zone that changes at their times.
//!
//! In: cuts to stage, arm and lift; the time. Out: the zone, one serial later, whenever what stands has
//! changed. Always: what is staged is in memory only and changes nothing; the names of an order come in one
//! serial and go in one; an order ends by itself; where two orders speak of one name, refusing it goes before
//! redirecting it, and the name goes with the last of them. Orders that went are remembered for the reading
//! back, so that one that a resolver still holds is not forgotten.
//! Not here: whether a cut may be (`Fences`), its words (`Wording`), who fetches the zone (`Port`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ipnet::IpNet;
use issei_model::{Action, DomainName, Goal, OrderId, Span, Timestamp};

use super::records::Record;
use super::serial::Serial;
use super::versions::{Bounds, Plan, Timers, Zone};
use super::wording::Wording;
use crate::{Cut, Fences, NotTaken};

/// The zone of the orders.
#[derive(Debug)]
pub struct Hot {
    wording: Wording,
    fences: Fences,
    zone: Zone,
    /// The first serial of this start.
    first: Serial,
    parts: BTreeMap<OrderId, Part>,
    /// How many standing orders refuse and redirect each name.
    spoken: BTreeMap<DomainName, Spoken>,
    passing: BTreeSet<Record>,
    released: VecDeque<Released>,
    forgotten: u64,
    /// How long the zone may stay as it is before its serial steps all the same.
    pulse: Option<Span>,
    stepped: Timestamp,
}

/// One order's part in the zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it wants.
    pub cut: Cut,
    /// The serial that brought its names, once they are in the zone.
    pub since: Option<Serial>,
}

/// An order whose names have left the zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// What it wanted.
    pub cut: Cut,
    /// The serial that took its names away.
    pub by: Serial,
}

#[derive(Clone, Copy, Debug, Default)]
struct Spoken {
    refused: usize,
    redirected: usize,
}

/// Orders that went and are remembered until every resolver has been seen without them.
const MOST_RELEASED: usize = 1_024;
/// The shortest pulse: resolvers fetch each.
const QUICKEST_PULSE: Span = Span::from_millis(100);
/// The farthest a serial found at a resolver is followed: half a year of seconds. Beyond, it is no
/// serial of ours.
const FARTHEST: u32 = 1 << 24;

impl Hot {
    /// Begins an empty zone. `last` is the highest serial that may ever have been given away.
    pub fn new(
        wording: Wording,
        fences: Fences,
        last: Serial,
        now: Timestamp,
        (timers, bounds): (Timers, Bounds),
    ) -> Self {
        let serial = last.next(now);
        let records = BTreeSet::from([wording.tell(serial)]);
        let apex = wording.apex().clone();
        Self {
            zone: Zone::new(apex, serial, records, timers, bounds),
            first: serial,
            wording,
            fences,
            parts: BTreeMap::new(),
            spoken: BTreeMap::new(),
            passing: BTreeSet::new(),
            released: VecDeque::new(),
            forgotten: 0,
            pulse: None,
            stepped: now,
        }
    }

    /// Lets the serial step at least this often, so that whoever sees it stand still knows that nobody is
    /// here any more.
    pub fn with_pulse(mut self, pulse: Span) -> Self {
        self.pulse = Some(pulse.max(QUICKEST_PULSE));
        self
    }

    /// Shows the zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Tells the first serial of this start: whoever uses an earlier one holds what nobody here knows.
    pub fn first_serial(&self) -> Serial {
        self.first
    }

    /// Shows its words.
    pub fn wording(&self) -> &Wording {
        &self.wording
    }

    /// Walks over the orders, staged, armed and standing.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.values()
    }

    /// Walks over the orders that went and that some resolver may still hold, oldest first.
    pub fn released(&self) -> impl Iterator<Item = &Released> {
        self.released.iter()
    }

    /// Tells how many orders that went were forgotten because too many others followed.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Keeps a cut for later: inert. One whose names are in the zone stays as it is.
    ///
    /// # Errors
    /// If the zone cannot say it, there is no room, or it has ended.
    pub fn stage(&mut self, now: Timestamp, cut: &Cut) -> Result<(), NotTaken> {
        let inert = Cut {
            fires_at: None,
            ..cut.clone()
        };
        self.take(now, inert)
    }

    /// Lets a cut's names come at `fires_at`, staged before or not. One whose names are in the zone stays
    /// as it is. Without `fires_at` it is staged.
    ///
    /// # Errors
    /// If the zone cannot say it, there is no room, or it would end before it begins.
    pub fn arm(&mut self, now: Timestamp, cut: &Cut) -> Result<(), NotTaken> {
        self.take(now, cut.clone())?;
        // What stands already only learns of another end: a confirmed order's lies later.
        let part = self.parts.get_mut(&cut.order);
        if let Some(part) = part.filter(|part| part.cut.goals == cut.goals) {
            part.cut.ends = cut.ends;
        }
        Ok(())
    }

    fn take(&mut self, now: Timestamp, cut: Cut) -> Result<(), NotTaken> {
        let begins = cut.fires_at.map_or(now, |at| at.max(now));
        if cut.ends <= begins {
            return Err(NotTaken::Ended(cut.order));
        }
        if self.stands(cut.order) {
            return Ok(());
        }
        self.wording.check(&cut).map_err(NotTaken::Refused)?;
        let others = self.parts().filter(|part| part.cut.order != cut.order);
        let others = others.map(|part| part.cut.goals.len()).sum();
        let fences = self.fences.check(&cut, others);
        fences.map_err(NotTaken::Refused)?;
        let since = None;
        self.parts.insert(cut.order, Part { cut, since });
        Ok(())
    }

    fn stands(&self, order: OrderId) -> bool {
        let part = self.parts.get(&order);
        part.is_some_and(|part| part.since.is_some())
    }

    /// Takes an order's names away at once, and forgets what was staged or armed of it. Tells the new
    /// serial if the zone has changed.
    pub fn lift(&mut self, now: Timestamp, order: OrderId) -> Option<Serial> {
        self.publish(now, |part| part.cut.order == order, |_| false)
    }

    /// Takes everything away at once. Tells of how many orders, and the new serial if the zone has changed.
    pub fn lift_all(&mut self, now: Timestamp) -> (usize, Option<Serial>) {
        let orders = self.parts.len();
        (orders, self.publish(now, |_| true, |_| false))
    }

    /// Lets the clients of these prefixes pass by every name from now on, and no others. Tells the new
    /// serial if that changes anything.
    pub fn let_pass(&mut self, now: Timestamp, clients: &[IpNet]) -> Option<Serial> {
        let passing = clients.iter().map(|&net| Record::passing(net)).collect();
        let plan = Plan::between(&self.passing, &passing);
        self.passing = passing;
        self.step(now, plan)
    }

    /// Tells when something is due: an order's beginning, so much earlier, its end, or a pulse.
    pub fn next_deadline(&self, lead: Span) -> Option<Timestamp> {
        let due = |part: &Part| match (part.since, part.cut.fires_at) {
            (None, Some(at)) => part.cut.ends.min(at - lead),
            _ => part.cut.ends,
        };
        let pulse = self.pulse.map(|pulse| self.stepped + pulse);
        self.parts().map(due).chain(pulse).min()
    }

    /// Brings the names of all orders that are due, so much earlier, and takes the ended away, in one
    /// serial. Tells it if the zone has changed, if only by a pulse.
    pub fn on_deadline(&mut self, now: Timestamp, lead: Span) -> Option<Serial> {
        let ended = |part: &Part| part.cut.ends <= now;
        let due = |part: &Part| part.cut.fires_at.is_some_and(|at| at - lead <= now);
        let turned = self.publish(now, ended, due);
        let beats = self.pulse.is_some_and(|pulse| self.stepped + pulse <= now);
        if turned.is_some() || !beats {
            return turned;
        }
        let told = self.wording.tell(self.zone.serial());
        self.step_from(told, now, Plan::default())
    }

    /// Jumps over a serial that a resolver holds though nobody here gave it, so that it takes the zone of
    /// now. Tells the new serial if it had to.
    pub fn overtake(&mut self, now: Timestamp, held: Serial) -> Option<Serial> {
        let far = self.zone.serial().ahead(FARTHEST);
        let told = self.wording.tell(self.zone.serial());
        if held.is_after(far) || !self.zone.overtake(held) {
            return None;
        }
        let serial = self.step_from(told, now, Plan::default());
        self.first = serial.unwrap_or(self.first);
        serial
    }

    /// Forgets the orders that went by this serial: every resolver has been seen with it.
    pub fn settle(&mut self, seen_everywhere: Serial) {
        self.released
            .retain(|released| released.by.is_after(seen_everywhere));
    }

    /// Takes the parts away that are over and brings those that are due.
    fn publish(
        &mut self,
        now: Timestamp,
        over: impl Fn(&Part) -> bool,
        due: impl Fn(&Part) -> bool,
    ) -> Option<Serial> {
        let mut plan = Plan::default();
        let over: Vec<OrderId> = self.orders(over);
        let mut released = Vec::new();
        for order in over {
            let part = self.parts.remove(&order);
            if let Some(part) = part.filter(|part| part.since.is_some()) {
                self.hush(&part.cut, &mut plan);
                released.push(part.cut);
            }
        }
        let due: Vec<OrderId> = self.orders(|part| part.since.is_none() && due(part));
        for order in &due {
            self.speak(*order, &mut plan);
        }
        let serial = self.step(now, plan);
        // An order that goes while another with its names comes changes its own sentinel at least.
        let by = serial.unwrap_or_else(|| self.zone.serial());
        for order in due {
            if let Some(part) = self.parts.get_mut(&order) {
                part.since = Some(by);
            }
        }
        released.into_iter().for_each(|cut| self.release(cut, by));
        serial
    }

    fn orders(&self, which: impl Fn(&Part) -> bool) -> Vec<OrderId> {
        let parts = self.parts().filter(|part| which(part));
        parts.map(|part| part.cut.order).collect()
    }

    fn speak(&mut self, order: OrderId, plan: &mut Plan) {
        let Some(part) = self.parts.get(&order) else {
            return;
        };
        for name in names(&part.cut) {
            let spoken = self.spoken.entry(name.clone()).or_default();
            let before = spoken.action();
            *spoken.of(part.cut.action) += 1;
            change(&self.wording, name, before, spoken.action(), plan);
        }
        plan.add(self.wording.mark(order));
    }

    fn hush(&mut self, cut: &Cut, plan: &mut Plan) {
        for name in names(cut) {
            let Entry::Occupied(mut entry) = self.spoken.entry(name.clone()) else {
                continue;
            };
            let before = entry.get().action();
            let count = entry.get_mut().of(cut.action);
            *count = count.saturating_sub(1);
            let after = entry.get().action();
            change(&self.wording, name, before, after, plan);
            if after.is_none() {
                entry.remove();
            }
        }
        plan.drop(self.wording.mark(cut.order));
    }

    fn step(&mut self, now: Timestamp, plan: Plan) -> Option<Serial> {
        if plan.is_empty() {
            return None;
        }
        let told = self.wording.tell(self.zone.serial());
        self.step_from(told, now, plan)
    }

    /// Steps with a plan, and with the serial in place of the one that was told.
    fn step_from(&mut self, told: Record, now: Timestamp, mut plan: Plan) -> Option<Serial> {
        let serial = self.zone.serial().next(now);
        plan.drop(told);
        plan.add(self.wording.tell(serial));
        self.stepped = now;
        self.zone.step(serial, plan).map(|change| change.to)
    }

    fn release(&mut self, cut: Cut, by: Serial) {
        if self.released.len() >= MOST_RELEASED {
            self.released.pop_front();
            self.forgotten += 1;
        }
        self.released.push_back(Released { cut, by });
    }
}

impl Spoken {
    /// Tells what is done about the name. Refusing goes before redirecting.
    fn action(&self) -> Option<Action> {
        match (self.refused, self.redirected) {
            (0, 0) => None,
            (0, _) => Some(Action::Redirect),
            _ => Some(Action::RefuseName),
        }
    }

    fn of(&mut self, action: Action) -> &mut usize {
        match action {
            Action::Redirect => &mut self.redirected,
            _ => &mut self.refused,
        }
    }
}

fn change(
    wording: &Wording,
    name: &DomainName,
    before: Option<Action>,
    after: Option<Action>,
    plan: &mut Plan,
) {
    if before == after {
        return;
    }
    let say = |action: Action| wording.say(name, action);
    before
        .into_iter()
        .flat_map(say)
        .for_each(|record| plan.drop(record));
    after
        .into_iter()
        .flat_map(say)
        .for_each(|record| plan.add(record));
}

/// Walks over the names a cut is aimed at.
fn names(cut: &Cut) -> impl Iterator<Item = &DomainName> {
    cut.goals.iter().filter_map(|goal| match goal {
        Goal::Name(name) => Some(name),
        Goal::Service(_) => None,
    })
}

#[cfg(test)]
#[path = "hot_tests.rs"]
mod tests;
