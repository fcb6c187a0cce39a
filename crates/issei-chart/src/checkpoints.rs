//! Checkpoints and their witnesses: a row a checkpoint, its size, a mark for each witness that signed.
//!
//! In: checkpoints, and who cosigned them. Out: the picture, and a table with a row per checkpoint. Always: newest
//! first; of more than can be read the newest stand, and a line says how many older ones lack a witness.

use issei_model::{Language, Timestamp};

use crate::chart::{Chart, Table};
use crate::look::{Fine, Look, Width};
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

/// More rows are not read.
const MOST_ROWS: usize = 24;
/// More witnesses do not fit; the count at the end of the row is of all.
const MOST_WITNESSES: usize = 12;
const ROW: f64 = 25.0;

/// The ledger's checkpoints and who witnessed them.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints {
    /// What the witnesses are called.
    pub witnesses: Vec<String>,
    /// How many of them a checkpoint needs.
    pub needed: usize,
    /// The checkpoints, in any order.
    pub rows: Vec<CheckpointRow>,
}

/// One checkpoint.
#[derive(Clone, Debug, Default)]
pub struct CheckpointRow {
    /// When it was made; none if nobody told.
    pub at: Option<Timestamp>,
    /// How many entries the ledger had.
    pub size: u64,
    /// For each witness in order whether it signed; what is missing at the end did not.
    pub signed: Vec<bool>,
}

impl CheckpointRow {
    fn count(&self, witnesses: usize) -> usize {
        let signed = self.signed.iter().take(witnesses);
        signed.filter(|signed| **signed).count()
    }
}

impl Checkpoints {
    /// Draws the rows.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = look.say("Checkpoints and witnesses", "チェックポイントと証人");
        let mut order: Vec<&CheckpointRow> = self.rows.iter().collect();
        // A log only grows, so the size tells what is newer, also where no time is known.
        order.sort_by_key(|row| std::cmp::Reverse((row.size, row.at)));
        let table = self.table(look, &order);
        let sheet = Sheet::new(look);
        if order.is_empty() {
            return sheet.finish_empty(title, table);
        }
        let mut pen = Pen::new(sheet, self);
        pen.head();
        let (shown, older) = order.split_at(order.len().min(MOST_ROWS));
        for (place, row) in shown.iter().enumerate() {
            let before = order.get(place + 1).map(|row| row.size);
            pen.row(row, before, place);
        }
        let height = pen.foot(shown.len(), older);
        let description = self.description(look, &order);
        pen.sheet.finish(height, title, &description, table)
    }

    fn description(&self, look: &Look, order: &[&CheckpointRow]) -> String {
        let n = |number: usize| text::count(number as u64);
        let witnesses = self.witnesses.len();
        let short = order
            .iter()
            .filter(|row| row.count(witnesses) < self.needed);
        let short = short.count();
        let newest = order.first().map_or((None, 0), |row| (row.at, row.size));
        let at = newest.0.map(|at| look.zone.whole(at, Fine::Minutes));
        let size = text::count(newest.1);
        let (all, needed) = (n(order.len()), n(self.needed));
        let mut words = match (at, look.language) {
            (Some(at), Language::English) => {
                format!("{all} checkpoints; the newest, at {at}, covers {size} entries.")
            }
            (Some(at), Language::Japanese) => {
                format!("チェックポイント{all}件。最新は {at}、{size}件の記録。")
            }
            (None, Language::English) => {
                format!("{all} checkpoints; the newest covers {size} entries.")
            }
            (None, Language::Japanese) => {
                format!("チェックポイント{all}件。最新は{size}件の記録。")
            }
        };
        words.push_str(&match (short, look.language) {
            (0, Language::English) => format!(" Each has the {needed} witnesses it needs."),
            (0, Language::Japanese) => format!("すべて必要な証人{needed}者の連署があります。"),
            (short, Language::English) => {
                format!(" Lacking witnesses: {}; each needs {needed}.", n(short))
            }
            (short, Language::Japanese) => {
                format!("{}件は証人が不足（必要{needed}者）。", n(short))
            }
        });
        words
    }

    fn table(&self, look: &Look, order: &[&CheckpointRow]) -> Table {
        let time = format!("{} ({})", look.say("Time", "時刻"), look.zone.label());
        let mut table = Table::new(&[
            &time,
            look.say("Entries", "記録数"),
            look.say("Signed", "連署"),
            look.say("Needed", "必要"),
            look.say("Not signed by", "未署名の証人"),
        ]);
        for row in order {
            if table.is_full() {
                continue;
            }
            let missing: Vec<&str> = self
                .witnesses
                .iter()
                .enumerate()
                .filter(|(place, _)| !row.signed.get(*place).copied().unwrap_or(false))
                .map(|(_, witness)| witness.as_str())
                .collect();
            let zone = &look.zone;
            table.push(&[
                row.at.map_or("—".to_owned(), |at| {
                    format!("{} {}", zone.date(at), zone.clock(at, Fine::Seconds))
                }),
                text::count(row.size),
                row.count(self.witnesses.len()).to_string(),
                self.needed.to_string(),
                look.list(&missing),
            ]);
        }
        table
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    data: &'a Checkpoints,
    /// Where sizes end, and where the witnesses begin.
    sizes: f64,
    marks: f64,
    /// How far the witnesses are from each other.
    apart: f64,
    top: f64,
    /// Whether the witnesses are named by number, and the names stand below.
    numbered: bool,
}

impl<'a> Pen<'a> {
    fn new(sheet: Sheet<'a>, data: &'a Checkpoints) -> Self {
        let (sizes, marks, end) = match sheet.look.width {
            Width::Wide => (300.0, 400.0, sheet.width - 110.0),
            Width::Narrow => (178.0, 200.0, sheet.width - 62.0),
        };
        let shown = data.witnesses.len().min(MOST_WITNESSES);
        let apart = ((end - marks) / shown.max(1) as f64).min(160.0);
        let widest = data.witnesses.iter().take(shown);
        let widest = widest
            .map(|name| text::width(name, 12.0))
            .fold(0.0, f64::max);
        Self {
            sheet,
            data,
            sizes,
            marks,
            apart,
            top: 26.0,
            numbered: widest > apart - 8.0 && apart < 90.0,
        }
    }

    fn shown(&self) -> usize {
        self.data.witnesses.len().min(MOST_WITNESSES)
    }

    fn mark_at(&self, witness: usize) -> f64 {
        self.marks + (witness as f64 + 0.5) * self.apart
    }

    fn head(&mut self) {
        let look = self.sheet.look;
        let zone = match look.width {
            Width::Wide => format!("{} ({})", look.say("time", "時刻"), look.zone.label()),
            Width::Narrow => look.zone.label(),
        };
        self.sheet
            .text("c-small", (0.0, 14.0), Anchor::Start, &zone);
        let entries = look.say("entries", "記録数");
        self.sheet
            .text("c-small", (self.sizes, 14.0), Anchor::End, entries);
        for witness in 0..self.shown() {
            let name = if self.numbered {
                (witness + 1).to_string()
            } else {
                text::fit(&self.data.witnesses[witness], 12.0, self.apart - 8.0)
            };
            let at = (self.mark_at(witness), 14.0);
            self.sheet.text("c-small", at, Anchor::Middle, &name);
        }
        let width = self.sheet.width;
        self.sheet
            .line("c-grid", (0.0, self.top - 3.0), (width, self.top - 3.0));
    }

    fn row(&mut self, row: &CheckpointRow, before: Option<u64>, place: usize) {
        let top = self.top + place as f64 * ROW;
        let (base, middle) = (top + 17.0, top + 12.5);
        let look = self.sheet.look;
        let zone = &look.zone;
        let time = match (row.at, look.width) {
            (None, _) => "—".to_owned(),
            (Some(at), Width::Wide) => {
                format!("{} {}", zone.date(at), zone.clock(at, Fine::Seconds))
            }
            (Some(at), Width::Narrow) => {
                let date = zone.date(at);
                let day = date.get(5..).unwrap_or_default();
                format!("{day} {}", zone.clock(at, Fine::Minutes))
            }
        };
        let count = row.count(self.data.witnesses.len());
        let of = self.data.witnesses.len();
        self.sheet
            .open(&format!("{time}: {} · {count}/{of}", text::count(row.size)));
        self.sheet
            .text("c-label", (0.0, base), Anchor::Start, &time);
        let size = text::fit(&text::count(row.size), 13.0, 130.0);
        self.sheet
            .text("c-label", (self.sizes, base), Anchor::End, &size);
        if let (Some(before), false) = (before, look.is_narrow()) {
            let grown = row.size.saturating_sub(before);
            let grown = text::fit(&format!("+{}", text::count(grown)), 12.0, 84.0);
            let at = (self.sizes + 12.0, base);
            self.sheet.text("c-small", at, Anchor::Start, &grown);
        }
        let radius = (self.apart * 0.45).clamp(4.0, 6.5);
        for witness in 0..self.shown() {
            let x = self.mark_at(witness);
            if row.signed.get(witness).copied().unwrap_or(false) {
                self.sheet.dot("c-signed", (x, middle), radius);
                let tick = format!("M{} {}l2.2 2.3 3.8-4.6", At(x - 3.0), At(middle + 0.4));
                self.sheet.path("c-tick-in", &tick);
            } else {
                self.sheet.dot("c-unsigned", (x, middle), radius - 1.0);
            }
        }
        let (class, sign) = if count >= self.data.needed {
            ("c-strong c-green", "✓")
        } else {
            ("c-strong c-amber", "▲")
        };
        let words = format!("{count}/{of} {sign}");
        let at = (self.sheet.width, base);
        self.sheet.text(class, at, Anchor::End, &words);
        self.sheet.close();
    }

    fn foot(&mut self, rows: usize, older: &[&CheckpointRow]) -> f64 {
        let look = self.sheet.look;
        let mut words = String::new();
        if self.numbered {
            let names = self.data.witnesses.iter().take(self.shown()).enumerate();
            let names: Vec<String> = names
                .map(|(place, name)| format!("{} = {}", place + 1, text::shorten(name, 30)))
                .collect();
            words.push_str(&names.join(" · "));
            words.push_str(" · ");
        }
        words.push_str(look.say("● signed · ○ not signed", "●＝連署あり　○＝連署なし"));
        let needed = self.data.needed;
        words.push_str(&match look.language {
            Language::English => format!(" · {needed} needed"),
            Language::Japanese => format!("　必要数 {needed}"),
        });
        let more = self.data.witnesses.len() - self.shown();
        if more > 0 {
            words.push_str(&match look.language {
                Language::English => format!(" · {more} more witnesses are counted, not drawn"),
                Language::Japanese => format!("　ほか証人{more}者は数のみ"),
            });
        }
        if !older.is_empty() {
            let short = older.iter();
            let short = short.filter(|row| row.count(self.data.witnesses.len()) < needed);
            let (older, short) = (text::count(older.len() as u64), short.count());
            words.push_str(&match look.language {
                Language::English => format!(" · {older} older ones, lacking witnesses: {short}"),
                Language::Japanese => format!("　以前の{older}件、うち証人不足{short}件"),
            });
        }
        let y = self.top + rows as f64 * ROW + 20.0;
        let lines = text::wrap(&words, 12.0, self.sheet.width, 8);
        for (place, line) in lines.iter().enumerate() {
            let at = (0.0, y + place as f64 * 17.0);
            self.sheet
                .text("c-small", at, Anchor::Start, line.trim_end());
        }
        y - 10.0 + lines.len() as f64 * 17.0
    }
}
