//! Where an address's bit and home are, and the bits of all goals: 2^24, so that every other packet pays one
//! look at 2 MB.
//!
//! Multilinear hashing over the 32-bit words of an address, then a mix: with seeds that nobody else knows, an
//! outsider who chooses addresses hits a set bit no more often than chance does. The program computes the same.

use std::net::IpAddr;

/// Words of the bitmap.
const WORDS: usize = 1 << 18;

/// The secret of the bitmap and of the homes. New with every load of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds(pub [u64; 7]);

impl Seeds {
    /// Spreads an address over 64 bits; the upper ones are even.
    pub fn hash(&self, ip: IpAddr) -> u64 {
        let Self([mix, plus_v4, of_v4, of_v6 @ ..]) = self;
        let sum = match ip {
            IpAddr::V4(ip) => plus_v4.wrapping_add(of_v4.wrapping_mul(word(&ip.octets()))),
            IpAddr::V6(ip) => {
                let octets = ip.octets();
                let words = octets.as_chunks::<4>().0.iter().map(word).zip(of_v6);
                words.fold(0, |sum: u64, (word, seed)| {
                    sum.wrapping_add(seed.wrapping_mul(word))
                })
            }
        };
        (sum ^ (sum >> 32)).wrapping_mul(*mix)
    }

    /// Tells the bit of an address: 0 to 2^24 - 1.
    pub fn bit(&self, ip: IpAddr) -> u32 {
        (self.hash(ip) >> 40) as u32
    }

    /// Tells the home of an address, of so many.
    pub fn home(&self, ip: IpAddr, homes: u32) -> u32 {
        (((self.hash(ip) >> 32) * u64::from(homes)) >> 32) as u32
    }
}

/// The program reads the wire's bytes as the machine's own words. It is built for little-endian machines.
fn word(wire: &[u8; 4]) -> u64 {
    u64::from(u32::from_le_bytes(*wire))
}

/// The bitmap.
#[derive(Clone, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// Bytes of it in the map.
    pub const LENGTH: usize = WORDS * 8;

    /// Takes the bits of these addresses.
    pub fn of(seeds: &Seeds, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        let mut bits = Self(vec![0; WORDS]);
        addresses.into_iter().for_each(|ip| bits.set(seeds.bit(ip)));
        bits
    }

    /// Reads what the map holds. None if it is not as long as it must be.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let words = bytes.as_chunks::<8>().0.iter();
        let words: Vec<u64> = words.map(|&word| u64::from_le_bytes(word)).collect();
        (bytes.len() == Self::LENGTH).then_some(Self(words))
    }

    /// Writes what the map should hold.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Tells whether an address may have a goal.
    pub fn has(&self, seeds: &Seeds, ip: IpAddr) -> bool {
        let bit = seeds.bit(ip);
        self.0[(bit >> 6) as usize] >> (bit & 63) & 1 == 1
    }

    fn set(&mut self, bit: u32) {
        self.0[(bit >> 6) as usize] |= 1 << (bit & 63);
    }
}

impl std::fmt::Debug for Bits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        write!(f, "{set} bits of 2^24")
    }
}

#[cfg(test)]
#[path = "bits_tests.rs"]
mod tests;
