//! One activation of a reflex: its rule is put, looked for, lifted, and told to the ledger.
//!
//! Always: a rule that should be gone is looked for, and lifted again, until it is not found; one that
//! vanished early is put again with the end it had. Not here: whether a trigger acts (`reflex`).

use issei_model::{Activation, Digest, ReflexBatch, ReflexEnd, StandingId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Output, Reflexes, Rule, RuleId};
use crate::table::{self, Row};

/// An activation whose rule may still be on the devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acting {
    /// Under which standing order.
    pub standing: StandingId,
    /// When the rule was asked for.
    pub began: Timestamp,
    /// When it vanishes by itself.
    pub ends: Timestamp,
    /// Where it stands.
    pub stand: Stand,
    /// When it was first found there.
    pub seen: Option<Timestamp>,
    /// Why it is being lifted.
    pub end: Option<ReflexEnd>,
    /// The salted commitment to its trigger.
    pub commitment: Digest,
}

/// Where an activation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stand {
    /// The rule is asked for.
    Putting,
    /// The rule was found there.
    Acting,
    /// The rule must go.
    Lifting,
    /// The rule was looked for and is not there.
    Gone,
}

/// What moves an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// The rule was found.
    SeenThere,
    /// Its end, a withdrawal, a release, a safeguard or the kill switch.
    MustGo,
    /// The rule was not found.
    SeenGone,
}

/// The whole life of an activation.
pub const RULE_TABLE: &[Row<Stand, Motion>] = &[
    (Stand::Putting, Motion::SeenThere, Stand::Acting),
    (Stand::Putting, Motion::MustGo, Stand::Lifting),
    (Stand::Acting, Motion::MustGo, Stand::Lifting),
    (Stand::Lifting, Motion::SeenGone, Stand::Gone),
];

impl Acting {
    pub(super) fn begun(
        standing: StandingId,
        began: Timestamp,
        ends: Timestamp,
        commitment: Digest,
    ) -> Self {
        Self {
            standing,
            began,
            ends,
            stand: Stand::Putting,
            seen: None,
            end: None,
            commitment,
        }
    }

    /// Names its rule.
    pub(super) fn rule(&self, number: u64) -> RuleId {
        let standing = self.standing;
        RuleId { standing, number }
    }

    fn advance(&mut self, motion: Motion) -> bool {
        let next = table::next(RULE_TABLE, self.stand, motion);
        self.stand = next.unwrap_or(self.stand);
        next.is_some()
    }
}

impl Reflexes {
    pub(super) fn on_read(
        &mut self,
        now: Timestamp,
        id: RuleId,
        there: bool,
        out: &mut Vec<Output>,
    ) {
        let acting = self.durable.acting.get_mut(&id.number);
        let Some(acting) = acting.filter(|acting| acting.standing == id.standing) else {
            self.on_stray_read(now, id, there, out);
            return;
        };
        if there && acting.advance(Motion::SeenThere) {
            acting.seen = Some(now);
            out.push(Output::Save);
        }
        match (acting.stand, there) {
            (Stand::Lifting, true) => out.push(Output::Lift(id)),
            (Stand::Lifting, false) => {
                acting.advance(Motion::SeenGone);
                let end = acting.end.unwrap_or(ReflexEnd::Lost);
                self.close(now, id.number, end);
                out.push(Output::Save);
            }
            (_, false) => self.put_again(now, id, out),
            (_, true) => {}
        }
    }

    /// Puts a rule that is not there, or no longer, with the end it had.
    fn put_again(&mut self, now: Timestamp, id: RuleId, out: &mut Vec<Output>) {
        let ends = self
            .durable
            .acting
            .get(&id.number)
            .map(|acting| acting.ends);
        let hand = self.hands.get(&id.number);
        if let (Some(ends), Some(hand)) = (ends.filter(|ends| now < *ends), hand) {
            let rule = hand.rule.clone();
            out.push(Output::Put { id, rule, ends });
        }
    }

    fn on_stray_read(&mut self, now: Timestamp, id: RuleId, there: bool, out: &mut Vec<Output>) {
        if there {
            self.lift_stray(now, id, out);
        } else {
            self.strays.remove(&id);
        }
    }

    /// Lifts a rule that belongs to no activation, and looks until it is gone.
    pub(super) fn lift_stray(&mut self, now: Timestamp, id: RuleId, out: &mut Vec<Output>) {
        if self.strays.len() < MOST_STRAYS || self.strays.contains_key(&id) {
            self.strays.insert(id, now + self.setup.read_every);
        }
        out.push(Output::Lift(id));
    }

    /// Lifts every activation of a standing order.
    pub(super) fn lift_of(
        &mut self,
        now: Timestamp,
        standing: StandingId,
        end: ReflexEnd,
        out: &mut Vec<Output>,
    ) {
        self.lift_where(now, end, out, |acting, _| acting.standing == standing);
    }

    /// Lifts the activations that are so.
    pub(super) fn lift_where(
        &mut self,
        now: Timestamp,
        end: ReflexEnd,
        out: &mut Vec<Output>,
        is_so: impl Fn(&Acting, &Rule) -> bool,
    ) {
        let hands = self.hands.iter();
        let so = hands.filter(|(number, hand)| {
            let acting = self.durable.acting.get(number);
            acting.is_some_and(|acting| acting.stand != Stand::Lifting && is_so(acting, &hand.rule))
        });
        let so: Vec<u64> = so.map(|(number, _)| *number).collect();
        for number in so {
            self.lift(now, number, end, out);
        }
    }

    /// Takes the rule of an activation away, and looks until it is gone.
    pub(super) fn lift(
        &mut self,
        now: Timestamp,
        number: u64,
        end: ReflexEnd,
        out: &mut Vec<Output>,
    ) {
        let Some(acting) = self.durable.acting.get_mut(&number) else {
            return;
        };
        if acting.advance(Motion::MustGo) {
            acting.end = Some(end);
        }
        if let Some(hand) = self.hands.get_mut(&number) {
            hand.read_at = now + self.setup.read_every;
        }
        let id = acting.rule(number);
        out.push(Output::Lift(id));
        out.push(Output::ReadBack(id));
    }

    /// Writes an activation down that is over.
    pub(super) fn close(&mut self, now: Timestamp, number: u64, end: ReflexEnd) {
        let Some(acting) = self.durable.acting.remove(&number) else {
            return;
        };
        if let Some(hand) = self.hands.remove(&number) {
            self.gone.insert(hand.rule.about(), now);
        }
        self.durable.unreported.push_back(Activation {
            standing: acting.standing,
            number,
            began: acting.began,
            seen: acting.seen,
            gone: now,
            end: acting.end.unwrap_or(end),
            commitment: acting.commitment,
        });
    }

    pub(super) fn has_something_to_tell(&self) -> bool {
        let durable = &self.durable;
        durable.sent.is_some() || !durable.unreported.is_empty() || !durable.refused.is_empty()
    }

    /// Sends the next batch to the log, or once more the one that has not come back.
    pub(super) fn report(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.report_at = now + self.setup.report_every;
        if !self.has_something_to_tell() {
            return;
        }
        let durable = &mut self.durable;
        let batch = durable.sent.take().unwrap_or_else(|| {
            let count = durable.unreported.len().min(ReflexBatch::MOST);
            let number = durable.batch;
            durable.batch = number.saturating_add(1);
            ReflexBatch {
                member: self.setup.name.clone(),
                number,
                activations: durable.unreported.drain(..count).collect(),
                refused: std::mem::take(&mut durable.refused),
            }
        });
        durable.sent = Some(batch.clone());
        if !durable.unreported.is_empty() {
            self.report_at = now + self.setup.read_every;
        }
        out.push(Output::Save);
        out.push(Output::Report(batch));
    }
}

/// Rules of nobody that are looked for until they are gone; more are lifted without looking.
const MOST_STRAYS: usize = 10_000;
