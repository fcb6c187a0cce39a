//! Whose contacts are remembered: everybody's while there is room, else the suspects'.
//!
//! A dossier holds a line's latest contacts, up to a bound; of tries that nobody answered only
//! those that are repeated enter, so a scan leaves no trace here. Always: bounded; a quarter of
//! the room is kept for suspects; after too many contacts found no room, only suspects are
//! remembered until the next hour, so that a large network pays one look at a filter a record.

use issei_model::{Address, FindingId, FlowRecord, Rule, Timestamp};

use super::contact::Contact;
use super::parameters::ContactParameters;
use super::watch::Watch;
use crate::hashing::{Key, Service};
use crate::table::{Table, Visit};

/// When and why a line became a suspect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Onset {
    /// The first moment of the evidence.
    pub(super) since: Timestamp,
    /// When it was told.
    pub(super) told_at: Timestamp,
    pub(super) finding: FindingId,
    pub(super) rule: Rule,
}

/// What is remembered of a line.
#[derive(Clone, Debug)]
pub(super) struct Dossier<A> {
    /// Half hashes of the services, so that a search reads no contact but the right one.
    names: Vec<u32>,
    pub(super) contacts: Vec<Contact<A>>,
    pub(super) onset: Option<Onset>,
    /// A session with one of the contacts was told.
    pub(super) in_session: bool,
    /// Marks of services that were tried once in vain.
    doors: [u16; DOORS],
    /// From where on the next contact that makes room is sought.
    hand: u8,
}

/// Contacts compared before one makes room: all would be 64 loads from far memory.
const COMPARED: usize = 8;
/// Services tried in vain that a line is expected to come back to at once.
const DOORS: usize = 16;

impl<A> Default for Dossier<A> {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            contacts: Vec::new(),
            onset: None,
            in_session: false,
            doors: [0; DOORS],
            hand: 0,
        }
    }
}

impl<A: Address> Dossier<A> {
    /// Finds a contact.
    pub(super) fn find(&mut self, hash: u64, service: &Service<A>) -> Option<&mut Contact<A>> {
        let at = self.place_of(hash, service)?;
        Some(&mut self.contacts[at])
    }

    fn place_of(&self, hash: u64, service: &Service<A>) -> Option<usize> {
        let mut named = (0..self.names.len()).filter(|&at| self.names[at] == hash as u32);
        named.find(|&at| self.contacts[at].service == *service)
    }

    /// Tells whether a service was tried in vain shortly before, and notes that it was tried.
    pub(super) fn knocked(&mut self, hash: u64) -> bool {
        let mark = (hash >> 48) as u16 | 1;
        let door = &mut self.doors[(hash >> 40) as usize % DOORS];
        std::mem::replace(door, mark) == mark
    }

    /// Adds a contact, in place of the least worth one if `full`.
    fn add(&mut self, hash: u64, mut contact: Contact<A>, full: bool) -> &mut Contact<A> {
        let room = if full { self.least_worth() } else { None };
        let at = match room {
            Some(at) => {
                contact.reuse(&mut self.contacts[at]);
                (self.names[at], self.contacts[at]) = (hash as u32, contact);
                at
            }
            None => {
                self.names.push(hash as u32);
                self.contacts.push(contact);
                self.contacts.len() - 1
            }
        };
        &mut self.contacts[at]
    }

    /// Finds the contact that makes room among the next few: one never answered before one that
    /// was, one never told of before one that was, then the one longest silent.
    fn least_worth(&mut self) -> Option<usize> {
        let held = self.contacts.len();
        let from = usize::from(self.hand);
        self.hand = self.hand.wrapping_add(COMPARED as u8);
        let worth = |at: &usize| {
            let contact = &self.contacts[*at];
            (contact.is_told(), contact.answered > 0, contact.last)
        };
        let next = (from..from + COMPARED.min(held)).map(|at| at % held.max(1));
        next.min_by_key(worth)
    }

    fn is_suspect(&self) -> bool {
        self.onset.is_some()
    }
}

/// The dossiers of one address family.
#[derive(Debug)]
pub(super) struct Dossiers<A> {
    key: Key,
    lines: Table<A, Dossier<A>>,
    watch: Watch,
    contacts: usize,
    /// Lines and contacts that may be held of lines that nobody suspects: three quarters of all.
    lines_of_others: usize,
    contacts_of_others: usize,
    most_contacts: usize,
    most_contacts_a_line: usize,
    most_turned_away: u64,
    hour: Option<i64>,
    turned_away_this_hour: u64,
    /// Suspects found no room in this hour.
    crowded_out: bool,
    /// Contacts of suspects that found no room.
    pub(super) suspects_turned_away: u64,
}

impl<A: Address> Dossiers<A> {
    pub(super) fn new(p: &ContactParameters, hash_key: [u64; 2]) -> Self {
        let key = Key::new(hash_key);
        Self {
            key,
            lines: Table::new(
                key,
                |key, line| key.line(*line),
                p.most_lines.value,
                p.memory(),
            ),
            watch: Watch::new(hash_key),
            contacts: 0,
            lines_of_others: p.most_lines.value / 4 * 3,
            contacts_of_others: p.most_contacts.value / 4 * 3,
            most_contacts: p.most_contacts.value,
            most_contacts_a_line: p.most_contacts_a_line.value.max(1),
            most_turned_away: p.turned_away_an_hour.value,
            hour: None,
            turned_away_this_hour: 0,
            crowded_out: false,
            suspects_turned_away: 0,
        }
    }

    /// Mixes a line with a key, for [`Self::is_of_interest`] and for choosing lines.
    #[inline]
    pub(super) fn mix(&self, line: A) -> u64 {
        self.watch.mix(line)
    }

    /// Tells whether the contacts of a mixed line are remembered.
    #[inline]
    pub(super) fn is_of_interest(&self, mixed: u64) -> bool {
        self.is_open() || self.watch.may_hold_mixed(mixed)
    }

    /// Tells whether a line may be a suspect; `false` is certain.
    #[inline]
    pub(super) fn may_suspect(&self, line: A) -> bool {
        self.watch.may_hold(line)
    }

    /// Tells whether lines that nobody suspects are remembered.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.turned_away_this_hour < self.most_turned_away
    }

    /// Begins a new hour when its time has come: forgets silent lines and opens anew. If suspects
    /// found no room, it forgets all others and stays closed to them for this hour.
    pub(super) fn keep_time(&mut self, now: Timestamp, memory: issei_model::Span) {
        let hour = now.as_micros().div_euclid(3_600_000_000);
        if self.hour.is_some_and(|open| hour <= open) {
            return;
        }
        self.hour = Some(hour);
        let crowded_out = std::mem::take(&mut self.crowded_out);
        self.turned_away_this_hour = if crowded_out {
            self.most_turned_away
        } else {
            0
        };
        let oldest = crate::table::second(now - memory);
        let mut contacts = 0;
        self.lines.retain(|_, dossier, seen| {
            let worth = seen >= oldest && (dossier.is_suspect() || !crowded_out);
            contacts += if worth { dossier.contacts.len() } else { 0 };
            worth
        });
        self.contacts = contacts;
        self.rebuild_watch();
    }

    /// Makes a line a suspect. Tells whether it was none before and found room.
    pub(super) fn suspect(&mut self, line: A, onset: Onset, second: u32) -> bool {
        let visit = Visit::new(0, self.key.line(line));
        let Some(dossier) = self.lines.find_or_enter(&visit, line, second) else {
            self.suspects_turned_away += 1;
            self.crowded_out = true;
            return false;
        };
        let fresh = match &mut dossier.onset {
            Some(known) => {
                known.since = known.since.min(onset.since);
                false
            }
            none => {
                *none = Some(onset);
                true
            }
        };
        if fresh && self.watch.add(line) {
            self.rebuild_watch();
        }
        fresh
    }

    fn rebuild_watch(&mut self) {
        let suspects: Vec<A> = self
            .lines
            .iter()
            .filter(|(_, dossier, _)| dossier.is_suspect())
            .map(|(line, ..)| line)
            .collect();
        self.watch.rebuild(suspects.iter().copied());
    }

    /// Plans a visit to a line's dossier.
    #[inline]
    pub(super) fn visit(&self, row: u32, line: A) -> Visit {
        Visit::new(row, self.key.line(line))
    }

    pub(super) fn touch(&self, visits: &mut [Visit]) {
        self.lines.touch(visits);
    }

    /// Finds or begins the dossier of a line that sends.
    pub(super) fn of_sender(
        &mut self,
        visit: &Visit,
        line: A,
        second: u32,
    ) -> Option<&mut Dossier<A>> {
        if !self.is_open() {
            return self.lines.see(visit, line, second);
        }
        let found = if self.lines.len() < self.lines_of_others {
            self.lines.find_or_enter(visit, line, second)
        } else {
            self.lines.see(visit, line, second)
        };
        if found.is_none() {
            self.turned_away_this_hour += 1;
        }
        found
    }

    /// Finds the dossier of a line.
    pub(super) fn of(&mut self, line: A) -> Option<&mut Dossier<A>> {
        self.lines.get_mut(self.key.line(line), line)
    }

    /// Hashes a service, as contacts are named.
    pub(super) fn hash_of(&self, service: &Service<A>) -> u64 {
        self.key.service(service)
    }

    /// Adds a contact to a dossier if there is room.
    pub(super) fn add(
        &mut self,
        line: A,
        hash: u64,
        contact: Contact<A>,
    ) -> Option<&mut Contact<A>> {
        let held = self.contacts;
        let dossier = self.lines.get_mut(self.key.line(line), line)?;
        let suspect = dossier.is_suspect();
        let crowded = if suspect {
            held >= self.most_contacts
        } else {
            held >= self.contacts_of_others
        };
        if crowded {
            self.crowded_out |= suspect;
            self.turned_away_this_hour += u64::from(!suspect);
        }
        if crowded && dossier.contacts.is_empty() {
            self.suspects_turned_away += u64::from(suspect);
            return None;
        }
        let full = crowded || dossier.contacts.len() >= self.most_contacts_a_line;
        self.contacts += usize::from(!full);
        Some(dossier.add(hash, contact, full))
    }

    /// Walks over the lines and their dossiers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (A, &Dossier<A>)> {
        self.lines.iter().map(|(line, dossier, _)| (line, dossier))
    }

    /// Counts the lines that are remembered.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Lookups that found no place, of lines.
    pub(super) fn lines_turned_away(&self) -> u64 {
        self.lines.tally().turned_away
    }

    pub(super) fn bytes(&self) -> usize {
        let each = size_of::<Contact<A>>() + size_of::<FlowRecord>();
        self.lines.bytes() + self.watch.bytes() + self.contacts * each
    }
}

#[cfg(test)]
#[path = "dossiers_tests.rs"]
mod tests;
