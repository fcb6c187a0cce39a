//! The kernel's clocks: what they show, how sure they are, and sleep that ends at a moment.
//!
//! Standard: clock_gettime(2), clock_nanosleep(2), adjtimex(2), PR_SET_TIMERSLACK of prctl(2).

use std::io;
use std::mem::zeroed;
use std::ptr;

use super::checked;

/// What the kernel says about its clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockState {
    /// Most that it may be off, in microseconds.
    pub(crate) max_error: i64,
    /// Whether anybody sets it.
    pub(crate) synchronised: bool,
}

/// Reads a clock in nanoseconds. Only for clocks that every Linux has.
pub(crate) fn nanoseconds(clock: libc::clockid_t) -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes one timespec, which we own.
    // It fails only for a clock that it does not have (EINVAL); then the zeros stay.
    unsafe { libc::clock_gettime(clock, &raw mut now) };
    let (secs, nanos) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    secs.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// Sleeps until the clock on the wall shows this many microseconds since 1970, also if it is set
/// meanwhile. A signal ends the sleep early.
pub(crate) fn sleep_until(micros: i64) {
    let until = libc::timespec {
        tv_sec: micros.div_euclid(1_000_000),
        tv_nsec: micros.rem_euclid(1_000_000) * 1_000,
    };
    // SAFETY: the kernel only reads the timespec; with TIMER_ABSTIME it writes no remainder.
    // Whatever ends the sleep, the caller looks at the clock again.
    unsafe {
        libc::clock_nanosleep(
            libc::CLOCK_REALTIME,
            libc::TIMER_ABSTIME,
            &raw const until,
            ptr::null_mut(),
        )
    };
}

/// Asks that this thread's sleeps end on time and not up to 50 microseconds later.
pub(crate) fn wake_on_time() -> io::Result<()> {
    let slack: libc::c_ulong = 1;
    // SAFETY: the option takes one number by value, for the calling thread only.
    checked(unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, slack) }).map(drop)
}

/// Asks what the kernel knows about its clock. Changes nothing.
pub(crate) fn clock_state() -> io::Result<ClockState> {
    // SAFETY: timex is plain numbers, for which zero is a value; no mode set means: only tell.
    let mut told: libc::timex = unsafe { zeroed() };
    // SAFETY: the kernel reads and writes one timex, which we own.
    let state = checked(unsafe { libc::adjtimex(&raw mut told) })?;
    Ok(ClockState {
        max_error: told.maxerror,
        synchronised: state != libc::TIME_ERROR && told.status & libc::STA_UNSYNC == 0,
    })
}
