//! The duty desk: findings that members told, cases, questions about contacts, drafts and approvals.
//!
//! In: what people ask and members tell, the gates, the time. Out: replies, an order that everyone
//! approved, and what the database has to learn. Always: a case changes only by events that its rules
//! allowed (`issei-case`), each kept; an order leaves only as [`Cleared`].
//! Not here: the log (`notary`), when an order fires (`issei-order`).

mod papers;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_case::{
    Answer, Assessment, Case, Cleared, Closing, Command, Event, Gates, Refusal, Stage,
};
use issei_host::store::Change;
use issei_model::{
    Approval, Before, Digest, DomainName, Dossier, EvidenceEntry, Goal, Order, OrderId,
    OrganisationId, Participant, PersonId, Timestamp,
};
use issei_text::{Phrase, said};
use serde::{Deserialize, Serialize};

use super::confirm::refused_as;
use crate::configuration::{nearest, span_text};
use crate::office::control::{CaseView, Reply, Reported, Said, StoodFor, Wish};
use crate::words;

pub use papers::Papers;

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
    /// Gates that broke, for the office to tell.
    alarms: Vec<Refusal>,
    /// Findings that found no room.
    pub dropped: u64,
}

/// A case with the events that made it.
struct Kept {
    case: Case,
    events: Vec<Event>,
    /// The last order that left from here.
    left: Option<Left>,
}

/// An order that left, as far as its review asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub order: OrderId,
    /// Its row of the pack.
    pub ground: String,
    /// When it was proposed.
    pub proposed_at: Timestamp,
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
    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Gives what gates said when they broke.
    pub fn take_alarms(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.alarms)
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
            self.keep_finding(name, &one);
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
            return Reply::Wrong(Phrase::say("says-case-name"));
        }
        if !self.cases.contains_key(name) {
            if self.cases.len() >= MOST_CASES {
                let most = MOST_CASES;
                return Reply::Wrong(Phrase::of(|text| said!(text, "says-case-room", most)));
            }
            self.cases.insert(name.into(), Kept::new(name));
        }
        let is_new = !self.cases[name].case.goals().contains(goal);
        if is_new && let Err(no) = self.command(name, &Command::AddGoal(goal.clone()), gates, now) {
            return no;
        }
        match self.gather(name, goal, gates, now) {
            Ok(taken) => {
                let n = words::count(taken);
                Reply::Done(Phrase::of(|text| {
                    said!(text, "says-case-opened", name, goal, n)
                }))
            }
            Err(no) => no,
        }
    }

    /// Takes what members found about a goal and the case does not have yet, and counts it.
    fn gather(
        &mut self,
        name: &str,
        goal: &Goal,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<u64, Reply> {
        let has = self.cases[name].case.evidence();
        let same = |a: &EvidenceEntry, b: &EvidenceEntry| {
            (&a.source, a.commitment) == (&b.source, b.commitment)
        };
        let about = self.findings.iter().filter(|one| one.goal == *goal);
        let about = about.map(|one| &one.evidence);
        let fresh = about.filter(|one| !has.iter().any(|known| same(known, one)));
        let fresh: Vec<EvidenceEntry> = fresh.cloned().collect();
        let mut taken = 0;
        for entry in fresh {
            match self.command(name, &Command::AddEvidence(entry), gates, now) {
                Ok(()) => taken += 1,
                Err(no) if taken == 0 => return Err(no),
                Err(_) => break, // the case is full
            }
        }
        Ok(taken)
    }

    /// Gathers anew in a case whose order left, for a renewal: with what members found since.
    pub fn reopen(&mut self, name: &str, gates: &Gates<'_>, now: Timestamp) -> Reply {
        if let Err(no) = self.command(name, &Command::Reopen, gates, now) {
            return no;
        }
        let mut taken = 0;
        for goal in self.goals(name).to_vec() {
            taken += self.gather(name, &goal, gates, now).unwrap_or(0);
        }
        let n = words::count(taken);
        Reply::Done(Phrase::of(|text| {
            said!(text, "says-case-reopened", name, n)
        }))
    }

    /// Tells the goals of a case; of one that is not there, none.
    pub fn goals(&self, name: &str) -> &[Goal] {
        let kept = self.cases.get(name);
        kept.map_or(&[], |kept| kept.case.goals())
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
        self.ask(Question {
            case,
            goals,
            addresses,
        });
        Reply::Done(Phrase::say("says-asked"))
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
        self.end_question(name);
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
            Ok(()) => {
                self.end_question(name);
                Reply::Done(Phrase::of(|text| said!(text, "says-case-closed", name)))
            }
            Err(no) => no,
        }
    }

    /// Drafts an order from its case and what is wished. If an order stood on one of its goals lately, it
    /// is a renewal of that one, whichever case that came from.
    pub fn propose(
        &mut self,
        wish: Wish,
        stood: Option<Before>,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Reply {
        if let Err(no) = self.follow(&wish.case, stood, gates, now) {
            return no;
        }
        let Some(kept) = self.cases.get(&wish.case) else {
            return self.no_case(&wish.case);
        };
        let Some(assessment) = kept.case.assessment() else {
            let name = &wish.case;
            return Reply::Wrong(Phrase::of(|text| said!(text, "says-unmeasured", name)));
        };
        if let Some(no) = confirmed_within(&wish) {
            return no;
        }
        let (name, hold) = (wish.case.clone(), wish.hold);
        let order = order(&kept.case, assessment, wish, gates.pack.digest(), now);
        let id = order.id();
        let command = Command::Propose(Box::new(order));
        if let Err(no) = self.command(&name, &command, gates, now) {
            return no;
        }
        match hold {
            true => self.hold(name),
            false => self.let_go(&name),
        }
        Reply::Named(id)
    }

    /// Lets a case know of an order that stood on one of its goals after the last one it knows.
    fn follow(
        &mut self,
        name: &str,
        stood: Option<Before>,
        gates: &Gates<'_>,
        now: Timestamp,
    ) -> Result<(), Reply> {
        let kept = self.cases.get(name);
        let Some(kept) = kept.filter(|kept| kept.case.stage() == Stage::Assessed) else {
            return Ok(());
        };
        let known = kept.case.before(now);
        let is_newer = |one: &Before| known.is_none_or(|own| own.proposed_at < one.proposed_at);
        match stood.filter(is_newer) {
            Some(before) => self.command(name, &Command::Follow(before), gates, now),
            None => Ok(()),
        }
    }

    /// Takes a draft back.
    pub fn retract(&mut self, order: OrderId, gates: &Gates<'_>, now: Timestamp) -> Reply {
        let Some(name) = self.case_of(order) else {
            return no_draft(order);
        };
        match self.command(&name, &Command::Retract, gates, now) {
            Ok(()) => Reply::Done(Phrase::of(|text| said!(text, "says-draft-back", name))),
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
                Reply::Done(Phrase::of(|text| said!(text, "says-approved-held", person))),
                None,
            );
        }
        match self.clear(&name, gates, now) {
            Ok(cleared) => (
                Reply::Done(Phrase::of(|text| said!(text, "says-approved-goes", person))),
                Some(cleared),
            ),
            // What is missing is not this person's fault: the approval itself stands.
            Err(no) => (Reply::Done(approved_but(&person, &no)), None),
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
                self.let_go(&name);
                (Reply::Done(Phrase::say("says-goes-out")), Some(cleared))
            }
            Err(no) => (refused(&no), None),
        }
    }

    fn clear(&mut self, name: &str, gates: &Gates<'_>, now: Timestamp) -> Result<Cleared, Refusal> {
        let kept = self.cases.get_mut(name);
        let kept = kept.expect("a case that was just found");
        let decided = kept.case.decide(&Command::Clear, gates, now);
        let events = decided.inspect_err(|no| self.alarms.extend(no.alarm.then(|| no.clone())))?;
        events.into_iter().for_each(|event| kept.apply(event));
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

    /// Gives the last order of each case that nobody has closed, by the case's name: closing a case says
    /// that people looked again.
    pub fn unreviewed(&self) -> impl Iterator<Item = (&str, &Left)> {
        let open = |kept: &Kept| kept.case.stage() != Stage::Closed;
        let cases = self.cases.iter().filter(move |(_, kept)| open(kept));
        cases.filter_map(|(case, kept)| Some((case.as_str(), kept.left.as_ref()?)))
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
        self.all_left().find(|dossier| dossier.order.id() == order)
    }

    /// Gives every order that everyone approved and that left.
    pub fn all_left(&self) -> impl Iterator<Item = &Dossier> {
        let cleared = |kept: &&Kept| kept.case.stage() == Stage::Cleared;
        let cleared = self.cases.values().filter(cleared);
        cleared.filter_map(|kept| kept.case.dossier())
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
                self.alarms.extend(no.alarm.then(|| no.clone()));
                let reply = refused(&no);
                // The same no again teaches nobody anything.
                let is_new = !kept.case.refusals().0.contains(&no);
                let kept = is_new.then(|| Event::Refused(Box::new(no)));
                (kept.into_iter().collect(), Err(reply))
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
            answers: case.answers().cloned().collect(),
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

    fn no_case(&self, name: &str) -> Reply {
        Reply::Wrong(match nearest(name, self.cases.keys().map(String::as_str)) {
            Some(near) => Phrase::of(|text| said!(text, "says-case-near", name, near)),
            None => Phrase::of(|text| said!(text, "says-no-case", name)),
        })
    }
}

impl Left {
    fn of(order: &Order) -> Self {
        Self {
            order: order.id(),
            ground: order.ground.clone(),
            proposed_at: order.proposed_at,
        }
    }
}

/// Writes an order down: what the case has, and what is wished. A renewal carries only what is newer than
/// the order before it.
fn order(case: &Case, assessment: &Assessment, wish: Wish, pack: Digest, now: Timestamp) -> Order {
    let before = case.before(now);
    let counts =
        |entry: &&EvidenceEntry| before.is_none_or(|before| entry.until > before.proposed_at);
    Order {
        schema: Order::SCHEMA.into(),
        case: wish.case,
        renews: before.map(|before| before.order),
        proposer: wish.proposer,
        goals: case.goals().to_vec(),
        action: wish.action,
        ground: wish.ground,
        pack,
        facts: wish.facts,
        evidence: case.evidence().iter().filter(counts).cloned().collect(),
        radius: assessment.radius.clone(),
        participants: assessment.participants.clone(),
        canary: wish.canary,
        canary_skipped_by: wish.canary_skipped_by,
        quorum_percent: wish.quorum_percent,
        clock_limit: wish.clock_limit,
        proposed_at: now,
        fire_before: now + wish.fire_within,
        expires_at: now + wish.lasts,
        confirm_within: wish.confirm_within,
    }
}

/// Says why nobody could confirm what is wished in the time that is wished, with the nearest that is right.
fn confirmed_within(wish: &Wish) -> Option<Reply> {
    let wished = wish.confirm_within?;
    let nearest = Order::nearest_confirm(wished, wish.lasts);
    if nearest == Some(wished) {
        return None;
    }
    let [least, lasts, within] = [Order::LEAST_CONFIRM, wish.lasts, wished].map(span_text);
    let nearest = nearest.map(span_text);
    Some(refused_as("confirm-within", |tongue| match &nearest {
        Some(nearest) => said!(
            tongue,
            "refused-confirm-within",
            within,
            least,
            lasts,
            nearest
        ),
        None => said!(tongue, "refused-confirm-short", lasts, least),
    }))
}

impl Kept {
    fn new(name: &str) -> Self {
        Self {
            case: Case::new(name),
            events: Vec::new(),
            left: None,
        }
    }

    fn apply(&mut self, event: Event) {
        if event == Event::Cleared {
            self.left = self.case.dossier().map(|dossier| Left::of(&dossier.order));
        }
        self.case.apply(event.clone());
        self.events.push(event);
    }
}

/// Says a rule's no.
pub fn refused(no: &Refusal) -> Reply {
    Reply::Refused(Box::new(Said::from(no)))
}

/// Says that an approval stands, and what is missing yet.
pub fn approved_but(person: &PersonId, no: &Refusal) -> Phrase {
    let missing = &no.explanation;
    Phrase::of(|text| said!(text, "says-approved-but", person, next = missing.of(text.0)))
}

/// Names a finding's document. One finding may accuse an address and the names that stand for it.
fn document_name(one: &Reported) -> String {
    match &one.goal {
        Goal::Name(name) => format!("{} {name}", one.evidence.commitment),
        Goal::Service(_) => one.evidence.commitment.to_string(),
    }
}

fn no_draft(order: OrderId) -> Reply {
    Reply::Wrong(Phrase::of(|text| said!(text, "says-no-draft", order)))
}

fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
