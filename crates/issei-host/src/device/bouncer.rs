//! The local API that CrowdSec's remediation components ask, so that firewalls and proxies that are there already
//! follow the orders.
//!
//! In: cuts aimed at whole hosts; bouncers that ask. Out: decisions, as each of them lacks them; what each was
//! given and has shown to have read. Always: what is staged is told to nobody; a decision is told from T on and
//! never before, and its duration is what is left of the order, so that the bouncer's own time-out ends it with
//! everything of ours dead; "active" is said only of what every bouncer that carries a cut has read, and nothing
//! is said while one of them is silent; what may have been given lies on the disk before it is given, so that a
//! start takes it back.
//! A bouncer that is patient is not answered before there is something to say: it then hears of T and of a lift
//! at once, however seldom it asks.
//! Not here: what is new and what is deleted (`issei_enforce::bouncer`).
//! Limits: what is read back is what a bouncer took, not what its kernel holds; see
//! `docs/adr/0030-a-bouncer-asks.md`.

mod answering;
mod connection;
mod counts;
mod covered;
mod setup;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use issei_enforce::bouncer::{Follower, Keys, Rhythm, Table};
use issei_enforce::{Cut, NotTaken, Seen};
use issei_model::{Action, Goal, OrderId, Span, Timestamp};
use tokio::sync::watch;

use super::{Device, DeviceError, Fault};
use crate::clock;

use counts::Counts;
use covered::Covered;

pub use counts::Kind;
pub use setup::{Asks, Client, Setup};

/// The device. Its thread ends when it is dropped; what bouncers hold then runs out at its end.
#[derive(Debug)]
pub struct BouncerDevice {
    shared: Arc<Shared>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

/// What the device and its server have in common.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told whenever what stands may have changed, and at the end.
    changed: watch::Sender<u64>,
    /// Notified whenever a bouncer was given something.
    given: Condvar,
    closing: AtomicBool,
    keys: Keys,
    clients: Vec<Client>,
    counts: Counts,
}

#[derive(Debug)]
struct State {
    table: Table,
    /// One for each client that follows the stream, in their order.
    followers: Vec<Following>,
    covered: Covered,
}

/// A bouncer that follows the stream.
#[derive(Debug)]
struct Following {
    name: String,
    follower: Follower,
    rhythm: Rhythm,
    /// The parameter of its last question that bars what is ours, if one does.
    bars: Option<&'static str>,
    /// The number of its last question: of two that wait, the older is let go.
    turn: u64,
}

/// The device's name in reports.
const NAME: &str = "bouncer";
/// How long emptying everything waits for bouncers to ask (G8 has two seconds for all devices).
const EMPTIED_WITHIN: Duration = Duration::from_millis(1_500);

impl BouncerDevice {
    /// Opens the port. What may have been given before this start is taken back from whoever asks.
    ///
    /// # Errors
    /// If the port is taken, or the folder cannot be used.
    pub fn open(setup: Setup) -> io::Result<Self> {
        let listener = TcpListener::bind(setup.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(setup)?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("bouncers".into())
            .spawn(move || runtime.block_on(connection::serve(&serving, listener)))?;
        Ok(Self {
            shared,
            address,
            thread: Some(thread),
        })
    }

    /// Tells where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells how often everything that was turned away or failed was met.
    pub fn counts(&self) -> Vec<(Kind, u64)> {
        self.shared.counts.all()
    }

    /// Tells each bouncer's usual pause between two questions, once it has asked twice.
    pub fn rhythms(&self) -> Vec<(String, Option<Span>)> {
        let state = self.shared.state();
        let followers = state.followers.iter();
        followers
            .map(|one| (one.name.clone(), one.rhythm.usual()))
            .collect()
    }

    fn failed(fault: Fault) -> DeviceError {
        let device = NAME.into();
        DeviceError { device, fault }
    }
}

impl Device for BouncerDevice {
    fn name(&self) -> &str {
        NAME
    }

    /// None: what is told before T would act before T, and a patient bouncer is told at T.
    fn lead(&self) -> Span {
        Span::ZERO
    }

    fn says(&self, action: Action, goals: &[Goal]) -> bool {
        self.shared.state().table.says(action, goals)
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let mut state = self.shared.state();
        state.deaf().map_err(Self::failed)?;
        let taken = state.table.stage(clock::now(), cut);
        taken.map_err(|why| Self::failed(fault(why)))
    }

    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let mut state = self.shared.state();
        let now = clock::now();
        // Whatever speaks against it speaks before anything is written.
        let taken = state.table.stage(now, cut);
        taken.map_err(|why| Self::failed(fault(why)))?;
        let covered = state.cover(cut);
        covered.map_err(|cause| Self::failed(Fault::Failed("keeping what is given", cause)))?;
        let taken = state.table.arm(now, cut);
        drop(state);
        self.shared.has_changed();
        taken.map_err(|why| Self::failed(fault(why)))
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        self.shared.state().table.lift(clock::now(), order);
        self.shared.has_changed();
        Ok(())
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        let orders = self.shared.state().table.lift_all(clock::now());
        self.shared.has_changed();
        self.shared.until_told().map_err(Self::failed)?;
        Ok(orders)
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        let mut state = self.shared.state();
        state.deaf().map_err(Self::failed)?;
        let now = clock::now();
        state.earlier(now).map_err(Self::failed)?;
        let State {
            table, followers, ..
        } = &mut *state;
        let followers: Vec<&Follower> = followers.iter().map(|one| &one.follower).collect();
        Ok(table.seen(now, &followers))
    }
}

impl Shared {
    fn new(setup: Setup) -> io::Result<Self> {
        let covered = Covered::open(&setup.folder, setup.fences.most_rules, clock::now())?;
        let following = |client: &Client| client.following(covered.all(), steady());
        let followers: Vec<Following> = setup.clients.iter().filter_map(following).collect();
        let means = followers.iter().map(|one| one.follower.means()).collect();
        let hashes = setup.clients.iter().map(|one| one.key.clone()).collect();
        Ok(Self {
            state: Mutex::new(State {
                table: Table::new(setup.fenced(), means),
                followers,
                covered,
            }),
            changed: watch::Sender::new(0),
            given: Condvar::new(),
            closing: AtomicBool::new(false),
            keys: Keys::new(hashes),
            clients: setup.clients,
            counts: Counts::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    fn has_changed(&self) {
        self.changed
            .send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Waits until every bouncer was told to let go of all that it may hold.
    fn until_told(&self) -> Result<(), Fault> {
        let until = Instant::now() + EMPTIED_WITHIN;
        let mut state = self.state();
        loop {
            let untold = state.untold(clock::now());
            let left = until.saturating_duration_since(Instant::now());
            match untold {
                None => return Ok(()),
                Some(who) if left.is_zero() => return Err(Fault::Away(who)),
                Some(_) => {}
            }
            let waited = self.given.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl State {
    /// Keeps on the disk what a cut may bring to bouncers.
    fn cover(&mut self, cut: &Cut) -> io::Result<()> {
        let wanted = cut
            .goals
            .iter()
            .filter_map(|goal| Some((goal.ip()?, cut.ends)));
        let wanted: Vec<_> = wanted.collect();
        if self.covered.is_full(wanted.len()) {
            let held = self
                .followers
                .iter()
                .flat_map(|one| one.follower.possible());
            let all = held.chain(self.table.asked_for()).collect();
            self.covered.shrink(&all, clock::now())?;
        }
        self.covered.cover(&wanted)
    }

    /// Names the first bouncer that is silent or asks for what is not ours.
    fn deaf(&self) -> Result<(), Fault> {
        let steady = steady();
        for one in &self.followers {
            let (name, promised) = (&one.name, one.rhythm.promised());
            if let Some(silence) = one.rhythm.silence(steady) {
                return Err(Fault::Away(format!(
                    "the bouncer `{name}` has not asked for {silence} and promised to ask every {promised}"
                )));
            }
            if let Some(parameter) = one.bars {
                return Err(Fault::Away(format!(
                    "the bouncer `{name}` asks for others' decisions only; take `{parameter}` out of its configuration"
                )));
            }
        }
        Ok(())
    }

    /// Names the first bouncer that may hold what was given before this start: nobody knows for which orders.
    fn earlier(&self, now: Timestamp) -> Result<(), Fault> {
        for one in &self.followers {
            if let Some((count, last)) = one.follower.earlier(now) {
                return Err(Fault::Away(format!(
                    "the bouncer `{}` may hold {count} addresses from before this start, until {last} at the latest, and has not shown that it let go",
                    one.name
                )));
            }
        }
        Ok(())
    }

    /// Names the first bouncer that was not told to let go of something.
    fn untold(&self, now: Timestamp) -> Option<String> {
        self.followers.iter().find_map(|one| {
            let count = one.follower.untold(&self.table, now);
            let name = &one.name;
            (count > 0).then(|| {
                format!("the bouncer `{name}` has not asked since, and may hold {count} addresses until their end")
            })
        })
    }
}

impl Drop for BouncerDevice {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.has_changed();
        if let Some(thread) = self.thread.take() {
            // One that panicked has told so on standard error.
            let _ = thread.join();
        }
    }
}

/// A moment of a clock that nobody sets, to tell silence by.
fn steady() -> Timestamp {
    let micros = clock::monotonic() / 1_000;
    Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

fn fault(why: NotTaken) -> Fault {
    match why {
        NotTaken::Refused(refusal) => Fault::Refused(refusal),
        NotTaken::Ended(order) => Fault::Ended(order),
    }
}
