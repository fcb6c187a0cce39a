//! How a person lets an order go on that must be confirmed: what is handed in, what becomes of it, why not.
//!
//! In: a signature over an order's confirmation, from here or from the person's own member. Out: a decision for
//! the log, or a no with its rule and the next step. Always: the signature is checked here before it is written,
//! and again by every member and enforcer that reads it. Not here: when it comes in time (`issei-order`), what is
//! signed (`issei-case`).

use issei_desk::{Confirming, Stands};
use issei_host::clock;
use issei_host::exchange::Answer;
use issei_model::{Approval, Decision, Language, OrderId, OrganisationId};
use issei_order::coordinator::{Input, Progress, Unconfirmable};
use issei_text::{Phrase, Text, key, said};

use super::desk::refused;
use super::{Office, found, json};
use crate::office::control::{Reply, Said};
use crate::office::entry::Entry;

impl Office {
    /// Takes a confirmation that a member carries here for one of its people.
    pub(super) fn confirmation(
        &mut self,
        from: &OrganisationId,
        order: OrderId,
        body: &[u8],
    ) -> Answer {
        match self.own_approval(from, body) {
            Ok(approval) => found(json(&self.confirm(order, approval)).to_vec()),
            Err(answer) => answer,
        }
    }

    /// Lets an order go on, if this is the signature of somebody who may say so, in time.
    pub(super) fn confirm(&mut self, order: OrderId, approval: Approval) -> Reply {
        let now = clock::now();
        if self.is_confirming(order) {
            return Reply::Done(Phrase::say("says-confirmed-already"));
        }
        match self.machine.confirmable(now, order) {
            Ok(()) => {}
            // Whoever asks twice is told that it is done.
            Err(Unconfirmable::Confirmed) => {
                return Reply::Done(Phrase::say("says-confirmed-already"));
            }
            Err(why) => return self.not_confirmable(order, why),
        }
        let Some(progress) = self.machine.progress(order) else {
            return self.not_confirmable(order, Unconfirmable::Gone);
        };
        let checked = self
            .roster
            .check_confirmation(&progress.order, &approval, now);
        if let Err(no) = checked {
            self.count(&format!("confirmation refused: {}", no.rule));
            return refused(&no);
        }
        let person = approval.person.clone();
        let by = Box::new(approval);
        self.tell(Input::Confirm { order, by });
        Reply::Done(Phrase::of(|text| said!(text, "says-confirmed", person)))
    }

    /// Tells whether a confirmation is written and does not count yet, as after a restart.
    fn is_confirming(&self, order: OrderId) -> bool {
        let wanted = |entry: &Entry| match entry {
            Entry::Order(Decision::Confirmed { order: one, .. }) => *one == order,
            _ => false,
        };
        self.notary.waiting().any(wanted)
    }

    fn not_confirmable(&self, order: OrderId, why: Unconfirmable) -> Reply {
        let stands = self.view(order).map(|view| view.stands);
        match (why, stands) {
            (Unconfirmable::Gone, None) => {
                Reply::Wrong(Phrase::of(|text| said!(text, "says-not-alive", order)))
            }
            (Unconfirmable::Gone, Some(Stands::Draft | Stands::Held | Stands::Preparing)) => {
                said(Unconfirmable::NotFired)
            }
            _ => said(why),
        }
    }

    /// Remembers who confirmed an order, once the log has it and the machine goes by it.
    pub(super) fn note_confirmation(&mut self, decision: &Decision) {
        let Decision::Confirmed { order, by } = decision else {
            return;
        };
        let progress = self.machine.progress(*order);
        if progress.is_some_and(Progress::is_confirmed) {
            let by = by.as_ref().clone();
            self.confirmed.entry(*order).or_insert(by);
        }
    }

    /// Tells whether a person must confirm an order, and did.
    pub(super) fn confirming(&self, order: OrderId, progress: &Progress) -> Confirming {
        let first_at = progress.first_at();
        Confirming {
            by: first_at.and_then(|first_at| progress.order.confirm_by(first_at)),
            approval: self.confirmed.get(&order).cloned().map(Box::new),
        }
    }
}

/// Says why an order cannot be confirmed, with the next step.
fn said(why: Unconfirmable) -> Reply {
    let (rule, key) = match why {
        Unconfirmable::Gone => ("confirm-ended", key!("refused-confirm-ended")),
        Unconfirmable::NeedsNone => ("confirm-needless", key!("refused-confirm-needless")),
        Unconfirmable::NotFired => ("confirm-early", key!("refused-confirm-early")),
        Unconfirmable::Confirmed => ("confirm-known", key!("refused-confirm-known")),
        Unconfirmable::TooLate => ("confirm-late", key!("refused-confirm-late")),
    };
    refused_as(rule, |tongue| tongue.say(key))
}

/// Says no by a rule of the office's own, in both languages.
pub(super) fn refused_as(rule: &str, say: impl Fn(Text) -> String) -> Reply {
    Reply::Refused(Box::new(Said {
        rule: rule.into(),
        en: say(Text(Language::English)),
        ja: say(Text(Language::Japanese)),
        alarm: false,
    }))
}

#[cfg(test)]
#[path = "confirm_tests.rs"]
mod tests;
