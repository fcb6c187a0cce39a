//! One bouncer: what it was given, what it may hold, and what it lacks.
//!
//! In: what stands, the time, that an answer arrived. Out: the difference, as new and deleted decisions.
//! Always: what was given counts as held only after the bouncer has shown that it read the answer; until then
//! it is given again, which changes nothing where it was heard. An address that is held until another moment
//! than it should is deleted and given anew in one answer, for a bouncer keeps the end that it heard first.
//! Nothing is said of an address that runs out just now (see [`SOON`]).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use issei_model::Timestamp;

use super::decision::{Decision, Stream};
use super::means::Means;
use super::{SOON, Table};

/// A bouncer and what it may hold.
#[derive(Clone, Debug)]
pub struct Follower {
    means: Means,
    slots: BTreeMap<IpAddr, Slot>,
    /// The answer that it has not yet shown to have read, and the addresses in it.
    under_way: Option<(u64, BTreeSet<IpAddr>)>,
    numbered: u64,
}

/// What it may hold of one address.
#[derive(Clone, Debug)]
struct Slot {
    /// Until when: one moment if that is sure.
    may: BTreeSet<Timestamp>,
    /// What it was told last: until when to hold it, or to let go.
    told: Option<Timestamp>,
    /// Whether it has shown that it heard that.
    sure: bool,
    /// In how many answers in a row it was told, of which nothing showed that they were read.
    unheard: u8,
    /// When it was told to hold it.
    since: Timestamp,
    /// Whether it was told before we began, so that nobody knows for which order.
    earlier: bool,
}

/// An answer for a bouncer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its number, to say later that it was read.
    pub number: u64,
    /// What has changed.
    pub stream: Stream,
}

/// Answers with the same news that were not shown to be read, after which they count as read: one who opens a
/// connection for each question never shows it, and goes on asking.
const ENOUGH: u8 = 3;

impl Follower {
    /// Begins with one that may hold these addresses from before.
    pub fn new(means: Means, earlier: &BTreeSet<(IpAddr, Timestamp)>) -> Self {
        let mut slots: BTreeMap<IpAddr, Slot> = BTreeMap::new();
        for &(ip, ends) in earlier.iter().filter(|(ip, _)| means.takes(*ip)) {
            let slot = slots.entry(ip).or_insert_with(|| Slot {
                earlier: true,
                ..Slot::empty()
            });
            slot.may.insert(ends);
            slot.told = slot.told.max(Some(ends));
        }
        Self {
            means,
            slots,
            under_way: None,
            numbered: 0,
        }
    }

    /// Shows what it can do.
    pub const fn means(&self) -> Means {
        self.means
    }

    /// Forgets that anything was shown: it has begun anew, and may hold what it held or nothing.
    pub fn begins_anew(&mut self) {
        for slot in self.slots.values_mut() {
            slot.sure = false;
            slot.unheard = 0;
        }
    }

    /// Tells what it lacks of what stands, and what it should let go.
    pub fn ask(&mut self, now: Timestamp, stands: &BTreeMap<IpAddr, Decision>) -> Given {
        self.doubt();
        let mut stream = Stream::default();
        let of_old = self.slots.keys().filter(|ip| !stands.contains_key(ip));
        let all: BTreeSet<IpAddr> = of_old.chain(stands.keys()).copied().collect();
        let means = self.means;
        for ip in all.into_iter().filter(|&ip| means.takes(ip)) {
            self.compare(now, ip, stands.get(&ip), &mut stream);
        }
        self.numbered += 1;
        let number = self.numbered;
        if !stream.is_empty() {
            let new = stream.new.iter().map(|one| one.ip);
            let named = new.chain(stream.deleted.iter().copied()).collect();
            self.under_way = Some((number, named));
        }
        Given { number, stream }
    }

    /// Adds what has to be said about one address.
    fn compare(
        &mut self,
        now: Timestamp,
        ip: IpAddr,
        wanted: Option<&Decision>,
        stream: &mut Stream,
    ) {
        let ends = wanted.map(|one| one.ends);
        let slot = self.slots.entry(ip).or_insert_with(Slot::empty);
        if slot.sure && slot.told == ends {
            return;
        }
        let only = ends.is_some_and(|ends| slot.may.iter().all(|&may| may == ends));
        if !only {
            if slot.may.iter().any(|&may| runs_out(may, now)) {
                return;
            }
            stream.deleted.push(ip);
        }
        if slot.told != ends {
            slot.unheard = 0;
        }
        slot.told = ends;
        slot.sure = false;
        if let Some(wanted) = wanted {
            slot.may.insert(wanted.ends);
            slot.since = now;
            slot.earlier = false;
            stream.new.push(*wanted);
        }
    }

    /// Notes that an answer was read: what it said holds.
    pub fn took(&mut self, number: u64) {
        if self
            .under_way
            .as_ref()
            .is_some_and(|(given, _)| *given == number)
        {
            let (_, named) = self.under_way.take().unwrap_or_default();
            named.into_iter().for_each(|ip| self.settle(ip));
        }
    }

    /// Notes that nothing shows whether the last answer was read.
    fn doubt(&mut self) {
        let (_, named) = self.under_way.take().unwrap_or_default();
        for ip in named {
            let Some(slot) = self.slots.get_mut(&ip) else {
                continue;
            };
            slot.unheard += 1;
            if slot.unheard >= ENOUGH {
                self.settle(ip);
            }
        }
    }

    fn settle(&mut self, ip: IpAddr) {
        match self.slots.get_mut(&ip) {
            Some(slot) if slot.told.is_some() => {
                slot.may = slot.told.into_iter().collect();
                slot.sure = true;
                slot.unheard = 0;
            }
            _ => drop(self.slots.remove(&ip)),
        }
    }

    /// Tells since when it surely holds an address until a moment or longer.
    pub fn holds(&self, ip: IpAddr, until: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let slot = self.slots.get(&ip).filter(|slot| slot.sure)?;
        let ends = slot.told.filter(|&ends| ends >= until && ends > now);
        ends.map(|_| slot.since)
    }

    /// Tells whether it may hold an address until just this moment.
    pub fn may_hold(&self, ip: IpAddr, until: Timestamp, now: Timestamp) -> bool {
        until > now
            && self
                .slots
                .get(&ip)
                .is_some_and(|slot| slot.may.contains(&until))
    }

    /// Tells how many addresses it may hold from before we began, and until when the last of them.
    pub fn earlier(&self, now: Timestamp) -> Option<(usize, Timestamp)> {
        let slots = self.slots.values().filter(|slot| slot.earlier);
        let ends: Vec<Timestamp> = slots
            .filter_map(|slot| slot.may.last().copied().filter(|&ends| ends > now))
            .collect();
        ends.iter().max().map(|&last| (ends.len(), last))
    }

    /// Counts addresses that it may hold, should not, and was not even told to let go.
    pub fn untold(&self, table: &Table, now: Timestamp) -> usize {
        let stands = table.stands(now);
        let may_hold = |slot: &Slot| slot.may.iter().any(|&ends| ends > now);
        let slots = self.slots.iter().filter(|(_, slot)| may_hold(slot));
        let told = |ip: &IpAddr, slot: &Slot| {
            slot.told.is_none() || stands.get(ip).map(|one| one.ends) == slot.told
        };
        slots.filter(|(ip, slot)| !told(ip, slot)).count()
    }

    /// Walks over all that it may hold, with its ends.
    pub fn possible(&self) -> impl Iterator<Item = (IpAddr, Timestamp)> {
        let of = |(ip, slot): (&IpAddr, &Slot)| {
            let ip = *ip;
            slot.may
                .iter()
                .map(move |&ends| (ip, ends))
                .collect::<Vec<_>>()
        };
        self.slots.iter().flat_map(of)
    }

    /// Tells when there will be something to say although nothing changes.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.slots.values().flat_map(|slot| &slot.may);
        let gone = ends.map(|&ends| ends + SOON);
        gone.filter(|&at| at > now).min()
    }
}

impl Slot {
    fn empty() -> Self {
        Self {
            may: BTreeSet::new(),
            told: None,
            sure: false,
            unheard: 0,
            since: Timestamp::MIN,
            earlier: false,
        }
    }
}

/// Tells whether an element may run out while it is being taken away.
fn runs_out(ends: Timestamp, now: Timestamp) -> bool {
    ends > now - SOON && ends < now + SOON
}

#[cfg(test)]
#[path = "follower_tests.rs"]
mod tests;
