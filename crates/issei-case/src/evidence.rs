//! What an order rests on: nothing that a stranger could forge, nothing that only one source says.
//!
//! In: the evidence entries of an order. Out: the witness [`Evidenced`], or a refusal. Always (G13):
//! only fresh entries that cannot be forged from afar count; they bring two independent kinds, or
//! come from two members. Forged scans that framed banks in 2019 were seen by many: their number
//! proves nothing. Not here: how sure a finding is (`issei-detect`).

use std::collections::BTreeSet;

use issei_model::{EvidenceEntry, Order, OrderId, Span};

use crate::refusal::{Gate, Refusal, Words};

/// Evidence older than this at the proposal does not count: addresses change hands within days.
pub const OLDEST: Span = Span::from_secs(24 * 3_600);
/// A member's clock may be this much ahead.
const CLOCK_SLACK: Span = Span::from_secs(5 * 60);
/// Independent kinds, or members, that must agree.
const LEAST: usize = 2;

/// The witness that an order rests on sound evidence. Only [`judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidenced {
    order: OrderId,
}

impl Evidenced {
    /// Tells which order was judged.
    pub fn order(&self) -> OrderId {
        self.order
    }
}

/// Judges the evidence of an order.
///
/// # Errors
/// What is missing.
pub fn judge(order: &Order) -> Result<Evidenced, Refusal> {
    let fresh: Vec<&EvidenceEntry> = order
        .evidence
        .iter()
        .filter(|one| is_fresh(order, one))
        .collect();
    if fresh.is_empty() {
        return Err(stale());
    }
    let sound: Vec<&EvidenceEntry> = fresh.into_iter().filter(|one| !one.forgeable).collect();
    if sound.is_empty() {
        return Err(forgeable());
    }
    let kinds = sound.iter().flat_map(|one| &one.kinds);
    let kinds: BTreeSet<String> = kinds.map(|kind| kind.trim().to_lowercase()).collect();
    let sources: BTreeSet<_> = sound.iter().map(|one| &one.source).collect();
    if kinds.len() < LEAST && sources.len() < LEAST {
        return Err(single());
    }
    Ok(Evidenced { order: order.id() })
}

fn is_fresh(order: &Order, entry: &EvidenceEntry) -> bool {
    let earliest = order.proposed_at - OLDEST;
    let latest = order.proposed_at + CLOCK_SLACK;
    (earliest..=latest).contains(&entry.until)
}

fn stale() -> Refusal {
    refusal(
        "stale-evidence",
        (
            "no evidence of the 24 h before the proposal",
            "提案前24時間以内の証拠がありません",
        ),
        ("add a fresh finding", "新しい検知結果を追加してください"),
    )
}

fn forgeable() -> Refusal {
    refusal(
        "forgeable-evidence",
        (
            "all evidence could be made up by packets with forged sources",
            "すべての証拠が、送信元を詐称したパケットで捏造できるものです",
        ),
        (
            "add a finding from completed exchanges, such as shared contacts of infected lines",
            "感染回線の共通通信先など、双方向の通信に基づく検知結果を追加してください",
        ),
    )
}

fn single() -> Refusal {
    refusal(
        "single-evidence",
        (
            "one kind of evidence from one member, apart from what could be forged",
            "偽装可能なものを除くと、1事業者による1種類の証拠しかありません",
        ),
        (
            "add a second kind of evidence, or ask another member for its finding",
            "別種の証拠を追加するか、他の事業者に検知結果を求めてください",
        ),
    )
}

fn refusal(rule: &str, (en, ja): (&str, &str), (next_en, next_ja): (&str, &str)) -> Refusal {
    Refusal::new(
        Gate::Evidence,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
