//! What one organisation judges orders by, and what it knows for itself.
//!
//! In: the pack, lists, ceiling and roster of the organisation, its memory of contacts, its customers'
//! wishes. Out: its verdict on an order, by the real gates. Not here: what the gates ask (`issei-case`).

use std::collections::BTreeSet;

use issei_case::clearance::{Gates, View, admit};
use issei_case::ground::Pack;
use issei_case::{Answer, Ceiling, Count, Refusal, Roster, Safeguards};
use issei_model::{Dossier, Goal, Objection, OrganisationId, Span, Timestamp};

/// Everything that lies on an organisation's desk when it judges.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Who judges.
    pub member: OrganisationId,
    /// The lawful grounds in force here.
    pub pack: Pack,
    /// What is never cut here.
    pub safeguards: Safeguards,
    /// How wide an order may be.
    pub ceiling: Ceiling,
    /// Who may approve.
    pub roster: Roster,
    /// What the organisation remembers about goals.
    pub contacts: Vec<Answer>,
    /// Goals that customers need to reach.
    pub needed_by_customers: BTreeSet<Goal>,
}

impl Desk {
    /// How long before T rehearsed devices must begin.
    pub const LEAD: Span = Span::from_millis(1);

    /// Lays a desk with what ships, this pack and this roster.
    pub fn new(member: OrganisationId, pack: Pack, roster: Roster) -> Self {
        Self {
            member,
            pack,
            safeguards: Safeguards::built_in(),
            ceiling: Ceiling::default(),
            roster,
            contacts: Vec::new(),
            needed_by_customers: BTreeSet::new(),
        }
    }

    /// Shows the gates of this desk.
    pub fn gates(&self) -> Gates<'_> {
        Gates {
            pack: &self.pack,
            safeguards: &self.safeguards,
            ceiling: &self.ceiling,
            used_today: 0,
            roster: &self.roster,
        }
    }

    /// Judges an order as a member does, by its own means alone: how long before T its devices begin.
    ///
    /// # Errors
    /// The objection for the coordinator's count, and the refusal for people.
    pub fn judge(&self, dossier: &Dossier, now: Timestamp) -> Result<Span, (Objection, Refusal)> {
        let view = View {
            member: &self.member,
            gates: self.gates(),
            contacts: &self.contacts,
            needed_by_customers: &self.needed_by_customers,
        };
        admit(dossier, &view, now).map(|_| Self::LEAD)
    }
}

/// What a member answers about a goal with which few of its lines, or none, have contact.
pub fn answer(member: &OrganisationId, goal: &Goal) -> Answer {
    Answer {
        member: member.clone(),
        goal: goal.clone(),
        lines: Count::hide(0, Count::DEFAULT_K),
        suspected: Count::hide(0, Count::DEFAULT_K),
        volume: 0,
        hints: BTreeSet::new(),
        days: issei_model::Radius::WANTED_DAYS,
    }
}
