use super::*;
use crate::clock;

#[test]
fn both_clocks_show_the_same_moment() {
    let (before, boot_before) = (clock::now(), kernel::nanoseconds(libc::CLOCK_BOOTTIME));
    let clocks = read();
    let (after, boot_after) = (clock::now(), kernel::nanoseconds(libc::CLOCK_BOOTTIME));
    assert!(before <= clocks.now() && clocks.now() <= after);
    assert!(boot_before <= clocks.boot && clocks.boot <= boot_after);
}

#[test]
fn two_readings_tell_that_nobody_set_the_clock() {
    let first = read();
    assert!((0..20).all(|_| !read().were_set_since(&first)));
}

#[test]
fn atomic_time_is_ahead_by_whole_seconds() {
    assert_eq!(read().tai_lead % SECOND, 0);
    assert_eq!(whole_seconds(37 * SECOND + 400_000), 37 * SECOND);
    assert_eq!(whole_seconds(37 * SECOND - 400_000), 37 * SECOND);
    assert_eq!(whole_seconds(0), 0);
}
