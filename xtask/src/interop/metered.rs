//! Our flow meter and nfdump's make the same of a capture.

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::nfdump::{self, NFDUMP};
use super::{Check, Scene};

/// Packets and bytes agree exactly; flows are compared where both meters cut alike.
pub const FLOWS: Check = Check {
    name: "nfpcapd meters what we meter",
    needs: &[NFDUMP, super::needs::Need::Program("nfpcapd", "nfdump")],
    run: flows,
};

fn flows(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("metered")?;
    let made = scene.simulated(Format::Pcap)?;
    let theirs = nfdump::metered(&folder, &made.path.display().to_string())?;
    let analysis = scene.issei.analyze(&folder, &[&made.path])?;
    let ours = analysis.records();
    let mut comparison = Comparison::default();
    comparison.same("packets", ours.packets, theirs.packets);
    comparison.same("bytes", ours.bytes, theirs.bytes);
    comparison.some("records of ours", ours.judged);
    comparison.some("records of theirs", theirs.flows);
    Ok(comparison)
}
