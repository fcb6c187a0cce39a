//! The charter: what the organisations agreed on once, and every one of them keeps pinned.
//!
//! In: the coordinator's entries of members and people. Out: the log's policy and the roster of
//! approvers. Always: one canonical form (RFC 8785), so that its digest can be read aloud; a member
//! goes by the charter that a person there accepted, never by a newer one that was only sent.
//! Not here: what is cut and when; each member's own pack, lists and ceilings (`bench`).

mod lines;

use issei_case::approvals::Role;
use issei_case::{Ceiling, Roster, RosterKey, Safeguards};
use issei_desk::CountryView;
use issei_desk::ceiling::Raised;
use issei_ledger::{Policy, Verifier};
use issei_model::{
    Digest, Language, OrganisationId, Participant, PersonId, PublicKey, Span, Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

pub use lines::line_in;

/// Who takes part, with which keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// The shape: [`Charter::SCHEMA`].
    pub schema: String,
    /// Who coordinates.
    pub coordinator: OrganisationId,
    /// The log's public key, in the form of signed notes.
    pub log: String,
    /// People that every order needs, at least.
    pub approvals: usize,
    /// The members, rising by name.
    pub members: Vec<Enrolled>,
    /// The people, rising by name.
    pub people: Vec<Person>,
    /// Ceilings above the shipped ones, if two people raised them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<Raised>,
}

/// A member, its weight and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolled {
    /// Who.
    pub member: OrganisationId,
    /// Its subscriber lines: its weight in every quorum.
    pub lines: u64,
    /// The key it cosigns checkpoints with, in the form of signed notes.
    pub witness: String,
    /// The key it signs receipts and answers with.
    pub desk: PublicKey,
}

/// A person with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who, and for whom.
    pub person: PersonId,
    /// The key and what its holder may do.
    pub key: RosterKey,
}

impl Charter {
    /// The name of the shape.
    pub const SCHEMA: &'static str = "issei-charter/1";
    /// Bytes of a charter: 2,000 members and as many people.
    pub const LONGEST: usize = 2 << 20;

    /// Begins a charter without members.
    pub fn new(coordinator: OrganisationId, log: &Verifier) -> Self {
        Self {
            schema: Self::SCHEMA.into(),
            coordinator,
            log: log.to_string(),
            approvals: Roster::LEAST,
            members: Vec::new(),
            people: Vec::new(),
            raised: None,
        }
    }

    /// Reads a charter; only the canonical form is accepted.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > Self::LONGEST {
            return Err(format!(
                "a charter of {} bytes; {} at most",
                bytes.len(),
                Self::LONGEST
            ));
        }
        let charter: Self =
            serde_json::from_slice(bytes).map_err(|error| format!("no charter: {error}"))?;
        if charter.schema != Self::SCHEMA {
            return Err(format!("a charter of another shape: `{}`", charter.schema));
        }
        if charter.canonical() != bytes {
            return Err("the charter is not in canonical form (RFC 8785)".into());
        }
        charter.policy()?;
        charter.roster()?;
        charter.ceiling()?;
        Ok(charter)
    }

    /// Writes the one form that has a digest.
    pub fn canonical(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).expect("a charter has string keys and whole numbers")
    }

    /// Names this very charter, to be read aloud.
    pub fn digest(&self) -> Digest {
        Digest(sha2::Sha256::digest(self.canonical()).into())
    }

    /// Gives who must have signed a checkpoint: the log, and more than half of the members, so that
    /// no two forks can both have enough. `None` while there is no member.
    ///
    /// # Errors
    /// If a key is none, or stands there twice.
    pub fn policy(&self) -> Result<Option<Policy>, String> {
        let log = self.log()?;
        let witnesses: Result<Vec<Verifier>, String> =
            self.members.iter().map(Enrolled::witness).collect();
        if self.members.is_empty() {
            return Ok(None);
        }
        let policy = Policy::new(log, witnesses?, self.members.len() / 2 + 1);
        policy.map(Some).map_err(|error| error.to_string())
    }

    /// Gives the log's key.
    ///
    /// # Errors
    /// If it is no key.
    pub fn log(&self) -> Result<Verifier, String> {
        self.log
            .parse()
            .map_err(|error| format!("the log's key: {error}"))
    }

    /// Gives the people who may approve.
    ///
    /// # Errors
    /// If a key is unsound, or has two holders.
    pub fn roster(&self) -> Result<Roster, String> {
        let mut roster = Roster::new(self.approvals);
        for Person { person, key } in &self.people {
            let entered = roster.enter(person, key.clone());
            entered.map_err(|no| no.text(Language::English))?;
        }
        Ok(roster)
    }

    /// Shows who takes part, beside the lists and ceilings that hold here.
    pub fn view(
        &self,
        ceiling: Ceiling,
        safeguards: &Safeguards,
        checkpoints: Vec<String>,
    ) -> CountryView {
        CountryView {
            coordinator: self.coordinator.clone(),
            log: self.log.clone(),
            members: self.participants(),
            people: self
                .people
                .iter()
                .map(|one| (one.person.clone(), one.key.clone()))
                .collect(),
            approvals: self.approvals,
            lines_per_order: ceiling.per_order(),
            lines_per_day: ceiling.per_day(),
            safeguards: safeguards.len(),
            lists: safeguards.digest(),
            checkpoints,
        }
    }

    /// Gives the ceilings that were agreed on.
    ///
    /// # Errors
    /// If they were not signed by two people, or are too high.
    pub fn ceiling(&self) -> Result<Ceiling, String> {
        match &self.raised {
            Some(raised) => raised.ceiling(&self.coordinator, &self.roster()?),
            None => Ok(Ceiling::default()),
        }
    }

    /// Tells the member of that name.
    pub fn member(&self, name: &OrganisationId) -> Option<&Enrolled> {
        self.members.iter().find(|one| one.member == *name)
    }

    /// Gives the members as participants of an order.
    pub fn participants(&self) -> Vec<Participant> {
        let participant = |one: &Enrolled| Participant {
            member: one.member.clone(),
            lines: one.lines,
        };
        self.members.iter().map(participant).collect()
    }

    /// Enters a member, or its new keys.
    pub fn enter(&mut self, enrolled: Enrolled) {
        self.members.retain(|one| one.member != enrolled.member);
        self.members.push(enrolled);
        self.members.sort_by(|a, b| a.member.cmp(&b.member));
    }

    /// Enters a person's key as an approver or proposer, for a year.
    pub fn enter_person(&mut self, person: PersonId, key: PublicKey, role: Role, now: Timestamp) {
        let key = RosterKey {
            key,
            role,
            from: now,
            until: now + KEY_HOLDS,
        };
        self.people.push(Person { person, key });
        self.people.sort_by(|a, b| a.person.cmp(&b.person));
    }

    /// Ends a person's key: nothing that it signs counts any more, whatever date it gives. Tells whether the
    /// key was known and good.
    pub fn end_key(&mut self, key: &PublicKey, now: Timestamp) -> bool {
        let held = self.people.iter_mut().map(|one| &mut one.key);
        let mut held = held.filter(|held| held.key == *key && now < held.until);
        held.next().map(|held| held.until = now).is_some()
    }

    /// Says in lines what a newer charter would change, for the person who accepts it.
    pub fn changes(&self, newer: &Self) -> Vec<String> {
        let mut said = Vec::new();
        let mut both = |old: Vec<String>, new: Vec<String>| {
            said.extend(
                old.iter()
                    .filter(|line| !new.contains(line))
                    .map(|line| format!("- {line}")),
            );
            said.extend(
                new.iter()
                    .filter(|line| !old.contains(line))
                    .map(|line| format!("+ {line}")),
            );
        };
        let head = |one: &Self| {
            vec![
                format!("coordinator {}", one.coordinator),
                format!("log {}", one.log),
                format!("approvals needed {}", one.approvals),
                one.raised
                    .as_ref()
                    .map_or("ceilings as shipped".into(), Raised::line),
            ]
        };
        both(head(self), head(newer));
        let members = |one: &Self| one.members.iter().map(Enrolled::line).collect();
        both(members(self), members(newer));
        let people = |one: &Self| one.people.iter().map(Person::line).collect();
        both(people(self), people(newer));
        said
    }
}

impl Enrolled {
    /// Gives the key it cosigns with.
    ///
    /// # Errors
    /// If it is no key.
    pub fn witness(&self) -> Result<Verifier, String> {
        let failed = |error| format!("the witness key of {}: {error}", self.member);
        self.witness.parse().map_err(failed)
    }

    fn line(&self) -> String {
        let Self {
            member,
            lines,
            witness,
            desk,
        } = self;
        format!("member {member}, {lines} lines, witness {witness}, desk {desk}")
    }
}

impl Person {
    fn line(&self) -> String {
        let Self { person, key } = self;
        let role = match key.role {
            Role::Approver => "approves",
            Role::Proposer => "proposes",
        };
        format!("{person} {role} with {} until {}", key.key, key.until)
    }
}

/// How long a person's key holds: people change their work, and a key forgotten is a door.
const KEY_HOLDS: Span = Span::from_secs(366 * 86_400);

#[cfg(test)]
#[path = "charter_tests.rs"]
mod tests;
