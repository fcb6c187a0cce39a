//! What members and people ask the coordinator about standing orders and reflexes.
//!
//! In: calls of members, asks of people here. Out: replies, entries for the log. Always: a member speaks
//! for itself and carries signatures of its own people only. Not here: what is kept (`standing`), whether
//! one may stand (`issei-case`).

use issei_host::clock;
use issei_host::exchange::signed::Purpose;
use issei_host::exchange::{Answer, Route};
use issei_model::{
    Approval, OrganisationId, ReflexBatch, StandingEntry, StandingId, StandingOrder, Timestamp,
};
use issei_text::{Phrase, key, said};

use super::door::{Call, refused as no};
use super::standing::Bench;
use super::{Office, found, json};
use crate::office::control::{Ask, Reply};
use crate::office::entry::Entry;

impl Office {
    /// Answers a member.
    pub(super) fn called_about_reflexes(
        &mut self,
        from: &OrganisationId,
        call: &Call,
        now: Timestamp,
    ) -> Answer {
        match &call.route {
            Route::Standings => found(json(&self.standings.all(now)).to_vec()),
            Route::Standing(standing) => match self.standings.show(*standing, now) {
                Some(view) => found(json(&view).to_vec()),
                None => no(404, "no such standing order", "list the standing orders"),
            },
            Route::StandingProposals => self.propose_standing(from, &call.body, now),
            Route::StandingApprovals(standing) => {
                self.standing_approval(from, *standing, &call.body)
            }
            Route::StandingWithdrawal(standing) => {
                let reply = self.withdraw_standing(*standing, Some(from));
                found(json(&reply).to_vec())
            }
            Route::Reflexes => self.reflexes(from, &call.body),
            _ => no(404, "not here", "ask for standing orders"),
        }
    }

    /// Answers a person here.
    pub(super) fn asked_about_reflexes(&mut self, ask: Ask, now: Timestamp) -> Reply {
        match ask {
            Ask::Standings => Reply::Standings(self.standings.all(now)),
            Ask::Standing(standing) => match self.standings.show(standing, now) {
                Some(view) => Reply::Standing(Box::new(view)),
                None => Reply::Wrong(Phrase::of(|text| said!(text, "says-no-standing", standing))),
            },
            Ask::ApproveStanding { standing, approval } => {
                self.approve_standing(standing, approval)
            }
            Ask::WithdrawStanding(standing) => self.withdraw_standing(standing, None),
            Ask::WithdrawAllStanding => {
                let entry = StandingEntry::AllStandingWithdrawn { member: None };
                let is_new = !self.endings.have(&Entry::Standing(entry.clone()));
                self.log_standing(Some(entry));
                Reply::Done(Phrase::say(match is_new {
                    true => key!("says-withdraws-all-standing"),
                    false => key!("says-all-standing-withdrawn"),
                }))
            }
            _ => Reply::Wrong(Phrase::say("says-ask-member")),
        }
    }

    fn propose_standing(&mut self, from: &OrganisationId, body: &[u8], now: Timestamp) -> Answer {
        let order: StandingOrder = match serde_json::from_slice(body) {
            Ok(order) => order,
            Err(error) => {
                let why = format!("no standing order: {error}");
                return no(400, &why, "propose it anew");
            }
        };
        let bench = Bench {
            pack: &self.rules.pack,
            roster: &self.roster,
        };
        let reply = self.standings.propose(from, order, bench, now);
        found(json(&reply).to_vec())
    }

    fn standing_approval(
        &mut self,
        from: &OrganisationId,
        standing: StandingId,
        body: &[u8],
    ) -> Answer {
        match self.own_approval(from, body) {
            Ok(approval) => found(json(&self.approve_standing(standing, approval)).to_vec()),
            Err(answer) => answer,
        }
    }

    fn approve_standing(&mut self, standing: StandingId, approval: Approval) -> Reply {
        let bench = Bench {
            pack: &self.rules.pack,
            roster: &self.roster,
        };
        let now = clock::now();
        let (reply, entry) = self.standings.approve(standing, approval, bench, now);
        self.log_standing(entry);
        reply
    }

    fn withdraw_standing(&mut self, standing: StandingId, by: Option<&OrganisationId>) -> Reply {
        let (reply, entry) = self.standings.withdraw(standing, by);
        self.log_standing(entry);
        reply
    }

    fn log_standing(&mut self, entry: Option<StandingEntry>) {
        if let Some(entry) = entry {
            self.append(Entry::Standing(entry));
        }
    }

    /// Takes what a member's reflexes did into the log.
    fn reflexes(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let opened = self.open_signed::<ReflexBatch>(from, Purpose::REFLEXES, body);
        let batch = match opened {
            Ok((_, batch)) => batch,
            Err(answer) => return answer,
        };
        match self.standings.report(from, batch) {
            Ok(entry) => {
                self.log_standing(entry);
                Answer::Done
            }
            Err(why) => {
                self.count(why);
                no(403, why, "report what your own reflexes did")
            }
        }
    }
}
