//! What own lines and the goals of orders say to each other: taken from collectors, shown here, summed for others.
//!
//! In: exchanges that a collector on this machine saw. Out: what people at this member see, by unnamed line; sums
//! by second for the coordinator, of goals that an order is about. Always: nothing waits for it, and what the post
//! has no room for is told with the next; a goal that fewer lines contacted than an answer would tell is told to
//! nobody. Not here: bounds and sums (`issei_desk::traffic`), who sees packets (`collect`).

use std::collections::{BTreeSet, VecDeque};

use issei_case::Count;
use issei_desk::sensors::SensorsView;
use issei_desk::traffic::{Exchange, MOST_GOALS, Told, TrafficView, Watch};
use issei_host::clock;
use issei_model::{Goal, OrderId};
use issei_text::{Phrase, said};

use super::Office;
use crate::office::control::Reply;

/// Exchanges that a collector shows at once.
pub const TOGETHER: usize = 4_096;

/// What is watched here.
#[derive(Default)]
pub struct Desk {
    watch: Watch,
    /// Who sends records to the collector beside this office.
    pub sensors: SensorsView,
    /// Goals that findings of this member accuse or the coordinator asks about: watched before an order comes.
    expected: VecDeque<Goal>,
}

impl Desk {
    /// Remembers about whom an order may come; the oldest make room.
    pub fn expect(&mut self, goals: &[Goal]) {
        for goal in goals {
            if !self.expected.contains(goal) {
                self.expected.push_back(goal.clone());
            }
            if self.expected.len() > MOST_GOALS / 2 {
                self.expected.pop_front();
            }
        }
    }
}

impl Office {
    /// Looks whose exchanges are to be watched, and tells the coordinator what is new.
    pub(super) fn look_at_traffic(&mut self) {
        let now = clock::now();
        let held = self.machine.durable().orders.values();
        let ordered: BTreeSet<Goal> = held
            .flat_map(|held| held.dossier.order.goals.iter().cloned())
            .collect();
        let desk = &mut self.traffic;
        let mut all = ordered.clone();
        all.extend(desk.expected.iter().cloned());
        desk.watch.only(all);
        desk.watch.forget(now);
        let news: Vec<Told> = desk.watch.news(&ordered, Count::DEFAULT_K, now);
        if !news.is_empty() && !self.post.traffic(&news) {
            desk.watch.untold(&news);
        }
    }

    /// Tells whose exchanges are watched.
    pub(super) fn watched_goals(&mut self) -> Reply {
        self.look_at_traffic();
        Reply::Goals(self.traffic.watch.goals().cloned().collect())
    }

    /// Takes what a collector saw.
    pub(super) fn exchanges(&mut self, seen: &[Exchange]) -> Reply {
        let now = clock::now();
        for one in seen.iter().take(TOGETHER) {
            self.traffic.watch.note(one, now);
        }
        match seen.len() <= TOGETHER {
            true => Reply::Done(Phrase::say("says-noted")),
            false => Reply::Wrong(Phrase::of(|text| {
                said!(text, "says-many-exchanges", most = TOGETHER)
            })),
        }
    }

    /// Shows what passes between own lines and an order's goals.
    pub(super) fn traffic_of(&self, order: OrderId) -> Reply {
        let Some(held) = self.machine.durable().orders.get(&order) else {
            return super::not_held(order);
        };
        let goals = held.dossier.order.goals.iter().cloned().collect();
        let watch = &self.traffic.watch;
        Reply::Traffic(Box::new(TrafficView {
            order,
            members: watch.of(&self.me, &goals).into_iter().collect(),
            lost: watch.lost,
        }))
    }
}
