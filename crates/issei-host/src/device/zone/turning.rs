//! The thread that turns the orders' zone to its next serial when something is due, and tells the resolvers.

use std::sync::{Arc, PoisonError};

use issei_enforce::zone::Notice;
use issei_model::{Span, Timestamp};

use super::counts::Kind;
use super::{LOOK_EVERY, Shared};
use crate::clock;

/// Works until the device is dropped. The clock is looked at again at least every 50 ms, so one that is set
/// does not surprise it for longer.
pub(super) fn run(shared: &Arc<Shared>) {
    while !shared.is_closing() {
        let (now, lead) = (clock::now(), shared.lead());
        let serial = shared.hot().on_deadline(now, lead);
        if serial.is_some() {
            shared.announce(serial);
        }
        // After the resolvers were told, and long before the kept margin is used up.
        if serial.is_some_and(|serial| shared.cover(serial).is_err()) {
            shared.counts.met(Kind::Unkept);
        }
        tell(shared, clock::now());
        wait(shared);
    }
}

fn wait(shared: &Shared) {
    let lead = shared.lead();
    let telling = shared.notices().next_deadline();
    let hot = shared.hot();
    let turning = hot.next_deadline(lead);
    let due = [turning, telling].into_iter().flatten().min();
    let left = due.map_or(Span::from_secs(1), |due| due.since(clock::now()));
    let left = std::time::Duration::from_micros(u64::try_from(left.as_micros()).unwrap_or(0));
    if left.is_zero() || shared.is_closing() {
        return;
    }
    // Whatever ends the wait, everything is looked at again.
    let waited = shared.changed.wait_timeout(hot, left.min(LOOK_EVERY));
    drop(waited.unwrap_or_else(PoisonError::into_inner));
}

/// Sends the notices that are due.
pub(super) fn tell(shared: &Shared, now: Timestamp) {
    let mut due: Vec<Notice> = Vec::new();
    let hot = shared.hot().zone().clone();
    let base = shared.base().clone();
    let mut notices = shared.notices();
    notices.hot.on_deadline(now, &hot, &mut due);
    if let Some(base) = base {
        notices.base.on_deadline(now, &base, &mut due);
    }
    drop(notices);
    for notice in due {
        if shared.told.send_to(&notice.bytes, notice.to).is_err() {
            shared.counts.met(Kind::Unsent);
        }
    }
}
