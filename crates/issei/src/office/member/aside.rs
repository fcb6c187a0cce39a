//! What a person asks of the coordinator through this member: asked aside from the member's own work.
//!
//! In: asks that only the coordinator can answer, or only in part this member. Out: the reply, to who asked.
//! Always: the member's machines never wait for the coordinator, which may be slow, or gone; a draft is
//! believed to be the one of its name only after the name was worked out here.
//! Not here: what the member answers by itself.

use std::sync::Arc;

use issei_host::exchange::{Bytes, Client, Route};
use issei_model::{OrderId, StandingId};
use issei_text::{Phrase, said};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::{Office, draft};
use crate::office::control::{Ask, OrderView, Reply, StandingView};

/// Where a reply goes.
pub type Replying = oneshot::Sender<Reply>;

impl Office {
    /// Asks the coordinator aside, and gives back what is not for it.
    pub(super) fn asked_aside(&self, ask: Ask, reply: Replying) -> Option<(Ask, Replying)> {
        let client = self.client.clone();
        match ask {
            Ask::Orders => {
                let held = self.machine.durable().orders.iter();
                let own = held.map(|(id, held)| self.view(*id, held)).collect();
                tokio::spawn(orders(client, own, reply));
            }
            Ask::Order(order) if self.machine.phase(order).is_none() => {
                tokio::spawn(order_of(client, order, reply));
            }
            Ask::Approve { order, approval } => {
                self.carry(Route::Approvals(order), &approval, reply);
            }
            Ask::Confirm { order, approval } => {
                self.carry(Route::Confirmation(order), &approval, reply);
            }
            other => return Some((other, reply)),
        }
        None
    }

    /// Carries something to the coordinator, whose reply goes to who asked.
    pub(super) fn carry<T: Serialize>(&self, route: Route, body: &T, reply: Replying) {
        let body = serde_json::to_vec(body).expect("our own nouns have string keys");
        let client = self.client.clone();
        tokio::spawn(async move {
            // Who has hung up meanwhile asks again.
            let _ = reply.send(carried(&client, &route, body.into()).await);
        });
    }
}

/// Asks the coordinator, and gives its reply.
pub async fn carried(client: &Client, route: &Route, body: Bytes) -> Reply {
    match client.post(route, body).await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or_else(|error| {
            Reply::Failed(Phrase::of(|text| said!(text, "says-bad-reply", error)))
        }),
        Err(error) => Reply::Wrong(Phrase::of(|text| said!(text, "says-not-carried", error))),
    }
}

/// Lists the own orders, and in front of them the drafts that lie at the coordinator.
async fn orders(client: Arc<Client>, own: Vec<OrderView>, reply: Replying) {
    let mut all: Vec<OrderView> = known(&client, &Route::Drafts).await;
    all.retain(|one| own.iter().all(|held| held.id != one.id));
    all.extend(own);
    let _ = reply.send(Reply::Orders(all));
}

/// Shows a draft of an order.
async fn order_of(client: Arc<Client>, order: OrderId, reply: Replying) {
    let shown = match client.get(&Route::Draft(order)).await {
        Ok(body) => draft(&body, order),
        Err(error) => Reply::Wrong(Phrase::of(|text| {
            said!(text, "says-not-held-asked", order, error)
        })),
    };
    let _ = reply.send(shown);
}

/// Lists the own standing orders, and in front of them those that the coordinator knows.
pub async fn standings(client: Arc<Client>, own: Vec<StandingView>, reply: Replying) {
    let mut all: Vec<StandingView> = known(&client, &Route::Standings).await;
    all.retain(|one| own.iter().all(|held| held.id != one.id));
    all.extend(own);
    let _ = reply.send(Reply::Standings(all));
}

/// Shows a standing order that the coordinator knows.
pub async fn standing_of(client: Arc<Client>, standing: StandingId, reply: Replying) {
    let shown = match client.get(&Route::Standing(standing)).await {
        Ok(body) => standing_draft(&body, standing),
        Err(error) => Reply::Wrong(Phrase::of(|text| {
            said!(text, "says-standing-not-held", standing, error)
        })),
    };
    let _ = reply.send(shown);
}

/// Shows the standing order that was asked for, and no other.
fn standing_draft(body: &[u8], standing: StandingId) -> Reply {
    match serde_json::from_slice::<StandingView>(body) {
        // The name is worked out here: what is signed is what the name says.
        Ok(view) if view.order.id() == standing => Reply::Standing(Box::new(view)),
        Ok(_) => Reply::Wrong(Phrase::say("says-other-standing")),
        Err(error) => Reply::Failed(Phrase::of(|text| said!(text, "says-bad-draft", error))),
    }
}

/// What the coordinator knows; nothing if it cannot be asked.
async fn known<T: DeserializeOwned>(client: &Client, route: &Route) -> Vec<T> {
    let body = client.get(route).await;
    body.ok()
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "aside_tests.rs"]
mod tests;
