//! BGP: a peer who sends what he likes in any pieces and at any time, and single messages.

#![no_main]

use std::net::Ipv4Addr;

use issei_enforce::bgp::{Begins, Input, Local, Output, Session};
use issei_fuzz::letters;
use issei_model::{Span, Timestamp};
use issei_wire::bgp::{Announcement, Families, MOST, Message, Update, length};

const LOCAL: Local = Local {
    as_number: 64_496,
    peer_as: 64_500,
    id: Ipv4Addr::new(192, 0, 2, 1),
    hold_time: 9,
    families: Families::ALL,
    preference: 100,
    begins: Begins::We,
};

// Each piece is a letter: what it holds is sent, and its last byte says how much later.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    single(input);
    let mut now = Timestamp::from_secs(1_000);
    let mut session = Session::new(LOCAL, now, 7);
    let mut line = Line::default();
    for (piece, later) in letters(input) {
        let end = now + Span::from_millis(i64::from(later).pow(2));
        while let Some(due) = session.next_deadline().filter(|&due| due <= end) {
            now = now.max(due);
            session.on_deadline(now, &mut line.out);
            line.hold(&session);
        }
        now = end;
        if session.takes_connections() {
            session.handle(now, Input::Connected, &mut line.out);
            line.is_open = true;
        }
        session.handle(now, Input::Octets(piece), &mut line.out);
        line.hold(&session);
    }
});

/// What must hold of a connection, whatever the peer does.
#[derive(Default)]
struct Line {
    out: Vec<Output>,
    is_open: bool,
    is_up: bool,
}

impl Line {
    fn hold(&mut self, session: &Session) {
        for output in std::mem::take(&mut self.out) {
            match output {
                Output::Send(octets) => {
                    assert!(self.is_open, "nothing is sent without a connection");
                    assert!(Message::read(&octets).is_ok(), "what we send is right");
                }
                Output::Up(_) => {
                    assert!(self.is_open && !self.is_up, "once for a connection");
                    self.is_up = true;
                }
                Output::Close(_) => (self.is_open, self.is_up) = (false, false),
                Output::Connect => assert!(!self.is_open, "one at a time"),
            }
        }
        assert_eq!(session.established().is_some(), self.is_up);
    }
}

/// Reads the input as one message.
fn single(input: &[u8]) {
    let told = length(input);
    match Message::read(input) {
        Ok(message) => {
            assert_eq!(told, Ok(Some(input.len())), "a header tells the length");
            assert!(input.len() <= MOST);
            if let Message::Update(update) = message {
                announced(input, &update);
            }
        }
        Err(fault) => {
            let mut answer = Vec::new();
            fault.notification().write(&mut answer);
            assert!(Message::read(&answer).is_ok(), "every fault has an answer");
        }
    }
}

/// What our strict reader takes is written again as the same octets.
fn announced(input: &[u8], update: &Update<'_>) {
    let counted = update.count();
    let mut again = Vec::new();
    let routes = match Announcement::read(update) {
        Ok(Announcement::Go(routes)) => {
            Announcement::write_going(&routes, &mut again);
            assert_eq!(counted.gone, routes.len() as u64);
            routes
        }
        Ok(Announcement::Come {
            path,
            effect,
            routes,
        }) => {
            let written = Announcement::write_coming(path, effect, &routes, &mut again);
            assert!(written.is_ok(), "what was read can be written");
            assert_eq!(counted.come, routes.len() as u64);
            routes
        }
        Err(_) => return,
    };
    assert!(!counted.torn && !routes.is_empty());
    assert_eq!(again, input, "there is one way to write it");
}
