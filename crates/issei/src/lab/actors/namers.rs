//! Those who ask a resolver: a family of bots that finds its server by a name, and who measures.
//!
//! Always: each question is counted, and has an answer, a refusal or none within a bound; who measures asks the
//! name in question and another one in turn at even distances, and writes down when each question left and
//! when its answer came. Not here: what the moments tell (`story::names`).

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use issei_enforce::zone::{Heard, ask, hear};
use issei_host::clock;
use issei_model::DomainName;
use serde::{Deserialize, Serialize};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::server::PING;
use super::{nth, report};
use crate::code::Failure;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(400);
/// Between two look-ups of a bot.
const CALL_EVERY: Duration = Duration::from_secs(1);

/// A family of bots that looks its server up before each call.
pub struct Callers<'a> {
    /// The first's address; the others follow.
    pub from: IpAddr,
    /// How many.
    pub count: u32,
    /// Whom they ask.
    pub resolver: SocketAddr,
    /// The server's name.
    pub name: &'a DomainName,
    /// Its port.
    pub port: u16,
}

/// What became of their calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// Look-ups.
    pub asked: u64,
    /// Those that gave an address, which was then called.
    pub found: u64,
    /// Those that were refused.
    pub refused: u64,
}

impl Callers<'_> {
    /// Calls until nobody waits for it any more.
    pub async fn call(&self, log: &Path) -> Result<(), Failure> {
        let mut clock = interval(CALL_EVERY);
        let mut told = Called::default();
        loop {
            clock.tick().await;
            let mut calls = JoinSet::new();
            for number in 0..self.count {
                let (bot, resolver) = (nth(self.from, number), self.resolver);
                calls.spawn(call(bot, resolver, self.name.clone(), self.port));
            }
            while let Some(called) = calls.join_next().await {
                told.asked += 1;
                match called {
                    Ok(Some(Heard::Exists(_))) => told.found += 1,
                    Ok(Some(Heard::Absent)) => told.refused += 1,
                    _ => {} // without an answer it is neither
                }
            }
            report(log, &told)?;
        }
    }
}

async fn call(bot: IpAddr, resolver: SocketAddr, name: DomainName, port: u16) -> Option<Heard> {
    let socket = UdpSocket::bind(SocketAddr::new(bot, 0)).await.ok()?;
    let id = number();
    socket.send_to(&ask(id, &name), resolver).await.ok()?;
    let mut buffer = [0; 1_024];
    let came = timeout(PATIENCE, socket.recv(&mut buffer)).await;
    let length = came.ok()?.ok()?;
    let heard = hear(id, &name, buffer.get(..length)?)?;
    if let Heard::Exists(addresses) = &heard {
        for ip in addresses.iter().filter(|ip| super::is_in_a_lab(**ip)) {
            // What cannot be sent is a call that nobody heard.
            let _ = socket.send_to(PING, SocketAddr::new(*ip, port)).await;
        }
    }
    Some(heard)
}

/// Who asks to measure.
pub struct Asking<'a> {
    /// From where.
    pub from: IpAddr,
    /// Whom.
    pub resolver: SocketAddr,
    /// The name in question, and another.
    pub names: [&'a DomainName; 2],
}

/// A question and what came of it, as it lies in the file: one a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Which of the two names.
    pub which: usize,
    /// When the question left, in microseconds since 1970.
    pub sent: i64,
    /// When its answer came.
    pub came: i64,
    /// What it was.
    pub said: Said,
}

/// What a resolver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// An address.
    Address,
    /// That the name does not exist.
    Absent,
    /// Something else, or nothing in time.
    Nothing,
}

impl Asking<'_> {
    /// Asks at even distances until a moment.
    pub fn ask(&self, every: Duration, until: Instant, log: &Path) -> Result<(), Failure> {
        let socket = std::net::UdpSocket::bind(SocketAddr::new(self.from, 0));
        let socket = socket.map_err(Failure::broken)?;
        socket.connect(self.resolver).map_err(Failure::broken)?;
        socket
            .set_read_timeout(Some(PATIENCE))
            .map_err(Failure::broken)?;
        let mut file = BufWriter::new(File::create(log).map_err(Failure::broken)?);
        let mut next = Instant::now();
        for which in [0, 1].into_iter().cycle() {
            if Instant::now() >= until {
                break;
            }
            let sent = clock::now().as_micros();
            let said = asked(&socket, self.names[which]);
            let came = clock::now().as_micros();
            let line = Answered {
                which,
                sent,
                came,
                said,
            }
            .line();
            file.write_all(line.as_bytes()).map_err(Failure::broken)?;
            file.flush().map_err(Failure::broken)?;
            next = (next + every).max(Instant::now());
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }
}

fn asked(socket: &std::net::UdpSocket, name: &DomainName) -> Said {
    let id = number();
    let mut buffer = [0; 1_024];
    if socket.send(&ask(id, name)).is_err() {
        return Said::Nothing;
    }
    // An answer that comes too late belongs to a question before: it is passed over.
    while let Ok(length) = socket.recv(&mut buffer) {
        match hear(id, name, buffer.get(..length).unwrap_or_default()) {
            Some(Heard::Exists(addresses)) if !addresses.is_empty() => return Said::Address,
            Some(Heard::Absent) => return Said::Absent,
            Some(_) => return Said::Nothing,
            None => {}
        }
    }
    Said::Nothing
}

/// Draws the number of a message; nobody in a lab forges answers.
fn number() -> u16 {
    (clock::monotonic() & 0xffff) as u16
}

impl Answered {
    fn line(self) -> String {
        let said = match self.said {
            Said::Address => "address",
            Said::Absent => "absent",
            Said::Nothing => "nothing",
        };
        format!("{} {} {} {said}\n", self.which, self.sent, self.came)
    }

    /// Reads a line; one that was cut off is none.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut word = || words.next();
        Some(Self {
            which: word()?.parse().ok()?,
            sent: word()?.parse().ok()?,
            came: word()?.parse().ok()?,
            said: match word()? {
                "address" => Said::Address,
                "absent" => Said::Absent,
                "nothing" => Said::Nothing,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
#[path = "namers_tests.rs"]
mod tests;
