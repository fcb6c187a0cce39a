//! A collector that is told to end in the middle of a stream loses nothing uncounted.
//!
//! The kernel is the second reader here: in a namespace of its own it counts what was sent, what was
//! read, what found a full buffer, and what came when nobody listened any more. The sender is this
//! program under another command: it never pauses, so the end falls between two datagrams.

use std::net::{SocketAddr, UdpSocket};

use super::comparison::Comparison;
use super::folder::Folder;
use super::namespace::Namespace;
use super::needs::Need;
use super::{Check, Scene, sockets};
use crate::run::Outcome;

/// Sent = received + dropped + too late.
pub const END: Check = Check {
    name: "a collector told to end in mid-stream accounts for every datagram",
    needs: &[Need::Program("ip", "iproute2"), Need::Namespaces],
    run: end,
};

/// Alone in its namespace, any port is free.
const ADDRESS: &str = "127.0.0.1:2055";
const PORT: u16 = 2055;
/// Datagrams after which the stream is in full flow.
const FULL_FLOW: u64 = 20_000;
/// Where the stream ends if nobody ends it: some seconds.
const LAST: u32 = 2_000_000;
/// Records in each datagram: the most that NetFlow v5 holds.
const RECORDS: u32 = 30;

fn end(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("torn")?;
    let inside = Namespace::new(&folder, "torn")?;
    // A process that outlives both: the counts belong to the namespace.
    let witness = inside.start(&folder, &["sleep", "600"])?;
    let options = ["--listen", ADDRESS, "--quiet"];
    let mut collector = scene
        .issei
        .collect(&folder, Some(&inside), &options, |id| {
            sockets::listens(id, PORT)
        })?;
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut stream = inside.start(&folder, &[&this.display().to_string(), "stream"])?;
    let flows = |id| sockets::datagrams(id).is_ok_and(|udp| udp.read > FULL_FLOW);
    collector.running.until("the stream flows", flows)?;
    let farewell = collector.end()?;
    let went_on = |id| sockets::datagrams(id).is_ok_and(|udp| udp.no_port > 0);
    stream.until("datagrams come too late", went_on)?;
    drop(stream);
    let udp = sockets::datagrams(witness.id())?;

    let mut comparison = Comparison::default();
    comparison.same("datagrams received", farewell.received, udp.read);
    comparison.some("datagrams after the end", udp.no_port);
    // Whatever lay unread in a socket that closed would be missing here.
    comparison.same(
        "datagrams sent",
        udp.read + udp.errors + udp.no_port,
        udp.sent,
    );
    comparison.none(
        "drops by a full buffer that were not counted",
        udp.full.saturating_sub(farewell.dropped),
    );
    comparison.none(
        "drops counted that the kernel does not know",
        farewell.dropped.saturating_sub(udp.errors),
    );
    comparison.same(
        "records decoded",
        farewell.decoded,
        u64::from(RECORDS) * udp.read,
    );
    comparison.same("records judged", farewell.judged, farewell.decoded);
    Ok(comparison)
}

/// Sends NetFlow v5 without pause. Hidden: only for the inside of a check's namespace; loopback anyhow.
pub fn stream() -> Outcome {
    match send_all() {
        Ok(()) => Outcome::passed("the stream ended by itself"),
        Err(error) => Outcome::failed(format!("cannot send to {ADDRESS}: {error}")),
    }
}

fn send_all() -> std::io::Result<()> {
    let to: SocketAddr = ([127, 0, 0, 1], PORT).into();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    for number in 0..LAST {
        socket.send_to(&datagram(number * RECORDS), to)?;
    }
    Ok(())
}

/// Writes a NetFlow v5 datagram: version, count, four bytes of uptime, two of time, the sequence.
fn datagram(sequence: u32) -> Vec<u8> {
    const UPTIME: u32 = 3_600_000;
    const NOW: u32 = 1_767_225_600;
    let mut bytes = Vec::with_capacity(24 + 48 * RECORDS as usize);
    bytes.extend([0, 5, 0, RECORDS as u8]);
    for word in [UPTIME, NOW, 0, sequence, 0] {
        bytes.extend(word.to_be_bytes());
    }
    for host in 0..RECORDS as u8 {
        // From a line of ours to a resolver: source, destination, next hop, interfaces, packets,
        // bytes, first and last uptime, ports, then flags, protocol and what v5 adds.
        let words = [
            0x0a00_0001 + u32::from(host),
            0xc000_0235,
            0,
            0x0001_0002,
            1,
            60,
            UPTIME - 2_000,
            UPTIME - 1_000,
        ];
        words
            .iter()
            .for_each(|word| bytes.extend(word.to_be_bytes()));
        bytes.extend([0x9c, 0x40, 0, 53, 0, 0, 17, 0, 0, 0, 0, 0, 24, 24, 0, 0]);
    }
    bytes
}

#[cfg(test)]
#[path = "torn_tests.rs"]
mod tests;
