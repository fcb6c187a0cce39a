//! A lab's folder: what was begun in it, so that it can be ended, also by somebody else and after a crash.
//!
//! In: the folder. Out: the lab's name and its processes, paths of everything else. Always: the name is on
//! the disk before the first namespace is made, and a process is noted before the next one is started;
//! a folder that is no lab's is never removed. Not here: namespaces (`topology`), what runs (`raise`).

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use issei_host::clock;
use issei_host::process::Process;
use serde::{Deserialize, Serialize};

use super::resolvers::{self, Resolver};
use super::routers::Router;
use super::topology::{self, Topology};
use crate::code::Failure;
use crate::office::folder::Folder;

/// A lab on the disk.
#[derive(Clone, Debug)]
pub struct Place {
    root: PathBuf,
    /// What it is.
    pub lab: Written,
    /// What it is made of.
    pub topology: Topology,
}

/// What is written down of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// What its namespaces' names begin with.
    pub name: String,
    /// After how many seconds those who act in it end by themselves.
    pub seconds: u64,
    /// What the members' routers are, in their order.
    pub routers: Vec<Router>,
    /// Whether two members have resolvers.
    #[serde(default)]
    pub names: bool,
}

/// A process of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// What it does, such as `m1 enforcer`.
    pub role: String,
    /// Its number.
    pub id: u32,
    /// When it began, in the kernel's ticks.
    pub began: u64,
}

impl Worker {
    /// Gives the process, whether or not it lives.
    pub fn process(&self) -> Process {
        Process {
            id: self.id,
            began: self.began,
        }
    }
}

impl Place {
    /// Begins a lab in a folder that holds none.
    ///
    /// # Errors
    /// If one is up there, something else lies there, or the disk refuses.
    pub fn begin(
        root: &Path,
        seconds: u64,
        routers: &[Router],
        names: bool,
    ) -> Result<Self, Failure> {
        let shown = root.display();
        if written(root).exists() {
            let step = format!("a lab is up in {shown}; `issei lab down {shown}` ends it");
            return Err(Failure::wrong(step));
        }
        fs::create_dir_all(root).map_err(|error| Failure::broken(format!("{shown}: {error}")))?;
        let empty = fs::read_dir(root).is_ok_and(|mut inside| inside.next().is_none());
        if !empty {
            return Err(Failure::wrong(format!(
                "{shown} is not empty; name a new folder"
            )));
        }
        let root = root.canonicalize().map_err(Failure::broken)?;
        let [chance, _] = clock::random_key().map_err(Failure::broken)?;
        let name = format!("issei-lab-{:08x}", chance as u32);
        let routers = routers.to_vec();
        let lab = Written {
            name,
            seconds,
            routers,
            names,
        };
        let text = serde_json::to_vec(&lab).map_err(Failure::broken)?;
        issei_host::files::write_private(&written(&root), &text).map_err(Failure::broken)?;
        let lab = Self::of(root, lab);
        // Who builds is part of it: a `down` meanwhile ends the builder first.
        lab.note("builder", std::process::id())?;
        Ok(lab)
    }

    /// Finds the lab of a folder.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(root: &Path) -> Result<Self, Failure> {
        let shown = root.display();
        let none = |_| {
            Failure::wrong(format!(
                "no lab is up in {shown}; `issei lab up {shown}` builds one"
            ))
        };
        let text = fs::read_to_string(written(root)).map_err(none)?;
        let wrong = |error| Failure::unreadable(format!("{}: {error}", written(root).display()));
        let lab = serde_json::from_str(&text).map_err(wrong)?;
        Ok(Self::of(root.canonicalize().map_err(Failure::broken)?, lab))
    }

    fn of(root: PathBuf, lab: Written) -> Self {
        Self {
            topology: Topology::new(&lab.name),
            lab,
            root,
        }
    }

    /// Tells where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Names the coordinator's folder.
    pub fn coordinator(&self) -> Folder {
        Folder::new(self.root.join("coordinator"))
    }

    /// Names a member's office's folder.
    pub fn office(&self, number: u8) -> Folder {
        Folder::new(self.root.join(topology::member(number)).join("office"))
    }

    /// Names a member's enforcer's folder.
    pub fn enforcer(&self, number: u8) -> Folder {
        Folder::new(self.root.join(topology::member(number)).join("enforcer"))
    }

    /// Tells what a member's router is.
    pub fn router(&self, number: u8) -> Router {
        let at = usize::from(number).saturating_sub(1);
        self.lab.routers.get(at).copied().unwrap_or(Router::Nft)
    }

    /// Tells what a member's resolver is, if it has one.
    pub fn resolver(&self, number: u8) -> Option<Resolver> {
        resolvers::of(number).filter(|_| self.lab.names)
    }

    /// Names a file of a member.
    pub fn file(&self, number: u8, name: &str) -> PathBuf {
        self.root.join(topology::member(number)).join(name)
    }

    /// Names a file that all share.
    pub fn shared(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Reads which processes were begun; a line that a crash tore is passed over.
    pub fn workers(&self) -> Vec<Worker> {
        let text = fs::read_to_string(self.processes()).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Finds the newest process of a role, if it lives.
    pub fn worker(&self, role: &str) -> Option<Process> {
        let all = self.workers();
        let newest = all.iter().rev().find(|worker| worker.role == role);
        newest
            .map(Worker::process)
            .filter(|process| process.is_alive())
    }

    /// Starts a process in a namespace of the lab, notes it, and leaves it alone.
    ///
    /// # Errors
    /// If it cannot start, or cannot be noted; then it is ended again.
    pub fn start(&self, place: &str, role: &str, words: &[&str]) -> Result<(), Failure> {
        let log = self.log(role)?;
        let told = log.try_clone().map_err(Failure::broken)?;
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.topology.namespace(place)])
            .args(words);
        command.stdin(Stdio::null()).stdout(log).stderr(told);
        // A group of its own: an interrupt at the terminal is not for it.
        command.process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| Failure::broken(format!("ip: {error}")))?;
        let noted = self.note(role, child.id());
        if noted.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        noted
    }

    /// Runs a program in a namespace of the lab to its end, with a text to read.
    ///
    /// # Errors
    /// If it cannot start or ends badly, with its last words.
    pub fn run(&self, place: &str, words: &[&str], typed: &str) -> Result<(), Failure> {
        let inside = ["netns", "exec", &self.topology.namespace(place)];
        ip_with(&[&inside[..], words].concat(), typed)
    }

    fn note(&self, role: &str, id: u32) -> Result<(), Failure> {
        let gone = || Failure::broken(format!("`{role}` ended at once; its log tells why"));
        let process = Process::of(id).ok_or_else(gone)?;
        let worker = Worker {
            role: role.into(),
            id,
            began: process.began,
        };
        let mut line = serde_json::to_vec(&worker).map_err(Failure::broken)?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.processes())
            .map_err(Failure::broken)?;
        file.write_all(&line).map_err(Failure::broken)
    }

    fn log(&self, role: &str) -> Result<File, Failure> {
        let folder = self.root.join("log");
        fs::create_dir_all(&folder).map_err(Failure::broken)?;
        let path = folder.join(role.replace(' ', "-"));
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        opened.map_err(|error| Failure::broken(format!("{}: {error}", path.display())))
    }

    fn processes(&self) -> PathBuf {
        self.root.join("processes.jsonl")
    }

    /// Finds a link by its name.
    ///
    /// # Errors
    /// If there is none, with those that there are.
    pub fn link(&self, name: &str) -> Result<topology::Link, Failure> {
        let links = Topology::links();
        let names: Vec<&str> = links.iter().map(|link| link.name.as_str()).collect();
        let none = format!("no link `{name}`; there are {}", names.join(", "));
        links
            .iter()
            .find(|link| link.name == name)
            .cloned()
            .ok_or_else(|| Failure::wrong(none))
    }
}

fn written(root: &Path) -> PathBuf {
    root.join("lab.json")
}

/// Takes away what a builder left that died before it wrote what it builds: an empty folder, or one with the
/// beginning of that file.
pub fn forget_begun(root: &Path) {
    if !written(root).exists() {
        let _ = fs::remove_file(root.join("lab.json.new"));
        let _ = fs::remove_dir(root); // only if nothing is in it
    }
}

/// Runs `ip` to its end.
///
/// # Errors
/// If it ends badly, with its last words.
pub fn ip(words: &[&str]) -> Result<(), Failure> {
    ip_with(words, "")
}

fn ip_with(words: &[&str], typed: &str) -> Result<(), Failure> {
    done_by("ip", words, typed)
}

/// Makes a folder, and mounts a BPF file system there.
///
/// # Errors
/// If this kernel has none, or the disk refuses.
pub fn mount_bpf(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display().to_string();
    fs::create_dir_all(folder).map_err(Failure::broken)?;
    done_by("mount", &["-t", "bpf", "issei-lab", &shown], "")
}

/// Unmounts what is mounted below a folder. What only that held in the kernel is gone with it.
///
/// # Errors
/// If something is in use.
pub fn unmount_below(root: &Path) -> Result<(), Failure> {
    let mounted = fs::read_to_string("/proc/self/mounts").map_err(Failure::broken)?;
    // A line is: what, where, of which kind. Blanks in a path are written as octal.
    let places = mounted
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .map(|place| place.replace("\\040", " "));
    for place in places.filter(|place| Path::new(place).starts_with(root)) {
        done_by("umount", &[&place], "")?;
    }
    Ok(())
}

/// Runs a program of the system to its end.
fn done_by(program: &str, words: &[&str], typed: &str) -> Result<(), Failure> {
    let mut command = Command::new(program);
    command
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let told =
        |error: std::io::Error| Failure::broken(format!("{program} {}: {error}", words.join(" ")));
    let mut child = command.spawn().map_err(told)?;
    if let Some(mut input) = child.stdin.take() {
        // One that reads nothing may be gone already.
        let _ = input.write_all(typed.as_bytes());
    }
    let said = child.wait_with_output().map_err(told)?;
    if said.status.success() {
        return Ok(());
    }
    let last = String::from_utf8_lossy(&said.stderr).into_owned();
    Err(Failure::broken(format!(
        "{program} {}: {}",
        words.join(" "),
        last.trim()
    )))
}

/// Lists processes inside a namespace; none if there is no such namespace.
pub fn inside(namespace: &str) -> Vec<u32> {
    let said = Command::new("ip")
        .args(["netns", "pids", namespace])
        .stderr(Stdio::null())
        .output();
    let text = said.map(|said| said.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect()
}

/// Tells whether a namespace is there.
pub fn is_there(namespace: &str) -> bool {
    Path::new("/run/netns").join(namespace).exists()
}

/// Tells whether an interface inside a namespace is up.
pub fn is_up(namespace: &str, interface: &str) -> bool {
    let asked = ["-n", namespace, "-o", "link", "show", interface, "up"];
    let said = Command::new("ip")
        .args(asked)
        .stderr(Stdio::null())
        .output();
    said.is_ok_and(|said| !said.stdout.is_empty())
}

/// Writes an address for the command line.
pub fn shown(address: SocketAddr) -> String {
    address.to_string()
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
