//! Reads the clock on the wall and the one that nobody sets, so close together that they can be compared.

use issei_enforce::xdp::Clocks;

use crate::kernel;

/// How far apart the readings around one may be, in nanoseconds. A process that is put aside reads again.
const CLOSE: u64 = 20_000;
/// How often it is tried; then the closest pair is taken.
const ATTEMPTS: usize = 100;
const SECOND: u64 = 1_000_000_000;

/// Reads both.
pub(super) fn read() -> Clocks {
    let mut closest = attempt();
    for _ in 0..ATTEMPTS {
        if closest.width <= CLOSE {
            break;
        }
        let another = attempt();
        if another.width < closest.width {
            closest = another;
        }
    }
    closest.clocks
}

/// Both clocks, and how long it took to read them.
struct Attempt {
    width: u64,
    clocks: Clocks,
}

fn attempt() -> Attempt {
    let before = kernel::nanoseconds(libc::CLOCK_BOOTTIME);
    let wall = kernel::nanoseconds(libc::CLOCK_REALTIME);
    let tai = kernel::nanoseconds(libc::CLOCK_TAI);
    let after = kernel::nanoseconds(libc::CLOCK_BOOTTIME);
    let width = after.saturating_sub(before);
    let clocks = Clocks {
        wall,
        boot: before + width / 2,
        tai_lead: whole_seconds(tai.saturating_sub(wall)),
    };
    Attempt { width, clocks }
}

/// Atomic time is ahead by whole seconds; the rest is what lies between two readings.
fn whole_seconds(nanos: u64) -> u64 {
    (nanos + SECOND / 2) / SECOND * SECOND
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod tests;
