//! What a request asks, and the head and single records of an answer.
//!
//! In: bytes of one message. Out: its question, or why it is none; messages that begin as answers do.
//! Always: nothing is believed of a message but what was read of it; an answer is never answered.
//! Standard: RFC 1035 section 4, RFC 1995 section 3 for the serial of a question for differences.

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message::Message;
use domain::base::message_builder::{AnswerBuilder, MessageBuilder, StaticCompressor};
use domain::base::name::{Name, ToName};
use domain::base::record::Ttl;
use domain::base::serial::Serial as WireSerial;
use domain::rdata::Soa;

use super::key::wire;
use super::serial::Serial;
use super::versions::Zone;

/// The question of a message, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The name, lower case.
    pub name: Name<Vec<u8>>,
    /// The kind of record.
    pub kind: Rtype,
    /// The class.
    pub class: Class,
}

/// A message that may be answered.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Its number, which the answer carries.
    pub id: u16,
    /// What it wants done.
    pub opcode: Opcode,
    /// Its only question.
    pub question: Question,
    /// The serial that its sender holds, if it told it.
    pub held: Option<Serial>,
}

/// Why a message is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRequest {
    /// It has no head, or is itself an answer: nobody is told.
    Unanswerable,
    /// It cannot be read: its number.
    Unreadable(u16),
}

/// A start of authority, to be written.
pub(super) type Start = (Name<Vec<u8>>, Class, Ttl, Soa<Name<Vec<u8>>>);

/// A message being written.
pub(super) type Writing = AnswerBuilder<StaticCompressor<Vec<u8>>>;

impl Request {
    /// Reads a message.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, NoRequest> {
        let message = Message::from_slice(bytes).map_err(|_| NoRequest::Unanswerable)?;
        let header = message.header();
        if header.qr() {
            return Err(NoRequest::Unanswerable);
        }
        let unreadable = NoRequest::Unreadable(header.id());
        let question = sole_question(message).ok_or(unreadable)?;
        let held = held(message).map_err(|_| unreadable)?;
        Ok(Self {
            id: header.id(),
            opcode: header.opcode(),
            question,
            held,
        })
    }

    /// Begins its answer.
    pub(super) fn begin(&self, rcode: Rcode, most: usize) -> Writing {
        begin(self.id, self.opcode, rcode, Some(&self.question), most)
    }
}

/// Reads the only question of a message.
pub(super) fn sole_question(message: &Message<[u8]>) -> Option<Question> {
    let question = message.sole_question().ok()?;
    Some(Question {
        name: question.qname().to_canonical_name(),
        kind: question.qtype(),
        class: question.qclass(),
    })
}

/// Reads the serial that stands in the authority section. Every section is walked over, so that a message
/// that ends too soon is noticed.
fn held(message: &Message<[u8]>) -> Result<Option<Serial>, ()> {
    let authority = message.authority().map_err(|_| ())?;
    let mut held = None;
    for record in authority {
        let record = record.map_err(|_| ())?;
        if let Ok(Some(soa)) = record.to_record::<Soa<_>>() {
            held.get_or_insert(Serial(soa.data().serial().into_int()));
        }
    }
    let mut additional = message.additional().map_err(|_| ())?;
    additional.try_for_each(|record| record.map(drop).map_err(|_| ()))?;
    Ok(held)
}

/// Begins an answer of at most so many bytes.
pub(super) fn begin(
    id: u16,
    opcode: Opcode,
    rcode: Rcode,
    question: Option<&Question>,
    most: usize,
) -> Writing {
    let mut message = empty();
    message.set_push_limit(most);
    let header = message.header_mut();
    header.set_id(id);
    header.set_opcode(opcode);
    header.set_qr(true);
    header.set_aa(rcode == Rcode::NOERROR);
    header.set_rcode(rcode);
    let mut questions = message.question();
    if let Some(question) = question {
        let pushed = questions.push((&question.name, question.kind, question.class));
        debug_assert!(pushed.is_ok(), "one question fits");
    }
    questions.answer()
}

/// Begins a message. Vectors grow, so there is always room for a head.
pub(super) fn empty() -> MessageBuilder<StaticCompressor<Vec<u8>>> {
    let message = MessageBuilder::from_target(StaticCompressor::new(Vec::new()));
    message.unwrap_or_else(|_| unreachable!("a vector has room"))
}

/// Ends a message and shows its bytes.
pub(super) fn finished(writing: Writing) -> Vec<u8> {
    writing.finish().into_target()
}

/// A zone's start of authority, at a serial.
pub(super) fn soa(zone: &Zone, serial: Serial) -> Start {
    let (apex, timers) = (wire(zone.apex()), zone.timers());
    let seconds = Ttl::from_secs;
    let soa = Soa::new(
        apex.clone(),
        apex.clone(),
        WireSerial::from(serial.0),
        seconds(timers.refresh),
        seconds(timers.retry),
        seconds(timers.expire),
        seconds(timers.ttl),
    );
    (apex, Class::IN, seconds(timers.ttl), soa)
}
