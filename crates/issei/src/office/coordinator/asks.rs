//! What people ask of the coordinator's office, and what it answers.
//!
//! In: asks from the socket in the folder and from the pages. Out: replies; entries on their way to the log. Always: the
//! same ask a second time changes nothing. Not here: what a member sends (`calls`), how things stand (`views`).

use issei_case::{Cleared, Gates};
use issei_desk::appeals::Appeal;
use issei_desk::ceiling::{Figures, Raised, Raiser};
use issei_host::clock;
use issei_model::{Approval, Decision, Dossier, Ending, OrderId, Timestamp};
use issei_order::coordinator::{Input, Phase};
use issei_text::{Phrase, key, said};

use super::desk::Desk;
use super::{CHECKPOINTS, Office, no_order};
use crate::office::charter::Charter;
use crate::office::control::{Ask, Reply};
use crate::office::entry::Entry;
use crate::office::folder::chance;
use crate::words::{but, tallied};

impl Office {
    /// Answers a person here.
    pub(super) fn asked(&mut self, ask: Ask) -> Reply {
        let now = clock::now();
        match ask {
            Ask::Status => Reply::Status(Box::new(self.status(now))),
            Ask::Charter => Reply::Charter {
                pinned: self.charter.digest(),
                offered: None,
            },
            Ask::Country => {
                let (rules, lists) = (&self.rules, self.lists.safeguards());
                let checkpoints = self.notary.checkpoints(CHECKPOINTS);
                let view = self.charter.view(rules.ceiling, lists, checkpoints);
                Reply::Country(Box::new(view))
            }
            Ask::Invite { member, lines } => self.register.invite(&member, lines, now),
            Ask::EnterPerson { person, key, role } => {
                let mut charter = self.charter.clone();
                charter.enter_person(person, key, role, now);
                self.offer_charter(charter)
            }
            Ask::SignCeiling(figures, by) => self.sign_ceiling(figures, by, now),
            Ask::EndKey(key) => {
                let mut charter = self.charter.clone();
                match charter.end_key(&key, now) {
                    true => self.offer_charter(charter),
                    false => Reply::Wrong(Phrase::of(|text| said!(text, "says-no-key", key))),
                }
            }
            Ask::Findings => Reply::Findings(self.desk.findings().to_vec()),
            Ask::CaseOpen { case, goal } => {
                self.at_the_gates(now, |desk, gates| desk.open_case(&case, &goal, gates, now))
            }
            Ask::CaseQuestion(case) => self.desk.question(&case),
            Ask::CaseAssess(case) => {
                let members = self.charter.participants();
                self.at_the_gates(now, |desk, gates| desk.assess(&case, members, gates, now))
            }
            Ask::CaseReopen(case) => {
                self.at_the_gates(now, |desk, gates| desk.reopen(&case, gates, now))
            }
            Ask::CaseShow(case) => self.desk.show(&case),
            Ask::Cases => self.desk.all(),
            Ask::CaseClose { case, why } => {
                self.at_the_gates(now, |desk, gates| desk.close(&case, why, gates, now))
            }
            Ask::Propose(wish) => {
                let stood = self.machine.stood(now, self.desk.goals(&wish.case));
                let mut wish = *wish;
                wish.confirm_within = wish.confirm_within.or(self.confirm_within);
                self.at_the_gates(now, |desk, gates| desk.propose(wish, stood, gates, now))
            }
            Ask::Retract(order) => {
                self.at_the_gates(now, |desk, gates| desk.retract(order, gates, now))
            }
            Ask::Orders => Reply::Orders(self.orders()),
            Ask::Order(order) => match self.view(order) {
                Some(view) => Reply::Order(Box::new(view)),
                None => no_order(order),
            },
            Ask::Traffic(order) => self.traffic_of(order),
            Ask::Appeal(appeal) => self.appeal(&appeal),
            Ask::AppealOf(reference) => self.appeals.one(&reference),
            Ask::Appeals => Reply::Appeals(self.appeals.all()),
            Ask::AnswerAppeal {
                reference,
                person,
                words,
            } => {
                let changes = &mut self.changes;
                self.appeals.answer(&reference, person, words, now, changes)
            }
            Ask::Approve { order, approval } => self.approve(order, approval),
            Ask::Confirm { order, approval } => self.confirm(order, approval),
            Ask::Arm(order) => {
                let (reply, cleared) =
                    self.at_the_gates(now, |desk, gates| desk.arm(order, gates, now));
                self.release(cleared);
                reply
            }
            Ask::Withdraw { order, reason } => self.withdraw(order, reason),
            Ask::WithdrawAll(reason) => self.withdraw_all(reason),
            Ask::Reload => self.reload(),
            Ask::Safeguards
            | Ask::Guarded(_)
            | Ask::WeighList(_)
            | Ask::TakeList { .. }
            | Ask::LetGo(_) => self.asked_about_lists(&ask),
            other => self.asked_about_reflexes(other, now),
        }
    }

    /// Takes an appeal against what may act now.
    fn appeal(&mut self, appeal: &Appeal) -> Reply {
        let chance = match chance() {
            Ok(chance) => chance,
            Err(failure) => return Reply::Failed(Phrase::failure(failure)),
        };
        let acting = self.machine.all();
        let acting = acting.filter(|(_, progress)| progress.phase != Phase::Ended);
        let acting = acting.map(|(order, progress)| (*order, progress.order.goals.as_slice()));
        let now = clock::now();
        self.appeals
            .file(appeal, acting, now, chance, &mut self.changes)
    }

    pub(super) fn approve(&mut self, order: OrderId, approval: Approval) -> Reply {
        let now = clock::now();
        let (reply, cleared) =
            self.at_the_gates(now, |desk, gates| desk.approve(order, approval, gates, now));
        self.release(cleared);
        reply
    }

    /// Lets an order that passed every gate go to the log.
    fn release(&mut self, cleared: Option<Cleared>) {
        if let Some(cleared) = cleared {
            let dossier: Dossier = cleared.into_dossier();
            self.tell(Input::Propose(Box::new(dossier)));
        }
    }

    pub(super) fn at_the_gates<T>(
        &mut self,
        now: Timestamp,
        ask: impl FnOnce(&mut Desk, &Gates<'_>) -> T,
    ) -> T {
        self.look_at_lists();
        let gates = Gates {
            used_today: self.used_today(now),
            pack: &self.rules.pack,
            safeguards: &self.rules.safeguards,
            ceiling: &self.rules.ceiling,
            roster: &self.roster,
        };
        ask(&mut self.desk, &gates)
    }

    /// Raises the ceilings once two people signed for the same figures.
    fn sign_ceiling(&mut self, figures: Figures, by: Raiser, now: Timestamp) -> Reply {
        if let Err(why) = by.signed(figures, &self.charter.coordinator, &self.roster) {
            return Reply::Wrong(why);
        }
        if !self.roster.holds(&by.person, &by.key, now) {
            let person = &by.person;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-key-ended", person)));
        }
        let other = self.raising.take().filter(|(signed, one)| {
            let held = self.roster.holds(&one.person, &one.key, now);
            *signed == figures && one.person != by.person && held
        });
        match other {
            Some((_, one)) => {
                let raised = Raised {
                    figures,
                    by: [one, by],
                };
                self.offer_charter(Charter {
                    raised: Some(raised),
                    ..self.charter.clone()
                })
            }
            None => {
                let person = &by.person;
                let said = Phrase::of(|text| said!(text, "says-signed-first", person));
                self.raising = Some((figures, by));
                Reply::Done(said)
            }
        }
    }

    fn offer_charter(&mut self, charter: Charter) -> Reply {
        match self.take_charter(charter) {
            Ok(()) => {
                let digest = self.charter.digest();
                Reply::Done(Phrase::of(|text| {
                    said!(text, "says-charter-offered", digest)
                }))
            }
            Err(why) => Reply::Wrong(Phrase::failure(why)),
        }
    }

    /// Goes by another charter from now on.
    pub(super) fn take_charter(&mut self, charter: Charter) -> Result<(), String> {
        if charter == self.charter {
            return Ok(()); // the members have nothing new to accept
        }
        self.notary.heed_charter(&charter)?;
        self.roster = charter.roster()?;
        self.rules.ceiling = self
            .folder
            .settings()
            .map_err(|failure| failure.to_string())?
            .lowered(charter.ceiling()?);
        let written = self
            .folder
            .write(&self.folder.charter(), &charter.canonical());
        written.map_err(|failure| failure.to_string())?;
        self.charter = charter;
        self.charters += 1;
        Ok(())
    }

    pub(super) fn withdraw(&mut self, order: OrderId, reason: Ending) -> Reply {
        let done = |key| Reply::Done(Phrase::say(key));
        let phase = self.machine.progress(order).map(|progress| progress.phase);
        let entry = Entry::Order(Decision::Withdrawn { order, reason });
        if self.endings.have(&entry) {
            return done(key!("says-withdrawal-coming"));
        }
        match phase {
            Some(Phase::Ended) => return done(key!("says-ended-already")),
            None if !self.is_coming(order) => {
                return Reply::Wrong(Phrase::of(|text| said!(text, "says-not-alive", order)));
            }
            // Written before this process began: the withdrawal goes behind it.
            None if !self.machine.is_on_its_way(order) => self.append(entry),
            _ => self.tell(Input::Withdraw { order, reason }),
        }
        done(key!("says-withdrawal"))
    }

    /// Tells whether an order is written, and may still count.
    fn is_coming(&self, order: OrderId) -> bool {
        let now = clock::now();
        let wanted = |entry: &Entry| match entry {
            Entry::Order(Decision::Proposed(dossier)) => {
                dossier.order.id() == order && now < dossier.order.expires_at
            }
            _ => false,
        };
        self.notary.waiting().any(wanted)
    }

    fn withdraw_all(&mut self, reason: Ending) -> Reply {
        let entry = Entry::Order(Decision::WithdrawnAll { reason });
        if self.endings.have(&entry) {
            return Reply::Done(Phrase::say("says-all-withdrawn"));
        }
        self.tell(Input::WithdrawAll { reason });
        Reply::Done(Phrase::say("says-withdraws-all"))
    }

    /// Reads lists and settings again; what became safeguarded is withdrawn everywhere.
    pub(super) fn reload(&mut self) -> Reply {
        self.lists.read();
        self.rules = match self.folder.rules(&self.charter, &self.lists) {
            Ok(rules) => rules,
            Err(failure) => return Reply::Wrong(Phrase::failure(failure)),
        };
        self.confirm_within = match self.folder.settings() {
            Ok(settings) => settings.confirm_within,
            Err(failure) => return Reply::Wrong(Phrase::failure(failure)),
        };
        let hit = self.withdraw_all_safeguarded() as u64;
        let told = tallied(key!("says-read-withdrawn"), hit);
        match self.lists.alarm() {
            Some(alarm) => Reply::Wrong(but(&told, &alarm)),
            None => Reply::Done(told),
        }
    }

    /// Reads lists and settings again because of SIGHUP.
    pub(super) fn reload_unasked(&mut self) {
        let told = match self.reload() {
            Reply::Done(words) | Reply::Wrong(words) => words.en,
            other => format!("{other:?}"),
        };
        self.diary.note(&format!("coordinator: {told}"));
    }
}
