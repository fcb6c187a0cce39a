//! What is wrong with a message, where, and the NOTIFICATION that answers it.
//!
//! Standard: RFC 4271, section 6; RFC 5492, section 5.

use std::fmt;

use super::Notification;
use super::flowspec::RuleFault;

/// What is wrong with a message, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The octet, counted from the start of the message.
    pub at: usize,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The marker is not all ones.
    Marker,
    /// The length cannot be that of such a message.
    Length(u16),
    /// There is no such kind of message, or we did not offer it.
    Kind(u8),
    /// Not BGP-4.
    Version(u8),
    /// No AS has this number, or the peer should have another.
    AsNumber(u32),
    /// No speaker has this identifier.
    Identifier(u32),
    /// An optional parameter that is no list of capabilities.
    Parameter(u8),
    /// A hold time of 1 or 2 s, or none at all: without one, routes would outlive us.
    HoldTime(u16),
    /// The peer lacks what we cannot do without: the capability's number.
    Capability(u8),
    /// An OPEN whose parts contradict each other.
    Open,
    /// An UPDATE whose lengths contradict each other.
    Update,
    /// An UPDATE that is none of ours: what should stand there.
    NotOurs(&'static str),
    /// A FlowSpec rule that we would never send.
    Rule(RuleFault),
}

impl Fault {
    /// Says what is wrong at a place.
    pub const fn new(at: usize, wrong: Wrong) -> Self {
        Self { at, wrong }
    }

    /// Turns it into the message that tells the peer.
    pub fn notification(&self) -> Notification {
        let about = match self.wrong {
            Wrong::Length(length) => length.to_be_bytes().to_vec(),
            Wrong::Kind(kind) => vec![kind],
            // The largest version that we speak.
            Wrong::Version(_) => vec![0, 4],
            // The capability that is missed, as we would send it: number, length 0.
            Wrong::Capability(number) => vec![number, 0],
            _ => Vec::new(),
        };
        let (code, subcode) = self.wrong.codes();
        Notification {
            code,
            subcode,
            about,
        }
    }
}

impl Wrong {
    const fn codes(self) -> (u8, u8) {
        match self {
            Self::Marker => (1, 1),
            Self::Length(_) => (1, 2),
            Self::Kind(_) => (1, 3),
            Self::Open => (2, 0),
            Self::Version(_) => (2, 1),
            Self::AsNumber(_) => (2, 2),
            Self::Identifier(_) => (2, 3),
            Self::Parameter(_) => (2, 4),
            Self::HoldTime(_) => (2, 6),
            Self::Capability(_) => (2, 7),
            Self::Update | Self::NotOurs(_) | Self::Rule(_) => (3, 1),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}", self.wrong, self.at)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marker => f.write_str("the marker is not all ones"),
            Self::Length(length) => write!(f, "no such message is {length} octets long"),
            Self::Kind(kind) => write!(f, "there is no message of kind {kind} in this session"),
            Self::Version(version) => write!(f, "BGP version {version}, and not 4"),
            Self::AsNumber(number) => write!(f, "the peer says that its AS is {number}"),
            Self::Identifier(id) => write!(f, "the peer's identifier is {id:#010x}"),
            Self::Parameter(kind) => write!(f, "an optional parameter of kind {kind}"),
            Self::HoldTime(secs) => write!(f, "a hold time of {secs} s"),
            Self::Capability(number) => write!(f, "the peer lacks capability {number}"),
            Self::Open => f.write_str("lengths in the OPEN contradict each other"),
            Self::Update => f.write_str("lengths in the UPDATE contradict each other"),
            Self::NotOurs(wanted) => write!(f, "not as we write it: {wanted}"),
            Self::Rule(fault) => write!(f, "a FlowSpec rule that we never send: {fault}"),
        }
    }
}

impl std::error::Error for Fault {}
