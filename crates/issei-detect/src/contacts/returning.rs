//! One line returns to one service again and again (descriptive; never above context).
//!
//! Healthy devices are the most regular callers of all, so regularity accuses nobody. Told is
//! what stands out to a reader: many returns on a port that ordinary services do not use, or very
//! regular ones in a great number. Silent: names and clocks, protected services, services that
//! several lines share, and in a large network every line that nobody suspects.

use issei_model::{Address, Alternative, Observation, Role, Rule};

use super::contact::Contact;
use super::parameters::ContactParameters;
use super::report::{Words, never_shown};

/// Why a contact stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StandsOut {
    /// Its port is none that ordinary services use.
    UnusualPort,
    /// Its intervals hardly differ.
    Regular,
}

/// Tells why a contact stands out, if it does.
pub(super) fn stands_out<A: Address>(
    p: &ContactParameters,
    contact: &Contact<A>,
) -> Option<StandsOut> {
    let port = contact.service.port;
    if p.is_quiet(port) {
        return None;
    }
    if contact.returns() >= p.least_returns.value && !p.is_ordinary(port) {
        return Some(StandsOut::UnusualPort);
    }
    let (_, spread) = contact.intervals.median_and_spread()?;
    let regular = spread <= p.most_spread.value;
    (regular && contact.returns() >= p.least_regular_returns.value).then_some(StandsOut::Regular)
}

/// Says what stands out.
pub(super) fn words<A: Address>(contact: &Contact<A>, why: StandsOut, sharing: usize) -> Words {
    let how = match why {
        StandsOut::UnusualPort => "on an unusual port",
        StandsOut::Regular => "at regular intervals",
    };
    let pause = contact.intervals.median_and_spread();
    let pause = pause.map_or(String::new(), |(median, _)| format!(", each {median}"));
    let answer = if contact.answered == 0 {
        ", never answered"
    } else {
        ""
    };
    let returns = contact.returns();
    Words {
        rule: Rule::PersistentContact,
        role: Role::Contact,
        summary: format!("returned {returns} times to one service {how}{pause}{answer}"),
        observations: vec![
            Observation::count("returns, at least", returns.into(), "returns"),
            Observation::count("remembered lines that use it", sharing as u64, "lines"),
        ],
        alternatives: vec![
            Alternative::open(
                "a healthy device or program that calls home",
                "the most regular callers are healthy ones; regularity cannot tell them apart",
            ),
            Alternative::open(
                "a service that the customer chose: a game, a camera, a monitor",
                "flow records do not show what the service is",
            ),
        ],
        refuted_by: vec![
            "the customer or the vendor names the service as part of an ordinary product".into(),
        ],
        does_not_show: never_shown(),
        builds_on: Vec::new(),
    }
}
