//! What a prefix receives and sends under sampling: too little at each of its lines to show there.
//!
//! In: every sampled record of a prefix's lines whose other direction stands in a record of its
//! own. Out: whether far more came than what was sent explains, and more than the prefix is used
//! to. Always: one touched place of 64 bytes per record. What a narrow prefix got is handed to the
//! wide one around it when its window closes, so that nobody pays for both.
//! A call, a film or an upload is answered: TCP acknowledges every second packet, QUIC every
//! tenth. Of one line the few sampled answers say little, of a whole prefix they say enough.

use issei_model::Address;

use super::kinds::Kind;
use super::lines::{Baseline, moments, short};
use crate::hashing::Key;

/// Datagrams, and TCP beyond its openings.
pub(super) const CLASSES: usize = 2;

/// The class of a kind; none for what is unasked by its shape alone.
#[inline]
pub(super) const fn class(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Datagram => Some(0),
        Kind::Stream => Some(1),
        _ => None,
    }
}

/// Packets of a prefix in one window, as sampled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    /// A bit for each of 64 groups of addresses that received.
    pub(super) hit: u64,
    pub(super) received: [u32; CLASSES],
    pub(super) sent: [u32; CLASSES],
    /// Seconds since the epoch, over ten.
    pub(super) window: u32,
}

/// The running window of a prefix, and what it is used to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    running: Sum,
    mean: [f32; CLASSES],
    square: [f32; CLASSES],
    /// Windows learned from, silent ones among them.
    windows: u16,
    pub(super) watched: Watched,
}

/// Whether details are kept of a narrow prefix, and of the wide one around it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watched {
    pub(super) narrow: bool,
    pub(super) wide: bool,
}

/// What must come in a window before a prefix is looked at closely.
#[derive(Clone, Copy, Debug)]
pub(super) struct Least {
    pub(super) packets: u64,
    /// For each packet sent.
    pub(super) one_sided: [f64; CLASSES],
    pub(super) addresses: u64,
}

impl Sum {
    /// Packets received by an address, by its hash.
    #[inline]
    pub(super) fn received(window: u32, class: usize, packets: u64, address_hash: u64) -> Self {
        let mut sum = Self {
            hit: 1 << (address_hash >> 58),
            window,
            ..Self::default()
        };
        sum.received[class] = short(packets);
        sum
    }

    /// Packets sent.
    #[inline]
    pub(super) fn sent(window: u32, class: usize, packets: u64) -> Self {
        let mut sum = Self {
            window,
            ..Self::default()
        };
        sum.sent[class] = short(packets);
        sum
    }

    #[inline]
    fn add(&mut self, more: &Self) {
        self.hit |= more.hit;
        for class in 0..CLASSES {
            self.received[class] = self.received[class].saturating_add(more.received[class]);
            self.sent[class] = self.sent[class].saturating_add(more.sent[class]);
        }
    }
}

impl Load {
    /// Adds what came or went; tells the window that closed by it. A late record counts in the
    /// running one. A prefix never heard before was silent before for `silent` windows.
    #[inline]
    pub(super) fn add(&mut self, sum: &Sum, silent: u16) -> Option<Sum> {
        let closed = (sum.window > self.running.window).then(|| self.close(sum.window, silent));
        self.running.add(sum);
        closed.filter(|closed| closed.window != 0)
    }

    fn close(&mut self, window: u32, silent: u16) -> Sum {
        let next = Sum {
            window,
            ..Sum::default()
        };
        let closed = std::mem::replace(&mut self.running, next);
        if closed.window == 0 {
            self.windows = silent;
            return closed;
        }
        let gap = window - closed.window;
        for class in 0..CLASSES {
            let known = (self.mean[class], self.square[class]);
            (self.mean[class], self.square[class]) =
                moments(known, closed.received[class] as f32, gap);
        }
        let learned = u16::try_from(gap).unwrap_or(u16::MAX);
        self.windows = self.windows.saturating_add(learned);
        closed
    }

    /// Tells whether what came in the running window is worth a closer look.
    #[inline]
    pub(super) fn is_worth_a_look(&self, least: &Least) -> bool {
        let Sum {
            received,
            sent,
            hit,
            ..
        } = &self.running;
        let is_much = |class: usize| {
            let came = received[class];
            came >= short(least.packets)
                && came as f32 > 2.0 * self.mean[class]
                && f64::from(came) > least.one_sided[class] * (f64::from(sent[class]) + 1.0)
        };
        u64::from(hit.count_ones()) >= least.addresses && (0..CLASSES).any(is_much)
    }

    /// Tells what was received before, by class.
    pub(super) fn baselines(&self) -> [Baseline; CLASSES] {
        let of = |class: usize| Baseline::new(self.mean[class], self.square[class], self.windows);
        std::array::from_fn(of)
    }
}

/// Lengths of the prefixes that are watched as a whole, beside the lines themselves: the narrow
/// one, and the wide one around it.
pub(super) const fn prefix_lengths(bits: u8) -> &'static [u8] {
    if bits == 32 { &[24, 22] } else { &[48] }
}

/// Addresses of a prefix that may be hit, if they can be told: with few packets sampled, many
/// more are hit than are seen.
pub(super) fn room<A: Address>(bits: u8) -> Option<f64> {
    (A::BITS == 32).then(|| f64::from(A::BITS - bits).exp2())
}

pub(super) fn hash_of_narrow<A: Address>(key: Key, prefix: &A) -> u64 {
    key.line(*prefix)
}

#[cfg(test)]
#[path = "loads_tests.rs"]
mod tests;
