//! Hijacked devices that flood: each opens connections to one service at an even rate, and never goes on.
//!
//! Always: the target is an address of the lab; the rate is bounded; what is under way at once is bounded too,
//! so that packets that are dropped do not slow the others down.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::nth;
use crate::code::Failure;

/// How long an opening waits for a refusal: shorter than the kernel waits before it repeats one.
const PATIENCE: Duration = Duration::from_millis(500);
/// Openings of one device under way at once.
const AT_ONCE: usize = 400;

/// Devices of one member that flood.
pub struct Flood {
    /// The first's address; the others follow.
    pub from: IpAddr,
    /// How many.
    pub count: u32,
    /// Whom.
    pub to: SocketAddr,
    /// Between two openings of a device.
    pub every: Duration,
}

impl Flood {
    /// Floods until nobody waits for it any more.
    pub async fn act(&self) -> Result<(), Failure> {
        if !super::is_in_a_lab(self.to.ip()) {
            return Err(Failure::wrong(
                "who floods in a lab floods an address of a lab",
            ));
        }
        let mut all = JoinSet::new();
        for number in 0..self.count {
            all.spawn(device(nth(self.from, number), self.to, self.every));
        }
        while all.join_next().await.is_some() {}
        Ok(())
    }
}

async fn device(from: IpAddr, to: SocketAddr, every: Duration) {
    let mut clock = interval(every);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut under_way = JoinSet::new();
    loop {
        clock.tick().await;
        while under_way.try_join_next().is_some() {}
        if under_way.len() < AT_ONCE {
            // Refused or silent is all the same to who floods.
            under_way.spawn(async move { timeout(PATIENCE, open(from, to)).await.is_ok() });
        }
    }
}

async fn open(from: IpAddr, to: SocketAddr) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(to).await.map(drop)
}
