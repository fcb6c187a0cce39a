//! BGP-4: the messages that a speaker sends who only announces, and those that a peer may send him.
//!
//! In: one message with its header, or values. Out: values, or the message appended to a box that the
//! caller brings. Always: every length is checked before it is believed; a message that breaks a rule of
//! the standard says which, as the NOTIFICATION that answers it; what is written is never longer than
//! [`MOST`]; readers and writers share no code but the numbers of the standard.
//! Standards: RFC 4271 (messages), RFC 4760 (families), RFC 5492 (capabilities), RFC 6793 (AS numbers of
//! four octets), RFC 8955 and RFC 8956 (FlowSpec), RFC 7999 (blackholes).
//! Not here: states and timers (`issei-enforce`); ROUTE-REFRESH and messages over 4,096 octets, which we
//! do not offer; what a peer announces beyond its count, for all of it is dropped.

mod announcement;
mod fault;
pub mod flowspec;
mod notification;
mod octets;
mod open;
mod update;

pub use announcement::{Announcement, Effect, Path, Route, UnsentRoutes};
pub use fault::{Fault, Wrong};
pub use notification::Notification;
pub use open::{Families, Family, Open};
pub use update::{Counted, Update};

use octets::Octets;

/// Octets of a header: marker, length, kind (RFC 4271, section 4.1).
pub const HEAD: usize = 19;
/// Octets of the longest message (RFC 4271, section 4.1).
pub const MOST: usize = 4_096;

/// What a message is: the fourth field of its header.
mod kind {
    pub const OPEN: u8 = 1;
    pub const UPDATE: u8 = 2;
    pub const NOTIFICATION: u8 = 3;
    pub const KEEPALIVE: u8 = 4;
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Who speaks, and what he can.
    Open(Open),
    /// Routes that come or go.
    Update(Update<'a>),
    /// The end of the session, and why.
    Notification(Notification),
    /// A sign of life.
    Keepalive,
}

/// Tells how long the message is that these octets begin, once its header is there.
///
/// # Errors
/// If the header breaks a rule; nothing after it can be understood then.
pub fn length(octets: &[u8]) -> Result<Option<usize>, Fault> {
    let Some(head) = octets.first_chunk::<HEAD>() else {
        return Ok(None);
    };
    if let Some(at) = head[..16].iter().position(|&octet| octet != 0xff) {
        return Err(Fault::new(at, Wrong::Marker));
    }
    let (told, kind) = (u16::from_be_bytes([head[16], head[17]]), head[18]);
    let length = usize::from(told);
    let fits = match kind {
        kind::OPEN => (29..=MOST).contains(&length),
        kind::UPDATE => (23..=MOST).contains(&length),
        kind::NOTIFICATION => (21..=MOST).contains(&length),
        kind::KEEPALIVE => length == HEAD,
        // The length is judged first (RFC 4271, section 6.1).
        _ => (HEAD..=MOST).contains(&length),
    };
    match kind {
        _ if !fits => Err(Fault::new(16, Wrong::Length(told))),
        kind::OPEN..=kind::KEEPALIVE => Ok(Some(length)),
        _ => Err(Fault::new(18, Wrong::Kind(kind))),
    }
}

impl<'a> Message<'a> {
    /// Reads one whole message.
    ///
    /// # Errors
    /// If it breaks a rule of the standard, or the octets are fewer or more than its header tells.
    pub fn read(octets: &'a [u8]) -> Result<Self, Fault> {
        let whole = length(octets)? == Some(octets.len());
        if !whole {
            let told = u16::try_from(octets.len()).unwrap_or(u16::MAX);
            return Err(Fault::new(16, Wrong::Length(told)));
        }
        let body = Octets::new(octets, HEAD);
        match octets[18] {
            kind::OPEN => Open::read(body).map(Self::Open),
            kind::UPDATE => Update::read(body).map(Self::Update),
            kind::NOTIFICATION => Notification::read(body).map(Self::Notification),
            _ => Ok(Self::Keepalive),
        }
    }
}

/// Appends a sign of life.
pub fn write_keepalive(out: &mut Vec<u8>) {
    write_message(out, kind::KEEPALIVE, |_| {});
}

/// Appends a message: its header, and what `body` appends. Lengths within are the caller's care.
fn write_message(out: &mut Vec<u8>, kind: u8, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0xff; 16]);
    out.extend_from_slice(&[0, 0, kind]);
    body(out);
    let length = (out.len() - start) as u16;
    out[start + 16..start + 18].copy_from_slice(&length.to_be_bytes());
}

/// Appends what `body` appends, behind its length in two octets.
fn write_counted(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0, 0]);
    body(out);
    let length = (out.len() - start - 2) as u16;
    out[start..start + 2].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
#[path = "mod_tests.rs"]
mod tests;
