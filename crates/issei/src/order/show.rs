//! Shows orders: the text that is signed, who signed it, where the members stand; and lists.
//!
//! In: an order as the office tells it. Out: text. Always: what comes from outside cannot move the
//! cursor or forge a line. Not here: the live view (`watch`).

use std::fmt::Write as _;

use issei_case::order_text;
use issei_model::{Action, Language, Order, Timestamp};

use super::naming::short;
use crate::caller::refusal;
use crate::office::control::{OrderView, Stands};
use crate::words;
use issei_desk::station::Station;
use issei_desk::{effect, ground};

/// Writes all that is known of an order; first exactly what people sign, then how sure its ground is.
pub fn page(view: &OrderView, language: Language) -> String {
    let mut text = order_text(&view.order, language);
    let _ = write!(text, "\n{}", ground::beside(&view.order, language));
    let _ = writeln!(text, "stands: {}", stands(view.stands));
    if view.approvals.is_empty() {
        text.push_str("approved by nobody yet\n");
    } else {
        text.push_str("approved by\n");
    }
    for approval in &view.approvals {
        let language = match approval.language {
            Language::English => "English",
            Language::Japanese => "Japanese",
        };
        let (at, key) = (words::second(approval.at), approval.key);
        let _ = writeln!(
            text,
            "  {}  {at} UTC, read in {language}\n    key {key}",
            approval.person
        );
    }
    if !view.members.is_empty() {
        text.push_str("members\n");
    }
    let width = view
        .members
        .iter()
        .map(|one| one.member.as_str().len())
        .max();
    let width = width.unwrap_or(0);
    for member in &view.members {
        let station = Station::of(member, view.now);
        let (name, more) = (station.name(), station.more(view.now));
        let row = format!(
            "  {:width$}  {:>12} lines  {name}  {more}",
            member.member,
            words::grouped(member.lines)
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
pub fn lined_up(views: &[OrderView]) -> String {
    let mut text = String::new();
    for view in views {
        let (name, state) = (short(view.id), stands(view.stands));
        let _ = writeln!(
            text,
            "{name}  {state:9}  {}  {}; {}",
            ends(&view.order, view.now),
            words::tame(&deed(&view.order)),
            words::tame(&view.order.case)
        );
    }
    text
}

/// Names where an order stands.
pub fn stands(stands: Stands) -> &'static str {
    match stands {
        Stands::Draft => "draft",
        Stands::Held => "held",
        Stands::Preparing => "preparing",
        Stands::Canary => "canary",
        Stands::Armed => "armed",
        Stands::InForce => "in force",
        Stands::Refused => "refused",
        Stands::Ended => "ended",
    }
}

/// Says what an order does to what: `drop 192.0.2.7:23/tcp and 2 more`.
pub fn deed(order: &Order) -> String {
    let action = match order.action {
        Action::RefuseName => "refuse".to_owned(),
        Action::Drop => "drop".to_owned(),
        Action::RateLimit(packets) => format!("limit to {packets} packets/s"),
        Action::Redirect => "redirect".to_owned(),
    };
    match order.goals.as_slice() {
        [] => action,
        [only] => format!("{action} {only}"),
        [first, rest @ ..] => format!("{action} {first} and {} more", rest.len()),
    }
}

/// Says when an order ends: `ends in 29 min 12 s`.
pub fn ends(order: &Order, now: Timestamp) -> String {
    match order.expires_at <= now {
        true => format!("ended {} UTC", words::second(order.expires_at)),
        false => format!("ends in {}", order.expires_at.since(now)),
    }
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
