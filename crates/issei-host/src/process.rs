//! Other processes of this machine, each known by its number and the moment it began.
//!
//! In: a process id. Out: whether it is still the same process, and its end. Always: a number that the
//! kernel has given to somebody else is never signalled: the process is held open while it is compared.
//! Standard: proc(5), pidfd_open(2), pidfd_send_signal(2).

use std::fs;
use std::io;

use crate::kernel;

/// A process that was seen once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// When it began, in the kernel's ticks since the machine's start.
    pub began: u64,
}

/// How a process is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It may put things in order (SIGTERM).
    Asked,
    /// At once, as a crash does (SIGKILL).
    Killed,
}

impl Process {
    /// Looks at a process; none if there is none that lives.
    pub fn of(id: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (state, began) = state_and_beginning(&text)?;
        (!matches!(state, 'Z' | 'X')).then_some(Self { id, began })
    }

    /// Tells whether it still lives, and is not another one of the same number.
    pub fn is_alive(self) -> bool {
        Self::of(self.id) == Some(self)
    }

    /// Tells it to end. Says whether it was there.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn end(self, how: Ending) -> io::Result<bool> {
        let Ok(held) = kernel::hold_process(self.id) else {
            return Ok(false);
        };
        // Compared after it is held: from here on the number cannot go to somebody else.
        if !self.is_alive() {
            return Ok(false);
        }
        let signal = match how {
            Ending::Asked => libc::SIGTERM,
            Ending::Killed => libc::SIGKILL,
        };
        match kernel::signal_process(&held, signal) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            done => done.map(|()| true),
        }
    }
}

/// Reads a line of `/proc/PID/stat`: fields 3 and 22. The name before them may hold anything.
fn state_and_beginning(text: &str) -> Option<(char, u64)> {
    let (_, behind) = text.rsplit_once(')')?;
    let mut fields = behind.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
#[path = "process_tests.rs"]
mod tests;
