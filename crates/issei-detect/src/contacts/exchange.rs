//! What a row says of an exchange between one of our lines and a service elsewhere.
//!
//! Only what an own line sends makes a contact, so nobody outside can write one into the memory;
//! what comes back can only say that a contact was answered.

use issei_model::{Address, Columns, Marks, Outcome, TcpFlags, protocol};

use crate::hashing::Service;

/// How far an own line got with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    /// The service answered.
    Answered,
    /// The line sent, and the row cannot tell whether anything came back.
    Sent,
    /// The line tried and was refused or heard nothing.
    Tried,
    /// No contact: an answer of the line's own, or no transport with ports.
    None,
}

/// A port below this belongs to a service; a line that sends from one answers.
const FIRST_CLIENT_PORT: u16 = 1_024;

/// Tells whether the row's reverse direction was watched.
#[inline]
pub(super) fn is_watched<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    let back = columns.reverse_packets.get(row).copied();
    columns.marks_of(row).any(Marks::REVERSE_WATCHED) || back.is_some_and(|packets| packets > 0)
}

/// Judges an outbound row.
#[inline]
pub(super) fn of_outbound<A: Address>(columns: &Columns<A>, row: usize) -> Exchange {
    let protocol = columns.protocol[row];
    if !matches!(protocol, protocol::TCP | protocol::UDP) {
        return Exchange::None;
    }
    if is_watched(columns, row) {
        return match columns.outcome(row) {
            Outcome::Answered => Exchange::Answered,
            Outcome::Refused | Outcome::Unanswered => Exchange::Tried,
            Outcome::Unknown | Outcome::NotAnOpening => Exchange::None,
        };
    }
    let answers_somebody = columns.source_port[row] < FIRST_CLIENT_PORT
        && columns.destination_port[row] >= FIRST_CLIENT_PORT;
    match protocol {
        _ if answers_somebody => Exchange::None,
        protocol::UDP => Exchange::Sent,
        _ => of_flags(TcpFlags(columns.tcp_flags[row])),
    }
}

/// Judges the flags of one direction: who was answered acknowledges; a lone SYN-ACK or RST is
/// itself an answer.
#[inline]
fn of_flags(flags: TcpFlags) -> Exchange {
    const TELLING: u8 =
        TcpFlags::FIN | TcpFlags::SYN | TcpFlags::RST | TcpFlags::PSH | TcpFlags::ACK;
    const SYN_ACK: u8 = TcpFlags::SYN | TcpFlags::ACK;
    const RST_ACK: u8 = TcpFlags::RST | TcpFlags::ACK;
    match flags.0 & TELLING {
        TcpFlags::SYN => Exchange::Tried,
        SYN_ACK | RST_ACK => Exchange::None,
        other if other & TcpFlags::ACK != 0 => Exchange::Answered,
        _ => Exchange::None,
    }
}

/// Tells whether a row of one direction from outside can be a service's answer.
#[inline]
pub(super) fn is_answer<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    if is_watched(columns, row) {
        return false;
    }
    match columns.protocol[row] {
        protocol::TCP => TcpFlags(columns.tcp_flags[row]).any(TcpFlags::ACK),
        protocol::UDP => true,
        _ => false,
    }
}

/// Tells whether somebody outside opened an exchange with an own line, and was answered.
#[inline]
pub(super) fn was_let_in<A: Address>(columns: &Columns<A>, row: usize) -> bool {
    let transport = matches!(columns.protocol[row], protocol::TCP | protocol::UDP);
    transport && is_watched(columns, row) && columns.outcome(row) == Outcome::Answered
}

/// Names the service an own line sends to.
#[inline]
pub(super) fn service_called<A: Address>(columns: &Columns<A>, row: usize) -> Service<A> {
    Service {
        address: columns.destination[row],
        port: columns.destination_port[row],
        udp: columns.protocol[row] == protocol::UDP,
    }
}

/// Names the remote side of what comes in.
#[inline]
pub(super) fn service_heard<A: Address>(columns: &Columns<A>, row: usize) -> Service<A> {
    Service {
        address: columns.source[row],
        port: columns.source_port[row],
        udp: columns.protocol[row] == protocol::UDP,
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
