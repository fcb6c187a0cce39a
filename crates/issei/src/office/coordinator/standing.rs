//! Standing orders at the coordinator: drafts that people sign, what stands in the log, members' batches.
//!
//! In: drafts and signatures that members carry, entries that count, the time. Out: replies, entries for
//! the log, what the database has to learn. Always: a standing order leaves only with every signature
//! that its rules ask for; it leaves once; a batch is logged once, whoever asks again.
//! Not here: whose lines a scope holds, which the member's own gates judge; what reflexes do
//! (`issei-order`).

use std::collections::{BTreeMap, VecDeque};

use issei_case::standing::{self, Ground};
use issei_case::{Refusal, Roster, ground::Pack};
use issei_host::clock;
use issei_host::store::{Change, Document};
use issei_model::{
    Approval, Digest, Dossier, OrganisationId, ReflexBatch, Span, StandingDossier, StandingEntry,
    StandingId, StandingOrder, Timestamp,
};
use issei_text::{Phrase, said};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::desk::{approved_but, refused};
use crate::office::control::{Reply, StandingView, StandsOn};
use crate::office::document;

/// Drafts of one member: what its people can read.
const MOST_DRAFTS: usize = 20;
/// Batches of a member that are remembered, so that one that comes again is not logged twice.
const MOST_REMEMBERED: usize = 64;
/// How long a standing order is shown after its end.
const SHOWN: Span = Span::from_secs(86_400);
/// The kind of document in which drafts are kept.
pub const KIND: &str = "standing-draft";

/// Standing orders, as the coordinator knows them.
#[derive(Default)]
pub struct Standings {
    drafts: BTreeMap<StandingId, Draft>,
    /// Those that count, and whether they were withdrawn.
    logged: BTreeMap<StandingId, (StandingDossier, bool)>,
    /// Digests of each member's last batches in the log, published or not.
    batches: BTreeMap<OrganisationId, VecDeque<Digest>>,
    changes: Vec<Change>,
    /// Gates that broke, for the office to tell.
    alarms: Vec<Refusal>,
}

/// A draft with its signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    dossier: StandingDossier,
    /// Whether it is in the log, and waits for witnesses.
    left: bool,
}

/// What the coordinator judges by: what every member must agree on. Whose lines a scope holds, only the
/// member knows.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The lawful grounds.
    pub pack: &'a Pack,
    /// Who may approve.
    pub roster: &'a Roster,
}

impl Bench<'_> {
    fn ground<'a>(&'a self, order: &'a StandingOrder) -> Ground<'a> {
        Ground {
            member: &order.member,
            own: &order.scope,
            pack: self.pack,
            roster: self.roster,
        }
    }
}

impl Standings {
    /// Begins with the drafts that the database holds.
    ///
    /// # Errors
    /// Which document is none.
    pub fn open(kept: Vec<Document>) -> Result<Self, String> {
        let mut standings = Self::default();
        for Document { name, body, .. } in kept {
            let wrong = |error| format!("draft of a standing order {name}: {error}");
            let draft: Draft = serde_json::from_str(&body).map_err(wrong)?;
            standings.drafts.insert(draft.dossier.order.id(), draft);
        }
        Ok(standings)
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Gives what gates said when they broke.
    pub fn take_alarms(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.alarms)
    }

    /// Takes the draft that a member's people propose.
    pub fn propose(
        &mut self,
        from: &OrganisationId,
        order: StandingOrder,
        bench: Bench<'_>,
        now: Timestamp,
    ) -> Reply {
        if order.member != *from || order.proposer.organisation() != from {
            return Reply::Wrong(Phrase::say("says-own-proposal"));
        }
        if let Err(no) = standing::draft(&order, &bench.ground(&order), now) {
            self.alarms.extend(no.alarm.then(|| no.clone()));
            return refused(&no);
        }
        self.forget_what_is_over(now);
        let id = order.id();
        let of_member = |draft: &&Draft| draft.dossier.order.member == *from;
        if self.drafts.values().filter(of_member).count() >= MOST_DRAFTS {
            let most = MOST_DRAFTS;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-many-drafts", most)));
        }
        if !self.knows(id) {
            let approvals = Vec::new();
            let dossier = StandingDossier { order, approvals };
            self.keep(Draft {
                dossier,
                left: false,
            });
        }
        Reply::NamedStanding(id)
    }

    /// Takes a person's signature; gives the entry if it was the last one needed.
    pub fn approve(
        &mut self,
        id: StandingId,
        approval: Approval,
        bench: Bench<'_>,
        now: Timestamp,
    ) -> (Reply, Option<StandingEntry>) {
        let Some(draft) = self.drafts.get(&id).filter(|draft| !draft.left) else {
            return (no_draft(id), None);
        };
        let mut draft = draft.clone();
        let dossier = &mut draft.dossier;
        if let Err(no) = standing::check(&dossier.order, &approval, bench.roster, now) {
            return (refused(&no), None);
        }
        let person = approval.person.clone();
        if dossier.approvals.len() >= Dossier::MOST_APPROVALS
            || dossier.approvals.iter().any(|one| one.person == person)
        {
            let said = Phrase::of(|text| said!(text, "says-approved-before", person));
            return (Reply::Wrong(said), None);
        }
        dossier.approvals.push(approval);
        let judged = standing::judge(dossier, &bench.ground(&dossier.order), now);
        let (said, entry) = match judged {
            Ok(_) => (
                Phrase::of(|text| said!(text, "says-approved-standing", person)),
                Some(StandingEntry::StandingProposed(Box::new(dossier.clone()))),
            ),
            // What is missing is not this person's fault: the approval itself stands.
            Err(no) => {
                self.alarms.extend(no.alarm.then(|| no.clone()));
                (approved_but(&person, &no), None)
            }
        };
        draft.left = entry.is_some();
        self.keep(draft);
        (Reply::Done(said), entry)
    }

    /// Ends a standing order, or takes a draft back; a member ends its own only.
    pub fn withdraw(
        &mut self,
        id: StandingId,
        by: Option<&OrganisationId>,
    ) -> (Reply, Option<StandingEntry>) {
        let Some(order) = self.order(id) else {
            return (no_draft(id), None);
        };
        if by.is_some_and(|member| order.member != *member) {
            return (Reply::Wrong(Phrase::say("says-not-yours")), None);
        }
        if self.drafts.get(&id).is_some_and(|draft| !draft.left) {
            self.forget(id);
            return (Reply::Done(Phrase::say("says-standing-draft-back")), None);
        }
        if self
            .logged
            .get(&id)
            .is_some_and(|(_, withdrawn)| *withdrawn)
        {
            return (Reply::Done(Phrase::say("says-withdrawn-already")), None);
        }
        let entry = StandingEntry::StandingWithdrawn { standing: id };
        (Reply::Done(Phrase::say("says-withdrawal")), Some(entry))
    }

    /// Takes what a member's reflexes did; gives the entry unless it is in the log already.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn report(
        &mut self,
        from: &OrganisationId,
        batch: ReflexBatch,
    ) -> Result<Option<StandingEntry>, &'static str> {
        if batch.member != *from {
            return Err("a batch in another member's name");
        }
        if batch.activations.len() > ReflexBatch::MOST {
            return Err("a batch with too many activations");
        }
        let entry = StandingEntry::ReflexesReported(batch);
        Ok(self.remember(from, &entry).then_some(entry))
    }

    /// Remembers a batch; says whether it is new.
    fn remember(&mut self, member: &OrganisationId, entry: &StandingEntry) -> bool {
        let digest = Digest(sha2::Sha256::digest(entry.canonical()).into());
        let known = self.batches.entry(member.clone()).or_default();
        if known.contains(&digest) {
            return false;
        }
        if known.len() >= MOST_REMEMBERED {
            known.pop_front();
        }
        known.push_back(digest);
        true
    }

    /// Takes an entry that counts from now on.
    pub fn logged(&mut self, entry: &StandingEntry) {
        match entry {
            StandingEntry::StandingProposed(dossier) => {
                let id = dossier.order.id();
                self.forget(id);
                let held = (StandingDossier::clone(dossier), false);
                self.logged.entry(id).or_insert(held);
            }
            StandingEntry::StandingWithdrawn { standing } => {
                if let Some((_, withdrawn)) = self.logged.get_mut(standing) {
                    *withdrawn = true;
                }
            }
            StandingEntry::AllStandingWithdrawn { member } => {
                for (dossier, withdrawn) in self.logged.values_mut() {
                    let meant = member
                        .as_ref()
                        .is_none_or(|one| *one == dossier.order.member);
                    *withdrawn |= meant;
                }
            }
            StandingEntry::ReflexesReported(batch) => {
                self.remember(&batch.member, entry);
            }
        }
    }

    /// Shows every standing order and draft.
    pub fn all(&mut self, now: Timestamp) -> Vec<StandingView> {
        self.forget_what_is_over(now);
        let drafts = self.drafts.values().map(|draft| {
            let stands = match draft.left {
                true => StandsOn::Leaving,
                false => StandsOn::Draft,
            };
            view(&draft.dossier, stands, now)
        });
        let logged = self.logged.values().map(|(dossier, withdrawn)| {
            let over = *withdrawn || dossier.order.valid_until <= now;
            let stands = if over {
                StandsOn::Ended
            } else {
                StandsOn::Logged
            };
            view(dossier, stands, now)
        });
        drafts.chain(logged).collect()
    }

    /// Shows one of them.
    pub fn show(&mut self, id: StandingId, now: Timestamp) -> Option<StandingView> {
        self.all(now).into_iter().find(|view| view.id == id)
    }

    fn order(&self, id: StandingId) -> Option<&StandingOrder> {
        let draft = self.drafts.get(&id).map(|draft| &draft.dossier);
        let logged = || self.logged.get(&id).map(|(dossier, _)| dossier);
        draft.or_else(logged).map(|dossier| &dossier.order)
    }

    fn knows(&self, id: StandingId) -> bool {
        self.order(id).is_some()
    }

    fn keep(&mut self, draft: Draft) {
        let id = draft.dossier.order.id();
        let change = document(KIND, id.to_string(), &draft, clock::now());
        self.changes.push(change);
        self.drafts.insert(id, draft);
    }

    fn forget(&mut self, id: StandingId) {
        if self.drafts.remove(&id).is_some() {
            self.changes.push(Change::RemoveDocument {
                kind: KIND.into(),
                name: id.to_string(),
            });
        }
    }

    /// Forgets drafts that nobody may sign any more, and what ended long ago.
    fn forget_what_is_over(&mut self, now: Timestamp) {
        let over = |draft: &Draft| !draft.left && draft.dossier.order.valid_until <= now;
        let drafts = self.drafts.iter().filter(|(_, draft)| over(draft));
        let drafts: Vec<StandingId> = drafts.map(|(id, _)| *id).collect();
        for id in drafts {
            self.forget(id);
        }
        self.logged
            .retain(|_, (dossier, _)| now < dossier.order.valid_until + SHOWN);
    }
}

fn view(dossier: &StandingDossier, stands: StandsOn, now: Timestamp) -> StandingView {
    StandingView {
        id: dossier.order.id(),
        order: dossier.order.clone(),
        approvals: dossier.approvals.clone(),
        stands,
        refusal: None,
        now,
    }
}

fn no_draft(id: StandingId) -> Reply {
    Reply::Wrong(Phrase::of(|text| {
        said!(text, "says-no-standing-draft", standing = id)
    }))
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
