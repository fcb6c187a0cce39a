//! What a check needs of the machine, and how to say that it is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::run::{is_here, root};

/// Something a check cannot do without.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// A program, and the Debian package that brings it.
    Program(&'static str, &'static str),
    /// A file, and the Debian package that brings it.
    File(&'static str, &'static str),
    /// The right to make network namespaces.
    Namespaces,
    /// The right to mount a disk in a file, and a kernel that knows this file system.
    Mounts(&'static str),
    /// The captures that stand beside the work tree.
    Captures,
}

impl Need {
    /// Says what is missing and what to do, if something is.
    pub fn missing(&self) -> Option<String> {
        match *self {
            Self::Program(name, _) if is_here(name) => None,
            Self::Program(name, package) => Some(format!(
                "`{name}` is not here; `apt-get install {package}` brings it"
            )),
            Self::File(path, _) if Path::new(path).is_file() => None,
            Self::File(path, package) => Some(format!(
                "`{path}` is not here; `apt-get install {package}` brings it"
            )),
            Self::Namespaces if may_make_namespaces() => None,
            Self::Namespaces => Some(
                "needs the right to make network namespaces; run it as root with CAP_SYS_ADMIN and CAP_NET_ADMIN".into(),
            ),
            Self::Mounts(kind) if may_mount() && knows(kind) => None,
            Self::Mounts(kind) => Some(format!(
                "needs the right to mount disks in files, and a kernel with {kind}; run it as root with CAP_SYS_ADMIN and /dev/loop-control"
            )),
            Self::Captures if captures().is_dir() => None,
            Self::Captures => Some(format!(
                "the captures are not here; they are looked for in {CAPTURES}"
            )),
        }
    }
}

/// Where the captures stand, seen from the top of the work tree.
const CAPTURES: &str = "../shared/data";

/// Shows the folder of the captures.
pub fn captures() -> PathBuf {
    root().join(CAPTURES)
}

/// Tries, once, a namespace without a name: it is gone when the program in it has ended.
fn may_make_namespaces() -> bool {
    static MAY: OnceLock<bool> = OnceLock::new();
    *MAY.get_or_init(|| {
        let mut attempt = Command::new("unshare");
        attempt.args(["--net", "ip", "link", "set", "lo", "up"]);
        let quiet = attempt
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    })
}

/// Tries, once, whether there is a free loop device and mounts are ours to make. The kernel lets only
/// who may mount unshare a mount namespace, and the attempt's ends with it.
fn may_mount() -> bool {
    static MAY: OnceLock<bool> = OnceLock::new();
    *MAY.get_or_init(|| {
        let mut attempt = Command::new("unshare");
        attempt.args([
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs none /mnt && losetup --find",
        ]);
        let quiet = attempt
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    })
}

/// Asks the kernel whether it has a file system, or can load it.
fn knows(kind: &str) -> bool {
    let known = std::fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let is_it = |line: &str| line.split_whitespace().next_back() == Some(kind);
    known.lines().any(is_it)
        || Command::new("modprobe")
            .args(["--quiet", kind])
            .status()
            .is_ok_and(|status| status.success())
}

#[cfg(test)]
#[path = "needs_tests.rs"]
mod tests;
