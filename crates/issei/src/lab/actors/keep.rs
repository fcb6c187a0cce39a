//! Keeps exported flow records as they come, for an analysis afterwards.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::code::Failure;

/// Bytes that are kept at most: hours of a small member's records.
const MOST: u64 = 256 << 20;
/// How long is waited for a datagram, so that the deadline is kept.
const WAIT: Duration = Duration::from_millis(500);

/// Keeps until the time is over.
pub fn keep(listen: SocketAddr, until: Instant, log: &Path) -> Result<(), Failure> {
    let socket = UdpSocket::bind(listen).map_err(Failure::broken)?;
    socket
        .set_read_timeout(Some(WAIT))
        .map_err(Failure::broken)?;
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(Failure::broken)?;
    let mut kept = file.metadata().map_err(Failure::broken)?.len();
    let mut buffer = [0; 9_216];
    while Instant::now() < until && kept < MOST {
        match socket.recv(&mut buffer) {
            // One write for each datagram: a reader never sees half of one.
            Ok(length) => {
                file.write_all(&buffer[..length]).map_err(Failure::broken)?;
                kept += length as u64;
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(Failure::broken(error)),
        }
    }
    Ok(())
}
