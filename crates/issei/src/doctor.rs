//! `issei doctor`: what this machine can do as a member's, and the next step where it cannot.
//!
//! In: the kernel, the clock, the programs that are installed. Out: one line each, with a tick, a cross or a
//! dash for what only some members need. Always: nothing is changed; a line says what was looked at. Not
//! here: how a device that is named stands (`issei enforcer status`).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use issei_host::clock::{self, Untold};
use issei_host::{confine, terminal};
use issei_model::Span;

use crate::code::{self, Failure};

/// How one thing stands.
struct Line {
    what: &'static str,
    found: Found,
}

/// What was found.
enum Found {
    /// It is there, in these words.
    Well(String),
    /// It is not, and every member needs it: the next step.
    Lacking(String),
    /// It is not, and only some members need it: for what, and the next step.
    Without(String),
}

/// The greatest error of a clock with which a member arms, unless an order says less.
const CLOCK: Span = Span::from_millis(50);

/// Looks at the machine.
///
/// # Errors
/// If nothing can be written.
pub fn run() -> Result<u8, Failure> {
    let lines = examined();
    let lacking = lines
        .iter()
        .any(|line| matches!(line.found, Found::Lacking(_)));
    terminal::say(&page(&lines)).map_err(Failure::broken)?;
    Ok(if lacking { code::REFUSED } else { code::DONE })
}

fn examined() -> Vec<Line> {
    let programs = [
        ("nftables", "nft", "rules in the packet filter", "nftables"),
        (
            "softflowd",
            "softflowd",
            "flow export from this machine",
            "softflowd",
        ),
        ("BIRD's client", "birdc", "reading back from BIRD", "bird2"),
        ("FRR's client", "vtysh", "reading back from FRR", "frr"),
        (
            "GoBGP's client",
            "gobgp",
            "reading back from GoBGP",
            "gobgpd",
        ),
    ];
    let mut lines = vec![
        line("clock", clock_line()),
        line("file confinement", landlock()),
        line("call filter", seccomp()),
        line("capabilities", capabilities()),
        line("XDP", xdp()),
        line("namespaces", namespaces()),
    ];
    for (what, name, purpose, package) in programs {
        lines.push(line(what, program(name, purpose, package)));
    }
    lines
}

fn line(what: &'static str, found: Found) -> Line {
    Line { what, found }
}

fn clock_line() -> Found {
    match clock::certainty(Untold::Unsynchronised) {
        Ok(told) if told.synchronised && told.error <= CLOCK => {
            Found::Well(format!("kept by the kernel within {}", told.error))
        }
        Ok(told) if told.synchronised => Found::Lacking(format!(
            "may be off by {}; orders ask for {CLOCK}; see why time is kept so badly here",
            told.error
        )),
        Ok(_) => Found::Lacking(
            "nobody keeps it; run chrony or another NTP client, or set `clock_error_ms` if the host keeps it".into(),
        ),
        Err(error) => Found::Lacking(format!("the kernel does not tell: {error}")),
    }
}

fn landlock() -> Found {
    let lsm = fs::read_to_string("/sys/kernel/security/lsm").unwrap_or_default();
    match lsm.trim().split(',').any(|one| one == "landlock") {
        true => Found::Well("Landlock".into()),
        false => Found::Lacking(
            "this kernel does not name Landlock in /sys/kernel/security/lsm; the enforcer could read every file".into(),
        ),
    }
}

fn seccomp() -> Found {
    let path = "/proc/sys/kernel/seccomp/actions_avail";
    match fs::read_to_string(path) {
        Ok(actions) if actions.contains("errno") => Found::Well("seccomp".into()),
        _ => Found::Lacking(format!(
            "{path} names no `errno`; the enforcer cannot filter its calls"
        )),
    }
}

fn capabilities() -> Found {
    let needed = [confine::Capability::NetAdmin, confine::Capability::Bpf];
    let held = needed.iter().filter(|one| confine::holds(**one));
    match held.count() {
        2 => Found::Well("CAP_NET_ADMIN and CAP_BPF are held here".into()),
        _ => Found::Without(
            "not held by this user; the enforcer needs CAP_NET_ADMIN, and CAP_BPF for XDP".into(),
        ),
    }
}

fn xdp() -> Found {
    let mounted = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let bpf = mounted
        .lines()
        .any(|line| line.split(' ').nth(2) == Some("bpf"));
    let types = Path::new("/sys/kernel/btf/vmlinux").exists();
    match (bpf, types) {
        (true, _) => Found::Well("a file system for pinned programs is mounted".into()),
        (false, _) => Found::Without(
            "for rules that outlive the enforcer; `mount -t bpf bpf /sys/fs/bpf`".into(),
        ),
    }
}

fn namespaces() -> Found {
    match Path::new("/proc/self/ns/net").exists() {
        true => Found::Well("network namespaces".into()),
        false => Found::Without("for `issei lab`; this kernel has no network namespaces".into()),
    }
}

/// Looks for a program where systems keep those of administrators.
fn program(name: &str, purpose: &str, package: &str) -> Found {
    let places = [
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
        "/usr/local/sbin",
        "/usr/local/bin",
    ];
    let found = places.iter().map(|place| Path::new(place).join(name));
    match found.into_iter().find(|path| path.exists()) {
        Some(path) => Found::Well(path.display().to_string()),
        None => Found::Without(format!(
            "for {purpose}; on Debian `apt-get install {package}`"
        )),
    }
}

fn page(lines: &[Line]) -> String {
    let widest = lines.iter().map(|line| line.what.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Line { what, found } in lines {
        let (sign, words) = match found {
            Found::Well(words) => ('✓', words),
            Found::Lacking(words) => ('✗', words),
            Found::Without(words) => ('–', words),
        };
        let _ = writeln!(text, "{sign} {what:<widest$}  {words}");
    }
    text
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
