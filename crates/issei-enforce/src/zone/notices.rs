//! Tells resolvers that a zone has changed, and tells them again until they say that they heard.
//!
//! In: a change, the time, answers. Out: datagrams. Always: a resolver is told the latest serial only;
//! between two tellings the time doubles; after [`TRIES`] nobody goes on, for the resolver also asks by
//! itself as often as the zone's refresh says; what was never heard is counted.
//! Standard: RFC 1996.

use std::net::SocketAddr;

use domain::base::iana::{Class, Opcode, Rtype};
use domain::base::message::Message;
use issei_model::{Span, Timestamp};

use super::key::{Covers, Key, wire};
use super::message::{empty, soa};
use super::versions::Zone;

/// The resolvers of one zone, and who of them has to be told.
#[derive(Debug)]
pub struct Notices {
    resolvers: Vec<Resolver>,
    unheard: u64,
}

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where to.
    pub to: SocketAddr,
    /// What.
    pub bytes: Vec<u8>,
}

#[derive(Debug)]
struct Resolver {
    address: SocketAddr,
    key: Option<Key>,
    waiting: Option<Waiting>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: u16,
    told: u32,
    again: Timestamp,
}

/// How often one is told of one change: over six seconds together.
pub const TRIES: u32 = 7;
/// Between the first two.
const FIRST_WAIT: Span = Span::from_millis(50);

impl Notices {
    /// Takes the resolvers that are told, each with the key that the notice is signed with.
    pub fn new(resolvers: Vec<(SocketAddr, Option<Key>)>) -> Self {
        let resolver = |(address, key)| Resolver {
            address,
            key,
            waiting: None,
        };
        Self {
            resolvers: resolvers.into_iter().map(resolver).collect(),
            unheard: 0,
        }
    }

    /// Notes that the zone has changed. `draw` gives the number of a message, which nobody should guess.
    pub fn changed(&mut self, now: Timestamp, mut draw: impl FnMut() -> u16) {
        for resolver in &mut self.resolvers {
            let id = draw();
            resolver.waiting = Some(Waiting {
                id,
                told: 0,
                again: now,
            });
        }
    }

    /// Tells when somebody is to be told.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let waiting = self.resolvers.iter().filter_map(|one| one.waiting);
        waiting.map(|waiting| waiting.again).min()
    }

    /// Tells everybody who is due of the zone.
    pub fn on_deadline(&mut self, now: Timestamp, zone: &Zone, out: &mut Vec<Notice>) {
        for resolver in &mut self.resolvers {
            let Some(waiting) = resolver.waiting.filter(|waiting| waiting.again <= now) else {
                continue;
            };
            if waiting.told >= TRIES {
                resolver.waiting = None;
                self.unheard += 1;
                continue;
            }
            out.push(resolver.notice(now, zone, waiting.id));
            let wait = FIRST_WAIT.as_micros() << waiting.told;
            resolver.waiting = Some(Waiting {
                told: waiting.told + 1,
                again: now + Span::from_micros(wait),
                ..waiting
            });
        }
    }

    /// Takes an answer. Tells whether it was one to what was told.
    pub fn answered(&mut self, from: SocketAddr, bytes: &[u8]) -> bool {
        let Ok(message) = Message::from_slice(bytes) else {
            return false;
        };
        let header = message.header();
        let is_it = |one: &&mut Resolver| {
            let waits = one.waiting.is_some_and(|waiting| waiting.id == header.id());
            waits && one.address == from && header.qr() && header.opcode() == Opcode::NOTIFY
        };
        // Whatever it says, it has heard: one that refuses does so each time.
        let one = self.resolvers.iter_mut().find(is_it);
        one.map(|one| one.waiting = None).is_some()
    }

    /// Counts changes that a resolver was told in vain.
    pub fn unheard(&self) -> u64 {
        self.unheard
    }
}

impl Resolver {
    /// Writes a notice, with the start of authority as a hint (section 3.7).
    fn notice(&self, now: Timestamp, zone: &Zone, id: u16) -> Notice {
        let mut message = empty();
        message.header_mut().set_id(id);
        message.header_mut().set_opcode(Opcode::NOTIFY);
        message.header_mut().set_aa(true);
        let mut questions = message.question();
        let asked = questions.push((wire(zone.apex()), Rtype::SOA, Class::IN));
        let mut answers = questions.answer();
        let told = answers.push(soa(zone, zone.serial()));
        debug_assert!(asked.is_ok() && told.is_ok(), "a vector has room");
        let mut bytes = answers.finish().into_target();
        if let Some(key) = &self.key {
            key.sign(now, &mut bytes, Covers::Request);
        }
        Notice {
            to: self.address,
            bytes,
        }
    }
}

#[cfg(test)]
#[path = "notices_tests.rs"]
mod tests;
