//! The few lines and prefixes that get more than they asked for, watched closely.
//!
//! In: every record towards them, by kind. Out: what the judge needs. Always: bounded; when
//! there is no room, the quieter half of those never named makes room, else the newcomer is
//! turned away and counted.

use std::collections::BTreeMap;

use issei_model::{Address, FindingId, Level, Timestamp};

use super::judge::Vector;
use super::kinds::Kind;
use super::lines::{Baseline, Line};
use super::loads::{self, CLASSES};
use super::tally::Tally;

/// Whom a flood is aimed at: an address and the bits of it that count.
pub(super) type Place<A> = (A, u8);

/// A line or prefix under watch.
#[derive(Clone, Debug)]
pub(super) struct Victim<A> {
    baseline: Baseline,
    /// What a prefix was used to, of the classes that are counted apart.
    plain: [Baseline; CLASSES],
    /// Packets that a prefix sent since it is watched, by kind, but for answers and refusals.
    pub(super) sent: [u64; Kind::COUNT],
    /// The stream's time when the watch began, microseconds.
    since: i64,
    tallies: [Option<Box<Tally<A>>>; Kind::COUNT],
    /// Packets it sent since it is watched, but for answers to openings and refusals.
    pub(super) out: u64,
    /// Records in which it opened or used TCP towards somebody.
    pub(super) asked_streams: u64,
    /// Packets it sent to ports that amplify.
    pub(super) asked_replies: u64,
    /// Packets it sent as answers to openings and refusals.
    pub(super) answered: u64,
    /// Packets received in two-sided exchanges.
    pub(super) ordinary: u64,
    /// The last packet received that counts.
    heard: i64,
    /// Packets at which the judge looks again.
    next_look: u64,
    packets: u64,
    pub(super) told: [Option<Told>; Vector::COUNT],
}

/// A finding that was told, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) id: FindingId,
    pub(super) revision: u32,
    pub(super) level: Level,
    pub(super) decided_at: Timestamp,
    /// Packets when it was last told.
    pub(super) packets: u64,
}

impl Told {
    /// Decides whether to tell a finding, and as what revision: when it is new, when its packets
    /// have doubled, when its level rises, and in its last form.
    pub(super) fn next(
        before: Option<Self>,
        name: impl FnOnce() -> FindingId,
        level: Level,
        packets: u64,
        last: bool,
        now: Timestamp,
    ) -> Option<Self> {
        let Some(before) = before else {
            return Some(Self {
                id: name(),
                revision: 1,
                level,
                decided_at: now,
                packets,
            });
        };
        let level = before.level.max(level);
        let news = packets >= 2 * before.packets
            || level != before.level
            || (last && packets != before.packets);
        news.then(|| Self {
            revision: before.revision.saturating_add(1),
            level,
            packets,
            ..before
        })
    }
}

impl<A: Address> Victim<A> {
    fn new(sentinel: &Line, now: i64) -> Self {
        let asked = sentinel.asked.into();
        Self {
            baseline: sentinel.baseline(),
            plain: Default::default(),
            sent: Default::default(),
            since: now,
            tallies: Default::default(),
            out: sentinel.out.into(),
            asked_streams: asked,
            asked_replies: asked,
            answered: 0,
            ordinary: 0,
            heard: now,
            next_look: 1,
            packets: 0,
            told: Default::default(),
        }
    }

    /// Gives the tally of a kind to add to, and notes when it was heard.
    pub(super) fn tally_mut(&mut self, kind: Kind, last: i64, packets: u64) -> &mut Tally<A> {
        self.heard = self.heard.max(last);
        self.packets += packets;
        self.tallies[kind as usize].get_or_insert_with(|| Box::new(Tally::new()))
    }

    /// Shows the tally of a kind.
    pub(super) fn tally(&self, kind: Kind) -> Option<&Tally<A>> {
        self.tallies[kind as usize].as_deref()
    }

    /// Walks over the tallies.
    pub(super) fn all(&self) -> impl Iterator<Item = &Tally<A>> {
        self.tallies.iter().flatten().map(|tally| &**tally)
    }

    /// Tells whether so much came since the last look that another is due.
    pub(super) fn is_look_due(&mut self) -> bool {
        if self.packets < self.next_look {
            return false;
        }
        // A quarter more each time: a flood is named within a few packets of its threshold, and
        // a long one is not judged for every packet.
        self.next_look = self.packets + (self.packets / 4).max(1);
        true
    }

    /// Tells what the subject was used to, of a kind. Of a prefix under sampling what was unasked
    /// by its shape and what was not were counted apart, and a kind may have come as both.
    pub(super) fn usual(&self, kind: Kind, counted_apart: bool) -> Baseline {
        match loads::class(kind) {
            Some(class) if counted_apart => self.baseline.and(&self.plain[class]),
            _ => self.baseline,
        }
    }

    pub(super) fn heard(&self) -> i64 {
        self.heard
    }

    /// When the watch began.
    pub(super) fn since(&self) -> i64 {
        self.since
    }

    pub(super) fn is_named(&self) -> bool {
        self.told.iter().any(Option::is_some)
    }
}

/// All victims under watch.
#[derive(Clone, Debug)]
pub(super) struct Victims<A> {
    by_place: BTreeMap<Place<A>, Victim<A>>,
    most: usize,
    /// Those that found no room.
    pub(super) turned_away: u64,
}

impl<A: Address> Victims<A> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            by_place: BTreeMap::new(),
            most: most.max(1),
            turned_away: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_place.is_empty()
    }

    pub(super) fn get_mut(&mut self, place: Place<A>) -> Option<&mut Victim<A>> {
        self.by_place.get_mut(&place)
    }

    /// Begins to watch a place; tells whether there was room. What a line asked lately is known
    /// only in sum, so it counts against every kind of answer.
    pub(super) fn watch(&mut self, place: Place<A>, sentinel: &Line, now: i64) -> bool {
        if self.by_place.len() >= self.most && !self.by_place.contains_key(&place) {
            // The quieter half makes room at once, so that newcomers do not pay one by one.
            let middle = middle(self.by_place.values().map(|one| one.packets));
            self.by_place
                .retain(|_, one| one.is_named() || one.packets > middle);
            if self.by_place.len() >= self.most {
                self.turned_away += 1;
                return false;
            }
        }
        self.by_place
            .entry(place)
            .or_insert_with(|| Victim::new(sentinel, now));
        true
    }

    /// Begins to watch a prefix that is used to so much; tells whether there was room.
    pub(super) fn watch_prefix(
        &mut self,
        place: Place<A>,
        sentinel: &Line,
        plain: [Baseline; CLASSES],
        now: i64,
    ) -> bool {
        let is_new = !self.by_place.contains_key(&place);
        let watched = self.watch(place, sentinel, now);
        if is_new && let Some(victim) = self.by_place.get_mut(&place) {
            victim.plain = plain;
        }
        watched
    }

    pub(super) fn places(&self) -> Vec<Place<A>> {
        self.by_place.keys().copied().collect()
    }

    /// Takes a victim out.
    pub(super) fn release(&mut self, place: Place<A>) {
        self.by_place.remove(&place);
    }

    /// Tells how many bytes the victims hold, about.
    pub(super) fn bytes(&self) -> usize {
        let tallies: usize = self.by_place.values().map(|one| one.all().count()).sum();
        tallies * BYTES_A_TALLY + self.by_place.len() * size_of::<Victim<A>>()
    }
}

/// The middle one of some figures; 0 if there are none.
pub(super) fn middle(figures: impl Iterator<Item = u64>) -> u64 {
    let mut figures: Vec<u64> = figures.collect();
    let at = figures.len() / 2;
    if figures.is_empty() {
        return 0;
    }
    *figures.select_nth_unstable(at).1
}

/// A tally with its windows, registers and sample, when full.
pub(super) const BYTES_A_TALLY: usize = 16_384;
