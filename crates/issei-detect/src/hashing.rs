//! Keyed hashes of lines and services.
//!
//! Always: without the key nobody can choose addresses that fall together. The key is handed in.

use issei_model::Address;

/// A service on a remote host: what a line contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Service<A> {
    pub(crate) address: A,
    pub(crate) port: u16,
    pub(crate) udp: bool,
}

/// The secret that places lines and services in the tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    first: u64,
    second: u64,
}

impl Key {
    pub(crate) fn new(key: [u64; 2]) -> Self {
        Self {
            first: key[0],
            // An odd multiplier loses no bit.
            second: key[1] | 1,
        }
    }

    /// Hashes a line, whose prefix has been taken. The upper half names the line in samples:
    /// two lines share a name with probability 2^-32, so among three million lines and ten
    /// thousand suspects some seven clean lines look like a suspect.
    #[inline]
    pub(crate) fn line<A: Address>(self, line: A) -> u64 {
        self.address(line, 0x6c69_6e65)
    }

    /// Hashes a service.
    #[inline]
    pub(crate) fn service<A: Address>(self, service: &Service<A>) -> u64 {
        let rest = u64::from(service.port) << 1 | u64::from(service.udp);
        self.address(service.address, rest << 32 | 0x7365)
    }

    /// Hashes two addresses, whose order matters, and a port.
    #[inline]
    pub(crate) fn pair<A: Address>(self, one: A, other: A, port: u16) -> u64 {
        let first = self.address(one, 0x7061);
        let second = self.address(other, u64::from(port) << 32 | 0x6972);
        self.mix(first.rotate_left(17) ^ second)
    }

    #[inline]
    fn address<A: Address>(self, address: A, salt: u64) -> u64 {
        let bits = address.to_u128();
        let mut state = self.mix(bits as u64 ^ salt.rotate_left(17));
        if A::BITS > 64 {
            state = self.mix(state ^ (bits >> 64) as u64);
        }
        state
    }

    /// Folds the 128-bit product of the keyed input and a keyed multiplier, twice.
    #[inline]
    fn mix(self, input: u64) -> u64 {
        let fold = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            product as u64 ^ (product >> 64) as u64
        };
        let once = fold(input ^ self.first, self.second.rotate_left(32) | 1);
        fold(once ^ self.second, 0x9e37_79b9_7f4a_7c15)
    }
}

/// The name of a line in samples: the upper half of its hash.
#[inline]
pub(crate) fn name_of(line_hash: u64) -> u32 {
    (line_hash >> 32) as u32
}
