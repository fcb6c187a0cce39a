//! Turns the cuts that are staged and armed, and the clock, into what one peer should be told now.
//!
//! In: cuts, moments, what was told, the end of the session. Out: a [`Plan`] of routes that go and come.
//! Always: what two cuts ask for stays until both have let go of it; applying a plan twice changes
//! nothing, and its undo leads back; a cut ends by the clock on the wall or by a clock that nobody sets,
//! whichever is first; when the session is gone, nothing is told any more.
//! Not here: messages and sessions (`session`), whether a cut may be (`issei-case`).

use std::collections::{BTreeMap, BTreeSet};

use issei_model::{OrderId, Span, Timestamp};
use issei_wire::bgp::{Families, Route};

use super::Means;
use crate::{Cut, Effect, Fences, Refusal, Seen, Standing};

/// What one peer should know, and what he was told.
#[derive(Clone, Debug)]
pub struct Book {
    means: Means,
    fences: Fences,
    /// Families that the session carries.
    spoken: Families,
    cuts: BTreeMap<OrderId, Held>,
    /// A route of our own that serves to measure the peer.
    sounded: Option<Route>,
    told: BTreeSet<Route>,
}

/// A cut that was taken in.
#[derive(Clone, Debug)]
struct Held {
    cut: Cut,
    routes: Vec<Route>,
    /// The latest end, by the clock that nobody sets.
    ends: Timestamp,
    /// When the peer should act on its routes: the moment they were told, and his lead.
    told_at: Option<Timestamp>,
}

/// The same moment on two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// On the wall.
    pub wall: Timestamp,
    /// On a clock that nobody sets, from any beginning.
    pub steady: Timestamp,
}

/// Steps that bring what was told to what should be: first what goes, then what comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Routes that go.
    pub go: Vec<Route>,
    /// Routes that come.
    pub come: Vec<Route>,
}

impl Plan {
    /// Finds the fewest steps from one set to another.
    pub fn between(from: &BTreeSet<Route>, to: &BTreeSet<Route>) -> Self {
        Self {
            go: from.difference(to).cloned().collect(),
            come: to.difference(from).cloned().collect(),
        }
    }

    /// Turns it around.
    #[must_use]
    pub fn undo(self) -> Self {
        let Self { go, come } = self;
        Self { go: come, come: go }
    }

    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.go.is_empty() && self.come.is_empty()
    }

    /// Does to a set what a peer does.
    pub fn apply(&self, to: &mut BTreeSet<Route>) {
        for gone in &self.go {
            to.remove(gone);
        }
        to.extend(self.come.iter().cloned());
    }
}

impl Book {
    /// Begins with nothing.
    pub fn new(means: Means, fences: Fences) -> Self {
        let (cuts, told) = (BTreeMap::new(), BTreeSet::new());
        Self {
            means,
            fences,
            spoken: Families::ALL,
            cuts,
            sounded: None,
            told,
        }
    }

    /// Shows a route of our own to the peer, or hides it.
    pub fn sound(&mut self, route: Option<Route>) {
        self.sounded = route;
    }

    /// Tells whether no cut acts or will before a moment, so that there is quiet to measure in.
    pub fn is_quiet_until(&self, then: Clocks) -> bool {
        !self.cuts.values().any(|held| held.acts(then)) && self.told.is_empty()
    }

    /// Tells how the peer is told.
    pub const fn means(&self) -> &Means {
        &self.means
    }

    /// Takes a cut in, inert. One that is armed stays as it is.
    ///
    /// # Errors
    /// If it cannot be said exactly, meets a fence, or there is no room.
    pub fn stage(&mut self, cut: &Cut, families: Families, now: Clocks) -> Result<(), Refusal> {
        let armed = |held: &Held| held.cut.fires_at.is_some();
        if self.cuts.get(&cut.order).is_some_and(armed) {
            return Ok(());
        }
        let staged = Cut {
            fires_at: None,
            ..cut.clone()
        };
        self.take(staged, families, now)
    }

    /// Takes a cut in that acts from its time on, staged before or not.
    ///
    /// # Errors
    /// If it cannot be said exactly, meets a fence, or there is no room.
    pub fn arm(&mut self, cut: &Cut, families: Families, now: Clocks) -> Result<(), Refusal> {
        self.take(cut.clone(), families, now)
    }

    fn take(&mut self, cut: Cut, families: Families, now: Clocks) -> Result<(), Refusal> {
        let before = self.cuts.get(&cut.order);
        if before.is_some_and(|held| held.cut == cut) {
            return Ok(());
        }
        let told_at = before.and_then(|held| held.told_at);
        let others = self
            .cuts
            .values()
            .filter(|held| held.cut.order != cut.order);
        let (goals, wanted) = others.fold((0, 0), |(goals, routes), held| {
            (goals + held.cut.goals.len(), routes + held.routes.len())
        });
        self.fences.check(&cut, goals)?;
        let routes = self.means.routes(&cut, families)?;
        let (wanted, room) = (wanted + routes.len(), self.fences.most_rules);
        if wanted > room {
            return Err(Refusal::NoRoom { wanted, room });
        }
        let held = Held {
            ends: now.steady + cut.ends.since(now.wall),
            cut,
            routes,
            told_at,
        };
        self.cuts.insert(held.cut.order, held);
        Ok(())
    }

    /// Lets go of a cut. Tells whether it was there.
    pub fn lift(&mut self, order: OrderId) -> bool {
        self.cuts.remove(&order).is_some()
    }

    /// Lets go of all cuts, and tells how many there were.
    pub fn lift_all(&mut self) -> usize {
        std::mem::take(&mut self.cuts).len()
    }

    /// Lets go of cuts that have ended.
    pub fn forget_ended(&mut self, now: Clocks) {
        self.cuts.retain(|_, held| !held.has_ended(now));
    }

    /// Plans what the peer must be told so that the right cuts act a little later than now: as much
    /// later as it takes him.
    pub fn plan(&self, now: Clocks, lead: Span) -> Plan {
        let then = now.later(lead);
        let acting = self.cuts.values().filter(|held| held.acts(then));
        let wanted = acting.flat_map(|held| &held.routes).chain(&self.sounded);
        let wanted = wanted.filter(|route| self.spoken.has(route.family()));
        let wanted = wanted.cloned().collect();
        Plan::between(&self.told, &wanted)
    }

    /// Takes note that a plan was told.
    pub fn told(&mut self, plan: &Plan, now: Clocks, lead: Span) {
        plan.apply(&mut self.told);
        let then = now.later(lead);
        for held in self.cuts.values_mut() {
            held.told_at = match held.acts(then) {
                true => held.told_at.or(Some(then.wall)),
                false => None,
            };
        }
    }

    /// Takes note that there is a session, which carries these families; the peer has none of our routes.
    pub fn session_up(&mut self, families: Families) {
        self.session_gone();
        self.spoken = families;
    }

    /// Takes note that the session is gone, and with it all routes.
    pub fn session_gone(&mut self) {
        self.told.clear();
        for held in self.cuts.values_mut() {
            held.told_at = None;
        }
    }

    /// Shows the routes that were told and not taken back.
    pub const fn standing(&self) -> &BTreeSet<Route> {
        &self.told
    }

    /// Lists the orders of which routes were told and not taken back.
    pub fn told_orders(&self) -> impl Iterator<Item = OrderId> {
        let told = self.cuts.values().filter(|held| held.told_at.is_some());
        told.map(|held| held.cut.order)
    }

    /// Tells on the wall when the next plan will be due, if the clocks go on as they do.
    pub fn next_change(&self, now: Clocks, lead: Span) -> Option<Timestamp> {
        let then = now.later(lead);
        let changes = self.cuts.values().flat_map(|held| {
            let fires = held.cut.fires_at.filter(|&at| at > then.wall);
            let left = held.ends.since(then.steady);
            let ends = held.cut.ends.min(then.wall + left);
            fires.into_iter().chain([ends])
        });
        let next = changes.filter(|&at| at > then.wall).min();
        next.map(|at| at - lead)
    }

    /// Tells what stands of every cut, when the peer was seen to hold these routes. A cut of which he
    /// lacks a route is told with the goals that are whole; one of which he holds nothing, though it was
    /// told, is not told at all.
    pub fn seen(&self, held_there: &BTreeSet<Route>, families: Families) -> Vec<Seen> {
        let see = |held: &Held| held.seen(held_there, &self.means, families);
        self.cuts.values().filter_map(see).collect()
    }
}

impl Held {
    fn has_ended(&self, now: Clocks) -> bool {
        self.cut.ends <= now.wall || self.ends <= now.steady
    }

    fn acts(&self, now: Clocks) -> bool {
        self.cut.acts_at(now.wall) && !self.has_ended(now)
    }

    fn seen(&self, there: &BTreeSet<Route>, means: &Means, families: Families) -> Option<Seen> {
        let is_whole = |goal: &&issei_model::Goal| {
            let Cut {
                order,
                action,
                ends,
                fires_at,
                ..
            } = self.cut;
            let goals = vec![(*goal).clone()];
            let one = Cut {
                order,
                goals,
                action,
                ends,
                fires_at,
            };
            let routes = means.routes(&one, families).unwrap_or_default();
            !routes.is_empty() && routes.iter().all(|route| there.contains(route))
        };
        let (standing, goals) = match (self.cut.fires_at, self.told_at) {
            (_, Some(at)) => {
                let whole = self.cut.goals.iter().filter(is_whole).cloned();
                (Standing::Active(at), whole.collect())
            }
            (Some(at), None) => (Standing::Armed(at), self.cut.goals.clone()),
            (None, None) => (Standing::Staged, self.cut.goals.clone()),
        };
        if goals.is_empty() {
            return None;
        }
        Some(Seen {
            order: self.cut.order,
            standing,
            ends: Some(self.cut.ends),
            goals,
            met: None,
            effect: Effect::default(),
        })
    }
}

impl Clocks {
    fn later(self, span: Span) -> Self {
        Self {
            wall: self.wall + span,
            steady: self.steady + span,
        }
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
