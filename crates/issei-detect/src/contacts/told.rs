//! Whether there is reason to tell a finding, or to tell it again.
//!
//! Told when its condition is first met, again when its count has doubled, and in its last form
//! at the end if the count has grown since.

use issei_model::{FindingId, Timestamp};

/// A finding that was told, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: FindingId,
    pub(super) revision: u32,
    pub(super) decided_at: Timestamp,
    count: u64,
}

/// Whether anything comes after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The stream goes on.
    Now,
    /// The input has ended.
    Last,
}

/// Tells whether a finding with this count is news, and notes that it was told. `id` names it if
/// it is new.
pub(super) fn tell(
    told: &mut Option<Told>,
    count: u64,
    (now, moment): (Timestamp, Moment),
    id: impl FnOnce() -> FindingId,
) -> Option<Told> {
    let next = match *told {
        None => Told {
            id: id(),
            revision: 1,
            decided_at: now,
            count,
        },
        Some(before) => {
            let doubled = count >= before.count.saturating_mul(2);
            let ended = moment == Moment::Last && count != before.count;
            if !(doubled || ended) {
                return None;
            }
            Told {
                revision: before.revision.saturating_add(1),
                count,
                ..before
            }
        }
    };
    *told = Some(next);
    Some(next)
}

#[cfg(test)]
#[path = "told_tests.rs"]
mod tests;
