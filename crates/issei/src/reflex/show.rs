//! Shows standing orders and what reflexes do.
//!
//! In: what the office tells. Out: text. Always: what comes from outside cannot move the cursor or forge a
//! line; no line's address is shown.

use std::fmt::Write as _;

use issei_case::standing_text;
use issei_desk::standing::{deed, stands};
use issei_model::{Language, ReflexRefusal};
use issei_text::{Text, columns, format, key, said};

use super::name::short;
use crate::caller::refusal;
use crate::office::control::{ReflexesView, Said, StandingView, code};
use crate::words;

/// Writes all that is known of a standing order; first exactly what people sign.
pub fn page(view: &StandingView, language: Language) -> String {
    let mut text = standing_text(&view.order, language);
    let tongue = Text(language);
    let stands = said!(tongue, "order-stands", stands = stands(view.stands, tongue));
    let approved = tongue.say(match view.approvals.is_empty() {
        true => key!("order-approved-by-nobody"),
        false => key!("order-approved-by"),
    });
    text += &format!("\n{stands}\n{approved}\n");
    for approval in &view.approvals {
        let (at, key) = (words::second(approval.at), approval.key);
        let key = said!(tongue, "order-key", key);
        let _ = writeln!(text, "  {}  {at} UTC\n{key}", approval.person);
    }
    if let Some(said) = &view.refusal {
        let _ = writeln!(text, "{}", refusal(said, language));
    }
    text
}

/// Lists standing orders, a line each.
pub fn lined_up(views: &[StandingView], tongue: Text) -> String {
    let mut text = String::new();
    for view in views {
        let until = words::second(view.order.valid_until);
        let line = format!(
            "{}  {}  {}  {}",
            short(view.id),
            columns::left(&stands(view.stands, tongue), 8),
            view.order.member,
            said!(
                tongue,
                "reflex-until",
                deed = deed(&view.order, tongue),
                until
            ),
        );
        let _ = writeln!(text, "{}", words::tame(&line));
    }
    text
}

/// Says why no reflex acted; in Japanese by the words of the refusal.
fn refused(why: ReflexRefusal, tongue: Text) -> String {
    tongue.pick(why.words(), &Said::from(why).ja).to_owned()
}

/// Writes what reflexes do, on one page.
pub fn status(view: &ReflexesView, tongue: Text) -> String {
    let mut text = String::new();
    if view.stopped {
        text += &format!("  ! {}\n", tongue.say("reflex-stopped"));
    }
    if !view.current {
        text += &format!("  ! {}\n", tongue.say("reflex-log-behind"));
    }
    text += &tongue.say(match view.acting.is_empty() {
        true => key!("reflex-nothing-acts"),
        false => key!("reflex-acting"),
    });
    text.push('\n');
    for one in &view.acting {
        let there = match one.seen {
            Some(seen) => {
                let after = format::lasting(seen.since(one.began), tongue.0);
                said!(tongue, "reflex-there-after", after)
            }
            None => tongue.say("reflex-not-there"),
        };
        let left = format::lasting(one.ends.since(view.now), tongue.0);
        let ends = said!(tongue, "order-ends-in", left);
        let what = one.what.pick(tongue);
        let line = format!("  {:>6}  {what}; {there}; {ends}", one.number);
        let _ = writeln!(text, "{}", words::tame(&line));
    }
    let _ = writeln!(
        text,
        "{}; {}",
        words::tally(tongue, key!("reflex-told"), view.batches),
        words::tally(tongue, key!("reflex-untold"), view.unreported),
    );
    for (why, count) in &view.refused {
        let count = words::count(*count);
        let _ = writeln!(
            text,
            "  {count:>9}  {}",
            said!(
                tongue,
                "reflex-refused-by",
                why = refused(*why, tongue),
                code = code(*why)
            )
        );
    }
    text
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
