//! The thread that speaks with one peer: it alone keeps the session alive, fires, and takes back.
//!
//! In: commands, the peer's octets, the clocks. Out: messages; answers to commands.
//! Always: whoever cannot take routes back cannot keep the session alive either, for both are done by this
//! one thread, so that a rule never outlives a thread that hangs; what is about to be told is made and
//! read back beforehand, so that at its time there is only something to be sent; when routes should go
//! and the peer takes nothing for [`STUCK`], the connection is cut. A peer who may not have heard that a
//! connection ended keeps its routes for the hold time, and so long nobody is told that they are gone.
//! Not here: the session's rules and the book (`issei-enforce`), sockets' options (`socket`).

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use issei_enforce::bgp::{Agreed, Book, Clocks, Counts, Input, Output, Plan, Reason, Session};
use issei_enforce::{Cut, Refusal};
use issei_model::{OrderId, Span, Timestamp};
use issei_wire::bgp::{Notification, Route};
use socket2::Socket;

use super::second::{self, Differs};
use super::socket::{self, Guard};
use crate::{clock, kernel};

/// How long the peer may take nothing while routes should go.
pub(super) const STUCK: Span = Span::from_secs(2);
/// Octets that are read at once, so that a flood never keeps the thread from what is due.
const PIECE: usize = 64 << 10;
/// The longest wait, after which the clocks are looked at again, for the one on the wall may be set.
const LONGEST_WAIT: Span = Span::from_secs(1);
/// Between two looks at what the peer has taken, while he has not taken everything.
const TAKEN_SELDOM: Span = Span::from_millis(100);
/// The same while somebody waits for it.
const TAKEN_OFTEN: Span = Span::from_millis(1);
/// How far a due moment may wander by the two clocks' reading before it is made anew.
const WANDER: Span = Span::from_millis(5);

/// How the connection comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// We connect to this address, from that one if it matters.
    To {
        /// The peer's address and port, usually 179.
        peer: SocketAddr,
        /// Our address.
        from: Option<IpAddr>,
    },
    /// The peer connects to us.
    From {
        /// The peer's address. Connections from others are closed.
        peer: IpAddr,
        /// Where we listen.
        listen: SocketAddr,
    },
}

impl Connection {
    /// Tells the peer's address.
    pub fn peer(&self) -> IpAddr {
        match self {
            Self::To { peer, .. } => peer.ip(),
            Self::From { peer, .. } => *peer,
        }
    }

    /// Tells our own address, if it is set.
    pub fn own(&self) -> Option<IpAddr> {
        match self {
            Self::To { from, .. } => *from,
            Self::From { listen, .. } => Some(listen.ip()).filter(|ip| !ip.is_unspecified()),
        }
    }
}

/// What is asked of the thread.
pub(super) enum Command {
    Stage(Cut, SyncSender<Result<(), NotDone>>),
    Arm(Cut, SyncSender<Result<(), NotDone>>),
    /// Answered when the peer's kernel has taken it, or there is no session.
    Lift(OrderId, SyncSender<Result<(), NotDone>>),
    /// Answered with the number of orders, when all were taken back and the session was ended.
    LiftAll(SyncSender<Result<usize, NotDone>>),
    /// Answered with the book as it is.
    Look(SyncSender<Book>),
    /// Sets how long the peer takes to act.
    Lead(Span),
    /// Shows or hides a route to measure with; answered with the moment it was sent, in nanoseconds of
    /// CLOCK_MONOTONIC, or nothing if there is no quiet to measure in.
    Sound(Option<Route>, SyncSender<Option<u64>>),
    /// Ends the session for ever.
    Stop,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    Refused(Refusal),
    NoSession,
    /// The connection is gone, and the peer, who may not know it, holds its routes until then at most.
    MayHold(Timestamp),
}

/// What others may know of the thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Status {
    pub(super) agreed: Option<Agreed>,
    pub(super) last: Option<Reason>,
    pub(super) counts: Counts,
    /// Connections that were closed because nobody wanted them.
    pub(super) unwanted: u64,
    /// A reader understood something else than was meant; the session was ended.
    pub(super) differed: Option<Differs>,
    /// How long the peer takes to act, measured or set.
    pub(super) lead: Span,
    /// Whether it was measured.
    pub(super) is_measured: bool,
    /// When routes were last taken back, in nanoseconds of CLOCK_MONOTONIC.
    pub(super) went: Option<u64>,
}

/// What the owner of the thread shares with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Status>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Status> {
        // Whoever panicked while holding it had only copied a value.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own.
pub(super) struct Speaker {
    pub(super) session: Session,
    pub(super) book: Book,
    pub(super) connection: Connection,
    pub(super) guard: Guard,
    pub(super) patience: Duration,
    /// Routes in one message at most.
    pub(super) together: usize,
    pub(super) listener: Option<Socket>,
    pub(super) commands: Receiver<Command>,
    pub(super) wake: UnixStream,
    pub(super) shared: Shared,
    /// Tells whoever measures that there is a session.
    pub(super) up: Sender<Agreed>,
    pub(super) line: Line,
}

/// The connection, and what is to go out over it.
#[derive(Default)]
pub(super) struct Line {
    socket: Option<Socket>,
    /// Whether the connection has come about.
    is_open: bool,
    out: Vec<u8>,
    /// How much of it is gone.
    sent: usize,
    /// Octets that the peer has not taken, here and in the kernel.
    untaken: usize,
    /// When he last took something, or something was put there while he had everything.
    moved: Timestamp,
    /// Whether routes that go are among what he has not taken.
    going: bool,
    /// The orders whose routes they are.
    leaving: BTreeSet<OrderId>,
    /// Whether the peer himself ended the connection, so that he has let go of its routes.
    is_ended_there: bool,
    /// What was lost with a connection that the peer may not know to be gone.
    left: Left,
    /// Who waits until the peer has taken everything.
    waiting: Vec<Waiting>,
    /// Who waits until everything is sent.
    sounded: Vec<SyncSender<Option<u64>>>,
    /// The plan of the next moment, made beforehand.
    prepared: Option<Prepared>,
    /// Whether what should stand may have changed since it was last told.
    is_stale: bool,
    /// Why the session is to be ended when the peer has taken everything.
    ends: Option<Notification>,
    /// Where what the peer sends is put.
    piece: Vec<u8>,
}

enum Waiting {
    Lifted(OrderId, SyncSender<Result<(), NotDone>>),
    AllLifted(SyncSender<Result<usize, NotDone>>, usize),
}

/// Orders whose routes a lost peer may still hold, and for how long at most, on the clock nobody sets.
#[derive(Default)]
struct Left {
    orders: BTreeSet<OrderId>,
    until: Timestamp,
}

impl Left {
    /// Demands that the peer holds nothing of an order, or of any.
    fn without(&self, order: Option<OrderId>) -> Result<(), NotDone> {
        let now = clocks();
        let is_among = match order {
            Some(order) => self.orders.contains(&order),
            None => !self.orders.is_empty(),
        };
        match is_among && now.steady < self.until {
            true => Err(NotDone::MayHold(now.wall + self.until.since(now.steady))),
            false => Ok(()),
        }
    }
}

/// Messages that wait for their moment.
struct Prepared {
    due: Timestamp,
    at: Clocks,
    plan: Plan,
    octets: Vec<u8>,
}

/// Reads both clocks.
pub(super) fn clocks() -> Clocks {
    let steady = i64::try_from(clock::monotonic() / 1_000).unwrap_or(i64::MAX);
    Clocks {
        wall: clock::now(),
        steady: Timestamp::from_micros(steady),
    }
}

impl Speaker {
    /// Speaks until it is told to stop.
    pub(super) fn run(mut self) {
        // A later sleep is the only harm if the kernel refuses.
        let _ = kernel::wake_on_time();
        loop {
            if self.obey() {
                self.handle(Input::Stop);
                self.flush();
                return;
            }
            self.on_session_deadline();
            self.connect_in();
            self.hear();
            self.tell();
            self.flush();
            self.publish();
            self.wait();
        }
    }

    /// Takes commands until there are none. Tells whether to stop.
    fn obey(&mut self) -> bool {
        let mut drained = [0; 64];
        while matches!(self.wake.read(&mut drained), Ok(1..)) {}
        loop {
            match self.commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return true,
                Ok(command) => self.command(command),
                Err(TryRecvError::Empty) => return false,
            }
        }
    }

    /// An answer that nobody waits for any more is no trouble.
    fn command(&mut self, command: Command) {
        match command {
            Command::Stage(cut, answer) => {
                let done = self.take(|book, agreed| book.stage(&cut, agreed.families, clocks()));
                let _ = answer.send(done);
            }
            Command::Arm(cut, answer) => {
                let done = self.take(|book, agreed| book.arm(&cut, agreed.families, clocks()));
                let _ = answer.send(done);
            }
            Command::Lift(order, answer) => {
                self.let_go(|book| book.lift(order));
                self.line.waiting.push(Waiting::Lifted(order, answer));
            }
            Command::LiftAll(answer) => {
                let count = self.let_go(Book::lift_all);
                // What nobody knows goes with the session.
                self.line.ends = Some(Notification::RESET);
                self.line.waiting.push(Waiting::AllLifted(answer, count));
            }
            Command::Look(answer) => {
                self.book.forget_ended(clocks());
                let _ = answer.send(self.book.clone());
            }
            Command::Lead(lead) => {
                let mut status = self.shared.lock();
                (status.lead, status.is_measured) = (lead, true);
                drop(status);
                self.line.is_stale = true;
            }
            Command::Sound(route, answer) => self.sound(route, answer),
            Command::Stop => {}
        }
    }

    /// Lets go of cuts, and tells the peer at once.
    fn let_go<T>(&mut self, of: impl FnOnce(&mut Book) -> T) -> T {
        self.line.leaving.extend(self.book.told_orders());
        let done = of(&mut self.book);
        self.line.is_stale = true;
        self.tell();
        done
    }

    fn take(
        &mut self,
        into: impl FnOnce(&mut Book, Agreed) -> Result<(), Refusal>,
    ) -> Result<(), NotDone> {
        let agreed = self.session.established().ok_or(NotDone::NoSession)?;
        self.book.forget_ended(clocks());
        self.line.is_stale = true;
        into(&mut self.book, agreed).map_err(NotDone::Refused)
    }

    fn sound(&mut self, route: Option<Route>, answer: SyncSender<Option<u64>>) {
        /// A measurement's step takes less.
        const QUIET: Span = Span::from_secs(3);
        let now = clocks();
        let then = Clocks {
            wall: now.wall + QUIET,
            steady: now.steady + QUIET,
        };
        let is_hiding = route.is_none();
        if self.session.established().is_none() || !is_hiding && !self.book.is_quiet_until(then) {
            let _ = answer.send(None);
            return;
        }
        self.book.sound(route);
        self.line.is_stale = true;
        self.tell();
        self.line.sounded.push(answer);
    }

    fn handle(&mut self, input: Input<'_>) {
        let mut out = Vec::new();
        self.session.handle(clocks().steady, input, &mut out);
        self.carry_out(out);
    }

    fn on_session_deadline(&mut self) {
        let now = clocks().steady;
        if self.session.next_deadline().is_some_and(|due| due <= now) {
            let mut out = Vec::new();
            self.session.on_deadline(now, &mut out);
            self.carry_out(out);
        }
    }

    fn carry_out(&mut self, out: Vec<Output>) {
        for output in out {
            match output {
                Output::Connect => self.connect_out(),
                Output::Send(octets) => self.line.put(&octets),
                Output::Up(agreed) => {
                    self.line.is_stale = true;
                    // Whoever agrees to a new session has let go of the one before.
                    self.line.left = Left::default();
                    self.book.session_up(agreed.families);
                    self.shared.lock().agreed = Some(agreed);
                    // Whoever measures may have gone.
                    let _ = self.up.send(agreed);
                }
                Output::Close(reason) => self.close(reason),
            }
        }
    }

    fn connect_out(&mut self) {
        let Connection::To { peer, from } = self.connection else {
            return;
        };
        match socket::begin(peer, from, &self.guard, self.patience) {
            Ok(socket) => self.line.open(socket, false),
            Err(_) => self.handle(Input::Closed),
        }
    }

    /// Takes what waits at the listening socket: the peer, once; everybody else is closed.
    fn connect_in(&mut self) {
        let Some(listener) = &self.listener else {
            return;
        };
        // A connection that was given up meanwhile is no trouble either.
        while let Ok(Some((socket, from))) = socket::accept(listener, &self.guard, self.patience) {
            if from == self.connection.peer() && self.session.takes_connections() {
                self.line.open(socket, true);
                self.handle(Input::Connected);
                return;
            }
            self.shared.lock().unwanted += 1;
        }
    }

    /// Closes the connection. What waits to be told to the peer is void, for all routes are gone with it.
    fn close(&mut self, reason: Reason) {
        self.flush_once();
        let mut status = self.shared.lock();
        let agreed = status.agreed.take();
        let is_known = self.line.is_ended_there || matches!(reason, Reason::Told(_));
        status.last = Some(reason);
        drop(status);
        if let Some(agreed) = agreed.filter(|_| !is_known) {
            let mut orders = std::mem::take(&mut self.line.leaving);
            orders.extend(self.book.told_orders());
            let until = clocks().steady + agreed.hold;
            self.line.left = Left { orders, until };
        }
        self.book.session_gone();
        // Last, for whoever is answered now may ask at once how things stand.
        self.line.close();
    }

    /// Reads what the peer sent, at most so much that nothing else has to wait.
    fn hear(&mut self) {
        if !self.line.is_open {
            return self.finish_connecting();
        }
        let mut piece = std::mem::take(&mut self.line.piece);
        piece.resize(PIECE, 0);
        match self.line.hear(&mut piece) {
            Ok(0) => {
                self.line.is_ended_there = true;
                self.handle(Input::Closed);
            }
            Ok(length) => self.handle(Input::Octets(&piece[..length])),
            Err(error) if is_nothing_yet(&error) => {}
            Err(error) => {
                self.line.is_ended_there |= is_from_there(&error);
                self.handle(Input::Closed);
            }
        }
        self.line.piece = piece;
    }

    fn finish_connecting(&mut self) {
        let Some(socket) = self.line.socket.as_ref() else {
            return;
        };
        match (socket.take_error(), socket.peer_addr()) {
            (Ok(None), Ok(_)) => {
                self.line.is_open = true;
                self.handle(Input::Connected);
            }
            (Ok(None), Err(error)) if error.kind() == io::ErrorKind::NotConnected => {}
            _ => self.handle(Input::Closed),
        }
    }

    /// Tells the peer what is due, and makes ready what will be.
    fn tell(&mut self) {
        let Some(agreed) = self.session.established() else {
            return;
        };
        let (now, lead) = (clocks(), self.shared.lock().lead);
        let is_stale = self.line.is_stale;
        let is_due = |one: &mut Prepared| one.due <= now.wall && !is_stale;
        if let Some(prepared) = self.line.prepared.take_if(is_due) {
            self.say(&prepared.plan, prepared.octets, prepared.at, lead);
        }
        let plan = match self.line.is_stale || self.is_overdue(now, lead) {
            true => self.book.plan(now, lead),
            false => Plan::default(),
        };
        if !plan.is_empty() {
            match self.messages(&plan, agreed) {
                Ok(octets) => self.say(&plan, octets, now, lead),
                Err(differs) => return self.differed(differs),
            }
        }
        self.prepare(agreed, now, lead);
    }

    fn messages(&self, plan: &Plan, agreed: Agreed) -> Result<Vec<u8>, Differs> {
        second::messages(plan, self.book.means(), agreed.path, self.together)
    }

    /// Tells whether the next change has been missed: the clock on the wall was set, or we slept too long.
    fn is_overdue(&self, now: Clocks, lead: Span) -> bool {
        let next = self.book.next_change(now, lead);
        match (&self.line.prepared, next) {
            (Some(prepared), Some(next)) => {
                prepared.due.since(next).as_micros().abs() > WANDER.as_micros()
            }
            (None, None) => false,
            _ => true,
        }
    }

    fn say(&mut self, plan: &Plan, octets: Vec<u8>, at: Clocks, lead: Span) {
        self.line.put(&octets);
        self.line.going |= !plan.go.is_empty();
        if !plan.go.is_empty() {
            self.shared.lock().went = Some(clock::monotonic());
        }
        self.line.leaving.extend(self.book.told_orders());
        self.book.told(plan, at, lead);
        for stays in self.book.told_orders() {
            self.line.leaving.remove(&stays);
        }
        self.flush_once();
    }

    /// Makes the messages of the next change, if that is not done yet.
    fn prepare(&mut self, agreed: Agreed, now: Clocks, lead: Span) {
        let is_stale = std::mem::replace(&mut self.line.is_stale, false);
        let next = self.book.next_change(now, lead);
        let Some(due) = next else {
            self.line.prepared = None;
            return;
        };
        if !is_stale && !self.is_overdue(now, lead) {
            return;
        }
        let at = Clocks {
            wall: due,
            steady: now.steady + due.since(now.wall),
        };
        let plan = self.book.plan(at, lead);
        match self.messages(&plan, agreed) {
            Ok(octets) => {
                self.line.prepared = Some(Prepared {
                    due,
                    at,
                    plan,
                    octets,
                })
            }
            Err(differs) => self.differed(differs),
        }
    }

    /// Ends the session, and with it every route, because nobody knows what would be told.
    fn differed(&mut self, differs: Differs) {
        self.shared.lock().differed = Some(differs);
        self.handle(Input::End(Notification::RESET));
    }

    /// Sends what waits, and answers who waits for it.
    fn flush(&mut self) {
        self.flush_once();
        if self.line.is_out() {
            self.line.answer_sounded();
        }
        let patience = match self.line.going {
            true => STUCK,
            false => {
                Span::from_micros(i64::try_from(self.patience.as_micros()).unwrap_or(i64::MAX))
            }
        };
        if self.line.is_stuck(patience) {
            self.line.cut_off();
            self.handle(Input::End(Notification::OUT_OF_RESOURCES));
        }
        if self.line.untaken == 0 {
            if let Some(why) = self.line.ends.take() {
                self.handle(Input::End(why));
            }
            self.line.answer();
        }
    }

    fn flush_once(&mut self) {
        if let Err(error) = self.line.flush() {
            self.line.is_ended_there |= is_from_there(&error);
            self.line.stop_sending();
            self.handle(Input::Closed);
        }
    }

    fn publish(&mut self) {
        let mut status = self.shared.lock();
        status.counts = self.session.counts();
        status.agreed = self.session.established();
    }

    /// Waits until something happens or is due.
    fn wait(&mut self) {
        let now = clocks();
        let session = self.session.next_deadline();
        let session = session.map_or(LONGEST_WAIT, |due| due.since(now.steady));
        let prepared = self.line.prepared.as_ref().map(|prepared| prepared.due);
        let fires = prepared.map_or(LONGEST_WAIT, |due| due.since(now.wall));
        let taken = match (self.line.untaken, self.line.waiting.is_empty()) {
            (0, _) => LONGEST_WAIT,
            (_, true) => TAKEN_SELDOM,
            (_, false) => TAKEN_OFTEN,
        };
        let left = session.min(fires).min(taken).min(LONGEST_WAIT).as_micros();
        if left <= 0 {
            return;
        }
        // poll(2) counts whole milliseconds; the rest of the way to a firing is slept to the microsecond.
        if fires.as_micros() < 1_000 {
            return kernel::sleep_until(prepared.unwrap_or(now.wall).as_micros());
        }
        let left = match left == fires.as_micros() {
            true => left,
            false => left + 999,
        };
        let mut waiting = self.descriptors();
        // Whatever ends the wait, everything is looked at again.
        let _ = kernel::readable(&mut waiting, Duration::from_micros(left.unsigned_abs()));
    }

    fn descriptors(&self) -> Vec<libc::pollfd> {
        let of = |fd, events| libc::pollfd {
            fd,
            events,
            revents: 0,
        };
        let mut all = vec![of(self.wake.as_raw_fd(), libc::POLLIN)];
        all.extend(
            self.listener
                .iter()
                .map(|listener| of(listener.as_raw_fd(), libc::POLLIN)),
        );
        if let Some(socket) = &self.line.socket {
            let wants_out = !self.line.is_open || !self.line.is_out();
            let out = if wants_out { libc::POLLOUT } else { 0 };
            all.push(of(socket.as_raw_fd(), libc::POLLIN | out));
        }
        all
    }
}

impl Line {
    fn open(&mut self, socket: Socket, is_open: bool) {
        self.close();
        self.socket = Some(socket);
        self.is_open = is_open;
        self.is_ended_there = false;
    }

    fn close(&mut self) {
        (self.socket, self.is_open, self.prepared) = (None, false, None);
        self.stop_sending();
        self.leaving.clear();
        self.answer_sounded();
        self.answer();
    }

    fn stop_sending(&mut self) {
        (self.out, self.sent, self.untaken, self.going) = (Vec::new(), 0, 0, false);
    }

    /// Closes so that the peer hears of it although he reads nothing: the kernel sends a reset.
    fn cut_off(&mut self) {
        if let Some(socket) = &self.socket {
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
        self.stop_sending();
    }

    fn put(&mut self, octets: &[u8]) {
        if self.untaken == 0 {
            self.moved = clocks().steady;
        }
        self.untaken += octets.len();
        self.out.extend_from_slice(octets);
    }

    /// Looks at what the peer has taken, and tells whether he has taken nothing for too long.
    fn is_stuck(&mut self, patience: Span) -> bool {
        let Some(socket) = self.socket.as_ref().filter(|_| self.is_open) else {
            return false;
        };
        // A connection that tells nothing is gone, which reading finds out.
        let in_kernel = socket::untaken(socket).unwrap_or(0);
        let (before, now) = (self.untaken, clocks().steady);
        self.untaken = self.out.len() - self.sent + in_kernel;
        if self.untaken < before {
            self.moved = now;
        }
        if self.untaken == 0 {
            self.going = false;
            self.leaving.clear();
        }
        self.untaken > 0 && now.since(self.moved) > patience
    }

    fn is_out(&self) -> bool {
        self.sent == self.out.len()
    }

    fn hear(&self, piece: &mut [u8]) -> io::Result<usize> {
        match &self.socket {
            Some(socket) => (&*socket).read(piece),
            None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(mut socket) = self.socket.as_ref().filter(|_| self.is_open) else {
            return Ok(());
        };
        while self.sent < self.out.len() {
            match socket.write(&self.out[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => self.sent += taken,
                Err(error) if is_nothing_yet(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.sent = 0;
        self.out.clear();
        Ok(())
    }

    /// Answers who waited until everything was sent.
    fn answer_sounded(&mut self) {
        let is_there = self.socket.is_some();
        for answer in self.sounded.drain(..) {
            // Somebody who no longer waits is no trouble; so below.
            let _ = answer.send(is_there.then(clock::monotonic));
        }
    }

    /// Answers who waited until the peer had taken everything, or the connection was gone.
    fn answer(&mut self) {
        let left = &self.left;
        for waiting in self.waiting.drain(..) {
            let _ = match waiting {
                Waiting::Lifted(order, answer) => answer.send(left.without(Some(order))).is_ok(),
                Waiting::AllLifted(answer, count) => {
                    answer.send(left.without(None).map(|()| count)).is_ok()
                }
            };
        }
    }
}

/// Tells whether an error comes from the peer's end, and not from the way to it.
fn is_from_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn is_nothing_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
