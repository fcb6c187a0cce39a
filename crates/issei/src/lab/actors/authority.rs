//! Who answers for every name in the world outside: the command server's, and everybody's.
//!
//! Always: an answer goes to who asked, and is hardly longer than its question; what is no question is not
//! answered. Standard: RFC 1035, section 4.1.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::super::resolvers::COMMANDS;
use super::super::topology;
use crate::code::Failure;

/// Bytes of a message's head, and of a question after its name.
const HEAD: usize = 12;
const TAIL: usize = 4;
/// The type of IPv4 addresses.
const A: [u8; 2] = [0, 1];
/// Seconds that an answer may be kept: longer than any order of a story.
const TTL: u8 = 200;

/// Answers at all these addresses until nobody waits for it any more.
pub async fn answer(at: &[SocketAddr]) -> Result<(), Failure> {
    let mut doors = JoinSet::new();
    for address in at {
        let socket = UdpSocket::bind(address).await.map_err(Failure::broken)?;
        doors.spawn(serve(socket));
    }
    while let Some(ended) = doors.join_next().await {
        ended.map_err(Failure::broken)?;
    }
    Ok(())
}

async fn serve(socket: UdpSocket) {
    let mut buffer = [0; 1_024];
    loop {
        // Whoever cannot be reached asks again.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if let Some(reply) = reply(buffer.get(..length).unwrap_or_default()) {
            let _ = socket.send_to(&reply, from).await;
        }
    }
}

/// Writes the answer to a question, if it is one: its first question alone, with one address or none.
pub(super) fn reply(question: &[u8]) -> Option<Vec<u8>> {
    let flags = *question.get(2)?;
    let end = end_of_name(question)?;
    let asked = question.get(..end + TAIL)?;
    let answers = flags & 0x80 == 0;
    let kind = asked.get(end..end + 2)?;
    let ip = address(asked.get(HEAD..end)?);
    let mut reply = asked.to_vec();
    // An answer with authority; a question each, and an answer if an address was asked for.
    reply[2] = (flags & 0x01) | 0x84;
    reply[3] = 0x80;
    reply[4..HEAD].copy_from_slice(&[0, 1, 0, u8::from(kind == A), 0, 0, 0, 0]);
    if kind == A {
        reply.extend_from_slice(&[0xc0, HEAD as u8, 0, 1, 0, 1, 0, 0, 0, TTL, 0, 4]);
        reply.extend_from_slice(&ip.octets());
    }
    answers.then_some(reply)
}

/// Finds where the name of the first question ends.
fn end_of_name(question: &[u8]) -> Option<usize> {
    let mut at = HEAD;
    loop {
        match *question.get(at)? {
            0 => return Some(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            _ => return None, // a first name points nowhere
        }
    }
}

fn address(name: &[u8]) -> Ipv4Addr {
    let labels = COMMANDS.split('.').flat_map(|label| {
        let length = std::iter::once(label.len() as u8);
        length.chain(label.bytes())
    });
    let commands: Vec<u8> = labels.chain([0]).collect();
    match name.eq_ignore_ascii_case(&commands) {
        true => topology::COMMAND,
        false => topology::SERVICE,
    }
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
