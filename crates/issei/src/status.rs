//! `issei status`: one page for whoever has the duty.
//!
//! In: what the office tells of itself, its orders, its charter. Out: a page; what needs a person comes
//! first, each with the next step. Not here: metrics (`collect`).

use std::fmt::Write as _;

use issei_host::{clock, rehearsal};
use issei_model::{Digest, Span, Timestamp};

use crate::caller::{self, Caller};
use crate::code::{self, Failure};
use crate::command_line::Here;
use crate::office::control::{Ask, BROKEN_GATE, OrderView, Reply, Review, Stands, Status};
use crate::order::{all, lined_up, short};
use crate::{keys, words};

/// Shows the page.
///
/// # Errors
/// If no office answers; then it is said whether the kill switch is on.
pub fn run(options: &Here) -> Result<u8, Failure> {
    let folder = caller::folder(&options.at)?;
    let mut caller = match Caller::open(&options.at) {
        Ok(caller) => caller,
        Err(failure) => {
            if rehearsal::is_stopped(&folder.device()) {
                caller::say("the kill switch is on; nothing is in force here\n")?;
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
    let duty = Duty {
        is_member: folder.settings()?.member.is_some(),
        status,
        offered,
        orders: all(&mut caller)?,
        now: clock::now(),
    };
    caller::say(&duty.page())?;
    Ok(code::DONE)
}

/// What a person on duty has to know.
struct Duty {
    is_member: bool,
    status: Status,
    offered: Option<Digest>,
    orders: Vec<OrderView>,
    now: Timestamp,
}

impl Duty {
    fn page(&self) -> String {
        let role = if self.is_member {
            "a member"
        } else {
            "the coordinator"
        };
        let now = words::second(self.now);
        let mut text = format!("{}, {role}; {now} UTC\n", self.status.office);
        for call in self.calls() {
            let _ = writeln!(text, "  ! {call}");
        }
        text += &self.facts();
        let alive = |view: &&OrderView| view.stands != Stands::Ended;
        let alive: Vec<OrderView> = self.orders.iter().filter(alive).cloned().collect();
        text += if alive.is_empty() {
            "no orders, and no drafts\n"
        } else {
            "orders and drafts\n"
        };
        for line in lined_up(&alive).lines() {
            let _ = writeln!(text, "  {line}");
        }
        text + &self.losses()
    }

    /// What needs a person, with the next step.
    fn calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        if self.status.stopped {
            calls.push("the kill switch is on; `issei resume` takes part again".to_owned());
        }
        if !self.status.current {
            calls.push(match self.is_member {
                true => "the log is not read to its end: nothing new comes into force; look at the line to the coordinator".into(),
                false => "too few members witness the log: nothing new is decided; look at the members' lines".to_owned(),
            });
        }
        calls.extend(self.status.alarms.iter().map(|alarm| words::tame(alarm)));
        if let Some(digest) = self.offered {
            let aloud = keys::aloud(&digest.0);
            calls.push(format!(
                "another charter is offered ({aloud}); `issei enrol review` shows it"
            ));
        }
        let broken = self.status.counts.get(BROKEN_GATE).copied().unwrap_or(0);
        if broken > 0 {
            let broken = words::counted(broken, "time", "times");
            calls.push(format!(
                "a gate broke {broken} since the start, and said no; the office's diary tells which: mend the own pack, and send SIGHUP to read it again"
            ));
        }
        calls.extend(self.reviews());
        let waiting = |view: &&OrderView| matches!(view.stands, Stands::Draft | Stands::Held);
        let drafts = self.orders.iter().filter(waiting).count() as u64;
        if drafts > 0 {
            let drafts = words::counted(drafts, "draft waits", "drafts wait");
            calls.push(format!(
                "{drafts} for people; `issei order show`, `issei order approve`"
            ));
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
            calls.push(format!("{more} more reviews are due; `issei case list`"));
        }
        calls
    }

    fn review(&self, one: &Review) -> String {
        let (order, by) = (short(one.order), words::second(one.by));
        let due = match one.by <= self.now {
            true => format!("over since {by} UTC"),
            false => format!("due by {by} UTC"),
        };
        format!(
            "review {due}: order {order} on ground {}; look at it with counsel, then `issei case close {}`",
            words::tame(&one.ground),
            words::tame(&one.case)
        )
    }

    fn facts(&self) -> String {
        let status = &self.status;
        let entries = words::counted(status.entries, "entry", "entries");
        let log = match (self.is_member, status.current) {
            (true, true) => "read to the end",
            (true, false) => "not read to the end",
            (false, true) => "witnessed",
            (false, false) => "not witnessed lately",
        };
        let mut text = format!("  log        {entries}, {log}\n");
        if let Some(error) = status.clock_error {
            let told = match error < A_DAY {
                true => format!("within {error}"),
                false => "nobody sets it: no cut begins here; set up chrony, or state `clock_error_ms` in settings.toml".into(),
            };
            let _ = writeln!(text, "  clock      {told}");
        }
        let _ = writeln!(text, "  charter    {}", keys::aloud(&status.charter.0));
        if !self.is_member {
            let members = words::counted(status.connected as u64, "member", "members");
            let _ = writeln!(text, "  connected  {members}");
        }
        let _ = writeln!(
            text,
            "  alive      {}",
            words::counted(status.alive as u64, "order", "orders")
        );
        text
    }

    /// What was refused or lost; what never happened is left out.
    fn losses(&self) -> String {
        let happened = self.status.counts.iter().filter(|(_, count)| **count > 0);
        let lines: Vec<String> = happened
            .map(|(kind, count)| {
                format!("  {:>9}  {}\n", words::grouped(*count), words::tame(kind))
            })
            .collect();
        match lines.is_empty() {
            true => "nothing was refused or lost\n".into(),
            false => format!("counted since the start\n{}", lines.concat()),
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
