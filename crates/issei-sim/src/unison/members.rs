//! What happens at the members: processes that are told things, act, die and come back, with what
//! the host around them does: verify proofs, keep states, wake them at their deadlines.

use std::collections::VecDeque;
use std::rc::Rc;

use issei_model::{Decision, Objection, Observed, OrderId, Receipt, Span, Timestamp};
use issei_order::member::{Durable, Input, Output, Rules, Setup};
use issei_order::{Member, coordinator};

use super::device::{Device, Entry};
use super::ghost::{AT_ONCE, COMING_BACK, Memory, Return, Seen};
use super::notary::{Checkpoint, Extent};
use super::plan::{CLOCK_LIMIT, MOST_ORDERS, MS, Plan, SECOND, name};
use super::rules::Rule;
use super::{Process, Step, World};

/// A durable state, with what the ghost knew when it was saved.
#[derive(Clone, Debug, Default)]
struct Saved {
    durable: Durable,
    memory: Memory,
    saves: u64,
}

/// A member's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// How far it is off.
    pub offset: i64,
    /// The furthest it was ever off.
    pub worst: i64,
    /// How far its keeper says it may be off.
    pub says: i64,
    /// When it last jumped.
    pub jumped_at: i64,
}

/// A member: its process, if it runs, its states, its device, its clock.
pub(super) struct Node {
    pub machine: Option<Member>,
    pub incarnation: u64,
    saved: VecDeque<Saved>,
    pub seen: Seen,
    pub device: Device,
    pub clock: Clock,
    pub cut_off: bool,
    /// A person restores a backup before the next start.
    pub restores: bool,
    /// Since when orders aim at something safeguarded, as the gates remember it.
    pub safeguarded: [Option<i64>; MOST_ORDERS],
    /// For which moment this process armed an order last, by its own clock.
    pub armed: [Option<i64>; MOST_ORDERS],
    ticks_at: Option<i64>,
    /// When it last was woken.
    ticked_at: i64,
}

impl Node {
    pub fn new(plan: &Plan, member: usize) -> Self {
        let offset = plan.offsets[member];
        Self {
            machine: None,
            incarnation: 0,
            saved: VecDeque::from([Saved::default()]),
            seen: Seen::default(),
            device: Device {
                keeps: plan.keeps[member],
                ..Device::default()
            },
            clock: Clock {
                offset,
                worst: offset.abs(),
                says: plan.errors[member],
                jumped_at: i64::MIN,
            },
            cut_off: false,
            restores: false,
            safeguarded: [None; MOST_ORDERS],
            armed: [None; MOST_ORDERS],
            ticks_at: None,
            ticked_at: i64::MIN,
        }
    }
}

impl World {
    pub(super) fn local(&self, member: usize) -> i64 {
        self.now + self.nodes[member].clock.offset
    }

    fn is_alive(&self, process: Process) -> bool {
        let node = &self.nodes[process.member];
        node.incarnation == process.incarnation && node.machine.is_some()
    }

    pub(super) fn tell(&mut self, process: Process, input: Input) {
        let member = process.member;
        if !self.is_alive(process) {
            return;
        }
        self.remember(member, &input);
        let must_tell = self.must_tell(member, &input);
        let local = Timestamp::from_micros(self.local(member));
        let mut out = Vec::new();
        if let Some(machine) = &mut self.nodes[member].machine {
            machine.handle(local, input, &mut out);
        }
        if let Some(order) = must_tell {
            self.check_told(member, order, &out);
        }
        self.act(member, out);
    }

    /// Writes down what a member is told, before it answers.
    fn remember(&mut self, member: usize, input: &Input) {
        match input {
            Input::Checkpoint { .. } | Input::Entry { .. } => {} // where they are handed over
            Input::Judged { order, verdict } => {
                let order = self.numbers[order];
                if verdict.is_ok() {
                    self.nodes[member].seen.memory.orders[order].allowed = true;
                } else {
                    self.ban(member, order, Rule::OwnGates);
                }
            }
            Input::Clock { error } => self.remember_clock(member, error.as_micros()),
            Input::Safeguarded { order } => self.ban(member, self.numbers[order], Rule::Safeguard),
            Input::Leave { order, .. } => self.ban(member, self.numbers[order], Rule::SaidNo),
            Input::Stop => {
                self.nodes[member].seen.memory.stopped = true;
                for order in 0..MOST_ORDERS {
                    self.ban(member, order, Rule::Stop);
                }
            }
            Input::Resume => {
                let memory = &mut self.nodes[member].seen.memory;
                (memory.stopped, memory.shrunk) = (false, false);
            }
            Input::Read { .. } | Input::Watched { .. } => {}
        }
    }

    /// Takes an order out at a member, if the member holds it: nobody can leave what was never asked.
    fn ban(&mut self, member: usize, order: usize, rule: Rule) {
        if self.nodes[member].seen.memory.orders[order].held {
            let until = self.now + AT_ONCE;
            self.nodes[member].seen.say_no(order, rule, until);
            self.after(AT_ONCE + MS, Step::Look(member));
        }
    }

    /// A clock that is too uncertain takes a member out of what is armed and has not fired.
    fn remember_clock(&mut self, member: usize, error: i64) {
        self.nodes[member].seen.error = error;
        self.see_whether_misled(member);
        let (now, seen) = (self.now, &mut self.nodes[member].seen);
        if error > FRESH_LIMIT {
            (seen.misled, seen.certain) = (false, i64::MAX); // what was concluded by it falls
        } else {
            seen.certain = seen.certain.min(now);
        }
        let (now, local) = (self.now, self.local(member));
        for order in 0..MOST_ORDERS {
            let node = &self.nodes[member];
            let fires = node.device.rules[order].and_then(|rule| rule.fires);
            let waits = fires.is_some_and(|at| at > now);
            let named = &node.seen.memory.orders[order].named;
            if error > CLOCK_LIMIT && waits && named.iter().any(|t| local < *t) {
                self.ban(member, order, Rule::Clock);
            }
        }
    }

    /// The keeper of a clock says how far it may be off.
    pub(super) fn say_error(&mut self, member: usize, error: i64) {
        self.nodes[member].clock.says = error;
        let error = Span::from_micros(error);
        self.tell(self.process(member), Input::Clock { error });
    }

    /// A clock that is off by more than it says, and too far to tell what is fresh.
    pub(super) fn see_whether_misled(&mut self, member: usize) {
        let node = &mut self.nodes[member];
        let off = node.clock.offset.abs();
        node.seen.misled |= off > node.seen.error && off > FRESH_LIMIT;
    }

    /// Hands a checkpoint over, if it agrees with what was verified before. A host cannot prove
    /// that a smaller log is a beginning of the one it knows; the member judges that.
    pub(super) fn hand_checkpoint(&mut self, process: Process, checkpoint: Checkpoint) {
        if !self.is_alive(process) {
            return;
        }
        let Checkpoint { log, at } = checkpoint;
        let seen = &mut self.nodes[process.member].seen;
        let known = seen.memory.log;
        if log.size >= known.size && !self.notary.agree(known, log) {
            return; // no consistency proof: the host raises the alarm and hands nothing over
        }
        if at > seen.newest.0 {
            if log.size >= known.size {
                seen.memory.log = log;
                seen.newest = (at, log.size);
            } else {
                seen.memory.shrunk |= at >= seen.started + CERTAINLY_AFTER;
            }
        }
        seen.look_whether_current();
        let at = Timestamp::from_micros(at);
        self.tell(process, Input::Checkpoint { size: log.size, at });
    }

    /// Hands an entry over, proven by a checkpoint that is handed over before.
    pub(super) fn hand_entry(
        &mut self,
        process: Process,
        index: u64,
        checkpoint: Checkpoint,
        entry: Option<Rc<Decision>>,
    ) {
        let place = Extent {
            era: checkpoint.log.era,
            size: index + 1,
        };
        if index >= self.nodes[process.member].seen.memory.log.size {
            self.hand_checkpoint(process, checkpoint);
        }
        let known = self.nodes[process.member].seen.memory.log;
        if !self.is_alive(process) || index >= known.size || !self.notary.agree(known, place) {
            return;
        }
        if self.nodes[process.member].seen.memory.read == index {
            self.nodes[process.member].seen.memory.read += 1;
            if let Some(decision) = &entry {
                self.remember_entry(process.member, place, decision);
            }
            self.nodes[process.member].seen.look_whether_current();
        }
        let decision = entry.map(|decision| Decision::clone(&decision));
        self.tell(process, Input::Entry { index, decision });
    }

    fn remember_entry(&mut self, member: usize, place: Extent, decision: &Decision) {
        match decision {
            Decision::Proposed(dossier) => {
                let order = self.number(dossier);
                let in_time = self.local(member) < self.plan.orders[order].fire_before;
                let known = &mut self.nodes[member].seen.memory.orders[order];
                known.held |= in_time && !known.proposed;
                known.proposed = true;
            }
            Decision::Armed {
                order,
                members,
                fires_at,
            } => {
                let (now, order, at) = (self.now, self.numbers[order], fires_at.as_micros());
                let known = &mut self.nodes[member].seen.memory.orders[order];
                if known.held {
                    known.first_t.get_or_insert((at, now));
                }
                if members.contains(name(member)) {
                    known.named.push(at);
                }
            }
            Decision::Confirmed { order, .. } => {
                self.remember_confirmation(member, self.numbers[order]);
            }
            Decision::Withdrawn { order, .. } => {
                self.remember_withdrawal(member, self.numbers[order], place);
            }
            Decision::WithdrawnAll { .. } => {
                for order in 0..MOST_ORDERS {
                    self.remember_withdrawal(member, order, place);
                }
            }
        }
    }

    /// A confirmation counts between the first T and the moment, by the member's own clock.
    fn remember_confirmation(&mut self, member: usize, order: usize) {
        let Some((_, by)) = self.unconfirmed_end(member, order) else {
            return;
        };
        let (now, local) = (self.now, self.local(member));
        if local >= by {
            return;
        }
        let offset = self.nodes[member].clock.offset;
        self.nodes[member].seen.memory.orders[order].confirmed = true;
        self.outcome.confirmed += 1;
        let delay = by - offset - now + BEHIND;
        self.after(delay, Step::GoesOn(self.process(member), order));
    }

    /// Tells the moment, by the member's clock, at which an order ends there unless somebody confirms it, and
    /// when that was known.
    pub(super) fn unconfirmed_end(&self, member: usize, order: usize) -> Option<(i64, i64)> {
        let case = &self.plan.orders[order];
        let known = &self.nodes[member].seen.memory.orders[order];
        let (first_t, read) = known.first_t.filter(|_| !known.confirmed)?;
        Some((read, (first_t + case.within?).min(case.expires)))
    }

    fn remember_withdrawal(&mut self, member: usize, order: usize, place: Extent) {
        let until = self.now + AT_ONCE;
        let seen = &mut self.nodes[member].seen;
        if seen.memory.orders[order].proposed {
            seen.withdraw(order, until, place);
            self.after(AT_ONCE + MS, Step::Look(member));
        }
    }

    pub(super) fn tick(&mut self, process: Process) {
        let (member, now) = (process.member, self.now);
        let local = Timestamp::from_micros(self.local(member));
        if !self.is_alive(process) || self.nodes[member].ticks_at != Some(now) {
            return;
        }
        let node = &mut self.nodes[member];
        (node.ticks_at, node.ticked_at) = (None, now);
        let mut out = Vec::new();
        if let Some(machine) = &mut node.machine {
            machine.on_deadline(local, &mut out);
        }
        self.act(member, out);
    }

    /// Does what a member wants, output by output; it may die after any of them.
    fn act(&mut self, member: usize, out: Vec<Output>) {
        self.outcome.activations += 1;
        for output in out {
            self.note(|| format!("  {member}: {output:?}"));
            let torn = matches!(output, Output::Save) && self.dice.chance(self.plan.crash);
            if !torn {
                self.perform(member, output);
            }
            self.outcome.torn += u64::from(torn);
            if torn || self.dice.chance(self.plan.crash) {
                self.crash(member);
                return;
            }
        }
        self.look(member);
        self.set_tick(member);
    }

    /// Plans the next waking. A host rests a little between two, so a deadline that does not pass
    /// does not hold everything up.
    pub(super) fn set_tick(&mut self, member: usize) {
        let process = self.process(member);
        let node = &mut self.nodes[member];
        let Some(at) = node.machine.as_ref().and_then(Member::next_deadline) else {
            return;
        };
        let rested = node.ticked_at.saturating_add(REST);
        let at = (at.as_micros() - node.clock.offset)
            .max(self.now)
            .max(rested);
        if node.ticks_at.is_none_or(|set| at < set || set < self.now) {
            node.ticks_at = Some(at);
            self.after(at - self.now, Step::Tick(process));
        }
    }

    /// The clock jumped: what was planned by it is planned anew.
    pub(super) fn plan_anew(&mut self, member: usize) {
        self.nodes[member].ticks_at = None;
        self.set_tick(member);
    }

    fn perform(&mut self, member: usize, output: Output) {
        match output {
            Output::Save => self.save(member),
            Output::Judge(dossier) => self.judge(member, self.number(&dossier)),
            Output::Stage { order, ends } => {
                self.stage(member, self.numbers[&order], ends.as_micros());
            }
            Output::Arm {
                order,
                fires_at,
                ends,
            } => {
                let order = self.numbers[&order];
                self.arm(member, order, fires_at.as_micros(), ends.as_micros());
            }
            Output::Lift(order) => self.lift(member, self.numbers[&order]),
            Output::ReadBack(order) => self.read_back(member, order),
            Output::Report(receipt) => self.report(member, receipt),
            Output::Alarm(_) => {
                let delay = SECOND + self.dice.moment() * 5;
                self.after(delay, Step::Resume(member));
            }
        }
    }

    fn save(&mut self, member: usize) {
        let node = &mut self.nodes[member];
        node.seen.saves += 1;
        let Some(machine) = &node.machine else { return };
        let saved = Saved {
            durable: machine.durable().clone(),
            memory: node.seen.memory.clone(),
            saves: node.seen.saves,
        };
        if node.saved.len() >= BACKUPS {
            node.saved.pop_front();
        }
        node.saved.push_back(saved);
    }

    fn judge(&mut self, member: usize, order: usize) {
        let safe = self.nodes[member].safeguarded[order].is_none();
        let lead = self.plan.orders[order].verdicts[member].filter(|_| safe);
        let order = self.plan.orders[order].id;
        let verdict = lead.map(Span::from_micros).ok_or(Objection::Legal);
        let slow = !self.plan.calm && self.dice.chance(0.1);
        let delay = self.delay() + if slow { 3 * SECOND } else { 0 };
        let input = Input::Judged { order, verdict };
        self.after(delay, Step::Tell(self.process(member), input));
    }

    fn stage(&mut self, member: usize, order: usize, ends: i64) {
        self.check_bringing(member, order);
        let node = &mut self.nodes[member];
        let ends = ends - node.clock.offset;
        node.device.put(order, Entry { fires: None, ends });
        let limit = self.plan.orders[order].fire_before - node.clock.offset;
        self.after(limit - self.now + 2 * SECOND, Step::Look(member));
    }

    fn arm(&mut self, member: usize, order: usize, fires: i64, ends: i64) {
        self.check_bringing(member, order);
        self.check_arming(member, order, fires);
        let node = &mut self.nodes[member];
        node.armed[order] = Some(fires);
        let (fires, ends) = (fires - node.clock.offset, ends - node.clock.offset);
        let entry = Entry {
            fires: Some(fires),
            ends,
        };
        node.device.put(order, entry);
        let worst = node.clock.worst;
        for at in [fires, ends, ends + worst + 3 * SECOND] {
            self.after(at - self.now, Step::Look(member));
        }
    }

    fn lift(&mut self, member: usize, order: usize) {
        let now = self.now;
        if self.dice.chance(self.plan.lift_fails) {
            self.outcome.failed_lifts += 1;
            self.nodes[member].device.fail_to_remove(order, now);
            self.after(2 * SECOND, Step::Look(member));
        } else {
            self.nodes[member].device.remove(order, now);
        }
    }

    fn read_back(&mut self, member: usize, order: OrderId) {
        let now = self.now;
        let node = &mut self.nodes[member];
        node.device.pass(now);
        let offset = node.clock.offset;
        let rules = match node.device.rules[self.numbers[&order]].map(|entry| entry.fires) {
            None => Rules::Absent,
            Some(Some(at)) if at <= now => Rules::Active(Timestamp::from_micros(at + offset)),
            Some(_) => Rules::Staged,
        };
        let step = Step::Tell(self.process(member), Input::Read { order, rules });
        let delay = MS + i64::from(self.dice.below(5_000));
        self.after(delay, step);
    }

    fn report(&mut self, member: usize, receipt: Receipt) {
        let order = self.numbers[&receipt.order];
        self.check_report(member, order, receipt.observed);
        if let Observed::InForce { .. } = receipt.observed {
            self.after(20 * MS, Step::Watch(self.process(member), order));
        }
        if let Observed::Refused(_) = receipt.observed {
            let until = self.now + AT_ONCE;
            self.nodes[member].seen.said_no(order, until);
            self.after(AT_ONCE + MS, Step::Look(member));
        }
        self.pass_on(member, receipt);
    }

    pub(super) fn pass_on(&mut self, member: usize, receipt: Receipt) {
        if !self.nodes[member].cut_off {
            let input = coordinator::Input::Receipt(receipt);
            self.send(Step::ToDesk(self.desk.incarnation, input));
        }
    }

    pub(super) fn watch(&mut self, process: Process, order: usize) {
        let well = self.plan.calm || !self.dice.chance(0.1);
        let order = self.plan.orders[order].id;
        self.tell(process, Input::Watched { order, well });
    }

    pub(super) fn crash(&mut self, member: usize) {
        self.outcome.crashes += 1;
        let now = self.now;
        let node = &mut self.nodes[member];
        node.machine = None;
        node.incarnation += 1;
        (node.ticks_at, node.ticked_at) = (None, i64::MIN);
        node.armed = [None; MOST_ORDERS];
        for order in 0..MOST_ORDERS {
            if node.device.keeps {
                node.device.failing[order] = None; // the next process begins anew
            } else {
                node.device.remove(order, now);
            }
        }
        let delay = 10 * MS + self.dice.moment() * 3;
        self.after(delay, Step::Restart(member));
    }

    pub(super) fn restart(&mut self, member: usize) {
        let (now, local) = (self.now, self.local(member));
        if self.nodes[member].machine.is_some() {
            return;
        }
        let (saved, announced) = self.state_to_come_back_from(member);
        let node = &mut self.nodes[member];
        node.device.pass(now);
        let found: Vec<usize> = node.device.orders().collect();
        let back = Return {
            saves: saved.saves,
            now,
            announced,
        };
        node.seen
            .restart(saved.memory, back, |place| self.notary.holds(place));
        let orphans = self.orphans(member, &found);
        let mut setup = Setup::new(name(member).clone());
        setup.planted = self.planted;
        let found: Vec<OrderId> = found
            .iter()
            .map(|order| self.plan.orders[*order].id)
            .collect();
        let (start, mut out) = (Timestamp::from_micros(local), Vec::new());
        let machine = Member::start(setup, saved.durable, &found, start, &mut out);
        self.nodes[member].machine = Some(machine);
        let process = self.process(member);
        self.after(MS, Step::Clock(member, self.nodes[member].clock.says));
        self.after(AT_ONCE, Step::Orphans(process, orphans));
        self.after(COMING_BACK, Step::Grace(process));
        self.say_what_is_safeguarded(process);
        if announced {
            let delay = SECOND + self.dice.moment() * 5;
            self.after(delay, Step::Resume(member));
        }
        self.act(member, out);
    }

    /// The gates remember what is safeguarded, and their host says it after each start.
    fn say_what_is_safeguarded(&mut self, process: Process) {
        let safeguarded = self.nodes[process.member].safeguarded;
        for order in (0..MOST_ORDERS).filter(|order| safeguarded[*order].is_some()) {
            let order = self.plan.orders[order].id;
            self.after(MS, Step::Tell(process, Input::Safeguarded { order }));
        }
    }

    pub(super) fn safeguard(&mut self, member: usize, order: usize) {
        self.nodes[member].safeguarded[order].get_or_insert(self.now);
        let order = self.plan.orders[order].id;
        self.tell(self.process(member), Input::Safeguarded { order });
    }

    /// Takes the last state, or an older one; says whether a person restored it and said so.
    fn state_to_come_back_from(&mut self, member: usize) -> (Saved, bool) {
        let restores = std::mem::take(&mut self.nodes[member].restores);
        let back = self.dice.chance(self.plan.rollbacks) || restores;
        let announced = restores || back && self.dice.chance(0.5);
        let states = self.nodes[member].saved.len();
        let place = self
            .dice
            .place(if restores { states.div_ceil(2) } else { states });
        let states = &mut self.nodes[member].saved;
        if back {
            states.truncate(place + 1);
            self.outcome.rollbacks += 1;
        }
        if let Some(state) = states.back_mut().filter(|_| announced) {
            // Who restores saves what he made fit before he starts it.
            state.durable = std::mem::take(&mut state.durable).restored();
            state.memory.stopped = true;
        }
        (states.back().cloned().unwrap_or_default(), announced)
    }

    pub(super) fn poll(&mut self, member: usize) {
        self.after(400 * MS, Step::Poll(member));
        self.fetch(member);
        let mut out = Vec::new();
        if self.dice.chance(0.25)
            && let Some(machine) = &self.nodes[member].machine
        {
            machine.tell_again(&mut out);
        }
        for output in out {
            if let Output::Report(receipt) = output {
                self.pass_on(member, receipt);
            }
        }
        if self.plan.liar == Some(member) {
            for _ in 0..3 {
                self.lie(member);
            }
        }
    }

    /// Asks for the entries behind those it has; what answers may be behind.
    pub(super) fn fetch(&mut self, member: usize) {
        let node = &self.nodes[member];
        let Some(machine) = node.machine.as_ref().filter(|_| !node.cut_off) else {
            return;
        };
        let next = machine.next_entry();
        self.check_asking(member, next);
        let old = self.dice.chance(self.plan.replays);
        let back = if old {
            self.dice.place(self.notary.checkpoints())
        } else {
            0
        };
        self.outcome.replayed += u64::from(old);
        let checkpoint = self.notary.checkpoint(back);
        let process = self.process(member);
        let from = next.saturating_sub(u64::from(self.dice.chance(self.plan.loss)));
        for index in from..checkpoint.log.size.min(next + 4) {
            if let Some(entry) = self.notary.entries().get(index as usize).cloned() {
                self.send(Step::Entry(process, index, checkpoint, entry));
            }
        }
        self.send(Step::Checkpoint(process, checkpoint));
    }
}

/// How long behind its moment a confirmed order is looked for.
pub(super) const BEHIND: i64 = 7 * SECOND;
/// Durable states that are kept as backups.
const BACKUPS: usize = 24;
/// The least time between two wakings.
const REST: i64 = 10 * MS;
/// A clock that may be off by more cannot tell what is fresh: half the slack.
const FRESH_LIMIT: i64 = SECOND;
/// A checkpoint from so long after a start is from after it by any clock that is nearly right.
pub(super) const CERTAINLY_AFTER: i64 = 5 * SECOND;
