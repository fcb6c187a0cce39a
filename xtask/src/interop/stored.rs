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

/// What was sent, and what was stored of it.
pub type Exchange = Result<(TrueExporter, Stored), String>;

/// What is sent, and who stores it.
const FORMATS: [(Format, &str); 3] = [
    (Format::Netflow9, "nfcapd"),
    (Format::Ipfix, "nfcapd"),
    (Format::Sflow, "sfcapd"),
];

/// All at the same time, for both checks: each takes a minute and does little.
fn exchanges(issei: &Issei) -> [Exchange; 3] {
    thread::scope(|scope| {
        let begun =
            FORMATS.map(|(format, program)| scope.spawn(move || exchange(issei, format, program)));
        begun.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a check broke".into()))
        })
    })
}

fn records(scene: &Scene) -> Result<Comparison, String> {
    let [netflow9, ipfix, _] = scene.stored.get_or_init(|| exchanges(&scene.issei));
    let mut comparison = Comparison::default();
    for (format, exchange) in [(Format::Netflow9, netflow9), (Format::Ipfix, ipfix)] {
        let ((sent, stored), word) = (exchange.clone()?, format.word());
        comparison.same(&format!("records of {word}"), sent.records, stored.flows);
        comparison.same("packets", sent.packets, stored.packets);
        comparison.same("bytes", sent.bytes, stored.bytes);
        comparison.expected(
            "gaps in the sequence",
            gaps(format, sent.exporters),
            stored.gaps,
        );
    }
    Ok(comparison)
}

fn samples(scene: &Scene) -> Result<Comparison, String> {
    let [_, _, sflow] = scene.stored.get_or_init(|| exchanges(&scene.issei));
    let (sent, stored) = sflow.clone()?;
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
fn exchange(issei: &Issei, format: Format, program: &str) -> Exchange {
    let folder = Folder::new(format.word())?;
    let port = sockets::free_port()?;
    let collector = Collector::start(&folder, program, port)?;
    let truth = issei.send(&folder, format, port)?;
    let stored = collector.end(&folder)?;
    Ok((truth.all(), stored))
}
