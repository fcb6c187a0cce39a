//! A network namespace: a machine of its own as far as packets can see, removed with its owner.
//!
//! Always: a new one has no interface but loopback, and gets only what the check puts into it, so
//! nothing can leave it. What a killed run left behind is swept up by the next.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::folder::Folder;
use super::running::{Running, Said};

/// A namespace.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

/// What the names of ours begin with; the process id of the owner follows.
const PREFIX: &str = "issei-check-";

/// Numbers the namespaces of this run.
static MADE: AtomicU32 = AtomicU32::new(0);

impl Namespace {
    /// Makes one, with loopback up.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn new(folder: &Folder, role: &str) -> Result<Self, String> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{role}", std::process::id());
        super::running::said_by(folder, &["ip", "netns", "add", &name])?;
        let made = Self { name };
        made.says(folder, &["ip", "link", "set", "lo", "up"])?;
        Ok(made)
    }

    /// Tells its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Starts a program in it. Its process id is the program's own.
    ///
    /// # Errors
    /// If it cannot start.
    pub fn start(&self, folder: &Folder, command: &[&str]) -> Result<Running, String> {
        let inside = ["ip", "netns", "exec", &self.name];
        Running::start(folder, &[&inside, command].concat())
    }

    /// Runs a program in it to its end.
    ///
    /// # Errors
    /// If it cannot start or ends badly.
    pub fn says(&self, folder: &Folder, command: &[&str]) -> Result<Said, String> {
        self.start(folder, command)?.finish()?.well()
    }
}

/// Joins two by a pair of interfaces without ARP, each the other's way to everywhere: a namespace, its
/// interface, and its address if it has one.
///
/// # Errors
/// If the kernel refuses.
pub fn join(folder: &Folder, sides: [(&Namespace, &str, Option<&str>); 2]) -> Result<(), String> {
    // Without ARP the kernel writes its own hardware address into the frame, and the other end takes
    // only what is for it: so both have the same.
    const HARDWARE: &str = "02:00:00:00:00:01";
    let [(own, here, _), (world, there, _)] = sides;
    let pair = [
        "ip", "link", "add", here, "address", HARDWARE, "type", "veth",
    ];
    let peer = [
        "peer",
        "name",
        there,
        "address",
        HARDWARE,
        "netns",
        world.name(),
    ];
    own.says(folder, &[&pair[..], &peer].concat())?;
    for (side, end, address) in sides {
        let up = [
            "ip",
            "link",
            "set",
            end,
            "arp",
            "off",
            "addrgenmode",
            "none",
            "up",
        ];
        side.says(folder, &up)?;
        if let Some(address) = address {
            side.says(folder, &["ip", "address", "add", address, "dev", end])?;
        }
        side.says(folder, &["ip", "route", "add", "default", "dev", end])?;
    }
    Ok(())
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Removes namespaces whose owners are gone.
pub fn sweep() {
    let listed = Command::new("ip").args(["netns", "list"]).output();
    let listed = listed.map(|said| said.stdout).unwrap_or_default();
    for name in left_behind(&String::from_utf8_lossy(&listed), is_alive) {
        remove(&name);
    }
}

fn is_alive(process: u32) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

fn left_behind(listed: &str, alive: impl Fn(u32) -> bool) -> Vec<String> {
    let names = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let gone = |name: &&str| {
        let owner = name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('-').next()?.parse().ok());
        owner.is_some_and(|owner| !alive(owner))
    };
    names.filter(gone).map(str::to_owned).collect()
}

fn remove(name: &str) {
    let _ = Command::new("ip").args(["netns", "del", name]).status();
}

#[cfg(test)]
#[path = "namespace_tests.rs"]
mod tests;
