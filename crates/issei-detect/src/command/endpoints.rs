//! The memory of contacts: which lines talk to which remote service, how much, since when.
//!
//! A bounded open-addressed table. A slot of 64 bytes (IPv4) keeps up to six contacting lines;
//! a service with more gets a place in a pool: a bottom-k sample of 64 by keyed hash, which is a
//! uniform sample of the distinct contacting lines, and from which their number can be read
//! (relative standard error 12.7 %). Where the pool is full the slot goes on as a sample of six.
//! Time passes in epochs: what is read covers the current epoch and the one before.
//!
//! Places: a service may stand in either of two groups of sixteen slots, chosen by its hash, so
//! the table fills to 95 % with a few in a thousand displaced, and a search never looks farther.
//! One byte of hash per slot is kept apart and answers most searches without touching slots.
//! When both groups are full, a cold service with a single contact makes room, else one that no
//! suspect contacted. What finds no room is counted.

use issei_model::Address;

use crate::hashing::{Key, Service};
use crate::statistics::{DistinctEstimate, distinct_from_bottom};

/// Lines of a promoted service's sample, per epoch.
pub(super) const SAMPLE_ROOM: usize = 64;
/// Lines that a slot holds by itself: what fits into 64 bytes.
pub(super) const SLOT_ROOM: usize = 6;
/// Slots of a group: as many tags as two words compare.
const GROUP: usize = 16;
/// Slots of a new table.
const FIRST_SLOTS: usize = 64 * GROUP;
/// A crowded table doubles at this many sixteenths, until its bound.
const FULL_SIXTEENTHS: usize = 14;

const COUNT: u8 = 0x07;
const PROMOTED: u8 = 0x08;
const ANSWERED: u8 = 0x10;
/// A suspect contacted the service.
const SUSPECTED: u8 = 0x20;
const UDP: u8 = 0x40;
/// More lines came than the slot holds, and the pool had no place: the slot is a sample.
const CROWDED: u8 = 0x80;

/// A service and what is known of its contacts. Aligned, so that one cache line brings all of an
/// IPv4 slot; an IPv6 slot takes two.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Slot<A> {
    address: A,
    /// Second of the first contact.
    first: u32,
    port: u16,
    /// Minutes from the first to the last contact.
    last: u16,
    state: u8,
    epoch: u8,
    /// A bit per line held: contacted in the slot's epoch.
    fresh: u8,
    class: u8,
    bytes_out: u32,
    bytes_in: u32,
    packets_out: u32,
    /// Names of lines; if promoted, the place in the pool, the current sample's limit and size.
    lines: [u32; SLOT_ROOM],
    /// Minutes from the service's first contact to the line's.
    minutes: [u16; SLOT_ROOM],
}

/// The smallest names of the lines that made contact within one epoch, rising.
#[derive(Clone, Debug)]
struct Bottom {
    lines: [u32; SAMPLE_ROOM],
    minutes: [u16; SAMPLE_ROOM],
    held: u8,
}

impl Bottom {
    const EMPTY: Self = Self {
        lines: [0; SAMPLE_ROOM],
        minutes: [0; SAMPLE_ROOM],
        held: 0,
    };

    fn names(&self) -> &[u32] {
        &self.lines[..usize::from(self.held)]
    }

    /// Guesses where a name stands or would stand. Names are spread evenly up to the limit, so
    /// the guess is some four places off: one cache line, where halving would read four.
    #[inline]
    fn guess(line: u32, held: usize, limit: u32) -> usize {
        let share = u64::from(line) * held as u64 / (u64::from(limit) + 1);
        (share as usize).min(SAMPLE_ROOM - 1)
    }

    /// Finds a name, or the place where it would stand.
    #[inline]
    fn search(&self, line: u32) -> Result<usize, usize> {
        self.search_among(line, usize::from(self.held), self.limit())
    }

    /// Searches when size and limit are known already, so that only the guessed place is read.
    #[inline]
    fn search_among(&self, line: u32, held: usize, limit: u32) -> Result<usize, usize> {
        let names = &self.lines[..held.min(SAMPLE_ROOM)];
        let mut at = Self::guess(line, names.len(), limit).min(names.len());
        while at > 0 && names[at - 1] >= line {
            at -= 1;
        }
        while at < names.len() && names[at] < line {
            at += 1;
        }
        if names.get(at) == Some(&line) {
            Ok(at)
        } else {
            Err(at)
        }
    }

    /// The greatest name that can still enter or already stands in the sample.
    fn limit(&self) -> u32 {
        if usize::from(self.held) < SAMPLE_ROOM {
            u32::MAX
        } else {
            self.lines[SAMPLE_ROOM - 1]
        }
    }

    fn minute_of(&self, line: u32) -> Option<u16> {
        let at = self.search(line).ok()?;
        Some(self.minutes[at])
    }

    fn add(&mut self, line: u32, minute: u16) {
        if let Err(at) = self.search(line) {
            self.insert(at, line, minute);
        }
    }

    /// Puts a name where [`Self::search`] did not find it; the greatest falls out if it must.
    fn insert(&mut self, at: usize, line: u32, minute: u16) {
        if at == SAMPLE_ROOM {
            return;
        }
        let end = usize::from(self.held).min(SAMPLE_ROOM - 1);
        self.lines.copy_within(at..end, at + 1);
        self.minutes.copy_within(at..end, at + 1);
        self.lines[at] = line;
        self.minutes[at] = minute;
        self.held = (end + 1) as u8;
    }
}

/// What a service has in the pool. The names of the current sample begin a cache line.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
struct Promotion {
    current: Bottom,
    previous: Bottom,
    bytes_out: u64,
    bytes_in: u64,
    packets_out: u64,
}

/// One line of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Contact {
    /// The line's name.
    pub(super) line: u32,
    /// Second of its first contact, to the minute.
    pub(super) since: u32,
}

/// What the table knows of a service, for the judge and for people.
#[derive(Clone, Debug)]
pub(super) struct Known<A> {
    pub(super) service: Service<A>,
    /// Whether it was ever seen to answer.
    pub(super) answered: bool,
    /// Lines that made contact, in this epoch and the one before.
    pub(super) distinct: DistinctEstimate,
    /// Second of the first contact.
    pub(super) first: u32,
    /// Second of the last contact, to the minute.
    pub(super) last: u32,
    pub(super) bytes_out: u64,
    pub(super) bytes_in: u64,
    pub(super) packets_out: u64,
}

/// Counts of what the table did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EndpointTally {
    /// Services entered.
    pub(super) entered: u64,
    /// Services with a single cold contact that made room.
    pub(super) evicted: u64,
    /// Contacts not remembered because nothing could make room.
    pub(super) turned_away: u64,
    /// Lines that found the pool full and a slot crowded.
    pub(super) crowded: u64,
    /// Services forgotten after two epochs of silence.
    pub(super) forgotten: u64,
}

/// The table.
#[derive(Clone, Debug)]
pub(super) struct Endpoints<A> {
    key: Key,
    tags: Vec<u8>,
    slots: Vec<Slot<A>>,
    pool: Vec<Promotion>,
    free: Vec<u32>,
    used: usize,
    most_slots: usize,
    most_promoted: usize,
    epoch: u8,
    hand: usize,
    pub(super) tally: EndpointTally,
}

impl<A: Address> Endpoints<A> {
    /// Makes an empty table that grows to `most` services (rounded up to a power of two) and
    /// `most_promoted` samples.
    pub(super) fn new(key: Key, most: usize, most_promoted: usize) -> Self {
        let most_slots = most.next_power_of_two().max(FIRST_SLOTS);
        Self {
            key,
            tags: vec![0; FIRST_SLOTS],
            slots: vec![Slot::default(); FIRST_SLOTS],
            pool: Vec::new(),
            free: Vec::new(),
            used: 0,
            most_slots,
            most_promoted,
            epoch: 0,
            hand: 0,
            tally: EndpointTally::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Tells how many bytes the table holds.
    pub(super) fn bytes(&self) -> usize {
        self.tags.capacity()
            + self.slots.capacity() * size_of::<Slot<A>>()
            + self.pool.capacity() * size_of::<Promotion>()
            + self.free.capacity() * 4
    }

    /// Begins the epoch with this number. Slots follow when they are next touched.
    pub(super) fn begin_epoch(&mut self, number: i64) {
        self.epoch = number.rem_euclid(256) as u8;
    }

    /// Reads the tags that a search for `hash` will read, so that they are at hand.
    #[inline]
    pub(super) fn touch_tags(&self, hash: u64) -> u8 {
        let [one, other] = self.groups(hash);
        self.tags[one * GROUP] ^ self.tags[other * GROUP]
    }

    /// Guesses from the tags where a service stands; any place if it does not. Without a branch:
    /// which of two groups holds a service is a coin toss, and a wrong guess of the processor's
    /// would make it wait for the tags and keep it from reading ahead.
    #[inline]
    pub(super) fn likely_place(&self, hash: u64) -> usize {
        let groups = self.groups(hash);
        let found = groups.map(|group| self.matches(group, tag_of(hash)));
        let which = usize::from(found[0] == 0);
        groups[which] * GROUP + first_match(found[which]).min(GROUP - 1)
    }

    /// Reads the slot at a place, so that it is at hand.
    #[inline]
    pub(super) fn touch_slot(&self, at: usize) -> u32 {
        self.slots[at].first
    }

    /// Reads what noting a contact of `line` will need of the sample of the slot at `at`, once
    /// the slot itself is at hand.
    #[inline]
    pub(super) fn touch_sample(&self, at: usize, line: u32) -> u32 {
        let slot = &self.slots[at];
        if slot.state & PROMOTED == 0 || line > slot.lines[1] {
            return 0;
        }
        let place = Bottom::guess(line, slot.lines[2] as usize, slot.lines[1]);
        let promotion = self.pool.get(slot.lines[0] as usize);
        promotion.map_or(0, |promotion| promotion.current.lines[place])
    }

    /// Finds a service, trying the place that [`Self::likely_place`] told first.
    #[inline]
    pub(super) fn find_near(
        &self,
        likely: usize,
        hash: u64,
        service: &Service<A>,
    ) -> Option<usize> {
        let slot = self.slots.get(likely)?;
        if self.tags[likely] != 0 && slot.holds(service) {
            return Some(likely);
        }
        self.find(hash, service)
    }

    /// Finds a service.
    pub(super) fn find(&self, hash: u64, service: &Service<A>) -> Option<usize> {
        for group in self.groups(hash) {
            let mut found = self.matches(group, tag_of(hash));
            while found != 0 {
                let at = group * GROUP + first_match(found);
                if self.slots[at].holds(service) {
                    return Some(at);
                }
                found &= found - 1;
            }
        }
        None
    }

    /// Finds a service or makes a place for it; none if nothing can make room.
    /// `class` is asked once, when the service is entered.
    #[inline]
    pub(super) fn find_or_enter(
        &mut self,
        likely: usize,
        hash: u64,
        service: &Service<A>,
        second: u32,
        class: impl FnOnce() -> u8,
    ) -> Option<usize> {
        if let Some(at) = self.find_near(likely, hash, service) {
            return Some(at);
        }
        self.enter(hash, service, second, class())
    }

    #[cold]
    fn enter(&mut self, hash: u64, service: &Service<A>, second: u32, class: u8) -> Option<usize> {
        let Some(at) = self.make_room(hash) else {
            self.tally.turned_away += 1;
            return None;
        };
        self.tags[at] = tag_of(hash);
        self.slots[at] = Slot {
            address: service.address,
            port: service.port,
            state: if service.udp { UDP } else { 0 },
            first: second,
            epoch: self.epoch,
            class,
            ..Slot::default()
        };
        self.used += 1;
        self.tally.entered += 1;
        Some(at)
    }

    /// Notes that a line contacted the service at `at`.
    #[inline]
    pub(super) fn contact(&mut self, at: usize, line: u32, second: u32) {
        self.refresh(at, second);
        let slot = &mut self.slots[at];
        let minute = (second.saturating_sub(slot.first) / 60).min(u32::from(u16::MAX)) as u16;
        slot.last = slot.last.max(minute);
        if slot.state & PROMOTED != 0 {
            if line <= slot.lines[1] {
                self.sample_line(at, line, minute);
            }
            return;
        }
        let held = usize::from(slot.state & COUNT);
        if let Some(place) = slot.lines[..held].iter().position(|&held| held == line) {
            slot.fresh |= 1 << place;
        } else if held < SLOT_ROOM {
            slot.lines[held] = line;
            slot.minutes[held] = minute;
            slot.fresh |= 1 << held;
            slot.state += 1;
        } else if self.promote(at) {
            self.sample_line(at, line, minute);
        } else {
            self.crowd(at, line, minute);
        }
    }

    /// Adds what a line sent. Amounts are already scaled by the sampling rate.
    #[inline]
    pub(super) fn sent(&mut self, at: usize, packets: u64, bytes: u64) {
        let slot = &mut self.slots[at];
        let packets = packets.saturating_add(u64::from(slot.packets_out));
        let bytes = bytes.saturating_add(u64::from(slot.bytes_out));
        match (u32::try_from(packets), u32::try_from(bytes)) {
            (Ok(packets), Ok(bytes)) => (slot.packets_out, slot.bytes_out) = (packets, bytes),
            _ => self.spill(at, packets, bytes, 0),
        }
    }

    /// Adds what a service sent back.
    #[inline]
    pub(super) fn answered(&mut self, at: usize, bytes: u64) {
        let slot = &mut self.slots[at];
        slot.state |= ANSWERED;
        let bytes = bytes.saturating_add(u64::from(slot.bytes_in));
        match u32::try_from(bytes) {
            Ok(bytes) => slot.bytes_in = bytes,
            Err(_) => self.spill(at, 0, 0, bytes),
        }
    }

    /// Marks the service at `at` as contacted by a suspect. Tells whether it was marked already.
    #[inline]
    pub(super) fn mark_suspected(&mut self, at: usize) -> bool {
        let before = self.slots[at].state;
        self.slots[at].state |= SUSPECTED;
        before & SUSPECTED != 0
    }

    /// Tells the class that contacting the service at `at` gives a line; 0 for none.
    #[inline]
    pub(super) fn class(&self, at: usize) -> u8 {
        self.slots[at].class
    }

    /// Tells whether the service at `at` stands where peers stand: UDP, at a client's port.
    pub(super) fn is_peerlike(&self, at: usize) -> bool {
        let slot = &self.slots[at];
        slot.state & UDP != 0 && slot.port >= super::FIRST_CLIENT_PORT
    }

    /// Tells the places that hold a service.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.tags.len()).filter(|&at| self.tags[at] != 0)
    }

    /// Reads the sample of the lines that contacted the service at `at` in this epoch and the
    /// one before, rising by name. Tells its limit: every contacting line whose name does not
    /// exceed it is in the sample; `u32::MAX` if the sample is everyone.
    pub(super) fn sampled(&self, at: usize, out: &mut Vec<Contact>) -> u32 {
        out.clear();
        let slot = &self.slots[at];
        let contact = |line, minute: u16| Contact {
            line,
            since: slot.first.saturating_add(u32::from(minute) * 60),
        };
        let age = self.epoch.wrapping_sub(slot.epoch);
        if slot.state & PROMOTED == 0 {
            let held = usize::from(slot.state & COUNT);
            let counts = |place: &usize| age == 0 || (age == 1 && slot.fresh >> place & 1 == 1);
            let inside = (0..held).filter(counts);
            out.extend(inside.map(|place| contact(slot.lines[place], slot.minutes[place])));
            out.sort_unstable();
            let greatest = out.last().map_or(u32::MAX, |contact| contact.line);
            return if slot.state & CROWDED == 0 {
                u32::MAX
            } else {
                greatest
            };
        }
        let Some(promotion) = self.pool.get(slot.lines[0] as usize) else {
            return u32::MAX;
        };
        let (newer, older) = (&promotion.current, &promotion.previous);
        let both: &[&Bottom] = match age {
            0 => &[newer, older],
            1 => &[newer],
            _ => &[],
        };
        for bottom in both {
            let lines = bottom.names().iter().zip(bottom.minutes);
            out.extend(lines.map(|(&line, minute)| contact(line, minute)));
        }
        out.sort_unstable();
        out.dedup_by_key(|contact| contact.line);
        // The union of two bottom samples is a bottom sample only up to the smaller limit.
        let limits = both.iter().map(|bottom| bottom.limit());
        let limit = limits.min().unwrap_or(u32::MAX);
        out.retain(|contact| contact.line <= limit);
        if limit == u32::MAX && out.len() <= SAMPLE_ROOM {
            return u32::MAX;
        }
        out.truncate(SAMPLE_ROOM);
        out.last().map_or(u32::MAX, |contact| contact.line)
    }

    /// Tells what is known of the service at `at`, given the size of its sample and the limit
    /// from [`Self::sampled`].
    pub(super) fn known(&self, at: usize, sampled: usize, limit: u32) -> Known<A> {
        let slot = &self.slots[at];
        let promoted = slot.state & PROMOTED != 0;
        let promotion = promoted
            .then(|| self.pool.get(slot.lines[0] as usize))
            .flatten();
        let room = if limit == u32::MAX {
            usize::MAX
        } else {
            sampled
        };
        let wide = |narrow: u32, wide: fn(&Promotion) -> u64| {
            promotion.map_or(0, wide).saturating_add(u64::from(narrow))
        };
        Known {
            service: slot.service(),
            answered: slot.state & ANSWERED != 0,
            distinct: distinct_from_bottom(sampled, room, limit),
            first: slot.first,
            last: slot.first.saturating_add(u32::from(slot.last) * 60),
            bytes_out: wide(slot.bytes_out, |p| p.bytes_out),
            bytes_in: wide(slot.bytes_in, |p| p.bytes_in),
            packets_out: wide(slot.packets_out, |p| p.packets_out),
        }
    }

    /// Forgets services that were silent for two epochs and takes pool places back from those
    /// that need none. `keep_pinned` tells whether a pin still holds.
    pub(super) fn sweep(&mut self) {
        let mut sample = Vec::with_capacity(2 * SAMPLE_ROOM);
        for at in 0..self.tags.len() {
            if self.tags[at] == 0 {
                continue;
            }
            let age = self.epoch.wrapping_sub(self.slots[at].epoch);
            if age >= 2 {
                self.forget(at);
                self.tally.forgotten += 1;
            } else if age == 1 && self.slots[at].state & PROMOTED != 0 {
                self.sampled(at, &mut sample);
                if sample.len() <= SLOT_ROOM {
                    self.demote(at, &sample);
                }
            }
        }
    }

    fn groups(&self, hash: u64) -> [usize; 2] {
        let mask = self.slots.len() / GROUP - 1;
        let one = hash as usize & mask;
        let other = (hash >> 28) as usize & mask;
        [one, if other == one { one ^ 1 } else { other }]
    }

    /// Marks the places of a group whose tag is `tag` by the top bit of their byte; a place just
    /// above a true match may be marked in error, so a match is always checked.
    #[inline]
    fn matches(&self, group: usize, tag: u8) -> u128 {
        const ONES: u128 = u128::from_ne_bytes([0x01; GROUP]);
        const TOPS: u128 = u128::from_ne_bytes([0x80; GROUP]);
        let Some(bytes) = self.tags[group * GROUP..].first_chunk::<GROUP>() else {
            return 0;
        };
        let difference = u128::from_le_bytes(*bytes) ^ (ONES * u128::from(tag));
        difference.wrapping_sub(ONES) & !difference & TOPS
    }

    fn make_room(&mut self, hash: u64) -> Option<usize> {
        if self.used * 16 >= self.slots.len() * FULL_SIXTEENTHS
            && self.slots.len() < self.most_slots
        {
            self.double();
        }
        if let Some(at) = self.empty_place(hash) {
            return Some(at);
        }
        if self.slots.len() < self.most_slots {
            self.double();
            if let Some(at) = self.empty_place(hash) {
                return Some(at);
            }
        }
        let at = self.coldest(hash)?;
        self.forget(at);
        self.tally.evicted += 1;
        Some(at)
    }

    /// Finds an empty place in the emptier of the two groups.
    fn empty_place(&self, hash: u64) -> Option<usize> {
        let [one, other] = self.groups(hash);
        let (in_one, in_other) = (self.matches(one, 0), self.matches(other, 0));
        let (group, found) = if in_one.count_ones() >= in_other.count_ones() {
            (one, in_one)
        } else {
            (other, in_other)
        };
        // The lowest mark is always true, so no check is needed.
        (found != 0).then(|| group * GROUP + first_match(found))
    }

    /// Chooses what makes room: a service with a single contact, else one that no suspect
    /// contacted, never one with a place in the pool. Of those compared rather one that never
    /// answered, else the one longest silent. Four places are compared at a time, beginning where
    /// the hand stands, so that this stays cheap.
    fn coldest(&mut self, hash: u64) -> Option<usize> {
        self.hand = self.hand.wrapping_add(5);
        let single = |slot: &Slot<A>| slot.state & PROMOTED == 0 && slot.state & COUNT <= 1;
        let unsuspected = |slot: &Slot<A>| slot.state & (PROMOTED | SUSPECTED) == 0;
        self.coldest_that(hash, single)
            .or_else(|| self.coldest_that(hash, unsuspected))
    }

    fn coldest_that(&self, hash: u64, may_go: impl Fn(&Slot<A>) -> bool) -> Option<usize> {
        let groups = self.groups(hash);
        (0..2 * GROUP / 4).find_map(|look| {
            let places = (0..4).map(|i| {
                let place = self.hand.wrapping_add(look * 4 + i) % (2 * GROUP);
                groups[place / GROUP] * GROUP + place % GROUP
            });
            let cold = places.filter(|&at| may_go(&self.slots[at]));
            cold.min_by_key(|&at| {
                let slot = &self.slots[at];
                let answered = slot.state & ANSWERED != 0;
                (
                    answered,
                    slot.first.saturating_add(u32::from(slot.last) * 60),
                )
            })
        })
    }

    fn forget(&mut self, at: usize) {
        if self.slots[at].state & PROMOTED != 0 {
            self.free.push(self.slots[at].lines[0]);
        }
        self.slots[at] = Slot::default();
        self.tags[at] = 0;
        self.used -= 1;
    }

    fn double(&mut self) {
        let doubled = self.slots.len() * 2;
        let old_slots = std::mem::replace(&mut self.slots, vec![Slot::default(); doubled]);
        let old_tags = std::mem::replace(&mut self.tags, vec![0; doubled]);
        for (slot, tag) in old_slots.into_iter().zip(old_tags) {
            if tag == 0 {
                continue;
            }
            let hash = self.key.service(&slot.service());
            match self.empty_place(hash) {
                Some(at) => (self.tags[at], self.slots[at]) = (tag, slot),
                // Two full groups in a table that is less than half full: all but impossible.
                None => {
                    self.used -= 1;
                    self.tally.evicted += 1;
                    if slot.state & PROMOTED != 0 {
                        self.free.push(slot.lines[0]);
                    }
                }
            }
        }
    }

    /// Lets a slot follow the table into the current epoch.
    #[inline]
    fn refresh(&mut self, at: usize, second: u32) {
        let slot = &mut self.slots[at];
        if slot.epoch != self.epoch {
            self.enter_epoch(at, second);
        }
    }

    #[cold]
    fn enter_epoch(&mut self, at: usize, second: u32) {
        let slot = &mut self.slots[at];
        let gone = self.epoch.wrapping_sub(slot.epoch) >= 2;
        slot.epoch = self.epoch;
        if gone {
            (slot.bytes_out, slot.bytes_in, slot.packets_out) = (0, 0, 0);
            (slot.first, slot.last) = (second, 0);
        }
        if slot.state & PROMOTED == 0 {
            slot.drop_stale(gone);
            return;
        }
        (slot.lines[1], slot.lines[2]) = (u32::MAX, 0);
        if let Some(promotion) = self.pool.get_mut(slot.lines[0] as usize) {
            std::mem::swap(&mut promotion.current, &mut promotion.previous);
            promotion.current.held = 0;
            if gone {
                promotion.previous.held = 0;
                (
                    promotion.bytes_out,
                    promotion.bytes_in,
                    promotion.packets_out,
                ) = (0, 0, 0);
            }
        }
    }

    fn sample_line(&mut self, at: usize, line: u32, minute: u16) {
        let slot = &mut self.slots[at];
        if let Some(promotion) = self.pool.get_mut(slot.lines[0] as usize) {
            let held = slot.lines[2] as usize;
            let Err(place) = promotion.current.search_among(line, held, slot.lines[1]) else {
                return;
            };
            // A line known from the epoch before keeps the time of its first contact.
            let minute = promotion.previous.minute_of(line).unwrap_or(minute);
            promotion.current.insert(place, line, minute);
            slot.lines[1] = promotion.current.limit();
            slot.lines[2] = u32::from(promotion.current.held);
        }
    }

    /// Moves a full slot into the pool; false if there is no place.
    fn promote(&mut self, at: usize) -> bool {
        let place = match self.free.pop() {
            Some(place) => place,
            None if self.pool.len() < self.most_promoted => self.new_place(),
            None => return false,
        };
        let slot = &mut self.slots[at];
        let promotion = &mut self.pool[place as usize];
        (promotion.current.held, promotion.previous.held) = (0, 0);
        (
            promotion.bytes_out,
            promotion.bytes_in,
            promotion.packets_out,
        ) = (0, 0, 0);
        for held in 0..usize::from(slot.state & COUNT) {
            let bottom = if slot.fresh >> held & 1 == 1 {
                &mut promotion.current
            } else {
                &mut promotion.previous
            };
            bottom.add(slot.lines[held], slot.minutes[held]);
        }
        slot.state = slot.state & !COUNT & !CROWDED | PROMOTED;
        slot.lines[0] = place;
        slot.lines[1] = u32::MAX;
        slot.lines[2] = u32::from(promotion.current.held);
        true
    }

    /// Adds a place to the pool, which grows by a sixteenth of its bound at a time, for doubling
    /// would pass the bound.
    fn new_place(&mut self) -> u32 {
        if self.pool.len() == self.pool.capacity() {
            let left = self.most_promoted - self.pool.len();
            self.pool
                .reserve_exact((self.most_promoted / 16 + 1).min(left));
        }
        self.pool.push(Promotion {
            current: Bottom::EMPTY,
            previous: Bottom::EMPTY,
            bytes_out: 0,
            bytes_in: 0,
            packets_out: 0,
        });
        (self.pool.len() - 1) as u32
    }

    /// Moves a service that has become quiet out of the pool, with the sample it has left.
    fn demote(&mut self, at: usize, sample: &[Contact]) {
        let slot = &mut self.slots[at];
        let Some(promotion) = self.pool.get(slot.lines[0] as usize) else {
            return;
        };
        let narrow = |wide: u64, own: u32| {
            u32::try_from(wide.saturating_add(u64::from(own))).unwrap_or(u32::MAX)
        };
        slot.bytes_out = narrow(promotion.bytes_out, slot.bytes_out);
        slot.bytes_in = narrow(promotion.bytes_in, slot.bytes_in);
        slot.packets_out = narrow(promotion.packets_out, slot.packets_out);
        self.free.push(slot.lines[0]);
        slot.state = slot.state & !PROMOTED & !COUNT | sample.len() as u8;
        slot.fresh = (1 << sample.len()) - 1;
        for (place, contact) in sample.iter().enumerate() {
            slot.lines[place] = contact.line;
            slot.minutes[place] =
                ((contact.since - slot.first) / 60).min(u32::from(u16::MAX)) as u16;
        }
    }

    /// Keeps the six smallest names where the pool has no place.
    #[cold]
    fn crowd(&mut self, at: usize, line: u32, minute: u16) {
        self.tally.crowded += 1;
        let slot = &mut self.slots[at];
        slot.state |= CROWDED;
        let greatest = (0..SLOT_ROOM).max_by_key(|&place| slot.lines[place]);
        if let Some(place) = greatest.filter(|&place| line < slot.lines[place]) {
            slot.lines[place] = line;
            slot.minutes[place] = minute;
            slot.fresh |= 1 << place;
        }
    }

    /// Carries volume that no longer fits the slot into the pool, or lets the slot's counters
    /// stand at their greatest where the pool is full.
    #[cold]
    fn spill(&mut self, at: usize, packets_out: u64, bytes_out: u64, bytes_in: u64) {
        if self.slots[at].state & PROMOTED == 0 && !self.promote(at) {
            let slot = &mut self.slots[at];
            let capped = |wide: u64, own: u32| u32::try_from(wide).unwrap_or(u32::MAX).max(own);
            slot.packets_out = capped(packets_out, slot.packets_out);
            slot.bytes_out = capped(bytes_out, slot.bytes_out);
            slot.bytes_in = capped(bytes_in, slot.bytes_in);
            return;
        }
        let slot = &mut self.slots[at];
        let Some(promotion) = self.pool.get_mut(slot.lines[0] as usize) else {
            return;
        };
        if packets_out > 0 || bytes_out > 0 {
            promotion.packets_out = promotion.packets_out.saturating_add(packets_out);
            promotion.bytes_out = promotion.bytes_out.saturating_add(bytes_out);
            (slot.packets_out, slot.bytes_out) = (0, 0);
        }
        if bytes_in > 0 {
            promotion.bytes_in = promotion.bytes_in.saturating_add(bytes_in);
            slot.bytes_in = 0;
        }
    }
}

impl<A: Address> Slot<A> {
    fn service(&self) -> Service<A> {
        Service {
            address: self.address,
            port: self.port,
            udp: self.state & UDP != 0,
        }
    }

    #[inline]
    fn holds(&self, service: &Service<A>) -> bool {
        self.address == service.address
            && self.port == service.port
            && (self.state & UDP != 0) == service.udp
    }

    /// Drops the lines that were not heard in the slot's last epoch.
    fn drop_stale(&mut self, all: bool) {
        let mut kept = 0;
        for place in 0..usize::from(self.state & COUNT) {
            if !all && self.fresh >> place & 1 == 1 {
                self.lines[kept] = self.lines[place];
                self.minutes[kept] = self.minutes[place];
                kept += 1;
            }
        }
        let crowded = self.state & CROWDED != 0 && kept == SLOT_ROOM;
        self.state = self.state & !COUNT & !CROWDED | kept as u8;
        self.state |= if crowded { CROWDED } else { 0 };
        self.fresh = 0;
    }
}

/// The tag of a hash: its top byte, never zero, for zero marks an empty place.
#[inline]
fn tag_of(hash: u64) -> u8 {
    ((hash >> 56) as u8).max(1)
}

/// The place of the lowest mark within its group.
#[inline]
fn first_match(found: u128) -> usize {
    (found.trailing_zeros() / 8) as usize
}

#[cfg(test)]
#[path = "endpoints_tests.rs"]
mod tests;
