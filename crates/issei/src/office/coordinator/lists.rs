//! The coordinator's own list at work: what meets it is withdrawn everywhere, wherever it is on its way.
//!
//! In: the list, looked at with every call and at least every second. Out: withdrawals. Always: the newest
//! list counts, also for what waits in the log. Not here: how a list grows (`own_list`).

use issei_host::clock;
use issei_model::{Ending, Order, OrderId};
use issei_order::coordinator::{Input, Phase};

use super::Office;
use crate::office::control::{Ask, Reply, Stands};
use crate::office::merging::{self, guarded};

impl Office {
    /// Looks at the own list; if it changed, what lives or is on its way and meets it is withdrawn.
    pub(super) fn heed_lists(&mut self) {
        self.look_at_lists();
        if self.judged_by != Some(self.lists.version()) {
            self.withdraw_all_safeguarded();
        }
    }

    /// Looks whether the own list changed, and goes by it from now on.
    pub(super) fn look_at_lists(&mut self) {
        let (before, alarm) = (self.lists.version(), self.lists.alarm());
        self.lists.look();
        if self.lists.version() != before {
            self.rules.safeguards = self.lists.safeguards().clone();
        }
        if let Some(why) = self.lists.alarm()
            && alarm.as_ref() != Some(&why)
        {
            self.count("list not as before");
            self.diary.note(&format!("coordinator: {why}"));
        }
    }

    /// Answers a person about the own list; a list that is taken counts when the answer is given.
    pub(super) fn asked_about_lists(&mut self, ask: &Ask) -> Reply {
        self.heed_lists();
        let orders = self.orders();
        let living = orders.iter().filter(|view| view.stands != Stands::Ended);
        let living = living.map(|view| (view.id, &view.order));
        let reply = match ask {
            Ask::WeighList(list) => merging::weigh(&self.folder, list, living),
            Ask::TakeList { list, seen } => merging::take(&self.folder, list, *seen, living),
            Ask::Guarded(goal) => guarded(&self.rules.safeguards, goal),
            Ask::LetGo(said) => merging::let_go(&self.folder, &self.lists, *said),
            _ => merging::view(&self.lists),
        };
        self.heed_lists();
        reply
    }

    /// Tells whether nothing of an order is safeguarded at this very moment.
    pub(super) fn is_safe(&mut self, order: OrderId) -> bool {
        self.look_at_lists();
        let progress = self.machine.progress(order);
        progress.is_none_or(|one| self.rules.safeguards.judge(&one.order).is_ok())
    }

    pub(super) fn withdraw_safeguarded(&mut self, order: OrderId) {
        self.count("withdrawn: safeguarded");
        let reason = Ending::Safeguarded;
        self.tell(Input::Withdraw { order, reason });
    }

    /// Withdraws everywhere what lives and meets the lists, and what is on its way through the log; says
    /// of how many.
    pub(super) fn withdraw_all_safeguarded(&mut self) -> usize {
        self.judged_by = Some(self.lists.version());
        let hit = |order: &Order| self.rules.safeguards.judge(order).is_err();
        let all = self.machine.all();
        let alive = all.filter(|(_, progress)| progress.phase != Phase::Ended);
        let alive = alive.filter(|(_, progress)| hit(&progress.order));
        let alive: Vec<OrderId> = alive.map(|(id, _)| *id).collect();
        let on_way = self.coming(clock::now());
        let on_way = on_way.filter(|(_, dossier)| hit(&dossier.order));
        let on_way: Vec<OrderId> = on_way.map(|(id, _)| id).collect();
        for &order in &alive {
            self.withdraw_safeguarded(order);
        }
        let mut overtaken = 0;
        for order in on_way {
            if self.overtaken.insert(order) {
                overtaken += 1;
                self.count("withdrawn: safeguarded");
                let _ = self.withdraw(order, Ending::Safeguarded);
            }
        }
        alive.len() + overtaken
    }
}
