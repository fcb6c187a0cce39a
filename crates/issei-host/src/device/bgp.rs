//! One BGP peer as a device: an announce-only speaker, whose session is the lease.
//!
//! In: cuts. Out: FlowSpec rules or blackholes that the peer holds from T to their end. Always: a staged cut
//! is in our memory only; an armed one is told to the peer as much before T as he was measured to need;
//! it is taken back at its end by ourselves, and if we are gone, by the peer: at once if he hears that
//! the connection closed, else after the hold time ([`Bgp::lease`]).
//! What is read back: with a program of the peer's ([`Asking`]), what he holds and has chosen; without
//! one, what was told to him in a session that stands, which is less: he may filter it.
//! Standards: RFC 4271, RFC 8955, RFC 8956, RFC 7999.
//! Limits: no peer of Debian's (BIRD, FRR, GoBGP) installs FlowSpec rules into Linux; they pass them on.
//! ROUTE-REFRESH is not offered: a peer whose policy changes must start the session anew.

mod asking;
mod lead;
mod second;
mod socket;
mod speaker;

pub use asking::Asking;
pub use second::{Differs, messages};
pub use speaker::Connection;

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;

use issei_enforce::bgp::{Agreed, Begins, Book, Counts, Local, Means, Plan, Reason, Session};
use issei_enforce::{Cut, Fences, Seen};
use issei_model::{OrderId, Span};
use issei_wire::bgp::Route;
use zeroize::Zeroizing;

use super::{Device, DeviceError, Fault};
use crate::clock;
use socket::Guard;
use speaker::{Command, Line, NotDone, Shared, Speaker};

/// What a peer is to us.
#[derive(Clone)]
pub struct Settings {
    /// How the connection comes about.
    pub connection: Connection,
    /// Our AS.
    pub as_number: u32,
    /// The peer's AS.
    pub peer_as: u32,
    /// Our identifier, as routers have one.
    pub id: Ipv4Addr,
    /// For how many seconds at most the peer keeps our routes when we are gone without a word: 3 to 90.
    pub hold_time: u16,
    /// How preferred our routes are, if the peer is of our AS.
    pub preference: u32,
    /// What the peer is told with.
    pub means: Means,
    /// What he is never told, and how many routes at most. His and our address are fenced besides.
    pub fences: Fences,
    /// What signs the connection's segments (TCP-MD5); none = not signed.
    pub secret: Option<Zeroizing<Vec<u8>>>,
    /// The most hops that the peer is away (TTL security); none = any.
    pub hops: Option<u8>,
    /// How long he takes to act, as long as it is not measured.
    pub lead: Span,
    /// An address of our own that he is measured with; none = he is not measured.
    pub sentinel: Option<IpAddr>,
    /// How he is asked what he holds; none = he is not asked.
    pub asking: Option<Asking>,
    /// Spreads the pauses of many speakers.
    pub chance: u64,
}

/// A peer.
#[derive(Debug)]
pub struct Bgp {
    name: String,
    means: Means,
    asking: Option<Asking>,
    commands: Sender<Command>,
    wake: UnixStream,
    shared: Shared,
    threads: Vec<JoinHandle<()>>,
}

/// How the session with a peer stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What was agreed on, if it stands.
    pub agreed: Option<Agreed>,
    /// Why the last connection ended.
    pub last: Option<Reason>,
    /// What was met.
    pub counts: Counts,
    /// How long the peer takes to act, if it was measured.
    pub measured: Option<Span>,
    /// Connections that were closed because nobody wanted them.
    pub unwanted: u64,
    /// Which reader understood a message otherwise than it was meant; its session was ended.
    pub differed: Option<Differs>,
}

/// How long the thread may take to answer: it answers when the peer has taken what it was told, or
/// after [`speaker::STUCK`] the connection is cut.
const ANSWER: Duration = Duration::from_secs(5);
/// So long after something was taken back a peer may still list it.
const FADING: Duration = Duration::from_secs(2);

impl Bgp {
    /// Starts to speak with a peer. It need not be there yet.
    ///
    /// # Errors
    /// If we may not listen where we should, or the kernel refuses.
    pub fn start(settings: Settings) -> Result<Self, DeviceError> {
        let name = format!("bgp {}", settings.connection.peer());
        let failed = |doing| {
            let device = name.clone();
            move |cause| DeviceError {
                device,
                fault: Fault::Failed(doing, cause),
            }
        };
        let guard = Guard {
            secret: settings.secret.clone(),
            hops: settings.hops,
        };
        let listener = match settings.connection {
            Connection::From { peer, listen } => {
                let listener = socket::listen(listen, peer, &guard);
                Some(listener.map_err(failed("listening for the peer"))?)
            }
            Connection::To { .. } => None,
        };
        let (wake, woken) = wakes().map_err(failed("making a pair of sockets"))?;
        let (commands, taken) = mpsc::channel();
        let (up, ups) = mpsc::channel();
        let shared = Shared::default();
        shared.lock().lead = settings.lead;
        let speaker = Speaker {
            session: session(&settings),
            book: book(&settings),
            connection: settings.connection,
            guard,
            patience: Duration::from_secs(settings.hold_time.into()),
            together: together(settings.asking.as_ref()),
            listener,
            commands: taken,
            wake: woken,
            shared: shared.clone(),
            up,
            line: Line::default(),
        };
        let mut bgp = Self {
            name: name.clone(),
            means: settings.means.clone(),
            asking: settings.asking.clone(),
            commands,
            wake,
            shared,
            threads: Vec::new(),
        };
        let run = || speaker.run();
        bgp.threads
            .push(thread("bgp", run).map_err(failed("starting a thread"))?);
        if let Some(measured) = bgp
            .measured(&settings, ups)
            .map_err(failed("starting a thread"))?
        {
            bgp.threads.push(measured);
        }
        Ok(bgp)
    }

    /// Starts the thread that measures the peer, if he can be.
    fn measured(
        &self,
        settings: &Settings,
        ups: Receiver<Agreed>,
    ) -> std::io::Result<Option<JoinHandle<()>>> {
        let (Some(asking), Some(sentinel)) = (&settings.asking, settings.sentinel) else {
            return Ok(None);
        };
        let lead = lead::Lead {
            asking: asking.clone(),
            means: settings.means.clone(),
            sentinel,
            commands: self.commands(),
        };
        let wake = self.wake.try_clone()?;
        thread("bgp-lead", move || lead.run(&ups, &wake)).map(Some)
    }

    fn commands(&self) -> Sender<Command> {
        self.commands.clone()
    }

    /// Tells how the session stands.
    pub fn standing(&self) -> Standing {
        let status = self.shared.lock().clone();
        Standing {
            agreed: status.agreed,
            last: status.last,
            counts: status.counts,
            measured: status.is_measured.then_some(status.lead),
            unwanted: status.unwanted,
            differed: status.differed,
        }
    }

    /// Tells for how long the peer keeps our routes when we are gone without a word: the hold time that
    /// was agreed on.
    pub fn lease(&self) -> Option<Span> {
        self.shared.lock().agreed.map(|agreed| agreed.hold)
    }

    fn wrong(&self, fault: Fault) -> DeviceError {
        DeviceError {
            device: self.name.clone(),
            fault,
        }
    }

    /// Tells why there is no session.
    fn away(&self) -> DeviceError {
        self.wrong(Fault::Away(self.why_away()))
    }

    fn why_away(&self) -> String {
        match &self.shared.lock().last {
            Some(reason) => reason.to_string(),
            None => "there has been no session yet".into(),
        }
    }

    fn agreed(&self) -> Result<Agreed, DeviceError> {
        let agreed = self.shared.lock().agreed;
        agreed.ok_or_else(|| self.away())
    }

    /// Asks the thread, and waits for its answer.
    fn ask<T>(&self, command: impl FnOnce(SyncSender<T>) -> Command) -> Result<T, DeviceError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let sent = self.commands.send(command(answer));
        self.wake();
        let heard = match sent {
            Ok(()) => answered.recv_timeout(ANSWER),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        };
        heard.map_err(|error| {
            let why = match error {
                RecvTimeoutError::Timeout => format!("its thread did not answer within {ANSWER:?}"),
                RecvTimeoutError::Disconnected => "its thread has ended; start it anew".into(),
            };
            self.wrong(Fault::Away(why))
        })
    }

    /// A byte that finds no room says nothing that those before it do not.
    fn wake(&self) {
        let _ = (&self.wake).write(&[1]);
    }

    /// Reads a cut's messages with both readers before anything is taken in.
    fn rehearse(&self, cut: &Cut, agreed: Agreed) -> Result<(), DeviceError> {
        let routes = self.means.routes(cut, agreed.families);
        let come = routes.map_err(|refusal| self.wrong(Fault::Refused(refusal)))?;
        let plan = Plan {
            go: Vec::new(),
            come,
        };
        let said = |differs: Differs| self.wrong(Fault::Unreadable(differs.to_string()));
        let together = together(self.asking.as_ref());
        second::messages(&plan, &self.means, agreed.path, together).map_err(said)?;
        second::messages(&plan.undo(), &self.means, agreed.path, together).map_err(said)?;
        Ok(())
    }

    fn done<T>(&self, done: Result<T, NotDone>) -> Result<T, DeviceError> {
        done.map_err(|not_done| match not_done {
            NotDone::Refused(refusal) => self.wrong(Fault::Refused(refusal)),
            NotDone::NoSession => self.away(),
            NotDone::MayHold(until) => self.wrong(Fault::Away(format!(
                "{}; it may hold what it was told until {until}, the hold time of that session",
                self.why_away()
            ))),
        })
    }

    /// Asks the peer's own program which of our routes he holds and has chosen.
    fn listed(&self, asking: &Asking, agreed: Agreed) -> Result<BTreeSet<Route>, DeviceError> {
        let mut there = BTreeSet::new();
        for question in asking.dialect.questions(&self.means, agreed.families) {
            let heard = asking.ask(&question);
            let heard = heard.map_err(|cause| {
                self.wrong(Fault::Failed("asking the peer's own program", cause))
            })?;
            let routes = asking.dialect.read(&self.means, &heard.words);
            there.extend(routes.map_err(|line| self.wrong(Fault::Unreadable(line.to_string())))?);
        }
        Ok(there)
    }

    /// Demands that a peer holds nothing of ours that we took back long ago.
    fn without_strays(&self, there: &BTreeSet<Route>, before: &Book) -> Result<(), DeviceError> {
        let faded = |went: u64| clock::monotonic().saturating_sub(went) > FADING.as_nanos() as u64;
        let went = self.shared.lock().went;
        let after: Book = self.ask(Command::Look)?;
        let known = |route: &&Route| {
            !before.standing().contains(*route) && !after.standing().contains(*route)
        };
        let strays = there.iter().filter(known).count();
        if strays == 0 || !went.is_none_or(faded) {
            return Ok(());
        }
        Err(self.wrong(Fault::Said(format!(
            "it lists {strays} routes of ours that were taken back; lifting all ends the session, and them with it"
        ))))
    }
}

impl Device for Bgp {
    fn name(&self) -> &str {
        &self.name
    }

    fn lead(&self) -> Span {
        self.shared.lock().lead
    }

    fn stage(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let agreed = self.agreed()?;
        if cut.ends <= clock::now() {
            return Err(self.wrong(Fault::Ended(cut.order)));
        }
        self.rehearse(cut, agreed)?;
        let done = self.ask(|answer| Command::Stage(cut.clone(), answer))?;
        self.done(done)
    }

    fn arm(&mut self, cut: &Cut) -> Result<(), DeviceError> {
        let agreed = self.agreed()?;
        let now = clock::now();
        if cut.ends <= now || cut.fires_at.is_some_and(|at| cut.ends <= at) {
            return Err(self.wrong(Fault::Ended(cut.order)));
        }
        self.rehearse(cut, agreed)?;
        let done = self.ask(|answer| Command::Arm(cut.clone(), answer))?;
        self.done(done)
    }

    fn lift(&mut self, order: OrderId) -> Result<(), DeviceError> {
        let done = self.ask(|answer| Command::Lift(order, answer))?;
        self.done(done)
    }

    fn lift_all(&mut self) -> Result<usize, DeviceError> {
        let done = self.ask(Command::LiftAll)?;
        self.done(done)
    }

    fn read(&mut self) -> Result<Vec<Seen>, DeviceError> {
        let agreed = self.agreed()?;
        let book: Book = self.ask(Command::Look)?;
        let Some(asking) = self.asking.clone() else {
            return Ok(book.seen(book.standing(), agreed.families));
        };
        let there = self.listed(&asking, agreed)?;
        // GoBGP does not tell whose routes it lists.
        if asking.dialect.tells_whose() {
            self.without_strays(&there, &book)?;
        }
        Ok(book.seen(&there, agreed.families))
    }
}

impl Drop for Bgp {
    /// Ends the session, and with it all routes.
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        self.wake();
        for thread in self.threads.drain(..) {
            // A thread that panicked has let go of its socket.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Settings {
    /// Shows everything but the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("connection", &self.connection)
            .field("as_number", &self.as_number)
            .field("peer_as", &self.peer_as)
            .field("signed", &self.secret.is_some())
            .finish_non_exhaustive()
    }
}

fn session(settings: &Settings) -> Session {
    let begins = match settings.connection {
        Connection::To { .. } => Begins::We,
        Connection::From { .. } => Begins::Peer,
    };
    let local = Local {
        as_number: settings.as_number,
        peer_as: settings.peer_as,
        id: settings.id,
        hold_time: settings.hold_time,
        families: settings.means.families(),
        preference: settings.preference,
        begins,
    };
    Session::new(local, speaker::clocks().steady, settings.chance)
}

/// The session itself is control plane: its two ends are never cut.
fn book(settings: &Settings) -> Book {
    let mut fences = settings.fences.clone();
    let ends = [Some(settings.connection.peer()), settings.connection.own()];
    for end in ends.into_iter().flatten() {
        fences.control_plane.push(end.into());
    }
    Book::new(settings.means.clone(), fences)
}

/// As many routes in one message as fit, unless the peer could not list them then.
fn together(asking: Option<&Asking>) -> usize {
    asking.map_or(usize::MAX, |asking| asking.dialect.most_together())
}

fn wakes() -> std::io::Result<(UnixStream, UnixStream)> {
    let (wake, woken) = UnixStream::pair()?;
    wake.set_nonblocking(true)?;
    woken.set_nonblocking(true)?;
    Ok((wake, woken))
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}

#[cfg(test)]
#[path = "bgp/bgp_tests.rs"]
mod tests;
