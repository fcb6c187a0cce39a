//! Watches one resolver after each change of the zone, until it answers with the new serial.
//!
//! In: serials and when they were given. Out: when the resolver was first heard to use each, and the lag
//! between. Always: questions come close together while an answer is near and seldom when it is not; what
//! is remembered is bounded.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use issei_enforce::zone::Serial;
use issei_model::{Span, Timestamp};

use super::asking::Asker;
use super::{LOOK_EVERY, Shared};
use crate::clock;

/// A resolver that is watched.
#[derive(Debug)]
pub(super) struct Watch {
    address: SocketAddr,
    state: Mutex<State>,
    expected: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The serial that it should show, and when it was given.
    waits: Option<(Serial, Timestamp)>,
    /// Serials it was heard to use, and since when, oldest first.
    heard: VecDeque<(Serial, Timestamp)>,
    lags: VecDeque<Span>,
}

/// Serials and lags that are remembered.
const REMEMBERED: usize = 256;
/// Lags that the usual one is taken from.
const RECENT: usize = 32;
/// One lag alone may be that of a resolver which has only just begun.
const A_FEW: usize = 3;
/// Between two questions, while the change is younger than the second figure.
const PACE: [(Duration, Span); 3] = [
    (Duration::from_millis(1), Span::from_millis(100)),
    (Duration::from_millis(10), Span::from_secs(2)),
    (Duration::from_millis(100), Span::from_secs(60)),
];
/// Between two questions to a resolver that has not taken a change for a minute.
const SELDOM: Duration = Duration::from_secs(1);

impl Watch {
    pub(super) fn of(address: SocketAddr) -> Self {
        Self {
            address,
            state: Mutex::default(),
            expected: Condvar::new(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to watch for a serial that was given at a moment.
    pub(super) fn expect(&self, serial: Serial, given: Timestamp) {
        self.state().waits = Some((serial, given));
        self.expected.notify_all();
    }

    /// Notes that the resolver was heard to use a serial. One later than the one expected is an address of
    /// somebody else: a resolver that does not use the zone may say anything.
    pub(super) fn hear(&self, serial: Serial, now: Timestamp) {
        let mut state = self.state();
        if state
            .waits
            .is_some_and(|(expected, _)| serial.is_after(expected))
        {
            return;
        }
        if state.heard.back().is_none_or(|&(last, _)| last != serial) {
            push(&mut state.heard, (serial, now));
        }
        let waits = state.waits;
        if let Some((expected, given)) = waits.filter(|&(expected, _)| !expected.is_after(serial)) {
            state.waits = None;
            if expected == serial {
                push(&mut state.lags, now.since(given));
            }
        }
    }

    /// Tells since when the resolver is known to use a serial or a later one.
    pub(super) fn since(&self, serial: Serial) -> Option<Timestamp> {
        let state = self.state();
        let first = state
            .heard
            .iter()
            .find(|(heard, _)| !serial.is_after(*heard));
        first.map(|&(_, since)| since)
    }

    /// Shows the lags measured, oldest first.
    pub(super) fn lags(&self) -> Vec<Span> {
        self.state().lags.iter().copied().collect()
    }

    /// Tells the lag that three of four recent ones exceed, once there are a few.
    pub(super) fn usual_lag(&self) -> Option<Span> {
        let state = self.state();
        let mut recent: Vec<Span> = state.lags.iter().rev().take(RECENT).copied().collect();
        if recent.len() < A_FEW {
            return None;
        }
        recent.sort_unstable();
        recent.get(recent.len() / 4).copied()
    }
}

fn push<T>(list: &mut VecDeque<T>, new: T) {
    if list.len() >= REMEMBERED {
        list.pop_front();
    }
    list.push_back(new);
}

/// Watches a resolver until the device is dropped.
pub(super) fn run(shared: &Arc<Shared>, number: usize) {
    let Some(watch) = shared.watches.get(number) else {
        return;
    };
    let name = shared.hot().wording().serial_name();
    let mut asker = None;
    while !shared.is_closing() {
        let state = watch.state();
        let Some((_, given)) = state.waits else {
            // Whatever ends the wait, everything is looked at again.
            drop(watch.expected.wait_timeout(state, LOOK_EVERY));
            continue;
        };
        drop(state);
        let asking = asker.take().map_or_else(|| Asker::of(watch.address), Ok);
        if let Ok(mut asking) = asking {
            let heard = asking.ask_once(&name).ok();
            if let Some(ip) = heard.and_then(|heard| heard.only_address()) {
                watch.hear(Serial(ip.to_bits()), clock::now());
            }
            asker = Some(asking);
        }
        rest(watch, pace(clock::now().since(given)));
    }
}

/// Waits before the next question, or until something new is expected.
fn rest(watch: &Watch, pace: Duration) {
    let state = watch.state();
    if state.waits.is_some() {
        drop(watch.expected.wait_timeout(state, pace));
    }
}

fn pace(age: Span) -> Duration {
    let pace = PACE.iter().find(|(_, until)| age < *until);
    pace.map_or(SELDOM, |&(pace, _)| pace)
}

#[cfg(test)]
#[path = "watching_tests.rs"]
mod tests;
