//! Reads what arrives at the zone's port, and says what is answered.
//!
//! In: a message, who sent it and over what, the time. Out: an [`Asked`] that its zone answers, or why the
//! sender is turned away and what it is told. Always: only callers that are configured are answered with
//! anything of a zone, over UDP never with more than a start of authority; a caller with a key must sign
//! with it; a transfer that was asked for before in the same words is refused; whatever arrives, nothing
//! changes but counts and the memory of signatures, which is bounded.

use std::collections::VecDeque;
use std::net::IpAddr;

use domain::base::iana::{Class, Opcode, Rcode, Rtype, TsigRcode};
use domain::base::name::ToName;
use issei_model::{DomainName, Timestamp};

use super::key::{Covers, Key, Signed, Unsound, wire};
use super::message::{NoRequest, Request, begin, finished, soa};
use super::serial::Serial;
use super::transfer::Transfer;
use super::versions::Zone;

/// Who may ask.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where it asks from.
    pub ip: IpAddr,
    /// How it is known.
    pub access: Access,
}

/// How a caller is known.
#[derive(Clone, Debug)]
pub enum Access {
    /// By signatures with this key.
    Key(Key),
    /// By its address alone, because it cannot sign (Unbound). Only for callers that nobody can stand before.
    Address,
}

/// What a message came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// One datagram: the sender's address may be forged.
    Udp,
    /// A connection.
    Tcp,
}

/// Why a sender is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// No head, or an answer to nothing we asked here. Not answered.
    Unanswerable,
    /// Cannot be read.
    Unreadable,
    /// From an address that is not configured.
    Stranger,
    /// Without a signature, from a caller that has a key.
    Unsigned,
    /// Signed with a key that is not this caller's.
    OtherKey,
    /// The signature is wrong.
    BadSignature,
    /// The signature is right and too old, or of the future.
    OtherTime,
    /// The same signed request came before.
    Replayed,
    /// Neither a start of authority nor a transfer is asked for.
    OtherQuestion,
    /// A zone that is not here.
    OtherZone,
}

/// A sender that is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// Why.
    pub trouble: Trouble,
    /// What it is told, if anything.
    pub reply: Option<Vec<u8>>,
}

/// A request that may be answered.
#[derive(Clone, Debug)]
pub struct Asked {
    request: Request,
    signed: Option<(Key, Vec<u8>)>,
    over: Over,
}

/// What is answered.
#[derive(Debug)]
pub enum Reply {
    /// One message.
    One(Vec<u8>),
    /// Several, over a connection.
    Stream(Box<Transfer>),
}

/// The port.
#[derive(Debug)]
pub struct Port {
    callers: Vec<Caller>,
    /// Signatures of transfers that were asked for, oldest first, and when they no longer count anyway.
    seen: VecDeque<(Timestamp, Vec<u8>)>,
}

/// Transfers that are remembered: at one a second and resolver, more than ten minutes of fifty resolvers.
const MOST_SEEN: usize = 32_768;
/// Seconds that a signature counts: twice the fudge, for the clock of its maker may be ahead.
const COUNTS: i64 = 600;
/// A message of ours over UDP: fits into every network's packet (RFC 1035 section 4.2.1).
const LONGEST_DATAGRAM: usize = 512;

impl Port {
    /// Takes the callers that are known.
    pub fn new(callers: Vec<Caller>) -> Self {
        Self {
            callers,
            seen: VecDeque::new(),
        }
    }

    /// Tells whether an address may ask at all, before it has said anything.
    pub fn knows(&self, ip: IpAddr) -> bool {
        self.callers
            .iter()
            .any(|caller| caller.ip == ip.to_canonical())
    }

    /// Reads a message.
    ///
    /// # Errors
    /// If its sender is turned away.
    pub fn read(
        &mut self,
        now: Timestamp,
        from: IpAddr,
        over: Over,
        bytes: &[u8],
    ) -> Result<Asked, Turned> {
        let request = Request::read(bytes).map_err(Turned::unreadable)?;
        let from = from.to_canonical();
        let known: Vec<&Caller> = self
            .callers
            .iter()
            .filter(|known| known.ip == from)
            .collect();
        if known.is_empty() {
            return Err(Turned::refused(&request, Trouble::Stranger));
        }
        let key = signed_by(now, bytes, &request, &known)?;
        let asked = Asked {
            request,
            signed: key,
            over,
        };
        if !asked.is_for_a_zone() {
            return Err(asked.refused(now, Trouble::OtherQuestion));
        }
        if over == Over::Tcp && asked.wants_transfer() {
            self.remember(now, &asked)?;
        }
        Ok(asked)
    }

    /// Refuses a transfer that was asked for in the same words.
    fn remember(&mut self, now: Timestamp, asked: &Asked) -> Result<(), Turned> {
        let Some((_, mac)) = &asked.signed else {
            return Ok(());
        };
        while let Some((until, _)) = self.seen.front() {
            if *until > now && self.seen.len() < MOST_SEEN {
                break;
            }
            self.seen.pop_front();
        }
        if self.seen.iter().any(|(_, seen)| seen == mac) {
            return Err(asked.refused(now, Trouble::Replayed));
        }
        let until = now + issei_model::Span::from_secs(COUNTS);
        self.seen.push_back((until, mac.clone()));
        Ok(())
    }
}

/// Finds whose signature a request carries, if it must carry one.
fn signed_by(
    now: Timestamp,
    bytes: &[u8],
    request: &Request,
    known: &[&Caller],
) -> Result<Option<(Key, Vec<u8>)>, Turned> {
    let keys = || known.iter().filter_map(|caller| caller.access.key());
    let signed = match Signed::find(bytes) {
        None if known.iter().any(|caller| caller.access.key().is_none()) => return Ok(None),
        None => return Err(Turned::refused(request, Trouble::Unsigned)),
        Some(Err(())) => return Err(Turned::unreadable(NoRequest::Unreadable(request.id))),
        Some(Ok(signed)) => signed,
    };
    let Some(key) = keys().find(|key| key.is_named_by(&signed)) else {
        return Err(Turned::unsigned(request, &signed, TsigRcode::BADKEY));
    };
    match key.check(now, bytes, &signed, Covers::Request) {
        Ok(()) => Ok(Some((key.clone(), signed.mac))),
        Err(Unsound::Mac) => Err(Turned::unsigned(request, &signed, TsigRcode::BADSIG)),
        Err(Unsound::Time) => {
            let mut reply = finished(request.begin(Rcode::NOTAUTH, LONGEST_DATAGRAM));
            key.sign_apart(now, &mut reply, &signed);
            let trouble = Trouble::OtherTime;
            Err(Turned::told(trouble, reply))
        }
    }
}

impl Access {
    fn key(&self) -> Option<&Key> {
        match self {
            Self::Key(key) => Some(key),
            Self::Address => None,
        }
    }
}

impl Turned {
    fn told(trouble: Trouble, reply: Vec<u8>) -> Self {
        let reply = Some(reply);
        Self { trouble, reply }
    }

    fn unreadable(why: NoRequest) -> Self {
        match why {
            NoRequest::Unanswerable => Self {
                trouble: Trouble::Unanswerable,
                reply: None,
            },
            NoRequest::Unreadable(id) => {
                let head = begin(id, Opcode::QUERY, Rcode::FORMERR, None, LONGEST_DATAGRAM);
                Self::told(Trouble::Unreadable, finished(head))
            }
        }
    }

    fn refused(request: &Request, trouble: Trouble) -> Self {
        let reply = request.begin(Rcode::REFUSED, LONGEST_DATAGRAM);
        Self::told(trouble, finished(reply))
    }

    fn unsigned(request: &Request, signed: &Signed, error: TsigRcode) -> Self {
        let mut reply = finished(request.begin(Rcode::NOTAUTH, LONGEST_DATAGRAM));
        signed.turn_down(&mut reply, error);
        let trouble = match error {
            TsigRcode::BADKEY => Trouble::OtherKey,
            _ => Trouble::BadSignature,
        };
        Self::told(trouble, reply)
    }
}

impl Asked {
    /// Tells whether it asks this zone.
    pub fn asks(&self, apex: &DomainName) -> bool {
        self.request.question.name.name_eq(&wire(apex))
    }

    /// Tells the serial that the asker says it holds.
    pub fn held(&self) -> Option<Serial> {
        self.request.held
    }

    /// Tells whether more is asked for than the start of authority.
    pub fn wants_transfer(&self) -> bool {
        self.request.question.kind != Rtype::SOA
    }

    /// Answers with what the zone holds.
    pub fn answer(self, now: Timestamp, zone: &Zone) -> Reply {
        match (self.request.question.kind, self.over) {
            (Rtype::AXFR, Over::Tcp) => Reply::Stream(self.transfer(zone, None)),
            (Rtype::IXFR, Over::Tcp) => {
                let held = self.request.held;
                Reply::Stream(self.transfer(zone, held))
            }
            // A datagram has room for the serial only: who lacks something then asks over a connection
            // (RFC 1995 section 2).
            _ => Reply::One(self.start(now, zone)),
        }
    }

    /// Refuses it, because there is no such zone here.
    pub fn no_such_zone(&self, now: Timestamp) -> Turned {
        self.refused(now, Trouble::OtherZone)
    }

    /// Refuses it, because its answer would take what there is no room for.
    pub fn busy(&self, now: Timestamp) -> Vec<u8> {
        self.signed(now, self.request.begin(Rcode::REFUSED, LONGEST_DATAGRAM))
    }

    fn is_for_a_zone(&self) -> bool {
        let (question, opcode) = (&self.request.question, self.request.opcode);
        let kinds: &[Rtype] = match self.over {
            Over::Tcp => &[Rtype::SOA, Rtype::IXFR, Rtype::AXFR],
            Over::Udp => &[Rtype::SOA, Rtype::IXFR],
        };
        opcode == Opcode::QUERY && question.class == Class::IN && kinds.contains(&question.kind)
    }

    fn transfer(self, zone: &Zone, held: Option<Serial>) -> Box<Transfer> {
        Box::new(Transfer::new(self.request, zone.clone(), held, self.signed))
    }

    fn start(&self, now: Timestamp, zone: &Zone) -> Vec<u8> {
        let mut answer = self.request.begin(Rcode::NOERROR, LONGEST_DATAGRAM);
        let pushed = answer.push(soa(zone, zone.serial()));
        debug_assert!(
            pushed.is_ok(),
            "three names of one zone fit into a datagram"
        );
        self.signed(now, answer)
    }

    fn refused(&self, now: Timestamp, trouble: Trouble) -> Turned {
        let reply = self.request.begin(Rcode::REFUSED, LONGEST_DATAGRAM);
        Turned::told(trouble, self.signed(now, reply))
    }

    fn signed(&self, now: Timestamp, writing: super::message::Writing) -> Vec<u8> {
        let mut message = finished(writing);
        if let Some((key, mac)) = &self.signed {
            key.sign(now, &mut message, Covers::Answer(mac));
        }
        message
    }
}

#[cfg(test)]
#[path = "port_tests.rs"]
mod tests;
