//! `issei appeal`: what people outside say against cuts, and what is answered.
//!
//! In: what a person wishes. Out: asks at the office's socket, and its replies in words. Not here: how long appeals
//! are kept (`office::appeals`), the form that strangers write in (the window).

use std::fmt::Write as _;

use issei_desk::appeals::AppealView;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{AppealWish, Appealing, Printing};
use crate::office::control::{Ask, Reply};
use crate::order::short;
use issei_model::Language;
use issei_text::{Text, said};
use issei_window::shapes::AppealShape;

/// Does what is wished with appeals.
///
/// # Errors
/// A wrong wish, or that no office answers.
pub fn run(options: &Appealing, language: Language) -> Result<u8, Failure> {
    let mut caller = Caller::open(&options.at, language)?;
    match &options.wish {
        AppealWish::List(form) => caller::say(&list(&mut caller, *form)?)?,
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

fn list(caller: &mut Caller, form: Printing) -> Result<String, Failure> {
    let all = match caller.ask(&Ask::Appeals)? {
        Reply::Appeals(all) => all,
        other => return Err(caller::astray(&other)),
    };
    let shapes: Vec<AppealShape> = all.iter().map(AppealShape::of).collect();
    let tongue = caller.text();
    Ok(form.print(&shapes, || match all.is_empty() {
        true => tongue.say("appeals-none-here") + "\n",
        false => all.iter().map(|one| page(one, tongue)).collect(),
    }))
}

/// Shows one. What a stranger wrote is shown as it was written, line by line behind a bar.
fn page(view: &AppealView, tongue: Text) -> String {
    let about = said!(tongue, "appeal-is-about", about = view.appeal.about.trim());
    let mut text = format!("{}  {}  {about}\n", view.reference, view.at);
    for line in view.appeal.words.trim().lines() {
        let _ = writeln!(text, "  │ {line}");
    }
    if !view.appeal.reach.trim().is_empty() {
        let reach = view.appeal.reach.trim();
        let _ = writeln!(text, "  {}", said!(tongue, "appeal-answer-to", reach));
    }
    let orders: Vec<String> = view.about.iter().map(|order| short(*order)).collect();
    if !orders.is_empty() {
        let orders = orders.join(", ");
        let _ = writeln!(text, "  {}", said!(tongue, "appeal-in-force-then", orders));
    }
    let stands = match &view.answered {
        Some(one) => {
            let (person, at, words) = (&one.person, one.at, &one.words);
            said!(tongue, "appeal-answered-by", person, at, words)
        }
        None => said!(tongue, "appeal-waits-here", reference = view.reference),
    };
    let _ = writeln!(text, "  {stands}");
    text
}

#[cfg(test)]
#[path = "appeal_tests.rs"]
mod tests;
