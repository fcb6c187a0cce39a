//! The one process that may change traffic: puts what the log, the law and the lists allow on a member's
//! devices, and takes it away.
//!
//! In: [`Task`]s of the member's office over a socket; the stop file. Out: rules on devices, what was read
//! back of them. Always: it judges again by its own copies and believes no office; what it does not know
//! is taken away; taking away waits for nothing and needs no proof; rules end by themselves.
//! Not here: how a device is spoken to (`issei_host::device`), when an order fires (`issei-order`).

pub(crate) mod devices;
mod door;
mod gate;
mod kept;
pub mod line;
mod lists;
mod people;
mod reflexes;
pub mod speech;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use issei_enforce::{Cut, Effect, Refusal, Seen, Sentinel, Standing};
use issei_host::clock;
use issei_host::device::{Device, DeviceError, Fault, Holding};
use issei_model::{Order, OrderId, Span, Timestamp};

use crate::code::Failure;
use crate::office::Diary;
use crate::office::control::Stamp;
use crate::office::folder::Folder;
use gate::{Gate, No, cut, no};
use kept::{Admitted, LATE, Memory};
use lists::Lists;
use speech::{Held, NO_DEVICE, NO_ROOM, NOT_TAKEN, Proven, Standing as HowItStands, Task, Told};

pub use devices::Kind;
pub use people::run;

/// Stamps that are kept for the reader.
const MOST_STAMPS: usize = 10_000;

/// The entry that signs T, and the one that confirms the order, if it was.
type Armed<'a> = (&'a Proven, Option<&'a Proven>);

/// A device and what it is for.
pub struct Hand {
    /// For packets or for names.
    pub kind: Kind,
    /// The device.
    pub device: Box<dyn Device + Send>,
}

/// The enforcer at work.
pub struct Enforcer {
    folder: Folder,
    gate: Gate,
    memory: Memory,
    hands: Vec<Hand>,
    stopped: bool,
    /// What each order looked like when the devices were read last.
    seen: BTreeMap<OrderId, Held>,
    reflexes: reflexes::Reflexes,
    /// When the devices were read, if nothing was done since.
    looked_at: Option<Timestamp>,
    stamps: VecDeque<Stamp>,
    faults: BTreeMap<String, Option<String>>,
    /// What a person has to look at.
    alarm: Option<String>,
    counts: BTreeMap<String, u64>,
    /// Standing lists of names on their way.
    lists: Lists,
    diary: Diary,
}

impl Enforcer {
    /// Comes up: what devices hold of orders that may not stand is taken away before any task is heard.
    ///
    /// # Errors
    /// What is wrong with the folder.
    pub fn open(
        folder: Folder,
        hands: Vec<Hand>,
        diary: Diary,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let faults = hands
            .iter()
            .map(|hand| (hand.device.name().to_owned(), None));
        let mut enforcer = Self {
            gate: Gate::open(&folder)?,
            memory: Memory::open(&folder)?,
            stopped: false, // looked at at once, below
            faults: faults.collect(),
            reflexes: reflexes::Reflexes::open(&folder)?,
            folder,
            hands,
            seen: BTreeMap::new(),
            looked_at: None,
            stamps: VecDeque::new(),
            alarm: None,
            counts: BTreeMap::new(),
            lists: Lists::default(),
            diary,
        };
        // A list may have changed while nobody was here.
        enforcer.take_away_safeguarded(now);
        enforcer.look(now);
        enforcer.judge_reflexes_again(now);
        Ok(enforcer)
    }

    /// Does a task.
    pub fn handle(&mut self, task: Task, now: Timestamp) -> Told {
        match task {
            Task::Status => Told::Status(Box::new(self.standing())),
            Task::Stage(proposed) => self.answer(|enforcer| enforcer.stage(&proposed, now)),
            Task::Arm {
                proposed,
                armed,
                confirmed,
            } => {
                self.answer(|enforcer| enforcer.arm(&proposed, (&armed, confirmed.as_deref()), now))
            }
            Task::Lift { order, for_good } => self.lift(order, for_good, now),
            Task::Read => {
                self.look_if_stale(now);
                Told::Holds(self.seen.clone())
            }
            Task::Reflex(wanted) => self.answer(|enforcer| enforcer.take_reflex(&wanted, now)),
            Task::LiftReflex(id) => self.lift_reflex(id),
            Task::EndStanding(standing) => self.end_standing(standing, now),
            Task::ReadReflexes => {
                self.look_if_stale(now);
                Told::Reflexes(self.reflexes.held())
            }
            Task::Stamps => Told::Stamps(self.stamps.iter().copied().collect()),
            Task::Stop => self.stop(now),
            Task::Resume => self.resume(),
            Task::Reload => self.reload(now),
        }
    }

    /// Reads the devices unless they were read just now and nothing was done since.
    fn look_if_stale(&mut self, now: Timestamp) {
        let is_fresh = |at: Timestamp| at <= now && now < at + FRESH;
        if !self.looked_at.is_some_and(is_fresh) {
            self.look(now);
        }
    }

    /// Looks at the stop file and at every device, and takes away what may not stand.
    pub fn look(&mut self, now: Timestamp) {
        if self.must_stop() {
            self.stop(now);
        }
        self.heed_lists(now);
        let mut held: BTreeMap<OrderId, Vec<Seen>> = BTreeMap::new();
        let mut of_reflexes = BTreeMap::new();
        let mut blind = BTreeSet::new();
        for place in 0..self.hands.len() {
            let read = self.hands[place].device.look();
            match self.note(place, read) {
                Some(Holding {
                    orders,
                    reflexes,
                    spoilt,
                }) => {
                    for one in orders {
                        held.entry(one.order).or_default().push(one);
                    }
                    of_reflexes.insert(place, (reflexes, spoilt));
                }
                None => {
                    blind.insert(place);
                }
            }
        }
        let strangers: Vec<OrderId> = held
            .keys()
            .copied()
            .filter(|id| !self.may_stand(*id, now))
            .collect();
        for id in strangers {
            held.remove(&id);
            self.count("taken away: no order for it");
            self.take_away(id);
        }
        self.weigh(&held, &blind, now);
        self.weigh_reflexes(&of_reflexes, now);
        self.looked_at = Some(now);
        if let Err(failure) = self.memory.forget(now) {
            self.trouble("memory", &failure.to_string());
        }
        self.hear_of_lists();
    }

    /// Begins to read the standing lists that `devices.toml` names, under the safeguards of now.
    ///
    /// # Errors
    /// If `devices.toml` cannot be read.
    pub fn read_lists(&mut self) -> Result<(), Failure> {
        let named = devices::Settings::read(&self.folder)?.lists(&self.folder);
        let zones = self.hands.iter().filter(|hand| hand.kind == Kind::Names);
        let zones = zones.map(|hand| hand.device.listed());
        let both = named.into_iter().zip(zones);
        let lists = both.filter_map(|(list, zone)| Some((list?, zone?)));
        self.lists.load(lists.collect(), self.gate.safeguards());
        Ok(())
    }

    /// Tells what became of standing lists.
    fn hear_of_lists(&mut self) {
        for (path, told) in self.lists.take_ended() {
            let place = path.display();
            match told {
                Ok(loaded) => {
                    let lists::Loaded {
                        names,
                        spared,
                        missing,
                    } = loaded;
                    let text = format!(
                        "{place}: {names} names stand, {spared} are safeguarded, {missing} are too long"
                    );
                    self.diary.note(&format!("enforcer: {text}"));
                    self.counts.insert(format!("names of {place}"), names);
                    self.counts
                        .insert(format!("left out of {place}"), spared + missing);
                }
                Err(why) => self.trouble(
                    "list not taken",
                    &format!("{place}: {why}; the list before stays"),
                ),
            }
        }
    }

    /// Takes away what a list that changed safeguards by now, for good.
    fn heed_lists(&mut self, now: Timestamp) {
        if self.gate.look() {
            self.judge_again(now);
        }
        let alarm = self.gate.alarm();
        if let Some(why) = &alarm
            && alarm != self.alarm
        {
            self.trouble("list not as before", why);
        }
        self.alarm = alarm;
    }

    fn take_away_safeguarded(&mut self, now: Timestamp) -> usize {
        let standing = self.memory.standing();
        let hit = standing.filter(|(_, one)| self.gate.safe(&one.order).is_err());
        let hit: Vec<OrderId> = hit.map(|(id, _)| id).collect();
        for &id in &hit {
            self.count("taken away: safeguarded");
            self.lift(id, true, now);
        }
        hit.len()
    }

    /// Tells whether somebody stopped everything and it is not done yet.
    pub fn must_stop(&self) -> bool {
        !self.stopped && stop_file(&self.folder).exists()
    }

    fn may_stand(&self, id: OrderId, now: Timestamp) -> bool {
        let admitted = self.memory.order(id).filter(|one| !one.gone);
        // An end is the device's own; a moment later it is taken away if the device did not.
        let alive = |one: &Admitted| now < one.ends() + LATE;
        !self.stopped && admitted.is_some_and(alive)
    }

    /// Sums what the devices hold of each order, and stamps what changed.
    fn weigh(
        &mut self,
        held: &BTreeMap<OrderId, Vec<Seen>>,
        blind: &BTreeSet<usize>,
        now: Timestamp,
    ) {
        let before = std::mem::take(&mut self.seen);
        for (id, admitted) in self.memory.standing() {
            let meant = self.meant(&admitted.order);
            let weighed = match held.get(&id) {
                // Nobody can tell: what was read last stays said until a device answers again.
                _ if meant.iter().any(|place| blind.contains(place)) => before.get(&id).copied(),
                Some(seen) => {
                    let wanted = cut(id, admitted);
                    Some(sum(&wanted, self.gate.sentinel(), meant.len(), seen))
                }
                None => None,
            };
            self.seen.extend(weighed.map(|held| (id, held)));
        }
        let acts = |held: &Held| matches!(held, Held::Active { .. });
        let fired: Vec<(OrderId, Timestamp)> = self
            .seen
            .iter()
            .filter(|(id, _)| !before.get(id).is_some_and(acts))
            .filter_map(|(id, held)| match held {
                Held::Active { since, .. } => Some((*id, *since)),
                _ => None,
            })
            .collect();
        for (id, since) in fired {
            let due = self.memory.order(id).and_then(|one| one.fires_at);
            self.stamp(id, true, since, due.unwrap_or(since), now);
        }
        for (id, _) in before.iter().filter(|(_, held)| acts(held)) {
            if !self.seen.get(id).is_some_and(acts) {
                let ends = self.memory.order(*id).map_or(now, Admitted::ends);
                self.stamp(*id, false, now.min(ends), ends.min(now), now);
            }
        }
    }

    /// Stamps a moment `at` of the wall's clock in nanoseconds of the clock that nobody sets.
    fn stamp(
        &mut self,
        order: OrderId,
        fired: bool,
        at: Timestamp,
        due: Timestamp,
        now: Timestamp,
    ) {
        let ago = u64::try_from(now.since(at).as_micros()).unwrap_or(0);
        if self.stamps.len() >= MOST_STAMPS {
            self.stamps.pop_front();
            self.count("stamps forgotten");
        }
        self.stamps.push_back(Stamp {
            order,
            fired,
            monotonic_ns: clock::monotonic().saturating_sub(ago.saturating_mul(1_000)),
            late: at.since(due),
        });
    }

    fn stage(&mut self, proposed: &Proven, now: Timestamp) -> Result<Told, No> {
        let (id, admitted) = self.admit(proposed, None, now)?;
        let wanted = Cut {
            fires_at: None,
            ..cut(id, &admitted)
        };
        Ok(self.put(&admitted.order, &wanted, |device, cut| device.stage(cut)))
    }

    fn arm(&mut self, proposed: &Proven, armed: Armed<'_>, now: Timestamp) -> Result<Told, No> {
        let (id, admitted) = self.admit(proposed, Some(armed), now)?;
        let wanted = cut(id, &admitted);
        Ok(self.put(&admitted.order, &wanted, |device, cut| device.arm(cut)))
    }

    /// Lets an order in, once everything about it holds, and remembers it before it is anywhere.
    fn admit(
        &mut self,
        proposed: &Proven,
        armed: Option<Armed<'_>>,
        now: Timestamp,
    ) -> Result<(OrderId, Admitted), No> {
        if self.stopped {
            return Err(no(
                "stopped",
                "everything is stopped here; a person must resume",
            ));
        }
        self.heed_lists(now);
        let dossier = self.gate.proposed(proposed, now)?;
        let order = dossier.order.clone();
        let id = order.id();
        if self.memory.is_barred(id) {
            return Err(no("withdrawn", "the order was taken away for good"));
        }
        // What passed every gate once is held by its own end; the lists win at any time.
        match self.memory.order(id) {
            Some(_) => self.gate.safe(&order)?,
            None => self
                .gate
                .clears(&dossier, self.memory.used_today(id, now), now)?,
        }
        let fires_at = match armed {
            Some((armed, _)) => Some(self.gate.armed(&order, id, armed)?),
            None => self.memory.order(id).and_then(|one| one.fires_at),
        };
        let mut admitted = Admitted {
            order,
            at: self.memory.order(id).map_or(now, |one| one.at),
            fires_at,
            confirmed: self.memory.order(id).is_some_and(|one| one.confirmed),
            gone: false,
        };
        if admitted.ends() <= now {
            return Err(no("ended", "nobody confirmed the order in time"));
        }
        let confirmed = armed.and_then(|(_, confirmed)| confirmed);
        admitted.confirmed |= self.is_confirmed(&admitted.order, confirmed, now);
        if self.memory.order(id) != Some(&admitted) {
            let kept = self.memory.admit(id, admitted.clone());
            kept.map_err(|failure| no("no-memory", &failure.to_string()))?;
        }
        Ok((id, admitted))
    }

    /// Tells whether an entry confirms an order. One that does not is as none: the order ends the sooner.
    fn is_confirmed(&mut self, order: &Order, proven: Option<&Proven>, now: Timestamp) -> bool {
        let Some(proven) = proven else { return false };
        let judged = self.gate.confirmed(order, order.id(), proven, now);
        if judged.is_err() {
            self.count("confirmation not believed");
        }
        judged.is_ok()
    }

    fn lift(&mut self, order: OrderId, for_good: bool, now: Timestamp) -> Told {
        let lifted = self.take_away(order);
        if for_good && let Err(failure) = self.memory.bar(order, now) {
            return Told::Failed(failure.to_string());
        }
        lifted
    }

    fn take_away(&mut self, order: OrderId) -> Told {
        let all: Vec<usize> = (0..self.hands.len()).collect();
        self.each(&all, |device| device.lift(order))
    }

    fn stop(&mut self, now: Timestamp) -> Told {
        self.stopped = true;
        self.looked_at = None;
        let mut lifted = 0;
        let mut failed = Vec::new();
        for place in 0..self.hands.len() {
            let done = self.hands[place].device.lift_all();
            match self.note(place, done) {
                Some(orders) => lifted = lifted.max(orders),
                None => failed.push(self.hands[place].device.name().to_owned()),
            }
        }
        let standing: Vec<OrderId> = self.memory.standing().map(|(id, _)| id).collect();
        for id in standing {
            if let Err(failure) = self.memory.bar(id, now) {
                self.trouble("memory", &failure.to_string());
            }
        }
        self.forget_stopped_reflexes(now);
        match failed.is_empty() {
            true => Told::Lifted(lifted),
            false => Told::Failed(format!("not emptied: {}", failed.join(", "))),
        }
    }

    /// Lets orders in again, unless a person stopped this very enforcer: that is for a person here to end.
    fn resume(&mut self) -> Told {
        if stop_file(&self.folder).exists() {
            let place = self.folder.root().display();
            let step =
                format!("a person stopped it here; `issei enforcer resume {place}` ends that");
            return Told::Refused(no("stopped-here", &step));
        }
        self.stopped = false;
        Told::Done
    }

    /// Reads everything again; on a mistake the old lists go on holding.
    fn reload(&mut self, now: Timestamp) -> Told {
        let read = self.gate.reload(&self.folder);
        let lifted = self.judge_again(now);
        match read.map_err(|failure| failure.to_string()) {
            Err(why) => Told::Wrong(why),
            Ok(()) => self.gate.alarm().map_or(Told::Lifted(lifted), Told::Wrong),
        }
    }

    /// Takes away what the lists safeguard by now, of orders, reflexes and standing lists.
    fn judge_again(&mut self, now: Timestamp) -> usize {
        let orders = self.take_away_safeguarded(now);
        if let Err(failure) = self.read_lists() {
            self.trouble("list not taken", &failure.to_string());
        }
        orders + self.judge_reflexes_again(now)
    }

    fn standing(&mut self) -> HowItStands {
        let reflex_room = self.reflex_room();
        let leads = self.hands.iter().map(|hand| hand.device.lead());
        HowItStands {
            devices: self.faults.clone(),
            lead: leads.max().unwrap_or(Span::ZERO),
            stopped: self.stopped,
            sentinels: self.gate.sentinels(),
            orders: self.memory.standing().count(),
            alarm: self.alarm.clone(),
            reflexes: self.reflexes.acting(),
            reflex_room,
            counts: self.counts.clone(),
        }
    }

    /// Names the devices that an order is for: those of its kind that have words for it. If none has, all of them
    /// are meant, so that each says why not.
    fn meant(&self, order: &Order) -> Vec<usize> {
        let kind = Kind::of(order.action);
        let hands = self.hands.iter().enumerate();
        let of_kind = hands.filter(|(_, hand)| hand.kind == kind);
        let (able, mute): (Vec<_>, Vec<_>) =
            of_kind.partition(|(_, hand)| hand.device.says(order.action, &order.goals));
        let meant = if able.is_empty() { mute } else { able };
        meant.into_iter().map(|(place, _)| place).collect()
    }

    /// Counts the devices that an order is not told to, for they have no words for it.
    fn note_left_out(&mut self, order: &Order, meant: &[usize]) {
        let kind = Kind::of(order.action);
        let left_out: Vec<String> = (self.hands.iter().enumerate())
            .filter(|(place, hand)| hand.kind == kind && !meant.contains(place))
            .map(|(_, hand)| hand.device.name().to_owned())
            .collect();
        for name in left_out {
            self.trouble("left out: no words for the order", &name);
        }
    }

    /// Puts a cut on every device that the order is for, the sentinel with it. One that cannot take the
    /// sentinel takes the order without: nothing is measured there, and nothing is missing.
    fn put(
        &mut self,
        order: &Order,
        cut: &Cut,
        deed: impl Fn(&mut dyn Device, &Cut) -> Result<(), DeviceError>,
    ) -> Told {
        let meant = self.meant(order);
        if meant.is_empty() {
            let why =
                "there is no device here for such an order; devices.toml names those there are";
            return Told::Refused(no(NO_DEVICE, why));
        }
        self.note_left_out(order, &meant);
        let sentinel = self.gate.sentinel();
        let with = sentinel.and_then(|sentinel| sentinel.beside(cut));
        let left_out = Cell::new(0_u64);
        let told = self.each(&meant, |device| {
            let done = with.as_ref().map(|with| deed(device, with));
            match done {
                Some(Err(error)) if is_a_no(&error) => {
                    left_out.set(left_out.get() + 1);
                    deed(device, cut)
                }
                Some(done) => done,
                None => deed(device, cut),
            }
        });
        for _ in 0..left_out.get() {
            self.count("put without the sentinel");
        }
        told
    }

    fn each(
        &mut self,
        places: &[usize],
        deed: impl Fn(&mut dyn Device) -> Result<(), DeviceError>,
    ) -> Told {
        self.looked_at = None;
        let (mut failed, mut refused) = (None, None);
        for &place in places {
            let done = deed(self.hands[place].device.as_mut());
            if let Err(error) = &done {
                match rule_of(&error.fault) {
                    Some(rule) => refused = Some(no(rule, &error.to_string())),
                    None => failed = Some(error.to_string()),
                }
            }
            self.note(place, done);
        }
        // What a device can never take is said first: nobody need wait for another to come back.
        match refused {
            Some(why) => Told::Refused(why),
            None => failed.map_or(Told::Done, Told::Failed),
        }
    }

    /// Writes down how a device did, and gives what it gave.
    fn note<T>(&mut self, place: usize, done: Result<T, DeviceError>) -> Option<T> {
        let name = self.hands[place].device.name().to_owned();
        let fault = done.as_ref().err().map(ToString::to_string);
        let before = self.faults.insert(name.clone(), fault.clone());
        if let Some(why) = fault {
            if before.flatten().as_ref() != Some(&why) {
                self.diary.note(&format!("enforcer: {why}"));
            }
            self.count(&format!("failed: {name}"));
        }
        done.ok()
    }

    fn answer(&mut self, deed: impl FnOnce(&mut Self) -> Result<Told, No>) -> Told {
        match deed(self) {
            Ok(told) => told,
            Err(why) => {
                self.count(&format!("refused: {}", why.rule));
                Told::Refused(why)
            }
        }
    }

    fn trouble(&mut self, kind: &str, why: &str) {
        self.count(kind);
        self.diary.note(&format!("enforcer: {kind}: {why}"));
    }

    fn count(&mut self, kind: &str) {
        let count = self.counts.entry(kind.into()).or_default();
        *count = count.saturating_add(1);
    }
}

/// How old a reading may be that is given for a new one.
const FRESH: Span = Span::from_millis(200);

/// Names the rule by which a device says no for good; none, if it may take the cut another time.
fn rule_of(fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::Refused(Refusal::NoRoom { .. }) => Some(NO_ROOM),
        Fault::Refused(_) | Fault::Ended(_) => Some(NOT_TAKEN),
        _ => None,
    }
}

/// Tells whether a device said no to what it was told. One that cannot be reached would not take less.
fn is_a_no(error: &DeviceError) -> bool {
    matches!(error.fault, Fault::Refused(_) | Fault::Said(_))
}

/// Sums what the devices that are meant hold of an order.
fn sum(wanted: &Cut, sentinel: Option<Sentinel>, meant: usize, seen: &[Seen]) -> Held {
    let whole = |one: &Seen| Sentinel::is_whole(sentinel, wanted, &one.goals);
    if seen.len() < meant || !seen.iter().all(whole) {
        return Held::Broken;
    }
    let since = seen.iter().map(|one| match one.standing {
        Standing::Active(since) => Some(since),
        Standing::Staged | Standing::Armed(_) => None,
    });
    let all: Option<Vec<Timestamp>> = since.collect();
    match all.and_then(|all| all.into_iter().max()) {
        Some(since) => Held::Active {
            since,
            effect: Effect {
                first_met: seen.iter().filter_map(|one| one.effect.first_met).min(),
                last_passed: seen.iter().filter_map(|one| one.effect.last_passed).max(),
            },
        },
        None => Held::Staged,
    }
}

/// Tells whether a folder is an enforcer's.
pub fn is_set_up(folder: &Folder) -> bool {
    folder.root().join("devices.toml").exists()
}

/// Tells which orders may stand on the devices of an enforcer's folder, whether one runs or not.
///
/// # Errors
/// If its memory cannot be read.
pub fn standing(folder: &Folder) -> Result<Vec<(OrderId, Order)>, Failure> {
    let memory = Memory::open(folder)?;
    let standing = memory.standing();
    Ok(standing.map(|(id, one)| (id, one.order.clone())).collect())
}

/// The file that stops everything while it is there.
pub fn stop_file(folder: &Folder) -> PathBuf {
    folder.root().join("stop")
}

#[cfg(test)]
#[path = "enforcer_tests.rs"]
mod tests;
