//! The clock on the wall, how sure it is, and chance for keys. Quiet rooms are told all three.
//!
//! The kernel knows how far its clock may be off only if whoever sets the clock (chrony, ntpd,
//! systemd-timesyncd) tells it. In a container or a virtual machine whose host keeps the time nobody
//! does; then an operator may say what is assumed, and it is shown as an assumption.
//! Standard: adjtimex(2); `maxerror` and `STA_UNSYNC` as in RFC 5905, section 11, and its kernel model.

use std::fmt;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use issei_model::{Span, Timestamp};

use crate::kernel;

/// Tells the time.
pub fn now() -> Timestamp {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
        Err(before) => {
            let back = i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX);
            Timestamp::from_micros(-back)
        }
    }
}

/// Tells nanoseconds of a clock that nobody sets. It is the same for every process of a machine
/// (CLOCK_MONOTONIC), so moments of several processes can be compared.
pub fn monotonic() -> u64 {
    kernel::nanoseconds(libc::CLOCK_MONOTONIC)
}

/// How far the clock on the wall may be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certainty {
    /// Most that it may be off, to either side. Says little if the clock is not synchronised.
    pub error: Span,
    /// Whether the clock is set by somebody who knows the time, as far as the source can tell.
    pub synchronised: bool,
    /// Who says so.
    pub source: CertaintySource,
}

/// Who says how sure the clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertaintySource {
    /// The kernel, told by whoever sets the clock.
    Kernel,
    /// The configuration, since the kernel is not told. Nobody measures it.
    Assumed,
}

/// What to believe where the kernel is not told how sure its clock is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Untold {
    /// That nobody sets the clock.
    #[default]
    Unsynchronised,
    /// That it is off by no more than this: an assumption of whoever configured it.
    Assumed(Span),
}

impl Certainty {
    /// Tells whether the clock is good enough for a limit.
    pub fn is_within(&self, limit: Span) -> bool {
        self.synchronised && self.error <= limit
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.error;
        match (self.source, self.synchronised) {
            (CertaintySource::Assumed, _) => {
                write!(f, "within {error} (assumed, nobody measures it)")
            }
            (CertaintySource::Kernel, true) => write!(f, "within {error} (says the kernel)"),
            (CertaintySource::Kernel, false) => f.write_str(
                "not synchronised (says the kernel); set up chrony, or state an assumption",
            ),
        }
    }
}

/// Tells how sure the clock is. The kernel's word goes before any assumption.
///
/// # Errors
/// If the kernel does not tell.
pub fn certainty(untold: Untold) -> io::Result<Certainty> {
    kernel::clock_state().map(|told| weigh(told.max_error, told.synchronised, untold))
}

fn weigh(max_error: i64, synchronised: bool, untold: Untold) -> Certainty {
    match untold {
        Untold::Assumed(error) if !synchronised => Certainty {
            error,
            synchronised: true,
            source: CertaintySource::Assumed,
        },
        _ => Certainty {
            error: Span::from_micros(max_error),
            synchronised,
            source: CertaintySource::Kernel,
        },
    }
}

/// Draws a key from the kernel, so that outsiders cannot aim at places in our tables.
///
/// # Errors
/// If the kernel's source of chance cannot be read.
pub fn random_key() -> std::io::Result<[u64; 2]> {
    let mut bytes = [0u8; 16];
    crate::kernel::random(&mut bytes)?;
    let (low, high) = bytes.split_at(8);
    let number = |half: &[u8]| half.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    Ok([number(low), number(high)])
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
