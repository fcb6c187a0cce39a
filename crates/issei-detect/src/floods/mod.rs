//! Floods from own lines, floods against own addresses, and their traces. (D6, D7)
//!
//! In: flow records sorted by direction, and the suspects that other rules tell. Out: findings
//! about own victims (lines and prefixes), own senders, remote victims, and a day's figures of
//! background radiation.
//! Always: one touched place per record; details only of the few that stand out, bounded; the
//! sources of what is reflected or forged never become a subject, and what an own line only
//! answers never counts against it.
//! Windows are ten seconds of the stream's own time. With a meter a record says whether the other
//! side took part. Under plain NetFlow that shows only in the balance of both directions over the
//! window, which is approximate: what is exported late counts when it comes.
//! Not here: scans (a sweep sends a packet or two to each of many; a flood many to one).

mod inbound;
mod judge;
mod kinds;
mod lines;
mod loads;
mod outbound;
mod outbound_report;
mod parameters;
mod radiation;
mod report;
mod scatter;
mod tally;
mod victims;

use issei_model::{
    Address, Columns, Problem, ProblemKind, Problems, Span, TcpFlags, Timestamp, protocol,
};

pub use parameters::FloodParameters;

use self::inbound::Inbound;
use self::kinds::{Kind, Shape, Side, is_amplifier, refuses, shape};
use self::lines::{BUSY, Line, SENDER, SENSOR, SUSPECT, WATCHED};
use self::outbound::{OutboundBench, Senders, Target, Targets};
use self::parameters::WINDOW_SECONDS;
use self::radiation::Sensors;
use self::scatter::Scatters;
use self::tally::{Seen, window_of};
use crate::engine::{News, Sorted, Surroundings, Suspicion};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::table::{OneLine, TOUCHED_AT_ONCE, Table, Visit, second};

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct Floods<A: Address> {
    parameters: Parameters,
    key: Key,
    lines: Table<A, Line, OneLine>,
    inbound: Inbound<A>,
    scatters: Scatters<A>,
    sensors: Sensors<A>,
    senders: Senders<A>,
    targets: Targets<A>,
    started: Option<Timestamp>,
    /// Whether anything that own lines send, or receive, was ever seen.
    sees: Sees,
    /// When silent ones are looked after; none while there is nobody.
    next_sweep: Option<Timestamp>,
    visits: Vec<Visit>,
    /// The narrow prefixes of the same rows.
    nets: Vec<Visit>,
    problems: Problems,
    counted: Counted,
}

/// Which directions were ever seen.
#[derive(Clone, Copy, Debug, Default)]
struct Sees {
    outbound: bool,
    inbound: bool,
}

/// A row on its way through the rules.
#[derive(Clone, Copy, Debug)]
struct Look<A> {
    row: usize,
    /// The own line.
    line: A,
    first: i64,
    last: i64,
    shape: Shape,
    packets: u64,
}

/// What of the tables' own counts already stands in the problems.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    lines: u64,
    victims: u64,
    details: u64,
    scatters: u64,
}

/// A record farther from the stream's time than this is taken to be of the stream's time.
const MOST_LATE: Span = Span::from_secs(3_600);
/// Answers to what was asked before the stream began may come for so long.
const WARMING: Span = Span::from_secs(900);

impl<A: Address> Floods<A> {
    /// Makes empty memories with the bounds of the parameters.
    pub(crate) fn new(parameters: &Parameters, hash_key: [u64; 2]) -> Self {
        let p = &parameters.floods;
        let key = Key::new(hash_key);
        let most = if A::BITS == 32 {
            p.most_lines_v4.value
        } else {
            p.most_lines_v6.value
        };
        Self {
            key,
            lines: Table::new(key, |key, &line| key.line(line), most, p.forget()),
            inbound: Inbound::new(key, parameters),
            scatters: Scatters::new(p.most_scatterers.value),
            sensors: Sensors::new(p.most_sensors.value),
            senders: Senders::new(p.most_senders.value),
            targets: Targets::new(p.most_targets.value),
            started: None,
            sees: Sees::default(),
            next_sweep: None,
            visits: Vec::with_capacity(TOUCHED_AT_ONCE),
            nets: Vec::with_capacity(TOUCHED_AT_ONCE),
            problems: Problems::default(),
            counted: Counted::default(),
            parameters: parameters.clone(),
        }
    }

    /// Takes a batch: what own lines send first, so that questions come before answers.
    pub(crate) fn observe(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        sorted: &Sorted,
        news: &mut News<A>,
    ) {
        self.started.get_or_insert(around.now);
        self.inbound.listen(around.now);
        self.sweep_if_due(around, news);
        self.sees.outbound |= !sorted.outbound.is_empty();
        self.sees.inbound |= !sorted.inbound.is_empty();
        for rows in sorted.outbound.chunks(TOUCHED_AT_ONCE) {
            self.touch(rows, &columns.source, columns);
            self.note_sent(around, columns);
        }
        for rows in sorted.inbound.chunks(TOUCHED_AT_ONCE) {
            self.touch(rows, &columns.destination, columns);
            self.note_received(around, columns);
        }
        if around.territory.has_dark() {
            self.note_dark(around, columns, &sorted.transit);
        }
        self.judge_due(around, news);
        self.count_problems();
    }

    /// Notes that another rule suspects a line: what suspects send is summed by target.
    pub(crate) fn suspect(&mut self, suspicion: &Suspicion<A>) {
        let visit = Visit::new(0, self.key.line(suspicion.line));
        let since = second(suspicion.since);
        if let Some(line) = self.lines.find_or_enter(&visit, suspicion.line, since) {
            line.flags |= SUSPECT;
        }
    }

    /// Tells when something is due without any record.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let day = self.sensors.next_deadline();
        self.next_sweep.into_iter().chain(day).min()
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.sweep_if_due(around, news);
    }

    /// Says what is still to be said.
    pub(crate) fn finish(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.inbound.finish(self.sees.outbound, around, news);
        self.scatters.finish(around, &mut news.findings);
        self.sensors.finish(around, &mut news.findings);
        let bench = OutboundBench {
            last: true,
            ..bench(&self.parameters, self.sees, true)
        };
        self.senders.sweep(&bench, i64::MIN, around, news);
        self.targets
            .sweep(&bench, i64::MIN, around, &mut news.findings);
        self.next_sweep = None;
        self.count_problems();
    }

    /// Tells what found no room.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.bytes()
            + self.inbound.bytes()
            + self.scatters.bytes()
            + self.sensors.bytes()
            + self.senders.bytes()
            + self.targets.bytes()
    }

    /// Reads the places that the rows will need, in loops whose loads overlap.
    fn touch(&mut self, rows: &[u32], addresses: &[A], columns: &Columns<A>) {
        self.visits.clear();
        self.nets.clear();
        for &row in rows {
            let address = addresses[row as usize];
            let line = address.prefix(A::LINE_BITS);
            self.visits.push(Visit::new(row, self.key.line(line)));
            self.nets.push(self.inbound.visit_net(row, address));
        }
        self.lines.touch(&mut self.visits);
        // Loads of prefixes are kept under sampling only, and exporters seldom change their rate
        // within a batch.
        if rows
            .first()
            .is_some_and(|&row| columns.sampling[row as usize] > 1)
        {
            self.inbound.touch_nets(&mut self.nets);
        }
    }

    fn note_sent(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let (visits, nets) = (
            std::mem::take(&mut self.visits),
            std::mem::take(&mut self.nets),
        );
        let now = second(around.now);
        for (visit, net) in visits.iter().zip(&nets) {
            let look = look(
                around,
                columns,
                visit.row,
                columns.source[visit.row as usize],
            );
            let Some(slot) = self.lines.find_or_enter(visit, look.line, now) else {
                continue;
            };
            slot.roll(window_of(look.last));
            let questions = questions(columns, &look);
            slot.asks(questions);
            let is_flood = can_flood(columns, &look);
            if !only_answers(columns, &look) {
                slot.sent(look.packets, is_flood);
            }
            let p = &self.parameters.floods;
            let enough = match look.shape.kind {
                Kind::Opening => p.outbound_openings.value,
                _ => p.outbound_packets.value,
            };
            let sampling = columns.sampling[look.row];
            // Where directions are exported apart, an upload looks one-way until its
            // acknowledgements come.
            let heard = is_stream_alone(look.shape) && slot.hears();
            if is_flood
                && !heard
                && slot.flags & SENDER == 0
                && slot.sends_much(p.least(sampling), enough, sampling)
                && self.senders.watch(look.line, slot.out_mean(), look.last)
            {
                slot.flags |= SENDER;
            }
            let flags = slot.flags;
            if sampling > 1 && look.shape.side != Side::Both {
                self.inbound
                    .note_sent_by_prefix(around, columns, net, &look, questions);
            }
            if flags & WATCHED != 0 {
                self.inbound.note_sent(columns, &look, questions);
            }
            if is_flood && flags & (SENDER | SUSPECT) != 0 {
                self.note_flooding(columns, visit, &look, flags);
            }
        }
        (self.visits, self.nets) = (visits, nets);
    }

    /// Takes what a watched sender or a suspect sends one way.
    fn note_flooding(&mut self, columns: &Columns<A>, visit: &Visit, look: &Look<A>, flags: u8) {
        let address = columns.destination[look.row];
        let seen = self.seen(columns, look, columns.source[look.row], address, address);
        let kind = look.shape.kind;
        if flags & SENDER != 0 && !self.senders.add(look.line, columns, look.row, kind, &seen) {
            self.unflag(visit, look.line, SENDER);
        }
        if flags & SUSPECT != 0 {
            self.targets.add(columns, look.row, kind, &seen);
        }
    }

    fn note_received(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let (visits, nets) = (
            std::mem::take(&mut self.visits),
            std::mem::take(&mut self.nets),
        );
        for (visit, net) in visits.iter().zip(&nets) {
            let address = columns.destination[visit.row as usize];
            let look = look(around, columns, visit.row, address);
            self.note_one_received(around, columns, (visit, net), &look);
        }
        (self.visits, self.nets) = (visits, nets);
    }

    fn note_one_received(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        (visit, net): (&Visit, &Visit),
        look: &Look<A>,
    ) {
        let now = second(around.now);
        let Some(slot) = self.lines.find_or_enter(visit, look.line, now) else {
            return;
        };
        slot.roll(window_of(look.last));
        let quiet = slot.is_quiet() && (self.sees.outbound || slot.flags & BUSY == 0);
        let odd = if look.shape.side == Side::Both {
            let back = columns.reverse_packets.get(look.row).copied();
            slot.sent(back.unwrap_or(0), false);
            slot.flags |= BUSY;
            self.sees.outbound = true;
            false
        } else {
            let is_used = matches!(look.shape.kind, Kind::Stream | Kind::Datagram);
            let unknown = is_used && look.shape.side == Side::Unknown;
            if look.shape.kind == Kind::Stream {
                slot.flags |= BUSY;
            }
            slot.received(look.shape, look.packets, unknown)
        };
        let p = &self.parameters.floods;
        let deaf = look.shape.kind == Kind::Datagram && slot.is_deaf(p.one_sided.value);
        if look.shape.side != Side::Both {
            self.inbound.watch_if_worth(columns, look, slot);
        }
        let flags = slot.flags;
        if flags & WATCHED != 0 && !self.inbound.note_received(columns, look) {
            self.unflag(visit, look.line, WATCHED);
        }
        let sampled = columns.sampling[look.row] > 1;
        if odd || (deaf && !sampled) {
            self.inbound.note_prefixes(around, columns, look);
        } else if sampled && look.shape.side != Side::Both {
            self.inbound.note_plain(around, columns, net, look);
        }
        if flags & (SENDER | SUSPECT) != 0 {
            self.note_back(columns, look, flags);
        }
        if look.shape.kind == Kind::Answer || refuses(columns, look.row) {
            self.note_answer(around, columns, look, quiet);
        }
        if radiation::counts(columns, look.row, look.shape) {
            self.note_radiation(columns, visit, look, flags);
        }
    }

    /// Notes what comes back to a line that sends much, or to a suspect.
    fn note_back(&mut self, columns: &Columns<A>, look: &Look<A>, flags: u8) {
        let target: Target<A> = (
            columns.source[look.row],
            columns.source_port[look.row],
            columns.protocol[look.row],
        );
        if flags & SENDER != 0 {
            self.senders.back(look.line, target, look.packets);
        }
        if flags & SUSPECT != 0 {
            self.targets.back(target, look.packets);
        }
    }

    /// Takes an answer that may have been caused by a forged question. Under sampling the
    /// question may have gone unseen, and in the first quarter of an hour it may have come before
    /// the stream began, unless a SYN-ACK shows that it was just asked.
    fn note_answer(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        look: &Look<A>,
        quiet: bool,
    ) {
        let address = columns.destination[look.row];
        let fresh = TcpFlags(columns.tcp_flags[look.row]).any(TcpFlags::SYN);
        let warm = self
            .started
            .is_some_and(|started| around.now.since(started) >= WARMING);
        let sampled = columns.sampling[look.row] > 1;
        let is_quiet = around.territory.is_dark(address) || (quiet && !sampled && (fresh || warm));
        let source = (columns.source[look.row], columns.source_port[look.row]);
        if !is_quiet
            && !self
                .scatters
                .knows((source.0, source.1, columns.protocol[look.row]))
        {
            return;
        }
        let seen = self.seen(columns, look, columns.source[look.row], address, address);
        self.scatters
            .add(&self.parameters, columns, look.row, &seen, is_quiet);
    }

    /// Takes answers to dark space that lies outside of what is ours.
    fn note_dark(&mut self, around: &Surroundings<'_>, columns: &Columns<A>, rows: &[u32]) {
        for &row in rows {
            let address = columns.destination[row as usize];
            if !around.territory.is_dark(address) {
                continue;
            }
            let look = look(around, columns, row, address);
            if look.shape.kind == Kind::Answer || refuses(columns, look.row) {
                self.note_answer(around, columns, &look, true);
            }
        }
    }

    fn note_radiation(&mut self, columns: &Columns<A>, visit: &Visit, look: &Look<A>, flags: u8) {
        if flags & SENSOR == 0 && self.sensors.is_full() {
            self.sensors.turned_away += 1;
            return;
        }
        let address = columns.destination[look.row];
        let seen = self.seen(columns, look, columns.source[look.row], address, address);
        if flags & SENSOR != 0 && self.sensors.add(columns, look.row, &seen) {
            return;
        }
        let begun = self.sensors.begin(address, look.first);
        if begun {
            self.sensors.add(columns, look.row, &seen);
        }
        if let Some(slot) = self.lines.get_mut(visit.hash, look.line) {
            slot.flags = slot.flags & !SENSOR | if begun { SENSOR } else { 0 };
        }
    }

    fn seen(
        &self,
        columns: &Columns<A>,
        look: &Look<A>,
        source: A,
        address: A,
        part: A,
    ) -> Seen<A> {
        Seen {
            first: look.first,
            last: look.last,
            source,
            source_hash: self.key.line(source),
            source_port: columns.source_port[look.row],
            part,
            address_hash: self.key.line(address),
            port: columns.destination_port[look.row],
        }
    }

    /// Forgets that details of a line are kept: it had to make room for another.
    fn unflag(&mut self, visit: &Visit, line: A, flag: u8) {
        if let Some(slot) = self.lines.get_mut(visit.hash, line) {
            slot.flags &= !flag;
        }
    }

    fn judge_due(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.inbound.judge_due(self.sees.outbound, around, news);
        self.scatters.judge_due(around, &mut news.findings);
        let bench = bench(&self.parameters, self.sees, false);
        self.senders.judge_due(&bench, around, news);
        let idle = self.inbound.is_empty()
            && self.scatters.is_empty()
            && self.senders.is_empty()
            && self.targets.is_empty();
        if self.next_sweep.is_none() && !idle {
            let width = Span::from_secs(i64::from(WINDOW_SECONDS));
            self.next_sweep = Some(around.now.floor(width) + width);
        }
    }

    /// Judges everybody at the end of each window, and lets go of who was silent for long.
    fn sweep_if_due(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        if self
            .sensors
            .next_deadline()
            .is_some_and(|due| due <= around.now)
        {
            self.sensors.sweep(around, &mut news.findings);
        }
        if self.next_sweep.is_none_or(|due| around.now < due) {
            return;
        }
        let silent = (around.now - self.parameters.floods.over()).as_micros();
        self.inbound.sweep(self.sees.outbound, silent, around, news);
        self.scatters.sweep(around, &mut news.findings);
        let bench = bench(&self.parameters, self.sees, true);
        self.senders.sweep(&bench, silent, around, news);
        self.targets
            .sweep(&bench, silent, around, &mut news.findings);
        self.next_sweep = None;
        self.judge_due(around, news);
    }

    fn count_problems(&mut self) {
        let counted = &mut self.counted;
        let details = self.senders.turned_away + self.targets.turned_away;
        let pairs = [
            (
                ProblemKind::LineTableFull,
                self.lines.tally().turned_away,
                &mut counted.lines,
            ),
            (
                ProblemKind::VictimTableFull,
                self.inbound.turned_away(),
                &mut counted.victims,
            ),
            (ProblemKind::DossierTableFull, details, &mut counted.details),
            (
                ProblemKind::EndpointTableFull,
                self.scatters.turned_away,
                &mut counted.scatters,
            ),
        ];
        for (kind, now, before) in pairs {
            self.problems
                .note_many(Problem::new(kind, 0, 0), now - *before);
            *before = now;
        }
    }
}

/// What the rule on outbound floods knows besides what was sent.
fn bench(parameters: &Parameters, sees: Sees, settled: bool) -> OutboundBench<'_> {
    OutboundBench {
        parameters: &parameters.floods,
        alpha: parameters.floods.alpha(&parameters.budget),
        sees_inbound: sees.inbound,
        settled,
        last: false,
    }
}

/// Reads what every rule needs of a row.
#[inline]
fn look<A: Address>(
    around: &Surroundings<'_>,
    columns: &Columns<A>,
    row: u32,
    address: A,
) -> Look<A> {
    let row = row as usize;
    let (first, last) = plausible(around, columns, row);
    Look {
        row,
        line: address.prefix(A::LINE_BITS),
        first,
        last,
        shape: shape(columns, row),
        packets: columns.packets[row].max(1),
    }
}

/// Tells whether what an own line sends can be part of a flood: not what is answered, not what
/// only answers, not what goes to a group or to everybody on the own wire.
#[inline]
fn can_flood<A: Address>(columns: &Columns<A>, look: &Look<A>) -> bool {
    look.shape.side != Side::Both
        && !only_answers(columns, look)
        && !is_for_many(columns.destination[look.row])
}

/// Tells whether a row shows TCP in one direction, and nothing is known of the other.
fn is_stream_alone(shape: Shape) -> bool {
    shape.kind == Kind::Stream && shape.side == Side::Unknown
}

/// Tells whether what an own line sends only answers or refuses what came.
#[inline]
fn only_answers<A: Address>(columns: &Columns<A>, look: &Look<A>) -> bool {
    match look.shape.kind {
        Kind::Answer => true,
        Kind::Control => !is_question(columns, look.row),
        _ => false,
    }
}

/// Tells whether an ICMP row asks for an answer: an echo request (RFC 792, RFC 4443).
fn is_question<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    matches!(columns.destination_port[row] >> 8, 8 | 128)
}

/// Tells whether an address stands for many hosts: multicast and broadcast (RFC 5771, RFC 4291).
fn is_for_many<A: Address>(address: A) -> bool {
    let bits = address.to_u128();
    if A::BITS == 32 {
        (bits as u32) >= 0xe000_0000
    } else {
        bits >> 120 == 0xff
    }
}

/// The times of a row, brought near the stream's time if they are far off.
#[inline]
fn plausible<A: Address>(
    around: &Surroundings<'_>,
    columns: &Columns<A>,
    row: usize,
) -> (i64, i64) {
    let now = around.now.as_micros();
    let last = columns.last[row];
    if last > now.saturating_add(MOST_LATE.as_micros())
        || last < now.saturating_sub(MOST_LATE.as_micros())
    {
        return (now, now);
    }
    let first = columns.first[row].clamp(last.saturating_sub(MOST_LATE.as_micros()), last);
    (first, last)
}

/// Counts the questions in a row that an own line sends: what may be answered later.
#[inline]
fn questions<A: Address>(columns: &Columns<A>, look: &Look<A>) -> u64 {
    match columns.protocol[look.row] {
        protocol::TCP => u64::from(look.shape.kind != Kind::Answer),
        protocol::UDP if is_amplifier(columns.destination_port[look.row]) => look.packets,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "world_tests.rs"]
mod world;

#[cfg(test)]
#[path = "floods_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "carpet_tests.rs"]
mod carpet_tests;
