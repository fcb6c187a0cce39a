//! What own lines and the goals of orders say to each other, second by second.
//!
//! In: exchanges as a collector sees them; at the coordinator, a member's sums. Out: packets each way by second,
//! and for each line the moments at which it was answered. Always: bounded in goals, seconds, lines and moments;
//! what finds no room is counted; a line is a number that means nothing outside the collector that drew it, and
//! leaves the member in no form; a goal that fewer lines contacted than an answer would tell is not summed for
//! others either. Not here: who looks at packets (`issei`), pictures (the window).
//! Limits: goals by address; a flow record tells no name. Lost with the process: what ended long ago stands in
//! the log.

use std::collections::{BTreeMap, BTreeSet};

use issei_model::{Goal, OrderId, OrganisationId, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Goals watched at once.
pub const MOST_GOALS: usize = 64;
/// How long a second is remembered.
const KEPT: Span = Span::from_secs(7_200);
/// Lines of a goal whose moments are remembered.
const MOST_LINES: usize = 2_000;
/// Moments of a goal.
const MOST_MOMENTS: usize = 50_000;
/// How far ahead of the own clock an exchange may lie.
const AHEAD: Span = Span::from_secs(5);
/// How long a second is left open for records that come late, before others are told of it.
const SETTLES: Span = Span::from_secs(2);
/// Seconds in what others are told at once.
pub const MOST_TOLD: usize = 1_000;

/// A line and a goal, as one flow record shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// With whom.
    pub goal: Goal,
    /// The line, by a number that the collector drew.
    pub line: u64,
    /// When.
    pub at: Timestamp,
    /// Packets of the line.
    pub asked: u64,
    /// Packets that came back.
    pub answered: u64,
}

/// Packets within a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Second {
    /// Its begin.
    pub at: Timestamp,
    /// Packets of lines.
    pub asked: u64,
    /// Packets that came back.
    pub answered: u64,
}

/// What a member tells the coordinator of one goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// With whom.
    pub goal: Goal,
    /// Seconds that are over; one that comes again replaces what was told of it.
    pub seconds: Vec<Second>,
}

/// What passes between lines and the goals of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficView {
    /// Which.
    pub order: OrderId,
    /// By member; at a member, itself.
    pub members: Vec<MemberTraffic>,
    /// Exchanges that found no room or came too late.
    pub lost: u64,
}

/// What passes at one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberTraffic {
    /// Who.
    pub member: OrganisationId,
    /// Its seconds, the oldest first; one in which nothing passed is left out.
    pub seconds: Vec<Second>,
    /// For each line, unnamed, when it was answered. Only at the member.
    pub lines: Vec<Vec<Timestamp>>,
}

/// What is remembered of watched goals.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    goals: BTreeMap<Goal, Watched>,
    /// Exchanges that found no room, came too late, or were about nothing that is watched.
    pub lost: u64,
}

#[derive(Clone, Debug, Default)]
struct Watched {
    seconds: BTreeMap<Timestamp, Sum>,
    lines: BTreeMap<u64, Vec<Timestamp>>,
    moments: usize,
    /// Seconds that changed since others were told of them.
    news: BTreeSet<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    asked: u64,
    answered: u64,
}

impl Watch {
    /// Watches these goals, as many as there is room for, and forgets others.
    pub fn only(&mut self, goals: BTreeSet<Goal>) {
        self.goals.retain(|goal, _| goals.contains(goal));
        for goal in goals {
            if self.goals.len() < MOST_GOALS {
                self.goals.entry(goal).or_default();
            }
        }
    }

    /// Tells what is watched.
    pub fn goals(&self) -> impl Iterator<Item = &Goal> {
        self.goals.keys()
    }

    /// Takes an exchange in.
    pub fn note(&mut self, exchange: &Exchange, now: Timestamp) {
        let fits = now - KEPT < exchange.at && exchange.at < now + AHEAD;
        let watched = self.goals.get_mut(&exchange.goal).filter(|_| fits);
        let is_noted = watched.is_some_and(|watched| watched.note(exchange));
        self.lost += u64::from(!is_noted);
    }

    /// Takes what a member told.
    pub fn hear(&mut self, told: &Told, now: Timestamp) {
        let Some(watched) = self.goals.get_mut(&told.goal) else {
            self.lost += told.seconds.len() as u64;
            return;
        };
        for one in &told.seconds {
            if now - KEPT < one.at && one.at < now + AHEAD {
                let Second {
                    asked, answered, ..
                } = *one;
                let at = one.at.floor(SECOND);
                watched.seconds.insert(at, Sum { asked, answered });
            } else {
                self.lost += 1;
            }
        }
    }

    /// Forgets what is long ago.
    pub fn forget(&mut self, now: Timestamp) {
        let from = now - KEPT;
        for watched in self.goals.values_mut() {
            watched.seconds = watched.seconds.split_off(&from);
            watched.news = watched.news.split_off(&from);
            watched.lines.retain(|_, moments| {
                moments.retain(|at| *at >= from);
                !moments.is_empty()
            });
            watched.moments = watched.lines.values().map(Vec::len).sum();
        }
    }

    /// Gives what others may be told of these goals and were not yet: of each at least `least` lines were seen.
    pub fn news(&mut self, goals: &BTreeSet<Goal>, least: u64, now: Timestamp) -> Vec<Told> {
        let over = now - SETTLES;
        let mut room = MOST_TOLD;
        let mut all = Vec::new();
        for (goal, watched) in &mut self.goals {
            if !goals.contains(goal) || (watched.lines.len() as u64) < least {
                continue;
            }
            let due: Vec<Timestamp> = watched.news.range(..over).copied().take(room).collect();
            room -= due.len();
            let second = |at: &Timestamp| Some(watched.seconds.get(at)?.at(*at));
            let seconds: Vec<Second> = due.iter().filter_map(second).collect();
            watched.news.retain(|at| !due.contains(at));
            if !seconds.is_empty() {
                let goal = goal.clone();
                all.push(Told { goal, seconds });
            }
        }
        all
    }

    /// Takes back what was given as news and did not leave.
    pub fn untold(&mut self, all: &[Told]) {
        for told in all {
            if let Some(watched) = self.goals.get_mut(&told.goal) {
                watched.news.extend(told.seconds.iter().map(|one| one.at));
            }
        }
    }

    /// Tells what passed between a member's lines and these goals; nothing if nothing did.
    pub fn of(&self, member: &OrganisationId, goals: &BTreeSet<Goal>) -> Option<MemberTraffic> {
        let mut seconds: BTreeMap<Timestamp, Sum> = BTreeMap::new();
        let mut lines: BTreeMap<u64, Vec<Timestamp>> = BTreeMap::new();
        for goal in goals {
            let Some(watched) = self.goals.get(goal) else {
                continue;
            };
            for (at, sum) in &watched.seconds {
                seconds.entry(*at).or_default().add(*sum);
            }
            for (line, moments) in &watched.lines {
                lines.entry(*line).or_default().extend(moments);
            }
        }
        let seconds: Vec<Second> = seconds.iter().map(|(at, sum)| sum.at(*at)).collect();
        (!seconds.is_empty()).then(|| MemberTraffic {
            member: member.clone(),
            seconds,
            lines: lines.into_values().collect(),
        })
    }
}

/// What is counted together.
const SECOND: Span = Span::from_secs(1);

impl Watched {
    /// Takes an exchange in; tells whether there was room for all of it.
    fn note(&mut self, exchange: &Exchange) -> bool {
        let &Exchange {
            line,
            at,
            asked,
            answered,
            ..
        } = exchange;
        let second = at.floor(SECOND);
        let sum = self.seconds.entry(second).or_default();
        sum.add(Sum { asked, answered });
        self.news.insert(second);
        let known = self.lines.contains_key(&line);
        if !known && self.lines.len() >= MOST_LINES {
            return false;
        }
        let moments = self.lines.entry(line).or_default();
        match (answered > 0, self.moments < MOST_MOMENTS) {
            (false, _) => true,
            (true, false) => false,
            (true, true) => {
                moments.push(at);
                self.moments += 1;
                true
            }
        }
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.asked = self.asked.saturating_add(other.asked);
        self.answered = self.answered.saturating_add(other.answered);
    }

    const fn at(self, at: Timestamp) -> Second {
        let Self { asked, answered } = self;
        Second {
            at,
            asked,
            answered,
        }
    }
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
