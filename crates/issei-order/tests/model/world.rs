//! The small country: three members, the coordinator, one order, a log, and how a step changes them.
//!
//! In: [`Bounds`]. Out: a [`stateright::Model`] whose every step calls the machines of production.
//! Always: time moves by whole ticks, and only when every running machine has done what is due;
//! everything else may happen at any time, in any order, or never. Not here: which steps may be taken
//! (`next`), what must hold (`laws`).

use std::collections::BTreeSet;
use std::sync::Arc;

use issei_model::{
    Decision, Dossier, Ending, Observed, OrderId, OrganisationId, Receipt, Span, Timestamp,
};
use issei_order::coordinator::{Input, Output, Phase, Setup};
use issei_order::{Coordinator, Member, Planted};
use stateright::{Model, Property};

use crate::kept::{Kept, Steps};
use crate::laws;
use crate::next::incident;
use crate::place::{self, Act, Circumstances, Place, Setting, Stepped};
use crate::samples;

/// Members in the country; the first one is the canary.
pub const MEMBERS: u8 = 3;
/// The canary.
pub const CANARY: u8 = 0;
/// Tells the moment of a tick: they are a second apart.
pub fn moment(tick: u8) -> Timestamp {
    samples::secs(tick.into())
}

/// Tells whether a deadline has come.
pub fn is_due(deadline: Option<Timestamp>, tick: u8) -> bool {
    deadline.is_some_and(|at| at <= moment(tick))
}

/// Tells the name of a member; the one behind the last is a stranger.
pub fn name(who: u8) -> OrganisationId {
    let names = ["isp-a", "isp-b", "isp-c", "stranger"];
    samples::organisation(names[usize::from(who)])
}

/// A decision as it stands in the log, and what was known when it was made.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Entry {
    pub decision: Kept<Decision>,
    /// When it was made.
    pub at: u8,
    /// Members whose no the coordinator had heard by then.
    pub no: BTreeSet<OrganisationId>,
}

impl Entry {
    pub fn withdraws(&self) -> bool {
        matches!(
            *self.decision,
            Decision::Withdrawn { .. } | Decision::WithdrawnAll { .. }
        )
    }

    /// Tells whom it arms, and for when.
    pub fn arms(&self) -> Option<(&[OrganisationId], Timestamp)> {
        match &*self.decision {
            Decision::Armed {
                members, fires_at, ..
            } => Some((members, *fires_at)),
            _ => None,
        }
    }
}

/// What stands in the log, by index.
pub type Log = Kept<Vec<Entry>>;

/// What can happen at the coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// A person proposes the order.
    Propose,
    /// The log tells that the next decision stands in it.
    Logged,
    /// A report arrives: the first time, again, or from a stranger.
    Report(u8, Observed),
    /// A deadline of the machine has come.
    Due,
    /// A person withdraws the order.
    Withdraw,
    /// A person withdraws everything.
    WithdrawAll,
    /// The process dies and comes up; it reads the log to its end.
    Rebuild,
}

/// One step of the country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A second passes.
    Tick,
    /// Something happens at the coordinator.
    Say(Word),
    /// Something happens at a member; its process dies after so many outputs of its machine.
    Do(u8, Act, Option<u8>),
}

/// What may go wrong, or be done by a person, a few times in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Incident {
    Withdraw,
    WithdrawAll,
    Rebuild,
    Refuse,
    Harm,
    Stop,
    Leave,
    Safeguard,
    Blind,
    Vanish,
    Jam,
    Crash,
    Restore,
}

/// How much may happen.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Ticks that members have to prepare.
    pub prepare: u8,
    /// Incidents in one run.
    pub most: u8,
    /// Of which kinds.
    pub kinds: &'static [Incident],
    /// Members that may be slow, be cut off, and meet incidents; the others do everything at once.
    pub slow: &'static [u8],
    /// The guard that is off.
    pub planted: Planted,
}

/// Everything there is at one moment.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct World {
    pub tick: u8,
    pub places: [Kept<Place>; MEMBERS as usize],
    pub coordinator: Kept<Coordinator>,
    pub log: Log,
    /// Entries of which the coordinator was told.
    pub told: u8,
    /// Every report that was ever sent.
    pub said: Kept<BTreeSet<(u8, Observed)>>,
    /// Members whose no the coordinator heard.
    pub heard_no: Kept<BTreeSet<OrganisationId>>,
    /// Whether a person asked for the withdrawal.
    pub asked: bool,
    /// Incidents still to come.
    pub left: u8,
}

type AtPlace = Option<Arc<Stepped>>;
type AtCoordinator = (Kept<Coordinator>, Arc<Vec<Decision>>);

/// The model: the country within its bounds, and the steps its machines took.
pub struct Country {
    pub bounds: Bounds,
    pub dossier: Dossier,
    pub order: OrderId,
    /// The tick from which on the order may not fire any more.
    pub fire_before: u8,
    /// The tick at which the order ends, and with it the world.
    pub last: u8,
    at_places: Steps<AtPlace>,
    at_coordinator: Steps<AtCoordinator>,
    passed: Steps<Kept<Place>>,
    places: Steps<Kept<Place>>,
}

impl Country {
    pub fn new(bounds: Bounds) -> Self {
        // The canary fires a tick after it is armed and is watched for one; then the rest does.
        let fire_before = bounds.prepare + 3;
        let last = fire_before + 1;
        let mut dossier = samples::dossier();
        dossier.order.fire_before = moment(fire_before);
        dossier.order.expires_at = moment(last);
        Self {
            bounds,
            fire_before,
            last,
            order: dossier.order.id(),
            dossier,
            at_places: Steps::default(),
            at_coordinator: Steps::default(),
            passed: Steps::default(),
            places: Steps::default(),
        }
    }

    /// Tells how many different steps the machines took.
    pub fn machine_steps(&self) -> usize {
        self.at_places.len() + self.at_coordinator.len()
    }

    /// Tells where the order stands at the coordinator.
    pub fn phase(&self, world: &World) -> Option<Phase> {
        let progress = world.coordinator.progress(self.order);
        progress.map(|progress| progress.phase)
    }

    /// Tells whether a machine has something due, so that time has to wait.
    pub fn is_urgent(&self, world: &World) -> bool {
        let reading = |who| world.places[usize::from(who)].reading;
        let members = || (0..MEMBERS).any(|who| reading(who) || self.acts_on_deadline(world, who));
        self.decides_on_deadline(world) || members()
    }

    /// Tells whether a deadline of a member has come and it has something to do.
    pub fn acts_on_deadline(&self, world: &World, who: u8) -> bool {
        let place = &world.places[usize::from(who)];
        let changes = |after: &Stepped| after.place != *place || !after.said.is_empty();
        let acts = || self.at_place(world, who, Act::Due, None);
        place.is_due(world.tick) && acts().is_some_and(|after| changes(&after))
    }

    /// Tells whether a member's process is up and everything due is done and answered.
    pub fn is_at_rest(&self, world: &World, who: u8) -> bool {
        let place = &world.places[usize::from(who)];
        place.machine.is_some() && !place.reading && !self.acts_on_deadline(world, who)
    }

    /// Tells whether a deadline of the coordinator has come and it has something to do.
    pub fn decides_on_deadline(&self, world: &World) -> bool {
        let due = is_due(world.coordinator.next_deadline(), world.tick);
        due && {
            let (after, decisions) = self.at_coordinator(world, Word::Due);
            after != world.coordinator || !decisions.is_empty()
        }
    }

    /// Hands a word to the coordinator and tells what it wants logged.
    pub fn at_coordinator(&self, world: &World, word: Word) -> AtCoordinator {
        let log = match word {
            Word::Logged | Word::Rebuild => Some((world.log.mark(), world.told)),
            _ => None,
        };
        let key = (world.coordinator.mark(), world.tick, word, log);
        self.at_coordinator.take(&key, || {
            let mut coordinator = Coordinator::clone(&world.coordinator);
            let out = self.tell(&mut coordinator, world, word);
            let logs = |output| match output {
                Output::Append(decision) => Some(decision),
                Output::Refused(_, refusal) => panic!("the proposal was refused: {refusal:?}"),
                Output::Moved(..) => None,
            };
            let decisions = out.into_iter().filter_map(logs).collect();
            (Kept::new(coordinator), Arc::new(decisions))
        })
    }

    fn tell(&self, coordinator: &mut Coordinator, world: &World, word: Word) -> Vec<Output> {
        let (now, order, mut out) = (moment(world.tick), self.order, Vec::new());
        let logged = |at: usize| {
            world
                .log
                .get(at)
                .map(|entry| Decision::clone(&entry.decision))
        };
        let reason = Ending::ByPerson;
        let input = match word {
            Word::Propose => Some(Input::Propose(Box::new(self.dossier.clone()))),
            Word::Logged => logged(world.told.into()).map(Input::Logged),
            Word::Report(who, observed) => Some(Input::Receipt(Receipt {
                member: name(who),
                order,
                observed,
                measured: None,
            })),
            Word::Withdraw => Some(Input::Withdraw { order, reason }),
            Word::WithdrawAll => Some(Input::WithdrawAll { reason }),
            Word::Due | Word::Rebuild => None,
        };
        if let Some(input) = input {
            coordinator.handle(now, input, &mut out);
        } else if word == Word::Due {
            coordinator.on_deadline(now, &mut out);
        } else {
            *coordinator = self.coordinator();
            for decision in (0..world.log.len()).filter_map(logged) {
                coordinator.handle(now, Input::Logged(decision), &mut out);
            }
        }
        out
    }

    fn coordinator(&self) -> Coordinator {
        Coordinator::new(Setup {
            prepare: Span::from_secs(self.bounds.prepare.into()),
            patience: TICK,
            // T lies just before the next tick, so that it has come when the tick is there.
            notice: Span::from_millis(999),
            watch: TICK,
            silence: TICK,
            planted: self.bounds.planted,
        })
    }

    fn say(&self, world: &World, word: Word) -> Option<World> {
        let (coordinator, decisions) = self.at_coordinator(world, word);
        let is_report = matches!(word, Word::Report(..));
        if is_report && coordinator == world.coordinator && decisions.is_empty() {
            return None;
        }
        let mut after = world.clone();
        after.coordinator = coordinator;
        match word {
            Word::Logged => after.told += 1,
            Word::Withdraw | Word::WithdrawAll => after.asked = true,
            Word::Rebuild => {
                after.told = world.log.len() as u8;
                after.heard_no = Kept::new(BTreeSet::new());
            }
            Word::Report(who, Observed::Refused(_)) => {
                let mut heard = BTreeSet::clone(&world.heard_no);
                heard.insert(name(who));
                after.heard_no = Kept::new(heard);
            }
            _ => {}
        }
        if !decisions.is_empty() {
            let entry = |decision: &Decision| Entry {
                decision: Kept::new(decision.clone()),
                at: world.tick,
                no: BTreeSet::clone(&after.heard_no),
            };
            let entries = world.log.iter().cloned();
            after.log = Kept::new(entries.chain(decisions.iter().map(entry)).collect());
        }
        if after == *world {
            return None;
        }
        after.left -= u8::from(matches!(
            word,
            Word::Withdraw | Word::WithdrawAll | Word::Rebuild
        ));
        Some(after)
    }

    /// Lets an act happen at a member, once for each different place, time and part of the log.
    pub fn at_place(&self, world: &World, who: u8, act: Act, cut: Option<u8>) -> AtPlace {
        let before = &world.places[usize::from(who)];
        let next = before.machine.as_ref().map_or(0, Member::next_entry);
        let index = match act {
            Act::Read => Some(next),
            Act::Give(index) => Some(index.into()),
            _ => None,
        };
        let sees_size = matches!(act, Act::Read | Act::Start | Act::Restore(_));
        let here = Circumstances {
            who,
            tick: world.tick,
            // Only what is handed over here can make a difference, so only this tells steps apart.
            size: if sees_size { world.log.len() as u64 } else { 0 },
            entry: index
                .and_then(|at| world.log.get(at as usize))
                .map(|e| e.decision.clone()),
            withdrawn_at: world
                .log
                .iter()
                .position(Entry::withdraws)
                .map(|at| at as u64),
        };
        self.at_places.take(&(before.mark(), act, cut, &here), || {
            let mut stepped = place::step(before, act, cut, &here, self.setting(who))?;
            // Many steps lead to the same place; it is kept once.
            let place = stepped.place.clone();
            stepped.place = self.places.take(&place.mark(), || place);
            Some(Arc::new(stepped))
        })
    }

    fn setting(&self, who: u8) -> Setting {
        let Bounds { kinds, slow, .. } = self.bounds;
        Setting {
            order: self.order,
            planted: self.bounds.planted,
            keeps_older: kinds.contains(&Incident::Restore) && slow.contains(&who),
        }
    }

    fn act(&self, world: &World, who: u8, act: Act, cut: Option<u8>) -> Option<World> {
        let stepped = self.at_place(world, who, act, cut)?;
        let said = &stepped.said;
        let is_new = |said: &Observed| !world.said.contains(&(who, *said));
        let says_new = said.iter().any(is_new);
        if stepped.place == world.places[usize::from(who)] && !says_new {
            return None;
        }
        let mut after = world.clone();
        after.places[usize::from(who)] = stepped.place.clone();
        if says_new {
            let mut all = BTreeSet::clone(&world.said);
            all.extend(said.iter().map(|said| (who, *said)));
            after.said = Kept::new(all);
        }
        after.left -= u8::from(incident(act).is_some()) + u8::from(cut.is_some());
        Some(after)
    }

    fn tick(&self, world: &World) -> World {
        let mut after = world.clone();
        after.tick += 1;
        for place in &mut after.places {
            let key = (place.mark(), after.tick);
            let pass = || Kept::new(place.pass(after.tick));
            *place = self.passed.take(&key, pass);
        }
        after
    }
}

/// The coordinator's waits.
const TICK: Span = Span::from_secs(1);

impl Model for Country {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let place = |who| Kept::new(Place::new(who, self.setting(who)));
        vec![World {
            tick: 0,
            places: [place(0), place(1), place(2)],
            coordinator: Kept::new(self.coordinator()),
            log: Kept::new(Vec::new()),
            told: 0,
            said: Kept::new(BTreeSet::new()),
            heard_no: Kept::new(BTreeSet::new()),
            asked: false,
            left: self.bounds.most,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        self.steps(world, steps);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        match step {
            Step::Tick => (!self.is_urgent(world)).then(|| self.tick(world)),
            Step::Say(Word::Due) => {
                let due = is_due(world.coordinator.next_deadline(), world.tick);
                due.then(|| self.say(world, Word::Due)).flatten()
            }
            Step::Say(word) => self.say(world, word),
            Step::Do(who, Act::Due, cut) => {
                let due = world.places[usize::from(who)].is_due(world.tick);
                due.then(|| self.act(world, who, Act::Due, cut)).flatten()
            }
            Step::Do(who, act, cut) => self.act(world, who, act, cut),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        laws::all()
    }
}
