//! The cuts that are staged, armed and standing, and the addresses that follow from them.
//!
//! Always: what is staged is nowhere else; an address stands from T of its first order to the end of its last;
//! an order that went is remembered until no bouncer can hold it any more.
//! Not here: what a bouncer knows of it (`Follower`).

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use issei_model::{Action, Goal, OrderId, Span, Timestamp};

use super::SOON;
use super::decision::Decision;
use super::follower::Follower;
use super::means::{self, Means};
use crate::{Cut, Effect, Fences, NotTaken, Seen, Standing};

/// The cuts of now.
#[derive(Clone, Debug)]
pub struct Table {
    fences: Fences,
    means: Vec<Means>,
    cuts: BTreeMap<OrderId, Cut>,
    released: VecDeque<Cut>,
    forgotten: u64,
}

/// Orders that went and are remembered until every bouncer has let go of them.
const MOST_RELEASED: usize = 1_024;

impl Table {
    /// Begins empty, for bouncers that can do this.
    pub fn new(fences: Fences, means: Vec<Means>) -> Self {
        Self {
            fences,
            means,
            cuts: BTreeMap::new(),
            released: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// Keeps a cut for later, inert. One that is armed stays as it is.
    ///
    /// # Errors
    /// If bouncers cannot say it exactly, it meets a fence, there is no room, or it has ended.
    pub fn stage(&mut self, now: Timestamp, cut: &Cut) -> Result<(), NotTaken> {
        let armed = |held: &Cut| held.fires_at.is_some();
        if self.cuts.get(&cut.order).is_some_and(armed) {
            return Ok(());
        }
        self.take(
            now,
            Cut {
                fires_at: None,
                ..cut.clone()
            },
        )
    }

    /// Lets a cut stand from `fires_at` on. One that stands already goes on, to this end.
    ///
    /// # Errors
    /// As of [`Table::stage`], or if it would end before it begins.
    pub fn arm(&mut self, now: Timestamp, cut: &Cut) -> Result<(), NotTaken> {
        let held = self.cuts.get_mut(&cut.order);
        if let Some(held) = held.filter(|held| held.acts_at(now)) {
            if held.goals == cut.goals {
                held.ends = cut.ends;
            }
            return Ok(());
        }
        self.take(now, cut.clone())
    }

    /// Tells whether bouncers have words for such an order at all.
    pub fn says(&self, action: Action, goals: &[Goal]) -> bool {
        means::check_all(action, goals, &self.means).is_ok()
    }

    fn take(&mut self, now: Timestamp, cut: Cut) -> Result<(), NotTaken> {
        self.forget(now);
        let begins = cut.fires_at.map_or(now, |at| at.max(now));
        if cut.ends <= begins {
            return Err(NotTaken::Ended(cut.order));
        }
        means::check(&cut, &self.means).map_err(NotTaken::Refused)?;
        let others = self.cuts.values().filter(|held| held.order != cut.order);
        let others = others.map(|held| held.goals.len()).sum();
        let fences = self.fences.check(&cut, others);
        fences.map_err(NotTaken::Refused)?;
        self.cuts.insert(cut.order, cut);
        Ok(())
    }

    /// Lets an order go.
    pub fn lift(&mut self, now: Timestamp, order: OrderId) {
        let gone = self.cuts.remove(&order);
        if let Some(gone) = gone.filter(|cut| cut.acts_at(now)) {
            if self.released.len() >= MOST_RELEASED {
                self.released.pop_front();
                self.forgotten += 1;
            }
            self.released.push_back(gone);
        }
    }

    /// Lets everything go, and tells of how many orders.
    pub fn lift_all(&mut self, now: Timestamp) -> usize {
        let orders: Vec<OrderId> = self.cuts.keys().copied().collect();
        orders.iter().for_each(|&order| self.lift(now, order));
        orders.len()
    }

    /// Forgets what has ended.
    pub fn forget(&mut self, now: Timestamp) {
        self.cuts.retain(|_, cut| cut.ends > now);
        self.released.retain(|cut| cut.ends > now);
    }

    /// Tells how many orders that went were forgotten because too many others followed.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Lists the addresses that stand, each until the last end of its orders.
    pub fn stands(&self, now: Timestamp) -> BTreeMap<IpAddr, Decision> {
        let mut stands: BTreeMap<IpAddr, Decision> = BTreeMap::new();
        for cut in self.cuts.values().filter(|cut| is_told(cut, now)) {
            for ip in addresses(cut) {
                let (order, ends) = (cut.order, cut.ends);
                let told = stands.entry(ip).or_insert(Decision { ip, order, ends });
                if told.ends < ends {
                    *told = Decision { ip, order, ends };
                }
            }
        }
        stands
    }

    /// Tells when the next order begins or ends to be told.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let changes = self.cuts.values().flat_map(|cut| {
            let last = cut.ends - SOON + Span::from_micros(1);
            [cut.fires_at, Some(last)]
        });
        changes.flatten().filter(|&at| at > now).min()
    }

    /// Walks over all that orders ask for, now or later: an address and its end.
    pub fn asked_for(&self) -> impl Iterator<Item = (IpAddr, Timestamp)> {
        let of = |cut: &Cut| {
            let ends = cut.ends;
            addresses(cut).map(move |ip| (ip, ends)).collect::<Vec<_>>()
        };
        self.cuts.values().flat_map(of)
    }

    /// Tells what stands of every order at these bouncers, and of those that went what one may still hold.
    pub fn seen(&mut self, now: Timestamp, followers: &[&Follower]) -> Vec<Seen> {
        self.forget(now);
        let stands = self.stands(now);
        let standing = self.cuts.values().map(|cut| seen(cut, now, followers));
        let mut all: Vec<Seen> = standing.collect();
        self.released.retain(|cut| {
            let still = still_held(cut, now, &stands, followers);
            let is_held = still.is_some();
            all.extend(still);
            is_held
        });
        all
    }
}

/// Tells whether bouncers are told of a cut.
fn is_told(cut: &Cut, now: Timestamp) -> bool {
    cut.acts_at(now) && cut.ends.since(now) >= SOON
}

/// Walks over the addresses a cut is aimed at.
fn addresses(cut: &Cut) -> impl Iterator<Item = IpAddr> {
    cut.goals.iter().filter_map(Goal::ip)
}

/// Looks at how a cut stands: with those goals that every bouncer holds that carries it.
fn seen(cut: &Cut, now: Timestamp, followers: &[&Follower]) -> Seen {
    let mut whole = Vec::new();
    let mut since = Timestamp::MIN;
    for goal in cut.goals.iter().filter(|_| cut.acts_at(now)) {
        if let Some(latest) = held_since(cut, goal, now, followers) {
            since = since.max(latest);
            whole.push(goal.clone());
        }
    }
    match (cut.fires_at, whole.is_empty()) {
        (_, false) => told(cut, Standing::Active(since), whole),
        (Some(at), true) => told(cut, Standing::Armed(at), cut.goals.clone()),
        (None, true) => told(cut, Standing::Staged, cut.goals.clone()),
    }
}

/// Tells since when the last of those that carry it holds a goal.
fn held_since(
    cut: &Cut,
    goal: &Goal,
    now: Timestamp,
    followers: &[&Follower],
) -> Option<Timestamp> {
    let ip = goal.ip()?;
    let carriers = followers.iter().filter(|one| one.means().carries());
    let since: Option<Vec<Timestamp>> = carriers.map(|one| one.holds(ip, cut.ends, now)).collect();
    since?.into_iter().max()
}

/// Looks whether some bouncer may still hold an order that went, and nobody else wants it to.
fn still_held(
    cut: &Cut,
    now: Timestamp,
    stands: &BTreeMap<IpAddr, Decision>,
    followers: &[&Follower],
) -> Option<Seen> {
    let may = |ip| followers.iter().any(|one| one.may_hold(ip, cut.ends, now));
    let wanted = |ip| stands.get(&ip).is_some_and(|one| one.ends == cut.ends);
    let is_held = |goal: &&Goal| goal.ip().is_some_and(|ip| may(ip) && !wanted(ip));
    let goals: Vec<Goal> = cut.goals.iter().filter(is_held).cloned().collect();
    let since = cut.fires_at.unwrap_or(Timestamp::MIN);
    (!goals.is_empty()).then(|| told(cut, Standing::Active(since), goals))
}

fn told(cut: &Cut, standing: Standing, goals: Vec<Goal>) -> Seen {
    Seen {
        order: cut.order,
        standing,
        ends: Some(cut.ends),
        goals,
        met: None,
        effect: Effect::default(),
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
