//! The program at the kernel's earliest hook: that it is the source beside it, that the kernel takes it and it
//! obeys the law there, and that it begins and ends a cut on time with everything of ours killed.
//!
//! The second runs our own tests that need root, in a network namespace of their own and with a BPF file
//! system that goes with the check. In the third two namespaces are joined by a pair of interfaces; one sends
//! the other a datagram a millisecond, three thousand in all, and each says when it was sent. Who cut the
//! sender off is killed with SIGKILL before the cut begins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::comparison::Comparison;
use super::folder::Folder;
use super::namespace::{self, Namespace};
use super::needs::Need;
use super::running::{Running, said_by};
use super::{Check, Scene};
use crate::run::{made, program, root};

const BPF: &[Need] = &[
    Need::Program("ip", "iproute2"),
    Need::Namespaces,
    Need::Mounts("bpf"),
];

/// The committed object is what Debian's compiler makes of the source.
pub const OBJECT: Check = Check {
    name: "XDP: the program is what Debian's clang makes of its source",
    needs: &[
        Need::Program("clang-16", "clang-16"),
        Need::Program("llvm-strip-16", "llvm-16"),
    ],
    run: object,
};

/// The kernel runs it as the law says.
pub const LAW: Check = Check {
    name: "XDP: the kernel drops what an order in force meets, and nothing else",
    needs: BPF,
    run: law,
};

/// A cut begins and ends with nobody of ours alive.
pub const KILLED: Check = Check {
    name: "XDP: packets stop at T and pass again at the end with everything of ours killed",
    needs: BPF,
    run: killed,
};

const SOURCES: &str = "crates/issei-host/bpf";
/// What is made there.
const MADE: [&str; 3] = ["cut.o", "walk.o", "made.txt"];

fn object(_: &Scene) -> Result<Comparison, String> {
    let folder = Folder::new("object")?;
    let sources = root().join(SOURCES);
    let into = folder.file("made");
    fs::create_dir(&into).map_err(|error| error.to_string())?;
    let script = shown(&sources.join("make.sh"));
    said_by(&folder, &["sh", &script, &shown(&into)])?;
    let read =
        |path: PathBuf| fs::read(&path).map_err(|error| format!("{}: {error}", path.display()));
    let compiler = |made: &[u8]| {
        String::from_utf8_lossy(made)
            .lines()
            .next()
            .map(str::to_owned)
    };
    let mut comparison = Comparison::default();
    let (ours, theirs) = (
        read(sources.join("made.txt"))?,
        read(into.join("made.txt"))?,
    );
    if compiler(&ours) != compiler(&theirs) {
        return Err(format!(
            "another compiler: {}, where the committed object is by {}; other compilers make other bytes",
            compiler(&theirs).unwrap_or_default(),
            compiler(&ours).unwrap_or_default()
        ));
    }
    for name in MADE {
        let (ours, theirs) = (read(sources.join(name))?, read(into.join(name))?);
        let bytes = ours.len() as u64;
        comparison.same(&format!("bytes of {name}"), bytes, theirs.len() as u64);
        comparison.none(
            &format!("bytes of {name} that differ"),
            differing(&ours, &theirs),
        );
    }
    Ok(comparison)
}

fn differing(ours: &[u8], theirs: &[u8]) -> u64 {
    let pairs = ours.iter().zip(theirs);
    pairs.filter(|(ours, theirs)| ours != theirs).count() as u64
}

/// How our tests of the device are built: with all rooms, as they are built already (see [`made`]).
const TESTS: [&str; 4] = ["test", "--quiet", "--workspace", "--lib"];

fn law(_: &Scene) -> Result<Comparison, String> {
    if !program("cargo", &[&TESTS[..], &["--no-run"]].concat()).is_well() {
        return Err("the tests could not be built".into());
    }
    let folder = Folder::new("bpf")?;
    let mounted = BpfFileSystem::new(&folder)?;
    let place = format!("ISSEI_BPF={}", shown(&mounted.0));
    let manifest = shown(&root().join("Cargo.toml"));
    let inside = ["unshare", "--net", "env", &place, "cargo"];
    let only = ["--manifest-path", &manifest, "--offline", "device::xdp"];
    let as_root = ["--", "--ignored", "--test-threads=1"];
    let tests = Running::start(&folder, &[&inside[..], &TESTS, &only, &as_root].concat())?;
    let said = tests.finish()?;
    let broken: Vec<&str> = broken(&said.out).collect();
    if !broken.is_empty() {
        return Err(format!("broken: {}", broken.join(", ")));
    }
    let said = said.well()?;
    let mut comparison = Comparison::default();
    comparison.some("tests passed", passed(&said.out));
    Ok(comparison)
}

/// Lists the tests that failed, as they are told at the end.
fn broken(said: &str) -> impl Iterator<Item = &str> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("    "));
    lines.filter(|line| line.starts_with("device::xdp::"))
}

/// Reads `test result: ok. 20 passed; 0 failed; …`.
fn passed(said: &str) -> u64 {
    let results = said
        .lines()
        .filter(|line| line.starts_with("test result: "));
    let counts = results.filter_map(|line| {
        line.split(" passed")
            .next()?
            .rsplit(' ')
            .next()?
            .parse::<u64>()
            .ok()
    });
    counts.sum()
}

/// Ends of the line, and what is sent over it.
const OWN: &str = "issei-own";
const WORLD: &str = "issei-world";
const LINE: &str = "10.77.0.2:9";
const SERVER: &str = "198.51.100.1";
const DATAGRAMS: &str = "3000";
/// Milliseconds until the cut begins and that it lasts: well within three thousand datagrams.
const WAIT: &str = "800";
const LASTS: &str = "600";

fn killed(_: &Scene) -> Result<Comparison, String> {
    let member = built_member()?;
    let member = shown(&member);
    let folder = Folder::new("killed")?;
    let mounted = BpfFileSystem::new(&folder)?;
    let pins = shown(&mounted.0.join("issei"));
    let (own, world) = (
        Namespace::new(&folder, "own")?,
        Namespace::new(&folder, "world")?,
    );
    let sides = [
        (&own, OWN, Some("10.77.0.2/32")),
        (&world, WORLD, Some("198.51.100.1/32")),
    ];
    namespace::join(&folder, sides)?;
    let mut listener = own.start(&folder, &[&member, "listen", LINE])?;
    let heard = listener.out().to_owned();
    listener.until("it listens", |_| told(&heard).contains("listening"))?;
    let server = format!("{SERVER}:53");
    let sender = world.start(&folder, &[&member, "send", &server, LINE, DATAGRAMS])?;
    let mut holder = own.start(&folder, &[&member, "hold", &pins, OWN, SERVER, WAIT, LASTS])?;
    let armed = holder.out().to_owned();
    holder.until("the order is armed", |_| told(&armed).contains("armed"))?;
    // SIGKILL: nobody of ours is there from here on.
    drop(holder);
    sender.finish()?.well()?;
    let cut = Window::of(&told(&armed)).ok_or("the times of the order do not read")?;
    let came = arrivals(&told(&heard));
    drop(listener);
    let read = own.says(&folder, &[&member, "read", &pins, OWN])?.out;
    own.says(&folder, &[&member, "clear", &pins, OWN])?;
    let left = own
        .says(&folder, &["ip", "-details", "link", "show", OWN])?
        .out;

    let mut comparison = Comparison::default();
    comparison.some(
        "datagrams before T",
        count(&came, |sent, _| sent < cut.begins),
    );
    comparison.some(
        "datagrams after the end",
        count(&came, |sent, _| sent >= cut.ends),
    );
    // What was sent after T met the cut, unless it was on its way until the end.
    let slipped = count(&came, |sent, here| sent >= cut.begins && here < cut.ends);
    comparison.none("datagrams that passed between", slipped);
    comparison.some("datagrams dropped", figure(&read, "dropped"));
    comparison.none("orders in force afterwards", figure(&read, "orders"));
    comparison.none(
        "programs left on the interface",
        left.matches("prog/xdp").count() as u64,
    );
    comparison.none("pins left", u64::from(Path::new(&pins).exists()));
    Ok(comparison)
}

/// When the order begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    begins: i64,
    ends: i64,
}

impl Window {
    /// Reads `armed BEGINS ENDS`.
    fn of(said: &str) -> Option<Self> {
        let mut times = said
            .lines()
            .find_map(|line| line.strip_prefix("armed "))?
            .split(' ');
        Some(Self {
            begins: times.next()?.parse().ok()?,
            ends: times.next()?.parse().ok()?,
        })
    }
}

/// Reads lines of `came SENT HERE`.
fn arrivals(said: &str) -> Vec<(i64, i64)> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("came "));
    let times = lines.filter_map(|line| line.split_once(' '));
    times
        .filter_map(|(sent, here)| Some((sent.parse().ok()?, here.parse().ok()?)))
        .collect()
}

fn count(came: &[(i64, i64)], which: impl Fn(i64, i64) -> bool) -> u64 {
    came.iter()
        .filter(|(sent, here)| which(*sent, *here))
        .count() as u64
}

/// Reads a line of a word and a number. What is not there counts as far too much.
fn figure(said: &str, word: &str) -> u64 {
    let rest = said
        .lines()
        .find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    rest.and_then(|figure| figure.parse().ok())
        .unwrap_or(u64::MAX)
}

/// Makes the member, once.
fn built_member() -> Result<PathBuf, String> {
    made("issei-host", Some("xdp_member"), "")
}

/// A BPF file system, mounted until it is dropped.
#[derive(Debug)]
struct BpfFileSystem(PathBuf);

impl BpfFileSystem {
    fn new(folder: &Folder) -> Result<Self, String> {
        let place = folder.file("bpf");
        fs::create_dir(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        said_by(folder, &["mount", "-t", "bpf", "bpf", &shown(&place)])?;
        Ok(Self(place))
    }
}

impl Drop for BpfFileSystem {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).output();
        if !unmounted.is_ok_and(|said| said.status.success()) {
            let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
        }
    }
}

fn told(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
#[path = "xdp_tests.rs"]
mod tests;
