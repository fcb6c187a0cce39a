//! Shows floods from own lines to the member's office, as soon as they are found.
//!
//! In: findings. Out: sightings over the office's own socket, and counts. Always: the judging never waits;
//! the queue is bounded, and what finds no room or nobody is counted; only what the rule accuses a line of
//! is shown, and nothing but the line, its victim and the moment.
//! Not here: whether anything is done about it (the office).
//! Limits: a flood that goes on is shown again when its finding is told anew: once its packets have doubled.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use issei_model::{Finding, Level, Role, Rule, Subject};

use crate::code::Failure;
use crate::office::control::{Ask, Line, Reply, Sighted};
use crate::office::folder::Folder;
use crate::office::member::reflexes::TOGETHER;

/// Sightings that may wait: more lines flooding at once than a standing order ever allows.
const QUEUE: usize = 1_024;
/// How long the office may take for an answer; a sighting is stale after ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of what was shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// A reflex acts on it.
    pub acted: AtomicU64,
    /// The office has a reason not to act; it counts them.
    pub refused: AtomicU64,
    /// Nobody answered.
    pub failed: AtomicU64,
    /// There was no room in the queue.
    pub turned_away: AtomicU64,
}

/// A thread that shows sightings to an office.
pub struct Sightings {
    queue: Option<SyncSender<Sighted>>,
    counts: Arc<Shown>,
    thread: Option<JoinHandle<()>>,
}

impl Sightings {
    /// Begins. The office need not run yet.
    ///
    /// # Errors
    /// If the system refuses another thread.
    pub fn begin(office: &Path) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        let counts = Arc::new(Shown::default());
        let mut showing = Showing {
            folder: Folder::new(office),
            line: None,
            counts: Arc::clone(&counts),
            complained: false,
        };
        let thread = std::thread::Builder::new()
            .name("sightings".into())
            .spawn(move || showing.work(&waiting))?;
        Ok(Self {
            queue: Some(queue),
            counts,
            thread: Some(thread),
        })
    }

    /// Gives the counts.
    pub fn counts(&self) -> Arc<Shown> {
        Arc::clone(&self.counts)
    }

    /// Offers a finding; it is shown if it accuses an own line of a flood.
    pub fn offer(&self, finding: &Finding) {
        let Some(sighted) = sighted(finding) else {
            return;
        };
        let taken = self.queue.as_ref().map(|queue| queue.try_send(sighted));
        if !matches!(taken, Some(Ok(()))) {
            self.counts.turned_away.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Shows what waits, and ends.
    pub fn finish(mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What of a finding is shown: only a line of ours that floods somebody by itself.
fn sighted(finding: &Finding) -> Option<Sighted> {
    let accused = finding.rule == Rule::OutboundFlood
        && finding.role == Role::FloodSource
        && finding.level == Level::Finding;
    let (Subject::Line(line), Some(victim)) = (finding.subject, finding.peer) else {
        return None;
    };
    accused.then(|| Sighted {
        line: line.reveal(),
        victim: Some(victim.into()),
        at: finding.until,
        finding: Some(finding.id.to_string()),
    })
}

/// The side of the thread.
struct Showing {
    folder: Folder,
    line: Option<Line>,
    counts: Arc<Shown>,
    complained: bool,
}

impl Showing {
    fn work(&mut self, waiting: &Receiver<Sighted>) {
        while let Ok(first) = waiting.recv() {
            let mut together = vec![first];
            together.extend(waiting.try_iter().take(TOGETHER - 1));
            self.show(together);
        }
    }

    fn show(&mut self, together: Vec<Sighted>) {
        let count = together.len() as u64;
        let ask = Ask::Sightings(together);
        // An office that was started anew has closed the line; one more try opens another.
        let answer = self.ask(&ask).or_else(|_| self.ask(&ask));
        match answer {
            Ok(verdicts) => {
                let acted = verdicts.iter().filter(|acts| **acts).count() as u64;
                self.counts.acted.fetch_add(acted, Ordering::Relaxed);
                let refused = count.saturating_sub(acted);
                self.counts.refused.fetch_add(refused, Ordering::Relaxed);
                self.complained = false;
            }
            Err(failure) => {
                self.counts.failed.fetch_add(count, Ordering::Relaxed);
                if !self.complained {
                    eprintln!(
                        "issei: {failure}; no flood is shown to the office until this is mended"
                    );
                }
                self.complained = true;
            }
        }
    }

    /// Asks over the open line, or opens one: which of them a reflex acts on.
    fn ask(&mut self, ask: &Ask) -> Result<Vec<bool>, Failure> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.folder)?.within(PATIENCE)?,
        };
        let reply = line.ask(ask)?;
        self.line = Some(line);
        match reply {
            Reply::Sighted(verdicts) => Ok(verdicts.iter().map(Result::is_ok).collect()),
            Reply::Wrong(why) | Reply::Failed(why) => Err(Failure::broken(why.en)),
            other => Err(crate::caller::astray(&other)),
        }
    }
}

#[cfg(test)]
#[path = "sightings_tests.rs"]
mod tests;
