//! Shows orders: the text that is signed, who signed it, where the members stand; and lists.
//!
//! In: an order as the office tells it. Out: text. Always: what comes from outside cannot move the
//! cursor or forge a line. Not here: the live view (`watch`).

use std::fmt::Write as _;

use issei_case::order_text;
use issei_model::Language;
use issei_text::{Text, said};

use super::naming::short;
use super::speech::{self, deed, ends, stands, stands_wide};
use crate::caller::refusal;
use crate::office::control::OrderView;
use crate::words;
use issei_desk::station::Station;
use issei_desk::{effect, ground};

/// Writes all that is known of an order; first exactly what people sign, then how sure its ground is.
pub fn page(view: &OrderView, language: Language) -> String {
    let mut text = order_text(&view.order, language);
    let _ = write!(text, "\n{}", ground::beside(&view.order, language));
    let tongue = Text(language);
    let mut line = |words: String| text += &format!("{words}\n");
    line(said!(
        tongue,
        "order-stands",
        stands = stands(view.stands, tongue)
    ));
    line(match view.approvals.is_empty() {
        true => tongue.say("order-approved-by-nobody"),
        false => tongue.say("order-approved-by"),
    });
    for approval in &view.approvals {
        let read = match approval.language {
            Language::English => tongue.say("order-read-in-english"),
            Language::Japanese => tongue.say("order-read-in-japanese"),
        };
        let (at, key) = (words::second(approval.at), approval.key);
        line(format!("  {}  {at} UTC, {read}", approval.person));
        line(said!(tongue, "order-key", key));
    }
    if let Some(by) = view.awaits() {
        let (at, order) = (words::second(by), short(view.id));
        line(said!(tongue, "order-awaits", at, order));
    }
    if let Some(by) = &view.confirming.approval {
        let (person, at) = (&by.person, words::second(by.at));
        line(said!(tongue, "order-confirmed", person, at));
        line(said!(tongue, "order-key", key = by.key));
    }
    if !view.members.is_empty() {
        line(tongue.say("order-members"));
    }
    let width = view
        .members
        .iter()
        .map(|one| one.member.as_str().len())
        .max();
    let width = width.unwrap_or(0);
    for member in &view.members {
        let station = Station::of(member, view.now);
        let (name, more) = (
            speech::station(station, tongue),
            station.more(view.now, tongue),
        );
        let row = format!(
            "  {:width$}  {}  {name}  {more}",
            member.member,
            said!(
                tongue,
                "order-lines",
                n = format_args!("{:>12}", words::count(member.lines))
            )
        );
        let _ = writeln!(text, "{}", row.trim_end());
        text += &effect::of_member(member, language);
    }
    text += &effect::of_all(view, language);
    if let Some(said) = &view.refusal {
        let _ = writeln!(text, "{}", refusal(said, language));
    }
    text
}

/// Draws when each member's rules were read back as acting, beside T; a file of its own.
pub fn strip(view: &OrderView, language: Language) -> String {
    let look = issei_chart::Look::new(language, "strip");
    let drawn = issei_window::effect_strip(view, language).draw(&look);
    drawn.standalone()
}

/// Lists orders, a line each.
pub fn lined_up(views: &[OrderView], tongue: Text) -> String {
    let mut text = String::new();
    for view in views {
        let (name, state) = (short(view.id), stands_wide(view.stands, tongue));
        let _ = writeln!(
            text,
            "{name}  {state}  {}  {}; {}",
            ends(view, view.now, tongue),
            words::tame(&deed(&view.order, tongue)),
            words::tame(&view.order.case)
        );
    }
    text
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
