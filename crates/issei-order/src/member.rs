//! The member's machine: turns the log's decisions, its own gates' verdicts and what its backend
//! reads back into rules to stage, arm and lift, and into receipts.
//!
//! In: [`Input`] at a time by the member's own clock. Out: [`Output`], to be acted on in order; what
//! stands before a [`Output::Save`] must not wait for it, what stands behind it must.
//! Always: an entry changes what is wanted; only a member that has read the log to a checkpoint
//! witnessed after its start brings rules about. Taking rules away never waits for anything.
//! Not here: proofs and signatures (verified before an entry becomes an input), gates, devices.

use std::collections::BTreeMap;
use std::sync::Arc;

use issei_model::{
    Decision, Dossier, Objection, Observed, Order, OrderId, OrganisationId, Receipt, Span,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::planted::{Bug, Planted};
use crate::table::{self, Row};

/// What a member is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A checkpoint was verified: the log holds `size` entries; enough witnesses said so at `at`.
    Checkpoint {
        /// Entries in the log.
        size: u64,
        /// When, by the witnesses' clocks.
        at: Timestamp,
    },
    /// The entry at `index`, its inclusion proven; `None` if it is not about orders.
    Entry {
        /// Its place in the log.
        index: u64,
        /// What it says.
        decision: Option<Decision>,
    },
    /// The member's own gates judged an order: how long before T its backend must begin, or why not.
    Judged {
        /// Which order.
        order: OrderId,
        /// What they say.
        verdict: Result<Span, Objection>,
    },
    /// The backend was read back.
    Read {
        /// Which order's rules.
        order: OrderId,
        /// How they stand.
        rules: Rules,
    },
    /// The clock may be off by this much.
    Clock {
        /// The bound of the error.
        error: Span,
    },
    /// Something an order aims at became safeguarded here. The gates remember it, not the member: it is
    /// told again after each start.
    Safeguarded {
        /// Which order.
        order: OrderId,
    },
    /// Ordinary traffic and routing sessions look as before, or do not.
    Watched {
        /// While which order is in force.
        order: OrderId,
        /// Whether they look as before.
        well: bool,
    },
    /// A person takes the member out of an order.
    Leave {
        /// Which order.
        order: OrderId,
        /// Why.
        why: Objection,
    },
    /// The kill switch: everything is lifted here, now.
    Stop,
    /// A person lets the member take part again; what was stopped stays lifted.
    Resume,
}

/// How an order's rules stand on the devices, as read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// There are none.
    Absent,
    /// They are there and inactive.
    Staged,
    /// They act, since this moment.
    Active(Timestamp),
    /// They are there, and something of them is missing on a device.
    Broken,
}

/// What a member wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Make [`Member::durable`] durable before acting on what follows.
    Save,
    /// Have the own gates judge the order.
    Judge(Box<Dossier>),
    /// Put the order's rules there, inactive; they vanish by themselves at `ends`.
    Stage {
        /// The order.
        order: OrderId,
        /// When they vanish.
        ends: Timestamp,
    },
    /// Let the rules act from `fires_at` to `ends`; staged or not, this brings them about.
    Arm {
        /// The order.
        order: OrderId,
        /// The moment of effect.
        fires_at: Timestamp,
        /// When they vanish.
        ends: Timestamp,
    },
    /// Take the order's rules away at once.
    Lift(OrderId),
    /// Read the order's rules back and say how they stand.
    ReadBack(OrderId),
    /// Tell the coordinator.
    Report(Receipt),
    /// Something is wrong with the log; a person must look. No new cuts until [`Input::Resume`].
    Alarm(Alarm),
}

/// What only a person can put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// A checkpoint newer in time holds fewer entries than were seen: the log lost entries.
    LogShrank {
        /// Entries that were seen.
        seen: u64,
        /// Entries it holds now.
        now: u64,
    },
}

/// What differs from member to member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Setup {
    /// The member's name.
    pub name: OrganisationId,
    /// The least time between learning T and T: two round trips and the backend's lead.
    pub notice: Span,
    /// How far the witnesses' clocks and the own one may lie apart: a checkpoint counts as fresh
    /// after a start only from this much later. A clock that may be off by more than half of it
    /// cannot tell what is fresh.
    pub clock_slack: Span,
    /// How long rules found at a start may stay before the log is read to its end.
    pub grace: Span,
    /// How often rules are read back: at least every 5 s (G10).
    pub read_every: Span,
    /// A guard that is off, for the simulator.
    pub planted: Planted,
}

impl Setup {
    /// Gives the usual figures: notice 500 ms, slack 2 s, grace 5 s, reading back every second.
    pub fn new(name: OrganisationId) -> Self {
        Self {
            name,
            notice: Span::from_millis(500),
            clock_slack: Span::from_secs(2),
            grace: Span::from_secs(5),
            read_every: Span::from_secs(1),
            planted: Planted::default(),
        }
    }
}

/// Where an order stands at a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// The own gates have not answered yet.
    Judging,
    /// The gates said yes; the rules are wanted staged.
    Prepared,
    /// T is known and the member is named.
    Armed,
    /// The rules were read back as active.
    InForce,
    /// The member said no, or left. It does not come back.
    Refused,
    /// Withdrawn or expired. It does not come back.
    Ended,
}

/// What moves an order from phase to phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The gates said yes.
    GatesOpen,
    /// The gates, a person, a clock or a late message said no.
    SayNo,
    /// T was signed for this member.
    Arm,
    /// The rules were read back as active.
    SeenActive,
    /// The order was withdrawn.
    Withdraw,
    /// Its time is over: unarmed at its latest moment to fire, or at its end.
    TimeOver,
}

/// The whole life of an order at a member.
pub const TABLE: &[Row<Phase, Event>] = &[
    (Phase::Judging, Event::GatesOpen, Phase::Prepared),
    (Phase::Judging, Event::SayNo, Phase::Refused),
    (Phase::Judging, Event::Withdraw, Phase::Ended),
    (Phase::Judging, Event::TimeOver, Phase::Ended),
    (Phase::Prepared, Event::SayNo, Phase::Refused),
    (Phase::Prepared, Event::Arm, Phase::Armed),
    (Phase::Prepared, Event::Withdraw, Phase::Ended),
    (Phase::Prepared, Event::TimeOver, Phase::Ended),
    (Phase::Armed, Event::SayNo, Phase::Refused),
    (Phase::Armed, Event::SeenActive, Phase::InForce),
    (Phase::Armed, Event::Withdraw, Phase::Ended),
    (Phase::Armed, Event::TimeOver, Phase::Ended),
    (Phase::InForce, Event::SayNo, Phase::Refused),
    (Phase::InForce, Event::Withdraw, Phase::Ended),
    (Phase::InForce, Event::TimeOver, Phase::Ended),
    (Phase::Refused, Event::Withdraw, Phase::Ended),
    (Phase::Refused, Event::TimeOver, Phase::Ended),
];

/// What must survive a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Durable {
    /// The index of the next entry to read.
    pub next: u64,
    /// The most entries that a verified checkpoint ever held.
    pub seen: u64,
    /// Whether the kill switch is on, or an alarm waits for a person.
    pub stopped: bool,
    /// Whether this came from a backup and the log was not read to its end since: what is proposed
    /// in it until then may have been left here, and nobody remembers.
    #[serde(default)]
    pub restored: bool,
    /// The moment to which the log was read after the last backup: what was proposed up to then may have
    /// been left here, even if somebody logs it again.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// Orders that were proposed and whose end is not past.
    pub orders: BTreeMap<OrderId, Held>,
}

impl Durable {
    /// Makes a backup fit to start from; the result is saved before it is used. What people said
    /// here since it was taken is forgotten, so the member comes up stopped, takes no part any more in
    /// the orders it holds, nor in those it reads until the log's end; [`Input::Resume`] lets it take
    /// part in later ones.
    #[must_use]
    pub fn restored(mut self) -> Self {
        (self.stopped, self.restored) = (true, true);
        for held in self.orders.values_mut() {
            if let Some(phase) = table::next(TABLE, held.phase, Event::SayNo) {
                held.phase = phase;
                held.told = Some(Observed::Refused(Objection::Technical));
            }
        }
        self
    }
}

/// An order as a member holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The order. It never changes, so copies of the state share it.
    pub dossier: Arc<Dossier>,
    /// Where it stands.
    pub phase: Phase,
    /// The backend's lead, once known.
    pub lead: Span,
    /// T, once signed for this member.
    pub fires_at: Option<Timestamp>,
    /// What was last told to the coordinator.
    pub told: Option<Observed>,
    /// The first T that was signed for anybody, where the order must be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// Whether a person confirmed it in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
}

impl Held {
    fn order(&self) -> &Order {
        &self.dossier.order
    }

    /// Tells the moment at which the order ends unless somebody confirms it, if there is one.
    fn confirm_by(&self) -> Option<Timestamp> {
        let first_at = self.first_at.filter(|_| !self.confirmed)?;
        self.order().confirm_by(first_at)
    }

    /// Tells when the order's rules vanish, as far as is known.
    fn ends(&self) -> Timestamp {
        self.confirm_by().unwrap_or(self.order().expires_at)
    }

    /// Tells when the order ends by its phase alone.
    fn over_at(&self) -> Timestamp {
        match self.phase {
            Phase::Judging | Phase::Prepared => self.order().fire_before.min(self.ends()),
            _ => self.ends(),
        }
    }
}

/// What is known about an order's rules since the start; rebuilt by reading back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Hand {
    /// What was asked of the backend last.
    asked: Asked,
    /// Whether the backend may hold rules of this order.
    perhaps_there: bool,
    /// Whether they were found at the start, and the log has not confirmed them yet.
    found: bool,
    /// When to read back next.
    read_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Asked {
    #[default]
    Nothing,
    Judging,
    Staging,
    Arming,
    /// Armed with an end that has moved since, for a person confirmed the order.
    Outdated,
    Lifting,
}

/// The member's machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    setup: Setup,
    durable: Durable,
    hands: BTreeMap<OrderId, Hand>,
    /// When the process came up.
    started: Timestamp,
    /// Since when the clock is certain enough to tell a fresh checkpoint.
    certain: Option<Timestamp>,
    /// When the log was last known to be read to its end, by the witnesses' clocks.
    current: Option<Timestamp>,
    /// The newest checkpoint: its moment and size.
    newest: (Timestamp, u64),
    clock_error: Span,
}

impl Member {
    /// Comes up: with nothing on the first day, else with what was durable and the orders whose
    /// rules the devices hold. Rules without an order are lifted at once.
    pub fn start(
        setup: Setup,
        durable: Durable,
        found: &[OrderId],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Self {
        let mut member = Self {
            setup,
            durable,
            hands: BTreeMap::new(),
            started: now,
            certain: None,
            current: None,
            newest: (Timestamp::MIN, 0),
            clock_error: Span::from_micros(i64::MAX),
        };
        if member.bug(Bug::StopForgotten) {
            member.durable.stopped = false;
        }
        for &order in found {
            member.take_up(order, now, out);
        }
        member
    }

    /// Decides about rules found at a start: those of a living order may stay for the grace.
    fn take_up(&mut self, order: OrderId, now: Timestamp, out: &mut Vec<Output>) {
        let living = self.held(order).is_some_and(|held| {
            matches!(held.phase, Phase::Prepared | Phase::Armed | Phase::InForce)
                && now < held.over_at()
        });
        if living && !self.durable.stopped {
            let hand = Hand {
                asked: Asked::Nothing,
                perhaps_there: true,
                found: true,
                read_at: Some(now),
            };
            self.hands.insert(order, hand);
        } else if !self.bug(Bug::OrphansStay) {
            self.hands.entry(order).or_default().perhaps_there = true;
            self.lift(order, now, out);
        }
    }

    /// Tells what must survive a crash.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Tells the index of the entry to fetch next.
    pub fn next_entry(&self) -> u64 {
        self.durable.next
    }

    /// Tells where an order stands.
    pub fn phase(&self, order: OrderId) -> Option<Phase> {
        self.held(order).map(|held| held.phase)
    }

    /// Tells whether the log was read to a checkpoint witnessed after the start.
    pub fn is_current(&self) -> bool {
        self.current.is_some()
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Checkpoint { size, at } => self.on_checkpoint(now, size, at, out),
            Input::Entry { index, decision } => self.on_entry(now, index, decision, out),
            Input::Judged { order, verdict } => self.on_judged(now, order, verdict, out),
            Input::Read { order, rules } => self.on_read(now, order, rules, out),
            Input::Clock { error } => self.on_clock(now, error, out),
            Input::Safeguarded { order } => {
                if !self.bug(Bug::SafeguardIgnored) {
                    self.say_no(now, order, Objection::Collateral, out);
                }
            }
            Input::Watched { order, well } => {
                if self.phase(order) == Some(Phase::InForce) {
                    self.report(order, Observed::Watched { well }, out);
                }
            }
            Input::Leave { order, why } => self.say_no(now, order, why, out),
            Input::Stop => self.on_stop(now, out),
            Input::Resume => {
                self.durable.stopped = false;
                out.push(Output::Save);
            }
        }
        self.settle(now, out);
    }

    /// Tells when to call [`Self::on_deadline`] if nothing else happens.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let held = self.durable.orders.iter();
        let living = held.filter(|(_, held)| held.phase != Phase::Ended);
        let ends = living.map(|(order, held)| self.over_at(*order, held));
        let reads = self.hands.values().filter_map(|hand| hand.read_at);
        let grace = self.in_grace().then(|| self.started + self.setup.grace);
        ends.chain(reads).chain(grace).min()
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.end_what_is_over(now, out);
        self.end_the_grace(now, out);
        let due = |(order, hand): (&OrderId, &Hand)| {
            hand.read_at.is_some_and(|at| at <= now).then_some(*order)
        };
        let due: Vec<OrderId> = self.hands.iter().filter_map(due).collect();
        for order in due {
            let again = now + self.setup.read_every;
            if let Some(hand) = self.hands.get_mut(&order) {
                hand.read_at = Some(again);
            }
            out.push(Output::ReadBack(order));
        }
        self.settle(now, out);
    }

    fn end_what_is_over(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let spares = |held: &Held| match held.phase {
            Phase::Judging | Phase::Prepared => self.bug(Bug::StagedForever),
            Phase::InForce => self.bug(Bug::NoExpiry),
            _ => false,
        };
        let over = |(order, held): (&OrderId, &Held)| {
            let over =
                held.phase != Phase::Ended && self.over_at(*order, held) <= now && !spares(held);
            over.then_some(*order)
        };
        let over: Vec<OrderId> = self.durable.orders.iter().filter_map(over).collect();
        for order in over {
            self.advance(order, Event::TimeOver);
            out.push(Output::Save);
            self.lift(order, now, out);
        }
        self.forget_the_past(now);
    }

    /// Tells when an order ends here if nothing else happens. One whose T is known but was not handed
    /// to the backend, because the log could not be read on, ends like one without T.
    fn over_at(&self, order: OrderId, held: &Held) -> Timestamp {
        let handed = |hand: &Hand| {
            let asked = matches!(hand.asked, Asked::Arming | Asked::Outdated | Asked::Lifting);
            hand.found || asked
        };
        let waits = held.phase == Phase::Armed && !self.hands.get(&order).is_some_and(handed);
        if waits && !self.bug(Bug::StagedForever) {
            held.order().fire_before.min(held.ends())
        } else {
            held.over_at()
        }
    }

    /// Forgets orders that are long over: their entries can come no more, for the log is read once.
    fn forget_the_past(&mut self, now: Timestamp) {
        let there = |order: &OrderId| self.hands.get(order).is_some_and(|hand| hand.perhaps_there);
        let past = |(order, held): (&OrderId, &Held)| {
            let ended = held.phase == Phase::Ended && !there(order);
            (ended && self.is_long_over(held.order(), now)).then_some(*order)
        };
        let past: Vec<OrderId> = self.durable.orders.iter().filter_map(past).collect();
        for order in past {
            self.durable.orders.remove(&order);
        }
    }

    /// By the own clock and by the witnesses': one that jumped must not make what ended new again.
    fn is_long_over(&self, order: &Order, now: Timestamp) -> bool {
        let witnessed = self.newest.0;
        let now = if self.bug(Bug::ForgetByOwnClock) {
            now
        } else {
            now.min(witnessed)
        };
        order.expires_at + REMEMBER <= now
    }

    fn in_grace(&self) -> bool {
        self.current.is_none() && self.hands.values().any(|hand| hand.found)
    }

    /// Lifts what was found at the start, if the log could not be read in time.
    fn end_the_grace(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.current.is_some()
            || now < self.started + self.setup.grace
            || self.bug(Bug::GraceForever)
        {
            return;
        }
        let found = |(order, hand): (&OrderId, &Hand)| hand.found.then_some(*order);
        let found: Vec<OrderId> = self.hands.iter().filter_map(found).collect();
        for order in found {
            self.lift(order, now, out);
        }
    }

    fn on_checkpoint(&mut self, now: Timestamp, size: u64, at: Timestamp, out: &mut Vec<Output>) {
        if at <= self.newest.0 {
            return; // an older one, late on its way
        }
        if size < self.durable.seen && !self.bug(Bug::SmallerLog) {
            // Before this start an older, smaller checkpoint may still be on its way.
            if self.is_fresh(at) {
                out.push(Output::Alarm(Alarm::LogShrank {
                    seen: self.durable.seen,
                    now: size,
                }));
                self.durable.stopped = true;
                out.push(Output::Save);
            }
            return;
        }
        self.newest = (at, size);
        if size > self.durable.seen {
            self.durable.seen = size;
            out.push(Output::Save);
        }
        self.see_whether_current(now);
    }

    fn see_whether_current(&mut self, now: Timestamp) {
        let (at, size) = self.newest;
        if self.is_fresh(at) && self.durable.next >= size {
            if self.current.is_none() {
                // What was found at the start is taken over by reading it back, without delay: T may be near.
                let found = self.hands.values_mut().filter(|hand| hand.found);
                found.for_each(|hand| hand.read_at = Some(now));
            }
            self.current = self.current.max(Some(at));
            if self.durable.restored {
                self.durable.not_before = Some(now);
            }
            self.durable.restored = false;
        }
    }

    /// Tells whether a checkpoint was witnessed after this start, by any clock that is right
    /// within the slack.
    fn is_fresh(&self, at: Timestamp) -> bool {
        let slack = self.setup.clock_slack;
        let since = match self.certain {
            None if self.bug(Bug::UncertainFresh) => Some(self.started),
            certain => certain,
        };
        since.is_some_and(|since| at >= since + slack) || self.bug(Bug::StaleCheckpoint)
    }

    fn on_entry(
        &mut self,
        now: Timestamp,
        index: u64,
        decision: Option<Decision>,
        out: &mut Vec<Output>,
    ) {
        let next = self.durable.next;
        let jumps = index > next && !self.bug(Bug::EntryOutOfOrder);
        let repeats = index < next && !self.bug(Bug::EntryTwice);
        if jumps || repeats {
            return; // a gap is filled by fetching; what was read changes nothing any more
        }
        self.durable.next = index + 1;
        match decision {
            Some(Decision::Proposed(dossier)) => self.on_proposed(now, *dossier, out),
            Some(Decision::Armed {
                order,
                members,
                fires_at,
            }) => {
                self.on_armed(now, order, &members, fires_at, out);
            }
            Some(Decision::Confirmed { order, .. }) => self.on_confirmed(now, order),
            Some(Decision::Withdrawn { order, .. }) => self.on_withdrawn(now, order, out),
            Some(Decision::WithdrawnAll { .. }) => {
                for order in self.orders() {
                    let spared = self.phase(order) == Some(Phase::InForce)
                        && self.bug(Bug::WithdrawAllSpares);
                    if !spared {
                        self.on_withdrawn(now, order, out);
                    }
                }
            }
            None => {}
        }
        out.push(Output::Save);
        self.see_whether_current(now);
    }

    fn on_proposed(&mut self, now: Timestamp, dossier: Dossier, out: &mut Vec<Output>) {
        let order = &dossier.order;
        let asked = order.participant(&self.setup.name).is_some();
        let id = order.id();
        let past = self.is_long_over(order, now);
        if !asked || order.malformed().is_some() || past {
            return;
        }
        let known = self.held(id).is_some();
        if known && !(self.bug(Bug::WithdrawForgotten) && self.phase(id) == Some(Phase::Ended)) {
            return;
        }
        // Too late by this clock is over for good: it may be the clock that is wrong.
        let late = order.fire_before <= now;
        let not_before = self.durable.not_before;
        let forgotten = not_before.is_some_and(|at| order.proposed_at <= at);
        let held = Held {
            dossier: Arc::new(dossier),
            phase: if late { Phase::Ended } else { Phase::Judging },
            lead: Span::ZERO,
            fires_at: None,
            told: None,
            first_at: None,
            confirmed: false,
        };
        self.durable.orders.insert(id, held);
        self.hands.entry(id).or_default().asked = Asked::Nothing;
        if (self.durable.restored || forgotten) && !self.bug(Bug::RestoredTakesPart) {
            self.say_no(now, id, Objection::Technical, out);
        }
    }

    fn on_judged(
        &mut self,
        now: Timestamp,
        order: OrderId,
        verdict: Result<Span, Objection>,
        out: &mut Vec<Output>,
    ) {
        if self.phase(order) != Some(Phase::Judging) {
            return;
        }
        match verdict {
            Ok(lead) => {
                self.advance(order, Event::GatesOpen);
                if let Some(held) = self.held_mut(order) {
                    held.lead = lead;
                }
                out.push(Output::Save);
            }
            Err(why) => self.say_no(now, order, why, out),
        }
    }

    fn on_armed(
        &mut self,
        now: Timestamp,
        order: OrderId,
        members: &[OrganisationId],
        fires_at: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.note_first_t(order, fires_at);
        let Some(held) = self.held(order) else { return };
        let named = members.contains(&self.setup.name) || self.bug(Bug::ArmUnnamed);
        let refused = held.phase == Phase::Refused && self.bug(Bug::ArmRefused);
        let unjudged = held.phase == Phase::Judging && self.bug(Bug::SkipJudgement);
        let forgotten = held.phase == Phase::Ended && self.bug(Bug::WithdrawForgotten);
        if !named || !(held.phase == Phase::Prepared || refused || unjudged || forgotten) {
            return;
        }
        // A T at which it would be over, for nobody confirmed it, is too late as well.
        let limit = held.order().fire_before;
        let over = held.confirm_by().is_some_and(|by| by <= fires_at);
        let late = (fires_at > limit && !self.bug(Bug::ArmAfterLimit)) || over;
        if late {
            self.say_no(now, order, Objection::Technical, out);
            return;
        }
        if let Some(held) = self.held_mut(order) {
            held.fires_at = Some(fires_at);
            held.phase = Phase::Armed;
        }
    }

    /// Remembers when the time to confirm began: with the first T, whoever it is for, and it never moves.
    fn note_first_t(&mut self, order: OrderId, fires_at: Timestamp) {
        if self.bug(Bug::UnconfirmedStays) {
            return;
        }
        if let Some(held) = self.held_mut(order)
            && held.order().confirm_within.is_some()
        {
            held.first_at.get_or_insert(fires_at);
        }
    }

    /// Lets an order go on that a person confirmed before the moment at which it ends otherwise. What the
    /// devices hold ends at that moment, so it is put there again with the order's own end.
    fn on_confirmed(&mut self, now: Timestamp, order: OrderId) {
        let (late, unseen) = (self.bug(Bug::ConfirmedLate), self.bug(Bug::ConfirmedUnseen));
        let in_vain = self.bug(Bug::ConfirmedInVain);
        let Some(held) = self.held_mut(order) else {
            return;
        };
        let in_time = match held.confirm_by() {
            Some(by) => now < by || late,
            None => unseen && held.order().confirm_within.is_some() && !held.confirmed,
        };
        if !in_time || held.phase == Phase::Ended || in_vain {
            return;
        }
        held.confirmed = true;
        if let Some(hand) = self.hands.get_mut(&order)
            && hand.asked == Asked::Arming
        {
            hand.asked = Asked::Outdated;
        }
    }

    fn on_withdrawn(&mut self, now: Timestamp, order: OrderId, out: &mut Vec<Output>) {
        let lost = match self.phase(order) {
            Some(Phase::InForce) => self.bug(Bug::WithdrawForceless),
            Some(Phase::Prepared) => self.bug(Bug::WithdrawPreparedLost),
            _ => false,
        };
        if !lost && self.advance(order, Event::Withdraw) {
            self.lift(order, now, out);
        }
    }

    fn on_read(&mut self, now: Timestamp, order: OrderId, rules: Rules, out: &mut Vec<Output>) {
        self.confirm(order, rules);
        let phase = self.phase(order);
        let hand = self.hands.get(&order);
        let going = hand.is_some_and(|hand| hand.asked == Asked::Lifting);
        let wanted = matches!(phase, Some(Phase::Prepared | Phase::Armed | Phase::InForce));
        match rules {
            Rules::Absent => self.on_absent(now, order, wanted, out),
            _ if !wanted || going => self.lift_again(order, now, out),
            // The rest of it stands. What acted whole is put there again, all of it; what never did so long
            // after T comes too late, and is lifted.
            Rules::Broken if self.should_be_whole(now, order) => {
                let hand = self.hands.entry(order).or_default();
                *hand = Hand {
                    perhaps_there: true,
                    ..Hand::default()
                };
            }
            // About T devices begin one after the other.
            Rules::Staged | Rules::Broken => {
                if phase == Some(Phase::Prepared) {
                    let lead = self.held(order).map_or(Span::ZERO, |held| held.lead);
                    self.report(order, Observed::Prepared { lead }, out);
                }
                self.read_soon_after_fire(now, order);
            }
            Rules::Active(since) => self.on_active(now, order, since, out),
        }
    }

    /// Tells whether every device must hold an order's rules by now.
    fn should_be_whole(&self, now: Timestamp, order: OrderId) -> bool {
        self.held(order).is_some_and(|held| match held.phase {
            Phase::InForce => true,
            Phase::Armed => held
                .fires_at
                .is_some_and(|at| at + self.setup.read_every <= now),
            _ => false,
        })
    }

    /// Looks again soon where T is past and the rules are not seen to act yet: after as long as has
    /// passed since T, so that a slow device is not asked without end.
    fn read_soon_after_fire(&mut self, now: Timestamp, order: OrderId) {
        let armed = self.held(order).filter(|held| held.phase == Phase::Armed);
        let Some(since) = armed.and_then(|held| held.fires_at).map(|at| now.since(at)) else {
            return;
        };
        if since < Span::ZERO {
            return;
        }
        let wait = since.max(AFTER_FIRE).min(self.setup.read_every);
        if let Some(hand) = self.hands.get_mut(&order) {
            hand.read_at = Some(now + wait);
        }
    }

    /// Takes rules found at the start for its own, once the log was read to its end.
    fn confirm(&mut self, order: OrderId, rules: Rules) {
        let current = self.current.is_some();
        if let Some(hand) = self
            .hands
            .get_mut(&order)
            .filter(|hand| hand.found && current)
        {
            hand.found = false;
            // They may still hold the end of what nobody confirmed.
            let held = self.durable.orders.get(&order);
            let renewed = held.is_some_and(|held| held.confirmed);
            hand.asked = match rules {
                Rules::Active(_) if renewed => Asked::Outdated,
                Rules::Absent => Asked::Nothing,
                Rules::Staged | Rules::Broken => Asked::Staging,
                Rules::Active(_) => Asked::Arming,
            };
        }
    }

    /// Rules that are gone: as wanted, or drift that is mended while the order lives.
    fn on_absent(&mut self, now: Timestamp, order: OrderId, wanted: bool, out: &mut Vec<Output>) {
        if wanted {
            let hand = self.hands.entry(order).or_default();
            if !self.setup.planted.has(Bug::DriftIgnored) {
                *hand = Hand::default();
            }
            return;
        }
        self.hands.remove(&order);
        let told = self.held(order).and_then(|held| held.told);
        let was_in_force = matches!(
            told,
            Some(Observed::InForce { .. } | Observed::Watched { .. })
        );
        if was_in_force {
            self.report(order, Observed::Lifted { at: now }, out);
        }
    }

    fn on_active(
        &mut self,
        now: Timestamp,
        order: OrderId,
        since: Timestamp,
        out: &mut Vec<Output>,
    ) {
        match self.phase(order) {
            // Active without a signed T: somebody else's hand, or a broken device.
            Some(Phase::Prepared) => self.say_no(now, order, Objection::Technical, out),
            Some(Phase::Armed) => {
                self.advance(order, Event::SeenActive);
                out.push(Output::Save);
                self.report(order, Observed::InForce { at: since }, out);
            }
            _ => {}
        }
    }

    fn on_clock(&mut self, now: Timestamp, error: Span, out: &mut Vec<Output>) {
        self.clock_error = error;
        self.see_whether_certain(now);
        if self.bug(Bug::StayUncertain) {
            return;
        }
        let blind = |(order, held): (&OrderId, &Held)| {
            let blind = held.phase == Phase::Armed
                && held.fires_at.is_some_and(|at| now < at)
                && error > held.order().clock_limit;
            blind.then_some(*order)
        };
        let blind: Vec<OrderId> = self.durable.orders.iter().filter_map(blind).collect();
        for order in blind {
            self.say_no(now, order, Objection::Technical, out);
        }
    }

    /// By an uncertain clock an old checkpoint may look fresh; what was concluded with it falls.
    fn see_whether_certain(&mut self, now: Timestamp) {
        let half = Span::from_micros(self.setup.clock_slack.as_micros() / 2);
        if self.clock_error > half {
            (self.certain, self.current) = (None, None);
        } else if self.certain.is_none() {
            self.certain = Some(now);
        }
    }

    fn on_stop(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.durable.stopped = true;
        let all = self.orders().into_iter();
        let spared = |order: &OrderId| {
            self.phase(*order) == Some(Phase::InForce) && self.bug(Bug::StopSpares)
        };
        let all: Vec<OrderId> = all.filter(|order| !spared(order)).collect();
        // All are lifted before anything is saved: the switch works without the database.
        for &order in &all {
            self.lift(order, now, out);
        }
        for order in all {
            self.say_no(now, order, Objection::Customer, out);
        }
        out.push(Output::Save);
    }

    /// Takes the member out of an order, for good.
    fn say_no(&mut self, now: Timestamp, order: OrderId, why: Objection, out: &mut Vec<Output>) {
        if !self.advance(order, Event::SayNo) {
            return;
        }
        if self.bug(Bug::LeaveForgotten)
            && let Some(held) = self.held_mut(order)
        {
            held.phase = Phase::Prepared;
        }
        self.lift(order, now, out);
        out.push(Output::Save);
        if !self.bug(Bug::RefusalUntold) {
            self.report(order, Observed::Refused(why), out);
        }
    }

    /// Brings about what is wanted and not yet there. Only a current, running member does.
    fn settle(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let behind = self.current.is_none() || self.durable.next < self.newest.1;
        if self.durable.stopped || (behind && !self.bug(Bug::ActBehind)) {
            return;
        }
        for order in self.orders() {
            self.settle_one(now, order, out);
        }
    }

    fn settle_one(&mut self, now: Timestamp, order: OrderId, out: &mut Vec<Output>) {
        let Hand { asked, found, .. } = self.hands.get(&order).copied().unwrap_or_default();
        if found {
            return; // reading back comes first: the rules may act already
        }
        let Some(held) = self.held(order) else { return };
        let (phase, ends) = (held.phase, held.ends());
        match (phase, asked) {
            (Phase::Judging, Asked::Nothing) => {
                let dossier = Box::new(Dossier::clone(&held.dossier));
                self.ask(order, Asked::Judging, None);
                out.push(Output::Judge(dossier));
            }
            (Phase::Prepared, Asked::Nothing | Asked::Judging)
                if now < held.order().fire_before =>
            {
                self.ask(order, Asked::Staging, Some(now + self.setup.read_every));
                out.push(Output::Stage { order, ends });
                out.push(Output::ReadBack(order));
            }
            (Phase::Armed, Asked::Nothing | Asked::Judging | Asked::Staging) => {
                self.arm(now, order, out);
            }
            (Phase::Armed | Phase::InForce, Asked::Outdated) if now < ends => {
                let fires_at = held.fires_at.unwrap_or(now);
                let read_at = fires_at.max(now) + AFTER_FIRE;
                self.ask(order, Asked::Arming, Some(read_at));
                out.push(Output::Arm {
                    order,
                    fires_at,
                    ends,
                });
            }
            (Phase::InForce, Asked::Nothing) if now < ends => {
                // Rules that vanished while in force, or with a restart: the order lives, so they return.
                self.ask(order, Asked::Arming, Some(now + self.setup.read_every));
                out.push(Output::Arm {
                    order,
                    fires_at: now,
                    ends,
                });
            }
            _ => {}
        }
    }

    fn arm(&mut self, now: Timestamp, order: OrderId, out: &mut Vec<Output>) {
        let Some(held) = self.held(order) else { return };
        let Some(fires_at) = held.fires_at else {
            return;
        };
        let (ends, limit) = (held.ends(), held.order().clock_limit);
        let late = now + held.lead + self.setup.notice > fires_at && !self.bug(Bug::ArmLate)
            || self.bug(Bug::NeverInTime);
        let blind = self.clock_error > limit && !self.bug(Bug::ArmUncertain);
        if late || blind {
            self.say_no(now, order, Objection::Technical, out);
            return;
        }
        let fires_at = if self.bug(Bug::FireAtOnce) {
            now
        } else {
            fires_at
        };
        self.ask(order, Asked::Arming, Some(fires_at + AFTER_FIRE));
        out.push(Output::Arm {
            order,
            fires_at,
            ends,
        });
        if self.bug(Bug::ReportUnread) {
            self.report(order, Observed::InForce { at: fires_at }, out);
        }
    }

    fn ask(&mut self, order: OrderId, asked: Asked, read_at: Option<Timestamp>) {
        let hand = self.hands.entry(order).or_default();
        hand.asked = asked;
        hand.found = false;
        hand.perhaps_there |= matches!(asked, Asked::Staging | Asked::Arming);
        hand.read_at = read_at;
    }

    /// Takes rules away, and reads back until they are gone.
    fn lift(&mut self, order: OrderId, now: Timestamp, out: &mut Vec<Output>) {
        let needless = |hand: &Hand| !hand.perhaps_there || hand.asked == Asked::Lifting;
        if self.hands.get(&order).is_none_or(needless) {
            return;
        }
        self.ask(order, Asked::Lifting, Some(now + self.setup.read_every));
        out.push(Output::Lift(order));
        out.push(Output::ReadBack(order));
    }

    /// Takes away rules that were read back although nobody wants them.
    fn lift_again(&mut self, order: OrderId, now: Timestamp, out: &mut Vec<Output>) {
        if self.bug(Bug::LiftOnce) {
            return;
        }
        let hand = self.hands.entry(order).or_default();
        *hand = Hand {
            perhaps_there: true,
            ..Hand::default()
        };
        self.lift(order, now, out);
    }

    fn report(&mut self, order: OrderId, observed: Observed, out: &mut Vec<Output>) {
        let member = self.setup.name.clone();
        if let Some(held) = self.held_mut(order) {
            if held.told == Some(observed) {
                return;
            }
            held.told = Some(observed);
        }
        out.push(Output::Report(Receipt {
            member,
            order,
            observed,
            measured: None,
        }));
    }

    /// Tells again what was last told about every order that lives: after a lost connection.
    pub fn tell_again(&self, out: &mut Vec<Output>) {
        let member = &self.setup.name;
        for (&order, held) in &self.durable.orders {
            if let Some(observed) = held.told {
                let member = member.clone();
                out.push(Output::Report(Receipt {
                    member,
                    order,
                    observed,
                    measured: None,
                }));
            }
        }
    }

    /// Moves an order by the table; says whether it moved.
    fn advance(&mut self, order: OrderId, event: Event) -> bool {
        let Some(held) = self.held_mut(order) else {
            return false;
        };
        let next = table::next(TABLE, held.phase, event);
        if let Some(next) = next {
            held.phase = next;
        }
        next.is_some()
    }

    /// Names every order held, in a defined order.
    fn orders(&self) -> Vec<OrderId> {
        self.durable.orders.keys().copied().collect()
    }

    fn held(&self, order: OrderId) -> Option<&Held> {
        self.durable.orders.get(&order)
    }

    fn held_mut(&mut self, order: OrderId) -> Option<&mut Held> {
        self.durable.orders.get_mut(&order)
    }

    fn bug(&self, bug: Bug) -> bool {
        self.setup.planted.has(bug)
    }
}

/// How long after T the first reading back comes: a kernel needs less than this to act.
const AFTER_FIRE: Span = Span::from_millis(1);

/// How long an order that ended is remembered after its end, to answer questions about it.
const REMEMBER: Span = Span::from_secs(3_600);

#[cfg(test)]
#[path = "member_tests.rs"]
mod tests;
