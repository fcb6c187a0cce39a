//! A lab on one page: who runs, what is held, what passes.
//!
//! In: what processes, enforcers, offices and people tell. Out: words. Not here: asking them (`look`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use issei_model::OrderId;

use super::actors::Asked;
use crate::enforcer::speech::Held;
use crate::words;

/// What a page shows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The folder and the name of the lab.
    pub place: (String, String),
    /// Roles, and whether their newest process lives.
    pub workers: BTreeMap<String, bool>,
    /// Links that are down.
    pub broken: Vec<String>,
    /// The members, in their order.
    pub members: Vec<Member>,
}

/// One member's row.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What its enforcer says of its devices, or why it does not answer.
    pub devices: Result<Vec<(String, Option<String>)>, String>,
    /// What they hold.
    pub held: BTreeMap<OrderId, Held>,
    /// Ordinary people: their questions.
    pub users: Asked,
    /// How many milliseconds ago they heard their server last.
    pub heard_ago: Option<i64>,
    /// Lines that its collector suspects.
    pub suspects: usize,
}

/// An answer older than this is not "now": bots ping every four seconds.
const NOW: i64 = 6_000;

/// Writes the page.
pub fn page(seen: &Page) -> String {
    let (folder, name) = &seen.place;
    let mut text = format!("{name} in {folder}\n");
    let dead: Vec<&str> = seen
        .workers
        .iter()
        .filter(|(_, lives)| !**lives)
        .map(|(role, _)| role.as_str())
        .collect();
    let alive = words::counted(
        (seen.workers.len() - dead.len()) as u64,
        "process runs",
        "processes run",
    );
    let _ = writeln!(text, "  {alive}");
    for (what, list) in [
        ("ended", dead.join(", ")),
        ("links down", seen.broken.join(", ")),
    ] {
        if !list.is_empty() {
            let _ = writeln!(text, "  {what}: {list}");
        }
    }
    for member in &seen.members {
        row(&mut text, member);
    }
    text
}

fn row(text: &mut String, member: &Member) {
    let _ = writeln!(text, "{}  {}", member.name, devices(member));
    for (order, held) in &member.held {
        let _ = writeln!(
            text,
            "    order {}: {}",
            &order.to_string()[..8],
            standing(held)
        );
    }
    let Asked { asked, failed } = member.users;
    let _ = writeln!(
        text,
        "    users: {} questions, {failed} without an answer",
        words::count(asked)
    );
    let bots = match member.heard_ago {
        None => "not hijacked, or never answered".to_owned(),
        Some(ago) if ago <= NOW => "hear their command server".to_owned(),
        Some(ago) => format!("have heard nothing for {} s", ago / 1_000),
    };
    let suspects = words::counted(member.suspects as u64, "line suspected", "lines suspected");
    let _ = writeln!(text, "    bots: {bots}; {suspects}");
}

fn devices(member: &Member) -> String {
    match &member.devices {
        Err(why) => words::tame(why),
        Ok(devices) => {
            let shown = |(name, fault): &(String, Option<String>)| {
                format!("{name}: {}", fault.as_deref().unwrap_or("well"))
            };
            let all: Vec<String> = devices.iter().map(shown).collect();
            words::tame(&all.join("; "))
        }
    }
}

fn standing(held: &Held) -> String {
    match held {
        Held::Staged => "there, and does nothing yet".into(),
        Held::Active { since, .. } => format!("in force since {}", since.exact()),
        Held::Broken => "something of it is missing".into(),
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
