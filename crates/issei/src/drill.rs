//! `issei drill`: takes a command server that an analysis found through case, gates, approvals and
//! the protocol, at five members in rehearsed time, and proves afterwards what happened.
//!
//! In: the findings of the last analysis. Out: the story, and the ledger's files if a folder is
//! named. Always: gates, machines, ledger and witnesses are those of production; only network,
//! clocks and devices are rehearsed (`issei_sim::rehearsal`), and nothing real is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issei_case::ground::Pack;
use issei_case::safeguards::{Entry, Kind, Place};
use issei_case::{Answer, Refusal, Roster, Safeguards, measure, order_text};
use issei_host::{files, terminal};
use issei_ledger::commitment::seal;
use issei_ledger::{Audit, Strangers};
use issei_model::{
    Action, Decision, Digest, Dossier, Fact, FindingRecord, Goal, Language, Objection, Observed,
    Order, OrderId, OrganisationId, Participant, PersonId, Span, Timestamp,
};
use issei_order::{coordinator, member};
use issei_sim::rehearsal::{
    Chance, Desk, Gates, Happening, Person, Rehearsal, answer, approve, facts, people,
};
use issei_text::{Text, columns, said};

use crate::case::report;
use crate::code::{self, Failure};
use crate::command_line::Drill;
use crate::order::{ending, objection};
use crate::record::Record;
use crate::shelf;
use crate::words::{self, Paint};

/// The members of the drill; each has as many lines as the next.
const MEMBERS: [&str; 5] = ["isp-a", "isp-b", "isp-c", "isp-d", "isp-e"];
const LINES: u64 = 4_000;
/// The one whose own safeguards object, and the one that is cut off before T is known.
const OBJECTOR: &str = "isp-d";
const CUT_OFF: &str = "isp-e";
/// The one that leaves while the order is in force.
const LEAVER: &str = "isp-c";
/// The row that the drill stands on: off as shipped, so that the gate is seen shut first.
const ROW: &str = "X1";
/// How long the drill's order lasts.
const LIFETIME: Span = Span::from_secs(600);

/// Runs the drill.
///
/// # Errors
/// If there is no finding to rehearse with, or the drill does not end as it must.
pub fn run(options: &Drill, language: Language) -> Result<u8, Failure> {
    let views = views(&options.from)?;
    let chosen = command_server(&views).ok_or_else(|| {
        Failure::wrong(
            "no command server was found there; name findings of several members with --from, \
             each made by `issei analyze --ours … --out DIR`",
        )
    })?;
    let mut drill = Rehearsed::new(language, options.seed, chosen)?;
    drill.tell()?;
    if let Some(folder) = &options.ledger {
        drill.leave_ledger(folder)?;
    }
    Ok(code::DONE)
}

/// What each member found: one file a member, else the last analysis for the first of them.
fn views(named: &[PathBuf]) -> Result<Vec<Vec<FindingRecord>>, Failure> {
    if named.is_empty() {
        let last = shelf::find(None).map_err(Failure::wrong)?;
        return Ok(vec![read(&last)?]);
    }
    let paths = named
        .iter()
        .take(MEMBERS.len())
        .map(|path| shelf::find(Some(path)));
    paths
        .map(|path| read(&path.map_err(Failure::wrong)?))
        .collect()
}

fn read(path: &Path) -> Result<Vec<FindingRecord>, Failure> {
    let failed =
        |why: &dyn std::fmt::Display| Failure::unreadable(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let records = text.lines().map(serde_json::from_str::<Record>);
    let records: Result<Vec<Record>, _> = records.collect();
    let records = records.map_err(|error| failed(&error))?;
    Ok(records.into_iter().map(|record| record.finding).collect())
}

/// A finding, and the member that has it.
type Found = (&'static str, FindingRecord);

/// The command server that most members name, the surest first, with all that was found about it.
fn command_server(views: &[Vec<FindingRecord>]) -> Option<(Goal, Vec<Found>)> {
    let mut about: BTreeMap<Goal, Vec<Found>> = BTreeMap::new();
    for (member, view) in MEMBERS.into_iter().zip(views) {
        for finding in view {
            if let Some(goal) = report::accused(finding) {
                about
                    .entry(goal)
                    .or_default()
                    .push((member, finding.clone()));
            }
        }
    }
    let weight = |found: &Vec<Found>| {
        let members: BTreeSet<&str> = found.iter().map(|one| one.0).collect();
        let level = found.iter().map(|one| one.1.level).max();
        (level, members.len())
    };
    about.into_iter().max_by_key(|(_, found)| weight(found))
}

/// The drill under way.
struct Rehearsed {
    language: Language,
    country: Rehearsal,
    order: Order,
    people: Vec<Person>,
    roster: Roster,
    began: Timestamp,
}

impl Rehearsed {
    fn new(
        language: Language,
        seed: u64,
        (goal, findings): (Goal, Vec<Found>),
    ) -> Result<Self, Failure> {
        let now = findings
            .iter()
            .map(|(_, finding)| finding.until)
            .max()
            .unwrap_or_default();
        // The drill plays one minute after the last evidence, on a whole second.
        let began = (now + Span::from_secs(60)).floor(Span::from_secs(1));
        let mut chance = Chance { seed, drawn: 0 };
        let names = ["approver@isp-a", "counsel@isp-b"].map(person);
        let names: Result<Vec<PersonId>, Failure> = names.into_iter().collect();
        let (people, roster) =
            people(&mut chance, began, names?).map_err(|refusal| no(&refusal))?;
        let gates = MEMBERS.map(|name| Ok((organisation(name)?, gates(name, &goal, &roster)?)));
        let gates: Result<Vec<(OrganisationId, Gates)>, Failure> = gates.into_iter().collect();
        let setup = coordinator::Setup::default();
        let country = Rehearsal::found(seed, began, gates?, setup).map_err(Failure::broken)?;
        let order = order(&goal, &findings, began, &mut chance)?;
        Ok(Self {
            language,
            country,
            order,
            people,
            roster,
            began,
        })
    }

    /// Tells the story, step by step.
    fn tell(&mut self) -> Result<(), Failure> {
        self.gates_shut()?;
        let dossier = self.approved()?;
        let id = dossier.order.id();
        self.heading(&said!(self, "drill-all-at-once"))?;
        self.country
            .tell(coordinator::Input::Propose(Box::new(dossier)));
        self.pass(Span::from_secs(6))?;
        self.say(&said!(self, "drill-cut-off", cut_off = CUT_OFF))?;
        self.country.cut_off(&organisation(CUT_OFF)?, true);
        self.pass(Span::from_secs(24))?;
        self.in_force(id)?;
        self.leave(id)?;
        self.country.cut_off(&organisation(CUT_OFF)?, false);
        let over = self.order.expires_at + Span::from_secs(3);
        self.pass(over.since(self.country.now()))?;
        self.ended(id)?;
        self.verified()
    }

    /// The order as it is first written down is refused, twice, each time with the next step.
    fn gates_shut(&mut self) -> Result<(), Failure> {
        self.heading(&said!(self, "drill-a-rehearsal"))?;
        self.say(&said!(self, "drill-what-is-real"))?;
        self.heading(&said!(self, "drill-the-gates"))?;
        let resolver = self.aimed_at("8.8.8.8:53/udp")?;
        self.refused(Safeguards::built_in().judge(&resolver).err(), &resolver)?;
        let now = self.country.now();
        let shipped = Pack::japan().judge(&self.order, now).err();
        let order = self.order.clone();
        self.refused(shipped.map(|no| no.refusal), &order)?;
        let mut bare = self.order.clone();
        bare.facts.clear();
        let bare_refusal = pack()?.judge(&bare, now).err().map(|no| no.refusal);
        self.refused(bare_refusal, &bare)
    }

    fn aimed_at(&self, goal: &str) -> Result<Order, Failure> {
        let goals = vec![goal.parse().map_err(Failure::broken)?];
        Ok(Order {
            goals,
            ..self.order.clone()
        })
    }

    fn refused(&self, refusal: Option<Refusal>, order: &Order) -> Result<(), Failure> {
        let refusal = refusal.ok_or_else(|| {
            Failure::broken(format!(
                "the drill's order for {} passed a gate that is shut",
                order.goals[0]
            ))
        })?;
        let goal = &order.goals[0];
        let paint = Paint(terminal::colours_welcome());
        let mark = paint.bold(&said!(self, "story-refused"));
        put(&format!("  {mark}  {goal}\n"))?;
        for line in columns::wrapped(&refusal.text(self.language), 92) {
            put(&format!("           {line}\n"))?;
        }
        Ok(())
    }

    /// Two people of two organisations sign the text they saw.
    fn approved(&mut self) -> Result<Dossier, Failure> {
        self.say(&said!(self, "drill-row-on"))?;
        let text = order_text(&self.order, self.language);
        self.heading(&said!(self, "drill-signed"))?;
        for line in text.lines() {
            put(&format!("  │ {line}\n"))?;
        }
        let at = self.order.proposed_at + Span::from_secs(1);
        let sign = |person: &Person| approve(person, &self.order, self.language, at);
        let approvals = self.people.iter().map(sign).collect();
        let dossier = Dossier {
            order: self.order.clone(),
            approvals,
        };
        self.country.pass(Span::from_secs(5));
        let desk = Desk::new(organisation("coordinator")?, pack()?, self.roster.clone());
        let cleared = desk.gates().clear(&dossier, self.country.now());
        let cleared = cleared.map_err(|no| Failure::wrong(no.text(self.language)))?;
        self.say(&said!(self, "drill-gates-open"))?;
        Ok(cleared.into_dossier())
    }

    /// Lets time pass and says what happened.
    fn pass(&mut self, span: Span) -> Result<(), Failure> {
        for (at, happening) in self.country.pass(span) {
            if let Some(words) = told(&happening, Text(self.language)) {
                put(&format!("  {:>9}  {words}\n", since(self.began, at)))?;
            }
        }
        Ok(())
    }

    fn in_force(&mut self, id: OrderId) -> Result<(), Failure> {
        let acting = self.country.acting(id);
        let progress = self
            .country
            .progress(id)
            .ok_or_else(|| Failure::broken("the order is not known"))?;
        let canary = progress.order.canary.clone();
        let rest: Vec<Timestamp> = acting
            .iter()
            .filter(|(member, _)| !canary.contains(member))
            .map(|(_, at)| *at)
            .collect();
        let (Some(first), Some(last)) = (rest.iter().min(), rest.iter().max()) else {
            return Err(Failure::broken("the order came in force nowhere"));
        };
        let spread = last.since(*first);
        let names: Vec<&str> = acting.iter().map(|(member, _)| member.as_str()).collect();
        let covered = words::count(LINES * acting.len() as u64);
        self.say(&said!(
            self,
            "drill-in-force",
            names = names.join(", "),
            covered,
            spread
        ))
    }

    fn leave(&mut self, id: OrderId) -> Result<(), Failure> {
        let why = Objection::Customer;
        self.country.tell_member(
            &organisation(LEAVER)?,
            member::Input::Leave { order: id, why },
        );
        self.pass(Span::from_secs(2))?;
        let left = !self
            .country
            .acting(id)
            .iter()
            .any(|(member, _)| member.as_str() == LEAVER);
        if !left {
            return Err(Failure::broken("a member that left still cuts"));
        }
        Ok(())
    }

    fn ended(&self, id: OrderId) -> Result<(), Failure> {
        if !self.country.acting(id).is_empty() {
            return Err(Failure::broken("a rule outlived its order"));
        }
        self.say(&said!(self, "drill-over"))
    }

    fn verified(&self) -> Result<(), Failure> {
        self.heading(&said!(self, "drill-afterwards"))?;
        let (files, policy) = self.country.ledger();
        let audit = Audit::new(files, Some(policy), Strangers::Refused);
        let verdict = audit
            .and_then(|audit| audit.run())
            .map_err(|fault| Failure::broken(fault.to_string()))?;
        let root = STANDARD.encode(verdict.root);
        let witnesses = verdict
            .checkpoint
            .as_ref()
            .map_or(0, |checkpoint| checkpoint.witnesses().len());
        self.say(&said!(
            self,
            "drill-ledger",
            size = verdict.size,
            root,
            witnesses
        ))
    }

    fn leave_ledger(&self, folder: &Path) -> Result<(), Failure> {
        let (stored, policy) = self.country.ledger();
        for (path, bytes) in stored {
            files::write_private(&folder.join(path), bytes).map_err(Failure::from)?;
        }
        let shown = folder.display();
        self.say(&said!(self, "drill-files", shown, keys = keys(policy)))
    }

    fn fill(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        Text(self.language).fill(key, with)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        put(&format!("  {text}\n"))
    }

    fn heading(&self, title: &str) -> Result<(), Failure> {
        let paint = Paint(terminal::colours_welcome());
        put(&format!("\n{}\n", paint.bold(&format!("── {title} ──"))))
    }
}

/// What a happening is in words; what nobody would read aloud is left out.
fn told(happening: &Happening, text: Text) -> Option<String> {
    Some(match happening {
        Happening::Logged(index, decision) => {
            said!(
                text,
                "drill-entry",
                index,
                decision = decided(decision, text)
            )
        }
        Happening::Reported(receipt) => {
            format!("{} {}", receipt.member, observed(&receipt.observed, text)?)
        }
        Happening::SaidNo(member, no) => {
            said!(text, "drill-says-no", member, why = no.text(text.0))
        }
        Happening::NotTaken(refusal) => {
            said!(text, "drill-not-taken", why = format_args!("{refusal:?}"))
        }
    })
}

fn decided(decision: &Decision, text: Text) -> String {
    match decision {
        Decision::Proposed(_) => text.say("drill-proposed"),
        Decision::Armed {
            members, fires_at, ..
        } => {
            let names: Vec<&str> = members.iter().map(OrganisationId::as_str).collect();
            said!(text, "drill-armed", at = fires_at, names = names.join(", "))
        }
        Decision::Confirmed { by, .. } => said!(text, "drill-confirmed", person = by.person),
        Decision::Withdrawn { reason, .. } | Decision::WithdrawnAll { reason } => {
            said!(text, "drill-withdrawn", why = ending(*reason, text))
        }
    }
}

fn observed(observed: &Observed, text: Text) -> Option<String> {
    Some(match observed {
        Observed::Prepared { .. } => text.say("drill-staged"),
        Observed::Refused(why) => {
            said!(text, "drill-left", why = objection(*why, text))
        }
        Observed::InForce { at } => said!(text, "drill-in-force-since", at),
        Observed::Lifted { .. } => text.say("drill-lifted"),
        Observed::Watched { well: true } => return None,
        Observed::Watched { well: false } => text.say("drill-harm"),
    })
}

/// Writes a moment as seconds since the drill began.
fn since(began: Timestamp, at: Timestamp) -> String {
    format!("+{:.2} s", at.since(began).as_secs_f64())
}

/// The pack of the drill: the shipped one, with the row switched on by its members.
fn pack() -> Result<Pack, Failure> {
    Pack::japan()
        .with_row_on(ROW)
        .map_err(|error| Failure::broken(error.to_string()))
}

/// A member's own gates; the objector protects the goal's address on a list of its own.
fn gates(name: &str, goal: &Goal, roster: &Roster) -> Result<Gates, Failure> {
    let mut desk = Desk::new(organisation(name)?, pack()?, roster.clone());
    if let Some(ip) = goal.ip().filter(|_| name == OBJECTOR) {
        desk.safeguards = desk.safeguards.with([Entry {
            place: Place::Prefix(ip.into()),
            kind: Kind::MemberInfrastructure,
            reason: "rehearsal: an address of our own".into(),
            source: "drill".into(),
        }]);
    }
    desk.contacts = vec![answer(&desk.member, goal)];
    Ok(Box::new(move |dossier, now| desk.judge(dossier, now)))
}

/// Writes the order down: the goal, the ground with its facts, the evidence, the radius, the times.
fn order(
    goal: &Goal,
    findings: &[Found],
    now: Timestamp,
    chance: &mut Chance,
) -> Result<Order, Failure> {
    let participants: Result<Vec<Participant>, Failure> = MEMBERS
        .iter()
        .map(|name| {
            Ok(Participant {
                member: organisation(name)?,
                lines: LINES,
            })
        })
        .collect();
    let participants = participants?;
    let answers: Vec<Answer> = participants
        .iter()
        .map(|participant| answer(&participant.member, goal))
        .collect();
    let radius = measure(std::slice::from_ref(goal), &participants, &answers);
    let mut evidence = Vec::new();
    for (member, finding) in findings.iter().take(Order::MOST_ENTRIES) {
        let commitment = Digest(seal(&chance.bytes(), "finding", finding.id.as_bytes()));
        evidence.push(report::evidence(
            finding,
            &organisation(member)?,
            commitment,
        ));
    }
    Ok(Order {
        schema: Order::SCHEMA.into(),
        case: "drill".into(),
        renews: None,
        proposer: person("duty@coordinator")?,
        goals: vec![goal.clone()],
        action: Action::Drop,
        ground: ROW.into(),
        pack: Pack::japan().digest(),
        facts: statements(now)?,
        evidence,
        radius,
        participants,
        canary: vec![organisation(MEMBERS[0])?],
        canary_skipped_by: Vec::new(),
        quorum_percent: 60,
        clock_limit: Span::from_millis(50),
        proposed_at: now,
        fire_before: now + Span::from_secs(300),
        expires_at: now + LIFETIME,
        confirm_within: None,
    })
}

/// The facts that the row requires, stated and confirmed by two people of the drill.
fn statements(now: Timestamp) -> Result<BTreeMap<String, Fact>, Failure> {
    let pack = Pack::japan();
    let row = pack
        .row(ROW)
        .ok_or_else(|| Failure::broken("the pack has lost a row"))?;
    let by = [&person("duty@coordinator")?, &person("counsel@isp-b")?];
    Ok(facts(row, now, by))
}

/// The options that name the log's key and its witnesses to `issei ledger verify`.
fn keys(policy: &issei_ledger::Policy) -> String {
    let witnesses: Vec<String> = policy
        .witnesses()
        .iter()
        .map(|key| format!("--witness '{key}'"))
        .collect();
    format!(
        "--key '{}' {} --need {}",
        policy.log(),
        witnesses.join(" "),
        policy.needed()
    )
}

fn person(name: &str) -> Result<PersonId, Failure> {
    name.parse().map_err(Failure::broken)
}

fn no(refusal: &Refusal) -> Failure {
    Failure::broken(refusal.text(Language::English))
}

fn organisation(name: &str) -> Result<OrganisationId, Failure> {
    name.parse().map_err(Failure::broken)
}

fn put(text: &str) -> Result<(), Failure> {
    terminal::say(text).map_err(Failure::broken)
}

#[cfg(test)]
#[path = "drill_tests.rs"]
mod tests;
