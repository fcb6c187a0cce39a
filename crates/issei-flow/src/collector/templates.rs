//! The templates of one session.
//!
//! In: template records as they arrive. Out: the plan for a set's id. Always: bounded in number;
//! a full table makes room only for what was never used and has been silent for a while, so a
//! storm of templates cannot push out those that an honest exporter lives on.
//! Standard: RFC 7011, section 8; RFC 3954, section 9.

use issei_model::{Span, Timestamp};
use issei_wire::export::templates::Template;

use super::keyed::hash_bytes;
use super::plan::Plan;

/// Templates by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Templates {
    /// Rising, and beside `held`, so that a search reads little.
    ids: Vec<u16>,
    held: Vec<Held>,
    /// Where the last one asked for stands.
    last: usize,
    /// Memory of all held.
    bytes: usize,
}

/// One template, compiled.
#[derive(Clone, Debug)]
pub(super) struct Held {
    definition: u64,
    pub(super) plan: Plan,
    pub(super) options: bool,
    used: bool,
    seen: Timestamp,
}

impl Held {
    /// Tells the memory held. The tables that hold it grow by doubling, so twice its own size.
    fn bytes(&self) -> usize {
        2 * (size_of::<Self>() + size_of::<u16>()) + self.plan.bytes()
    }
}

/// What came of a template record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learnt {
    /// It was known already, the same.
    Known,
    /// It is new, or another than before.
    New,
    /// No record of this form could be sent.
    Impossible,
    /// There is no room.
    Full,
}

impl Templates {
    pub(super) fn learn(
        &mut self,
        template: &Template<'_>,
        key: [u64; 2],
        most: usize,
        now: Timestamp,
    ) -> Learnt {
        let definition = fingerprint(template, key);
        let options = template.scopes > 0;
        let place = self.ids.binary_search(&template.id);
        if let Some(held) = place.ok().and_then(|place| self.held.get_mut(place))
            && held.definition == definition
        {
            held.seen = now;
            return Learnt::Known;
        }
        let plan = if options {
            Plan::of_options(template.fields())
        } else {
            Plan::of_flows(template.fields())
        };
        let Some(plan) = plan else {
            return Learnt::Impossible;
        };
        let held = Held {
            definition,
            plan,
            options,
            used: false,
            seen: now,
        };
        match place {
            // A template sent again with other fields replaces the old one (RFC 7011, 8.4).
            Ok(place) => {
                self.bytes = self.bytes + held.bytes() - self.held[place].bytes();
                self.held[place] = held;
            }
            Err(_) if self.ids.len() >= most && !self.make_room(now) => return Learnt::Full,
            Err(_) => self.insert(template.id, held),
        }
        Learnt::New
    }

    fn insert(&mut self, id: u16, held: Held) {
        let place = self.ids.partition_point(|&other| other < id);
        self.bytes += held.bytes();
        self.ids.insert(place, id);
        self.held.insert(place, held);
    }

    /// Tells whether a template is known.
    pub(super) fn knows(&self, id: u16) -> bool {
        self.ids.get(self.last) == Some(&id) || self.peek(id).is_some()
    }

    fn peek(&self, id: u16) -> Option<&Held> {
        let place = self.ids.binary_search(&id).ok()?;
        self.held.get(place)
    }

    /// Finds a template for a set that came.
    pub(super) fn find(&mut self, id: u16, now: Timestamp) -> Option<&Held> {
        if self.ids.get(self.last) != Some(&id) {
            self.last = self.ids.binary_search(&id).ok()?;
        }
        let held = self.held.get_mut(self.last)?;
        held.used = true;
        held.seen = now;
        Some(held)
    }

    /// Forgets one template. Tells whether there was one.
    pub(super) fn withdraw(&mut self, id: u16) -> bool {
        let place = self.ids.binary_search(&id);
        if let Ok(place) = place {
            self.remove(place);
        }
        place.is_ok()
    }

    /// Forgets all templates of flows, or all of options.
    pub(super) fn withdraw_all(&mut self, options: bool) {
        for place in (0..self.held.len()).rev() {
            if self.held[place].options == options {
                self.remove(place);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn count(&self) -> usize {
        self.ids.len()
    }

    /// Tells the memory held.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Tells whether both sessions mean the same by an id.
    pub(super) fn agree(&self, other: &Self, id: u16) -> bool {
        match (self.peek(id), other.peek(id)) {
            (Some(mine), Some(theirs)) => mine.definition == theirs.definition,
            _ => false,
        }
    }

    fn make_room(&mut self, now: Timestamp) -> bool {
        let places = 0..self.held.len();
        let oldest = places.min_by_key(|&place| (self.held[place].used, self.held[place].seen));
        let Some(place) = oldest else { return false };
        let held = &self.held[place];
        let silent = now.since(held.seen);
        let room = silent > FORGOTTEN_USED || (!held.used && silent > FORGOTTEN_UNUSED);
        if room {
            self.remove(place);
        }
        room
    }

    fn remove(&mut self, place: usize) {
        self.ids.remove(place);
        self.bytes -= self.held.remove(place).bytes();
        self.last = 0;
    }
}

/// Tells templates apart by a keyed hash of what they say; nobody outside can make two agree.
fn fingerprint(template: &Template<'_>, key: [u64; 2]) -> u64 {
    hash_bytes(
        [key[0] ^ u64::from(template.scopes), key[1]],
        template.definition,
    )
}

/// A template never used makes room for another after this long: the longest usual refresh.
const FORGOTTEN_UNUSED: Span = Span::from_secs(30 * 60);
/// One that was used makes room when nothing was heard of it for a day.
const FORGOTTEN_USED: Span = Span::from_secs(86_400);
