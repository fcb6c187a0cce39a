//! Ordinary people: each asks a service now and then, and notices when nothing answers.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{nth, report};
use crate::code::Failure;

/// Between two questions of all of them together: each asks about every five seconds.
const EVERY: Duration = Duration::from_millis(100);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Questions between two reports.
const REPORT_EVERY: u64 = 5;

/// What became of their questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Questions.
    pub asked: u64,
    /// Those without an answer.
    pub failed: u64,
}

/// Asks until nobody waits for it any more.
pub async fn ask(
    from: IpAddr,
    count: u32,
    services: &[SocketAddr],
    log: &Path,
) -> Result<(), Failure> {
    let mut clock = interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = Asked::default();
    let services: Vec<SocketAddr> = services
        .iter()
        .copied()
        .filter(|one| super::is_in_a_lab(one.ip()))
        .collect();
    loop {
        clock.tick().await;
        let number = told.asked;
        let user = nth(from, (number % u64::from(count.max(1))) as u32);
        let Some(service) = services.get(number as usize % services.len().max(1)) else {
            return Err(Failure::wrong("users need a service of the lab"));
        };
        let answered = timeout(PATIENCE, question(user, *service)).await;
        told.asked += 1;
        told.failed += u64::from(!matches!(answered, Ok(Ok(()))));
        if told.asked.is_multiple_of(REPORT_EVERY) {
            report(log, &told)?;
        }
    }
}

async fn question(user: IpAddr, service: SocketAddr) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(user, 0))?;
    let mut stream = socket.connect(service).await?;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let mut answer = [0; 64];
    match stream.read(&mut answer).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
