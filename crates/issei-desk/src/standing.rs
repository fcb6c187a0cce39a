//! What a standing order does and where it stands, in few words; for whom it waits.
//!
//! In: a standing order as an office tells it. Out: words in a reader's language, and what can be worked out without
//! asking again. Always: no line's address is said. Not here: the text that is signed (`issei_case::standing_text`),
//! whether a signature holds (`issei-case`), how anything is laid out.

use std::collections::BTreeSet;

use issei_model::{PersonId, Reflex, Span, StandingOrder, Timestamp};
use issei_text::{Text, key, said};

use crate::{StandingView, StandsOn};

/// So long before a standing order's end people are told that it ends: what goes on needs two people who sign anew.
pub const SOON: Span = Span::from_secs(86_400);

impl StandingView {
    /// Tells whether this person's signature may bring the draft further: who proposed it or has signed it cannot; once
    /// somebody else has signed, it takes the member's own people, of whom one must, and those who confirm its facts.
    pub fn waits_for(&self, person: &PersonId) -> bool {
        let answers = |one: &PersonId| *one.organisation() == self.order.member;
        let mut signed = self.approvals.iter().map(|one| &one.person);
        let open = self.stands == StandsOn::Draft && self.now < self.order.valid_until;
        let may = *person != self.order.proposer && signed.clone().all(|one| one != person);
        let first = self.approvals.is_empty() || signed.any(answers);
        open && may && (first || answers(person) || self.confirmers().contains(person))
    }

    /// Names who confirms its facts, and so must sign it.
    pub fn confirmers(&self) -> BTreeSet<&PersonId> {
        let facts = self.order.facts.values();
        facts
            .filter_map(|fact| fact.confirmed_by.as_ref())
            .collect()
    }

    /// Tells when it ends, if that is soon and it has left and not ended.
    pub fn ends_soon(&self) -> Option<Timestamp> {
        let lives = match self.stands {
            StandsOn::Leaving | StandsOn::Logged | StandsOn::Judging | StandsOn::Ready => true,
            StandsOn::Draft | StandsOn::Refused | StandsOn::Ended => false,
        };
        let end = self.order.valid_until;
        (lives && self.now < end && end.since(self.now) <= SOON).then_some(end)
    }
}

/// Names where a standing order stands.
pub fn stands(stands: StandsOn, text: Text) -> String {
    text.say(match stands {
        StandsOn::Draft => key!("reflex-draft"),
        StandsOn::Leaving => key!("reflex-leaving"),
        StandsOn::Logged => key!("reflex-logged"),
        StandsOn::Judging => key!("reflex-judging"),
        StandsOn::Ready => key!("reflex-ready"),
        StandsOn::Refused => key!("reflex-refused"),
        StandsOn::Ended => key!("reflex-ended"),
    })
}

/// Says what a standing order does, and where.
pub fn deed(order: &StandingOrder, text: Text) -> String {
    let what = match &order.reflex {
        Reflex::LimitFlood(packets) => said!(text, "reflex-limit", packets),
        Reflex::DropOnRequest(operator) => said!(text, "reflex-on-request", operator),
        Reflex::DropForged => text.say("reflex-forged"),
    };
    match order.scope.as_slice() {
        [only] => said!(text, "reflex-in", what, scope = only),
        scope => said!(text, "reflex-in-prefixes", what, n = scope.len()),
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
