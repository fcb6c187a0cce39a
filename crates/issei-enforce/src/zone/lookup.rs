//! Asks a resolver for the address of a name, as a device of a line would, and understands the answer.
//!
//! In: a name, a number for the message. Out: a datagram; of the answer, whether the name exists and its
//! IPv4 addresses. Always: an answer to another question is none.

use std::net::{IpAddr, Ipv4Addr};

use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::message::Message;
use domain::base::name::ToName;
use domain::rdata::A;
use issei_model::DomainName;

use super::key::wire;
use super::message::{empty, sole_question};

/// What a resolver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The name exists, with these addresses, rising.
    Exists(Vec<IpAddr>),
    /// The name does not exist.
    Absent,
    /// The resolver could not say or did not want to; its code (RFC 6895 section 2.3).
    Failed(u8),
}

/// Writes a question.
pub fn ask(id: u16, name: &DomainName) -> Vec<u8> {
    let mut message = empty();
    message.header_mut().set_id(id);
    message.header_mut().set_rd(true);
    let mut questions = message.question();
    let asked = questions.push((wire(name), Rtype::A, Class::IN));
    debug_assert!(asked.is_ok(), "a vector has room");
    questions.finish().into_target()
}

/// Reads the answer to a question, if it is one.
pub fn hear(id: u16, name: &DomainName, bytes: &[u8]) -> Option<Heard> {
    let message = Message::from_slice(bytes).ok()?;
    let (header, question) = (message.header(), sole_question(message)?);
    let answers = header.qr() && header.id() == id && question.name.name_eq(&wire(name));
    if !answers {
        return None;
    }
    match header.rcode() {
        Rcode::NOERROR => addresses(message).map(Heard::Exists),
        Rcode::NXDOMAIN => Some(Heard::Absent),
        failed => Some(Heard::Failed(failed.to_int())),
    }
}

impl Heard {
    /// Tells the one IPv4 address that it is about.
    pub fn only_address(&self) -> Option<Ipv4Addr> {
        match self {
            Self::Exists(addresses) => match addresses[..] {
                [IpAddr::V4(ip)] => Some(ip),
                _ => None,
            },
            Self::Absent | Self::Failed(_) => None,
        }
    }
}

fn addresses(message: &Message<[u8]>) -> Option<Vec<IpAddr>> {
    let answers = message.answer().ok()?.limit_to_in::<A>();
    let ips: Result<Vec<IpAddr>, _> = answers
        .map(|record| record.map(|record| IpAddr::V4(record.data().addr())))
        .collect();
    let mut ips = ips.ok()?;
    ips.sort_unstable();
    Some(ips)
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
