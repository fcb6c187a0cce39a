//! Turns looks at a peer, each so long after a route was told, into the time that it takes him to act.
//!
//! In: moments of looks and whether the route was there. Out: when to look next, and the answer.
//! Always: a bounded number of looks. A look costs a program's run, which may be longer than what is
//! measured, so each look is worth one bit, and the looks close in on the moment by halves.
//! Not here: telling and looking (`issei-host`).

use issei_model::Span;

/// Looks so far.
#[derive(Clone, Debug, Default)]
pub struct Sounding {
    looks: Vec<(Span, bool)>,
}

/// Enough to find a peer who takes two seconds, and to close in on him, with a few to spare.
const LOOKS: usize = 20;
/// Close enough: looks come late by as much.
const NEAR: Span = Span::from_micros(500);
/// A peer who takes longer is not measured.
const LONGEST: Span = Span::from_secs(2);
/// The first look that is not at once.
const FIRST: Span = Span::from_millis(4);

impl Sounding {
    /// Tells how long after telling the next look should be, or none if there were enough.
    pub fn next(&self) -> Option<Span> {
        if self.looks.len() >= LOOKS || self.is_hopeless() {
            return None;
        }
        let (missed, met) = (self.missed(), self.met());
        Some(match (missed, met) {
            (None, None) => FIRST,
            (Some(missed), None) => {
                Span::from_micros((missed.as_micros() * 2).max(FIRST.as_micros()))
            }
            (None, Some(met)) if met <= NEAR => return None,
            (None, Some(met)) => between(Span::ZERO, met),
            (Some(missed), Some(met)) => {
                let apart = met.as_micros() - missed.as_micros();
                if apart <= NEAR.as_micros().max(met.as_micros() / 64) {
                    return None;
                }
                between(missed, met)
            }
        })
    }

    /// Takes a look in: how long after telling it was, and whether the route was there.
    pub fn look(&mut self, after: Span, there: bool) {
        self.looks.push((after, there));
    }

    /// Tells how long the peer surely takes, if he was ever seen to act: the latest look before that at
    /// which he did not. Who starts so much earlier is never early.
    pub fn answer(&self) -> Option<Span> {
        self.met().map(|_| self.missed().unwrap_or(Span::ZERO))
    }

    fn is_hopeless(&self) -> bool {
        self.met().is_none() && self.missed().is_some_and(|missed| missed >= LONGEST)
    }

    /// The earliest look that met the route.
    fn met(&self) -> Option<Span> {
        let met = self.looks.iter().filter(|(_, there)| *there);
        met.map(|&(after, _)| after).min()
    }

    /// The latest look before that which missed it. Later ones missed by the peer's moods.
    fn missed(&self) -> Option<Span> {
        let bound = self.met().unwrap_or(Span::from_secs(i64::MAX / 2_000_000));
        let missed = self
            .looks
            .iter()
            .filter(|&&(after, there)| !there && after < bound);
        missed.map(|&(after, _)| after).max()
    }
}

fn between(one: Span, other: Span) -> Span {
    Span::from_micros((one.as_micros() + other.as_micros()) / 2)
}

#[cfg(test)]
#[path = "sounding_tests.rs"]
mod tests;
