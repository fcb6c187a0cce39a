//! What a dossier shows: a scan (D1, D2), hits on dark space (D3), or nothing yet.
//!
//! Pure: counts and thresholds in, a verdict out. Every condition but the count itself is a guard
//! that can only keep a rule silent, so the stated error bounds hold with all of them.

use issei_model::{Level, Rule};

use super::dossier::{Counts, Dossier};
use super::thresholds::Thresholds;
use crate::statistics::Balance;

/// A scan, and by which test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scan {
    pub(super) test: Test,
    pub(super) counts: Counts,
    /// The count that the test weighs.
    pub(super) count: u64,
    /// The count at which it speaks.
    pub(super) threshold: u64,
    /// The logarithm of the chance that somebody who picks ports of peers shows as much.
    pub(super) ln_peers: f64,
    /// Openings elsewhere since the first contact.
    pub(super) others: u64,
}

/// The null model that was refuted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// Failed destinations on worm ports within the window.
    Failed,
    /// The same, all in one foreign network.
    FailedTogether,
    /// First contacts, however long they took.
    Sequential,
    /// Destinations on worm ports, outcomes unknown, one packet in so many seen.
    Sampled(u32),
}

impl Test {
    pub(super) const fn rule(self) -> Rule {
        match self {
            Self::Failed | Self::FailedTogether | Self::Sequential => Rule::HorizontalScan,
            Self::Sampled(_) => Rule::SampledScan,
        }
    }
}

/// Tells whether the dossier shows a scan within the window that begins at `oldest`.
pub(super) fn scan(
    dossier: &Dossier,
    others: u64,
    least_networks: usize,
    thresholds: &Thresholds,
    oldest: i64,
) -> Option<Scan> {
    let counts = dossier.counts(oldest);
    let asked = counts.failed + counts.unknown;
    let together = counts.inside == 0 && counts.networks < least_networks;
    let guilty = thresholds.sequential.balance(dossier.balance) == Balance::Guilty;
    let (test, count, threshold) = if !together && counts.failed >= thresholds.failed {
        (Test::Failed, counts.failed, thresholds.failed)
    } else if counts.failed >= thresholds.failed_together {
        let threshold = thresholds.failed_together;
        (Test::FailedTogether, counts.failed, threshold)
    } else if !together && guilty {
        let needed = thresholds.sequential.marks_needed();
        (Test::Sequential, counts.failed, needed)
    } else {
        let sampling = dossier.shown.least_sampling().max(1);
        let threshold = thresholds.sampled(sampling);
        if counts.unknown == 0 || asked < threshold {
            return None;
        }
        (Test::Sampled(sampling), asked, threshold)
    };
    // Somebody who contacts peers at ports of their choice hits every port now and then.
    let ln_peers = thresholds.ln_peers_tail(dossier.in_all(asked), others);
    (ln_peers <= thresholds.alpha.ln()).then_some(Scan {
        test,
        counts,
        count,
        threshold,
        ln_peers,
        others,
    })
}

/// Hits on dark space, and what they weigh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) level: Level,
    pub(super) counts: Counts,
    pub(super) why: Why,
    /// Different dark addresses that the test weighs.
    pub(super) count: u64,
    /// The count at which it speaks.
    pub(super) threshold: u64,
    /// The count to expect of the busiest innocent line.
    pub(super) expected: f64,
}

/// Which test on hits was the sharpest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Different dark addresses, whatever the port.
    Addresses,
    /// Different dark addresses at worm ports.
    WormPorts,
    /// Openings whose sequence number is their destination.
    Marks,
}

/// Openings with Mirai's mark that prove its code: the chance of two is 2^-64.
const MARKS_THAT_PROVE: u64 = 2;

/// Tells what the hits on dark space weigh, where `addresses` are dark; none without a hit.
pub(super) fn hit(
    dossier: &Dossier,
    thresholds: &Thresholds,
    addresses: f64,
    oldest: i64,
) -> Option<Hit> {
    let counts = dossier.counts(oldest);
    if counts.dark == 0 {
        return None;
    }
    let told = |level, why, count, threshold, expected| Hit {
        level,
        counts,
        why,
        count,
        threshold,
        expected,
    };
    if dossier.mirai >= MARKS_THAT_PROVE {
        let expected = dossier.openings as f64 / 2f64.powi(32);
        return Some(told(
            Level::Finding,
            Why::Marks,
            dossier.mirai,
            MARKS_THAT_PROVE,
            expected,
        ));
    }
    let worms = thresholds.worm_hits(addresses);
    let blind = thresholds.blind_hits(addresses);
    let (needed_worms, needed) = (thresholds.dark(worms), thresholds.dark(blind));
    Some(if counts.dark_worm >= needed_worms {
        let count = counts.dark_worm;
        told(Level::Finding, Why::WormPorts, count, needed_worms, worms)
    } else {
        let level = if counts.dark >= needed {
            Level::Finding
        } else {
            Level::Context
        };
        told(level, Why::Addresses, counts.dark, needed, blind)
    })
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
