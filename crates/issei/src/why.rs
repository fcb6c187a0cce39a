//! `issei why`: what is known of an address or a name, in one sentence.
//!
//! In: an address, a name or a service; what the office knows. Out: whether it is cut and why, what was found, whether
//! it is never cut; the same as `/api/v1/why`. Always: at a member its own findings are counted, and their lines are not
//! shown (`see` shows them). Not here: what makes up the sentence (`issei_desk::why`).

use issei_desk::why::Known;
use issei_desk::{Ask, Reply};
use issei_model::{Goal, Language};
use issei_text::{Text, key, said};
use issei_window::looks::Sought;
use issei_window::own::FindingBook as _;
use issei_window::rows;
use issei_window::shapes::WhyShape;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::Why;
use crate::finding_file::FindingFile;
use crate::{order, words};

/// Says it.
///
/// # Errors
/// That no office answers.
pub fn run(options: &Why, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    let sentence = sentence(&mut caller, &options.goal, options.json)?;
    caller::say(&sentence)?;
    Ok(code::DONE)
}

fn sentence(caller: &mut Caller, goal: &Goal, is_json: bool) -> Result<String, Failure> {
    let settings = caller.folder().settings()?;
    let is_member = settings.member.is_some();
    let orders = order::all(caller)?;
    let (cases, told) = match is_member {
        true => (Vec::new(), None),
        false => (cases(caller)?, Some(found(caller)?)),
    };
    let never = match caller.ask(&Ask::Guarded(goal.clone()))? {
        Reply::Guarded(why) => why,
        other => return Err(caller::astray(&other)),
    };
    let told = told.as_ref().map(|told| told.iter());
    let known = Known::of(goal, orders.iter(), cases.iter(), told, never.as_ref());
    if is_json {
        return Ok(rows::document(&WhyShape::of(&known)));
    }
    let text = caller.text();
    let mut page = words::tame(&known.sentence(text)) + "\n";
    if let Some(findings) = settings.findings.filter(|_| is_member) {
        let path = caller.folder().root().join(findings);
        page += &own(&FindingFile::whole(path), goal, text)?;
    }
    Ok(page)
}

fn cases(caller: &mut Caller) -> Result<Vec<issei_desk::CaseView>, Failure> {
    match caller.ask(&Ask::Cases)? {
        Reply::Cases(views) => Ok(views),
        other => Err(caller::astray(&other)),
    }
}

fn found(caller: &mut Caller) -> Result<Vec<issei_desk::Reported>, Failure> {
    match caller.ask(&Ask::Findings)? {
        Reply::Findings(told) => Ok(told),
        other => Err(caller::astray(&other)),
    }
}

/// Counts the own findings with an address in them.
fn own(file: &FindingFile, goal: &Goal, text: Text) -> Result<String, Failure> {
    let word = goal
        .ip()
        .map_or_else(|| goal.to_string(), |ip| ip.to_string());
    let sought = Sought {
        before: None,
        most: MOST,
        only: Some(word),
    };
    let sheaf = file.read(&sought).map_err(Failure::unreadable)?;
    let n = sheaf.findings.len() as u64;
    Ok(match sheaf.older {
        Some(_) => said!(text, "why-own-many", n = words::count(n)) + "\n",
        None => words::tally(text, key!("why-own"), n) + "\n",
    })
}

/// Own findings that are counted; beyond it there are many.
const MOST: usize = 1_000;

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
