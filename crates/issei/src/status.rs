//! `issei status`: one page for whoever has the duty; `issei reload`: the office reads its files again.
//!
//! In: what the office tells of itself, its orders, its charter. Out: a page; what needs a person comes
//! first, each with the next step. Not here: metrics (`collect`).

use std::fmt::Write as _;

use issei_host::{clock, rehearsal};
use issei_model::{Digest, Language, Span, Timestamp};
use issei_text::{Text, columns, format, key, said};
use issei_window::rows;
use issei_window::shapes::StatusShape;

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::{Here, StatusOf};
use crate::office::control::{Ask, BROKEN_GATE, OrderView, Reply, Review, Stands, Status};
use crate::order::{all, lined_up, short};
use crate::{keys, words};

/// Shows the page.
///
/// # Errors
/// If no office answers; then it is said whether the kill switch is on.
pub fn run(options: &StatusOf, language: Language) -> Result<u8, Failure> {
    let folder = caller::folder(&options.at)?;
    let mut caller = match Caller::open(&options.at, language) {
        Ok(caller) => caller,
        Err(failure) => {
            if rehearsal::is_stopped(&folder.device()) {
                let said = Text(language).say("status-stopped-only");
                caller::say(&format!("{said}\n"))?;
            }
            return Err(failure);
        }
    };
    let status = match caller.ask(&Ask::Status)? {
        Reply::Status(status) => *status,
        other => return Err(caller::astray(&other)),
    };
    let offered = match caller.ask(&Ask::Charter)? {
        Reply::Charter { offered, .. } => offered.map(|(digest, _)| digest),
        other => return Err(caller::astray(&other)),
    };
    if options.json {
        let (orders, coordinates) = (all(&mut caller)?, folder.settings()?.member.is_none());
        let in_force = orders.iter().filter(|view| view.acts()).count();
        let at = clock::now().to_string();
        let shape = StatusShape::of(&status, coordinates, in_force, at);
        caller::say(&rows::document(&shape))?;
        return Ok(code::DONE);
    }
    let duty = Duty {
        is_member: folder.settings()?.member.is_some(),
        status,
        offered,
        orders: all(&mut caller)?,
        now: clock::now(),
        tongue: Text(language),
    };
    caller::say(&duty.page())?;
    Ok(code::DONE)
}

/// Makes the office read its lists and settings again, as SIGHUP does, and says what came of it.
///
/// # Errors
/// If no office answers, or what it read does not hold; then it goes on as before.
pub fn reload(options: &Here, language: Language) -> Result<u8, Failure> {
    Caller::open(&options.at, language)?.bid(&Ask::Reload)?;
    Ok(code::DONE)
}

/// What a person on duty has to know.
struct Duty {
    is_member: bool,
    status: Status,
    offered: Option<Digest>,
    orders: Vec<OrderView>,
    now: Timestamp,
    tongue: Text,
}

impl Duty {
    fn page(&self) -> String {
        let (office, now) = (&self.status.office, words::second(self.now));
        let mut text = match self.is_member {
            true => said!(self.tongue, "status-member", office, now),
            false => said!(self.tongue, "status-coordinator", office, now),
        };
        text.push('\n');
        for call in self.calls() {
            let _ = writeln!(text, "  ! {call}");
        }
        text += &self.facts();
        let alive = |view: &&OrderView| view.stands != Stands::Ended;
        let alive: Vec<OrderView> = self.orders.iter().filter(alive).cloned().collect();
        text += &match alive.is_empty() {
            true => self.tongue.say("order-none"),
            false => self.tongue.say("status-orders"),
        };
        text.push('\n');
        for line in lined_up(&alive, self.tongue).lines() {
            let _ = writeln!(text, "  {line}");
        }
        text + &self.losses()
    }

    /// What needs a person, with the next step.
    fn calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        if self.status.stopped {
            calls.push(self.tongue.say("status-stopped"));
        }
        if !self.status.current {
            calls.push(match self.is_member {
                true => self.tongue.say("status-log-behind"),
                false => self.tongue.say("status-witnesses-few"),
            });
        }
        calls.extend(self.status.alarms.iter().map(|alarm| words::tame(alarm)));
        if let Some(digest) = self.offered {
            let aloud = keys::aloud(&digest.0);
            calls.push(said!(self.tongue, "status-charter-offered", aloud));
        }
        let broken = self.status.counts.get(BROKEN_GATE).copied().unwrap_or(0);
        if broken > 0 {
            let n = words::count(broken);
            calls.push(said!(self.tongue, "status-gate-broke", n));
        }
        let mut awaiting: Vec<_> = self
            .orders
            .iter()
            .filter(|view| view.awaits().is_some())
            .collect();
        awaiting.sort_by_key(|view| view.ends());
        for view in awaiting.into_iter().take(SHOWN) {
            let (order, at) = (short(view.id), words::second(view.ends()));
            calls.push(said!(self.tongue, "status-awaits", order, at));
        }
        calls.extend(self.reviews());
        let waiting = |view: &&OrderView| matches!(view.stands, Stands::Draft | Stands::Held);
        let drafts = self.orders.iter().filter(waiting).count() as u64;
        if drafts > 0 {
            calls.push(words::tally(self.tongue, key!("status-drafts"), drafts));
        }
        calls
    }

    /// Orders whose review is due or over: the most urgent first, and not more than can be read.
    fn reviews(&self) -> Vec<String> {
        let due = |one: &&Review| one.by <= self.now + REVIEWED_AHEAD;
        let mut due: Vec<&Review> = self.status.reviews.iter().filter(due).collect();
        due.sort_by_key(|one| one.by);
        let mut calls: Vec<String> = due.iter().take(SHOWN).map(|one| self.review(one)).collect();
        if let Some(more) = due.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            calls.push(said!(self.tongue, "status-reviews-more", more));
        }
        calls
    }

    fn review(&self, one: &Review) -> String {
        let (order, by) = (short(one.order), words::second(one.by));
        let (ground, case) = (words::tame(&one.ground), words::tame(&one.case));
        match one.by <= self.now {
            true => said!(self.tongue, "status-review-over", by, order, ground, case),
            false => said!(self.tongue, "status-review-due", by, order, ground, case),
        }
    }

    fn facts(&self) -> String {
        let status = &self.status;
        let tongue = self.tongue;
        let mut text = String::new();
        let mut fact = |name: &'static str, value: &str| {
            text += &format!("  {} {value}\n", columns::left(&tongue.say(name), 10));
        };
        let entries = words::tally(tongue, key!("count-entries"), status.entries);
        let log = tongue.say(match (self.is_member, status.current) {
            (true, true) => key!("status-log-read"),
            (true, false) => key!("status-log-unread"),
            (false, true) => key!("status-log-witnessed"),
            (false, false) => key!("status-log-unwitnessed"),
        });
        fact(
            key!("status-log"),
            &said!(tongue, "status-log-is", entries, log),
        );
        if let Some(error) = status.clock_error {
            let told = match error < A_DAY {
                true => said!(
                    tongue,
                    "status-clock-within",
                    error = format::lasting(error, tongue.0)
                ),
                false => tongue.say("status-clock-unset"),
            };
            fact(key!("status-clock"), &told);
        }
        fact(key!("status-charter"), &keys::aloud(&status.charter.0));
        if !self.is_member {
            let members = words::tally(tongue, key!("count-members"), status.connected as u64);
            fact(key!("status-connected"), &members);
        }
        let orders = words::tally(tongue, key!("count-orders"), status.alive as u64);
        fact(key!("status-alive"), &orders);
        text
    }

    /// What was refused or lost; what never happened is left out.
    fn losses(&self) -> String {
        let happened = self.status.counts.iter().filter(|(_, count)| **count > 0);
        let lines: Vec<String> = happened
            .map(|(kind, count)| format!("  {:>9}  {}\n", words::count(*count), words::tame(kind)))
            .collect();
        match lines.is_empty() {
            true => format!("{}\n", self.tongue.say("status-nothing-lost")),
            false => format!("{}\n{}", self.tongue.say("status-counted"), lines.concat()),
        }
    }
}

/// How long before its end a review is called for.
const REVIEWED_AHEAD: Span = Span::from_secs(86_400);

/// Reviews that are named one by one.
const SHOWN: usize = 5;

/// A clock that may be off by more is set by nobody.
const A_DAY: Span = Span::from_secs(86_400);

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
