//! The exporting processes of one observation domain.
//!
//! A *session* is one exporting process, told by its source port. Templates and sequence numbers
//! belong to it, because two processes behind one address count and number on their own. Why a
//! session may move or lend: `docs/adr/0007-sessions.md`.

use issei_model::{Span, Timestamp};
use issei_wire::export::Protocol;

use super::sequence::Sequence;
use super::templates::{Held, Templates};

/// The sessions, at most [`MOST_SESSIONS`].
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    protocol: Protocol,
    all: Vec<Session>,
    next_serial: u32,
    /// Losses of sessions that were forgotten.
    lost: u64,
}

/// One exporting process of a domain.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Tells it apart from all before and after it.
    pub(super) serial: u32,
    port: u16,
    pub(super) seen: Timestamp,
    uptime: u32,
    /// It has sent a record.
    pub(super) proven: bool,
    pub(super) sequence: Sequence,
    pub(super) templates: Templates,
}

impl Sessions {
    pub(super) const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            all: Vec::new(),
            next_serial: 0,
            lost: 0,
        }
    }

    /// Finds the place of a datagram's session, or begins one; nothing if there is no room.
    ///
    /// A datagram from a port not seen before whose number is exactly what a known session would
    /// send next *is* that session, moved: address translation gave it another port, or the
    /// exporter takes a new one for each datagram.
    pub(super) fn of(&mut self, port: u16, number: u32, now: Timestamp) -> Option<usize> {
        let known = self.all.iter().position(|session| session.port == port);
        let place = known
            .or_else(|| self.moved(port, number))
            .or_else(|| self.begin(port, now))?;
        self.all[place].seen = now;
        Some(place)
    }

    fn moved(&mut self, port: u16, number: u32) -> Option<usize> {
        let continues = |session: &Session| session.sequence.would_continue_with(number);
        let place = self.all.iter().position(continues)?;
        self.all[place].port = port;
        Some(place)
    }

    fn begin(&mut self, port: u16, now: Timestamp) -> Option<usize> {
        let session = Session {
            serial: self.next_serial,
            port,
            seen: now,
            uptime: 0,
            proven: false,
            sequence: Sequence::new(window(self.protocol)),
            templates: Templates::default(),
        };
        if self.all.len() >= MOST_SESSIONS {
            self.forget_one(now)?;
        }
        self.next_serial = self.next_serial.wrapping_add(1);
        self.all.push(session);
        Some(self.all.len() - 1)
    }

    /// Forgets the session that is missed least: one that never sent a record, or was long silent.
    fn forget_one(&mut self, now: Timestamp) -> Option<()> {
        let places = 0..self.all.len();
        let missed = |&place: &usize| (self.all[place].proven, self.all[place].seen);
        let place = places.min_by_key(missed)?;
        let session = &mut self.all[place];
        if session.proven && now.since(session.seen) <= SILENT {
            return None;
        }
        session.sequence.settle(Timestamp::MAX);
        self.lost += session.sequence.take_lost();
        self.all.remove(place);
        Some(())
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Session> {
        self.all.get_mut(place)
    }

    /// Finds the template for a set of a session.
    ///
    /// RFC 3954, section 5.1, tells instances of NetFlow v9 apart by address and source id alone,
    /// so a session may borrow from the others where they do not contradict each other. IPFIX
    /// forbids it: templates belong to the session (RFC 7011, section 8).
    pub(super) fn template(&mut self, session: usize, id: u16, now: Timestamp) -> Option<&Held> {
        let own = self.all.get(session)?.templates.knows(id);
        let lender = if own { session } else { self.lender(id)? };
        self.all.get_mut(lender)?.templates.find(id, now)
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Tells a session's serial number, if it has a template or may borrow it.
    pub(super) fn serial_if_knows(&self, place: usize, id: u16) -> Option<u32> {
        let session = self.all.get(place)?;
        let knows = session.templates.knows(id) || self.lender(id).is_some();
        knows.then_some(session.serial)
    }

    fn lender(&self, id: u16) -> Option<usize> {
        if self.protocol != Protocol::Netflow9 {
            return None;
        }
        let knows = |place: &usize| self.all[*place].templates.knows(id);
        let mut knowing = (0..self.all.len()).filter(knows);
        let lender = knowing.next()?;
        let offered = &self.all[lender].templates;
        let agreed = knowing.all(|other| offered.agree(&self.all[other].templates, id));
        agreed.then_some(lender)
    }

    /// Counts the templates of all sessions.
    pub(super) fn templates(&self) -> usize {
        self.all
            .iter()
            .map(|session| session.templates.count())
            .sum()
    }

    /// Gives up holes that stayed open long enough, and hands over the losses not yet reported.
    pub(super) fn settle(&mut self, now: Timestamp) -> u64 {
        let mut lost = std::mem::take(&mut self.lost);
        for session in &mut self.all {
            session.sequence.settle(now);
            lost += session.sequence.take_lost();
        }
        lost
    }

    /// Tells when the first open hole becomes a loss.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.all
            .iter()
            .filter_map(|session| session.sequence.due())
            .min()
    }

    /// Tells the memory of all templates.
    pub(super) fn template_bytes(&self) -> usize {
        self.all
            .iter()
            .map(|session| session.templates.bytes())
            .sum()
    }

    /// Tells the memory held.
    pub(super) fn bytes(&self) -> usize {
        self.template_bytes() + self.all.capacity() * size_of::<Session>()
    }
}

impl Session {
    /// Notices that the exporter started anew: its uptime fell and it counts from the beginning.
    /// One of the two alone may be a late datagram, or a second engine with a clock of its own.
    /// What the templates said before is then void (RFC 3954, section 9).
    pub(super) fn notice_restart(&mut self, uptime: u32, number: u32) {
        let fell = self.uptime.wrapping_sub(uptime).cast_signed() > RESTART_MILLIS;
        if fell && self.sequence.is_behind(number) {
            self.sequence.restart();
            self.templates.clear();
        }
        self.uptime = uptime;
    }
}

/// How many units behind a datagram is late and not a restart: some sixty datagrams.
const fn window(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Netflow9 | Protocol::Sflow5 => 64,
        Protocol::Netflow5 => 64 * 30,
        Protocol::Ipfix => 64 * 50,
    }
}

/// Exporting processes behind one address and domain.
const MOST_SESSIONS: usize = 8;
/// A session that sent records makes room after this silence.
const SILENT: Span = Span::from_secs(600);
/// Datagrams overtake each other by less than this many milliseconds.
const RESTART_MILLIS: i32 = 10_000;
