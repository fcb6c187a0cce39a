//! Turns the committed object into a program in the kernel, whose maps are pinned in a folder.
//!
//! Maps that are pinned there already are taken over, so a newer program works on with what an older one knew.
//! How the object is made, and how anybody may make it again: decision 0025.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use aya::programs::Xdp;
use aya::{EbpfLoader, VerifierLogLevel};
use issei_enforce::xdp::Bits;
use issei_enforce::xdp::layout::{BUCKET, COUNT, ROW, ROWS, SETTINGS, SLOT};

use super::call::{ARRAY, Shape};
use crate::device::Fault;

/// The object, compiled from `cut.c`.
pub(super) const OBJECT: &[u8] = include_bytes!("../../../bpf/cut.o");
/// The program's name in it.
const PROGRAM: &str = "cut";

/// A map of the program: its name there, which is also its pin's, and its shape.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

const PER_CPU_ARRAY: u32 = 6;
const LRU_HASH: u32 = 9;

/// Maps of the program, with so many places for goals and for limited lines.
pub(super) fn maps(places: u32, lines: u32) -> [Named; 6] {
    let map = |name, kind, key: usize, value: usize, entries| Named {
        name,
        shape: Shape {
            kind,
            key: key as u32,
            value: value as u32,
            entries,
        },
    };
    [
        map("settings", ARRAY, 4, SETTINGS, 1),
        map("bits", ARRAY, 4, Bits::LENGTH, 1),
        map("goals", ARRAY, 4, SLOT, places),
        map("orders", ARRAY, 4, ROW, 2 * ROWS),
        map("counts", PER_CPU_ARRAY, 4, COUNT, ROWS),
        map("buckets", LRU_HASH, BUCKET.0, BUCKET.1, lines),
    ]
}

/// Loads the program with its maps pinned in the folder, which must be on a BPF file system.
pub(super) fn load(folder: &Path, places: u32, lines: u32) -> Result<OwnedFd, Fault> {
    let mut loader = EbpfLoader::new();
    // The program looks into no structure of the kernel, so the kernel's own types need not be read.
    loader.btf(None);
    // What the verifier says is pages long, and says less than the error.
    loader.verifier_log_level(VerifierLogLevel::DISABLE);
    for map in maps(places, lines) {
        loader.map_pin_path(map.name, folder.join(map.name));
        loader.map_max_entries(map.name, map.shape.entries);
    }
    let mut loaded = loader.load(OBJECT).map_err(said)?;
    let program = loaded.program_mut(PROGRAM);
    let program = program.ok_or_else(|| Fault::Unreadable("our object has no program".into()))?;
    let program: &mut Xdp = program.try_into().map_err(said)?;
    program.load().map_err(refused)?;
    let fd = program.fd().map_err(said)?;
    fd.as_fd()
        .try_clone_to_owned()
        .map_err(|cause| Fault::Failed("keeping the program", cause))
}

/// The kernel looked at the program and did not take it.
fn refused(error: impl std::error::Error) -> Fault {
    match said(error) {
        Fault::Said(words) => Fault::Said(format!(
            "{words} (the program needs Linux 6.1, CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON)"
        )),
        other => other,
    }
}

/// Tells what the loader says, with every cause behind it: the last is the kernel's.
fn said(error: impl std::error::Error) -> Fault {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(behind) = cause {
        words.push_str(": ");
        words.push_str(&behind.to_string());
        cause = behind.source();
    }
    Fault::Said(words)
}

#[cfg(test)]
#[path = "object_tests.rs"]
mod tests;
