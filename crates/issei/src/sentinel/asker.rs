//! Who is asked, and how: the far end of a sentinel, or a resolver about a sentinel's name.
//!
//! In: the number of a question, datagrams. Out: datagrams, whether a question passed. Always: an answer to
//! somebody else's question is none. Standard for names: RFC 1035, of which `issei_enforce::zone` knows.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use issei_enforce::zone::{MARK, ask, hear};
use issei_host::clock;
use issei_model::DomainName;

use super::question::{LENGTH, answered, question};
use super::reckoning::Silence;

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Far {
    /// The far end, which is not reached while the order acts.
    Service(SocketAddr),
    /// A resolver, which answers of this name with a mark while the order acts.
    Name {
        /// Where it is asked.
        resolver: SocketAddr,
        /// The sentinel of the order.
        name: DomainName,
    },
}

/// One who asks.
#[derive(Debug)]
pub struct Asker {
    far: Far,
    socket: UdpSocket,
    /// What tells our questions from everybody else's.
    chance: u64,
}

impl Far {
    /// Tells what no answer means.
    pub fn silence(&self) -> Silence {
        match self {
            Self::Service(_) => Silence::Stopped,
            Self::Name { .. } => Silence::Unknown,
        }
    }

    /// Tells how long lies between two questions where an edge is near: a resolver has others to serve.
    pub fn fast(&self) -> Duration {
        match self {
            Self::Service(_) => Duration::from_millis(1),
            Self::Name { .. } => Duration::from_millis(5),
        }
    }

    fn address(&self) -> SocketAddr {
        match self {
            Self::Service(address)
            | Self::Name {
                resolver: address, ..
            } => *address,
        }
    }
}

impl Asker {
    /// Opens a socket to who is asked.
    ///
    /// # Errors
    /// If the kernel gives none, or no chance.
    pub fn open(far: Far) -> io::Result<Self> {
        let to = far.address();
        let any: IpAddr = match to {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        let [chance, _] = clock::random_key()?;
        Ok(Self {
            far,
            socket,
            chance,
        })
    }

    /// Asks. A way that is closed says so at once: then this one goes unanswered, as it will show.
    pub fn ask(&self, number: u64) {
        let _ = match &self.far {
            Far::Service(_) => self.socket.send(&question(self.chance, number)),
            Far::Name { name, .. } => self.socket.send(&ask(self.id(number), name)),
        };
    }

    /// Takes the answers that wait: which question each is to, and whether it passed. `first` is the oldest
    /// question that may still be answered.
    pub fn heard(&self, first: u64) -> Vec<(u64, bool)> {
        let mut heard = Vec::new();
        let mut bytes = [0; LONGEST];
        for _ in 0..MOST_HEARD {
            match self.socket.recv(&mut bytes) {
                Ok(length) => {
                    let bytes = bytes.get(..length).unwrap_or_default();
                    heard.extend(self.read(first, bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {} // what a router said about an earlier one
            }
        }
        heard
    }

    fn read(&self, first: u64, bytes: &[u8]) -> Option<(u64, bool)> {
        let Far::Name { name, .. } = &self.far else {
            return answered(self.chance, bytes).map(|number| (number, true));
        };
        let id = u16::from_be_bytes(*bytes.first_chunk()?);
        let heard = hear(id, name, bytes)?;
        // Fewer are open than there are ids, so the next one with this id is meant.
        let further = id.wrapping_sub(self.id(first));
        Some((
            first + u64::from(further),
            heard.only_address() != Some(MARK),
        ))
    }

    /// The id of a question about a name: they follow each other, from one that nobody knows.
    fn id(&self, number: u64) -> u16 {
        let [.., high, low] = self.chance.wrapping_add(number).to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}

/// Answers taken between two questions: more are somebody else's doing, and wait.
const MOST_HEARD: usize = 1_024;
/// Bytes of an answer that are looked at: one about a name of ours is short.
const LONGEST: usize = 1_232;
const _: () = assert!(
    LENGTH < LONGEST,
    "an answer that is longer than ours must not look like it"
);

#[cfg(test)]
#[path = "asker_tests.rs"]
mod tests;
