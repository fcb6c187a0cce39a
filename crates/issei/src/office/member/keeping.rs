//! What a member keeps over a restart: its state, the orders it holds, who confirmed which.
//!
//! In: the machine's durable part; the database. Out: changes since they were kept last; the durable part again. Always:
//! what did not change is not written. Not here: the database (`issei_host::store`), what devices hold (`hands`).

use std::collections::BTreeMap;

use issei_host::store::{Change, Document, Store};
use issei_model::{Approval, Observed, OrderId, Span, Timestamp};
use issei_order::member::{Durable, Held, Phase};
use serde::{Deserialize, Serialize};

use super::{CONFIRMED, put};
use crate::code::Failure;

/// What the database knows.
#[derive(Default)]
pub(super) struct Kept {
    state: Option<State>,
    held: BTreeMap<OrderId, Mark>,
}

/// What can change about an order; the dossier cannot.
type Mark = (
    Phase,
    Span,
    Option<Timestamp>,
    Option<Observed>,
    (Option<Timestamp>, bool),
);

/// What must survive beside the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    next: u64,
    seen: u64,
    stopped: bool,
    #[serde(default)]
    restored: bool,
    #[serde(default)]
    not_before: Option<Timestamp>,
}

impl Kept {
    /// Takes it that the database knows all of this.
    pub(super) fn of(durable: &Durable) -> Self {
        Self {
            state: Some(state_of(durable)),
            held: durable
                .orders
                .iter()
                .map(|(id, held)| (*id, mark_of(held)))
                .collect(),
        }
    }

    /// Lists what the database does not know yet, and takes it as known.
    pub(super) fn changes(&mut self, durable: &Durable) -> Vec<Change> {
        let mut changes = Vec::new();
        let state = state_of(durable);
        if self.state != Some(state) {
            self.state = Some(state);
            changes.push(put("member", "state".into(), &state));
        }
        for (id, held) in &durable.orders {
            let mark = mark_of(held);
            if self.held.get(id) != Some(&mark) {
                self.held.insert(*id, mark);
                changes.push(put("held", id.to_string(), held));
            }
        }
        let gone: Vec<OrderId> = self
            .held
            .keys()
            .copied()
            .filter(|id| !durable.orders.contains_key(id))
            .collect();
        for id in gone {
            self.held.remove(&id);
            changes.push(Change::RemoveDocument {
                kind: "held".into(),
                name: id.to_string(),
            });
        }
        changes
    }
}

fn state_of(durable: &Durable) -> State {
    let Durable {
        next,
        seen,
        stopped,
        restored,
        not_before,
        ..
    } = *durable;
    State {
        next,
        seen,
        stopped,
        restored,
        not_before,
    }
}

fn mark_of(held: &Held) -> Mark {
    let confirming = (held.first_at, held.confirmed);
    (held.phase, held.lead, held.fires_at, held.told, confirming)
}

/// Reads what was kept.
pub(super) async fn load(store: &Store) -> Result<Durable, Failure> {
    let state = store
        .document("member", "state")
        .await
        .map_err(Failure::broken)?;
    let mut durable = Durable::default();
    if let Some(one) = state {
        let kept: State = serde_json::from_str(&one.body).map_err(Failure::broken)?;
        (durable.next, durable.seen) = (kept.next, kept.seen);
        (durable.stopped, durable.restored) = (kept.stopped, kept.restored);
        durable.not_before = kept.not_before;
    }
    for one in store.documents("held").await.map_err(Failure::broken)? {
        let id: OrderId = one.name.parse().map_err(Failure::broken)?;
        let held: Held = serde_json::from_str(&one.body).map_err(Failure::broken)?;
        durable.orders.insert(id, held);
    }
    Ok(durable)
}

/// Reads who confirmed what.
pub(super) async fn load_confirmed(store: &Store) -> Result<BTreeMap<OrderId, Approval>, Failure> {
    let kept = store.documents(CONFIRMED).await.map_err(Failure::broken)?;
    let read = |one: Document| -> Result<(OrderId, Approval), Failure> {
        let order = one.name.parse().map_err(Failure::broken)?;
        let by = serde_json::from_str(&one.body).map_err(Failure::broken)?;
        Ok((order, by))
    };
    kept.into_iter().map(read).collect()
}

pub(super) async fn load_used(
    store: &Store,
) -> Result<BTreeMap<OrderId, (Timestamp, u64)>, Failure> {
    let mut used = BTreeMap::new();
    for one in store.documents("used").await.map_err(Failure::broken)? {
        let id: OrderId = one.name.parse().map_err(Failure::broken)?;
        used.insert(
            id,
            serde_json::from_str(&one.body).map_err(Failure::broken)?,
        );
    }
    Ok(used)
}
