//! Holds a reflex that an office wants put on devices against its standing order, the lists, and what an
//! operator signed.
//!
//! In: proven entries, the rule, its end. Out: a yes, or why not. Always: the standing order is in the log,
//! signed, lawful and stands at this moment by the enforcer's own copies; a rule is no wider, no stricter
//! and no longer than it says. Not here: how many there are (`reflexes`), what no device may be told
//! (`issei_enforce::Fences`).

use issei_case::request::{Request, Wanted};
use issei_case::standing::{self, Ground};
use issei_model::{
    OrganisationId, PersonId, Reflex, ReflexRule, StandingDossier, StandingEntry, StandingOrder,
    Timestamp,
};

use super::{Gate, No, no, said};
use crate::enforcer::speech::Proven;

impl Gate {
    /// Reads a standing order that is logged, and stands here and now.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn standing(&self, proven: &Proven, now: Timestamp) -> Result<StandingDossier, No> {
        let bytes = self.logged(proven)?;
        let entry = StandingEntry::parse(&bytes);
        let Ok(StandingEntry::StandingProposed(dossier)) = entry else {
            return Err(no("no-standing-order", "the entry is no standing order"));
        };
        self.stands(&dossier, now)?;
        if !dossier.order.stands_at(now) {
            return Err(no("not-yet", "the standing order does not stand yet"));
        }
        Ok(*dossier)
    }

    /// Judges a standing order: whose it is, its lines, its ground, its signatures, its end.
    ///
    /// # Errors
    /// The first gate that says no.
    pub fn stands(&self, dossier: &StandingDossier, now: Timestamp) -> Result<(), No> {
        let ground = Ground {
            member: &self.me,
            own: &self.rules.ours,
            pack: &self.rules.pack,
            roster: &self.roster,
        };
        let judged = standing::judge(dossier, &ground, now);
        judged.map(drop).map_err(|refusal| said(&refusal))
    }

    /// Tells whether a rule does what its standing order is for, where it is for, and spares the lists.
    ///
    /// # Errors
    /// What does not hold.
    pub fn fits(&self, order: &StandingOrder, rule: &ReflexRule) -> Result<(), No> {
        if !rule.is_of(order) {
            let why = "the rule is not what its standing order is for, or lies outside its scope";
            return Err(no("out-of-bounds", why));
        }
        // A device meets all of a line, and all of a destination.
        let whole = match rule {
            ReflexRule::Limit { line, .. } | ReflexRule::DropForged { line } => line.prefix(),
            ReflexRule::Drop { to } => to.prefix,
        };
        if !order.covers(&whole) || !is_narrow(rule) {
            let why = "the rule is wider than one line, or than what may be asked for at once";
            return Err(no("too-wide", why));
        }
        self.spares(order, rule)
    }

    /// Tells whether a rule spares everything that is safeguarded, but for what who asks has registered.
    ///
    /// # Errors
    /// What it meets, or that the lists are not whole.
    pub fn spares(&self, order: &StandingOrder, rule: &ReflexRule) -> Result<(), No> {
        let lists = &self.rules.safeguards;
        if lists.is_overfull() {
            return Err(no(
                "lists-overfull",
                "the own lists are not whole; shorten them",
            ));
        }
        match standing::safeguarding(rule, operator(order), lists).first() {
            None => Ok(()),
            Some(entry) => {
                let why = format!("it meets what is safeguarded: {}", entry.reason);
                Err(no("safeguarded", &why))
            }
        }
    }

    /// Judges what an operator signed, if the standing order acts for one: who asked, and when.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn asked(
        &self,
        order: &StandingOrder,
        rule: &ReflexRule,
        request: Option<&Request>,
        now: Timestamp,
    ) -> Result<Option<(PersonId, Timestamp)>, No> {
        let Some(operator) = operator(order) else {
            return Ok(None);
        };
        let none = || no("not-requested", "nobody signed a request for it");
        let request = request.cloned().ok_or_else(none)?;
        let asked = request.judge(&self.me, &self.roster, now);
        let asked = asked.map_err(|refusal| said(&refusal))?;
        let request = asked.request();
        let for_this = matches!(rule, ReflexRule::Drop { to } if *to == request.to);
        if asked.operator() != operator || request.wish != Wanted::Drop || !for_this {
            let why = "what was signed asks for something else, or for another operator";
            return Err(no("another-request", why));
        }
        Ok(Some((request.signed.person.clone(), request.signed.at)))
    }
}

/// Tells for which operator a standing order acts.
fn operator(order: &StandingOrder) -> Option<&OrganisationId> {
    match &order.reflex {
        Reflex::DropOnRequest(operator) => Some(operator),
        Reflex::LimitFlood(_) | Reflex::DropForged => None,
    }
}

/// Tells whether a destination is one that may be asked for at once; a line always is narrow.
fn is_narrow(rule: &ReflexRule) -> bool {
    match rule {
        ReflexRule::Drop { to } => to.well_formed(),
        ReflexRule::Limit { .. } | ReflexRule::DropForged { .. } => true,
    }
}
