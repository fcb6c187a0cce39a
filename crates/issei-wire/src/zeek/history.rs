//! What happened in a connection, as Zeek's letters tell it.
//!
//! `history` has one letter for each kind of event, capital for the originator, small for the
//! responder, in the order of their first occurrence; `^` says that Zeek turned the direction
//! round. `conn_state` says the same coarsely and stands in where there is no history.

use issei_model::{Marks, TcpFlags};

/// What the letters tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Happened {
    /// Flags of the originator.
    pub flags: u8,
    /// Flags of the responder.
    pub reverse_flags: u8,
    /// Marks that follow from the order of events.
    pub marks: u16,
    /// Whether the originator sent anything, if only something that Zeek did not count.
    pub originator_seen: bool,
    /// Whether the responder did.
    pub responder_seen: bool,
}

impl Happened {
    /// Reads the letters of a TCP connection, or its state if it has none.
    pub(super) fn in_tcp(history: &str, state: &str) -> Self {
        let mut happened = Self::in_any(history);
        if history.is_empty() {
            (happened.flags, happened.reverse_flags) = flags_of_state(state);
            happened.originator_seen = happened.flags != 0;
            happened.responder_seen = happened.reverse_flags != 0;
        }
        for letter in history.bytes() {
            let flags = flags_of_letter(letter.to_ascii_uppercase());
            match letter.is_ascii_uppercase() {
                true => happened.flags |= flags,
                false => happened.reverse_flags |= flags,
            }
        }
        happened.marks = happened.tcp_marks(history);
        happened
    }

    /// Reads the letters of anything else: they tell who was seen, and whether the direction
    /// is a guess.
    pub(super) fn in_any(history: &str) -> Self {
        Self {
            marks: match history.starts_with('^') {
                true => Marks::OPENING_UNSEEN,
                false => 0,
            },
            originator_seen: history.contains(|letter: char| letter.is_ascii_uppercase()),
            responder_seen: history.contains(|letter: char| letter.is_ascii_lowercase()),
            ..Self::default()
        }
    }

    fn tcp_marks(&self, history: &str) -> u16 {
        // A SYN, or the other side's SYN-ACK, leaves no doubt about who opened.
        let opened = TcpFlags(self.flags).any(TcpFlags::SYN);
        let answered = TcpFlags(self.reverse_flags).any(TcpFlags::SYN);
        if !opened && !answered {
            return Marks::OPENING_UNSEEN;
        }
        let first = |letter| history.find(letter).unwrap_or(usize::MAX);
        match opened && first('d') < first('D') {
            true => Marks::RESPONDER_SPOKE_FIRST,
            false => 0,
        }
    }
}

/// Tells the flags that an event stands for. Events that say nothing about flags are gaps,
/// retransmissions, bad checksums and inconsistencies (G, T, C, I).
fn flags_of_letter(letter: u8) -> u8 {
    match letter {
        b'S' => TcpFlags::SYN,
        b'H' => TcpFlags::SYN | TcpFlags::ACK,
        b'A' | b'W' => TcpFlags::ACK,
        b'D' => TcpFlags::ACK | TcpFlags::PSH,
        b'F' => TcpFlags::FIN | TcpFlags::ACK,
        b'R' => TcpFlags::RST,
        // SYN with FIN or RST in one packet.
        b'Q' => TcpFlags::SYN | TcpFlags::FIN,
        _ => 0,
    }
}

/// Tells the flags of both sides that a state implies.
fn flags_of_state(state: &str) -> (u8, u8) {
    const SYN: u8 = TcpFlags::SYN;
    const FIN: u8 = TcpFlags::FIN;
    const RST: u8 = TcpFlags::RST;
    const ACK: u8 = TcpFlags::ACK;
    match state {
        "S0" => (SYN, 0),
        "S1" => (SYN | ACK, SYN | ACK),
        "SF" => (SYN | ACK | FIN, SYN | ACK | FIN),
        "REJ" => (SYN, RST | ACK),
        "S2" => (SYN | ACK | FIN, SYN | ACK),
        "S3" => (SYN | ACK, SYN | ACK | FIN),
        "RSTO" => (SYN | ACK | RST, SYN | ACK),
        "RSTR" => (SYN | ACK, SYN | ACK | RST),
        "RSTOS0" => (SYN | RST, 0),
        "RSTRH" => (0, SYN | ACK | RST),
        "SH" => (SYN | FIN, 0),
        "SHR" => (0, SYN | ACK | FIN),
        _ => (0, 0),
    }
}
