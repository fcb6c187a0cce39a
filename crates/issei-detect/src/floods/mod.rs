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

mod judge;
mod kinds;
mod lines;
mod parameters;
mod report;
mod tally;
mod victims;

use issei_model::{Address, Columns, Problem, ProblemKind, Problems, Span, Timestamp, protocol};

pub use parameters::FloodParameters;

use self::judge::{Bench, Vector, Weighed};
use self::kinds::{Kind, Shape, Side, is_amplifier, shape};
use self::lines::{Line, WATCHED};
use self::parameters::WINDOW_SECONDS;
use self::report::Case;
use self::tally::{Seen, window_of};
use self::victims::{Place, Told, Victims};
use crate::engine::{News, Sorted, Surroundings, Suspicion};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::table::{OneLine, TOUCHED_AT_ONCE, Table, Visit, second};

/// The rules, and what they remember, for one address family.
#[derive(Debug)]
pub(crate) struct Floods<A: Address> {
    parameters: FloodParameters,
    key: Key,
    lines: Table<A, Line, OneLine>,
    prefixes: Table<(A, u8), Net>,
    victims: Victims<A>,
    alpha: f64,
    sees_outbound: bool,
    /// When silent victims are looked after; none while there are none.
    next_sweep: Option<Timestamp>,
    visits: Vec<Visit>,
    due: Vec<Place<A>>,
    problems: Problems,
    counted: Counted,
}

/// What of the tables' own counts already stands in the problems.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    lines: u64,
    victims: u64,
}

/// The sentinel of a prefix: that of a line, and which of its lines were hit in this window.
#[derive(Clone, Copy, Debug, Default)]
struct Net {
    all: Line,
    window: u32,
    /// A bit for each of 64 groups of lines.
    hit: u64,
}

/// When a victim is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Within a window.
    Running,
    /// After a window has closed.
    Closed,
    /// After the flood, or at the end of the input.
    Over,
}

/// Lengths of the prefixes that are watched as a whole, beside the lines themselves.
const fn prefix_lengths(bits: u8) -> &'static [u8] {
    if bits == 32 { &[24, 22] } else { &[48] }
}

/// A record farther from the stream's time than this is taken to be of the stream's time.
const MOST_LATE: Span = Span::from_secs(3_600);

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
            prefixes: Table::new(key, hash_of_prefix, p.most_prefixes.value, p.forget()),
            victims: Victims::new(p.most_victims.value),
            alpha: p.alpha(&parameters.budget),
            sees_outbound: false,
            next_sweep: None,
            visits: Vec::with_capacity(TOUCHED_AT_ONCE),
            due: Vec::new(),
            problems: Problems::default(),
            counted: Counted::default(),
            parameters: p.clone(),
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
        self.sweep_if_due(around, news);
        self.sees_outbound |= !sorted.outbound.is_empty();
        for rows in sorted.outbound.chunks(TOUCHED_AT_ONCE) {
            self.touch(rows, &columns.source);
            self.note_sent(around, columns);
        }
        for rows in sorted.inbound.chunks(TOUCHED_AT_ONCE) {
            self.touch(rows, &columns.destination);
            self.note_received(around, columns);
        }
        self.judge_due(around, news);
        self.count_problems();
    }

    /// Notes that another rule suspects a line.
    pub(crate) fn suspect(&mut self, _suspicion: &Suspicion<A>) {}

    /// Tells when something is due without any record.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.next_sweep
    }

    /// Does what is due.
    pub(crate) fn on_deadline(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        self.sweep_if_due(around, news);
    }

    /// Says what is still to be said.
    pub(crate) fn finish(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        for place in self.victims.places() {
            self.judge(around, place, When::Over, news);
            self.victims.release(place);
        }
        self.next_sweep = None;
        self.count_problems();
    }

    /// Tells what found no room.
    pub(crate) fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Tells how many bytes the tables hold.
    pub(crate) fn bytes(&self) -> usize {
        self.lines.bytes() + self.prefixes.bytes() + self.victims.bytes()
    }

    /// Reads the places that the rows will need, in loops whose loads overlap.
    fn touch(&mut self, rows: &[u32], addresses: &[A]) {
        self.visits.clear();
        for &row in rows {
            let line = addresses[row as usize].prefix(A::LINE_BITS);
            self.visits.push(Visit::new(row, self.key.line(line)));
        }
        self.lines.touch(&mut self.visits);
    }

    fn note_sent(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let visits = std::mem::take(&mut self.visits);
        let now = second(around.now);
        for visit in &visits {
            let row = visit.row as usize;
            let line = columns.source[row].prefix(A::LINE_BITS);
            let (_, last) = plausible(around, columns, row);
            let Some(slot) = self.lines.find_or_enter(visit, line, now) else {
                continue;
            };
            let shape = shape(columns, row);
            let packets = columns.packets[row].max(1);
            slot.roll(window_of(last));
            let questions = questions(columns, row, shape);
            slot.asks(questions);
            if shape.kind != Kind::Answer {
                slot.sent(packets, shape.side != Side::Both);
            }
            if slot.flags & WATCHED != 0 {
                self.note_sent_by_victim(columns, row, shape, questions);
            }
        }
        self.visits = visits;
    }

    fn note_sent_by_victim(
        &mut self,
        columns: &Columns<A>,
        row: usize,
        shape: Shape,
        questions: u64,
    ) {
        let line = columns.source[row].prefix(A::LINE_BITS);
        let packets = columns.packets[row].max(1);
        let lengths = prefix_lengths(A::BITS).iter().copied();
        for bits in lengths.chain([A::LINE_BITS]) {
            let Some(victim) = self.victims.get_mut((line.prefix(bits), bits)) else {
                continue;
            };
            match (shape.kind, columns.protocol[row]) {
                (Kind::Answer, _) => victim.answered += packets,
                (_, protocol::TCP) => victim.asked_streams += questions,
                _ => victim.asked_replies += questions,
            }
            if shape.kind != Kind::Answer {
                victim.out += packets;
            }
        }
    }

    fn note_received(&mut self, around: &Surroundings<'_>, columns: &Columns<A>) {
        let visits = std::mem::take(&mut self.visits);
        let now = second(around.now);
        for visit in &visits {
            let row = visit.row as usize;
            let line = columns.destination[row].prefix(A::LINE_BITS);
            let (_, last) = plausible(around, columns, row);
            let Some(slot) = self.lines.find_or_enter(visit, line, now) else {
                continue;
            };
            slot.roll(window_of(last));
            let shape = shape(columns, row);
            let packets = columns.packets[row].max(1);
            if shape.side == Side::Both {
                slot.sent(columns.reverse_packets[row], false);
                if slot.flags & WATCHED != 0
                    && let Some(victim) = self.victims.get_mut((line, A::LINE_BITS))
                {
                    victim.ordinary += packets;
                    victim.out += columns.reverse_packets[row];
                }
                self.sees_outbound = true;
                continue;
            }
            let unknown =
                shape.side == Side::Unknown && matches!(shape.kind, Kind::Stream | Kind::Datagram);
            let odd = slot.received(shape, packets, unknown);
            let p = &self.parameters;
            let least = p.least(columns.sampling[row]);
            let deaf = slot.out == 0 && shape.kind == Kind::Datagram;
            if slot.flags & WATCHED == 0
                && slot.is_worth_a_look(least, p.one_sided.value)
                && self.victims.watch((line, A::LINE_BITS), slot, last)
            {
                slot.flags |= WATCHED;
            }
            if slot.flags & WATCHED != 0
                && !self.add((line, A::LINE_BITS), around, columns, row, shape)
            {
                // It had to make room for another.
                self.forget_watch(visit, line);
            }
            if odd || deaf {
                self.note_prefixes(around, columns, row, shape);
            }
        }
        self.visits = visits;
    }

    fn forget_watch(&mut self, visit: &Visit, line: A) {
        if let Some(slot) = self.lines.get_mut(visit.hash, line) {
            slot.flags &= !WATCHED;
        }
    }

    /// Adds a row to a victim's tallies; tells whether it is watched.
    fn add(
        &mut self,
        place: Place<A>,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        row: usize,
        shape: Shape,
    ) -> bool {
        let Some(victim) = self.victims.get_mut(place) else {
            return false;
        };
        let (first, last) = plausible(around, columns, row);
        let (source, address) = (columns.source[row], columns.destination[row]);
        let seen = Seen {
            first,
            last,
            source,
            source_hash: self.key.line(source),
            source_port: columns.source_port[row],
            part: part(address, place.1),
            address_hash: self.key.line(address),
            port: columns.destination_port[row],
        };
        let packets = columns.packets[row].max(1);
        victim
            .tally_mut(shape.kind, last, packets)
            .add(columns, row, &seen);
        if victim.is_look_due() {
            self.due.push(place);
        }
        true
    }

    /// Counts a row towards the prefixes of its victim.
    fn note_prefixes(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        row: usize,
        shape: Shape,
    ) {
        let address = columns.destination[row];
        let (_, last) = plausible(around, columns, row);
        let least = self.parameters.least(columns.sampling[row]);
        for &bits in prefix_lengths(A::BITS) {
            let place = (address.prefix(bits), bits);
            let visit = Visit::new(row as u32, hash_of_prefix(self.key, &place));
            let Some(net) = self
                .prefixes
                .find_or_enter(&visit, place, second(around.now))
            else {
                continue;
            };
            net.roll(window_of(last));
            net.hit |= 1 << (self.key.line(address) >> 58);
            net.all.received(shape, columns.packets[row].max(1), false);
            let spread = u64::from(net.hit.count_ones()) >= self.parameters.addresses.value;
            if net.all.flags & WATCHED == 0
                && spread
                && net
                    .all
                    .is_worth_a_look(least * LEAST_OF_A_PREFIX, f64::INFINITY)
                && self.victims.watch(place, &net.all, last)
            {
                net.all.flags |= WATCHED;
            }
            let watched = net.all.flags & WATCHED != 0;
            if watched
                && !self.add(place, around, columns, row, shape)
                && let Some(net) = self.prefixes.get_mut(visit.hash, place)
            {
                net.all.flags &= !WATCHED;
            }
        }
    }

    fn judge_due(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        due.dedup();
        for place in due.drain(..) {
            self.judge(around, place, When::Running, news);
        }
        self.due = due;
        if self.next_sweep.is_none() && !self.victims.is_empty() {
            let width = Span::from_secs(i64::from(WINDOW_SECONDS));
            self.next_sweep = Some(around.now.floor(width) + width);
        }
    }

    /// Judges a place and tells what is new; at the end of a flood, its last form.
    fn judge(
        &mut self,
        around: &Surroundings<'_>,
        place: Place<A>,
        when: When,
        news: &mut News<A>,
    ) {
        let bench = Bench {
            parameters: &self.parameters,
            alpha: self.alpha,
            sees_outbound: self.sees_outbound,
            is_prefix: place.1 < A::LINE_BITS,
            settled: when != When::Running,
        };
        let Some(victim) = self.victims.get_mut(place) else {
            return;
        };
        let weighed = Vector::ALL.map(|vector| bench.weigh(victim, vector));
        for (vector, weighed) in Vector::ALL.into_iter().zip(&weighed) {
            let Some(weighed) = weighed else { continue };
            let case = Case {
                place,
                victim,
                vector,
                weighed,
                sees_outbound: self.sees_outbound,
            };
            let Some(told) = tell(&case, around, when == When::Over) else {
                continue;
            };
            news.findings.push(report::finding(&case, &told, around));
            victim.told[vector as usize] = Some(told);
        }
    }

    /// Judges everybody at the end of each window, and lets go of who was silent for long.
    fn sweep_if_due(&mut self, around: &Surroundings<'_>, news: &mut News<A>) {
        if self.next_sweep.is_none_or(|due| around.now < due) {
            return;
        }
        let silent = around.now - self.parameters.over();
        for place in self.victims.places() {
            let heard = self.victims.get_mut(place).map_or(0, |one| one.heard());
            let over = heard < silent.as_micros();
            let when = if over { When::Over } else { When::Closed };
            self.judge(around, place, when, news);
            if over {
                self.victims.release(place);
            }
        }
        self.next_sweep = None;
        self.judge_due(around, news);
    }

    fn count_problems(&mut self) {
        let lines = self.lines.tally().turned_away;
        let victims = self.victims.turned_away;
        let note = |problems: &mut Problems, kind, now: u64, before: &mut u64| {
            problems.note_many(Problem::new(kind, 0, 0), now - *before);
            *before = now;
        };
        note(
            &mut self.problems,
            ProblemKind::LineTableFull,
            lines,
            &mut self.counted.lines,
        );
        note(
            &mut self.problems,
            ProblemKind::VictimTableFull,
            victims,
            &mut self.counted.victims,
        );
    }
}

impl Net {
    fn roll(&mut self, window: u32) {
        if window > self.window {
            (self.window, self.hit) = (window, 0);
        }
        self.all.roll(window);
    }
}

/// What a place consists of, as far as its share matters: a /22 of /24s, a /24 of addresses.
fn part<A: Address>(address: A, bits: u8) -> A {
    match bits {
        22 if A::BITS == 32 => address.prefix(24),
        48 if A::BITS == 128 => address.prefix(64),
        _ => address,
    }
}

/// A prefix has many lines, so it takes so much more to be worth a look.
const LEAST_OF_A_PREFIX: u64 = 4;

fn hash_of_prefix<A: Address>(key: Key, &(address, bits): &(A, u8)) -> u64 {
    key.line(address).rotate_left(u32::from(bits)) ^ key.line(address)
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
fn questions<A: Address>(columns: &Columns<A>, row: usize, shape: Shape) -> u64 {
    match columns.protocol[row] {
        protocol::TCP => u64::from(shape.kind != Kind::Answer),
        protocol::UDP if is_amplifier(columns.destination_port[row]) => columns.packets[row].max(1),
        _ => 0,
    }
}

/// Decides whether to tell a flood, and as what revision.
fn tell<A: Address>(case: &Case<'_, A>, around: &Surroundings<'_>, last: bool) -> Option<Told> {
    let packets = case.packets();
    let weighed: &Weighed = case.weighed;
    let Some(before) = case.victim.told[case.vector as usize] else {
        return Some(Told {
            id: case.name(around),
            revision: 1,
            level: weighed.level,
            decided_at: around.now,
            packets,
        });
    };
    let level = before.level.max(weighed.level);
    let news = packets >= 2 * before.packets
        || level != before.level
        || (last && packets != before.packets);
    news.then(|| Told {
        revision: before.revision.saturating_add(1),
        level,
        packets,
        ..before
    })
}

#[cfg(test)]
#[path = "floods_tests.rs"]
mod tests;
