//! What members send to the coordinator, and what they are answered.
//!
//! In: calls over the exchange. Out: answers; findings, answers and receipts for the desk and the machine. Always: what is
//! signed is opened before it is believed, each sequence once; what is refused is counted. Not here: standing orders
//! (`reflexes`), what people ask here (`asks`).

use issei_host::clock;
use issei_host::exchange::signed::{self, Purpose, Unsealed};
use issei_host::exchange::{Answer, Route};
use issei_model::{Approval, OrderId, OrganisationId, Receipt, SignedReceipt, Timestamp};
use issei_order::coordinator::Input;
use serde::Serialize;

use super::desk::Answers;
use super::door::{Call, refused as no};
use super::{Office, found, json, put};
use crate::office::control::Reported;

impl Office {
    /// Answers a member.
    pub(super) fn called(&mut self, call: &Call) -> Answer {
        let now = clock::now();
        let Some(from) = &call.from else {
            return match &call.route {
                Route::Join => self.join(&call.body, now),
                _ => no(403, "only members may ask this", "join first"),
            };
        };
        let from = from.organisation.clone();
        match &call.route {
            Route::Country => found(self.charter.canonical()),
            Route::Receipts => self.receipt(&from, &call.body),
            Route::Cosignatures => self.cosignature(&from, &call.body, now),
            Route::Findings => self.findings(&from, &call.body),
            Route::Questions => found(json(&self.desk.questions()).to_vec()),
            Route::Answers => self.answers(&from, &call.body, now),
            Route::Drafts => found(json(&self.drafts()).to_vec()),
            Route::Draft(order) => match self.view(*order) {
                Some(view) => found(json(&view).to_vec()),
                None => no(404, "no such draft", "list the drafts"),
            },
            Route::Traffic => self.traffic(&from, &call.body),
            Route::Approvals(order) => self.approval(&from, *order, &call.body),
            Route::Confirmation(order) => self.confirmation(&from, *order, &call.body),
            Route::Standings
            | Route::Standing(_)
            | Route::StandingProposals
            | Route::StandingApprovals(_)
            | Route::StandingWithdrawal(_)
            | Route::Reflexes => self.called_about_reflexes(&from, call, now),
            Route::Log(_) | Route::Hints | Route::Join => no(404, "not here", "ask the log"),
        }
    }

    /// Opens what a member signed, and remembers its sequence.
    pub(super) fn open_signed<T: serde::de::DeserializeOwned + Serialize>(
        &mut self,
        from: &OrganisationId,
        purpose: Purpose,
        body: &[u8],
    ) -> Result<(u64, T), Answer> {
        let Some(enrolled) = self.charter.member(from) else {
            return Err(no(
                403,
                "not a member by the charter",
                "join the country first",
            ));
        };
        let name = format!("{}/{from}", purpose.as_str());
        let last = self.sequences.get(&name).copied();
        match signed::open::<T>(purpose, body, &enrolled.desk, from, last) {
            Ok((sequence, said)) => {
                self.changes.push(put("sequence", name.clone(), &sequence));
                self.sequences.insert(name, sequence);
                Ok((sequence, said))
            }
            Err(why) => {
                self.count(&format!("{}: {}", purpose.as_str(), kind_of(&why)));
                Err(no(
                    400,
                    &why.to_string(),
                    "sign it anew, with a greater number",
                ))
            }
        }
    }

    pub(super) fn receipt(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let (sequence, receipt) = match self.open_signed::<Receipt>(from, Purpose::RECEIPT, body) {
            Ok(opened) => opened,
            Err(answer) => return answer,
        };
        if receipt.member != *from {
            self.count("receipt in another member's name");
            return no(
                403,
                "a receipt in another member's name",
                "report for yourself only",
            );
        }
        let name = format!("{sequence:020}-{from}");
        self.changes.push(put("receipt", name.clone(), &receipt));
        self.receipts.entry(receipt.order).or_default().push(name);
        self.note_effect(&receipt, body);
        self.tell(Input::Receipt(receipt));
        Answer::Done
    }

    /// Takes what a participant measured, with its signature as it came.
    fn note_effect(&mut self, receipt: &Receipt, body: &[u8]) {
        let progress = self.machine.progress(receipt.order);
        let asked = progress.is_some_and(|one| one.order.participant(&receipt.member).is_some());
        let signed = serde_json::from_slice::<SignedReceipt>(body);
        if let (true, Ok(signed)) = (asked, signed) {
            self.effects.take(signed, clock::now());
        }
    }

    pub(super) fn cosignature(
        &mut self,
        from: &OrganisationId,
        body: &[u8],
        now: Timestamp,
    ) -> Answer {
        match self.notary.cosignature(from, body, now) {
            Ok(entries) => {
                for entry in entries {
                    self.logged(&entry);
                }
                Answer::Done
            }
            Err(why) => {
                self.count(&format!("cosignature: {why}"));
                no(409, why, "cosign the note of the newest hint")
            }
        }
    }

    pub(super) fn findings(&mut self, from: &OrganisationId, body: &[u8]) -> Answer {
        let opened = self.open_signed::<Vec<Reported>>(from, Purpose::FINDINGS, body);
        let reported = match opened {
            Ok((_, reported)) => reported,
            Err(answer) => return answer,
        };
        if reported.iter().any(|one| one.evidence.source != *from) {
            self.count("finding in another member's name");
            return no(
                403,
                "a finding in another member's name",
                "report your own only",
            );
        }
        self.desk.take_findings(reported);
        Answer::Done
    }

    pub(super) fn answers(&mut self, from: &OrganisationId, body: &[u8], now: Timestamp) -> Answer {
        let answers = match self.open_signed::<Answers>(from, Purpose::ANSWER, body) {
            Ok((_, answers)) => answers,
            Err(answer) => return answer,
        };
        let taken = self.at_the_gates(now, |desk, gates| {
            desk.take_answers(from, answers, gates, now)
        });
        match taken {
            Ok(()) => Answer::Done,
            Err(why) => no(409, &why, "answer the questions that are open"),
        }
    }

    pub(super) fn approval(
        &mut self,
        from: &OrganisationId,
        order: OrderId,
        body: &[u8],
    ) -> Answer {
        match self.own_approval(from, body) {
            Ok(approval) => found(json(&self.approve(order, approval)).to_vec()),
            Err(answer) => answer,
        }
    }

    /// Reads the approval of a person of the very member that sends it.
    pub(super) fn own_approval(
        &mut self,
        from: &OrganisationId,
        body: &[u8],
    ) -> Result<Approval, Answer> {
        let approval: Approval = serde_json::from_slice(body)
            .map_err(|error| no(400, &format!("no approval: {error}"), "sign the text again"))?;
        if approval.person.organisation() != from {
            self.count("approval of another organisation's person");
            return Err(no(
                403,
                "this person answers for another organisation",
                "send it from there",
            ));
        }
        Ok(approval)
    }

    /// Lets a member in that knows its code; a new charter is offered to everybody.
    pub(super) fn join(&mut self, body: &[u8], now: Timestamp) -> Answer {
        let joining = match self.register.join(body, now) {
            Ok(joining) => joining,
            Err((kind, answer)) => {
                self.count(kind);
                return answer;
            }
        };
        let mut charter = self.charter.clone();
        charter.enter(joining.enrolled.clone());
        match self.take_charter(charter) {
            Ok(()) => self.register.welcome(joining, &self.charter),
            Err(why) => no(409, &why, "ask the coordinator's desk"),
        }
    }
}

/// Sorts what is wrong with an envelope, for counting.
fn kind_of(why: &Unsealed) -> &'static str {
    match why {
        Unsealed::TooLong { .. } => "too long",
        Unsealed::TooDeep => "too deep",
        Unsealed::Unreadable => "unreadable",
        Unsealed::NotCanonical => "not canonical",
        Unsealed::OtherPurpose => "another purpose",
        Unsealed::OtherOrganisation { .. } => "another organisation",
        Unsealed::WrongKey => "wrong key",
        Unsealed::Replayed { .. } => "replayed",
        Unsealed::WrongBody { .. } => "wrong body",
    }
}
