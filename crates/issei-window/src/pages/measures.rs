//! The measures by which the country judges itself, worked out of the orders that the office knows.
//!
//! In: orders, a period. Out: figures, each with how many orders it rests on. Always: only what members reported
//! counts; without an order in the period there is no figure, and no zero either.

use issei_desk::OrderView;
use issei_model::{Span, Timestamp};

use super::audit::Complete;
use super::steps::{lateness, t};

/// What was reached in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// Orders that came in force somewhere.
    pub cuts: usize,
    /// First to last of the members with one T, of 99 in 100 orders at most.
    pub spread: Option<Span>,
    /// From the last approval to T, of half of the orders at most.
    pub to_force: Option<Span>,
    /// Cuts with ground, two approvals, radius and end.
    pub whole: usize,
    /// Share of the participants' lines whose member came in force, in hundredths, over all.
    pub reached: Option<u64>,
    /// Orders that were recalled before their end.
    pub recalled: usize,
}

impl Measures {
    /// What must be reached.
    pub const SPREAD: Span = Span::from_millis(150);
    /// Likewise: 3 s and the time for which the canary is watched.
    pub const TO_FORCE: Span = Span::from_secs(63);
    /// Likewise, in hundredths.
    pub const REACHED: u64 = 95;

    /// Cuts with ground, two approvals, radius and end, in hundredths; none without a cut.
    pub fn whole_share(&self) -> Option<f64> {
        (self.cuts > 0).then(|| self.whole as f64 * 100.0 / self.cuts as f64)
    }

    /// Over which a goal is judged.
    const PERIOD: Span = Span::from_secs(30 * 86_400);

    /// Looks at the 30 days before a moment, and the 30 before those.
    pub fn periods<'a>(
        orders: impl Iterator<Item = &'a OrderView> + Clone,
        at: Timestamp,
    ) -> [Self; 2] {
        let middle = at - Self::PERIOD;
        [
            Self::of(orders.clone(), middle, at + Span::from_secs(1)),
            Self::of(orders, middle - Self::PERIOD, middle),
        ]
    }

    /// Looks at the orders proposed in a period.
    pub fn of<'a>(
        orders: impl Iterator<Item = &'a OrderView>,
        from: Timestamp,
        until: Timestamp,
    ) -> Self {
        let fired: Vec<&OrderView> = orders
            .filter(|view| (from..until).contains(&view.order.proposed_at))
            .filter(|view| view.members.iter().any(|one| one.effect.is_some()))
            .collect();
        let spreads = fired.iter().filter_map(|view| {
            let late = lateness(view);
            let (first, last) = (late.iter().min()?, late.iter().max()?);
            (late.len() > 1).then(|| last.as_micros() - first.as_micros())
        });
        let waits = fired.iter().filter_map(|view| {
            let signed = view.approvals.iter().map(|one| one.at).max()?;
            Some(t(view)?.since(signed).as_micros())
        });
        let lines = |acting: bool| -> u64 {
            let members = fired.iter().flat_map(|view| &view.members);
            members
                .filter(|one| !acting || one.effect.is_some())
                .map(|one| one.lines)
                .sum()
        };
        Self {
            cuts: fired.len(),
            spread: rank(spreads.collect(), 99),
            to_force: rank(waits.collect(), 50),
            whole: fired
                .iter()
                .filter(|view| Complete::of(view).is_whole())
                .count(),
            reached: (lines(true) * 100).checked_div(lines(false)),
            recalled: fired
                .iter()
                .filter(|view| view.recalled_at.is_some())
                .count(),
        }
    }
}

/// The value that so many in a hundred do not exceed.
fn rank(mut values: Vec<i64>, percent: usize) -> Option<Span> {
    values.sort_unstable();
    let place = (values.len() * percent).div_ceil(100).max(1) - 1;
    values.get(place).map(|value| Span::from_micros(*value))
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;
