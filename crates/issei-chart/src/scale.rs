//! Scales: where a value lies on an axis, and which values an axis names.
//!
//! In: the ends of what is shown. Out: units of the sheet, ticks with their labels.
//! Always: a place is within the axis; there are at most [`MOST_TICKS`] ticks; ends that are the same, or the
//! wrong way round, or no numbers, give an axis all the same.

use issei_model::Timestamp;

use crate::look::{Fine, Zone};
use crate::text;

/// No axis names more values.
pub(crate) const MOST_TICKS: usize = 24;

/// Numbers beyond this are drawn as this: no axis of ours is that long.
const FARTHEST: f64 = 1e15;

/// Takes what can be drawn: a finite number within bounds.
pub(crate) fn sane(value: f64) -> Option<f64> {
    value.is_finite().then(|| value.clamp(-FARTHEST, FARTHEST))
}

/// A line of numbers laid on the sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Linear {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Linear {
    /// Lays `low` on `from` and `high` on `to`.
    pub fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let low = sane(low).unwrap_or(0.0);
        let high = sane(high).unwrap_or(low);
        let high = if high > low {
            high
        } else {
            low + low.abs().max(1.0)
        };
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Lays zero on `from`, and a round number that is at least `most` on `to`.
    pub fn up_to(most: f64, steps: usize, ends: (f64, f64)) -> Self {
        let most = sane(most).unwrap_or(1.0);
        let most = if most > 0.0 { most } else { 1.0 };
        let step = round_step(most / steps as f64);
        Self::new((0.0, (most / step).ceil() * step), ends)
    }

    /// Tells where a value lies.
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let share = if share.is_nan() { 0.0 } else { share };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Names about `about` round values.
    pub fn ticks(&self, about: usize) -> Vec<f64> {
        let step = round_step((self.high - self.low) / about.max(1) as f64);
        let first = (self.low / step - 1e-9).ceil();
        let ticks = (0..MOST_TICKS).map(|place| (first + place as f64) * step);
        ticks
            .take_while(|value| *value <= self.high + step * 1e-9)
            .collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let decade = 10f64.powf(least.log10().floor());
    let lead = least / decade;
    let round = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|round| lead <= *round + 1e-9)
        .unwrap_or(10.0);
    round * decade
}

/// Offsets from T: linear where they are alike, logarithmic outwards where some are many times the others.
#[derive(Clone, Debug)]
pub(crate) struct Offsets {
    /// Within this many microseconds of T the axis is linear; everywhere, if there is none.
    pub linear_within: Option<f64>,
    inner: Linear,
}

impl Offsets {
    /// Lays offsets in microseconds, sorted, and a promise on the sheet.
    pub fn new(sorted: &[f64], promise: f64, ends: (f64, f64)) -> Self {
        let low = sorted.first().copied().unwrap_or(0.0).min(0.0);
        let high = sorted.last().copied().unwrap_or(0.0).max(0.0);
        let mut sizes: Vec<f64> = sorted.iter().map(|offset| offset.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let place = |share: f64| (sizes.len().saturating_sub(1) as f64 * share) as usize;
        let most = sizes.get(place(0.9)).copied().unwrap_or(0.0).max(promise);
        let middle = sizes.get(place(0.5)).copied().unwrap_or(0.0).max(100.0);
        let farthest = high.max(-low);
        let far = farthest > 12.0 * most.max(100.0);
        let crowded = promise > 40.0 * high.max(-low).max(100.0);
        let linear_within = far.then(|| 10f64.powf(middle.log10().floor()));
        // A promise that nobody came near would press all dots on the line; then it is only written.
        let high = if crowded { high } else { high.max(promise) };
        let (low, high) = (bend(low, linear_within), bend(high, linear_within));
        let margin = (high - low) * 0.05;
        // The line of T needs little room on its left, what is late needs some on its right.
        let (low, high) = (low - margin * 0.35, high + margin);
        Self {
            linear_within,
            inner: Linear::new((low, high), ends),
        }
    }

    /// Tells where an offset lies.
    pub fn at(&self, micros: f64) -> f64 {
        self.inner.at(bend(micros, self.linear_within))
    }

    /// Whether an offset lies on the axis at all.
    pub fn shows(&self, micros: f64) -> bool {
        let bent = bend(micros, self.linear_within);
        (self.inner.low..=self.inner.high).contains(&bent)
    }

    /// Names round offsets, with their labels.
    pub fn ticks(&self, about: usize) -> Vec<(f64, String)> {
        let Some(within) = self.linear_within else {
            let ticks = self.inner.ticks(about);
            let far = self.inner.high.max(-self.inner.low);
            let step = ticks
                .windows(2)
                .next()
                .map_or(far, |pair| pair[1] - pair[0]);
            let seconds = far >= 2_000_000.0;
            let unit = if seconds { 1e6 } else { 1e3 };
            let digits = ((unit / step).log10() - 1e-9).ceil().clamp(0.0, 3.0) as usize;
            let word = if seconds { "s" } else { "ms" };
            let name = |value: f64| match value {
                0.0 => "0".to_string(),
                value if value < 0.0 => format!("−{:.digits$} {word}", -value / unit),
                value => format!("+{:.digits$} {word}", value / unit),
            };
            return ticks
                .into_iter()
                .map(|value| {
                    // Adding steps up leaves crumbs around zero.
                    let value = if value.abs() < step * 1e-6 {
                        0.0
                    } else {
                        value
                    };
                    (value, name(value))
                })
                .collect();
        };
        let mut decades: Vec<f64> = (0..10).map(|n| within * 10f64.powi(n)).collect();
        decades.extend(decades.clone().into_iter().map(|value| -value));
        decades.push(0.0);
        decades.sort_by(f64::total_cmp);
        let shown = decades.into_iter().filter(|value| self.shows(*value));
        shown.map(|value| (value, decade_label(value))).collect()
    }
}

/// Labels a power of ten: `+1 ms`, `−0.1 ms`, `+10 s`.
fn decade_label(micros: f64) -> String {
    if micros == 0.0 {
        return "0".to_string();
    }
    let sign = if micros < 0.0 { '−' } else { '+' };
    let size = micros.abs();
    if size < 999_999.0 {
        format!("{sign}{} ms", text::trimmed(format!("{:.1}", size / 1e3)))
    } else {
        format!("{sign}{} s", text::count((size / 1e6).round() as u64))
    }
}

/// Bends the line of numbers: straight near zero, logarithmic far away, the same on both sides.
fn bend(value: f64, linear_within: Option<f64>) -> f64 {
    match linear_within {
        Some(within) => (value / within).asinh(),
        None => value,
    }
}

/// A stretch of time laid on the sheet.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    from: Timestamp,
    micros: f64,
    start: f64,
    end: f64,
}

/// The steps of a time axis in microseconds, finest first.
const STEPS: &[i64] = {
    const MS: i64 = 1_000;
    const S: i64 = 1_000 * MS;
    const MIN: i64 = 60 * S;
    const H: i64 = 60 * MIN;
    const D: i64 = 24 * H;
    &[
        MS,
        5 * MS,
        10 * MS,
        50 * MS,
        100 * MS,
        500 * MS,
        S,
        5 * S,
        10 * S,
        15 * S,
        30 * S,
        MIN,
        2 * MIN,
        5 * MIN,
        10 * MIN,
        15 * MIN,
        30 * MIN,
        H,
        2 * H,
        3 * H,
        6 * H,
        12 * H,
        D,
        2 * D,
        7 * D,
        14 * D,
        30 * D,
        90 * D,
        365 * D,
        3_650 * D,
        365_000 * D,
    ]
};

impl Times {
    /// Lays the time between two moments on the sheet; the wrong way round, they are changed over.
    pub fn new(one: Timestamp, other: Timestamp, (start, end): (f64, f64)) -> Self {
        let (from, to) = (one.min(other), one.max(other));
        let micros = to.as_micros() as f64 - from.as_micros() as f64;
        Self {
            from,
            micros: micros.max(1.0),
            start,
            end,
        }
    }

    /// Tells where a moment lies.
    pub fn at(&self, moment: Timestamp) -> f64 {
        self.start + self.share(moment).clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// Whether a moment lies within.
    pub fn shows(&self, moment: Timestamp) -> bool {
        (0.0..=1.0).contains(&self.share(moment))
    }

    fn share(&self, moment: Timestamp) -> f64 {
        (moment.as_micros() as f64 - self.from.as_micros() as f64) / self.micros
    }

    /// Names round moments of the zone's own clock, with their labels.
    pub fn ticks(&self, zone: &Zone, about: usize) -> Vec<(f64, String)> {
        let wanted = self.micros / about.max(1) as f64;
        let step = STEPS
            .iter()
            .copied()
            .find(|step| *step as f64 >= wanted)
            .unwrap_or(STEPS[STEPS.len() - 1]);
        let first = zone.local(self.from).div_euclid(step);
        let ahead = zone.local(Timestamp::from_micros(0));
        let moments = (0..MOST_TICKS as i64)
            .map(|place| first.saturating_add(place).saturating_mul(step))
            .map(|local| Timestamp::from_micros(local.saturating_sub(ahead)));
        moments
            .filter(|moment| self.shows(*moment))
            .map(|moment| (self.at(moment), label(zone, moment, step)))
            .collect()
    }
}

fn label(zone: &Zone, moment: Timestamp, step: i64) -> String {
    match step {
        ..1_000_000 => zone.clock(moment, Fine::Millis),
        1_000_000..60_000_000 => zone.clock(moment, Fine::Seconds),
        60_000_000..86_400_000_000 => zone.clock(moment, Fine::Minutes),
        _ => zone.date(moment),
    }
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
