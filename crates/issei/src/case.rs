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
use issei_model::{EvidenceEntry, Language, OrganisationId, Radius};
use issei_text::{Text, columns, key, said};
use issei_window::rows;
use issei_window::shapes::{CaseShape, FindingShape};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Case, CaseWish, Printing};
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
pub fn run(options: &Case, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    match &options.wish {
        CaseWish::Open { case, goal } => caller.bid(&Ask::CaseOpen {
            case: case.clone(),
            goal: goal.clone(),
        })?,
        CaseWish::Question { case, wait } => {
            let most = Duration::from_secs(u64::from(*wait));
            question(&mut caller, case, most)?;
        }
        CaseWish::Assess { case } => show(&mut caller, &Ask::CaseAssess(case.clone()), false)?,
        CaseWish::Reopen { case } => caller.bid(&Ask::CaseReopen(case.clone()))?,
        CaseWish::Show { case, json } => show(&mut caller, &Ask::CaseShow(case.clone()), *json)?,
        CaseWish::List(form) => caller::say(&list(&mut caller, *form)?)?,
        CaseWish::Close { case, why } => caller.bid(&Ask::CaseClose {
            case: case.clone(),
            why: (*why).into(),
        })?,
        CaseWish::Report { from, names } => report::run(&mut caller, from.as_deref(), names)?,
        CaseWish::Findings(form) => caller::say(&findings(&mut caller, *form)?)?,
    }
    Ok(code::DONE)
}

fn show(caller: &mut Caller, ask: &Ask, is_json: bool) -> Result<(), Failure> {
    let language = caller.language();
    let view = case(caller, ask)?;
    let said = |said: &Said| caller::refusal(said, language);
    caller::say(&match is_json {
        true => rows::document(&CaseShape::of(&view)),
        false => page(&view, &said, caller.text()),
    })
}

fn case(caller: &mut Caller, ask: &Ask) -> Result<CaseView, Failure> {
    match caller.ask(ask)? {
        Reply::Case(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

fn list(caller: &mut Caller, form: Printing) -> Result<String, Failure> {
    let views = match caller.ask(&Ask::Cases)? {
        Reply::Cases(views) => views,
        other => return Err(caller::astray(&other)),
    };
    let shapes: Vec<CaseShape> = views.iter().map(CaseShape::of).collect();
    let tongue = caller.text();
    Ok(form.print(&shapes, || match views.is_empty() {
        true => tongue.say("case-none") + "\n",
        false => views.iter().map(|view| line(view, tongue)).collect(),
    }))
}

fn findings(caller: &mut Caller, form: Printing) -> Result<String, Failure> {
    let told = match caller.ask(&Ask::Findings)? {
        Reply::Findings(told) => told,
        other => return Err(caller::astray(&other)),
    };
    let shapes: Vec<FindingShape> = told.iter().map(FindingShape::of).collect();
    let tongue = caller.text();
    Ok(form.print(&shapes, || match told.is_empty() {
        true => tongue.say("case-no-findings") + "\n",
        false => accused(&told, tongue),
    }))
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
        let answered = view.answered().into_iter().cloned().collect();
        let left = most.saturating_sub(began.elapsed());
        if left.is_zero() || members.is_subset(&answered) {
            return caller::say(&answers(name, &members, &answered, caller.text()));
        }
        std::thread::sleep(left.min(LOOK_EVERY));
    }
}

/// Says who answered, who did not, and what to do.
fn answers(
    name: &str,
    members: &BTreeSet<OrganisationId>,
    answered: &BTreeSet<OrganisationId>,
    tongue: Text,
) -> String {
    let silent: Vec<&OrganisationId> = members.difference(answered).collect();
    let heard = members.len() - silent.len();
    let all = words::tally(tongue, key!("count-members"), members.len() as u64);
    let mut text = said!(tongue, "case-answered", heard, all) + "\n";
    if !silent.is_empty() {
        text += &(said!(tongue, "case-not-yet", members = named(&silent)) + "\n");
    }
    text += &match silent.is_empty() {
        true => said!(tongue, "case-sum", name),
        false => said!(tongue, "case-sum-unknown", name),
    };
    text + "\n"
}

/// Writes a case in one line.
fn line(view: &CaseView, tongue: Text) -> String {
    let goals: Vec<String> = view.goals.iter().take(3).map(ToString::to_string).collect();
    let goals = goals.join(", ");
    let goals = match view.goals.len() {
        0..=3 => goals,
        all => said!(tongue, "order-goals", first = goals, more = all - 3),
    };
    let order = view.order.map_or(String::new(), |order| {
        said!(tongue, "case-its-order", order = short(order))
    });
    let case = columns::left(&words::tame(&view.case), 20);
    format!(
        "{case}  {}  {goals}{order}\n",
        stage_wide(view.stage, tongue)
    )
}

/// Writes all that is known of a case.
fn page(view: &CaseView, said: &dyn Fn(&Said) -> String, tongue: Text) -> String {
    let (case, stage) = (words::tame(&view.case), stage(view.stage, tongue));
    let mut text = said!(tongue, "case-title", case, stage) + "\n";
    let mut part = |label: &'static str, lines: Vec<String>| {
        for (number, line) in lines.iter().enumerate() {
            let label = match number {
                0 => tongue.say(label),
                _ => String::new(),
            };
            let label = columns::left(&label, 10);
            let _ = writeln!(text, "  {label} {}", words::tame(line));
        }
    };
    part(
        key!("case-goals"),
        view.goals.iter().map(ToString::to_string).collect(),
    );
    part(
        key!("case-evidence"),
        view.evidence
            .iter()
            .map(|one| evidence(one, tongue))
            .collect(),
    );
    part(
        key!("case-stood-for"),
        view.addresses
            .iter()
            .map(|one| stood_for(one, tongue))
            .collect(),
    );
    let answered: Vec<&OrganisationId> = view.answered().into_iter().collect();
    part(
        key!("case-who-answered"),
        match answered.is_empty() {
            true => Vec::new(),
            false => vec![named(&answered)],
        },
    );
    part(
        key!("case-radius"),
        view.radius
            .as_ref()
            .map(|one| radius(one, tongue))
            .unwrap_or_default(),
    );
    part(
        key!("case-order"),
        view.order.iter().map(ToString::to_string).collect(),
    );
    part(
        key!("case-refused"),
        view.refusals.iter().map(said).collect(),
    );
    text + &next(view, tongue)
}

/// Names what a person does next.
fn next(view: &CaseView, tongue: Text) -> String {
    let next = match view.stage {
        Stage::Open if view.answers.is_empty() => key!("case-next-question"),
        Stage::Open => key!("case-next-assess"),
        Stage::Assessed => key!("case-next-propose"),
        Stage::Proposed => key!("case-next-approve"),
        Stage::Cleared => key!("case-next-watch"),
        Stage::Closed => return String::new(),
    };
    tongue.say(next) + "\n"
}

fn stage(stage: Stage, tongue: Text) -> String {
    tongue.say(match stage {
        Stage::Open => key!("case-collecting"),
        Stage::Assessed => key!("case-assessed"),
        Stage::Proposed => key!("case-proposed"),
        Stage::Cleared => key!("case-cleared"),
        Stage::Closed => key!("case-closed"),
    })
}

/// A stage, filled up to the widest of these words.
fn stage_wide(which: Stage, tongue: Text) -> String {
    use Stage::{Assessed, Cleared, Closed, Open, Proposed};
    let all = [Open, Assessed, Proposed, Cleared, Closed];
    let widest = all.map(|one| columns::width(&stage(one, tongue)));
    let widest = widest.into_iter().max().unwrap_or_default();
    columns::left(&stage(which, tongue), widest)
}

fn evidence(entry: &EvidenceEntry, tongue: Text) -> String {
    let (source, rule, kinds) = (
        &entry.source,
        entry.rule.code(),
        words::kinds(&entry.kinds, tongue),
    );
    let until = words::second(entry.until);
    match entry.forgeable {
        true => said!(tongue, "case-forgeable", source, rule, kinds, until),
        false => said!(tongue, "case-unforgeable", source, rule, kinds, until),
    }
}

fn stood_for(one: &StoodFor, tongue: Text) -> String {
    let StoodFor {
        source, name, ip, ..
    } = one;
    said!(tongue, "case-stood-at", source, name, ip)
}

fn radius(radius: &Radius, tongue: Text) -> Vec<String> {
    let beside = words::tally(tongue, key!("count-lines"), radius.predicted_lines);
    let suspected = words::count(radius.suspected_lines);
    let mut lines = vec![said!(tongue, "case-beside", beside, suspected)];
    if !radius.unanswered.is_empty() {
        let unknown: Vec<&OrganisationId> = radius.unanswered.iter().collect();
        lines.push(said!(tongue, "case-unanswered", members = named(&unknown)));
    }
    for (member, days) in &radius.remembered {
        lines.push(said!(tongue, "case-partly-unknown", member, days));
    }
    lines.extend(radius.hints.iter().map(|one| hint(one, tongue)));
    lines
}

/// Says a hint: who shares a goal, or what nobody could count.
fn hint(hint: &str, tongue: Text) -> String {
    match Hint::is_about_count(hint) {
        true => said!(tongue, "case-asked-only", hint),
        false => said!(tongue, "case-shared", hint),
    }
}

/// Lists findings, a line each, the goals together.
fn accused(told: &[Reported], tongue: Text) -> String {
    let mut told: Vec<&Reported> = told.iter().collect();
    told.sort_by(|a, b| (&a.goal, &a.evidence.source).cmp(&(&b.goal, &b.evidence.source)));
    let mut text = String::new();
    for one in told {
        let level = columns::left(&words::level_in(one.level, tongue), 9);
        let line = format!(
            "{:28}  {level}  {}",
            one.goal,
            evidence(&one.evidence, tongue)
        );
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
