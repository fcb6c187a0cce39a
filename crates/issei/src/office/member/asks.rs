//! What people ask of a member's office, and what it answers.
//!
//! In: asks from the socket in the folder and from the pages. Out: replies; inputs for the machine. Always: the office
//! lifts and leaves by its people's word alone, and cuts by nobody's. Not here: what is asked of others for them
//! (`aside`), how things stand (`views`).

use issei_desk::appeals::Appeal;
use issei_host::clock;
use issei_model::{Goal, Objection, OrderId};
use issei_order::member::{Input, Phase};
use issei_order::reflex;
use issei_text::{Phrase, key, said};

use super::{Office, not_held};
use crate::code::Failure;
use crate::office::charter::Charter;
use crate::office::control::{Ask, Reply};
use crate::office::folder::chance;
use crate::words::{but, tallied};

impl Office {
    /// Answers a person here.
    pub(super) async fn asked(&mut self, ask: Ask) -> Result<Reply, Failure> {
        Ok(match ask {
            Ask::Status => Reply::Status(Box::new(self.status())),
            Ask::Charter => self.charter_reply(),
            Ask::Country => {
                let (rules, lists) = (&self.rules, self.lists.safeguards());
                let view = self.charter.view(rules.ceiling, lists, Vec::new());
                Reply::Country(Box::new(view))
            }
            Ask::AcceptCharter(digest) => {
                let reply = self.accept(digest)?;
                self.judge_reflexes_again().await?;
                reply
            }
            Ask::Report(reported) => {
                self.post.findings(&reported);
                let goals: Vec<Goal> = reported.iter().map(|one| one.goal.clone()).collect();
                self.traffic.expect(&goals);
                Reply::Done(tallied(key!("says-on-the-way"), reported.len() as u64))
            }
            Ask::Order(order) => self.order(order),
            Ask::Leave { order, why } => self.leave(order, why).await?,
            Ask::Harm(order) if self.machine.phase(order) != Some(Phase::InForce) => {
                Reply::Wrong(Phrase::of(|text| said!(text, "says-not-in-force", order)))
            }
            Ask::Harm(order) => {
                self.feed(Input::Watched { order, well: false }).await?;
                Reply::Done(Phrase::say("says-suffers"))
            }
            Ask::Goals => self.watched_goals(),
            Ask::Sensors => Reply::Sensors(Box::new(self.traffic.sensors.clone())),
            Ask::Collecting(told) => {
                self.traffic.sensors.take(*told);
                Reply::Done(Phrase::say("says-noted"))
            }
            Ask::Exchanges(seen) => self.exchanges(&seen),
            Ask::Traffic(order) => self.traffic_of(order),
            Ask::Appeal(appeal) => {
                let reply = self.appeal(&appeal);
                self.save().await?;
                reply
            }
            Ask::AppealOf(reference) => self.appeals.one(&reference),
            Ask::Appeals => Reply::Appeals(self.appeals.all()),
            Ask::AnswerAppeal {
                reference,
                person,
                words,
            } => {
                let (now, changes) = (clock::now(), &mut self.changes);
                let reply = self.appeals.answer(&reference, person, words, now, changes);
                self.save().await?;
                reply
            }
            Ask::Stamps => Reply::Stamps(self.hands.stamps()),
            Ask::Devices => Reply::Devices(Box::new(self.hands.devices())),
            Ask::Stop => {
                self.stop().await?;
                Reply::Done(Phrase::say("says-lifted-all"))
            }
            Ask::Resume => {
                if let Err(why) = self.hands.resume(&self.folder) {
                    return Ok(Reply::Failed(Phrase::failure(why)));
                }
                self.feed(Input::Resume).await?;
                self.feed_reflexes(reflex::Input::Resume).await?;
                Reply::Done(Phrase::say("says-takes-part"))
            }
            Ask::Reload => self.reload().await?,
            Ask::Safeguards
            | Ask::Guarded(_)
            | Ask::WeighList(_)
            | Ask::TakeList { .. }
            | Ask::LetGo(_) => self.asked_about_lists(&ask).await?,
            _ => Reply::Wrong(Phrase::say("says-ask-coordinator")),
        })
    }

    /// Takes an appeal against what may act here.
    fn appeal(&mut self, appeal: &Appeal) -> Reply {
        let chance = match chance() {
            Ok(chance) => chance,
            Err(failure) => return Reply::Failed(Phrase::failure(failure)),
        };
        let held = self.machine.durable().orders.iter();
        let acting = held.filter(|(_, held)| !matches!(held.phase, Phase::Ended | Phase::Refused));
        let acting = acting.map(|(order, held)| (*order, held.dossier.order.goals.as_slice()));
        let now = clock::now();
        self.appeals
            .file(appeal, acting, now, chance, &mut self.changes)
    }

    fn charter_reply(&self) -> Reply {
        let offered = self
            .offered()
            .map(|one| (one.digest(), self.charter.changes(&one)));
        Reply::Charter {
            pinned: self.charter.digest(),
            offered,
        }
    }

    pub(super) fn offered(&self) -> Option<Charter> {
        let bytes = self.folder.read(&self.folder.offered_charter()).ok()?;
        Charter::parse(&bytes)
            .ok()
            .filter(|one| *one != self.charter)
    }

    fn accept(&mut self, digest: issei_model::Digest) -> Result<Reply, Failure> {
        let Some(charter) = self.offered().filter(|one| one.digest() == digest) else {
            return Ok(Reply::Wrong(Phrase::say("says-no-charter")));
        };
        if charter.log != self.charter.log || charter.coordinator != self.charter.coordinator {
            return Ok(Reply::Wrong(Phrase::say("says-other-country")));
        }
        let policy = charter.policy().map_err(Failure::wrong)?;
        self.rules = self.folder.rules(&charter, &self.lists)?;
        self.roster = charter.roster().map_err(Failure::wrong)?;
        self.folder
            .write(&self.folder.charter(), &charter.canonical())?;
        self.charter = charter;
        self.policy.send_replace(policy);
        Ok(Reply::Done(Phrase::say("says-charter-holds")))
    }

    /// Shows an order that is held here.
    pub(super) fn order(&self, order: OrderId) -> Reply {
        match self.machine.durable().orders.get(&order) {
            Some(held) => Reply::Order(Box::new(self.view(order, held))),
            None => not_held(order),
        }
    }

    pub(super) async fn leave(&mut self, order: OrderId, why: Objection) -> Result<Reply, Failure> {
        if self.machine.phase(order).is_none() {
            return Ok(not_held(order));
        }
        self.feed(Input::Leave { order, why }).await?;
        Ok(Reply::Done(Phrase::say("says-left-order")))
    }

    /// Reads lists and settings again; what became safeguarded is lifted.
    pub(super) async fn reload(&mut self) -> Result<Reply, Failure> {
        self.lists.read();
        self.rules = match self.folder.rules(&self.charter, &self.lists) {
            Ok(rules) => rules,
            Err(failure) => return Ok(Reply::Wrong(Phrase::failure(failure))),
        };
        self.judged_by = self.lists.version();
        let lifted = self.lift_safeguarded().await?;
        self.judge_reflexes_again().await?;
        let told = tallied(key!("says-read-lifted"), lifted as u64);
        Ok(match self.lists.alarm() {
            Some(alarm) => Reply::Wrong(but(&told, &alarm)),
            None => Reply::Done(told),
        })
    }
}
