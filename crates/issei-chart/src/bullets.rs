//! Bullets: each measure as a bar against its target, with the period before and the bands between.
//!
//! In: measures with target, previous value, bands, owner. Out: the picture, and a table with a row per measure.
//! Always: a target that is met or missed is said by sign and word, not by colour alone; what is no number has no
//! bar and a dash.

use issei_model::Language;

use crate::chart::{Chart, Table};
use crate::look::{Look, Width};
use crate::scale::{Linear, sane};
use crate::sheet::{Anchor, Sheet};
use crate::text;

/// More measures are in the table only, and the picture says so.
const MOST_ROWS: usize = 40;
const MOST_BANDS: usize = 3;

/// Measures against their targets.
#[derive(Clone, Debug, Default)]
pub struct Bullets {
    /// The measures, in the order of the rows.
    pub rows: Vec<Bullet>,
}

/// One measure.
#[derive(Clone, Debug)]
pub struct Bullet {
    /// What is measured.
    pub name: String,
    /// Who answers for it; empty if nobody is named.
    pub owner: String,
    /// The unit of every number here, such as `ms`, `%`, `件`.
    pub unit: String,
    /// What it is now.
    pub value: f64,
    /// What it is meant to be.
    pub target: f64,
    /// What it was in the period before.
    pub previous: Option<f64>,
    /// Upper ends of up to three bands behind the bar, rising.
    pub bands: Vec<f64>,
    /// On which side of the target it is meant to be.
    pub better: Better,
}

/// On which side of its target a measure is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// At the target or below.
    Lower,
    /// At the target or above.
    Higher,
}

impl Bullet {
    /// Whether the target is met; unknown if a number is missing.
    fn met(&self) -> Option<bool> {
        let (value, target) = (sane(self.value)?, sane(self.target)?);
        Some(match self.better {
            Better::Lower => value <= target,
            Better::Higher => value >= target,
        })
    }

    fn told(&self, value: f64) -> String {
        let unit = text::shorten(&self.unit, 16);
        let apart = unit.starts_with(|letter: char| letter.is_ascii_alphabetic());
        let space = if apart { " " } else { "" };
        format!("{}{space}{unit}", text::quantity(value))
    }

    fn sign(&self) -> &'static str {
        match self.better {
            Better::Lower => "≤",
            Better::Higher => "≥",
        }
    }
}

impl Bullets {
    /// Draws the bullets.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say("Measures and targets", "目標と実績");
        let table = self.table(look);
        let sheet = Sheet::new(look);
        if self.rows.is_empty() {
            return sheet.finish_empty(title, table);
        }
        let mut pen = Pen::new(sheet);
        for (place, row) in self.rows.iter().take(MOST_ROWS).enumerate() {
            pen.row(row, place);
        }
        let height = pen.foot(self.rows.len());
        let description = self.description(look);
        pen.sheet.finish(height, title, &description, table)
    }

    fn description(&self, look: &Look) -> String {
        let met = self
            .rows
            .iter()
            .filter(|row| row.met() == Some(true))
            .count();
        let missed = self.rows.iter().filter(|row| row.met() == Some(false));
        let missed: Vec<String> = missed.map(|row| row.name.clone()).collect();
        let (met, all) = (text::count(met as u64), text::count(self.rows.len() as u64));
        let mut words = match look.language {
            Language::English => format!("{met} of {all} targets are met."),
            Language::Japanese => format!("{all}件の目標のうち{met}件を達成。"),
        };
        if !missed.is_empty() {
            let names = look.list(&missed);
            words.push_str(&match look.language {
                Language::English => format!(" Not met: {names}."),
                Language::Japanese => format!("未達：{names}。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let heads = match look.language {
            Language::English => ["Measure", "Now", "Target", "Before", "Met", "Owner"],
            Language::Japanese => ["指標", "実績", "目標", "前期", "達成", "担当"],
        };
        let is_owned = self.rows.iter().any(|row| !row.owner.is_empty());
        let columns = if is_owned { 6 } else { 5 };
        let mut table = Table::new(&heads[..columns]);
        for row in &self.rows {
            if table.is_full() {
                continue;
            }
            let met = match row.met() {
                Some(true) => look.say("yes", "達成"),
                Some(false) => look.say("no", "未達"),
                None => "—",
            };
            let cells = [
                row.name.clone(),
                row.told(row.value),
                format!("{} {}", row.sign(), row.told(row.target)),
                row.previous
                    .map_or("—".to_string(), |before| row.told(before)),
                met.to_string(),
                row.owner.clone(),
            ];
            table.push(&cells[..columns]);
        }
        table
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    left: f64,
    right: f64,
    row: f64,
}

impl<'a> Pen<'a> {
    fn new(sheet: Sheet<'a>) -> Self {
        let (left, right, row) = match sheet.look.width {
            Width::Wide => (270.0, 680.0, 46.0),
            Width::Narrow => (4.0, sheet.width - 4.0, 74.0),
        };
        Self {
            sheet,
            left,
            right,
            row,
        }
    }

    fn row(&mut self, row: &Bullet, place: usize) {
        let top = place as f64 * self.row;
        if place > 0 {
            self.sheet
                .line("c-grid", (0.0, top), (self.sheet.width, top));
        }
        self.sheet
            .open(&format!("{}: {}", row.name, row.told(row.value)));
        let look = self.sheet.look;
        let (class, word) = match row.met() {
            Some(true) => ("c-strong c-green", look.say("✓ met", "✓ 達成")),
            Some(false) => ("c-strong c-amber", look.say("▲ not met", "▲ 未達")),
            None => ("c-small", look.say("unknown", "不明")),
        };
        let target = format!("{} {}", row.sign(), row.told(row.target));
        let value = text::fit(&row.told(row.value), 15.0, 110.0);
        match look.width {
            Width::Wide => {
                self.name(row, top);
                let at = (self.right + 108.0, top + 28.0);
                self.sheet.text("c-value", at, Anchor::End, &value);
                let x = self.right + 126.0;
                let target = text::fit(&target, 12.0, self.sheet.width - x);
                self.sheet.text(class, (x, top + 20.0), Anchor::Start, word);
                self.sheet
                    .text("c-small", (x, top + 37.0), Anchor::Start, &target);
                self.bar(row, top + 23.0);
            }
            Width::Narrow => {
                let name = text::fit(&row.name, 13.0, self.right - 120.0);
                self.sheet
                    .text("c-label", (self.left, top + 19.0), Anchor::Start, &name);
                let at = (self.right, top + 20.0);
                self.sheet.text("c-value", at, Anchor::End, &value);
                self.bar(row, top + 37.0);
                let words = match row.owner.is_empty() {
                    true => target,
                    false => format!("{target} · {}", row.owner),
                };
                let words = text::fit(&words, 12.0, 250.0);
                let y = top + 63.0;
                self.sheet
                    .text("c-small", (self.left, y), Anchor::Start, &words);
                self.sheet.text(class, (self.right, y), Anchor::End, word);
            }
        }
        self.sheet.close();
    }

    /// Writes the name over the owner; where nobody is named, the name has both lines.
    fn name(&mut self, row: &Bullet, top: f64) {
        let room = self.left - 20.0;
        if row.owner.is_empty() {
            let lines = text::wrap(&row.name, 13.0, room, 2);
            let first = if lines.len() > 1 { 20.0 } else { 28.0 };
            for (place, line) in lines.iter().enumerate() {
                let at = (0.0, top + first + place as f64 * 17.0);
                let line = text::fit(line.trim_end(), 13.0, room);
                self.sheet.text("c-label", at, Anchor::Start, &line);
            }
            return;
        }
        let name = text::fit(&row.name, 13.0, room);
        self.sheet
            .text("c-label", (0.0, top + 20.0), Anchor::Start, &name);
        let owner = text::fit(&row.owner, 12.0, room);
        self.sheet
            .text("c-small", (0.0, top + 37.0), Anchor::Start, &owner);
    }

    /// Draws the bands, the bar, the period before, and the target.
    fn bar(&mut self, row: &Bullet, middle: f64) {
        let bands: Vec<f64> = row.bands.iter().copied().filter_map(sane).collect();
        let known = [Some(row.value), Some(row.target), row.previous];
        let known: Vec<f64> = known.into_iter().flatten().filter_map(sane).collect();
        let all = || known.iter().chain(&bands).copied();
        let low = all().fold(0.0, f64::min);
        let high = all().fold(0.0, f64::max);
        let reach = match bands.is_empty() {
            true => high + (high - low) * 0.12,
            false => high,
        };
        let scale = Linear::new((low, reach), (self.left, self.right));
        let zero = scale.at(0.0);
        let size = (self.right - self.left, 18.0);
        self.sheet
            .box_of("c-band3", (self.left, middle - 9.0), size, 3.0);
        for (place, band) in bands.iter().take(MOST_BANDS - 1).enumerate().rev() {
            let end = scale.at(*band);
            let at = (self.left, middle - 9.0);
            let class = format!("c-band{}", place + 1);
            self.sheet.box_of(&class, at, (end - self.left, 18.0), 3.0);
        }
        if let Some(value) = sane(row.value) {
            let end = scale.at(value);
            let class = match row.met() {
                Some(true) => "c-met",
                Some(false) => "c-unmet",
                None => "c-bar",
            };
            let (from, to) = (zero.min(end), zero.max(end));
            self.sheet
                .rect(class, (from, middle - 3.5), ((to - from).max(1.5), 7.0));
        }
        if let Some(before) = row.previous.and_then(sane) {
            let x = scale.at(before);
            self.sheet
                .line("c-before", (x, middle - 9.0), (x, middle + 9.0));
        }
        if let Some(target) = sane(row.target) {
            let x = scale.at(target);
            self.sheet
                .line("c-target", (x, middle - 12.0), (x, middle + 12.0));
        }
    }

    fn foot(&mut self, rows: usize) -> f64 {
        let look = self.sheet.look;
        let y = rows.min(MOST_ROWS) as f64 * self.row + 22.0;
        let mut x = if look.is_narrow() { 4.0 } else { self.left };
        let words = [
            ("c-target", look.say("target", "目標")),
            ("c-before", look.say("period before", "前期")),
        ];
        for (class, word) in words {
            self.sheet
                .line(class, (x + 2.0, y - 12.0), (x + 2.0, y + 3.0));
            self.sheet
                .text("c-small", (x + 11.0, y), Anchor::Start, word);
            x += text::width(word, 12.0) + 34.0;
        }
        self.sheet.rect("c-bar", (x, y - 8.0), (16.0, 7.0));
        self.sheet.text(
            "c-small",
            (x + 23.0, y),
            Anchor::Start,
            look.say("now", "実績"),
        );
        if rows > MOST_ROWS {
            let more = text::count((rows - MOST_ROWS) as u64);
            let words = match look.language {
                Language::English => format!("{more} more in the table"),
                Language::Japanese => format!("ほか{more}件は表に掲載"),
            };
            let at = (self.sheet.width, y);
            self.sheet.text("c-small", at, Anchor::End, &words);
        }
        y + 10.0
    }
}
