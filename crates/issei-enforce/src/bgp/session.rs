//! The session with one peer, as RFC 4271 section 8 has it, for a speaker who only announces.
//!
//! In: what happens on the connection, and the clock. Out: when to connect, what to send, when to close;
//! when routes may be told and when all are gone.
//! Always: the hold time is never above ours and never none, so that the peer forgets our routes soon
//! after us; no graceful restart is offered; what the peer announces is counted and dropped; memory is
//! bounded by one message and one piece; after every end there is a pause, which grows while sessions are short.
//! Not here: which routes (`book`), sockets (`issei-host`). A second connection with the same peer is the
//! caller's to refuse, so there are no collisions (section 6.8).
//!
//! ```text
//! idle ── pause over ──▶ connect ── connected ──▶ open sent ── OPEN ──▶ open confirm ── KEEPALIVE ──▶ established
//!   ▲                                                                                                     │
//!   └────────────────────────────── anything wrong, closed, too long silent ──────────────────────────────┘
//! ```

use std::net::Ipv4Addr;

use issei_model::{Span, Timestamp};
use issei_wire::bgp::{self, Families, Fault, Message, Notification, Open, Path, Wrong};

/// What we are to the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Our AS.
    pub as_number: u32,
    /// The peer's AS; if it is ours, the session is internal.
    pub peer_as: u32,
    /// Our identifier.
    pub id: Ipv4Addr,
    /// How long silence is borne, in seconds: from [`LEAST_HOLD`] to [`MOST_HOLD`]. So long after our
    /// death, and no longer, the peer keeps our routes.
    pub hold_time: u16,
    /// Families of routes that we may tell.
    pub families: Families,
    /// How preferred our routes are within the own AS.
    pub preference: u32,
    /// Who begins.
    pub begins: Begins,
}

/// Who begins the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// We do.
    We,
    /// The peer does.
    Peer,
}

/// The least hold time there is (RFC 4271, section 4.2).
pub const LEAST_HOLD: u16 = 3;
/// The longest that makes sense for a lease.
pub const MOST_HOLD: u16 = 90;
/// How long a connection may take to come about.
const CONNECT_PATIENCE: Span = Span::from_secs(5);
/// How long the peer may take until it has said who it is.
const OPEN_PATIENCE: Span = Span::from_secs(10);
/// The pause after the first short session; it doubles with each.
const FIRST_PAUSE: Span = Span::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Span = Span::from_secs(30);
/// A session that lasted so long was none of a flapping peer.
const LASTING: Span = Span::from_secs(30);

/// The session.
#[derive(Clone, Debug)]
pub struct Session {
    local: Local,
    state: State,
    /// The beginning of a message that is not whole.
    octets: Vec<u8>,
    short_sessions: u32,
    chance: u64,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is to be done before this moment.
    Idle(Timestamp),
    /// A connection should be there by then.
    Connect(Timestamp),
    /// We said who we are; the peer should by then.
    OpenSent(Timestamp),
    /// Both said it.
    OpenConfirm(Agreed, Timers),
    /// Routes may be told, since this moment.
    Established(Agreed, Timers, Timestamp),
    /// The operator wants no session.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timers {
    hold: Timestamp,
    keepalive: Timestamp,
}

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// How long silence is borne on both sides.
    pub hold: Span,
    /// Families of routes that both know.
    pub families: Families,
    /// How our routes come to the peer.
    pub path: Path,
    /// The peer's identifier.
    pub peer: Ipv4Addr,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// There is a connection.
    Connected,
    /// The peer sent octets.
    Octets(&'a [u8]),
    /// The connection did not come about, or is gone.
    Closed,
    /// The connection must end, for this reason; another one may begin.
    End(Notification),
    /// The operator wants no session.
    Stop,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Connect; if the peer begins, nothing.
    Connect,
    /// Send these octets.
    Send(Vec<u8>),
    /// Routes may be told from now on; the peer has none of ours.
    Up(Agreed),
    /// Close the connection. All routes that were told are gone.
    Close(Reason),
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It did not come about.
    NotConnected,
    /// The peer closed it.
    Closed,
    /// The peer said why.
    Told(Notification),
    /// The peer broke a rule.
    Broke(Fault),
    /// The peer sent a message that does not belong there.
    OutOfTurn,
    /// The peer said nothing for too long.
    Silent,
    /// We wanted it.
    Ours,
}

/// What was met since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Whole messages of the peer.
    pub messages: u64,
    /// Routes that the peer announced; all were dropped.
    pub come: u64,
    /// Routes that the peer took back.
    pub gone: u64,
    /// Announcements that could not be read to their end.
    pub torn: u64,
    /// Sessions that came about.
    pub sessions: u64,
    /// Connections that ended because the peer broke a rule.
    pub broken: u64,
}

impl Session {
    /// Begins; the first connection is wanted at once. `chance` spreads the pauses of many speakers.
    pub fn new(local: Local, now: Timestamp, chance: u64) -> Self {
        let hold_time = local.hold_time.clamp(LEAST_HOLD, MOST_HOLD);
        let local = Local { hold_time, ..local };
        Self {
            local,
            state: State::Idle(now),
            octets: Vec::new(),
            short_sessions: 0,
            chance,
            counts: Counts::default(),
        }
    }

    /// Tells what was agreed on, while routes may be told.
    pub const fn established(&self) -> Option<Agreed> {
        match self.state {
            State::Established(agreed, ..) => Some(agreed),
            _ => None,
        }
    }

    /// Tells whether a connection that the peer begins would be taken now.
    pub const fn takes_connections(&self) -> bool {
        matches!(self.state, State::Connect(_))
    }

    /// Tells what was met.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Tells when something is to be done though nothing happens.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match self.state {
            State::Idle(at) | State::OpenSent(at) => Some(at),
            State::Connect(at) => (self.local.begins == Begins::We).then_some(at),
            State::OpenConfirm(_, timers) | State::Established(_, timers, _) => {
                Some(timers.hold.min(timers.keepalive))
            }
            State::Stopped => None,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>, out: &mut Vec<Output>) {
        match (input, self.state) {
            (_, State::Stopped) | (Input::Closed | Input::End(_), State::Idle(_)) => {}
            (Input::Stop, _) => {
                self.end(now, Some(Notification::SHUT_DOWN), Reason::Ours, out);
                self.state = State::Stopped;
            }
            (Input::Connected, State::Connect(_)) => self.greet(now, out),
            // Nobody asked for it; whoever brought it must let go of it.
            (Input::Connected, _) | (Input::Octets(_), State::Idle(_) | State::Connect(_)) => {}
            (Input::Octets(octets), _) => self.take(now, octets, out),
            (Input::Closed, State::Connect(_)) => self.end(now, None, Reason::NotConnected, out),
            (Input::Closed, _) => self.end(now, None, Reason::Closed, out),
            (Input::End(_), State::Connect(_)) => self.end(now, None, Reason::Ours, out),
            (Input::End(why), _) => self.end(now, Some(why), Reason::Ours, out),
        }
    }

    /// Does what is due.
    pub fn on_deadline(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        match &mut self.state {
            State::Idle(at) if *at <= now => {
                self.state = State::Connect(now + CONNECT_PATIENCE);
                out.push(Output::Connect);
            }
            State::Connect(at) if *at <= now && self.local.begins == Begins::We => {
                self.end(now, None, Reason::NotConnected, out);
            }
            State::OpenSent(at) if *at <= now => {
                self.end(now, Some(Notification::HOLD_TIME_OVER), Reason::Silent, out);
            }
            State::OpenConfirm(agreed, timers) | State::Established(agreed, timers, _) => {
                if timers.hold <= now {
                    self.end(now, Some(Notification::HOLD_TIME_OVER), Reason::Silent, out);
                } else if timers.keepalive <= now {
                    timers.keepalive = now + keepalive(agreed.hold);
                    out.push(keepalive_message());
                }
            }
            _ => {}
        }
    }

    /// Says who we are.
    fn greet(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let Local {
            as_number,
            hold_time,
            id,
            families,
            ..
        } = self.local;
        let open = Open {
            as_number,
            hold_time,
            id,
            families,
            four_octets: true,
        };
        let mut octets = Vec::new();
        open.write(&mut octets);
        self.octets.clear();
        self.state = State::OpenSent(now + OPEN_PATIENCE);
        out.push(Output::Send(octets));
    }

    /// Cuts what the peer sent into messages, until one ends the connection.
    fn take(&mut self, now: Timestamp, octets: &[u8], out: &mut Vec<Output>) {
        let mut gathered = std::mem::take(&mut self.octets);
        gathered.extend_from_slice(octets);
        let mut at = 0;
        while self.is_connected() {
            let message = match bgp::length(&gathered[at..]) {
                Ok(Some(length)) if length <= gathered.len() - at => &gathered[at..at + length],
                Ok(_) => break,
                Err(fault) => return self.broken(now, fault, out),
            };
            at += message.len();
            self.counts.messages += 1;
            match Message::read(message) {
                Ok(message) => self.message(now, message, out),
                Err(fault) => return self.broken(now, fault, out),
            }
        }
        gathered.drain(..at);
        if self.is_connected() {
            self.octets = gathered;
        }
    }

    const fn is_connected(&self) -> bool {
        !matches!(
            self.state,
            State::Idle(_) | State::Connect(_) | State::Stopped
        )
    }

    fn message(&mut self, now: Timestamp, message: Message<'_>, out: &mut Vec<Output>) {
        match (&mut self.state, message) {
            (_, Message::Notification(told)) => self.end(now, None, Reason::Told(told), out),
            (State::OpenSent(_), Message::Open(open)) => match self.agree(&open) {
                Ok(agreed) => {
                    let timers = Timers::begin(now, agreed.hold);
                    self.state = State::OpenConfirm(agreed, timers);
                    out.push(keepalive_message());
                }
                Err(fault) => self.broken(now, fault, out),
            },
            (&mut State::OpenConfirm(agreed, mut timers), Message::Keepalive) => {
                timers.hold = now + agreed.hold;
                self.state = State::Established(agreed, timers, now);
                self.counts.sessions += 1;
                out.push(Output::Up(agreed));
            }
            (State::Established(agreed, timers, _), Message::Keepalive) => {
                timers.hold = now + agreed.hold;
            }
            (State::Established(agreed, timers, _), Message::Update(update)) => {
                timers.hold = now + agreed.hold;
                let counted = update.count();
                self.counts.come += counted.come;
                self.counts.gone += counted.gone;
                self.counts.torn += u64::from(counted.torn);
            }
            // RFC 6608: the subcode names the state in which it does not belong.
            (state, _) => {
                let subcode = match state {
                    State::OpenSent(_) => 1,
                    State::OpenConfirm(..) => 2,
                    _ => 3,
                };
                self.counts.broken += 1;
                let why = Notification::bare(5, subcode);
                self.end(now, Some(why), Reason::OutOfTurn, out);
            }
        }
    }

    /// Finds what both sides agree on, or what we cannot live with (RFC 4271, section 6.2).
    fn agree(&self, open: &Open) -> Result<Agreed, Fault> {
        const OPEN: usize = bgp::HEAD;
        let wrong = |at, wrong| Err(Fault::new(OPEN + at, wrong));
        let local = self.local;
        if open.as_number != local.peer_as || open.as_number == 0 {
            return wrong(1, Wrong::AsNumber(open.as_number));
        }
        // Without a hold time the peer would keep our routes for ever.
        if open.hold_time < LEAST_HOLD {
            return wrong(3, Wrong::HoldTime(open.hold_time));
        }
        let is_internal = local.as_number == local.peer_as;
        // RFC 6286: not nothing, and within an AS not ours.
        if open.id.is_unspecified() || is_internal && open.id == local.id {
            return wrong(5, Wrong::Identifier(open.id.to_bits()));
        }
        if !open.four_octets {
            return wrong(10, Wrong::Capability(65));
        }
        let families = open.families.both(local.families);
        if families.is_empty() {
            return wrong(10, Wrong::Capability(1));
        }
        let path = match is_internal {
            true => Path::Internal(local.preference),
            false => Path::External(local.as_number),
        };
        Ok(Agreed {
            hold: Span::from_secs(open.hold_time.min(local.hold_time).into()),
            families,
            path,
            peer: open.id,
        })
    }

    fn broken(&mut self, now: Timestamp, fault: Fault, out: &mut Vec<Output>) {
        self.counts.broken += 1;
        self.end(now, Some(fault.notification()), Reason::Broke(fault), out);
    }

    /// Ends the connection, if there is one, and pauses.
    fn end(
        &mut self,
        now: Timestamp,
        why: Option<Notification>,
        reason: Reason,
        out: &mut Vec<Output>,
    ) {
        if let Some(why) = why.filter(|_| self.is_connected()) {
            let mut octets = Vec::new();
            why.write(&mut octets);
            out.push(Output::Send(octets));
        }
        let lasted = match self.state {
            State::Established(_, _, since) => now.since(since) >= LASTING,
            _ => false,
        };
        self.short_sessions = if lasted { 0 } else { self.short_sessions + 1 };
        self.octets = Vec::new();
        self.state = State::Idle(now + self.pause());
        out.push(Output::Close(reason));
    }

    /// Tells how long to pause: twice as long with each short session, within bounds, and less up to a
    /// quarter by chance, so that many speakers do not come all at once (RFC 4271, section 10).
    fn pause(&mut self) -> Span {
        let doublings = self.short_sessions.saturating_sub(1).min(16);
        let pause = FIRST_PAUSE.as_micros() << doublings;
        let pause = pause.min(LONGEST_PAUSE.as_micros());
        // A step of a linear congruential generator (Knuth's MMIX); only the high bits are used.
        self.chance = self
            .chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let quarter = (self.chance >> 33) as i64 % (pause / 4);
        Span::from_micros(pause - quarter)
    }
}

impl Timers {
    fn begin(now: Timestamp, hold: Span) -> Self {
        Self {
            hold: now + hold,
            keepalive: now + keepalive(hold),
        }
    }
}

/// A third of the hold time (RFC 4271, section 10).
const fn keepalive(hold: Span) -> Span {
    Span::from_micros(hold.as_micros() / 3)
}

fn keepalive_message() -> Output {
    let mut octets = Vec::new();
    bgp::write_keepalive(&mut octets);
    Output::Send(octets)
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotConnected => f.write_str("no connection"),
            Self::Closed => f.write_str("the peer closed the connection"),
            Self::Told(why) => write!(f, "the peer ended the session: {why}"),
            Self::Broke(fault) => write!(f, "the peer broke a rule: {fault}"),
            Self::OutOfTurn => f.write_str("the peer sent a message that does not belong there"),
            Self::Silent => f.write_str("the peer was silent for too long"),
            Self::Ours => f.write_str("we ended it"),
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
