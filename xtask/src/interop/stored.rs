//! nfdump's collectors store what our exporters send.

use std::thread;

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::{Format, Issei, TrueExporter};
use super::nfdump::{Collector, NFDUMP, SFCAPD, Stored};
use super::{Check, Scene, sockets};

/// NetFlow v9 and IPFIX arrive whole.
pub const RECORDS: Check = Check {
    name: "nfcapd stores the NetFlow v9 and IPFIX that we send",
    needs: &[NFDUMP],
    run: records,
};

/// sFlow arrives whole.
pub const SAMPLES: Check = Check {
    name: "sfcapd stores the sFlow that we send",
    needs: &[SFCAPD, NFDUMP],
    run: samples,
};

/// Bytes of a sampled Ethernet frame before the IP packet. Its check sequence is stripped, and not
/// counted.
const AROUND: u64 = 14;

/// Both at the same time: each takes a minute and does little.
fn records(scene: &Scene) -> Result<Comparison, String> {
    let formats = [Format::Netflow9, Format::Ipfix];
    let issei = &scene.issei;
    let exchanges = thread::scope(|scope| {
        let begun = formats.map(|format| scope.spawn(move || exchange(issei, format, "nfcapd")));
        begun.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a check broke".into()))
        })
    });
    let mut comparison = Comparison::default();
    for (format, exchange) in formats.iter().zip(exchanges) {
        let ((sent, stored), word) = (exchange?, format.word());
        comparison.same(&format!("records of {word}"), sent.records, stored.flows);
        comparison.same("packets", sent.packets, stored.packets);
        comparison.same("bytes", sent.bytes, stored.bytes);
        comparison.expected(
            "gaps in the sequence",
            gaps(*format, sent.exporters),
            stored.gaps,
        );
    }
    Ok(comparison)
}

fn samples(scene: &Scene) -> Result<Comparison, String> {
    let (sent, stored) = exchange(&scene.issei, Format::Sflow, "sfcapd")?;
    let mut comparison = Comparison::default();
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

/// Gaps that nfcapd sees although nothing is lost. In IPFIX it counts records of flows only, where
/// RFC 7011 section 3.1 counts those of options too; each exporter announces its sampling again
/// once within the minute.
fn gaps(format: Format, exporters: u64) -> u64 {
    match format {
        Format::Ipfix => exporters,
        _ => 0,
    }
}

/// Sends a simulation to a collector, and shows what was sent and what was stored.
fn exchange(
    issei: &Issei,
    format: Format,
    program: &str,
) -> Result<(TrueExporter, Stored), String> {
    let folder = Folder::new(format.word())?;
    let port = sockets::free_port()?;
    let collector = Collector::start(&folder, program, port)?;
    let truth = issei.send(&folder, format, port)?;
    let stored = collector.end(&folder)?;
    Ok((truth.all(), stored))
}
