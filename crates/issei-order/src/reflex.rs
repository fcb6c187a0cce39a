//! The machine of reflexes: turns triggers and standing orders into rules to put for minutes, to lift,
//! and into batches for the ledger.
//!
//! In: [`Input`] at a time by the member's own clock. Out: [`Output`], to be acted on in order; what
//! stands behind an [`Output::Save`] must wait for it, what stands before must not.
//! Always: a rule is local, within the scope of a standing order that was logged, judged here and
//! stands now; it ends by itself within its minutes and no trigger prolongs it; there are never more
//! at once, nor begun within an hour, than people signed. Withdraw and stop beat everything.
//! After a crash a rule without its standing order is lifted. What cannot be reported is not done.
//! Limits: a member set back to an old backup forgets what began since, so that the hour's count may
//! be used once more; its rules are still bounded by the count at once.
//! Not here: detectors, proofs, signatures, gates, devices, who may ask in an operator's name.

mod activation;
mod reading;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ipnet::IpNet;
use issei_model::{
    Activation, Digest, Endpoint, Objection, OrganisationId, Reflex, ReflexBatch, ReflexEnd,
    ReflexRefusal, Span, StandingDossier, StandingEntry, StandingId, Subscriber, Territory,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::table::{self, Row};

pub use self::activation::{Acting, Motion, RULE_TABLE, Stand};
pub use self::reading::{Alarm, Reading};
pub use issei_model::{
    Destination, FoundReflex as Found, ReflexRule as Rule, ReflexRuleId as RuleId,
};

/// What the machine is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A checkpoint was verified: the log holds `size` entries; enough witnesses said so at `at`.
    Checkpoint {
        /// Entries in the log.
        size: u64,
        /// When, by the witnesses' clocks.
        at: Timestamp,
    },
    /// The entry at `index`, its inclusion proven; `None` if it is not about standing orders. A
    /// national withdrawal of everything is handed in as [`StandingEntry::AllStandingWithdrawn`].
    Entry {
        /// Its place in the log.
        index: u64,
        /// What it says.
        entry: Option<StandingEntry>,
    },
    /// The member's own gates judged a standing order; they may judge it again at any time.
    Judged {
        /// Which one.
        standing: StandingId,
        /// What they say.
        verdict: Result<(), Objection>,
    },
    /// A detector saw a trigger, or an operator asked.
    Seen(Sighting),
    /// Who asked for a drop takes it back.
    Released {
        /// Which operator, proven to be him.
        operator: OrganisationId,
        /// What he had asked for.
        to: Destination,
    },
    /// A rule was looked for on the devices.
    Read {
        /// Which rule.
        rule: RuleId,
        /// Whether it is there.
        there: bool,
    },
    /// A prefix became safeguarded here.
    Safeguarded {
        /// Which prefix.
        place: IpNet,
        /// The protected operator who registered it: alone he may ask for a drop there.
        holder: Option<OrganisationId>,
    },
    /// A person of the member ends a standing order, before the log says so.
    Withdraw(StandingId),
    /// A person of the member ends all of them, before the log says so.
    WithdrawAll,
    /// The kill switch: every rule is lifted, now.
    Stop,
    /// A person lets reflexes act again; what was stopped stays lifted.
    Resume,
}

/// A trigger, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// What was seen.
    pub trigger: Trigger,
    /// When: the last packet it rests on, or when the operator asked.
    pub at: Timestamp,
    /// Whether the member's own lists safeguard something that it would touch, but for what an
    /// operator has registered and himself asks to drop.
    pub safeguarded: bool,
    /// The salted commitment to it, for the ledger.
    pub commitment: Digest,
}

/// On what a reflex acts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// An own line floods a victim. Hand in only what came in by the line's own access, so that
    /// nobody can make it up in the line's name.
    Flood {
        /// Which line.
        line: Subscriber,
        /// Whom.
        victim: Endpoint,
    },
    /// Packets come in by a line's access from addresses that are not its own.
    Forged {
        /// Which line.
        line: Subscriber,
    },
    /// A protected operator asks for a drop.
    Asked {
        /// Who, proven to be him.
        operator: OrganisationId,
        /// What he wants dropped.
        to: Destination,
    },
}

/// What the machine wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Make [`Reflexes::durable`] durable before acting on what follows.
    Save,
    /// Have the own gates judge a standing order.
    Judge(Box<StandingDossier>),
    /// Put a rule there; it acts at once and vanishes by itself at `ends`. Putting it twice is
    /// putting it once.
    Put {
        /// Its name.
        id: RuleId,
        /// What it does.
        rule: Rule,
        /// When it vanishes.
        ends: Timestamp,
    },
    /// Take a rule away at once.
    Lift(RuleId),
    /// Look whether a rule is there.
    ReadBack(RuleId),
    /// Append this to the log.
    Report(ReflexBatch),
    /// A rule said no to a trigger.
    Refused(Trigger, ReflexRefusal),
    /// The own gates said no to a standing order.
    Declined(StandingId, Objection),
    /// Something is wrong with the log; a person must look. Nothing acts until [`Input::Resume`].
    Alarm(Alarm),
}

/// What differs from member to member.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The member's name.
    pub name: OrganisationId,
    /// The member's own lines.
    pub own: Territory,
    /// Rules at once, over all standing orders: what the devices have room for.
    pub most_rules: usize,
    /// How far the witnesses' clocks and the own one may lie apart.
    pub clock_slack: Span,
    /// How old a trigger may be, and how far ahead.
    pub fresh: Span,
    /// How often rules are looked for: at least every 5 s (G10).
    pub read_every: Span,
    /// How often a batch goes to the ledger.
    pub report_every: Span,
}

impl Setup {
    /// Gives the usual figures: 1,000 rules, slack 2 s, triggers of 10 s, looking every second,
    /// reporting every ten minutes.
    pub fn new(name: OrganisationId, own: Territory) -> Self {
        Self {
            name,
            own,
            most_rules: 1_000,
            clock_slack: Span::from_secs(2),
            fresh: Span::from_secs(10),
            read_every: Span::from_secs(1),
            report_every: Span::from_secs(600),
        }
    }
}

/// Where a standing order stands at its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// The own gates have not answered yet.
    Judging,
    /// The gates said yes: triggers act while it is valid.
    Ready,
    /// The gates said no. It does not come back.
    Refused,
    /// Withdrawn or expired. It does not come back.
    Ended,
}

/// What moves a standing order from phase to phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The gates said yes.
    GatesOpen,
    /// The gates said no.
    SayNo,
    /// It was withdrawn.
    Withdraw,
    /// Its time is over.
    TimeOver,
}

/// The whole life of a standing order.
pub const TABLE: &[Row<Phase, Event>] = &[
    (Phase::Judging, Event::GatesOpen, Phase::Ready),
    (Phase::Judging, Event::SayNo, Phase::Refused),
    (Phase::Judging, Event::Withdraw, Phase::Ended),
    (Phase::Judging, Event::TimeOver, Phase::Ended),
    (Phase::Ready, Event::SayNo, Phase::Refused),
    (Phase::Ready, Event::Withdraw, Phase::Ended),
    (Phase::Ready, Event::TimeOver, Phase::Ended),
    (Phase::Refused, Event::Withdraw, Phase::Ended),
    (Phase::Refused, Event::TimeOver, Phase::Ended),
];

/// What must survive a crash. No line's address is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Durable {
    /// How far the log was read.
    pub reading: Reading,
    /// Whether the kill switch is on, or an alarm waits for a person.
    pub stopped: bool,
    /// Standing orders whose end is not long past.
    pub standing: BTreeMap<StandingId, Held>,
    /// The number of the next activation; no number is used twice.
    pub number: u64,
    /// Activations whose rules may still be there, by number.
    pub acting: BTreeMap<u64, Acting>,
    /// Activations that ended and stand in no batch yet.
    pub unreported: VecDeque<Activation>,
    /// Triggers refused since the last batch, by reason.
    pub refused: BTreeMap<ReflexRefusal, u64>,
    /// The batch that was sent to the log and has not come back.
    pub sent: Option<ReflexBatch>,
    /// The number of the next batch.
    pub batch: u64,
}

/// A standing order as its member holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The standing order.
    pub dossier: StandingDossier,
    /// Where it stands.
    pub phase: Phase,
    /// When its activations of the last hour began.
    pub begun: VecDeque<Timestamp>,
}

/// What is known about an activation since the start.
#[derive(Clone, Debug)]
struct Hand {
    rule: Rule,
    /// When to look for the rule next.
    read_at: Timestamp,
}

/// The machine of reflexes at one member.
#[derive(Clone, Debug)]
pub struct Reflexes {
    setup: Setup,
    durable: Durable,
    hands: BTreeMap<u64, Hand>,
    /// Rules of nobody that are being lifted, and when to look for them next.
    strays: BTreeMap<RuleId, Timestamp>,
    /// When the last activation about the same was gone; kept while a trigger could be older.
    gone: BTreeMap<Rule, Timestamp>,
    /// Standing orders that the gates were asked about.
    asked: BTreeSet<StandingId>,
    started: Timestamp,
    report_at: Timestamp,
}

impl Reflexes {
    /// Comes up with what was durable and the rules that the devices hold. Those without a standing
    /// order that lives are lifted at once; the others keep their end.
    pub fn start(
        setup: Setup,
        durable: Durable,
        found: &[Found],
        now: Timestamp,
        out: &mut Vec<Output>,
    ) -> Self {
        let report_at = now + setup.report_every;
        let mut machine = Self {
            setup,
            durable,
            hands: BTreeMap::new(),
            strays: BTreeMap::new(),
            gone: BTreeMap::new(),
            asked: BTreeSet::new(),
            started: now,
            report_at,
        };
        machine.durable.reading.forget_the_moment();
        for one in found {
            machine.take_up(now, one, out);
        }
        machine.close_what_is_lost(now);
        out.push(Output::Save);
        machine
    }

    /// Takes a rule found at the start for its own, or lifts it.
    fn take_up(&mut self, now: Timestamp, found: &Found, out: &mut Vec<Output>) {
        let number = found.id.number;
        if number < MOST_NUMBER {
            self.durable.number = self.durable.number.max(number + 1);
        }
        let acting = self.durable.acting.get(&number);
        let known = acting.filter(|acting| acting.standing == found.id.standing);
        let Some(ends) = known.map(|acting| acting.ends) else {
            self.lift_stray(now, found.id, out);
            return;
        };
        let read_at = now;
        let rule = found.rule.clone();
        self.hands.insert(number, Hand { rule, read_at });
        let held = self.held(found.id.standing);
        let lives = held.is_some_and(|held| {
            held.phase == Phase::Ready && found.rule.is_of(&held.dossier.order)
        });
        let late = found.ends > ends + self.setup.clock_slack || ends <= now;
        let end = match (self.durable.stopped, lives, late) {
            (true, ..) => ReflexEnd::Stopped,
            (_, false, _) => ReflexEnd::Withdrawn,
            (_, _, true) => ReflexEnd::Over,
            (false, true, false) => return,
        };
        self.lift(now, number, end, out);
    }

    /// Ends what was asked for before a crash and is not on the devices.
    fn close_what_is_lost(&mut self, now: Timestamp) {
        let lost: Vec<u64> = self
            .durable
            .acting
            .keys()
            .filter(|number| !self.hands.contains_key(number))
            .copied()
            .collect();
        for number in lost {
            self.close(now, number, ReflexEnd::Lost);
        }
    }

    /// Tells what must survive a crash.
    pub fn durable(&self) -> &Durable {
        &self.durable
    }

    /// Tells the index of the entry to fetch next.
    pub fn next_entry(&self) -> u64 {
        self.durable.reading.next()
    }

    /// Tells whether the log was read to a checkpoint witnessed after the start, and to its end.
    pub fn is_current(&self) -> bool {
        self.durable.reading.is_current()
    }

    /// Tells where a standing order stands.
    pub fn phase(&self, standing: StandingId) -> Option<Phase> {
        self.held(standing).map(|held| held.phase)
    }

    /// Shows the rules that may be on the devices, as far as they are known since the start.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.hands.iter().filter_map(|(number, hand)| {
            let acting = self.durable.acting.get(number)?;
            Some((acting.rule(*number), &hand.rule))
        })
    }

    /// Tells whether a sighting would begin an activation now; changes nothing.
    pub fn would_act(&self, now: Timestamp, sighting: &Sighting) -> bool {
        self.decide(now, sighting).is_ok()
    }

    /// Takes other prefixes as the member's own. What acts already is judged by the gates, not here.
    pub fn own(&mut self, own: Territory) {
        self.setup.own = own;
    }

    /// Learns how many rules the devices have room for.
    pub fn has_room(&mut self, rules: usize) {
        self.setup.most_rules = rules;
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Checkpoint { size, at } => self.on_checkpoint(size, at, out),
            Input::Entry { index, entry } => self.on_entry(now, index, entry, out),
            Input::Judged { standing, verdict } => self.on_judged(now, standing, verdict, out),
            Input::Seen(sighting) => self.on_seen(now, sighting, out),
            Input::Released { operator, to } => self.on_released(now, &operator, to, out),
            Input::Read { rule, there } => self.on_read(now, rule, there, out),
            Input::Safeguarded { place, holder } => {
                self.on_safeguarded(now, &place, holder.as_ref(), out);
            }
            Input::Withdraw(standing) => self.withdraw(now, standing, out),
            Input::WithdrawAll => self.withdraw_all(now, out),
            Input::Stop => {
                self.durable.stopped = true;
                // All are lifted before anything is saved: the switch works without the database.
                self.lift_where(now, ReflexEnd::Stopped, out, |_, _| true);
                out.push(Output::Save);
            }
            Input::Resume => {
                self.durable.stopped = false;
                out.push(Output::Save);
            }
        }
        self.ask_the_gates(out);
    }

    /// Tells when to call [`Self::on_deadline`] if nothing else happens.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let lives = |held: &&Held| held.phase != Phase::Ended;
        let standing = self.durable.standing.values().filter(lives);
        let standing = standing.map(|held| held.dossier.order.valid_until);
        let reads = self.hands.values().map(|hand| hand.read_at);
        let acting = self.durable.acting.values();
        let ends = acting.filter(|acting| acting.stand != Stand::Lifting);
        let ends = ends.map(|acting| acting.ends);
        let strays = self.strays.values().copied();
        let report = self.has_something_to_tell().then_some(self.report_at);
        standing
            .chain(reads)
            .chain(ends)
            .chain(strays)
            .chain(report)
            .min()
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.lift_where(now, ReflexEnd::Over, out, |acting, _| acting.ends <= now);
        self.end_what_is_over(now, out);
        self.look_again(now, out);
        self.gone.retain(|_, at| now.since(*at) <= self.setup.fresh);
        if self.report_at <= now {
            self.report(now, out);
        }
        self.ask_the_gates(out);
    }

    fn end_what_is_over(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let over = self.standing_where(|held| {
            held.phase != Phase::Ended && held.dossier.order.valid_until <= now
        });
        for standing in over {
            self.advance(standing, Event::TimeOver);
            self.lift_of(now, standing, ReflexEnd::Over, out);
            out.push(Output::Save);
        }
        let keeps = |held: &Held| now < held.dossier.order.valid_until + REMEMBER;
        self.durable.standing.retain(|_, held| keeps(held));
    }

    /// Looks for every rule whose turn it is.
    fn look_again(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let again = now + self.setup.read_every;
        for (number, hand) in &mut self.hands {
            if hand.read_at <= now
                && let Some(acting) = self.durable.acting.get(number)
            {
                hand.read_at = again;
                out.push(Output::ReadBack(acting.rule(*number)));
            }
        }
        for (rule, at) in &mut self.strays {
            if *at <= now {
                *at = again;
                out.push(Output::ReadBack(*rule));
            }
        }
    }

    fn on_checkpoint(&mut self, size: u64, at: Timestamp, out: &mut Vec<Output>) {
        let fresh_from = self.started + self.setup.clock_slack;
        match self.durable.reading.checkpoint(size, at, fresh_from) {
            Ok(false) => {}
            Ok(true) => out.push(Output::Save),
            Err(alarm) => {
                self.durable.stopped = true;
                out.push(Output::Alarm(alarm));
                out.push(Output::Save);
            }
        }
    }

    fn on_entry(
        &mut self,
        now: Timestamp,
        index: u64,
        entry: Option<StandingEntry>,
        out: &mut Vec<Output>,
    ) {
        if !self.durable.reading.takes(index) {
            return; // a gap is filled by fetching; what was read changes nothing any more
        }
        let me = &self.setup.name;
        match entry {
            Some(StandingEntry::StandingProposed(dossier)) => {
                self.on_proposed(now, *dossier, out);
            }
            Some(StandingEntry::StandingWithdrawn { standing }) => {
                self.withdraw(now, standing, out);
            }
            Some(StandingEntry::AllStandingWithdrawn { member }) => {
                if member.is_none_or(|member| member == *me) {
                    self.withdraw_all(now, out);
                }
            }
            Some(StandingEntry::ReflexesReported(batch)) if batch.member == *me => {
                self.on_reported(&batch);
            }
            Some(StandingEntry::ReflexesReported(_)) | None => {}
        }
        out.push(Output::Save);
    }

    fn on_proposed(&mut self, now: Timestamp, dossier: StandingDossier, out: &mut Vec<Output>) {
        let order = &dossier.order;
        let id = order.id();
        let known = self.held(id).is_some();
        if order.member != self.setup.name || order.valid_until <= now || known {
            return;
        }
        if order.malformed().is_some() {
            out.push(Output::Declined(id, Objection::Technical));
            return;
        }
        if self.durable.standing.len() >= MOST_STANDING {
            out.push(Output::Declined(id, Objection::Capacity));
            return;
        }
        let held = Held {
            dossier,
            phase: Phase::Judging,
            begun: VecDeque::new(),
        };
        self.durable.standing.insert(id, held);
    }

    /// A batch stands in the log. One with a higher number than ever sent is from before an old backup.
    fn on_reported(&mut self, batch: &ReflexBatch) {
        if self.durable.sent.as_ref() == Some(batch) {
            self.durable.sent = None;
        }
        self.durable.batch = self.durable.batch.max(batch.number.saturating_add(1));
    }

    fn on_judged(
        &mut self,
        now: Timestamp,
        standing: StandingId,
        verdict: Result<(), Objection>,
        out: &mut Vec<Output>,
    ) {
        match verdict {
            Ok(()) => {
                if self.advance(standing, Event::GatesOpen) {
                    out.push(Output::Save);
                }
            }
            Err(why) => {
                if self.advance(standing, Event::SayNo) {
                    self.lift_of(now, standing, ReflexEnd::Withdrawn, out);
                    out.push(Output::Save);
                    out.push(Output::Declined(standing, why));
                }
            }
        }
    }

    fn on_seen(&mut self, now: Timestamp, sighting: Sighting, out: &mut Vec<Output>) {
        match self.decide(now, &sighting) {
            Ok((standing, rule)) => self.begin(now, standing, rule, sighting.commitment, out),
            Err(why) => {
                let count = self.durable.refused.entry(why).or_default();
                *count = count.saturating_add(1);
                out.push(Output::Refused(sighting.trigger, why));
            }
        }
    }

    /// Decides about a trigger: under which standing order which rule is put, or why none.
    fn decide(
        &self,
        now: Timestamp,
        sighting: &Sighting,
    ) -> Result<(StandingId, Rule), ReflexRefusal> {
        if self.durable.stopped {
            return Err(ReflexRefusal::Stopped);
        }
        if !self.is_current() {
            return Err(ReflexRefusal::NotCurrent);
        }
        let (age, fresh) = (now.since(sighting.at), self.setup.fresh);
        if age > fresh || sighting.at > now + fresh {
            return Err(ReflexRefusal::Stale);
        }
        self.own_and_well_formed(&sighting.trigger)?;
        if sighting.safeguarded {
            return Err(ReflexRefusal::Safeguarded);
        }
        let standing = self.durable.standing.iter();
        let standing = standing.filter(|(_, held)| held.phase == Phase::Ready);
        let mut nearest = ReflexRefusal::NoStandingOrder;
        for (id, held) in standing {
            match self.decide_under(now, *id, held, sighting) {
                Ok(rule) => return Ok((*id, rule)),
                Err(why) => nearest = nearest.max(why),
            }
        }
        Err(nearest)
    }

    fn own_and_well_formed(&self, trigger: &Trigger) -> Result<(), ReflexRefusal> {
        match trigger {
            Trigger::Flood { line, .. } | Trigger::Forged { line } => {
                let own = self.setup.own.is_ours_ip(line.reveal());
                own.then_some(()).ok_or(ReflexRefusal::NotOwn)
            }
            Trigger::Asked { to, .. } => {
                let well = to.well_formed();
                well.then_some(()).ok_or(ReflexRefusal::Malformed)
            }
        }
    }

    /// Decides about a trigger under one standing order.
    fn decide_under(
        &self,
        now: Timestamp,
        id: StandingId,
        held: &Held,
        sighting: &Sighting,
    ) -> Result<Rule, ReflexRefusal> {
        let order = &held.dossier.order;
        let rule = rule_for(&order.reflex, &sighting.trigger);
        let rule = rule.ok_or(ReflexRefusal::NoStandingOrder)?;
        if !rule.is_of(order) {
            return Err(ReflexRefusal::OutOfScope);
        }
        if !order.stands_at(now) {
            return Err(ReflexRefusal::Expired);
        }
        let about = rule.about();
        if self.hands.values().any(|hand| hand.rule.about() == about) {
            return Err(ReflexRefusal::Acting);
        }
        let gone = self.gone.get(&about);
        if gone.is_some_and(|gone| sighting.at <= *gone) {
            return Err(ReflexRefusal::SeenBefore);
        }
        let acting = self.durable.acting.values();
        let at_once = acting.filter(|acting| acting.standing == id).count();
        if at_once >= order.at_once as usize {
            return Err(ReflexRefusal::AtOnce);
        }
        let within_hour = |at: &&Timestamp| now.since(**at) < HOUR;
        if held.begun.iter().filter(within_hour).count() >= order.per_hour as usize {
            return Err(ReflexRefusal::PerHour);
        }
        if self.durable.acting.len() >= self.setup.most_rules {
            return Err(ReflexRefusal::NoRoom);
        }
        if self.durable.unreported.len() + self.durable.acting.len() >= MOST_UNREPORTED {
            return Err(ReflexRefusal::Unreported);
        }
        Ok(rule)
    }

    /// Begins an activation: counted for good before anything acts.
    fn begin(
        &mut self,
        now: Timestamp,
        standing: StandingId,
        rule: Rule,
        commitment: Digest,
        out: &mut Vec<Output>,
    ) {
        let read_at = now + self.setup.read_every;
        let Some(held) = self.durable.standing.get_mut(&standing) else {
            return;
        };
        let order = &held.dossier.order;
        let ends = (now + order.lasts).min(order.valid_until);
        held.begun.retain(|at| now.since(*at) < HOUR);
        held.begun.push_back(now);
        let number = self.durable.number;
        self.durable.number = number.saturating_add(1);
        let acting = Acting::begun(standing, now, ends, commitment);
        let id = acting.rule(number);
        self.durable.acting.insert(number, acting);
        let hand = Hand {
            rule: rule.clone(),
            read_at,
        };
        self.hands.insert(number, hand);
        out.push(Output::Save);
        out.push(Output::Put { id, rule, ends });
        out.push(Output::ReadBack(id));
    }

    fn on_released(
        &mut self,
        now: Timestamp,
        operator: &OrganisationId,
        to: Destination,
        out: &mut Vec<Output>,
    ) {
        let wanted = Rule::Drop { to };
        let his = Reflex::DropOnRequest(operator.clone());
        let standing = self.standing_where(|held| held.dossier.order.reflex == his);
        self.lift_where(now, ReflexEnd::Released, out, |acting, rule| {
            *rule == wanted && standing.contains(&acting.standing)
        });
        out.push(Output::Save);
    }

    fn on_safeguarded(
        &mut self,
        now: Timestamp,
        place: &IpNet,
        holder: Option<&OrganisationId>,
        out: &mut Vec<Output>,
    ) {
        let spared = self.standing_where(|held| match (&held.dossier.order.reflex, holder) {
            (Reflex::DropOnRequest(operator), Some(holder)) => operator == holder,
            _ => false,
        });
        self.lift_where(now, ReflexEnd::Safeguarded, out, |acting, rule| {
            rule.touches(place) && !spared.contains(&acting.standing)
        });
        out.push(Output::Save);
    }

    fn withdraw(&mut self, now: Timestamp, standing: StandingId, out: &mut Vec<Output>) {
        if self.advance(standing, Event::Withdraw) {
            self.lift_of(now, standing, ReflexEnd::Withdrawn, out);
            out.push(Output::Save);
        }
    }

    fn withdraw_all(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        for standing in self.standing_where(|_| true) {
            self.withdraw(now, standing, out);
        }
    }

    /// Asks the own gates about every standing order that waits for them, once since the start.
    fn ask_the_gates(&mut self, out: &mut Vec<Output>) {
        let waits = self.standing_where(|held| held.phase == Phase::Judging);
        for (id, held) in &self.durable.standing {
            if waits.contains(id) && self.asked.insert(*id) {
                out.push(Output::Judge(Box::new(held.dossier.clone())));
            }
        }
        self.asked.retain(|id| waits.contains(id));
    }

    /// Names the standing orders that are so, in a defined order.
    fn standing_where(&self, is_so: impl Fn(&Held) -> bool) -> Vec<StandingId> {
        let standing = self.durable.standing.iter();
        let so = standing.filter(|(_, held)| is_so(held));
        so.map(|(id, _)| *id).collect()
    }

    /// Moves a standing order by the table; says whether it moved.
    fn advance(&mut self, standing: StandingId, event: Event) -> bool {
        let Some(held) = self.durable.standing.get_mut(&standing) else {
            return false;
        };
        let next = table::next(TABLE, held.phase, event);
        if let Some(next) = next {
            held.phase = next;
        }
        next.is_some()
    }

    fn held(&self, standing: StandingId) -> Option<&Held> {
        self.durable.standing.get(&standing)
    }
}

/// Tells the rule that a reflex puts on a trigger, if it is for such a trigger.
fn rule_for(reflex: &Reflex, trigger: &Trigger) -> Option<Rule> {
    match (reflex, trigger) {
        (&Reflex::LimitFlood(packets), &Trigger::Flood { line, victim }) => Some(Rule::Limit {
            line,
            victim,
            packets,
        }),
        (Reflex::DropForged, &Trigger::Forged { line }) => Some(Rule::DropForged { line }),
        (Reflex::DropOnRequest(his), Trigger::Asked { operator, to }) if his == operator => {
            Some(Rule::Drop { to: *to })
        }
        _ => None,
    }
}

/// Standing orders that a member holds: what people can keep in mind.
const MOST_STANDING: usize = 100;

/// Activations that may wait for a batch: a day of a busy member without the log.
const MOST_UNREPORTED: usize = 10_000;

/// Numbers of activations that can be ours: beyond, a device tells nonsense.
const MOST_NUMBER: u64 = 1 << 62;

/// In this time so many activations may begin as a standing order says.
const HOUR: Span = Span::from_secs(3_600);

/// How long a standing order is remembered after its end.
const REMEMBER: Span = Span::from_secs(3_600);

#[cfg(test)]
#[path = "reflex_tests.rs"]
mod tests;
