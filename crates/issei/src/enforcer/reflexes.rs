//! The enforcer's reflexes: rules for minutes, under a standing order that it has judged itself.
//!
//! In: tasks, what devices were read to hold. Out: rules put and taken away. Always: a reflex is counted on
//! the disk before a device is told; its name is used once and its end never moves; never more at once, nor
//! within an hour, than people signed; what stands on a device without that is taken away.
//! Not here: whether a standing order may stand (`gate`), when a trigger is fresh (`issei-order`).

use std::collections::{BTreeMap, BTreeSet};

use issei_host::reflexes::{ReflexDevice, ReflexError};
use issei_model::{
    FoundReflex, PersonId, ReflexRule, ReflexRuleId, StandingId, StandingOrder, Timestamp,
};

use super::gate::{No, no};
use super::kept::reflexes::{Reflexes as Memory, Taken};
use super::speech::Told;
use super::speech::reflexes::{HeldReflex, Wanted};
use super::{Enforcer, Hand};
use crate::code::Failure;
use crate::office::folder::Folder;

/// What is known of reflexes.
pub(super) struct Reflexes {
    memory: Memory,
    /// What each does that may stand: told by the office, or found on a device at the start.
    rules: BTreeMap<ReflexRuleId, ReflexRule>,
    /// What acted on every device when they were read last.
    seen: BTreeMap<ReflexRuleId, FoundReflex>,
}

/// What a device held: rules, and names under which something else stands.
type Found = (Vec<FoundReflex>, Vec<ReflexRuleId>);

impl Reflexes {
    /// Reads what was kept.
    ///
    /// # Errors
    /// If it is not whole.
    pub(super) fn open(folder: &Folder) -> Result<Self, Failure> {
        Ok(Self {
            memory: Memory::open(folder)?,
            rules: BTreeMap::new(),
            seen: BTreeMap::new(),
        })
    }

    /// Shows what acts.
    pub(super) fn held(&self) -> Vec<HeldReflex> {
        self.seen.values().cloned().map(HeldReflex::from).collect()
    }

    /// Counts what acts.
    pub(super) fn acting(&self) -> usize {
        self.seen.len()
    }

    /// Tells whether what was found is what was let in, with the end it had, and may be there.
    fn is_as_let_in(&self, found: &FoundReflex, now: Timestamp) -> bool {
        let taken = self.memory.taken(found.id);
        let stands = taken.is_some_and(|one| one.may_stand(now) && found.ends <= one.ends);
        let dossier = self.memory.dossier(found.id.standing);
        let is_this = match (self.rules.get(&found.id), dossier) {
            (Some(rule), _) => *rule == found.rule,
            // After a start the device alone knows the line.
            (None, Some(dossier)) => found.rule.is_of(&dossier.order),
            (None, None) => false,
        };
        stands && is_this && !self.memory.is_barred(found.id.standing)
    }
}

impl Enforcer {
    /// Puts a reflex's rule on every device that takes any.
    pub(super) fn take_reflex(&mut self, wanted: &Wanted, now: Timestamp) -> Result<Told, No> {
        let id = self.let_in(wanted, now)?;
        let rule = self.reflexes.rules[&id].clone();
        let ends = wanted.ends;
        let told = self.on_reflex_hands(|device| {
            device.put(id, &rule, ends)?;
            device.acts(id)
        });
        let found = FoundReflex { id, rule, ends };
        match told {
            Ok(all) if all.iter().all(|acts| *acts) => {
                self.reflexes.seen.insert(id, found);
                Ok(Told::Done)
            }
            Ok(_) => Ok(Told::Failed("a device took it and does not act".into())),
            Err(why) => Ok(Told::Failed(why)),
        }
    }

    /// Lets a reflex in, once everything about it holds, and remembers it before it is anywhere.
    fn let_in(&mut self, wanted: &Wanted, now: Timestamp) -> Result<ReflexRuleId, No> {
        if self.stopped {
            let why = "everything is stopped here; a person must resume";
            return Err(no("stopped", why));
        }
        self.heed_lists(now);
        let dossier = self.gate.standing(&wanted.standing, now)?;
        let (order, rule) = (&dossier.order, ReflexRule::from(wanted.rule.clone()));
        let id = ReflexRuleId {
            standing: order.id(),
            number: wanted.number,
        };
        if self.reflexes.memory.is_barred(id.standing) {
            return Err(no("withdrawn", "the standing order has ended for good"));
        }
        self.gate.fits(order, &rule)?;
        match self.reflexes.memory.taken(id) {
            Some(taken) => self.is_the_same(id, taken, &rule, wanted.ends)?,
            None => {
                self.is_within_counts(id, order, wanted.ends, now)?;
                let request = wanted.request.as_ref();
                let asked = self.gate.asked(order, &rule, request, now)?;
                self.is_asked_anew(asked.as_ref())?;
                let taken = Taken {
                    at: now,
                    ends: wanted.ends,
                    gone: false,
                };
                let kept = self.reflexes.memory.take(id, taken, &dossier, asked);
                kept.map_err(|failure| no("no-memory", &failure.to_string()))?;
            }
        }
        self.reflexes.rules.insert(id, rule);
        Ok(id)
    }

    /// Lets a reflex back in that a device lost: nothing about it may have changed.
    fn is_the_same(
        &self,
        id: ReflexRuleId,
        taken: Taken,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), No> {
        let before = self.reflexes.rules.get(&id);
        if taken.gone {
            return Err(no("lifted", "this activation was taken away for good"));
        }
        if taken.ends != ends || before.is_some_and(|before| before != rule) {
            let why = "this activation began with another rule or another end";
            return Err(no("changed", why));
        }
        Ok(())
    }

    /// Holds a new reflex against its minutes, and against how many there may be.
    fn is_within_counts(
        &self,
        id: ReflexRuleId,
        order: &StandingOrder,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), No> {
        let last = (now + order.lasts).min(order.valid_until);
        if ends <= now || last < ends {
            let why = "it has ended, or lasts longer than the standing order allows";
            return Err(no("minutes", why));
        }
        let (acting, begun) = self.reflexes.memory.counts(id.standing, now);
        if acting >= order.at_once as usize {
            let why = "as many act at once as the standing order allows";
            return Err(no("at-once", why));
        }
        if begun >= order.per_hour as usize {
            let why = "as many began within the hour as the standing order allows";
            return Err(no("per-hour", why));
        }
        Ok(())
    }

    /// Sees that what an operator signed counts once.
    fn is_asked_anew(&self, asked: Option<&(PersonId, Timestamp)>) -> Result<(), No> {
        let Some((person, at)) = asked else {
            return Ok(());
        };
        let last = self.reflexes.memory.asked(person);
        match last.is_some_and(|last| *at <= last) {
            true => Err(no("said-before", "this person's request counted before")),
            false => Ok(()),
        }
    }

    /// Takes a reflex away, and lets it never come back.
    pub(super) fn lift_reflex(&mut self, id: ReflexRuleId) -> Told {
        let lifted = self.take_reflex_away(id);
        let kept = self.reflexes.memory.end(id);
        match (lifted, kept) {
            (Err(why), _) => Told::Failed(why),
            (_, Err(failure)) => Told::Failed(failure.to_string()),
            (Ok(()), Ok(())) => Told::Done,
        }
    }

    /// Takes away what a standing order put there, and lets nothing of it in again.
    pub(super) fn end_standing(&mut self, standing: StandingId, now: Timestamp) -> Told {
        let all = self.reflexes.memory.standing_rules(now);
        let of_it = all.into_iter().filter(|id| id.standing == standing);
        let mut failed = None;
        for id in of_it.collect::<Vec<_>>() {
            failed = self.take_reflex_away(id).err().or(failed);
        }
        let kept = self.reflexes.memory.bar(standing, now);
        let failed = failed.or(kept.err().map(|failure| failure.to_string()));
        failed.map_or(Told::Done, Told::Failed)
    }

    fn take_reflex_away(&mut self, id: ReflexRuleId) -> Result<(), String> {
        self.reflexes.rules.remove(&id);
        self.reflexes.seen.remove(&id);
        let lifted = self.on_reflex_hands(|device| device.lift(id));
        match lifted {
            // Without a device that takes any there is none.
            Err(_) if self.reflex_hands().is_empty() => Ok(()),
            lifted => lifted.map(drop),
        }
    }

    /// Judges what stands again by the lists and grounds of now; tells of how many rules it was too much.
    pub(super) fn judge_reflexes_again(&mut self, now: Timestamp) -> usize {
        let memory = &self.reflexes.memory;
        let unfit = memory.standing().filter(|(id, dossier)| {
            !memory.is_barred(*id) && self.gate.stands(dossier, now).is_err()
        });
        let unfit: Vec<StandingId> = unfit.map(|(id, _)| id).collect();
        let rules = memory.standing_rules(now);
        let meets = |id: &ReflexRuleId| {
            let (dossier, rule) = (memory.dossier(id.standing), self.reflexes.rules.get(id));
            let pair = dossier.zip(rule);
            pair.is_some_and(|(dossier, rule)| self.gate.spares(&dossier.order, rule).is_err())
        };
        let over = |id: &ReflexRuleId| unfit.contains(&id.standing) || meets(id);
        let over: Vec<ReflexRuleId> = rules.into_iter().filter(over).collect();
        for &id in &over {
            self.count("reflex taken away: judged again");
            self.lift_reflex(id);
        }
        for standing in unfit {
            self.end_standing(standing, now);
        }
        over.len()
    }

    /// Forgets what a kill switch took away; none of it comes back.
    pub(super) fn forget_stopped_reflexes(&mut self, now: Timestamp) {
        self.reflexes.rules.clear();
        self.reflexes.seen.clear();
        for id in self.reflexes.memory.standing_rules(now) {
            if let Err(failure) = self.reflexes.memory.end(id) {
                self.trouble("memory", &failure.to_string());
            }
        }
    }

    /// Sums what the devices hold of reflexes, and takes away what may not stand.
    pub(super) fn weigh_reflexes(&mut self, found: &BTreeMap<usize, Found>, now: Timestamp) {
        let mut strangers: BTreeSet<ReflexRuleId> = BTreeSet::new();
        let mut held: BTreeMap<ReflexRuleId, Vec<&FoundReflex>> = BTreeMap::new();
        for (rules, spoilt) in found.values() {
            strangers.extend(spoilt);
            for one in rules {
                match !self.stopped && self.reflexes.is_as_let_in(one, now) {
                    true => held.entry(one.id).or_default().push(one),
                    false => drop(strangers.insert(one.id)),
                }
            }
        }
        for &id in &strangers {
            held.remove(&id);
            self.count("taken away: no reflex for it");
            if let Err(why) = self.on_reflex_hands(|device| device.lift(id)) {
                self.trouble("reflex", &why);
            }
        }
        self.see(&held, found, &strangers, now);
        if let Err(failure) = self.reflexes.memory.forget(now) {
            self.trouble("memory", &failure.to_string());
        }
        let memory = &self.reflexes.memory;
        let stands = |id: &ReflexRuleId| memory.taken(*id).is_some_and(|one| one.may_stand(now));
        self.reflexes.rules.retain(|id, _| stands(id));
    }

    /// Says of a rule that it acts if every device that takes any holds it; while one does not answer, what
    /// was read last stays said.
    fn see(
        &mut self,
        held: &BTreeMap<ReflexRuleId, Vec<&FoundReflex>>,
        found: &BTreeMap<usize, Found>,
        strangers: &BTreeSet<ReflexRuleId>,
        now: Timestamp,
    ) {
        let meant = self.reflex_hands();
        let blind = meant.iter().any(|place| !found.contains_key(place));
        let before = std::mem::take(&mut self.reflexes.seen);
        if blind {
            let stays = |id: &ReflexRuleId| !strangers.contains(id);
            self.reflexes.seen = before.into_iter().filter(|(id, _)| stays(id)).collect();
            return;
        }
        for (id, all) in held {
            self.reflexes.rules.insert(*id, all[0].rule.clone());
            if all.len() == meant.len() && now < all[0].ends {
                self.reflexes.seen.insert(*id, all[0].clone());
            }
        }
    }

    /// Names the devices that take reflexes.
    fn reflex_hands(&mut self) -> Vec<usize> {
        let hands = self.hands.iter_mut().enumerate();
        let take = hands.filter_map(|(place, hand)| hand.device.reflexes().map(|_| place));
        take.collect()
    }

    /// Tells how many rules every device that takes any has room for.
    pub(super) fn reflex_room(&mut self) -> usize {
        let hands = self.hands.iter_mut();
        let rooms = hands.filter_map(|hand| hand.device.reflexes().map(|device| device.room()));
        rooms.min().unwrap_or(0)
    }

    /// Does something at every device that takes reflexes, and gives what each gave.
    fn on_reflex_hands<T>(
        &mut self,
        mut deed: impl FnMut(&mut dyn ReflexDevice) -> Result<T, ReflexError>,
    ) -> Result<Vec<T>, String> {
        let mut done = Vec::new();
        let mut failed = None;
        for place in self.reflex_hands() {
            let Hand { device, .. } = &mut self.hands[place];
            let Some(face) = device.reflexes() else {
                continue;
            };
            match deed(face) {
                Ok(one) => done.push(one),
                Err(error) => failed = Some(error.to_string()),
            }
        }
        if let Some(why) = failed {
            self.trouble("reflex failed", &why);
            return Err(why);
        }
        match done.is_empty() {
            true => Err("no device here takes reflexes; nft does (docs/enforcing.md)".into()),
            false => Ok(done),
        }
    }
}

#[cfg(test)]
#[path = "reflexes_tests.rs"]
pub(super) mod tests;
