//! What people do, what goes wrong, and what a liar and a compromised coordinator do.

use issei_model::{
    Decision, Ending, Objection, Observed, OrganisationId, Receipt, Span, Timestamp,
};
use issei_order::coordinator;
use issei_order::member::Input;

use super::checks::FOUND;
use super::desk::approval;
use super::plan::{MS, SECOND, STRANGER, name};
use super::{Step, World};

impl World {
    pub(super) fn person(&mut self) {
        let gap = SECOND / 2 + self.dice.moment() * 9;
        self.after(gap, Step::Person);
        let member = self.dice.place(self.plan.members);
        let number = self.dice.place(self.plan.orders.len());
        let order = self.plan.orders[number].id;
        let reason = Ending::ByPerson;
        let (process, incarnation) = (self.process(member), self.desk.incarnation);
        let tell = |input| Step::Tell(process, input);
        let ask = |input| Step::ToDesk(incarnation, input);
        let step = match self.dice.below(11) {
            0 | 1 => ask(coordinator::Input::Withdraw { order, reason }),
            2 => ask(coordinator::Input::WithdrawAll { reason }),
            3 => tell(Input::Stop),
            4 | 5 => tell(Input::Resume),
            6 => tell(Input::Leave {
                order,
                why: Objection::Customer,
            }),
            7 => Step::Safeguard(member, number),
            8 => Step::Clock(member, SECOND),
            9 => Step::Restore(member),
            _ => Step::Clock(member, self.plan.errors[member]),
        };
        self.after(0, step);
    }

    /// A person takes a member out of an order; then its disk fails, and a backup is restored.
    pub(super) fn restore(&mut self, member: usize) {
        let number = self.dice.place(self.plan.orders.len());
        let (order, why) = (self.plan.orders[number].id, Objection::Customer);
        self.tell(self.process(member), Input::Leave { order, why });
        if self.nodes[member].machine.is_some() {
            self.nodes[member].restores = true;
            self.crash(member);
        }
    }

    pub(super) fn mishap(&mut self) {
        let gap = SECOND / 3 + self.dice.moment() * 3;
        self.after(gap, Step::Mishap);
        let member = self.dice.place(self.plan.members);
        let (often, clocks) = (self.plan.mishaps, self.plan.jumps);
        match self.dice.below(10) {
            0 | 1 if often => self.nodes[member].cut_off ^= true,
            2 if often => self.nodes.iter_mut().for_each(|node| node.cut_off = false),
            3 if self.plan.crash > 0.0 && self.nodes[member].machine.is_some() => {
                self.crash(member);
            }
            4 if often => self.flush(member),
            5 if self.plan.crash > 0.0 && self.desk.machine.is_some() => self.desk_crash(),
            6 | 7 if self.plan.compromised => self.compromise(),
            8 | 9 if clocks => self.jump(member),
            _ => {}
        }
    }

    /// Somebody removes the rules by hand.
    fn flush(&mut self, member: usize) {
        let (now, process) = (self.now, self.process(member));
        let orders: Vec<usize> = self.nodes[member].device.orders().collect();
        for order in orders {
            let device = &mut self.nodes[member].device;
            let active = device.is_active(order, now) && device.acted[order];
            device.remove(order, now);
            if active {
                self.after(FOUND, Step::Mended(process, order));
            }
        }
    }

    /// A clock jumps. Mostly its keeper notices within a second, sometimes never.
    fn jump(&mut self, member: usize) {
        self.outcome.jumps += 1;
        let hours = 2 * 3_600 * SECOND;
        let far = [100 * MS, 5 * SECOND, hours, hours];
        let jump = self.dice.one_of(&far) * if self.dice.chance(0.5) { 1 } else { -1 };
        self.set_clock(member, self.plan.offsets[member] + jump);
        if self.dice.chance(0.8) {
            let error = jump.abs() + self.plan.errors[member];
            let delay = self.dice.moment();
            self.after(delay, Step::Clock(member, error));
        }
        let delay = SECOND + self.dice.moment() * 5;
        self.after(delay, Step::Right(member));
        // A machine that starts anew often has the clock of another day.
        if self.plan.crash > 0.0 && self.nodes[member].machine.is_some() && self.dice.chance(0.4) {
            self.crash(member);
        }
    }

    pub(super) fn right_clock(&mut self, member: usize) {
        self.set_clock(member, self.plan.offsets[member]);
        let delay = self.dice.moment();
        self.after(delay, Step::Clock(member, self.plan.errors[member]));
        if self.plan.compromised {
            self.replay();
        }
    }

    /// What a clock made a member forget is tried again.
    fn replay(&mut self) {
        for order in 0..self.plan.orders.len() {
            self.outcome.forged += 1;
            let dossier = Box::new(self.plan.orders[order].dossier.clone());
            self.append(Decision::Proposed(dossier));
        }
    }

    fn set_clock(&mut self, member: usize, offset: i64) {
        let clock = &mut self.nodes[member].clock;
        clock.offset = offset;
        clock.worst = clock.worst.max(offset.abs());
        clock.jumped_at = self.now;
        self.see_whether_misled(member);
        self.plan_anew(member);
    }

    /// A compromised coordinator writes into the log what no honest one would.
    fn compromise(&mut self) {
        let case = &self.plan.orders[self.dice.place(self.plan.orders.len())];
        let order = case.id;
        let limit = case.fire_before;
        let dossier = Box::new(case.dossier.clone());
        let everyone = (0..self.plan.members).map(|member| name(member).clone());
        let members: Vec<OrganisationId> = everyone.filter(|_| self.dice.chance(0.8)).collect();
        let now = self.now;
        let moments = [now, now + 2 * SECOND, now + 4 * SECOND, limit + 500 * MS];
        let fires_at = Timestamp::from_micros(self.dice.one_of(&moments));
        self.outcome.forged += 1;
        match self.dice.below(8) {
            0..=2 => self.append(Decision::Proposed(dossier)),
            3 => self.append(Decision::Withdrawn {
                order,
                reason: Ending::ByPerson,
            }),
            4 => {
                let by = 1 + self.dice.place(2);
                self.notary.shorten(by, now);
                self.outcome.shortened += 1;
            }
            // What a person signed is kept back, or handed in before its time.
            5 if self.plan.confirming => {
                let by = Box::new(approval());
                self.append(Decision::Confirmed { order, by });
            }
            _ => self.append(Decision::Armed {
                order,
                members,
                fires_at,
            }),
        }
    }

    /// A member, or a stranger, tells the coordinator what is not so.
    pub(super) fn lie(&mut self, member: usize) {
        self.outcome.lies += 1;
        let order = self.dice.place(self.plan.orders.len());
        let at = Timestamp::from_micros(self.now);
        let lies = [
            Observed::Prepared { lead: Span::ZERO },
            Observed::Watched { well: true },
            Observed::Refused(Objection::Customer),
            Observed::InForce { at },
            Observed::Lifted { at },
        ];
        // Some liars are only eager: they never say what would take them out.
        let lies: &[Observed] = if self.plan.eager { &lies[..2] } else { &lies };
        let stranger = self.dice.chance(0.3);
        let receipt = Receipt {
            member: name(if stranger { STRANGER } else { member }).clone(),
            order: self.plan.orders[order].id,
            observed: self.dice.one_of(lies),
            measured: None,
        };
        self.pass_on(member, receipt);
    }
}
