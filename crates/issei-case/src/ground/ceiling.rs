//! The limits that no pack can exceed, in code, beside the forbids of `packs/ceiling.cedar`.
//!
//! In: a row at loading, an order at judging. Out: what is exceeded. Always: a fault in the policy
//! engine alone, or in this file alone, does not lift the lifetimes; each is tested without the
//! other. Not here: the facts of an order (`facts`).

use std::fmt;

use issei_model::{Goal, Order, Span, Timestamp};

use super::row::{Basis, FactKind, Limit, Row};

/// The longest order of all: consent to the refusal of names is reviewed every month.
pub const LONGEST: Span = Span::from_secs(30 * 86_400);
/// The longest cut of an address and port: addresses change hands within days.
pub const LONGEST_ADDRESS: Span = Span::from_secs(7 * 86_400);
/// The longest cut of a whole host, where everything else on it suffers too.
pub const LONGEST_WHOLE_HOST: Span = Span::from_secs(3_600);
/// The longest cut in self-defence or necessity: danger that lasts longer is no longer sudden.
pub const LONGEST_IN_DANGER: Span = Span::from_secs(86_400);
/// The latest review of a cut in self-defence or necessity.
pub const LATEST_REVIEW_IN_DANGER: Span = Span::from_secs(72 * 3_600);
/// How old the newest evidence for an address may be when the order is proposed.
pub const OLDEST_PROOF: Span = Span::from_secs(86_400);
/// How far a proposal may lie ahead of the judge's clock.
pub const CLOCK_SLACK: Span = Span::from_secs(300);

/// Statements of people that self-defence and necessity require.
pub const STATEMENTS: [&str; 3] = ["necessity", "balance_of_harms", "present_danger"];

/// In what a row exceeds the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excess {
    /// It lasts longer than anything may.
    Lifetime,
    /// It stands on danger and lasts longer than 24 h.
    DangerLifetime,
    /// It stands on danger and is reviewed later than after 72 h.
    DangerReview,
    /// It stands on danger without the confirmed statements of people.
    Statements,
    /// It stands on consent in the terms without the opt-outs.
    OptOut,
    /// It stands on nothing, and is not off by default.
    NotOff,
    /// It stands on nothing, and needs no confirmed opinion of counsel.
    NoCounsel,
    /// It stands on nothing and lasts longer than 7 d.
    UnsourcedLifetime,
    /// It stands on nothing, and offers itself to standing orders.
    UnsourcedStanding,
    /// It does not state that no datum of a subscriber is in the order.
    Subscribers,
}

/// In what an order exceeds its row or the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overrun {
    /// It lasts longer than the limit for its row, its goals or any order.
    TooLong {
        /// From proposal to end.
        lifetime: Span,
        /// The shortest limit that applies.
        limit: Span,
    },
    /// It cuts an address, and no evidence ends within 24 h before the proposal.
    Stale,
}

/// Tells in what a row that allows a cut exceeds the ceiling.
pub(super) fn excess(row: &Row, limit: Limit) -> Option<Excess> {
    let has = |name: &str, kind: FactKind, confirmed: bool| {
        let rule = row.facts.get(name);
        rule.is_some_and(|rule| rule.kind == kind && (rule.confirmed || !confirmed))
    };
    let danger = row.rests_on_danger();
    let blanket = row.bases.contains(&Basis::BlanketConsent);
    let unsourced = row.bases.contains(&Basis::None);
    let stated = STATEMENTS
        .iter()
        .all(|name| has(name, FactKind::Flag, true));
    let opt_out = has("opt_out_applied", FactKind::Flag, false)
        && has("opt_out_set", FactKind::Document, false);
    let counsel = has("counsel_opinion", FactKind::Document, true);
    let subscribers = has("no_subscriber_datum", FactKind::Flag, false);
    let broken = [
        (limit.lifetime > LONGEST, Excess::Lifetime),
        (
            danger && limit.lifetime > LONGEST_IN_DANGER,
            Excess::DangerLifetime,
        ),
        (
            danger && limit.review > LATEST_REVIEW_IN_DANGER,
            Excess::DangerReview,
        ),
        (danger && !stated, Excess::Statements),
        (blanket && !opt_out, Excess::OptOut),
        (unsourced && row.on, Excess::NotOff),
        (unsourced && !counsel, Excess::NoCounsel),
        (
            unsourced && limit.lifetime > LONGEST_ADDRESS,
            Excess::UnsourcedLifetime,
        ),
        (
            unsourced && !row.standing.is_empty(),
            Excess::UnsourcedStanding,
        ),
        (!subscribers, Excess::Subscribers),
    ];
    broken.into_iter().find(|(is, _)| *is).map(|(_, what)| what)
}

/// Tells in what an order exceeds the limit of its row, or the ceiling.
pub(super) fn overrun(limit: Limit, order: &Order) -> Option<Overrun> {
    let lifetime = order.expires_at.since(order.proposed_at);
    let limit = longest(limit, order);
    if lifetime > limit {
        return Some(Overrun::TooLong { lifetime, limit });
    }
    let proven = evidence_age(order).is_some_and(|age| age <= OLDEST_PROOF);
    (!proven && cuts_address(order)).then_some(Overrun::Stale)
}

/// The shortest of the limits that apply to an order.
fn longest(limit: Limit, order: &Order) -> Span {
    let by_goal = if order.goals.iter().any(Goal::is_whole_host) {
        LONGEST_WHOLE_HOST
    } else if cuts_address(order) {
        LONGEST_ADDRESS
    } else {
        LONGEST
    };
    limit.lifetime.min(by_goal)
}

fn cuts_address(order: &Order) -> bool {
    order.goals.iter().any(|goal| goal.ip().is_some())
}

/// How old the newest evidence was at the proposal; none without evidence from before it.
/// Measured at the proposal, so that a member comes to the same answer however late it judges.
pub(super) fn evidence_age(order: &Order) -> Option<Span> {
    let latest: Timestamp = order
        .evidence
        .iter()
        .map(|entry| entry.until)
        .filter(|until| *until <= order.proposed_at)
        .max()?;
    Some(order.proposed_at.since(latest))
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Lifetime => "no order lives longer than 30 d; lower `@max_seconds`",
            Self::DangerLifetime => {
                "self-defence and necessity last at most 24 h; lower `@max_seconds`"
            }
            Self::DangerReview => {
                "self-defence and necessity are reviewed within 72 h; lower `@review_hours`"
            }
            Self::Statements => {
                "self-defence and necessity need `necessity`, `balance_of_harms` and `present_danger` as Bool with `@confirm`; add them to the schema"
            }
            Self::OptOut => {
                "consent in the terms needs `opt_out_applied` as Bool and `opt_out_set` as Document; add them to the schema"
            }
            Self::NotOff => "a row without a source is off by default; write `@default(\"off\")`",
            Self::NoCounsel => {
                "a row without a source needs `counsel_opinion` as Document with `@confirm`; add it to the schema"
            }
            Self::UnsourcedLifetime => {
                "a row without a source lasts at most 7 d; lower `@max_seconds`"
            }
            Self::UnsourcedStanding => {
                "a row without a source is no ground for standing orders; remove `@standing`"
            }
            Self::Subscribers => "every row states `no_subscriber_datum` as Bool; add it to the schema",
        })
    }
}
