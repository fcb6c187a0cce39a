//! Lays the state of an order out as a page for a terminal, or as lines of what changed.
//!
//! In: an order as the office told it, the size of the terminal. Out: lines that fit. Always: the same
//! order gives the same page; no line is wider than the terminal, or redrawing would tear; the page is
//! not higher than the terminal; time is the office's. Not here: asking, keys, the cursor (`watch`).

use issei_model::{Span, Timestamp};
use issei_text::{Text, format, said};

use super::spread::{Spread, words_of};
use crate::office::control::{MemberView, OrderView, Stands};
use crate::order::short;
use crate::order::speech::{self, deed, ends, stands};
use crate::words::{self, Paint};
use issei_desk::station::{Station, clock};

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
    /// The reader's language.
    pub tongue: Text,
}

impl Frame {
    /// Writes the page.
    pub fn page(&self, view: &OrderView, spread: &Spread) -> Vec<String> {
        let mut page = self.head(view);
        page.push(String::new());
        page.extend(self.members(view));
        page.push(String::new());
        page.push(self.fitted(&in_force(view, spread, self.tongue)));
        let hint = self.fitted(&self.tongue.say("watch-leave"));
        page.push(self.paint.faint(&hint));
        page
    }

    fn head(&self, view: &OrderView) -> Vec<String> {
        let name = short(view.id);
        let state = stands(view.stands, self.tongue);
        let title = said!(
            self.tongue,
            "watch-title",
            name,
            state,
            case = view.order.case
        );
        let title = self.fitted(&title);
        vec![
            self.paint.bold(&title),
            self.fitted(&format!(
                "{}; {}",
                deed(&view.order, self.tongue),
                ends(view, view.now, self.tongue)
            )),
            self.fitted(&moment(view, self.tongue)),
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
            let more = said!(self.tongue, "watch-hidden", n = hidden);
            rows.push(self.fitted(&format!("  … {more}")));
        }
        rows
    }

    fn row(&self, view: &OrderView, member: &MemberView, width: usize) -> String {
        let station = Station::of(member, view.now);
        let name: String = member.member.as_str().chars().take(width).collect();
        let canary = match view.order.canary.contains(&member.member) {
            true => self.tongue.say("watch-canary") + " ",
            false => String::new(),
        };
        let row = format!(
            "  {name:width$} {:>11}  {}  {canary}{}  {}",
            words::count(member.lines),
            track(station, view.now),
            speech::station(station, self.tongue),
            station.more(view.now, self.tongue)
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

    /// Cuts a line so that it fills the terminal at most. Letters outside ASCII may be two wide: in a Japanese
    /// terminal also those that are narrow elsewhere, and a line that is too long would tear the page.
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
fn moment(view: &OrderView, tongue: Text) -> String {
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
            let left = format::span(at.since(view.now), tongue.0);
            said!(tongue, "watch-t-in", at = clock(at), left)
        }
        (Some(at), _) => {
            let gone = format::span(view.now.since(at), tongue.0);
            said!(tongue, "watch-t-ago", at = clock(at), gone)
        }
        (None, Stands::Draft) => tongue.say("watch-draft"),
        (None, Stands::Held) => tongue.say("watch-held"),
        (None, Stands::Ended | Stands::Refused) => tongue.say("watch-never"),
        (None, _) => said!(tongue, "watch-no-t", ready, needed),
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
fn in_force(view: &OrderView, spread: &Spread, tongue: Text) -> String {
    let acting = view
        .members
        .iter()
        .filter(|one| Station::of(one, view.now).acts());
    let lines: u64 = acting.map(|one| one.lines).sum();
    let all: u64 = view.order.participants.iter().map(|one| one.lines).sum();
    let percent = (lines * 100).checked_div(all).unwrap_or(0);
    let (lines, all) = (words::count(lines), words::count(all));
    match spread.span().map(words_of) {
        Some(spread) => said!(tongue, "watch-in-force-spread", lines, all, percent, spread),
        None => said!(tongue, "watch-in-force", lines, all, percent),
    }
}

/// Tells whether any member's rules act, as far as it reported.
pub fn acts_anywhere(view: &OrderView) -> bool {
    view.members
        .iter()
        .any(|one| Station::of(one, view.now).acts())
}

/// Says in lines what changed since the look before; everything at the first.
pub fn changes(before: Option<&OrderView>, view: &OrderView, tongue: Text) -> String {
    let mut text = String::new();
    let now = clock(view.now);
    let mut line = |words: &str| text += &format!("{now} {}\n", words::tame(words));
    if before.is_none_or(|before| before.stands != view.stands) {
        let state = stands(view.stands, tongue);
        line(&said!(tongue, "watch-order", name = short(view.id), state));
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
            let (name, settled) = (speech::station(is, tongue), settled(is, view.now, tongue));
            line(format!("{} {name} {settled}", member.member).trim_end());
        }
    }
    text
}

/// What is said of a station once: a moment instead of a countdown.
fn settled(station: Station, now: Timestamp, tongue: Text) -> String {
    match station {
        Station::Armed(at) => format!("T {}", clock(at)),
        Station::Unread(_) => String::new(),
        other => other.more(now, tongue),
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
