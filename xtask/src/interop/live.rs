//! We capture on an interface, and find a scan there.
//!
//! Two namespaces, joined by a pair of virtual interfaces and by nothing else: one is ours, with one
//! line; the other is the world, and holds the addresses that the line probes. The line is this
//! program under another command. It refuses to probe where there is any other interface.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::comparison::Comparison;
use super::folder::Folder;
use super::issei::Farewell;
use super::namespace::{self, Namespace};
use super::needs::Need;
use super::{Check, Scene, sockets};
use crate::run::Outcome;

/// A scan is found on a live interface, and every packet is counted.
pub const SCAN: Check = Check {
    name: "a scan is found on a live interface",
    needs: &[Need::Program("ip", "iproute2"), Need::Namespaces],
    run: scan,
};

/// The two ends of the line.
const OWN: &str = "issei-own";
const WORLD: &str = "issei-world";
/// The line that scans.
const LINE: &str = "10.77.0.2";
/// Addresses for documentation (RFC 5737), held by the other namespace.
const STRANGERS: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// How many are probed: a home knocks at the telnet door of none.
const PROBED: u8 = 40;
const TELNET: u16 = 23;
/// Long enough for an answer in the same kernel.
const ANSWER: Duration = Duration::from_millis(200);

fn scan(scene: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("live")?;
    let (own, world) = (
        Namespace::new(&folder, "own")?,
        Namespace::new(&folder, "world")?,
    );
    joined(&folder, &own, &world)?;
    let findings = folder.file("findings.jsonl");
    let shown = findings.display().to_string();
    let options = [
        "--interface",
        OWN,
        "--ours",
        "10.77.0.0/24",
        "--file",
        &shown,
        "--quiet",
    ];
    let collector = scene
        .issei
        .collect(&folder, Some(&own), &options, sockets::captures)?;
    let before = sockets::passed(collector.running.id(), OWN)?;
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    own.says(&folder, &[&this.display().to_string(), "probe"])?;
    let passed = sockets::passed(collector.running.id(), OWN)? - before;
    let farewell: Farewell = collector.end()?;

    let told = fs::read_to_string(&findings).unwrap_or_default();
    let mut comparison = Comparison::default();
    comparison.same("packets", farewell.received + farewell.dropped, passed);
    comparison.none("packets dropped", farewell.dropped);
    comparison.none(
        "packets missing of two for each address",
        (2 * u64::from(PROBED)).saturating_sub(passed),
    );
    comparison.some(
        "horizontal scans told",
        told.lines().filter(|line| tells_scan(line)).count() as u64,
    );
    Ok(comparison)
}

/// Joins the two, so that the world answers for everything abroad.
fn joined(folder: &Folder, own: &Namespace, world: &Namespace) -> Result<(), String> {
    let line = format!("{LINE}/32");
    namespace::join(folder, [(own, OWN, Some(&line)), (world, WORLD, None)])?;
    let abroad = [
        "ip",
        "route",
        "add",
        "local",
        "198.51.100.0/24",
        "dev",
        "lo",
    ];
    world.says(folder, &abroad).map(drop)
}

/// Tells whether a line of findings tells a scan by the line.
fn tells_scan(line: &str) -> bool {
    let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
    text("rule") == "horizontal-scan"
        && text("level") == "finding"
        && text("subject").starts_with(LINE)
}

/// Knocks at each address once. Hidden: only for the inside of the namespace that a check made.
pub fn probe() -> Outcome {
    let interfaces = fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
    if let Some(other) = other_interface(&interfaces) {
        return Outcome::failed(format!(
            "not here: there is the interface `{other}`; only for a namespace that a check made"
        ));
    }
    let refused = (0..PROBED).filter(|&number| knock(number)).count();
    Outcome::passed(&format!("probed {PROBED} addresses, {refused} answered"))
}

fn knock(number: u8) -> bool {
    let ip = Ipv4Addr::from_bits(STRANGERS.to_bits() + u32::from(number));
    let answer = TcpStream::connect_timeout(&SocketAddr::new(IpAddr::V4(ip), TELNET), ANSWER);
    answer.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Names an interface that no check has made.
fn other_interface(table: &str) -> Option<&str> {
    let names = table
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim());
    let mut own = false;
    for name in names {
        match name {
            OWN => own = true,
            "lo" => {}
            other => return Some(other),
        }
    }
    // Without our own interface this is no namespace of ours either.
    if own {
        None
    } else {
        Some("lo, and nothing else")
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
