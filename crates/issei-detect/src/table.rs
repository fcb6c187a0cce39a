//! The table behind every memory of lines: bounded, keyed, quick to ask for many at once.
//!
//! In: a hash, the key it was made of, the second of the stream. Out: a place for a value, or none.
//! A key may stand in either of two groups of sixteen places, chosen by its hash; one byte of
//! hash and one of age per place are kept apart, a group's together, and answer most searches. So
//! a search reads at most two cache lines of these and, but for one time in some hundred, one
//! place; it never looks farther, however full the table is, and turns newcomers away as quickly.
//! Always: it doubles while it is small and never passes its bound; what was not asked for longer
//! than a span is stale and makes room; where nothing is stale the newcomer is turned away and
//! counted; the order of a walk depends on nothing but what was entered.
//! To ask for many keys, gather [`Visit`]s, [`Table::touch`] them together, so that the loads do
//! not wait for each other, and then go through them with [`Table::find_or_enter`].

use std::hint::black_box;

use issei_model::{Span, Timestamp};

use crate::hashing::Key;

/// Visits that are best touched together: their lines of cache are still at hand when used.
pub(crate) const TOUCHED_AT_ONCE: usize = 128;
/// Places of a group: as many tags as two words compare.
const GROUP: usize = 16;
/// Spans of age by which stale ones are found without looking at their places.
const AGES: u32 = 64;
/// Places of a new table.
const FIRST_PLACES: usize = 16 * GROUP;
/// A crowded table doubles at this many sixteenths, until its bound.
const FULL_SIXTEENTHS: usize = 14;

/// Lays places out by the needs of key and value alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed;

/// Lets each place begin with a cache line of its own, so that one load brings 64 bytes of it.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct OneLine;

/// A search on its way into the table: for which row of a batch, by which hash.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visit {
    /// The row this is for.
    pub(crate) row: u32,
    /// Where the key most likely stands; [`Table::touch`] writes it.
    at: u32,
    /// The keyed hash.
    pub(crate) hash: u64,
}

impl Visit {
    pub(crate) const fn new(row: u32, hash: u64) -> Self {
        Self { row, at: 0, hash }
    }
}

/// Tells the second of a moment, as the table counts time.
#[inline]
pub(crate) fn second(moment: Timestamp) -> u32 {
    (moment.as_micros() / 1_000_000).clamp(0, i64::from(u32::MAX)) as u32
}

/// A value, its key, and when it was last asked for.
#[derive(Clone, Debug, Default)]
#[repr(C)]
struct Place<K, V, L> {
    layout: [L; 0],
    key: K,
    /// Second when it was last asked for.
    seen: u32,
    value: V,
}

/// What is kept apart of a group: hashes and ages. Two of them fill a cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Head {
    /// The top byte of each key's hash; zero marks an empty place.
    tags: [u8; GROUP],
    /// When each was last asked for, in spans of age, modulo 256.
    ages: [u8; GROUP],
}

impl Head {
    /// Finds the place longest silent, and its age in spans. Straight through, so that the
    /// processor takes all sixteen at once.
    #[inline]
    fn oldest(&self, now: u8) -> (u8, usize) {
        let mut ages = [0; GROUP];
        for ((age, told), tag) in ages.iter_mut().zip(&self.ages).zip(&self.tags) {
            *age = if *tag == 0 {
                0
            } else {
                now.wrapping_sub(*told)
            };
        }
        let greatest = ages.iter().fold(0, |greatest, age| u8::max(greatest, *age));
        let place = ages.iter().position(|age| *age == greatest);
        (greatest, place.unwrap_or(0))
    }
}

/// Counts of what the table did: entered = held + replaced + removed + lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableTally {
    /// Keys that found a place.
    pub(crate) entered: u64,
    /// Stale ones that made room.
    pub(crate) replaced: u64,
    /// Those taken out by their owner.
    pub(crate) removed: u64,
    /// Those that found no place again when the table doubled.
    pub(crate) lost: u64,
    /// Searches that found no place.
    pub(crate) turned_away: u64,
}

/// The table. `K` and `V` begin as their defaults; `L` is [`Packed`] or [`OneLine`].
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V, L = Packed> {
    key: Key,
    hash_of: fn(Key, &K) -> u64,
    heads: Vec<Head>,
    places: Vec<Place<K, V, L>>,
    held: usize,
    most: usize,
    stale_after: u32,
    /// Seconds of a span of age.
    span: u32,
    tally: TableTally,
}

impl<K: Copy + Eq + Default, V: Default, L> Table<K, V, L> {
    /// Makes an empty table that grows to `most` places (rounded up to a power of two, of which
    /// some 95 % can be taken). What was not asked for longer than `stale_after` makes room.
    pub(crate) fn new(
        key: Key,
        hash_of: fn(Key, &K) -> u64,
        most: usize,
        stale_after: Span,
    ) -> Self {
        let most = most.next_power_of_two().max(2 * GROUP);
        let first = FIRST_PLACES.min(most);
        Self {
            key,
            hash_of,
            heads: vec![Head::default(); first / GROUP],
            places: empty(first),
            held: 0,
            most,
            span: (second(Timestamp::from_micros(stale_after.as_micros())) / AGES).max(1),
            stale_after: second(Timestamp::from_micros(stale_after.as_micros())),
            tally: TableTally::default(),
        }
    }

    /// Counts what is held.
    pub(crate) fn len(&self) -> usize {
        self.held
    }

    /// Tells how many bytes the table holds, without what values own elsewhere.
    pub(crate) fn bytes(&self) -> usize {
        self.heads.capacity() * size_of::<Head>()
            + self.places.capacity() * size_of::<Place<K, V, L>>()
    }

    /// Tells how many bytes one key and its value take.
    #[cfg(test)]
    pub(crate) const fn place_bytes() -> usize {
        size_of::<Place<K, V, L>>()
    }

    /// Tells what was done.
    pub(crate) fn tally(&self) -> TableTally {
        self.tally
    }

    /// Reads what the visits will need, in loops whose loads do not wait for each other: first
    /// the tags, then the places they point to. Best for some [`TOUCHED_AT_ONCE`] visits.
    pub(crate) fn touch(&self, visits: &mut [Visit]) {
        let mut read = 0;
        for visit in &*visits {
            let [one, other] = self.groups(visit.hash);
            read ^= u32::from(self.heads[one].tags[0] ^ self.heads[other].tags[0]);
        }
        for visit in &mut *visits {
            visit.at = self.likely(visit.hash);
        }
        for visit in &*visits {
            read ^= self.places[visit.at as usize].seen;
        }
        black_box(read);
    }

    /// Finds a key or makes a place for it, and notes that it was asked for. None, and counted,
    /// if there is no place. A place that is new or was stale begins with the default value.
    #[inline]
    pub(crate) fn find_or_enter(&mut self, visit: &Visit, key: K, second: u32) -> Option<&mut V> {
        let at = match self.find(visit, &key) {
            Some(at) => at,
            None => self.enter(visit.hash, key, second)?,
        };
        Some(self.note(at, second))
    }

    /// Finds a key and notes that it was asked for; none if it is not held.
    #[inline]
    pub(crate) fn see(&mut self, visit: &Visit, key: K, second: u32) -> Option<&mut V> {
        let at = self.find(visit, &key)?;
        Some(self.note(at, second))
    }

    /// Finds a key without noting that it was asked for.
    pub(crate) fn get(&self, hash: u64, key: K) -> Option<&V> {
        let at = self.place_of(hash, &key)?;
        Some(&self.places[at].value)
    }

    /// Finds a key to change its value, without noting that it was asked for.
    pub(crate) fn get_mut(&mut self, hash: u64, key: K) -> Option<&mut V> {
        let at = self.place_of(hash, &key)?;
        Some(&mut self.places[at].value)
    }

    /// Walks over what is held: keys, values, and the seconds they were last asked for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &V, u32)> {
        let tags = self.heads.iter().flat_map(|head| head.tags);
        tags.zip(&self.places)
            .filter(|(tag, _)| *tag != 0)
            .map(|(_, place)| (place.key, &place.value, place.seen))
    }

    /// Walks over what is held, to change it.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (K, &mut V, u32)> {
        let tags = self.heads.iter().flat_map(|head| head.tags);
        tags.zip(&mut self.places)
            .filter(|(tag, _)| *tag != 0)
            .map(|(_, place)| (place.key, &mut place.value, place.seen))
    }

    /// Takes out what is not worth keeping.
    pub(crate) fn retain(&mut self, mut worth: impl FnMut(K, &mut V, u32) -> bool) {
        for at in 0..self.places.len() {
            let is_held = self.tag(at) != 0;
            let place = &mut self.places[at];
            if is_held && !worth(place.key, &mut place.value, place.seen) {
                self.clear(at);
                self.tally.removed += 1;
            }
        }
    }

    /// Finds a key, at the place that was touched first. The table may have doubled since the
    /// touch; then the guess is as good as any.
    #[inline]
    fn find(&self, visit: &Visit, key: &K) -> Option<usize> {
        let likely = visit.at as usize;
        let near = self
            .places
            .get(likely)
            .is_some_and(|place| place.key == *key);
        if near && self.tag(likely) != 0 {
            return Some(likely);
        }
        self.place_of(visit.hash, key)
    }

    /// Notes that the key at a place was asked for.
    #[inline]
    fn note(&mut self, at: usize, second: u32) -> &mut V {
        let place = &mut self.places[at];
        if second > place.seen {
            place.seen = second;
            self.heads[at / GROUP].ages[at % GROUP] = (second / self.span) as u8;
        }
        &mut self.places[at].value
    }

    #[inline]
    fn tag(&self, at: usize) -> u8 {
        self.heads[at / GROUP].tags[at % GROUP]
    }

    fn groups(&self, hash: u64) -> [usize; 2] {
        let mask = self.heads.len() - 1;
        let one = hash as usize & mask;
        let other = (hash >> 28) as usize & mask;
        [one, if other == one { one ^ 1 } else { other }]
    }

    /// Guesses from the tags where a key stands; any place if it does not. Without a branch:
    /// which of two groups holds a key is a coin toss, and a processor that guesses wrong waits
    /// for the tags and reads nothing ahead.
    #[inline]
    fn likely(&self, hash: u64) -> u32 {
        let groups = self.groups(hash);
        let found = groups.map(|group| self.matches(group, tag_of(hash)));
        let which = usize::from(found[0] == 0);
        (groups[which] * GROUP + first_match(found[which]).min(GROUP - 1)) as u32
    }

    fn place_of(&self, hash: u64, key: &K) -> Option<usize> {
        for group in self.groups(hash) {
            let mut found = self.matches(group, tag_of(hash));
            while found != 0 {
                let at = group * GROUP + first_match(found);
                if self.tag(at) != 0 && self.places[at].key == *key {
                    return Some(at);
                }
                found &= found - 1;
            }
        }
        None
    }

    /// Marks the places of a group whose tag is `tag` by the top bit of their byte; a place just
    /// above a true match may be marked in error, so a match is always checked.
    #[inline]
    fn matches(&self, group: usize, tag: u8) -> u128 {
        const ONES: u128 = u128::from_ne_bytes([0x01; GROUP]);
        const TOPS: u128 = u128::from_ne_bytes([0x80; GROUP]);
        let tags = u128::from_le_bytes(self.heads[group].tags);
        let difference = tags ^ (ONES * u128::from(tag));
        difference.wrapping_sub(ONES) & !difference & TOPS
    }

    #[cold]
    fn enter(&mut self, hash: u64, key: K, second: u32) -> Option<usize> {
        let Some(at) = self.make_room(hash, second) else {
            self.tally.turned_away += 1;
            return None;
        };
        let head = &mut self.heads[at / GROUP];
        head.tags[at % GROUP] = tag_of(hash);
        head.ages[at % GROUP] = (second / self.span) as u8;
        self.places[at] = Place {
            layout: [],
            key,
            seen: second,
            value: V::default(),
        };
        self.held += 1;
        self.tally.entered += 1;
        Some(at)
    }

    /// Finds a place for a newcomer. A crowded table looks for stale ones before it doubles.
    fn make_room(&mut self, hash: u64, second: u32) -> Option<usize> {
        let crowded = self.held * 16 >= self.places.len() * FULL_SIXTEENTHS;
        let empty = self.empty_place(hash);
        if !crowded && empty.is_some() {
            return empty;
        }
        if let Some(at) = self.stale_place(hash, second) {
            self.clear(at);
            self.tally.replaced += 1;
            return Some(at);
        }
        if self.places.len() < self.most {
            self.double();
            return self.empty_place(hash);
        }
        empty
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

    /// Finds the one longest silent by the spans of age, if it is stale. Ages are kept modulo 256
    /// spans, so one that is silent for some four times as long as it must may pass for young for
    /// a while.
    fn stale_place(&self, hash: u64, second: u32) -> Option<usize> {
        let now = (second / self.span) as u8;
        let [one, other] = self.groups(hash).map(|group| self.heads[group].oldest(now));
        let group = self.groups(hash)[usize::from(other.0 > one.0)];
        let (age, place) = one.max(other);
        if u32::from(age) < AGES {
            return None;
        }
        let at = group * GROUP + place;
        // The spans are coarse: the place itself decides.
        let silent = second.saturating_sub(self.places[at].seen);
        (silent > self.stale_after).then_some(at)
    }

    fn clear(&mut self, at: usize) -> V {
        self.heads[at / GROUP].tags[at % GROUP] = 0;
        self.held -= 1;
        self.places[at].key = K::default();
        std::mem::take(&mut self.places[at].value)
    }

    fn double(&mut self) {
        let doubled = self.places.len() * 2;
        let old_places = std::mem::replace(&mut self.places, empty(doubled));
        let heads = vec![Head::default(); doubled / GROUP];
        let old_heads = std::mem::replace(&mut self.heads, heads);
        let old = old_heads
            .into_iter()
            .flat_map(|head| head.tags.into_iter().zip(head.ages));
        for (place, (tag, age)) in old_places.into_iter().zip(old) {
            if tag == 0 {
                continue;
            }
            let Some(at) = self.empty_place((self.hash_of)(self.key, &place.key)) else {
                // Two full groups in a table that is less than half full: all but impossible.
                self.held -= 1;
                self.tally.lost += 1;
                continue;
            };
            let head = &mut self.heads[at / GROUP];
            (head.tags[at % GROUP], head.ages[at % GROUP]) = (tag, age);
            self.places[at] = place;
        }
    }
}

fn empty<K: Default, V: Default, L>(places: usize) -> Vec<Place<K, V, L>> {
    let mut list = Vec::new();
    list.resize_with(places, || Place {
        layout: [],
        key: K::default(),
        seen: 0,
        value: V::default(),
    });
    list
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
#[path = "table_tests.rs"]
mod tests;
