//! `issei reflex`: drafts, shows, signs and ends standing orders; requests and triggers under them.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words. Always: a
//! standing order is believed to be the one of its name only after the name was worked out anew from what
//! the office sent; the bytes that are signed are those that were shown.
//! Not here: whether one may stand (`issei-case`), when it acts (`issei-order`), the office (`office`).

mod name;
mod paper;
#[cfg(test)]
pub mod samples;
mod show;
mod sign;

use issei_host::clock;
use issei_model::{Goal, Language, StandingId};
use issei_text::said;
use issei_window::rows;
use issei_window::shapes::{ReflexesShape, StandingLine, StandingShape};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Printing, Reflex, ReflexWish, Telling};
use crate::office::control::{Ask, Reply, Said, Sighted, StandingView};
use crate::words;

pub use name::StandingName;

/// Does what is wished about reflexes.
///
/// # Errors
/// A rule's no, a wrong wish, or that no office answers.
pub fn run(options: &Reflex, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    match &options.wish {
        ReflexWish::Propose { file } => paper::propose(&mut caller, file)?,
        ReflexWish::List(form) => caller::say(&list(&mut caller, *form)?)?,
        ReflexWish::Show { standing, json } => {
            let view = fetch(&mut caller, standing)?;
            caller::say(&match json {
                true => rows::document(&StandingShape::of(&view, caller.language())),
                false => show::page(&view, caller.language()),
            })?;
        }
        ReflexWish::Approve(wish) => sign::approve(&mut caller, wish)?,
        ReflexWish::Withdraw { standing, .. } => {
            let ask = match standing {
                Some(standing) => Ask::WithdrawStanding(named(&mut caller, standing)?),
                None => Ask::WithdrawAllStanding,
            };
            caller.bid(&ask)?;
        }
        ReflexWish::Status { json } => caller::say(&status(&mut caller, *json)?)?,
        ReflexWish::Request(asking) => sign::request(&mut caller, asking)?,
        ReflexWish::Release(asking) => sign::release(&mut caller, asking)?,
        ReflexWish::Tell(telling) => tell(&mut caller, telling)?,
    }
    Ok(code::DONE)
}

/// Gives every standing order that the office knows.
fn all(caller: &mut Caller) -> Result<Vec<StandingView>, Failure> {
    match caller.ask(&Ask::Standings)? {
        Reply::Standings(views) => Ok(views),
        other => Err(caller::astray(&other)),
    }
}

fn list(caller: &mut Caller, form: Printing) -> Result<String, Failure> {
    let views = all(caller)?;
    let lines: Vec<StandingLine> = views.iter().map(StandingLine::of).collect();
    let tongue = caller.text();
    Ok(form.print(&lines, || match views.is_empty() {
        true => tongue.say("reflex-none") + "\n",
        false => show::lined_up(&views, tongue),
    }))
}

/// Gives the whole name of a standing order.
fn named(caller: &mut Caller, name: &StandingName) -> Result<StandingId, Failure> {
    if let Some(whole) = name.whole() {
        return Ok(whole);
    }
    let known: Vec<StandingId> = all(caller)?.iter().map(|view| view.id).collect();
    name.choose(&known).map_err(Failure::wrong)
}

/// Gives the standing order that has this name, and nothing else that the office may send.
fn fetch(caller: &mut Caller, name: &StandingName) -> Result<StandingView, Failure> {
    let id = named(caller, name)?;
    let view = match caller.ask(&Ask::Standing(id))? {
        Reply::Standing(view) => *view,
        other => return Err(caller::astray(&other)),
    };
    // The name is the digest of the standing order, so another one has another name.
    let sent = view.order.id();
    if sent == id && view.id == id {
        return Ok(view);
    }
    Err(Failure::broken(format!(
        "the office sent standing order `{sent}` under the name `{id}`; sign nothing, and find out who changed it"
    )))
}

fn status(caller: &mut Caller, is_json: bool) -> Result<String, Failure> {
    match caller.ask(&Ask::Reflexes)? {
        Reply::Reflexes(view) if is_json => Ok(rows::document(&ReflexesShape::of(&view))),
        Reply::Reflexes(view) => Ok(show::status(&view, caller.text())),
        other => Err(caller::astray(&other)),
    }
}

/// Tells of a trigger, as of now.
fn tell(caller: &mut Caller, telling: &Telling) -> Result<(), Failure> {
    let victim = match &telling.flooding {
        None => None,
        Some(Goal::Service(victim)) => Some((*victim).into()),
        Some(Goal::Name(_)) => {
            let step = "a victim is an address or a service, such as 198.51.100.7:80/udp";
            return Err(Failure::wrong(step));
        }
    };
    let seen = Sighted {
        line: telling.line,
        victim,
        at: clock::now(),
        finding: None,
    };
    let verdicts = match caller.ask(&Ask::Sightings(vec![seen]))? {
        Reply::Sighted(verdicts) => verdicts,
        other => return Err(caller::astray(&other)),
    };
    match verdicts.as_slice() {
        [Ok(ends)] => {
            let until = words::second(*ends);
            caller::say(&(said!(caller.text(), "reflex-acted-until", until) + "\n"))
        }
        [Err(why)] => {
            let said = Said::from(*why);
            Err(Failure::refused(caller::refusal(&said, caller.language())))
        }
        _ => Err(Failure::broken(
            "the office answered for another number of triggers",
        )),
    }
}

#[cfg(test)]
#[path = "reflex_tests.rs"]
mod tests;
