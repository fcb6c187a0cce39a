//! What a member posts to the coordinator: receipts until they arrive, the rest once.
//!
//! Always: receipts leave in their order, each under a sequence that only rises; one that the
//! coordinator refuses is not sent again. A cosignature that is late is worth nothing, so it is not
//! repeated: the next round asks for another. What reflexes did leaves beside the receipts and never
//! holds one up; the machine sends a batch again until it stands in the log.
//! Limits: receipts that wait are bounded; the machine tells everything again after a lost stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use issei_desk::traffic::Told;
use issei_host::clock;
use issei_host::exchange::signed::{self, Purpose};
use issei_host::exchange::{Bytes, CallError, Client, Route};
use issei_model::{OrganisationId, Receipt, ReflexBatch};
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
    batches: mpsc::Sender<(Route, Bytes)>,
    traffic: mpsc::Sender<(Route, Bytes)>,
    lost: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

impl Post {
    /// Opens the post: what is given here leaves over this client.
    pub fn open(me: OrganisationId, key: SigningKey, client: Arc<Client>) -> Self {
        let (waiting, receipts) = mpsc::channel::<(Route, Bytes)>(MOST_WAITING);
        let (batches, reports) = mpsc::channel::<(Route, Bytes)>(1);
        let (traffic, sums) = mpsc::channel::<(Route, Bytes)>(1);
        let (cosignatures, mut lines) = mpsc::channel::<Bytes>(1);
        let post = Self {
            me,
            key: Arc::new(key),
            sequence: Arc::default(),
            waiting,
            cosignatures,
            batches,
            traffic,
            lost: Arc::default(),
            refused: Arc::default(),
        };
        for queue in [receipts, reports, sums] {
            tokio::spawn(deliver(queue, client.clone(), post.refused.clone()));
        }
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

    /// Sends what reflexes did, unless a batch is under way.
    pub fn reflexes(&self, batch: &ReflexBatch) {
        let sealed = self.sealed(Purpose::REFLEXES, batch);
        // One that finds no room comes again with the next report.
        if let Some(sealed) = sealed {
            let _ = self.batches.try_send((Route::Reflexes, sealed));
        }
    }

    /// Sends what passes to and from goals, unless some is under way; tells whether it leaves.
    pub fn traffic(&self, told: &[Told]) -> bool {
        let sealed = self.sealed(Purpose::TRAFFIC, &told);
        let sent = sealed.map(|sealed| self.traffic.try_send((Route::Traffic, sealed)));
        matches!(sent, Some(Ok(())))
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
        let sealed = self.sealed(purpose, body);
        let sent = sealed.map(|sealed| self.waiting.try_send((route, sealed)));
        if !matches!(sent, Some(Ok(()))) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn sealed<T: Serialize>(&self, purpose: Purpose, body: &T) -> Option<Bytes> {
        let sequence = self.next_sequence();
        let sealed = signed::seal(purpose, &self.me, sequence, body, &self.key);
        sealed.ok().map(Bytes::from)
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

/// Delivers in order, each until it arrives or is refused.
async fn deliver(
    mut queue: mpsc::Receiver<(Route, Bytes)>,
    client: Arc<Client>,
    refused: Arc<AtomicU64>,
) {
    while let Some((route, body)) = queue.recv().await {
        while let Err(error) = client.post(&route, body.clone()).await {
            if !may_come_again(&error) {
                refused.fetch_add(1, Ordering::Relaxed);
                break;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}
