//! Gives up, for good, everything that a process which changes traffic does not need.
//!
//! In: what it needs: folders, programs, capabilities. Out: what was given up, in words. Always: the
//! calling thread and every thread and program it starts afterwards are bound, so it is called before any
//! other thread is started; a kernel that cannot give something up makes this fail, unless it is older
//! than the thing itself, which is then named.
//! Standard: capabilities(7), landlock(7), seccomp(2) of Linux.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access as _, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetStatus,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::kernel;

/// What a process keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Folders and files that it may read, and start programs from.
    pub readable: Vec<PathBuf>,
    /// Folders that it may also change.
    pub writable: Vec<PathBuf>,
    /// Capabilities, by their numbers in capabilities(7).
    pub capabilities: Vec<Capability>,
}

/// A capability that a device can need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// Open ports below 1024: a zone is served at port 53.
    NetBindService = 10,
    /// Change packet filters and attach programs to interfaces; keys of TCP-MD5.
    NetAdmin = 12,
    /// Enter a network namespace by its name.
    SysAdmin = 21,
    /// Load programs into the kernel that measure time.
    Perfmon = 38,
    /// Load programs into the kernel.
    Bpf = 39,
}

/// What was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confined {
    /// Whether files are out of reach; else the kernel is older than Landlock.
    pub files: bool,
    /// Capabilities that are left.
    pub capabilities: usize,
}

impl fmt::Display for Confined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = match self.files {
            true => "its own files only",
            false => "ALL FILES, for this kernel has no Landlock",
        };
        write!(
            f,
            "confined to {files}, {} capabilities, no calls that could undo this",
            self.capabilities
        )
    }
}

/// Gives up everything else.
///
/// # Errors
/// If the kernel refuses, or a folder is not there.
pub fn confine(kept: &Kept) -> io::Result<Confined> {
    let numbers: Vec<u8> = kept.capabilities.iter().map(|one| *one as u8).collect();
    kernel::drop_capabilities(&numbers)?;
    let files = shut_files(kept).map_err(io::Error::other)?;
    let filter = filter().map_err(io::Error::other)?;
    seccompiler::apply_filter(&filter).map_err(io::Error::other)?;
    Ok(Confined {
        files,
        capabilities: kernel::capabilities()?,
    })
}

fn shut_files(kept: &Kept) -> Result<bool, landlock::RulesetError> {
    let abi = ABI::V3; // files, links and truncation: what kernels since 6.2 know
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .create()?;
    for (paths, access) in [
        (&kept.readable, AccessFs::from_read(abi)),
        (&kept.writable, AccessFs::from_all(abi)),
    ] {
        for path in paths {
            // What is not there cannot be opened either.
            let Ok(opened) = PathFd::new(path) else {
                continue;
            };
            let access = match path.is_dir() {
                true => access,
                false => access & AccessFs::from_file(abi),
            };
            ruleset = ruleset.add_rule(PathBeneath::new(opened, access))?;
        }
    }
    let status = ruleset.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Calls that nothing here needs, and with which a taken-over process could leave its bounds.
const NEVER: &[libc::c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_io_uring_setup,
];

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let arch = std::env::consts::ARCH.try_into()?;
    let rules = NEVER.iter().map(|&call| (call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()
}

/// Tells whether this process holds a capability.
pub fn holds(capability: Capability) -> bool {
    kernel::permitted().is_ok_and(|bits| bits & 1 << capability as u8 != 0)
}

/// Tells which user is at the other end of a local socket.
///
/// # Errors
/// If the kernel does not tell.
pub fn peer(stream: &UnixStream) -> io::Result<u32> {
    kernel::peer_uid(stream)
}

/// Folders that every program of the system needs to read, so that `nft` and `ip` can be started.
pub fn system() -> Vec<PathBuf> {
    let folders = [
        "/usr",
        "/lib",
        "/lib64",
        "/bin",
        "/sbin",
        "/etc",
        "/proc",
        "/sys",
        "/dev",
        "/run/netns",
    ];
    folders
        .iter()
        .map(|path| Path::new(path).to_owned())
        .collect()
}
