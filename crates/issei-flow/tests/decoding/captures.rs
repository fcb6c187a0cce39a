//! Walks over the UDP datagrams of packet captures that lie beside the project.

#![expect(
    clippy::disallowed_methods,
    reason = "a test may read captures that lie beside the project"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use issei_model::Timestamp;
use issei_wire::capture::CaptureReader;
use issei_wire::export;
use issei_wire::packet::Head;

/// Where other people's captures lie, if they are here.
pub fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no captures at {}", folder.display());
    None
}

pub fn bytes_of(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// Shows every whole UDP datagram of a capture, with its time and sender.
pub fn datagrams(file: &[u8], mut each: impl FnMut(Timestamp, SocketAddr, &[u8])) {
    let Some(mut reader) = CaptureReader::recognise(file) else {
        return;
    };
    let mut rest = file;
    loop {
        let taken = reader.take(rest, true);
        rest = &rest[taken.consumed..];
        if let Some(packet) = taken.packet {
            let head = Head::parse(packet.link, packet.bytes, packet.original_length);
            if let Ok(head) = head
                && let Some(payload) = head.udp_payload(packet.bytes)
            {
                each(packet.time, (head.source, head.source_port).into(), payload);
            }
        } else if taken.consumed == 0 {
            return;
        }
    }
}

#[test]
fn ordinary_traffic_is_not_taken_for_an_export() {
    let Some(folder) = folder() else { return };
    let mut seen = 0;
    for of in ["benign", "scan", "ddos", "botnet-other"] {
        for path in files_below(&folder.join(of)) {
            datagrams(&bytes_of(&path), |_, _, payload| {
                seen += 1;
                let taken_for = export::recognise(payload);
                assert_eq!(taken_for, None, "{}: {payload:x?}", path.display());
            });
        }
    }
    assert!(seen > 15_000, "{seen} datagrams");
}

#[test]
fn the_exports_of_real_exporters_are_recognised() {
    let Some(folder) = folder() else { return };
    let (mut recognised, mut met) = (0, 0);
    for of in ["akvorado/netflow", "akvorado/sflow", "graylog"] {
        for path in files_below(&folder.join("flow-formats").join(of)) {
            datagrams(&bytes_of(&path), |_, _, payload| {
                met += 1;
                recognised += usize::from(export::recognise(payload).is_some());
            });
        }
    }
    assert_eq!((recognised, met), (EXPORTS, EXPORTS));
}

/// Whole datagrams in those captures.
const EXPORTS: usize = 147;

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
