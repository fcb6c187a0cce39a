//! The checkers: what every output and every device is held against.

use issei_model::{Decision, Observed, OrganisationId};
use issei_order::member::{Input, Output};

use super::desk::NOTICE;
use super::ghost::{AT_ONCE, COMING_BACK, Heard};
use super::members::{BEHIND, CERTAINLY_AFTER};
use super::plan::{CLOCK_LIMIT, MOST_ORDERS, MS, SECOND, STRANGER, WITHIN, name};
use super::rules::Rule;
use super::{Process, World};

impl World {
    /// What holds before any rule is brought about.
    pub(super) fn check_bringing(&mut self, member: usize, order: usize) {
        let seen = &self.nodes[member].seen;
        let allowed = seen.memory.orders[order].allowed;
        let broken = if !self.truth[order].proposed {
            Some(Rule::LoggedFirst)
        } else if seen.memory.stopped {
            Some(Rule::Stop)
        } else if seen.memory.shrunk {
            Some(Rule::Shrunk)
        } else if self.nodes[member].safeguarded[order].is_some() {
            Some(Rule::Safeguard)
        } else if let Some(ban) = seen.bans(order).next() {
            Some(ban.rule)
        } else if seen.is_behind() && !seen.misled {
            Some(Rule::ReadFirst)
        } else if !allowed || self.plan.orders[order].verdicts[member].is_none() {
            Some(Rule::OwnGates)
        } else {
            None
        };
        if let Some(rule) = broken {
            self.break_rule(rule, format!("member {member} brings order {order} about"));
        }
    }

    /// What holds besides before a rule is armed. A rule that acted before returns at once; any
    /// other acts at a T from the log.
    pub(super) fn check_arming(&mut self, member: usize, order: usize, fires: i64) {
        let local = self.local(member);
        let case = &self.plan.orders[order];
        let node = &self.nodes[member];
        let lead = case.verdicts[member].unwrap_or_default();
        let named = &node.seen.memory.orders[order].named;
        let broken = if named.is_empty() {
            Some((Rule::Named, "is not named"))
        } else if !named.contains(&fires) {
            let later = node.seen.misled || named.iter().any(|t| *t <= fires);
            let returns = node.device.acted[order] && later;
            (!returns).then_some((Rule::SameMoment, "fires at a moment of its own"))
        } else if fires > case.fire_before {
            Some((Rule::LatestMoment, "arms after the limit"))
        } else if self.is_put_again(member, order, fires) {
            None
        } else if node.seen.error > CLOCK_LIMIT {
            Some((Rule::Clock, "arms blind"))
        } else if local + lead + MEMBERS_NOTICE > fires {
            Some((Rule::Notice, "arms late"))
        } else {
            None
        };
        if let Some((rule, what)) = broken {
            self.break_rule(rule, format!("member {member} {what} in order {order}"));
        }
    }

    /// Tells whether rules that have this T already are only given a later end, for the order was confirmed.
    fn is_put_again(&self, member: usize, order: usize, fires: i64) -> bool {
        let node = &self.nodes[member];
        let before = node.device.acted[order] || node.armed[order] == Some(fires);
        before && node.seen.memory.orders[order].confirmed
    }

    /// Tells whether an order has ended at a member because nobody confirmed it.
    fn is_unconfirmed(&self, member: usize, order: usize) -> bool {
        let by = self.unconfirmed_end(member, order).map(|(_, by)| by);
        by.is_some_and(|by| by <= self.local(member))
    }

    /// What holds of the rules on a device, whenever something happened.
    pub(super) fn look(&mut self, member: usize) {
        let now = self.now;
        self.nodes[member].device.pass(now);
        for order in 0..MOST_ORDERS {
            if self.nodes[member].device.rules[order].is_some() {
                self.look_at_staged(member, order);
            }
            if self.nodes[member].device.is_active(order, now) {
                self.look_at_active(member, order);
            }
        }
    }

    /// Tells whether a device does not do what its member asked, or has none to ask.
    fn is_excused(&self, member: usize, order: usize) -> bool {
        let node = &self.nodes[member];
        node.machine.is_none() || node.device.failing[order].is_some()
    }

    fn look_at_staged(&mut self, member: usize, order: usize) {
        let (now, node) = (self.now, &self.nodes[member]);
        let failing = node.device.failing[order].filter(|_| node.machine.is_some());
        if failing.is_some_and(|since| now > since + RETRY) {
            let what =
                format!("a lift of order {order} failed at member {member}, and that is all");
            self.break_rule(Rule::LiftedAgain, what);
            return;
        }
        let staged = node.device.rules[order].is_some_and(|entry| entry.fires.is_none());
        // What was found at a start is another rule's until the grace is over.
        let until = self.plan.orders[order]
            .fire_before
            .max(node.seen.started + COMING_BACK);
        let over = now > until + node.clock.worst + SECOND;
        if staged && over && !self.is_excused(member, order) {
            let what = format!("order {order} is still staged at member {member}");
            self.break_rule(Rule::Staged, what);
        }
    }

    fn look_at_active(&mut self, member: usize, order: usize) {
        let (now, case) = (self.now, &self.plan.orders[order]);
        let node = &self.nodes[member];
        let excused = self.is_excused(member, order);
        let banned = node.seen.bans(order).find(|ban| ban.until < now);
        let safeguarded = node.safeguarded[order].map(|at| at.max(node.seen.started) + AT_ONCE);
        let unconfirmed = self.unconfirmed_end(member, order).map(|(read, by)| {
            let known = read.max(node.seen.started) + COMING_BACK;
            (by + node.clock.worst + OUTLIVE).max(known)
        });
        let broken = if now > case.expires + node.clock.worst + OUTLIVE && !excused {
            Some((Rule::End, "after its end"))
        } else if unconfirmed.is_some_and(|until| until < now) && !excused {
            Some((Rule::Unconfirmed, "though nobody confirmed it"))
        } else if !self.truth[order].armed.contains_key(&member) {
            Some((Rule::Named, "without a T in the log"))
        } else if case.verdicts[member].is_none() {
            Some((Rule::OwnGates, "without its gates"))
        } else if safeguarded.is_some_and(|until| until < now) && !excused {
            Some((Rule::Safeguard, "though it is safeguarded"))
        } else {
            let ban = banned.filter(|_| !excused);
            ban.map(|ban| (ban.rule, "after that was forbidden"))
        };
        if let Some((rule, what)) = broken {
            self.break_rule(
                rule,
                format!("order {order} acts at member {member} {what}"),
            );
        }
        if !self.nodes[member].device.acted[order] {
            self.nodes[member].device.acted[order] = true;
            self.outcome.fired += 1;
            self.truth[order].fired.insert(member, now);
        }
    }

    /// Names what a member finds at its start and cannot place by what it remembers.
    pub(super) fn orphans(&self, member: usize, found: &[usize]) -> [bool; MOST_ORDERS] {
        let (local, seen) = (self.local(member), &self.nodes[member].seen);
        let has_place = |order: usize| {
            let (known, case) = (&seen.memory.orders[order], &self.plan.orders[order]);
            let forgotten = |ban: super::ghost::Ban| ban.save > seen.saves;
            let end = if known.named.is_empty() {
                case.fire_before
            } else {
                case.expires
            };
            let end = match self.unconfirmed_end(member, order) {
                Some((_, by)) => end.min(by),
                None => end,
            };
            known.allowed && !seen.memory.stopped && seen.bans(order).all(forgotten) && local < end
        };
        std::array::from_fn(|order| found.contains(&order) && !has_place(order))
    }

    pub(super) fn check_orphans(&mut self, process: Process, orphans: [bool; MOST_ORDERS]) {
        let member = process.member;
        if self.process(member) != process {
            return;
        }
        for order in (0..MOST_ORDERS).filter(|order| orphans[*order]) {
            let device = &self.nodes[member].device;
            let there = device.rules[order].is_some();
            // What was lifted since the start and is there again was put there anew.
            let lifted = device.gone[order].is_some_and(|at| self.now - AT_ONCE <= at);
            if there && !lifted && !self.is_excused(member, order) {
                let what = format!("member {member} leaves order {order} that it found");
                self.break_rule(Rule::Orphan, what);
            }
        }
    }

    /// A member that could not read the log has no rules by now. By a clock that jumped, the grace
    /// may last longer; the devices end them then.
    pub(super) fn check_grace(&mut self, process: Process) {
        let member = process.member;
        let node = &self.nodes[member];
        let jumped = node.clock.jumped_at >= node.seen.started;
        if self.process(member) != process || node.seen.perhaps_knows || jumped {
            return;
        }
        let left = (0..MOST_ORDERS)
            .find(|order| node.device.rules[*order].is_some() && !self.is_excused(member, *order));
        if let Some(order) = left {
            let what = format!("member {member} keeps order {order} and has not read the log");
            self.break_rule(Rule::Grace, what);
        }
    }

    pub(super) fn check_mended(&mut self, process: Process, order: usize) {
        let member = process.member;
        let (node, local) = (&self.nodes[member], self.local(member));
        let seen = &node.seen;
        let wanted = self.process(member) == process
            && node.machine.is_some()
            && !seen.is_behind()
            && !seen.memory.stopped
            && !seen.memory.shrunk
            && seen.bans(order).next().is_none()
            && node.device.gone[order] == Some(self.now - FOUND)
            && seen.newest.0 >= seen.certain.saturating_add(CERTAINLY_AFTER)
            && node.clock.jumped_at < self.now - 6 * SECOND
            && !self.is_unconfirmed(member, order)
            && local < self.plan.orders[order].expires;
        if wanted && !node.device.is_active(order, self.now) {
            let what = format!("member {member} does not find that order {order} is gone");
            self.break_rule(Rule::Drift, what);
        }
    }

    /// A rule that acted when its order was confirmed acts behind the moment too, unless something else ended it.
    pub(super) fn check_goes_on(&mut self, process: Process, order: usize) {
        let member = process.member;
        let (node, local) = (&self.nodes[member], self.local(member));
        let seen = &node.seen;
        let fired = |at: i64| at < self.now - 2 * BEHIND;
        let wanted = self.process(member) == process
            && node.machine.is_some()
            && !seen.is_behind()
            && !seen.memory.stopped
            && !seen.memory.shrunk
            && seen.memory.orders[order].confirmed
            && seen.bans(order).next().is_none()
            && self.truth[order].fired.get(&member).copied().is_some_and(fired)
            && seen.newest.0 >= seen.certain.saturating_add(CERTAINLY_AFTER)
            && node.clock.jumped_at < seen.started
            // Only what went away at the moment; what a hand took is another rule's.
            && node.device.gone[order].is_some_and(|at| (at - self.now + BEHIND).abs() < NEAR)
            && local < self.plan.orders[order].expires;
        if wanted && !node.device.is_active(order, self.now) {
            let what = format!("order {order} was confirmed, and ends at member {member}");
            self.break_rule(Rule::GoesOn, what);
        }
    }

    /// What is reported was so a moment ago.
    pub(super) fn check_report(&mut self, member: usize, order: usize, observed: Observed) {
        let (now, device) = (self.now, &self.nodes[member].device);
        let lately = now - READING;
        let true_word = match observed {
            Observed::Prepared { .. } => device.was_there(order, lately),
            Observed::InForce { .. } => {
                device.is_active(order, now)
                    || device.acted[order] && device.was_there(order, lately)
            }
            Observed::Lifted { .. } => !device.is_active(order, now),
            Observed::Refused(_) | Observed::Watched { .. } => true,
        };
        if !true_word {
            let what = format!("member {member} says of order {order}: {observed:?}");
            self.break_rule(Rule::ReadBack, what);
        }
    }

    /// Names the order about which the coordinator must hear a no when a member is told this.
    pub(super) fn must_tell(&self, member: usize, input: &Input) -> Option<usize> {
        let (now, node) = (self.now, &self.nodes[member]);
        let order = match input {
            Input::Judged { order, verdict } if verdict.is_err() => self.numbers[order],
            Input::Leave { order, .. } => self.numbers[order],
            _ => return None,
        };
        let save = node.seen.saves + 1;
        let first = |ban: super::ghost::Ban| ban.save == save && ban.until > now;
        // What was over by a clock that jumped, or refused by a process that died before it could
        // tell, is not refused again.
        let lives = node.clock.jumped_at == i64::MIN
            && self.plan.crash == 0.0
            && self.local(member) < self.plan.orders[order].fire_before
            && !self.is_unconfirmed(member, order);
        let fresh = node.seen.noes[order].is_some_and(first);
        (fresh && lives && node.seen.withdrawn[order].is_none()).then_some(order)
    }

    pub(super) fn check_told(&mut self, member: usize, order: usize, out: &[Output]) {
        let id = self.plan.orders[order].id;
        let told = out.iter().any(|output| {
            matches!(output, Output::Report(receipt)
                if receipt.order == id && matches!(receipt.observed, Observed::Refused(_)))
        });
        if !told {
            let what = format!("member {member} does not tell that it is out of order {order}");
            self.break_rule(Rule::Visible, what);
        }
    }

    pub(super) fn check_asking(&mut self, member: usize, next: u64) {
        let read = self.nodes[member].seen.memory.read;
        if next != read {
            let what = format!("member {member} asks for entry {next} and was handed {read}");
            self.break_rule(Rule::InOrder, what);
        }
    }

    /// What holds of everything that an honest coordinator sends to the log.
    pub(super) fn check_append(&mut self, decision: &Decision, local: i64) {
        match decision {
            Decision::Proposed(dossier) => {
                let order = &dossier.order;
                let number = self.number(dossier);
                self.desk.heard.entry(number).or_default().asked = true;
                let case = &self.plan.orders[number];
                if order.canary.is_empty() && order.canary_skipped_by.len() < 2 {
                    self.break_rule(Rule::Canary, "an order without canary is proposed".into());
                } else if case.stale {
                    self.break_rule(Rule::FreshEvidence, "an old finding renews an order".into());
                }
            }
            Decision::Armed {
                order,
                members,
                fires_at,
            } => {
                let order = self.numbers[order];
                let heard = self.desk.heard.get(&order).cloned().unwrap_or_default();
                let broken =
                    self.armed_wrongly(order, &heard, members, fires_at.as_micros(), local);
                if let Some((rule, what)) = broken {
                    self.break_rule(rule, format!("order {order} is armed {what}"));
                }
            }
            Decision::Withdrawn { order, .. } => {
                let heard = self.desk.heard.entry(self.numbers[order]).or_default();
                heard.withdrawing = true;
            }
            Decision::Confirmed { order, .. } => {
                let heard = self.desk.heard.get(&self.numbers[order]);
                let first_t = heard.and_then(|heard| heard.first_t);
                let in_time = first_t.is_some_and(|t| t <= local && local < t + WITHIN - NOTICE);
                if !in_time {
                    let what = "a confirmation is logged that comes too early, or too late";
                    self.break_rule(Rule::Unconfirmed, what.into());
                }
            }
            Decision::WithdrawnAll { .. } => {}
        }
    }

    fn armed_wrongly(
        &self,
        order: usize,
        heard: &Heard,
        members: &[OrganisationId],
        fires_at: i64,
        local: i64,
    ) -> Option<(Rule, &'static str)> {
        let case = &self.plan.orders[order];
        let canary = &case.dossier.order.canary;
        let mut named = (0..=STRANGER).filter(|member| members.contains(name(*member)));
        let leads = named
            .clone()
            .filter_map(|member| heard.prepared.get(&member));
        let lead = leads.max().copied().unwrap_or_default();
        let beyond = members.iter().any(|member| !canary.contains(member));
        let first_t = heard.first_t.filter(|_| !heard.confirmed);
        let unconfirmed = first_t.zip(case.within).map(|(t, within)| t + within);
        if !heard.logged {
            Some((Rule::LoggedFirst, "before its proposal is logged"))
        } else if heard.withdrawing {
            Some((Rule::Withdrawn, "after its withdrawal was asked for"))
        } else if !self.has_quorum(order, heard) {
            Some((Rule::Quorum, "without its quorum"))
        } else if named.clone().any(|member| heard.refused.contains(&member)) {
            Some((Rule::SaidNo, "with a member that refused"))
        } else if named.any(|member| member == STRANGER) {
            Some((Rule::Stranger, "with a stranger"))
        } else if fires_at < local + NOTICE + lead {
            Some((Rule::Notice, "without notice"))
        } else if fires_at > case.fire_before {
            Some((Rule::LatestMoment, "after its limit"))
        } else if unconfirmed.is_some_and(|by| by <= fires_at) {
            Some((Rule::Unconfirmed, "for when nobody has confirmed it"))
        } else if beyond && !canary.is_empty() && !self.canary_was_well(order, heard) {
            Some((Rule::Canary, "everywhere before the canary was seen well"))
        } else {
            None
        }
    }

    fn has_quorum(&self, order: usize, heard: &Heard) -> bool {
        let order = &self.plan.orders[order].dossier.order;
        let lines = |member: usize| order.participant(name(member)).map_or(0, |p| p.lines);
        let all: u64 = (0..self.plan.members).map(lines).sum();
        let ready = heard
            .prepared
            .keys()
            .filter(|member| !heard.refused.contains(member));
        let there: u64 = ready.map(|member| lines(*member)).sum();
        there * 100 >= all * u64::from(order.quorum_percent)
    }

    /// Tells whether each member of the canary that has a T was seen well, and none harmed.
    fn canary_was_well(&self, order: usize, heard: &Heard) -> bool {
        let canary = &self.plan.orders[order].dossier.order.canary;
        let armed = &self.truth[order].armed;
        let mut of_canary = (0..STRANGER).filter(|member| canary.contains(name(*member)));
        let mut with_moment = of_canary
            .clone()
            .filter(|member| armed.contains_key(member));
        let some = with_moment.clone().next().is_some();
        let well = with_moment.all(|member| heard.well.contains(&member));
        some && well && !of_canary.any(|member| heard.harmed.contains(&member))
    }

    pub(super) fn check_recalled(&mut self, order: usize) {
        let mut acts = self
            .nodes
            .iter()
            .map(|node| node.device.is_active(order, self.now));
        if self.plan.calm && acts.any(|acts| acts) {
            let what = format!("order {order} acts a second after its withdrawal was logged");
            self.break_rule(Rule::Withdrawn, what);
        }
    }

    /// Without any fault the order comes into force everywhere within the clocks' bounds, and ends.
    pub(super) fn check_calm(&mut self) {
        let members = self.plan.members;
        for member in 0..members {
            let fired = self.truth[0].fired.get(&member).copied();
            let moments = self.truth[0]
                .armed
                .get(&member)
                .cloned()
                .unwrap_or_default();
            let error = self.plan.errors[member] + 5 * MS;
            let on_time = |at: i64| moments.iter().any(|t| (at - t).abs() <= error);
            if !fired.is_some_and(on_time) {
                self.break_rule(Rule::Together, format!("member {member} did not fire at T"));
            }
            if self.nodes[member].device.orders().next().is_some() {
                self.break_rule(Rule::Together, format!("a rule is left at member {member}"));
            }
        }
    }
}

/// The least time between learning T and T at a member, beside its lead.
const MEMBERS_NOTICE: i64 = 500 * MS;
/// After a failed lift: the next reading back, and some tries more.
const RETRY: i64 = 1_800 * MS;
/// How long drift may go unnoticed (G10).
pub(super) const FOUND: i64 = 5 * SECOND;
/// How long a rule may outlive its order (G3).
const OUTLIVE: i64 = 2_200 * MS;
/// How near its moment an order ends that ends because of it.
const NEAR: i64 = 1_500 * MS;
/// What was read back may be so old when it is reported.
const READING: i64 = 100 * MS;
