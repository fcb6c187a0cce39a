//! The member's own list at work: what meets it is not armed, and is lifted as soon as it does.
//!
//! In: the list, looked at every second and before each order is judged or armed. Out: orders and reflexes
//! that end here. Always: the newest list counts. Not here: how a list grows (`own_list`).

use issei_model::OrderId;
use issei_order::member::{Input, Phase};

use super::Office;
use crate::code::Failure;
use crate::office::control::{Ask, Reply};
use crate::office::merging::{self, guarded};

impl Office {
    /// Looks at the own list, and judges everything that lives again if it changed.
    pub(super) async fn heed_lists(&mut self) -> Result<(), Failure> {
        self.look_at_lists();
        if self.judged_by != self.lists.version() {
            self.judged_by = self.lists.version();
            self.lift_safeguarded().await?;
            self.judge_reflexes_again().await?;
        }
        Ok(())
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
            self.count("list not as before", &why);
        }
    }

    /// Answers a person about the own list; a list that is taken counts when the answer is given.
    pub(super) async fn asked_about_lists(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        self.heed_lists().await?;
        let held = self.machine.durable().orders.iter();
        let living = held.filter(|(_, held)| !matches!(held.phase, Phase::Ended | Phase::Refused));
        let living = living.map(|(id, held)| (*id, &held.dossier.order));
        let reply = match ask {
            Ask::WeighList(list) => merging::weigh(&self.folder, list, living),
            Ask::TakeList { list, seen } => merging::take(&self.folder, list, *seen, living),
            Ask::Guarded(goal) => guarded(&self.rules.safeguards, goal),
            Ask::LetGo(said) => merging::let_go(&self.folder, &self.lists, *said),
            _ => merging::view(&self.lists),
        };
        self.heed_lists().await?;
        Ok(reply)
    }

    /// Tells whether nothing of an order is safeguarded at this very moment.
    pub(super) fn is_safe(&mut self, order: OrderId) -> bool {
        self.look_at_lists();
        let held = self.machine.durable().orders.get(&order);
        held.is_none_or(|held| self.rules.safeguards.judge(&held.dossier.order).is_ok())
    }

    /// Takes this member out of living orders that meet the own lists, and says of how many.
    pub(super) async fn lift_safeguarded(&mut self) -> Result<usize, Failure> {
        let alive = self.machine.durable().orders.iter();
        let alive = alive.filter(|(_, held)| !matches!(held.phase, Phase::Ended | Phase::Refused));
        let hit: Vec<OrderId> = alive
            .filter(|(_, held)| self.rules.safeguards.judge(&held.dossier.order).is_err())
            .map(|(id, _)| *id)
            .collect();
        for &order in &hit {
            self.feed(Input::Safeguarded { order }).await?;
        }
        Ok(hit.len())
    }
}
