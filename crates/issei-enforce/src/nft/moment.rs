//! Moments as the kernel compares them, and how `nft` takes and shows them.
//!
//! The kernel compares nanoseconds. `nft` 1.0.6 takes a date to the second, or a number that it takes for
//! seconds and multiplies by 10^9 in 64 bits. That product overflows, so a number can be found for every
//! multiple of 2^9 nanoseconds, because 10^9 = 2^9 · 5^9 and 5^9 is odd: moments lie on a grid of 512 ns.
//! A listing shows only the second; the whole number stands in the instructions that `--debug=netlink`
//! shows. What a program does with a bare number is tried before it is used ([`Tongue`]).

use issei_model::{Span, Timestamp};

/// A moment on the grid: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// Takes the first moment of the grid that is not earlier.
    pub fn not_before(at: Timestamp) -> Self {
        Self(nanoseconds(at).next_multiple_of(GRID))
    }

    /// Takes the last moment of the grid that is not later.
    pub fn not_after(at: Timestamp) -> Self {
        Self(nanoseconds(at) / GRID * GRID)
    }

    /// Tells the microsecond that it lies in. Undoes [`Moment::not_before`].
    pub fn down(self) -> Timestamp {
        Timestamp::from_micros((self.0 / 1_000).cast_signed())
    }

    /// Tells the first microsecond that is not earlier. Undoes [`Moment::not_after`].
    pub fn up(self) -> Timestamp {
        Timestamp::from_micros(self.0.div_ceil(1_000).cast_signed())
    }

    /// Tells the whole second that it lies in, as a listing does.
    pub fn second(self) -> Timestamp {
        self.down().floor(Span::from_secs(1))
    }

    /// Goes back by so much, not before 1970.
    #[must_use]
    pub fn less(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_sub(nanoseconds) / GRID * GRID)
    }
}

/// Takes nanoseconds from 1970 up to the last that a file of JSON can carry, in 2262.
fn nanoseconds(at: Timestamp) -> u64 {
    let micros = at.as_micros().clamp(0, LAST_MICROSECOND);
    micros.unsigned_abs() * 1_000
}

/// When rules act: from the first moment on, up to the second, which is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first moment inside.
    pub from: Moment,
    /// The first moment outside.
    pub until: Moment,
}

impl Window {
    /// Takes the window of rules that act from one moment to another, never longer than that.
    pub fn between(from: Timestamp, until: Timestamp) -> Self {
        Self {
            from: Moment::not_before(from),
            until: Moment::not_after(until),
        }
    }

    /// Takes the window of rules that do nothing, and are to end at a moment.
    pub fn never(until: Timestamp) -> Self {
        let until = Moment::not_after(until);
        Self { from: until, until }
    }

    /// Tells whether no moment lies inside.
    pub fn is_empty(self) -> bool {
        self.from >= self.until
    }

    /// Tells whether a moment lies inside.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from.down() <= at && at < self.until.up()
    }
}

/// How a version of `nft` takes a number for a moment, and shows one in the instructions it lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tongue {
    pub(super) number: Number,
    pub(super) words: Words,
}

/// What a bare number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Seconds, multiplied by 10^9 modulo 2^64.
    Seconds,
    /// Nanoseconds.
    Nanoseconds,
}

/// In which order the bytes of a word of 32 bits are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// As the machine keeps a number.
    AsInMemory,
    /// The most significant first.
    BigEndian,
}

impl Tongue {
    /// Every tongue. For the number 1 no two of them show the same.
    pub(super) const ALL: [Self; 4] = [
        Self::of(Number::Seconds, Words::AsInMemory),
        Self::of(Number::Seconds, Words::BigEndian),
        Self::of(Number::Nanoseconds, Words::AsInMemory),
        Self::of(Number::Nanoseconds, Words::BigEndian),
    ];

    const fn of(number: Number, words: Words) -> Self {
        Self { number, words }
    }

    /// Tells the number to write, so that a moment is stored.
    pub(super) fn number(self, moment: Moment) -> u64 {
        match self.number {
            Number::Seconds => (moment.0 / GRID).wrapping_mul(INVERSE) & (u64::MAX / GRID),
            Number::Nanoseconds => moment.0,
        }
    }

    /// Tells what is stored when a number is written.
    pub(super) fn stored(self, number: u64) -> Moment {
        match self.number {
            Number::Seconds => Moment(number.wrapping_mul(SECOND)),
            Number::Nanoseconds => Moment(number),
        }
    }

    /// Reads the two words of a comparison.
    pub(super) fn moment(self, words: [u32; 2]) -> Moment {
        let bytes = words.map(|word| match self.words {
            Words::AsInMemory => word.to_ne_bytes(),
            Words::BigEndian => word.to_be_bytes(),
        });
        let [high, low] = bytes.map(u32::from_be_bytes);
        Moment(u64::from(high) << 32 | u64::from(low))
    }

    /// Writes the two words of a comparison. Undoes [`Tongue::moment`].
    #[cfg(test)]
    pub(super) fn words(self, moment: Moment) -> [u32; 2] {
        let high = (moment.0 >> 32) as u32;
        let low = moment.0 as u32;
        [high, low].map(|word| match self.words {
            Words::AsInMemory => u32::from_ne_bytes(word.to_be_bytes()),
            Words::BigEndian => word,
        })
    }
}

/// Nanoseconds of a second.
pub(super) const SECOND: u64 = 1_000_000_000;
/// Nanoseconds between two moments of the grid.
pub(super) const GRID: u64 = 512;
/// 5^9 · INVERSE = 1 modulo 2^64, and so modulo the 2^55 that the grid leaves.
const INVERSE: u64 = inverse(SECOND / GRID);
/// 2262-01-01, some months before a signed number of 64 bits is full.
const LAST_MICROSECOND: i64 = 9_214_646_400_000_000;

/// Finds the inverse of an odd number modulo 2^64; each round doubles the bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd; // right to 3 bits
    let mut round = 0;
    while round < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

#[cfg(test)]
#[path = "moment_tests.rs"]
mod tests;
