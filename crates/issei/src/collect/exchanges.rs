//! Shows the member's office what own lines and the goals it watches say to each other, and who tells us so.
//!
//! In: batches of records, exporters. Out: exchanges and sensors over the office's own socket, and counts. Always: the judging never
//! waits; the queue is bounded, and what finds no room or nobody is counted; a line is shown as a number under
//! a key that dies with this process. Not here: what becomes of it (the office).
//! Limits: goals by address. Packets are those of the exporter, times its sampling; who answers is known only
//! where an exporter tells both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use issei_desk::sensors::{self, Collecting, Sensor};
use issei_desk::traffic::Exchange;
use issei_host::clock;
use issei_model::{
    Address, Columns, Endpoint, FlowBatch, Goal, Origin, Problems, Territory, Timestamp,
};

use super::board::Board;
use crate::code::Failure;
use crate::office::control::{Ask, Line, Reply};
use crate::office::folder::Folder;
use crate::office::member::traffic::TOGETHER;

/// Exchanges that may wait.
const QUEUE: usize = 1 << 16;
/// Exporters that are counted.
const MOST_SENSORS: usize = 4_096;
/// How often the office is asked what it watches.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// How long it may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of exchanges.
#[derive(Debug, Default)]
pub struct Counts {
    /// The office has them.
    pub shown: AtomicU64,
    /// Nobody took them: no room in the queue, or no office.
    pub lost: AtomicU64,
}

/// What is watched, for who looks at records.
type Watched = Arc<Mutex<Arc<BTreeMap<IpAddr, BTreeSet<Endpoint>>>>>;
/// Who sends, for who tells of it.
type Sensors = Arc<Mutex<BTreeMap<u32, Sensor>>>;

/// A thread that shows exchanges to an office, and what it watches.
pub struct Exchanges {
    watched: Watched,
    /// Who sends, by the index of its origin.
    sensors: Sensors,
    /// Gives a line its number.
    names: RandomState,
    queue: Option<SyncSender<Exchange>>,
    counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

impl Exchanges {
    /// Begins. The office need not run yet.
    ///
    /// # Errors
    /// If the system refuses another thread.
    pub fn begin(office: &Path, board: &Arc<Board>) -> std::io::Result<Self> {
        let (queue, waiting) = sync_channel(QUEUE);
        let (counts, watched) = (Arc::<Counts>::default(), Watched::default());
        let sensors = Sensors::default();
        let mut showing = Showing {
            sensors: sensors.clone(),
            board: board.clone(),
            folder: Folder::new(office),
            line: None,
            watched: watched.clone(),
            counts: counts.clone(),
            complained: false,
        };
        let thread = std::thread::Builder::new()
            .name("exchanges".into())
            .spawn(move || showing.work(&waiting))?;
        Ok(Self {
            watched,
            sensors,
            names: RandomState::new(),
            queue: Some(queue),
            counts,
            thread: Some(thread),
        })
    }

    /// Gives the counts.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Takes note of an exporter, or of more that is known of one.
    pub fn introduce(&self, origin: &Origin, now: Timestamp) {
        let mut sensors = self.sensors.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sensors.get(&origin.index);
        let sensor = Sensor {
            name: origin.name.clone(),
            domain: origin.domain,
            sampling: origin.sampling_basis,
            records: known.map_or(0, |known| known.records),
            lost: origin.lost,
            last: known.map_or(now, |known| known.last),
        };
        if known.is_some() || sensors.len() < MOST_SENSORS {
            sensors.insert(origin.index, sensor);
        }
    }

    /// Counts records by who sent them.
    fn count(&self, origins: &[u32], now: Timestamp) {
        let mut sensors = self.sensors.lock().unwrap_or_else(PoisonError::into_inner);
        // Records of one exporter stand together.
        for run in origins.chunk_by(|one, next| one == next) {
            if let Some(sensor) = run.first().and_then(|index| sensors.get_mut(index)) {
                sensor.records += run.len() as u64;
                sensor.last = now;
            }
        }
    }

    /// Looks at records that just came.
    pub fn look(&self, rows: &FlowBatch, territory: &Territory, now: Timestamp) {
        self.count(&rows.v4.origin, now);
        self.count(&rows.v6.origin, now);
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let watched = Arc::clone(&watched);
        if !watched.is_empty() {
            self.look_at(&rows.v4, territory, &watched);
            self.look_at(&rows.v6, territory, &watched);
        }
    }

    fn look_at<A: Address>(
        &self,
        rows: &Columns<A>,
        territory: &Territory,
        watched: &BTreeMap<IpAddr, BTreeSet<Endpoint>>,
    ) {
        for row in 0..rows.len() {
            let (from, to) = (rows.source[row], rows.destination[row]);
            let many = u64::from(rows.sampling[row].max(1));
            let (sent, back) = (rows.packets[row], rows.reverse_packets[row]);
            let (sent, back) = (sent.saturating_mul(many), back.saturating_mul(many));
            let protocol = rows.protocol[row];
            let (line, service, asked, answered) = if territory.is_ours(from) {
                let service = (to.to_ip(), rows.destination_port[row]);
                (from, service, sent, back)
            } else if territory.is_ours(to) {
                let service = (from.to_ip(), rows.source_port[row]);
                (to, service, back, sent)
            } else {
                continue;
            };
            let Some(endpoints) = watched.get(&service.0) else {
                continue;
            };
            let is_meant = |one: &&Endpoint| {
                one.port == 0 || one.port == service.1 && one.protocol == protocol
            };
            let line = self.names.hash_one(line.prefix(A::LINE_BITS).to_ip());
            for endpoint in endpoints.iter().filter(is_meant) {
                self.offer(Exchange {
                    goal: Goal::Service(*endpoint),
                    line,
                    at: Timestamp::from_micros(rows.first[row]),
                    asked,
                    answered,
                });
            }
        }
    }

    fn offer(&self, exchange: Exchange) {
        let taken = self.queue.as_ref().map(|queue| queue.try_send(exchange));
        if !matches!(taken, Some(Ok(()))) {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Exchanges {
    /// Shows what waits, and ends.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The side of the thread.
struct Showing {
    folder: Folder,
    sensors: Sensors,
    board: Arc<Board>,
    line: Option<Line>,
    watched: Watched,
    counts: Arc<Counts>,
    complained: bool,
}

impl Showing {
    fn work(&mut self, waiting: &Receiver<Exchange>) {
        let mut asked: Option<Instant> = None;
        loop {
            if asked.is_none_or(|at| at.elapsed() >= ASK_EVERY) {
                self.learn();
                self.tell_sensors();
                asked = Some(Instant::now());
            }
            match waiting.recv_timeout(ASK_EVERY) {
                Ok(first) => {
                    let mut together = vec![first];
                    together.extend(waiting.try_iter().take(TOGETHER - 1));
                    self.show(together);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Asks what is watched; nothing while there is no office.
    fn learn(&mut self) {
        let goals = match self.ask(&Ask::Goals) {
            Ok(Reply::Goals(goals)) => goals,
            _ => Vec::new(),
        };
        let mut watched: BTreeMap<IpAddr, BTreeSet<Endpoint>> = BTreeMap::new();
        for goal in goals {
            if let Goal::Service(endpoint) = goal {
                watched.entry(endpoint.ip).or_default().insert(endpoint);
            }
        }
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(watched);
    }

    /// Tells who sends, and how well it comes through.
    fn tell_sensors(&mut self) {
        let (taken, judged, _) = self.board.read();
        let sensors = self.sensors.lock().unwrap_or_else(PoisonError::into_inner);
        let told = Collecting {
            since: self.board.since,
            at: clock::now(),
            more: sensors.len().saturating_sub(sensors::MOST) as u64,
            sensors: sensors.values().take(sensors::MOST).cloned().collect(),
            datagrams: taken.iter().map(|one| one.datagrams).sum(),
            dropped: taken.iter().map(|one| one.dropped).sum(),
            problems: taken.iter().map(|one| met(&one.problems)).sum::<u64>()
                + met(&judged.problems),
        };
        drop(sensors);
        // One that is not told is told anew with the next.
        let _ = self.ask(&Ask::Collecting(Box::new(told)));
    }

    fn show(&mut self, together: Vec<Exchange>) {
        let count = together.len() as u64;
        match self.ask(&Ask::Exchanges(together)) {
            Ok(Reply::Done(_)) => self.counts.shown.fetch_add(count, Ordering::Relaxed),
            _ => self.counts.lost.fetch_add(count, Ordering::Relaxed),
        };
    }

    /// Asks over the open line, or opens one: an office that was started anew has closed the one before.
    fn ask(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        let answer = self.ask_once(ask).or_else(|_| self.ask_once(ask));
        if let Err(failure) = &answer
            && !self.complained
        {
            eprintln!("issei: {failure}; no traffic is shown to the office until this is mended");
        }
        self.complained = answer.is_err();
        answer
    }

    fn ask_once(&mut self, ask: &Ask) -> Result<Reply, Failure> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.folder)?.within(PATIENCE)?,
        };
        let reply = line.ask(ask)?;
        self.line = Some(line);
        Ok(reply)
    }
}

fn met(problems: &Problems) -> u64 {
    problems.met().map(|(_, times)| times).sum()
}

#[cfg(test)]
#[path = "exchanges_tests.rs"]
mod tests;
