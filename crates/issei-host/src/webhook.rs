//! Hands findings to somebody's HTTP address, one request for each.
//!
//! In: bodies of JSON. Out: requests, tried again with growing pauses; counts.
//! Always: the queue is bounded and the judging never waits for it; what could not be handed over
//! is counted. A redirect is not followed: findings go where the operator said and nowhere else.
//! Not here: what a finding says.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The pause before the second try; it doubles for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where to, and how patiently.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The address, `http://` or `https://`.
    pub url: String,
    /// Bodies that may wait.
    pub queue: usize,
    /// Tries for each body.
    pub attempts: u32,
    /// How long one try may take.
    pub timeout: Duration,
}

/// Why there is no webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// The thread could not be started.
    NoThread,
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThread => f.write_str("the system refuses another thread for the webhook"),
        }
    }
}

impl std::error::Error for WebhookError {}

/// What became of the bodies. They add up: offered = delivered + failed + turned away + waiting.
#[derive(Debug, Default)]
pub struct Counts {
    /// Bodies offered.
    pub offered: AtomicU64,
    /// Bodies that were taken with a status of 2xx.
    pub delivered: AtomicU64,
    /// Bodies given up after all tries, or at the end.
    pub failed: AtomicU64,
    /// Bodies for which the queue had no room.
    pub turned_away: AtomicU64,
    /// Tries that failed.
    pub failed_tries: AtomicU64,
}

/// When to end: set once, and the worker wakes.
#[derive(Default)]
struct Ending {
    by: Mutex<Option<Instant>>,
    told: Condvar,
}

impl Ending {
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, by: Instant) {
        *self.lock() = Some(by);
        self.told.notify_all();
    }

    fn is_over(&self) -> bool {
        self.lock().is_some_and(|by| Instant::now() >= by)
    }

    /// Pauses, but not past the end. An end that is told during the pause shortens it.
    fn pause(&self, length: Duration) {
        let until = Instant::now() + length;
        let mut by = self.lock();
        loop {
            let until = by.map_or(until, |by| by.min(until));
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            by = self
                .told
                .wait_timeout(by, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

/// A thread that delivers.
pub struct Webhook {
    queue: Option<SyncSender<String>>,
    counts: Arc<Counts>,
    ending: Arc<Ending>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// Tells whether this build can speak HTTPS.
    pub const HTTPS: bool = cfg!(feature = "https");

    /// Begins to deliver.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(delivery: Delivery) -> Result<Self, WebhookError> {
        let (queue, waiting) = sync_channel(delivery.queue);
        let (counts, ending) = (Arc::new(Counts::default()), Arc::new(Ending::default()));
        let worker = Worker {
            agent: agent(delivery.timeout),
            delivery,
            counts: Arc::clone(&counts),
            ending: Arc::clone(&ending),
        };
        let thread = std::thread::Builder::new()
            .name("webhook".into())
            .spawn(move || worker.work(&waiting));
        let thread = thread.map_err(|_| WebhookError::NoThread)?;
        Ok(Self {
            queue: Some(queue),
            counts,
            ending,
            thread: Some(thread),
        })
    }

    /// Offers a body. Never waits: without room it is turned away and counted.
    pub fn offer(&self, body: String) {
        self.counts.offered.fetch_add(1, Ordering::Relaxed);
        let taken = self.queue.as_ref().map(|queue| queue.try_send(body));
        if let None | Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) = taken {
            self.counts.turned_away.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Shows the counts.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Delivers what waits, for at most `within`; what is left then counts as failed.
    pub fn finish(mut self, within: Duration) {
        self.end(within);
    }

    fn end(&mut self, within: Duration) {
        self.queue = None;
        self.ending.tell(Instant::now() + within);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

struct Worker {
    agent: ureq::Agent,
    delivery: Delivery,
    counts: Arc<Counts>,
    ending: Arc<Ending>,
}

impl Worker {
    fn work(&self, waiting: &Receiver<String>) {
        for body in waiting {
            let outcome = if self.deliver(&body) {
                &self.counts.delivered
            } else {
                &self.counts.failed
            };
            outcome.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn deliver(&self, body: &str) -> bool {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=self.delivery.attempts {
            if self.ending.is_over() {
                return false;
            }
            if self.post(body) {
                return true;
            }
            self.counts.failed_tries.fetch_add(1, Ordering::Relaxed);
            if attempt < self.delivery.attempts {
                self.ending.pause(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        false
    }

    fn post(&self, body: &str) -> bool {
        let request = self
            .agent
            .post(&self.delivery.url)
            .header("content-type", "application/json");
        request
            .send(body)
            .is_ok_and(|answer| answer.status().is_success())
    }
}

/// Makes what speaks HTTP, within a time for each request.
pub(crate) fn agent(timeout: Duration) -> ureq::Agent {
    #[cfg(feature = "https")]
    {
        // Chosen by name, so that no other library decides which cryptography runs. Only the first
        // choice of a process counts; a second one is refused and says the same.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("issei/", env!("CARGO_PKG_VERSION")));
    config.build().into()
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
