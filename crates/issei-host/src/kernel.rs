//! The kernel calls that the standard library lacks, each made safe for the rest of the room.
//!
//! In: descriptors, buffers, options. Out: results as `io::Result`. Always: every `unsafe` block
//! says why it is sound; no pointer leaves this file.
//! Standard: socket(7), udp(7), packet(7), recvmmsg(2), signal(7), adjtimex(2) of Linux.

#![allow(unsafe_code, reason = "this file is where the kernel is called")]

mod mail;
mod process;
mod rights;
mod ring;
mod time;

pub(crate) use mail::Mail;
pub(crate) use process::{hold_process, signal_process};
pub(crate) use rights::{capabilities, drop_capabilities, peer_uid, permitted};
pub(crate) use ring::Ring;
pub(crate) use time::{clock_state, nanoseconds, sleep_until, wake_on_time};

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::time::Duration;

/// Turns the kernel's -1 into an error.
fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// Fills the buffer from the kernel's source of chance.
/// At most 256 bytes at once, which come whole (getrandom(2)).
pub(crate) fn random(into: &mut [u8]) -> io::Result<()> {
    // SAFETY: the buffer is ours and as long as said.
    let got = unsafe { libc::getrandom(into.as_mut_ptr().cast(), into.len(), 0) };
    if got == into.len() as isize {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Asks how many columns and rows the terminal on standard output has.
pub(crate) fn window() -> Option<(u16, u16)> {
    // SAFETY: winsize is plain numbers, for which zero is a value.
    let mut size: libc::winsize = unsafe { zeroed() };
    // SAFETY: TIOCGWINSZ writes one winsize, which we own.
    let result = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (result == 0).then_some((size.ws_col, size.ws_row))
}

/// A terminal that shows nothing of what is typed and hands over each byte as it comes, until
/// this is dropped.
#[derive(Debug)]
pub(crate) struct Hushed<'a> {
    terminal: BorrowedFd<'a>,
    before: libc::termios,
}

impl<'a> Hushed<'a> {
    /// Silences a terminal. What was typed ahead is thrown away. Ctrl-C comes as a byte, so that
    /// whoever reads it can leave the terminal as it was.
    pub(crate) fn new(terminal: BorrowedFd<'a>) -> io::Result<Self> {
        // SAFETY: termios is plain numbers, for which zero is a value.
        let mut before: libc::termios = unsafe { zeroed() };
        // SAFETY: the descriptor is borrowed and open; the kernel writes one termios, ours.
        checked(unsafe { libc::tcgetattr(terminal.as_raw_fd(), &raw mut before) })?;
        let mut hushed = before;
        hushed.c_lflag &= !(libc::ECHO | libc::ECHONL | libc::ICANON | libc::ISIG | libc::IEXTEN);
        hushed.c_iflag |= libc::ICRNL;
        hushed.c_cc[libc::VMIN] = 1;
        hushed.c_cc[libc::VTIME] = 0;
        set_terminal(terminal, &hushed)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hushed<'_> {
    fn drop(&mut self) {
        let _ = set_terminal(self.terminal, &self.before);
    }
}

fn set_terminal(terminal: BorrowedFd<'_>, to: &libc::termios) -> io::Result<()> {
    // SAFETY: the descriptor is borrowed and open; the kernel only reads the termios.
    checked(unsafe { libc::tcsetattr(terminal.as_raw_fd(), libc::TCSAFLUSH, to) }).map(drop)
}

/// A set of signals that no thread receives unasked.
#[derive(Debug)]
pub(crate) struct SignalSet(libc::sigset_t);

impl SignalSet {
    /// Blocks the signals in this thread and in those it will start.
    pub(crate) fn block(signals: &[libc::c_int]) -> io::Result<Self> {
        // SAFETY: sigset_t is plain numbers; sigemptyset then makes it a defined set.
        let mut set: libc::sigset_t = unsafe { zeroed() };
        // SAFETY: the set is ours; the signal numbers are constants of libc.
        unsafe {
            libc::sigemptyset(&raw mut set);
            for &signal in signals {
                libc::sigaddset(&raw mut set, signal);
            }
        }
        // SAFETY: the set is initialised; the old mask is not asked for.
        let result =
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
        if result == 0 {
            Ok(Self(set))
        } else {
            Err(io::Error::from_raw_os_error(result))
        }
    }

    /// Waits until one of them comes.
    pub(crate) fn wait(&self) -> io::Result<libc::c_int> {
        let mut signal = 0;
        // SAFETY: both pointers are to values that live through the call.
        match unsafe { libc::sigwait(&raw const self.0, &raw mut signal) } {
            0 => Ok(signal),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }
}

/// Sets a socket option that is one number.
pub(crate) fn set_number(
    socket: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
    number: libc::c_int,
) -> io::Result<()> {
    set_option(socket, level, option, &number)
}

/// Sets a socket option. `value` must be of the type that the option takes.
fn set_option<T>(
    socket: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
    value: &T,
) -> io::Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the pointer and length describe `value`, which lives through the call; the kernel only reads.
    checked(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            ptr::from_ref(value).cast(),
            length,
        )
    })
    .map(drop)
}

/// Asks for a large receive buffer: past the system's limit if we may, else as large as it allows.
/// Tells what was granted, in bytes.
pub(crate) fn enlarge_buffer(socket: BorrowedFd<'_>, bytes: usize) -> io::Result<usize> {
    let wanted = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX / 2);
    set_number(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, wanted)
        .or_else(|_| set_number(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, wanted))?;
    let mut granted: libc::c_int = 0;
    let mut length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the option is one int; pointer and length describe ours.
    checked(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_RCVBUF,
            (&raw mut granted).cast(),
            &raw mut length,
        )
    })?;
    // socket(7): the kernel tells double what was asked, for its own book-keeping.
    Ok(usize::try_from(granted).unwrap_or_default() / 2)
}

/// Tells how many datagrams the kernel has dropped at this socket since it was opened, also those
/// after the last one that was read. Wraps at 2^32.
///
/// `SO_MEMINFO` and not `SO_RXQ_OVFL`: both read the same counter, but the latter travels with
/// the next datagram, and after the last one there is none.
pub(crate) fn dropped(socket: BorrowedFd<'_>) -> io::Result<u32> {
    /// `SK_MEMINFO_VARS` and `SK_MEMINFO_DROPS` of linux/sock_diag.h.
    const VARIABLES: usize = 9;
    const DROPS: usize = 8;
    let mut numbers = [0u32; VARIABLES];
    let mut length = size_of::<[u32; VARIABLES]>() as libc::socklen_t;
    // SAFETY: pointer and length describe our array; the kernel writes at most that much.
    checked(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            numbers.as_mut_ptr().cast(),
            &raw mut length,
        )
    })?;
    if length as usize <= DROPS * size_of::<u32>() {
        return Err(io::Error::other(
            "the kernel does not tell what a socket drops",
        ));
    }
    Ok(numbers[DROPS])
}

/// Attaches a classic BPF program to a socket: a filter, or the choice within a group of sockets.
pub(crate) fn attach(
    socket: BorrowedFd<'_>,
    option: libc::c_int,
    program: &[libc::sock_filter],
) -> io::Result<()> {
    let handed = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(io::Error::other)?,
        filter: program.as_ptr().cast_mut(),
    };
    // `filter` points into `program`, which lives through the call; the kernel copies it.
    set_option(socket, libc::SOL_SOCKET, option, &handed)
}

/// Waits until one of the sockets has something to read. Tells whether one has.
pub(crate) fn readable(sockets: &mut [libc::pollfd], most: Duration) -> io::Result<bool> {
    let millis = libc::c_int::try_from(most.as_millis()).unwrap_or(libc::c_int::MAX);
    // SAFETY: pointer and length describe the caller's slice.
    match checked(unsafe {
        libc::poll(sockets.as_mut_ptr(), sockets.len() as libc::nfds_t, millis)
    }) {
        Ok(ready) => Ok(ready > 0),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells the index of an interface.
pub(crate) fn interface_index(name: &str) -> io::Result<libc::c_int> {
    let name = std::ffi::CString::new(name).map_err(io::Error::other)?;
    // SAFETY: the name ends with a zero byte and lives through the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(io::Error::last_os_error()),
        index => libc::c_int::try_from(index).map_err(io::Error::other),
    }
}
