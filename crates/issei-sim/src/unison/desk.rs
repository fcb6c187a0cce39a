//! What happens at the coordinator and at the log: proposals, receipts, decisions, witnesses.

use std::collections::BTreeMap;
use std::rc::Rc;

use issei_model::{
    Approval, Decision, Ending, Language, Observed, PublicKey, Receipt, Signature, Span, Timestamp,
};
use issei_order::Coordinator;
use issei_order::coordinator::{Input, Output, Setup};

use super::ghost::Heard;
use super::plan::{MS, SECOND, STRANGER, name};
use super::{Step, World};

/// The coordinator's process, and what it was told.
#[derive(Default)]
pub(super) struct Desk {
    pub machine: Option<Coordinator>,
    pub incarnation: u64,
    ticks_at: Option<i64>,
    pub heard: BTreeMap<usize, Heard>,
}

/// The least time between learning T and T.
pub(super) const NOTICE: i64 = SECOND;

impl World {
    fn desk_local(&self) -> i64 {
        self.now + self.plan.desk_offset
    }

    pub(super) fn propose(&mut self, order: usize) {
        let dossier = Box::new(self.plan.orders[order].dossier.clone());
        self.tell_desk(self.desk.incarnation, Input::Propose(dossier));
        if self.plan.calm && self.seed.is_multiple_of(16) && !self.plan.confirming {
            let order = self.plan.orders[order].id;
            let reason = Ending::ByPerson;
            let step = Step::ToDesk(0, Input::Withdraw { order, reason });
            self.after(11 * SECOND, step);
        }
    }

    pub(super) fn tell_desk(&mut self, incarnation: u64, input: Input) {
        if incarnation != self.desk.incarnation || self.desk.machine.is_none() {
            return;
        }
        self.hear(&input);
        let local = Timestamp::from_micros(self.desk_local());
        let mut out = Vec::new();
        if let Some(machine) = &mut self.desk.machine {
            machine.handle(local, input, &mut out);
        }
        self.act_as_desk(out);
    }

    /// Writes down what the coordinator is told, before it answers.
    fn hear(&mut self, input: &Input) {
        match input {
            Input::Receipt(receipt) => self.hear_receipt(receipt),
            Input::Logged(Decision::Proposed(dossier)) => {
                let order = self.number(dossier);
                self.desk.heard.entry(order).or_default().logged = true;
            }
            Input::WithdrawAll { .. } => {
                for heard in self.desk.heard.values_mut() {
                    heard.withdrawing |= heard.asked || heard.logged;
                }
            }
            Input::Logged(Decision::Armed {
                order, fires_at, ..
            }) => {
                let heard = self.desk.heard.entry(self.numbers[order]).or_default();
                heard.first_t.get_or_insert(fires_at.as_micros());
            }
            Input::Logged(Decision::Confirmed { order, .. }) => {
                let heard = self.desk.heard.entry(self.numbers[order]).or_default();
                heard.confirmed |= heard.first_t.is_some();
            }
            Input::Propose(_)
            | Input::Logged(_)
            | Input::Confirm { .. }
            | Input::Withdraw { .. } => {}
        }
    }

    fn hear_receipt(&mut self, receipt: &Receipt) {
        let order = self.numbers[&receipt.order];
        let Some(member) = (0..=STRANGER).find(|member| *name(*member) == receipt.member) else {
            return;
        };
        let heard = self.desk.heard.entry(order).or_default();
        if !heard.asked && !heard.logged {
            return; // nobody knows the order yet
        }
        match receipt.observed {
            Observed::Prepared { lead } => {
                heard.prepared.entry(member).or_insert(lead.as_micros());
            }
            Observed::Refused(_) => {
                heard.refused.insert(member);
            }
            Observed::Watched { well: true } => {
                heard.well.insert(member);
            }
            Observed::Watched { well: false } => {
                heard.harmed.insert(member);
            }
            Observed::InForce { .. } | Observed::Lifted { .. } => {}
        }
    }

    pub(super) fn desk_tick(&mut self, incarnation: u64) {
        let due = self.desk.ticks_at == Some(self.now);
        if incarnation != self.desk.incarnation || !due {
            return;
        }
        self.desk.ticks_at = None;
        let local = Timestamp::from_micros(self.desk_local());
        let mut out = Vec::new();
        if let Some(machine) = &mut self.desk.machine {
            machine.on_deadline(local, &mut out);
        }
        self.act_as_desk(out);
    }

    fn act_as_desk(&mut self, out: Vec<Output>) {
        self.outcome.activations += 1;
        for output in out {
            self.note(|| format!("  coordinator: {output:?}"));
            if let Output::Append(decision) = output {
                if !self.plan.compromised {
                    self.check_append(&decision, self.desk_local());
                }
                self.change_minds(&decision);
                self.append(decision);
            }
            if self.dice.chance(self.plan.crash) {
                self.desk_crash();
                return;
            }
        }
        self.set_desk_tick();
    }

    /// People see that it becomes serious, and withdraw.
    fn change_minds(&mut self, decision: &Decision) {
        if let Decision::Armed { order, .. } = decision
            && self.plan.busy
            && self.dice.chance(0.6)
        {
            let (order, reason) = (*order, Ending::ByPerson);
            let delay = self.dice.moment() / 8;
            let step = Step::ToDesk(self.desk.incarnation, Input::Withdraw { order, reason });
            self.after(delay, step);
        }
    }

    fn set_desk_tick(&mut self) {
        let (now, offset) = (self.now, self.plan.desk_offset);
        let deadline = self
            .desk
            .machine
            .as_ref()
            .and_then(Coordinator::next_deadline);
        let Some(at) = deadline.map(|at| (at.as_micros() - offset).max(now + MS)) else {
            return;
        };
        if self.desk.ticks_at.is_none_or(|set| at < set || set < now) {
            self.desk.ticks_at = Some(at);
            self.after(at - now, Step::DeskTick(self.desk.incarnation));
        }
    }

    pub(super) fn desk_crash(&mut self) {
        self.outcome.crashes += 1;
        self.desk.machine = None;
        self.desk.incarnation += 1;
        let delay = 10 * MS + self.dice.moment() * 2;
        self.after(delay, Step::DeskRestart);
    }

    /// Comes up with nothing but the log.
    pub(super) fn desk_restart(&mut self) {
        if self.desk.machine.is_some() {
            return;
        }
        let setup = Setup {
            prepare: Span::from_secs(4),
            // A member that missed an entry asks again at its next turn; in calm that is waited for.
            patience: Span::from_millis(if self.plan.calm { 1_000 } else { 300 }),
            notice: Span::from_micros(NOTICE),
            watch: Span::from_micros(self.plan.watch),
            silence: Span::from_secs(5),
            planted: self.planted,
        };
        self.desk.heard.clear();
        self.desk.ticks_at = None;
        self.desk.machine = Some(Coordinator::new(setup));
        let incarnation = self.desk.incarnation;
        let logged = self.notary.entries().to_vec();
        for decision in logged.into_iter().flatten() {
            let input = Input::Logged(Decision::clone(&decision));
            self.tell_desk(incarnation, input);
        }
    }

    /// People confirm: soon after T or late, too late, too early, twice, or not at all.
    fn plan_confirmation(&mut self, order: usize, first_t: i64) {
        let Some(within) = self.plan.orders[order].within else {
            return;
        };
        let until_t = first_t - self.now;
        if self.plan.calm {
            if self.seed % 32 == 8 {
                self.after(until_t + 10 * SECOND, Step::Confirm(order));
            }
            return;
        }
        let some_time = i64::from(self.dice.below((within - 2 * SECOND) as u32));
        let about_the_end = within - 4 * SECOND + i64::from(self.dice.below(6_000_000));
        let delays: &[i64] = match self.dice.below(10) {
            0 | 1 => &[until_t + some_time],
            2 => &[until_t + some_time, until_t + about_the_end],
            3 => &[until_t + about_the_end],
            4 => &[until_t / 2],
            _ => &[],
        };
        for delay in delays {
            self.after(*delay, Step::Confirm(order));
        }
    }

    pub(super) fn confirm(&mut self, order: usize) {
        let order = self.plan.orders[order].id;
        let by = Box::new(approval());
        self.tell_desk(self.desk.incarnation, Input::Confirm { order, by });
    }

    /// Hands a decision to the log.
    pub(super) fn append(&mut self, decision: Decision) {
        self.notary.append(Some(Rc::new(decision)));
        if self.plan.calm {
            let delay = self.delay();
            self.after(delay, Step::Witness);
        }
    }

    /// What waits is signed every quarter of a second, in calm at once.
    pub(super) fn witness_often(&mut self) {
        self.after(250 * MS, Step::WitnessOften);
        self.witness();
    }

    /// The witnesses are the members: without most of them nothing is signed.
    pub(super) fn witness(&mut self) {
        let reachable = |node: &&super::Node| node.machine.is_some() && !node.cut_off;
        if self.nodes.iter().filter(reachable).count() * 2 <= self.nodes.len() {
            return;
        }
        if self.dice.chance(0.02) {
            self.notary.append(None); // something that is not about orders
        }
        let came = self.notary.sign(self.now);
        let before = self.notary.entries().len() - came;
        let new = self.notary.entries()[before..].to_vec();
        for decision in new.into_iter().flatten() {
            self.enter(&decision);
            let slow = !self.plan.calm && self.dice.chance(0.4);
            let slow = if slow { self.dice.moment() * 5 } else { 0 };
            let delay = self.delay() + slow;
            let input = Input::Logged(Decision::clone(&decision));
            self.after(delay, Step::ToDesk(self.desk.incarnation, input));
        }
        if came > 0 {
            for member in 0..self.nodes.len() {
                self.fetch(member);
            }
        }
    }

    /// Writes down what stands in the log from now on.
    fn enter(&mut self, decision: &Decision) {
        match decision {
            Decision::Proposed(dossier) => {
                self.truth[self.number(dossier)].proposed = true;
                // What somebody signed for another T is handed in before there is one.
                if self.plan.compromised && self.plan.confirming && self.dice.chance(0.5) {
                    let (order, by) = (dossier.order.id(), Box::new(approval()));
                    self.append(Decision::Confirmed { order, by });
                }
            }
            Decision::Armed {
                order,
                members,
                fires_at,
            } => {
                let (number, at) = (self.numbers[order], fires_at.as_micros());
                if self.truth[number].first_t.is_none() {
                    self.truth[number].first_t = Some(at);
                    self.plan_confirmation(number, at);
                }
                let truth = &mut self.truth[number];
                let named = (0..self.nodes.len()).filter(|member| members.contains(name(*member)));
                for member in named {
                    truth
                        .armed
                        .entry(member)
                        .or_default()
                        .push(fires_at.as_micros());
                }
            }
            Decision::Withdrawn { order, reason } => {
                self.outcome.unconfirmed += u64::from(*reason == Ending::Unconfirmed);
                self.after(SECOND, Step::Recalled(self.numbers[order]));
            }
            Decision::Confirmed { .. } | Decision::WithdrawnAll { .. } => {}
        }
    }
}

/// What an approver signed; who checks it is not here.
pub(super) fn approval() -> Approval {
    Approval {
        person: "a@isp-a".parse().expect("our own names are right"),
        key: PublicKey([1; 32]),
        language: Language::English,
        at: Timestamp::from_micros(super::plan::START),
        signature: Signature([2; 64]),
    }
}
