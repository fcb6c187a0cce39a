//! One line's contact with one service: since when, how often, how much, and how regularly.
//!
//! Records that carry on with the same source port belong to one session; a session that begins
//! anew is a return. Between returns lies an interval, of which the last few are kept.

use issei_model::{
    Address, Columns, Endpoint, Evidence, FlowRecord, Marks, Span, Timestamp, protocol,
};

use super::exchange::Exchange;
use super::told::Told;
use crate::hashing::Service;

/// The findings that one contact can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Returning,
    Session,
    Download,
}

/// A contact.
#[derive(Clone, Debug)]
pub(super) struct Contact<A> {
    pub(super) service: Service<A>,
    /// The first and the last packet.
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    /// The session that was heard of last.
    pub(super) session: Session,
    /// Sessions, of which the first is no return.
    pub(super) sessions: u32,
    /// Records in which the service answered.
    pub(super) answered: u32,
    /// Scaled by the sampling rate.
    pub(super) sent: Volume,
    pub(super) back: Volume,
    pub(super) marks: Marks,
    /// Hours of the day (UTC) in which a record began, as bits.
    pub(super) hours: u32,
    pub(super) intervals: Intervals,
    /// Sessions from which on it is looked at whether the returns stand out.
    pub(super) next_look: u32,
    /// Records kept to be shown.
    pub(super) shown: Vec<FlowRecord>,
    told: [Option<Told>; 3],
}

/// Packets and bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Volume {
    pub(super) packets: u64,
    pub(super) bytes: u64,
}

impl Volume {
    fn add(&mut self, packets: u64, bytes: u64, rate: u64) {
        self.packets = self.packets.saturating_add(packets.saturating_mul(rate));
        self.bytes = self.bytes.saturating_add(bytes.saturating_mul(rate));
    }

    /// The mean size of a packet in bytes; 0 where there was none.
    pub(super) fn bytes_a_packet(self) -> f64 {
        self.bytes as f64 / self.packets.max(1) as f64
    }
}

/// Records of one source port that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) answered: bool,
    port: u16,
}

/// After a silence this long the same source port begins a new session: clients of datagrams
/// keep their port, and translators drop a silent mapping after minutes (RFC 4787, section 4.3).
const SESSION_GAP: Span = Span::from_secs(300);
/// Before it is suspected, a line needs no more than one record of each contact.
const SHOWN_UNSUSPECTED: usize = 1;

impl<A: Address> Contact<A> {
    /// Begins a contact with its first row.
    pub(super) fn new(service: Service<A>, first: Timestamp, port: u16, next_look: u32) -> Self {
        let session = Session {
            first,
            last: first,
            answered: false,
            port,
        };
        Self {
            service,
            first,
            last: first,
            session,
            sessions: 1,
            answered: 0,
            sent: Volume::default(),
            back: Volume::default(),
            marks: Marks(0),
            hours: 0,
            intervals: Intervals::default(),
            next_look,
            shown: Vec::new(),
            told: [None; 3],
        }
    }

    /// Takes over the memory of a contact that makes room, so that nothing is allocated anew.
    pub(super) fn reuse(&mut self, old: &mut Self) {
        self.shown = std::mem::take(&mut old.shown);
        self.shown.clear();
    }

    /// Adds what the line sent.
    pub(super) fn note_sent(
        &mut self,
        columns: &Columns<A>,
        row: usize,
        exchange: Exchange,
        most_shown: usize,
    ) {
        let first = Timestamp::from_micros(columns.first[row]);
        let last = Timestamp::from_micros(columns.last[row].max(columns.first[row]));
        self.note_session(first, last, columns.source_port[row]);
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        self.hours |= 1 << hour_of_day(first);
        self.marks.0 |= columns.marks_of(row).0;
        let rate = u64::from(columns.sampling[row].max(1));
        self.sent
            .add(columns.packets[row], columns.bytes[row], rate);
        let packets = columns.reverse_packets.get(row).copied();
        let bytes = columns.reverse_bytes.get(row).copied();
        self.back
            .add(packets.unwrap_or_default(), bytes.unwrap_or_default(), rate);
        if exchange == Exchange::Answered {
            self.note_answer();
        }
        self.show(columns, row, most_shown);
    }

    /// Adds what came back in a record of its own.
    pub(super) fn note_back(&mut self, columns: &Columns<A>, row: usize) {
        let rate = u64::from(columns.sampling[row].max(1));
        self.back
            .add(columns.packets[row], columns.bytes[row], rate);
        let last = Timestamp::from_micros(columns.last[row]);
        if columns.destination_port[row] == self.session.port {
            self.session.last = self.session.last.max(last);
        }
        self.last = self.last.max(last);
        self.note_answer();
    }

    fn note_answer(&mut self) {
        self.answered = self.answered.saturating_add(1);
        self.session.answered = true;
    }

    fn note_session(&mut self, first: Timestamp, last: Timestamp, port: u16) {
        let session = &mut self.session;
        let silence = first.since(session.last);
        if port == session.port && silence <= SESSION_GAP {
            session.first = session.first.min(first);
            session.last = session.last.max(last);
            return;
        }
        // Records are told when they end, so one that began earlier may come later.
        self.intervals.add(first.since(session.first));
        self.sessions = self.sessions.saturating_add(1);
        *session = Session {
            first,
            last,
            answered: false,
            port,
        };
    }

    /// Keeps a record if there is room; else the longest takes the first place.
    fn show(&mut self, columns: &Columns<A>, row: usize, most: usize) {
        let most = most.clamp(SHOWN_UNSUSPECTED, Evidence::MOST_SAMPLES);
        if self.shown.len() < most {
            if self.shown.capacity() == 0 {
                // Most contacts never need room for a second record.
                self.shown.reserve_exact(SHOWN_UNSUSPECTED);
            }
            self.shown.push(columns.record(row));
            return;
        }
        let length = columns.last[row].saturating_sub(columns.first[row]);
        let longest = |kept: &FlowRecord| kept.last.since(kept.first).as_micros();
        if let Some(kept) = self.shown.first_mut()
            && length > longest(kept)
        {
            *kept = columns.record(row);
        }
    }

    /// Names the service.
    pub(super) fn endpoint(&self) -> Endpoint {
        endpoint(&self.service)
    }

    /// How far a finding about this contact was told.
    pub(super) fn told(&self, kind: Kind) -> Option<Told> {
        self.told[kind as usize]
    }

    pub(super) fn told_mut(&mut self, kind: Kind) -> &mut Option<Told> {
        &mut self.told[kind as usize]
    }

    /// Tells whether any finding about this contact was told.
    pub(super) fn is_told(&self) -> bool {
        self.told.iter().any(Option::is_some)
    }

    /// Counts the returns.
    pub(super) fn returns(&self) -> u32 {
        self.sessions - 1
    }
}

/// Names a service as an endpoint.
pub(super) fn endpoint<A: Address>(service: &Service<A>) -> Endpoint {
    Endpoint {
        ip: service.address.to_ip(),
        port: service.port,
        protocol: if service.udp {
            protocol::UDP
        } else {
            protocol::TCP
        },
    }
}

fn hour_of_day(moment: Timestamp) -> u32 {
    (moment.as_micros().rem_euclid(86_400_000_000) / 3_600_000_000) as u32
}

/// The last intervals between returns, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Intervals {
    held: [u32; HELD_INTERVALS],
    seen: u32,
}

/// Intervals kept of a contact: enough for quartiles.
const HELD_INTERVALS: usize = 16;

impl Intervals {
    fn add(&mut self, interval: Span) {
        let millis = interval.as_micros().unsigned_abs() / 1_000;
        self.held[self.seen as usize % HELD_INTERVALS] = u32::try_from(millis).unwrap_or(u32::MAX);
        self.seen = self.seen.wrapping_add(1);
    }

    /// Tells the median and the spread: the distance of the quartiles by the median. None while
    /// too few are held to speak of quartiles.
    pub(super) fn median_and_spread(&self) -> Option<(Span, f64)> {
        if (self.seen as usize) < HELD_INTERVALS {
            return None;
        }
        let mut sorted = self.held;
        sorted.sort_unstable();
        let at = |quarter: usize| f64::from(sorted[HELD_INTERVALS * quarter / 4]);
        let median = at(2).max(1.0);
        let span = Span::from_millis(i64::from(sorted[HELD_INTERVALS / 2]));
        Some((span, (at(3) - at(1)) / median))
    }
}

#[cfg(test)]
#[path = "contact_tests.rs"]
mod tests;
