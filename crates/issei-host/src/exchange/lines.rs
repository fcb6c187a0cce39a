//! One line told to many readers, none of whom can hold up another.
//!
//! In: lines. Out: a body of HTTP that goes on until the reader leaves, is too slow, or the server
//! ends.
//! Always: telling never waits; a reader that falls behind by more lines than are kept is dropped
//! and counted, connects again and catches up from the log; a quiet stream sends an empty line now
//! and then, so that both ends notice a dead one.
//! Not here: what a line says.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::{broadcast, watch};

use super::counts::{Counts, Kind};

/// Bytes of a line. Hints are short: they only say that there is more.
pub(super) const LONGEST_LINE: usize = 16 << 10;

/// Tells lines to whoever listens.
#[derive(Clone, Debug)]
pub struct Fan(broadcast::Sender<Bytes>);

/// One reader's end.
#[derive(Debug)]
pub struct Lines {
    first: Option<Bytes>,
    rest: broadcast::Receiver<Bytes>,
}

impl Fan {
    /// Keeps so many lines for readers that are behind; at least one.
    pub fn new(kept: usize) -> Self {
        Self(broadcast::Sender::new(kept.max(1)))
    }

    /// Tells a line, without its end of line, to everybody who listens now. Never waits.
    pub fn tell(&self, line: &[u8]) {
        // Nobody listening is no failure.
        let _ = self.0.send(ended(line));
    }

    /// Begins to listen: hears every line that is told from now on.
    pub fn listen(&self) -> Lines {
        Lines {
            first: None,
            rest: self.0.subscribe(),
        }
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.receiver_count()
    }
}

impl Lines {
    /// Begins with this line: how things stand. Listen first and look then, so nothing is missed.
    #[must_use]
    pub fn beginning_with(mut self, line: &[u8]) -> Self {
        self.first = Some(ended(line));
        self
    }
}

fn ended(line: &[u8]) -> Bytes {
    let mut ended = Vec::with_capacity(line.len() + 1);
    // A line end inside would make two of one.
    ended.extend(line.iter().filter(|byte| **byte != b'\n'));
    ended.push(b'\n');
    ended.into()
}

/// What comes next.
enum Next {
    Line(Bytes),
    Beat,
    Behind,
    End,
}

type Waiting = Pin<Box<dyn Future<Output = (Lines, watch::Receiver<bool>, Next)> + Send>>;

/// Lines as the body of an answer.
pub(super) struct Stream {
    waiting: Option<Waiting>,
    beat: Duration,
    counts: Arc<Counts>,
}

impl Stream {
    pub(super) fn new(
        lines: Lines,
        beat: Duration,
        closing: watch::Receiver<bool>,
        counts: Arc<Counts>,
    ) -> Self {
        Self {
            waiting: Some(Box::pin(next(lines, beat, closing))),
            beat,
            counts,
        }
    }
}

async fn next(
    mut lines: Lines,
    beat: Duration,
    mut closing: watch::Receiver<bool>,
) -> (Lines, watch::Receiver<bool>, Next) {
    if let Some(first) = lines.first.take() {
        return (lines, closing, Next::Line(first));
    }
    let next = tokio::select! {
        biased;
        _ = closing.wait_for(|closing| *closing) => Next::End,
        line = lines.rest.recv() => match line {
            Ok(line) => Next::Line(line),
            Err(broadcast::error::RecvError::Lagged(_)) => Next::Behind,
            Err(broadcast::error::RecvError::Closed) => Next::End,
        },
        () = tokio::time::sleep(beat) => Next::Beat,
    };
    (lines, closing, next)
}

impl Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(waiting) = self.waiting.as_mut() else {
            return Poll::Ready(None);
        };
        let Poll::Ready((lines, closing, what)) = waiting.as_mut().poll(context) else {
            return Poll::Pending;
        };
        let line = match what {
            Next::Line(line) => line,
            Next::Beat => Bytes::from_static(b"\n"),
            Next::Behind => {
                self.waiting = None;
                self.counts.refuse(Kind::ReaderSlow);
                return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
            }
            Next::End => {
                self.waiting = None;
                return Poll::Ready(None);
            }
        };
        let beat = self.beat;
        self.waiting = Some(Box::pin(next(lines, beat, closing)));
        Poll::Ready(Some(Ok(Frame::data(line))))
    }
}

/// Makes the error type of a body that cannot fail that of one that can.
pub(super) fn never(never: Infallible) -> io::Error {
    match never {}
}
