//! The sentinel of an own line or prefix: what it got and sent in the running ten seconds.
//!
//! Touched for every record, so it is small and only adds. It decides nothing: it says when a
//! closer look is worth while. The baseline is learned from windows that have closed; a window
//! teaches at most a few times what was known, so a flood does not make itself ordinary.

use super::kinds::{Kind, Shape};
use super::parameters::WINDOWS_A_QUARTER;

/// What is remembered of every active line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    /// The running window: seconds since the epoch, over ten.
    window: u32,
    /// Packets in it that nobody asked for.
    pub(super) odd: u32,
    /// Packets in it of which nobody can say.
    pub(super) plain: u32,
    /// Packets sent in it, but for answers to openings and refusals.
    pub(super) out: u32,
    /// Packets sent in it that nobody is known to have answered.
    pub(super) oneway: u32,
    /// Unasked answers in this quarter of an hour and half of those before.
    pub(super) strange: u16,
    /// Questions in the same time.
    pub(super) asked: u16,
    /// Packets received in a window, unasked or unknown: mean and mean square.
    mean: f32,
    square: f32,
    /// Packets sent one way in a window: mean.
    out_mean: f32,
    /// Windows learned from.
    windows: u16,
    /// Which details are kept elsewhere.
    pub(super) flags: u8,
}

/// A victim with details.
pub(super) const WATCHED: u8 = 1;
/// A sender with details.
pub(super) const SENDER: u8 = 2;
/// An address of which a day's radiation is measured.
pub(super) const SENSOR: u8 = 4;
/// Another rule suspects it.
pub(super) const SUSPECT: u8 = 8;
/// It took part in something: it is not quiet.
pub(super) const BUSY: u8 = 16;
/// What an innocent line received before: packets in a window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Baseline {
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Windows it was learned from.
    pub(super) windows: u16,
}

impl Baseline {
    pub(super) fn new(mean: f32, square: f32, windows: u16) -> Self {
        let (mean, square) = (f64::from(mean), f64::from(square));
        Self {
            mean,
            variance: (square - mean * mean).max(0.0),
            windows,
        }
    }

    /// What was received of two sorts together.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            mean: self.mean + other.mean,
            variance: self.variance + other.variance,
            windows: self.windows.min(other.windows),
        }
    }
}

/// The newest window weighs one part in so many: ten seconds count for some five minutes.
const MEMORY: f32 = 32.0;
/// A window teaches at most so many times the mean, and so many packets beyond.
const MOST_TAUGHT: f32 = 4.0;
const MOST_TAUGHT_BEYOND: f32 = 32.0;

/// What is left of a memory after so many empty windows.
static LEFT: [f32; 256] = {
    let mut left = [1.0; 256];
    let mut at = 1;
    while at < left.len() {
        left[at] = left[at - 1] * (1.0 - 1.0 / MEMORY);
        at += 1;
    }
    left
};

impl Line {
    /// Begins a new window if its time has come. A late record counts in the running one.
    #[inline]
    pub(super) fn roll(&mut self, window: u32) {
        if window > self.window {
            self.close(window);
        }
    }

    fn close(&mut self, window: u32) {
        let gap = window - self.window;
        if self.window != 0 {
            let received = self.odd.saturating_add(self.plain) as f32;
            (self.mean, self.square) = moments((self.mean, self.square), received, gap);
            (self.out_mean, _) = moments((self.out_mean, 0.0), self.oneway as f32, gap);
            let learned = u16::try_from(gap).unwrap_or(u16::MAX);
            self.windows = self.windows.saturating_add(learned);
        }
        let quarters = window / WINDOWS_A_QUARTER - self.window / WINDOWS_A_QUARTER;
        if quarters > 0 {
            let keep = u32::from(quarters == 1);
            self.strange = (self.strange / 2) * keep as u16;
            self.asked = (self.asked / 2) * keep as u16;
        }
        (self.odd, self.plain, self.out, self.oneway) = (0, 0, 0, 0);
        self.window = window;
    }

    /// Takes packets received, and tells whether they count as unasked.
    #[inline]
    pub(super) fn received(&mut self, shape: Shape, packets: u64, unknown: bool) -> bool {
        let packets = short(packets);
        if unknown {
            self.plain = self.plain.saturating_add(packets);
            return false;
        }
        if matches!(shape.kind, Kind::Answer | Kind::Reply) {
            let strange = u16::try_from(packets).unwrap_or(u16::MAX);
            self.strange = self.strange.saturating_add(strange);
            if self.strange <= self.asked {
                // Every one of them may answer a question of this line.
                return false;
            }
        }
        self.odd = self.odd.saturating_add(packets);
        true
    }

    /// Takes a question sent.
    #[inline]
    pub(super) fn asks(&mut self, questions: u64) {
        let questions = u16::try_from(questions).unwrap_or(u16::MAX);
        self.asked = self.asked.saturating_add(questions);
    }

    /// Takes packets sent.
    #[inline]
    pub(super) fn sent(&mut self, packets: u64, oneway: bool) {
        let packets = short(packets);
        self.out = self.out.saturating_add(packets);
        if oneway {
            self.oneway = self.oneway.saturating_add(packets);
        }
    }

    /// Tells what was received before.
    pub(super) fn baseline(&self) -> Baseline {
        Baseline::new(self.mean, self.square, self.windows)
    }

    /// Learns of a newcomer that nothing came for so many windows before.
    pub(super) fn was_silent(&mut self, windows: u16) {
        if self.window == 0 {
            self.windows = windows;
        }
    }

    /// Tells whether the line asked nothing lately that could be answered.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.asked == 0 && self.out == 0
    }

    /// Tells whether far more came in this window than was sent.
    #[inline]
    pub(super) fn is_deaf(&self, one_sided: f64) -> bool {
        f64::from(self.plain) > one_sided * (f64::from(self.out) + 1.0)
    }

    /// Tells whether enough came in this window to acknowledge what was sent.
    #[inline]
    pub(super) fn hears(&self) -> bool {
        u64::from(self.plain.saturating_add(self.odd)) * 50 > u64::from(self.oneway)
    }

    /// Tells what was sent one way before, in a window.
    pub(super) fn out_mean(&self) -> f64 {
        f64::from(self.out_mean)
    }

    /// Tells whether what was sent one way in this window is worth a closer look.
    #[inline]
    pub(super) fn sends_much(&self, least: u64, enough: u64, sampling: u32) -> bool {
        let estimated = u64::from(self.oneway) * u64::from(sampling.max(1));
        u64::from(self.oneway) >= least
            && estimated * 4 >= enough
            && self.oneway as f32 > 2.0 * self.out_mean
    }

    /// Tells whether what came in this window is worth a closer look.
    #[inline]
    pub(super) fn is_worth_a_look(&self, least: u64, one_sided: f64) -> bool {
        let least = short(least);
        let more = |count: u32| count >= least && count as f32 > 2.0 * self.mean;
        more(self.odd)
            || (self.is_deaf(one_sided) && more(self.plain.saturating_add(self.odd)))
            || (self.strange >= LEAST_STRANGE && self.strange > 4 * self.asked.min(u16::MAX / 4))
    }
}

/// Unasked answers in a quarter of an hour that are worth a closer look.
const LEAST_STRANGE: u16 = 8;

/// Mean and mean square after a window of so many packets, and after the empty ones up to the
/// next one, `gap` windows later.
#[inline]
pub(super) fn moments((mean, square): (f32, f32), count: f32, gap: u32) -> (f32, f32) {
    let empty = LEFT[(gap as usize - 1).min(LEFT.len() - 1)];
    let count = taught(count, mean);
    (
        (mean + (count - mean) / MEMORY) * empty,
        (square + (count * count - square) / MEMORY) * empty,
    )
}

fn taught(count: f32, mean: f32) -> f32 {
    count.min(MOST_TAUGHT * mean + MOST_TAUGHT_BEYOND)
}

#[inline]
pub(super) fn short(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
