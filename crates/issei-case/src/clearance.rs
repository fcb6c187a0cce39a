//! The one door out: an order leaves only with the witnesses of every gate in its hands.
//!
//! In: an order and five witnesses that only the gates make. Out: [`Cleared`], or a refusal; at a
//! member, [`Admitted`], or an objection. Always: the witnesses name this very order; a member judges
//! everything again by its own pack, lists, roster, ceiling and contacts, and trusts no one's word.
//! Not here: what each gate asks (`ground`, `safeguards`, `radius`, `evidence`, `approvals`).

use std::collections::BTreeSet;

use issei_model::{
    Dossier, Goal, Objection, Order, OrderId, OrganisationId, Participant, Radius, Timestamp,
};

use crate::approvals::{Approved, Roster};
use crate::evidence::{self, Evidenced};
use crate::ground::{Grounded, Pack};
use crate::radius::{self, Answer, Ceiling, Measured};
use crate::refusal::{Gate, Refusal, Words};
use crate::safeguards::{Safe, Safeguards};

/// An order that passed every gate, with its approvals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    dossier: Dossier,
}

impl Cleared {
    /// Builds the cleared order from its witnesses; there is no other way to one.
    ///
    /// # Errors
    /// The order is malformed, or a witness speaks of another order.
    pub fn new(order: Order, witnesses: Witnesses) -> Result<Self, Refusal> {
        well_formed(&order)?;
        let id = order.id();
        if witnesses.orders().iter().any(|other| *other != id) {
            return Err(other_order());
        }
        Ok(Self {
            dossier: Dossier {
                order,
                // The approvals that were judged, not whatever was sent along.
                approvals: witnesses.approved.into_approvals(),
            },
        })
    }

    /// Tells the order.
    pub fn order(&self) -> &Order {
        &self.dossier.order
    }

    /// Gives the order and its approvals, to be logged and sent to the members.
    pub fn into_dossier(self) -> Dossier {
        self.dossier
    }
}

/// The witnesses of all gates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnesses {
    /// It has a lawful ground.
    pub grounded: Grounded,
    /// Nothing in it is safeguarded.
    pub safe: Safe,
    /// Its radius is measured and within the ceiling.
    pub measured: Measured,
    /// It rests on sound evidence.
    pub evidenced: Evidenced,
    /// Enough people approved it.
    pub approved: Approved,
}

impl Witnesses {
    fn orders(&self) -> [OrderId; 5] {
        [
            self.grounded.order(),
            self.safe.order(),
            self.measured.order(),
            self.evidenced.order(),
            self.approved.order(),
        ]
    }
}

/// What the gates judge by, at the coordinator or at a member.
#[derive(Clone, Copy, Debug)]
pub struct Gates<'a> {
    /// The lawful grounds in force.
    pub pack: &'a Pack,
    /// What is never cut.
    pub safeguards: &'a Safeguards,
    /// How wide an order may be.
    pub ceiling: &'a Ceiling,
    /// Lines that the other orders of the day already use.
    pub used_today: u64,
    /// Who may approve.
    pub roster: &'a Roster,
}

impl Gates<'_> {
    /// Sends an order with its approvals through every gate.
    ///
    /// # Errors
    /// The first gate that says no; with an alarm if the gate itself broke.
    pub fn clear(&self, dossier: &Dossier, now: Timestamp) -> Result<Cleared, Refusal> {
        let order = &dossier.order;
        well_formed(order)?;
        let witnesses = Witnesses {
            grounded: self.grounded(order, now)?,
            safe: self.safeguards.judge(order)?,
            measured: radius::judge(order, self.used_today, self.ceiling)?,
            evidenced: evidence::judge(order)?,
            approved: self.roster.judge(dossier, now)?,
        };
        Cleared::new(order.clone(), witnesses)
    }

    /// Asks every gate but the people, so that nobody is asked to sign what cannot pass.
    ///
    /// # Errors
    /// The first gate that says no.
    pub fn proposable(&self, order: &Order, now: Timestamp) -> Result<(), Refusal> {
        well_formed(order)?;
        self.grounded(order, now)?;
        self.safeguards.judge(order)?;
        radius::judge(order, self.used_today, self.ceiling)?;
        evidence::judge(order)?;
        Ok(())
    }

    fn grounded(&self, order: &Order, now: Timestamp) -> Result<Grounded, Refusal> {
        self.pack.judge(order, now).map_err(Refusal::from)
    }
}

/// What a member knows for itself.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Who judges.
    pub member: &'a OrganisationId,
    /// The member's own pack, lists, ceiling and roster.
    pub gates: Gates<'a>,
    /// The member's own answers about the goals, fresh.
    pub contacts: &'a [Answer],
    /// Goals that customers of this member need to reach, or have opted out for.
    pub needed_by_customers: &'a BTreeSet<Goal>,
}

/// The witness that a member judged an order by itself and takes part. Only [`admit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    cleared: Cleared,
    member: OrganisationId,
}

impl Admitted {
    /// Tells the order.
    pub fn order(&self) -> &Order {
        self.cleared.order()
    }

    /// Tells who takes part.
    pub fn member(&self) -> &OrganisationId {
        &self.member
    }
}

/// Judges a proposed order at a member, which takes nobody's word.
///
/// # Errors
/// The kind of objection for the coordinator's count, and the refusal for people; with an alarm if a
/// gate itself broke.
pub fn admit(
    dossier: &Dossier,
    view: &View<'_>,
    now: Timestamp,
) -> Result<Admitted, (Objection, Refusal)> {
    let order = &dossier.order;
    let me = asked(order, view.member).map_err(|no| (Objection::Technical, no))?;
    in_time(order, now).map_err(|no| (Objection::Technical, no))?;
    let cleared = view.gates.clear(dossier, now);
    let cleared = cleared.map_err(|no| (objection(no.gate), no))?;
    own_radius(order, me, view).map_err(|no| (Objection::Collateral, no))?;
    no_customer_objects(order, view).map_err(|no| (Objection::Customer, no))?;
    Ok(Admitted {
        cleared,
        member: view.member.clone(),
    })
}

/// Sorts a gate's no into the reasons that members report.
fn objection(gate: Gate) -> Objection {
    match gate {
        Gate::Ground | Gate::Approvals | Gate::Evidence => Objection::Legal,
        Gate::Safeguards | Gate::Radius => Objection::Collateral,
        Gate::Form | Gate::Clearance | Gate::Case | Gate::Standing => Objection::Technical,
    }
}

fn well_formed(order: &Order) -> Result<(), Refusal> {
    let Some(what) = order.malformed() else {
        return Ok(());
    };
    Err(Refusal::new(
        Gate::Form,
        "malformed",
        Words::new(
            format!("the order is malformed: {what}"),
            format!("指令の形式が不正です: `{what}`"),
        ),
        Words::new(
            "mend it and propose again",
            "修正して改めて提案してください",
        ),
    ))
}

fn other_order() -> Refusal {
    refusal(
        "other-order",
        (
            "a witness speaks of another order",
            "別の指令に対する判定結果が混ざっています",
        ),
        (
            "judge this order at every gate",
            "この指令をすべての関門で判定し直してください",
        ),
    )
}

fn asked<'a>(order: &'a Order, member: &OrganisationId) -> Result<&'a Participant, Refusal> {
    order.participant(member).ok_or_else(|| {
        refusal(
            "not-asked",
            (
                "this member is not among the participants",
                "自組織は参加事業者に含まれていません",
            ),
            (
                "ask the coordinator why it was sent",
                "送付の理由を調整者に確認してください",
            ),
        )
    })
}

fn in_time(order: &Order, now: Timestamp) -> Result<(), Refusal> {
    if now < order.fire_before {
        return Ok(());
    }
    Err(refusal(
        "too-late",
        (
            "the latest moment to fire has passed",
            "実施期限を過ぎています",
        ),
        (
            "propose again with fresh evidence",
            "新しい証拠で改めて提案してください",
        ),
    ))
}

/// A member's contacts grow while people sign; beyond this the order understates them.
const GROWTH: u64 = 10;

/// Holds the member's own contacts against its own ceiling and against what the order claims.
fn own_radius(order: &Order, me: &Participant, view: &View<'_>) -> Result<(), Refusal> {
    let own = radius::measure(&order.goals, std::slice::from_ref(me), view.contacts);
    if !own.unanswered.is_empty() {
        return Err(radius::refusal(
            "own-radius-unknown",
            (
                "our own contacts with a goal are not known".to_owned(),
                "自組織と対象との通信状況が不明です".to_owned(),
            ),
            (
                "measure them, then judge again",
                "計測してから、もう一度判定してください",
            ),
        ));
    }
    let days = own.remembered.values().copied().min();
    if let Some(days) = days.filter(|days| !radius::remembers_enough(*days, view.gates.ceiling)) {
        return Err(own_memory_short(days));
    }
    radius::within(order, &own, view.gates.used_today, view.gates.ceiling)?;
    let claimed = order.radius.predicted_lines;
    let counted = !order.radius.unanswered.contains(view.member);
    // A tenth and a few: what ordinary growth explains between the proposal and now.
    let explained = claimed.saturating_add(claimed / 10).saturating_add(GROWTH);
    if counted && own.predicted_lines > explained {
        return Err(radius::refusal(
            "understated",
            (
                format!(
                    "we alone count {} lines; the order claims {claimed} in all",
                    own.predicted_lines
                ),
                format!(
                    "自組織だけで {} 回線ありますが、指令では全体で {claimed} 回線とされています",
                    own.predicted_lines
                ),
            ),
            (
                "measure the radius again and propose anew",
                "影響範囲を計測し直し、改めて提案してください",
            ),
        ));
    }
    Ok(())
}

fn own_memory_short(days: u8) -> Refusal {
    let wanted = Radius::WANTED_DAYS;
    radius::refusal(
        "own-memory-short",
        (
            format!("our own memory of contacts covers {days} of {wanted} days"),
            format!("自組織の通信記憶は {wanted} 日のうち {days} 日分しかありません"),
        ),
        (
            "remember more days, then judge again",
            "記憶が貯まってから、もう一度判定してください",
        ),
    )
}

fn no_customer_objects(order: &Order, view: &View<'_>) -> Result<(), Refusal> {
    let needed = order
        .goals
        .iter()
        .find(|goal| view.needed_by_customers.contains(goal));
    let Some(goal) = needed else {
        return Ok(());
    };
    Err(Refusal::new(
        Gate::Clearance,
        "needed-by-customer",
        Words::new(
            format!("a customer of ours needs to reach `{goal}`, or has opted out"),
            format!("顧客が `{goal}` との通信を必要としているか、適用除外を申し出ています"),
        ),
        Words::new(
            "leave this member out, or settle it with the customer first",
            "自組織を除外するか、先に顧客と調整してください",
        ),
    ))
}

fn refusal(rule: &str, (en, ja): (&str, &str), (next_en, next_ja): (&str, &str)) -> Refusal {
    Refusal::new(
        Gate::Clearance,
        rule,
        Words::new(en, ja),
        Words::new(next_en, next_ja),
    )
}

#[cfg(test)]
#[path = "clearance_tests.rs"]
mod tests;
