//! What may happen next in the small country.
//!
//! In: a [`World`]. Out: every step that may be taken there. Always: a step that would change nothing
//! may be named too, such as an entry that comes again; the machines turn it away, and the checker
//! sees no new state.

use issei_model::{Observed, Span};
use issei_order::Member;
use issei_order::coordinator::Phase;
use issei_order::member;
use stateright::Model;

use crate::place::{Act, Place};
use crate::world::{CANARY, Country, Incident, MEMBERS, Step, Word, World};

impl Country {
    /// Names every step.
    pub fn steps(&self, world: &World, steps: &mut Vec<Step>) {
        if world.log.is_empty() {
            // An order proposed later is the same world, later.
            steps.push(Step::Say(Word::Propose));
            return;
        }
        let prompt = (0..MEMBERS).filter(|who| !self.bounds.slow.contains(who));
        if let Some(step) = prompt.filter_map(|who| self.at_once(world, who)).next() {
            steps.push(step);
            return;
        }
        self.words(world, steps);
        for who in 0..MEMBERS {
            self.acts(world, who, steps);
        }
        if world.tick < self.last {
            steps.push(Step::Tick);
        }
    }

    /// What a member that is not slow does before anything else.
    fn at_once(&self, world: &World, who: u8) -> Option<Step> {
        let place = &world.places[usize::from(who)];
        let acts = place
            .machine
            .iter()
            .flat_map(|machine| self.ordinary(world, who, machine));
        let acts = acts.filter(|act| !matches!(act, Act::Give(_) | Act::Stale(_) | Act::Resume));
        let acts = acts.map(|act| Step::Do(who, act, None));
        let said = world.said.iter().filter(|(by, _)| *by == who);
        let said = said.map(|&(by, said)| Step::Say(Word::Report(by, said)));
        acts.chain(said)
            .find(|step| self.next_state(world, *step).is_some())
    }

    /// What may happen at the coordinator.
    fn words(&self, world: &World, steps: &mut Vec<Step>) {
        let mut say = |word| steps.push(Step::Say(word));
        say(Word::Due);
        if usize::from(world.told) < world.log.len() {
            say(Word::Logged);
        }
        let phase = self.phase(world);
        if matches!(phase, Some(Phase::Preparing | Phase::Canary)) {
            // Afterwards reports are only written down: a law says that they decide nothing.
            for &(who, observed) in world.said.iter() {
                say(Word::Report(who, observed));
            }
            let lead = Span::ZERO;
            say(Word::Report(MEMBERS, Observed::Prepared { lead }));
        }
        let by_hand = [
            (Incident::Withdraw, Word::Withdraw),
            (Incident::WithdrawAll, Word::WithdrawAll),
            (Incident::Rebuild, Word::Rebuild),
        ];
        let living = phase != Some(Phase::Ended);
        for (incident, word) in by_hand {
            if living && self.may(world, incident) {
                say(word);
            }
        }
    }

    /// What may happen at a member.
    fn acts(&self, world: &World, who: u8, steps: &mut Vec<Step>) {
        let place = &world.places[usize::from(who)];
        let Some(machine) = &place.machine else {
            self.starts(world, who, place, steps);
            return;
        };
        let mut acts = self.ordinary(world, who, machine);
        if self.bounds.slow.contains(&who) {
            let may = |act: &Act| incident(*act).is_some_and(|incident| self.may(world, incident));
            acts.extend(self.incidents(who, place).into_iter().filter(may));
        }
        for act in acts {
            steps.push(Step::Do(who, act, None));
            self.cuts(world, who, act, steps);
        }
    }

    fn starts(&self, world: &World, who: u8, place: &Place, steps: &mut Vec<Step>) {
        steps.push(Step::Do(who, Act::Start, None));
        if world.left > 0 && self.bounds.kinds.contains(&Incident::Restore) {
            let saves = 1..=place.older.len() as u8;
            steps.extend(saves.map(|saves| Step::Do(who, Act::Restore(saves), None)));
        }
    }

    /// What happens without any incident.
    fn ordinary(&self, world: &World, who: u8, machine: &Member) -> Vec<Act> {
        let place = &world.places[usize::from(who)];
        let (next, size) = (machine.next_entry(), world.log.len() as u8);
        let is_current = machine.is_current();
        let in_force = self.is_watched(who, place);
        let sometimes = [
            (Act::Due, true),
            (Act::Answer, place.reading),
            (Act::Read, next < size.into() || !is_current),
            (Act::Judged(true), place.judging),
            (Act::Watched(true), in_force),
            (Act::Resume, machine.durable().stopped),
        ];
        let acts = sometimes
            .into_iter()
            .filter_map(|(act, may)| may.then_some(act));
        let others = (0..size).filter(|index| u64::from(*index) != next);
        let stale = (1..=size).filter(|_| !is_current);
        acts.chain(others.map(Act::Give))
            .chain(stale.map(Act::Stale))
            .collect()
    }

    /// What may go wrong or be done by a person.
    fn incidents(&self, who: u8, place: &Place) -> Vec<Act> {
        let sometimes = [
            (Act::Judged(false), place.judging),
            (Act::Watched(false), self.is_watched(who, place)),
        ];
        let acts = sometimes
            .into_iter()
            .filter_map(|(act, may)| may.then_some(act));
        let always = [
            Act::Stop,
            Act::Leave,
            Act::Safeguard,
            Act::Blind,
            Act::Vanish,
            Act::Jam,
            Act::Crash,
        ];
        acts.chain(always).collect()
    }

    /// Between any two outputs of an act the process may die.
    fn cuts(&self, world: &World, who: u8, act: Act, steps: &mut Vec<Step>) {
        let needed = 1 + u8::from(incident(act).is_some());
        let may = self.may(world, Incident::Crash) && self.bounds.slow.contains(&who);
        if may && act != Act::Crash && world.left >= needed {
            let outputs = self
                .at_place(world, who, act, None)
                .map_or(0, |s| s.outputs);
            steps.extend((1..outputs).map(|cut| Step::Do(who, act, Some(cut))));
        }
    }

    /// Ordinary traffic is watched at the canary only: nobody waits for the others' word.
    fn is_watched(&self, who: u8, place: &Place) -> bool {
        who == CANARY && place.phase(self.order) == Some(member::Phase::InForce)
    }

    fn may(&self, world: &World, incident: Incident) -> bool {
        world.left > 0 && world.tick < self.last && self.bounds.kinds.contains(&incident)
    }
}

/// Tells whether an act counts as an incident.
pub fn incident(act: Act) -> Option<Incident> {
    match act {
        Act::Judged(false) => Some(Incident::Refuse),
        Act::Watched(false) => Some(Incident::Harm),
        Act::Stop => Some(Incident::Stop),
        Act::Leave => Some(Incident::Leave),
        Act::Safeguard => Some(Incident::Safeguard),
        Act::Blind => Some(Incident::Blind),
        Act::Vanish => Some(Incident::Vanish),
        Act::Jam => Some(Incident::Jam),
        Act::Crash => Some(Incident::Crash),
        Act::Restore(_) => Some(Incident::Restore),
        _ => None,
    }
}
