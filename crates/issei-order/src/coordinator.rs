//! The coordinator's machine: turns proposals, receipts and time into decisions for the log.
//!
//! In: [`Input`] at a time by the coordinator's clock. Out: [`Output`]. Always: the machine changes
//! its mind only when its own decision comes back from the log, witnessed ([`Input::Logged`]); after a
//! crash the log and the receipts rebuild it. It waits for nobody for ever: each phase has a deadline,
//! and its end is a withdrawal. Not here: whether an order may be given (`issei-case` and every
//! member's own gates), signatures, the log.

use std::collections::{BTreeMap, BTreeSet};

use issei_model::{
    Approval, Before, Decision, Dossier, Ending, Goal, Observed, Order, OrderId, OrganisationId,
    Receipt, Span, Timestamp,
};

use crate::planted::{Bug, Planted};
use crate::table::{self, Row};

mod stood;

use stood::Stood;

/// What the coordinator is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A person proposes an order that passed the gates.
    Propose(Box<Dossier>),
    /// A decision stands in the log and enough witnesses signed it.
    Logged(Decision),
    /// A member reports.
    Receipt(Receipt),
    /// A person confirms an order; the signature was checked.
    Confirm {
        /// Which order.
        order: OrderId,
        /// Who, and the signature.
        by: Box<Approval>,
    },
    /// A person withdraws an order, or it must go.
    Withdraw {
        /// Which order.
        order: OrderId,
        /// Why.
        reason: Ending,
    },
    /// A person withdraws everything.
    WithdrawAll {
        /// Why.
        reason: Ending,
    },
}

/// What the coordinator wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Append this to the log, have it witnessed, and tell when it is.
    Append(Decision),
    /// A rule said no to a proposal.
    Refused(OrderId, Refusal),
    /// An order came to a new phase.
    Moved(OrderId, Phase),
}

/// Why a proposal is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not a well-formed order.
    Malformed(&'static str),
    /// The same order was proposed before; a new one needs a new time.
    Known,
    /// Its latest moment to fire leaves no time to prepare.
    TooLate,
    /// It has neither a canary nor two people who skip it.
    NoCanary,
    /// It follows another order, or aims where one stood within a day, and a finding in it is not newer than
    /// that order.
    StaleRenewal,
    /// As many orders as the coordinator holds are alive.
    TooMany,
}

/// Why an order cannot be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconfirmable {
    /// No such order is held, or it has ended.
    Gone,
    /// It goes on without.
    NeedsNone,
    /// There is no T yet: nobody has seen what it does.
    NotFired,
    /// It was confirmed, or the confirmation is on its way to the log.
    Confirmed,
    /// Too little time is left for the log and every member to hear of it.
    TooLate,
}

/// What differs from country to country.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Setup {
    /// How long members have to prepare.
    pub prepare: Span,
    /// How long to wait for those missing once the quorum is there.
    pub patience: Span,
    /// The time between signing T and T, beside the slowest member's lead: enough for every member
    /// to read the log and to stage.
    pub notice: Span,
    /// How long the canary is watched.
    pub watch: Span,
    /// How long after the canary's T it may stay silent.
    pub silence: Span,
    /// A guard that is off, for the simulator.
    pub planted: Planted,
}

impl Default for Setup {
    /// Preparing 60 s, patience 2 s, notice 2 s, watching 10 s, silence 30 s.
    fn default() -> Self {
        Self {
            prepare: Span::from_secs(60),
            patience: Span::from_secs(2),
            notice: Span::from_secs(2),
            watch: Span::from_secs(10),
            silence: Span::from_secs(30),
            planted: Planted::default(),
        }
    }
}

/// Where an order stands at the coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Members prepare.
    Preparing,
    /// The canary is armed or fires, and is watched.
    Canary,
    /// Everyone prepared has T.
    Armed,
    /// Withdrawn or expired.
    Ended,
}

/// What moves an order from phase to phase: always something that stands in the log, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// T of the canary stands in the log.
    CanaryArmed,
    /// T of the rest stands in the log.
    RestArmed,
    /// The withdrawal stands in the log.
    Withdrawn,
    /// Its end has come.
    Expired,
}

/// The whole life of an order at the coordinator.
pub const TABLE: &[Row<Phase, Event>] = &[
    (Phase::Preparing, Event::CanaryArmed, Phase::Canary),
    (Phase::Preparing, Event::RestArmed, Phase::Armed),
    (Phase::Preparing, Event::Withdrawn, Phase::Ended),
    (Phase::Preparing, Event::Expired, Phase::Ended),
    (Phase::Canary, Event::RestArmed, Phase::Armed),
    (Phase::Canary, Event::Withdrawn, Phase::Ended),
    (Phase::Canary, Event::Expired, Phase::Ended),
    (Phase::Armed, Event::Withdrawn, Phase::Ended),
    (Phase::Armed, Event::Expired, Phase::Ended),
];

/// An order as the coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// The order.
    pub order: Order,
    /// Where it stands.
    pub phase: Phase,
    /// What each member reported last.
    pub reports: BTreeMap<OrganisationId, Observed>,
    /// When each member's rules first acted, by its own clock.
    pub effects: BTreeMap<OrganisationId, Timestamp>,
    /// T of the canary and of the rest.
    pub fires_at: BTreeMap<OrganisationId, Timestamp>,
    /// Leads as the members said when they were prepared.
    leads: BTreeMap<OrganisationId, Span>,
    /// Members that refused or left: they do not come back.
    out: BTreeSet<OrganisationId>,
    /// When the members' time to prepare began.
    since: Timestamp,
    /// When the quorum was first there.
    quorum_at: Option<Timestamp>,
    /// When the canary was first seen well in force.
    well_at: Option<Timestamp>,
    /// The first T that stands in the log.
    first_at: Option<Timestamp>,
    /// Whether a confirmation stands in the log, or was sent there.
    confirmed: Option<Sure>,
    /// A decision that was sent to the log and has not come back.
    pending: Option<Decision>,
}

/// How sure it is that an order was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sure {
    /// It was sent to the log.
    Sent,
    /// It stands in the log.
    Logged,
}

impl Progress {
    /// Tells by when a person must have confirmed the order; none where nobody needs to (any more).
    pub fn confirm_by(&self) -> Option<Timestamp> {
        let first_at = self.first_at.filter(|_| !self.is_confirmed())?;
        self.order.confirm_by(first_at)
    }

    /// Tells the first T that stands in the log.
    pub fn first_at(&self) -> Option<Timestamp> {
        self.first_at
    }

    /// Tells whether a confirmation stands in the log.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed == Some(Sure::Logged)
    }

    /// Tells whether nobody confirmed it in time.
    fn is_unconfirmed(&self, now: Timestamp) -> bool {
        self.phase != Phase::Ended && self.confirm_by().is_some_and(|by| by <= now)
    }

    fn is_withdrawing(&self) -> bool {
        matches!(
            self.pending,
            Some(Decision::Withdrawn { .. } | Decision::WithdrawnAll { .. })
        )
    }

    /// Tells the last minus the first moment of effect among the members that fired with the rest.
    pub fn spread(&self) -> Option<Span> {
        let canary = &self.order.canary;
        let rest = self
            .effects
            .iter()
            .filter(|(member, _)| !canary.contains(member));
        let moments: Vec<Timestamp> = rest.map(|(_, at)| *at).collect();
        Some(moments.iter().max()?.since(*moments.iter().min()?))
    }

    /// Tells the members that are prepared and did not refuse.
    fn prepared(&self, planted: Planted) -> Vec<OrganisationId> {
        let said_no =
            |member: &OrganisationId| self.out.contains(member) && !planted.has(Bug::RefusalUndone);
        let members = self.leads.keys().filter(|member| !said_no(member));
        members.cloned().collect()
    }

    /// Tells whether the prepared members carry enough lines.
    fn has_quorum(&self, planted: Planted) -> bool {
        let prepared = self.prepared(planted);
        let weigh = |lines: u64| {
            if planted.has(Bug::QuorumByHeads) {
                1
            } else {
                u128::from(lines)
            }
        };
        let all: u128 = self.order.participants.iter().map(|p| weigh(p.lines)).sum();
        let of_prepared = self
            .order
            .participants
            .iter()
            .filter(|p| prepared.contains(&p.member));
        let there: u128 = of_prepared.map(|p| weigh(p.lines)).sum();
        there * 100 >= all * u128::from(self.order.quorum_percent) || planted.has(Bug::NoQuorum)
    }

    fn answered(&self) -> usize {
        let participants = self.order.participants.iter();
        participants.filter(|p| self.has_answer(&p.member)).count()
    }

    fn is_canary_ready(&self) -> bool {
        self.order
            .canary
            .iter()
            .all(|member| self.has_answer(member))
    }

    fn has_answer(&self, member: &OrganisationId) -> bool {
        self.leads.contains_key(member) || self.out.contains(member)
    }
}

/// The coordinator's machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinator {
    setup: Setup,
    orders: BTreeMap<OrderId, Progress>,
    /// Proposals sent to the log that have not come back.
    proposed: BTreeMap<OrderId, Sent>,
    /// What stood where, for as long as another order there is a renewal.
    stood: Stood,
}

/// A proposal on its way to the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sent {
    /// The order's end: until then it may still come back from the log, however long witnesses were away.
    until: Timestamp,
    /// The withdrawal that was sent after it.
    withdrawn: Option<Decision>,
    /// Who is asked, and what they said already: a member may read the log, and answer, before the
    /// coordinator is told that the proposal stands there.
    asked: BTreeSet<OrganisationId>,
    early: BTreeMap<OrganisationId, Receipt>,
}

impl Coordinator {
    /// Begins with nothing; the log and the receipts are handed in again after a crash.
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            orders: BTreeMap::new(),
            proposed: BTreeMap::new(),
            stood: Stood::default(),
        }
    }

    /// Tells how an order stands.
    pub fn progress(&self, order: OrderId) -> Option<&Progress> {
        self.orders.get(&order)
    }

    /// Tells how every order stands.
    pub fn all(&self) -> impl Iterator<Item = (&OrderId, &Progress)> {
        self.orders.iter()
    }

    /// Tells whether a proposal is on its way to the log.
    pub fn is_on_its_way(&self, order: OrderId) -> bool {
        self.proposed.contains_key(&order)
    }

    /// Tells the newest order that got T and stood on one of these goals until less than a day ago.
    pub fn stood(&self, now: Timestamp, goals: &[Goal]) -> Option<Before> {
        self.stood.newest(now, goals)
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Propose(dossier) => self.on_proposal(now, *dossier, out),
            Input::Logged(decision) => self.on_logged(now, decision, out),
            Input::Receipt(receipt) => self.on_receipt(now, &receipt, out),
            Input::Confirm { order, by } => {
                if self.confirmable(now, order).is_ok() {
                    self.confirm(order, by, out);
                }
            }
            Input::Withdraw { order, reason } => self.withdraw(order, reason, out),
            Input::WithdrawAll { reason } => self.withdraw_all(reason, out),
        }
    }

    /// Tells when to call [`Self::on_deadline`] if nothing else happens.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let orders = self.orders.values();
        let orders = orders.filter_map(|progress| self.deadline_of(progress));
        // A proposal that never comes back must not hold its place for good.
        let proposed = self.proposed.values().map(|sent| sent.until);
        orders.chain(proposed).min()
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let ids: Vec<OrderId> = self.orders.keys().copied().collect();
        for id in ids {
            let over = self
                .orders
                .get(&id)
                .is_some_and(|p| p.order.expires_at <= now);
            if over {
                self.advance(id, Event::Expired, out);
            }
            if self.orders.get(&id).is_some_and(|p| p.is_unconfirmed(now)) {
                // Every member ends it by its own clock; the log tells everybody why.
                self.withdraw(id, Ending::Unconfirmed, out);
            }
            self.consider(now, id, out);
        }
        let keep = |p: &Progress| now < p.order.expires_at + REMEMBER;
        self.orders.retain(|_, progress| keep(progress));
        self.proposed.retain(|_, sent| now < sent.until);
        self.stood.forget(now);
    }

    fn deadline_of(&self, progress: &Progress) -> Option<Timestamp> {
        let order = &progress.order;
        let mut moments = vec![order.expires_at];
        match progress.phase {
            Phase::Preparing => {
                moments.push(self.prepare_by(progress));
                let quorum_at = progress.quorum_at.filter(|_| progress.is_canary_ready());
                moments.extend(quorum_at.map(|at| at + self.setup.patience));
            }
            Phase::Canary => {
                // A canary seen well is watched, and is not silent.
                let watched = progress.well_at.map(|at| at + self.setup.watch);
                moments.extend(watched.or_else(|| self.silent_by(progress)));
            }
            Phase::Armed => {}
            Phase::Ended => moments = vec![order.expires_at + REMEMBER],
        }
        let living = progress.phase != Phase::Ended;
        if progress.pending.is_some() && living {
            moments = vec![order.expires_at];
        }
        if living && !progress.is_withdrawing() {
            moments.extend(progress.confirm_by());
        }
        moments.into_iter().min()
    }

    fn prepare_by(&self, progress: &Progress) -> Timestamp {
        (progress.since + self.setup.prepare).min(progress.order.fire_before)
    }

    fn silent_by(&self, progress: &Progress) -> Option<Timestamp> {
        progress
            .fires_at
            .values()
            .max()
            .map(|at| *at + self.setup.silence)
    }

    fn on_proposal(&mut self, now: Timestamp, dossier: Dossier, out: &mut Vec<Output>) {
        let id = dossier.order.id();
        if let Some(refusal) = self.refusal(now, id, &dossier.order) {
            out.push(Output::Refused(id, refusal));
            return;
        }
        let order = dossier.order.clone();
        let sent = Sent {
            until: order.expires_at,
            withdrawn: None,
            asked: order
                .participants
                .iter()
                .map(|p| p.member.clone())
                .collect(),
            early: BTreeMap::new(),
        };
        self.proposed.insert(id, sent);
        out.push(Output::Append(Decision::Proposed(Box::new(dossier))));
        if self.setup.planted.has(Bug::ArmBeforeLog) {
            let members = order
                .participants
                .iter()
                .map(|p| p.member.clone())
                .collect();
            let fires_at = now + self.setup.notice;
            out.push(Output::Append(Decision::Armed {
                order: id,
                members,
                fires_at,
            }));
        }
    }

    fn refusal(&self, now: Timestamp, id: OrderId, order: &Order) -> Option<Refusal> {
        let planted = self.setup.planted;
        if let Some(what) = order.malformed() {
            return Some(Refusal::Malformed(what));
        }
        if self.orders.contains_key(&id) || self.proposed.contains_key(&id) {
            return Some(Refusal::Known);
        }
        if order.fire_before <= now + self.setup.notice {
            return Some(Refusal::TooLate);
        }
        let skipped = order.canary_skipped_by.len() >= 2;
        if order.canary.is_empty() && !skipped && !planted.has(Bug::CanarylessTaken) {
            return Some(Refusal::NoCanary);
        }
        if self.is_stale_renewal(now, order) && !planted.has(Bug::StaleRenewal) {
            return Some(Refusal::StaleRenewal);
        }
        let alive = self
            .orders
            .values()
            .filter(|p| p.phase != Phase::Ended)
            .count();
        let full = alive + self.proposed.len() >= MOST_ALIVE || self.stood.is_full();
        full.then_some(Refusal::TooMany)
    }

    /// An order that follows another, or aims where one stood, rests on findings that reach beyond that
    /// one's proposal (G20): to leave the name of the order before it out is no way round.
    fn is_stale_renewal(&self, now: Timestamp, order: &Order) -> bool {
        let named = order.renews.map(|before| self.stood.proposed_at(before));
        if named == Some(None) {
            return true; // nobody knows what it follows
        }
        let there = self.stood.newest(now, &order.goals);
        let there = there.map(|before| before.proposed_at);
        let newest = named.flatten().max(there);
        newest.is_some_and(|at| !order.rests_on_news_since(at))
    }

    fn on_logged(&mut self, now: Timestamp, decision: Decision, out: &mut Vec<Output>) {
        match decision {
            Decision::Proposed(dossier) => self.begin(now, *dossier, out),
            Decision::Armed {
                order,
                members,
                fires_at,
            } => self.on_armed(order, members, fires_at, out),
            Decision::Confirmed { order, .. } => {
                // Only what came in time is sent there, so a log that is read again is believed.
                let fired = |p: &&mut Progress| p.first_at.is_some();
                if let Some(progress) = self.orders.get_mut(&order).filter(fired) {
                    progress.confirmed = Some(Sure::Logged);
                }
            }
            Decision::Withdrawn { order, .. } => self.advance(order, Event::Withdrawn, out),
            Decision::WithdrawnAll { .. } => {
                let all: Vec<OrderId> = self.orders.keys().copied().collect();
                for order in all {
                    self.advance(order, Event::Withdrawn, out);
                }
            }
        }
    }

    fn begin(&mut self, now: Timestamp, dossier: Dossier, out: &mut Vec<Output>) {
        let id = dossier.order.id();
        self.stood.forget(now);
        self.stood.proposed(now, id, &dossier.order);
        let (withdrawn, early) = match self.proposed.remove(&id) {
            Some(sent) => (sent.withdrawn, sent.early),
            None => (None, BTreeMap::new()),
        };
        if self.orders.contains_key(&id) || dossier.order.expires_at <= now {
            return;
        }
        let progress = Progress {
            order: dossier.order,
            phase: Phase::Preparing,
            reports: BTreeMap::new(),
            effects: BTreeMap::new(),
            fires_at: BTreeMap::new(),
            leads: BTreeMap::new(),
            out: BTreeSet::new(),
            since: now,
            quorum_at: None,
            well_at: None,
            first_at: None,
            confirmed: None,
            pending: withdrawn,
        };
        self.orders.insert(id, progress);
        out.push(Output::Moved(id, Phase::Preparing));
        for receipt in early.into_values() {
            self.on_receipt(now, &receipt, out);
        }
    }

    fn on_armed(
        &mut self,
        id: OrderId,
        members: Vec<OrganisationId>,
        fires_at: Timestamp,
        out: &mut Vec<Output>,
    ) {
        self.stood.armed(id);
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let is_canary = progress.phase == Phase::Preparing
            && !progress.order.canary.is_empty()
            && members
                .iter()
                .all(|member| progress.order.canary.contains(member));
        progress.first_at.get_or_insert(fires_at);
        progress
            .fires_at
            .extend(members.into_iter().map(|member| (member, fires_at)));
        let event = if is_canary {
            Event::CanaryArmed
        } else {
            Event::RestArmed
        };
        self.advance(id, event, out);
    }

    fn on_receipt(&mut self, now: Timestamp, receipt: &Receipt, out: &mut Vec<Output>) {
        let planted = self.setup.planted;
        let Some(progress) = self.orders.get_mut(&receipt.order) else {
            self.keep_early(receipt);
            return;
        };
        let known = progress.order.participant(&receipt.member).is_some();
        if !known && !planted.has(Bug::StrangerCounts) {
            return;
        }
        note(progress, receipt, planted);
        self.consider(now, receipt.order, out);
    }

    /// Keeps each participant's first answer about a proposal on its way, and a no in its place.
    fn keep_early(&mut self, receipt: &Receipt) {
        let Some(sent) = self.proposed.get_mut(&receipt.order) else {
            return;
        };
        let member = &receipt.member;
        let counts = match receipt.observed {
            Observed::Prepared { .. } => !sent.early.contains_key(member),
            Observed::Refused(_) => true,
            Observed::InForce { .. } | Observed::Watched { .. } | Observed::Lifted { .. } => false,
        };
        if sent.asked.contains(member) && counts && !self.setup.planted.has(Bug::EarlyWordLost) {
            sent.early.insert(member.clone(), receipt.clone());
        }
    }

    /// Looks whether an order can go on, or must not.
    fn consider(&mut self, now: Timestamp, id: OrderId, out: &mut Vec<Output>) {
        let Some(progress) = self.orders.get(&id) else {
            return;
        };
        if progress.pending.is_some() {
            return;
        }
        match progress.phase {
            Phase::Preparing => self.consider_preparing(now, id, out),
            Phase::Canary => self.consider_canary(now, id, out),
            Phase::Armed | Phase::Ended => {}
        }
    }

    fn consider_preparing(&mut self, now: Timestamp, id: OrderId, out: &mut Vec<Output>) {
        let (planted, patience) = (self.setup.planted, self.setup.patience);
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let quorum = progress.has_quorum(planted);
        progress.quorum_at = if quorum {
            progress.quorum_at.or(Some(now))
        } else {
            None
        };
        let everyone = progress.answered() == progress.order.participants.len();
        let waited = progress.quorum_at.is_some_and(|at| at + patience <= now);
        let canary_ready = progress.is_canary_ready();
        let over = self
            .orders
            .get(&id)
            .is_some_and(|p| self.prepare_by(p) <= now);
        match (quorum, everyone || waited && canary_ready || over) {
            (true, true) => self.arm_first(now, id, out),
            (false, true) => self.withdraw(id, Ending::NoQuorum, out),
            (_, false) => {}
        }
    }

    /// Arms the canary, or everyone where two people skipped it.
    fn arm_first(&mut self, now: Timestamp, id: OrderId, out: &mut Vec<Output>) {
        let planted = self.setup.planted;
        let Some(progress) = self.orders.get(&id) else {
            return;
        };
        let prepared = progress.prepared(planted);
        if progress.order.canary.is_empty() || planted.has(Bug::NoCanary) {
            self.arm(now, id, prepared, out);
            return;
        }
        let canary: Vec<OrganisationId> = prepared
            .into_iter()
            .filter(|member| progress.order.canary.contains(member))
            .collect();
        if canary.is_empty() {
            self.withdraw(id, Ending::CanarySilent, out);
        } else {
            self.arm(now, id, canary, out);
        }
    }

    fn consider_canary(&mut self, now: Timestamp, id: OrderId, out: &mut Vec<Output>) {
        let planted = self.setup.planted;
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let of_canary: Vec<Option<Observed>> = progress
            .fires_at
            .keys()
            .map(|member| progress.reports.get(member).copied())
            .collect();
        let harm = of_canary.contains(&Some(Observed::Watched { well: false }));
        let well = of_canary
            .iter()
            .all(|report| *report == Some(Observed::Watched { well: true }));
        progress.well_at = if well {
            progress.well_at.or(Some(now))
        } else {
            None
        };
        let watched = progress
            .well_at
            .is_some_and(|at| at + self.setup.watch <= now);
        let silent = self
            .orders
            .get(&id)
            .and_then(|p| self.silent_by(p))
            .is_some_and(|at| at <= now);
        if harm && !planted.has(Bug::CanaryHarmIgnored) {
            self.withdraw(id, Ending::CanaryHarm, out);
        } else if watched || harm {
            self.arm_rest(now, id, out);
        } else if silent && !well {
            self.withdraw(id, Ending::CanarySilent, out);
        }
    }

    fn arm_rest(&mut self, now: Timestamp, id: OrderId, out: &mut Vec<Output>) {
        let planted = self.setup.planted;
        let Some(progress) = self.orders.get(&id) else {
            return;
        };
        if !progress.has_quorum(planted) {
            self.withdraw(id, Ending::NoQuorum, out);
            return;
        }
        let rest = progress.prepared(planted).into_iter();
        let rest = rest
            .filter(|member| !progress.fires_at.contains_key(member))
            .collect();
        self.arm(now, id, rest, out);
    }

    /// Signs T for these members, far enough away for the slowest of them.
    fn arm(
        &mut self,
        now: Timestamp,
        id: OrderId,
        members: Vec<OrganisationId>,
        out: &mut Vec<Output>,
    ) {
        let (planted, notice) = (self.setup.planted, self.setup.notice);
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let lead = members
            .iter()
            .filter_map(|member| progress.leads.get(member))
            .max();
        let notice = if planted.has(Bug::NoNotice) {
            Span::ZERO
        } else {
            notice
        };
        let fires_at = now + notice + lead.copied().unwrap_or(Span::ZERO);
        if fires_at > progress.order.fire_before && !planted.has(Bug::CoordinatorArmsLate) {
            self.withdraw(id, Ending::TooLate, out);
            return;
        }
        let over = progress.is_unconfirmed(fires_at);
        if over && !planted.has(Bug::ArmUnconfirmed) {
            self.withdraw(id, Ending::Unconfirmed, out);
            return;
        }
        let decision = Decision::Armed {
            order: id,
            members,
            fires_at,
        };
        progress.pending = Some(decision.clone());
        out.push(Output::Append(decision));
    }

    /// Tells whether a person may confirm an order at this moment: the log and every member must hear of it
    /// before the order ends.
    ///
    /// # Errors
    /// Why not.
    pub fn confirmable(&self, now: Timestamp, id: OrderId) -> Result<(), Unconfirmable> {
        let living = |p: &&Progress| p.phase != Phase::Ended && !p.is_withdrawing();
        let progress = self.orders.get(&id).filter(living);
        let progress = progress.ok_or(Unconfirmable::Gone)?;
        if progress.order.confirm_within.is_none() {
            return Err(Unconfirmable::NeedsNone);
        }
        if progress.confirmed.is_some() {
            return Err(Unconfirmable::Confirmed);
        }
        let by = progress.confirm_by().ok_or(Unconfirmable::NotFired)?;
        // A signature over what is still to come would say nothing of what it came to.
        if progress.first_at.is_none_or(|first_at| now < first_at) {
            return Err(Unconfirmable::NotFired);
        }
        let reached = now + self.setup.notice < by;
        if reached || self.setup.planted.has(Bug::ConfirmedLate) {
            Ok(())
        } else {
            Err(Unconfirmable::TooLate)
        }
    }

    fn confirm(&mut self, id: OrderId, by: Box<Approval>, out: &mut Vec<Output>) {
        if let Some(progress) = self.orders.get_mut(&id) {
            progress.confirmed = Some(Sure::Sent);
            out.push(Output::Append(Decision::Confirmed { order: id, by }));
        }
    }

    /// Asks the log to end an order. A pending T does not hinder it: withdraw beats everything.
    fn withdraw(&mut self, id: OrderId, reason: Ending, out: &mut Vec<Output>) {
        let decision = Decision::Withdrawn { order: id, reason };
        if let Some(sent) = self.proposed.get_mut(&id) {
            if sent.withdrawn.is_some() {
                return; // asked already, of this order or of all
            }
            // The log keeps the order: whoever reads the proposal reads its end behind it.
            sent.withdrawn = Some(decision.clone());
            out.push(Output::Append(decision));
            return;
        }
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let asked = matches!(
            progress.pending,
            Some(Decision::Withdrawn { .. } | Decision::WithdrawnAll { .. })
        );
        if progress.phase == Phase::Ended || asked {
            return;
        }
        progress.pending = Some(decision.clone());
        out.push(Output::Append(decision));
    }

    /// Asks the log to end everything proposed so far; nothing of it is armed from now on.
    fn withdraw_all(&mut self, reason: Ending, out: &mut Vec<Output>) {
        let decision = Decision::WithdrawnAll { reason };
        for sent in self.proposed.values_mut() {
            sent.withdrawn = Some(decision.clone());
        }
        let lives = |progress: &&mut Progress| progress.phase != Phase::Ended;
        if self.setup.planted.has(Bug::ArmAfterWithdrawAll) {
            out.push(Output::Append(decision));
            return;
        }
        for progress in self.orders.values_mut().filter(lives) {
            progress.pending = Some(decision.clone());
        }
        out.push(Output::Append(decision));
    }

    /// Moves an order by the table, because the log or its end says so.
    fn advance(&mut self, id: OrderId, event: Event, out: &mut Vec<Output>) {
        let planted = self.setup.planted;
        let Some(progress) = self.orders.get_mut(&id) else {
            return;
        };
        let withdrawing = matches!(
            progress.pending,
            Some(Decision::Withdrawn { .. } | Decision::WithdrawnAll { .. })
        );
        if !withdrawing || event == Event::Withdrawn || planted.has(Bug::ArmAfterWithdraw) {
            progress.pending = None;
        }
        if let Some(phase) = table::next(TABLE, progress.phase, event) {
            progress.phase = phase;
            out.push(Output::Moved(id, phase));
        }
    }
}

/// Writes a report down. What a member said last counts, but no one comes back after a no.
fn note(progress: &mut Progress, receipt: &Receipt, planted: Planted) {
    let member = &receipt.member;
    match receipt.observed {
        Observed::Prepared { lead } => {
            progress.leads.entry(member.clone()).or_insert(lead);
            progress
                .reports
                .entry(member.clone())
                .or_insert(receipt.observed);
            return;
        }
        Observed::Refused(_) => {
            if planted.has(Bug::RefusalCounts) {
                progress.leads.entry(member.clone()).or_insert(Span::ZERO);
            } else {
                progress.out.insert(member.clone());
            }
        }
        Observed::InForce { at } => {
            progress.effects.entry(member.clone()).or_insert(at);
            // A late word that it began does not undo how it was seen since.
            let later = progress.reports.get(member);
            if matches!(
                later,
                Some(Observed::Watched { .. } | Observed::Lifted { .. } | Observed::Refused(_))
            ) {
                return;
            }
        }
        Observed::Watched { .. } => {
            let ended = progress.reports.get(member);
            let harm = Some(&Observed::Watched { well: false });
            // Harm once seen stays seen, and an end stays an end.
            if matches!(ended, Some(Observed::Lifted { .. } | Observed::Refused(_)))
                || ended == harm
            {
                return;
            }
        }
        Observed::Lifted { .. } => {}
    }
    progress.reports.insert(member.clone(), receipt.observed);
}

/// Orders alive at one time: what a duty desk can watch, and a bound on memory.
const MOST_ALIVE: usize = 1_000;

/// How long an order that ended is remembered after its end.
const REMEMBER: Span = Span::from_secs(3_600);

#[cfg(test)]
#[path = "coordinator_tests.rs"]
mod tests;
