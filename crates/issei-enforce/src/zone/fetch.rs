//! Fetches a zone as a resolver does.
//!
//! In: a zone's name, what is wanted of it, a key; the messages of an answer. Out: the request; the serial
//! and the records that its asker then holds. Always: each message must carry a right signature over the one before it;
//! an answer that is not whole, or that speaks of another zone, gives nothing.
//! Standard: RFC 5936 section 3, RFC 1995 section 4, RFC 8945 section 5.3.

use std::collections::BTreeSet;
use std::fmt;

use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::message::Message;
use domain::base::name::{Name, ToName};
use domain::base::record::ParsedRecord;
use domain::rdata::{A, Aaaa, Cname, Soa};
use issei_model::{DomainName, Timestamp};

use super::key::{Covers, Key, Signed, wire};
use super::message::empty;
use super::records::{Record, Says};
use super::serial::Serial;

/// What is wanted of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its start of authority.
    Start,
    /// All of it.
    Whole,
    /// What has changed since this serial.
    Since(Serial),
}

/// One request and its answer.
#[derive(Debug)]
pub struct Fetch {
    id: u16,
    apex: Name<Vec<u8>>,
    wanted: Wanted,
    key: Option<Key>,
    /// The signature that the next message stands on.
    before: Vec<u8>,
    begun: bool,
    lines: Vec<Line>,
}

/// Why an answer gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFetched {
    /// It cannot be read, or is the answer to something else.
    Unreadable,
    /// It is not signed as it should be.
    Unsigned,
    /// The server said no: its code (RFC 6895 section 2.3).
    Refused(u8),
    /// Its records are not in the order of a transfer.
    Disordered,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Start(Serial),
    Record(Record),
    /// A record that is no policy, such as the zone's NS.
    Other,
}

impl Fetch {
    /// Prepares a request with this number.
    pub fn new(id: u16, apex: &DomainName, wanted: Wanted, key: Option<Key>) -> Self {
        Self {
            id,
            apex: wire(apex),
            wanted,
            key,
            before: Vec::new(),
            begun: false,
            lines: Vec::new(),
        }
    }

    /// Writes the request.
    pub fn request(&mut self, now: Timestamp) -> Vec<u8> {
        let mut message = empty();
        message.header_mut().set_id(self.id);
        let kind = match self.wanted {
            Wanted::Start => Rtype::SOA,
            Wanted::Whole => Rtype::AXFR,
            Wanted::Since(_) => Rtype::IXFR,
        };
        let mut questions = message.question();
        let asked = questions.push((&self.apex, kind, Class::IN));
        debug_assert!(asked.is_ok(), "a vector has room");
        let mut authority = questions.authority();
        if let Wanted::Since(held) = self.wanted {
            let told = authority.push(start(&self.apex, held));
            debug_assert!(told.is_ok(), "a vector has room");
        }
        let mut message = authority.finish().into_target();
        if let Some(key) = &self.key {
            self.before = key.sign(now, &mut message, Covers::Request);
        }
        message
    }

    /// Takes the next message of the answer. Tells whether it was the last.
    ///
    /// # Errors
    /// If it cannot be read, is not signed, or says no.
    pub fn take(&mut self, now: Timestamp, bytes: &[u8]) -> Result<bool, NotFetched> {
        let message = Message::from_slice(bytes).map_err(|_| NotFetched::Unreadable)?;
        let header = message.header();
        if !header.qr() || header.id() != self.id {
            return Err(NotFetched::Unreadable);
        }
        if header.rcode() != Rcode::NOERROR {
            return Err(NotFetched::Refused(header.rcode().to_int()));
        }
        self.check(now, bytes)?;
        let answers = message.answer().map_err(|_| NotFetched::Unreadable)?;
        for record in answers {
            let record = record.map_err(|_| NotFetched::Unreadable)?;
            let line = self.line(&record)?;
            self.lines.push(line);
        }
        Ok(self.is_whole())
    }

    fn check(&mut self, now: Timestamp, bytes: &[u8]) -> Result<(), NotFetched> {
        let Some(key) = &self.key else {
            return Ok(());
        };
        let signed = match Signed::find(bytes) {
            Some(Ok(signed)) if key.is_named_by(&signed) => signed,
            _ => return Err(NotFetched::Unsigned),
        };
        let covers = match self.begun {
            false => Covers::Answer(&self.before),
            true => Covers::Following(&self.before),
        };
        let checked = key.check(now, bytes, &signed, covers);
        checked.map_err(|_| NotFetched::Unsigned)?;
        self.before = signed.mac;
        self.begun = true;
        Ok(())
    }

    fn line(&self, record: &ParsedRecord<'_, [u8]>) -> Result<Line, NotFetched> {
        let unreadable = NotFetched::Unreadable;
        let owner: Name<Vec<u8>> = record.owner().to_canonical_name();
        let below = owner.as_slice().strip_suffix(self.apex.as_slice());
        let below = below.ok_or(unreadable)?;
        let says = match record.rtype() {
            Rtype::SOA => {
                let soa = record.to_record::<Soa<_>>().ok().flatten();
                let soa = soa.ok_or(unreadable)?;
                return Ok(Line::Start(Serial(soa.data().serial().into_int())));
            }
            Rtype::A => record
                .to_record::<A>()
                .ok()
                .flatten()
                .map(|a| Says::A(a.data().addr())),
            Rtype::AAAA => {
                let aaaa = record.to_record::<Aaaa>().ok().flatten();
                aaaa.map(|aaaa| Says::Aaaa(aaaa.data().addr()))
            }
            Rtype::CNAME => {
                let cname = record.to_record::<Cname<_>>().ok().flatten();
                cname.and_then(|cname| policy(&cname.data().cname().to_canonical_name()))
            }
            _ => return Ok(Line::Other),
        };
        let record = Record::below(below, says.ok_or(unreadable)?);
        Ok(Line::Record(record))
    }

    /// Tells whether nothing is missing: the second start of authority, or of a difference the third of
    /// the same serial, or the only one.
    fn is_whole(&self) -> bool {
        let Some(Line::Start(now)) = self.lines.first() else {
            return true;
        };
        let starts = self
            .lines
            .iter()
            .filter(|line| **line == Line::Start(*now))
            .count();
        match (self.wanted, self.lines.get(1)) {
            (Wanted::Start, _) => true,
            (Wanted::Since(held), None) => held == *now,
            (Wanted::Since(_), Some(Line::Start(_))) => starts >= 3,
            _ => starts >= 2,
        }
    }

    /// Tells the serial, and makes the records that are held into those of that serial.
    ///
    /// # Errors
    /// If the answer is not in the order of a transfer.
    pub fn apply(&self, held: &mut BTreeSet<Record>) -> Result<Serial, NotFetched> {
        let Some((Line::Start(now), rest)) = self.lines.split_first() else {
            return Err(NotFetched::Disordered);
        };
        match rest {
            [] => {}
            [Line::Start(_), ..] => differences(rest, held)?,
            [whole @ .., Line::Start(end)] if end == now => {
                *held = whole.iter().filter_map(Line::record).cloned().collect();
            }
            _ => return Err(NotFetched::Disordered),
        }
        Ok(*now)
    }
}

/// Applies differences: of each, a start of authority and what goes, then one and what comes; last, one more.
fn differences(lines: &[Line], held: &mut BTreeSet<Record>) -> Result<(), NotFetched> {
    let mut starts = 0;
    for line in lines {
        match line {
            Line::Start(_) => starts += 1,
            Line::Other => {}
            Line::Record(record) if starts % 2 == 1 => {
                if !held.remove(record) {
                    return Err(NotFetched::Disordered);
                }
            }
            Line::Record(record) => {
                if !held.insert(record.clone()) {
                    return Err(NotFetched::Disordered);
                }
            }
        }
    }
    match starts % 2 {
        1 => Ok(()),
        _ => Err(NotFetched::Disordered),
    }
}

impl Line {
    fn record(&self) -> Option<&Record> {
        match self {
            Self::Record(record) => Some(record),
            Self::Start(_) | Self::Other => None,
        }
    }
}

/// Reads what a CNAME says as a policy.
fn policy(target: &Name<Vec<u8>>) -> Option<Says> {
    match target.as_slice() {
        b"\0" => Some(Says::Absent),
        b"\x01*\0" => Some(Says::Empty),
        b"\x0crpz-passthru\0" => Some(Says::Pass),
        _ => None,
    }
}

/// The start of authority of who holds a serial: only the serial counts (RFC 1995 section 3).
fn start(apex: &Name<Vec<u8>>, held: Serial) -> super::message::Start {
    use domain::base::record::Ttl;
    let (zero, root) = (Ttl::from_secs(0), Name::root_vec());
    let soa = Soa::new(root.clone(), root, held.0.into(), zero, zero, zero, zero);
    (apex.clone(), Class::IN, zero, soa)
}

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the answer cannot be read, or answers something else"),
            Self::Unsigned => f.write_str(
                "the answer is not signed with the key; compare both keys and both clocks",
            ),
            Self::Refused(code) => write!(
                f,
                "the server said no (code {code}); see whether it knows this address and this key"
            ),
            Self::Disordered => f.write_str("the answer is no whole transfer"),
        }
    }
}

impl std::error::Error for NotFetched {}
