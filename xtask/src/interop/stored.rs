//! nfdump's collectors store what our exporters send.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::{Format, TrueExporter};
use super::nfdump::{Collector, NFDUMP, SFCAPD, Stored};
use super::{Check, Scene, sockets};

/// NetFlow v9 arrives whole.
pub const NETFLOW9: Check = Check {
    name: "nfcapd receives our NetFlow v9",
    needs: &[NFDUMP],
    run: |scene| records(scene, Format::Netflow9),
};

/// IPFIX arrives whole.
pub const IPFIX: Check = Check {
    name: "nfcapd receives our IPFIX",
    needs: &[NFDUMP],
    run: |scene| records(scene, Format::Ipfix),
};

/// sFlow arrives whole.
pub const SFLOW: Check = Check {
    name: "sfcapd receives our sFlow",
    needs: &[SFCAPD, NFDUMP],
    run: samples,
};

/// Bytes of a sampled Ethernet frame that are not IP: its head and its check sequence.
const AROUND: u64 = 14 + 4;

fn records(scene: &Scene, format: Format) -> Result<Comparison, String> {
    let mut comparison = Comparison::default();
    let (sent, stored) = exchange(scene, format, "nfcapd")?;
    comparison.same("records", sent.records, stored.flows);
    comparison.same("packets", sent.packets, stored.packets);
    comparison.same("bytes", sent.bytes, stored.bytes);
    comparison.none("gaps in the sequence", stored.gaps);
    Ok(comparison)
}

fn samples(scene: &Scene) -> Result<Comparison, String> {
    let mut comparison = Comparison::default();
    let (sent, stored) = exchange(scene, Format::Sflow, "sfcapd")?;
    comparison.same("samples", sent.records, stored.flows);
    comparison.same("packets", sent.packets, stored.packets);
    // sfcapd counts the whole frame, the truth what IP says.
    comparison.same(
        "bytes of frames",
        sent.bytes + AROUND * sent.packets,
        stored.bytes,
    );
    comparison.none("gaps in the sequence", stored.gaps);
    Ok(comparison)
}

/// Sends a simulation to a collector, and shows what was sent and what was stored.
fn exchange(
    scene: &Scene,
    format: Format,
    program: &str,
) -> Result<(TrueExporter, Stored), String> {
    let folder = Folder::new(program)?;
    let port = sockets::free_port()?;
    let collector = Collector::start(&folder, program, port)?;
    let truth = scene
        .issei
        .simulate(&folder, format, &format!("127.0.0.1:{port}"), 1)?;
    let stored = collector.end(&folder)?;
    Ok((truth.all(), stored))
}
