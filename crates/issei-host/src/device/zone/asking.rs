//! Reads a zone back: asks each resolver what it answers to a line.
//!
//! In: the orders of the zone, and those that went. Out: what every resolver was heard to obey. Always: an
//! order is active only if each resolver shows its serial, its sentinel and one of its names as it should;
//! which of the names changes from reading to reading. A resolver that does not answer, or that shows a
//! version from before this start, fails the reading: nobody knows what it holds.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use issei_enforce::zone::{Heard, MARK, Part, Released, Serial, Wording, ask, hear};
use issei_enforce::{Cut, Effect, Seen, Standing};
use issei_model::{DomainName, Goal, Timestamp};

use super::counts::Kind;
use super::watching::Watch;
use super::{Fault, Shared, draw};
use crate::clock;

/// One who asks a resolver.
pub(super) struct Asker {
    resolver: SocketAddr,
    socket: UdpSocket,
}

/// How long an answer may take: a resolver answers from memory what is ours.
const ANSWER: Duration = Duration::from_millis(100);
/// How often a question is asked: datagrams get lost.
const TRIES: u32 = 3;

/// Reads back everything.
pub(super) fn read(shared: &Shared, reads: usize) -> Result<Vec<Seen>, Fault> {
    let hot = shared.hot();
    let wording = hot.wording().clone();
    let parts: Vec<Part> = hot.parts().cloned().collect();
    let released: Vec<Released> = hot.released().cloned().collect();
    let first = hot.first_serial();
    drop(hot);
    let mut views = Vec::new();
    for watch in &shared.watches {
        views.push(View::of(shared, watch, &wording, first)?);
    }
    settle(shared, &views);
    let mut seen = Vec::new();
    for part in &parts {
        seen.push(look_at(part, &mut views, &wording, reads)?);
    }
    for gone in &released {
        seen.extend(still_held(gone, &mut views, &wording)?);
    }
    Ok(seen)
}

/// What one resolver uses.
struct View<'w> {
    watch: &'w Watch,
    asker: Asker,
    serial: Serial,
}

impl<'w> View<'w> {
    fn of(
        shared: &Shared,
        watch: &'w Watch,
        wording: &Wording,
        first: Serial,
    ) -> Result<Self, Fault> {
        let resolver = watch.address();
        let asker = Asker::of(resolver);
        let mut asker = asker.map_err(|cause| Fault::Failed("asking a resolver", cause))?;
        let heard = asker.ask(&wording.serial_name())?;
        let Some(ip) = heard.only_address() else {
            return Err(Fault::Away(format!(
                "the resolver `{resolver}` does not use the zone: it says {heard:?} of `{}`",
                wording.serial_name()
            )));
        };
        let serial = Serial(ip.to_bits());
        let given = shared.hot().zone().serial();
        if serial.is_after(given) {
            let jumped = shared.hot().overtake(clock::now(), serial);
            if let Some(serial) = jumped {
                shared.counts.met(Kind::Overtaken);
                // A disk that fails here fails the next arming; what stands now must still be taken off.
                let _ = shared.cover(serial);
            }
            shared.announce(jumped);
        }
        if serial.is_after(given) || first.is_after(serial) {
            return Err(Fault::Away(format!(
                "the resolver `{resolver}` still uses version {serial}, from before this start"
            )));
        }
        watch.hear(serial, clock::now());
        Ok(Self {
            watch,
            asker,
            serial,
        })
    }
}

/// Forgets the orders that no resolver can hold any more.
fn settle(shared: &Shared, views: &[View<'_>]) {
    let serials = views.iter().map(|view| view.serial);
    let least = serials.reduce(|least, next| if least.is_after(next) { next } else { least });
    if let Some(least) = least {
        shared.hot().settle(least);
    }
}

/// Looks whether every resolver obeys an order, and since when the last of them does.
fn look_at(
    part: &Part,
    views: &mut [View<'_>],
    wording: &Wording,
    reads: usize,
) -> Result<Seen, Fault> {
    let cut = &part.cut;
    let before = cut.fires_at.map_or(Standing::Staged, Standing::Armed);
    let Some(serial) = part.since.filter(|_| !views.is_empty()) else {
        return Ok(seen(cut, before));
    };
    let mut since = Timestamp::MIN;
    for view in views {
        if serial.is_after(view.serial) || !view.obeys(cut, wording, reads)? {
            return Ok(seen(cut, before));
        }
        since = since.max(view.watch.since(serial).unwrap_or_else(clock::now));
    }
    Ok(seen(cut, Standing::Active(since)))
}

/// Looks whether a resolver still holds an order that went.
fn still_held(
    gone: &Released,
    views: &mut [View<'_>],
    wording: &Wording,
) -> Result<Option<Seen>, Fault> {
    for view in views {
        if gone.by.is_after(view.serial) && view.shows_sentinel(&gone.cut, wording)? {
            let since = gone.cut.fires_at.unwrap_or(Timestamp::MIN);
            return Ok(Some(seen(&gone.cut, Standing::Active(since))));
        }
    }
    Ok(None)
}

fn seen(cut: &Cut, standing: Standing) -> Seen {
    Seen {
        order: cut.order,
        standing,
        ends: Some(cut.ends),
        goals: cut.goals.clone(),
        met: None,
        effect: Effect::default(),
    }
}

impl View<'_> {
    fn obeys(&mut self, cut: &Cut, wording: &Wording, reads: usize) -> Result<bool, Fault> {
        if !self.shows_sentinel(cut, wording)? {
            return Ok(false);
        }
        let place = reads.checked_rem(cut.goals.len()).unwrap_or(0);
        let Some(Goal::Name(name)) = cut.goals.get(place) else {
            return Ok(true);
        };
        Ok(match self.asker.ask(name)? {
            Heard::Exists(addresses) => wording.is_obeyed(cut.action, true, &addresses),
            Heard::Absent => wording.is_obeyed(cut.action, false, &[]),
            Heard::Failed(_) | Heard::Cut => false,
        })
    }

    fn shows_sentinel(&mut self, cut: &Cut, wording: &Wording) -> Result<bool, Fault> {
        let heard = self.asker.ask(&wording.sentinel(cut.order))?;
        Ok(heard.only_address() == Some(MARK))
    }
}

impl Asker {
    /// Prepares to ask a resolver.
    pub(super) fn of(resolver: SocketAddr) -> io::Result<Self> {
        let any = match resolver {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(resolver)?;
        Ok(Self { resolver, socket })
    }

    /// Asks for the address of a name, again if no answer comes.
    fn ask(&mut self, name: &DomainName) -> Result<Heard, Fault> {
        let mut last = io::ErrorKind::TimedOut.into();
        for _ in 0..TRIES {
            match self.ask_once(name) {
                Ok(heard) => return Ok(heard),
                Err(error) => last = error,
            }
        }
        let resolver = self.resolver;
        Err(Fault::Away(format!(
            "the resolver `{resolver}` does not answer: {last}"
        )))
    }

    /// Asks once.
    pub(super) fn ask_once(&mut self, name: &DomainName) -> io::Result<Heard> {
        let id = draw();
        self.socket.send(&ask(id, name))?;
        let until = Instant::now() + ANSWER;
        let mut buffer = [0; 2_048];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.socket.set_read_timeout(Some(left))?;
            let length = self.socket.recv(&mut buffer)?;
            let bytes = buffer.get(..length).unwrap_or_default();
            if let Some(heard) = hear(id, name, bytes) {
                return Ok(heard);
            }
        }
    }
}
