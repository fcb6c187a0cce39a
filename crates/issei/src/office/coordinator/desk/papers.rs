//! What of the desk outlives the process: documents, read at the start and written with every change.
//!
//! In: the database's documents. Out: a desk as it was left; changes for the database. Always: a draft
//! that waits for a person waits after a restart too, and a question stays open until it is summed.
//! Not here: when changes become durable (`coordinator`).

use std::collections::BTreeMap;

use issei_case::Event;
use issei_host::clock;
use issei_host::store::{Change, Document, Store, StoreError};
use serde::de::DeserializeOwned;

use super::{Desk, Kept, Question};
use crate::office::document;

const FINDING: &str = "finding";
const CASE: &str = "case";
const QUESTION: &str = "question";
const HOLD: &str = "hold";
/// How often members were asked: they look again when it has changed, also across a restart.
const ASKED: &str = "asked";

/// The documents of a desk, by their kind.
#[derive(Default)]
pub struct Papers(BTreeMap<&'static str, Vec<Document>>);

impl Papers {
    /// Every kind that a desk keeps.
    const KINDS: [&'static str; 5] = [FINDING, CASE, QUESTION, HOLD, ASKED];

    /// Fetches what the database holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn fetch(store: &Store) -> Result<Self, StoreError> {
        let mut papers = BTreeMap::new();
        for kind in Self::KINDS {
            papers.insert(kind, store.documents(kind).await?);
        }
        Ok(Self(papers))
    }

    /// What the database would hold after these changes.
    #[cfg(test)]
    pub fn of(changes: Vec<Change>) -> Self {
        let mut held = BTreeMap::new();
        for change in changes {
            match change {
                Change::PutDocument {
                    kind,
                    name,
                    body,
                    changed_at,
                } => {
                    let one = Document {
                        name: name.clone(),
                        body,
                        changed_at,
                    };
                    held.insert((kind, name), one);
                }
                Change::RemoveDocument { kind, name } => drop(held.remove(&(kind, name))),
                _ => {}
            }
        }
        let of_kind = |wanted| {
            let found = held.iter().filter(move |((kind, _), _)| kind == wanted);
            (wanted, found.map(|(_, one)| one.clone()).collect())
        };
        Self(Self::KINDS.map(of_kind).into())
    }

    /// Reads every document of a kind, with its name.
    fn read<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, String> {
        let found = self.0.get(kind).into_iter().flatten();
        let read = |one: &Document| match serde_json::from_str(&one.body) {
            Ok(value) => Ok((one.name.clone(), value)),
            Err(error) => Err(format!("{kind} {}: {error}", one.name)),
        };
        found.map(read).collect()
    }
}

impl Desk {
    /// Begins with what the database holds.
    ///
    /// # Errors
    /// Which document is none.
    pub fn open(papers: &Papers) -> Result<Self, String> {
        let findings = papers.read(FINDING)?;
        let holds: Vec<(String, bool)> = papers.read(HOLD)?;
        let mut desk = Self {
            findings: findings.into_iter().map(|(_, one)| one).collect(),
            questions: papers.read(QUESTION)?.into_iter().collect(),
            held: holds.into_iter().map(|(case, _)| case).collect(),
            asked: papers.read::<u64>(ASKED)?.into_iter().map(|(_, n)| n).sum(),
            ..Self::default()
        };
        for (name, events) in papers.read::<Vec<Event>>(CASE)? {
            let mut kept = Kept::new(&name);
            events.into_iter().for_each(|event| kept.apply(event));
            desk.cases.insert(name, kept);
        }
        Ok(desk)
    }

    /// Asks the members from now on.
    pub(super) fn ask(&mut self, question: Question) {
        let name = question.case.clone();
        self.write(QUESTION, name.clone(), &question);
        self.questions.insert(name, question);
        self.asked += 1;
        let asked = self.asked;
        self.write(ASKED, ASKED.into(), &asked);
    }

    /// Asks no longer.
    pub(super) fn end_question(&mut self, case: &str) {
        if self.questions.remove(case).is_some() {
            self.strike(QUESTION, case);
        }
    }

    /// Lets a case's draft wait for a person.
    pub(super) fn hold(&mut self, case: String) {
        self.write(HOLD, case.clone(), &true);
        self.held.insert(case);
    }

    /// Lets a case's draft wait for nobody but those who sign.
    pub(super) fn let_go(&mut self, case: &str) {
        if self.held.remove(case) {
            self.strike(HOLD, case);
        }
    }

    pub(super) fn keep(&mut self, case: &str) {
        let change = document(CASE, case.into(), &self.cases[case].events, clock::now());
        self.changes.push(change);
    }

    pub(super) fn keep_finding(&mut self, name: String, found: &super::Reported) {
        self.write(FINDING, name, found);
    }

    fn write<T: serde::Serialize>(&mut self, kind: &str, name: String, value: &T) {
        self.changes.push(document(kind, name, value, clock::now()));
    }

    fn strike(&mut self, kind: &str, name: &str) {
        self.changes.push(Change::RemoveDocument {
            kind: kind.into(),
            name: name.into(),
        });
    }
}
