//! A lab on one page: who runs, what is held, what passes.
//!
//! In: what processes, enforcers, offices and people tell. Out: words. Not here: asking them (`look`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use issei_model::OrderId;
use issei_text::{Text, key, said};

use super::actors::Asked;
use super::down::Ended;
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
pub fn page(seen: &Page, tongue: Text) -> String {
    let (folder, name) = &seen.place;
    let mut text = said!(tongue, "lab-place", name, folder) + "\n";
    let dead: Vec<&str> = seen
        .workers
        .iter()
        .filter(|(_, lives)| !**lives)
        .map(|(role, _)| role.as_str())
        .collect();
    let alive = (seen.workers.len() - dead.len()) as u64;
    let mut fact = |said: String| {
        let _ = writeln!(text, "  {said}");
    };
    fact(words::tally(tongue, key!("lab-processes"), alive));
    if !dead.is_empty() {
        fact(said!(tongue, "lab-ended", roles = dead.join(", ")));
    }
    if !seen.broken.is_empty() {
        let links = seen.broken.join(", ");
        fact(said!(tongue, "lab-links-down", links));
    }
    for member in &seen.members {
        row(&mut text, member, tongue);
    }
    text
}

/// Says what was ended.
pub fn gone(ended: &Ended, tongue: Text) -> String {
    let count = |key, number: usize| words::tally(tongue, key, number as u64);
    let processes = count(key!("lab-down-processes"), ended.processes);
    let namespaces = count(key!("lab-down-namespaces"), ended.namespaces);
    said!(tongue, "lab-down", processes, namespaces)
}

fn row(text: &mut String, member: &Member, tongue: Text) {
    let _ = writeln!(text, "{}  {}", member.name, devices(member, tongue));
    let mut fact = |said: String| {
        let _ = writeln!(text, "    {said}");
    };
    for (order, held) in &member.held {
        let order = &order.to_string()[..8];
        let held = standing(held, tongue);
        fact(said!(tongue, "lab-held-order", order, held));
    }
    let Asked { asked, failed } = member.users;
    let asked = words::count(asked);
    fact(said!(tongue, "lab-users", asked, failed));
    let hear = match member.heard_ago {
        None => tongue.say("lab-bots-none"),
        Some(ago) if ago <= NOW => tongue.say("lab-bots-hear"),
        Some(ago) => said!(tongue, "lab-bots-silent", seconds = ago / 1_000),
    };
    let suspected = words::tally(tongue, key!("lab-suspected"), member.suspects as u64);
    fact(said!(tongue, "lab-bots", hear, suspected));
}

fn devices(member: &Member, tongue: Text) -> String {
    match &member.devices {
        Err(why) => words::tame(why),
        Ok(devices) => {
            let shown = |(name, fault): &(String, Option<String>)| match fault {
                Some(fault) => format!("{name}: {fault}"),
                None => format!("{name}: {}", tongue.say("enforcer-well")),
            };
            let all: Vec<String> = devices.iter().map(shown).collect();
            words::tame(&all.join("; "))
        }
    }
}

fn standing(held: &Held, tongue: Text) -> String {
    match held {
        Held::Staged => tongue.say("lab-held-staged"),
        Held::Active { since, .. } => {
            said!(tongue, "lab-held-active", since = since.exact())
        }
        Held::Broken => tongue.say("lab-held-broken"),
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
