//! `issei appeal`: what people outside say against cuts, and what is answered.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words. Not here: how long appeals
//! are kept (`office::appeals`), the form that strangers write in (the window).

use std::fmt::Write as _;

use issei_desk::appeals::AppealView;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{AppealWish, Appealing};
use crate::office::control::{Ask, Reply};
use crate::order::short;

/// Does what is wished with appeals.
///
/// # Errors
/// A wrong wish, or that no office answers.
pub fn run(options: &Appealing) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at)?;
    match &options.wish {
        AppealWish::List => list(&mut caller)?,
        AppealWish::Answer {
            reference,
            person,
            words,
        } => caller.bid(&Ask::AnswerAppeal {
            reference: reference.clone(),
            person: person.clone(),
            words: words.clone(),
        })?,
    }
    Ok(code::DONE)
}

fn list(caller: &mut Caller) -> Result<(), Failure> {
    match caller.ask(&Ask::Appeals)? {
        Reply::Appeals(all) if all.is_empty() => {
            caller::say("no appeals; people outside write them at the window's public page\n")
        }
        Reply::Appeals(all) => caller::say(&all.iter().map(page).collect::<String>()),
        other => Err(caller::astray(&other)),
    }
}

/// Shows one. What a stranger wrote is shown as it was written, line by line behind a bar.
fn page(view: &AppealView) -> String {
    let mut text = format!(
        "{}  {}  about {}\n",
        view.reference,
        view.at,
        view.appeal.about.trim()
    );
    for line in view.appeal.words.trim().lines() {
        let _ = writeln!(text, "  │ {line}");
    }
    if !view.appeal.reach.trim().is_empty() {
        let _ = writeln!(text, "  answer to: {}", view.appeal.reach.trim());
    }
    let orders: Vec<String> = view.about.iter().map(|order| short(*order)).collect();
    if !orders.is_empty() {
        let _ = writeln!(text, "  in force on it then: {}", orders.join(", "));
    }
    let _ = match &view.answered {
        Some(one) => writeln!(
            text,
            "  answered by {} at {}: {}",
            one.person, one.at, one.words
        ),
        None => writeln!(
            text,
            "  waits; `issei appeal answer {} --as PERSON WORDS`",
            view.reference
        ),
    };
    text
}

#[cfg(test)]
#[path = "appeal_tests.rs"]
mod tests;
