//! Our flow meter and nfdump's make the same of a capture.
//!
//! Packets and bytes agree to the last one, with one difference that is counted: nfpcapd leaves out
//! the later fragments of a datagram, which tell no ports; we keep them as what they are. Records
//! do not compare: ours hold both directions of a flow, theirs one each.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::nfdump::{self, NFDUMP};
use super::wireshark::{self, TSHARK};
use super::{Check, Scene};

/// Packets and bytes agree exactly.
pub const FLOWS: Check = Check {
    name: "nfpcapd meters what we meter",
    needs: &[NFDUMP, TSHARK],
    run: flows,
};

/// The later fragments of IPv4. Our country sends no others.
const LATER_FRAGMENTS: &str = "ip.frag_offset > 0";

fn flows(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("metered")?;
    let made = scene.simulated(Format::Pcap)?;
    let theirs = nfdump::metered(&folder, &made.path.display().to_string())?;
    let left_out = wireshark::volume(&folder, &made.path, LATER_FRAGMENTS)?;
    let analysis = scene.issei.analyze(&folder, &[&made.path])?;
    let ours = analysis.records();
    let mut comparison = Comparison::default();
    comparison.some("later fragments left out by nfpcapd", left_out.packets);
    comparison.same("packets", ours.packets, theirs.packets + left_out.packets);
    comparison.same("bytes", ours.bytes, theirs.bytes + left_out.bytes);
    comparison.some("records of ours", ours.judged);
    comparison.some("records of theirs", theirs.flows);
    Ok(comparison)
}
