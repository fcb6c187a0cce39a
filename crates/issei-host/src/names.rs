//! Looks names up at a resolver, as a device of a line would.
//!
//! In: a resolver, a name. Out: every address that it gives of the name, IPv4 and IPv6. Always: an answer that
//! is missing, failed or cut off is an error, for the address that is not told could be the one that matters.
//! Limits: over datagrams only, so a name with more addresses than fit into one is not looked up.
//! Not here: the messages (`issei_enforce::zone`), what follows from an address.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use issei_enforce::zone::{Family, Heard, ask_for, hear_of};
use issei_model::DomainName;

use crate::clock;

/// How long one answer may take: a resolver may have to ask far away.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How often a question is asked: datagrams get lost.
const TRIES: u32 = 2;

/// Why nobody knows the addresses of a name.
#[derive(Debug)]
pub enum Unknown {
    /// The resolver cannot be reached or does not answer.
    Silent(SocketAddr, io::Error),
    /// It answered that it cannot say.
    Failed(SocketAddr, DomainName, Heard),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(resolver, cause) => write!(
                f,
                "the resolver `{resolver}` does not answer: {cause}; check `resolvers` and whether it lets this machine ask"
            ),
            Self::Failed(resolver, name, heard) => write!(
                f,
                "the resolver `{resolver}` says {heard:?} of `{name}`; ask it again later"
            ),
        }
    }
}

impl std::error::Error for Unknown {}

/// Gives every address that a resolver tells of a name; none if the name does not exist.
///
/// # Errors
/// If the resolver did not tell all of them.
pub fn look_up(resolver: SocketAddr, name: &DomainName) -> Result<BTreeSet<IpAddr>, Unknown> {
    let mut found = BTreeSet::new();
    for family in [Family::V4, Family::V6] {
        let heard = ask(resolver, name, family).map_err(|why| Unknown::Silent(resolver, why))?;
        match heard {
            Heard::Exists(addresses) => found.extend(addresses),
            Heard::Absent => {}
            Heard::Failed(_) | Heard::Cut => {
                return Err(Unknown::Failed(resolver, name.clone(), heard));
            }
        }
    }
    Ok(found)
}

fn ask(resolver: SocketAddr, name: &DomainName, family: Family) -> io::Result<Heard> {
    let any: SocketAddr = match resolver {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(resolver)?;
    let mut last = io::ErrorKind::TimedOut.into();
    for _ in 0..TRIES {
        match ask_once(&socket, name, family) {
            Ok(heard) => return Ok(heard),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn ask_once(socket: &UdpSocket, name: &DomainName, family: Family) -> io::Result<Heard> {
    let id = draw()?;
    socket.send(&ask_for(id, name, family))?;
    let until = Instant::now() + PATIENCE;
    let mut buffer = [0; 4_096];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let length = socket.recv(&mut buffer)?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if let Some(heard) = hear_of(id, name, family, bytes) {
            return Ok(heard);
        }
    }
}

/// Draws the number of a message: who cannot see the question cannot answer it.
fn draw() -> io::Result<u16> {
    let [low, _] = clock::random_key()?;
    Ok((low & 0xffff) as u16)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
