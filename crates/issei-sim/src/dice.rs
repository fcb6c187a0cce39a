//! Turns a seed into the chances of a country: gaps, counts, choices.
//!
//! The generator is xoshiro256** (Blackman and Vigna 2018), seeded by SplitMix64. Only integer
//! arithmetic and the four IEEE operations are used, the logarithm included, so the same seed
//! gives the same bytes on every machine.
//! Not here: secrets. Whoever knows the seed knows every throw, which is the purpose.

/// A repeatable source of chance.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: [u64; 4],
}

impl Dice {
    /// Takes a seed and a label: components with labels of their own do not disturb each other.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let labelled = label.bytes().fold(seed, |mixed, byte| {
            mix(mixed.wrapping_add(u64::from(byte) + 1))
        });
        let mut counter = labelled;
        let state = std::array::from_fn(|_| {
            counter = counter.wrapping_add(GOLDEN);
            mix(counter)
        });
        Self { state }
    }

    /// Throws 64 bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let thrown = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        thrown
    }

    /// Throws a number from 0 to `end` - 1; 0 if `end` is 0. The bias is below 2^-32.
    #[inline]
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.bits() as u32) * u64::from(end)) >> 32) as u32
    }

    /// Chooses a place in a list of `len`.
    #[inline]
    pub(crate) fn place(&mut self, len: usize) -> usize {
        ((u128::from(self.bits()) * len as u128) >> 64) as usize
    }

    /// Chooses one of a list that is never empty.
    #[inline]
    pub(crate) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.place(list.len())]
    }

    /// Throws a share: at least 0, below 1.
    #[inline]
    pub(crate) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Says yes with this probability.
    #[inline]
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Throws an ephemeral port as an ordinary kernel does (RFC 6335, section 6).
    #[inline]
    pub(crate) fn ephemeral(&mut self) -> u16 {
        (32_768 + self.below(28_232)) as u16
    }

    /// Throws a moment within a second, in microseconds.
    #[inline]
    pub(crate) fn moment(&mut self) -> i64 {
        i64::from(self.below(1_000_000))
    }

    /// Throws the gap to the next event of a Poisson process with mean gap 1.
    #[inline]
    pub(crate) fn gap(&mut self) -> f64 {
        -ln(1.0 - self.share())
    }

    /// Throws a Poisson count. Above a mean of 64 a normal count stands in: its skew, 1/8 at most,
    /// matters to nobody who reads flow records.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 64.0 {
            return self.normal(mean, mean);
        }
        let (mut waited, mut count) = (self.gap(), 0);
        while waited < mean {
            waited += self.gap();
            count += 1;
        }
        count
    }

    /// Throws a count near `mean` with this variance, never below 0.
    pub(crate) fn normal(&mut self, mean: f64, variance: f64) -> u64 {
        // The sum of twelve shares has variance 1 and is near enough to a bell.
        let bell = (0..12).map(|_| self.share()).sum::<f64>() - 6.0;
        (mean + bell * variance.sqrt() + 0.5).max(0.0) as u64
    }
}

/// Walks over trials of one probability from success to success, without throwing for each.
#[derive(Clone, Debug)]
pub(crate) struct Skip {
    /// ln(1 - probability); `None` if every trial succeeds.
    ln_failure: Option<f64>,
    /// Failures before the next success.
    failures: u64,
}

impl Skip {
    pub(crate) fn new(probability: f64, dice: &mut Dice) -> Self {
        let ln_failure = (probability < 1.0).then(|| ln(1.0 - probability));
        let mut skip = Self {
            ln_failure,
            failures: 0,
        };
        skip.failures = skip.throw(dice);
        skip
    }

    /// Tells the next success among the trials `place .. end`.
    #[inline]
    pub(crate) fn next(&mut self, place: usize, end: usize, dice: &mut Dice) -> Option<usize> {
        let trials = (end - place) as u64;
        if self.failures >= trials {
            self.failures -= trials;
            return None;
        }
        let success = place + self.failures as usize;
        self.failures = self.throw(dice);
        Some(success)
    }

    /// Throws a geometric gap.
    fn throw(&self, dice: &mut Dice) -> u64 {
        self.ln_failure
            .map_or(0, |ln_failure| (-dice.gap() / ln_failure) as u64)
    }
}

/// Throws one thing that the same number always gives: SplitMix64's finisher.
#[inline]
pub(crate) fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Takes the natural logarithm of a positive normal number with additions, multiplications and
/// one division only: libraries differ in the last bit, IEEE arithmetic does not.
#[inline]
pub(crate) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) as i64 - 1_023) as f64;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1.0;
    }
    // ln m = 2 artanh((m-1)/(m+1)); |s| <= 0.1716, so the series ends below 1e-13.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let odd = 1.0 / 13.0 + q * (1.0 / 15.0);
    let odd = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * odd));
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * odd));
    exponent * std::f64::consts::LN_2 + 2.0 * s * series
}

/// Raises to a whole power by squaring, so that it too is the same everywhere.
pub(crate) fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    result
}

#[cfg(test)]
#[path = "dice_tests.rs"]
mod tests;
