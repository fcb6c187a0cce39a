//! `issei case`: what members found, gathered until an order can be drafted.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words.
//! Not here: the rules of a case (`issei-case`), where cases lie (`office::coordinator`).

pub mod report;
mod stands_for;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use issei_case::{Hint, Stage};
use issei_model::{EvidenceEntry, OrganisationId, Radius};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Case, CaseWish};
use crate::office::charter::Charter;
use crate::office::control::{Ask, CaseView, Reply, Reported, Said, StoodFor};
use crate::order::short;
use crate::words;

/// Between two looks at who has answered.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Does what is wished with cases.
///
/// # Errors
/// A rule's no, a wrong wish, or that no office answers.
pub fn run(options: &Case) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at)?;
    match &options.wish {
        CaseWish::Open { case, goal } => caller.bid(&Ask::CaseOpen {
            case: case.clone(),
            goal: goal.clone(),
        })?,
        CaseWish::Question { case, wait } => {
            let most = Duration::from_secs(u64::from(*wait));
            question(&mut caller, case, most)?;
        }
        CaseWish::Assess { case } => show(&mut caller, &Ask::CaseAssess(case.clone()))?,
        CaseWish::Reopen { case } => caller.bid(&Ask::CaseReopen(case.clone()))?,
        CaseWish::Show { case } => show(&mut caller, &Ask::CaseShow(case.clone()))?,
        CaseWish::List => list(&mut caller)?,
        CaseWish::Close { case, why } => caller.bid(&Ask::CaseClose {
            case: case.clone(),
            why: (*why).into(),
        })?,
        CaseWish::Report { from, names } => report::run(&mut caller, from.as_deref(), names)?,
        CaseWish::Findings => findings(&mut caller)?,
    }
    Ok(code::DONE)
}

fn show(caller: &mut Caller, ask: &Ask) -> Result<(), Failure> {
    let language = caller.language();
    let view = case(caller, ask)?;
    caller::say(&page(&view, &|said| caller::refusal(said, language)))
}

fn case(caller: &mut Caller, ask: &Ask) -> Result<CaseView, Failure> {
    match caller.ask(ask)? {
        Reply::Case(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

fn list(caller: &mut Caller) -> Result<(), Failure> {
    let views = match caller.ask(&Ask::Cases)? {
        Reply::Cases(views) => views,
        other => return Err(caller::astray(&other)),
    };
    if views.is_empty() {
        return caller::say("no cases; `issei case findings` shows what members told\n");
    }
    caller::say(&views.iter().map(line).collect::<String>())
}

fn findings(caller: &mut Caller) -> Result<(), Failure> {
    let told = match caller.ask(&Ask::Findings)? {
        Reply::Findings(told) => told,
        other => return Err(caller::astray(&other)),
    };
    if told.is_empty() {
        return caller::say("members told of no findings; `issei case report` does, at a member\n");
    }
    caller::say(&accused(&told))
}

/// Asks the members, and waits for their answers as long as was said.
fn question(caller: &mut Caller, name: &str, most: Duration) -> Result<(), Failure> {
    let charter = caller.folder().charter();
    let charter = Charter::parse(&caller.folder().read(&charter)?).map_err(Failure::wrong)?;
    let members: BTreeSet<OrganisationId> =
        charter.members.into_iter().map(|one| one.member).collect();
    caller.bid(&Ask::CaseQuestion(name.into()))?;
    let began = Instant::now();
    loop {
        let view = case(caller, &Ask::CaseShow(name.into()))?;
        let answered: BTreeSet<OrganisationId> = view.answered.into_iter().collect();
        let left = most.saturating_sub(began.elapsed());
        if left.is_zero() || members.is_subset(&answered) {
            return caller::say(&answers(name, &members, &answered));
        }
        std::thread::sleep(left.min(LOOK_EVERY));
    }
}

/// Says who answered, who did not, and what to do.
fn answers(
    name: &str,
    members: &BTreeSet<OrganisationId>,
    answered: &BTreeSet<OrganisationId>,
) -> String {
    let silent: Vec<&OrganisationId> = members.difference(answered).collect();
    let heard = members.len() - silent.len();
    let mut text = format!(
        "{heard} of {} answered\n",
        words::counted(members.len() as u64, "member", "members")
    );
    if !silent.is_empty() {
        let _ = writeln!(text, "not yet: {}", named(&silent));
    }
    let unknown = match silent.is_empty() {
        true => "",
        false => "; who has not answered by then counts as unknown",
    };
    text + &format!("sum them with `issei case assess {name}`{unknown}\n")
}

/// Writes a case in one line.
fn line(view: &CaseView) -> String {
    let goals: Vec<String> = view.goals.iter().take(3).map(ToString::to_string).collect();
    let more = match view.goals.len() {
        0..=3 => String::new(),
        all => format!(" and {} more", all - 3),
    };
    let order = view
        .order
        .map_or(String::new(), |order| format!("; order {}", short(order)));
    let (case, stage) = (words::tame(&view.case), stage(view.stage));
    format!("{case:20}  {stage:8}  {}{more}{order}\n", goals.join(", "))
}

/// Writes all that is known of a case.
fn page(view: &CaseView, said: &dyn Fn(&Said) -> String) -> String {
    let mut text = format!("case {}: {}\n", words::tame(&view.case), stage(view.stage));
    let mut part = |label: &str, lines: Vec<String>| {
        for (number, line) in lines.iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            let _ = writeln!(text, "  {label:10} {}", words::tame(line));
        }
    };
    part(
        "goals",
        view.goals.iter().map(ToString::to_string).collect(),
    );
    part("evidence", view.evidence.iter().map(evidence).collect());
    part("stood for", view.addresses.iter().map(stood_for).collect());
    let answered: Vec<&OrganisationId> = view.answered.iter().collect();
    part(
        "answered",
        match answered.is_empty() {
            true => Vec::new(),
            false => vec![named(&answered)],
        },
    );
    part(
        "radius",
        view.radius.as_ref().map(radius).unwrap_or_default(),
    );
    part(
        "order",
        view.order.iter().map(ToString::to_string).collect(),
    );
    part("refused", view.refusals.iter().map(said).collect());
    text + next(view)
}

/// Names what a person does next.
fn next(view: &CaseView) -> &'static str {
    match view.stage {
        Stage::Open if view.answered.is_empty() => "next: `issei case question`\n",
        Stage::Open => "next: `issei case assess`\n",
        Stage::Assessed => "next: `issei order propose`\n",
        Stage::Proposed => "next: `issei order show`, `issei order approve`\n",
        Stage::Cleared => {
            "next: `issei order watch`; `issei case reopen` for a renewal, with fresh findings\n"
        }
        Stage::Closed => "",
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "open",
        Stage::Assessed => "assessed",
        Stage::Proposed => "proposed",
        Stage::Cleared => "cleared",
        Stage::Closed => "closed",
    }
}

fn evidence(entry: &EvidenceEntry) -> String {
    let forged = if entry.forgeable {
        "could be forged"
    } else {
        "cannot be forged from afar"
    };
    let (kinds, until) = (entry.kinds.join(", "), words::second(entry.until));
    format!(
        "{}: {} [{kinds}], {forged}, until {until} UTC",
        entry.source,
        entry.rule.code()
    )
}

fn stood_for(one: &StoodFor) -> String {
    format!("{}: {} at {}", one.source, one.name, one.ip)
}

fn radius(radius: &Radius) -> Vec<String> {
    let beside = words::counted(radius.predicted_lines, "line", "lines");
    let suspected = words::grouped(radius.suspected_lines);
    let mut lines = vec![format!("{beside} at most beside {suspected} suspected")];
    if !radius.unanswered.is_empty() {
        let unknown: Vec<&OrganisationId> = radius.unanswered.iter().collect();
        lines.push(format!("unknown: {} did not answer", named(&unknown)));
    }
    for (member, days) in &radius.remembered {
        lines.push(format!(
            "partly unknown: {member} has a memory of {days} days"
        ));
    }
    lines.extend(radius.hints.iter().map(hint));
    lines
}

/// Says a hint: who shares a goal, or what nobody could count.
fn hint(hint: &String) -> String {
    match Hint::is_about_count(hint) {
        true => format!(
            "unknown: who asked the name and contacted none of its addresses, or asked a name below it ({hint})"
        ),
        false => format!("shared by others: {hint}"),
    }
}

/// Lists findings, a line each, the goals together.
fn accused(told: &[Reported]) -> String {
    let mut told: Vec<&Reported> = told.iter().collect();
    told.sort_by(|a, b| (&a.goal, &a.evidence.source).cmp(&(&b.goal, &b.evidence.source)));
    let mut text = String::new();
    for one in told {
        let level = words::level(one.level);
        let line = format!("{:28}  {level:9}  {}", one.goal, evidence(&one.evidence));
        let _ = writeln!(text, "{}", words::tame(&line));
    }
    text
}

fn named(members: &[&OrganisationId]) -> String {
    let names: Vec<&str> = members.iter().map(|member| member.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
