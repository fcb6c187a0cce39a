//! What the database knows of the machine of reflexes, and what it has to learn.
//!
//! Always: what is written together is there together; no line's address is among it. How far the log was
//! read is written with the next thing that matters: an entry read twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use issei_host::clock;
use issei_host::store::{Change, Store};
use issei_model::{ReflexRefusal, StandingId, Timestamp};
use issei_order::reflex::{Acting, Durable, Phase, Reading};
use serde::{Deserialize, Serialize};

use crate::code::Failure;
use crate::office::document;

/// The kinds of documents: one of each name, standing orders, activations, and those to be reported.
const ALONE: &str = "reflex";
const STANDING: &str = "standing";
const ACTING: &str = "acting";
const ENDED: &str = "ended-reflex";

/// What the database knows.
#[derive(Default)]
pub struct Kept {
    reading: String,
    state: String,
    /// The number of the batch that is on its way.
    sent: Option<u64>,
    standing: BTreeMap<StandingId, Mark>,
    acting: BTreeMap<u64, Acting>,
    ended: BTreeSet<u64>,
}

/// What can change about a standing order; the dossier cannot.
type Mark = (Phase, usize, Option<Timestamp>);

/// What stands in no list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    stopped: bool,
    number: u64,
    batch: u64,
    refused: BTreeMap<ReflexRefusal, u64>,
}

/// What the database has to learn.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing, or only how far the log was read, which can wait.
    CanWait(Vec<Change>),
    /// This, before anything goes on.
    Now(Vec<Change>),
}

impl Kept {
    /// Lists what the database does not know yet, and takes it as known.
    pub fn news(&mut self, durable: &Durable) -> News {
        let mut changes = self.state(durable);
        changes.extend(self.standing(durable));
        changes.extend(self.acting(durable));
        changes.extend(self.ended(durable));
        let reading = text(&durable.reading);
        let read = self.reading != reading;
        if read {
            changes.push(put(ALONE, "reading".into(), &durable.reading));
            self.reading = reading;
        }
        match changes.len() {
            0 => News::CanWait(changes),
            1 if read => News::CanWait(changes),
            _ => News::Now(changes),
        }
    }

    fn state(&mut self, durable: &Durable) -> Vec<Change> {
        let mut changes = Vec::new();
        let state = State {
            stopped: durable.stopped,
            number: durable.number,
            batch: durable.batch,
            refused: durable.refused.clone(),
        };
        let now = text(&state);
        if self.state != now {
            changes.push(put(ALONE, "state".into(), &state));
            self.state = now;
        }
        let sent = durable.sent.as_ref().map(|batch| batch.number);
        if self.sent != sent {
            changes.push(match &durable.sent {
                Some(batch) => put(ALONE, "sent".into(), batch),
                None => remove(ALONE, "sent".into()),
            });
            self.sent = sent;
        }
        changes
    }

    fn standing(&mut self, durable: &Durable) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, held) in &durable.standing {
            let mark = (held.phase, held.begun.len(), held.begun.back().copied());
            if self.standing.insert(*id, mark) != Some(mark) {
                changes.push(put(STANDING, id.to_string(), held));
            }
        }
        let gone = self
            .standing
            .extract_if(.., |id, _| !durable.standing.contains_key(id));
        changes.extend(gone.map(|(id, _)| remove(STANDING, id.to_string())));
        changes
    }

    fn acting(&mut self, durable: &Durable) -> Vec<Change> {
        let mut changes = Vec::new();
        for (number, acting) in &durable.acting {
            if self.acting.get(number) != Some(acting) {
                changes.push(put(ACTING, name(*number), acting));
                self.acting.insert(*number, acting.clone());
            }
        }
        let gone = self
            .acting
            .extract_if(.., |number, _| !durable.acting.contains_key(number));
        changes.extend(gone.map(|(number, _)| remove(ACTING, name(number))));
        changes
    }

    fn ended(&mut self, durable: &Durable) -> Vec<Change> {
        let mut changes = Vec::new();
        let now: BTreeSet<u64> = durable.unreported.iter().map(|one| one.number).collect();
        for one in &durable.unreported {
            if self.ended.insert(one.number) {
                changes.push(put(ENDED, name(one.number), one));
            }
        }
        let gone = self.ended.extract_if(.., |number| !now.contains(number));
        changes.extend(gone.map(|number| remove(ENDED, name(number))));
        changes
    }
}

/// Reads what was kept.
///
/// # Errors
/// If the database cannot be read, or a document is none.
pub async fn load(store: &Store) -> Result<(Durable, Kept), Failure> {
    let mut durable = Durable::default();
    if let Some(state) = alone::<State>(store, "state").await? {
        (durable.stopped, durable.refused) = (state.stopped, state.refused);
        (durable.number, durable.batch) = (state.number, state.batch);
    }
    durable.reading = alone::<Reading>(store, "reading")
        .await?
        .unwrap_or_default();
    durable.sent = alone(store, "sent").await?;
    for (name, held) in all(store, STANDING).await? {
        durable
            .standing
            .insert(name.parse().map_err(Failure::broken)?, held);
    }
    for (name, acting) in all(store, ACTING).await? {
        durable
            .acting
            .insert(name.parse().map_err(Failure::broken)?, acting);
    }
    let ended = all(store, ENDED).await?;
    durable.unreported = ended.into_iter().map(|(_, one)| one).collect();
    let mut kept = Kept::default();
    kept.news(&durable);
    Ok((durable, kept))
}

async fn alone<T: serde::de::DeserializeOwned>(
    store: &Store,
    name: &str,
) -> Result<Option<T>, Failure> {
    let found = store.document(ALONE, name).await.map_err(Failure::broken)?;
    let read = found.map(|one| serde_json::from_str(&one.body));
    read.transpose().map_err(Failure::broken)
}

async fn all<T: serde::de::DeserializeOwned>(
    store: &Store,
    kind: &str,
) -> Result<Vec<(String, T)>, Failure> {
    let found = store.documents(kind).await.map_err(Failure::broken)?;
    let read = found
        .into_iter()
        .map(|one| Ok((one.name, serde_json::from_str(&one.body)?)));
    read.collect::<Result<_, serde_json::Error>>()
        .map_err(Failure::broken)
}

/// Names an activation, so that names rise as numbers do.
fn name(number: u64) -> String {
    format!("{number:020}")
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own nouns have string keys")
}

fn put<T: Serialize>(kind: &str, name: String, value: &T) -> Change {
    document(kind, name, value, clock::now())
}

fn remove(kind: &str, name: String) -> Change {
    let kind = kind.into();
    Change::RemoveDocument { kind, name }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
