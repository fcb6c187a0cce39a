//! Asks the sentinel of one order around its T and its end, in a thread of its own.
//!
//! In: where it is, when the order acts. Out: [`Edges`], told when the begin was seen and when the end was.
//! Always: a question each millisecond (of a name, each fifth) where an edge is near, ten a second in between,
//! none when it is over; one that is late does not hurry; moments are read from the clock that nobody sets, and tied to the
//! wall's each time an edge comes near.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use issei_host::clock;
use issei_model::{Edges, Span, Timestamp};

use super::asker::{Asker, Far};
use super::reckoning::Reckoning;

/// Between two questions otherwise: what comes without notice is known to within this.
const SLOW: Duration = Duration::from_millis(100);
/// How long before an edge it is near.
const NEAR: Span = Span::from_secs(1);
/// How long after it was due an edge is waited for.
const LATE: Span = Span::from_secs(10);

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The sentinel of the order.
    pub far: Far,
    /// The order's T.
    pub fires_at: Timestamp,
    /// The order's end.
    pub ends: Timestamp,
}

/// One who asks.
#[derive(Debug)]
pub struct Prober {
    hurries: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    running: JoinHandle<()>,
}

impl Prober {
    /// Begins to ask when T is near, and tells what was seen of each edge.
    ///
    /// # Errors
    /// If there is no socket or no thread for it.
    pub fn start(plan: Plan, tell: impl Fn(Edges) + Send + 'static) -> io::Result<Self> {
        let asker = Asker::open(plan.far.clone())?;
        let (hurries, ends) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let silence = plan.far.silence();
        let mut asking = Asking {
            reckoning: Reckoning::new(plan.fires_at, plan.ends, silence),
            plan,
            asker,
            hurries: hurries.clone(),
            ends: ends.clone(),
            hurried_at: None,
            tied: Tied::now(),
        };
        let name = thread::Builder::new().name("sentinel".into());
        let running = name.spawn(move || asking.run(&tell))?;
        Ok(Self {
            hurries,
            ends,
            running,
        })
    }

    /// Asks faster from now on: the rules are being taken away.
    pub fn hurry(&self) {
        self.hurries.store(true, Ordering::Release);
        self.running.thread().unpark();
    }

    /// Tells whether nothing more is asked.
    pub fn is_done(&self) -> bool {
        self.running.is_finished()
    }
}

impl Drop for Prober {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        self.running.thread().unpark();
    }
}

struct Asking {
    plan: Plan,
    asker: Asker,
    hurries: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
    hurried_at: Option<Timestamp>,
    tied: Tied,
    reckoning: Reckoning,
}

impl Asking {
    fn run(&mut self, tell: &impl Fn(Edges)) {
        self.wait_for_t();
        let (mut told, mut is_fast) = (Edges::default(), false);
        let mut next = Instant::now();
        while !self.is_done() {
            if self.is_edge_near() != is_fast {
                is_fast = !is_fast;
                self.tied = Tied::now();
            }
            self.ask();
            self.hear();
            self.reckoning.settle(self.tied.at(Instant::now()));
            if self.reckoning.edges() != told {
                told = self.reckoning.edges();
                tell(told);
            }
            let now = Instant::now();
            let pace = if is_fast { self.plan.far.fast() } else { SLOW };
            // One that was woken early goes on from now, one that is late does not hurry.
            next = (next.min(now) + pace).max(now);
            thread::park_timeout(next.saturating_duration_since(now));
        }
    }

    /// Sleeps until T is near, whatever wakes it meanwhile.
    fn wait_for_t(&self) {
        let near = self.plan.fires_at - NEAR;
        while !self.ends.load(Ordering::Acquire) {
            let left = near.since(clock::now()).as_micros();
            if left <= 0 {
                return;
            }
            // A clock may be set: it is looked at again.
            let left = Duration::from_micros(left.unsigned_abs());
            thread::park_timeout(left.min(Duration::from_secs(1)));
        }
    }

    fn is_done(&self) -> bool {
        let now = self.tied.at(Instant::now());
        let late = match self.reckoning.has_begun() {
            false => self.plan.fires_at + LATE,
            true => self.plan.ends + LATE,
        };
        self.reckoning.is_over() || late <= now || self.ends.load(Ordering::Acquire)
    }

    /// Tells whether something may begin or end now: at T, at the end, after somebody said so.
    fn is_edge_near(&mut self) -> bool {
        let now = self.tied.at(Instant::now());
        if self.hurries.swap(false, Ordering::AcqRel) {
            self.hurried_at = Some(now);
        }
        let is_hurried = self.hurried_at.is_some_and(|at| now < at + LATE);
        !self.reckoning.has_begun() || self.plan.ends - NEAR <= now || is_hurried
    }

    fn ask(&mut self) {
        let number = self.reckoning.asked(self.tied.at(Instant::now()));
        self.asker.ask(number);
    }

    fn hear(&mut self) {
        for (number, passed) in self.asker.heard(self.reckoning.first_open()) {
            self.reckoning.answered(number, passed);
        }
    }
}

/// One moment by both clocks.
#[derive(Clone, Copy, Debug)]
struct Tied {
    steady: Instant,
    wall: Timestamp,
}

impl Tied {
    fn now() -> Self {
        Self {
            steady: Instant::now(),
            wall: clock::now(),
        }
    }

    fn at(self, moment: Instant) -> Timestamp {
        let since = moment.saturating_duration_since(self.steady).as_micros();
        self.wall + Span::from_micros(i64::try_from(since).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
#[path = "prober_tests.rs"]
mod tests;
