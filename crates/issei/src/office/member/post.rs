//! What a member posts to the coordinator: receipts until they arrive, the rest once.
//!
//! Always: receipts leave in their order, each under a sequence that only rises; one that the
//! coordinator refuses is not sent again. A cosignature that is late is worth nothing, so it is not
//! repeated: the next round asks for another.
//! Limits: receipts that wait are bounded; the machine tells everything again after a lost stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use issei_host::clock;
use issei_host::exchange::signed::{self, Purpose};
use issei_host::exchange::{Bytes, CallError, Client, Route};
use issei_model::{OrganisationId, Receipt};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::office::control::Reported;
use crate::office::coordinator::desk::Answers;

/// Posts that wait, at most.
const MOST_WAITING: usize = 10_000;
/// How long to wait before a post is repeated.
const AGAIN: Duration = Duration::from_millis(250);

/// Whether a post is sent again: its number makes a second one harmless, so only a refusal ends it.
fn may_come_again(error: &CallError) -> bool {
    match error {
        CallError::Refused { .. } => error.may_be_repeated(),
        CallError::Failed { .. } => true,
    }
}

/// Where a member's posts go.
#[derive(Clone)]
pub struct Post {
    me: OrganisationId,
    key: Arc<SigningKey>,
    sequence: Arc<AtomicU64>,
    waiting: mpsc::Sender<(Route, Bytes)>,
    cosignatures: mpsc::Sender<Bytes>,
    lost: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

impl Post {
    /// Opens the post: what is given here leaves over this client.
    pub fn open(me: OrganisationId, key: SigningKey, client: Arc<Client>) -> Self {
        let (waiting, mut queue) = mpsc::channel::<(Route, Bytes)>(MOST_WAITING);
        let (cosignatures, mut lines) = mpsc::channel::<Bytes>(1);
        let post = Self {
            me,
            key: Arc::new(key),
            sequence: Arc::default(),
            waiting,
            cosignatures,
            lost: Arc::default(),
            refused: Arc::default(),
        };
        let refused = post.refused.clone();
        let sender = client.clone();
        tokio::spawn(async move {
            while let Some((route, body)) = queue.recv().await {
                while let Err(error) = sender.post(&route, body.clone()).await {
                    if !may_come_again(&error) {
                        refused.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            }
        });
        let refused = post.refused.clone();
        tokio::spawn(async move {
            while let Some(line) = lines.recv().await {
                if client.post(&Route::Cosignatures, line).await.is_err() {
                    refused.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        post
    }

    /// Sends a receipt.
    pub fn receipt(&self, receipt: &Receipt) {
        self.send(Route::Receipts, Purpose::RECEIPT, receipt);
    }

    /// Sends answers about contacts.
    pub fn answers(&self, answers: &Answers) {
        self.send(Route::Answers, Purpose::ANSWER, answers);
    }

    /// Sends findings.
    pub fn findings(&self, findings: &[Reported]) {
        self.send(Route::Findings, Purpose::FINDINGS, &findings);
    }

    /// Sends a cosignature, unless one is under way.
    pub fn cosignature(&self, line: Bytes) {
        if self.cosignatures.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Tells how much found no room, and how much the coordinator refused.
    pub fn troubles(&self) -> (u64, u64) {
        (
            self.lost.load(Ordering::Relaxed),
            self.refused.load(Ordering::Relaxed),
        )
    }

    fn send<T: Serialize>(&self, route: Route, purpose: Purpose, body: &T) {
        let sequence = self.next_sequence();
        let sealed = signed::seal(purpose, &self.me, sequence, body, &self.key);
        let sent = sealed.map(|sealed| self.waiting.try_send((route, sealed.into())));
        if !matches!(sent, Ok(Ok(()))) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Draws a number that only rises, also across restarts: the time in microseconds.
    fn next_sequence(&self) -> u64 {
        let now = u64::try_from(clock::now().as_micros()).unwrap_or_default();
        let rise = |last: u64| Some(now.max(last + 1));
        let last = self
            .sequence
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, rise);
        last.map_or(now, |last| now.max(last + 1))
    }
}
