//! The table of flows: an open-addressed index over a slab.
//!
//! Always: a flow keeps its place from birth to death, so the wheel may hold on to it; half of
//! the index is empty, so a search is short. Hashes are keyed, so nobody outside can lengthen it.

use issei_model::Address;

use super::flow::Flow;
use super::sighting::Sighting;

#[derive(Debug)]
pub(super) struct Table<A> {
    slots: Vec<Slot>,
    flows: Vec<Flow<A>>,
    /// The first free place in `flows`; the others follow by `next`.
    free: u32,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    at: u32,
}

/// No place.
pub(super) const NOWHERE: u32 = u32::MAX;

const EMPTY: Slot = Slot {
    hash: 0,
    at: NOWHERE,
};

/// Slots looked at in advance: at half load nearly every flow is within so many.
const GLANCES: usize = 8;

/// Slots of a new table.
const FEWEST_SLOTS: usize = 1 << 10;

impl<A> Default for Table<A> {
    fn default() -> Self {
        Self {
            slots: vec![EMPTY; FEWEST_SLOTS],
            flows: Vec::new(),
            free: NOWHERE,
            len: 0,
        }
    }
}

impl<A: Address> Table<A> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Shows the flow at a place that [`Self::find`] or [`Self::insert`] told.
    #[inline]
    pub(super) fn flow(&mut self, at: u32) -> &mut Flow<A> {
        &mut self.flows[at as usize]
    }

    /// Reads the slots, then the flows, that these packets will need. No read depends on another,
    /// so memory answers them side by side instead of one after the other.
    #[inline]
    pub(super) fn touch(&self, sightings: &[Sighting<A>]) {
        let mut places = [NOWHERE; super::TOGETHER];
        for (place, sighting) in places.iter_mut().zip(sightings) {
            *place = self.glance(sighting.hash);
        }
        let touched = places.iter().filter_map(|&at| self.flows.get(at as usize));
        std::hint::black_box(touched.fold(0, |sum, flow| sum ^ flow.both_lines()));
    }

    /// Does the same for flows whose places are known, and that may be removed.
    pub(super) fn touch_places(&self, places: &[u32]) {
        let flows = || places.iter().filter_map(|&at| self.flows.get(at as usize));
        let lines = flows().fold(0, |sum, flow| sum ^ flow.both_lines());
        let slots = flows().fold(0, |sum, flow| sum ^ self.glance(flow.hash));
        std::hint::black_box((lines, slots));
    }

    /// Tells where a flow of this hash most likely is, without looking at flows.
    #[inline]
    fn glance(&self, hash: u32) -> u32 {
        let mut at = self.home(hash);
        for _ in 0..GLANCES {
            let slot = self.slots[at];
            if slot.hash == hash || slot.at == NOWHERE {
                return slot.at;
            }
            at = self.after(at);
        }
        NOWHERE
    }

    #[inline]
    pub(super) fn find(&self, sighting: &Sighting<A>) -> Option<u32> {
        let mut at = self.home(sighting.hash);
        loop {
            let slot = self.slots[at];
            if slot.at == NOWHERE {
                return None;
            }
            if slot.hash == sighting.hash && self.flows[slot.at as usize].key == sighting.key {
                return Some(slot.at);
            }
            at = self.after(at);
        }
    }

    /// Inserts a flow that is not there yet. Tells its place.
    pub(super) fn insert(&mut self, flow: Flow<A>) -> u32 {
        if (self.len + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let hash = flow.hash;
        let at = self.keep(flow);
        self.point(Slot { hash, at });
        self.len += 1;
        at
    }

    /// Removes the flow at a place.
    pub(super) fn remove(&mut self, at: u32) {
        self.unpoint(at);
        self.flows[at as usize].next = self.free;
        self.free = at;
        self.len -= 1;
    }

    #[inline]
    fn home(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    fn keep(&mut self, flow: Flow<A>) -> u32 {
        let at = self.free;
        match self.flows.get_mut(at as usize) {
            Some(place) => {
                self.free = place.next;
                *place = flow;
                at
            }
            None => {
                self.flows.push(flow);
                (self.flows.len() - 1) as u32
            }
        }
    }

    fn point(&mut self, slot: Slot) {
        let mut at = self.home(slot.hash);
        while self.slots[at].at != NOWHERE {
            at = self.after(at);
        }
        self.slots[at] = slot;
    }

    /// Empties the slot that points to a place, and moves those behind it forward, so that no
    /// search ends too early.
    fn unpoint(&mut self, place: u32) {
        let mut hole = self.home(self.flows[place as usize].hash);
        while self.slots[hole].at != place {
            hole = self.after(hole);
        }
        let mut at = self.after(hole);
        while self.slots[at].at != NOWHERE {
            let from_home =
                at.wrapping_sub(self.home(self.slots[at].hash)) & (self.slots.len() - 1);
            let from_hole = at.wrapping_sub(hole) & (self.slots.len() - 1);
            if from_home >= from_hole {
                self.slots[hole] = self.slots[at];
                hole = at;
            }
            at = self.after(at);
        }
        self.slots[hole] = EMPTY;
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![EMPTY; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, doubled) {
            if slot.at != NOWHERE {
                self.point(slot);
            }
        }
    }
}
