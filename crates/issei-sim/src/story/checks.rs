//! Looks whether something is so: in what devices read back, in the ledger, in receipts.
//!
//! In: the stage and a check. Out: nothing, or what was observed instead. Always: no variable of a
//! machine and no intention of a step is looked at. Not here: making things so (`stage`).

use std::collections::BTreeMap;

use issei_case::{Gate, Refusal};
use issei_ledger::{Audit, Strangers};
use issei_model::{
    Decision, Ending, Goal, Objection, Observed, Order, OrderId, OrganisationId, Span, Timestamp,
};
use issei_order::member::Rules;

use super::slots::{ENDINGS, OBJECTIONS, Who};
use super::stage::Stage;
use super::stage::reflexes::not_limited;
use super::table::Check;

/// Holds a check against what can be observed.
///
/// # Errors
/// What was observed instead.
pub fn hold(stage: &mut Stage<'_>, check: &Check) -> Result<(), String> {
    match check {
        Check::InForce(goals, who) => {
            let acting = acting(stage, goals.as_deref())?;
            same(stage, "in force at", &acting, who)
        }
        Check::Staged(who) => {
            let order = stage.last()?.id();
            let read = |name: &&OrganisationId| stage.rehearsal.read(name, order) == Rules::Staged;
            let staged: Vec<_> = stage.members.iter().filter(read).cloned().collect();
            same(stage, "staged at", &staged, who)
        }
        Check::NoRule => no_rule(stage),
        Check::Refused(gate, rule) => refused(stage, gate, rule),
        Check::NotTaken(word) => not_taken(stage, word),
        Check::SaidNo(who, gate, rule) => said_no(stage, who, gate, rule),
        Check::Objected(who, why) => objected(stage, who, *why),
        Check::Withdrawn(reason) => withdrawn(stage, *reason),
        Check::Signed(who) => {
            let signed = signed(stage, stage.last()?.id());
            same(stage, "T is signed for", &signed, who)
        }
        Check::Reported(who) => {
            let reported = reported(stage, stage.last()?.id());
            same(stage, "reported in force by", &reported, who)
        }
        Check::Covers(lines) => covers(stage, *lines),
        Check::Spread(most) => spread(stage, *most),
        Check::Alone(least) => alone(stage, *least),
        Check::Verifies => audited(stage).map(|_| ()),
        Check::Entries(count) => match audited(stage)? {
            size if size == *count => Ok(()),
            size => Err(format!("it holds {size}")),
        },
        Check::Reflexes(who) => {
            let acting = stage.reflexes_at();
            same(stage, "reflexes act at", &acting, who)
        }
        Check::NotLimited(word) => not_limited(stage, word),
        Check::Activations(count) => match stage.activations() {
            told if told == *count => Ok(()),
            told => Err(format!("it tells of {told}")),
        },
        Check::FlippedBit => flipped_bit(stage),
        Check::NoGoal(word) => match word.parse::<Goal>() {
            Err(_) => Ok(()),
            Ok(goal) => Err(format!("an order may name `{goal}`")),
        },
    }
}

/// The members whose devices act on the last order, or on any that aims at these goals.
fn acting(stage: &Stage<'_>, goals: Option<&[Goal]>) -> Result<Vec<OrganisationId>, String> {
    let orders = match goals {
        None => vec![stage.last()?.id()],
        Some(goals) => aiming(stage, goals)?,
    };
    let acts = |name: &&OrganisationId| {
        let mut rules = orders
            .iter()
            .map(|order| stage.rehearsal.read(name, *order));
        rules.any(|rules| matches!(rules, Rules::Active(_)))
    };
    Ok(stage.members.iter().filter(acts).cloned().collect())
}

fn aiming(stage: &Stage<'_>, goals: &[Goal]) -> Result<Vec<OrderId>, String> {
    let aims = |order: &&Order| order.goals.iter().any(|goal| goals.contains(goal));
    let orders: Vec<OrderId> = stage.orders.iter().filter(aims).map(Order::id).collect();
    match orders.is_empty() {
        true => Err("no order was ever written that aims there".into()),
        false => Ok(orders),
    }
}

fn same(
    stage: &Stage<'_>,
    what: &str,
    observed: &[OrganisationId],
    expected: &Who,
) -> Result<(), String> {
    if observed == stage.named(expected) {
        return Ok(());
    }
    let context = stage.context();
    Err(format!("{what} {}{context}", names(observed)))
}

fn names(members: &[OrganisationId]) -> String {
    if members.is_empty() {
        return "nobody".into();
    }
    let names: Vec<&str> = members.iter().map(OrganisationId::as_str).collect();
    names.join(", ")
}

fn no_rule(stage: &Stage<'_>) -> Result<(), String> {
    stage.last()?;
    for order in &stage.orders {
        let id = order.id();
        let has = |name: &&OrganisationId| stage.rehearsal.read(name, id) != Rules::Absent;
        let left: Vec<_> = stage.members.iter().filter(has).cloned().collect();
        if !left.is_empty() {
            return Err(format!("rules are left at {}", names(&left)));
        }
    }
    Ok(())
}

/// Names a gate as refusals do in writing.
pub fn gate(gate: Gate) -> String {
    let written = serde_json::to_value(gate).ok();
    let name = written.as_ref().and_then(serde_json::Value::as_str);
    name.unwrap_or_default().to_owned()
}

fn is(no: &Refusal, named: &str, rule: &str) -> bool {
    gate(no.gate) == named && no.rule == rule
}

fn refused(stage: &mut Stage<'_>, named: &str, rule: &str) -> Result<(), String> {
    let Some(no) = stage.refusal.as_ref().filter(|_| !stage.spoken) else {
        return Err("the gates let it through".into());
    };
    if !is(no, named, rule) {
        return Err(format!("it was refused by {}: {no}", gate(no.gate)));
    }
    stage.spoken = true;
    Ok(())
}

fn not_taken(stage: &Stage<'_>, word: &str) -> Result<(), String> {
    let Some(why) = stage.not_taken else {
        return Err(format!("the coordinator took it{}", stage.context()));
    };
    let name = dashed(&format!("{why:?}"));
    match name == word {
        true => Ok(()),
        false => Err(format!("it was not taken because {name}")),
    }
}

/// Writes `StaleRenewal` as `stale-renewal`; what stands in brackets behind it is left out.
pub fn dashed(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn said_no(stage: &Stage<'_>, who: &Who, named: &str, rule: &str) -> Result<(), String> {
    let nos = stage.said_no.iter().filter(|(_, no)| is(no, named, rule));
    let mut members: Vec<OrganisationId> = nos.map(|(member, _)| member.clone()).collect();
    members.sort();
    members.dedup();
    same(stage, "that no came from", &members, who)
}

fn objected(stage: &Stage<'_>, who: &Who, why: Objection) -> Result<(), String> {
    let order = stage.last()?.id();
    let received = stage.objections.iter();
    let received = received.filter(|(_, of, objection)| *of == order && *objection == why);
    let mut members: Vec<OrganisationId> = received.map(|(member, ..)| member.clone()).collect();
    members.sort();
    members.dedup();
    let name = OBJECTIONS.iter().find(|(_, objection)| *objection == why);
    let name = name.map_or("", |(name, _)| name);
    same(stage, &format!("`{name}` was received from"), &members, who)
}

/// The orders that the ledger has.
pub fn proposed(stage: &Stage<'_>) -> Vec<OrderId> {
    let decisions = stage.rehearsal.decisions().into_iter();
    let proposed = decisions.filter_map(|(_, decision)| match decision {
        Decision::Proposed(dossier) => Some(dossier.order.id()),
        _ => None,
    });
    proposed.collect()
}

/// Why the ledger withdraws an order, if it does.
pub fn withdrawal(stage: &Stage<'_>, order: OrderId) -> Option<Ending> {
    let mut proposed = false;
    for (_, decision) in stage.rehearsal.decisions() {
        match decision {
            Decision::Proposed(dossier) => proposed |= dossier.order.id() == order,
            Decision::Withdrawn { order: of, reason } if of == order => return Some(reason),
            Decision::WithdrawnAll { reason } if proposed => return Some(reason),
            _ => {}
        }
    }
    None
}

fn withdrawn(stage: &Stage<'_>, expected: Ending) -> Result<(), String> {
    let reason = withdrawal(stage, stage.last()?.id());
    let name = |reason| {
        let found = ENDINGS.iter().find(|(_, ending)| *ending == reason);
        found.map_or("", |(name, _)| *name)
    };
    match reason {
        Some(reason) if reason == expected => Ok(()),
        Some(reason) => Err(format!("it was withdrawn because {}", name(reason))),
        None => Err("the ledger does not withdraw it".into()),
    }
}

/// What the ledger says of an order's moments: who fires when.
fn armed(stage: &Stage<'_>, order: OrderId) -> Vec<(Vec<OrganisationId>, Timestamp)> {
    let decisions = stage.rehearsal.decisions().into_iter();
    let armed = decisions.filter_map(|(_, decision)| match decision {
        Decision::Armed {
            order: of,
            members,
            fires_at,
        } if of == order => Some((members, fires_at)),
        _ => None,
    });
    armed.collect()
}

/// T of the canary and T of the rest of the last order, as far as the ledger has them.
pub fn moments(stage: &Stage<'_>) -> [Option<Timestamp>; 2] {
    let Some(order) = stage.orders.last() else {
        return [None, None];
    };
    let mut moments = [None, None];
    for (members, at) in armed(stage, order.id()) {
        let of_canary = members.iter().all(|member| order.canary.contains(member));
        let all = members.len() == order.participants.len();
        let slot = usize::from(!of_canary || order.canary.is_empty() || all);
        moments[slot] = moments[slot].or(Some(at));
    }
    moments
}

fn signed(stage: &Stage<'_>, order: OrderId) -> Vec<OrganisationId> {
    let mut all: Vec<OrganisationId> = armed(stage, order)
        .into_iter()
        .flat_map(|one| one.0)
        .collect();
    all.sort();
    all.dedup();
    all
}

fn reported(stage: &Stage<'_>, order: OrderId) -> Vec<OrganisationId> {
    let progress = stage.rehearsal.progress(order);
    let reports = progress.into_iter().flat_map(|progress| &progress.reports);
    let acts = |observed: &Observed| {
        matches!(
            observed,
            Observed::InForce { .. } | Observed::Watched { .. }
        )
    };
    let names = reports.filter(|(_, observed)| acts(observed));
    names.map(|(member, _)| member.clone()).collect()
}

fn covers(stage: &Stage<'_>, expected: u64) -> Result<(), String> {
    let acting = acting(stage, None)?;
    let lines = acting.iter().filter_map(|member| stage.lines.get(member));
    match lines.sum::<u64>() {
        lines if lines == expected => Ok(()),
        lines => Err(format!("it covers {lines}, those of {}", names(&acting))),
    }
}

fn spread(stage: &Stage<'_>, most: Span) -> Result<(), String> {
    let order = stage.last()?;
    let acting = stage.rehearsal.acting(order.id()).into_iter();
    let rest = acting.filter(|(member, _)| !order.canary.contains(member));
    let moments: BTreeMap<OrganisationId, Timestamp> = rest.collect();
    let (Some(first), Some(last)) = (moments.values().min(), moments.values().max()) else {
        return Err("it acts nowhere behind the canary".into());
    };
    match last.since(*first) {
        spread if spread <= most => Ok(()),
        spread => Err(format!("it is {spread} over {} members", moments.len())),
    }
}

fn alone(stage: &Stage<'_>, least: Span) -> Result<(), String> {
    match moments(stage) {
        [Some(canary), Some(rest)] if rest.since(canary) >= least => Ok(()),
        [Some(canary), Some(rest)] => Err(format!("it is alone for {}", rest.since(canary))),
        [None, _] => Err("no canary was armed".into()),
        [_, None] => Err("the rest was never armed".into()),
    }
}

/// Audits the ledger as a stranger would; tells its size.
fn audited(stage: &Stage<'_>) -> Result<u64, String> {
    let (files, policy) = stage.rehearsal.ledger();
    let audit = Audit::new(files, Some(policy), Strangers::Refused);
    let verdict = audit.and_then(|audit| audit.run());
    verdict
        .map(|verdict| verdict.size)
        .map_err(|fault| fault.to_string())
}

fn flipped_bit(stage: &Stage<'_>) -> Result<(), String> {
    audited(stage)?;
    let (files, policy) = stage.rehearsal.ledger();
    let mut files = files.clone();
    let bundle = files
        .iter_mut()
        .find(|(path, _)| path.starts_with("tile/entries/"));
    let bytes = bundle
        .map(|(_, bytes)| bytes)
        .filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or("the ledger has no entry yet")?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let audit = Audit::new(&files, Some(policy), Strangers::Refused);
    match audit.and_then(|audit| audit.run()) {
        Err(_) => Ok(()),
        Ok(_) => Err("the audit did not find it".into()),
    }
}
