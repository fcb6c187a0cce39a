//! Lays the office out on a terminal's screen.
//!
//! In: what the office told, the time. Out: one frame. Always: foreign text is tamed; what needs a person comes
//! first; on a small screen the lower parts go first. Not here: keys (`top`).

use std::collections::{BTreeMap, BTreeSet};

use issei_desk::sensors::{Sensor, SensorsView};
use issei_desk::station::Station;
use issei_model::{Goal, OrderId, OrganisationId, Timestamp};
use issei_text::{Text, format, key, said};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Row, Table, TableState};

use crate::office::control::{OrderView, Reported, Stands, Status};
use crate::order::{self, deed, short, stands};
use crate::words;

/// A goal, and how many members name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    goal: Goal,
    members: usize,
    findings: usize,
}

impl Found {
    /// Gathers findings by goal; what most members name comes first.
    pub fn gathered(all: &[Reported]) -> Vec<Self> {
        let mut by_goal: BTreeMap<&Goal, (BTreeSet<&OrganisationId>, usize)> = BTreeMap::new();
        for one in all {
            let (members, findings) = by_goal.entry(&one.goal).or_default();
            members.insert(&one.evidence.source);
            *findings += 1;
        }
        let mut found: Vec<Self> = by_goal
            .into_iter()
            .map(|(goal, (members, findings))| Self {
                goal: goal.clone(),
                members: members.len(),
                findings,
            })
            .collect();
        found.sort_by_key(|one| std::cmp::Reverse((one.members, one.findings)));
        found.truncate(MOST_FOUND);
        found
    }
}

/// Goals that are kept for the screen.
const MOST_FOUND: usize = 50;

/// One look.
pub struct Screen<'a> {
    /// How the office stands.
    pub status: &'a Status,
    /// Its orders, in the order of their rows.
    pub orders: &'a [OrderView],
    /// Cases that wait for a person.
    pub waiting: usize,
    /// What members found.
    pub found: &'a [Found],
    /// Who sends records here; none at a coordinator.
    pub sensors: Option<&'a SensorsView>,
    /// The order under the cursor.
    pub chosen: Option<OrderId>,
    /// What is asked once more.
    pub doubt: Option<String>,
    /// What was said last.
    pub said: Option<&'a str>,
    /// The time.
    pub now: Timestamp,
    /// The reader's language.
    pub tongue: Text,
}

impl Screen<'_> {
    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let calls = self.calls();
        let call_rows = u16::try_from(calls.len()).unwrap_or(u16::MAX).min(4);
        let chosen = self.orders.iter().find(|view| Some(view.id) == self.chosen);
        let members = chosen.map_or(0, |view| view.members.len().max(1));
        let parts = Layout::vertical([
            Constraint::Length(2),
            Constraint::Length(call_rows),
            Constraint::Min(4),
            Constraint::Length(u16::try_from(members + 3).unwrap_or(u16::MAX).min(14)),
            Constraint::Length(u16::try_from(self.below() + 3).unwrap_or(u16::MAX).min(7)),
            Constraint::Length(1),
        ]);
        let [head, call, orders, moving, found, foot] = parts.areas(frame.area());
        frame.render_widget(Paragraph::new(self.head()), head);
        frame.render_widget(Paragraph::new(calls), call);
        self.orders(frame, orders);
        self.members(frame, moving, chosen);
        match self.sensors {
            Some(view) => self.sensors(frame, found, view),
            None => self.found(frame, found),
        }
        frame.render_widget(Paragraph::new(self.foot()), foot);
    }

    /// Rows of the lowest part.
    fn below(&self) -> usize {
        let told = |view: &SensorsView| view.now.as_ref().map_or(0, |now| now.sensors.len());
        self.sensors.map_or(self.found.len(), told)
    }

    /// Who sends records to the collector beside this office.
    fn sensors(&self, frame: &mut Frame<'_>, area: Rect, view: &SensorsView) {
        let sensors = view.now.iter().flat_map(|now| &now.sensors);
        let row = |one: &Sensor| {
            let rate = view.rate(one).map_or_else(String::new, |rate| {
                let n = words::count(rate.round() as u64);
                said!(self.tongue, "top-rate", n)
            });
            let since = self.lasting(self.now.since(one.last));
            Row::new([
                words::tame(&format!("{} ({})", one.name, one.domain)),
                words::tally(self.tongue, key!("count-records"), one.records),
                rate,
                said!(self.tongue, "top-lost", n = words::count(one.lost)),
                said!(self.tongue, "top-last", since),
            ])
        };
        let widths = [
            Constraint::Length(30),
            Constraint::Length(22),
            Constraint::Length(12),
            Constraint::Length(16),
            Constraint::Fill(1),
        ];
        let title = match &view.now {
            Some(now) if !view.is_fresh(self.now) => {
                let since = self.lasting(self.now.since(now.at));
                said!(self.tongue, "top-exporters-old", since)
            }
            _ => self.tongue.say("top-exporters"),
        };
        let table = Table::new(sensors.map(row), widths);
        frame.render_widget(table.block(titled(&title)), area);
        if self.below() == 0 {
            inside(frame, area, self.tongue.say("top-no-collector"));
        }
    }

    fn head(&self) -> Vec<Line<'static>> {
        let status = self.status;
        let acting = self.orders.iter().filter(|view| view.acts()).count();
        let alive = self.orders.iter().filter(|view| view.is_alive());
        let next = alive.map(OrderView::ends).min();
        let cuts = words::tally(self.tongue, key!("top-cuts"), acting as u64);
        let ends = match next {
            Some(at) => {
                let left = self.lasting(at.since(self.now));
                format!(" · {}", said!(self.tongue, "top-next-end", left))
            }
            None => String::new(),
        };
        let style = match acting {
            0 => Style::new(),
            _ => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        let current = self.tongue.say(match status.current {
            true => key!("top-log-current"),
            false => key!("top-log-behind"),
        });
        vec![
            Line::from(vec![
                Span::styled(format!(" {cuts}{ends} "), style),
                Span::raw(format!(
                    "  {}  {} UTC",
                    status.office,
                    words::second(self.now)
                )),
            ]),
            Line::from(format!(
                " {} · {current} · {}{}",
                said!(self.tongue, "top-connected", n = status.connected),
                said!(self.tongue, "top-entries", n = words::count(status.entries)),
                match status.stopped {
                    true => format!(" · {}", self.tongue.say("top-stopped")),
                    false => String::new(),
                }
            )),
        ]
    }

    /// What needs a person.
    fn calls(&self) -> Vec<Line<'static>> {
        let mut calls: Vec<String> = self
            .status
            .alarms
            .iter()
            .map(|one| words::tame(one))
            .collect();
        let mut awaiting: Vec<_> = self
            .orders
            .iter()
            .filter(|view| view.awaits().is_some())
            .collect();
        awaiting.sort_by_key(|view| view.ends());
        for view in awaiting {
            let left = self.lasting(view.ends().since(self.now));
            let order = short(view.id);
            calls.push(said!(self.tongue, "top-awaits", order, left));
        }
        let drafts = self
            .orders
            .iter()
            .filter(|view| view.stands == Stands::Draft);
        for view in drafts {
            let left = self.lasting(view.order.fire_before.since(self.now));
            let order = short(view.id);
            calls.push(said!(self.tongue, "top-draft-waits", order, left));
        }
        if self.waiting > 0 {
            calls.push(words::tally(
                self.tongue,
                key!("top-cases-wait"),
                self.waiting as u64,
            ));
        }
        calls
            .into_iter()
            .map(|call| Line::from(format!(" ! {call}")))
            .collect()
    }

    fn orders(&self, frame: &mut Frame<'_>, area: Rect) {
        let row = |view: &OrderView| {
            Row::new([
                short(view.id),
                named(view, self.tongue),
                crate::order::ends(view, self.now, self.tongue),
                words::tame(&view.order.case),
                words::tame(&deed(&view.order, self.tongue)),
            ])
        };
        let widths = [
            Constraint::Length(12),
            Constraint::Length(10),
            Constraint::Length(28),
            Constraint::Length(20),
            Constraint::Fill(1),
        ];
        let table = Table::new(self.orders.iter().map(row), widths)
            .header(
                Row::new(HEADS.map(|head| self.tongue.say(head)))
                    .style(Style::new().add_modifier(Modifier::UNDERLINED)),
            )
            .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
            .block(titled(&self.tongue.say("top-orders")));
        let chosen = self
            .orders
            .iter()
            .position(|view| Some(view.id) == self.chosen);
        let mut at = TableState::new().with_selected(chosen);
        frame.render_stateful_widget(table, area, &mut at);
        if self.orders.is_empty() {
            inside(frame, area, self.tongue.say("top-no-orders"));
        }
    }

    fn members(&self, frame: &mut Frame<'_>, area: Rect, chosen: Option<&OrderView>) {
        let block = titled(&self.tongue.say("top-members"));
        let Some(view) = chosen else {
            return frame.render_widget(block, area);
        };
        let row = |member: &issei_desk::MemberView| {
            let station = Station::of(member, view.now);
            Row::new([
                member.member.to_string(),
                words::count(member.lines),
                order::station(station, self.tongue),
                station.more(view.now, self.tongue),
            ])
        };
        let widths = [
            Constraint::Length(20),
            Constraint::Length(14),
            Constraint::Length(22),
            Constraint::Fill(1),
        ];
        frame.render_widget(
            Table::new(view.members.iter().map(row), widths).block(block),
            area,
        );
        if view.members.is_empty() {
            inside(frame, area, self.tongue.say("top-not-asked"));
        }
    }

    fn found(&self, frame: &mut Frame<'_>, area: Rect) {
        let row = |one: &Found| {
            Row::new([
                one.goal.to_string(),
                words::tally(self.tongue, key!("count-members"), one.members as u64),
                words::tally(self.tongue, key!("top-count-findings"), one.findings as u64),
            ])
        };
        let widths = [
            Constraint::Length(40),
            Constraint::Length(14),
            Constraint::Fill(1),
        ];
        let table = Table::new(self.found.iter().map(row), widths);
        let block = titled(&self.tongue.say("top-findings"));
        frame.render_widget(table.block(block), area);
        if self.found.is_empty() {
            inside(frame, area, self.tongue.say("top-no-findings"));
        }
    }

    /// Writes what is counted down or up.
    fn lasting(&self, span: issei_model::Span) -> String {
        format::span(span, self.tongue.0)
    }

    fn foot(&self) -> Line<'static> {
        match (&self.doubt, self.said) {
            (Some(question), _) => Line::from(format!(" {question}"))
                .style(Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)),
            (None, Some(said)) => Line::from(format!(" {said}")),
            (None, None) => Line::from(format!(" {}", self.tongue.say("top-keys"))),
        }
    }
}

/// Where an order stands, in a word.
fn named(view: &OrderView, tongue: Text) -> String {
    match view.acts() {
        true => stands(Stands::InForce, tongue),
        false => stands(view.stands, tongue),
    }
}

/// The heads of the orders' columns.
const HEADS: [&str; 5] = [
    key!("top-head-order"),
    key!("top-head-state"),
    key!("top-head-end"),
    key!("top-head-case"),
    key!("top-head-what"),
];

/// A frame with a title.
fn titled(title: &str) -> Block<'static> {
    Block::bordered().title(format!(" {title} "))
}

/// Writes a sentence inside an empty part.
fn inside(frame: &mut Frame<'_>, area: Rect, words: String) {
    let row = Rect {
        x: area.x + 2,
        y: area.y + 1 + u16::from(area.height > 3),
        width: area.width.saturating_sub(4),
        height: 1,
    };
    if area.height > 2 {
        frame.render_widget(Paragraph::new(words), row);
    }
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
