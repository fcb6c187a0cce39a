//! Sends numbered packets at even distances, and writes down when each left.
//!
//! Always: one that is late does not hurry: the distance between two packets is never shorter than said,
//! so the rate is bounded; what really lay between them is in the file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use issei_host::clock;

use super::marked;
use crate::code::Failure;

/// Packets between two writes to the disk.
const WRITE_EVERY: u32 = 400;

/// Who sends, and where to.
pub struct Mark {
    /// From where.
    pub from: IpAddr,
    /// Where to.
    pub to: SocketAddr,
    /// Whose packets they are.
    pub member: u8,
}

impl Mark {
    /// Sends until the time is over.
    pub fn send(&self, every: Duration, until: Instant, log: &Path) -> Result<(), Failure> {
        if !super::is_in_a_lab(self.to.ip()) {
            return Err(Failure::wrong("packets are measured only inside a lab"));
        }
        let socket = UdpSocket::bind(SocketAddr::new(self.from, 0)).map_err(Failure::broken)?;
        let mut file = BufWriter::new(File::create(log).map_err(Failure::broken)?);
        let mut next = Instant::now();
        let mut number = 0_u32;
        while next < until {
            thread::sleep(next.saturating_duration_since(Instant::now()));
            let at = clock::now();
            // A router may say that it leads nowhere: then this one was stopped, as it will show.
            let _ = socket.send_to(&marked(self.member, number), self.to);
            file.write_all(&at.as_micros().to_be_bytes())
                .map_err(Failure::broken)?;
            number = number.wrapping_add(1);
            if number.is_multiple_of(WRITE_EVERY) {
                file.flush().map_err(Failure::broken)?;
            }
            next = (next + every).max(Instant::now());
        }
        file.flush().map_err(Failure::broken)
    }
}
