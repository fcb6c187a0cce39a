//! Asks a resolver for the addresses of a name, as a device of a line would, and understands the answer.
//!
//! In: a name, a family, a number for the message. Out: a datagram; of the answer, whether the name exists and
//! its addresses. Always: an answer to another question is none; one that was cut off is never taken for whole.

use std::net::{IpAddr, Ipv4Addr};

use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::message::Message;
use domain::base::name::ToName;
use domain::rdata::{A, Aaaa};
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
    /// The answer did not fit into a datagram (RFC 1035 section 4.1.1): addresses may be missing.
    Cut,
}

/// Which addresses of a name are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Those of IPv4.
    V4,
    /// Those of IPv6.
    V6,
}

impl Family {
    fn kind(self) -> Rtype {
        match self {
            Self::V4 => Rtype::A,
            Self::V6 => Rtype::AAAA,
        }
    }
}

/// Asks for the IPv4 addresses of a name.
pub fn ask(id: u16, name: &DomainName) -> Vec<u8> {
    ask_for(id, name, Family::V4)
}

/// Asks for the addresses of a name.
pub fn ask_for(id: u16, name: &DomainName, family: Family) -> Vec<u8> {
    let mut message = empty();
    message.header_mut().set_id(id);
    message.header_mut().set_rd(true);
    let mut questions = message.question();
    let asked = questions.push((wire(name), family.kind(), Class::IN));
    debug_assert!(asked.is_ok(), "a vector has room");
    questions.finish().into_target()
}

/// Reads the answer to [`ask`], if it is one.
pub fn hear(id: u16, name: &DomainName, bytes: &[u8]) -> Option<Heard> {
    hear_of(id, name, Family::V4, bytes)
}

/// Reads the answer to [`ask_for`], if it is one.
pub fn hear_of(id: u16, name: &DomainName, family: Family, bytes: &[u8]) -> Option<Heard> {
    let message = Message::from_slice(bytes).ok()?;
    let (header, question) = (message.header(), sole_question(message)?);
    let asked = question.kind == family.kind() && question.name.name_eq(&wire(name));
    if !(asked && header.qr() && header.id() == id) {
        return None;
    }
    match header.rcode() {
        Rcode::NOERROR if header.tc() => Some(Heard::Cut),
        Rcode::NOERROR => addresses(message, family).map(Heard::Exists),
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
            Self::Absent | Self::Failed(_) | Self::Cut => None,
        }
    }
}

/// Reads the addresses, also those that another name leads to.
fn addresses(message: &Message<[u8]>, family: Family) -> Option<Vec<IpAddr>> {
    let answers = message.answer().ok()?;
    let ips: Result<Vec<IpAddr>, _> = match family {
        Family::V4 => answers
            .limit_to_in::<A>()
            .map(|record| record.map(|record| IpAddr::V4(record.data().addr())))
            .collect(),
        Family::V6 => answers
            .limit_to_in::<Aaaa>()
            .map(|record| record.map(|record| IpAddr::V6(record.data().addr())))
            .collect(),
    };
    let mut ips = ips.ok()?;
    ips.sort_unstable();
    Some(ips)
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
