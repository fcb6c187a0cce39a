//! Readiness before T: how far each member has come, and how wrong its clock is.
//!
//! In: per member its state and, where clocks are known, its clock's error. Out: the picture, and a table with a row per member.
//! Always: the state is a row of signs and a word; a clock beyond the limit is said in words, and one that is
//! beyond the axis is an arrow at its end; a refusal stands with its reason.

use issei_model::{Language, Span};

use crate::axis;
use crate::chart::{Chart, Table};
use crate::look::{Look, Width};
use crate::scale::Linear;
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

/// More rows are not read; the rest is in the table, and those that are not ready stand first.
const MOST_ROWS: usize = 60;

/// How ready the members are for an order.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    /// A clock may be wrong by this much to either side; none where nobody told of clocks, which then are not
    /// drawn and not judged.
    pub clock_limit: Option<Span>,
    /// The members, in the order of the rows.
    pub members: Vec<ReadyMember>,
}

/// One member's state.
#[derive(Clone, Debug, Default)]
pub struct ReadyMember {
    /// What it is called.
    pub name: String,
    /// How far it has come.
    pub preparation: Preparation,
    /// How far its clock is off, negative if it is behind; none if it has not said.
    pub clock_error: Option<Span>,
}

/// How far a member has come with an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Preparation {
    /// It has said nothing yet.
    #[default]
    Silent,
    /// Its devices know the rules, which do nothing yet.
    Staged,
    /// The rules will act at T by themselves.
    Armed,
    /// The rules were read back in force.
    InForce,
    /// The rules were taken away again.
    Lifted,
    /// It does not take part; why, in words.
    Refused(String),
}

impl Preparation {
    /// How many of the three steps are done.
    fn steps(&self) -> usize {
        match self {
            Self::Silent | Self::Refused(_) => 0,
            Self::Staged => 1,
            Self::Armed => 2,
            Self::InForce | Self::Lifted => 3,
        }
    }

    fn word<'a>(&'a self, look: &Look) -> &'a str {
        match (self, look.language) {
            (Self::Silent, Language::English) => "no word yet",
            (Self::Silent, Language::Japanese) => "応答待ち",
            (Self::Staged, Language::English) => "staged",
            (Self::Staged, Language::Japanese) => "準備済み",
            (Self::Armed, Language::English) => "armed",
            (Self::Armed, Language::Japanese) => "発動待機",
            (Self::InForce, Language::English) => "in force",
            (Self::InForce, Language::Japanese) => "発動中",
            (Self::Lifted, Language::English) => "lifted",
            (Self::Lifted, Language::Japanese) => "解除済み",
            (Self::Refused(why), _) => why,
        }
    }
}

impl Readiness {
    /// Draws the rows.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = match self.clock_limit {
            Some(_) => look.say("Readiness and clocks", "準備状況と時計"),
            None => look.say("Readiness", "準備状況"),
        };
        let table = self.table(look);
        let sheet = Sheet::new(look);
        if self.members.is_empty() {
            return sheet.finish_empty(title, table);
        }
        let mut order: Vec<&ReadyMember> = self.members.iter().collect();
        if order.len() > MOST_ROWS {
            order.sort_by_key(|member| self.is_ready(member));
            order.truncate(MOST_ROWS);
        }
        let mut pen = Pen::new(sheet, self, order.len());
        pen.ground();
        for (place, member) in order.iter().enumerate() {
            pen.row(member, place);
        }
        let height = pen.foot();
        let description = self.description(look);
        pen.sheet.finish(height, title, &description, table)
    }

    fn is_exact(&self, error: Span) -> bool {
        let limit = self
            .clock_limit
            .map(|limit| limit.as_micros().unsigned_abs());
        limit.is_none_or(|limit| error.as_micros().unsigned_abs() <= limit)
    }

    fn is_ready(&self, member: &ReadyMember) -> bool {
        let exact = match self.clock_limit {
            Some(_) => member.clock_error.is_some_and(|error| self.is_exact(error)),
            None => true,
        };
        member.preparation.steps() >= 2 && exact
    }

    fn description(&self, look: &Look) -> String {
        let ready = self.members.iter().filter(|member| self.is_ready(member));
        let waiting = self.members.iter().filter(|member| !self.is_ready(member));
        let waiting: Vec<String> = waiting.map(|member| member.name.clone()).collect();
        let (ready, all) = (
            text::count(ready.count() as u64),
            text::count(self.members.len() as u64),
        );
        let mut words = match (self.clock_limit.map(limit), look.language) {
            (Some(limit), Language::English) => {
                format!("{ready} of {all} members are armed with a clock within {limit}.")
            }
            (Some(limit), Language::Japanese) => {
                format!("{all}社のうち{ready}社が発動待機以上、時計の誤差は {limit} 以内。")
            }
            (None, Language::English) => format!("{ready} of {all} members are armed."),
            (None, Language::Japanese) => format!("{all}社のうち{ready}社が発動待機以上。"),
        };
        if !waiting.is_empty() {
            let names = look.list(&waiting);
            words.push_str(&match look.language {
                Language::English => format!(" Not ready: {names}."),
                Language::Japanese => format!("未完了：{names}。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let heads = match look.language {
            Language::English => ["Member", "State", "Clock error (ms)", "Clock within limit"],
            Language::Japanese => ["参加事業者", "状態", "時計の誤差 (ms)", "許容内"],
        };
        let columns = if self.clock_limit.is_some() { 4 } else { 2 };
        let mut table = Table::new(&heads[..columns]);
        for member in &self.members {
            if table.is_full() {
                continue;
            }
            let error = member.clock_error;
            let within = match error.map(|error| self.is_exact(error)) {
                Some(true) => look.say("yes", "はい"),
                Some(false) => look.say("no", "いいえ"),
                None => "—",
            };
            let cells = [
                member.name.clone(),
                member.preparation.word(look).to_string(),
                error.map_or("—".to_string(), |error| {
                    format!("{:.3}", error.as_micros() as f64 / 1e3)
                }),
                within.to_string(),
            ];
            table.push(&cells[..columns]);
        }
        table
    }
}

fn limit(limit: Span) -> String {
    format!("±{}", text::span(limit.as_micros() as f64))
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    data: &'a Readiness,
    rows: usize,
    row: f64,
    top: f64,
    names: f64,
    steps: f64,
    apart: f64,
    clock: Linear,
    left: f64,
    right: f64,
    reach: f64,
}

impl<'a> Pen<'a> {
    fn new(sheet: Sheet<'a>, data: &'a Readiness, rows: usize) -> Self {
        let (names, steps, apart, left, right, row) = match sheet.look.width {
            Width::Wide => {
                let names = data.members.iter().take(MOST_ROWS);
                let widest = names.map(|member| text::width(&member.name, 13.0));
                let names = widest.fold(60.0, f64::max).min(190.0);
                (names, names + 40.0, 58.0, 520.0, sheet.width - 130.0, 27.0)
            }
            Width::Narrow => (210.0, 12.0, 26.0, 96.0, sheet.width - 104.0, 50.0),
        };
        // Without clocks the steps have their room.
        let apart = match data.clock_limit {
            Some(_) => apart,
            None => apart * 2.5,
        };
        let limit = data.clock_limit.unwrap_or(Span::ZERO);
        let limit = limit.as_micros().unsigned_abs() as f64;
        let reach = if limit > 0.0 { limit * 2.0 } else { 1_000.0 };
        Self {
            sheet,
            data,
            rows,
            row,
            top: 26.0,
            names,
            steps,
            apart,
            clock: Linear::new((-reach, reach), (left, right)),
            left,
            right,
            reach,
        }
    }

    fn bottom(&self) -> f64 {
        self.top + self.rows as f64 * self.row + 2.0
    }

    fn ground(&mut self) {
        let look = self.sheet.look;
        if !look.is_narrow() {
            let words = [
                look.say("staged", "準備"),
                look.say("armed", "待機"),
                look.say("in force", "発動"),
            ];
            for (step, word) in words.into_iter().enumerate() {
                let at = (self.steps + step as f64 * self.apart, self.top - 9.0);
                self.sheet.text("c-small", at, Anchor::Middle, word);
            }
        }
        let Some(clock_limit) = self.data.clock_limit else {
            return;
        };
        let limit_micros = self.reach / 2.0;
        let (from, to) = (self.clock.at(-limit_micros), self.clock.at(limit_micros));
        let (top, bottom) = (self.top, self.bottom());
        self.sheet
            .rect("c-calm", (from, top), (to - from, bottom - top));
        let words = format!("{} {}", look.say("clock", "時計"), limit(clock_limit));
        let at = ((from + to) / 2.0, top - 9.0);
        self.sheet.text("c-small", at, Anchor::Middle, &words);
        let ticks: Vec<(f64, String)> = [-0.5, 0.0, 0.5]
            .iter()
            .map(|share| {
                let micros = share * self.reach;
                let label = match *share {
                    0.0 => "0".to_string(),
                    below if below < 0.0 => format!("−{}", text::span(micros)),
                    _ => format!("+{}", text::span(micros)),
                };
                (self.clock.at(micros), label)
            })
            .collect();
        axis::value_axis(&mut self.sheet, &ticks, (top, bottom));
    }

    fn row(&mut self, member: &ReadyMember, place: usize) {
        let top = self.top + place as f64 * self.row;
        let look = self.sheet.look;
        let refused = matches!(member.preparation, Preparation::Refused(_));
        let word = member.preparation.word(look);
        self.sheet
            .open(&format!("{}: {}", text::shorten(&member.name, 60), word));
        if refused {
            let size = (self.sheet.width, self.row - 3.0);
            self.sheet
                .box_of("c-alarm-band", (0.0, top + 1.5), size, 4.0);
        }
        let class = if refused { "c-strong c-red" } else { "c-label" };
        let name = text::fit(&member.name, 13.0, self.names);
        let (base, middle) = match look.width {
            Width::Wide => (top + 18.0, top + 13.5),
            Width::Narrow => (top + 18.0, top + 34.0),
        };
        self.steps(&member.preparation, middle);
        let sign = match member.preparation {
            Preparation::Refused(_) => "✕ ",
            Preparation::Silent => "… ",
            Preparation::Staged => "▲ ",
            _ => "✓ ",
        };
        let colour = match member.preparation {
            Preparation::Refused(_) => "c-strong c-red",
            Preparation::Silent | Preparation::Staged => "c-strong c-amber",
            _ => "c-strong c-green",
        };
        match look.width {
            Width::Wide => {
                self.sheet
                    .text(class, (self.names, base), Anchor::End, &name);
                let x = self.steps + 2.0 * self.apart + 20.0;
                let is_alone = refused || self.data.clock_limit.is_none();
                let room = if is_alone { self.right } else { self.left } - x - 14.0;
                let words = format!("{sign}{}", text::fit(word, 13.5, room - 16.0));
                self.sheet.text(colour, (x, base), Anchor::Start, &words);
            }
            Width::Narrow => {
                let room = if refused { 110.0 } else { self.names };
                let name = text::fit(&name, 13.0, room);
                self.sheet.text(class, (4.0, base), Anchor::Start, &name);
                let room = if refused { 230.0 } else { 140.0 };
                let words = format!("{sign}{}", text::fit(word, 13.5, room));
                let at = (self.sheet.width - 4.0, base);
                self.sheet.text(colour, at, Anchor::End, &words);
            }
        }
        self.clock(member.clock_error, refused, middle);
        self.sheet.close();
    }

    /// Draws the three steps: staged, armed, in force.
    fn steps(&mut self, preparation: &Preparation, middle: f64) {
        let done = preparation.steps();
        let end = self.steps + 2.0 * self.apart;
        self.sheet
            .line("c-axis", (self.steps, middle), (end, middle));
        for step in 0..3 {
            let x = self.steps + step as f64 * self.apart;
            if step < done {
                self.sheet.dot("c-signed", (x, middle), 6.5);
                let tick = format!("M{} {}l2.2 2.3 3.8-4.6", At(x - 3.0), At(middle + 0.4));
                self.sheet.path("c-tick-in", &tick);
            } else {
                self.sheet.dot("c-undone", (x, middle), 5.5);
            }
        }
    }

    fn clock(&mut self, error: Option<Span>, refused: bool, middle: f64) {
        if self.data.clock_limit.is_none() {
            return;
        }
        let look = self.sheet.look;
        let at = (self.sheet.width - 4.0, middle + 4.5);
        let Some(error) = error else {
            if !refused {
                let words = look.say("… no clock", "… 不明");
                let words = text::fit(words, 12.0, at.0 - self.right - 6.0);
                self.sheet.text("c-small", at, Anchor::End, &words);
            }
            return;
        };
        let micros = error.as_micros() as f64;
        let (left, right) = (self.left, self.right);
        if !refused || look.is_narrow() {
            self.sheet.line("c-guide", (left, middle), (right, middle));
        }
        let exact = self.data.is_exact(error);
        if micros.abs() > self.reach {
            let side = micros.signum();
            let x = if side > 0.0 { right } else { left };
            let arrow = format!(
                "M{} {}l{} 5 {} 5z",
                At(x - side * 9.0),
                At(middle - 5.0),
                At(side * 9.0),
                At(side * -9.0)
            );
            self.sheet.path("c-leak", &arrow);
        } else if exact {
            self.sheet
                .dot("c-node", (self.clock.at(micros), middle), 4.0);
        } else {
            let x = self.clock.at(micros);
            let diamond = format!("M{} {}l5 5-5 5-5-5z", At(x), At(middle - 5.0));
            self.sheet.path("c-leak", &diamond);
        }
        let (class, sign) = if exact {
            ("c-small", "✓")
        } else {
            ("c-strong c-red", "✕")
        };
        let words = format!("{} {sign}", text::offset(micros));
        self.sheet.text(class, at, Anchor::End, &words);
    }

    fn foot(&mut self) -> f64 {
        let look = self.sheet.look;
        let mut words = match self.data.clock_limit {
            Some(_) => look.say(
                "steps: staged, armed, in force · clock: error against the limit",
                "段階＝準備済み・発動待機・発動中　時計＝許容範囲に対する誤差",
            ),
            None => look.say(
                "steps: staged, armed, in force",
                "段階＝準備済み・発動待機・発動中",
            ),
        }
        .to_string();
        let more = self.data.members.len() - self.rows;
        if more > 0 {
            let more = text::count(more as u64);
            words.push_str(&match look.language {
                Language::English => format!(" · {more} more members in the table"),
                Language::Japanese => format!("　ほか{more}社は表に掲載"),
            });
        }
        let axis = if self.data.clock_limit.is_some() {
            40.0
        } else {
            20.0
        };
        let y = self.bottom() + axis;
        let lines = text::wrap(&words, 12.0, self.sheet.width, 4);
        for (place, line) in lines.iter().enumerate() {
            let at = (0.0, y + place as f64 * 17.0);
            self.sheet
                .text("c-small", at, Anchor::Start, line.trim_end());
        }
        y - 10.0 + lines.len() as f64 * 17.0
    }
}
