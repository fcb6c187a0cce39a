//! Signals as messages: reload, and end.
//!
//! Always: signals are blocked before any other thread begins, so no thread is interrupted in
//! its work; one thread waits for them and says what came.

use std::io;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: read the configuration again.
    Reload,
    /// SIGTERM or SIGINT: finish the work and end.
    End,
}

/// Signals kept back from every thread, to be waited for.
#[derive(Debug)]
pub struct Signals(crate::kernel::SignalSet);

impl Signals {
    /// Keeps SIGHUP, SIGTERM and SIGINT back. Call it before the first thread is started.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn keep_back() -> io::Result<Self> {
        crate::kernel::SignalSet::block(&[libc::SIGHUP, libc::SIGTERM, libc::SIGINT]).map(Self)
    }

    /// Waits for the next signal.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn next(&self) -> io::Result<Signal> {
        match self.0.wait()? {
            libc::SIGHUP => Ok(Signal::Reload),
            _ => Ok(Signal::End),
        }
    }
}
