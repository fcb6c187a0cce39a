//! The duty desk: findings that members told, cases, questions about contacts, drafts and approvals.
//!
//! In: what people ask and members tell, the gates, the time. Out: replies, an order that everyone
//! approved, and what the database has to learn. Always: a case changes only by events that its rules
//! allowed (`issei-case`), each kept; an order leaves only as [`Cleared`].
//! Not here: the log (`notary`), when an order fires (`issei-order`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_case::{Answer, Case, Cleared, Closing, Command, Event, Gates, Refusal, Stage};
use issei_host::clock;
use issei_host::store::{Change, Document};
use issei_model::{
    Approval, DomainName, Dossier, Goal, Order, OrderId, OrganisationId, Participant, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::configuration::nearest;
use crate::office::control::{CaseView, Reply, Reported, Said, StoodFor, Wish};
use crate::office::document;
use crate::words;

/// Findings that wait for a case, at most; the oldest make room.
const MOST_FINDINGS: usize = 10_000;
/// Addresses of one name that members are asked about; with more, none of them could tell.
const MOST_ADDRESSES: usize = 65;
/// Cases that are kept.
const MOST_CASES: usize = 10_000;

/// What lies on the desk.
#[derive(Default)]
pub struct Desk {
    findings: Vec<Reported>,
    cases: BTreeMap<String, Kept>,
    questions: BTreeMap<String, Question>,
    /// Rises with every question.
    asked: u64,
    /// Cases whose draft waits for a person although everyone approved.
    held: BTreeSet<String>,
    changes: Vec<Change>,
    /// Findings that found no room.
    pub dropped: u64,
}

/// A case with the events that made it.
struct Kept {
    case: Case,
    events: Vec<Event>,
    answered: BTreeSet<OrganisationId>,
}

/// What members are asked: how many of your lines were in contact with these?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The case.
    pub case: String,
    /// The goals.
    pub goals: Vec<Goal>,
    /// What members reported of the names among them: each looks further by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub addresses: BTreeMap<DomainName, BTreeSet<IpAddr>>,
}

/// A member's answers to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The case.
    pub case: String,
    /// One for each goal.
    pub answers: Vec<Answer>,
}

impl Desk {
    /// Begins with what the database holds: documents of the kinds `finding` and `case`.
    ///
    /// # Errors
    /// Which document is none.
    pub fn open(findings: Vec<Document>, cases: Vec<Document>) -> Result<Self, String> {
        let mut desk = Self::default();
        for Document { name, body, .. } in findings {
            let read = serde_json::from_str(&body);
            desk.findings
                .push(read.map_err(|error| format!("finding {name}: {error}"))?);
        }
        for Document { name, body, .. } in cases {
            let events: Vec<Event> =
                serde_json::from_str(&body).map_err(|error| format!("case {name}: {error}"))?;
            let mut kept = Kept::new(&name);
            events.into_iter().for_each(|event| kept.apply(event));
            desk.cases.insert(name, kept);
        }
        Ok(desk)
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Takes what a member found. The same finding changes nothing.
    pub fn take_findings(&mut self, reported: Vec<Reported>) -> usize {
        let before = self.findings.len();
        for one in reported {
            if self.findings.contains(&one) {
                continue;
            }
            if self.findings.len() >= MOST_FINDINGS {
                self.dropped += 1;
                continue;
            }
            let name = document_name(&one);
            self.changes
                .push(document("finding", name, &one, clock::now()));
            self.findings.push(one);
        }
        self.findings.len() - before
    }

    /// Tells what members found.
    pub fn findings(&self) -> &[Reported] {
        &self.findings
    }

    /// Opens a case about a goal, with what members found about it.
    pub fn open_case(
        &mut self,
        name: &str,
        goal: &Goal,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Reply {
        if !is_name(name) {
            return Reply::Wrong("a case is named by 1 to 60 of letters, digits, - and .".into());
        }
        if !self.cases.contains_key(name) {
            if self.cases.len() >= MOST_CASES {
                return Reply::Wrong(format!(
                    "{MOST_CASES} cases are kept; close and archive some"
                ));
            }
            self.cases.insert(name.into(), Kept::new(name));
        }
        if let Err(no) = self.command(name, &Command::AddGoal(goal.clone()), gates, now) {
            return no;
        }
        let about = self.findings.iter().filter(|one| one.goal == *goal);
        let evidence: Vec<_> = about.map(|one| one.evidence.clone()).collect();
        let mut taken: u64 = 0;
        for entry in evidence {
            match self.command(name, &Command::AddEvidence(entry), gates, now) {
                Ok(()) => taken += 1,
                Err(no) if taken == 0 => return no,
                Err(_) => {} // known already, or one too many
            }
        }
        let findings = words::counted(taken, "finding", "findings");
        Reply::Done(format!("case {name}: {goal} with {findings}"))
    }

    /// Puts a question about a case's goals to the members.
    pub fn question(&mut self, name: &str) -> Reply {
        let Some(kept) = self.cases.get(name) else {
            return self.no_case(name);
        };
        let goals = kept.case.goals().to_vec();
        let mut addresses = BTreeMap::new();
        for one in self.stood_for(&goals) {
            let known: &mut BTreeSet<IpAddr> = addresses.entry(one.name).or_default();
            if known.len() < MOST_ADDRESSES {
                known.insert(one.ip);
            }
        }
        let case = name.to_owned();
        let question = Question {
            case: case.clone(),
            goals,
            addresses,
        };
        self.questions.insert(case, question);
        self.asked += 1;
        Reply::Done("the members are asked".into())
    }

    /// Tells how often members were asked.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Tells the open questions.
    pub fn questions(&self) -> Vec<&Question> {
        self.questions.values().collect()
    }

    /// Takes a member's answers.
    ///
    /// # Errors
    /// Why they are not taken.
    pub fn take_answers(
        &mut self,
        from: &OrganisationId,
        answers: Answers,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<(), String> {
        if answers.answers.iter().any(|answer| answer.member != *from) {
            return Err("answers in another member's name".into());
        }
        if !self.questions.contains_key(&answers.case) {
            return Err(format!("nobody asked about case `{}`", answers.case));
        }
        for answer in answers.answers {
            let taken = self.command(&answers.case, &Command::TakeAnswer(answer), gates, now);
            taken.map_err(|no| format!("{no:?}"))?;
        }
        Ok(())
    }

    /// Sums the answers for these participants.
    pub fn assess(
        &mut self,
        name: &str,
        participants: Vec<Participant>,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Reply {
        self.questions.remove(name);
        match self.command(name, &Command::Assess(participants), gates, now) {
            Ok(()) => self.show(name),
            Err(no) => no,
        }
    }

    /// Shows a case.
    pub fn show(&self, name: &str) -> Reply {
        match self.cases.get(name) {
            Some(kept) => Reply::Case(Box::new(self.view(kept))),
            None => self.no_case(name),
        }
    }

    /// Shows every case.
    pub fn all(&self) -> Reply {
        Reply::Cases(self.cases.values().map(|kept| self.view(kept)).collect())
    }

    /// Ends a case.
    pub fn close(&mut self, name: &str, why: Closing, gates: &Gates<'_>, now: Timestamp) -> Reply {
        match self.command(name, &Command::Close(why), gates, now) {
            Ok(()) => Reply::Done(format!("case {name} is closed")),
            Err(no) => no,
        }
    }

    /// Drafts an order from its case and what is wished.
    pub fn propose(&mut self, wish: Wish, gates: &Gates<'_>, now: Timestamp) -> Reply {
        let Some(kept) = self.cases.get(&wish.case) else {
            return self.no_case(&wish.case);
        };
        let Some(assessment) = kept.case.assessment() else {
            return Reply::Wrong(format!(
                "the radius of case {0} is not measured; `issei case assess {0}` first",
                wish.case
            ));
        };
        let name = wish.case.clone();
        let order = Order {
            schema: Order::SCHEMA.into(),
            case: wish.case,
            renews: kept.case.left().map(|(id, _)| id),
            proposer: wish.proposer,
            goals: kept.case.goals().to_vec(),
            action: wish.action,
            ground: wish.ground,
            pack: gates.pack.digest(),
            facts: wish.facts,
            evidence: kept.case.evidence().to_vec(),
            radius: assessment.radius.clone(),
            participants: assessment.participants.clone(),
            canary: wish.canary,
            canary_skipped_by: wish.canary_skipped_by,
            quorum_percent: wish.quorum_percent,
            clock_limit: wish.clock_limit,
            proposed_at: now,
            fire_before: now + wish.fire_within,
            expires_at: now + wish.lasts,
        };
        let id = order.id();
        let command = Command::Propose(Box::new(order));
        if let Err(no) = self.command(&name, &command, gates, now) {
            return no;
        }
        self.held.remove(&name);
        if wish.hold {
            self.held.insert(name);
        }
        Reply::Named(id)
    }

    /// Takes a draft back.
    pub fn retract(&mut self, order: OrderId, gates: &Gates<'_>, now: Timestamp) -> Reply {
        let Some(name) = self.case_of(order) else {
            return no_draft(order);
        };
        match self.command(&name, &Command::Retract, gates, now) {
            Ok(()) => Reply::Done(format!("the draft of case {name} is taken back")),
            Err(no) => no,
        }
    }

    /// Takes a person's signature; gives the order if it was the last one needed and nobody holds it.
    pub fn approve(
        &mut self,
        order: OrderId,
        approval: Approval,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> (Reply, Option<Cleared>) {
        let Some(name) = self.case_of(order) else {
            return (no_draft(order), None);
        };
        let person = approval.person.clone();
        if let Err(no) = self.command(&name, &Command::Approve(approval), gates, now) {
            return (no, None);
        }
        if self.held.contains(&name) {
            return (
                Reply::Done(format!("{person} approved; the order is held")),
                None,
            );
        }
        match self.clear(&name, gates, now) {
            Ok(cleared) => (
                Reply::Done(format!("{person} approved; the order goes out")),
                Some(cleared),
            ),
            // What is missing is not this person's fault: the approval itself stands.
            Err(no) => (
                Reply::Done(format!("{person} approved; {}", no.explanation.en)),
                None,
            ),
        }
    }

    /// Lets an approved draft that was held go out.
    pub fn arm(
        &mut self,
        order: OrderId,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> (Reply, Option<Cleared>) {
        let Some(name) = self.case_of(order) else {
            return (no_draft(order), None);
        };
        match self.clear(&name, gates, now) {
            Ok(cleared) => {
                self.held.remove(&name);
                (Reply::Done("the order goes out".into()), Some(cleared))
            }
            Err(no) => (refused(&no), None),
        }
    }

    fn clear(&mut self, name: &str, gates: &Gates<'_>, now: Timestamp) -> Result<Cleared, Refusal> {
        let kept = self.cases.get_mut(name);
        let kept = kept.expect("a case that was just found");
        for event in kept.case.decide(&Command::Clear, gates, now)? {
            kept.apply(event);
        }
        self.keep(name);
        self.cases[name].case.cleared(gates, now)
    }

    /// Gives the drafts that people read and sign, with their approvals.
    pub fn drafts(&self) -> impl Iterator<Item = (&Order, &[Approval], bool)> {
        let drafted = self
            .cases
            .iter()
            .filter(|(_, kept)| kept.case.stage() == Stage::Proposed);
        drafted.filter_map(|(name, kept)| {
            let dossier = kept.case.dossier()?;
            Some((
                &dossier.order,
                dossier.approvals.as_slice(),
                self.held.contains(name),
            ))
        })
    }

    /// Gives the approvals of an order that is drafted or left.
    pub fn approvals(&self, order: OrderId) -> Vec<Approval> {
        let dossiers = self.cases.values().filter_map(|kept| kept.case.dossier());
        let found = dossiers
            .into_iter()
            .find(|dossier| dossier.order.id() == order);
        found
            .map(|dossier| dossier.approvals.clone())
            .unwrap_or_default()
    }

    /// Gives an order that everyone approved and that left.
    pub fn left(&self, order: OrderId) -> Option<&Dossier> {
        let cleared = |kept: &&Kept| kept.case.stage() == Stage::Cleared;
        let dossiers = self
            .cases
            .values()
            .filter(cleared)
            .filter_map(|kept| kept.case.dossier());
        dossiers
            .into_iter()
            .find(|dossier| dossier.order.id() == order)
    }

    fn case_of(&self, order: OrderId) -> Option<String> {
        let drafted = |kept: &Kept| kept.case.dossier().is_some_and(|d| d.order.id() == order);
        let found = self.cases.iter().find(|(_, kept)| drafted(kept));
        found.map(|(name, _)| name.clone())
    }

    /// Lets a case decide, and keeps what happens, also a refusal.
    fn command(
        &mut self,
        name: &str,
        command: &Command,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<(), Reply> {
        let Some(kept) = self.cases.get_mut(name) else {
            return Err(self.no_case(name));
        };
        let decided = kept.case.decide(command, gates, now);
        let (events, answer) = match decided {
            Ok(events) => (events, Ok(())),
            Err(no) => {
                let reply = refused(&no);
                (vec![Event::Refused(Box::new(no))], Err(reply))
            }
        };
        for event in events {
            kept.apply(event);
        }
        self.keep(name);
        answer
    }

    fn view(&self, kept: &Kept) -> CaseView {
        let case = &kept.case;
        CaseView {
            case: case.id().into(),
            stage: case.stage(),
            goals: case.goals().to_vec(),
            evidence: case.evidence().to_vec(),
            addresses: self.stood_for(case.goals()).into_iter().collect(),
            answered: kept.answered.iter().cloned().collect(),
            radius: case.assessment().map(|one| one.radius.clone()),
            order: case.dossier().map(|dossier| dossier.order.id()),
            refusals: case.refusals().0.iter().map(Said::from).collect(),
        }
    }

    /// Tells what members reported of the names among these goals.
    fn stood_for(&self, goals: &[Goal]) -> BTreeSet<StoodFor> {
        let about = self.findings.iter().filter(|one| goals.contains(&one.goal));
        let stood = about.filter_map(|one| match &one.goal {
            Goal::Name(name) => Some(one.addresses.iter().map(|&ip| StoodFor {
                name: name.clone(),
                ip,
                source: one.evidence.source.clone(),
            })),
            Goal::Service(_) => None,
        });
        stood.flatten().collect()
    }

    fn keep(&mut self, name: &str) {
        let events = &self.cases[name].events;
        self.changes
            .push(document("case", name.into(), events, clock::now()));
    }

    fn no_case(&self, name: &str) -> Reply {
        Reply::Wrong(match nearest(name, self.cases.keys().map(String::as_str)) {
            Some(near) => format!("no case `{name}`; did you mean `{near}`?"),
            None => format!("no case `{name}`; `issei case open` makes one"),
        })
    }
}

impl Kept {
    fn new(name: &str) -> Self {
        Self {
            case: Case::new(name),
            events: Vec::new(),
            answered: BTreeSet::new(),
        }
    }

    fn apply(&mut self, event: Event) {
        match &event {
            Event::Answered(answer) => {
                self.answered.insert(answer.member.clone());
            }
            Event::Retracted | Event::Reopened => self.answered.clear(),
            _ => {}
        }
        self.case.apply(event.clone());
        self.events.push(event);
    }
}

/// Says a rule's no.
pub fn refused(no: &Refusal) -> Reply {
    Reply::Refused(Box::new(Said::from(no)))
}

/// Names a finding's document. One finding may accuse an address and the names that stand for it.
fn document_name(one: &Reported) -> String {
    match &one.goal {
        Goal::Name(name) => format!("{} {name}", one.evidence.commitment),
        Goal::Service(_) => one.evidence.commitment.to_string(),
    }
}

fn no_draft(order: OrderId) -> Reply {
    Reply::Wrong(format!("no draft `{order}`; `issei order list` shows them"))
}

fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
