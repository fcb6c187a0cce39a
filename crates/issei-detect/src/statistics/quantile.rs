//! Quantiles of a stream in bounded memory: the sketch of Karnin, Lang and Liberty (FOCS 2016).
//!
//! Values wait in levels; a value in level `h` stands for `2^h` values. A full level is sorted
//! and every second value moves up, beginning with the first or the second by a coin. Ranks are
//! unbiased; with `k` = 200 the rank of an answer is off by at most 1.33 % in 99 of 100 cases
//! (held by a test). The coin is a counter hashed with a seed: the same stream gives the same
//! sketch. An outsider who knows the seed could bias it, so hand in a keyed one.

/// Answers what share of the values seen lies below a value, and the reverse.
#[derive(Clone, Debug)]
pub struct QuantileSketch {
    k: usize,
    levels: Vec<Vec<f32>>,
    count: u64,
    coin: u64,
}

impl QuantileSketch {
    /// Makes an empty sketch. `k` sets the accuracy (rank error about `2.3 / k`) and the memory
    /// (about `3 k` values of four bytes plus eight for each doubling of the stream).
    pub fn new(k: usize, seed: u64) -> Self {
        Self {
            k: k.max(8),
            levels: vec![Vec::new()],
            count: 0,
            coin: seed,
        }
    }

    /// Counts the values seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Counts the values held.
    pub fn held(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }

    /// Takes a value. What is not a number is not taken.
    pub fn add(&mut self, value: f32) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        self.levels[0].push(value);
        if self.levels[0].len() >= self.room(0) {
            self.compact();
        }
    }

    /// Adds what another sketch saw.
    pub fn absorb(&mut self, other: &Self) {
        self.count += other.count;
        if self.levels.len() < other.levels.len() {
            self.levels.resize(other.levels.len(), Vec::new());
        }
        for (mine, theirs) in self.levels.iter_mut().zip(&other.levels) {
            mine.extend_from_slice(theirs);
        }
        self.compact();
    }

    /// Tells the least value held that a share `q` of the values does not exceed; none if empty.
    pub fn quantile(&self, q: f64) -> Option<f32> {
        let weighted = self.weighted();
        let goal = q.clamp(0.0, 1.0) * weighted.iter().map(|&(_, w)| w as f64).sum::<f64>();
        let mut below = 0.0;
        for &(value, weight) in &weighted {
            below += weight as f64;
            if below >= goal {
                return Some(value);
            }
        }
        weighted.last().map(|&(value, _)| value)
    }

    /// Tells the share of the values that do not exceed `value`; 0 if empty.
    pub fn share_up_to(&self, value: f32) -> f64 {
        let (mut below, mut all) = (0, 0);
        for (level, values) in self.levels.iter().enumerate() {
            below += (values.iter().filter(|&&v| v <= value).count() as u64) << level;
            all += (values.len() as u64) << level;
        }
        if all == 0 {
            0.0
        } else {
            below as f64 / all as f64
        }
    }

    fn weighted(&self) -> Vec<(f32, u64)> {
        let of_level = |(level, values): (usize, &Vec<f32>)| {
            let weight = 1u64 << level;
            values
                .iter()
                .map(move |&value| (value, weight))
                .collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.levels.iter().enumerate().flat_map(of_level).collect();
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// Tells how many values a level may hold: `k` at the top, two thirds of that per step down.
    fn room(&self, level: usize) -> usize {
        let depth = (self.levels.len() - 1 - level) as i32;
        ((self.k as f64 * (2.0f64 / 3.0).powi(depth)).ceil() as usize).max(LEAST_ROOM)
    }

    fn compact(&mut self) {
        let mut level = 0;
        while level < self.levels.len() {
            if self.levels[level].len() >= self.room(level) {
                self.halve(level);
            }
            level += 1;
        }
    }

    /// Sorts a level and moves every second value up; one of an odd number stays.
    fn halve(&mut self, level: usize) {
        if level + 1 == self.levels.len() {
            self.levels.push(Vec::new());
        }
        let start = usize::from(self.toss());
        let (lower, upper) = self.levels.split_at_mut(level + 1);
        let (values, above) = (&mut lower[level], &mut upper[0]);
        values.sort_unstable_by(f32::total_cmp);
        let stays = values.len() % 2;
        above.extend(values[stays..].iter().skip(start).step_by(2));
        values.truncate(stays);
    }

    fn toss(&mut self) -> bool {
        self.coin = self.coin.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.coin ^ (self.coin >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 63 == 1
    }
}

/// Lower levels stay at least this wide, so that the sort is worth its call.
const LEAST_ROOM: usize = 8;

#[cfg(test)]
#[path = "quantile_tests.rs"]
mod tests;
