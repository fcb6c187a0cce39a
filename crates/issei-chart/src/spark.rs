//! A sparkline: how one measure went, as small as a word.
//!
//! In: values in the order of time. Out: a line 120 units wide with its last point marked, and a table.
//! Always: what is no number leaves a gap; more values than places are averaged.

use issei_model::Language;

use crate::chart::{Chart, Table};
use crate::look::Look;
use crate::scale::{Linear, sane};
use crate::sheet::{At, Sheet};
use crate::text;

const WIDE: f64 = 120.0;
const HIGH: f64 = 32.0;
const MOST_POINTS: usize = 100;

/// How one measure went.
#[derive(Clone, Debug, Default)]
pub struct Spark {
    /// What is measured.
    pub name: String,
    /// Its unit, or nothing.
    pub unit: String,
    /// The values, oldest first, at equal distances.
    pub values: Vec<f64>,
}

impl Spark {
    /// Draws the line. The width of the look has no say: a sparkline is as small as it is.
    pub fn draw(&self, look: &Look) -> Chart {
        let mut sheet = Sheet::of_width(look, WIDE, "spark");
        let name = text::shorten(&self.name, 60);
        let columns = [look.say("Place", "順"), &self.name];
        let mut table = Table::new(&columns);
        for (place, value) in self.values.iter().enumerate() {
            if table.is_full() {
                continue;
            }
            table.push(&[(place + 1).to_string(), text::quantity(*value)]);
        }
        let each = self.values.len().div_ceil(MOST_POINTS).max(1);
        let points: Vec<Option<f64>> = self.values.chunks(each).map(mean).collect();
        let known: Vec<f64> = points.iter().copied().flatten().collect();
        let Some(last) = known.last().copied() else {
            let plain = look.say("no values yet", "値なし");
            let why = if look.why_empty.is_empty() {
                plain
            } else {
                &look.why_empty
            };
            sheet.line("c-empty", (2.0, HIGH / 2.0), (WIDE - 2.0, HIGH / 2.0));
            return sheet.finish(HIGH, &name, why, table);
        };
        let low = known.iter().copied().fold(f64::MAX, f64::min);
        let high = known.iter().copied().fold(f64::MIN, f64::max);
        let ends = match low < high {
            true => (HIGH - 5.0, 5.0),
            false => (HIGH / 2.0, HIGH / 2.0),
        };
        let scale = Linear::new((low, high), ends);
        let step = (WIDE - 10.0) / points.len().saturating_sub(1).max(1) as f64;
        let mut d = String::new();
        let mut drawing = false;
        let mut end = (5.0, HIGH / 2.0);
        for (place, value) in points.iter().enumerate() {
            if let Some(value) = value {
                end = (5.0 + place as f64 * step, scale.at(*value));
                let command = if drawing { 'L' } else { 'M' };
                d.push_str(&format!("{command}{} {}", At(end.0), At(end.1)));
            }
            drawing = value.is_some();
        }
        sheet.path("c-spark", &d);
        sheet.dot("c-spark-end", end, 2.6);
        let unit = text::shorten(&self.unit, 24);
        let told = |value| {
            format!("{} {unit}", text::quantity(value))
                .trim_end()
                .to_string()
        };
        let (first, last) = (told(known[0]), told(last));
        let (low, high) = (told(low), told(high));
        let description = match look.language {
            Language::English => {
                format!("From {first} to {last}; lowest {low}, highest {high}.")
            }
            Language::Japanese => format!("{first} から {last}。最低 {low}、最高 {high}。"),
        };
        sheet.finish(HIGH, &name, &description, table)
    }
}

/// The mean of what are numbers.
fn mean(values: &[f64]) -> Option<f64> {
    let known: Vec<f64> = values.iter().copied().filter_map(sane).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}
