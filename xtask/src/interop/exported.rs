//! We receive what softflowd exports.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::softflowd::{self, SOFTFLOWD};
use super::wireshark::{self, TSHARK};
use super::{Check, Scene, sockets};

/// NetFlow v5, which knows no IPv6.
pub const NETFLOW5: Check = Check {
    name: "we receive softflowd's NetFlow v5",
    needs: &[SOFTFLOWD, TSHARK],
    run: |scene| receive(scene, "5"),
};

/// NetFlow v9.
pub const NETFLOW9: Check = Check {
    name: "we receive softflowd's NetFlow v9",
    needs: &[SOFTFLOWD, TSHARK],
    run: |scene| receive(scene, "9"),
};

/// IPFIX.
pub const IPFIX: Check = Check {
    name: "we receive softflowd's IPFIX",
    needs: &[SOFTFLOWD, TSHARK],
    run: |scene| receive(scene, "10"),
};

/// softflowd is a young exporter with old packets: its up-time is that of the run, its packets are
/// of the past, so the times it tells lie before its own start.
const TIMES: &str = "bad-time";
/// In IPFIX it counts the records of a message before it sends it, where RFC 7011 section 3.1 wants
/// those sent before. So two messages that hold unlike numbers of records seem to leave a gap, or
/// to go back. That every datagram came is asserted beside it.
const SEQUENCE: [&str; 2] = ["sequence-gap", "sequence-back"];

fn receive(scene: &Scene, version: &str) -> Result<Comparison, String> {
    let folder = Folder::new("exported")?;
    let capture = scene.simulated(Format::Pcap)?.path.as_path();
    let port = sockets::free_port()?;
    let mut collector = scene.issei.collect_at(&folder, port)?;
    let told = softflowd::export(&folder, &capture.display().to_string(), version, port)?;
    collector
        .running
        .until("everything is read", |id| sockets::is_read_out(id, port))?;
    let farewell = collector.end()?;
    let in_all = wireshark::counted(&folder, &[capture])?.into_values().sum();

    let mut comparison = Comparison::default();
    comparison.same(
        "packets taken or ignored by softflowd",
        in_all,
        told.packets + told.ignored,
    );
    comparison.same(
        "datagrams",
        farewell.received + farewell.dropped,
        told.datagrams,
    );
    comparison.same("records", farewell.decoded, told.records);
    comparison.same("judged records", farewell.judged, told.records);
    comparison.same("packets in records", farewell.packets, told.packets);
    comparison.none("datagrams that could not be sent", told.failures);
    comparison.none("datagrams dropped", farewell.dropped);
    let explained: &[&str] = match version {
        "10" => &[TIMES, SEQUENCE[0], SEQUENCE[1]],
        _ => &[TIMES],
    };
    for (kind, &count) in &farewell.problems {
        if !explained.contains(&kind.as_str()) {
            comparison.none(&format!("× {kind}"), count);
        }
    }
    Ok(comparison)
}
