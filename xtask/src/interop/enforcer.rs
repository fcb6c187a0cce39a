//! A member cuts in a real kernel, at a router and at resolvers of others through a confined enforcer; what is
//! taken from it is found and told, and everything is afterwards as it was.
//!
//! The steps are tests of the front door that an ordinary `cargo test` leaves out, since they need root:
//! each makes a network namespace and removes it. Here they are run, and counted; what they measured is shown.

use std::process::Command;

use super::Check;
use super::comparison::Comparison;
use super::needs::Need;
use crate::run::root;

/// A cut in a packet filter and at the earliest hook, reflexes, a flush by hand, everybody dead.
pub const CUTS: Check = Check {
    name: "a confined enforcer cuts and limits in the kernel, repairs it, and leaves nothing",
    needs: &[IP, NFT, Need::Namespaces, Need::Mounts("bpf")],
    run: |_| {
        let others = [ROUTERS_STEPS, RESOLVERS_STEPS, KILLED_STEPS];
        let skipped: Vec<&str> = others.iter().flat_map(|one| ["--skip", one]).collect();
        steps(&skipped, 6)
    },
};

/// A session, a line and a rule taken away at BIRD.
pub const ROUTERS: Check = Check {
    name: "a confined enforcer finds and tells what a router lost, and has it back with its cause gone",
    needs: &[IP, NFT, Need::Program("bird", "bird2"), Need::Namespaces],
    run: |_| steps(&[ROUTERS_STEPS], 3),
};

/// BIND and Unbound started anew, and their policy taken away.
pub const RESOLVERS: Check = Check {
    name: "a confined enforcer finds and tells a resolver that answers a refused name, and has it back",
    needs: &[
        IP,
        NFT,
        NAMED,
        Need::Program("unbound", "unbound"),
        Need::Namespaces,
    ],
    run: |_| steps(&[RESOLVERS_STEPS], 4),
};

/// Killed again and again, with a packet filter and a router, and with a zone.
pub const KILLED: Check = Check {
    name: "an enforcer that is killed at any moment holds all of an order afterwards or nothing",
    needs: &[
        IP,
        NFT,
        NAMED,
        Need::Program("bird", "bird2"),
        Need::Namespaces,
    ],
    run: |_| steps(&[KILLED_STEPS], 2),
};

const IP: Need = Need::Program("ip", "iproute2");
const NFT: Need = Need::Program("nft", "nftables");
const NAMED: Need = Need::Program("named", "bind9");

/// Where the steps stand in the front door's tests.
const ROUTERS_STEPS: &str = "routers::";
const RESOLVERS_STEPS: &str = "resolvers::";
const KILLED_STEPS: &str = "killed::";

/// Runs the steps that these words choose, of which there are so many.
fn steps(chosen: &[&str], count: u64) -> Result<Comparison, String> {
    // With all rooms, as they are built already.
    let test = ["test", "--workspace", "--test", "enforcer", "--"];
    let said = Command::new("cargo")
        .args(test)
        .args(["--ignored", "--test-threads", "1", "--nocapture"])
        .args(chosen)
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
    comparison.same("steps with a confined enforcer", passed(&out), count);
    for figure in out.lines().filter_map(|line| line.strip_prefix("figure ")) {
        let (count, what) = figure.split_once(' ').unwrap_or((figure, ""));
        // What took no millisecond happened all the same.
        comparison.some(what, count.parse().unwrap_or(0).max(1));
    }
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
