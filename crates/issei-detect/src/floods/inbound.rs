//! The victims among own lines and prefixes: who is watched, when each is judged, what is told.
//!
//! In: rows that the sentinels found worth it. Out: findings about victims. The judging itself is
//! pure and stands in `judge`.

use issei_model::{Address, Columns, Timestamp, protocol};

use super::judge::{Bench, Vector};
use super::kinds::{Kind, Side};
use super::lines::{Baseline, Line, WATCHED};
use super::loads::{self, CLASSES, Least, Load, Sum, Watched, hash_of_narrow, prefix_lengths};
use super::parameters::{WINDOW_SECONDS, WINDOWS_A_QUARTER};
use super::report::{self, Case};
use super::tally::{Seen, window_of};
use super::victims::{Place, Told, Victims};
use super::{FloodParameters, Look, only_answers};
use crate::engine::{News, Surroundings};
use crate::hashing::Key;
use crate::parameters::Parameters;
use crate::table::{OneLine, Table, Visit, second};

/// Victims and the sentinels of prefixes.
#[derive(Debug)]
pub(super) struct Inbound<A: Address> {
    parameters: FloodParameters,
    alpha: f64,
    key: Key,
    /// What is unasked by its shape.
    prefixes: Table<(A, u8), Net>,
    /// What only the balance of both directions tells of, under sampling: narrow prefixes.
    narrow: Table<A, Load, OneLine>,
    /// The same of wide ones, summed from the narrow.
    wide: Table<A, Load>,
    /// The window in which the stream began.
    began: Option<u32>,
    /// Windows for which a prefix of which nothing is known was silent.
    silent: u16,
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

/// A prefix has many lines, so it takes so much more to be worth a look.
const LEAST_OF_A_PREFIX: u64 = 4;

impl<A: Address> Inbound<A> {
    pub(super) fn new(key: Key, parameters: &Parameters) -> Self {
        let p = &parameters.floods;
        Self {
            key,
            alpha: p.alpha(&parameters.budget),
            prefixes: Table::new(key, hash_of_prefix, p.most_prefixes.value, p.forget()),
            narrow: Table::new(key, hash_of_narrow, p.most_prefixes.value, p.forget()),
            wide: Table::new(key, hash_of_narrow, p.most_prefixes.value, p.forget()),
            began: None,
            silent: 0,
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
        self.prefixes.bytes() + self.narrow.bytes() + self.wide.bytes() + self.victims.bytes()
    }

    /// Notes since when anybody listens: a prefix that was never heard was silent for so long,
    /// unless some found no room.
    pub(super) fn listen(&mut self, now: Timestamp) {
        let now = window_of(now.as_micros());
        let began = *self.began.get_or_insert(now);
        let turned_away = self.prefixes.tally().turned_away
            + self.narrow.tally().turned_away
            + self.wide.tally().turned_away;
        self.silent = match turned_away {
            0 => u16::try_from(now.saturating_sub(began)).unwrap_or(u16::MAX),
            _ => 0,
        };
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
            net.all.was_silent(self.silent);
            net.note(look, self.key.line(address));
            let spread = u64::from(net.hit.count_ones()) >= addresses;
            let mut watched = net.all.flags & WATCHED != 0;
            if !watched && spread && net.all.is_worth_a_look(least, f64::INFINITY) {
                watched = self.watch_prefix(place, address, around);
            }
            if watched && !self.add(place, columns, look) {
                self.flag(place, address, false);
            }
        }
    }

    /// Prepares to look up the load of the narrow prefix of an address.
    #[inline]
    pub(super) fn visit_net(&self, row: u32, address: A) -> Visit {
        let [narrow, _] = places(address);
        Visit::new(row, hash_of_narrow(self.key, &narrow.0))
    }

    /// Reads the loads that will be needed.
    pub(super) fn touch_nets(&self, nets: &mut [Visit]) {
        self.narrow.touch(nets);
    }

    /// Counts what a prefix receives and what only the balance of both directions tells of.
    pub(super) fn note_plain(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        net: &Visit,
        look: &Look<A>,
    ) {
        let Some(class) = loads::class(look.shape.kind) else {
            return;
        };
        let address = columns.destination[look.row];
        let hash = self.key.line(address);
        let sum = Sum::received(window_of(look.last), class, look.packets, hash);
        let sampling = columns.sampling[look.row];
        let watched = self.load(around, address, net, &sum, sampling);
        for place in watched.places(address) {
            if !self.add(place, columns, look) {
                self.flag(place, address, false);
            }
        }
    }

    /// Counts what a prefix sends.
    pub(super) fn note_sent_by_prefix(
        &mut self,
        around: &Surroundings<'_>,
        columns: &Columns<A>,
        net: &Visit,
        look: &Look<A>,
        questions: u64,
    ) {
        let address = columns.source[look.row];
        let watched = match loads::class(look.shape.kind) {
            Some(class) => {
                let sum = Sum::sent(window_of(look.last), class, look.packets);
                self.load(around, address, net, &sum, columns.sampling[look.row])
            }
            None => self.watched(address),
        };
        for place in watched.places(address) {
            let Some(victim) = self.victims.get_mut(place) else {
                continue;
            };
            if only_answers(columns, look) {
                victim.answered += look.packets;
            } else {
                victim.out += look.packets;
                victim.sent[look.shape.kind as usize] += look.packets;
                if columns.protocol[look.row] != protocol::TCP {
                    victim.asked_replies += questions;
                }
            }
        }
    }

    /// Adds to the load of a narrow prefix, and to that of the wide one when a window closes;
    /// tells of which of them details are kept.
    #[inline]
    fn load(
        &mut self,
        around: &Surroundings<'_>,
        address: A,
        net: &Visit,
        sum: &Sum,
        sampling: u32,
    ) -> Watched {
        let least = self.least_of_a_prefix(sampling);
        let [narrow, _] = places(address);
        let now = second(around.now);
        let Some(load) = self.narrow.find_or_enter(net, narrow.0, now) else {
            return Watched::default();
        };
        let closed = load.add(sum, self.silent);
        let mut watched = load.watched;
        if !watched.narrow && load.is_worth_a_look(&least) {
            watched.narrow = self.watch_prefix(narrow, address, around);
        }
        if let Some(closed) = closed {
            watched.wide = self.widen(around, address, &closed, &least);
        }
        watched
    }

    /// Hands a window of a narrow prefix to the wide one around it; tells whether that is watched.
    fn widen(
        &mut self,
        around: &Surroundings<'_>,
        address: A,
        closed: &Sum,
        least: &Least,
    ) -> bool {
        let [narrow, wide] = places(address);
        if wide == narrow {
            return false;
        }
        let visit = Visit::new(0, hash_of_narrow(self.key, &wide.0));
        let now = second(around.now);
        let mut watched = self.victims.get_mut(wide).is_some();
        if let Some(load) = self.wide.find_or_enter(&visit, wide.0, now) {
            load.add(closed, self.silent);
            if !watched && load.is_worth_a_look(least) {
                watched = self.watch_prefix(wide, address, around);
            }
        }
        // Each narrow one learns of it when its window closes, so that what it receives and what
        // it sends are counted from the same moment on.
        self.flag(wide, address, watched);
        watched
    }

    /// Begins to watch a prefix, with all that is known of what it is used to; tells whether
    /// there was room.
    #[cold]
    fn watch_prefix(&mut self, place: Place<A>, address: A, around: &Surroundings<'_>) -> bool {
        let mut odd = Line::default();
        odd.was_silent(self.silent);
        if let Some(net) = self.prefixes.get(hash_of_prefix(self.key, &place), place) {
            odd = net.all;
        }
        let hash = hash_of_narrow(self.key, &place.0);
        let load = if is_narrow(place) {
            self.narrow.get(hash, place.0)
        } else {
            self.wide.get(hash, place.0)
        };
        let silent = [Baseline::new(0.0, 0.0, self.silent); CLASSES];
        let plain = load.map_or(silent, Load::baselines);
        let now = around.now.as_micros();
        let watched = self.victims.watch_prefix(place, &odd, plain, now);
        if watched {
            let [(narrow, _), _] = places(address);
            let visit = Visit::new(0, hash_of_narrow(self.key, &narrow));
            // What it sends is counted from now on, too.
            self.narrow
                .find_or_enter(&visit, narrow, second(around.now));
            self.flag(place, address, true);
        }
        watched
    }

    /// Notes whether details are kept of one of the prefixes of an address.
    fn flag(&mut self, place: Place<A>, address: A, is_watched: bool) {
        let hash = hash_of_prefix(self.key, &place);
        if let Some(net) = self.prefixes.get_mut(hash, place) {
            net.all.flags = net.all.flags & !WATCHED | if is_watched { WATCHED } else { 0 };
        }
        let [(narrow, _), _] = places(address);
        let hash = hash_of_narrow(self.key, &narrow);
        if let Some(load) = self.narrow.get_mut(hash, narrow) {
            match is_narrow(place) {
                true => load.watched.narrow = is_watched,
                false => load.watched.wide = is_watched,
            }
        }
    }

    /// Tells of which prefixes of an address details are kept.
    fn watched(&self, address: A) -> Watched {
        let [(narrow, _), _] = places(address);
        let load = self.narrow.get(hash_of_narrow(self.key, &narrow), narrow);
        load.map_or_else(Watched::default, |load| load.watched)
    }

    fn least_of_a_prefix(&self, sampling: u32) -> Least {
        let p = &self.parameters;
        Least {
            packets: p.least(sampling) * LEAST_OF_A_PREFIX,
            one_sided: [Kind::Datagram, Kind::Stream].map(|kind| p.received_for_one_sent(kind)),
            addresses: p.addresses.value,
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
            if when == When::Over || self.is_ordinary(place, around.now.as_micros()) {
                self.victims.release(place);
            }
        }
    }

    /// Tells whether a prefix was watched for a quarter of an hour for nothing. It is let go, so
    /// that it is compared with what it is used to by then if it is ever watched again.
    fn is_ordinary(&mut self, place: Place<A>, now: i64) -> bool {
        let quarter = i64::from(WINDOWS_A_QUARTER * WINDOW_SECONDS) * 1_000_000;
        let victim = self.victims.get_mut(place);
        place.1 < A::LINE_BITS
            && victim.is_some_and(|one| !one.is_named() && one.since() < now - quarter)
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
        let Some(victim) = self.victims.get_mut(place) else {
            return;
        };
        let is_prefix = place.1 < A::LINE_BITS;
        let watched_for = around.now.as_micros() - victim.since();
        let is_young = is_prefix && watched_for < i64::from(WINDOW_SECONDS) * 1_000_000;
        let settled = when != When::Running && !is_young;
        let bench = Bench {
            parameters: &self.parameters,
            alpha: self.alpha,
            sees_outbound,
            is_prefix,
            room: loads::room::<A>(place.1).filter(|_| is_prefix),
            settled,
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

impl Watched {
    /// The prefixes of an address of which details are kept.
    #[inline]
    fn places<A: Address>(self, address: A) -> impl Iterator<Item = Place<A>> {
        let [narrow, wide] = places(address);
        let both = [self.narrow.then_some(narrow), self.wide.then_some(wide)];
        both.into_iter().flatten()
    }
}

/// The narrow and the wide prefix of an address; the same where there is one alone.
#[inline]
fn places<A: Address>(address: A) -> [Place<A>; 2] {
    let lengths = prefix_lengths(A::BITS);
    [lengths[0], lengths[lengths.len() - 1]].map(|bits| (address.prefix(bits), bits))
}

fn is_narrow<A: Address>(place: Place<A>) -> bool {
    place.1 == prefix_lengths(A::BITS)[0]
}

fn hash_of_prefix<A: Address>(key: Key, &(address, bits): &(A, u8)) -> u64 {
    let hash = key.line(address);
    hash.rotate_left(u32::from(bits)) ^ hash
}
