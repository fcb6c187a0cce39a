//! A collector that is told to end in the middle of a stream loses nothing uncounted.
//!
//! The kernel is the second reader here: in a namespace of its own it counts what was sent, what was
//! read, what found a full buffer, and what came when nobody listened any more.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::namespace::Namespace;
use super::needs::Need;
use super::{Check, Scene, sockets};

/// Sent = received + dropped + too late.
pub const END: Check = Check {
    name: "a collector told to end in mid-stream accounts for every datagram",
    needs: &[Need::Program("ip", "iproute2"), Need::Namespaces],
    run: end,
};

/// Alone in its namespace, any port is free.
const PORT: u16 = 2055;
/// Datagrams after which the stream is in full flow.
const FULL_FLOW: u64 = 200;

fn end(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("torn")?;
    let inside = Namespace::new(&folder, "torn")?;
    let address = format!("127.0.0.1:{PORT}");
    let mut collector = scene.issei.collect(
        &folder,
        Some(&inside),
        &["--listen", &address, "--quiet"],
        |id| sockets::listens(id, PORT),
    )?;
    let truth = folder.file("truth.json").display().to_string();
    let stream = inside.start(
        &folder,
        &scene
            .issei
            .simulate_command(Format::Netflow9, &address, &truth, "1"),
    )?;
    let flows = |id| sockets::datagrams(id).is_ok_and(|udp| udp.read > FULL_FLOW);
    collector.running.until("the stream flows", flows)?;
    let farewell = collector.end()?;
    // Whether its reader's end disturbs the sender is the sender's affair; the kernel has counted.
    let _ = stream.finish()?;
    // A process that outlives both: the counts belong to the namespace.
    let witness = inside.start(&folder, &["sleep", "600"])?;
    let udp = sockets::datagrams(witness.id())?;

    let mut comparison = Comparison::default();
    comparison.same("datagrams received", farewell.received, udp.read);
    comparison.some("datagrams after the end", udp.no_port);
    comparison.same(
        "datagrams sent",
        udp.read + udp.errors + udp.no_port,
        udp.sent,
    );
    comparison.same(
        "datagrams received, dropped or too late",
        farewell.received + farewell.dropped + udp.no_port,
        udp.sent,
    );
    comparison.same("records judged", farewell.judged, farewell.decoded);
    Ok(comparison)
}
