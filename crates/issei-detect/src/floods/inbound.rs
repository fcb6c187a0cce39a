//! The victims among own lines and prefixes: who is watched, when each is judged, what is told.
//!
//! In: rows that the sentinels found worth it. Out: findings about victims. The judging itself is
//! pure and stands in `judge`.

use issei_model::{Address, Columns, Timestamp, protocol};

use super::judge::{Bench, Vector};
use super::kinds::Side;
use super::lines::{Line, WATCHED};
use super::report::{self, Case};
use super::tally::{Seen, window_of};
use super::victims::{Place, Told, Victims};
use super::{FloodParameters, Look, only_answers};
use crate::engine::{News, Surroundings};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::table::{Table, Visit, second};

/// Victims and the sentinels of prefixes.
#[derive(Debug)]
pub(super) struct Inbound<A: Address> {
    parameters: FloodParameters,
    alpha: f64,
    key: Key,
    prefixes: Table<(A, u8), Net>,
    victims: Victims<A>,
    due: Vec<Place<A>>,
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

/// A prefix has many lines, so it takes so much more to be worth a look.
const LEAST_OF_A_PREFIX: u64 = 4;

impl<A: Address> Inbound<A> {
    pub(super) fn new(key: Key, parameters: &Parameters) -> Self {
        let p = &parameters.floods;
        Self {
            key,
            alpha: p.alpha(&parameters.budget),
            prefixes: Table::new(key, hash_of_prefix, p.most_prefixes.value, p.forget()),
            victims: Victims::new(p.most_victims.value),
            due: Vec::new(),
            parameters: p.clone(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.victims.is_empty()
    }

    pub(super) fn turned_away(&self) -> u64 {
        self.victims.turned_away
    }

    pub(super) fn bytes(&self) -> usize {
        self.prefixes.bytes() + self.victims.bytes()
    }

    /// Begins to watch a line if what it received in this window is worth it.
    #[inline]
    pub(super) fn watch_if_worth(&mut self, columns: &Columns<A>, look: &Look<A>, slot: &mut Line) {
        let p = &self.parameters;
        let least = p.least(columns.sampling[look.row]);
        if slot.flags & WATCHED == 0
            && slot.is_worth_a_look(least, p.one_sided.value)
            && self
                .victims
                .watch((look.line, A::LINE_BITS), slot, look.last)
        {
            slot.flags |= WATCHED;
        }
    }

    /// Takes what a watched line sends.
    pub(super) fn note_sent(&mut self, columns: &Columns<A>, look: &Look<A>, questions: u64) {
        let Some(victim) = self.victims.get_mut((look.line, A::LINE_BITS)) else {
            return;
        };
        if only_answers(columns, look) {
            victim.answered += look.packets;
            return;
        }
        match columns.protocol[look.row] {
            protocol::TCP => victim.asked_streams += questions,
            _ => victim.asked_replies += questions,
        }
        victim.out += look.packets;
    }

    /// Takes what a watched line receives; tells whether it is still watched.
    pub(super) fn note_received(&mut self, columns: &Columns<A>, look: &Look<A>) -> bool {
        let place = (look.line, A::LINE_BITS);
        if look.shape.side != Side::Both {
            return self.add(place, columns, look);
        }
        let Some(victim) = self.victims.get_mut(place) else {
            return false;
        };
        victim.ordinary += look.packets;
        victim.out += columns.reverse_packets.get(look.row).copied().unwrap_or(0);
        true
    }

    /// Counts a row towards the prefixes of its victim. Only rows come here that their line did
    /// not ask for or takes no part in, so what the prefix sends need not be counted.
    pub(super) fn note_prefixes(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        look: &Look<A>,
    ) {
        let address = columns.destination[look.row];
        let p = &self.parameters;
        let least = p.least(columns.sampling[look.row]) * LEAST_OF_A_PREFIX;
        let addresses = p.addresses.value;
        for &bits in prefix_lengths(A::BITS) {
            let place = (address.prefix(bits), bits);
            let visit = Visit::new(look.row as u32, hash_of_prefix(self.key, &place));
            let Some(net) = self
                .prefixes
                .find_or_enter(&visit, place, second(around.now))
            else {
                continue;
            };
            net.note(look, self.key.line(address));
            let spread = u64::from(net.hit.count_ones()) >= addresses;
            if net.all.flags & WATCHED == 0
                && spread
                && net.all.is_worth_a_look(least, f64::INFINITY)
                && self.victims.watch(place, &net.all, look.last)
            {
                net.all.flags |= WATCHED;
            }
            let watched = net.all.flags & WATCHED != 0;
            if watched
                && !self.add(place, columns, look)
                && let Some(net) = self.prefixes.get_mut(visit.hash, place)
            {
                net.all.flags &= !WATCHED;
            }
        }
    }

    /// Judges those of whom much came just now.
    pub(super) fn judge_due(
        &mut self,
        sees_outbound: bool,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        let mut due = std::mem::take(&mut self.due);
        due.sort_unstable();
        due.dedup();
        for place in due.drain(..) {
            self.judge(place, When::Running, sees_outbound, around, news);
        }
        self.due = due;
    }

    /// Judges everybody after a window, and lets go of who was silent since `silent`.
    pub(super) fn sweep(
        &mut self,
        sees_outbound: bool,
        silent: i64,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        for place in self.victims.places() {
            let heard = self.victims.get_mut(place).map_or(0, |one| one.heard());
            let when = if heard < silent {
                When::Over
            } else {
                When::Closed
            };
            self.judge(place, when, sees_outbound, around, news);
            if when == When::Over {
                self.victims.release(place);
            }
        }
    }

    /// Tells everything in its last form.
    pub(super) fn finish(
        &mut self,
        sees_outbound: bool,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        for place in self.victims.places() {
            self.judge(place, When::Over, sees_outbound, around, news);
            self.victims.release(place);
        }
    }

    /// Adds a row to a victim's tallies; tells whether it is watched.
    fn add(&mut self, place: Place<A>, columns: &Columns<A>, look: &Look<A>) -> bool {
        let Some(victim) = self.victims.get_mut(place) else {
            return false;
        };
        let (source, address) = (columns.source[look.row], columns.destination[look.row]);
        let seen = Seen {
            first: look.first,
            last: look.last,
            source,
            source_hash: self.key.line(source),
            source_port: columns.source_port[look.row],
            part: part(address, place.1),
            address_hash: self.key.line(address),
            port: columns.destination_port[look.row],
        };
        victim
            .tally_mut(look.shape.kind, look.last, look.packets)
            .add(columns, look.row, &seen);
        if victim.is_look_due() {
            self.due.push(place);
        }
        true
    }

    /// Judges a place and tells what is new; at the end of a flood, its last form.
    fn judge(
        &mut self,
        place: Place<A>,
        when: When,
        sees_outbound: bool,
        around: &Surroundings<'_>,
        news: &mut News<A>,
    ) {
        let bench = Bench {
            parameters: &self.parameters,
            alpha: self.alpha,
            sees_outbound,
            is_prefix: place.1 < A::LINE_BITS,
            settled: when != When::Running,
        };
        let Some(victim) = self.victims.get_mut(place) else {
            return;
        };
        for vector in Vector::ALL {
            let Some(weighed) = bench.weigh(victim, vector) else {
                continue;
            };
            let case = Case {
                place,
                victim,
                vector,
                weighed: &weighed,
                sees_outbound,
            };
            let Some(told) = tell(&case, when == When::Over, around) else {
                continue;
            };
            news.findings.push(report::finding(&case, &told, around));
            victim.told[vector as usize] = Some(told);
        }
    }
}

impl Net {
    fn note<A>(&mut self, look: &Look<A>, address_hash: u64) {
        let window = window_of(look.last);
        if window > self.window {
            (self.window, self.hit) = (window, 0);
        }
        self.all.roll(window);
        self.hit |= 1 << (address_hash >> 58);
        self.all.received(look.shape, look.packets, false);
    }
}

fn tell<A: Address>(case: &Case<'_, A>, last: bool, around: &Surroundings<'_>) -> Option<Told> {
    let now: Timestamp = around.now;
    Told::next(
        case.victim.told[case.vector as usize],
        || case.name(around),
        case.weighed.level,
        case.packets(),
        last,
        now,
    )
}

/// What a place consists of, as far as its share matters: a /22 of /24s, a /24 of addresses.
fn part<A: Address>(address: A, bits: u8) -> A {
    match bits {
        22 if A::BITS == 32 => address.prefix(24),
        48 if A::BITS == 128 => address.prefix(64),
        _ => address,
    }
}

fn hash_of_prefix<A: Address>(key: Key, &(address, bits): &(A, u8)) -> u64 {
    let hash = key.line(address);
    hash.rotate_left(u32::from(bits)) ^ hash
}
