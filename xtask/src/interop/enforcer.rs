//! A member cuts in a real kernel through a confined enforcer, and the kernel is afterwards as it was.
//!
//! The steps are tests of the front door that an ordinary `cargo test` leaves out, since they need root:
//! each makes a network namespace and removes it. Here they are run, and counted.

use std::process::Command;

use super::comparison::Comparison;
use super::needs::Need;
use super::{Check, Scene};
use crate::run::root;

/// A cut in a packet filter and at the earliest hook, reflexes, a flush by hand, everybody dead.
pub const CUTS: Check = Check {
    name: "a confined enforcer cuts and limits in the kernel, repairs it, and leaves nothing",
    needs: &[
        Need::Program("ip", "iproute2"),
        Need::Program("nft", "nftables"),
        Need::Namespaces,
        Need::Mounts("bpf"),
    ],
    run: cuts,
};

/// How many steps there are.
const STEPS: u64 = 6;

fn cuts(_: &Scene) -> Result<Comparison, String> {
    let test = ["test", "-p", "issei", "--test", "enforcer", "--"];
    let said = Command::new("cargo")
        .args(test)
        .args(["--ignored", "--test-threads", "1", "--nocapture"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let out = String::from_utf8_lossy(&said.stdout);
    if !said.status.success() {
        let failed: Vec<&str> = out.lines().filter(|line| line.contains("FAILED")).collect();
        let err = String::from_utf8_lossy(&said.stderr);
        let last = err.lines().rev().take(20).collect::<Vec<_>>();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Err(format!("{}\n{}", failed.join("\n"), last.join("\n")));
    }
    let mut comparison = Comparison::default();
    comparison.same("steps with a confined enforcer", passed(&out), STEPS);
    Ok(comparison)
}

/// Reads how many tests passed.
fn passed(out: &str) -> u64 {
    let line = out
        .lines()
        .find_map(|line| line.strip_prefix("test result: ok. "));
    let count = line.and_then(|line| line.split(' ').next());
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}
