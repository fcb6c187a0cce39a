//! Capabilities, and who is at the other end of a local socket.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;

use super::checked;

/// Version 3 of the kernel's capability calls: two words of 32 (capget(2)).
const VERSION: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Words {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Gives up every capability but these, for this thread and what it starts.
pub(crate) fn drop_capabilities(kept: &[u8]) -> io::Result<()> {
    let wanted = kept.iter().fold(0u64, |bits, one| bits | 1 << one);
    let has = permitted()?;
    for number in 0..64u8 {
        // SAFETY: prctl with numbers only.
        let there =
            unsafe { libc::prctl(libc::PR_CAPBSET_READ, libc::c_ulong::from(number), 0, 0, 0) };
        if there < 0 {
            break; // the kernel knows no more
        }
        if there == 1 && wanted & 1 << number == 0 && has & 1 << 8 != 0 {
            // SAFETY: as above. CAP_SETPCAP (8) is held, or there was nothing to give up.
            checked(unsafe {
                libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(number), 0, 0, 0)
            })?;
        }
    }
    let left = has & wanted;
    let mut words = [Words::default(); 2];
    for (half, word) in words.iter_mut().enumerate() {
        let bits = (left >> (32 * half)) as u32;
        *word = Words {
            effective: bits,
            permitted: bits,
            inheritable: bits,
        };
    }
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    // SAFETY: header and both words are ours and laid out as capset(2) says.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, words.as_ptr()) };
    checked(result as libc::c_int)?;
    // Programs that this process starts keep them too, whoever it runs as.
    for number in (0..64u8).filter(|number| left & 1 << number != 0) {
        let raise = libc::PR_CAP_AMBIENT_RAISE as libc::c_ulong;
        // SAFETY: prctl with numbers only.
        checked(unsafe {
            libc::prctl(
                libc::PR_CAP_AMBIENT,
                raise,
                libc::c_ulong::from(number),
                0,
                0,
            )
        })?;
    }
    Ok(())
}

/// Counts the capabilities that are left.
pub(crate) fn capabilities() -> io::Result<usize> {
    Ok(permitted()?.count_ones() as usize)
}

/// Tells the capabilities that this process may use, a bit each.
pub(crate) fn permitted() -> io::Result<u64> {
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    let mut words = [Words::default(); 2];
    // SAFETY: header and both words are ours and laid out as capget(2) says.
    let result = unsafe { libc::syscall(libc::SYS_capget, &raw const header, words.as_mut_ptr()) };
    checked(result as libc::c_int)?;
    Ok(u64::from(words[0].permitted) | u64::from(words[1].permitted) << 32)
}

/// Asks which user connected (SO_PEERCRED, unix(7)).
pub(crate) fn peer_uid(stream: &UnixStream) -> io::Result<u32> {
    // SAFETY: ucred is plain numbers, for which zero is a value.
    let mut peer: libc::ucred = unsafe { zeroed() };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes into the ucred that we own.
    checked(unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut peer).cast(),
            &raw mut length,
        )
    })?;
    Ok(peer.uid)
}
