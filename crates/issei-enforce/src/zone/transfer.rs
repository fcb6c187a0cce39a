//! A zone, or what changed in it, as the messages of one answer.
//!
//! In: a zone and the serial that its asker holds. Out: messages, each signed and none longer than
//! [`LONGEST`], made one after the other as they are asked for. Always: a transfer shows one version,
//! whatever happens to the zone meanwhile; it begins and ends with the same start of authority.
//! Standard: RFC 5936 section 2.2 (whole), RFC 1995 section 4 (differences), RFC 8945 section 5.3.1
//! (signatures). A zone has an NS record, which nobody follows: a zone without one is not loaded by BIND.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::PushError;
use domain::base::name::{Name, RelativeName, ToRelativeName};
use domain::base::record::Ttl;
use domain::rdata::{A, Aaaa, Cname, Ns};
use issei_model::Timestamp;

use super::key::{Covers, Key, wire};
use super::message::{Request, Writing, finished, soa};
use super::records::{Record, Says};
use super::serial::Serial;
use super::versions::{Change, Since, Zone};

/// The longest message of a transfer, its signature among it. Shorter than a resolver's buffer of 64 KiB, and long enough
/// that signatures cost little.
pub const LONGEST: usize = 32 * 1_024;
/// What a signature takes at most: a key's name, the algorithm's, the signature, and figures.
const SIGNATURE: usize = 400;

/// An answer of several messages.
#[derive(Debug)]
pub struct Transfer {
    request: Request,
    zone: Zone,
    parts: VecDeque<Part>,
    signing: Option<Signing>,
}

#[derive(Debug)]
struct Signing {
    key: Key,
    /// The signature of the request, or of the message before.
    before: Vec<u8>,
    begun: bool,
}

/// A run of records.
#[derive(Clone, Debug)]
enum Part {
    Soa(Serial),
    Ns,
    All(Option<Record>),
    Gone(Arc<Change>, Option<Record>),
    New(Arc<Change>, Option<Record>),
}

/// Whether a part went into a message to its end.
enum Written {
    Whole,
    /// There was no room for the rest, which is this.
    Until(Part),
}

impl Transfer {
    /// Prepares the answer to who holds this serial, or none.
    pub(super) fn new(
        request: Request,
        zone: Zone,
        held: Option<Serial>,
        signed: Option<(Key, Vec<u8>)>,
    ) -> Self {
        let now = Part::Soa(zone.serial());
        let mut parts = VecDeque::from([now.clone()]);
        match held.map_or(Since::Whole, |held| zone.since(held)) {
            Since::Nothing => {}
            Since::Whole => parts.extend([Part::Ns, Part::All(None), now]),
            Since::Changes(changes) => {
                for change in changes {
                    parts.push_back(Part::Soa(change.from));
                    parts.push_back(Part::Gone(Arc::clone(&change), None));
                    parts.push_back(Part::Soa(change.to));
                    parts.push_back(Part::New(change, None));
                }
                parts.push_back(now);
            }
        }
        let signing = signed.map(|(key, before)| Signing {
            key,
            before,
            begun: false,
        });
        Self {
            request,
            zone,
            parts,
            signing,
        }
    }

    /// Tells the serial that its reader will hold.
    pub fn serial(&self) -> Serial {
        self.zone.serial()
    }

    /// Makes the next message, until there is none.
    pub fn next(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        if self.parts.is_empty() {
            return None;
        }
        let mut writing = self.request.begin(Rcode::NOERROR, LONGEST - SIGNATURE);
        while let Some(part) = self.parts.pop_front() {
            if let Written::Until(rest) = part.write(&self.zone, &mut writing) {
                self.parts.push_front(rest);
                break;
            }
        }
        let mut message = finished(writing);
        if let Some(signing) = &mut self.signing {
            signing.sign(now, &mut message);
        }
        Some(message)
    }
}

impl Signing {
    fn sign(&mut self, now: Timestamp, message: &mut Vec<u8>) {
        let covers = match self.begun {
            false => Covers::Answer(&self.before),
            true => Covers::Following(&self.before),
        };
        self.before = self.key.sign(now, message, covers);
        self.begun = true;
    }
}

impl Part {
    fn write(&self, zone: &Zone, into: &mut Writing) -> Written {
        let apex = wire(zone.apex());
        let ttl = Ttl::from_secs(zone.timers().ttl);
        let (records, after) = match self {
            Self::Soa(serial) => return self.fits(into.push(soa(zone, *serial))),
            Self::Ns => {
                let nobody = Ns::new(nobody());
                return self.fits(into.push((apex, Class::IN, ttl, nobody)));
            }
            Self::All(after) => (&**zone.records(), after),
            Self::Gone(change, after) => (&change.plan.gone, after),
            Self::New(change, after) => (&change.plan.new, after),
        };
        match push_all(records, after.as_ref(), &apex, ttl, into) {
            None => Written::Whole,
            Some(last) => Written::Until(self.after(last)),
        }
    }

    fn fits(&self, pushed: Result<(), PushError>) -> Written {
        match pushed {
            Ok(()) => Written::Whole,
            Err(_) => Written::Until(self.clone()),
        }
    }

    /// Goes on after a record, or where it stood if none went in.
    fn after(&self, last: Option<Record>) -> Self {
        let mut rest = self.clone();
        if let (Self::All(after) | Self::Gone(_, after) | Self::New(_, after), Some(last)) =
            (&mut rest, last)
        {
            *after = Some(last);
        }
        rest
    }
}

/// Writes the records after one. If there is no room for all, tells the last that went in, if any did.
fn push_all(
    records: &BTreeSet<Record>,
    after: Option<&Record>,
    apex: &Name<Vec<u8>>,
    ttl: Ttl,
    into: &mut Writing,
) -> Option<Option<Record>> {
    let from = after.map_or(Unbounded, Excluded);
    let mut last: Option<&Record> = None;
    for record in records.range::<Record, _>((from, Unbounded)) {
        if push(record, apex, ttl, into).is_err() {
            return Some(last.cloned());
        }
        last = Some(record);
    }
    None
}

/// Writes one record. One whose owner does not fit below the zone cannot be here: whoever made it has
/// measured it.
fn push(
    record: &Record,
    apex: &Name<Vec<u8>>,
    ttl: Ttl,
    into: &mut Writing,
) -> Result<(), PushError> {
    let owner = record.owner().and_then(|owner| owner.chain(apex).ok());
    let Some(owner) = owner else {
        return Ok(());
    };
    match record.says() {
        Says::Absent => into.push((owner, Class::IN, ttl, Cname::new(Name::root_vec()))),
        Says::Empty => into.push((owner, Class::IN, ttl, Cname::new(special(b"\x01*")))),
        Says::Pass => into.push((
            owner,
            Class::IN,
            ttl,
            Cname::new(special(b"\x0crpz-passthru")),
        )),
        Says::A(ip) => into.push((owner, Class::IN, ttl, A::new(ip))),
        Says::Aaaa(ip) => into.push((owner, Class::IN, ttl, Aaaa::new(ip))),
    }
}

/// Names of one label below the root.
fn special(label: &'static [u8]) -> Name<Vec<u8>> {
    let label = RelativeName::from_octets(label.to_vec());
    let name = label.ok().and_then(|label| label.into_absolute().ok());
    name.unwrap_or_else(Name::root_vec)
}

/// Where nobody answers (RFC 6761 section 6.4).
fn nobody() -> Name<Vec<u8>> {
    special(b"\x07invalid")
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
