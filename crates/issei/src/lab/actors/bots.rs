//! Hijacked devices: each looks for others at the telnet port, and listens to its command server.
//!
//! Always: each probes a fixed number of addresses, all of the lab and all empty, and pings its server
//! every few seconds; nothing is ever logged in to.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use issei_host::clock;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpSocket, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use super::server::PING;
use super::{nth, report};
use crate::code::Failure;

/// Addresses probed in each network.
const PROBED: u32 = 20;
/// Between two probes of a device.
const PROBE_EVERY: Duration = Duration::from_millis(100);
/// The telnet port.
const TELNET: u16 = 23;
/// How long an address may take to refuse.
const PATIENCE: Duration = Duration::from_millis(300);
/// Between two pings: more often than Mirai's, so that a short story sees the session.
const PING_EVERY: Duration = Duration::from_secs(4);

/// Hijacked devices of one member.
pub struct Bots<'a> {
    /// The first's address; the others follow.
    pub from: IpAddr,
    /// How many.
    pub count: u32,
    /// The first address of each network that is probed.
    pub scan: &'a [IpAddr],
    /// Who commands them.
    pub command: SocketAddr,
}

/// What they hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Pings sent.
    pub pings: u64,
    /// Answers heard.
    pub answers: u64,
    /// When one was heard last, in microseconds.
    pub heard_at: i64,
}

#[derive(Default)]
struct Heard {
    pings: AtomicU64,
    answers: AtomicU64,
    at: AtomicU64,
}

impl Bots<'_> {
    /// Acts until nobody waits for it any more.
    pub async fn act(&self, log: &Path) -> Result<(), Failure> {
        let targets = self.targets();
        if targets
            .iter()
            .chain([&self.command])
            .any(|one| !super::is_in_a_lab(one.ip()))
        {
            return Err(Failure::wrong(
                "hijacked devices of a lab meet only addresses of a lab",
            ));
        }
        let heard = Arc::new(Heard::default());
        let mut all = JoinSet::new();
        for number in 0..self.count {
            let (device, command) = (nth(self.from, number), self.command);
            let (targets, heard) = (targets.clone(), heard.clone());
            all.spawn(async move {
                // They were not all hijacked in the same instant.
                sleep(PROBE_EVERY * number).await;
                tokio::join!(scan(device, &targets), listen(device, command, &heard)).1
            });
        }
        let mut clock = interval(Duration::from_millis(500));
        loop {
            clock.tick().await;
            report(log, &heard.told())?;
        }
    }

    fn targets(&self) -> Vec<SocketAddr> {
        let of = |number| {
            self.scan
                .iter()
                .map(move |first| SocketAddr::new(nth(*first, number), TELNET))
        };
        (0..PROBED).flat_map(of).collect()
    }
}

impl Heard {
    fn told(&self) -> Orders {
        Orders {
            pings: self.pings.load(Ordering::Relaxed),
            answers: self.answers.load(Ordering::Relaxed),
            heard_at: self.at.load(Ordering::Relaxed) as i64,
        }
    }
}

/// Knocks at each address once.
async fn scan(device: IpAddr, targets: &[SocketAddr]) {
    for target in targets {
        // Refused or silent: a device that looks for others tries the next either way.
        let _ = timeout(PATIENCE, knock(device, *target)).await;
        sleep(PROBE_EVERY).await;
    }
}

async fn knock(device: IpAddr, target: SocketAddr) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(device, 0))?;
    socket.connect(target).await.map(drop)
}

/// Pings the server, and counts what it hears.
async fn listen(device: IpAddr, command: SocketAddr, heard: &Heard) -> std::io::Result<()> {
    let socket = UdpSocket::bind(SocketAddr::new(device, 0)).await?;
    let mut clock = interval(PING_EVERY);
    let mut buffer = [0; 64];
    loop {
        tokio::select! {
            _ = clock.tick() => {
                heard.pings.fetch_add(1, Ordering::Relaxed);
                // What cannot be sent is a ping without an answer.
                let _ = socket.send_to(PING, command).await;
            }
            came = socket.recv(&mut buffer) => if came.is_ok() {
                heard.answers.fetch_add(1, Ordering::Relaxed);
                heard.at.store(clock::now().as_micros() as u64, Ordering::Relaxed);
            }
        }
    }
}
