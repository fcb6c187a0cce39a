//! The hands of a member's reflexes: the rehearsed table, or an enforcer that has real devices.
//!
//! In: what the machine wants of a rule; the log's proof of each standing order, and what an operator signed,
//! for an enforcer believes nobody. Out: what acts, as read back. Always: an enforcer that does not answer has
//! done nothing; to take away, a word is enough. Not here: what an enforcer checks (`crate::enforcer`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use issei_case::request::Request;
use issei_host::reflexes::{ReflexDevice, ReflexError};
use issei_host::rehearsal;
use issei_host::store::{Change, Document};
use issei_model::{
    FoundReflex, ReflexRule, ReflexRuleId, Span, StandingId, StandingOrder, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::enforcer::line::Line;
use crate::enforcer::speech::reflexes::{HeldReflex, Wanted};
use crate::enforcer::speech::{Proven, Task, Told};
use crate::office::document;
use crate::office::folder::{Folder, Settings};
use crate::office::member::hands::astray;

/// The kind of document in which the proofs of standing orders are kept.
pub const KIND: &str = "proven-standing";

/// Proofs that are kept: more standing orders than a member holds.
const MOST_PROOFS: usize = 1_000;
/// How long after its standing order's end a proof is kept.
const REMEMBER: Span = Span::from_secs(3_600);

/// What carries out reflexes.
pub enum Hands {
    /// A table that limits nothing.
    Rehearsed(rehearsal::reflexes::Reflexes),
    /// Real devices, behind a process of their own.
    Enforcer(Box<Enforcing>),
}

/// An enforcer, and what it will ask for.
pub struct Enforcing {
    line: Line,
    proofs: BTreeMap<StandingId, Proof>,
    /// What operators signed, by the number of the activation.
    requests: BTreeMap<u64, Request>,
    /// Standing orders of which it knows that they ended.
    ended: BTreeSet<StandingId>,
    changes: Vec<Change>,
}

/// What shows that a standing order is in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// Until when it stands.
    until: Timestamp,
    proven: Proven,
}

impl Hands {
    /// Opens what the settings name.
    ///
    /// # Errors
    /// If the rehearsed table's disk refuses, or kept proofs cannot be read.
    pub fn open(
        folder: &Folder,
        settings: &Settings,
        kept: Vec<Document>,
    ) -> Result<Self, Failure> {
        let Some(socket) = &settings.enforcer else {
            let opened = rehearsal::reflexes::Reflexes::open(&folder.device());
            return opened.map(Self::Rehearsed).map_err(Failure::broken);
        };
        let proof = |one: Document| {
            let id: StandingId = one.name.parse().map_err(Failure::broken)?;
            Ok((
                id,
                serde_json::from_str(&one.body).map_err(Failure::broken)?,
            ))
        };
        let proofs: Result<BTreeMap<StandingId, Proof>, Failure> =
            kept.into_iter().map(proof).collect();
        Ok(Self::Enforcer(Box::new(Enforcing::at(
            &folder.root().join(socket),
            proofs?,
        ))))
    }

    /// Tells whether there is one among these of which an enforcer could not be shown the proof.
    pub fn lacks_proof(&self, standing: impl IntoIterator<Item = StandingId>) -> bool {
        let Self::Enforcer(enforcing) = self else {
            return false;
        };
        let mut all = standing.into_iter();
        all.any(|id| !enforcing.proofs.contains_key(&id))
    }

    /// Takes the proof of a standing order; whatever does not need it forgets it.
    pub fn learn(&mut self, order: &StandingOrder, proven: Proven, now: Timestamp) {
        let Self::Enforcer(enforcing) = self else {
            return;
        };
        if enforcing.proofs.len() >= MOST_PROOFS {
            return; // then its rules are refused, and people hear why
        }
        let (id, until) = (order.id(), order.valid_until);
        let proof = Proof { until, proven };
        let change = document(KIND, id.to_string(), &proof, now);
        enforcing.changes.push(change);
        enforcing.proofs.insert(id, proof);
    }

    /// Takes what an operator signed for an activation.
    pub fn asked(&mut self, id: ReflexRuleId, request: Request) {
        if let Self::Enforcer(enforcing) = self {
            enforcing.requests.insert(id.number, request);
        }
    }

    /// Forgets what belongs to nothing that lives.
    pub fn keep_only(&mut self, acting: impl Fn(u64) -> bool, now: Timestamp) {
        let Self::Enforcer(enforcing) = self else {
            return;
        };
        let over = |_: &StandingId, proof: &mut Proof| proof.until + REMEMBER <= now;
        let gone: Vec<StandingId> = enforcing
            .proofs
            .extract_if(.., over)
            .map(|(id, _)| id)
            .collect();
        let forget = |id: &StandingId| Change::RemoveDocument {
            kind: KIND.into(),
            name: id.to_string(),
        };
        enforcing.changes.extend(gone.iter().map(forget));
        enforcing.ended.retain(|id| !gone.contains(id));
        enforcing.requests.retain(|number, _| acting(*number));
    }

    /// Gives what the database has to learn.
    pub fn take_changes(&mut self) -> Vec<Change> {
        match self {
            Self::Rehearsed(_) => Vec::new(),
            Self::Enforcer(enforcing) => std::mem::take(&mut enforcing.changes),
        }
    }

    /// Lets nothing of a standing order in any more, and takes away what is there of it.
    ///
    /// # Errors
    /// If it may still act; say it again.
    pub fn end(&mut self, standing: StandingId) -> Result<(), ReflexError> {
        match self {
            Self::Rehearsed(_) => Ok(()), // the machine lifts each rule, and asks for none
            Self::Enforcer(enforcing) if enforcing.ended.contains(&standing) => Ok(()),
            Self::Enforcer(enforcing) => {
                enforcing.does(&Task::EndStanding(standing))?;
                enforcing.ended.insert(standing);
                Ok(())
            }
        }
    }

    /// Tells how many rules there is room for; none if nobody can tell now.
    pub fn room(&mut self) -> Option<usize> {
        match self {
            Self::Rehearsed(_) => None,
            Self::Enforcer(enforcing) => match enforcing.line.ask(&Task::Status) {
                Ok(Told::Status(standing)) => Some(standing.reflex_room),
                _ => None,
            },
        }
    }

    /// Tells whether nobody is hit by what is done here.
    pub fn are_rehearsed(&self) -> bool {
        matches!(self, Self::Rehearsed(_))
    }

    /// Puts a rule there that acts at once, until `ends`.
    ///
    /// # Errors
    /// What the table or the enforcer says.
    pub fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError> {
        match self {
            Self::Rehearsed(device) => ReflexDevice::put(device, id, rule, ends),
            Self::Enforcer(enforcing) => enforcing.put(id, rule, ends),
        }
    }

    /// Takes a rule away. One that is not there is no trouble.
    ///
    /// # Errors
    /// If it may still be there.
    pub fn lift(&mut self, id: ReflexRuleId) -> Result<(), ReflexError> {
        match self {
            Self::Rehearsed(device) => ReflexDevice::lift(device, id),
            Self::Enforcer(enforcing) => enforcing.does(&Task::LiftReflex(id)),
        }
    }

    /// Reads back whether a rule is there and acts.
    ///
    /// # Errors
    /// If nobody can tell.
    pub fn acts(&mut self, id: ReflexRuleId) -> Result<bool, ReflexError> {
        let found = match self {
            Self::Rehearsed(device) => return ReflexDevice::acts(device, id),
            Self::Enforcer(enforcing) => enforcing.found()?,
        };
        Ok(found.iter().any(|one| one.id == id))
    }

    /// Reads back every rule of ours, with what it does.
    ///
    /// # Errors
    /// If nobody can tell.
    pub fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError> {
        match self {
            Self::Rehearsed(device) => ReflexDevice::found(device),
            Self::Enforcer(enforcing) => enforcing.found(),
        }
    }
}

impl Enforcing {
    /// Names the enforcer at this socket; nobody is asked yet.
    fn at(socket: &Path, proofs: BTreeMap<StandingId, Proof>) -> Self {
        Self {
            line: Line::to(socket),
            proofs,
            requests: BTreeMap::new(),
            ended: BTreeSet::new(),
            changes: Vec::new(),
        }
    }

    fn put(
        &mut self,
        id: ReflexRuleId,
        rule: &ReflexRule,
        ends: Timestamp,
    ) -> Result<(), ReflexError> {
        let proof = self.proofs.get(&id.standing);
        let proof = proof.ok_or_else(|| no("the standing order's proof is not at hand"))?;
        let wanted = Wanted {
            standing: proof.proven.clone(),
            number: id.number,
            rule: rule.clone().into(),
            ends,
            request: self.requests.get(&id.number).cloned(),
        };
        self.does(&Task::Reflex(Box::new(wanted)))
    }

    fn found(&mut self) -> Result<Vec<FoundReflex>, ReflexError> {
        match self.line.ask(&Task::ReadReflexes).map_err(no)? {
            Told::Reflexes(held) => Ok(held.into_iter().map(HeldReflex::into).collect()),
            other => Err(no(astray(other))),
        }
    }

    fn does(&mut self, task: &Task) -> Result<(), ReflexError> {
        match self.line.ask(task).map_err(no)? {
            Told::Done | Told::Lifted(_) => Ok(()),
            other => Err(no(astray(other))),
        }
    }
}

/// What an enforcer said instead of a yes.
#[derive(Debug)]
struct Unheard(String);

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unheard {}

fn no(why: impl Into<String>) -> ReflexError {
    ReflexError::of(Unheard(why.into()))
}
