//! Shows standing orders and what reflexes do.
//!
//! In: what the office tells. Out: text. Always: what comes from outside cannot move the cursor or forge a
//! line; no line's address is shown.

use std::fmt::Write as _;

use issei_case::standing_text;
use issei_model::{Language, Reflex, StandingOrder};

use super::name::short;
use crate::caller::refusal;
use crate::office::control::{ReflexesView, StandingView, StandsOn, code};
use crate::words;

/// Writes all that is known of a standing order; first exactly what people sign.
pub fn page(view: &StandingView, language: Language) -> String {
    let mut text = standing_text(&view.order, language);
    let _ = writeln!(text, "\nstands: {}", stands(view.stands));
    text.push_str(match view.approvals.is_empty() {
        true => "approved by nobody yet\n",
        false => "approved by\n",
    });
    for approval in &view.approvals {
        let (at, key) = (words::second(approval.at), approval.key);
        let _ = writeln!(text, "  {}  {at} UTC\n    key {key}", approval.person);
    }
    if let Some(said) = &view.refusal {
        let _ = writeln!(text, "{}", refusal(said, language));
    }
    text
}

/// Lists standing orders, a line each.
pub fn lined_up(views: &[StandingView]) -> String {
    let mut text = String::new();
    for view in views {
        let until = words::second(view.order.valid_until);
        let line = format!(
            "{}  {:8}  {}  {} (until {until} UTC)",
            short(view.id),
            stands(view.stands),
            view.order.member,
            deed(&view.order),
        );
        let _ = writeln!(text, "{}", words::tame(&line));
    }
    text
}

/// Names where a standing order stands.
pub fn stands(stands: StandsOn) -> &'static str {
    match stands {
        StandsOn::Draft => "draft",
        StandsOn::Leaving => "leaving",
        StandsOn::Logged => "logged",
        StandsOn::Judging => "judging",
        StandsOn::Ready => "ready",
        StandsOn::Refused => "refused",
        StandsOn::Ended => "ended",
    }
}

fn deed(order: &StandingOrder) -> String {
    let what = match &order.reflex {
        Reflex::LimitFlood(packets) => format!("limit floods to {packets} packets/s"),
        Reflex::DropOnRequest(operator) => format!("drop what {operator} asks"),
        Reflex::DropForged => "drop forged sources".into(),
    };
    match order.scope.as_slice() {
        [only] => format!("{what} in {only}"),
        scope => format!("{what} in {} prefixes", scope.len()),
    }
}

/// Writes what reflexes do, on one page.
pub fn status(view: &ReflexesView) -> String {
    let mut text = String::new();
    if view.stopped {
        text += "  ! reflexes are stopped; `issei resume` lets them act again\n";
    }
    if !view.current {
        text += "  ! the log is not read to its end: no trigger is acted on\n";
    }
    text += match view.acting.is_empty() {
        true => "nothing acts\n",
        false => "acting\n",
    };
    for one in &view.acting {
        let there = match one.seen {
            Some(seen) => format!("there after {}", seen.since(one.began)),
            None => "not seen there yet".into(),
        };
        let ends = one.ends.since(view.now);
        let line = format!("  {:>6}  {}; {there}; ends in {ends}", one.number, one.what);
        let _ = writeln!(text, "{}", words::tame(&line));
    }
    let _ = writeln!(
        text,
        "told to the ledger in {}; {} to be told",
        words::counted(view.batches, "batch", "batches"),
        words::counted(view.unreported, "activation", "activations"),
    );
    for (why, count) in &view.refused {
        let count = words::grouped(*count);
        let _ = writeln!(
            text,
            "  {count:>9}  refused: {} ({})",
            why.words(),
            code(*why)
        );
    }
    text
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
