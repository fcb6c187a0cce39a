//! Says of most lines with one look at one word that nobody suspects them.
//!
//! Suspects set two bits of one word, chosen by a keyed hash; a word holds few of them, so some
//! one in a hundred other lines is looked up for nothing.

use issei_model::Address;

/// The filter.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    words: Vec<u64>,
    key: u64,
    held: usize,
}

/// Words of a new filter: 8 KiB, which stay in the first-level cache.
const FIRST_WORDS: usize = 1 << 10;
/// Lines a word holds on average before the filter doubles: 8 bits of 64 set, (1/8)² wrong.
const LINES_A_WORD: usize = 4;

impl Watch {
    pub(super) fn new(key: [u64; 2]) -> Self {
        Self {
            words: vec![0; FIRST_WORDS],
            key: key[0] ^ key[1].rotate_left(23),
            held: 0,
        }
    }

    /// Tells whether a line may have been added; `false` is certain.
    #[inline]
    pub(super) fn may_hold<A: Address>(&self, line: A) -> bool {
        self.may_hold_mixed(self.mix(line))
    }

    /// The same, for who has mixed the line already.
    #[inline]
    pub(super) fn may_hold_mixed(&self, mixed: u64) -> bool {
        let (word, bits) = self.place(mixed);
        self.words[word] & bits == bits
    }

    /// Mixes a line with the key: even enough to choose some lines out of many.
    #[inline]
    pub(super) fn mix<A: Address>(&self, line: A) -> u64 {
        let product = u128::from(line.fold() ^ self.key) * 0x9e37_79b9_7f4a_7c15_u128;
        let mixed = (product >> 64) as u64 ^ product as u64;
        mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9).rotate_left(32)
    }

    /// Adds a line. Tells whether the filter is too full: then [`Self::rebuild`] it.
    pub(super) fn add<A: Address>(&mut self, line: A) -> bool {
        let (word, bits) = self.place(self.mix(line));
        self.words[word] |= bits;
        self.held += 1;
        self.held > self.words.len() * LINES_A_WORD
    }

    /// Forgets all lines and takes these, with room for them.
    pub(super) fn rebuild<A: Address>(&mut self, lines: impl Iterator<Item = A> + Clone) {
        let words = lines.clone().count().div_ceil(LINES_A_WORD) * 2;
        let words = words.next_power_of_two().max(FIRST_WORDS);
        self.words.clear();
        self.words.resize(words, 0);
        self.held = 0;
        for line in lines {
            self.add(line);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }

    #[inline]
    fn place(&self, mixed: u64) -> (usize, u64) {
        let bits = 1 << (mixed >> 58) | 1 << (mixed >> 52 & 63);
        (mixed as usize & (self.words.len() - 1), bits)
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
