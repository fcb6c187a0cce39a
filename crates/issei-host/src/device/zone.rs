//! A response policy zone, served as hidden primary to the resolvers of one member.
//!
//! In: cuts aimed at names, a standing list, resolvers that fetch. Out: the zone of the orders and, apart
//! from it, the large zone of the list; what the resolvers themselves answer, read back.
//! Always: what is staged is in memory and nowhere else; the names of an order come in one serial, as much
//! before T as resolvers were measured to need, and go in one at its end; "active" is said only of what
//! every resolver was heard to obey; the orders' zone never waits for the list's. With this process gone, the
//! zone's expiry ends its rules at resolvers that heed it; what each does is in
//! `docs/adr/0027-a-zone-with-a-lease.md`.
//! Not here: which records, which answers (`issei_enforce::zone`).
//! Limits: a zone holds no order across a restart: it begins empty, with a later serial, and what should stand
//! is armed again.

mod asking;
mod ceiling;
mod connection;
mod counts;
mod datagrams;
mod setup;
mod turning;
mod watching;

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ipnet::IpNet;
use issei_enforce::zone::{Hot, Names, NotTaken, Notices, Port, Serial, Zone};
use issei_enforce::{Cut, Seen};
use issei_model::{DomainName, OrderId, Span, Timestamp};

use super::{Device, DeviceError, Fault, Listed};
use crate::clock;

use ceiling::Ceiling;
use counts::Counts;
use watching::Watch;

pub use counts::Kind;
pub use setup::{BaseSetup, Fetcher, Setup};

/// The device. Its threads end when it is dropped; the resolvers' copies then run out.
#[derive(Debug)]
pub struct ZoneDevice {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    reads: usize,
}

/// What the threads have in common. Whoever needs two locks takes them in the order of the fields; who loads a
/// list holds that lock before any other.
#[derive(Debug)]
struct Shared {
    hot: Mutex<Hot>,
    base: Mutex<Option<Zone>>,
    /// Held while a standing list is compared with the one before.
    loading: Mutex<()>,
    notices: Mutex<Both>,
    port: Mutex<Port>,
    ceiling: Mutex<Ceiling>,
    watches: Vec<Watch>,
    counts: Counts,
    /// Wakes the thread that turns serials.
    changed: Condvar,
    /// Where questions come in by datagram, and where notices go out and are answered.
    asked: UdpSocket,
    told: UdpSocket,
    listening: TcpListener,
    closing: AtomicBool,
}

/// Who is told of either zone.
#[derive(Debug)]
struct Both {
    hot: Notices,
    base: Notices,
}

/// The device's name in reports.
const NAME: &str = "zone";
/// How often a thread that waits for something looks whether it should end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl ZoneDevice {
    /// Opens the port and begins to serve an empty zone, and the list's zone without names if one is set up.
    ///
    /// # Errors
    /// If the port is taken, or the folder cannot be written.
    pub fn open(setup: Setup) -> io::Result<Self> {
        let now = clock::now();
        let (ceiling, last) = Ceiling::open(&setup.folder)?;
        let hot = setup.hot(last, now);
        let base = setup.base_zone(last, now);
        let listening = TcpListener::bind(setup.listen)?;
        let address = listening.local_addr()?;
        let asked = UdpSocket::bind(address)?;
        let told = UdpSocket::bind(SocketAddr::new(address.ip(), 0))?;
        for socket in [&asked, &told] {
            socket.set_read_timeout(Some(LOOK_EVERY))?;
        }
        listening.set_nonblocking(true)?;
        let shared = Arc::new(Shared {
            hot: Mutex::new(hot),
            base: Mutex::new(base),
            loading: Mutex::new(()),
            notices: Mutex::new(Both {
                hot: setup.notices(),
                base: setup.notices(),
            }),
            port: Mutex::new(Port::new(setup.callers())),
            ceiling: Mutex::new(ceiling),
            watches: setup.resolvers.iter().map(|&at| Watch::of(at)).collect(),
            counts: Counts::default(),
            changed: Condvar::new(),
            asked,
            told,
            listening,
            closing: AtomicBool::new(false),
        });
        let mut opened = Self {
            shared,
            threads: Vec::new(),
            reads: 0,
        };
        opened.start()?;
        let shared = Arc::clone(&opened.shared);
        let serial = shared.hot().let_pass(now, &setup.passing);
        let first = serial.unwrap_or_else(|| shared.hot().zone().serial());
        shared.cover(first)?;
        shared.announce(Some(first));
        Ok(opened)
    }

    fn start(&mut self) -> io::Result<()> {
        self.thread("zone-turning", turning::run)?;
        self.thread("zone-answers", datagrams::heed_answers)?;
        self.thread("zone-datagrams", datagrams::run)?;
        self.thread("zone-accepting", connection::accept)?;
        for number in 0..self.shared.watches.len() {
            self.thread("zone-watching", move |shared| watching::run(shared, number))?;
        }
        Ok(())
    }

    fn thread(
        &mut self,
        name: &str,
        run: impl FnOnce(&Arc<Shared>) + Send + 'static,
    ) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name(name.into());
        self.threads.push(thread.spawn(move || run(&shared))?);
        Ok(())
    }

    /// Tells where it listens.
    ///
    /// # Errors
    /// If the kernel does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.shared.listening.local_addr()
    }

    /// Tells the serial of the orders' zone.
    pub fn serial(&self) -> Serial {
        self.shared.hot().zone().serial()
    }

    /// Tells how often everything that was turned away or failed was met.
    pub fn counts(&self) -> Vec<(Kind, u64)> {
        let unheard = self.shared.notices().unheard();
        self.shared.counts.all(unheard)
    }

    /// Tells the lags measured at a resolver, oldest first: from a new serial here to the first answer with
    /// it there.
    pub fn lags(&self, resolver: usize) -> Vec<Span> {
        let watch = self.shared.watches.get(resolver);
        watch.map(Watch::lags).unwrap_or_default()
    }

    /// Lets the clients of these prefixes pass by every name from now on, and no others.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn let_pass(&self, clients: &[IpNet]) -> io::Result<()> {
        let now = clock::now();
        self.shared.cover(Serial::at(now))?;
        let serial = self.shared.hot().let_pass(now, clients);
        self.shared.announce(serial);
        Ok(())
    }

    /// Goes over to another standing list. Tells how many names did not fit below the zone.
    ///
    /// # Errors
    /// If no zone is set up for it, or the folder cannot be written.
    pub fn load(&self, names: &BTreeSet<DomainName>, said: Names) -> io::Result<u64> {
        self.shared.load_as(names, said)
    }

    fn failed(fault: Fault) -> DeviceError {
        let device = NAME.into();
        DeviceError { device, fault }
    }
}

impl Device for ZoneDevice {
    fn name(&self) -> &str {
        NAME
    }

    fn lead(&self) -> Span {
        self.shared.lead()
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let taken = self.shared.hot().stage(clock::now(), cut);
        taken.map_err(|why| Self::failed(fault(why)))
    }

    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        // Before the names stand, it is on the disk that no serial of their life is ever given again.
        let covered = self.shared.cover(Serial::at(cut.ends));
        covered.map_err(|cause| Self::failed(Fault::Failed("keeping the serial", cause)))?;
        let taken = self.shared.hot().arm(clock::now(), cut);
        taken.map_err(|why| Self::failed(fault(why)))?;
        self.shared.changed.notify_all();
        Ok(())
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        let serial = self.shared.hot().lift(clock::now(), order);
        self.shared.announce(serial);
        Ok(())
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        let (orders, serial) = self.shared.hot().lift_all(clock::now());
        self.shared.announce(serial);
        Ok(orders)
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        self.reads = self.reads.wrapping_add(1);
        asking::read(&self.shared, self.reads).map_err(Self::failed)
    }

    fn listed(&self) -> Option<Arc<dyn Listed>> {
        let has_room = self.shared.base().is_some();
        has_room.then(|| Arc::clone(&self.shared) as Arc<dyn Listed>)
    }
}

impl Listed for Shared {
    fn load(&self, names: &BTreeSet<DomainName>) -> io::Result<u64> {
        let refused = self.hot().wording().refused();
        self.load_as(names, Names(refused))
    }
}

impl Shared {
    fn hot(&self) -> MutexGuard<'_, Hot> {
        self.hot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn base(&self) -> MutexGuard<'_, Option<Zone>> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notices(&self) -> MutexGuard<'_, Both> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn port(&self) -> MutexGuard<'_, Port> {
        self.port.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Keeps on the disk that serials up to this one, and a margin, may have been given away.
    fn cover(&self, serial: Serial) -> io::Result<()> {
        let ceiling = self.ceiling.lock();
        ceiling
            .unwrap_or_else(PoisonError::into_inner)
            .cover(serial)
    }

    /// Goes over to another standing list. Tells how many names did not fit below the zone.
    fn load_as(&self, names: &BTreeSet<DomainName>, said: Names) -> io::Result<u64> {
        // One list after the other: the later one stays.
        let _turn = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let base = self.base().clone();
        let Some(mut zone) = base else {
            return Err(io::Error::other("no zone is set up for a standing list"));
        };
        let (records, missing) = said.records(zone.apex(), names);
        let next = zone.serial().next(clock::now());
        self.cover(next)?;
        // Compared outside the lock: a million names take a second, and resolvers go on asking.
        if zone.become_at(next, records).is_some() {
            *self.base() = Some(zone);
            let mut notices = self.notices();
            notices.base.changed(clock::now(), draw);
            drop(notices);
            self.changed.notify_all();
        }
        Ok(missing)
    }

    /// Tells the resolvers of a serial of the orders' zone, and begins to watch for it.
    fn announce(&self, serial: Option<Serial>) {
        let Some(serial) = serial else { return };
        let now = clock::now();
        self.watches
            .iter()
            .for_each(|watch| watch.expect(serial, now));
        self.notices().hot.changed(now, draw);
        turning::tell(self, now);
        self.changed.notify_all();
    }

    /// Tells how long before T names must be in the zone: as long as the quickest resolver was measured
    /// to need, so that none acts before its time.
    fn lead(&self) -> Span {
        let quickest = self.watches.iter().filter_map(Watch::usual_lag).min();
        quickest.unwrap_or(Span::ZERO).min(LONGEST_LEAD)
    }
}

/// The longest lead: what a resolver needs that is told, and no more. One that polls is late.
const LONGEST_LEAD: Span = Span::from_millis(250);

impl Both {
    fn next_deadline(&self) -> Option<Timestamp> {
        let both = [self.hot.next_deadline(), self.base.next_deadline()];
        both.into_iter().flatten().min()
    }

    fn answered(&mut self, from: SocketAddr, bytes: &[u8]) -> bool {
        self.hot.answered(from, bytes) || self.base.answered(from, bytes)
    }

    fn unheard(&self) -> u64 {
        self.hot.unheard() + self.base.unheard()
    }
}

impl Drop for ZoneDevice {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // One that panicked has told so on standard error.
            let _ = thread.join();
        }
    }
}

fn fault(why: NotTaken) -> Fault {
    match why {
        NotTaken::Refused(refusal) => Fault::Refused(refusal),
        NotTaken::Ended(order) => Fault::Ended(order),
    }
}

/// Draws the number of a message. Without the kernel's chance there is the clock's.
fn draw() -> u16 {
    let drawn = clock::random_key().map(|[low, _]| low);
    (drawn.unwrap_or_else(|_| clock::monotonic()) & 0xffff) as u16
}
