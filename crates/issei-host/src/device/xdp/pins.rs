//! The folder on a BPF file system in which everything of ours is pinned: maps, program, links.
//!
//! What is pinned lives on, and acts on, when we do not. Always: the folder is there whole or not at all, for it
//! is filled under another name and then renamed; only what we name is removed from it.
//! Standard: bpf(2); names there have no dots.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use super::call::{self, Mode};
use super::object;
use crate::device::Fault;

/// The folder.
#[derive(Clone, Debug)]
pub(super) struct Pins(PathBuf);

/// The pin of the program.
const PROGRAM: &str = "program";
const NEW_PROGRAM: &str = "program-new";
/// What the pin of a link begins with; the interface's index and the mode follow.
const LINK: &str = "link";

/// A link's pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkPin {
    pub(super) path: PathBuf,
    pub(super) interface: u32,
    pub(super) mode: Mode,
}

impl Pins {
    pub(super) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Tells whether there is anything of ours.
    pub(super) fn are_there(&self) -> bool {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).any(|path| is_ours(&path))
    }

    /// Fills the folder, or leaves it as it was.
    pub(super) fn fill(&self, with: impl FnOnce(&Path) -> Result<(), Fault>) -> Result<(), Fault> {
        self.demand_bpf()?;
        self.sweep();
        let under_way = self.under_way(std::process::id());
        let made = fs::create_dir(&under_way);
        made.map_err(|cause| Fault::Failed("making the folder of pins", cause))?;
        let filled = with(&under_way).and_then(|()| {
            let renamed = fs::rename(&under_way, &self.0);
            renamed.map_err(|cause| Fault::Failed("naming the folder of pins", cause))
        });
        if filled.is_err() {
            let _ = empty(&under_way);
        }
        filled
    }

    /// Takes the folder for this process alone, as long as the file is open.
    pub(super) fn lock(&self) -> Result<File, Fault> {
        let failed = |cause| Fault::Failed("opening the folder of pins", cause);
        let folder = File::open(&self.0).map_err(failed)?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(fs::TryLockError::WouldBlock) => Err(Fault::Away(format!(
                "another process holds `{}`",
                self.0.display()
            ))),
            Err(fs::TryLockError::Error(cause)) => Err(failed(cause)),
        }
    }

    /// Opens what is pinned under a name.
    pub(super) fn get(&self, name: &str) -> Result<OwnedFd, Fault> {
        call::pinned(&self.0.join(name)).map_err(|cause| Fault::Failed("opening a pin", cause))
    }

    /// Pins the program in place of the one before.
    pub(super) fn put_program(&self, program: &OwnedFd) -> Result<(), Fault> {
        let (new, name) = (self.0.join(NEW_PROGRAM), self.0.join(PROGRAM));
        let _ = fs::remove_file(&new);
        call::pin(program.as_fd(), &new)
            .and_then(|()| fs::rename(&new, &name))
            .map_err(|cause| Fault::Failed("pinning the program", cause))
    }

    /// Names the pin of a link.
    pub(super) fn link(&self, interface: u32, mode: Mode) -> PathBuf {
        let mode = match mode {
            Mode::Native => "native",
            Mode::Generic => "generic",
        };
        self.0.join(format!("{LINK}-{interface}-{mode}"))
    }

    /// Lists the links.
    pub(super) fn links(&self) -> Result<Vec<LinkPin>, Fault> {
        let failed = |cause| Fault::Failed("listing the pins", cause);
        let mut links = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            links.extend(link_pin(path));
        }
        links.sort_by_key(|link| (link.interface, link.mode));
        Ok(links)
    }

    /// Removes everything of ours. Links must have been detached before.
    pub(super) fn remove(&self) -> Result<(), Fault> {
        self.sweep();
        if !self.0.is_dir() {
            return Ok(());
        }
        empty(&self.0).map_err(|cause| Fault::Failed("removing the pins", cause))
    }

    /// Removes what processes left that were killed while they filled the folder.
    fn sweep(&self) {
        let (Some(parent), Some(name)) = (self.0.parent(), self.0.file_name()) else {
            return;
        };
        let prefix = format!("{}-new-", name.to_string_lossy());
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            let owner = owner.and_then(|owner| owner.parse::<u32>().ok());
            let is_gone = |owner: u32| !Path::new("/proc").join(owner.to_string()).exists();
            if owner.is_some_and(is_gone) {
                let _ = empty(&entry.path());
            }
        }
    }

    fn under_way(&self, process: u32) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(format!("-new-{process}"));
        name.into()
    }

    fn demand_bpf(&self) -> Result<(), Fault> {
        let parent = self.0.parent().unwrap_or(Path::new("/"));
        match call::is_bpf_file_system(parent) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Fault::Away(format!(
                "`{}` is no BPF file system; `mount -t bpf bpf /sys/fs/bpf` makes one",
                parent.display()
            ))),
            Err(cause) => Err(Fault::Failed("looking at the folder of pins", cause)),
        }
    }
}

/// Removes the files that we name, and the folder if nothing else is in it.
fn empty(folder: &Path) -> io::Result<()> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let paths: Vec<PathBuf> = paths.collect::<io::Result<_>>()?;
    for path in paths.iter().filter(|path| is_ours(path)) {
        fs::remove_file(path)?;
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        done => done,
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_map = object::maps(1, 1).iter().any(|map| map.name == name);
    is_map || name == PROGRAM || name == NEW_PROGRAM || link_pin(path.to_owned()).is_some()
}

fn link_pin(path: PathBuf) -> Option<LinkPin> {
    let name = path.file_name()?.to_str()?.to_owned();
    let (interface, mode) = name
        .strip_prefix(LINK)?
        .strip_prefix('-')?
        .split_once('-')?;
    let mode = match mode {
        "native" => Mode::Native,
        "generic" => Mode::Generic,
        _ => return None,
    };
    let interface = interface.parse().ok()?;
    Some(LinkPin {
        path,
        interface,
        mode,
    })
}

#[cfg(test)]
#[path = "pins_tests.rs"]
mod tests;
