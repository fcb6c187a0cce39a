//! How far apart the members fired: what *all at once* came to.
//!
//! In: what the office knows, look by look. Out: the first and the last moment of effect, their
//! distance, and the share of lines. Always: only what members read back counts; the canary fires
//! before T by design and is not part of the spread; a moment once seen is kept, although a member that
//! lifted does not tell it any more.

use std::collections::BTreeMap;

use issei_model::{OrganisationId, Span, Timestamp};
use issei_text::{Text, key, said};

use crate::office::control::{MemberView, OrderView};
use crate::words;
use issei_desk::station::offset;

/// The moments of effect seen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    fired: BTreeMap<OrganisationId, Fired>,
    lines: u64,
    all_lines: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fired {
    at: Timestamp,
    due: Option<Timestamp>,
    is_canary: bool,
}

impl Spread {
    /// Takes what is known now.
    pub fn note(&mut self, view: &OrderView) {
        let order = &view.order;
        self.all_lines = order.participants.iter().map(|one| one.lines).sum();
        for member in &view.members {
            let MemberView {
                fires_at, effect, ..
            } = *member;
            let Some(at) = effect else { continue };
            let fired = Fired {
                at,
                due: fires_at,
                is_canary: order.canary.contains(&member.member),
            };
            if self.fired.insert(member.member.clone(), fired).is_none() {
                self.lines += member.lines;
            }
        }
    }

    /// Tells the first and the last that fired at T, the canary left out.
    fn ends(&self) -> Option<(Named<'_>, Named<'_>)> {
        let rest = || self.fired.iter().filter(|(_, fired)| !fired.is_canary);
        let first = rest().min_by_key(|(_, fired)| fired.at)?;
        let last = rest().max_by_key(|(_, fired)| fired.at)?;
        Some((first, last))
    }

    /// Tells the distance between the first and the last.
    pub fn span(&self) -> Option<Span> {
        self.ends()
            .map(|((_, first), (_, last))| last.at.since(first.at))
    }

    /// Tells the share of the lines whose member came in force, in hundredths.
    pub fn percent(&self) -> u64 {
        (self.lines * 100).checked_div(self.all_lines).unwrap_or(0)
    }
}

type Named<'a> = (&'a OrganisationId, &'a Fired);

impl Spread {
    /// Says what it came to.
    pub fn words(&self, tongue: Text) -> String {
        if self.fired.is_empty() {
            return tongue.say("spread-nowhere");
        }
        let members = words::tally(tongue, key!("count-members"), self.fired.len() as u64);
        let lines = words::count(self.lines);
        let reach = said!(
            tongue,
            "spread-reach",
            members,
            lines,
            percent = self.percent()
        );
        let Some(((first, at), (last, until))) = self.ends() else {
            return said!(tongue, "spread-canary-only", reach);
        };
        let span = words_of(until.at.since(at.at));
        let first = format!("{first}{}", from_t(*at));
        let last = format!("{last}{}", from_t(*until));
        let span = said!(tongue, "spread-span", span);
        let ends = said!(tongue, "spread-ends", first, last);
        format!("{reach}\n{span}\n  {ends}")
    }
}

fn from_t(fired: Fired) -> String {
    fired.due.map_or(String::new(), |due| {
        format!(" T{}", offset(fired.at.since(due)))
    })
}

/// Writes a spread in milliseconds.
pub fn words_of(span: Span) -> String {
    offset(span).trim_start_matches('+').to_owned()
}

#[cfg(test)]
#[path = "spread_tests.rs"]
mod tests;
