//! The world outside: one machine that commands bots, and services that anybody may use.
//!
//! Always: an answer is as long as its question, or one short line; connections at once are bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;

use crate::code::Failure;

/// What a hijacked device says to its server, and hears.
pub const PING: &[u8] = b"ping";
/// Connections at once: all lines of a lab together.
const MOST_AT_ONCE: usize = 512;
/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves until nobody waits for it any more.
pub async fn serve(command: SocketAddr, service: SocketAddr) -> Result<(), Failure> {
    let bots = UdpSocket::bind(command).await.map_err(Failure::broken)?;
    let sessions = TcpListener::bind(command).await.map_err(Failure::broken)?;
    let everybody = TcpListener::bind(service).await.map_err(Failure::broken)?;
    tokio::select! {
        done = commands(&bots) => done,
        done = answers(&sessions) => done,
        done = answers(&everybody) => done,
    }
}

/// Answers each ping; packets that are measured need no answer.
async fn commands(bots: &UdpSocket) -> Result<(), Failure> {
    let mut buffer = [0; 64];
    loop {
        let (length, from) = bots.recv_from(&mut buffer).await.map_err(Failure::broken)?;
        if buffer[..length].starts_with(PING) {
            // A bot that cannot be reached has lost a ping.
            let _ = bots.send_to(&buffer[..length], from).await;
        }
    }
}

async fn answers(listener: &TcpListener) -> Result<(), Failure> {
    let room = Arc::new(Semaphore::new(MOST_AT_ONCE));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return Ok(());
        };
        let Ok((stream, _)) = listener.accept().await else {
            continue; // whoever called has gone
        };
        tokio::spawn(async move {
            let _ = tokio::time::timeout(PATIENCE, answer(stream)).await;
            drop(place);
        });
    }
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut question = [0; 128];
    let _ = stream.read(&mut question).await?;
    stream.write_all(b"HTTP/1.0 204 No Content\r\n\r\n").await?;
    stream.shutdown().await
}
