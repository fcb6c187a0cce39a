//! What is known of an address or a name: whether it is cut and why, what was found, whether it is never cut.
//!
//! In: a goal that a person names; orders, cases and findings as an office tells them. Out: those that are about it, and
//! one sentence. Always: what an office is not told of is said to be told elsewhere, and not to be nothing. Not here:
//! whether an order may be given (`issei-case`), a line of a subscriber.

use std::collections::BTreeSet;

use issei_model::{Goal, OrganisationId, Timestamp};
use issei_text::format::{Zone, count};
use issei_text::{Phrase, Text, said};

use crate::asks::Reported;
use crate::replies::{CaseView, OrderView, Stands};

/// What is known of a goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Known<'a> {
    /// What was asked about.
    pub goal: &'a Goal,
    /// Orders that are about it: those that act first, those that ended last, the newest first among like ones.
    pub orders: Vec<&'a OrderView>,
    /// Cases that are about it, or about a name that stood for it.
    pub cases: Vec<&'a CaseView>,
    /// What members found; none where the office is not told.
    pub told: Option<Told>,
    /// Why it is never cut, by the lists of this office.
    pub never: Option<&'a Phrase>,
}

/// What members found about a goal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Findings and candidates.
    pub findings: usize,
    /// Who found them.
    pub members: BTreeSet<OrganisationId>,
    /// The last that the newest rests on.
    pub newest: Option<Timestamp>,
}

impl<'a> Known<'a> {
    /// Gathers what is about a goal. `told` is none where the office is not told of findings.
    pub fn of(
        goal: &'a Goal,
        orders: impl Iterator<Item = &'a OrderView>,
        cases: impl Iterator<Item = &'a CaseView>,
        told: Option<impl Iterator<Item = &'a Reported>>,
        never: Option<&'a Phrase>,
    ) -> Self {
        let about = |goals: &[Goal]| goals.iter().any(|one| meets(goal, one));
        let mut orders: Vec<&OrderView> = orders.filter(|view| about(&view.order.goals)).collect();
        orders.sort_by_key(|view| (place(view), std::cmp::Reverse(view.order.proposed_at)));
        let stood = |view: &CaseView| view.addresses.iter().any(|one| goal.ip() == Some(one.ip));
        let told = told.map(|told| {
            let mut sum = Told::default();
            for one in told.filter(|one| meets(goal, &one.goal)) {
                sum.findings += 1;
                sum.members.insert(one.evidence.source.clone());
                sum.newest = sum.newest.max(Some(one.evidence.until));
            }
            sum
        });
        Self {
            goal,
            orders,
            cases: cases
                .filter(|view| about(&view.goals) || stood(view))
                .collect(),
            told,
            never,
        }
    }

    /// Tells whether a rule against it acts somewhere.
    pub fn is_cut(&self) -> bool {
        self.orders.first().is_some_and(|view| view.acts())
    }

    /// Says it in one sentence.
    pub fn sentence(&self, text: Text) -> String {
        let goal = self.goal;
        let (cut, found) = (self.cut(text), self.found(text));
        let never = match self.never {
            Some(why) => said!(text, "why-never", why = why.pick(text)),
            None => text.say("why-on-no-list"),
        };
        said!(text, "why-sentence", goal, cut, found, never)
    }

    fn cut(&self, text: Text) -> String {
        let Some(view) = self.orders.first() else {
            return text.say("why-not-cut");
        };
        let order: String = view.id.to_string().chars().take(12).collect();
        let (case, ground) = (&view.order.case, &view.order.ground);
        let until = Zone::Utc.moment(view.ends());
        let first = match place(view) {
            Place::Acts => said!(text, "why-cut", order, case, ground, until),
            Place::Comes => said!(text, "why-comes", order, case, ground, until),
            Place::Waits => said!(text, "why-drafted", order, case, ground),
            Place::Over if view.stands == Stands::Refused => {
                said!(text, "why-refused", order, case)
            }
            Place::Over => said!(text, "why-was-cut", order, case),
        };
        match self.orders.len() - 1 {
            0 => first,
            more => said!(text, "why-more", first, more = count(more as u64)),
        }
    }

    fn found(&self, text: Text) -> String {
        let found = match &self.told {
            None => text.say("why-found-elsewhere"),
            Some(Told {
                newest: Some(newest),
                findings,
                members,
            }) => {
                let findings = count(*findings as u64);
                let members: Vec<&str> = members.iter().map(OrganisationId::as_str).collect();
                let (n, members) = (findings, members.join(", "));
                said!(
                    text,
                    "why-found",
                    n,
                    members,
                    newest = Zone::Utc.moment(*newest)
                )
            }
            Some(Told { newest: None, .. }) => text.say("why-found-nothing"),
        };
        let cases: Vec<&str> = self.cases.iter().map(|view| view.case.as_str()).collect();
        match cases.is_empty() {
            true => found,
            false => said!(text, "why-in-case", found, cases = cases.join(", ")),
        }
    }
}

/// How much an order about a goal matters to who asks about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Its rules act somewhere.
    Acts,
    /// It left, and its rules do not act yet.
    Comes,
    /// People read it.
    Waits,
    /// It ended, or is refused here.
    Over,
}

fn place(view: &OrderView) -> Place {
    match view.stands {
        _ if view.acts() => Place::Acts,
        Stands::Draft | Stands::Held => Place::Waits,
        Stands::Ended | Stands::Refused => Place::Over,
        _ => Place::Comes,
    }
}

/// Tells whether what an order or a finding names is about what was asked: the same name or one above it; the same
/// address, and the same service where both name one.
fn meets(asked: &Goal, named: &Goal) -> bool {
    match (asked, named) {
        (Goal::Name(asked), Goal::Name(named)) => {
            let below = || asked.as_str().strip_suffix(named.as_str());
            asked == named || below().is_some_and(|rest| rest.ends_with('.'))
        }
        (Goal::Service(one), Goal::Service(other)) => {
            let any = asked.is_whole_host() || named.is_whole_host();
            one.ip == other.ip
                && (any || (one.port == other.port && one.protocol == other.protocol))
        }
        (Goal::Name(_), Goal::Service(_)) | (Goal::Service(_), Goal::Name(_)) => false,
    }
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
