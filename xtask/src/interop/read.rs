//! We read as many packets and records as others do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Format;
use super::needs::{Need, captures};
use super::wireshark::{self, CAPINFOS, TSHARK};
use super::{Check, Scene};

/// A simulated capture: capinfos, the truth and we count the same packets.
pub const PACKETS: Check = Check {
    name: "capinfos counts the packets of a simulated capture",
    needs: &[CAPINFOS],
    run: packets,
};

/// Captures of the real world: capinfos and we count the same packets in each.
pub const CAPTURES: Check = Check {
    name: "capinfos counts the packets of real captures",
    needs: &[CAPINFOS, Need::Captures],
    run: real_captures,
};

/// Captured exports: tshark, the truth and we count the same records.
pub const EXPORTS: Check = Check {
    name: "tshark counts the records of simulated exports",
    needs: &[TSHARK],
    run: exports,
};

/// The fields that stand once in every record or sample, by format.
const FIELDS: [(Format, &[&str]); 3] = [
    (Format::Netflow9, &["cflow.srcaddr", "cflow.srcaddrv6"]),
    (Format::Ipfix, &["cflow.srcaddr", "cflow.srcaddrv6"]),
    (Format::Sflow, &["sflow_245.sampletype"]),
];

fn packets(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("read")?;
    let made = scene.simulated(Format::Pcap)?;
    let theirs = wireshark::counted(&folder, &[&made.path])?
        .into_values()
        .sum();
    let analysis = scene.issei.analyze(&folder, &[&made.path])?;
    let ours = analysis.files().map(|file| file.packets).sum();
    let mut comparison = Comparison::default();
    comparison.same("packets in the file", ours, theirs);
    comparison.same("packets in the truth", ours, made.truth.all().packets);
    comparison.same("packets in records", analysis.records().packets, theirs);
    comparison.same(
        "bytes in records",
        analysis.records().bytes,
        made.truth.all().bytes,
    );
    comparison.none("problems", analysis.problems());
    Ok(comparison)
}

fn real_captures(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("read")?;
    let mut files = Vec::new();
    gather(&captures(), &mut files);
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let theirs = wireshark::counted(&folder, &files)?;
    let analysis = scene.issei.analyze(&folder, &files)?;
    let ours: BTreeMap<&str, u64> = analysis
        .files()
        .map(|file| (file.path.as_str(), file.packets))
        .collect();
    let mut comparison = Comparison::default();
    for (path, &theirs) in &theirs {
        let ours = ours.get(path.as_str()).copied().unwrap_or_default();
        if ours != theirs {
            comparison.same(&format!("packets in {path}"), ours, theirs);
        }
    }
    comparison.same("packets in all", ours.values().sum(), theirs.values().sum());
    let (read, accounted) = analysis.plain_packets();
    comparison.same(
        "packets of plain captures in records or turned away",
        accounted,
        read,
    );
    comparison.none("files that broke off", analysis.broken_off());
    comparison.same("files", ours.len() as u64, theirs.len() as u64);
    Ok(comparison)
}

/// Finds pcap and pcapng files, in the order of their names.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, files);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "pcap" || ending == "pcapng")
        {
            files.push(path);
        }
    }
}

fn exports(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("read")?;
    let mut comparison = Comparison::default();
    for (format, fields) in FIELDS {
        let made = scene.simulated(format)?;
        let theirs: u64 = wireshark::occurrences(&folder, &made.path, fields)?
            .into_iter()
            .sum();
        let analysis = scene.issei.analyze(&folder, &[&made.path])?;
        let word = format.word();
        comparison.same(&format!("{word} records"), analysis.decoded(), theirs);
        comparison.same(
            &format!("{word} records in the truth"),
            analysis.decoded(),
            made.truth.all().records,
        );
        comparison.same(
            &format!("{word} packets"),
            analysis.records().packets,
            made.truth.all().packets,
        );
        comparison.none("problems", analysis.problems());
    }
    Ok(comparison)
}
