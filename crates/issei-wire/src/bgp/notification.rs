//! NOTIFICATION: the end of a session, and why.
//!
//! Standard: RFC 4271, sections 4.5 and 6; RFC 4486 and RFC 9003 (cease); RFC 6608 (states).

use std::fmt;

use super::fault::Fault;
use super::octets::Octets;
use super::{kind, write_message};

/// Why a session ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The kind of trouble.
    pub code: u8,
    /// Which of that kind; 0 = not told.
    pub subcode: u8,
    /// What it is about; at most [`MOST_SHOWN`] octets of it.
    pub about: Vec<u8>,
}

/// Octets that are kept of what a NOTIFICATION is about: RFC 9003 lets a peer write 255 of text.
const MOST_SHOWN: usize = 256;

impl Notification {
    /// The hold time is over and nothing was heard (RFC 4271, section 6.5).
    pub const HOLD_TIME_OVER: Self = Self::bare(4, 0);
    /// The operator shuts the session (RFC 4486).
    pub const SHUT_DOWN: Self = Self::bare(6, 2);
    /// The operator starts the session anew, and with it all routes (RFC 4486).
    pub const RESET: Self = Self::bare(6, 4);
    /// There is another connection with the same peer (RFC 4486).
    pub const COLLISION: Self = Self::bare(6, 7);
    /// The peer sends faster than we read, or takes nothing (RFC 4486).
    pub const OUT_OF_RESOURCES: Self = Self::bare(6, 8);

    /// A reason without more words.
    pub const fn bare(code: u8, subcode: u8) -> Self {
        let about = Vec::new();
        Self {
            code,
            subcode,
            about,
        }
    }

    pub(super) fn read(mut body: Octets<'_>) -> Result<Self, Fault> {
        // The header was judged: a NOTIFICATION has at least these two.
        let (code, subcode) = (body.u8().unwrap_or(0), body.u8().unwrap_or(0));
        let about = body.rest();
        let about = about[..about.len().min(MOST_SHOWN)].to_vec();
        Ok(Self {
            code,
            subcode,
            about,
        })
    }

    /// Appends the message.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_message(out, kind::NOTIFICATION, |out| {
            out.extend_from_slice(&[self.code, self.subcode]);
            out.extend_from_slice(&self.about[..self.about.len().min(MOST_SHOWN)]);
        });
    }

    /// Tells what the peer wrote for people, if it did (RFC 9003): a length and UTF-8.
    fn words(&self) -> Option<&str> {
        let (&length, text) = self.about.split_first()?;
        let is_cease = self.code == 6 && matches!(self.subcode, 2 | 4);
        let text = text.get(..usize::from(length)).filter(|_| is_cease)?;
        std::str::from_utf8(text).ok()
    }
}

impl fmt::Display for Notification {
    /// Names code and subcode as the standards do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, subcode) = (self.code, self.subcode);
        match name(code, subcode) {
            Some(name) => write!(f, "{name} ({code}/{subcode})")?,
            None => write!(f, "{code}/{subcode}")?,
        }
        match self.words() {
            Some(words) => write!(f, ": `{}`", words.escape_debug()),
            None => Ok(()),
        }
    }
}

fn name(code: u8, subcode: u8) -> Option<&'static str> {
    Some(match (code, subcode) {
        (1, 1) => "connection not synchronised",
        (1, 2) => "bad message length",
        (1, 3) => "bad message type",
        (2, 1) => "unsupported version",
        (2, 2) => "bad peer AS",
        (2, 3) => "bad BGP identifier",
        (2, 4) => "unsupported optional parameter",
        (2, 6) => "unacceptable hold time",
        (2, 7) => "unsupported capability",
        (2, 11) => "role mismatch",
        (2, _) => "bad OPEN",
        (3, 1) => "malformed attribute list",
        (3, _) => "bad UPDATE",
        (4, _) => "hold time over",
        (5, 1) => "unexpected message while waiting for OPEN",
        (5, 2) => "unexpected message while waiting for KEEPALIVE",
        (5, 3) => "unexpected message in the session",
        (5, _) => "unexpected message",
        (6, 1) => "too many prefixes",
        (6, 2) => "shut down by the operator",
        (6, 3) => "peer no longer configured",
        (6, 4) => "reset by the operator",
        (6, 5) => "connection rejected",
        (6, 6) => "configuration changed",
        (6, 7) => "connection collision",
        (6, 8) => "out of resources",
        (6, 9) => "hard reset",
        (6, 10) => "link down",
        (6, _) => "session ended",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "notification_tests.rs"]
mod tests;
