//! Writes down when numbered packets arrive, by the kernel's clock.
//!
//! Always: the stamp is the kernel's, taken when the packet came to the interface, so it does not matter
//! when this process gets to run; what the kernel had to drop is counted, and makes the figures doubtful.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use issei_host::live::{Capture, Shape};
use issei_wire::packet::{Head, LinkType};
use serde::{Deserialize, Serialize};

use super::{mark, report};
use crate::code::Failure;
use crate::lab::figures;

/// Bytes of the kernel's ring: seconds of all members' packets.
const RING: usize = 16 << 20;
/// How long is waited for packets.
const WAIT: Duration = Duration::from_millis(50);

/// How the watch went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Numbered packets that arrived.
    pub arrived: u64,
    /// Packets of any kind that the kernel could not hand over.
    pub dropped: u64,
}

/// Watches until the time is over.
pub fn watch(interface: &str, until: Instant, log: &Path) -> Result<(), Failure> {
    let mut capture = Capture::open(interface, RING).map_err(Failure::broken)?;
    let link = match capture.shape() {
        Shape::Ethernet => LinkType::ETHERNET,
        Shape::Ip => LinkType::RAW,
    };
    let mut file = BufWriter::new(File::create(log).map_err(Failure::broken)?);
    let mut watched = Watched::default();
    let summary = log.with_extension("json");
    report(&summary, &watched)?;
    while Instant::now() < until {
        let _ = capture.wait(WAIT).map_err(Failure::broken)?;
        let mut bytes = Vec::new();
        while capture.drain(|at, packet, length| {
            let head = Head::parse(link, packet, length).ok();
            let payload = head.as_ref().and_then(|head| head.udp_payload(packet));
            if let Some((member, number)) = payload.and_then(mark) {
                bytes.extend(figures::written(member, number, at));
            }
        }) {}
        if bytes.is_empty() {
            continue;
        }
        file.write_all(&bytes)
            .and_then(|()| file.flush())
            .map_err(Failure::broken)?;
        watched.arrived += (bytes.len() / figures::ARRIVAL) as u64;
        watched.dropped += capture.dropped().map_err(Failure::broken)?;
        report(&summary, &watched)?;
    }
    Ok(())
}
