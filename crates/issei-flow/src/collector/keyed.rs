//! A hash that outsiders cannot aim: SipHash-1-3 under a key that is handed in.
//!
//! Source: Aumasson and Bernstein, *SipHash: a fast short-input PRF*, 2012.

/// Hashes whole words.
pub(super) fn hash_words(key: [u64; 2], words: &[u64]) -> u64 {
    let mut state = State::new(key);
    for &word in words {
        state.compress(word);
    }
    state.finish((words.len() as u64) << 59)
}

/// Hashes bytes.
pub(super) fn hash_bytes(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut state = State::new(key);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state.compress(little_endian(word));
    }
    state.finish((bytes.len() as u64) << 56 | little_endian(words.remainder()))
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte))
}

struct State([u64; 4]);

impl State {
    fn new([k0, k1]: [u64; 2]) -> Self {
        Self([
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ])
    }

    fn compress(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    fn finish(mut self, last: u64) -> u64 {
        self.compress(last);
        self.0[2] ^= 0xff;
        for _ in 0..3 {
            self.round();
        }
        self.0[0] ^ self.0[1] ^ self.0[2] ^ self.0[3]
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }
}

#[cfg(test)]
#[path = "keyed_tests.rs"]
mod tests;
