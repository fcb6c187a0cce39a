//! What the sequence numbers tell about loss.
//!
//! A hole is not yet a loss: a datagram may be late. It becomes one when it stayed open for a
//! while, or when there are too many holes to remember. A number far from what is expected says
//! that the exporter began anew; how much was lost then, nobody can tell.
//! NetFlow v5 counts flows, IPFIX data records, NetFlow v9 and sFlow datagrams: a *unit* here.

use issei_model::{Span, Timestamp};

/// The sequence of one session.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    /// The number that should come next; nothing if units of the last datagram are not known.
    next: Option<u32>,
    /// How far back a number may lie and still be late.
    window: u32,
    holes: [Hole; HOLES],
    open: usize,
    /// Units lost, not yet reported.
    lost: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Hole {
    from: u32,
    length: u32,
    since: Timestamp,
}

/// How a datagram stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Next in line, or the first of all, or after some whose units are not known.
    InOrder,
    /// After a hole.
    Ahead,
    /// Late, or twice.
    Late,
    /// The exporter counts anew.
    Anew,
}

impl Sequence {
    /// Begins; numbers at most `window` behind are late and not a restart.
    pub(super) fn new(window: u32) -> Self {
        Self {
            next: None,
            window,
            holes: [Hole::default(); HOLES],
            open: 0,
            lost: 0,
        }
    }

    /// Tells whether `number` is exactly what this session would send next. Not at the very
    /// beginning of counting, where any exporter could stand.
    pub(super) fn would_continue_with(&self, number: u32) -> bool {
        number != 0 && self.next == Some(number)
    }

    /// Tells whether `number` lies before what is expected.
    pub(super) fn is_behind(&self, number: u32) -> bool {
        let behind = |next: u32| number.wrapping_sub(next).cast_signed() < 0;
        self.next.is_some_and(behind)
    }

    /// Looks at the number of a datagram that came.
    pub(super) fn arrive(&mut self, number: u32, now: Timestamp) -> Arrival {
        let Some(next) = self.next else {
            return Arrival::InOrder;
        };
        match number.wrapping_sub(next).cast_signed() {
            0 => Arrival::InOrder,
            ahead @ 1..=LONGEST_HOLE => {
                self.open(next, ahead.unsigned_abs(), now);
                Arrival::Ahead
            }
            behind if behind < 0 && behind.unsigned_abs() <= self.window => Arrival::Late,
            _ => {
                self.settle(Timestamp::MAX);
                Arrival::Anew
            }
        }
    }

    /// Learns how many units the datagram held; nothing if that cannot be known.
    pub(super) fn took(&mut self, arrival: Arrival, number: u32, units: Option<u32>) {
        match arrival {
            Arrival::Late => self.fill(number, units.unwrap_or(0)),
            _ => self.next = units.map(|units| number.wrapping_add(units)),
        }
    }

    /// Forgets the numbers of an exporter that started anew. Its holes are losses.
    pub(super) fn restart(&mut self) {
        self.settle(Timestamp::MAX);
        self.next = None;
    }

    /// Gives up holes that stayed open long enough.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let patient = now != Timestamp::MAX;
        let mut kept = 0;
        for place in 0..self.open {
            let hole = self.holes[place];
            if patient && now < hole.since + PATIENCE {
                self.holes[kept] = hole;
                kept += 1;
            } else {
                self.lost += u64::from(hole.length);
            }
        }
        self.open = kept;
    }

    /// Hands over the losses that were not reported yet.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Tells when the first open hole becomes a loss.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let holes = self.holes[..self.open].iter();
        holes.map(|hole| hole.since + PATIENCE).min()
    }

    fn open(&mut self, from: u32, length: u32, since: Timestamp) {
        if self.open == HOLES {
            self.lost += u64::from(self.holes[0].length);
            self.holes.rotate_left(1);
            self.open -= 1;
        }
        self.holes[self.open] = Hole {
            from,
            length,
            since,
        };
        self.open += 1;
    }

    /// Takes late units out of the hole they belong to. Those that belong to none came twice.
    fn fill(&mut self, number: u32, units: u32) {
        let inside = |hole: &Hole| number.wrapping_sub(hole.from) < hole.length;
        let Some(place) = self.holes[..self.open].iter().position(inside) else {
            return;
        };
        let hole = self.holes[place];
        let before = number.wrapping_sub(hole.from);
        let units = units.min(hole.length - before);
        let after = hole.length - before - units;
        self.holes[place].length = before;
        if after > 0 {
            self.open(number.wrapping_add(units), after, hole.since);
        }
        self.drop_filled();
    }

    fn drop_filled(&mut self) {
        let mut kept = 0;
        for place in 0..self.open {
            if self.holes[place].length > 0 {
                self.holes[kept] = self.holes[place];
                kept += 1;
            }
        }
        self.open = kept;
    }
}

/// Holes remembered at once; with more, the oldest is taken for lost.
const HOLES: usize = 8;
/// How long a late datagram is waited for. Networks reorder within milliseconds.
const PATIENCE: Span = Span::from_secs(2);
/// A longer jump is a new beginning: at a million units a second this is a quarter of a minute.
const LONGEST_HOLE: i32 = 1 << 24;

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod tests;
