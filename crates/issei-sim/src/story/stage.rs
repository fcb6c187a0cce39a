//! Plays a page: turns its steps into what people, members and mishaps do in a rehearsal.
//!
//! In: a page, and which guard is off. Out: each step that held ([`Held`]), or the one that did not
//! ([`Broken`]). Always: an order goes to the members only as the gates let it, a no is remembered
//! and must be spoken of; the same page plays the same way. Not here: what a check looks at
//! (`checks`), the words (`table`).

pub mod reflexes;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use issei_case::ground::Pack;
use issei_case::safeguards::{Entry, Kind, Place, warning_list};
use issei_case::{Answer, Count, Hint, Refusal, Safeguards, measure};
use issei_model::{
    Digest, Dossier, Ending, EvidenceEntry, Fact, FactValue, Goal, Language, Objection, Observed,
    Order, OrderId, OrganisationId, Participant, PersonId, Radius, Rule, Span, Timestamp,
};
use issei_order::{coordinator, member};

use super::checks;
use super::guard::Off;
use super::language::{self, Phrase, When};
use super::page::{Step, Story};
use super::slots::{Who, members};
use super::table::{Act, Noticed, What, Wish};
use crate::rehearsal::{
    CLOCK_ERROR, Chance, Desk, Gates, Happening, Person, Rehearsal, answer, approve, facts, people,
};

/// A step that held.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The step.
    pub step: &'a Step,
    /// How long after the beginning.
    pub at: Span,
}

/// The step that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The page's file.
    pub file: String,
    /// The step's line, from 1.
    pub line: usize,
    /// The step's words.
    pub step: String,
    /// What was observed instead.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            step,
            why,
        } = self;
        write!(f, "{file}:{line}: `{step}` does not hold: {why}")
    }
}

impl std::error::Error for Broken {}

/// When every story begins: a Monday morning in Japan.
const BEGINNING: Timestamp = Timestamp::from_secs(1_793_577_600);
/// How long the members need to read the log for the first time.
const WARM_UP: Span = Span::from_secs(5);
/// How long a rule may outlive its order (G3).
const PAST_THE_END: Span = Span::from_millis(2_200);
/// How long after its proposal an order may fire.
const TO_FIRE: Span = Span::from_secs(300);
/// The error of a clock that is allowed; a story's clocks are off by a fifth of it, or by far more.
const CLOCK_LIMIT: Span = Span::from_millis(50);
/// How often the ledger is looked into while a story waits for T.
const LOOK_EVERY: Span = Span::from_millis(100);
/// The approvers of each member; counsel of the first also confirms the facts, and so signs first.
const DESKS: [&str; 3] = ["counsel", "duty", "night"];
/// The seed of every story: what differs between stories is written in them.
const SEED: u64 = 1;

/// Plays a page.
///
/// # Errors
/// The first step that did not hold, and what was observed instead.
pub fn play(story: &Story, off: &Off, told: &mut dyn FnMut(Held<'_>)) -> Result<(), Broken> {
    let broken = |step: &Step, why| Broken {
        file: story.file.clone(),
        line: step.line,
        step: step.text.clone(),
        why,
    };
    let mut stage: Option<Stage<'_>> = None;
    let mut last = None;
    for step in story.steps() {
        if let What::Country { members, lines } = step.phrase.what {
            let founded = Stage::found(off, members, lines);
            stage = Some(founded.map_err(|why| broken(step, why))?);
        } else if let Some(stage) = &mut stage {
            stage.step(&step.phrase).map_err(|why| broken(step, why))?;
        }
        let now = stage
            .as_ref()
            .map_or(BEGINNING, |stage| stage.rehearsal.now());
        let at = now.since(BEGINNING);
        told(Held { step, at });
        last = Some(step);
    }
    let unspoken = stage.as_ref().and_then(Stage::unspoken);
    match (last, unspoken) {
        (Some(step), Some(why)) => Err(broken(step, format!("the story ends, and {why}"))),
        _ => Ok(()),
    }
}

/// The country of a story, and what was said in it so far.
pub struct Stage<'a> {
    off: &'a Off,
    pub rehearsal: Rehearsal,
    pub members: Vec<OrganisationId>,
    desks: Vec<Rc<RefCell<Desk>>>,
    head: Desk,
    people: Vec<Person>,
    pub lines: BTreeMap<OrganisationId, u64>,
    chance: Chance,
    evidence: Vec<(Goal, EvidenceEntry)>,
    answers: BTreeMap<(OrganisationId, Goal), Answer>,
    unwilling: BTreeSet<OrganisationId>,
    /// Every order that was written, the last one last.
    pub orders: Vec<Order>,
    /// The last order, while people may still sign it.
    open: Option<Order>,
    pub refusal: Option<Refusal>,
    /// Whether the page spoke of that refusal.
    pub spoken: bool,
    pub not_taken: Option<coordinator::Refusal>,
    /// Members' own nos to the last order.
    pub said_no: Vec<(OrganisationId, Refusal)>,
    pub objections: Vec<(OrganisationId, OrderId, Objection)>,
    reflexes: reflexes::Reflexes,
}

impl<'a> Stage<'a> {
    fn found(off: &'a Off, count: u64, lines: u64) -> Result<Self, String> {
        if !(1..=26).contains(&count) || lines == 0 {
            return Err("a country has 1 to 26 members with lines".into());
        }
        let members = members(count);
        let mut chance = Chance {
            seed: SEED,
            drawn: 0,
        };
        let names = members
            .iter()
            .flat_map(|member| DESKS.map(|desk| person(desk, member)));
        let (people, roster) =
            people(&mut chance, BEGINNING, names).map_err(|no| no.to_string())?;
        let desk = |name: &OrganisationId| Desk::new(name.clone(), Pack::japan(), roster.clone());
        let desks: Vec<_> = members
            .iter()
            .map(|name| Rc::new(RefCell::new(desk(name))))
            .collect();
        let gates = members
            .iter()
            .cloned()
            .zip(desks.iter().map(|desk| gates(off, desk)));
        let setup = coordinator::Setup {
            planted: off.planted(),
            ..coordinator::Setup::default()
        };
        let rehearsal = Rehearsal::found(SEED, BEGINNING, gates.collect(), setup)?;
        let mut stage = Self {
            off,
            rehearsal,
            lines: members.iter().map(|name| (name.clone(), lines)).collect(),
            head: desk(&coordinator_name()),
            members,
            desks,
            people,
            chance,
            evidence: Vec::new(),
            answers: BTreeMap::new(),
            unwilling: BTreeSet::new(),
            orders: Vec::new(),
            open: None,
            refusal: None,
            spoken: true,
            not_taken: None,
            said_no: Vec::new(),
            objections: Vec::new(),
            reflexes: reflexes::Reflexes::default(),
        };
        if off.endless() {
            stage.act(&Act::EndNothing(Who::Everyone))?;
        }
        stage.pass(WARM_UP);
        Ok(stage)
    }

    fn step(&mut self, phrase: &Phrase) -> Result<(), String> {
        self.wait(phrase.when)?;
        match &phrase.what {
            What::Nothing | What::Country { .. } => Ok(()),
            What::Act(act) => self.act(act),
            What::Propose(wish) => self.propose(wish),
            What::Check(check) => {
                self.pass(Span::ZERO);
                checks::hold(self, check)
            }
        }
    }

    fn wait(&mut self, when: When) -> Result<(), String> {
        let until = match when {
            When::Now => return Ok(()),
            When::After(span) => self.rehearsal.now() + span,
            When::AtEnd => self.last()?.expires_at + PAST_THE_END,
            When::AtT => self.moment(false)? + CLOCK_ERROR + CLOCK_ERROR,
            When::AtCanary => self.moment(true)? + CLOCK_ERROR + CLOCK_ERROR,
        };
        if until < self.rehearsal.now() {
            return Err("that moment has passed".into());
        }
        self.pass(until.since(self.rehearsal.now()));
        Ok(())
    }

    /// Waits until T stands in the ledger, for the canary or for the rest.
    fn moment(&mut self, canary: bool) -> Result<Timestamp, String> {
        let latest = self.last()?.fire_before;
        loop {
            let [first, rest] = checks::moments(self);
            if let Some(at) = if canary { first } else { rest } {
                return Ok(at);
            }
            if self.rehearsal.now() > latest {
                return Err(format!("no T was ever signed{}", self.context()));
            }
            self.pass(LOOK_EVERY);
        }
    }

    fn pass_orders(&mut self, span: Span) {
        for (_, happening) in self.rehearsal.pass(span) {
            match happening {
                Happening::SaidNo(member, no) => self.said_no.push((member, no)),
                Happening::NotTaken(why) => self.not_taken = Some(why),
                Happening::Reported(receipt) => {
                    if let Observed::Refused(why) = receipt.observed {
                        self.objections.push((receipt.member, receipt.order, why));
                    }
                }
                Happening::Logged(..) => {}
            }
        }
    }

    /// Tells the order that a page means by `it`.
    pub fn last(&self) -> Result<&Order, String> {
        let last = self.orders.last();
        last.ok_or_else(|| "no order was proposed yet".into())
    }

    /// Names whom a step is about.
    pub fn named(&self, who: &Who) -> Vec<OrganisationId> {
        match who {
            Who::Everyone => self.members.clone(),
            Who::Nobody => Vec::new(),
            Who::These(these) => {
                let mut these = these.clone();
                these.sort();
                these
            }
        }
    }

    fn each(&mut self, who: &Who, mut what: impl FnMut(&mut Self, &OrganisationId)) {
        for name in self.named(who) {
            what(self, &name);
        }
    }

    /// Does something at the desks of those named; everyone is the coordinator as well.
    fn at_desks(&mut self, who: &Who, mut what: impl FnMut(&mut Desk)) {
        let named = self.named(who);
        for (name, desk) in self.members.iter().zip(&self.desks) {
            if named.contains(name) {
                what(&mut desk.borrow_mut());
            }
        }
        if *who == Who::Everyone {
            what(&mut self.head);
        }
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Lines(who, lines) => self.each(who, |stage, name| {
                stage.lines.insert(name.clone(), *lines);
            }),
            Act::RowOn(row) => {
                let on = Pack::japan()
                    .with_row_on(row)
                    .map_err(|error| error.to_string())?;
                self.at_desks(&Who::Everyone, |desk| desk.pack = on.clone());
            }
            Act::RowOff(_, who) => self.at_desks(who, |desk| desk.pack = Pack::japan()),
            Act::Safeguard(who, place) => self.safeguard(who, place),
            Act::BlankList(who) => self.blank_list(who)?,
            Act::CustomersNeed(who, goals) => {
                self.at_desks(who, |desk| desk.needed_by_customers.extend(goals.clone()));
            }
            Act::Find(who, goals) => {
                self.found_by(who, goals, Rule::CommandEnrichment, &["enrichment"]);
            }
            Act::Confirm(who, goals) => {
                self.found_by(
                    who,
                    goals,
                    Rule::CommandConfirmed,
                    &["enrichment", "session"],
                );
            }
            Act::Scans(who, goals) => self.found_by(who, goals, Rule::HorizontalScan, &["scan"]),
            Act::EvidenceAge(age) => {
                for (_, entry) in &mut self.evidence {
                    entry.until = self.rehearsal.now() - *age;
                }
            }
            Act::SetAside => self.evidence.clear(),
            Act::Contacts(who, lines, goals, suspected) => self.answers(who, goals, |answer| {
                answer.lines = Count::hide(*lines, Count::DEFAULT_K);
                answer.suspected = Count::hide(*suspected, Count::DEFAULT_K);
            }),
            Act::OtherNames(who, names, goals) => self.answers(who, goals, |answer| {
                let names = u32::try_from(*names).unwrap_or(u32::MAX);
                answer.hints.insert(Hint::OtherNames(names));
            }),
            Act::SharedHosting(who, goals) => self.answers(who, goals, |answer| {
                answer.hints.insert(Hint::SharedHosting);
            }),
            Act::NoAnswer(who) => self.unwilling.extend(self.named(who)),
            Act::Approve {
                people,
                organisations,
            } => self.approve(*people, *organisations)?,
            Act::Withdraw | Act::WithdrawAll | Act::Leave(..) | Act::Stop(_) => self.end(act)?,
            _ => self.mishap(act)?,
        }
        self.act_reflexes(act)
    }

    /// What people do to end a cut.
    fn end(&mut self, act: &Act) -> Result<(), String> {
        let reason = Ending::ByPerson;
        match act {
            Act::Withdraw => {
                let order = self.last()?.id();
                self.rehearsal
                    .tell(coordinator::Input::Withdraw { order, reason });
            }
            Act::Leave(who, why) => {
                let (order, why) = (self.last()?.id(), *why);
                self.each(who, |stage, name| {
                    stage
                        .rehearsal
                        .tell_member(name, member::Input::Leave { order, why });
                });
            }
            Act::Stop(who) => self.each(who, |stage, name| {
                stage.rehearsal.tell_member(name, member::Input::Stop);
            }),
            _ => self
                .rehearsal
                .tell(coordinator::Input::WithdrawAll { reason }),
        }
        Ok(())
    }

    /// What goes wrong by itself, and comes right again.
    fn mishap(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::Clock(who, offset, noticed) => {
                let believed = if *noticed == Noticed::Yes {
                    *offset
                } else {
                    CLOCK_ERROR
                };
                self.each(who, |stage, name| {
                    stage.rehearsal.set_clock(name, *offset, believed);
                });
            }
            Act::EndNothing(who) => self.each(who, |stage, name| {
                stage
                    .rehearsal
                    .tamper(name, |devices| devices.end_nothing());
            }),
            Act::LoseRules(who) => self.each(who, |stage, name| {
                stage
                    .rehearsal
                    .tamper(name, |devices| devices.lose_everything());
            }),
            Act::CutOff(who) => self.each(who, |stage, name| stage.rehearsal.cut_off(name, true)),
            Act::Join(who) => self.each(who, |stage, name| stage.rehearsal.cut_off(name, false)),
            Act::Silence => self.rehearsal.silence(true),
            Act::Speak => self.rehearsal.silence(false),
            Act::Suffer(who) => {
                self.each(who, |stage, name| stage.rehearsal.let_suffer(name, true));
            }
            Act::Die(who) => self.each(who, |stage, name| stage.rehearsal.kill(name)),
            Act::ComeBack(who) => self.each(who, |stage, name| stage.rehearsal.come_back(name)),
            Act::Entry(index, who) => {
                for name in self.named(who) {
                    if !self.rehearsal.hand_entry(&name, *index) {
                        return Err(format!("the ledger has no decision at entry {index}"));
                    }
                }
            }
            Act::BlankEntry => self.rehearsal.log_bytes(b"{}".to_vec()),
            _ => {}
        }
        Ok(())
    }

    /// Adds a place to the lists; what is in force and meets it is told to the machine at once.
    fn safeguard(&mut self, who: &Who, place: &Place) {
        let entry = Entry {
            place: place.clone(),
            kind: Kind::Own,
            reason: "in this story".into(),
            source: "story".into(),
        };
        self.at_desks(who, |desk| {
            desk.safeguards = desk.safeguards.clone().with([entry.clone()]);
        });
        if self.off.unheard("safeguarded") {
            return;
        }
        let new = Safeguards::default().with([entry]);
        let hit = self
            .orders
            .iter()
            .filter(|order| !new.hits(&order.goals).is_empty());
        for order in hit.map(Order::id).collect::<Vec<_>>() {
            self.each(who, |stage, name| {
                stage
                    .rehearsal
                    .tell_member(name, member::Input::Safeguarded { order });
            });
        }
    }

    fn blank_list(&mut self, who: &Who) -> Result<(), String> {
        let blank = r#"{"name": "", "type": "string", "list": []}"#;
        let imported = warning_list(Kind::ProtectedOperator, blank).map_err(|e| e.to_string())?;
        let replaces = self.off.replaces();
        self.at_desks(who, |desk| {
            let before = if replaces {
                Safeguards::default()
            } else {
                desk.safeguards.clone()
            };
            desk.safeguards = before.with(imported.entries.clone());
        });
        Ok(())
    }

    fn found_by(&mut self, who: &Who, goals: &[Goal], rule: Rule, kinds: &[&str]) {
        for source in self.named(who) {
            for goal in goals {
                let entry = EvidenceEntry {
                    source: source.clone(),
                    rule,
                    kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
                    forgeable: !rule.rests_on_exchange(),
                    commitment: Digest(self.chance.bytes()),
                    until: self.rehearsal.now(),
                };
                self.evidence.push((goal.clone(), entry));
            }
        }
    }

    fn answers(&mut self, who: &Who, goals: &[Goal], change: impl Fn(&mut Answer)) {
        for member in self.named(who) {
            for goal in goals {
                let key = (member.clone(), goal.clone());
                let kept = self.answers.entry(key);
                change(kept.or_insert_with(|| answer(&member, goal)));
            }
        }
    }

    /// Writes an order down, and asks the gates whether people should see it.
    fn propose(&mut self, wish: &Wish) -> Result<(), String> {
        let order = self.written(wish)?;
        let verdict = self.head.gates().proposable(&order, self.rehearsal.now());
        self.orders.push(order.clone());
        (self.not_taken, self.open) = (None, None);
        self.said_no.clear();
        if self.heard(verdict).is_some() {
            self.open = Some(order);
        }
        Ok(())
    }

    /// Tells whether a gate let an order through, and keeps its no.
    fn heard<T>(&mut self, verdict: Result<T, Refusal>) -> Option<Option<T>> {
        match verdict {
            Ok(witness) => Some(Some(witness)),
            Err(no) if self.off.unheard(&no.rule) => Some(None),
            Err(no) => {
                (self.refusal, self.spoken) = (Some(no), false);
                None
            }
        }
    }

    /// Lets people sign, if there is something to sign, and sends the order on.
    fn approve(&mut self, people: u64, organisations: u64) -> Result<(), String> {
        self.last()?;
        let signers = self.signers(people, organisations)?;
        let Some(order) = self.open.take() else {
            return Ok(()); // the gates said no: nobody is asked
        };
        let now = self.rehearsal.now();
        let sign = |person: &Person| approve(person, &order, Language::English, now);
        let approvals = signers.iter().map(sign).collect();
        let dossier = Dossier { order, approvals };
        let cleared = self.head.gates().clear(&dossier, now);
        if let Some(cleared) = self.heard(cleared) {
            let dossier = cleared.map_or(dossier, issei_case::Cleared::into_dossier);
            self.rehearsal
                .tell(coordinator::Input::Propose(Box::new(dossier)));
        }
        Ok(())
    }

    /// Chooses so many approvers from so many members, as evenly as they come.
    fn signers(&self, people: u64, organisations: u64) -> Result<Vec<Person>, String> {
        let (people, organisations) = (people as usize, organisations as usize);
        let there = self.members.len();
        if organisations > there || people > organisations * DESKS.len() || people < organisations {
            let most = DESKS.len();
            return Err(format!(
                "{there} members have {most} approvers each; choose among them"
            ));
        }
        let chosen = (0..people).map(|n| (n % organisations) * DESKS.len() + n / organisations);
        Ok(chosen.map(|n| self.people[n].clone()).collect())
    }

    fn written(&mut self, wish: &Wish) -> Result<Order, String> {
        let now = self.rehearsal.now();
        let lines = |name: &OrganisationId| self.lines.get(name).copied().unwrap_or_default();
        let participants = self.members.iter().map(|name| Participant {
            member: name.clone(),
            lines: lines(name),
        });
        let participants: Vec<Participant> = participants.collect();
        let radius = self.measured(&wish.goals, &participants);
        let canary = match &wish.canary {
            Some(who) => self.named(who),
            None => self.members.iter().take(1).cloned().collect(),
        };
        Ok(Order {
            schema: Order::SCHEMA.into(),
            case: "story".into(),
            renews: self.renewed(wish)?,
            proposer: person("duty", &coordinator_name()),
            goals: wish.goals.clone(),
            action: wish.action,
            ground: wish.row.clone(),
            pack: self.head.pack.digest(),
            facts: self.facts(wish)?,
            evidence: self.evidence_about(&wish.goals),
            radius,
            participants,
            canary,
            canary_skipped_by: Vec::new(),
            quorum_percent: u8::try_from(wish.quorum_percent).unwrap_or(u8::MAX),
            clock_limit: CLOCK_LIMIT,
            proposed_at: now,
            fire_before: now + TO_FIRE,
            expires_at: now + wish.lifetime,
            confirm_within: None,
        })
    }

    /// Asks every member about the goals, and leaves each its own answers for its own judgement.
    fn measured(&mut self, goals: &[Goal], participants: &[Participant]) -> Radius {
        let mut given = Vec::new();
        for (name, desk) in self.members.iter().zip(&self.desks) {
            if self.unwilling.contains(name) {
                continue;
            }
            for goal in goals {
                let kept = self.answers.get(&(name.clone(), goal.clone()));
                given.push(kept.cloned().unwrap_or_else(|| answer(name, goal)));
            }
            let own = given.iter().filter(|one| one.member == *name);
            let mut desk = desk.borrow_mut();
            desk.contacts.retain(|one| !goals.contains(&one.goal));
            desk.contacts.extend(own.cloned());
        }
        measure(goals, participants, &given)
    }

    fn renewed(&self, wish: &Wish) -> Result<Option<OrderId>, String> {
        let Some(goals) = &wish.renews else {
            return Ok(None);
        };
        let logged = checks::proposed(self);
        let written = self
            .orders
            .iter()
            .rev()
            .filter(|order| order.goals == *goals);
        let before = written.map(Order::id).find(|order| logged.contains(order));
        before
            .map(Some)
            .ok_or_else(|| "no order aims there yet, so there is none to renew".into())
    }

    fn facts(&self, wish: &Wish) -> Result<BTreeMap<String, Fact>, String> {
        let Some(row) = self.head.pack.row(&wish.row) else {
            return Ok(BTreeMap::new()); // the gate of ground says that there is no such row
        };
        let by = [
            person("duty", &coordinator_name()),
            person("counsel", &self.members[0]),
        ];
        let mut facts = facts(row, self.rehearsal.now(), [&by[0], &by[1]]);
        let unknown = |name: &str| {
            let names: Vec<&str> = row.facts.keys().map(String::as_str).collect();
            language::not_a_word(name, &names)
        };
        if let Some(name) = &wish.without {
            facts.remove(name).ok_or_else(|| unknown(name))?;
        }
        if let Some(name) = &wish.blank {
            let fact = facts.get_mut(name).ok_or_else(|| unknown(name))?;
            fact.value = FactValue::Text("  ".into());
        }
        Ok(facts)
    }

    fn evidence_about(&self, goals: &[Goal]) -> Vec<EvidenceEntry> {
        let about = self
            .evidence
            .iter()
            .filter(|(goal, _)| goals.contains(goal));
        about.map(|(_, entry)| entry.clone()).collect()
    }

    /// Tells what nobody spoke of yet.
    fn unspoken(&self) -> Option<String> {
        let no = self.refusal.as_ref().filter(|_| !self.spoken)?;
        let gate = checks::gate(no.gate);
        Some(format!("nobody spoke of the refusal by {gate}: {no}"))
    }

    /// Tells what may explain why a check does not hold.
    pub fn context(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.unspoken());
        parts.extend(
            self.not_taken
                .map(|why| format!("the coordinator did not take it: {why:?}")),
        );
        for (member, no) in &self.said_no {
            parts.push(format!("{member} said no: {no}"));
        }
        let last = self.orders.last().map(Order::id);
        parts.extend(
            last.and_then(|order| checks::withdrawal(self, order))
                .map(|why| format!("the ledger withdrew it: {why:?}")),
        );
        let nos = self
            .objections
            .iter()
            .filter(|(_, order, _)| Some(*order) == last);
        parts.extend(nos.map(|(member, _, why)| format!("{member} objected: {why:?}")));
        match parts.is_empty() {
            true => String::new(),
            false => format!(" ({})", parts.join("; ")),
        }
    }
}

/// A member's gates: those of its desk, but for the rule that is off.
fn gates(off: &Off, desk: &Rc<RefCell<Desk>>) -> Gates {
    let (off, desk) = (off.clone(), Rc::clone(desk));
    Box::new(move |dossier, now| {
        let verdict = desk.borrow().judge(dossier, now);
        match verdict {
            Err((_, no)) if off.unheard(&no.rule) => Ok(Desk::LEAD),
            verdict => verdict,
        }
    })
}

fn coordinator_name() -> OrganisationId {
    "coordinator".parse().expect("a plain word is a name")
}

fn person(desk: &str, member: &OrganisationId) -> PersonId {
    let name = format!("{desk}@{member}").parse();
    name.expect("a plain word and an organisation name a person")
}
