//! Where members' calls come in: files and hints are answered at once, the rest goes to the desk.
//!
//! Always: a call that the desk cannot take is answered with why; readers of files never wait for it.

use std::sync::{Arc, Mutex, PoisonError};

use issei_host::exchange::{Answer, Answering, Bytes, Fan, Identity, Route, Service};
use tokio::sync::{mpsc, oneshot};

use crate::office::shelf::Shelf;

/// A call for the desk.
pub struct Call {
    /// Who calls; nobody yet for one that joins.
    pub from: Option<Identity>,
    /// What about.
    pub route: Route,
    /// What was sent.
    pub body: Bytes,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Answer>,
}

/// The service behind the exchange.
pub struct Door {
    calls: mpsc::Sender<Call>,
    files: Shelf,
    hints: Hints,
}

/// The stream of hints, with the newest one for who comes later.
#[derive(Clone)]
pub struct Hints {
    fan: Fan,
    newest: Arc<Mutex<Bytes>>,
}

impl Hints {
    /// Begins with nothing to say. So many hints are kept for a reader that is behind.
    pub fn new() -> Self {
        Self {
            fan: Fan::new(64),
            newest: Arc::default(),
        }
    }

    /// Tells everybody.
    pub fn tell(&self, line: Bytes) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        self.fan.tell(&line);
        *newest = line;
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.fan.listeners()
    }

    fn listen(&self) -> Answer {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        Answer::Lines(self.fan.listen().beginning_with(&newest))
    }
}

impl Door {
    /// Opens a door to the desk.
    pub fn new(calls: mpsc::Sender<Call>, files: Shelf, hints: Hints) -> Arc<Self> {
        Arc::new(Self {
            calls,
            files,
            hints,
        })
    }

    fn file(&self, path: &str) -> Answer {
        match self.files.file(path) {
            Some(bytes) => Answer::Found {
                kind: "application/octet-stream",
                body: bytes.into(),
                immutable: path != issei_ledger::CHECKPOINT,
            },
            None => refused(
                404,
                "the log has no such file",
                "read the newest checkpoint first",
            ),
        }
    }

    async fn ask(&self, from: Option<Identity>, route: Route, body: Bytes) -> Answer {
        let (reply, answer) = oneshot::channel();
        let call = Call {
            from,
            route,
            body,
            reply,
        };
        let gone = || refused(503, "the coordinator is ending", "try again in a moment");
        if self.calls.send(call).await.is_err() {
            return gone();
        }
        answer.await.unwrap_or_else(|_| gone())
    }
}

impl Service for Door {
    fn answer(&self, from: Option<Identity>, route: Route, body: Bytes) -> Answering<'_> {
        Box::pin(async move {
            match route {
                Route::Log(path) => self.file(path.as_str()),
                Route::Hints => self.hints.listen(),
                route => self.ask(from, route, body).await,
            }
        })
    }
}

/// Says no.
pub fn refused(status: u16, words: &str, next: &str) -> Answer {
    Answer::Refused {
        status,
        words: words.into(),
        next: next.into(),
    }
}
