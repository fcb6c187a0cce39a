//! A disk whose power fails at any moment keeps every change that was acknowledged.
//!
//! The disk is a file with ext4 in it, mounted; a process works on a store there and acknowledges each
//! step elsewhere. Now and then the file is copied in one instant, while the process goes on: what
//! had not reached the disk by then is not in the copy, as if the power had failed. The copy is
//! mounted, which replays ext4's journal, and the store in it is opened and checked.
//! The copy is one instant because the file lies on XFS, which shares blocks between files
//! (`cp --reflink`) and lets nobody write meanwhile.
//! Always: what was acknowledged is read before the copy is made; mounts go with their owner, and
//! what a killed run left is taken away by the next.
//! Limits: a block that was handed to the disk counts as written, so a disk that lies about its
//! cache, or a write of which half arrives, is not seen here.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::comparison::Comparison;
use super::folder::Folder;
use super::needs::Need;
use super::running::{Running, Said, said_by};
use super::{Check, Scene};
use crate::run::made;

const NEEDS: &[Need] = &[
    Need::Program("mkfs.ext4", "e2fsprogs"),
    Need::Program("mkfs.xfs", "xfsprogs"),
    Need::Mounts("xfs"),
];

/// Nothing acknowledged is lost, and the check would see it.
pub const FAILURE: Check = Check {
    name: "a store keeps everything acknowledged when the power fails at 100 moments",
    needs: NEEDS,
    run: failure,
};

/// A disk that is full is told, and what was acknowledged is there.
pub const FULL: Check = Check {
    name: "a store on a full disk says so and keeps everything acknowledged",
    needs: NEEDS,
    run: full,
};

/// How often the power fails.
const MOMENTS: u64 = 100;
/// How often it fails under a store that does not wait for the disk. The first are enough.
const CARELESS_MOMENTS: u64 = 20;
/// Between two of them, at most, in milliseconds.
const LONGEST_PAUSE: u64 = 120;
/// Bytes of the disk, and of the larger one on which its copies lie.
const DISK: u64 = 32 << 20;
const SHELF: u64 = 1 << 30;
/// Bytes that are left on the full disk: less than the write-ahead log grows to.
const LEFT: u64 = 2 << 20;

fn failure(_: &Scene) -> Result<Comparison, String> {
    let writer = built_writer()?;
    let careful = moments(&writer, "work", MOMENTS)?;
    let careless = moments(&writer, "careless", CARELESS_MOMENTS)?;
    let mut comparison = Comparison::default();
    comparison.same("moments", careful.moments, MOMENTS);
    comparison.some("steps acknowledged before the last", careful.acknowledged);
    comparison.none("moments with a loss", careful.losses.len() as u64);
    comparison.some(
        "moments with a loss, of a store that does not wait for the disk",
        careless.losses.len() as u64,
    );
    match careful.losses.first() {
        Some(loss) => Err(format!(
            "{} moments with a loss; the first: {loss}",
            careful.losses.len()
        )),
        None => Ok(comparison),
    }
}

/// What came of a number of moments.
#[derive(Default)]
struct Moments {
    moments: u64,
    acknowledged: u64,
    losses: Vec<String>,
}

/// Lets a process work, takes the power away at some moments, and looks at what is left each time.
fn moments(writer: &Path, how: &str, count: u64) -> Result<Moments, String> {
    let folder = Folder::new("power")?;
    let shelf = Mounted::new_disk(&folder, "shelf", SHELF, "xfs")?;
    let image = shelf.place.join("disk");
    let disk = Mounted::make(&folder, "disk", &image, DISK, "ext4")?;
    let store = disk.place.join("state.db");
    let mut working = Running::start(&folder, &[&shown(writer), how, &shown(&store)])?;
    let mut so_far = Moments::default();
    let said = working.out().to_owned();
    working.until("it has kept something", |_| acknowledged(&said) > 0)?;
    for _ in 0..count {
        thread::sleep(Duration::from_millis(chance()? % LONGEST_PAUSE));
        if !working.is_alive() {
            return Err(format!(
                "the process ended by itself: {}",
                working.finish()?.err
            ));
        }
        let before = acknowledged(&said);
        let copy = shelf.place.join("copy");
        said_by(
            &folder,
            &["cp", "--reflink=always", &shown(&image), &shown(&copy)],
        )?;
        if let Err(loss) = is_there(&folder, writer, &copy, before) {
            so_far.losses.push(loss);
        }
        so_far.moments += 1;
        so_far.acknowledged = before;
    }
    Ok(so_far)
}

/// Mounts a copy and checks that its store has every step up to `acknowledged`.
fn is_there(folder: &Folder, writer: &Path, copy: &Path, acknowledged: u64) -> Result<(), String> {
    let disk = Mounted::existing(folder, "copy", copy)?;
    let kept = kept_on(folder, writer, &disk)?;
    if kept < acknowledged {
        return Err(format!(
            "{acknowledged} steps were acknowledged, {kept} are there"
        ));
    }
    Ok(())
}

fn kept_on(folder: &Folder, writer: &Path, disk: &Mounted) -> Result<u64, String> {
    let store = disk.place.join("state.db");
    let said = said_by(folder, &[&shown(writer), "check", &shown(&store)])?;
    let last = said.out.trim().strip_prefix("last ").map(str::parse);
    match last {
        Some(Ok(last)) => Ok(last),
        _ => Err(format!("the check said `{}`", said.out.trim())),
    }
}

fn full(_: &Scene) -> Result<Comparison, String> {
    let writer = built_writer()?;
    let folder = Folder::new("full")?;
    let disk = Mounted::new_disk(&folder, "disk", DISK, "ext4")?;
    fill(&disk.place.join("ballast"), LEFT)?;
    let store = disk.place.join("state.db");
    let working = Running::start(&folder, &[&shown(&writer), "work", &shown(&store)])?;
    let said = working.finish()?;
    let before = last_acknowledgement(&said.out);
    let told = u64::from(told_that_it_is_full(&said));
    fs::remove_file(disk.place.join("ballast")).map_err(|error| error.to_string())?;
    let kept = kept_on(&folder, &writer, &disk)?;
    let mut comparison = Comparison::default();
    comparison.same(
        "processes that ended with a word about the full disk",
        told,
        1,
    );
    comparison.same("steps acknowledged, and there", before, kept);
    Ok(comparison)
}

fn told_that_it_is_full(said: &Said) -> bool {
    said.status.code() == Some(1) && said.err.contains("the disk is full")
}

/// Writes until the disk refuses, then gives back what is to be left.
fn fill(path: &Path, left: u64) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = File::create(path).map_err(failed)?;
    match std::io::copy(&mut std::io::repeat(1), &mut file) {
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {}
        Err(error) => return Err(failed(error)),
        Ok(bytes) => {
            return Err(format!(
                "{} took {bytes} bytes and is not full",
                path.display()
            ));
        }
    }
    let length = file.metadata().map_err(failed)?.len();
    file.set_len(length.saturating_sub(left)).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Makes the process that works on a store, once.
fn built_writer() -> Result<PathBuf, String> {
    made("issei-host", Some("store_writer"), "planted")
}

/// A disk in a file, mounted until it is dropped.
#[derive(Debug)]
struct Mounted {
    place: PathBuf,
}

impl Mounted {
    /// Makes a disk in the folder itself.
    fn new_disk(folder: &Folder, name: &str, bytes: u64, kind: &str) -> Result<Self, String> {
        Self::make(
            folder,
            name,
            &folder.file(&format!("{name}.image")),
            bytes,
            kind,
        )
    }

    /// Makes a disk in a file.
    fn make(
        folder: &Folder,
        name: &str,
        image: &Path,
        bytes: u64,
        kind: &str,
    ) -> Result<Self, String> {
        let file = File::create(image).and_then(|file| file.set_len(bytes));
        file.map_err(|error| format!("{}: {error}", image.display()))?;
        said_by(folder, &[&format!("mkfs.{kind}"), "-q", &shown(image)])?;
        Self::existing(folder, name, image)
    }

    /// Mounts a disk that is in a file. Its loop device goes with the mount.
    fn existing(folder: &Folder, name: &str, image: &Path) -> Result<Self, String> {
        let place = folder.file(name);
        fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
        said_by(
            folder,
            &["mount", "-o", "loop", &shown(image), &shown(&place)],
        )?;
        Ok(Self { place })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        unmount(&self.place);
    }
}

/// Takes away the disks of runs that are gone, the last mounted first.
pub fn sweep() {
    let mounted = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    for place in left_behind(&mounted, |id| Path::new(&format!("/proc/{id}")).exists()) {
        unmount(&place);
    }
}

fn left_behind(mounted: &str, is_alive: impl Fn(u32) -> bool) -> Vec<PathBuf> {
    let places = mounted.lines().filter_map(|line| line.split(' ').nth(1));
    let gone = |place: &&str| {
        let name = place
            .split('/')
            .find_map(|part| part.strip_prefix("issei-check-"));
        let owner = name.and_then(|name| name.split('-').next()?.parse().ok());
        owner.is_some_and(|owner| !is_alive(owner))
    };
    let mut gone: Vec<PathBuf> = places.filter(gone).map(PathBuf::from).collect();
    gone.reverse();
    gone
}

/// Whatever still works there keeps it busy for a moment after its end, so it is let go of lazily if
/// it must be.
fn unmount(place: &Path) {
    let unmounted = Command::new("umount").arg(place).output();
    if !unmounted.is_ok_and(|said| said.status.success()) {
        let _ = Command::new("umount").arg("--lazy").arg(place).output();
    }
}

fn acknowledged(said: &Path) -> u64 {
    last_acknowledgement(&fs::read_to_string(said).unwrap_or_default())
}

/// Reads the last whole line.
fn last_acknowledgement(said: &str) -> u64 {
    let whole = said.rfind('\n').map_or("", |end| &said[..end]);
    let step = whole
        .lines()
        .next_back()
        .and_then(|line| line.strip_prefix("kept "));
    step.and_then(|step| step.parse().ok()).unwrap_or_default()
}

fn chance() -> Result<u64, String> {
    let mut bytes = [0; 8];
    let read = File::open("/dev/urandom")
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes));
    read.map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(u64::from_le_bytes(bytes))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
#[path = "power_tests.rs"]
mod tests;
