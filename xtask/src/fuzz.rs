//! Runs every fuzz target for a while, starting from the committed seeds.

use std::fs;

use crate::run::{Outcome, is_here, program_with, root};

/// Runs each target for `seconds`; new inputs stay out of the committed corpus.
pub fn every_target(seconds: u64) -> Outcome {
    if !is_here("cargo-fuzz") {
        return Outcome::skipped(
            "fuzzing: cargo-fuzz is not here; `cargo install cargo-fuzz` brings it".into(),
        );
    }
    let folder = root().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut targets: Vec<String> = entries
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_string()))
        .collect();
    targets.sort();
    if targets.is_empty() {
        return Outcome::failed(format!("no fuzz targets in {}", folder.display()));
    }
    targets.iter().fold(Outcome::default(), |outcome, target| {
        outcome.and(one_target(target, seconds))
    })
}

fn one_target(target: &str, seconds: u64) -> Outcome {
    let grown = root().join("fuzz/target/grown").join(target);
    if let Err(error) = fs::create_dir_all(&grown) {
        return Outcome::failed(format!("{}: {error}", grown.display()));
    }
    let (grown, time) = (
        grown.to_string_lossy().into_owned(),
        format!("-max_total_time={seconds}"),
    );
    let seeds = format!("fuzz/corpus/{target}");
    let arguments = [
        "fuzz",
        "run",
        "--sanitizer",
        "none",
        target,
        &grown,
        &seeds,
        "--",
        &time,
        "-rss_limit_mb=2048",
    ];
    // The stable compiler builds the instrumentation when told so.
    program_with("cargo", &arguments, &[("RUSTC_BOOTSTRAP", "1")])
}
