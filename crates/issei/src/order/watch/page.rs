//! Lays the state of an order out as a page for a terminal, or as lines of what changed.
//!
//! In: an order as the office told it, the size of the terminal. Out: lines that fit. Always: the same
//! order gives the same page; no line is wider than the terminal, or redrawing would tear; the page is
//! not higher than the terminal; time is the office's. Not here: asking, keys, the cursor (`watch`).

use issei_model::{Span, Timestamp};

use super::spread::{Spread, words_of};
use crate::office::control::{MemberView, OrderView, Stands};
use crate::order::short;
use crate::order::show::{deed, ends, stands};
use crate::words::{self, Paint};
use issei_desk::station::{Station, clock, countdown};

/// The way to T: so many cells, each so long.
const CELLS: usize = 20;
const CELL: Span = Span::from_millis(500);
/// The widest name of a member that is shown whole.
const WIDEST_NAME: usize = 16;
/// Rows of a page beside those of the members.
const FURNITURE: usize = 8;

/// What a page has to fit into.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Letters in a line.
    pub columns: usize,
    /// Lines of the terminal.
    pub rows: usize,
    /// Colours, or none.
    pub paint: Paint,
}

impl Frame {
    /// Writes the page.
    pub fn page(&self, view: &OrderView, spread: &Spread) -> Vec<String> {
        let mut page = self.head(view);
        page.push(String::new());
        page.extend(self.members(view));
        page.push(String::new());
        page.push(self.fitted(&in_force(view, spread)));
        let hint = self.clipped("q leaves this view; the order goes on");
        page.push(self.paint.faint(&hint));
        page
    }

    fn head(&self, view: &OrderView) -> Vec<String> {
        let name = short(view.id);
        let title = format!(
            "order {name}  {}  case {}",
            stands(view.stands),
            view.order.case
        );
        let title = self.fitted(&title);
        vec![
            self.paint.bold(&title),
            self.fitted(&format!(
                "{}; {}",
                deed(&view.order),
                ends(&view.order, view.now)
            )),
            self.fitted(&moment(view)),
        ]
    }

    /// One row for each member; those for which there is no room are counted.
    fn members(&self, view: &OrderView) -> Vec<String> {
        let width = view
            .members
            .iter()
            .map(|one| one.member.as_str().len())
            .max();
        let width = width.unwrap_or(0).min(WIDEST_NAME);
        let room = self.rows.saturating_sub(FURNITURE).max(1);
        let shown = match view.members.len() > room {
            true => room - 1,
            false => view.members.len(),
        };
        let row = |member: &MemberView| self.row(view, member, width);
        let mut rows: Vec<String> = view.members.iter().take(shown).map(row).collect();
        if shown < view.members.len() {
            let hidden = view.members.len() - shown;
            rows.push(self.fitted(&format!(
                "  … and {hidden} more; widen the terminal to see them"
            )));
        }
        rows
    }

    fn row(&self, view: &OrderView, member: &MemberView, width: usize) -> String {
        let station = Station::of(member, view.now);
        let name: String = member.member.as_str().chars().take(width).collect();
        let canary = match view.order.canary.contains(&member.member) {
            true => "canary ",
            false => "",
        };
        let row = format!(
            "  {name:width$} {:>11}  {}  {canary}{}  {}",
            words::grouped(member.lines),
            track(station, view.now),
            station.name(),
            station.more(view.now)
        );
        let row = self.clipped(row.trim_end());
        match station {
            Station::InForce { well: true, .. } => self.paint.bold(&row),
            Station::Refused(_) | Station::Left(_) | Station::Lifted(_) => self.paint.faint(&row),
            _ => row,
        }
    }

    fn fitted(&self, text: &str) -> String {
        self.clipped(&words::tame(text))
    }

    /// Cuts a line so that it fills the terminal at most. Letters outside ASCII may be two wide.
    fn clipped(&self, text: &str) -> String {
        let mut filled = 0;
        let fits = |letter: &char| {
            filled += if letter.is_ascii() { 1 } else { 2 };
            filled <= self.columns
        };
        text.chars().take_while(fits).collect()
    }
}

/// Says when T is, or what it waits for.
fn moment(view: &OrderView) -> String {
    let staged: u64 = view
        .members
        .iter()
        .filter(|one| is_ready(one, view.now))
        .map(|one| one.lines)
        .sum();
    let all: u64 = view.order.participants.iter().map(|one| one.lines).sum();
    let ready = (staged * 100).checked_div(all).unwrap_or(0);
    let needed = view.order.quorum_percent;
    match (next(view), view.stands) {
        (Some(at), _) if view.now < at => {
            format!("T {} UTC, in {}", clock(at), countdown(at.since(view.now)))
        }
        (Some(at), _) => format!("T {} UTC, {} ago", clock(at), countdown(view.now.since(at))),
        (None, Stands::Draft) => "people read and sign it; no member knows of it yet".into(),
        (None, Stands::Held) => "held; `issei order arm` lets it go once people approved".into(),
        (None, Stands::Ended | Stands::Refused) => "T never came".into(),
        (None, _) => format!("no T yet: {ready} % of the lines are staged, {needed} % are needed"),
    }
}

fn is_ready(member: &MemberView, now: Timestamp) -> bool {
    use Station::{Armed, InForce, Staged, Unread};
    matches!(
        Station::of(member, now),
        Staged | Armed(_) | Unread(_) | InForce { .. }
    )
}

/// The moment that is counted down to: the nearest to come, else the last that passed.
fn next(view: &OrderView) -> Option<Timestamp> {
    let moments = || view.members.iter().filter_map(|one| one.fires_at);
    let to_come = moments().filter(|at| *at > view.now).min();
    to_come.or_else(|| moments().max())
}

/// Draws the way to T: a marker that moves a cell every half second, and has arrived when the rules
/// were read back.
fn track(station: Station, now: Timestamp) -> String {
    let (before, mark) = match station {
        Station::Preparing | Station::Staged => return format!("{}|", ".".repeat(CELLS)),
        Station::Refused(_) | Station::Left(_) | Station::Lifted(_) => {
            return " ".repeat(CELLS + 1);
        }
        Station::Armed(at) => (passed(at.since(now)), ">"),
        Station::Unread(_) => (CELLS - 1, "?"),
        Station::InForce { .. } => return format!("{}|", "=".repeat(CELLS)),
    };
    let after = ".".repeat(CELLS - 1 - before);
    format!("{}{mark}{after}|", "-".repeat(before))
}

/// Cells that are passed when so much time is left.
fn passed(left: Span) -> usize {
    let cells = left.as_micros().max(0) / CELL.as_micros();
    (CELLS - 1).saturating_sub(usize::try_from(cells).unwrap_or(CELLS))
}

/// Sums up where it acts.
fn in_force(view: &OrderView, spread: &Spread) -> String {
    let acting = view
        .members
        .iter()
        .filter(|one| Station::of(one, view.now).acts());
    let lines: u64 = acting.map(|one| one.lines).sum();
    let all: u64 = view.order.participants.iter().map(|one| one.lines).sum();
    let percent = (lines * 100).checked_div(all).unwrap_or(0);
    let (lines, all) = (words::grouped(lines), words::grouped(all));
    let spread = spread
        .span()
        .map(|span| format!("; spread {}", words_of(span)));
    format!(
        "in force for {lines} of {all} lines ({percent} %){}",
        spread.unwrap_or_default()
    )
}

/// Tells whether any member's rules act, as far as it reported.
pub fn acts_anywhere(view: &OrderView) -> bool {
    view.members
        .iter()
        .any(|one| Station::of(one, view.now).acts())
}

/// Says in lines what changed since the look before; everything at the first.
pub fn changes(before: Option<&OrderView>, view: &OrderView) -> String {
    let mut text = String::new();
    let now = clock(view.now);
    let mut line = |words: &str| text += &format!("{now} {}\n", words::tame(words));
    if before.is_none_or(|before| before.stands != view.stands) {
        line(&format!("order {} {}", short(view.id), stands(view.stands)));
    }
    for member in &view.members {
        let old = before.and_then(|before| {
            before
                .members
                .iter()
                .find(|one| one.member == member.member)
        });
        let was = before
            .zip(old)
            .map(|(before, old)| Station::of(old, before.now));
        let is = Station::of(member, view.now);
        if was != Some(is) {
            line(format!("{} {} {}", member.member, is.name(), settled(is, view.now)).trim_end());
        }
    }
    text
}

/// What is said of a station once: a moment instead of a countdown.
fn settled(station: Station, now: Timestamp) -> String {
    match station {
        Station::Armed(at) => format!("T {}", clock(at)),
        Station::Unread(_) => String::new(),
        other => other.more(now),
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
