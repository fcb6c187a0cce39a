//! The attack over time: areas on each other, one a member, and what it would be without the cut.
//!
//! In: moments, each member's rate at them, an estimate. Out: the picture, and a table with a row per column drawn.
//! Always: what is no number, or negative, is drawn as nothing and counted in the picture's words; more moments
//! than columns are averaged; members beyond the largest are one area. The estimate is the caller's, and called so.

use issei_model::{Language, Timestamp};

use crate::axis;
use crate::chart::{Chart, Table};
use crate::look::{Fine, Look, Width};
use crate::scale::{Linear, Times, sane};
use crate::sheet::{Anchor, At, Sheet};
use crate::text;

/// One shade a layer; members beyond are one.
const MOST_LAYERS: usize = 5;
/// More moments are averaged.
const MOST_COLUMNS: usize = 240;

/// What is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passing {
    /// What lines send at a victim.
    #[default]
    Attack,
    /// What command servers send at lines.
    Answers,
}

/// A rate over time, by who sends.
#[derive(Clone, Debug, Default)]
pub struct AttackFlow {
    /// What is counted.
    pub what: Passing,
    /// The unit of every value, such as `Gbit/s`.
    pub unit: String,
    /// The moments of the values; they need not be in order.
    pub times: Vec<Timestamp>,
    /// Each member's values.
    pub series: Vec<AttackSeries>,
    /// What it would have been without the cut, beside each moment; none where nobody estimated.
    pub without: Vec<Option<f64>>,
    /// The agreed moment; none while nothing is armed.
    pub t: Option<Timestamp>,
}

/// One member's part.
#[derive(Clone, Debug, Default)]
pub struct AttackSeries {
    /// What the member is called.
    pub member: String,
    /// A value for each moment, not negative; what is missing at the end counts as lost.
    pub values: Vec<f64>,
}

/// The data as it is drawn: few columns, few layers, no bad numbers.
struct Layers {
    times: Vec<Timestamp>,
    names: Vec<String>,
    /// By layer, then by column.
    values: Vec<Vec<f64>>,
    without: Vec<Option<f64>>,
    lost: usize,
    averaged: usize,
}

impl AttackFlow {
    /// Draws the areas.
    pub fn draw(&self, look: &Look) -> Chart {
        let title = match self.what {
            Passing::Attack => look.say("Attack traffic by member", "攻撃通信量（参加事業者別）"),
            Passing::Answers => look.say(
                "Answers of the command server by member",
                "指令サーバーからの応答（参加事業者別）",
            ),
        };
        let layers = self.layers(look);
        let table = self.table(look, &layers);
        let sheet = Sheet::new(look);
        if layers.times.len() < 2 || layers.values.is_empty() {
            return sheet.finish_empty(title, table);
        }
        let mut pen = Pen::new(sheet, self, &layers);
        pen.axes();
        pen.areas();
        pen.estimate();
        pen.t_line();
        pen.labels();
        let height = pen.bottom + axis::TIME_AXIS + 4.0;
        let description = self.description(look, &layers);
        pen.sheet.finish(height, title, &description, table)
    }

    /// Puts moments in order, averages them into columns, and keeps the largest members apart.
    fn layers(&self, look: &Look) -> Layers {
        let mut order: Vec<usize> = (0..self.times.len()).collect();
        order.sort_by_key(|place| self.times[*place]);
        let averaged = order.len().div_ceil(MOST_COLUMNS).max(1);
        let columns: Vec<&[usize]> = order.chunks(averaged).collect();
        let mut lost = 0;
        let mut all: Vec<(String, Vec<f64>)> = Vec::new();
        let mut rest = vec![0.0; columns.len()];
        let mut by_size: Vec<(f64, &AttackSeries)> = self
            .series
            .iter()
            .map(|series| {
                let good = series.values.iter().take(self.times.len());
                let good = good
                    .filter_map(|value| sane(*value))
                    .map(|value| value.max(0.0));
                (good.sum::<f64>(), series)
            })
            .collect();
        by_size.sort_by(|one, other| other.0.total_cmp(&one.0));
        let own = if by_size.len() <= MOST_LAYERS {
            by_size.len()
        } else {
            MOST_LAYERS - 1
        };
        for (place, (_, series)) in by_size.iter().enumerate() {
            let values: Vec<f64> = columns
                .iter()
                .map(|column| mean(series, column, &mut lost))
                .collect();
            if place < own {
                all.push((series.member.clone(), values));
            } else {
                for (sum, value) in rest.iter_mut().zip(values) {
                    *sum += value;
                }
            }
        }
        if by_size.len() > own {
            let count = text::count((by_size.len() - own) as u64);
            let name = match look.language {
                Language::English => format!("{count} others"),
                Language::Japanese => format!("ほか{count}社"),
            };
            all.push((name, rest));
        }
        let without = columns.iter().map(|column| {
            let values = column.iter().filter_map(|place| *self.without.get(*place)?);
            let values: Vec<f64> = values
                .filter_map(sane)
                .filter(|value| *value >= 0.0)
                .collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        });
        Layers {
            without: without.collect(),
            times: columns
                .iter()
                .filter_map(|column| column.get(column.len() / 2))
                .map(|place| self.times[*place])
                .collect(),
            names: all.iter().map(|(name, _)| name.clone()).collect(),
            values: all.into_iter().map(|(_, values)| values).collect(),
            lost,
            averaged,
        }
    }

    fn description(&self, look: &Look, layers: &Layers) -> String {
        let totals = layers.totals();
        let (peak, at) = totals.iter().zip(&layers.times).fold(
            (0.0, layers.times[0]),
            |(peak, at), (total, time)| {
                if *total > peak {
                    (*total, *time)
                } else {
                    (peak, at)
                }
            },
        );
        let unit = text::shorten(&self.unit, 24);
        let peak = text::quantity(peak);
        let at = look.zone.whole(at, Fine::Seconds);
        let last = text::quantity(totals.last().copied().unwrap_or(0.0));
        let mut words = match look.language {
            Language::English => {
                format!("At most {peak} {unit}, at {at}; at the end {last} {unit}.")
            }
            Language::Japanese => format!("最大 {peak} {unit}（{at}）、最後は {last} {unit}。"),
        };
        let estimate = layers.without.iter().rev().find_map(|value| *value);
        if let Some(estimate) = estimate {
            let estimate = text::quantity(estimate);
            words.push_str(&match look.language {
                Language::English => {
                    format!(" Without the cut it would be about {estimate} {unit} (estimate).")
                }
                Language::Japanese => format!("遮断しない場合は約 {estimate} {unit}（推計）。"),
            });
        }
        if layers.averaged > 1 {
            let averaged = text::count(layers.averaged as u64);
            words.push_str(&match look.language {
                Language::English => format!(" Each column is the mean of {averaged} moments."),
                Language::Japanese => format!("各点は{averaged}時点の平均。"),
            });
        }
        if layers.lost > 0 {
            let lost = text::count(layers.lost as u64);
            words.push_str(&match look.language {
                Language::English => format!(" {lost} values are missing and drawn as nothing."),
                Language::Japanese => format!("{lost}個の値は欠けており、描かれていません。"),
            });
        }
        words
    }

    fn table(&self, look: &Look, layers: &Layers) -> Table {
        let unit = text::shorten(&self.unit, 24);
        let time = format!("{} ({})", look.say("Time", "時刻"), look.zone.label());
        let names = layers
            .names
            .iter()
            .map(|name| format!("{} ({unit})", text::shorten(name, 40)));
        let mut columns = vec![time];
        columns.extend(names);
        columns.push(format!("{} ({unit})", look.say("Together", "合計")));
        columns.push(format!(
            "{} ({unit})",
            look.say("Without the cut (estimate)", "遮断しない場合（推計）")
        ));
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut table = Table::new(&columns);
        for (place, total) in layers.totals().iter().enumerate() {
            let time = layers.times[place];
            let zone = &look.zone;
            let mut row = vec![format!(
                "{} {}",
                zone.date(time),
                zone.clock(time, Fine::Seconds)
            )];
            row.extend(
                layers
                    .values
                    .iter()
                    .map(|values| text::quantity(values[place])),
            );
            row.push(text::quantity(*total));
            row.push(text::quantity(layers.without[place].unwrap_or(f64::NAN)));
            table.push(&row);
        }
        table
    }
}

/// The mean of a member's values in a column; what is no value counts as nothing, and as lost.
fn mean(series: &AttackSeries, column: &[usize], lost: &mut usize) -> f64 {
    let mut sum = 0.0;
    for place in column {
        let value = series.values.get(*place).copied().and_then(sane);
        match value.filter(|value| *value >= 0.0) {
            Some(value) => sum += value,
            None => *lost += 1,
        }
    }
    sum / column.len().max(1) as f64
}

impl Layers {
    fn totals(&self) -> Vec<f64> {
        let columns = 0..self.times.len();
        columns
            .map(|place| self.values.iter().map(|values| values[place]).sum())
            .collect()
    }

    /// What lies below a layer, by column.
    fn below(&self, layer: usize) -> Vec<f64> {
        let columns = 0..self.times.len();
        columns
            .map(|place| {
                let lower = self.values.iter().take(layer);
                lower.map(|values| values[place]).sum()
            })
            .collect()
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    flow: &'a AttackFlow,
    layers: &'a Layers,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    times: Times,
    rates: Linear,
    steps: usize,
}

impl<'a> Pen<'a> {
    fn new(sheet: Sheet<'a>, flow: &'a AttackFlow, layers: &'a Layers) -> Self {
        let (width, high, steps) = match sheet.look.width {
            Width::Wide => (sheet.width, 270.0, 4),
            Width::Narrow => (sheet.width, 210.0, 4),
        };
        let most = layers.totals().into_iter().fold(0.0, f64::max);
        let most = layers
            .without
            .iter()
            .flatten()
            .copied()
            .fold(most, f64::max);
        let top = 44.0;
        let bottom = top + high;
        let rates = Linear::up_to(most, steps, (bottom, top));
        let widest = rates
            .ticks(steps)
            .iter()
            .map(|tick| text::width(&text::quantity(*tick), 12.0))
            .fold(0.0, f64::max);
        let left = widest + 10.0;
        let ends = (layers.times[0], layers.times[layers.times.len() - 1]);
        // Names stand to the right of T, where it is calm; without such a place they need a margin.
        let names = 120.0;
        let open = Times::new(ends.0, ends.1, (left, width - 10.0));
        let roomy = flow
            .t
            .is_some_and(|t| open.shows(t) && open.at(t) < width - 10.0 - names);
        let right = if roomy { width - 10.0 } else { width - names };
        Self {
            times: Times::new(ends.0, ends.1, (left, right)),
            sheet,
            flow,
            layers,
            left,
            right,
            top,
            bottom,
            rates,
            steps,
        }
    }

    fn axes(&mut self) {
        for tick in self.rates.ticks(self.steps) {
            let y = self.rates.at(tick);
            self.sheet.line("c-grid", (self.left, y), (self.right, y));
            let at = (self.left - 8.0, y + 4.0);
            self.sheet
                .text("c-small", at, Anchor::End, &text::quantity(tick));
        }
        let unit = text::fit(&self.flow.unit, 12.0, 160.0);
        self.sheet
            .text("c-small", (0.0, self.top - 16.0), Anchor::Start, &unit);
        let (first, at) = (self.layers.times[0], self.bottom);
        // The lines of time are left out: the areas are what is to be seen.
        axis::time_axis(&mut self.sheet, &self.times, first, (at, at));
    }

    fn areas(&mut self) {
        for layer in 0..self.layers.values.len() {
            let below = self.layers.below(layer);
            let name = text::shorten(&self.layers.names[layer], 60);
            let mut d = String::new();
            let edge = |place: usize, value: f64| {
                let x = self.times.at(self.layers.times[place]);
                format!("{} {}", At(x), At(self.rates.at(value)))
            };
            let last = self.layers.times.len();
            for (place, below) in below.iter().enumerate() {
                let command = if place == 0 { 'M' } else { 'L' };
                let upper = below + self.layers.values[layer][place];
                d.push_str(&format!("{command}{}", edge(place, upper)));
            }
            for place in (0..last).rev() {
                d.push_str(&format!("L{}", edge(place, below[place])));
            }
            d.push('Z');
            self.sheet.open(&name);
            self.sheet.path(&format!("c-area c-a{}", shade(layer)), &d);
            self.sheet.close();
        }
    }

    fn estimate(&mut self) {
        let mut d = String::new();
        let mut drawing = false;
        let mut highest = self.bottom;
        let mut end = self.left;
        for (value, time) in self.layers.without.iter().zip(&self.layers.times) {
            let Some(value) = value else {
                drawing = false;
                continue;
            };
            let (x, y) = (self.times.at(*time), self.rates.at(*value));
            let command = if drawing { 'L' } else { 'M' };
            d.push_str(&format!("{command}{} {}", At(x), At(y)));
            drawing = true;
            end = x;
            if x > self.right - 190.0 {
                highest = highest.min(y);
            }
        }
        if d.is_empty() {
            return;
        }
        self.sheet.path("c-without", &d);
        let words = self
            .sheet
            .look
            .say("without the cut (estimate)", "遮断しない場合（推計）");
        let half = text::width(words, 12.0);
        let at = (end.max(self.left + half), (highest - 8.0).max(12.0));
        self.sheet
            .text("c-small c-red c-halo", at, Anchor::End, words);
    }

    fn t_line(&mut self) {
        if let Some(t) = self.flow.t.filter(|t| self.times.shows(*t)) {
            let name = axis::t_name(&self.sheet, t);
            let x = self.times.at(t);
            axis::moment_line(&mut self.sheet, x, (22.0, self.bottom), &name);
        }
    }

    /// Names each layer beside its edge just before T, or at the end.
    fn labels(&mut self) {
        let t = self.flow.t.filter(|t| self.times.shows(*t));
        let last = self.layers.times.len() - 1;
        let place = match t {
            Some(t) => self
                .layers
                .times
                .iter()
                .rposition(|time| *time < t)
                .unwrap_or(0),
            None => last,
        };
        let (edge, x) = match t {
            Some(t) if self.times.at(t) < self.right - 118.0 => {
                (self.times.at(t), self.times.at(t) + 22.0)
            }
            _ => (self.right, self.right + 14.0),
        };
        // Names keep clear of each other and of the estimate, first from above, then from below.
        let near = self.layers.without.iter().zip(&self.layers.times);
        let near = near.filter_map(|(value, time)| {
            let far = self.times.at(*time) - x;
            let value = value.filter(|_| (-24.0..120.0).contains(&far))?;
            Some(self.rates.at(value) + 18.0)
        });
        let places = self.label_places(place, near.fold(self.top + 4.0, f64::max));
        for (layer, (middle, y)) in places.into_iter().enumerate() {
            let value = self.layers.values[layer][place];
            self.sheet.path(
                "c-lead",
                &format!(
                    "M{} {}L{} {}",
                    At(edge + 2.0),
                    At(middle),
                    At(x - 4.0),
                    At(y)
                ),
            );
            let name = text::fit(&self.layers.names[layer], 13.0, 76.0);
            let words = format!("{name} {}", text::quantity(value));
            self.sheet
                .text("c-label c-halo", (x, y + 4.5), Anchor::Start, &words);
        }
    }
}

impl Pen<'_> {
    /// Where each layer's middle is at a column, and where its name finds room below `highest`.
    fn label_places(&self, place: usize, highest: f64) -> Vec<(f64, f64)> {
        const APART: f64 = 16.0;
        let middles = (0..self.layers.values.len()).map(|layer| {
            let below: f64 = self.layers.below(layer)[place];
            self.rates
                .at(below + self.layers.values[layer][place] / 2.0)
        });
        let mut places: Vec<(f64, f64)> = middles.map(|middle| (middle, middle)).collect();
        let mut free = highest;
        for (_, y) in places.iter_mut().rev() {
            *y = y.max(free);
            free = *y + APART;
        }
        let mut free = self.bottom - 4.0;
        for (_, y) in &mut places {
            *y = y.min(free);
            free = *y - APART;
        }
        places
    }
}

/// The lowest layer is the largest and the darkest.
fn shade(layer: usize) -> usize {
    MOST_LAYERS - layer.min(MOST_LAYERS - 1)
}
