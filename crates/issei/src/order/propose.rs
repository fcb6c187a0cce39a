//! `issei order propose`: turns words into the draft of an order.
//!
//! In: the case as the office knows it, the row of the pack, the words. Out: a wish for the office,
//! and the name of the draft. Always: facts are of the kinds that the row names; what nobody said is
//! asked for with the row's own words. Not here: the gates (`issei-case`), which judge the draft.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;

use issei_case::ground::{Pack, Row};
use issei_model::{Action, Goal, OrderId};
use issei_text::Text;

use super::facts::facts;
use crate::caller::{self, Caller};
use crate::code::Failure;
use crate::command_line::Propose;
use crate::configuration::nearest;
use crate::office::control::{Ask, CaseView, Reply, Wish};

/// Bytes of a document whose digest goes into an order.
const LARGEST_DOCUMENT: u64 = 64 << 20;

/// Drafts the order and says its name.
///
/// # Errors
/// What is wrong with the words, or a gate's no.
pub fn run(caller: &mut Caller, words: &Propose) -> Result<(), Failure> {
    let case = case(caller, &words.case)?;
    let folder = caller.folder();
    let pack = folder.pack()?;
    let wish = wish(words, &case, row(&pack, &words.ground)?)?;
    match caller.ask(&Ask::Propose(Box::new(wish)))? {
        Reply::Named(order) => caller::say(&named(order, words.hold, caller.text())),
        other => Err(caller::astray(&other)),
    }
}

fn named(order: OrderId, hold: bool, tongue: Text) -> String {
    let next = match hold {
        true => tongue.say("order-drafted-held"),
        false => tongue.say("order-drafted"),
    };
    format!("{order}\n{next}\n")
}

fn case(caller: &mut Caller, name: &str) -> Result<CaseView, Failure> {
    match caller.ask(&Ask::CaseShow(name.into()))? {
        Reply::Case(view) => Ok(*view),
        other => Err(caller::astray(&other)),
    }
}

/// Finds a row of the pack.
///
/// # Errors
/// If there is none of that name; what was likely meant.
pub fn row<'p>(pack: &'p Pack, name: &str) -> Result<&'p Row, Failure> {
    pack.row(name).ok_or_else(|| {
        let names: Vec<&str> = pack.rows().map(|row| row.name.as_str()).collect();
        let next = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        Failure::wrong(format!("the pack has no row `{name}`; {next}"))
    })
}

/// Brings the words into the form of a wish.
fn wish(words: &Propose, case: &CaseView, row: &Row) -> Result<Wish, Failure> {
    let by = (&words.stated_by, words.confirmed_by.as_ref());
    let facts = facts(row, &words.facts, by, &document).map_err(Failure::wrong)?;
    let canary: BTreeSet<_> = words.canary.iter().cloned().collect();
    let skipped: BTreeSet<_> = words.skip_canary.iter().cloned().collect();
    Ok(Wish {
        case: words.case.clone(),
        proposer: words
            .proposer
            .clone()
            .unwrap_or_else(|| words.stated_by.clone()),
        ground: words.ground.clone(),
        action: match words.action {
            Some(action) => action,
            None => usual(&case.goals)?,
        },
        facts,
        canary: canary.into_iter().collect(),
        canary_skipped_by: skipped.into_iter().collect(),
        quorum_percent: words.quorum,
        clock_limit: words.clock_limit,
        fire_within: words.fire_within,
        lasts: words.lasts,
        confirm_within: words.confirm_within,
        hold: words.hold,
    })
}

/// What is usually done: names are refused at resolvers, services dropped.
fn usual(goals: &[Goal]) -> Result<Action, Failure> {
    let names = goals
        .iter()
        .filter(|goal| matches!(goal, Goal::Name(_)))
        .count();
    match names {
        0 => Ok(Action::Drop),
        all if all == goals.len() => Ok(Action::RefuseName),
        _ => Err(Failure::wrong(
            "the case has names and addresses, and one order does one thing; open a case for each kind",
        )),
    }
}

/// Reads a document whose digest is a fact.
///
/// # Errors
/// If it cannot be read, or is too long.
pub fn document(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(LARGEST_DOCUMENT + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("document `{path}`: {error}; check the path")),
        Ok(_) if bytes.len() as u64 > LARGEST_DOCUMENT => {
            let most = LARGEST_DOCUMENT >> 20;
            Err(format!(
                "document `{path}` is longer than {most} MiB; give its SHA-256"
            ))
        }
        Ok(_) => Ok(bytes),
    }
}

#[cfg(test)]
#[path = "propose_tests.rs"]
mod tests;
