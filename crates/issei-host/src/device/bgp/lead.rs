//! Measures how long a peer takes from being told a route to holding it, whenever a session begins.
//!
//! In: sessions that came about. Out: the lead. Always: the route is one of an address of our own, which
//! meets nobody; a bounded number of looks; where there is no quiet, nothing is measured and the lead stays.
//! Each look is one run of the peer's own program, which sees the peer as he is towards the end of its run.
//! A look that must come sooner than a run takes is started before the route is told.

use std::cell::Cell;
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use issei_enforce::bgp::{Agreed, Means, Sounding};
use issei_model::Span;
use issei_wire::bgp::Route;

use super::asking::{Asking, Heard};
use super::speaker::Command;

/// Measures one peer.
pub(super) struct Lead {
    pub(super) asking: Asking,
    pub(super) means: Means,
    pub(super) sentinel: IpAddr,
    pub(super) commands: Sender<Command>,
}

/// A peer who still shows a route after so many looks is not measured.
const MOST_FADING: usize = 200;
/// Between two looks whether it still does.
const BETWEEN: Duration = Duration::from_millis(5);
/// A router that gathers changes before it acts must be done with the last one before the next is told:
/// FRR takes a route that comes back within 50 ms for one that never went.
const GATHERING: Duration = Duration::from_millis(200);
/// How long the speaker's thread may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// So long after a session came about other routes may still be on their way.
const SETTLING: Duration = Duration::from_millis(300);

impl Lead {
    /// Measures at the beginning of every session until there are no more.
    pub(super) fn run(self, ups: &Receiver<Agreed>, wake: &UnixStream) {
        while let Ok(agreed) = ups.recv() {
            thread::sleep(SETTLING);
            let Some(route) = self.means.sentinel(self.sentinel, agreed.families) else {
                continue;
            };
            let measured = self.measure(&route, agreed, wake);
            let _ = self.sound(None, wake);
            // Whoever should know may have gone.
            if let Some(lead) = measured {
                let _ = self.commands.send(Command::Lead(lead));
                let _ = (&*wake).write(&[1]);
            }
        }
    }

    fn measure(&self, route: &Route, agreed: Agreed, wake: &UnixStream) -> Option<Span> {
        let question = self.question(route, agreed)?;
        let mut sounding = Sounding::default();
        // From starting the program to its look at the peer, as far as it is known.
        let mut run = micros(self.asking.ask(&question).ok()?.took)?;
        while let Some(wanted) = sounding.next() {
            let before = run - wanted.as_micros();
            let (told, heard) = self.look(&question, route, before, wake)?;
            let after = i64::try_from(heard.at.saturating_sub(told) / 1_000).ok()?;
            sounding.look(Span::from_micros(after), self.lists(&heard, route)?);
            // Half of the error, so that one odd run does not spoil the next looks.
            run = (run + (after - wanted.as_micros()) / 2).max(0);
            self.fade(&question, route, wake)?;
        }
        sounding.answer()
    }

    /// Asks about the sentinel's family only.
    fn question(&self, route: &Route, agreed: Agreed) -> Option<Vec<String>> {
        let family = issei_wire::bgp::Families::default().with(route.family());
        let questions = self
            .asking
            .dialect
            .questions(&self.means, family.both(agreed.families));
        questions.into_iter().next()
    }

    /// Starts the program so many microseconds before it tells the route; after it, if that is negative.
    fn look(
        &self,
        question: &[String],
        route: &Route,
        before: i64,
        wake: &UnixStream,
    ) -> Option<(u64, Heard)> {
        let pause = Duration::from_micros(before.unsigned_abs());
        if before < 0 {
            let told = self.sound(Some(route.clone()), wake)?;
            thread::sleep(pause);
            return Some((told, self.asking.ask(question).ok()?));
        }
        let told = Cell::new(None);
        let heard = self.asking.ask_and(question, || {
            thread::sleep(pause);
            told.set(self.sound(Some(route.clone()), wake));
        });
        Some((told.get()?, heard.ok()?))
    }

    /// Takes the route back and waits until the peer no longer lists it.
    fn fade(&self, question: &[String], route: &Route, wake: &UnixStream) -> Option<()> {
        self.sound(None, wake)?;
        for _ in 0..MOST_FADING {
            let heard = self.asking.ask(question).ok()?;
            if !self.lists(&heard, route)? {
                thread::sleep(GATHERING);
                return Some(());
            }
            thread::sleep(BETWEEN);
        }
        None
    }

    fn lists(&self, heard: &Heard, route: &Route) -> Option<bool> {
        let routes = self.asking.dialect.read(&self.means, &heard.words).ok()?;
        Some(routes.contains(route))
    }

    /// Shows or hides the route; tells when, if it could be done.
    fn sound(&self, route: Option<Route>, wake: &UnixStream) -> Option<u64> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.commands.send(Command::Sound(route, answer)).ok()?;
        let _ = (&*wake).write(&[1]);
        answered.recv_timeout(ANSWER).ok()?
    }
}

fn micros(span: Duration) -> Option<i64> {
    i64::try_from(span.as_micros()).ok()
}
