//! Whether a standing order may stand in a member's network.
//!
//! In: a standing order with its approvals, the member's pack, roster and prefixes, the time. Out: the
//! witness [`Stood`], or a refusal. Always: it is the member's own; lines in its scope are the
//! member's; a row of the pack is marked for its reflex and every layer takes each activation; two
//! people signed, neither of them the proposer, one of them the member's. Judge again when the pack,
//! the roster or the prefixes change. Not here: triggers and counts (`issei-order`), whether a line
//! is safeguarded at the moment of a trigger ([`safeguarding`]).

use std::collections::BTreeSet;

use ipnet::IpNet;
use issei_model::{
    Approval, Dossier, OrganisationId, PersonId, Reflex, ReflexRule, StandingDossier, StandingId,
    StandingOrder, Timestamp,
};

use crate::approvals::{self, Roster, Shown};
use crate::ground::{Mark, Pack};
use crate::refusal::{Gate, Refusal, Words};
use crate::safeguards::{Entry, Kind, Safeguards};
use crate::text::standing_text;

/// The witness that a standing order may stand here. Only [`judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    standing: StandingId,
    mark: Mark,
}

impl Stood {
    /// Tells which standing order was judged.
    pub fn standing(&self) -> StandingId {
        self.standing
    }

    /// Tells how sure the sources of its row are.
    pub fn mark(&self) -> Mark {
        self.mark
    }
}

/// What a member judges standing orders by.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Who judges.
    pub member: &'a OrganisationId,
    /// The prefixes of the member's own lines.
    pub own: &'a [IpNet],
    /// The lawful grounds in force.
    pub pack: &'a Pack,
    /// Who may approve.
    pub roster: &'a Roster,
}

/// Judges a standing order at its member.
///
/// # Errors
/// The first rule that says no. A fault of the engine is one of them; see [`Refusal::alarm`].
pub fn judge(
    dossier: &StandingDossier,
    ground: &Ground<'_>,
    now: Timestamp,
) -> Result<Stood, Refusal> {
    let order = &dossier.order;
    let mark = draft(order, ground, now)?;
    approved(dossier, ground.roster, now)?;
    Ok(Stood {
        standing: order.id(),
        mark,
    })
}

/// Judges a standing order before anybody has signed it, and tells how sure the sources of its row are.
///
/// # Errors
/// The first rule that says no.
pub fn draft(order: &StandingOrder, ground: &Ground<'_>, now: Timestamp) -> Result<Mark, Refusal> {
    well_formed(order)?;
    here_and_now(order, ground, now)?;
    own_lines(order, ground.own)?;
    Ok(ground.pack.judge_standing(order)?)
}

/// Checks one approval by itself, before it is added to a draft.
///
/// # Errors
/// Why it does not hold.
pub fn check(
    order: &StandingOrder,
    approval: &Approval,
    roster: &Roster,
    now: Timestamp,
) -> Result<(), Refusal> {
    let text = |language| standing_text(order, language);
    roster.check_shown(&shown(order), text, approval, now)
}

/// Tells which entries of the lists a rule would touch, but for what the operator who asks for it has
/// registered: entries of protected operators whose list is named after him.
pub fn safeguarding<'a>(
    rule: &ReflexRule,
    operator: Option<&OrganisationId>,
    lists: &'a Safeguards,
) -> Vec<&'a Entry> {
    let mut met = match rule {
        ReflexRule::Limit { line, victim, .. } => {
            let mut met = lists.overlapping(victim.ip.into(), victim.protocol, victim.port);
            met.extend(lists.overlapping(line.prefix(), 0, 0));
            met
        }
        ReflexRule::DropForged { line } => lists.overlapping(line.prefix(), 0, 0),
        ReflexRule::Drop { to } => lists.overlapping(to.prefix, to.protocol, to.port),
    };
    met.retain(|entry| operator.is_none() || holder(entry).as_ref() != operator);
    met
}

/// Tells which protected operator registered an entry, if one did.
pub fn holder(entry: &Entry) -> Option<OrganisationId> {
    let registered = entry.kind == Kind::ProtectedOperator;
    registered.then(|| entry.source.parse().ok()).flatten()
}

fn shown(order: &StandingOrder) -> Shown<'_> {
    Shown {
        proposer: &order.proposer,
        proposed_at: order.proposed_at,
        before: order.valid_until,
    }
}

fn well_formed(order: &StandingOrder) -> Result<(), Refusal> {
    let Some(what) = order.malformed() else {
        return Ok(());
    };
    Err(Refusal::new(
        Gate::Form,
        "malformed",
        Words::new(
            format!("the standing order is malformed: {what}"),
            format!("常時指令の形式が不正です: `{what}`"),
        ),
        Words::new(
            "mend it and propose again",
            "修正して改めて提案してください",
        ),
    ))
}

fn here_and_now(order: &StandingOrder, ground: &Ground<'_>, now: Timestamp) -> Result<(), Refusal> {
    if order.member != *ground.member {
        return Err(refusal(
            "another-member",
            (
                "it is for the network of another member",
                "別の事業者のネットワークを対象としています",
            ),
            ("send it there", "該当の事業者に送ってください"),
        ));
    }
    if order.proposed_at > now + Roster::CLOCK_SLACK || order.valid_until <= now {
        return Err(refusal(
            "wrong-time",
            (
                "it is proposed in the future, or is over",
                "提案日時が未来であるか、既に終了しています",
            ),
            (
                "check the clock, or propose a new one",
                "時計を確認するか、新たに提案してください",
            ),
        ));
    }
    Ok(())
}

/// The lines of the scope are the member's own; an operator's prefixes may lie anywhere.
fn own_lines(order: &StandingOrder, own: &[IpNet]) -> Result<(), Refusal> {
    let is_own = |prefix: &IpNet| own.iter().any(|wide| wide.contains(prefix));
    let of_lines = !matches!(order.reflex, Reflex::DropOnRequest(_));
    if !of_lines || order.scope.iter().all(is_own) {
        return Ok(());
    }
    Err(refusal(
        "not-own-lines",
        (
            "a prefix of the scope is not the member's own",
            "範囲に自社のものでないプレフィックスが含まれています",
        ),
        (
            "name prefixes of own lines only",
            "自社回線のプレフィックスだけを指定してください",
        ),
    ))
}

fn approved(dossier: &StandingDossier, roster: &Roster, now: Timestamp) -> Result<(), Refusal> {
    let order = &dossier.order;
    if dossier.approvals.len() > Dossier::MOST_APPROVALS {
        return Err(approvals::too_many(dossier.approvals.len()));
    }
    let mut people: BTreeSet<&PersonId> = BTreeSet::new();
    for approval in &dossier.approvals {
        check(order, approval, roster, now)?;
        if !people.insert(&approval.person) {
            return Err(approvals::twice(&approval.person));
        }
    }
    if people.len() < roster.needed() {
        return Err(approvals::too_few(people.len(), roster.needed()));
    }
    approvals::confirmations(&order.facts, |person| people.contains(person))?;
    let of_member = |person: &&PersonId| *person.organisation() == order.member;
    if people.iter().any(of_member) {
        return Ok(());
    }
    Err(refusal(
        "nobody-of-the-member",
        (
            "none of the approvers answers for the member",
            "承認者に当該事業者の人がいません",
        ),
        (
            "ask an approver of the member",
            "当該事業者の承認者に依頼してください",
        ),
    ))
}

fn refusal(rule: &str, (en, ja): (&str, &str), (next_en, next_ja): (&str, &str)) -> Refusal {
    Refusal::new(
        Gate::Standing,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
