//! Holding a process open, so that its number stays its own while it is signalled.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::ptr;

use super::checked;

/// Holds a process open (pidfd_open(2)).
pub(crate) fn hold_process(id: u32) -> io::Result<OwnedFd> {
    // SAFETY: two numbers; the kernel gives a new descriptor or an error.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_open, id as libc::pid_t, 0) };
    let descriptor = checked(result as libc::c_int)?;
    // SAFETY: the descriptor is new, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Signals a process that is held open (pidfd_send_signal(2)).
pub(crate) fn signal_process(held: &OwnedFd, signal: libc::c_int) -> io::Result<()> {
    let nothing: *const libc::siginfo_t = ptr::null();
    // SAFETY: the descriptor is open; no information is handed over, which the call allows.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            held.as_raw_fd(),
            signal,
            nothing,
            0,
        )
    };
    checked(result as libc::c_int).map(drop)
}
